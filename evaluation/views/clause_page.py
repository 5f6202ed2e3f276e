"""What the pages of one clause of a draft show."""

from dataclasses import dataclass
from functools import cached_property

from django.http import Http404

from evaluation.amending import fingerprint
from evaluation.checks import invisible_characters
from evaluation.comparison.alignment import Kind
from evaluation.comparison.elision import cells
from evaluation.comparison.marking import mark
from evaluation.comparison.rows import Level, Row, Settings, Table
from evaluation.documents.comparison import settings_of
from evaluation.documents.one_clause import clause_table
from evaluation.forms.clauses import Target, reasons_of
from evaluation.models import Amendment, AmendmentReason, Clause, Wording
from evaluation.models.texts import Conflict, Node
from evaluation.placing import NUMBERED, place_beside
from evaluation.views.outline import Outline

NOT_HERE = (
    "この条項は、この変更案の本文にありません。新設した条項の場合は、だれかが新設を取りやめました。"
)
MINE_AND_THEIRS = ("あなたが入力した文言", "いま保存されている文言")


@dataclass(frozen=True)
class ClausePage:
    """One clause as its draft says it, among the others that the draft changes."""

    outline: Outline
    node: Node

    @classmethod
    def of(cls, draft: Amendment, public_id: str) -> "ClausePage":
        """Raises Http404 for a clause that the draft's text has not, such as of another period."""
        outline = Outline.of(draft)
        node = outline.find(public_id)
        if node is None:
            raise Http404(NOT_HERE)
        return cls(outline, node)

    @property
    def clause(self) -> Clause:
        clause: Clause = self.node.wording.clause
        return clause

    @cached_property
    def reasons(self) -> list[AmendmentReason]:
        return reasons_of(self.outline.draft)

    @property
    def target(self) -> Target:
        return Target(self.outline.draft, self.outline.text, self.node, self.reasons)

    @property
    def reason(self) -> AmendmentReason | None:
        return next((r for r in self.reasons if r.pk == self.node.wording.reason_id), None)

    @property
    def number(self) -> str:
        in_tree = self.outline.text if not self.node.repealed else self.outline.before
        return in_tree.number(self.node)

    @property
    def name(self) -> str:
        """Return number and heading, or the kind with the first words."""
        if self.is_numbered:
            return f"{self.number} {self.node.text}"
        words = self.node.text if len(self.node.text) <= 20 else self.node.text[:19] + "…"
        return f"{self.clause.get_kind_display()}「{words}」"

    @property
    def place(self) -> str:
        return self.outline.text.place(self.node)

    @property
    def above(self) -> list[Node]:
        return self.outline.text.ancestors(self.node)

    @property
    def parent(self) -> Node | None:
        return self.outline.text.nodes.get(self.node.parent_id or 0)

    @property
    def kind(self) -> Kind | None:
        return self.outline.kinds.get(self.node.public_id)

    @property
    def is_numbered(self) -> bool:
        return self.node.kind in NUMBERED

    @property
    def in_force(self) -> Node | None:
        """Return the clause of the text that the draft changes; None where that has it not."""
        node = self.outline.before.nodes.get(self.node.clause_id)
        return None if node is None or node.repealed else node

    @property
    def seen(self) -> str:
        return fingerprint(self.outline.text, self.node.clause_id)

    @property
    def can_go_up(self) -> bool:
        return place_beside(self.outline.text, self.node, -1) is not None

    @property
    def can_go_down(self) -> bool:
        return place_beside(self.outline.text, self.node, 1) is not None

    @property
    def is_changed(self) -> bool:
        return self.target.changed

    @property
    def is_introduced(self) -> bool:
        return self.target.introduced

    @property
    def conflicts(self) -> list[Conflict]:
        return self.outline.conflicts.get(self.node.clause_id, [])

    @property
    def below(self) -> list[Node]:
        """Return what goes with the clause when it goes."""
        return [node for _, node in self.outline.text.walk(self.node.clause_id)]

    @property
    def invisible(self) -> list[str]:
        return invisible_characters(self.node.text)

    @cached_property
    def neighbours(self) -> tuple[Node | None, Node | None]:
        return self.outline.neighbours(self.node)

    @property
    def previous(self) -> Node | None:
        return self.neighbours[0]

    @property
    def next(self) -> Node | None:
        return self.neighbours[1]

    @property
    def position(self) -> int | None:
        """Return the number of the change, from 1; None where the clause does not change."""
        changed = list(self.outline.kinds)
        public_id = self.node.public_id
        return changed.index(public_id) + 1 if public_id in changed else None

    @property
    def hand_is_stale(self) -> bool:
        drawn = self.outline.hand.find(self.node.public_id)
        return drawn is not None and drawn.is_stale

    @property
    def can_be_marked(self) -> bool:
        """Tell whether the clause is reworded: what is new or deleted is marked whole."""
        return self.node.rewords(self.in_force)

    @property
    def is_marked_whole(self) -> bool:
        """Tell whether the issued table has the clause as new here and deleted there, for it moved."""
        moves = settings_of(self.outline.draft).moves
        return self.kind is Kind.MOVED and moves == "apart"

    @cached_property
    def table(self) -> Table:
        """Return the clause's rows of the comparison table."""
        outline = self.outline
        return clause_table(outline.draft, outline.before, outline.text, self.node, outline.hand)

    def against(self, mine: str) -> Table:
        """Return the marks between a text that somebody typed and the one that is stored."""
        theirs = self.node.text
        current, proposed = cells(theirs, mine, mark(theirs, mine), elide=False)
        row = Row(Kind.REVISED, Level.BODY, self.node.public_id, proposed, current)
        return Table("", Settings.note, MINE_AND_THEIRS, (row,))

    @property
    def last_change(self) -> Wording | None:
        """Return the history's last row of the clause in this draft: who changed it, when, how."""
        rows = Wording.history.filter(amendment=self.outline.draft, clause=self.clause)
        last: Wording | None = rows.order_by("history_id").last()
        return last
