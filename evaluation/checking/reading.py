"""An outside document as passages: paragraphs, bullets and cells, each with its marks and its place."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

Span = tuple[int, int]
Side = Literal["", "proposed", "current"]

# Titles of the two columns of a comparison table.
PROPOSED = frozenset({"変更案", "変更後", "改正案", "改正後", "改定案", "改定後", "新"})
CURRENT = frozenset({"現行", "変更前", "改正前", "改定前", "旧"})
# What only a comparison table has in its cells: it tells one without titles.
OPPOSITE = re.compile(r"[（(](?:新設|削る|同左|同右|略)[）)]$")

_TAG = re.compile(r"<(/?)(u|ins|del|p|ul|ol|li|b|strong|em|br|span)\b[^<>]*>", re.IGNORECASE)
_PARAGRAPH = re.compile(r"</?(?:p|li|br)\b[^<>]*>", re.IGNORECASE)
_RULER = re.compile(r"[-\s|:]*")
_JAPANESE = "\u3005-\u30ff\u3400-\u9fff、。）」"
# Bullets that follow each other in one cell: a sign behind white space …
_BULLETS = re.compile(r"(?<=\s)(?=[・●○◆◎■□✓](?![・●○◆◎■□✓]))")
# … or, where a list has lost its signs, white space between two Japanese words.
_LOST_BULLETS = re.compile(rf"(?<=[{_JAPANESE}]) +(?=[{_JAPANESE}・])")
# Signs that show a list or a heading and are no words.
_SIGNS = re.compile(r"\s*(?:[-–*] +)?(?:[◆✓●○◎■□▪•][ \u3000]*|・(?!・)[ \u3000]*)?")
_FRAMED = re.compile(r"(?:【(?P<a>[^【】]*)】|<(?P<b>[^<>]*)>|「(?P<c>[^「」]*)」)")


@dataclass(frozen=True, slots=True)
class Passage:
    """One printed string: `marks` are its underlined stretches, `where` tells a person its place.

    `side` is the column of a comparison table. `flows`: the width of a page may have broken it, so that
    it goes on in the next one.
    """

    text: str
    marks: tuple[Span, ...] = ()
    where: str = ""
    side: Side = ""
    flows: bool = True

    def cut(self, start: int, end: int) -> "Passage":
        """Return a stretch of it."""
        first = bisect_right(self.marks, start, key=lambda mark: mark[1])
        last = bisect_left(self.marks, end, key=lambda mark: mark[0])
        marks = self.marks[first:last]
        spans = ((max(a, start) - start, min(b, end) - start) for a, b in marks)
        kept = tuple((a, b) for a, b in spans if a < b)
        return replace(self, text=self.text[start:end], marks=kept)

    def joined(self, other: "Passage") -> "Passage":
        """Return it with the passage that goes on with it."""
        gap = " " if re.search(r"[A-Za-z0-9,]$", self.text) and other.text[:1].isascii() else ""
        ahead = len(self.text) + len(gap)
        marks = (*self.marks, *((a + ahead, b + ahead) for a, b in other.marks))
        return replace(self, text=self.text + gap + other.text, marks=marks)


@dataclass(frozen=True)
class Grid:
    """A table: rows of cells of paragraphs."""

    rows: list[list[list[Passage]]] = field(default_factory=list)


Block = Passage | Grid


def bare(passage: Passage) -> Passage:
    """Return the words of a passage, without the signs of lists and headings around them."""
    signs = _SIGNS.match(passage.text)
    assert signs is not None
    start = signs.end()
    passage = passage.cut(start, max(start, len(passage.text.rstrip())))
    framed = _FRAMED.fullmatch(passage.text)
    return passage.cut(*framed.span(framed.lastgroup or 0)) if framed else passage


def words_of(text: str) -> str:
    return bare(Passage(text)).text


# --- Plain text -----------------------------------------------------------------------------------
def read_text(text: str) -> tuple[Passage, ...]:
    """The passages of a pasted or transcribed text: a line is a paragraph, tabs part cells.

    `<u>…</u>` are marks and `<p>…</p>` paragraphs of a cell; other tags of a transcription are left out.
    """
    return tuple(passages(_blocks(text)))


def _blocks(text: str) -> Iterator[Block]:
    grid = Grid()
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        if "\t" in line and not _RULER.fullmatch(line):
            cells = line.split("\t")
            grid.rows.append([_cell(cell, number, place) for place, cell in enumerate(cells, 1)])
        elif line.strip() and not _RULER.fullmatch(line):
            if grid.rows:
                yield grid
                grid = Grid()
            yield marked(line, f"{number}行目")
    if grid.rows:
        yield grid


def _cell(source: str, line: int, column: int) -> list[Passage]:
    where = f"{line}行目・{column}列"
    listed = "<ul" in source.lower()
    pieces = [marked(piece, where) for piece in _PARAGRAPH.split(source)]
    if listed:
        pieces = [part for piece in pieces for part in _split(piece, _LOST_BULLETS)]
    return [piece for piece in pieces if piece.text.strip()]


def marked(source: str, where: str) -> Passage:
    """Read one string with its tags: underlined stretches become marks."""
    words: list[str] = []
    marks: list[Span] = []
    length = position = 0
    opened: int | None = None
    for tag in _TAG.finditer(source.replace("**", "")):
        words.append(tag.string[position : tag.start()])
        length += len(words[-1])
        position = tag.end()
        if tag[2].lower() not in {"u", "ins", "del"}:
            continue
        if not tag[1]:
            opened = length
        elif opened is not None:
            marks.append((opened, length))
            opened = None
    words.append(source.replace("**", "")[position:])
    text = "".join(words)
    if opened is not None:
        marks.append((opened, len(text)))
    return Passage(text, tuple((a, b) for a, b in marks if a < b), where)


def _split(passage: Passage, pattern: re.Pattern[str]) -> Iterator[Passage]:
    position = 0
    for cut in pattern.finditer(passage.text):
        yield passage.cut(position, cut.start())
        position = cut.end()
    yield passage.cut(position, len(passage.text))


# --- Tables ---------------------------------------------------------------------------------------
def passages(blocks: Iterable[Block]) -> Iterator[Passage]:
    """Yield the words of a document: of a comparison table one column after the other, of any other
    table row by row."""
    for block in blocks:
        found = [block] if isinstance(block, Passage) else _of_grid(block)
        for passage in found:
            for part in _split(passage, _BULLETS):
                if (words := bare(part)).text:
                    yield words


def _of_grid(grid: Grid) -> Iterator[Passage]:
    rows = grid.rows
    sides = _sides(rows[0])
    if sides:
        yield from (replace(p, flows=False) for cell in rows[0] for p in cell)
        rows = rows[1:]
    elif len(rows[0]) == 2 and any(OPPOSITE.search(p.text) for row in rows for c in row for p in c):
        sides = {0: "proposed", 1: "current"}
    if not sides:
        yield from (replace(p, flows=False) for row in rows for cell in row for p in cell)
        return
    for column, side in sides.items():
        for row in rows:
            for passage in row[column] if column < len(row) else []:
                yield replace(passage, side=side)


def _sides(header: list[list[Passage]]) -> dict[int, Side]:
    """Columns of a comparison table by their titles; none where it is another table."""
    sides: dict[int, Side] = {}
    for column, cell in enumerate(header):
        title = re.sub(r"[\s（(].*", "", "".join(p.text for p in cell).strip())
        if title in PROPOSED:
            sides[column] = "proposed"
        elif title in CURRENT:
            sides[column] = "current"
    return sides if len(sides) == 2 else {}
