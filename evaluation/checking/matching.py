"""Which saying of an amendment each passage of an outside document prints.

A document follows the order of its parts: of all ways to lay the passages along the sayings the
cheapest is taken. What costs is in `_step` (leaving the order) and `Sayings.like` (other words).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from evaluation.checking.reading import Passage, words_of
from evaluation.checking.sayings import Part
from evaluation.comparison.likeness import alike
from evaluation.comparison.text import fold

SKIPPED = 0.5  # a passage that prints nothing of the amendment
OTHER_WORDS = 0.05  # a passage that prints a saying in other words, beside their unlikeness
BACKWARD = 1.0
OTHER_PART = 0.4
GAP, LONGEST_GAP = 0.08, 6
LEAST_LIKE = 0.42
LONGEST_JOIN = 6  # lines into which the width of a box may break a paragraph
BEAM = 40  # ways that are followed at a time
_NEAR = 6  # sayings looked at for a passage that prints none word for word
_ROMAN = re.compile(r"(X{0,1}(?:IX|IV|V?I{0,3}))(?=[.．])")
ROMAN_SIGNS = dict(
    zip("I II III IV V VI VII VIII IX X XI XII".split(), "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ", strict=True)
)
# A passage with such a beginning begins a paragraph of its own.
_STARTS = re.compile(r"[○●◆■□※①-⑳【<]|・(?!・)|\d+(?:\. ?\d+)*\. |[Ⅰ-Ⅻ]\. ")

Place = tuple[int, int]  # part, saying


@dataclass(frozen=True)
class Match:
    """Passages `start:end` of the document, joined, print the saying at `place`."""

    start: int
    end: int
    passage: Passage
    place: Place
    likeness: float


@lru_cache(maxsize=20_000)
def key(text: str) -> str:
    """What must be the same for two strings to say the same: width and idle space do not count."""
    folded = fold(words_of(text)).text
    roman = _ROMAN.match(folded)
    sign = ROMAN_SIGNS.get(roman[1]) if roman else None
    return sign + folded[roman.end() :] if roman and sign else folded


def match(passages: Sequence[Passage], known: "Sayings") -> list[Match]:
    """Lay the passages along the sayings; what matches none is in no match."""
    # The cheapest ways to read the first n passages, by the saying that was printed last.
    ways: list[dict[Place, tuple[float, _Way]]] = [{} for _ in range(len(passages) + 1)]
    ways[0][_NOWHERE] = (0.0, None)
    for start in range(len(passages)):
        reached = sorted(ways[start].items(), key=lambda way: way[1][0])[:BEAM]
        for last, (cost, way) in reached:
            _keep(ways[start + 1], last, cost + SKIPPED, way)
        for candidate in _candidates(passages, start, known):
            place, extra = candidate.place, _unlikeness(candidate.likeness)
            for last, (cost, way) in reached:
                total = cost + extra + _step(last, place)
                _keep(ways[candidate.end], place, total, (candidate, way))
    _, (_, best) = min(ways[-1].items(), key=lambda way: way[1][0])
    return list(_unwound(best))[::-1]


_Way = Any
_NOWHERE = (-1, -1)


def _unwound(way: _Way) -> Iterator[Match]:
    while way is not None:
        found, way = way
        yield found


def _keep(ways: dict[Place, tuple[float, _Way]], place: Place, cost: float, way: _Way) -> None:
    if place not in ways or cost < ways[place][0]:
        ways[place] = (cost, way)


def _unlikeness(likeness: float) -> float:
    return 0.0 if likeness == 1 else 1 - likeness + OTHER_WORDS


def _step(last: Place, place: Place) -> float:
    """What it costs to go on with another saying than the next one."""
    if last[0] != place[0]:
        return OTHER_PART + GAP * min(place[1], LONGEST_GAP)
    ahead = place[1] - last[1]
    return BACKWARD if ahead <= 0 else GAP * min(ahead - 1, LONGEST_GAP)


def _candidates(passages: Sequence[Passage], start: int, known: "Sayings") -> Iterator[Match]:
    """Yield what the passages from one on may print: this one, or joined with those behind it."""
    passage = passages[start]
    for end in range(start + 1, min(start + LONGEST_JOIN, len(passages)) + 1):
        if end > start + 1:
            following = passages[end - 1]
            if not goes_on(passages[end - 2], following) or known.says(following):
                return
            passage = passage.joined(following)
        likeliest = known.like(passage)
        yield from (Match(start, end, passage, place, like) for place, like in likeliest)
        if any(like == 1 for _, like in likeliest):
            return


def goes_on(passage: Passage, following: Passage) -> bool:
    """Whether the width of a page may have broken a paragraph between two passages."""
    return (
        passage.flows
        and following.flows
        and passage.side == following.side
        and not _STARTS.match(following.text)
    )


class Sayings:
    """All sayings, to be looked up by their words."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = parts
        self.by_key: dict[str, list[Place]] = defaultdict(list)
        for number, part in enumerate(parts):
            for index, saying in enumerate(part.sayings):
                self.by_key[key(saying.text)].append((number, index))
        self.keys = list(self.by_key)
        self.by_gram: dict[str, list[int]] = defaultdict(list)
        for index, words in enumerate(self.keys):
            for gram in _grams(words):
                self.by_gram[gram].append(index)
        self._found: dict[tuple[str, str], list[tuple[Place, float]]] = {}

    def says(self, passage: Passage) -> bool:
        """Whether a passage prints a saying by itself, word for word."""
        return bool(self._same(key(passage.text), passage.side))

    def like(self, passage: Passage) -> list[tuple[Place, float]]:
        """Return the sayings that a passage prints, or else those of which it has most words."""
        asked = key(passage.text), passage.side
        if asked not in self._found:
            found = self._same(*asked) or list(self._near(*asked))
            self._found[asked] = found
        return self._found[asked]

    def _same(self, words: str, side: str) -> list[tuple[Place, float]]:
        places = self.by_key.get(words, ())
        return [(place, 1.0) for place in places if self.parts[place[0]].side == side]

    def _near(self, words: str, side: str) -> Iterator[tuple[Place, float]]:
        shared = Counter(k for gram in _grams(words) for k in self.by_gram.get(gram, ()))
        for index, _ in shared.most_common(4 * _NEAR)[: 4 * _NEAR]:
            likeness = alike(words, self.keys[index], LEAST_LIKE)
            for place in self.by_key[self.keys[index]] if likeness else ():
                if self.parts[place[0]].side == side:
                    yield place, min(likeness, 0.999)


def _grams(words: str) -> set[str]:
    return {words[k : k + 2] for k in range(max(len(words) - 1, 1))}
