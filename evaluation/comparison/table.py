"""The comparison table (新旧対照表) of two texts, in the national form."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType

from evaluation.comparison.alignment import Document, Kind, Pair, Unit, UnitKind, align
from evaluation.comparison.elision import cells
from evaluation.comparison.marking import Marks, mark, mark_many
from evaluation.comparison.rows import NATIONAL, Cell, Level, Role, Row, Run, Settings, Table

__all__ = ["NATIONAL", "Kind", "Level", "Role", "Row", "Run", "Settings", "Table", "compare"]

_LEVELS = {UnitKind.CHAPTER: Level.CHAPTER, UnitKind.ITEM: Level.ITEM, UnitKind.BODY: Level.BODY}
_LABELS = {
    UnitKind.EVALUATION_AXIS: "○評価軸",
    UnitKind.EVALUATION_INDICATOR: "○評価指標",
    UnitKind.MONITORING_INDICATOR: "○モニタリング指標",
}
_REVISED = (Kind.REVISED, Kind.RENUMBERED_REVISED)
_RENUMBERED = (Kind.RENUMBERED, Kind.RENUMBERED_REVISED)
_NOTHING: Mapping[str, Marks] = MappingProxyType({})
_FULL_WIDTH = {code: code + 0xFEE0 for code in b"0123456789."}


def compare(
    old: Document,
    new: Document,
    settings: Settings = NATIONAL,
    corrected: Mapping[str, Marks] = _NOTHING,
) -> Table:
    """The table of what `new` changes in `old`; where nothing changes it has no rows.

    The body comes first, then the axes and indicators (【指標】) of the items whose entry changes.
    `corrected`: by id of a revised unit the marks that a drafter drew in place of the engine's.
    Raises ValueError for units that form no tree, like `align`.
    """
    rows = _Rows(old, new, settings, corrected)
    body, indicators = list(rows.body()), list(rows.indicators())
    if indicators:
        indicators.insert(0, _label(Level.SECTION, "【指標】"))
    title = _title(old.title, new.title)
    unchanged = title.kind is Kind.LABEL and not body and not indicators
    return Table(
        f"{new.title} {settings.heading}",
        settings.note,
        settings.columns,
        () if unchanged else (title, *body, *indicators),
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


class _Rows:
    """The rows of two documents, part by part."""

    def __init__(
        self, old: Document, new: Document, settings: Settings, corrected: Mapping[str, Marks]
    ) -> None:
        self.settings = settings
        self.pairs = align(old, new)
        self.tops = [pair for pair in self.pairs if pair.unit.parent is None]
        self.marks = {**_marks(self.pairs), **corrected}
        # Changed: the pair itself, or something in the body below it.
        self.changed: set[Pair] = set()
        # Opening: the first pair of a part that stands alone; it has the （新設） opposite.
        self.opening = {pair for pair in self.tops if _alone(pair)}
        for pair in reversed(self.pairs):
            below = any(child in self.changed for child in _body_of(pair.children))
            if below or _changed(pair):
                self.changed.add(pair)
            if not _alone(pair):
                self.opening.update(filter(_alone, pair.children))

    def body(self) -> Iterator[Row]:
        """Chapters, items and paragraphs in document order."""
        pending = self._shown(_body_of(self.tops))[::-1]
        while pending:
            shown = pending.pop()
            if isinstance(shown, Row):
                yield shown
                continue
            if _changed(shown) or self._leads(shown):
                yield self._row(shown, _level(shown), noted=shown in self.opening)
            pending += self._shown(_body_of(shown.children))[::-1]

    def indicators(self) -> Iterator[Row]:
        """Per item whose entry changes: the item itself, then what changes of each list."""
        for pair in self.pairs:
            lists = {
                kind: [child for child in pair.children if child.unit.kind is kind]
                for kind in _LABELS
            }
            if not any(lists.values()):
                continue
            shown = {kind: self._shown(members) for kind, members in lists.items()}
            if not _changed(pair) and not any(shown.values()):
                continue
            yield _label(Level.LABEL, "○項目")
            yield self._row(pair, Level.ENTRY, noted=True)
            for kind, members in shown.items():
                if members:
                    yield _label(Level.LABEL, _LABELS[kind], bool(pair.new), bool(pair.old))
                for member in members:
                    if isinstance(member, Row):
                        yield member
                    else:
                        yield self._row(member, Level.BULLET, noted=member in self.opening)

    def _leads(self, pair: Pair) -> bool:
        """Whether an unchanged heading above a change is printed.

        T2: it is, but for T3 an item whose changed children all carry its number: 2. 5. is
        followed by 4. 3., without a row for 4.
        """
        if pair.unit.kind is UnitKind.BODY:
            return False
        if pair.unit.kind is UnitKind.CHAPTER or not pair.unit.label:
            return True
        below = [child.unit for child in _body_of(pair.children) if child in self.changed]
        return not all(unit.kind is UnitKind.ITEM and unit.label for unit in below)

    def _shown(self, siblings: Sequence[Pair]) -> list[Pair | Row]:
        """T1: of siblings those that change; the others are dropped or one row a run."""
        changed = [pair for pair in siblings if pair in self.changed]
        if self.settings.unchanged_siblings == "drop" or not changed:
            return list(changed)
        shown: list[Pair | Row] = []
        for (change, level), run in groupby(
            siblings, key=lambda pair: (pair in self.changed, _level(pair))
        ):
            members = list(run)
            shown += members if change else [self._run(level, members)]
        return shown

    def _run(self, level: Level, members: Sequence[Pair]) -> Row:
        """One row for unchanged siblings: 「１～４　（略）」."""
        numbers = [".".join(pair.new_number).translate(_FULL_WIDTH) for pair in members]
        printed = "～".join(dict.fromkeys((numbers[0], numbers[-1]))) if all(numbers) else ""
        note = self._note(self.settings.omitted)
        cell = (Run(f"{printed}　"), *note) if printed else note
        return Row(Kind.SAME, level, None, cell, cell)

    def _row(self, pair: Pair, level: Level, noted: bool) -> Row:
        """The row of a pair; `noted`: opposite a text that stands alone its note is printed."""
        unit = pair.unit
        if pair.old is None:  # T4
            kind = Kind.NEW if pair.kind is Kind.NEW else Kind.MOVED
            note = self._note(self.settings.new) if noted else ()
            return Row(kind, level, unit.id, _whole(level, pair.new_number, unit), note)
        if pair.new is None:  # T5
            kind = Kind.DELETED if pair.kind is Kind.DELETED else Kind.MOVED
            note = self._note(self.settings.deleted) if noted else ()
            return Row(kind, level, unit.id, note, _whole(level, pair.old_number, unit))
        marked = pair.kind in _RENUMBERED
        old_head = _head_runs(level, pair.old_number, marked)
        new_head = _head_runs(level, pair.new_number, marked)
        old_text, new_text = self._texts(pair.kind, level, pair.old, pair.new)
        return Row(
            pair.kind, level, unit.id, _joined(new_head + new_text), _joined(old_head + old_text)
        )

    def _texts(self, kind: Kind, level: Level, old: Unit, new: Unit) -> tuple[Cell, Cell]:
        """What follows the numbers of a text that stands on both sides, old first."""
        if kind is Kind.SAME:
            return self._note(self.settings.same), (Run(new.text),)
        if kind is Kind.RENUMBERED:
            return self._note(self.settings.omitted), self._note(self.settings.omitted)
        elide = self.settings.elide and level is Level.BODY
        return cells(old.text, new.text, self.marks[new.id], elide)

    def _note(self, text: str) -> Cell:
        return (Run(text, role=Role.NOTE),)


def _marks(pairs: Sequence[Pair]) -> dict[str, Marks]:
    revised = [(pair.old, pair.new) for pair in pairs if pair.kind in _REVISED]
    both = [(old, new) for old, new in revised if old and new]
    marks = mark_many((old.text, new.text) for old, new in both)
    return {new.id: found for (_, new), found in zip(both, marks, strict=True)}


def _alone(pair: Pair) -> bool:
    return pair.old is None or pair.new is None


def _changed(pair: Pair) -> bool:
    return pair.kind is not Kind.SAME or _alone(pair)


def _body_of(pairs: Sequence[Pair]) -> list[Pair]:
    return [pair for pair in pairs if pair.unit.kind in _LEVELS]


def _level(pair: Pair) -> Level:
    return _LEVELS.get(pair.unit.kind, Level.BULLET)


def _head(level: Level, number: Sequence[str]) -> str:
    """What stands before a text: in the body 「2. 5. 」, under ○項目 「2.5. 」, or a bullet."""
    if level is Level.BULLET:
        return "・"
    return ("" if level is Level.ENTRY else " ").join(f"{part}." for part in number)


def _gap(level: Level, head: str) -> str:
    return " " if head and level is not Level.BULLET else ""


def _whole(level: Level, number: Sequence[str], unit: Unit) -> Cell:
    """T6: a text that stands alone is marked with its number or bullet."""
    head = _head(level, number)
    return (Run(head + _gap(level, head) + unit.text, marked=True),)


def _head_runs(level: Level, number: Sequence[str], marked: bool) -> Cell:
    head = _head(level, number)
    return Run(head, marked), Run(_gap(level, head))


def _joined(runs: Sequence[Run]) -> Cell:
    """Runs without empty ones; neighbours of one look are one run."""
    looks = groupby((run for run in runs if run.text), key=lambda run: (run.marked, run.role))
    return tuple(
        Run("".join(run.text for run in same), marked, role) for (marked, role), same in looks
    )
