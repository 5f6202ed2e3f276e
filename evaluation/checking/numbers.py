"""Rules about numbers: gaps and doubles among siblings, references to an item that moved."""

import itertools
import re
from collections.abc import Iterator

from evaluation.checking.findings import Finding, Matter
from evaluation.checking.tree import NUMBERED, Tree
from evaluation.comparison.alignment import Unit, UnitKind
from evaluation.comparison.marking import mark
from evaluation.comparison.text import fold

# 「2.4」, 「4. 3.」: the number of an item within an item. A part of a larger number or a quantity is none.
_REFERENCE = re.compile(
    r"(?<![0-9.A-Za-z第])([0-9]{1,2}(?:\.[0-9]{1,2})+)\.?(?![0-9.%A-Za-z]|[億万千倍点件年月日円割度人])"
)
_HALF_WIDTH = {code + 0xFEE0: code for code in b"0123456789"}
# A clause's own number as official text has it: 5, 5の2, 第5条, Ⅲ, ⅲ, ①, ア, 三, a, each also in brackets.
_COUNT = (
    r"(?:[1-9][0-9]{0,2}|[一二三四五六七八九十百]{1,4}|[Ⅰ-Ⅻ]|[ⅰ-ⅻ]|[①-⑳]|[㉑-㊿]|[a-zA-Z]"
    r"|[アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲ])"
)
_NUMBER = re.compile(
    rf"第?{_COUNT}[編部章節款目条項号]?(?:の{_COUNT}){{0,3}}|[(（]{_COUNT}[)）]|{_COUNT}[)）]"
)
NUMBER_FORMS = "「5」「5の2」「Ⅲ」「(1)」「①」「ア」「第1」「第5条」"


def is_number(label: str) -> bool:
    """Tell whether a label can be the own number of a clause; counts go to 999."""
    return _NUMBER.fullmatch(label.translate(_HALF_WIDTH)) is not None


def odd_numbers(matter: Matter) -> Iterator[Finding]:
    """A stored number that is none, such as 「-1」 or 「あ」."""
    for siblings in _families(matter.after):
        for unit in siblings:
            if not is_number(unit.label):
                message = f"「{unit.label}」は、条項の番号の形ではありません。{NUMBER_FORMS}のような形に改めてください。"
                yield Finding(
                    "odd_number", matter.after.place(unit), message, unit.id, (unit.label,)
                )


def repeated_numbers(matter: Matter) -> Iterator[Finding]:
    """Two siblings with one number: the text cannot be decided."""
    for siblings in _families(matter.after):
        seen: dict[str, Unit] = {}
        for unit in siblings:
            label = fold(unit.label).text
            if label in seen:
                message = f"番号「{unit.label}」が、「{seen[label].text}」と重なっています。"
                evidence = (seen[label].text, unit.text)
                place = matter.after.place(unit)
                yield Finding("repeated_number", place, message, unit.id, evidence, error=True)
            seen.setdefault(label, unit)


def number_gaps(matter: Matter) -> Iterator[Finding]:
    """A number that does not follow its neighbour's, where it did, or where the amendment put it."""
    known = {pair for siblings in _families(matter.before) for pair in _steps(siblings)}
    for siblings in _families(matter.after):
        for one, other in _steps(siblings):
            if (one, other) in known or not other.isdecimal():
                continue
            expected = int(one) + 1 if one.isdecimal() else 1
            if int(other) not in {
                expected,
                expected - 1,
            }:  # the same number again is another rule's
                unit = next(u for u in siblings if fold(u.label).text == other)
                behind = f"「{one}」の次が「{other}」です" if one else f"「{other}」から始まります"
                message = f"番号が続いていません。{behind}。"
                yield Finding(
                    "number_gap", matter.after.place(unit), message, unit.id, (one, other)
                )


def _families(tree: Tree) -> Iterator[list[Unit]]:
    for siblings in tree.children.values():
        for kind in NUMBERED:
            if family := [unit for unit in siblings if unit.kind is kind]:
                yield family


def _steps(siblings: list[Unit]) -> list[tuple[str, str]]:
    labels = [fold(unit.label).text for unit in siblings]
    return list(itertools.pairwise(["", *labels]))


def moved_references(matter: Matter) -> Iterator[Finding]:
    """A number in a text that meant an item which has another number now, or is gone."""
    moved = dict(_moved(matter))
    if not moved:
        return
    for unit in matter.after.order:
        if unit.kind is UnitKind.CHAPTER:
            continue
        chapter = matter.after.chapter(unit)
        label = chapter.label if chapter else ""
        old = matter.before.units.get(unit.id)
        for number in kept_references(old.text if old else "", unit.text):
            if now := moved.get((label, number)):
                message = f"「{number}」は、{now}。参照を確かめてください。"
                place = matter.after.place(unit)
                yield Finding("moved_reference", place, message, unit.id, (unit.text, number))


def _moved(matter: Matter) -> Iterator[tuple[tuple[str, str], str]]:
    for key, old in matter.before.by_number.items():
        new = matter.after.units.get(old.id)
        if new is None:
            yield key, f"「{old.text}」を指していましたが、削られました"
        elif (number := matter.after.number(new)) != key[1]:
            yield key, f"「{old.text}」を指していましたが、いまは「{number}」です"


def kept_references(old: str, new: str) -> list[str]:
    """The references that a text has as it had them: those that nobody has looked at.

    A new text was written with the new numbers before one's eyes.
    """
    if not old:
        return []
    marked = mark(old, new).new
    folded = fold(new)
    kept = []
    for reference in _REFERENCE.finditer(folded.text):
        start, end = folded.span(*reference.span(1))
        if not any(first < end and start < last for first, last in marked):
            kept.append(reference[1])
    return kept
