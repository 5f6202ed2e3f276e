"""The tree of a draft beside the clause that is open in it: headings, changes, and what stands around it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from evaluation.models.texts import Node
from evaluation.placing import NUMBERED
from evaluation.views.outline import Hanging, Line, Outline

ONLY_CHANGED = "changed"


@dataclass(frozen=True)
class Tree:
    """`here` is the open clause; `only_changed` leaves out what neither changes nor leads to a change."""

    outline: Outline
    here: Node
    only_changed: bool

    @property
    def query(self) -> str:
        """Return the query string that keeps the tree as it is, with its "?"."""
        return f"?only={ONLY_CHANGED}" if self.only_changed else ""

    @cached_property
    def here_line(self) -> Line | None:
        """Return the line of the open clause: of one that moved, where it stands now."""
        own = [line for line in self.lines if line.node.clause_id == self.here.clause_id]
        return next((line for line in own if not line.gone), own[0] if own else None)

    @cached_property
    def lines(self) -> list[Line]:
        """Return the lines in the order of the document, clauses that hang on an item behind its own."""
        kept: list[Line] = []
        above: set[int | None] = set()
        for line in reversed(list(_flat(self.outline.lines))):
            if line.node.clause_id in above or self._is_shown(line):
                above.add(line.node.parent_id)
                kept.append(line)
        return kept[::-1]

    def _is_shown(self, line: Line) -> bool:
        node = line.node
        if line.is_marked or node.clause_id == self.here.clause_id:
            return True
        owner = self.here.clause_id if self.here.kind in NUMBERED else self.here.parent_id
        return not self.only_changed and (node.kind in NUMBERED or node.parent_id == owner)


def _flat(lines: Iterator[Line | Hanging]) -> Iterator[Line]:
    for line in lines:
        if isinstance(line, Hanging):
            for _, listed in line.lists:
                yield from listed
        else:
            yield line
