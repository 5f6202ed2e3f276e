"""Recording the procedure: its steps, in the order that the law fixes, and their files.

Every function writes its change with its history in one transaction, and refuses with a
`ValidationError` in Japanese what cannot be done. A step keeps the snapshot that it saw.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from evaluation import amending
from evaluation.documents.issuing import take_snapshot
from evaluation.eras import written
from evaluation.models import (
    Amendment,
    Attachment,
    ProcedureStep,
    Snapshot,
    StepKind,
)
from evaluation.permissions import UNDECIDED
from evaluation.step_order import FIELDS, check_order
from jst_objectives import history
from programs.models import User

State = Amendment.State
RECORDED_IN = (*UNDECIDED, State.DECIDED)
NOW = "now"  # instead of the number of a snapshot: what the amendment says now


# --- Steps ----------------------------------------------------------------------------------------
@transaction.atomic
def record(
    amendment: Amendment, kind: StepKind, *, by: User, shown: str = NOW, **said: Any
) -> ProcedureStep:
    """Record a step: some of `FIELDS`, and what was shown: NOW, the number of a snapshot, "" for none.

    Raises ValidationError for a step out of order, naming the one that is missing.
    """
    locked = amending.lock(amendment, RECORDED_IN)
    check_changeable(locked, kind)
    step = ProcedureStep(amendment=locked, kind=kind, **said)
    step.snapshot = _shown(locked, shown, by)
    _check(step)
    check_order([*locked.steps.select_related("kind"), step])
    history.save(step, by=by, reason=f"手続の記録：{kind}")
    return step


@transaction.atomic
def correct(
    step: ProcedureStep, *, by: User, why: str, seen: str | None = None, **said: Any
) -> None:
    """Correct what a record says: some of `FIELDS`. Raises Stale where somebody was faster."""
    stored = _opened(step, seen)
    for name, value in said.items():
        setattr(stored, name, value)
    _check(stored)
    check_order([*stored.amendment.steps.exclude(pk=stored.pk).select_related("kind"), stored])
    history.save(stored, by=by, reason=f"手続の記録の訂正：{why}")


@transaction.atomic
def remove(step: ProcedureStep, *, by: User, why: str, seen: str | None = None) -> None:
    """Remove a record with its files; the history keeps that they were there, and which."""
    stored = _opened(step, seen)
    check_order(stored.amendment.steps.exclude(pk=stored.pk).select_related("kind"))
    for attachment in stored.attachments.all():
        history.delete(attachment, by=by, reason=f"手続の記録の取消し：{why}")
    history.delete(stored, by=by, reason=f"手続の記録の取消し：{why}")


def fingerprint(step: ProcedureStep) -> str:
    """Return a digest of what a record says."""
    return amending.digest([str(getattr(step, name) or "") for name in FIELDS])


def check_changeable(amendment: Amendment, kind: StepKind) -> None:
    """Raise ValidationError for a step before the decision once that is made, and the reverse."""
    if kind.agency_id != amendment.period.agency_id:
        raise ValidationError({"kind": "この法人の手続から選んでください。"})
    if kind.after_decision and not amendment.is_decided:
        raise ValidationError({"kind": f"「{kind}」は、決定を登録してから記録します。"})
    if amendment.is_decided and not kind.after_decision:
        words = f"「{kind}」は決定の前の手続のため、決定した後は記録を変えられません。"
        raise ValidationError({"kind": words})


def check_days(amendment: Amendment, decided_on: dt.date) -> None:
    """Raise ValidationError where a step that was recorded before the decision ended after its day."""
    for step in amendment.steps.filter(kind__after_decision=False).select_related("kind"):
        if step.finished_on and step.finished_on > decided_on:
            words = f"決定日は、手続「{step.kind}」の日（{written(step.finished_on)}）以後にしてください。"
            raise ValidationError({"decided_on": words})


@dataclass(frozen=True)
class Recorded:
    """A kind of step of the agency, with what was recorded of it."""

    kind: StepKind
    steps: list[ProcedureStep]

    @property
    def is_missing(self) -> bool:
        return self.kind.required and not self.steps


def missing_before_decision(amendment: Amendment) -> list[StepKind]:
    """Return the steps that the law asks for before the decision, of which nothing is recorded."""
    return [e.kind for e in recorded(amendment, after_decision=False) if e.is_missing]


def recorded(amendment: Amendment, *, after_decision: bool = True) -> list[Recorded]:
    """Return every kind of step in its order, with its records (two queries); with
    `after_decision=False` only those that come before the decision."""
    kinds = amendment.period.agency.step_kinds.filter(of_rating=False)
    if not after_decision:
        kinds = kinds.filter(after_decision=False)
    steps = list(amendment.steps.select_related("kind", "snapshot"))
    return [Recorded(kind, [s for s in steps if s.kind_id == kind.pk]) for kind in kinds]


# --- Files ----------------------------------------------------------------------------------------
@transaction.atomic
def attach(step: ProcedureStep, *, by: User, name: str, suffix: str, content: bytes) -> Attachment:
    """Keep a file with a step. Raises ValidationError for one that is there already."""
    stored = _opened(step, None)
    attachment = Attachment(
        step=stored,
        name=name,
        suffix=suffix,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        added_at=timezone.now(),
        added_by=by,
    )
    attachment.full_clean()
    history.save(attachment, by=by, reason=f"ファイルの登録：{name}")
    return attachment


@transaction.atomic
def detach(attachment: Attachment, *, by: User, why: str) -> None:
    """Take a file away for good; the history keeps its name, size and SHA-256. Raises ValidationError
    where somebody did so before."""
    stored = _opened(attachment.step, None).attachments.filter(pk=attachment.pk).first()
    if stored is None:
        raise ValidationError("このファイルは、すでに取り外されています。")
    history.delete(stored, by=by, reason=f"ファイルの取外し：{why}")


def _opened(step: ProcedureStep, seen: str | None) -> ProcedureStep:
    """Return the record, its amendment locked. Raises Stale, or ValidationError where it is gone."""
    locked = amending.lock(step.amendment, RECORDED_IN)
    stored = ProcedureStep.objects.filter(pk=step.pk).select_related("kind").first()
    if stored is None:
        raise ValidationError("この手続の記録は、すでに取り消されています。")
    stored.amendment = locked
    check_changeable(locked, stored.kind)
    now = fingerprint(stored)
    if seen is not None and seen != now:
        raise amending.Stale(stored, now, "この手続の記録")
    return stored


def _shown(amendment: Amendment, shown: str, by: User) -> Snapshot | None:
    if shown == NOW:
        return take_snapshot(amendment, by=by)
    if not shown:
        return None
    snapshot = amendment.snapshots.filter(number=shown).first()
    if snapshot is None:
        raise ValidationError({"shown": "この版は、この変更にありません。"})
    return snapshot


def _check(step: ProcedureStep) -> None:
    if step.date is None:
        raise ValidationError({"date": "日付を入力してください。"})
    days = {"date": step.date, "answered_on": step.answered_on}
    for name, day in days.items():
        if day and day > timezone.localdate():
            raise ValidationError(
                {name: "これから先の日付は記録できません。済んでから記録してください。"}
            )
    if (
        step.kind.after_decision
        and step.amendment.decided_on
        and step.date < step.amendment.decided_on
    ):
        words = f"決定の後の手続の日付は、決定日（{written(step.amendment.decided_on)}）以後にしてください。"
        raise ValidationError({"date": words})
    step.full_clean()
