"""The heaviest chain of matches that keep one order: what stays, where the rest has moved."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise


def once(places: Iterable[tuple[int, str]]) -> dict[str, int]:
    """Of texts with their places those that stand once, with the place of each."""
    placed = list(places)
    counts = Counter(text for _, text in placed)
    return {text: place for place, text in placed if counts[text] == 1}


def heaviest_chain(matches: Sequence[tuple[int, int]]) -> list[int]:
    """Positions, ascending, of the matches that form the heaviest chain in the order of both texts.

    `matches`: in the order of the new text, each its place in the old text and its weight (> 0).
    The places of a chain ascend strictly. O(n log n): a Fenwick tree holds, for each place, weight
    and end of the best chain up to there.
    """
    if all(one[0] < other[0] for one, other in pairwise(matches)):
        return list(range(len(matches)))
    ranks = {place: k + 1 for k, place in enumerate(sorted({place for place, _ in matches}))}
    best = [(0, -1)] * (len(ranks) + 1)
    previous: list[int] = []
    for position, (place, own) in enumerate(matches):
        weight, end = 0, -1
        k = ranks[place] - 1
        while k:
            weight, end = max((weight, end), best[k])
            k &= k - 1
        previous.append(end)
        k = ranks[place]
        while k < len(best):
            best[k] = max(best[k], (weight + own, position))
            k += k & -k
    position, chain = max(best)[1], []
    while position >= 0:
        chain.append(position)
        position = previous[position]
    return chain[::-1]
