"""Marks that a drafter draws by hand: their pieces, what they belong to, what they leave out."""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from evaluation.comparison.marking import Marks, Span, mark
from evaluation.comparison.text import Folded, fold, tokens


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text that is marked whole or not at all; the pieces join to the text."""

    start: int
    end: int
    text: str
    marked: bool


def fingerprint(old: str, new: str) -> str:
    """SHA-256 of the two texts that marks were drawn on: other texts, and the marks are stale."""
    return hashlib.sha256(f"{len(old)}:{old}{new}".encode("utf-8", "surrogatepass")).hexdigest()


def pieces(text: str, spans: Sequence[Span], *, by_character: bool = False) -> tuple[Piece, ...]:
    """The words of a text, or its characters; also cut where a mark begins or ends."""
    folded = fold(text)
    cuts = {0, len(text), *folded.starts} if by_character else {0, len(text), *_words(folded)}
    edges = [edge for span in spans for edge in span]
    bounds = sorted(cuts | set(edges))
    starts = [start for start, _ in spans]
    return tuple(
        Piece(start, end, text[start:end], _inside(start, starts, spans))
        for start, end in pairwise(bounds)
    )


def joined(text: str, chosen: Iterable[Span]) -> tuple[Span, ...]:
    """The marks of pieces that were chosen: sorted, those that touch or overlap as one.

    Raises ValueError where one is not of the text or cuts a character.
    """
    bounds = {0, len(text), *fold(text).starts, *fold(text).ends}
    spans = list(chosen)
    for start, end in spans:
        if not {start, end} <= bounds or start >= end:
            raise ValueError(f"{start}-{end} is no stretch of the text")
    return tuple(_joined(spans))


def warnings(old: str, new: str, drawn: Marks) -> list[str]:
    """What a reader of the marks would miss, in words; nothing of it is forbidden."""
    if mark(_rest(old, drawn.old), _rest(new, drawn.new)) == Marks():
        return []
    unseen = list(_unseen(old, new, drawn))
    # What a mark was narrowed by is told beside them: all that is named already counts as seen.
    named_old, named_new = ([change[side] for change, _ in unseen] for side in (0, 1))
    seen = _joined([*drawn.old, *named_old]), _joined([*drawn.new, *named_new])
    rests = _rest(old, seen[0]), _rest(new, seen[1])
    left = mark(*rests)
    told = [words for _, words in unseen]
    if left == Marks():
        return told
    sides = (
        f"{name}の{'、'.join(f'「{rest[start:end]}」' for start, end in spans)}"
        for name, rest, spans in zip(("現行", "変更案"), rests, (left.old, left.new), strict=True)
        if spans
    )
    return [*told, f"下線のない部分が、左右で違います：{'、'.join(sides)}"]


def _words(folded: Folded) -> Iterator[int]:
    """Where the words of the original begin."""
    position = 0
    for word in tokens(folded.text, folded.gaps):
        yield folded.starts[position]
        position += len(word.text)


def _inside(position: int, starts: Sequence[int], spans: Sequence[Span]) -> bool:
    before = bisect_right(starts, position)
    return bool(before) and position < spans[before - 1][1]


def _unseen(old: str, new: str, drawn: Marks) -> Iterator[tuple[tuple[Span, Span], str]]:
    """Changes, as the engine finds them, without any mark, or marked on one side of two only.

    Each with what is said of it.
    """
    for before, after in _changes(old, new):
        was, now = old[slice(*before)], new[slice(*after)]
        seen = [_touched(before, drawn.old), _touched(after, drawn.new)]
        if was and now and any(seen) and not all(seen):
            words = f"「{was}」から「{now}」への変更は、片方だけに下線があります。"
        elif any(seen):
            continue
        elif was and now:
            words = f"「{was}」から「{now}」への変更に、下線がありません。"
        else:
            words = f"「{was or now}」の{'削除' if was else '追加'}に、下線がありません。"
        yield (before, after), words


def _changes(old: str, new: str) -> list[tuple[Span, Span]]:
    """The engine's marks, those of the two sides that stand opposite each other together."""
    marks = mark(old, new)
    changes: dict[int, tuple[Span, Span]] = {}
    for side, (text, spans) in enumerate(((old, marks.old), (new, marks.new))):
        equal = position = 0
        for start, end in spans:
            equal += len(fold(text[position:start]).text)
            position = end
            opposite = changes.get(equal, ((0, 0), (0, 0)))
            changes[equal] = (opposite[0], (start, end)) if side else ((start, end), opposite[1])
    return [changes[place] for place in sorted(changes)]


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that touch or overlap as one, the empty ones left out."""
    found: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _touched(span: Span, drawn: Sequence[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in drawn)


def _rest(text: str, spans: Sequence[Span]) -> str:
    rest = "".join(piece.text for piece in pieces(text, spans) if not piece.marked)
    return "".join(rest.split())  # white space beside a mark may part words only on one side
