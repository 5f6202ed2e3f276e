"""What the grid shows: the measures of every item, the values that stand, and what may be changed.

Read in eight queries, as plain tuples: a page with hundreds of fields has no time for models.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import F
from django.db.models.functions import Coalesce
from django.urls import reverse

from evaluation import valuing
from evaluation.comparison.alignment import UnitKind
from evaluation.figures import first_year_of, years_of
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
COLUMNS = (
    "clause_id public_id kind parent_id rank label text repealed excerpt origin begins_on".split()
)

RATIO, QUALITATIVE = IndicatorMeasure.Nature.RATIO, IndicatorMeasure.Nature.QUALITATIVE


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
    """The grid of a period for the person who fills it in. `lines` by indicator; `values` by measure
    and year; `first_years` by indicator."""

    period: ObjectivePeriod
    text: Text
    lines: dict[int, list[Line]]
    values: dict[tuple[int, int], Standing]
    first_years: dict[int, int]
    gates: valuing.Gates

    @classmethod
    def of(cls, period: ObjectivePeriod, by: User | None) -> "Sheet":
        text, firsts = _text(period)
        lines: dict[int, list[Line]] = {}
        for line in _lines(period):
            lines.setdefault(line.indicator_id, []).append(line)
        gates = valuing.Gates.of(period, lines.keys(), by)
        return cls(period, text, lines, _values(period), firsts, gates)

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

    def is_before(self, line: Line, fiscal_year: int) -> bool:
        """Tell whether the indicator was not there yet."""
        return fiscal_year < self.first_years.get(line.indicator_id, 0)

    def is_shut(self, line: Line, fiscal_year: int) -> bool:
        """Tell whether this person may not change a value."""
        return self.gates.is_shut(line.indicator_id, fiscal_year, line.pk)

    def asks_why(self, line: Line, fiscal_year: int) -> bool:
        """Tell whether a change needs a coded reason and words."""
        stage = self.standing(line, fiscal_year).stage
        return self.gates.asks_why(stage, line.indicator_id, fiscal_year)

    @cached_property
    def ratios(self) -> dict[tuple[int, int], Entry]:
        """Return the entries of ratios by measure and year: they are reckoned and never entered."""
        found: dict[tuple[int, int], Entry] = {}
        for line in self.by_pk.values():
            if line.nature == RATIO:
                above, below = self._entries(line.numerator_id), self._entries(line.denominator_id)
                entries = ratio(above, below, line.decimals)
                found |= {(line.pk, entry.fiscal_year): entry for entry in entries}
        return found

    def _entries(self, measure_id: int | None) -> list[Entry]:
        found = ((year, self.values.get((measure_id or 0, year))) for year in self.years)
        return [Entry(y, v.number, v.state, v.text, v.stage) for y, v in found if v is not None]


def _text(period: ObjectivePeriod) -> tuple[Text, dict[int, int]]:
    """Return items and monitoring indicators as decided last, and the first year of each clause."""
    decided = Wording.objects.filter(
        amendment__period=period,
        amendment__state=Amendment.State.DECIDED,
        clause__kind__in=KINDS,
    ).annotate(
        place=Coalesce("corrects__amendment__sequence", "amendment__sequence"),
        public_id=F("clause__public_id"),
        kind=F("clause__kind"),
        origin=F("clause__introduced_by__kind"),
        begins_on=F("clause__introduced_by__effective_on"),
    )
    rows: Any = decided.order_by("place", "amendment__sequence").values_list(*COLUMNS, named=True)
    nodes, firsts = {}, {}
    for row in rows:  # of each clause the last one counts
        own = (row.label, row.text, row.repealed, row.excerpt)
        kind = UnitKind(row.kind)
        nodes[row.clause_id] = Node(
            row.clause_id, row.public_id, kind, row.parent_id, row.rank, *own, wording=row
        )
        firsts[row.clause_id] = first_year_of(row.origin, row.begins_on, period)
    return Text(nodes), firsts


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
