"""What the pages of one clause of a draft show."""

from dataclasses import dataclass
from functools import cached_property

from django.http import Http404

from evaluation.amending import fingerprint
from evaluation.amending.succeeding import is_reworded, mergeable
from evaluation.checks import invisible_characters
from evaluation.comparison.alignment import Kind
from evaluation.comparison.rows import Table
from evaluation.consistency import Judged, check
from evaluation.documents.comparison import settings_of
from evaluation.documents.one_clause import clause_table
from evaluation.documents.origins import Origin, origins_of, own_successions
from evaluation.excerpts import shortened
from evaluation.forms.clauses import Target, reasons_of
from evaluation.models import Amendment, AmendmentReason, Clause, Succession, Wording
from evaluation.models.texts import Conflict, Node
from evaluation.numbering import Renumbering
from evaluation.placing import NUMBERED, place_beside
from evaluation.views.outline import Outline

NOT_HERE = (
    "この条項は、この変更案の本文にありません。新設した条項の場合は、だれかが新設を取りやめました。"
)


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
        return f"{self.clause.get_kind_display()}「{shortened(self.node.text, 20)}」"

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
    def renumberings(self) -> list[Renumbering]:
        """Return whether the numbers beside the clause, or right below it, do not follow their order."""
        if not self.is_numbered:
            return []
        parents = {self.node.parent_id, self.node.clause_id}
        found = self.outline.renumberings
        return [one for one in found if (one.parent and one.parent.clause_id) in parents]

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

    @cached_property
    def findings(self) -> list[Judged]:
        """Return what the consistency check finds in the clause, as far as nobody has waived it."""
        texts = self.outline.before, self.outline.text
        return check(self.outline.draft, texts).of(self.node.public_id)

    @property
    def can_be_marked(self) -> bool:
        """Tell whether the clause is reworded: what is new or deleted is marked whole."""
        return self.node.rewords(self.in_force)

    @property
    def can_be_merged(self) -> bool:
        """Tell whether another clause beside it could be merged into it."""
        return bool(mergeable(self.outline.draft, self.outline.text, self.node))

    @property
    def is_marked_whole(self) -> bool:
        """Tell whether the issued table has the clause as new here and deleted there, for it moved."""
        moves = settings_of(self.outline.draft).moves
        return self.kind is Kind.MOVED and moves == "apart"

    @cached_property
    def table(self) -> Table:
        """Return the clause's rows of the comparison table."""
        outline = self.outline
        return clause_table(
            outline.draft, outline.before, outline.text, self.node, outline.hand, self.successions
        )

    @cached_property
    def successions(self) -> list[Succession]:
        return own_successions(self.outline.draft)

    @property
    def origins(self) -> list[Origin]:
        """Return where the draft says that the clause came from."""
        found = origins_of(self.successions, self.outline.before, self.outline.text)
        return found.get(self.node.public_id, [])

    @property
    def has_series_to_judge(self) -> bool:
        """Tell whether it is an indicator that the draft rewords: its values may go on or not."""
        monitored = self.node.kind == Clause.Kind.MONITORING_INDICATOR
        return monitored and is_reworded(self.outline.draft, self.node)

    @property
    def is_deleted_here(self) -> bool:
        """Tell whether the draft itself deletes it, and not what was decided since."""
        return self.is_changed and self.node.wording.repealed

    @property
    def last_change(self) -> Wording | None:
        """Return the history's last row of the clause in this draft: who changed it, when, how."""
        rows = Wording.history.filter(amendment=self.outline.draft, clause=self.clause)
        last: Wording | None = rows.order_by("history_id").last()
        return last
