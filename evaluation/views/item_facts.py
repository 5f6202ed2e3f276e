"""What an assessment sheet says of an item besides its grade: how it is judged, its plans, its inputs."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from evaluation import grading
from evaluation.eras import fiscal_year_of
from evaluation.figures import years_of
from evaluation.forms.clauses import refuse
from evaluation.forms.grading import InputsForm, PlansForm, ProfileForm
from evaluation.grading import Gradebook
from evaluation.models import Amendment, ItemPlan, ItemProfile, ObjectivePeriod
from evaluation.models.texts import Node
from evaluation.permissions import ResultAct, SignedInRequest, require_result, results_period
from evaluation.valuing import year_name
from evaluation.views.grade_scene import book_of, item_of
from evaluation.views.once import once
from evaluation.views.typed import take_typed


@once
@require_http_methods(["GET", "HEAD", "POST"])
def item_profile(
    request: SignedInRequest, agency: str, number: int, public_id: str
) -> HttpResponse:
    """How an item is judged; `?year=` the fiscal year from which on that is to be changed."""
    period, book, node = _opened(request, agency, number, public_id, ResultAct.PROFILE)
    year = _year(request, period)
    form = _profile_form(request, book, node, year)
    if request.method == "POST" and form.is_valid():
        try:
            clause = node.wording.clause
            grading.save_profile(clause, year, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"{year_name(year)}からの評価上の扱いを保存しました。")
            return redirect("grades", agency, number)
    context = _context(period, book, node) | {"form": form, "year": year}
    context["profiles"] = book.profiles.get(node.clause_id, [])
    return render(request, "evaluation/item_profile.html", context)


@once
@require_http_methods(["GET", "HEAD", "POST"])
def item_plans(
    request: SignedInRequest, agency: str, number: int, public_id: str, fiscal_year: int
) -> HttpResponse:
    """中長期計画 and 年度計画 of an item as they hold in a fiscal year."""
    period, book, node = _opened(request, agency, number, public_id, ResultAct.PLAN)
    if fiscal_year not in years_of(period):
        raise Http404("この年度は、中長期目標期間の外です。")
    typed = request.POST if request.method == "POST" else take_typed(request)
    plans = {kind: book.plan(node, kind, fiscal_year) for kind in ItemPlan.Kind.values}
    kept = grading.kept_plans(node.wording.clause, fiscal_year)
    form = PlansForm(plans, kept, typed)
    if request.method == "POST" and form.is_valid():
        try:
            clause = node.wording.clause
            grading.save_plans(clause, fiscal_year, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "計画を保存しました。")
            return redirect("item_plans", agency, number, public_id, fiscal_year)
    context = _context(period, book, node) | {"form": form, "year": fiscal_year}
    shown = [kind for kind in kept if kind not in form.fields]
    context["reasons"] = dict.fromkeys(kept[kind] for kind in shown)
    context["kept"] = [(ItemPlan.Kind(kind).label, plans[kind]) for kind in shown]
    return render(request, "evaluation/item_plans.html", context)


@once
@require_http_methods(["GET", "HEAD", "POST"])
def item_inputs(request: SignedInRequest, agency: str, number: int, public_id: str) -> HttpResponse:
    """予算額 … 従事人員数 of an item over the years."""
    period, book, node = _opened(request, agency, number, public_id, ResultAct.PLAN)
    stored = [row for key, row in book.inputs.items() if key[0] == node.clause_id]
    kept = grading.kept_years(node.wording.clause)
    form = InputsForm(period, stored, kept, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            changed = grading.record_inputs(node.wording.clause, form.cells, by=request.user)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"{changed}件を保存しました。")
            return redirect("item_inputs", agency, number, public_id)
    context = _context(period, book, node) | {"form": form}
    return render(request, "evaluation/item_inputs.html", context)


# --- Finding --------------------------------------------------------------------------------------
def _opened(
    request: SignedInRequest, agency: str, number: int, public_id: str, act: ResultAct
) -> tuple[ObjectivePeriod, Gradebook, Node]:
    """Return what a form about an item needs. Raises Hidden, PermissionDenied or Http404."""
    period = results_period(request, agency, number)
    require_result(request, act, period)
    book = book_of(request, period)
    return period, book, item_of(book, public_id)


def _year(request: SignedInRequest, period: ObjectivePeriod) -> int:
    """Return the year asked for; without one, that of the newest results."""
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else None
    if year is None:
        year = fiscal_year_of(timezone.localdate())
    return min(max(year, period.first_fiscal_year), period.last_fiscal_year)


def _profile_form(request: SignedInRequest, book: Gradebook, node: Node, year: int) -> ProfileForm:
    rows = book.profiles.get(node.clause_id, [])
    own = next((row for row in rows if row.first_fiscal_year == year), None)
    decided = book.figures.period.amendments.filter(state=Amendment.State.DECIDED)
    typed = request.POST if request.method == "POST" else None
    shown: ItemProfile = book.profile(node, year)
    return ProfileForm(shown, own, decided.order_by("sequence"), typed)


def _context(period: ObjectivePeriod, book: Gradebook, node: Node) -> dict[str, Any]:
    shared = {"period": period, "figures": book.figures, "node": node}
    return shared | {"years": book.figures.years, "name": book.label(node)}
