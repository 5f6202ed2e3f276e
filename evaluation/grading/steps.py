"""The procedure of an evaluation: the council's opinion, the notification, the publication.

The agency's kinds of step, their order by law, and its check are those of `evaluation.step_order`.
"""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from evaluation.amending import Stale, digest
from evaluation.eras import written
from evaluation.grading.gradebook import KINDS_IN_WORDS, Gradebook, kinds_due
from evaluation.grading.rows import first_day, set_texts
from evaluation.models import ObjectivePeriod, RatingStep, StepKind
from evaluation.step_order import FIELDS, check_order
from evaluation.valuing import year_name
from evaluation.valuing.rows import check_year, lock_period
from jst_objectives import history
from programs.models import User


@dataclass(frozen=True)
class Recorded:
    """A kind of step of the agency's evaluations, with what was recorded of it."""

    kind: StepKind
    steps: list[RatingStep]

    @property
    def is_missing(self) -> bool:
        return self.kind.required and not self.steps


def steps_of(period: ObjectivePeriod, fiscal_year: int, rating_kind: str) -> list[Recorded]:
    """Return every kind of step in its order, with its records (two queries)."""
    rows = list(
        RatingStep.objects.filter(
            period=period, fiscal_year=fiscal_year, rating_kind=rating_kind
        ).select_related("kind")
    )
    kinds = period.agency.step_kinds.filter(of_rating=True)
    return [Recorded(kind, [row for row in rows if row.kind_id == kind.pk]) for kind in kinds]


def fingerprint_of_step(step: RatingStep) -> str:
    return digest([str(getattr(step, name) or "") for name in FIELDS])


@transaction.atomic
def record_step(
    period: ObjectivePeriod,
    fiscal_year: int,
    rating_kind: str,
    kind: StepKind,
    *,
    by: User | None,
    **said: Any,
) -> RatingStep:
    """Record a step: some of `FIELDS`. Raises ValidationError for one out of order, naming the
    one that is missing; for a day on which the year was not over, or that is still to come; for the same
    again; and for what follows the grades (通知, 公表) while the minister's are drafts."""
    locked = lock_period(period.pk)
    check_year(locked, fiscal_year)
    if rating_kind not in kinds_due(locked, fiscal_year):
        name = KINDS_IN_WORDS.get(rating_kind, rating_kind)
        raise ValidationError(f"{year_name(fiscal_year)}に、{name}はありません。")
    if kind.after_decision:
        _refuse_drafts(locked, fiscal_year, rating_kind, kind)
    place = {"period": locked, "fiscal_year": fiscal_year, "rating_kind": rating_kind}
    step = RatingStep(**place, kind=kind)
    set_texts(step, said)
    step.full_clean()
    _check_days(step)
    others = list(RatingStep.objects.filter(**place).select_related("kind"))
    if _told(step) in map(_told, others):
        raise ValidationError(f"「{kind}」の同じ内容の記録が、すでにあります。")
    check_order([*others, step])
    history.save(step, by=by, reason=f"評価の手続の記録：{kind}")
    return step


def _told(step: RatingStep) -> tuple[int, str]:
    return step.kind_id, fingerprint_of_step(step)


def _check_days(step: RatingStep) -> None:
    first = first_day(step.fiscal_year)
    if step.date < first:
        words = (
            f"{year_name(step.fiscal_year)}の評価の手続は、年度が終わった{written(first)}から"
            "記録できます。年度か日付を確かめてください。"
        )
        raise ValidationError({"date": words})
    for name, day in (("date", step.date), ("answered_on", step.answered_on)):
        if day and day > timezone.localdate():
            words = "これから先の日付は記録できません。済んでから記録してください。"
            raise ValidationError({name: words})


def _refuse_drafts(
    period: ObjectivePeriod, fiscal_year: int, rating_kind: str, kind: StepKind
) -> None:
    drafts = Gradebook.of(period).drafts_of(fiscal_year, rating_kind)
    if drafts:
        raise ValidationError(
            f"「{kind}」は、主務大臣による評価をすべて確定してから記録します。"
            f"確定していない評定：{'、'.join(drafts)}"
        )


@transaction.atomic
def remove_step(step: RatingStep, *, by: User | None, why: str, seen: str | None = None) -> None:
    """Remove a record that was wrong, with words; the history keeps what it said."""
    lock_period(step.period_id)
    stands = RatingStep.objects.filter(pk=step.pk).first()
    now = fingerprint_of_step(stands) if stands else ""
    if stands is None or (seen is not None and seen != now):
        raise Stale(stands, now, "この手続の記録")
    others = RatingStep.objects.filter(
        period=step.period_id, fiscal_year=step.fiscal_year, rating_kind=step.rating_kind
    ).exclude(pk=step.pk)
    check_order(others.select_related("kind"))
    history.delete(stands, by=by, reason=f"評価の手続の記録の取消し：{why}")
