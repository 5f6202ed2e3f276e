"""The comparison table (新旧対照表) of two texts, in the national form."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from types import MappingProxyType

from evaluation.comparison.alignment import Document, Kind, Pair, Unit, UnitKind, align
from evaluation.comparison.elision import cells
from evaluation.comparison.heads import (
    head,
    head_runs,
    in_body,
    joined,
    level_of,
    span_of,
    whole,
)
from evaluation.comparison.marking import Marks, mark, mark_many
from evaluation.comparison.notices import invisible_difference
from evaluation.comparison.rows import (
    NATIONAL,
    Cell,
    Level,
    Notice,
    Role,
    Row,
    Run,
    Settings,
    Table,
)
from evaluation.comparison.succession import Succession, joint_cells, joints

__all__ = [
    "NATIONAL",
    "Kind",
    "Level",
    "Role",
    "Row",
    "Run",
    "Settings",
    "Succession",
    "Table",
    "compare",
]

_LABELS = {
    UnitKind.EVALUATION_AXIS: "○評価軸",
    UnitKind.EVALUATION_INDICATOR: "○評価指標",
    UnitKind.MONITORING_INDICATOR: "○モニタリング指標",
}
_REVISED = (Kind.REVISED, Kind.RENUMBERED_REVISED, Kind.MOVED)
_RENUMBERED = (Kind.RENUMBERED, Kind.RENUMBERED_REVISED, Kind.MOVED)
_NO_MARKS: Mapping[str, Marks] = MappingProxyType({})
_NO_REMARKS: Mapping[str, str] = MappingProxyType({})
_NO_HEADINGS: Mapping[str, str] = MappingProxyType({})
_AS_ABOVE = "同上"
_BY_SENTENCE = "違いが大きいため、語ではなく文の単位で下線を引いています。"


def compare(
    old: Document,
    new: Document,
    settings: Settings = NATIONAL,
    corrected: Mapping[str, Marks] = _NO_MARKS,
    remarks: Mapping[str, str] = _NO_REMARKS,
    successions: Sequence[Succession] = (),
    headings: Mapping[str, str] = _NO_HEADINGS,
) -> Table:
    """The table of what `new` changes in `old`; where nothing changes it has no rows.

    The body comes first, then the axes and indicators (【指標】) of the items whose entry changes.
    `corrected`: by id of a revised unit the marks that a drafter drew in place of the engine's.
    `remarks`: by id of a changed unit what 備考 says of it, such as its reason.
    `successions`: which clauses were split or merged; each split or merger is one row.
    `headings`: by id of a paragraph without parent the id of one to be shown where it changes.
    Raises ValueError for units that form no tree, like `align`.
    """
    rows = _Rows(old, new, settings, corrected, remarks, successions)
    rows.lead(headings)
    body, indicators = list(rows.body()), list(rows.indicators())
    if indicators:
        indicators.insert(0, _label(Level.SECTION, "【指標】"))
    title = _title(old.title, new.title)
    unchanged = title.kind is Kind.LABEL and not rows.changed
    return Table(
        f"{new.title} {settings.heading}",
        settings.note,
        settings.columns,
        () if unchanged else tuple(_said_once([title, *body, *indicators])),
        settings.first,
        settings.remarks,
        tuple(rows.notices()),
        tuple(rows.by_sentence()),
    )


def _title(old: str, new: str) -> Row:
    marks = mark(old, new)
    current, proposed = cells(old, new, marks, elide=False)
    return Row(
        Kind.LABEL if marks == Marks() else Kind.REVISED, Level.TITLE, None, proposed, current
    )


def _label(level: Level, text: str, proposed: bool = True, current: bool = True) -> Row:
    cell = (Run(text),)
    return Row(Kind.LABEL, level, None, cell if proposed else (), cell if current else ())


def _said_once(rows: Sequence[Row]) -> Iterator[Row]:
    """Of rows that follow each other with one remark, all but the first say 「同上」."""
    above = ""
    for row in rows:
        yield replace(row, remark=_AS_ABOVE) if row.remark and row.remark == above else row
        above = row.remark


class _Rows:
    """The rows of two documents, part by part."""

    def __init__(
        self,
        old: Document,
        new: Document,
        settings: Settings,
        corrected: Mapping[str, Marks],
        remarks: Mapping[str, str],
        successions: Sequence[Succession],
    ) -> None:
        self.settings = settings
        self.full = settings.unchanged_siblings == "full"
        self.remarks = remarks
        self.pairs = align(old, new, follow=settings.moves == "track")
        self.tops = [pair for pair in self.pairs if pair.unit.parent is None]
        self.own, self.drawn = _marks(self.pairs), corrected
        self.old_numbers = {pair.old.id: pair.old_number for pair in self.pairs if pair.old}
        self.new_numbers = {pair.new.id: pair.new_number for pair in self.pairs if pair.new}
        self.old_units = {unit.id: unit for unit in old.units}
        self.new_units = {unit.id: unit for unit in new.units}
        self._find_joints(successions)
        self._find_changes()

    def _find_joints(self, successions: Sequence[Succession]) -> None:
        """`joint`: by id of its first proposed part; `hidden`: pairs whose text its row shows."""
        self.joint = {joint.new[0].id: joint for joint in joints(self.pairs, successions)}
        parts = {unit.id for joint in self.joint.values() for unit in (*joint.old, *joint.new)}
        self.hidden = {
            pair
            for pair in self.pairs
            if pair.id in parts and not (pair.new and pair.id in self.joint)
        }

    def _find_changes(self) -> None:
        # Changed: the pair itself, or something in the body below it.
        self.changed: set[Pair] = set()
        # Opening: the first pair of a part that stands alone; it has the （新設） opposite.
        self.opening = {pair for pair in self.tops if _alone(pair)}
        for pair in reversed(self.pairs):
            below = any(child in self.changed for child in in_body(pair.children))
            if below or self._differs(pair):
                self.changed.add(pair)
            if not _alone(pair) or pair in self.hidden or pair.id in self.joint:
                self.opening.update(filter(_alone, pair.children))

    def _differs(self, pair: Pair) -> bool:
        """Whether a pair itself has something to show: what it says may be unchanged beside its parts."""
        return _changed(pair) or pair.id in self.joint

    def lead(self, headings: Mapping[str, str]) -> None:
        """Count as changed the paragraphs that serve changed ones as headings, T2."""
        places = {pair.id: pair for pair in self.pairs}
        for pair in list(self.changed):
            above = headings.get(pair.id)
            while above and places[above] not in self.changed:
                self.changed.add(places[above])
                above = headings.get(above)

    def body(self) -> Iterator[Row]:
        """Chapters, items and paragraphs in document order."""
        pending = self._shown(in_body(self.tops))[::-1]
        while pending:
            shown = pending.pop()
            if isinstance(shown, Row):
                yield shown
                continue
            printed = self.full or self._differs(shown) or self._leads(shown)
            if printed and shown not in self.hidden:
                yield self._row(shown, level_of(shown.unit), noted=shown in self.opening)
            pending += self._shown(in_body(shown.children))[::-1]

    def indicators(self) -> Iterator[Row]:
        """Per item whose entry changes: the item itself, then what changes of each list."""
        for pair in self.pairs:
            if not pair.children:
                continue
            lists = {
                kind: [child for child in pair.children if child.unit.kind is kind]
                for kind in _LABELS
            }
            if not any(lists.values()):
                continue
            shown = {kind: self._shown(members) for kind, members in lists.items()}
            if not self.full and not _changed(pair) and not any(shown.values()):
                continue
            yield _label(Level.LABEL, "○項目")
            yield self._row(pair, Level.ENTRY, noted=True)
            for kind, members in shown.items():
                printed = [member for member in members if member not in self.hidden]
                if printed:
                    yield _label(Level.LABEL, _LABELS[kind], bool(pair.new), bool(pair.old))
                for member in printed:
                    if isinstance(member, Row):
                        yield member
                    else:
                        yield self._row(member, Level.BULLET, noted=member in self.opening)

    def notices(self) -> Iterator[Notice]:
        """What is stored differently and counts as unchanged, in document order."""
        for pair in self.pairs:
            if pair.old and pair.new and (words := _invisible(pair.old, pair.new)):
                place = _place(pair.new, self.new_units, self.new_numbers)
                yield Notice(pair.id, place, pair.new.text, words)

    def by_sentence(self) -> Iterator[Notice]:
        """Texts whose marks the engine drew on whole sentences, in document order."""
        for pair in self.pairs:
            own = self.own.get(pair.id)
            if pair.new and own and own.by_sentence and pair.id not in self.drawn:
                place = _place(pair.new, self.new_units, self.new_numbers)
                yield Notice(pair.id, place, pair.new.text, _BY_SENTENCE)

    def _leads(self, pair: Pair) -> bool:
        """Whether an unchanged heading above a change is printed.

        T2: it is, but for T3 an item whose changed children all carry its number: 2. 5. is
        followed by 4. 3., without a row for 4.
        """
        if pair.unit.kind in (UnitKind.CHAPTER, UnitKind.PARAGRAPH) or not pair.unit.label:
            return True
        below = [child.unit for child in in_body(pair.children) if child in self.changed]
        return not all(unit.kind is UnitKind.ITEM and unit.label for unit in below)

    def _shown(self, siblings: Sequence[Pair]) -> list[Pair | Row]:
        """T1: of siblings those that change; the others are dropped, one row a run, or in full."""
        changed = [pair for pair in siblings if pair in self.changed]
        if self.full:
            return list(siblings)
        if self.settings.unchanged_siblings == "drop" or not changed:
            return list(changed)
        shown: list[Pair | Row] = []
        for (kind, level), run in groupby(
            siblings, key=lambda pair: (self._run_kind(pair), level_of(pair.unit))
        ):
            members = list(run)
            shown += [self._run(kind, level, members)] if kind else members
        return shown

    def _run_kind(self, pair: Pair) -> Kind | None:
        """Whether a pair can be one of a run: unchanged, or nothing but renumbered with all below."""
        if pair not in self.changed:
            return Kind.SAME
        pending = [pair]
        while pending:
            below = pending.pop()
            if below.kind is not Kind.RENUMBERED and _changed(below):
                return None
            pending += in_body(below.children)
        return Kind.RENUMBERED if pair.kind is Kind.RENUMBERED else None

    def _run(self, kind: Kind, level: Level, members: Sequence[Pair]) -> Row:
        """One row for unchanged siblings, 「１～４　（略）」, or for renumbered ones."""
        marked = kind is Kind.RENUMBERED
        note = self._note(self.settings.omitted)
        new, old = (
            joined((Run(printed, marked), Run("　" if printed else ""), *note))
            for printed in (
                span_of([pair.new_number for pair in members]),
                span_of([pair.old_number for pair in members]),
            )
        )
        return Row(kind, level, None, new, old)

    def _row(self, pair: Pair, level: Level, noted: bool) -> Row:
        """The row of a pair; `noted`: opposite a text that stands alone its note is printed."""
        unit = pair.unit
        remark = self._remark(pair)
        if pair.new and unit.id in self.joint and level is not Level.ENTRY:
            joint = self.joint[unit.id]
            current, proposed = joint_cells(joint, self.old_numbers, self.new_numbers)
            return Row(joint.kind, level, unit.id, proposed, current, remark)
        if pair.old is None:  # T4
            kind = Kind.NEW if pair.kind is Kind.NEW else Kind.MOVED
            note = self._note(self.settings.new) if noted else ()
            return Row(kind, level, unit.id, whole(level, pair.new_number, unit), note, remark)
        if pair.new is None:  # T5
            kind = Kind.DELETED if pair.kind is Kind.DELETED else Kind.MOVED
            note = self._note(self.settings.deleted) if noted else ()
            return Row(kind, level, unit.id, note, whole(level, pair.old_number, unit), remark)
        marked = pair.kind in _RENUMBERED
        old_head = head_runs(level, pair.old_number, marked)
        new_head = head_runs(level, pair.new_number, marked)
        old_text, new_text = self._texts(pair.kind, level, pair.old, pair.new)
        if pair.kind is Kind.MOVED and not new_head[0].text:
            old_text = (Run(f"（{self._origin(pair)}）", role=Role.ORIGIN), *old_text)
        current, proposed = joined(old_head + old_text), joined(new_head + new_text)
        return Row(pair.kind, level, unit.id, proposed, current, remark)

    def _texts(self, kind: Kind, level: Level, old: Unit, new: Unit) -> tuple[Cell, Cell]:
        """What follows the numbers of a text that stands on both sides, old first."""
        if new.id in self.own:
            elide = self.settings.elide and level in (Level.BODY, Level.PARAGRAPH)
            own = self.own[new.id]
            return cells(old.text, new.text, self.drawn.get(new.id, own), elide, own)
        if self.full:
            return (Run(old.text),), (Run(new.text),)
        if kind is Kind.RENUMBERED:
            return self._note(self.settings.omitted), self._note(self.settings.omitted)
        if self.settings.first == "current":
            return (Run(old.text),), self._note(self.settings.same)
        return self._note(self.settings.same), (Run(new.text),)

    def _note(self, text: str) -> Cell:
        return (Run(text, role=Role.NOTE),)

    def _remark(self, pair: Pair) -> str:
        """What is given for a changed clause, then the engine's own words."""
        said = [self.remarks.get(pair.id, "")] if _changed(pair) else []
        if pair.kind is Kind.MOVED:
            said.append(self._origin(pair))
        if pair.old and pair.new:
            said.append(_invisible(pair.old, pair.new))
        return "\n".join(filter(None, said))

    def _origin(self, pair: Pair) -> str:
        """Where a moved clause came from, or at its old place where it went."""
        here = _place(self.old_units[pair.id], self.old_units, self.old_numbers)
        there = _place(self.new_units[pair.id], self.new_units, self.new_numbers)
        if here == there:
            return f"{here} の中で移動" if here else "移動"
        place, words = (here, "から移動") if pair.new else (there, "へ移動")
        return f"{place} {words}" if place else "移動"


def _place(unit: Unit, units: Mapping[str, Unit], numbers: Mapping[str, Sequence[str]]) -> str:
    """The printed number of a unit, or of the nearest one above that has a number."""
    while not numbers[unit.id] and unit.parent:
        unit = units[unit.parent]
    level = Level.PARAGRAPH if unit.kind is UnitKind.PARAGRAPH else Level.ITEM
    return head(level, numbers[unit.id])


def _invisible(old: Unit, new: Unit) -> str:
    return invisible_difference(old.text, new.text) if old.text != new.text else ""


def _marks(pairs: Sequence[Pair]) -> dict[str, Marks]:
    """The engine's marks of every text that stands on both sides and differs."""
    revised = [(pair.old, pair.new) for pair in pairs if pair.kind in _REVISED]
    both = [(old, new) for old, new in revised if old and new]
    marks = mark_many((old.text, new.text) for old, new in both)
    return {new.id: found for (_, new), found in zip(both, marks, strict=True) if found != Marks()}


def _alone(pair: Pair) -> bool:
    return pair.old is None or pair.new is None


def _changed(pair: Pair) -> bool:
    return pair.kind is not Kind.SAME or _alone(pair)
