"""The cheapest set of marks for a pair of texts: exact, over words and characters, many at once."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaluation.comparison.costs import INSERTION, REPLACEMENT, Costs, Edge, Phrasing

_NEVER = 10**8
_BATCH = 400_000  # cells of the stacked matrices: they stay in the processor's cache


class Edit(NamedTuple):
    """`old[old_start:old_end]` became `new[new_start:new_end]`; one of them may be empty."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int

    def shifted(self, old: int, new: int) -> "Edit":
        return Edit(
            self.old_start + old, self.old_end + old, self.new_start + new, self.new_end + new
        )


class Job(NamedTuple):
    old: Phrasing
    new: Phrasing


def cheapest(jobs: Sequence[Job]) -> list[list[Edit]]:
    """For each pair of texts the edits that cost least, in order; outside them the texts are equal.

    Windows of like size are stacked and share one loop over the rows of their matrices; each is
    solved as if it were alone, so the result does not depend on the company.
    """
    order = sorted(range(len(jobs)), key=lambda k: (len(jobs[k].old.units), len(jobs[k].new.units)))
    solved: list[list[Edit]] = [[] for _ in jobs]
    batch: list[int] = []
    rows = columns = 0
    for k in order:
        rows = max(rows, len(jobs[k].old.units) + 1)
        columns = max(columns, len(jobs[k].new.units) + 1)
        if batch and rows * columns * (len(batch) + 1) > _BATCH:
            _solve(jobs, batch, solved)
            batch = []
            rows, columns = len(jobs[k].old.units) + 1, len(jobs[k].new.units) + 1
        batch.append(k)
    if batch:
        _solve(jobs, batch, solved)
    return solved


def _solve(jobs: Sequence[Job], batch: Sequence[int], solved: list[list[Edit]]) -> None:
    stack = _Stack([jobs[k] for k in batch])
    stack.fill()
    for lane, k in enumerate(batch):
        old, new = (side.bounds.tolist() for side in jobs[k])
        found = stack.trace(lane, len(old) - 1, len(new) - 1)
        solved[k] = [Edit(old[a], old[b], new[c], new[d]) for a, b, c, d in found]


class _Stack:
    """Matrices of a batch: `equal[i, lane, j]` is the least cost of reaching unit i of the old and j
    of the new text between equal units, `edit[i, lane, j]` at the end of an edit.

    All costs are separable in the two texts, so that minima over the start of an edit are running
    minima: along a row for insertions, down the columns for deletions, both for replacements.
    Costs are integers: ties are ties, and the way back is found by equality.
    """

    def __init__(self, jobs: Sequence[Job]) -> None:
        known: dict[str, int] = {}
        old_codes = _codes([job.old.units for job in jobs], known, 0)
        new_codes = _codes([job.new.units for job in jobs], known, -1)
        self.same = old_codes.T[:, :, None] == new_codes
        old_edges, old_weight, deleted = _padded([job.old for job in jobs])
        new_edges, new_weight, inserted = _padded([job.new for job in jobs])
        self.old_split, self.new_split = old_edges[Edge.SPLIT], new_edges[Edge.SPLIT]
        self.insert_start = new_edges[Edge.INSERT_START] - inserted
        self.insert_end = new_edges[Edge.INSERT_END] + inserted + INSERTION
        self.delete_start = old_edges[Edge.INSERT_START] - deleted
        self.delete_end = old_edges[Edge.INSERT_END] + deleted + INSERTION
        self.old_start = old_edges[Edge.REPLACE_START] - old_weight
        self.old_end = old_edges[Edge.REPLACE_END] + old_weight + REPLACEMENT
        self.new_start = new_edges[Edge.REPLACE_START] - new_weight
        self.new_end = new_edges[Edge.REPLACE_END] + new_weight
        shape = (old_codes.shape[1] + 1, len(jobs), new_codes.shape[1] + 1)
        self.equal = np.full(shape, _NEVER, np.int32)
        self.edit = np.full(shape, _NEVER, np.int32)

    def fill(self) -> None:
        """A pass over the rows; its few scratch rows are allocated once: most rows are short."""
        least, add, running = np.minimum, np.add, np.minimum.accumulate
        shape = self.equal.shape[1:]
        deleting, replacing = (np.full(shape, _NEVER, np.int32) for _ in range(2))
        one, other = np.empty(shape, np.int32), np.empty(shape, np.int32)
        self.equal[0, :, 0] = 0
        for i, (equal, edit) in enumerate(zip(self.equal, self.edit, strict=True)):
            at = slice(i, i + 1)
            if i:
                np.copyto(equal[:, 1:], one[:, :-1], where=self.same[i - 1])
            running(add(equal, self.insert_start, out=one), axis=1, out=other)
            add(other[:, :-1], self.insert_end[:, 1:], out=edit[:, 1:])
            edit += self.old_split[:, at]
            if i:
                add(deleting, self.new_split, out=one)
                least(edit, add(one, self.delete_end[:, at], out=one), out=edit)
                add(replacing[:, :-1], self.new_end[:, 1:], out=one[:, 1:])
                add(one, self.old_end[:, at], out=one)
                least(edit[:, 1:], one[:, 1:], out=edit[:, 1:])
            least(deleting, add(equal, self.delete_start[:, at], out=one), out=deleting)
            add(equal, self.new_start, out=one)
            running(add(one, self.old_start[:, at], out=one), axis=1, out=other)
            least(replacing, other, out=replacing)
            least(equal, edit, out=one)

    def trace(self, lane: int, i: int, j: int) -> list[Edit]:
        """Walk back from the ends of both texts along the least costs."""
        equal, edit = self.equal[:, lane], self.edit[:, lane]
        edits: list[Edit] = []
        while i or j:
            if edit[i, j] < equal[i, j]:
                start_i, start_j = self._start(lane, i, j)
                edits.append(Edit(start_i, i, start_j, j))
                i, j = start_i, start_j
                if not i and not j:
                    break
            i, j = i - 1, j - 1
        return edits[::-1]

    def _start(self, lane: int, i: int, j: int) -> tuple[int, int]:
        """Where the edit that ends at (i, j) began: an insertion, a deletion or a replacement."""
        equal, cost = self.equal[:, lane], self.edit[i, lane, j]
        before = equal[i, :j] + self.insert_start[lane, :j]
        hits = before == cost - self.insert_end[lane, j] - self.old_split[lane, i]
        if hits.any():
            return i, int(hits.argmax())
        before = equal[:i, j] + self.delete_start[lane, :i]
        hits = before == cost - self.delete_end[lane, i] - self.new_split[lane, j]
        if hits.any():
            return int(hits.argmax()), j
        wanted = cost - self.new_end[lane, j] - self.old_end[lane, i]
        before = self.new_start[lane, :j]
        return next(
            (start, int(hits.argmax()))
            for start in range(i - 1, -1, -1)
            if (hits := equal[start, :j] + before + self.old_start[lane, start] == wanted).any()
        )


def _codes(
    texts: Sequence[Sequence[str]], known: dict[str, int], padding: int
) -> NDArray[np.int32]:
    """A number for each unit, shape (lanes, longest): equal numbers are equal units."""
    codes = np.full((len(texts), max(map(len, texts))), padding, np.int32)
    for row, units in zip(codes, texts, strict=True):
        row[: len(units)] = [known.setdefault(unit, len(known) + 1) for unit in units]
    return codes


def _padded(sides: Sequence[Phrasing]) -> tuple[Costs, Costs, Costs]:
    """Costs at the bounds of units: of edges, shape (5, lanes, longest + 1), and of what is marked
    up to there, opposite a mark and alone, shape (lanes, longest + 1)."""
    longest = max(len(side.bounds) for side in sides)
    edges = np.zeros((len(Edge), len(sides), longest), np.int32)
    weight, added = np.zeros((2, len(sides), longest), np.int32)
    for lane, side in enumerate(sides):
        edges[:, lane, : len(side.bounds)] = side.edges[:, side.bounds]
        weight[lane, : len(side.bounds)] = side.weight[side.bounds]
        added[lane, : len(side.bounds)] = side.added[side.bounds]
    return edges, weight, added
