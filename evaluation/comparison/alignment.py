"""Units of an old and a new text, paired by the identity of their clauses."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from evaluation.comparison.chains import heaviest_chain
from evaluation.comparison.text import fold


class Kind(StrEnum):
    """What happened to a unit of text; also the kind of a row of the comparison table."""

    SAME = "same"
    REVISED = "revised"
    NEW = "new"
    DELETED = "deleted"
    RENUMBERED = "renumbered"
    RENUMBERED_REVISED = "renumbered_revised"
    MOVED = "moved"
    SPLIT = "split"
    MERGED = "merged"
    LABEL = "label"


class UnitKind(StrEnum):
    CHAPTER = "chapter"
    ITEM = "item"
    BODY = "body"
    PARAGRAPH = "paragraph"  # of a plain text: its label is the number as printed, 「第3条の2」
    EVALUATION_AXIS = "evaluation_axis"
    EVALUATION_INDICATOR = "evaluation_indicator"
    MONITORING_INDICATOR = "monitoring_indicator"


# An item's text is printed in the body, its axes and indicators in three lists of the appendix:
# order means something within each of these only.
_GROUPS = (
    None,
    UnitKind.EVALUATION_AXIS,
    UnitKind.EVALUATION_INDICATOR,
    UnitKind.MONITORING_INDICATOR,
)


@dataclass(frozen=True, slots=True)
class Unit:
    """One clause of one text: a heading, a paragraph, an axis or an indicator.

    `id` is the clause's identity in every text; siblings are ordered by (`rank`, `id`).
    `label` is its own number only ("5", "Ⅲ"), empty where it has none.
    """

    id: str
    kind: UnitKind
    parent: str | None
    rank: str
    label: str
    text: str


@dataclass(frozen=True)
class Document:
    """The units of one text, in any order: the tree is built from `parent` and `rank`."""

    title: str
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A clause at one place of the two texts.

    `old` or `new` is None where nothing stands opposite: a new, deleted or moved clause (a moved
    one has a pair at each of its places, or one of both sides at its new place if moves are
    followed) and all that hangs on it. `kind` is the clause's own.
    Numbers are the printed number's parts: ("2", "5"). Children: text and items, then the axes and
    indicators, each list in order, what is gone before what is new.
    """

    kind: Kind
    old: Unit | None
    new: Unit | None
    old_number: tuple[str, ...]
    new_number: tuple[str, ...]
    children: list["Pair"] = field(default_factory=list)

    @property
    def unit(self) -> Unit:
        """The unit as proposed, or as it was where the proposed text has none here."""
        unit = self.new or self.old
        assert unit
        return unit

    @property
    def id(self) -> str:
        return self.unit.id


def align(old: Document, new: Document, *, follow: bool = False) -> list[Pair]:
    """All pairs of both texts in document order; those at the top have a unit without parent.

    `follow`: a moved clause stands opposite itself at its new place, and nowhere else.
    Raises ValueError where a unit stands twice, its parent is absent, or parents form a circle.
    """
    before, after = _Tree(old), _Tree(new)
    moved = _moved(before, after)

    def paired(siblings_old: Sequence[Unit], siblings_new: Sequence[Unit]) -> list[Pair]:
        places = _merged(siblings_old, siblings_new, moved)
        if follow:
            places = _followed(places, before, moved)
        return [_pair(unit, other, before, after, moved) for unit, other in places]

    pairs: list[Pair] = []
    # An explicit stack: no depth of nesting may end in a RecursionError.
    pending = paired(before.children[None], after.children[None])[::-1]
    while pending:
        pair = pending.pop()
        pairs.append(pair)
        below = before.below(pair.old), after.below(pair.new)
        if any(below):
            pair.children.extend(paired(*below))
            pending += pair.children[::-1]
    return pairs


class _Tree:
    """The units of a document by id, by parent, and their printed numbers."""

    def __init__(self, document: Document) -> None:
        self.units = {unit.id: unit for unit in document.units}
        if len(self.units) != len(document.units):
            raise ValueError("a unit stands twice in the document")
        self.children: defaultdict[str | None, list[Unit]] = defaultdict(list)
        for unit in sorted(document.units, key=lambda unit: (unit.rank, unit.id)):
            self.children[unit.parent].append(unit)
        self.numbers: dict[str, tuple[str, ...]] = {}
        pending = list(self.children[None])
        while pending:
            unit = pending.pop()
            self.numbers[unit.id] = self._number(unit)
            pending += self.below(unit)
        for unit in document.units:
            if unit.id not in self.numbers:
                raise ValueError(f"unit {unit.id}: no way up to the top, parent {unit.parent}")

    def below(self, unit: Unit | None) -> Sequence[Unit]:
        """The children of a unit; most have none, and none are kept for those."""
        return self.children.get(unit.id, ()) if unit else ()

    def _number(self, unit: Unit) -> tuple[str, ...]:
        """An item's number joins those of the items above it; a chapter's is not part of it."""
        own = (unit.label,) if unit.label else ()
        parent = self.units.get(unit.parent or "")
        if unit.kind is UnitKind.ITEM and parent and parent.kind is UnitKind.ITEM:
            return self.numbers[parent.id] + own
        return own


def _pair(old: Unit | None, new: Unit | None, before: _Tree, after: _Tree, moved: set[str]) -> Pair:
    unit = new or old
    assert unit
    return Pair(
        _kind(before, after, unit.id, moved),
        old,
        new,
        before.numbers[old.id] if old else (),
        after.numbers[new.id] if new else (),
    )


def _kind(before: _Tree, after: _Tree, clause: str, moved: set[str]) -> Kind:
    if clause not in before.units:
        return Kind.NEW
    if clause not in after.units:
        return Kind.DELETED
    if clause in moved:
        return Kind.MOVED
    old_number, new_number = before.numbers[clause], after.numbers[clause]
    renumbered = len(old_number) != len(new_number) or not all(map(_equal, old_number, new_number))
    if _equal(before.units[clause].text, after.units[clause].text):
        return Kind.RENUMBERED if renumbered else Kind.SAME
    return Kind.RENUMBERED_REVISED if renumbered else Kind.REVISED


def _equal(old: str, new: str) -> bool:
    return old == new or fold(old).text == fold(new).text


def _merged(
    old: Sequence[Unit], new: Sequence[Unit], moved: set[str]
) -> Iterator[tuple[Unit | None, Unit | None]]:
    """Siblings of both texts as one sequence; what is gone stands before what is new."""
    old_groups, new_groups = _grouped(old), _grouped(new)
    for group in _GROUPS:
        leaving = deque(old_groups[group])
        stay = {unit.id for unit in leaving} & {unit.id for unit in new_groups[group]} - moved
        for unit in new_groups[group]:
            while leaving and leaving[0].id not in stay:
                yield leaving.popleft(), None
            # Those that stay are in one order on both sides: the next one left is this one.
            yield leaving.popleft() if unit.id in stay else None, unit
        for unit in leaving:
            yield unit, None


def _followed(
    places: Iterable[tuple[Unit | None, Unit | None]], before: _Tree, moved: set[str]
) -> Iterator[tuple[Unit | None, Unit | None]]:
    for old, new in places:
        if new is None:
            if old and old.id not in moved:
                yield old, None
        else:
            yield before.units[new.id] if new.id in moved else old, new


def _moved(before: _Tree, after: _Tree) -> set[str]:
    """Clauses under another parent, or in another order among the siblings that both texts have.

    Of an order that changed, as few clauses as possible are said to have moved, and only such as
    were given another rank: insertions, deletions and new numbers move nothing.
    """
    stayed: set[str] = set()
    for parent, siblings in after.children.items():
        places = {unit.id: place for place, unit in enumerate(before.children.get(parent, ()))}
        for group in _grouped(siblings).values():
            both = [unit for unit in group if unit.id in places]
            # Those that kept their rank are in one order already; each weighs more than all others
            # together, so the chain holds every one of them.
            heavy = len(both) + 1
            order = [
                (places[unit.id], heavy if before.units[unit.id].rank == unit.rank else 1)
                for unit in both
            ]
            stayed |= {both[position].id for position in heaviest_chain(order)}
    return (before.units.keys() & after.units.keys()) - stayed


def _grouped(units: Iterable[Unit]) -> dict[UnitKind | None, list[Unit]]:
    groups: dict[UnitKind | None, list[Unit]] = {group: [] for group in _GROUPS}
    for unit in units:
        groups[unit.kind if unit.kind in groups else None].append(unit)
    return groups
