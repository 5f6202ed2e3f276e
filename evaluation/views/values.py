"""One value, and one yearly text: with note, stage, reason, evidence, history and the years around it.

The grid shows the same in its panel (`?part=panel`), without the frame of the site.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from evaluation import valuing
from evaluation.comparison.alignment import UnitKind
from evaluation.entering import field_name, key_of
from evaluation.entering.marks import mark_of
from evaluation.entering.sheet import NONE, RATIO, Standing
from evaluation.figures import Figures
from evaluation.forms.clauses import refuse
from evaluation.forms.values import ResultForm, ValueForm
from evaluation.models import (
    Evidence,
    IndicatorMeasure,
    IndicatorValue,
    ObjectivePeriod,
    YearlyResult,
)
from evaluation.models.texts import Node
from evaluation.numbers import remark_on
from evaluation.permissions import (
    ResultAct,
    SignedInRequest,
    require_result,
    result_refusals,
    results_period,
)
from evaluation.remarkable import warnings
from evaluation.views.typed import take_typed
from programs.models import User

PANEL = "panel"


@dataclass(frozen=True)
class Place:
    """A year of a measure, or of an evaluation indicator (`measure` None), as its page needs it."""

    period: ObjectivePeriod
    figures: Figures
    node: Node
    measure: IndicatorMeasure | None
    fiscal_year: int

    @classmethod
    def of(
        cls, period: ObjectivePeriod, public_id: str, fiscal_year: int, position: int = 0
    ) -> "Place":
        """Raises Http404 for what is not there."""
        figures = Figures.of(period)
        node = figures.indicator(public_id)
        if node is None or fiscal_year not in figures.years:
            raise Http404("この指標か年度は、この中長期目標にありません。")
        own = figures.measures.get(node.clause_id, [])
        measure = next((m for m in own if m.position == position), None)
        is_text = node.kind is UnitKind.EVALUATION_INDICATOR and not position
        if measure is None and not is_text:
            raise Http404("この測定項目は、この指標にありません。")
        return cls(period, figures, node, measure, fiscal_year)

    @property
    def row(self) -> IndicatorValue | YearlyResult | None:
        if self.measure is None:
            return self.figures.results.get((self.node.clause_id, self.fiscal_year))
        return self.figures.values.get((self.measure.pk, self.fiscal_year))

    @property
    def name(self) -> str:
        return (self.measure.label if self.measure else "") or self.node.text

    @property
    def history(self) -> list[Any]:
        """Return all that ever stood, newest first."""
        if self.measure is None:
            rows = YearlyResult.history.filter(indicator_id=self.node.clause_id)
        else:
            rows = IndicatorValue.history.filter(measure_id=self.measure.pk)
        own = rows.filter(fiscal_year=self.fiscal_year)
        return list(own.order_by("-history_date", "-history_id"))

    def gates(self, user: User) -> valuing.Gates:
        return valuing.Gates.of(self.period, [self.node.clause_id], user)

    def refusal(self, gates: valuing.Gates) -> str:
        """Return why nothing may be changed here now; "" where it may."""
        measure = self.measure.pk if self.measure else None
        return gates.refusal(self.node.clause_id, self.fiscal_year, measure)

    @property
    def evidence(self) -> list[Evidence]:
        return list(self.row.evidence.defer("content")) if self.row else []


# --- Pages ----------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def value(
    request: SignedInRequest,
    agency: str,
    number: int,
    public_id: str,
    position: int,
    fiscal_year: int,
) -> HttpResponse:
    """One value of a measure."""
    period = results_period(request, agency, number)
    place = Place.of(period, public_id, fiscal_year, position)
    return _answered(request, place)


@require_http_methods(["GET", "HEAD", "POST"])
def yearly_result(
    request: SignedInRequest, agency: str, number: int, public_id: str, fiscal_year: int
) -> HttpResponse:
    """The text of an evaluation indicator for one year."""
    period = results_period(request, agency, number)
    return _answered(request, Place.of(period, public_id, fiscal_year))


def _answered(request: SignedInRequest, place: Place) -> HttpResponse:
    if request.method == "POST":
        require_result(request, ResultAct.ENTER, place.period)
    typed = request.POST if request.method == "POST" else take_typed(request)
    form, locked = _form(request, place, typed)
    if request.method == "POST" and form is None:
        messages.error(request, locked)
    elif request.method == "POST" and form.is_valid():
        try:
            _write(request, place, form)
        except valuing.Stale:
            return _stale(request, place)
        except ValidationError as error:
            refuse(form, error)
        else:
            remark = remark_on(request.POST.get("value", ""))
            messages.success(request, f"保存しました。{remark}")
            return HttpResponseRedirect(request.get_full_path())
    return _shown(request, place, form, locked)


def _form(request: SignedInRequest, place: Place, typed: Any) -> tuple[Any, str]:
    """Return the form, or None and why there is none for this person now."""
    if refusal := result_refusals(request.user, place.period)[ResultAct.ENTER]:
        return None, refusal
    measure, year = place.measure, place.fiscal_year
    indicator = place.node.clause_id
    if measure and measure.nature == RATIO:
        return None, "割合は、分子と分母から計算されます。分子と分母に入力してください。"
    gates = place.gates(request.user)
    if refusal := place.refusal(gates):
        return None, refusal
    row = place.row
    asks_why = gates.asks_why(row.stage if row else "", indicator, year)
    if measure is None:
        return ResultForm(row, asks_why=asks_why, data=typed), ""  # type: ignore[arg-type]
    return ValueForm(measure, row, asks_why=asks_why, data=typed), ""  # type: ignore[arg-type]


def _write(request: SignedInRequest, place: Place, form: Any) -> None:
    said = dict(form.cleaned_data) | {"by": request.user}
    year = place.fiscal_year
    if place.measure is None:
        _write_text(place, said)
    elif form.is_empty:
        kept = ("by", "seen", "why_code", "why")
        valuing.clear(place.measure, year, **{n: said[n] for n in kept if n in said})
    else:
        valuing.record(place.measure, year, **said)


def _write_text(place: Place, said: dict[str, Any]) -> None:
    indicator, text = place.node.wording.clause, said.pop("text")
    if text:
        valuing.record_result(indicator, place.fiscal_year, text, **said)
        return
    valuing.clear_result(indicator, place.fiscal_year, **said)


def _stale(request: SignedInRequest, place: Place) -> HttpResponse:
    """Show theirs above mine, in a form with the stamp of theirs; nothing typed is lost."""
    now = Place(
        place.period, Figures.of(place.period), place.node, place.measure, place.fiscal_year
    )
    data = request.POST.copy()
    data["seen"] = str(now.row.revision if now.row else 0)
    form, locked = _form(request, now, data)
    return _shown(request, now, form, locked, is_stale=True)


def _shown(
    request: SignedInRequest, place: Place, form: Any, locked: str, *, is_stale: bool = False
) -> HttpResponse:
    is_panel = request.GET.get("part") == PANEL
    context = _context(place) | {
        "form": form,
        "locked": locked,
        "is_stale": is_stale,
        "is_panel": is_panel,
        "may_enter": form is not None,
    }
    template = "evaluation/_value.html" if is_panel else "evaluation/value.html"
    return render(request, template, context)


def _context(place: Place) -> dict[str, Any]:
    measure = place.measure
    context = {"period": place.period, "place": place, "node": place.node, "measure": measure}
    context |= {"figures": place.figures, "row": place.row}
    if measure is None:
        return context
    line = place.figures.lines[measure.pk]
    asked = warnings(line, place.fiscal_year)
    return context | {"points": line.points, "asked": asked, "cell": _cell(measure, place)}


def _cell(measure: IndicatorMeasure, place: Place) -> dict[str, str]:
    """Return what the grid is to show of the value from here on."""
    row = place.row
    now = Standing(*(getattr(row, name) for name in Standing._fields)) if row else NONE
    key = key_of(measure.pk, place.fiscal_year)
    shown, mark = now.shown(measure.decimals), mark_of(now.stage, now.note)
    return {"key": key, "name": field_name(key, now.revision), "shown": shown, "mark": mark}
