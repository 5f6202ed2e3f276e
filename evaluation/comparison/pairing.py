"""Paragraphs of two texts that know nothing of each other, paired by what they say.

Near-linear in the number of paragraphs: equal ones by hash, neighbours of equal ones by likeness,
what is left over through the rare character sequences that it shares with others.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

from evaluation.comparison.chains import heaviest_chain, once
from evaluation.comparison.reading import Paragraph
from evaluation.comparison.text import fold

ALIKE = 0.35  # edited paragraphs measure more; unrelated sentences 0.11 (median) to 0.24 (95 %)
SAME_NUMBER = 0.05  # what an equal number adds to likeness
MOVED = 0.60  # likeness of what is found far from its place
MOVED_LENGTH = 10  # characters below which likeness far from its place says nothing
JOINED = 0.80  # likeness of two paragraphs together to the one that they were or became …
GAIN = 0.05  # … by so much more than that of one of them alone
GAP = 40_000  # cells of a gap in which every pair is compared
_GRAM = 4  # characters of a sequence
_RAREST = 24  # sequences of a paragraph that are looked up, the rarest first
_COMMON = 200  # paragraphs that share a sequence: more, and it says nothing
_CANDIDATES = 4  # paragraphs that are compared for each
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
    sides = _side(old), _side(new)
    found = Pairing()
    for gap in _gaps(*sides, found.pairs):
        _pair_gap(*sides, *gap, found.pairs)
    _pair_moved(*sides, found.pairs)
    before, after = sides
    backwards = {place: k for k, place in found.pairs.items()}
    _join(before.folded, after.folded, found.pairs, set(backwards), found.splits)
    _join(after.folded, before.folded, backwards, set(found.pairs), found.mergers)
    return found


def _side(paragraphs: Sequence[Paragraph]) -> _Side:
    return _Side(
        [fold(paragraph.text).text for paragraph in paragraphs],
        [fold(paragraph.number).text for paragraph in paragraphs],
    )


def _gaps(old: _Side, new: _Side, pairs: dict[int, int]) -> Iterator[tuple[range, range]]:
    """Pair what is equal and stands once on both sides, and its equal neighbours; yield the rest."""
    once_old, once_new = once(enumerate(old.folded)), once(enumerate(new.folded))
    both = [(once_old[text], place) for text, place in once_new.items() if text in once_old]
    weights = [(k, 1 + len(old.folded[k])) for k, _ in both]
    anchors = [both[position] for position in heaviest_chain(weights)]
    low, start = 0, 0
    for i, j in [*anchors, (len(old.folded), len(new.folded))]:
        high, end = i, j
        while low < high and start < end and old.folded[low] == new.folded[start]:
            pairs[low] = start
            low, start = low + 1, start + 1
        while low < high and start < end and old.folded[high - 1] == new.folded[end - 1]:
            high, end = high - 1, end - 1
            pairs[high] = end
        if low < high and start < end:
            yield range(low, high), range(start, end)
        if i < len(old.folded):
            pairs[i] = j
        low, start = i + 1, j + 1


def _pair_gap(old: _Side, new: _Side, before: range, after: range, pairs: dict[int, int]) -> None:
    """Pair like paragraphs between two anchors, in one order, for the greatest likeness in all."""
    if len(before) * len(after) > GAP:
        matches = [
            (i, j, likeness)
            for j, i in _candidates(new.folded, old.folded, after, before)
            if (likeness := _likeness(old, new, i, j)) > 0
        ]
        matches.sort(key=lambda match: (match[1], -match[0]))
        chain = heaviest_chain([(i, likeness) for i, _, likeness in matches])
        pairs.update((matches[k][0], matches[k][1]) for k in chain)
        return
    pairs.update((before[i], after[j]) for i, j in _ordered(_table(old, new, before, after)))


def _likeness(old: _Side, new: _Side, i: int, j: int) -> int:
    """By how much two paragraphs are more alike than they must be; 0 for a pair that is not."""
    alike = Indel.normalized_similarity(old.folded[i], new.folded[j], score_cutoff=ALIKE)
    if alike < ALIKE:
        return 0
    same = bool(old.numbers[i]) and old.numbers[i] == new.numbers[j]
    return 1 + round((alike - ALIKE + SAME_NUMBER * same) * _SCALE)


def _table(old: _Side, new: _Side, before: range, after: range) -> NDArray[np.int64]:
    """`_likeness` of every pair of a gap, shape (old, new)."""
    alike = cdist(
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
    gain = 1 + np.rint((alike - ALIKE + SAME_NUMBER * same.astype(float)) * _SCALE).astype(np.int64)
    return np.where(alike >= ALIKE, gain, 0)


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


def _candidates(
    some: Sequence[str], others: Sequence[str], asked: Sequence[int], among: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """For each paragraph asked for, those few of the others that share its rarest sequences."""
    grams = {k: _grams(some[k]) for k in asked}
    other_grams = {k: _grams(others[k]) for k in among}
    counts = Counter(
        gram for found in (grams, other_grams) for seen in found.values() for gram in seen
    )
    index: defaultdict[str, list[int]] = defaultdict(list)
    for k, seen in other_grams.items():
        for gram in _rarest(seen, counts):
            index[gram].append(k)
    for k, seen in grams.items():
        shared: Counter[int] = Counter()
        for gram in _rarest(seen, counts):
            if len(index.get(gram, ())) <= _COMMON:
                shared.update(index.get(gram, ()))
        for other, _ in sorted(shared.items(), key=lambda hit: (-hit[1], hit[0]))[:_CANDIDATES]:
            yield k, other


def _grams(text: str) -> set[str]:
    return {text[k : k + _GRAM] for k in range(max(1, len(text) - _GRAM + 1))}


def _rarest(grams: set[str], counts: Counter[str]) -> list[str]:
    return sorted(grams, key=lambda gram: (counts[gram], gram))[:_RAREST]


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
        (-alike, i, j)
        for i, j in _candidates(old.folded, new.folded, left, free)
        if (alike := Indel.normalized_similarity(old.folded[i], new.folded[j], score_cutoff=MOVED))
        >= MOVED
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
    alike = Indel.normalized_similarity(text, "".join(others[k] for k in parts))
    length = sum(len(others[k]) for k in parts)
    while 0 <= place < len(others) and place not in taken and length < len(text):
        grown = sorted([*grown, place])
        length += len(others[place])
        together = Indel.normalized_similarity(text, "".join(others[k] for k in grown))
        if together >= JOINED and together > alike + GAIN:
            best, alike = grown, together
        place += step
    return best
