"""Letting a finding of the consistency check stand, and taking that back: the only writer of `Waiver`."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from evaluation import amending
from evaluation.checks import check_text
from evaluation.consistency import check
from evaluation.models import Amendment, Waiver
from jst_objectives import history
from programs.models import User

GONE = (
    "この指摘は、もうありません。文言が変わったか、直されています。いまの指摘を確かめてください。"
)
ERROR = "この指摘は確認済みにできません。直さなければ、決定できません。"
LONGEST_PLACE = 300


@transaction.atomic
def waive(draft: Amendment, fingerprint: str, *, by: User, reason: str) -> Waiver:
    """Let a finding of a draft stand, for a reason that is kept.

    Raises ValidationError where there is no such finding (any more), where it is waived already, or
    where it must be put right.
    """
    locked = amending.lock(draft)
    judged = check(locked).find(fingerprint)
    if judged is None:
        raise ValidationError(GONE)
    if judged.finding.error:
        raise ValidationError(ERROR)
    check_text(reason, "確認の理由")
    finding = judged.finding
    waiver = Waiver(
        amendment=locked,
        rule=finding.rule,
        fingerprint=fingerprint,
        place=finding.place[:LONGEST_PLACE],
        message=finding.message,
        reason=reason,
        waived_by=by,
        waived_at=timezone.now(),
    )
    waiver.full_clean()
    history.save(waiver, by=by, reason=f"指摘の確認：{reason}")
    amending.contribute(locked, by)
    return waiver


@transaction.atomic
def withdraw(draft: Amendment, fingerprint: str, *, by: User) -> None:
    """Take a waiver back: the finding is open again. Raises ValidationError where it is gone."""
    locked = amending.lock(draft)
    waiver = locked.waivers.filter(fingerprint=fingerprint).first()
    if waiver is None:
        raise ValidationError("この確認は、すでに取り消されています。")
    history.delete(waiver, by=by, reason="指摘の確認の取消し")
    amending.contribute(locked, by)
