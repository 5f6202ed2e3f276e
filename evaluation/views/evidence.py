"""Evidence for values and yearly texts: added, handed over, taken off."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import valuing
from evaluation.forms.clauses import refuse
from evaluation.forms.values import DetachForm, EvidenceForm
from evaluation.models import Evidence, ObjectivePeriod
from evaluation.permissions import Hidden, SignedInRequest, entering_period, results_period
from evaluation.views.once import once
from evaluation.views.typed import take_typed
from evaluation.views.values import Place
from programs.access import record
from programs.models import AccessRecord

NO_SUCH = "この根拠資料は、登録されていないか、見る権限がありません。"


@once
@require_http_methods(["GET", "HEAD", "POST"])
def add(
    request: SignedInRequest, agency: str, number: int, public_id: str, fiscal_year: int
) -> HttpResponse:
    """Add a link or a file to a value (`?measure=1`) or to a yearly text."""
    period = entering_period(request, agency, number)
    asked = request.GET.get("measure", "")
    position = int(asked) if asked.isdecimal() and len(asked) < 5 else 0
    place = Place.of(period, public_id, fiscal_year, position)
    if place.row is None:
        raise Http404("根拠資料を加える前に、値を保存してください。")
    typed = request.POST if request.method == "POST" else take_typed(request)
    form = EvidenceForm(typed, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            attach = valuing.attach_file if form.cleaned_data["file"] else valuing.attach_link
            added = attach(place.row, by=request.user, **form.kept)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"「{added}」を加えました。")
            return redirect(address_of(period, place))
    context = _context(request, place) | {"form": form}
    return render(request, "evaluation/evidence_add.html", context)


@require_safe
def evidence(request: SignedInRequest, agency: str, number: int, pk: int) -> HttpResponse:
    """Hand over a file, byte by byte as it was added, to be kept and never shown by the browser."""
    period = results_period(request, agency, number)
    found = _evidence(request, period, pk)
    if not found.sha256:
        raise Http404("この根拠資料はリンクです。")
    detail = f"根拠資料：{found}"
    record(request, AccessRecord.Kind.EXPORT, agency=period.agency, detail=detail)
    response = HttpResponse(bytes(found.content), content_type=Evidence.TYPES[found.suffix])
    name = f"{found.title}.{found.suffix}"
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


@once
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: SignedInRequest, agency: str, number: int, pk: int) -> HttpResponse:
    """Ask why evidence is to go, and take it off."""
    period = entering_period(request, agency, number)
    found = _evidence(request, period, pk)
    place = _place(period, found)
    typed = request.POST if request.method == "POST" else take_typed(request)
    form = DetachForm(typed)
    if request.method == "POST" and form.is_valid():
        try:
            valuing.detach(found, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"「{found}」を外しました。")
            return redirect(address_of(period, place))
    context = _context(request, place) | {"form": form, "file": found}
    return render(request, "evaluation/evidence_remove.html", context)


def _context(request: SignedInRequest, place: Place) -> dict[str, Any]:
    """Return what both forms show; `locked`: why there is none, where nothing was typed yet."""
    context = {"period": place.period, "place": place, "node": place.node}
    context["back"] = address_of(place.period, place)
    if request.method != "POST":
        context["locked"] = place.refusal(place.gates(request.user))
    return context


def address_of(period: ObjectivePeriod, place: Place) -> str:
    """Return the page of the value or the yearly text."""
    arguments = [period.agency.code, period.number, place.node.public_id]
    if place.measure is None:
        return reverse("yearly_result", args=[*arguments, place.fiscal_year])
    return reverse("value", args=[*arguments, place.measure.position, place.fiscal_year])


def _evidence(request: SignedInRequest, period: ObjectivePeriod, pk: int) -> Evidence:
    rows = Evidence.objects.visible_to(request.user).filter(period=period, pk=pk)
    found: Evidence | None = rows.select_related(
        "value__measure__indicator", "result__indicator"
    ).first()
    if found is None:
        raise Hidden(NO_SUCH)
    return found


def _place(period: ObjectivePeriod, found: Evidence) -> Place:
    if found.value:
        measure = found.value.measure
        public_id = measure.indicator.public_id
        return Place.of(period, public_id, found.value.fiscal_year, measure.position)
    assert found.result is not None  # by a constraint
    return Place.of(period, found.result.indicator.public_id, found.result.fiscal_year)
