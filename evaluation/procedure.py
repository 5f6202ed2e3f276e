"""Taking an amendment to its decision: submit, approve, decide."""

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from evaluation import amending
from evaluation.models import Amendment, ObjectivePeriod, Wording
from evaluation.models.texts import Text
from jst_objectives import history
from programs.models import User

State = Amendment.State


@transaction.atomic
def submit(amendment: Amendment, *, by: User) -> None:
    """Hand a draft to its approver; nobody edits it from here on."""
    _step(amendment, (State.DRAFT,), State.SUBMITTED, by, "提出")


@transaction.atomic
def approve(amendment: Amendment, *, by: User) -> None:
    """Approve a submitted draft. Raises PermissionDenied for a person who drafted it."""
    if amendment.contributions.filter(user=by).exists():
        raise PermissionDenied("起案に関わった人は、その変更案を承認できません。")
    _step(amendment, (State.SUBMITTED,), State.APPROVED, by, "承認")


@transaction.atomic
def send_back(amendment: Amendment, *, by: User, reason: str) -> None:
    """Give a submitted or approved amendment back to its drafters, with words."""
    _step(amendment, (State.SUBMITTED, State.APPROVED), State.DRAFT, by, f"差戻し：{reason}")


@transaction.atomic
def withdraw(amendment: Amendment, *, by: User, reason: str) -> None:
    """Give an amendment up before its decision, with words; its texts stay to be read."""
    undecided = (State.DRAFT, State.SUBMITTED, State.APPROVED)
    _step(amendment, undecided, State.WITHDRAWN, by, f"取下げ：{reason}")


@transaction.atomic
def decide(
    amendment: Amendment,
    *,
    by: User | None,
    decided_on: dt.date,
    effective_on: dt.date,
    recorded_at: dt.datetime | None = None,
) -> None:
    """Decide an approved amendment: from `effective_on` its text is in force, for ever frozen.

    Under the period's lock the tree is rebuilt on what has been decided since it was drafted.
    Raises ValidationError naming every conflict, each with its place.
    """
    period = ObjectivePeriod.objects.select_for_update().get(pk=amendment.period_id)
    locked = _in_state(amendment, (State.APPROVED,))
    head = period.amendments.decided().order_by("-sequence").first()
    if head and head.effective_on and effective_on < head.effective_on:
        raise ValidationError(
            {
                "effective_on": f"適用日は、前の変更の適用日（{head.effective_on}）以後にしてください。"
            }
        )
    tree = Text.of(Wording.objects.as_amended_by(locked))
    if tree.conflicts:
        raise ValidationError([str(conflict) for conflict in tree.conflicts])
    amending.rebase(locked, tree, by=by)
    locked.state = State.DECIDED
    locked.sequence = (head.sequence or 0) + 1 if head else 1
    locked.decided_on, locked.effective_on = decided_on, effective_on
    locked.recorded_at = recorded_at or timezone.now()
    locked.full_clean()
    history.save(locked, by=by, reason="決定")
    amendment.refresh_from_db()


def _step(
    amendment: Amendment, before: tuple[State, ...], after: State, by: User, reason: str
) -> None:
    locked = _in_state(amendment, before)
    locked.state = after
    history.save(locked, by=by, reason=reason)
    amendment.refresh_from_db()


def _in_state(amendment: Amendment, states: tuple[State, ...]) -> Amendment:
    locked = Amendment.objects.select_for_update().get(pk=amendment.pk)
    if locked.state not in states:
        raise ValidationError(
            f"「{locked.title}」は{locked.get_state_display()}のため、この操作はできません"
            f"（{'・'.join(state.label for state in states)}の変更案だけができます）。"
        )
    return locked
