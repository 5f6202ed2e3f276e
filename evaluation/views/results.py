"""What was reached: all items by year, and one item with every figure drawn, in words, as file and paper."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from evaluation.comparison.alignment import UnitKind
from evaluation.documents.dossier import cache
from evaluation.documents.pdf import PdfError, render_pdf_cached
from evaluation.documents.results import (
    HEADER,
    ItemResults,
    item_results,
    item_results_html,
    lines,
)
from evaluation.figures import Figures
from evaluation.models import ItemInput, ObjectivePeriod
from evaluation.models.texts import Node
from evaluation.numbers import amount_words
from evaluation.permissions import ResultAct, SignedInRequest, result_refusals, results_period
from evaluation.progress import Progress
from jst_objectives.tables import as_csv
from programs.access import record
from programs.models import AccessRecord


@require_safe
def results(request: SignedInRequest, agency: str, number: int) -> HttpResponse:
    """Every item with each year: how much is entered, its state, what was reached, its budget."""
    period = results_period(request, agency, number)
    figures = Figures.of(period)
    progress = Progress.of(figures)
    budgets = _budgets(period)
    rows = [
        (item, [(cell, budgets.get((item.clause_id, cell.fiscal_year), "")) for cell in cells])
        for item, cells in progress.overview
    ]
    context = {"period": period, "figures": figures, "progress": progress, "rows": rows}
    return render(request, "evaluation/results.html", context)


def _budgets(period: ObjectivePeriod) -> dict[tuple[int, int], str]:
    """Return the budget of each item and year as it is printed, in thousands of yen (one query)."""
    rows = ItemInput.objects.filter(item__period=period, kind=ItemInput.Kind.BUDGET)
    return {
        (row.item_id, row.fiscal_year): f"{amount_words(row.kind, row.amount)}千円" for row in rows
    }


@require_safe
def results_csv(request: SignedInRequest, agency: str, number: int) -> HttpResponse:
    """Every figure of the period, a line per measure and year."""
    period = results_period(request, agency, number)
    figures = Figures.of(period)
    return _csv(request, figures, figures.items, f"実績_第{period.number}期")


@require_safe
def item(request: SignedInRequest, agency: str, number: int, public_id: str) -> HttpResponse:
    """An item: its indicators as small multiples, texts, budget, and how far each year has come."""
    period, figures, found = _opened(request, agency, number, public_id)
    progress = Progress.of(figures)
    years = [progress.at(found.item, year) for year in figures.years]
    context: dict[str, Any] = {"period": period, "figures": figures, "results": found}
    may_plan = not result_refusals(request.user, period)[ResultAct.PLAN]
    context |= {"years": years, "may_plan": may_plan, "today": timezone.localdate()}
    return render(request, "evaluation/item_results.html", context)


@require_safe
def item_csv(request: SignedInRequest, agency: str, number: int, public_id: str) -> HttpResponse:
    """The figures of an item as a file."""
    _, figures, found = _opened(request, agency, number, public_id)
    nodes = figures.indicators_of(found.item)
    return _csv(request, figures, [(found.item, nodes)], f"実績_{found.number}")


@require_safe
def item_pdf(request: SignedInRequest, agency: str, number: int, public_id: str) -> HttpResponse:
    """The page of an item on paper, with the same drawings; not recorded as issued."""
    period, _, found = _opened(request, agency, number, public_id)
    try:
        content = render_pdf_cached(item_results_html(found), folder=cache())
    except PdfError as error:
        context = {"period": period, "refusal": str(error)}
        return render(request, "evaluation/pdf_refused.html", context, status=500)
    return _handed_over(
        request, period, content, "application/pdf", f"実績_{found.number}_未発行.pdf"
    )


@require_safe
def indicator_csv(
    request: SignedInRequest, agency: str, number: int, public_id: str
) -> HttpResponse:
    """The figures of one indicator as a file."""
    period = results_period(request, agency, number)
    figures = Figures.of(period)
    node = figures.indicator(public_id)
    above = figures.text.nodes.get(node.parent_id or 0) if node else None
    if node is None or above is None:
        raise Http404("この指標は、決定した本文にありません。")
    return _csv(request, figures, [(above, [node])], f"実績_{public_id}")


# --- Finding and handing over ---------------------------------------------------------------------
def _opened(
    request: SignedInRequest, agency: str, number: int, public_id: str
) -> tuple[ObjectivePeriod, Figures, ItemResults]:
    """Return an item of the decided text. Raises Hidden or Http404."""
    period = results_period(request, agency, number)
    figures = Figures.of(period)
    nodes = figures.text.nodes.values()
    items = (n for n in nodes if n.kind is UnitKind.ITEM and n.public_id == public_id)
    found = next(items, None)
    if found is None:
        raise Http404("この項目は、決定した本文にありません。")
    return period, figures, item_results(figures, found)


def _csv(
    request: SignedInRequest,
    figures: Figures,
    items: Iterable[tuple[Node, Iterable[Node]]],
    name: str,
) -> HttpResponse:
    content = as_csv(HEADER, lines(figures, items))
    return _handed_over(
        request, figures.period, content, "text/csv; charset=utf-8", f"{name.rstrip('.')}.csv"
    )


def _handed_over(
    request: SignedInRequest, period: ObjectivePeriod, content: bytes, mime: str, name: str
) -> HttpResponse:
    record(request, AccessRecord.Kind.EXPORT, agency=period.agency, detail=name)
    response = HttpResponse(content, content_type=mime)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
