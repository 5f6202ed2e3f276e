"""A draft as its editor sees it: the whole tree with what changes, what is gone, and what conflicts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from evaluation.amending import fingerprint
from evaluation.comparison.alignment import Kind, Pair, UnitKind, align
from evaluation.models import Amendment, Clause
from evaluation.models.texts import Conflict, Node, Text
from evaluation.numbering import Renumbering, renumberings
from evaluation.placing import LISTED, NUMBERED
from evaluation.views.editions import Edition


@dataclass(frozen=True)
class Line:
    """One clause: where it stands, or stood if it is deleted or moved away."""

    node: Node
    number: str
    kind: Kind | None
    depth: int
    gone: bool
    conflicts: list[Conflict]
    seen: str = ""  # what a button that restores it carries

    @property
    def anchor(self) -> str:
        """Return the line's id on the page; a clause that moves has a line at either place."""
        left = self.gone and self.kind is Kind.MOVED
        return f"{'was' if left else 'c'}-{self.node.public_id}"

    @property
    def tag(self) -> str:
        """Return the HTML element of a heading of its depth, or of a paragraph."""
        return f"h{min(self.depth + 2, 6)}" if self.node.kind in NUMBERED else "p"


@dataclass(frozen=True)
class Hanging:
    """What hangs on an item or chapter: the three lists, and where something can be added."""

    owner: Node
    parent: Node | None
    depth: int
    last_paragraph: Node | None
    lists: list[tuple[Clause.Kind, list[Line]]]
    open_to_additions: bool

    @property
    def changed(self) -> int:
        return sum(1 for _, lines in self.lists for line in lines if line.kind or line.conflicts)


@dataclass(frozen=True)
class Outline:
    """The lines of a draft, from its two texts; no queries of its own."""

    draft: Amendment
    text: Text
    before: Text
    pairs: list[Pair] = field(repr=False)

    @classmethod
    def of(cls, draft: Amendment) -> "Outline":
        edition = Edition.of(draft)
        pairs = align(edition.before.document(""), edition.text.document(""))
        return cls(draft, edition.text, edition.before, pairs)

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        """Return what happens to each clause that the draft changes, in the order of the document."""
        return {pair.id: pair.kind for pair in self.pairs if pair.kind is not Kind.SAME}

    @property
    def changes(self) -> list[tuple[Node, Kind]]:
        return [(self._by_public_id[True][key], kind) for key, kind in self.kinds.items()]

    @cached_property
    def changed(self) -> list[Node]:
        """Return the clauses that the draft itself says something of."""
        return [n for n in self.text.nodes.values() if n.wording.amendment_id == self.draft.pk]

    @property
    def unexplained(self) -> list[Node]:
        """Return the changes without a reason, in the order of the document."""
        order = {public_id: index for index, public_id in enumerate(self.kinds)}
        nodes = [node for node in self.changed if node.wording.reason_id is None]
        return sorted(nodes, key=lambda node: order.get(node.public_id, len(order)))

    @property
    def renumberings(self) -> list[Renumbering]:
        """Return the siblings whose numbers do not follow their order."""
        return list(renumberings(self.before, self.text))

    @cached_property
    def conflicts(self) -> dict[int, list[Conflict]]:
        found: dict[int, list[Conflict]] = {}
        for conflict in self.text.conflicts:
            found.setdefault(conflict.clause_id, []).append(conflict)
        return found

    @property
    def lines(self) -> Iterator[Line | Hanging]:
        """Yield the clauses in the order of the document; behind an item's first paragraphs, what
        hangs on it."""
        tops = [pair for pair in self.pairs if pair.unit.parent is None]
        pending: list[tuple[int, Pair] | Hanging] = [(0, pair) for pair in tops[::-1]]
        while pending:
            shown = pending.pop()
            if isinstance(shown, Hanging):
                yield shown
                continue
            depth, pair = shown
            if line := self._line(pair, depth):
                yield line
            pending += self._below(pair, depth)[::-1]

    @property
    def lost(self) -> list[Node]:
        """Return the clauses with a conflict that no line shows, because they hang on nothing."""
        shown = {pair.id for pair in self.pairs}
        nodes = [self.text.nodes[clause_id] for clause_id in self.conflicts]
        return [node for node in nodes if node.public_id not in shown]

    def find(self, public_id: str) -> Node | None:
        return next((n for n in self.text.nodes.values() if n.public_id == public_id), None)

    def _below(self, pair: Pair, depth: int) -> list[tuple[int, Pair] | Hanging]:
        body = [child for child in pair.children if child.unit.kind not in LISTED]
        paragraphs = 0
        while paragraphs < len(body) and body[paragraphs].unit.kind is UnitKind.BODY:
            paragraphs += 1
        below: list[tuple[int, Pair] | Hanging] = [(depth + 1, child) for child in body]
        if pair.unit.kind in NUMBERED and self._line(pair, depth):
            below.insert(paragraphs, self._hanging(pair, depth, body[:paragraphs]))
        return below

    def _hanging(self, pair: Pair, depth: int, paragraphs: list[Pair]) -> Hanging:
        lists = []
        for kind in LISTED:
            members = [child for child in pair.children if child.unit.kind == kind]
            lines = [line for child in members if (line := self._line(child, depth + 1))]
            if lines:
                lists.append((kind, lines))
        standing = [self._node(child) for child in paragraphs if child.new]
        last = standing[-1] if standing else None
        owner = self._node(pair)
        parent = self.text.nodes.get(owner.parent_id or 0)
        return Hanging(owner, parent, depth, last, lists, open_to_additions=pair.new is not None)

    def _line(self, pair: Pair, depth: int) -> Line | None:
        """Return a clause's line; None where it has only left with a parent that moved."""
        if pair.new is None and pair.kind not in {Kind.DELETED, Kind.MOVED}:
            return None
        node = self._node(pair)
        now = self.text.nodes[node.clause_id]
        return Line(
            node=node,
            number=(self.text if pair.new else self.before).number(node),
            kind=None if pair.kind is Kind.SAME else pair.kind,
            depth=depth,
            gone=pair.new is None,
            conflicts=self.conflicts.get(node.clause_id, []),
            seen=self._seen(now) if pair.kind is Kind.DELETED else "",
        )

    def _node(self, pair: Pair) -> Node:
        return self._by_public_id[bool(pair.new)][pair.id]

    @cached_property
    def _by_public_id(self) -> tuple[dict[str, Node], dict[str, Node]]:
        before, text = self.before.nodes.values(), self.text.nodes.values()
        return {n.public_id: n for n in before}, {n.public_id: n for n in text}

    def _seen(self, node: Node) -> str:
        """Return what restores a deletion: only the topmost clause of it, with all below."""
        above = self.text.nodes.get(node.parent_id) if node.parent_id else None
        if not node.repealed or (above and above.repealed):
            return ""
        return fingerprint(self.text, node.clause_id)
