"""The two sides of a row as one text: 見え消し, what goes before what comes; 溶け込み, as proposed."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from evaluation.comparison.alignment import Kind
from evaluation.comparison.marking import mark
from evaluation.comparison.rows import Cell, Role, Row, Run
from evaluation.comparison.text import fold


class Change(StrEnum):
    KEPT = "kept"
    DELETED = "deleted"
    INSERTED = "inserted"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the one text: `new` as it is proposed, `old` as it was.

    What is kept may be written differently on both sides (全角・半角); what goes has no `new`, what
    comes has no `old`.
    """

    change: Change
    old: str
    new: str
    role: Role = Role.TEXT

    @property
    def text(self) -> str:
        return self.new or self.old


def inline(row: Row) -> tuple[Piece, ...]:
    """The pieces of a row; `old` of all joins to its current text, `new` to its proposed one.

    Words of the engine that stand for a text on one side, such as （同左）, are that text here, and
    those opposite a text that stands alone, such as （新設）, are nothing. Where a drafter's marks
    leave unequal rests, what differs is told by the engine's own.
    """
    current = tuple(run for run in row.current if run.role is not Role.ORIGIN)
    current, proposed = _in_words(current, row.proposed), _in_words(row.proposed, current)
    old, new = _Side(current), _Side(proposed)
    if old.stream != new.stream:
        marks = mark(old.text, new.text)
        old = _Side(_drawn(old.text, marks.old))
        new = _Side(_drawn(new.text, marks.new))
    return tuple(piece for piece in _merged(old, new) if piece.text)


def consolidated(row: Row) -> Cell:
    """The proposed text of a row; empty where it has none any more."""
    gone = row.kind in (Kind.DELETED, Kind.MOVED) and _has_note(row.proposed)
    return () if gone else row.proposed


def _in_words(cell: Cell, opposite: Cell) -> Cell:
    """A cell with the unmarked text of the other side in place of a note."""
    if not _has_note(cell) or _has_note(opposite):
        return cell
    return (*(run for run in cell if run.marked), *(run for run in opposite if not run.marked))


def _has_note(cell: Cell) -> bool:
    return any(run.role is Role.NOTE for run in cell)


def _drawn(text: str, spans: tuple[tuple[int, int], ...]) -> Cell:
    runs: list[Run] = []
    position = 0
    for start, end in spans:
        runs += [Run(text[position:start]), Run(text[start:end], marked=True)]
        position = end
    return (*runs, Run(text[position:]))


class _Side:
    """One cell read from left to right; `stream` is what it leaves unmarked, folded."""

    def __init__(self, cell: Cell) -> None:
        self.text = "".join(run.text for run in cell)
        folded = fold(self.text)
        self.marks: list[tuple[int, int]] = []
        self.begins: list[int] = []  # offset of each character of the stream
        self.roles: list[tuple[int, Role]] = []  # where unmarked runs begin
        kept: list[str] = []
        offset = 0
        for run in cell:
            end = offset + len(run.text)
            if run.marked:
                self.marks.append((offset, end))
            else:
                self.roles.append((offset, run.role))
                span = range(bisect_left(folded.starts, offset), bisect_left(folded.starts, end))
                self.begins += [folded.starts[k] for k in span]
                kept += [folded.text[k] for k in span]
            offset = end
        self.stream = "".join(kept)
        self.cursor = 0
        self.pending = list(self.marks)

    def places(self) -> set[int]:
        """Places in the stream where a mark stands or another's words begin."""
        offsets = [start for start, _ in self.marks] + [start for start, _ in self.roles]
        return {bisect_left(self.begins, offset) for offset in offsets}

    def kept_up_to(self, place: int) -> str:
        """Take what is unmarked before a place of the stream."""
        end = self.begins[place] if place < len(self.begins) else len(self.text)
        if self.pending:
            end = min(end, self.pending[0][0])
        start, self.cursor = self.cursor, max(end, self.cursor)
        return self.text[start : self.cursor]

    def marked_at(self, place: int) -> Iterator[tuple[str, str]]:
        """Take the marks at a place, each with the idle white space before it."""
        while self.pending and bisect_left(self.begins, self.pending[0][0]) == place:
            start, end = self.pending.pop(0)
            yield self.text[self.cursor : start], self.text[start:end]
            self.cursor = end

    def role_before(self, place: int) -> Role:
        offset = self.begins[place - 1]
        return next((role for start, role in reversed(self.roles) if start <= offset), Role.TEXT)


def _merged(old: _Side, new: _Side) -> Iterator[Piece]:
    for place in sorted(old.places() | new.places() | {0, len(new.stream)}):
        was, now = old.kept_up_to(place), new.kept_up_to(place)
        role = new.role_before(place) if place else Role.TEXT
        yield Piece(Change.KEPT, was, now, role)
        for idle, marked in old.marked_at(place):
            yield Piece(Change.KEPT, idle, "")
            yield Piece(Change.DELETED, marked, "")
        for idle, marked in new.marked_at(place):
            yield Piece(Change.KEPT, "", idle)
            yield Piece(Change.INSERTED, "", marked)
