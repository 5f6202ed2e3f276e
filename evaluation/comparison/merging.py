"""Two texts that began as one, merged: paragraph by paragraph, and within one by the engine's marks.

What only one side changed is taken from it; what both changed alike stands once; where both changed the
same stretch differently, a person decides. Changes that touch are of one stretch: in which order they
follow each other is not for a machine to say. Nothing is lost: the paragraphs hold all of the three texts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from evaluation.comparison.chains import heaviest_chain
from evaluation.comparison.marking import Span, mark
from evaluation.comparison.pairing import paired
from evaluation.comparison.reading import Paragraph
from evaluation.comparison.text import Folded, fold


class Origin(StrEnum):
    """Whose change a stretch is."""

    SAME = "same"
    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"  # both changed it alike
    MERGED = "merged"  # a paragraph with changes of either, apart from each other
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a paragraph that both sides changed; the parts join to the three texts."""

    base: str
    mine: str
    theirs: str

    @property
    def origin(self) -> Origin:
        return _origin(self.base, self.mine, self.theirs)

    @property
    def text(self) -> str:
        """The merged words; of a conflict mine, for whoever decides."""
        return self.theirs if self.origin is Origin.THEIRS else self.mine


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph as it was and as either side has it; None where that side has it not.

    `parts` only where both sides changed it differently. New paragraphs of both at one place are one.
    """

    base: str | None
    mine: str | None
    theirs: str | None
    parts: tuple[Part, ...] = ()

    @property
    def origin(self) -> Origin:
        if not self.parts:
            return _origin(self.base, self.mine, self.theirs)
        torn = any(part.origin is Origin.CONFLICT for part in self.parts)
        return Origin.CONFLICT if torn else Origin.MERGED

    @property
    def text(self) -> str | None:
        """The merged paragraph, None where it is deleted; of a conflict mine with what theirs adds
        elsewhere, for whoever decides."""
        if self.parts:
            return "".join(part.text for part in self.parts)
        return self.theirs if self.origin is Origin.THEIRS else self.mine


@dataclass(frozen=True, slots=True)
class Merge:
    """A text in its paragraphs, in order."""

    passages: tuple[Passage, ...]

    @property
    def conflicts(self) -> tuple[Passage, ...]:
        return tuple(p for p in self.passages if p.origin is Origin.CONFLICT)

    @property
    def text(self) -> str:
        """The merged text; with conflicts it is what somebody goes on from, and nothing to keep."""
        return self.settled({})

    def settled(self, chosen: Mapping[int, str | None]) -> str:
        """The text with the paragraphs that a person chose, by place; None leaves one out."""
        texts = (chosen.get(k, passage.text) for k, passage in enumerate(self.passages))
        return "\n".join(text for text in texts if text is not None)


def merge(base: str, mine: str, theirs: str) -> Merge:
    """Merge two texts made of `base`; swapping them swaps the origins and leaves the text."""
    was = base.split("\n")
    here, there = _Side.of(was, mine.split("\n")), _Side.of(was, theirs.split("\n"))
    passages: list[Passage] = []
    for place, line in enumerate([*was, None]):
        new = here.inserted.get(place), there.inserted.get(place)
        if new != (None, None):
            passages.append(Passage(None, *new))
        if line is not None:
            passages.append(_passage(line, here.kept.get(place), there.kept.get(place)))
    return Merge(tuple(passages))


def _origin(base: str | None, mine: str | None, theirs: str | None) -> Origin:
    if mine == theirs:
        return Origin.SAME if mine == base else Origin.BOTH
    if theirs == base:
        return Origin.MINE
    return Origin.THEIRS if mine == base else Origin.CONFLICT


def _passage(base: str, mine: str | None, theirs: str | None) -> Passage:
    torn = _origin(base, mine, theirs) is Origin.CONFLICT
    if not torn or mine is None or theirs is None:
        return Passage(base, mine, theirs)
    return Passage(base, mine, theirs, tuple(_parts(base, mine, theirs)))


# --- Paragraphs -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Side:
    """What a side made of the paragraphs: `kept` by their place, `inserted` in front of a place."""

    kept: dict[int, str]
    inserted: dict[int, str]

    @classmethod
    def of(cls, was: list[str], now: list[str]) -> "_Side":
        kept: dict[int, str] = {}
        inserted: dict[int, str] = {}
        last_old = last_new = 0
        for old, new in [*_in_order(was, now), (len(was), len(now))]:
            # What lies between two pairs: one after the other, as far as both sides go.
            between = min(old - last_old, new - last_new)
            for k in range(between):
                kept[last_old + k] = now[last_new + k]
            if new - last_new > between:
                inserted[last_old + between] = "\n".join(now[last_new + between : new])
            if old < len(was):
                kept[old] = now[new]
            last_old, last_new = old + 1, new + 1
        return cls(kept, inserted)


def _in_order(was: list[str], now: list[str]) -> list[tuple[int, int]]:
    """Paragraphs paired by what they say, as far as they keep one order."""
    old, new = ([Paragraph("", text) for text in side] for side in (was, now))
    pairs = sorted(paired(old, new).pairs.items())
    chosen = heaviest_chain([(place, 1 + len(now[place])) for _, place in pairs])
    return [pairs[k] for k in chosen]


# --- Within one paragraph -------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Edit:
    """`base[start:end]` became `text`."""

    start: int
    end: int
    text: str


def _parts(base: str, mine: str, theirs: str) -> Iterator[Part]:
    here, there = _edits(base, mine), _edits(base, theirs)
    position = 0
    for start, end in _stretches([*here, *there]):
        if position < start:
            yield Part(*[base[position:start]] * 3)
        sides = (_applied(base, start, end, edits) for edits in (here, there))
        yield Part(base[start:end], *sides)
        position = end
    if position < len(base):
        yield Part(*[base[position:]] * 3)


def _stretches(edits: list[_Edit]) -> list[Span]:
    """Where something changed; what overlaps or touches is one."""
    found: list[Span] = []
    for start, end in sorted((edit.start, edit.end) for edit in edits):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _applied(base: str, start: int, end: int, edits: list[_Edit]) -> str:
    pieces: list[str] = []
    position = start
    for edit in edits:
        if start <= edit.start and edit.end <= end:
            pieces += [base[position : edit.start], edit.text]
            position = edit.end
    return "".join([*pieces, base[position:end]])


def _edits(base: str, new: str) -> list[_Edit]:
    """What makes `new` of `base`, to the character: the engine's marks, and what folding calls equal."""
    marks = mark(base, new)
    old_side, new_side = fold(base), fold(new)
    kept = zip(_unmarked(old_side, marks.old), _unmarked(new_side, marks.new), strict=True)
    edits: list[_Edit] = []
    last_old = last_new = 0
    ends = [((len(base), len(base)), (len(new), len(new)))]
    for (start, end), (new_start, new_end) in chain(kept, ends):
        # A character of several code points stands for all of them, on either side.
        start, new_start = max(start, last_old), max(new_start, last_new)
        end, new_end = max(end, last_old), max(new_end, last_new)
        for was, now, text in (
            (last_old, start, new[last_new:new_start]),
            (start, end, new[new_start:new_end]),
        ):
            if base[was:now] != text:
                edits.append(_Edit(was, now, text))
        last_old, last_new = end, new_end
    return _joined(edits)


def _joined(edits: list[_Edit]) -> list[_Edit]:
    """Edits that touch as one."""
    found: list[_Edit] = []
    for edit in edits:
        if found and found[-1].end == edit.start:
            found[-1] = _Edit(found[-1].start, edit.end, found[-1].text + edit.text)
        else:
            found.append(edit)
    return found


def _unmarked(side: Folded, spans: tuple[Span, ...]) -> Iterator[Span]:
    """The offsets of each folded character that no mark covers."""
    inside = {k for start, end in spans for k in range(start, end)}
    for start, end in zip(side.starts, side.ends, strict=True):
        if start not in inside:
            yield start, end
