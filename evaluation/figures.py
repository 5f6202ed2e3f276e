"""The results of a period as series: what every page, file, chart and paper of results reads.

Six queries for a whole period, however many indicators and years; pages pick from it.
"""

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol, TypeVar

from evaluation import lineage
from evaluation.comparison.alignment import UnitKind
from evaluation.eras import fiscal_year_of
from evaluation.models import (
    Amendment,
    IndicatorMeasure,
    IndicatorTarget,
    IndicatorValue,
    ObjectivePeriod,
    Wording,
    YearlyResult,
)
from evaluation.models.texts import Node, Text
from evaluation.series import Break, Entry, Measure, Series, Target, ratio, series, stands


class Told(Protocol):
    """A decided wording: from which day it holds, and whether it takes its clause away."""

    @property
    def from_date(self) -> dt.date: ...
    @property
    def repealed(self) -> bool: ...


K = TypeVar("K")
V = TypeVar("V")
INDICATORS = (UnitKind.EVALUATION_INDICATOR, UnitKind.MONITORING_INDICATOR)


@dataclass(frozen=True)
class Figures:
    """What was decided of a period, with its measures, values and texts. `text` is the text decided last;
    what stood in which year is asked for by year.

    `measures` by indicator; `lines` (points per year) by measure; `values` by measure and year;
    `results` by indicator and year; `breaks` by indicator, as amendments made them; `told`: the decided
    wordings of each clause, as `_decided` has them.
    """

    period: ObjectivePeriod
    text: Text
    measures: dict[int, list[IndicatorMeasure]]
    lines: dict[int, Series]
    values: dict[tuple[int, int], IndicatorValue]
    targets: dict[int, list[IndicatorTarget]]
    results: dict[tuple[int, int], YearlyResult]
    breaks: dict[int, list[Break]]
    first_years: dict[int, int] = field(repr=False)
    told: dict[int, list[Any]] = field(repr=False)

    @classmethod
    def of(cls, period: ObjectivePeriod, only: Collection[int] | None = None) -> "Figures":
        """Read a period, or of it `only` some indicators and those they came from, without the text around
        them. Where indicators came from, amendments declare (`Succession`); rewordings and repeals are
        found in the decided text."""
        origins = lineage.origins_of(period)
        only = None if only is None else lineage.with_sources(only, origins)
        told = _decided(period, only)
        breaks = _breaks(told, lineage.breaks_of(origins))
        firsts = {pk: _first_year(rows[0], period) for pk, rows in told.items()}
        measures = list(
            IndicatorMeasure.objects.filter(
                indicator__period=period, **({} if only is None else {"indicator__in": only})
            ).select_related("indicator")
        )
        values = IndicatorValue.objects.filter(measure__in=measures).select_related("entered_by")
        targets = IndicatorTarget.objects.filter(measure__in=measures).order_by("set_on", "pk")
        results = YearlyResult.objects.filter(
            indicator__period=period, **({} if only is None else {"indicator__in": only})
        )
        by_value = {(row.measure_id, row.fiscal_year): row for row in values}
        by_target = _grouped((row.measure_id, row) for row in targets)
        by_indicator = _grouped((measure.indicator_id, measure) for measure in measures)
        entered = _grouped((pk, entry_of(row)) for (pk, _), row in by_value.items())
        entries = lineage.carried(entered, by_indicator, origins)
        return cls(
            period=period,
            text=Text.of(rows[-1] for rows in told.values()),
            measures=by_indicator,
            lines=_lines(period, measures, entries, by_target, breaks, firsts),
            values=by_value,
            targets=by_target,
            results={(row.indicator_id, row.fiscal_year): row for row in results},
            breaks=breaks,
            first_years=firsts,
            told=told,
        )

    @property
    def years(self) -> range:
        return years_of(self.period)

    # --- What stood when --------------------------------------------------------------------------
    def exists(self, node: Node, fiscal_year: int) -> bool:
        """Tell whether a clause was there in a fiscal year, be it for a part of it."""
        pk = node.clause_id
        return stands(fiscal_year, self.breaks.get(pk, ()), self.first_years[pk])

    @cached_property
    def ever(self) -> Text:
        """Return all that was there in any year of the period, as a tree: each at its last place."""
        nodes = (n for n in self.text.nodes.values() if any(self.exists(n, y) for y in self.years))
        return Text({node.clause_id: replace(node, repealed=False) for node in nodes})

    @cached_property
    def items(self) -> list[tuple[Node, list[Node]]]:
        """Return the items that had indicators in any year, each with them, in the order of the document;
        what is gone is marked as in `text`."""
        found = []
        for node in self.ever.order:
            if indicators := _indicators(self.ever, node):
                own = [self.text.nodes[child.clause_id] for child in indicators]
                found.append((self.text.nodes[node.clause_id], own))
        return found

    def indicators_of(self, item: Node) -> list[Node]:
        """Return the indicators that an item had in any year, as `items`."""
        own = _indicators(self.ever, item)
        return [self.text.nodes[node.clause_id] for node in own]

    def indicators_in(self, item: Node, fiscal_year: int) -> list[Node]:
        """Return the indicators that hung on an item in a fiscal year: what was moved within it, where it
        went to; what was abolished within it, still."""
        return _indicators(self._texts[fiscal_year], item)

    @cached_property
    def _texts(self) -> dict[int, Text]:
        return {year: Text(dict(self._standing(year))) for year in self.years}

    def _standing(self, fiscal_year: int) -> Iterator[tuple[int, Node]]:
        """Yield what was there in a fiscal year, as it was last decided for it."""
        for pk, rows in self.told.items():
            if self.exists(self.text.nodes[pk], fiscal_year):
                there = [row for row in rows if not row.repealed]
                begun = [row for row in there if _year(row) <= fiscal_year]
                yield pk, Node.of(begun[-1] if begun else there[0])

    def indicator(self, public_id: str) -> Node | None:
        """Return an indicator by its public id, one that is gone included; None for none."""
        nodes = self.text.nodes.values()
        found = (n for n in nodes if n.kind in INDICATORS and n.public_id == public_id)
        return next(found, None)

    def note(self, measure: IndicatorMeasure, fiscal_year: int) -> str:
        """Return what was noted beside a value; "" for nothing."""
        row = self.values.get((measure.pk, fiscal_year))
        return row.note if row else ""

    def line_with(self, measure: IndicatorMeasure, entries: Iterable[Entry]) -> Series:
        """Return a measure's series as it would be with these entries in the place of what stands."""
        points = (point for point in self.lines[measure.pk].points if not point.is_empty)
        own = {
            p.fiscal_year: Entry(p.fiscal_year, p.number, p.state, p.text, p.stage) for p in points
        }
        own |= {entry.fiscal_year: entry for entry in entries}
        return series(
            measure_of(measure),
            self.years,
            own.values(),
            targets=[target_of(target) for target in self.targets.get(measure.pk, [])],
            breaks=self.breaks.get(measure.indicator_id, []),
            first_year=self.first_years.get(measure.indicator_id),
        )

    def expected(self, indicator: Node, fiscal_year: int) -> int:
        """Return how many values or texts an indicator is to have for a year."""
        if not self.exists(indicator, fiscal_year):
            return 0
        return len(self._entered(indicator)) + (indicator.kind is UnitKind.EVALUATION_INDICATOR)

    def present(self, indicator: Node, fiscal_year: int) -> int:
        """Return how many of them are there; a state (該当なし …) is one, 未集計 is not."""
        rows = [self.values.get((m.pk, fiscal_year)) for m in self._entered(indicator)]
        there = sum(row is not None and row.state != "not_yet" for row in rows)
        return there + ((indicator.clause_id, fiscal_year) in self.results)

    def _entered(self, indicator: Node) -> list[IndicatorMeasure]:
        return [m for m in self.measures.get(indicator.clause_id, []) if m.nature != "ratio"]


def _indicators(text: Text, item: Node) -> list[Node]:
    return [node for node in text.children.get(item.clause_id, []) if node.kind in INDICATORS]


def years_of(period: ObjectivePeriod) -> range:
    return range(period.first_fiscal_year, period.last_fiscal_year + 1)


def years_stood(period: ObjectivePeriod, clauses: Collection[int]) -> dict[int, set[int]]:
    """Return of each clause that was ever decided the fiscal years in which it was there (one query)."""
    told = _decided(period, clauses)
    return {
        pk: years_of_rows(rows, _first_year(rows[0], period), period) for pk, rows in told.items()
    }


def years_of_rows(rows: Sequence[Told], first_year: int, period: ObjectivePeriod) -> set[int]:
    """Return the fiscal years of a period in which a clause was there, by its decided wordings."""
    breaks: list[Break] = []
    for old, new in itertools.pairwise(rows):
        turn(breaks, old, new)
    return {year for year in years_of(period) if stands(year, breaks, first_year)}


def measure_of(row: IndicatorMeasure) -> Measure:
    """Return a measure as `series` reads it."""
    names = ("label", "unit", "decimals", "nature", "direction", "accumulation")
    return Measure(**{name: getattr(row, name) for name in names})


def entry_of(row: IndicatorValue) -> Entry:
    return Entry(row.fiscal_year, row.number, row.state, row.text, row.stage)


def target_of(row: IndicatorTarget) -> Target:
    return Target(row.first_fiscal_year, row.last_fiscal_year, row.number, row.text)


# --- Reading --------------------------------------------------------------------------------------
def _lines(
    period: ObjectivePeriod,
    measures: Iterable[IndicatorMeasure],
    entries: lineage.Entries,
    targets: Mapping[int, list[IndicatorTarget]],
    breaks: Mapping[int, list[Break]],
    firsts: Mapping[int, int],
) -> dict[int, Series]:
    lines = {}
    for row in measures:
        own: Sequence[Entry] = entries.get(row.pk, [])
        if row.numerator_id and row.denominator_id:
            above, below = (entries.get(pk, []) for pk in (row.numerator_id, row.denominator_id))
            own = ratio(above, below, row.decimals)
        lines[row.pk] = series(
            measure_of(row),
            years_of(period),
            own,
            targets=[target_of(target) for target in targets.get(row.pk, [])],
            breaks=breaks.get(row.indicator_id, []),
            first_year=firsts.get(row.indicator_id),
        )
    return lines


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    found: dict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return dict(found)


def _decided(period: ObjectivePeriod, only: Collection[int] | None = None) -> dict[int, list[Any]]:
    """Return of each clause its decided wordings in the order in which they came to stand; a correction
    (正誤) in the place of what it corrects."""
    rows = Wording.objects.placed().filter(
        amendment__period=period, amendment__state=Amendment.State.DECIDED
    )
    rows = rows if only is None else rows.filter(clause__in=only)
    ordered = rows.select_related(
        "amendment", "clause__introduced_by", "corrects__amendment"
    ).order_by("place", "amendment__sequence")
    standing = {(row.clause_id, row.place): row for row in ordered}
    return _grouped((clause, row) for (clause, _), row in standing.items())


def _first_year(first: Wording, period: ObjectivePeriod) -> int:
    introduced = first.clause.introduced_by
    return first_year_of(introduced.kind, introduced.effective_on, period)


def first_year_of(kind: str, effective_on: dt.date | None, period: ObjectivePeriod) -> int:
    """Return the fiscal year from which an indicator has values, by the amendment that introduced it:
    the baseline's always had them."""
    if kind == Amendment.Kind.BASELINE or effective_on is None:
        return period.first_fiscal_year
    return max(fiscal_year_of(effective_on), period.first_fiscal_year)


def _breaks(
    told: Mapping[int, list[Any]], successions: Mapping[int, Sequence[Break]]
) -> dict[int, list[Break]]:
    found: dict[int, list[Break]] = defaultdict(list)
    for pk, declared in successions.items():
        found[pk] += declared
    for pk, rows in told.items():
        for old, new in itertools.pairwise(rows):
            amendment = str(_decision_of(new))
            named = any(b.amendment == amendment for b in successions.get(pk, ()))
            turn(found[pk], old, new, amendment)
            if new.text != old.text and not new.repealed and not named:
                found[pk].append(Break(_year(new), "reworded", amendment))
    return {pk: breaks for pk, breaks in found.items() if breaks}


def turn(breaks: list[Break], old: Told, new: Told, amendment: str = "") -> None:
    """Add to what was done to a clause that it was abolished or restored, where it was. Abolished within a
    year, it had that year; restored before a year was without it, it was never gone."""
    if new.repealed and not old.repealed:
        first = (new.from_date.month, new.from_date.day) == (4, 1)
        breaks.append(Break(_year(new) + (not first), "abolished", amendment, continues=False))
    elif old.repealed and not new.repealed:
        abolished = next((b for b in reversed(breaks) if b.kind == "abolished"), None)
        if abolished and _year(new) <= abolished.fiscal_year:
            breaks.remove(abolished)
        else:
            breaks.append(Break(_year(new), "restored", amendment, continues=False))


def _year(told: Told) -> int:
    return fiscal_year_of(told.from_date)


def _decision_of(wording: Wording) -> Amendment:
    """Return the amendment that changed a clause, which a correction (正誤) only put right."""
    return wording.corrects.amendment if wording.corrects else wording.amendment
