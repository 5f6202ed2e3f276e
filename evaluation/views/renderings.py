"""Documents being made in the background: how far each is, and stopping it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import rendering as work
from evaluation.models import Amendment, Rendering
from evaluation.permissions import (
    Act,
    Hidden,
    SignedInRequest,
    require,
    visible_change,
    visible_documents,
)
from jst_objectives.sessions import unattended

NOT_YOURS = "中止は、作成を始めた人だけができます。"


@require_safe
def rendering(
    request: SignedInRequest, agency: str, number: int, slug: str, pk: int
) -> HttpResponse:
    """How far a document is; when it is done, the way to it, and when it failed, why and the way on."""
    if "X-Unattended" in request.headers:  # the page itself asks every two seconds
        unattended(request)
    amendment = visible_change(request, agency, number, slug)
    shown = _rendering(request, amendment, pk)
    lost = work.is_lost(shown)
    documents = visible_documents(request.user).defer("content")
    document = documents.filter(pk=shown.document_id).first() if shown.document_id else None
    context = {
        "amendment": amendment,
        "period": amendment.period,
        "rendering": shown,
        "lost": lost,
        "is_active": shown.is_active and not lost,
        "may_cancel": shown.requested_by_id == request.user.pk,
        "words": work.WORKER_DIED if lost else shown.words,
        "waits_long": work.waits_long(shown),
        "document": document,
    }
    return render(request, "evaluation/rendering.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: SignedInRequest, agency: str, number: int, slug: str, pk: int) -> HttpResponse:
    """Stop a rendering; only who started it does."""
    amendment = visible_change(request, agency, number, slug)
    shown = _rendering(request, amendment, pk)
    if request.method == "POST":
        if shown.requested_by_id != request.user.pk:
            raise PermissionDenied(NOT_YOURS)
        work.cancel(shown)
        shown.refresh_from_db(fields=["state"])
        if shown.state == Rendering.State.RUNNING:  # else the page itself says how it ended
            messages.info(request, "作成の中止を求めました。")
    # Also where a sign-in that interrupted the button leads back to.
    return redirect("rendering", agency, number, slug, pk)


def _rendering(request: SignedInRequest, amendment: Amendment, pk: int) -> Rendering:
    """Return one of an amendment's renderings. Raises Hidden, or PermissionDenied with the reason."""
    require(request, Act.ISSUE, amendment)
    renderings = Rendering.objects.filter(snapshot__amendment=amendment)
    found = renderings.select_related("snapshot__amendment", "requested_by").filter(pk=pk).first()
    if found is None:
        raise Hidden("この作成は、登録されていないか、見る権限がありません。")
    return found
