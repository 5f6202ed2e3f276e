"""Issued documents: download and verification (検証)."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.encoding import iri_to_uri
from django.views.decorators.http import require_http_methods, require_safe

from evaluation.documents.issuing import verify
from evaluation.forms import VerifyForm
from evaluation.permissions import SignedInRequest, visible_documents


@require_safe
def document(request: SignedInRequest, sha256: str) -> HttpResponse:
    """Hand over an issued PDF, byte by byte as it was issued."""
    document = visible_documents(request.user).select_related("snapshot__amendment")
    document = document.filter(sha256=sha256).first()
    if document is None:
        raise Http404("この文書は、発行されていないか、見る権限がありません。")
    response = HttpResponse(bytes(document.content), content_type="application/pdf")
    name = iri_to_uri(document.filename)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def verification(request: SignedInRequest) -> HttpResponse:
    """Tell whether an uploaded PDF is one that was issued here, and whether it is the newest."""
    form = VerifyForm()
    result = None
    if request.method == "POST":
        form = VerifyForm(request.POST, request.FILES)
    if form.is_valid():
        result = verify(form.cleaned_data["file"].read(), visible_documents(request.user))
    context = {"form": form, "result": result, "file": request.FILES.get("file")}
    return render(request, "evaluation/verification.html", context)
