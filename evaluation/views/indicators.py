"""Indicators with what is measured: measures, targets, values over the years and their histories."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import valuing
from evaluation.charts import Drawing, sparkline
from evaluation.comparison.alignment import UnitKind
from evaluation.documents.results import drawn
from evaluation.figures import Figures, years_of
from evaluation.forms.clauses import refuse
from evaluation.forms.measures import MeasureForm, TargetForm
from evaluation.models import (
    Clause,
    IndicatorMeasure,
    IndicatorTarget,
    IndicatorValue,
    ObjectivePeriod,
    YearlyResult,
)
from evaluation.models.texts import Node
from evaluation.numbers import written
from evaluation.permissions import (
    ResultAct,
    SignedInRequest,
    require_result,
    result_refusals,
    results_period,
)
from evaluation.series import Point, Series, holding
from evaluation.suggesting import Suggestion, suggested
from evaluation.views.typed import take_typed


@dataclass(frozen=True)
class Tally:
    """How much of what an indicator is to have for a year is there."""

    fiscal_year: int
    present: int
    expected: int

    @property
    def mark(self) -> str:
        if not self.expected:
            return "none"
        return "full" if self.present >= self.expected else "part" if self.present else "empty"


@dataclass(frozen=True)
class Year:
    """A year of a measure: its point, the value's row, and every value that ever stood, newest first."""

    point: Point
    value: IndicatorValue | None
    history: list[Any]


@dataclass(frozen=True)
class Shown:
    """A measure as the page of its indicator shows it."""

    measure: IndicatorMeasure
    line: Series
    years: list[Year]
    targets: list[tuple[IndicatorTarget, str, bool]]  # as printed, and whether it counts for a year
    baseline: str
    drawing: Drawing | None


@require_safe
def indicators(request: SignedInRequest, agency: str, number: int) -> HttpResponse:
    """Every indicator by item, with how much of each year is entered."""
    period = results_period(request, agency, number)
    figures = Figures.of(period)
    items = [
        (item, [(node, _sparks(figures, node), _tallies(figures, node)) for node in nodes])
        for item, nodes in figures.items
    ]
    may_enter = not result_refusals(request.user, period)[ResultAct.ENTER]
    context = {"period": period, "figures": figures, "items": items, "may_enter": may_enter}
    return render(request, "evaluation/indicators.html", context)


@require_safe
def indicator(request: SignedInRequest, agency: str, number: int, public_id: str) -> HttpResponse:
    """One indicator: its measures, targets, baselines and values with their histories."""
    period = results_period(request, agency, number)
    figures = Figures.of(period)
    node = _node(figures, public_id)
    context = _context(request, period, figures, node) | {
        "measures": _shown(figures, node),
        "breaks": figures.breaks.get(node.clause_id, []),
        "suggestions": _suggestions(figures, node),
        "results": _results(figures, node),
        "first_year": figures.first_years[node.clause_id],
    }
    return render(request, "evaluation/indicator.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_measure(request: SignedInRequest, agency: str, number: int, public_id: str) -> HttpResponse:
    """Add a measure; `?suggest=2` fills the form with the second one that the words ask for."""
    period, figures, node, clause = _opened(request, agency, number, public_id)
    typed = request.POST if request.method == "POST" else take_typed(request)
    suggestion = _chosen(figures, node, request.GET.get("suggest", ""))
    form = MeasureForm(clause, suggestion=suggestion, data=typed)
    if request.method == "POST" and form.is_valid():
        try:
            measure = valuing.add_measure(clause, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"測定項目を加えました：{measure.label}")
            return redirect("indicator", agency, number, public_id)
    context = {"form": form, "heading": "測定項目を加える", "suggestion": suggestion}
    return render(
        request,
        "evaluation/measure_form.html",
        _context(request, period, figures, node) | context,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def measure(
    request: SignedInRequest, agency: str, number: int, public_id: str, position: int
) -> HttpResponse:
    """Change a measure, or remove one that was never used (`remove`)."""
    period, figures, node, clause = _opened(request, agency, number, public_id)
    stored = _measure(clause, position)
    if "remove" in request.POST:
        return _removed(request, stored, [agency, number, public_id])
    typed = request.POST if request.method == "POST" else take_typed(request)
    form = MeasureForm(clause, stored, data=typed)
    if request.method == "POST" and form.is_valid():
        try:
            valuing.change_measure(stored, by=request.user, **form.cleaned_data)
        except valuing.Stale as stale:
            messages.warning(request, stale.message)
            return redirect("measure", agency, number, public_id, position)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "測定項目を保存しました。")
            return redirect("indicator", agency, number, public_id)
    context = {"form": form, "heading": "測定項目の編集", "measure": stored}
    context |= _context(request, period, figures, node) | {"unused": not valuing.was_used(stored)}
    return render(request, "evaluation/measure_form.html", context)


def _removed(request: SignedInRequest, stored: IndicatorMeasure, place: list[Any]) -> HttpResponse:
    """Remove a measure and go back to its indicator, or to the measure that stays, saying why."""
    try:
        valuing.remove_measure(stored, by=request.user)
    except ValidationError as error:
        messages.warning(request, "".join(error.messages))
        return redirect("measure", *place, stored.position)
    messages.success(request, f"測定項目を削除しました：{stored.label}")
    return redirect("indicator", *place)


@require_http_methods(["GET", "HEAD", "POST"])
def target(
    request: SignedInRequest, agency: str, number: int, public_id: str, position: int
) -> HttpResponse:
    """Set a target; the ones set before stay."""
    period, figures, node, clause = _opened(request, agency, number, public_id)
    stored = _measure(clause, position)
    typed = request.POST if request.method == "POST" else take_typed(request)
    form = TargetForm(stored, typed)
    if request.method == "POST" and form.is_valid():
        try:
            valuing.set_target(stored, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "達成目標を定めました。前の目標も残っています。")
            return redirect("indicator", agency, number, public_id)
    context = {"form": form, "heading": "達成目標を定める", "measure": stored}
    context |= _context(request, period, figures, node)
    return render(request, "evaluation/measure_form.html", context)


# --- Finding --------------------------------------------------------------------------------------
def _opened(
    request: SignedInRequest, agency: str, number: int, public_id: str
) -> tuple[ObjectivePeriod, Figures, Node, Clause]:
    """Return what a form about an indicator needs. Raises Hidden, PermissionDenied or Http404."""
    period = results_period(request, agency, number)
    require_result(request, ResultAct.MEASURE, period)
    figures = Figures.of(period)
    node = _node(figures, public_id)
    return period, figures, node, node.wording.clause


def _node(figures: Figures, public_id: str) -> Node:
    node = figures.indicator(public_id)
    if node is None:
        raise Http404("この指標は、決定した本文にありません。")
    return node


def _measure(clause: Clause, position: int) -> IndicatorMeasure:
    found = clause.measures.select_related("indicator__period").filter(position=position).first()
    if found is None:
        raise Http404("この測定項目は、この指標にありません。")
    return found


# --- Showing --------------------------------------------------------------------------------------
def _context(
    request: SignedInRequest, period: ObjectivePeriod, figures: Figures, node: Node
) -> dict[str, Any]:
    parent = figures.text.nodes[node.parent_id] if node.parent_id is not None else None
    refusals = result_refusals(request.user, period)
    may = {
        "may_measure": not refusals[ResultAct.MEASURE],
        "may_enter": not refusals[ResultAct.ENTER],
    }
    shared = {"period": period, "figures": figures, "node": node, "item": parent}
    return shared | may


def _sparks(figures: Figures, node: Node) -> list[tuple[Series, Drawing | None]]:
    """Return the series of an indicator's measures, each with its sparkline where it has numbers."""
    measures = figures.measures.get(node.clause_id, [])
    lines = [figures.lines[measure.pk] for measure in measures]
    return [(x, sparkline(x) if x.measure.nature != "qualitative" else None) for x in lines]


def _tallies(figures: Figures, node: Node) -> list[Tally]:
    return [
        Tally(year, figures.present(node, year), figures.expected(node, year))
        for year in figures.years
    ]


def _shown(figures: Figures, node: Node) -> list[Shown]:
    measures = figures.measures.get(node.clause_id, [])
    histories = _histories(IndicatorValue, "measure_id", [m.pk for m in measures])
    return [_one(figures, measure, histories) for measure in measures]


def _one(
    figures: Figures, measure: IndicatorMeasure, histories: dict[tuple[int, int], list[Any]]
) -> Shown:
    rows = figures.targets.get(measure.pk, [])
    counting = {row.pk for year in figures.years if (row := holding(rows, year))}
    targets = [
        (
            row,
            written(row.number, measure.decimals, measure.unit, text=row.text),
            row.pk in counting,
        )
        for row in rows
    ]
    line = figures.lines[measure.pk]
    keys = [(measure.pk, point.fiscal_year) for point in line.points]
    years = [
        Year(point, figures.values.get(key), histories.get(key, []))
        for point, key in zip(line.points, keys, strict=True)
    ]
    baseline = written(measure.baseline, measure.decimals, measure.unit)
    return Shown(measure, line, years, targets, baseline, drawn(figures, measure).drawing)


def _histories(model: Any, key: str, ids: list[int]) -> dict[tuple[int, int], list[Any]]:
    """Return all that ever stood, newest first, by owner and year (one query)."""
    found: dict[tuple[int, int], list[Any]] = {}
    rows = model.history.filter(**{f"{key}__in": ids}).order_by("-history_date", "-history_id")
    for row in rows:
        found.setdefault((getattr(row, key), row.fiscal_year), []).append(row)
    return found


def _results(figures: Figures, node: Node) -> list[tuple[int, YearlyResult | None, list[Any]]]:
    """Return of an evaluation indicator each year's text with its history."""
    if node.kind is not UnitKind.EVALUATION_INDICATOR:
        return []
    histories = _histories(YearlyResult, "indicator_id", [node.clause_id])
    pk = node.clause_id
    return [
        (year, figures.results.get((pk, year)), histories.get((pk, year), []))
        for year in years_of(figures.period)
    ]


def _suggestions(figures: Figures, node: Node) -> list[tuple[int, Suggestion]]:
    """Return what the words ask for and nobody has added yet, each with its number."""
    if node.kind is not UnitKind.MONITORING_INDICATOR:
        return []
    known = {measure.label for measure in figures.measures.get(node.clause_id, [])}
    numbered = enumerate(suggested(node.text), start=1)
    return [(number, s) for number, s in numbered if s.label not in known]


def _chosen(figures: Figures, node: Node, typed: str) -> Suggestion | None:
    return next((s for number, s in _suggestions(figures, node) if str(number) == typed), None)
