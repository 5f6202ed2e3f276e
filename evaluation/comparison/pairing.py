"""Paragraphs of two texts that know nothing of each other, paired by what they say.

Near-linear in the number of paragraphs: equal ones by hash, neighbours of equal ones by likeness,
what is left over through the rare character sequences that it shares with others.
"""

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

from evaluation.comparison.chains import heaviest_chain, once
from evaluation.comparison.likeness import alike, candidates
from evaluation.comparison.reading import Paragraph
from evaluation.comparison.text import fold

ALIKE = 0.35  # edited paragraphs measure more; unrelated sentences 0.11 (median) to 0.24 (95 %)
SAME_NUMBER = 0.05  # what an equal number adds to likeness
MOVED = 0.60  # likeness of what is found far from its place
MOVED_LENGTH = 10  # characters below which likeness far from its place says nothing
JOINED = 0.80  # likeness of two paragraphs together to the one that they were or became …
GAIN = 0.05  # … by so much more than that of one of them alone
GAP = 40_000  # cells of a gap in which every pair is compared …
GAP_CHARACTERS = 500_000_000  # … if it has no more cells of characters either (some 70 ms)
_SCALE = 10_000  # likeness as a whole number, so that ties are ties


@dataclass
class Pairing:
    """Which old paragraph became which new one, by their places.

    `pairs`: old to new. `splits`: an old one to the further new ones it became; `mergers`: a new one
    to the further old ones that it took in. A paragraph is in one of them, or new, or deleted.
    """

    pairs: dict[int, int] = field(default_factory=dict)
    splits: dict[int, list[int]] = field(default_factory=dict)
    mergers: dict[int, list[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Side:
    folded: list[str]
    numbers: list[str]


def paired(old: Sequence[Paragraph], new: Sequence[Paragraph]) -> Pairing:
    """Pair the paragraphs of two texts; a paragraph stands in at most one pair."""
    before, after = _sides(old, new)
    found = Pairing()
    whole = range(len(old)), range(len(new))
    for gap in _gaps(before, after, *whole, _standing_once(before, after), found.pairs):
        _pair_gap(before, after, *gap, found.pairs)
    _pair_moved(before, after, found.pairs)
    backwards = {place: k for k, place in found.pairs.items()}
    _join(before.folded, after.folded, found.pairs, set(backwards), found.splits)
    _join(after.folded, before.folded, backwards, set(found.pairs), found.mergers)
    return found


def _sides(old: Sequence[Paragraph], new: Sequence[Paragraph]) -> tuple[_Side, _Side]:
    """Both texts folded; most paragraphs stand in both, and each is folded once."""
    known: dict[str, str] = {}

    def folded(text: str) -> str:
        if text not in known:
            known[text] = fold(text).text
        return known[text]

    old_side, new_side = (
        _Side(
            [folded(paragraph.text) for paragraph in paragraphs],
            [folded(paragraph.number) for paragraph in paragraphs],
        )
        for paragraphs in (old, new)
    )
    return old_side, new_side


def _standing_once(old: _Side, new: _Side) -> list[tuple[int, int]]:
    once_old, once_new = once(enumerate(old.folded)), once(enumerate(new.folded))
    return [(once_old[text], place) for text, place in once_new.items() if text in once_old]


def _in_turn(old: _Side, new: _Side, before: range, after: range) -> list[tuple[int, int]]:
    """Of repeated texts the first of one side with the first of the other, and so on."""
    places: defaultdict[str, deque[int]] = defaultdict(deque)
    for i in before:
        places[old.folded[i]].append(i)
    return [(places[new.folded[j]].popleft(), j) for j in after if places.get(new.folded[j])]


def _gaps(
    old: _Side,
    new: _Side,
    before: range,
    after: range,
    equal: Sequence[tuple[int, int]],
    pairs: dict[int, int],
) -> Iterator[tuple[range, range]]:
    """Pair what is equal, as far as it keeps one order, and its equal neighbours; yield the rest.

    `equal`: places of equal paragraphs of two stretches, in the order of the new text.
    """
    chain = heaviest_chain([(i, 1 + len(old.folded[i])) for i, _ in equal])
    low, start = before.start, after.start
    for i, j in [*(equal[k] for k in chain), (before.stop, after.stop)]:
        high, end = i, j
        while low < high and start < end and old.folded[low] == new.folded[start]:
            pairs[low] = start
            low, start = low + 1, start + 1
        while low < high and start < end and old.folded[high - 1] == new.folded[end - 1]:
            high, end = high - 1, end - 1
            pairs[high] = end
        if low < high and start < end:
            yield range(low, high), range(start, end)
        if i < before.stop:
            pairs[i] = j
        low, start = i + 1, j + 1


def _pair_gap(old: _Side, new: _Side, before: range, after: range, pairs: dict[int, int]) -> None:
    """Pair like paragraphs between two anchors, in one order, for the greatest likeness in all."""
    if _small(old, new, before, after):
        _pair_small(old, new, before, after, pairs)
        return
    repeated = _in_turn(old, new, before, after)
    for gap in _gaps(old, new, before, after, repeated, pairs):
        if _small(old, new, *gap):
            _pair_small(old, new, *gap, pairs)
        else:
            _pair_large(old, new, *gap, pairs)


def _small(old: _Side, new: _Side, before: range, after: range) -> bool:
    sizes = [
        sum(len(text) for text in side.folded[places.start : places.stop])
        for side, places in ((old, before), (new, after))
    ]
    cells = len(before) * len(after)
    return cells == 1 or (cells <= GAP and sizes[0] * sizes[1] <= GAP_CHARACTERS)


def _pair_small(old: _Side, new: _Side, before: range, after: range, pairs: dict[int, int]) -> None:
    if len(before) == len(after) == 1:
        if _likeness(old, new, before[0], after[0]):
            pairs[before[0]] = after[0]
        return
    pairs.update((before[i], after[j]) for i, j in _ordered(_table(old, new, before, after)))


def _pair_large(old: _Side, new: _Side, before: range, after: range, pairs: dict[int, int]) -> None:
    matches = [
        (i, j, likeness)
        for j, i in candidates(new.folded, old.folded, after, before)
        if (likeness := _likeness(old, new, i, j)) > 0
    ]
    matches.sort(key=lambda match: (match[1], -match[0]))
    chain = heaviest_chain([(i, likeness) for i, _, likeness in matches])
    pairs.update((matches[k][0], matches[k][1]) for k in chain)


def _likeness(old: _Side, new: _Side, i: int, j: int) -> int:
    """By how much two paragraphs are more alike than they must be; 0 for a pair that is not."""
    likeness = alike(old.folded[i], new.folded[j], ALIKE)
    if likeness < ALIKE:
        return 0
    same = bool(old.numbers[i]) and old.numbers[i] == new.numbers[j]
    return 1 + round((likeness - ALIKE + SAME_NUMBER * same) * _SCALE)


def _table(old: _Side, new: _Side, before: range, after: range) -> NDArray[np.int64]:
    """`_likeness` of every pair of a gap, shape (old, new)."""
    likeness = cdist(
        [old.folded[i] for i in before],
        [new.folded[j] for j in after],
        scorer=Indel.normalized_similarity,
        score_cutoff=ALIKE,
        dtype=np.float64,
    )
    numbers = [
        np.array([side.numbers[k] for k in places], dtype=object)
        for side, places in ((old, before), (new, after))
    ]
    same = (numbers[0][:, None] == numbers[1]) & (numbers[0] != "")[:, None]
    gain = 1 + np.rint((likeness - ALIKE + SAME_NUMBER * same.astype(float)) * _SCALE).astype(
        np.int64
    )
    return np.where(likeness >= ALIKE, gain, 0)


def _ordered(gain: NDArray[np.int64]) -> list[tuple[int, int]]:
    """The pairs, both ascending, that gain most."""
    rows, columns = gain.shape
    best = np.zeros((rows + 1, columns + 1), np.int64)
    for i in range(1, rows + 1):
        paired = np.where(gain[i - 1] > 0, best[i - 1, :-1] + gain[i - 1], 0)
        best[i, 1:] = np.maximum(best[i - 1, 1:], paired)
        np.maximum.accumulate(best[i], out=best[i])
    found: list[tuple[int, int]] = []
    i, j = rows, columns
    while i and j:
        if best[i, j] == best[i - 1, j]:
            i -= 1
        elif best[i, j] == best[i, j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            found.append((i, j))
    return found[::-1]


def _pair_moved(old: _Side, new: _Side, pairs: dict[int, int]) -> None:
    """Pair what is left over wherever it stands: equal texts first, then the most alike."""
    taken = set(pairs.values())
    left = [
        i for i in range(len(old.folded)) if i not in pairs and len(old.folded[i]) >= MOVED_LENGTH
    ]
    places: defaultdict[str, list[int]] = defaultdict(list)
    for j in range(len(new.folded) - 1, -1, -1):
        if j not in taken:
            places[new.folded[j]].append(j)
    for i in left:
        if places.get(old.folded[i]):
            pairs[i] = places[old.folded[i]].pop()
    taken = set(pairs.values())
    left = [i for i in left if i not in pairs]
    free = [j for j in range(len(new.folded)) if j not in taken]
    hits = [
        (-likeness, i, j)
        for i, j in candidates(old.folded, new.folded, left, free)
        if (likeness := alike(old.folded[i], new.folded[j], MOVED)) >= MOVED
    ]
    for _, i, j in sorted(hits):
        if i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)


def _join(
    ones: Sequence[str],
    others: Sequence[str],
    pairs: dict[int, int],
    taken: set[int],
    joined: dict[int, list[int]],
) -> None:
    """Join what has no pair to the pair of its neighbour, where all together are more alike.

    `joined`: from one of `ones` to the further ones of `others` that it was split into (or, with the
    sides exchanged, merged from).
    """
    for one, place in pairs.items():
        parts = _grown(ones[one], others, [place], 1, taken)
        parts = _grown(ones[one], others, parts, -1, taken)
        if len(parts) > 1:
            joined[one] = [part for part in parts if part != place]
            taken.update(parts)


def _grown(
    text: str, others: Sequence[str], parts: list[int], step: int, taken: set[int]
) -> list[int]:
    """The parts with those free places next to them, on one side, that make them most like a text."""
    place = (parts[-1] if step > 0 else parts[0]) + step
    if place in taken or not 0 <= place < len(others):
        return parts
    best, grown = parts, parts
    likeness = alike(text, "".join(others[k] for k in parts))
    length = sum(len(others[k]) for k in parts)
    while 0 <= place < len(others) and place not in taken and length < len(text):
        grown = sorted([*grown, place])
        length += len(others[place])
        together = alike(text, "".join(others[k] for k in grown))
        if together >= JOINED and together > likeness + GAIN:
            best, likeness = grown, together
        place += step
    return best
