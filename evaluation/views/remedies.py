"""指摘事項: what was pointed out, carried over the years with what was done, until it is done."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import grading
from evaluation.forms.clauses import refuse
from evaluation.forms.remedies import PointOutForm, RemedyForm
from evaluation.grading import Gradebook
from evaluation.grading.gradebook import OVERALL
from evaluation.models import ObjectivePeriod, Remedy
from evaluation.permissions import (
    Hidden,
    ResultAct,
    SignedInRequest,
    require_result,
    result_refusals,
    results_period,
)
from evaluation.views.grade_scene import book_of
from evaluation.views.once import once
from evaluation.views.typed import take_typed

# Act → what it is called, its button, and who does it.
ACTS = {
    "issue": ("指摘事項を直す", "指摘事項を保存する", ResultAct.POINT_OUT),
    "remedy": ("改善方策を書く", "改善方策を保存する", ResultAct.REMEDY),
    "report": ("改善の状況を書く", "改善の状況を保存する", ResultAct.REMEDY),
    "finish": ("完了を報告する", "完了とする", ResultAct.REMEDY),
    "again": ("完了を取り消す", "完了を取り消す", ResultAct.POINT_OUT),
}


@require_safe
def remedies(request: SignedInRequest, agency: str, number: int) -> HttpResponse:
    """Everything that was pointed out in the period: first what is not done yet."""
    period = results_period(request, agency, number)
    book = book_of(request, period)
    told = [(row, _name(book, row), book.progress.get(row.pk, [])) for row in book.remedies]
    context = {
        "period": period,
        "open": [one for one in told if one[0].done_fiscal_year is None],
        "done": [one for one in told if one[0].done_fiscal_year is not None],
        "may_point_out": not result_refusals(request.user, period)[ResultAct.POINT_OUT],
    }
    return render(request, "evaluation/remedies.html", context)


@once
@require_http_methods(["GET", "HEAD", "POST"])
def new_remedy(request: SignedInRequest, agency: str, number: int) -> HttpResponse:
    """Point something out."""
    period = results_period(request, agency, number)
    require_result(request, ResultAct.POINT_OUT, period)
    book = book_of(request, period)
    typed = request.POST if request.method == "POST" else take_typed(request)
    graded = [n for n in book.items if any(book.is_graded(n, year) for year in book.figures.years)]
    form = PointOutForm(period, [(node, book.label(node)) for node in graded], typed)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        item, year = said.pop("item"), said.pop("fiscal_year")
        try:
            row = grading.point_out(period, item, year, by=request.user, **said)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "指摘事項を登録しました。")
            return redirect("remedy", agency, number, row.pk)
    return render(request, "evaluation/remedy_new.html", {"period": period, "form": form})


@once
@require_http_methods(["GET", "HEAD", "POST"])
def remedy(request: SignedInRequest, agency: str, number: int, pk: int) -> HttpResponse:
    """One remedy over the years; `act` says which of its forms was sent."""
    period, book, row = _found(request, agency, number, pk)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    sent = None
    if act:
        sent = _sent(request, period, row, act)
        if sent.is_valid() and _done(request, row, act, sent):
            messages.success(request, f"{ACTS[act][0].removesuffix('する')}：保存しました。")
            return redirect("remedy", agency, number, pk)
    context = {
        "period": period,
        "remedy": row,
        "name": _name(book, row),
        "progress": book.progress.get(row.pk, []),
        "acts": [(a, *ACTS[a][:2], form) for a, form in _forms(request, row, act, sent)],
        "form": sent,
    }
    return render(request, "evaluation/remedy.html", context)


def _found(
    request: SignedInRequest, agency: str, number: int, pk: int
) -> tuple[ObjectivePeriod, Gradebook, Remedy]:
    """Return a remedy with the book of its period. Raises Hidden for one that is not known yet."""
    period = results_period(request, agency, number)
    book = book_of(request, period)
    row = next((row for row in book.remedies if row.pk == pk), None)
    if row is None:
        raise Hidden("この指摘事項は、登録されていないか、見る権限がありません。")
    return period, book, row


def _sent(request: SignedInRequest, period: ObjectivePeriod, row: Remedy, act: str) -> RemedyForm:
    """Return the form that was sent. Raises PermissionDenied for an act that is not the user's."""
    if act not in ACTS:
        raise PermissionDenied("この操作はありません。")
    require_result(request, ACTS[act][2], period)
    return RemedyForm(act, row, request.POST)


def _done(request: SignedInRequest, row: Remedy, act: str, form: RemedyForm) -> bool:
    """Do what a form asks; False where it is refused, which the form says."""
    said: dict[str, Any] = {"by": request.user, **form.cleaned_data}
    verbs = {
        "issue": grading.rewrite,
        "remedy": grading.rewrite,
        "report": grading.report,
        "finish": grading.finish,
        "again": grading.take_up_again,
    }
    year = [said.pop("fiscal_year")] if "fiscal_year" in said else []
    try:
        verbs[act](row, *year, **said)  # type: ignore[operator]
    except ValidationError as error:
        refuse(form, error)
        return False
    return True


def _forms(
    request: SignedInRequest, row: Remedy, act: str, sent: RemedyForm | None
) -> list[tuple[str, RemedyForm]]:
    """Return the forms that the user may send now, the one that was sent as it was typed."""
    refusals = result_refusals(request.user, row.period)
    possible = ("again",) if row.done_fiscal_year else ("issue", "remedy", "report", "finish")
    return [
        (name, sent if sent and name == act else RemedyForm(name, row))
        for name in possible
        if not refusals[ACTS[name][2]]
    ]


def _name(book: Gradebook, row: Remedy) -> str:
    node = book.figures.text.nodes.get(row.item_id or 0)
    return book.label(node) if node else OVERALL
