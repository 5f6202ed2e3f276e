"""The checks of a year's grades, and the procedure of its evaluation: opinion, notification, publication."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import grading
from evaluation.figures import years_of
from evaluation.forms.clauses import refuse
from evaluation.forms.procedure import RemoveForm
from evaluation.forms.remedies import RatingStepForm
from evaluation.grades import Finding
from evaluation.grading import KINDS_IN_WORDS, Gradebook, kinds_due
from evaluation.grading.gradebook import OVERALL, WHOLE
from evaluation.models import ObjectivePeriod, Rating, RatingStep
from evaluation.permissions import (
    ResultAct,
    SignedInRequest,
    require_result,
    result_refusals,
    results_period,
)
from evaluation.valuing import year_name
from evaluation.views.grade_scene import book_of, evaluated_period
from evaluation.views.once import once


@dataclass(frozen=True)
class Judged:
    """What is wrong with the grades of one side in an evaluation, each with its item's place in an address;
    `open`: those that are not issued, with their names, and with what is written of them, if anything."""

    name: str
    kind: str
    findings: list[tuple[str, Finding]]
    open: list[tuple[str, str, Rating | None]]

    @property
    def open_words(self) -> str:
        """Return how much is not issued, 「14項目と総合評定」."""
        items = sum(public_id != WHOLE for public_id, _, _ in self.open)
        told = [f"{items}項目"] if items else []
        return "と".join([*told, OVERALL] if items < len(self.open) else told)


@require_safe
def grade_checks(
    request: SignedInRequest, agency: str, number: int, fiscal_year: int
) -> HttpResponse:
    """Everything that the rules ask of the grades of a year."""
    period = results_period(request, agency, number)
    if fiscal_year not in years_of(period):
        raise Http404("この年度は、中長期目標期間の外です。")
    book = book_of(request, period)
    due = kinds_due(period, fiscal_year)
    context = {
        "period": period,
        "fiscal_year": fiscal_year,
        "years": book.figures.years,
        "judged": [_judged(book, fiscal_year, kind, side) for kind in due for side in Rating.Side],
        "others": [*book.unplaced(fiscal_year), *book.unreported(fiscal_year)],
        "evaluations": [(kind, KINDS_IN_WORDS[kind]) for kind in due],
    }
    return render(request, "evaluation/grade_checks.html", context)


def _judged(book: Gradebook, fiscal_year: int, kind: str, side: str) -> Judged:
    """Return what is wrong with the grades of one evaluation and side of a year."""
    once = ("unheard",)  # what concerns them all is told of the agency as a whole
    left_out = ("grade", "items")  # told as not issued
    found: list[tuple[str, Finding]] = []
    waiting = []
    for node in (*book.graded(fiscal_year), None):
        place = node.public_id if node else WHOLE
        told = book.findings_of(node, fiscal_year, kind, side)
        rules = left_out if node is None else left_out + once
        found += [(place, finding) for finding in told if finding.rule not in rules]
        if not book.is_issued(node, fiscal_year, kind, side):
            name = book.label(node) if node else OVERALL
            waiting.append((place, name, book.rating(node, fiscal_year, kind, side)))
    name = f"{KINDS_IN_WORDS[kind]}：{Rating.Side(side).label}"
    return Judged(name, kind, found, waiting)


# --- Steps ----------------------------------------------------------------------------------------
@require_safe
def rating_steps(
    request: SignedInRequest, agency: str, number: int, fiscal_year: int, kind: str
) -> HttpResponse:
    """The steps of an evaluation in their order, with what was recorded of each."""
    period = _period(request, agency, number, fiscal_year, kind)
    context = _of(period, fiscal_year, kind) | {
        "recorded": grading.steps_of(period, fiscal_year, kind),
        "may_record": not result_refusals(request.user, period)[ResultAct.HEAR],
    }
    return render(request, "evaluation/rating_steps.html", context)


@once
@require_http_methods(["GET", "HEAD", "POST"])
def record_rating_step(
    request: SignedInRequest, agency: str, number: int, fiscal_year: int, kind: str
) -> HttpResponse:
    """Record a step; `?kind=` chooses which."""
    period = _period(request, agency, number, fiscal_year, kind, ResultAct.HEAR)
    typed = request.POST if request.method == "POST" else None
    form = RatingStepForm(period, typed, initial={"kind": request.GET.get("kind")})
    if request.method == "POST" and form.is_valid():
        step = form.cleaned_data["kind"]
        try:
            grading.record_step(period, fiscal_year, kind, step, by=request.user, **form.said)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"「{step}」を記録しました。")
            return redirect("rating_steps", agency, number, fiscal_year, kind)
    context = _of(period, fiscal_year, kind) | {"form": form, "heading": "評価の手続を記録する"}
    return render(request, "evaluation/rating_step_form.html", context)


@once
@require_http_methods(["GET", "HEAD", "POST"])
def remove_rating_step(
    request: SignedInRequest, agency: str, number: int, fiscal_year: int, kind: str, pk: int
) -> HttpResponse:
    """Remove a record that was wrong; a right one is recorded anew."""
    period = _period(request, agency, number, fiscal_year, kind, ResultAct.HEAR)
    step = _step(period, fiscal_year, kind, pk)
    initial = {"seen": grading.fingerprint_of_step(step)}
    form = RemoveForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            grading.remove_step(step, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"「{step.kind}」の記録を取り消しました。")
            return redirect("rating_steps", agency, number, fiscal_year, kind)
    heading = f"{step.kind}の記録を取り消す"
    context = _of(period, fiscal_year, kind) | {"form": form, "heading": heading}
    return render(request, "evaluation/rating_step_form.html", context | {"step": step})


def _period(
    request: SignedInRequest,
    agency: str,
    number: int,
    fiscal_year: int,
    kind: str,
    act: ResultAct | None = None,
) -> ObjectivePeriod:
    period = evaluated_period(request, agency, number, fiscal_year, kind)
    if act:
        require_result(request, act, period)
    return period


def _step(period: ObjectivePeriod, fiscal_year: int, kind: str, pk: int) -> RatingStep:
    rows = RatingStep.objects.select_related("kind", "period")
    place = {"period": period, "fiscal_year": fiscal_year, "rating_kind": kind}
    step = rows.filter(**place, pk=pk).first()
    if step is None:
        raise Http404("この記録は、この評価にありません。")
    return step


def _of(period: ObjectivePeriod, fiscal_year: int, kind: str) -> dict[str, Any]:
    told = f"{year_name(fiscal_year)}　{KINDS_IN_WORDS[kind]}"
    return {"period": period, "fiscal_year": fiscal_year, "kind": kind, "evaluation": told}
