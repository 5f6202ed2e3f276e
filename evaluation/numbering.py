"""Numbers that siblings should have after a draft inserted, moved or deleted some. No queries."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from evaluation.models.texts import Node, Text
from evaluation.placing import NUMBERED, ROMAN

_COUNTED = re.compile(
    rf"(?P<head>[^0-9{ROMAN}]*)(?P<count>[0-9]+|[{ROMAN}])(?P<tail>[^0-9{ROMAN}]*)"
)


@dataclass(frozen=True)
class Renumbering:
    """New numbers for the siblings of a kind below `parent`: each clause with its new own number."""

    parent: Node | None
    kind: str
    labels: tuple[tuple[Node, str], ...]

    @property
    def shown(self) -> list[tuple[int, str, str]]:
        """What a user sees of it: `amending.digest` of this tells whether it is still the same."""
        return [(node.clause_id, node.label, label) for node, label in self.labels]


def renumberings(before: Text, text: Text) -> Iterator[Renumbering]:
    """Yield what could be renumbered in a draft, in the order of the document."""
    parents = [None, *text.order]
    for parent in parents:
        below = text.children.get(parent.clause_id if parent else None, [])
        for kind in dict.fromkeys(node.kind for node in below if node.kind in NUMBERED):
            if found := renumbering(before, text, parent.clause_id if parent else None, kind):
                yield found


@dataclass(frozen=True)
class Uncounted:
    """Siblings that a draft changed and that cannot be renumbered: the number of `odd` stands against
    it, for it is counted in another manner, or out of order in the text in force."""

    parent: Node | None
    odd: Node


def uncounted(before: Text, text: Text) -> Iterator[Uncounted]:
    """Yield what a draft changed and `renumberings` cannot judge, in the order of the document."""
    for parent in [None, *text.order]:
        parent_id = parent.clause_id if parent else None
        for kind in sorted(NUMBERED):
            old, new = (_siblings(tree, parent_id, kind) for tree in (before, text))
            shown = [[(node.clause_id, node.label) for node in nodes] for nodes in (old, new)]
            if shown[0] != shown[1] and new and (odd := _odd(old, new)):
                yield Uncounted(parent, odd)


def _odd(old: Sequence[Node], new: Sequence[Node]) -> Node | None:
    """Return the clause whose number is not counted as most are, or stands out of order."""
    nodes = [*new, *old]
    manners = Counter(manner for node in nodes if (manner := _manner(node.label)) is not None)
    usual = manners.most_common(1)[0][0] if manners else None
    others = [node for node in nodes if usual is None or _manner(node.label) != usual]
    behind = [b for a, b in pairwise(old) if _count(a.label) >= _count(b.label)]
    return next(iter([*others, *behind]), None)


def renumbering(before: Text, text: Text, parent_id: int | None, kind: str) -> Renumbering | None:
    """Return new numbers for the siblings of a kind below a parent; None where they have the right ones.

    Numbers follow the order. A gap that the text in force has stays behind the clause that it stood
    behind: the text may be an excerpt. Where numbers are not counted in one manner (「5の2」), nothing is
    proposed: they are as somebody wanted them.
    """
    old, new = (_siblings(tree, parent_id, kind) for tree in (before, text))
    manners = {manner for node in (*old, *new) if (manner := _manner(node.label)) is not None}
    counts = [_count(node.label) for node in old]
    if not new or len(manners) != 1 or None in map(_manner, (node.label for node in (*old, *new))):
        return None
    if any(one >= other for one, other in pairwise(counts)):
        return None
    (manner,) = manners
    labels = [_label(manner, count) for count in _counts(old, new)]
    changes = tuple(
        (node, label) for node, label in zip(new, labels, strict=True) if node.label != label
    )
    parent = text.nodes[parent_id] if parent_id is not None else None
    return Renumbering(parent, kind, changes) if changes and "" not in labels else None


def _siblings(tree: Text, parent_id: int | None, kind: str) -> list[Node]:
    return [node for node in tree.children.get(parent_id, []) if node.kind == kind]


def _counts(old: Sequence[Node], new: Sequence[Node]) -> Iterator[int]:
    """Yield the number of each sibling, with the gaps of the old ones behind those that stay."""
    staying = {node.clause_id for node in new}
    gaps: dict[int | None, int] = {}
    last, holder = 0, None
    for node in old:
        gaps[holder] = gaps.get(holder, 0) + _count(node.label) - last - 1
        last = _count(node.label)
        holder = node.clause_id if node.clause_id in staying else holder
    count = gaps.get(None, 0) if old else _count(new[0].label) - 1
    for node in new:
        count += 1
        yield count
        count += gaps.get(node.clause_id, 0)


def _manner(label: str) -> tuple[str, bool, str] | None:
    """Return what stands around the count of a number, and whether that is a Roman numeral."""
    found = _COUNTED.fullmatch(label)
    return (found["head"], found["count"] in ROMAN, found["tail"]) if found else None


def _count(label: str) -> int:
    found = _COUNTED.fullmatch(label)
    if found is None:
        return 0
    return ROMAN.index(found["count"]) + 1 if found["count"] in ROMAN else int(found["count"])


def _label(manner: tuple[str, bool, str], count: int) -> str:
    head, roman, tail = manner
    if not roman:
        return f"{head}{count}{tail}"
    return f"{head}{ROMAN[count - 1]}{tail}" if count <= len(ROMAN) else ""
