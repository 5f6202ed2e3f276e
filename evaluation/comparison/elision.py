"""「・・・」: long unchanged stretches of a revised paragraph are left out, the same on both sides."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from evaluation.comparison.marking import Marks, Span
from evaluation.comparison.rows import Role, Run
from evaluation.comparison.text import Folded, fold

ELLIPSIS = "・・・"
_BEFORE = 10  # E1 unchanged characters that must stand before a change
_BEHIND = 10  # E2 … and behind it, where its sentence goes on for more than
_SENTENCE = 60  # E2 characters
_OPENING_CLAUSE = 45  # E3 a paragraph's first clause stays if it is no longer
_WORTH = 20  # characters: less is not left out
_STOP = "。"


def cells(
    old: str, new: str, marks: Marks, elide: bool = True, own: Marks | None = None
) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    """The runs of both sides of a revised text, old first.

    Where nothing is left out they join to the texts. What is left out is equal after folding and
    ends with a 、or 。outside brackets, which stays: 「・・・、」.
    `own`: the engine's marks, where `marks` are drawn by hand: those may leave unequal rests, so what
    is equal is read from the engine's, and nothing is left out that either of them marks.
    """
    old_gaps, new_gaps = _left_out(old, new, own or marks, marks) if elide else ([], [])
    return _runs(old, marks.old, old_gaps), _runs(new, marks.new, new_gaps)


def _runs(text: str, marks: Sequence[Span], left_out: Sequence[Span]) -> tuple[Run, ...]:
    """Marks and stretches left out do not meet: there is kept text, or the 、, between them."""
    runs: list[Run] = []
    position = 0
    special = [(span, True) for span in marks] + [(span, False) for span in left_out]
    for (start, end), marked in sorted(special):
        if position < start:
            runs.append(Run(text[position:start]))
        runs.append(
            Run(text[start:end], marked=True) if marked else Run(ELLIPSIS, role=Role.ELLIPSIS)
        )
        position = end
    if position < len(text):
        runs.append(Run(text[position:]))
    return tuple(runs)


class _Rest:
    """What the marks leave of one side: a stream of folded characters, equal on both sides."""

    def __init__(self, text: str, marks: Sequence[Span], drawn: Sequence[Span]) -> None:
        self.folded: Folded = fold(text)
        starts = [start for start, _ in marks]
        self.positions: list[int] = []
        self.edges: set[int] = set()  # places in the stream at which something is marked
        for k, place in enumerate(self.folded.starts):
            before = bisect_right(starts, place)
            if before and place < marks[before - 1][1]:
                self.edges.add(len(self.positions))
            else:
                self.positions.append(k)
        begins = [self.folded.starts[k] for k in self.positions]
        ends = [self.folded.ends[k] for k in self.positions]
        for start, end in drawn:
            self.edges.update(range(bisect_right(ends, start), bisect_left(begins, end) + 1))

    def clause_ends(self) -> list[int]:
        """Places in the stream just after a 、or 。outside brackets."""
        depth, ends = 0, set()
        for k, char in enumerate(self.folded.text):
            if char in "(「『【〔":
                depth += 1
            elif char in ")」』】〕":
                depth = max(0, depth - 1)
            elif char in "、。，" and not depth:
                ends.add(k)
        return [place + 1 for place, k in enumerate(self.positions) if k in ends]

    def span(self, start: int, end: int) -> Span:
        """Offsets in the original of a stretch of the stream."""
        return self.folded.span(self.positions[start], self.positions[end - 1] + 1)


def _left_out(old: str, new: str, own: Marks, drawn: Marks) -> tuple[list[Span], list[Span]]:
    sides = _Rest(old, own.old, drawn.old), _Rest(new, own.new, drawn.new)
    cuts = list(_cuts(*sides))
    return [sides[0].span(*cut) for cut in cuts], [sides[1].span(*cut) for cut in cuts]


def _cuts(old: _Rest, new: _Rest) -> Iterator[Span]:
    """Places in the common stream from which to which nothing is printed."""
    size = len(old.positions)
    stream = "".join([old.folded.text[k] for k in old.positions])
    ends = sorted(set(old.clause_ends()) & set(new.clause_ends()))
    stops = [place for place in ends if stream[place - 1] == _STOP]
    edges = sorted(old.edges | new.edges)
    for start, end in pairwise([-1, *edges, size + 1]):
        first, last = start < 0, end > size
        start, end = max(start, 0), min(end, size)
        bounds = ends[bisect_right(ends, start) : bisect_right(ends, end)]
        bounds = [0] * first + bounds + [size] * last
        if not bounds:
            continue
        low, high = bounds[0], bounds[-1]
        if not first:
            low = max(low, _kept_behind(start, end, bounds, stops))
        if not last:
            high = max((bound for bound in bounds if end - bound >= _BEFORE), default=low)
        in_first_sentence = not stops or stops[0] > end
        if first and in_first_sentence and ends and ends[0] <= min(_OPENING_CLAUSE, high):
            low = ends[0]
        if high - low >= _WORTH:
            yield low, high - (stream[high - 1] in "、。，")


def _kept_behind(start: int, end: int, bounds: Sequence[int], stops: Sequence[int]) -> int:
    """E2: up to where the text behind a change is printed."""
    following = bisect_right(stops, start)
    sentence = min(stops[following], end) if following < len(stops) else end
    if sentence - start <= _SENTENCE:
        return sentence
    return next((bound for bound in bounds if bound - start >= _BEHIND), end)
