"""Issued documents: download and verification (検証)."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from evaluation.documents.issuing import verify
from evaluation.forms.documents import VerifyForm
from evaluation.permissions import Hidden, PortalRequest, visible_documents
from programs.access import record
from programs.models import AccessRecord, User


@login_not_required
@require_safe
def document(request: PortalRequest, sha256: str) -> HttpResponse:
    """Hand over an issued PDF, byte by byte as it was issued."""
    documents = visible_documents(request.user).filter(sha256=sha256)
    document = documents.select_related(
        "snapshot__amendment__period__agency", "snapshot__rating__period__agency"
    ).first()
    if document is None:
        raise Hidden("この文書は、発行されていないか、見る権限がありません。")
    if isinstance(request.user, User):
        agency = document.snapshot.period.agency
        record(request, AccessRecord.Kind.EXPORT, agency=agency, detail=document.filename)
    response = HttpResponse(bytes(document.content), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, document.filename)
    return response


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def verification(request: PortalRequest) -> HttpResponse:
    """Tell whether an uploaded PDF is one that was issued here, and whether it is the newest."""
    form = VerifyForm()
    result = None
    if request.method == "POST":
        form = VerifyForm(request.POST, request.FILES)
    if form.is_valid():
        result = verify(form.cleaned_data["file"].read(), visible_documents(request.user))
    context = {"form": form, "result": result, "file": request.FILES.get("file")}
    return render(request, "evaluation/verification.html", context)
