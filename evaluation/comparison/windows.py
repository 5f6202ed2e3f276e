"""Where two versions of a text differ: the windows in which marks are searched exactly."""

from collections.abc import Iterator
from typing import NamedTuple

from rapidfuzz.distance import Indel, Postfix, Prefix

# An equal run this long, unique on both sides, is never inside a mark; it is longer than any
# stretch that the rules of `drafting.py` look across.
ANCHOR = 48
CONTEXT = 48  # at most so much equal text goes with a window, two clauses of it
LARGEST = 1_000_000  # cells of an exact search
HUGE = 400_000_000  # cells: beyond this even finding the equal runs takes too much memory
REWRITTEN = 0.30  # less alike than this: unrelated sentences measure 0.11–0.24, edited ones ≥ 0.35
_SHORT = 20  # characters below which likeness says nothing
_CLAUSE_ENDS = frozenset("、。，．（）()「」『』【】\n")


class Window(NamedTuple):
    """`old[old_start:old_end]` stands against `new[new_start:new_end]`."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int

    @property
    def cells(self) -> int:
        return (self.old_end - self.old_start) * (self.new_end - self.new_start)


def rewritten(old: str, new: str) -> bool:
    """Whether so little is left of a text that a drafter marks all of it."""
    if min(len(old), len(new)) < _SHORT:
        return False
    return Indel.normalized_similarity(old, new, score_cutoff=REWRITTEN) < REWRITTEN


def windows(old: str, new: str) -> list[Window]:
    """Windows in order, apart from each other, with some equal text around each change."""
    cuts = _changed(old, new)
    found: list[Window] = []
    for k, cut in enumerate(cuts):
        low = cuts[k - 1].old_end if k else 0
        high = cuts[k + 1].old_start if k + 1 < len(cuts) else len(old)
        left = cut.old_start - _before(old, cut.old_start, low)
        right = _behind(old, cut.old_end, high) - cut.old_end
        window = Window(
            cut.old_start - left, cut.old_end + right, cut.new_start - left, cut.new_end + right
        )
        if found and window.old_start < found[-1].old_end:  # both contexts in one equal run
            window = Window(
                found[-1].old_start, window.old_end, found[-1].new_start, window.new_end
            )
            found.pop()
        found.append(window)
    return [small for window in found for small in _split(old, new, window)]


def _changed(old: str, new: str) -> list[Window]:
    """Stretches between anchors; equal text at both ends is an anchor whatever its length."""
    head = Prefix.similarity(old, new)
    tail = Postfix.similarity(old[head:], new[head:])
    end_old, end_new = len(old) - tail, len(new) - tail
    if (end_old - head) * (end_new - head) > HUGE:
        return [Window(head, end_old, head, end_new)]
    changed: list[Window] = []
    old_at = new_at = head
    middle_old, middle_new = old[head:end_old], new[head:end_new]
    for run in _equal_runs(middle_old, middle_new, ANCHOR):
        text = middle_old[run.old_start : run.old_start + ANCHOR]
        if middle_old.count(text) == 1 and middle_new.count(text) == 1:
            changed.append(Window(old_at, head + run.old_start, new_at, head + run.new_start))
            old_at, new_at = head + run.old_end, head + run.new_end
    changed.append(Window(old_at, end_old, new_at, end_new))
    return changed


def _equal_runs(old: str, new: str, least: int) -> Iterator[Window]:
    for step in Indel.opcodes(old, new):
        if step.tag == "equal" and step.src_end - step.src_start >= least:
            yield Window(step.src_start, step.src_end, step.dest_start, step.dest_end)


def _before(text: str, start: int, low: int) -> int:
    seen = 0
    for k in range(start, max(low, start - CONTEXT), -1):
        seen += text[k - 1] in _CLAUSE_ENDS
        if seen == 2:
            return k
    return max(low, start - CONTEXT)


def _behind(text: str, end: int, high: int) -> int:
    seen = 0
    for k in range(end, min(high, end + CONTEXT)):
        seen += text[k] in _CLAUSE_ENDS
        if seen == 2:
            return k + 1
    return min(high, end + CONTEXT)


def _split(old: str, new: str, window: Window) -> Iterator[Window]:
    """Cut a window that is too large for an exact search at its longest equal runs."""
    pending = [window]
    while pending:
        window = pending.pop()
        halves = _halves(old, new, window) if LARGEST < window.cells <= HUGE else ()
        if halves:
            pending += reversed(halves)
        else:
            yield window


def _halves(old: str, new: str, window: Window) -> tuple[Window, ...]:
    a, b = old[window.old_start : window.old_end], new[window.new_start : window.new_end]
    middle = [
        run
        for run in _equal_runs(a, b, 1)
        if len(a) < 4 * run.old_end and 4 * run.old_start < 3 * len(a)
        if len(b) < 4 * run.new_end and 4 * run.new_start < 3 * len(b)
    ]
    if not middle:
        return ()
    run = max(middle, key=lambda run: (run.old_end - run.old_start, -run.old_start))
    low = max(run.old_start, len(a) // 4)
    cut = (low + min(run.old_end, 3 * len(a) // 4)) // 2
    old_cut = window.old_start + cut
    new_cut = window.new_start + run.new_start + cut - run.old_start
    return (
        Window(window.old_start, old_cut, window.new_start, new_cut),
        Window(old_cut, window.old_end, new_cut, window.new_end),
    )
