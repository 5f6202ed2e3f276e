"""The cheapest set of marks for a pair of texts: exact, over characters, many pairs at once."""

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
    order = sorted(range(len(jobs)), key=lambda k: (len(jobs[k].old.text), len(jobs[k].new.text)))
    solved: list[list[Edit]] = [[] for _ in jobs]
    batch: list[int] = []
    rows = columns = 0
    for k in order:
        rows = max(rows, len(jobs[k].old.text) + 1)
        columns = max(columns, len(jobs[k].new.text) + 1)
        if batch and rows * columns * (len(batch) + 1) > _BATCH:
            _solve(jobs, batch, solved)
            batch = []
            rows, columns = len(jobs[k].old.text) + 1, len(jobs[k].new.text) + 1
        batch.append(k)
    if batch:
        _solve(jobs, batch, solved)
    return solved


def _solve(jobs: Sequence[Job], batch: Sequence[int], solved: list[list[Edit]]) -> None:
    stack = _Stack([jobs[k] for k in batch])
    stack.fill()
    for lane, k in enumerate(batch):
        solved[k] = stack.trace(lane, len(jobs[k].old.text), len(jobs[k].new.text))


class _Stack:
    """Matrices of a batch: `equal[i, lane, j]` is the least cost of reaching character i of the old
    and j of the new text between equal characters, `edit[i, lane, j]` at the end of an edit.

    All costs are separable in the two texts, so that minima over the start of an edit are running
    minima: along a row for insertions, down the columns for deletions, both for replacements.
    Costs are integers: ties are ties, and the way back is found by equality.
    """

    def __init__(self, jobs: Sequence[Job]) -> None:
        self.old_codes = _codes([job.old.text for job in jobs], 0xFFFFFFFF)
        self.new_codes = _codes([job.new.text for job in jobs], 0xFFFFFFFE)
        old_edges, old_weight = _padded([job.old for job in jobs])
        new_edges, new_weight = _padded([job.new for job in jobs])
        self.old_split, self.new_split = old_edges[Edge.SPLIT], new_edges[Edge.SPLIT]
        self.insert_start = new_edges[Edge.INSERT_START] - new_weight
        self.insert_end = new_edges[Edge.INSERT_END] + new_weight + INSERTION
        self.delete_start = old_edges[Edge.INSERT_START] - old_weight
        self.delete_end = old_edges[Edge.INSERT_END] + old_weight + INSERTION
        self.old_start = old_edges[Edge.REPLACE_START] - old_weight
        self.old_end = old_edges[Edge.REPLACE_END] + old_weight + REPLACEMENT
        self.new_start = new_edges[Edge.REPLACE_START] - new_weight
        self.new_end = new_edges[Edge.REPLACE_END] + new_weight
        shape = (self.old_codes.shape[1] + 1, len(jobs), self.new_codes.shape[1] + 1)
        self.equal = np.full(shape, _NEVER, np.int32)
        self.edit = np.full(shape, _NEVER, np.int32)

    def fill(self) -> None:
        least, running = np.minimum, np.minimum.accumulate
        self.equal[0, :, 0] = 0
        deleting = np.full(self.equal.shape[1:], _NEVER, np.int32)
        replacing = deleting.copy()
        for i, (equal, edit) in enumerate(zip(self.equal, self.edit, strict=True)):
            at = slice(i, i + 1)
            if i:
                step = least(self.equal[i - 1, :, :-1], self.edit[i - 1, :, :-1])
                same = self.old_codes[:, i - 1 : i] == self.new_codes
                np.copyto(equal[:, 1:], step, where=same)
            inserting = running(equal + self.insert_start, axis=1)[:, :-1]
            edit[:, 1:] = inserting + self.insert_end[:, 1:] + self.old_split[:, at]
            if i:
                least(edit, deleting + self.new_split + self.delete_end[:, at], out=edit)
                replaced = replacing[:, :-1] + self.new_end[:, 1:] + self.old_end[:, at]
                least(edit[:, 1:], replaced, out=edit[:, 1:])
            least(deleting, equal + self.delete_start[:, at], out=deleting)
            started = equal + self.new_start + self.old_start[:, at]
            least(replacing, running(started, axis=1), out=replacing)

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
        for start in range(i - 1, -1, -1):
            before = equal[start, :j] + self.new_start[lane, :j] + self.old_start[lane, start]
            hits = before == wanted
            if hits.any():
                return start, int(hits.argmax())
        raise AssertionError("an edit without a start")


def _codes(texts: Sequence[str], padding: int) -> NDArray[np.uint32]:
    codes = np.full((len(texts), max(map(len, texts))), padding, np.uint32)
    for row, text in zip(codes, texts, strict=True):
        row[: len(text)] = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return codes


def _padded(sides: Sequence[Phrasing]) -> tuple[Costs, Costs]:
    """Edge costs, shape (5, lanes, longest + 1), and weights, shape (lanes, longest + 1)."""
    longest = max(len(side.text) for side in sides) + 1
    edges = np.zeros((len(Edge), len(sides), longest), np.int32)
    weight = np.zeros((len(sides), longest), np.int32)
    for lane, side in enumerate(sides):
        edges[:, lane, : len(side.text) + 1] = side.edges
        weight[lane, : len(side.text) + 1] = side.weight
    return edges, weight
