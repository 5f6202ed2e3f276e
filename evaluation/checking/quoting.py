"""Which clauses the lines of a sheet quote: a sheet about an amendment repeats parts of its text."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from evaluation.checking.matching import key
from evaluation.checking.reading import words_of
from evaluation.checking.tree import KIND_NAMES, LISTS, Tree
from evaluation.comparison.alignment import Unit, UnitKind
from evaluation.comparison.likeness import alike

LEAST_LIKE = 0.4  # a line under the number of an item quotes one of its clauses
_NUMBER = re.compile(r"(?P<number>(?:[0-9０-９]+[.．] ?)+)(?P<title>.+)")
_CHAPTER = re.compile(r"(?P<label>[Ⅰ-Ⅻ])[.．] ?(?P<title>.+)")
_LABELS = {name: kind for kind, name in KIND_NAMES.items() if kind in LISTS}
_HALF_WIDTH = {code + 0xFEE0: code for code in b"0123456789."}


@dataclass(frozen=True, slots=True)
class Quotation:
    """A line and what the amendment says in its place; `unit` is the clause that it quotes."""

    line: str
    unit: Unit | None
    expected: str

    @property
    def differs(self) -> bool:
        return self.unit is not None and key(self.line) != key(self.expected)


def quotations(lines: Iterable[str], tree: Tree) -> Iterator[Quotation]:
    """Read the lines of one sheet in order: a number tells which item the lines below it quote."""
    chapter = next((unit.label for unit in tree.below(None, UnitKind.CHAPTER)), "")
    item: Unit | None = None
    kinds: tuple[UnitKind, ...] = (UnitKind.BODY,)
    quoted: set[str] = set()
    for line in lines:
        words = words_of(line)
        unit: Unit | None = None
        expected = line
        if heading := _CHAPTER.fullmatch(words):
            chapter, item, kinds = heading["label"], None, (UnitKind.BODY,)
            unit = next((u for u in tree.below(None) if u.label == chapter), None)
            expected = f"{chapter}. {unit.text}" if unit else line
        elif numbered := _NUMBER.fullmatch(words):
            unit = item = tree.by_number.get((chapter, _plain(numbered["number"])))
            kinds = (UnitKind.BODY,)
            expected = numbered["number"] + unit.text if unit else line
        elif words in _LABELS:
            kinds = (_LABELS[words],)
        elif item and (unit := _likeliest(words, item, kinds, tree, quoted)):
            quoted.add(unit.id)
            expected = line.removesuffix(words) + unit.text
        yield Quotation(line, unit, expected)


def _plain(number: str) -> str:
    return number.translate(_HALF_WIDTH).replace(" ", "").rstrip(".")


def _likeliest(
    words: str, item: Unit, kinds: tuple[UnitKind, ...], tree: Tree, quoted: set[str]
) -> Unit | None:
    """Return the clause of an item that a line quotes, each one once."""
    asked = key(words)
    likely = [
        (likeness, unit)
        for unit in tree.below(item.id, *kinds)
        if unit.id not in quoted and (likeness := alike(asked, key(unit.text), LEAST_LIKE))
    ]
    return max(likely, key=lambda pair: pair[0])[1] if likely else None
