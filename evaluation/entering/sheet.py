"""What the grid shows: the measures of every item, the values that stand, and what may be changed.

Read in eight queries, as plain tuples: a page with hundreds of fields has no time for models.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import starmap
from typing import Any, NamedTuple

from django.urls import reverse

from evaluation import lineage, valuing
from evaluation.comparison.alignment import UnitKind
from evaluation.eras import fiscal_year_of
from evaluation.figures import first_year_of, years_of, years_of_rows
from evaluation.models import (
    Amendment,
    Clause,
    IndicatorMeasure,
    IndicatorValue,
    ObjectivePeriod,
    Wording,
)
from evaluation.models.texts import Node, Text
from evaluation.numbers import STATE_WORDS, written
from evaluation.series import Entry, ratio
from programs.models import User

KINDS = (Clause.Kind.CHAPTER, Clause.Kind.ITEM, Clause.Kind.MONITORING_INDICATOR)
RATIO, QUALITATIVE = IndicatorMeasure.Nature.RATIO, IndicatorMeasure.Nature.QUALITATIVE


class Decided(NamedTuple):
    """What a decided amendment says of a clause, and of which amendment a correction takes the place."""

    clause_id: int
    public_id: str
    kind: str
    parent_id: int | None
    rank: str
    label: str
    text: str
    repealed: bool
    excerpt: bool
    origin: str
    begins_on: dt.date | None
    sequence: int
    effective_on: dt.date
    corrected_sequence: int | None
    corrected_effective_on: dt.date | None

    @property
    def place(self) -> int:
        return self.corrected_sequence or self.sequence

    @property
    def from_date(self) -> dt.date:
        return self.corrected_effective_on or self.effective_on


COLUMNS = (
    *("clause_id", "clause__public_id", "clause__kind"),
    *("parent_id", "rank", "label", "text", "repealed", "excerpt"),
    *("clause__introduced_by__kind", "clause__introduced_by__effective_on"),
    *("amendment__sequence", "amendment__effective_on"),
    *("corrects__amendment__sequence", "corrects__amendment__effective_on"),
)


class Line(NamedTuple):
    """A line of the grid: a measure."""

    pk: int
    indicator_id: int
    position: int
    label: str
    nature: str
    unit: str
    decimals: int
    numerator_id: int | None
    denominator_id: int | None


class Standing(NamedTuple):
    """The value that stands for a measure in a year; `revision` 0: none does."""

    number: Decimal | None = None
    text: str = ""
    state: str = ""
    stage: str = ""
    revision: int = 0
    note: str = ""

    def shown(self, decimals: int) -> str:
        """Return what its field holds: 「1,234.5」, a text, 「未集計」, or "" for none."""
        if self.number is not None:
            return written(self.number, decimals)
        return STATE_WORDS.get(self.state, "") or self.text


NONE = Standing()


@dataclass(frozen=True)
class Sheet:
    """The grid of a period for the person who fills it in. `text`: what was there in any year of it;
    `lines` by indicator; `values` by measure and year; `years_there` by clause."""

    period: ObjectivePeriod
    text: Text
    lines: dict[int, list[Line]]
    values: dict[tuple[int, int], Standing]
    years_there: dict[int, set[int]]
    gates: valuing.Gates

    @classmethod
    def of(cls, period: ObjectivePeriod, by: User | None) -> "Sheet":
        text, years_there, places = _text(period)
        lines: dict[int, list[Line]] = {}
        for line in _lines(period):
            lines.setdefault(line.indicator_id, []).append(line)
        gates = valuing.Gates.around(period, places, by)
        return cls(period, text, lines, _values(period), years_there, gates)

    @cached_property
    def years(self) -> range:
        return years_of(self.period)

    @cached_property
    def year_names(self) -> dict[int, str]:
        return {year: valuing.year_name(year) for year in self.years}

    @cached_property
    def items(self) -> list[tuple[Node, list[tuple[Node, list[Line]]]]]:
        """Return the items with measures, each with its indicators and their lines, as in the document."""
        items = (node for node in self.text.order if node.kind is UnitKind.ITEM)
        return [(node, own) for node in items if (own := self.of_item(node))]

    def of_item(self, item: Node) -> list[tuple[Node, list[Line]]]:
        below = self.text.children.get(item.clause_id, [])
        return [
            (node, self.lines[node.clause_id]) for node in below if node.clause_id in self.lines
        ]

    @cached_property
    def by_pk(self) -> dict[int, Line]:
        return {line.pk: line for lines in self.lines.values() for line in lines}

    def standing(self, line: Line, fiscal_year: int) -> Standing:
        return self.values.get((line.pk, fiscal_year), NONE)

    def name(self, line: Line) -> str:
        """Return what a person calls a measure, as `valuing.name_of` does."""
        node = self.text.nodes.get(line.indicator_id)
        return line.label or valuing.shortened(node.text if node else "")

    def is_absent(self, line: Line, fiscal_year: int) -> bool:
        """Tell whether the indicator was not there in a year: not yet, or no longer."""
        return fiscal_year not in self.years_there.get(line.indicator_id, ())

    def is_shut(self, line: Line, fiscal_year: int) -> bool:
        """Tell whether this person may not change a value."""
        return self.gates.is_shut(line.indicator_id, fiscal_year, line.pk)

    def asks_why(self, line: Line, fiscal_year: int) -> bool:
        """Tell whether a change needs a coded reason and words."""
        stage = self.standing(line, fiscal_year).stage
        return self.gates.asks_why(stage, line.indicator_id, fiscal_year)

    @cached_property
    def ratios(self) -> dict[tuple[int, int], Entry]:
        """Return the entries of ratios by measure and year: they are reckoned and never entered, also of
        what their parts carry on from others (a query, where there are any)."""
        ratios = [line for line in self.by_pk.values() if line.nature == RATIO]
        found: dict[tuple[int, int], Entry] = {}
        entries = self._carried(ratios) if ratios else {}
        for line in ratios:
            above, below = (
                entries.get(pk or 0, ()) for pk in (line.numerator_id, line.denominator_id)
            )
            own = ratio(above, below, line.decimals)
            found |= {(line.pk, entry.fiscal_year): entry for entry in own}
        return found

    def _carried(self, ratios: Iterable[Line]) -> lineage.Entries:
        """Return the entries of what ratios are made of, and of what these came from."""
        origins = lineage.origins_of(self.period)
        parts = {pk for line in ratios for pk in (line.numerator_id, line.denominator_id) if pk}
        asked = lineage.with_sources({self.by_pk[pk].indicator_id for pk in parts}, origins)
        entered: dict[int, list[Entry]] = {}
        for (pk, year), v in self.values.items():
            if self.by_pk[pk].indicator_id in asked:
                entered.setdefault(pk, []).append(Entry(year, v.number, v.state, v.text, v.stage))
        own = [origin for origin in origins if origin.indicator in asked]
        return lineage.carried(entered, self.lines, own)


def _text(
    period: ObjectivePeriod,
) -> tuple[Text, dict[int, set[int]], dict[int, list[tuple[int, int]]]]:
    """Return items and monitoring indicators that were there in any year of a period, as decided last,
    and of each clause the years in which it was there, and its places as `valuing.rows.items_of`."""
    rows = Wording.objects.filter(
        amendment__period=period,
        amendment__state=Amendment.State.DECIDED,
        clause__kind__in=KINDS,
    ).order_by("amendment__sequence")
    told: dict[int, dict[int, Decided]] = {}
    for row in starmap(Decided, rows.values_list(*COLUMNS)):
        # a correction (正誤) in the place of what it corrects, which was told before
        told.setdefault(row.clause_id, {})[row.place] = row
    nodes, there, places = {}, {}, {}
    for pk, standing in told.items():
        own = list(standing.values())
        first = first_year_of(own[0].origin, own[0].begins_on, period)
        if years := years_of_rows(own, first, period):
            nodes[pk], there[pk] = _node(own[-1]), years
            places[pk] = [(fiscal_year_of(r.from_date), r.parent_id) for r in own if r.parent_id]
    return Text(nodes), there, places


def _node(row: Decided) -> Node:
    """Return a clause in the tree of the grid, one that is gone included."""
    stands: Any = row  # of which the grid asks nothing that only a wording has
    return Node(
        row.clause_id,
        row.public_id,
        UnitKind(row.kind),
        *(row.parent_id, row.rank, row.label, row.text),
        repealed=False,
        excerpt=row.excerpt,
        wording=stands,
    )


def _lines(period: ObjectivePeriod) -> list[Line]:
    rows = IndicatorMeasure.objects.filter(indicator__period=period)
    return [
        Line(*row) for row in rows.order_by("indicator_id", "position").values_list(*Line._fields)
    ]


def _values(period: ObjectivePeriod) -> dict[tuple[int, int], Standing]:
    rows = IndicatorValue.objects.filter(measure__indicator__period=period).order_by()
    found = rows.values_list("measure_id", "fiscal_year", *Standing._fields)
    return {(measure, year): Standing(*row) for measure, year, *row in found}


# --- An item --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Section:
    """An item of the grid: its lines, and why its years cannot be changed, beside the closing of years."""

    node: Node
    number: str
    groups: list[tuple[Node, list[Line]]]
    locks: list[str]
    address: str

    @classmethod
    def of(cls, sheet: Sheet, item: Node) -> "Section":
        states = (sheet.gates.years.get((item.clause_id, year)) for year in sheet.years)
        waiting = [row.fiscal_year for row in states if row and row.state == row.State.SUBMITTED]
        locks = [
            f"{sheet.year_names[year]}は確認待ちのため、変更できません。"
            for year in waiting
            if year not in sheet.gates.closed
        ]
        place = [sheet.period.agency.code, sheet.period.number, item.public_id]
        address = reverse("grid_item", args=place)
        return cls(item, sheet.text.number(item), sheet.of_item(item), locks, address)

    @property
    def id(self) -> str:
        return f"item-{self.node.clause_id}"

    @property
    def shown(self) -> dict[str, Any]:
        """Return what a page of many sections shows of each, by name: a template reads that fastest."""
        own = {name: getattr(self, name) for name in ("id", "number", "locks", "address")}
        return own | {"heading": self.node.text, "section": self}
