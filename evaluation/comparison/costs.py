"""What a mark costs: the habits of Japanese drafters, as one table of numbers.

A mark is a fragment (fixed cost), made of words (cost by their class), with edges (cost by the
classes of the words on either side). The unit is one hundredth of a marked kanji. The cheapest set
of marks is the one drawn: `search.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from evaluation.comparison.text import TokenClass as T
from evaluation.comparison.text import tokens

Costs = NDArray[np.int32]

NOUN = frozenset({T.KANJI, T.SUFFIX, T.KATAKANA, T.LATIN, T.NUMBER, T.LIMIT, T.OTHER})
ENDING = frozenset({T.PARTICLE, T.PREDICATE, T.OKURIGANA, T.KANA})  # hiragana closing a phrase
ANY = frozenset(T)


class Edge(IntEnum):
    """Where the boundary between two words becomes the edge of a mark."""

    REPLACE_START = 0
    REPLACE_END = 1
    INSERT_START = 2  # insertion or deletion: only one side is marked
    INSERT_END = 3
    SPLIT = 4  # the place on the other side at which nothing is marked


@dataclass(frozen=True)
class Rule:
    """An edge costs this much between a word of `left` and a word of `right`."""

    left: frozenset[T]
    right: frozenset[T]
    cost: int


def before(cost: int, *right: T) -> Rule:
    return Rule(ANY, frozenset(right), cost)


def after(cost: int, *left: T) -> Rule:
    return Rule(frozenset(left), ANY, cost)


REPLACEMENT = 1000  # one more replaced stretch: a drafter joins edits that stand close
INSERTION = 900

# G2 a drafter counts words, not letters; 、 and 。 delimit edits, so they are kept out of marks.
WEIGHT: Mapping[T, int] = {
    T.KANJI: 100, T.SUFFIX: 100, T.LIMIT: 100,
    T.KANA: 70, T.OKURIGANA: 70, T.PREDICATE: 70, T.PARTICLE: 70, T.CONNECTIVE: 70, T.OTHER: 70,
    T.KATAKANA: 50, T.NUMBER: 50, T.DOT: 50,
    T.LATIN: 40,
    T.COMMA: 400, T.OPENING: 400, T.CLOSING: 400,
    T.STOP: 2500,
    T.ELLIPSIS: 70, T.SPACE: 20,
}  # fmt: skip
# G7 a sentence that is added or deleted goes with its 。; no other mark runs over one (G4).
STOP_ADDED = 300
SATURATION = 4  # characters of a word that count in full; the others count 30 %

# The first rule that fits gives the cost.
EDGES: Mapping[Edge, tuple[Rule, ...]] = {
    Edge.REPLACE_START: (
        after(0, T.STOP, T.ELLIPSIS),  # a sentence begins
        before(50, T.CONNECTIVE),  # G5 with the connective that changes
        before(100, T.DOT),
        before(100, T.OPENING),
        before(150, T.COMMA),
        before(350, T.PARTICLE),  # G3 a replacement begins at a content word …
        before(300, T.SPACE),
        before(400, T.STOP),
        before(500, T.CLOSING),
        before(500, T.LIMIT),
        before(700, T.PREDICATE),
        before(1400, T.OKURIGANA),  # … never at する or okurigana alone
        after(0, *ENDING, T.COMMA, T.CONNECTIVE, T.SPACE, T.OPENING),
        Rule(NOUN, frozenset({T.NUMBER}), 30),  # a number may be replaced without its noun
        after(100, T.DOT, T.CLOSING),
        before(900, T.SUFFIX),  # G2 the whole word with its 等
        Rule(frozenset({T.SUFFIX}), frozenset({T.KANJI}), 800),  # 意見交換等回数 is one word
        after(200, T.SUFFIX),
        Rule(NOUN, NOUN, 400),  # リスク管理委員会 is one word, whatever it is written in
        Rule(ANY, ANY, 200),
    ),
    Edge.REPLACE_END: (
        before(0, T.STOP, T.COMMA, T.SPACE, T.ELLIPSIS),
        after(0, T.STOP),
        after(50, T.CLOSING),
        after(300, T.SPACE),
        after(60, T.COMMA, T.CONNECTIVE),
        after(600, T.OPENING),
        after(300, T.DOT),
        before(1400, T.OKURIGANA),
        before(30, T.PARTICLE),  # G3 the common particle that follows stays outside
        before(500, T.PREDICATE),
        before(30, T.CONNECTIVE),
        before(60, T.DOT),
        before(0, T.CLOSING),
        before(30, T.OPENING),
        before(50, T.LIMIT),
        after(60, *ENDING),
        before(200, T.SUFFIX),
        after(200, T.SUFFIX),
        before(60, T.NUMBER),  # a number is a unit: it does not go with what stands before it …
        after(60, T.NUMBER),  # … nor with what it counts or dates: 令和６年度末｜時点
        Rule(ANY, ANY, 400),
    ),
    Edge.INSERT_START: (
        # 、 goes with what follows it: 廃止は → 廃止は、集会において
        Rule(NOUN | ENDING, frozenset({T.COMMA}), -60),
        after(0, T.STOP, T.ELLIPSIS, T.SPACE, T.COMMA),  # after 、 most of all
        before(100, T.PARTICLE),
        before(700, T.PREDICATE),  # 所属する → 所属し、…を有する is a replacement
        before(1400, T.OKURIGANA),
        before(40, T.CONNECTIVE),
        before(40, T.COMMA),
        before(40, T.DOT),  # or with the connective
        before(200, T.STOP),
        before(200, T.CLOSING),
        before(0, T.OPENING),
        before(100, T.LIMIT),
        before(100, T.SPACE),
        after(40, *ENDING, T.CONNECTIVE),
        after(100, T.OPENING),
        after(80, T.DOT),
        after(50, T.CLOSING),
        before(1200, T.SUFFIX),  # 相続 → 相続等 marks the whole word on both sides
        after(100, T.SUFFIX),
        Rule(ANY, ANY, 200),
    ),
    Edge.INSERT_END: (
        before(20, T.STOP, T.ELLIPSIS),
        before(0, T.SPACE),
        after(0, T.STOP, T.CLOSING, T.COMMA),
        after(100, T.SPACE),
        after(80, T.CONNECTIVE, T.DOT),
        after(600, T.OPENING),
        before(1400, T.OKURIGANA),
        before(40, T.PARTICLE),
        before(400, T.PREDICATE),
        before(20, T.CONNECTIVE),
        before(20, T.COMMA),
        before(20, T.DOT),
        before(40, T.CLOSING),
        before(40, T.OPENING),
        before(50, T.LIMIT),
        after(30, *ENDING),
        before(200, T.SUFFIX),
        after(200, T.SUFFIX),
        after(60, T.NUMBER),
        Rule(ANY, ANY, 700),  # G8 a prefix to a compound is the whole compound
    ),
    Edge.SPLIT: (
        before(1400, T.OKURIGANA),
        before(700, T.PREDICATE),  # 記名押印させる → 記名させる is a replacement too
        before(0, T.SUFFIX),
        Rule(frozenset({T.SUFFIX}), frozenset({T.KANJI}), 200),
        after(0, T.NUMBER),
        Rule(NOUN, NOUN, 300),
        Rule(ANY, ANY, 0),
    ),
}

# G2 No mark cuts a number, a date, a citation or a word in katakana or Latin letters; a compound of
# kanji is cut where nothing else will do. Inside a word, in the order of Edge:
DIVISIBLE = ENDING | {T.KANJI, T.SPACE}
WITHIN_KANJI = (800, 800, 300, 1300, 1000)
WITHIN_KANA = (900, 900, 700, 900, 900)
WITHIN_OTHER = (2500, 2500, 2500, 2500, 2500)


def _between() -> Costs:
    table = np.zeros((len(Edge), len(T), len(T)), np.int32)
    for edge, rules in EDGES.items():
        for left in T:
            for right in T:
                fits = (rule for rule in rules if left in rule.left and right in rule.right)
                table[edge, left, right] = next(fits).cost
    return table


def _within() -> Costs:
    classes = dict.fromkeys(T, WITHIN_OTHER) | dict.fromkeys(ENDING, WITHIN_KANA)
    classes |= {T.KANJI: WITHIN_KANJI, T.SPACE: (0, 0, 0, 0, 0)}
    return np.array([classes[cls] for cls in T], np.int32).T


_BETWEEN = _between()
_WITHIN = _within()
_WEIGHT = np.array([WEIGHT[cls] for cls in T], np.int32)


@dataclass(frozen=True, slots=True)
class Phrasing:
    """A folded text read for marking.

    `classes`: the token class of each character, shape (n,). `edges`: the cost of an edge before
    each character and at the end, shape (5, n + 1), rows as in `Edge`. `weight`: what the marks on
    the first k characters cost, shape (n + 1,); `added`: the same where the other side has no mark.
    `units`: what a mark holds whole or not at all, a
    word that is never cut or a single character; `bounds`: where each begins, and the text's end,
    shape (units + 1,).
    """

    text: str
    classes: NDArray[np.intp]
    edges: Costs
    weight: Costs
    added: Costs
    units: list[str]
    bounds: NDArray[np.intp]


def phrasing(folded: str, gaps: Sequence[int] = ()) -> Phrasing:
    """Read a stretch of folded text; an edge in a gap, where wide white space was, costs nothing."""
    words = tokens(folded, gaps)
    lengths = np.array([len(word.text) for word in words], np.intp)
    size = len(folded)
    classes = np.repeat(np.array([word.cls for word in words], np.intp), lengths)
    first = np.repeat(np.cumsum(lengths) - lengths, lengths)  # where each character's word begins
    within = np.arange(size) - first
    edges = np.zeros((len(Edge), size + 1), np.int32)
    if size > 1:
        between = _BETWEEN[:, classes[:-1], classes[1:]]
        edges[:, 1:-1] = np.where(within[1:] == 0, between, _WITHIN[:, classes[1:]])
    edges[:, np.array(gaps, np.intp)] = 0
    weight = _WEIGHT[classes]
    counted = np.where(within < SATURATION, weight, weight * 3 // 10)
    units = [
        unit for word in words for unit in (word.text if word.cls in DIVISIBLE else (word.text,))
    ]
    return Phrasing(
        folded,
        classes,
        edges,
        _summed(counted),
        _summed(np.where(classes == T.STOP, STOP_ADDED, counted)),
        units,
        np.concatenate(([0], np.cumsum(list(map(len, units)), dtype=np.intp))),
    )


def _summed(weight: NDArray[np.int32]) -> Costs:
    return np.concatenate(([0], weight.cumsum())).astype(np.int32)
