"""Files of the procedure's steps: added, handed over, taken away."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import recording
from evaluation.forms.clauses import refuse
from evaluation.forms.procedure import AttachForm, RemoveFileForm
from evaluation.models import Attachment
from evaluation.permissions import Hidden, SignedInRequest, visible_change
from evaluation.views.once import once
from evaluation.views.procedure import changeable_step, find_step
from programs.access import record
from programs.models import AccessRecord

NO_SUCH = "このファイルは、登録されていないか、見る権限がありません。"


@once
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedInRequest, agency: str, number: int, slug: str, pk: int) -> HttpResponse:
    """Add a file to a step."""
    amendment, step = changeable_step(request, agency, number, slug, pk)
    form = AttachForm(request.POST, request.FILES) if request.method == "POST" else AttachForm()
    if request.method == "POST" and form.is_valid():
        try:
            added = recording.attach(step, by=request.user, **form.kept)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"「{added}」を登録しました。")
            return redirect("procedure_step", agency, number, slug, pk)
    context = {"amendment": amendment, "period": amendment.period, "step": step, "form": form}
    return render(request, "evaluation/attachment_add.html", context)


@require_safe
def attachment(
    request: SignedInRequest, agency: str, number: int, slug: str, pk: int, file: int
) -> HttpResponse:
    """Hand over a file, byte by byte as it was added, to be kept and never shown by the browser."""
    step = find_step(request, visible_change(request, agency, number, slug), pk)
    found = Attachment.objects.visible_to(request.user).filter(step=step, pk=file).first()
    if found is None:
        raise Hidden(NO_SUCH)
    # The log of a restricted draft is read by auditors who do not read what its files say.
    name = f"ファイル{found.pk}" if step.amendment.is_restricted else found
    detail = f"{step}：{name}"
    record(request, AccessRecord.Kind.EXPORT, agency=step.amendment.period.agency, detail=detail)
    response = HttpResponse(bytes(found.content), content_type=found.media_type)
    response["Content-Disposition"] = content_disposition_header(True, found.name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


@once
@require_http_methods(["GET", "HEAD", "POST"])
def remove(
    request: SignedInRequest, agency: str, number: int, slug: str, pk: int, file: int
) -> HttpResponse:
    """Ask whether a file is to go, and take it away."""
    amendment, step = changeable_step(request, agency, number, slug, pk)
    found = step.attachments.filter(pk=file).defer("content").first()
    if found is None:
        raise Hidden(NO_SUCH)
    found.step = step
    form = RemoveFileForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            recording.detach(found, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"「{found}」を外しました。")
            return redirect("procedure_step", agency, number, slug, pk)
    context = {"amendment": amendment, "period": amendment.period, "step": step}
    return render(
        request, "evaluation/attachment_remove.html", context | {"form": form, "file": found}
    )
