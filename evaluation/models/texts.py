"""A text: the tree made of the wordings that stand together, and what makes a draft's tree conflict.

All but `texts_around` works on rows already fetched (`evaluation.models.standing`): no queries.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from evaluation.comparison.alignment import Document, Unit, UnitKind
from evaluation.comparison.text import fold
from evaluation.excerpts import shortened
from evaluation.models.amendments import Amendment, Wording

NUMBERED = {UnitKind.CHAPTER, UnitKind.ITEM}


class ConflictKind(StrEnum):
    """Why a draft cannot be decided as it stands."""

    ASPECT = "aspect"
    REPEALED = "repealed"
    DUPLICATE_NUMBER = "duplicate_number"
    PARENT_MISSING = "parent_missing"
    CYCLE = "cycle"


# For these the clauses of a text make no tree.
TORN = {ConflictKind.CYCLE, ConflictKind.PARENT_MISSING}
# What is merged as one: a clause reworded here and renumbered there has both changes.
ASPECTS: dict[str, tuple[str, ...]] = {
    "位置": ("parent_id", "rank"),
    "番号": ("label",),
    "文言": ("text", "excerpt"),
    "削除": ("repealed",),
}


@dataclass(frozen=True)
class Conflict:
    """One place in which a draft contradicts the text it amends, or itself."""

    kind: ConflictKind
    clause_id: int
    place: str
    message: str
    aspect: str = ""

    def __str__(self) -> str:
        return f"{self.place}：{self.message}"


@dataclass(frozen=True)
class Node:
    """A clause with its place, number and text in one `Text`."""

    clause_id: int
    public_id: str
    kind: UnitKind
    parent_id: int | None
    rank: str
    label: str
    text: str
    repealed: bool
    excerpt: bool
    wording: Wording = field(repr=False, compare=False)

    @classmethod
    def of(cls, wording: Wording) -> "Node":
        return cls(
            clause_id=wording.clause_id,
            public_id=wording.clause.public_id,
            kind=UnitKind(wording.clause.kind),
            parent_id=wording.parent_id,
            rank=wording.rank,
            label=wording.label,
            text=wording.text,
            repealed=wording.repealed,
            excerpt=wording.excerpt,
            wording=wording,
        )

    def rewords(self, old: "Node | None") -> bool:
        """Tell whether the clause stands here and in an older text, in words that count as others.

        Of such a clause single words are marked; one that is new, deleted, or differs only in what a
        table does not show has no marks of its own.
        """
        if old is None or old.repealed or self.repealed:
            return False
        return reworded(old.text, self.text)


def reworded(old: str, new: str) -> bool:
    """Tell whether a table marks a difference: texts that fold to one are the same to it."""
    return old != new and fold(old).text != fold(new).text


@dataclass(frozen=True)
class Text:
    """Nodes that stand together, by clause id; repealed ones are left out of the tree."""

    nodes: dict[int, Node]
    stale: tuple[Conflict, ...] = ()

    @classmethod
    def of(cls, wordings: Iterable[Wording]) -> "Text":
        """Build a text from rows of `in_force_on`, `before` or `as_amended_by`.

        A draft's row is merged field by field with the row that stands: what the draft changed since
        its base wins, all else follows the text. A field changed on both sides is a conflict, in
        which the draft's value is shown.
        """
        decided: dict[int, Wording] = {}
        drafted: list[Wording] = []
        for wording in wordings:
            if not wording.stands:  # type: ignore[attr-defined]
                drafted.append(wording)
            else:
                decided[wording.clause_id] = wording
        nodes = {clause_id: Node.of(wording) for clause_id, wording in decided.items()}
        stale: list[Conflict] = []
        for wording in drafted:
            head = decided.get(wording.clause_id)
            if wording.corrects_id and head and head.place != wording.place:  # type: ignore[attr-defined]
                continue  # what it corrects no longer stands
            node, conflicts = merge(wording, head)
            nodes[wording.clause_id] = node
            stale += conflicts
        text = cls(nodes)
        named = (replace(c, place=text.place(nodes[c.clause_id])) for c in stale)
        return cls(nodes, tuple(named))

    @cached_property
    def children(self) -> dict[int | None, list[Node]]:
        """Standing nodes by parent, in the order of the document."""
        children: dict[int | None, list[Node]] = defaultdict(list)
        for node in self.nodes.values():
            if not node.repealed:
                children[node.parent_id].append(node)
        for siblings in children.values():
            siblings.sort(key=lambda node: (node.rank, node.public_id))
        return children

    def walk(self, root: int | None = None) -> Iterator[tuple[int, Node]]:
        """Yield depth and node below a clause (default: all), in the order of the document."""
        stack = [(0, node) for node in reversed(self.children.get(root, []))]
        while stack:
            depth, node = stack.pop()
            yield depth, node
            below = self.children.get(node.clause_id, [])
            stack += [(depth + 1, child) for child in reversed(below)]

    @cached_property
    def order(self) -> list[Node]:
        return [node for _, node in self.walk()]

    def ancestors(self, node: Node) -> list[Node]:
        """Return the nodes above a node, outermost first; stops at a cycle or a missing parent."""
        chain: list[Node] = []
        seen = {node.clause_id}
        while node.parent_id in self.nodes and node.parent_id not in seen:
            node = self.nodes[node.parent_id]
            seen.add(node.clause_id)
            chain.append(node)
        return chain[::-1]

    def number(self, node: Node) -> str:
        """Return the printed number of the appendix's form, "2.5." or "Ⅲ."; "" where there is none."""
        if node.kind is not UnitKind.ITEM:
            return f"{node.label}." if node.kind is UnitKind.CHAPTER else node.label
        above = [n for n in self.ancestors(node) if n.kind is UnitKind.ITEM]
        labels = [n.label for n in [*above, node]]
        return "".join(f"{label}." for label in labels)

    def place(self, node: Node) -> str:
        """Name a node for a person: its own number and heading, or its item's and its kind."""
        owner: Node | None = node
        if node.kind not in NUMBERED:
            owner = self.nodes.get(node.parent_id) if node.parent_id is not None else None
        heading = f"{self.number(owner)} {owner.text}" if owner else "（位置なし）"
        kind = node.wording.clause.get_kind_display()
        return heading if owner is node else f"{heading}の{kind}「{shortened(node.text, 20)}」"

    def document(self, title: str) -> Document:
        """Return the text as the comparison engine reads it: clauses that stand in the tree."""
        public = {node.clause_id: node.public_id for node in self.nodes.values()}
        return Document(title, tuple(_unit(node, public) for node in self.order))

    def around(self, clause_id: int) -> set[int]:
        """Return the ids that the row of one clause is made of: its own, those above it and beside it."""
        node = self.nodes.get(clause_id)
        if node is None:
            return set()
        beside = self.children.get(node.parent_id, [])
        return {clause_id, *(n.clause_id for n in (*self.ancestors(node), *beside))}

    def document_of(self, chosen: set[int], worded: set[int]) -> Document:
        """Return those of some clauses that stand in the tree. Only those `worded` have their words:
        those of the others would only cost time."""
        public: dict[int, str] = {}
        units = []
        pending = list(self.children.get(None, []))
        while pending:
            node = pending.pop()
            if node.clause_id in chosen:
                public[node.clause_id] = node.public_id
                words = node.text if node.clause_id in worded else ""
                units.append(replace(_unit(node, public), text=words))
                pending += self.children.get(node.clause_id, [])
        return Document("", tuple(units))

    def with_words(self, clause_id: int, words: str) -> "Text":
        """Return the text with other words of one clause, which nobody has saved."""
        node = replace(self.nodes[clause_id], text=words)
        return Text({**self.nodes, clause_id: node}, self.stale)

    def same_place_as(self, draft: Amendment) -> list[tuple[Node, Node]]:
        """Pairs of neighbours inserted at one place: by the draft, and by what was decided since.

        Both are kept and legal; a person should see their order.
        """
        since = 0 if draft.based_on is None else draft.based_on.sequence or 0
        pairs = []
        for siblings in self.children.values():
            for one, other in itertools.pairwise(siblings):
                mine, theirs = sorted((one, other), key=lambda n: not _introduced_by(n, draft))
                rival = theirs.wording.introduced or 0  # type: ignore[attr-defined]
                if (
                    _introduced_by(mine, draft)
                    and not _introduced_by(theirs, draft)
                    and rival > since
                ):
                    pairs.append((mine, theirs))
        return pairs

    @cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        """Every reason why this text cannot come into force."""
        return (*self.stale, *self._tree_conflicts(), *self._duplicate_numbers())

    @property
    def torn(self) -> list[Conflict]:
        """The reasons for which the clauses make no tree."""
        return [conflict for conflict in self.conflicts if conflict.kind in TORN]

    def _tree_conflicts(self) -> Iterator[Conflict]:
        reached = {node.clause_id for node in self.order}
        for node in self.nodes.values():
            if node.repealed or node.clause_id in reached:
                continue
            parent = self.nodes.get(node.parent_id) if node.parent_id is not None else None
            if parent is None or parent.repealed:
                message = "置き場所の親が、削られているか、この本文にありません。別の場所へ移すか、削ってください。"
                yield self._conflict(ConflictKind.PARENT_MISSING, node, message)
            elif self._is_on_cycle(node):
                message = "親をたどると自分自身に戻ります。どちらかを別の場所へ移してください。"
                yield self._conflict(ConflictKind.CYCLE, node, message)

    def _is_on_cycle(self, node: Node) -> bool:
        above = self.ancestors(node)
        return bool(above) and above[0].parent_id == node.clause_id

    def _duplicate_numbers(self) -> Iterator[Conflict]:
        for siblings in self.children.values():
            by_number: dict[tuple[UnitKind, str], list[Node]] = defaultdict(list)
            for node in siblings:
                if node.kind in NUMBERED:
                    by_number[node.kind, node.label].append(node)
            for same in by_number.values():
                for node in same[1:]:
                    message = f"番号「{node.label}」が「{same[0].text}」と重なっています。番号を改めてください。"
                    yield self._conflict(ConflictKind.DUPLICATE_NUMBER, node, message)

    def _conflict(self, kind: ConflictKind, node: Node, message: str) -> Conflict:
        return Conflict(kind, node.clause_id, self.place(node), message)


def texts_around(amendment: Amendment) -> tuple[Text, Text]:
    """Return the text that an amendment changes, and the text with it.

    What a draft changes is among the rows of the text with it, so that one query brings both.
    """
    rows = list(Wording.objects.as_amended_by(amendment))
    if amendment.is_decided:
        return Text.of(Wording.objects.before(amendment)), Text.of(rows)
    return Text.of(row for row in rows if row.stands), Text.of(rows)


def merge(mine: Wording, head: Wording | None) -> tuple[Node, list[Conflict]]:
    """Merge a draft's wording with the one that stands, aspect by aspect against their common base.

    The conflicts do not name their place yet: that takes the tree.
    """
    node = Node.of(mine)
    base = mine.base
    if head is None or base is None or head.pk == base.pk:
        return node, []
    conflicts: list[Conflict] = []
    theirs: dict[str, Any] = {}
    changed_here = []
    for aspect, fields in ASPECTS.items():
        was, draft, now = (_values(wording, fields) for wording in (base, mine, head))
        if draft == was:
            theirs |= dict(zip(fields, now, strict=True))
            continue
        changed_here.append(aspect)
        if now not in (was, draft):
            message = f"「{aspect}」が、起案の後に決定された変更でも改められています。"
            conflicts.append(Conflict(ConflictKind.ASPECT, mine.clause_id, "", message, aspect))
    if head.repealed and not base.repealed and not mine.repealed and changed_here:
        message = (
            "この条項は、起案の後に決定された変更で削られています。削るか、残すかを決めてください。"
        )
        conflicts.append(Conflict(ConflictKind.REPEALED, mine.clause_id, "", message, "削除"))
    return replace(node, **theirs), conflicts


def _unit(node: Node, public: dict[int, str]) -> Unit:
    return Unit(
        id=node.public_id,
        kind=node.kind,
        parent=None if node.parent_id is None else public[node.parent_id],
        rank=node.rank,
        label=node.label,
        text=node.text,
    )


def _introduced_by(node: Node, amendment: Amendment) -> bool:
    return node.wording.clause.introduced_by_id == amendment.pk


def _values(wording: Wording, fields: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(getattr(wording, name) for name in fields)
