"""What a step's record says, and the order that the law fixes: of an amendment and of an evaluation."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError

from evaluation.eras import written
from evaluation.models import ProcedureStep, RatingStep, StepOrder

# What a record says; `snapshot` is chosen once, when it is recorded.
FIELDS = (
    "body",
    "number",
    "document_number",
    "date",
    "answered_on",
    "openness",
    "result",
    "opinion",
)
AnyStep = ProcedureStep | RatingStep  # of an amendment, or of an evaluation


def check_order(steps: Iterable[AnyStep]) -> None:
    """Raise ValidationError naming each step before which the law wants another one, not yet done.

    One step of the earlier kind must have been finished by the day on which the later one began; both
    may be repeated.
    """
    steps = list(steps)
    kinds = {step.kind_id for step in steps}
    orders = StepOrder.objects.filter(later__in=kinds).select_related("earlier", "later")
    missing = [
        _missing(step, order)
        for order in orders
        for step in steps
        if step.kind_id == order.later_id and not _is_preceded(step, order, steps)
    ]
    if missing:
        raise ValidationError({"date": missing})


def _is_preceded(step: AnyStep, order: StepOrder, steps: list[AnyStep]) -> bool:
    return any(
        other.kind_id == order.earlier_id
        and step.date
        and other.finished_on
        and other.finished_on <= step.date
        for other in steps
    )


def _missing(step: AnyStep, order: StepOrder) -> str:
    basis = f"（{order.legal_basis}）" if order.legal_basis else ""
    day = f"（{written(step.date)}）" if step.date else ""
    return (
        f"「{order.later}」{day}の前に、「{order.earlier}」が済んでいる必要があります{basis}。"
        f"先に「{order.earlier}」を記録するか、日付を確かめてください。"
    )
