"""Where two versions of a text differ: the windows in which marks are searched exactly."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Indel, Postfix, Prefix

from evaluation.comparison.chains import heaviest_chain, once

# An equal run this long, unique on both sides, is never inside a mark; it is longer than any
# stretch that the rules of `drafting.py` look across.
ANCHOR = 48
CONTEXT = 6  # equal characters at least that go with a window, up to where words end: …
FARTHEST = 1000  # … no word runs on behind it, unless there is none in so many characters
LONG = 10_000_000  # cells: beyond this equal sentences are looked for before equal characters
HUGE = 100_000_000  # cells of one pair in which equal characters are looked for: 12 MB, 30 ms
LARGE = 40_000  # cells of a window that is cut, if it has an equal run of …
CUT = 16  # … so many characters; an ordinary window has 10,000 cells
LARGEST = 250_000  # cells of a window that is cut at any equal run
BUDGET = 3_000_000  # cells of one pair's exact search: about what 100,000 ordinary characters cost
LEAST = 10_000  # cells that a window costs however small it is
REWRITTEN = 0.30  # less alike than this: unrelated sentences measure 0.11–0.24, edited ones ≥ 0.35
EDITED = 0.50  # two sentences as like as this are one sentence, edited
_SHORT = 20  # characters below which likeness says nothing
# No word, date or citation runs on behind these: を and は end what they follow.
_ENDS = frozenset("、。，．（）()「」『』【】\nをは")
_SENTENCE = re.compile("[^。\n]*[。\n]|[^。\n]+")


class Window(NamedTuple):
    """`old[old_start:old_end]` stands against `new[new_start:new_end]`."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int

    @property
    def cells(self) -> int:
        return (self.old_end - self.old_start) * (self.new_end - self.new_start)


class Plan(NamedTuple):
    """How the marks of a pair are found: `windows` are searched exactly, `whole` is marked as it is.

    `by_sentence`: an exact search would cost too much in places, so whole sentences are marked there.
    """

    windows: list[Window]
    whole: list[Window]
    by_sentence: bool = False


def plan(old: str, new: str) -> Plan:
    """Where two texts that differ are searched; all in order, apart from each other."""
    like, unlike = _affordable(_parts(old, new), HUGE)
    changed = sorted([*unlike, *(run for part in like for run in _between_runs(old, new, part))])
    if _rewritten(old, new, changed):
        return Plan([], [Window(0, len(old), 0, len(new))])
    found: list[Window] = []
    coarse: list[Window] = []
    for window in _with_context(old, new, changed):
        if any(window.old_start <= part.old_start < window.old_end for part in unlike):
            coarse.append(window)
        else:
            found += _cut(old, new, window)
    exact, costly = _affordable(found, BUDGET)
    whole: list[Window] = []
    spent = sum(window.cells for window in exact)
    for window in coarse + costly:
        for sentence in _sentences_changed(old, new, window):
            spent += max(sentence.cells, LEAST)
            edited = spent <= BUDGET and _alike(old, new, sentence) >= EDITED
            (exact if edited else whole).append(sentence)
    return Plan(sorted(exact), sorted(whole), by_sentence=bool(whole))


def _rewritten(old: str, new: str, changed: Sequence[Window]) -> bool:
    """Whether so little is left of a text that a drafter marks all of it."""
    if min(len(old), len(new)) < _SHORT:
        return not old or not new
    equal = len(old) - sum(window.old_end - window.old_start for window in changed)
    alike = 2 * equal / (len(old) + len(new))  # at least; more in what is changed
    if alike >= REWRITTEN or len(old) * len(new) > HUGE:
        return False
    return Indel.normalized_similarity(old, new, score_cutoff=REWRITTEN) < REWRITTEN


def _with_context(old: str, new: str, changed: Sequence[Window]) -> list[Window]:
    """The windows in order, apart from each other, with some equal text around each change."""
    found: list[Window] = []
    for k, cut in enumerate(changed):
        low = changed[k - 1].old_end if k else 0
        high = changed[k + 1].old_start if k + 1 < len(changed) else len(old)
        left = cut.old_start - _before(old, cut.old_start, low)
        right = _behind(old, cut.old_end, high) - cut.old_end
        window = Window(
            cut.old_start - left, cut.old_end + right, cut.new_start - left, cut.new_end + right
        )
        if found and window.old_start < found[-1].old_end:  # both contexts in one equal run
            last = found.pop()
            window = Window(last.old_start, window.old_end, last.new_start, window.new_end)
        found.append(window)
    return found


def _affordable(windows: Sequence[Window], cells: int) -> tuple[list[Window], list[Window]]:
    """The windows that so many cells suffice for, the smallest first, and the others."""
    found: tuple[list[Window], list[Window]] = ([], [])
    for window in sorted(windows, key=lambda window: (window.cells, window)):
        cells -= window.cells
        found[cells < 0].append(window)
    return found


def _parts(old: str, new: str) -> list[Window]:
    """Stretches between equal sentences, or one: equal text at their ends is an anchor too."""
    whole = _trimmed(old, new, Window(0, len(old), 0, len(new)))
    parts = _between_sentences(old, new, whole) if whole.cells > LONG else [whole]
    return [_trimmed(old, new, part) for part in parts]


def _trimmed(old: str, new: str, window: Window) -> Window:
    """The window without equal text at its ends."""
    a, b = old[window.old_start : window.old_end], new[window.new_start : window.new_end]
    head = Prefix.similarity(a, b)
    tail = Postfix.similarity(a[head:], b[head:])
    return Window(
        window.old_start + head,
        window.old_end - tail,
        window.new_start + head,
        window.new_end - tail,
    )


def _between_runs(old: str, new: str, window: Window) -> Iterator[Window]:
    """What stands between equal runs that are long and stand once on either side."""
    a, b = old[window.old_start : window.old_end], new[window.new_start : window.new_end]
    old_at, new_at = window.old_start, window.new_start
    for run in _equal_runs(a, b, ANCHOR):
        text = a[run.old_start : run.old_start + ANCHOR]
        if a.count(text) == 1 and b.count(text) == 1:
            start = window.old_start + run.old_start, window.new_start + run.new_start
            yield Window(old_at, start[0], new_at, start[1])
            length = run.old_end - run.old_start
            old_at, new_at = start[0] + length, start[1] + length
    yield Window(old_at, window.old_end, new_at, window.new_end)


def _between_sentences(old: str, new: str, window: Window) -> Iterator[Window]:
    """What stands between equal sentences that stand once on either side, in one order."""
    sides = _sentences(old, *window[:2]), _sentences(new, *window[2:])
    single = [once(side.items()) for side in sides]
    both = [text for text in single[0] if text in single[1]]
    chain = heaviest_chain([(single[1][text], len(text)) for text in both])
    old_at, new_at = window.old_start, window.new_start
    for text in [both[position] for position in chain]:
        start_old, start_new, length = single[0][text], single[1][text], len(text)
        if (old_at, new_at) != (start_old, start_new):
            yield Window(old_at, start_old, new_at, start_new)
        old_at, new_at = start_old + length, start_new + length
    yield Window(old_at, window.old_end, new_at, window.new_end)


def _sentences(text: str, start: int, end: int) -> dict[int, str]:
    """The sentences of a stretch, each by its place."""
    return {match.start(): match.group() for match in _SENTENCE.finditer(text, start, end)}


def _equal_runs(old: str, new: str, least: int) -> Iterator[Window]:
    for step in Indel.opcodes(old, new):
        if step.tag == "equal" and step.src_end - step.src_start >= least:
            yield Window(step.src_start, step.src_end, step.dest_start, step.dest_end)


def _before(text: str, start: int, low: int) -> int:
    for k in range(start - CONTEXT, max(low, start - FARTHEST), -1):
        if text[k - 1] in _ENDS:
            return k
    return max(low, start - FARTHEST)


def _behind(text: str, end: int, high: int) -> int:
    for k in range(end + CONTEXT, min(high, end + FARTHEST)):
        if text[k - 1] in _ENDS:
            return k
    return min(high, end + FARTHEST)


def _cut(old: str, new: str, window: Window) -> Iterator[Window]:
    """Cut a window that is too large for an exact search at its longest equal runs."""
    pending = [window]
    while pending:
        window = pending.pop()
        halves = _halves(old, new, window) if window.cells > LARGE else ()
        if halves:
            pending += reversed(halves)
        else:
            yield window


def _halves(old: str, new: str, window: Window) -> tuple[Window, ...]:
    a, b = old[window.old_start : window.old_end], new[window.new_start : window.new_end]
    middle = [
        run
        for run in _equal_runs(a, b, 1 if window.cells > LARGEST else CUT)
        if len(a) < 4 * run.old_end and 4 * run.old_start < 3 * len(a)
        if len(b) < 4 * run.new_end and 4 * run.new_start < 3 * len(b)
    ]
    if not middle:
        return ()
    run = max(middle, key=lambda run: (run.old_end - run.old_start, -run.old_start))
    cut = _clause_end(a, max(run.old_start, len(a) // 4), min(run.old_end, 3 * len(a) // 4))
    old_cut = window.old_start + cut
    new_cut = window.new_start + run.new_start + cut - run.old_start
    return (
        Window(window.old_start, old_cut, window.new_start, new_cut),
        Window(old_cut, window.old_end, new_cut, window.new_end),
    )


def _clause_end(text: str, low: int, high: int) -> int:
    """Where a clause ends nearest to the middle of a stretch; the middle where none does."""
    middle = (low + high) // 2
    ends = (k for k in range(low + 1, high) if text[k - 1] in _ENDS)
    return min(ends, key=lambda k: (abs(k - middle), k), default=middle)


def _sentences_changed(old: str, new: str, window: Window) -> Iterator[Window]:
    """The sentences of a window that have no equal opposite; as many on both sides: one by one."""
    sides = _sentences(old, *window[:2]), _sentences(new, *window[2:])
    before, after = (
        [*side, end] for side, end in zip(sides, (window.old_end, window.new_end), strict=True)
    )
    steps = Indel.opcodes(*(list(side.values()) for side in sides))
    equal = [step for step in steps if step.tag == "equal"]
    i = j = 0
    for stop in [*((s.src_start, s.dest_start) for s in equal), (len(sides[0]), len(sides[1]))]:
        left, right = stop[0] - i, stop[1] - j
        size = 1 if left == right else max(left, right)
        for k in range(0, max(left, right), size):
            yield Window(
                before[i + min(k, left)],
                before[i + min(k + size, left)],
                after[j + min(k, right)],
                after[j + min(k + size, right)],
            )
        if equal:
            step = equal.pop(0)
            i, j = step.src_end, step.dest_end


def _alike(old: str, new: str, window: Window) -> float:
    return Indel.normalized_similarity(old[slice(*window[:2])], new[slice(*window[2:])])
