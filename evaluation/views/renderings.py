"""Documents being made in the background: how far each is, and stopping it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import rendering as work
from evaluation.grading.gradebook import WHOLE
from evaluation.models import Amendment, ObjectivePeriod, Rendering
from evaluation.permissions import (
    Act,
    Hidden,
    ResultAct,
    SignedInRequest,
    require,
    require_result,
    results_period,
    visible_change,
    visible_documents,
)
from evaluation.valuing import year_name
from jst_objectives.sessions import unattended

NOT_YOURS = "中止は、作成を始めた人だけができます。"
UNKNOWN = "この作成は、登録されていないか、見る権限がありません。"


@require_safe
def rendering(
    request: SignedInRequest, agency: str, number: int, slug: str, pk: int
) -> HttpResponse:
    """How far a document is; when it is done, the way to it, and when it failed, why and the way on."""
    amendment = visible_change(request, agency, number, slug)
    shown = _rendering(request, amendment, pk)
    place = [agency, number, slug]
    context = {
        "amendment": amendment,
        "period": amendment.period,
        "subject": f"{amendment.title}（第{shown.snapshot.number if shown.snapshot else ''}版）",
        "cancel_link": reverse("cancel_rendering", args=[*place, pk]),
        "again_link": reverse("issue_document", args=[*place, shown.kind]),
        "back_link": f"{reverse('amendment', args=place)}#papers",
    }
    return _shown(request, shown, context)


@require_safe
def evaluation_rendering(
    request: SignedInRequest, agency: str, number: int, pk: int
) -> HttpResponse:
    """The same of 評価書: to be issued, or as it stands."""
    period = results_period(request, agency, number)
    shown = _of_evaluation(request, period, pk)
    of = shown.snapshot.rating if shown.snapshot else None
    year, kind = (of.fiscal_year, of.kind) if of else (shown.fiscal_year, shown.rating_kind)
    name = of.get_kind_display() if of else shown.get_rating_kind_display()
    place = [agency, number]
    print_link = reverse("evaluation_pdf", args=[*place, year, kind])
    issue_link = reverse("issue_paper", args=[*place, WHOLE, year, kind, shown.kind])
    context = {
        "period": period,
        "subject": f"{period}　{year_name(year or 0)}　{name}",
        "print_link": "" if of else print_link,
        "cancel_link": reverse("cancel_evaluation_rendering", args=[*place, pk]),
        # Blanks are asked about on the form, and what is lacking may be other now.
        "form_link": issue_link if of else "",
        "again_link": print_link,
        "back_link": f"{reverse('grades', args=place)}#papers",
    }
    return _shown(request, shown, context)


def _shown(request: SignedInRequest, shown: Rendering, context: dict[str, Any]) -> HttpResponse:
    if "X-Unattended" in request.headers:  # the page itself asks every two seconds
        unattended(request)
    lost = work.is_lost(shown)
    documents = visible_documents(request.user).defer("content")
    document = documents.filter(pk=shown.document_id).first() if shown.document_id else None
    context |= {
        "rendering": shown,
        "lost": lost,
        "is_active": shown.is_active and not lost,
        "may_cancel": shown.requested_by_id == request.user.pk,
        "words": work.WORKER_DIED if lost else shown.words,
        "waits_long": work.waits_long(shown),
        "document": document,
    }
    return render(request, "evaluation/rendering.html", context)


# --- Stopping -------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: SignedInRequest, agency: str, number: int, slug: str, pk: int) -> HttpResponse:
    """Stop a rendering; only who started it does."""
    amendment = visible_change(request, agency, number, slug)
    _stop(request, _rendering(request, amendment, pk))
    # Also where a sign-in that interrupted the button leads back to.
    return redirect("rendering", agency, number, slug, pk)


@require_http_methods(["GET", "HEAD", "POST"])
def cancel_evaluation(request: SignedInRequest, agency: str, number: int, pk: int) -> HttpResponse:
    """The same of 評価書."""
    period = results_period(request, agency, number)
    _stop(request, _of_evaluation(request, period, pk))
    return redirect("evaluation_rendering", agency, number, pk)


def _stop(request: SignedInRequest, shown: Rendering) -> None:
    if request.method != "POST":
        return
    if shown.requested_by_id != request.user.pk:
        raise PermissionDenied(NOT_YOURS)
    work.cancel(shown)
    shown.refresh_from_db(fields=["state"])
    if shown.state == Rendering.State.RUNNING:  # else the page itself says how it ended
        messages.info(request, "作成の中止を求めました。")


# --- Which ----------------------------------------------------------------------------------------
def _rendering(request: SignedInRequest, amendment: Amendment, pk: int) -> Rendering:
    """Return one of an amendment's renderings. Raises Hidden, or PermissionDenied with the reason."""
    require(request, Act.ISSUE, amendment)
    renderings = Rendering.objects.filter(snapshot__amendment=amendment)
    found = renderings.select_related("snapshot__amendment", "requested_by").filter(pk=pk).first()
    if found is None:
        raise Hidden(UNKNOWN)
    return found


def _of_evaluation(request: SignedInRequest, period: ObjectivePeriod, pk: int) -> Rendering:
    """Return one of 評価書: to be issued to who issues it, as it stands to its own person. Raises
    likewise."""
    own = Q(period=period, requested_by=request.user)
    renderings = Rendering.objects.filter(own | Q(snapshot__rating__period=period))
    found = renderings.select_related("snapshot__rating", "requested_by").filter(pk=pk).first()
    if found is None:
        raise Hidden(UNKNOWN)
    if found.snapshot_id:
        require_result(request, ResultAct.ISSUE, period)
    return found
