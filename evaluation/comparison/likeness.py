"""How alike two texts are, and which of many texts may be alike, without comparing all of them."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel

LONG = 50_000_000  # cells: longer texts (7,000 characters each) take more than some ms to compare
_GRAM = 4  # characters of a sequence
_RAREST = 24  # sequences of a text that are looked up, the rarest first
_COMMON = 50  # texts that share a sequence: more, and it says nothing
_CANDIDATES = 4  # texts that are found for each
_BLOCK = 2_000  # texts that are looked up at once: memory stays within some MB
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # spreads sequences over 64 bits

# Sequences of many texts: whose each is (ascending), and what it is, as a number.
Sequences = tuple[NDArray[np.int64], NDArray[np.uint64]]


def alike(one: str, other: str, least: float = 0.0) -> float:
    """Likeness from 0 to 1, 0 below `least`; of long texts by the share of common sequences."""
    if len(one) * len(other) <= LONG:
        return Indel.normalized_similarity(one, other, score_cutoff=least)
    here, there = np.unique(_sequences([one])[1]), np.unique(_sequences([other])[1])
    common = len(np.intersect1d(here, there, assume_unique=True))
    share = 2 * common / (len(here) + len(there))
    return share if share >= least else 0.0


def candidates(
    some: Sequence[str], others: Sequence[str], asked: Sequence[int], among: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """For each text asked for, those few of the others that share its rarest sequences.

    `asked`: places among `some`, `among`: places among `others`; pairs of places come out.
    """
    if not asked or not among:
        return
    here, there = _sequences([some[k] for k in asked]), _sequences([others[k] for k in among])
    here, there = _once_each(*_known(here, there)), _once_each(*_known(there, here))
    known, counts = np.unique(np.concatenate((here[1], there[1])), return_counts=True)
    here, there = (
        _rarest(*side, counts[np.searchsorted(known, side[1])]) for side in (here, there)
    )
    order = np.argsort(there[1], kind="stable")
    index, sequences = there[0][order], there[1][order]
    first = np.searchsorted(sequences, here[1])
    shared = np.searchsorted(sequences, here[1], side="right") - first
    shared[shared > _COMMON] = 0
    for low in range(0, len(asked), _BLOCK):
        block = slice(*np.searchsorted(here[0], (low, low + _BLOCK)))
        sizes = shared[block]
        # Each hit is a place in the index: from the first one of its sequence onwards.
        offsets = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        hits = index[np.repeat(first[block], sizes) + offsets]
        matches, times = np.unique(
            np.repeat(here[0][block], sizes) * len(among) + hits, return_counts=True
        )
        one, other = np.divmod(matches, len(among))
        order = np.lexsort((other, -times, one))
        one, other = one[order], other[order]
        best = _place_in_run(one) < _CANDIDATES
        for k, j in zip(one[best].tolist(), other[best].tolist(), strict=True):
            yield asked[k], among[j]


def _sequences(texts: Sequence[str]) -> Sequences:
    ends = "\0" * (_GRAM - 1)  # a short text is one sequence with what is behind it
    joined = "".join([text + ends for text in texts]) + ends
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    size = len(codes) - len(ends)
    sequences = np.zeros(size, np.uint64)
    for k in range(_GRAM):
        sequences = (sequences ^ codes[k : k + size]) * _FACTOR
    owners = np.repeat(np.arange(len(texts)), [len(text) + len(ends) for text in texts])
    inside = codes[:size] != 0
    return owners[inside], sequences[inside]


def _known(side: Sequences, other: Sequences) -> Sequences:
    """Those sequences of a side that the other may have too: all that do, and a few more."""
    bits = len(other[0]).bit_length() + 3
    shift = np.uint64(64 - bits)
    seen = np.zeros(1 << bits, bool)
    seen[other[1] >> shift] = True
    may = seen[side[1] >> shift]
    return side[0][may], side[1][may]


def _once_each(owners: NDArray[np.int64], sequences: NDArray[np.uint64]) -> Sequences:
    order = np.lexsort((sequences, owners))
    owners, sequences = owners[order], sequences[order]
    new = np.ones(len(owners), bool)
    new[1:] = (owners[1:] != owners[:-1]) | (sequences[1:] != sequences[:-1])
    return owners[new], sequences[new]


def _rarest(
    owners: NDArray[np.int64], sequences: NDArray[np.uint64], counts: NDArray[np.int64]
) -> Sequences:
    order = np.lexsort((sequences, counts, owners))
    owners, sequences = owners[order], sequences[order]
    rare = _place_in_run(owners) < _RAREST
    return owners[rare], sequences[rare]


def _place_in_run(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of sorted values how many equal ones stand before each."""
    return np.arange(len(values)) - np.searchsorted(values, values)
