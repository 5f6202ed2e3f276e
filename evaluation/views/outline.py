"""A draft as its editor sees it: the whole tree with what changes, what is gone, and what conflicts."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from evaluation.amending import fingerprint
from evaluation.checks import invisible_characters
from evaluation.comparison.alignment import Kind, Pair, UnitKind, align
from evaluation.documents.hand import Hand
from evaluation.models import Amendment, Clause
from evaluation.models.texts import Conflict, Node, Text
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
    notes: list[str]
    seen: str = ""  # what a button that restores it carries

    @property
    def anchor(self) -> str:
        """Return the line's id on the page; a clause that moves has a line at either place."""
        left = self.gone and self.kind is Kind.MOVED
        return f"{'was' if left else 'c'}-{self.node.public_id}"

    @property
    def is_marked(self) -> bool:
        """Tell whether there is anything to be seen of it: a change, a conflict, a note."""
        return bool(self.kind or self.conflicts or self.notes)

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

    def only_marked(self) -> "Hanging":
        lists = ((kind, [line for line in lines if line.is_marked]) for kind, lines in self.lists)
        return replace(self, lists=[(kind, lines) for kind, lines in lists if lines])

    @property
    def changed(self) -> int:
        return sum(1 for _, lines in self.lists for line in lines if line.is_marked)


@dataclass(frozen=True)
class Outline:
    """The lines of a draft, from its two texts, and one query for the marks drawn by hand."""

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
        found = {pair.id: pair.kind for pair in self.pairs if pair.kind is not Kind.SAME}
        return {key: found[key] for key in sorted(found, key=self.places.__getitem__)}

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

    @cached_property
    def hand(self) -> Hand:
        """Return the marks that editors drew in the draft."""
        return Hand.of(self.draft, self.before, self.text)

    @cached_property
    def notes(self) -> dict[int, list[str]]:
        """Return what a drafter should see to, by clause: it is said in a word or two."""
        found: dict[int, list[str]] = {}
        for node in self.changed:
            if node.wording.reason_id is None:
                found.setdefault(node.clause_id, []).append("理由なし")
            if not node.repealed and invisible_characters(node.text):
                found.setdefault(node.clause_id, []).append("見えない文字")
        for node in [*self.hand.stale, *(node for node, _ in self.hand.warned)]:
            found.setdefault(node.clause_id, []).append("下線の確認")
        return found

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
    def marked_lines(self) -> list[Line | Hanging]:
        """Return the lines of which there is something to be seen, and the headings above them."""
        kept: list[Line | Hanging] = []
        above: set[int | None] = set()
        for line in reversed(list(self.lines)):
            if isinstance(line, Hanging):
                if line.changed:
                    above.add(line.owner.clause_id)
                    kept.append(line.only_marked())
            elif line.is_marked or line.node.clause_id in above:
                above.add(line.node.parent_id)
                kept.append(line)
        return kept[::-1]

    @property
    def lost(self) -> list[Node]:
        """Return the clauses with a conflict that no line shows, because they hang on nothing."""
        shown = {pair.id for pair in self.pairs}
        nodes = [self.text.nodes[clause_id] for clause_id in self.conflicts]
        return [node for node in nodes if node.public_id not in shown]

    @cached_property
    def places(self) -> dict[str, int]:
        """Return where each clause stands in the order of the document; one that moved, where it is now."""
        found: dict[str, int] = {}
        for place, pair in enumerate(self.pairs):
            if pair.new or pair.id not in found:
                found[pair.id] = place
        return found

    def neighbours(self, node: Node) -> tuple[Node | None, Node | None]:
        """Return the changes before and behind a clause, which need not be one itself."""
        here = self.places.get(node.public_id, -1)
        others = [key for key in self.kinds if key != node.public_id]
        before = [key for key in others if self.places[key] < here]
        behind = [key for key in others if self.places[key] > here]
        return (
            self.find(before[-1]) if before else None,
            self.find(behind[0]) if behind else None,
        )

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
        left = pair.new is None and pair.kind is Kind.MOVED
        return Line(
            node=node,
            number=(self.text if pair.new else self.before).number(node),
            kind=None if pair.kind is Kind.SAME else pair.kind,
            depth=depth,
            gone=pair.new is None,
            conflicts=self.conflicts.get(node.clause_id, []),
            notes=[] if left else self.notes.get(node.clause_id, []),
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
