"""An amendment with its reasons, its comparison table, and the documents issued of it."""

from collections import Counter

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from evaluation.documents.comparison import comparison_table
from evaluation.documents.issuing import issue, take_snapshot, torn_places
from evaluation.documents.pdf import PdfError
from evaluation.models import AmendmentReason
from evaluation.permissions import (
    SignedInRequest,
    visible_amendment,
    visible_change,
    visible_documents,
)
from evaluation.views.editions import Edition


@require_safe
def amendment(request: SignedInRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """What an amendment changes and why."""
    amendment = visible_amendment(request.user, agency, number, slug)
    edition = Edition.of(amendment)
    reasons = AmendmentReason.objects.select_related("program", "fund")
    groups = amendment.reason_groups.prefetch_related(Prefetch("reasons", reasons))
    context = {
        "amendment": amendment,
        "period": amendment.period,
        "edition": edition,
        "counts": Counter(edition.kinds.values()).most_common(),
        "conflicts": () if amendment.is_decided else edition.text.conflicts,
        "neighbours": () if amendment.is_decided else edition.text.same_place_as(amendment),
        "groups": groups,
        "documents": visible_documents(request.user)
        .filter(snapshot__amendment=amendment)
        .defer("content", "snapshot__content")
        .select_related("snapshot__amendment", "issued_by"),
    }
    return render(request, "evaluation/amendment.html", context)


@require_safe
def comparison(request: SignedInRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """新旧対照表 on screen."""
    amendment = visible_change(request.user, agency, number, slug)
    table = comparison_table(amendment)
    torn = torn_places(amendment)
    context = {"amendment": amendment, "period": amendment.period, "table": table, "torn": torn}
    return render(request, "evaluation/comparison.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def issue_document(
    request: SignedInRequest, agency: str, number: int, slug: str, kind: str
) -> HttpResponse:
    """Issue the PDF of the comparison table or the appendix, and hand it over."""
    amendment = visible_change(request.user, agency, number, slug)
    if request.method != "POST":
        # Where a sign-in that interrupted the button leads back to.
        return redirect("amendment", agency, number, slug)
    try:
        document = issue(take_snapshot(amendment, by=request.user), kind, by=request.user)
    except (PdfError, ValidationError) as error:
        words = error.messages if isinstance(error, ValidationError) else [str(error)]
        messages.error(request, "PDFを発行できません。" + "　".join(words))
        return redirect("amendment", agency, number, slug)
    messages.success(request, f"発行しました：{document}（内容が変わるまで、同じPDFです）")
    return redirect("document", document.sha256)
