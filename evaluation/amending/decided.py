"""A draft and what is decided: correcting it, and standing on what was decided since."""

from django.core.exceptions import ValidationError
from django.db import transaction

from evaluation.amending.rows import check, contribute, from_head, lock, store, take
from evaluation.models import Amendment, Wording
from evaluation.models.texts import Text
from programs.models import User


@transaction.atomic
def correct(draft: Amendment, wording: Wording, *, text: str, by: User | None) -> None:
    """In a draft of kind CORRECTION, replace the text of a decided wording wherever it applied."""
    draft = lock(draft)
    if draft.kind != Amendment.Kind.CORRECTION:
        raise ValidationError("過去の文言を正せるのは、種類が「正誤」の変更案だけです。")
    wrong = wording.corrects or wording
    if not wrong.amendment.is_decided or wrong.amendment.period_id != draft.period_id:
        raise ValidationError("正せるのは、同じ期間の、決定した変更の文言だけです。")
    latest = (
        wrong.corrections.filter(amendment__state="decided").order_by("amendment__sequence").last()
    )
    row = from_head(draft, wording.clause, latest or wrong)
    row.corrects, row.text = wrong, text
    check(row)
    if store(row, None, by, "正誤"):
        contribute(draft, by)


def rebase(draft: Amendment, tree: Text, *, by: User | None) -> None:
    """Write the merged tree of a draft over its rows, so that each stands on the head it amends.

    For `procedure.decide`, inside its transaction: a row equal to the head says nothing and goes.
    """
    heads = {w.clause_id: w for w in Wording.objects.before(draft)}
    for wording in draft.wordings.select_related("base"):
        head = heads.get(wording.clause_id)
        if head is None or head.pk == wording.base_id or wording.corrects_id:
            continue
        take(wording, tree.nodes[wording.clause_id], head)
        store(wording, head, by, "決定済みの変更との統合")
