"""A text as a tree of its units: numbers as printed, and the place of a unit for a person."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from evaluation.comparison.alignment import Document, Unit, UnitKind
from evaluation.excerpts import shortened

KIND_NAMES = {
    UnitKind.CHAPTER: "章",
    UnitKind.ITEM: "項目",
    UnitKind.BODY: "本文",
    UnitKind.EVALUATION_AXIS: "評価軸",
    UnitKind.EVALUATION_INDICATOR: "評価指標",
    UnitKind.MONITORING_INDICATOR: "モニタリング指標",
}
LISTS = (
    UnitKind.EVALUATION_AXIS,
    UnitKind.EVALUATION_INDICATOR,
    UnitKind.MONITORING_INDICATOR,
)
NUMBERED = (UnitKind.CHAPTER, UnitKind.ITEM)
_SHOWN = 24  # characters of a text in the name of its place


@dataclass(frozen=True)
class Tree:
    """The units of one text that stand, by id."""

    document: Document

    @cached_property
    def units(self) -> dict[str, Unit]:
        return {unit.id: unit for unit in self.document.units}

    @cached_property
    def children(self) -> dict[str | None, list[Unit]]:
        children: dict[str | None, list[Unit]] = defaultdict(list)
        for unit in sorted(self.document.units, key=lambda unit: (unit.rank, unit.id)):
            children[unit.parent].append(unit)
        return children

    def below(self, parent: str | None, *kinds: UnitKind) -> list[Unit]:
        """Return the children of a unit, all or those of some kinds, in order."""
        return [unit for unit in self.children.get(parent, []) if not kinds or unit.kind in kinds]

    @cached_property
    def order(self) -> list[Unit]:
        """All units in the order of the document."""
        return list(self._walk(None))

    def _walk(self, parent: str | None) -> Iterator[Unit]:
        for unit in self.children.get(parent, []):
            yield unit
            yield from self._walk(unit.id)

    def above(self, unit: Unit) -> list[Unit]:
        """Return the unit and those above it, innermost first."""
        chain = [unit]
        while (parent := self.units.get(chain[-1].parent or "")) and parent not in chain:
            chain.append(parent)
        return chain

    def number(self, unit: Unit) -> str:
        """Return the number of an item, "2.5", or of a chapter, "Ⅲ"; of other units "\"\"."""
        if unit.kind is UnitKind.CHAPTER:
            return unit.label
        labels = [one.label for one in self.above(unit) if one.kind is UnitKind.ITEM]
        return ".".join(reversed(labels)) if unit.kind is UnitKind.ITEM else ""

    def chapter(self, unit: Unit) -> Unit | None:
        outermost = self.above(unit)[-1]
        return outermost if outermost.kind is UnitKind.CHAPTER else None

    def owner(self, unit: Unit) -> Unit | None:
        """Return the item or chapter that a unit is, or hangs on."""
        return next((one for one in self.above(unit) if one.kind in NUMBERED), None)

    def place(self, unit: Unit) -> str:
        """Name a unit for a person, "4.3. 先端技術分野…の評価指標「産学における…」"."""
        owner = self.owner(unit)
        heading = f"{self.number(owner)}. {owner.text}" if owner else "（位置なし）"
        if owner is unit:
            return heading
        return f"{heading}の{KIND_NAMES[unit.kind]}「{shortened(unit.text, _SHOWN)}」"

    @cached_property
    def by_number(self) -> dict[tuple[str, str], Unit]:
        """Items by the label of their chapter and their number; the first of two with one number."""
        found: dict[tuple[str, str], Unit] = {}
        for unit in self.order:
            if unit.kind is UnitKind.ITEM:
                chapter = self.chapter(unit)
                key = chapter.label if chapter else "", self.number(unit)
                found.setdefault(key, unit)
        return found
