"""What stands before a text in a row: its number or bullet, and whether that is marked."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from evaluation.comparison.alignment import Pair, Unit, UnitKind
from evaluation.comparison.rows import Cell, Level, Run

_LEVELS = {
    UnitKind.CHAPTER: Level.CHAPTER,
    UnitKind.ITEM: Level.ITEM,
    UnitKind.BODY: Level.BODY,
    UnitKind.PARAGRAPH: Level.PARAGRAPH,
}
_FULL_WIDTH = {code: code + 0xFEE0 for code in b"0123456789."}


def level_of(unit: Unit) -> Level:
    """The level of a unit's own row; what is no part of the body is a bullet."""
    return _LEVELS.get(unit.kind, Level.BULLET)


def in_body(pairs: Iterable[Pair]) -> list[Pair]:
    return [pair for pair in pairs if pair.unit.kind in _LEVELS]


def head(level: Level, number: Sequence[str]) -> str:
    """In the body 「2. 5.」, under ○項目 「2.5.」, or a bullet; of a plain text as it stands there."""
    if level is Level.BULLET:
        return "・"
    if level is Level.PARAGRAPH:
        return "".join(number)
    return ("" if level is Level.ENTRY else " ").join(f"{part}." for part in number)


def head_runs(level: Level, number: Sequence[str], marked: bool) -> Cell:
    printed = head(level, number)
    return Run(printed, marked), Run(_gap(level, printed))


def whole(level: Level, number: Sequence[str], unit: Unit) -> Cell:
    """T6: a text that stands alone is marked with its number or bullet."""
    printed = head(level, number)
    return (Run(printed + _gap(level, printed) + unit.text, marked=True),)


def span_of(numbers: Sequence[Sequence[str]]) -> str:
    """The numbers of a run, 「１～４」; "" where one of them has none."""
    printed = [_full_width(".".join(number)) for number in numbers]
    return "～".join(dict.fromkeys((printed[0], printed[-1]))) if all(printed) else ""


def _full_width(number: str) -> str:
    return number.translate(_FULL_WIDTH) if re.fullmatch("[0-9.]+", number) else number


def joined(runs: Iterable[Run]) -> Cell:
    """Runs without empty ones; neighbours of one look are one run."""
    looks = groupby((run for run in runs if run.text), key=lambda run: (run.marked, run.role))
    return tuple(
        Run("".join(run.text for run in same), marked, role) for (marked, role), same in looks
    )


def _gap(level: Level, printed: str) -> str:
    if not printed or level is Level.BULLET or printed == "・":
        return ""
    return "　" if level is Level.PARAGRAPH else " "
