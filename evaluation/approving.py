"""What an approval is bound to, and which approvals of an amendment stand.

An approval names a snapshot and keeps digests of what editors wrote in the amendment, part by part. It
stands while they are the same: saving without a change voids nothing, an edit voids the approvals of
what it changes, and an undo makes them stand again. What another amendment decides is no edit of this
one: the page of the decision shows both merged, to be seen again.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from evaluation.models import Amendment, Approval, Marking, Snapshot, TableForm
from evaluation.models.table_forms import FIELDS
from jst_objectives import history
from programs.models import User

PARTS = {
    "text": "文言",
    "origins": "条項の由来",
    "programmes": "事業の割当て",
    "reasons": "変更理由",
    "table": "表の書式と下線",
    "facts": "件名など",
}
FACTS = ("kind", "title", "office", "paper_date", "memo_title")
WORDING = (
    "clause__public_id",
    "clause__kind",
    "parent__public_id",
    "rank",
    "label",
    "text",
    "repealed",
    "excerpt",
    "corrects",
)
ORIGIN = ("from_clause__public_id", "to_clause__public_id", "kind", "continues")
MARKING = ("clause__public_id", "fingerprint", "old_spans", "new_spans")
ENDS = {
    Approval.End.SENT_BACK: "差し戻されたため、効力を失いました。",
    Approval.End.VOID: "決定までに内容が変わったため、効力を失いました。",
}


@dataclass(frozen=True)
class Judged:
    """An approval as it is now: `why` says why it does not stand, "" where it does."""

    approval: Approval
    why: str

    @property
    def stands(self) -> bool:
        return not self.why


def digests(amendment: Amendment) -> dict[str, str]:
    """Return the SHA-256 of each of `PARTS` of what the amendment itself says now (seven queries)."""
    wordings = amendment.wordings.order_by("clause__public_id")
    explained = wordings.filter(reason__isnull=False)
    reasons = amendment.reason_groups.order_by("position", "reasons__position")
    form = TableForm.objects.filter(amendment=amendment).values_list(*FIELDS)
    marked = Marking.objects.filter(amendment=amendment).order_by("clause__public_id")
    said = {
        "text": list(wordings.values_list(*WORDING)),
        "origins": list(amendment.successions.order_by(*ORIGIN[:2]).values_list(*ORIGIN)),
        "programmes": list(
            amendment.item_programs.order_by("clause__public_id", "program__slug").values_list(
                "clause__public_id", "program__slug", "removed"
            )
        ),
        "reasons": [
            list(
                reasons.values_list(
                    "title",
                    "introduction",
                    *(f"reasons__{name}" for name in ("title", "text", "kind", "program", "fund")),
                )
            ),
            list(explained.values_list("clause__public_id", "reason__title")),
        ],
        "table": [list(form), list(marked.values_list(*MARKING))],
        "facts": [str(getattr(amendment, name) or "") for name in FACTS],
    }
    return {part: Snapshot.canonical(what)[1] for part, what in said.items()}


def judged(amendment: Amendment) -> list[Judged]:
    """Return every approval of an amendment, oldest first, each with why it stands no more."""
    approvals = list(amendment.approvals.select_related("approved_by", "snapshot__amendment"))
    if not approvals:
        return []
    if amendment.is_decided:
        return [Judged(approval, _end(approval)) for approval in approvals]
    now, drafters = digests(amendment), set(amendment.contributions.values_list("user", flat=True))
    return [Judged(approval, _why(approval, now, drafters)) for approval in approvals]


def standing(amendment: Amendment) -> list[Approval]:
    """Return the approvals that stand."""
    return [one.approval for one in judged(amendment) if one.stands]


def voided(amendment: Amendment) -> list[Judged]:
    """Return the approvals that an edit voids as long as it is not undone."""
    return [one for one in judged(amendment) if not one.stands and not one.approval.ended]


def add(amendment: Amendment, snapshot: Snapshot, *, by: User) -> Approval:
    """Record an approval; for `procedure.approve`, inside its transaction."""
    approval = Approval(
        amendment=amendment,
        snapshot=snapshot,
        digests=digests(amendment),
        approved_at=timezone.now(),
        approved_by=by,
    )
    history.save(approval, by=by, reason=f"承認：控え {snapshot}")
    return approval


@transaction.atomic
def end_all(amendment: Amendment, how: Approval.End, *, by: User | None) -> None:
    """End the approvals for good: all of them where the amendment is sent back (SENT_BACK), or those
    that stand no more where it is decided (VOID)."""
    for one in judged(amendment):
        kept = how is Approval.End.VOID and one.stands
        if one.approval.ended or kept:
            continue
        one.approval.ended, one.approval.ended_at = how, timezone.now()
        history.save(one.approval, by=by, reason=f"承認の効力：{how.label}")


def _end(approval: Approval) -> str:
    return ENDS.get(Approval.End(approval.ended), "")


def _why(approval: Approval, now: dict[str, str], drafters: set[int]) -> str:
    if approval.ended:
        return _end(approval)
    # An approval knows the parts that there were when it was given.
    known = approval.digests
    changed = [name for part, name in PARTS.items() if known.get(part, now[part]) != now[part]]
    if changed:
        return f"承認の後に、{'・'.join(changed)}が変わったため、失効しています。"
    if approval.approved_by_id in drafters:
        return "承認した人が、その後に起案に関わったため、失効しています。"
    return ""
