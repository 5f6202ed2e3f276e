"""Why a draft changes what it changes: the reasons of its cover memo, in their groups.

Every function takes the user (`by`) and writes with history in one transaction; what cannot be done is
refused with a `ValidationError` in Japanese. `seen` is the `fingerprint` of the reason that the user
saw: raises `Stale` where somebody was faster.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from evaluation.amending import Stale, check_agency, contribute, digest, lock
from evaluation.checks import check_text
from evaluation.models import Amendment, AmendmentReason, ReasonGroup
from jst_objectives import history
from programs.models import User

SHOWN = ("group_id", "title", "text", "kind", "program_id", "fund_id")


def fingerprint(reason: AmendmentReason) -> str:
    """Return a digest of what the form of a reason shows of it."""
    return digest([getattr(reason, name) for name in SHOWN])


@transaction.atomic
def add(draft: Amendment, *, group: str, by: User | None, **fields: Any) -> AmendmentReason:
    """Add a reason as the last of the group with this heading, which is made where there is none.

    `fields`: title, text, kind, program, fund.
    """
    draft = lock(draft)
    reason = AmendmentReason(**fields)
    _put(reason, _group(draft, group, by))
    _check(draft, reason)
    history.save(reason, by=by, reason="変更理由の追加")
    contribute(draft, by)
    return reason


@transaction.atomic
def change(
    reason: AmendmentReason,
    *,
    group: str,
    by: User | None,
    seen: str | None = None,
    **fields: Any,
) -> None:
    """Change a reason; in another group it becomes the last, and a group left empty goes."""
    draft, reason = _opened(reason, seen)
    left = reason.group
    for name, value in fields.items():
        setattr(reason, name, value)
    if group != left.title:
        _put(reason, _group(draft, group, by))
    _check(draft, reason)
    history.save(reason, by=by, reason="変更理由の修正")
    _clear(left, by)
    contribute(draft, by)


@transaction.atomic
def delete(reason: AmendmentReason, *, by: User | None, seen: str | None = None) -> None:
    """Delete a reason that no change of the draft gives."""
    draft, reason = _opened(reason, seen)
    if count := reason.wordings.count():
        raise ValidationError(
            f"{count}件の変更がこの理由を使っているため、削除できません。"
            "先に、それらの変更に別の理由を選んでください。"
        )
    group = reason.group
    history.delete(reason, by=by, reason="変更理由の削除")
    _clear(group, by)
    contribute(draft, by)


def _opened(reason: AmendmentReason, seen: str | None) -> tuple[Amendment, AmendmentReason]:
    """Return the locked draft, and the reason as it is stored now. Raises Stale."""
    draft = lock(reason.group.amendment)
    stored = AmendmentReason.objects.select_related("group").filter(pk=reason.pk).first()
    if stored is None:
        raise ValidationError(f"変更理由「{reason}」は、すでに削除されています。")
    now = fingerprint(stored)
    if seen is not None and seen != now:
        raise Stale(stored, now, "この変更理由")
    return draft, stored


def _group(draft: Amendment, title: str, by: User | None) -> ReasonGroup:
    """Return the draft's group with a heading, made as the last one where there is none."""
    group = draft.reason_groups.filter(title=title).first()
    if group is None:
        last = draft.reason_groups.aggregate(last=Max("position"))["last"] or 0
        group = ReasonGroup(amendment=draft, position=last + 1, title=title)
        check_text(title, "区分の見出し")
        group.full_clean()
        history.save(group, by=by, reason="変更理由の区分の追加")
    return group


def _put(reason: AmendmentReason, group: ReasonGroup) -> None:
    reason.group = group
    reason.position = (group.reasons.aggregate(last=Max("position"))["last"] or 0) + 1


def _clear(group: ReasonGroup, by: User | None) -> None:
    """Delete a group without reasons and close the gap: its number is printed."""
    if group.reasons.exists():
        return
    behind = group.amendment.reason_groups.filter(position__gt=group.position)
    history.delete(group, by=by, reason="空になった変更理由の区分の削除")
    for later in behind.order_by("position"):
        later.position -= 1
        history.save(later, by=by, reason="変更理由の区分の番号の繰上げ")


def _check(draft: Amendment, reason: AmendmentReason) -> None:
    check_agency(draft, "program", reason.program)
    check_agency(draft, "fund", reason.fund)
    check_text(reason.title, "変更事項")
    check_text(reason.text, "説明")
    reason.full_clean()
