"""Clauses that were split or merged: one row for all their parts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from evaluation.comparison.alignment import Kind, Pair, Unit
from evaluation.comparison.heads import head_runs, joined, level_of
from evaluation.comparison.marking import Marks, Span, mark
from evaluation.comparison.rows import Cell, Level, Run
from evaluation.comparison.text import fold

# Stands between parts while they are compared: words on both sides of it are not one word.
_BOUNDARY = "｜"


@dataclass(frozen=True, slots=True)
class Succession:
    """The clause `old` lives on in the clause `new`: it was split, or merged with others."""

    old: str
    new: str
    kind: Literal[Kind.SPLIT, Kind.MERGED]

    @property
    def single(self) -> str:
        """The clause that is one on its side."""
        return self.old if self.kind is Kind.SPLIT else self.new


@dataclass(frozen=True, slots=True)
class Joint:
    """The parts of one split or merger in document order; one of the sides is a single unit."""

    kind: Kind
    old: tuple[Unit, ...]
    new: tuple[Unit, ...]

    @property
    def level(self) -> Level:
        return level_of(self.new[0])


def joints(pairs: Sequence[Pair], successions: Iterable[Succession]) -> list[Joint]:
    """The splits and mergers that both texts bear out.

    A clause that stands on both sides is one of its own parts. Left out is what has fewer than two
    parts, and what has a part in common with an earlier one.
    """
    old = {pair.old.id: pair.old for pair in pairs if pair.old}
    new = {pair.new.id: pair.new for pair in pairs if pair.new}
    places = [{id: place for place, id in enumerate(side)} for side in (old, new)]
    groups: defaultdict[tuple[Kind, str], set[str]] = defaultdict(set)
    for succession in successions:
        groups[succession.kind, succession.single] |= {succession.old, succession.new}
    found: list[Joint] = []
    taken: set[str] = set()
    for (kind, single), ids in groups.items():
        here, there = (old, new) if kind is Kind.SPLIT else (new, old)
        order = places[there is new]
        parts = tuple(there[id] for id in sorted(ids & there.keys(), key=order.__getitem__))
        if single not in here or len(parts) < 2 or ids & taken:
            continue
        taken |= ids
        one = (here[single],)
        found.append(Joint(kind, one, parts) if kind is Kind.SPLIT else Joint(kind, parts, one))
    return found


Numbers = Mapping[str, Sequence[str]]


def joint_cells(joint: Joint, old: Numbers, new: Numbers) -> tuple[Cell, Cell]:
    """Both sides of the row, old first: the texts marked as one, a line for each part.

    The boundary is shown by marking the number of the part behind it. Of parts without a number only
    a line break changed, which is not marked.
    """
    plain, parted = (
        [between.join(unit.text for unit in side) for side in (joint.old, joint.new)]
        for between in ("", _BOUNDARY)
    )
    marks = Marks() if fold(plain[0]).text == fold(plain[1]).text else mark(*parted)
    renumbered = old[joint.old[0].id] != new[joint.new[0].id]
    return (
        _parts(joint.old, old, joint.level, marks.old, renumbered),
        _parts(joint.new, new, joint.level, marks.new, renumbered),
    )


def _parts(
    units: Iterable[Unit], numbers: Numbers, level: Level, marks: Sequence[Span], renumbered: bool
) -> Cell:
    runs: list[Run] = []
    offset = 0
    for unit in units:
        if offset:
            runs.append(Run("\n"))
        runs += head_runs(level, numbers[unit.id], marked=bool(offset) or renumbered)
        end = offset + len(unit.text)
        position = offset
        for start, stop in marks:
            start, stop = max(start, offset), min(stop, end)
            if start < stop:
                runs.append(Run(unit.text[position - offset : start - offset]))
                runs.append(Run(unit.text[start - offset : stop - offset], marked=True))
                position = stop
        runs.append(Run(unit.text[position - offset :]))
        offset = end + len(_BOUNDARY)
    return joined(runs)
