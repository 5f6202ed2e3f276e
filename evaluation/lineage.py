"""Which indicators live on in which, as decided amendments say, and the values that go along.

A series that goes on shows what its predecessors had before; one that breaks keeps what is its own.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from evaluation.eras import fiscal_year_of
from evaluation.models import Amendment, Clause, IndicatorMeasure, ObjectivePeriod, Succession
from evaluation.series import Break, Entry, succeeded

INDICATORS = (Clause.Kind.EVALUATION_INDICATOR, Clause.Kind.MONITORING_INDICATOR)
COLUMNS = (  # of the rows that say so: a page that reads all values has no time for more
    *("kind", "continues", "from_clause_id", "to_clause__introduced_by_id"),
    *("amendment__title", "amendment__effective_on"),
)
Entries = Mapping[int, Sequence[Entry]]  # by measure


class Counted(Protocol):
    """What is asked of a measure: a row, or a line of the grid."""

    @property
    def pk(self) -> int: ...
    @property
    def indicator_id(self) -> int: ...
    @property
    def label(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def nature(self) -> str: ...


@dataclass(frozen=True)
class Origin:
    """What one amendment says an indicator came from. `sources` are none where it was only reworded;
    the indicator itself is one where it took others in."""

    indicator: int
    sources: tuple[int, ...]
    succession: Break


def origins_of(period: ObjectivePeriod) -> list[Origin]:
    """Return the origins that a period's decided amendments declare, in their order (one query)."""
    rows = Succession.objects.filter(
        amendment__period=period,
        amendment__state=Amendment.State.DECIDED,
        to_clause__kind__in=INDICATORS,
    )
    rows = rows.select_related("amendment", "to_clause").only(*COLUMNS)
    grouped: dict[tuple[int, int], list[Succession]] = defaultdict(list)
    for row in rows.order_by("amendment__sequence", "pk"):
        grouped[row.amendment_id, row.to_clause_id].append(row)
    return [_origin(found) for found in grouped.values()]


def breaks_of(origins: Sequence[Origin]) -> dict[int, list[Break]]:
    """Return the breaks of each indicator."""
    found: dict[int, list[Break]] = defaultdict(list)
    for origin in origins:
        found[origin.indicator].append(origin.succession)
    return dict(found)


def with_sources(indicators: Collection[int], origins: Sequence[Origin]) -> set[int]:
    """Return indicators with all that they came from, over however many amendments."""
    found = set(indicators)
    for origin in reversed(origins):
        if origin.indicator in found:
            found.update(origin.sources)
    return found


def carried(
    entries: Entries, measures: Mapping[int, Sequence[Counted]], origins: Sequence[Origin]
) -> Entries:
    """Return the entries of each measure with those that its predecessors had, where the series goes
    on. Measures answer to each other by label and unit, or where each indicator has but one."""
    found = dict(entries)
    for origin in origins:
        if not origin.sources or not origin.succession.continues:
            continue
        for measure in measures.get(origin.indicator, []):
            former = [_counterpart(measure, measures, source) for source in origin.sources]
            olds = [found.get(old.pk, ()) for old in former if old is not None]
            if measure.nature != IndicatorMeasure.Nature.RATIO and len(olds) == len(former):
                found[measure.pk] = succeeded(found.get(measure.pk, ()), olds, origin.succession)
    return found


def _origin(rows: Sequence[Succession]) -> Origin:
    first = rows[0]
    day, clause = first.amendment.effective_on, first.to_clause
    assert day is not None  # decided
    sources = [row.from_clause_id for row in rows if row.from_clause_id != clause.pk]
    if sources and clause.introduced_by_id != first.amendment_id:
        sources.insert(0, clause.pk)
    continues = all(row.continues for row in rows)
    name = str(first.amendment)
    return Origin(
        clause.pk, tuple(sources), Break(fiscal_year_of(day), first.kind, name, continues)
    )


def _counterpart(
    measure: Counted, measures: Mapping[int, Sequence[Counted]], indicator: int
) -> Counted | None:
    """Return the measure of another indicator that counts the same as a measure."""
    ratio = IndicatorMeasure.Nature.RATIO
    there = [m for m in measures.get(indicator, []) if m.nature != ratio]
    here = [m for m in measures.get(measure.indicator_id, []) if m.nature != ratio]
    named = (m for m in there if (m.label, m.unit) == (measure.label, measure.unit))
    alone = there[0] if len(there) == len(here) == 1 and there[0].unit == measure.unit else None
    return next(named, alone)
