"""Statements inside a sentence: a title in brackets, an item's number, an amount of a programme."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from evaluation.checking.disagreements import Disagreement, How
from evaluation.checking.matching import key
from evaluation.checking.reading import Passage
from evaluation.checking.sayings import Part
from evaluation.comparison.likeness import alike
from evaluation.comparison.marking import mark

LEAST_LIKE = 0.6  # a title in brackets is meant to be the one that it is this like
SHORTEST = 6  # characters of a title that is told from other words
_QUOTED = re.compile(r"「([^「」]{4,80})」")
_AMOUNT = re.compile(r"[0-9０-９][0-9０-９,，.．]*(?:兆|億|万)?円")
_HEADING = re.compile(r"(?P<number>\d+(?:\. ?\d+)*)\. ?(?P<title>.{6,})")
_NUMBER_BEFORE = re.compile(r"(\d+(?:[.．] ?\d+)+)[.．]?[\s「]*$")
PROGRAMME = "事業／"


@dataclass(frozen=True)
class Names:
    """The titles of items by their words, and the amounts that the sheet of a programme names."""

    items: dict[str, str]
    amounts: dict[str, frozenset[str]]


@lru_cache(maxsize=8)
def names_in(parts: tuple[Part, ...]) -> Names:
    items: dict[str, str] = {}
    amounts: dict[str, frozenset[str]] = {}
    for part in parts:
        for saying in part.sayings:
            heading = _HEADING.fullmatch(saying.text)
            if heading and not part.whole:  # the whole text: every item once
                items[heading["title"]] = heading["number"].replace(" ", "")
        if part.name.startswith(PROGRAMME):
            text = "\n".join(saying.text for saying in part.sayings)
            found = frozenset(key(amount) for amount in _AMOUNT.findall(text))
            amounts[part.name.removeprefix(PROGRAMME)] = found
    return Names(items, amounts)


def claims(passage: Passage, parts: Sequence[Part]) -> Iterator[Disagreement]:
    """Yield what a sentence says otherwise than the amendment."""
    names = names_in(tuple(parts))
    yield from _titles(passage, names)
    yield from _numbers(passage, names)
    yield from _amounts(passage, names)


def _titles(passage: Passage, names: Names) -> Iterator[Disagreement]:
    known = [*names.items, *names.amounts]
    for quoted in _QUOTED.findall(passage.text):
        likely = max(known, key=lambda name: alike(key(quoted), key(name)), default="")
        likeness = alike(key(quoted), key(likely))
        if LEAST_LIKE <= likeness < 1:
            marks = mark(likely, quoted)
            words = "題名・名称が違います。"
            yield Disagreement(How.WORDS, passage.where, likely, quoted, likely, words, marks)


def _numbers(passage: Passage, names: Names) -> Iterator[Disagreement]:
    for title, number in names.items.items():
        position = passage.text.find(title)
        before = _NUMBER_BEFORE.search(passage.text[: max(position, 0)])
        if before and before[1].replace(" ", "").replace("．", ".") != number:
            expected, words = f"{number} {title}", "番号が違います。"
            printed = f"{before[1]} {title}"
            yield Disagreement(How.WORDS, passage.where, title, printed, expected, words)


def _amounts(passage: Passage, names: Names) -> Iterator[Disagreement]:
    """An amount in a sentence that names one programme is one of that programme's."""
    named = [name for name in names.amounts if name in passage.text]
    if len(named) != 1 or not names.amounts[named[0]]:
        return
    for amount in _AMOUNT.findall(passage.text):
        if key(amount) not in names.amounts[named[0]]:
            expected = "、".join(sorted(names.amounts[named[0]]))
            words = "金額が、事業の資料にありません。"
            yield Disagreement(How.WORDS, passage.where, named[0], amount, expected, words)
