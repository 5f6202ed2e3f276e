"""Reports: the values that one used, pinned, and what has changed since."""

from collections import defaultdict
from collections.abc import Iterable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import valuing
from evaluation.figures import Figures
from evaluation.forms.clauses import refuse
from evaluation.forms.result_years import ReportForm
from evaluation.models.texts import Node
from evaluation.permissions import (
    Hidden,
    ResultAct,
    SignedInRequest,
    require_result,
    result_refusals,
    results_period,
)
from evaluation.views.once import once


@require_safe
def value_reports(request: SignedInRequest, agency: str, number: int) -> HttpResponse:
    """The reports of a period, newest first."""
    period = results_period(request, agency, number)
    reports = period.value_reports.filter(rating=None).select_related("made_by").defer("contents")
    refused = result_refusals(request.user, period)[ResultAct.REPORT]
    context = {"period": period, "reports": reports, "may_report": not refused}
    return render(request, "evaluation/value_reports.html", context)


@once
@require_http_methods(["GET", "HEAD", "POST"])
def new_value_report(request: SignedInRequest, agency: str, number: int) -> HttpResponse:
    """Pin every value up to a year, under a title."""
    period = results_period(request, agency, number)
    require_result(request, ResultAct.REPORT, period)
    typed = request.POST if request.method == "POST" else None
    form = ReportForm(period, typed, request.GET.get("year", ""))
    if form.is_valid():
        given = form.cleaned_data
        try:
            report = valuing.make_report(
                period, given["fiscal_year"], by=request.user, title=given["title"]
            )
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"「{report}」に使った値を保存しました。")
            return redirect("value_report", agency, number, report.pk)
    return render(request, "evaluation/value_report_new.html", {"period": period, "form": form})


@require_safe
def value_report(request: SignedInRequest, agency: str, number: int, pk: int) -> HttpResponse:
    """この報告の後に変わった値, and what the report pins: by indicator, as printed then and now."""
    period = results_period(request, agency, number)
    report = period.value_reports.select_related("made_by").filter(pk=pk).first()
    if report is None:
        raise Hidden("この報告は、登録されていないか、見る権限がありません。")
    figures = Figures.of(period)
    changed, pinned = valuing.changed_since(report), valuing.pinned(report)
    context = {"period": period, "report": report, "figures": figures}
    context |= {"changed": _by_indicator(figures, changed), "count": len(changed)}
    context |= {"pinned": _by_indicator(figures, pinned), "all": len(pinned)}
    return render(request, "evaluation/value_report.html", context)


def _by_indicator(
    figures: Figures, differences: Iterable[valuing.Difference]
) -> list[tuple[Node, list[valuing.Difference]]]:
    found: dict[Node, list[valuing.Difference]] = defaultdict(list)
    for one in differences:
        found[figures.text.nodes[one.indicator.pk]].append(one)
    return list(found.items())
