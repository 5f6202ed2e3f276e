"""How far the entering of each item's year has come: its state, who enters until when, how much is there."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from evaluation.comparison.alignment import UnitKind
from evaluation.figures import Figures
from evaluation.models import IndicatorMeasure, ItemYear, YearClosing
from evaluation.models.texts import Node
from programs.models import User

State = ItemYear.State
# What a year was closed over, which nobody hands in any more.
UNFINISHED: dict[str, str] = {
    State.ENTERING: "未提出のまま締切",
    State.RETURNED: "差戻しのまま締切",
}


@dataclass(frozen=True)
class ItemProgress:
    """An item's year. `row` is None as long as nobody has done anything with it; `verdicts` counts its
    measures by what they have come to (`Point.status`)."""

    item: Node
    nodes: Sequence[Node]
    fiscal_year: int
    row: ItemYear | None
    present: int
    expected: int
    verdicts: Counter[str]
    is_closed: bool = False

    @property
    def state(self) -> str:
        return self.row.state if self.row else State.ENTERING

    @property
    def state_words(self) -> str:
        """Return the state as it is told: what nobody has entered anything for has not begun, and in a
        closed year nobody enters any more."""
        if self.is_closed and self.state in UNFINISHED:
            return UNFINISHED[self.state]
        if self.state == State.ENTERING and not self.present:
            return "未着手"
        return State(self.state).label

    @property
    def person(self) -> User | None:
        return self.row.person if self.row else None

    @property
    def due_on(self) -> dt.date | None:
        return self.row.due_on if self.row else None

    @property
    def missing(self) -> int:
        """Return how much of what is expected is not there."""
        return max(self.expected - self.present, 0)

    @property
    def mark(self) -> str:
        """Return how much is there: none is expected, all, a part or nothing."""
        if not self.expected:
            return "none"
        return "full" if self.present >= self.expected else "part" if self.present else "empty"

    def is_late(self, today: dt.date) -> bool:
        """Tell whether it should have been handed in."""
        open_still = self.state in (State.ENTERING, State.RETURNED)
        return bool(open_still and self.due_on and self.due_on < today)


@dataclass(frozen=True)
class PersonProgress:
    """What one person enters for a year; None for the items of nobody."""

    person: User | None
    items: list[ItemProgress]

    @property
    def present(self) -> int:
        return sum(item.present for item in self.items)

    @property
    def expected(self) -> int:
        return sum(item.expected for item in self.items)

    @property
    def states(self) -> dict[str, int]:
        return dict(Counter(item.state_words for item in self.items))


@dataclass(frozen=True)
class Progress:
    """Every item's years, with the closings of years."""

    figures: Figures
    rows: dict[tuple[int, int], ItemYear]
    closings: dict[int, YearClosing]

    @classmethod
    def of(cls, figures: Figures) -> "Progress":
        """Read a period's progress (two queries)."""
        rows = ItemYear.objects.filter(item__period=figures.period).select_related("person")
        closings = YearClosing.objects.filter(period=figures.period).select_related("closed_by")
        return cls(
            figures,
            {(row.item_id, row.fiscal_year): row for row in rows},
            {row.fiscal_year: row for row in closings},
        )

    def at(self, item: Node, fiscal_year: int) -> ItemProgress:
        figures = self.figures
        nodes = figures.indicators_in(item, fiscal_year)
        measures = [m for node in nodes for m in figures.measures.get(node.clause_id, [])]
        points = [figures.lines[measure.pk].at(fiscal_year) for measure in measures]
        return ItemProgress(
            item,
            nodes,
            fiscal_year,
            self.rows.get((item.clause_id, fiscal_year)),
            sum(figures.present(node, fiscal_year) for node in nodes),
            sum(figures.expected(node, fiscal_year) for node in nodes),
            Counter(point.status for point in points),
            fiscal_year in self.closings,
        )

    def named(self, public_id: str, fiscal_year: int) -> ItemProgress | None:
        """Return the year of an item by its public id; None where it had nothing to be entered."""
        found = (self.at(item, fiscal_year) for item in self._items if item.public_id == public_id)
        return next((one for one in found if one.nodes or one.row), None)

    @cached_property
    def overview(self) -> list[tuple[Node, list[ItemProgress]]]:
        """Every item that ever had an indicator, or was handed in, with each of its years."""
        years = self.figures.years
        found = [(item, [self.at(item, year) for year in years]) for item in self._items]
        return [(item, own) for item, own in found if any(one.nodes or one.row for one in own)]

    @cached_property
    def _items(self) -> list[Node]:
        order = self.figures.ever.order
        return [self.figures.text.nodes[n.clause_id] for n in order if n.kind is UnitKind.ITEM]

    def year(self, fiscal_year: int) -> list[ItemProgress]:
        """Return the items that anything is to be entered for in a year."""
        found = [self.at(item, fiscal_year) for item in self._items]
        return [one for one in found if one.expected or one.row]

    def people(self, fiscal_year: int) -> list[PersonProgress]:
        """Return who enters what of a year: by name, what is nobody's last."""
        by_person: dict[User | None, list[ItemProgress]] = {}
        for one in self.year(fiscal_year):
            by_person.setdefault(one.person, []).append(one)
        found = [PersonProgress(person, items) for person, items in by_person.items()]
        return sorted(found, key=lambda one: (one.person is None, str(one.person)))


def blanks(figures: Figures, progress: ItemProgress) -> Iterator[tuple[Node, str]]:
    """Yield what of an item's year is still to be entered: the indicator, and the measure's name; "" for
    a yearly text, or an indicator that nothing is measured under."""
    year = progress.fiscal_year
    for node in progress.nodes:
        measures = figures.measures.get(node.clause_id, [])
        is_told = node.kind is UnitKind.EVALUATION_INDICATOR
        if (is_told and (node.clause_id, year) not in figures.results) or not (is_told or measures):
            yield node, ""
        for measure in measures:
            row = figures.values.get((measure.pk, year))
            to_come = row is None or row.state == "not_yet"
            if measure.nature != IndicatorMeasure.Nature.RATIO and to_come:
                yield node, measure.label
