"""The restriction of a draft: who may read it; for auditors who may not, that it exists and its log."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from evaluation import restricting
from evaluation.forms.clauses import refuse
from evaluation.forms.restriction import NameForm, UnnameForm
from evaluation.models import Amendment
from evaluation.permissions import Hidden, SignedInRequest, roles_of, visible_amendment
from evaluation.timeline import events_of
from evaluation.views.once import once
from programs.models import Role

NO_SUCH = "この変更の閲覧制限は、登録されていないか、見る権限がありません。"


@once
@require_http_methods(["GET", "HEAD", "POST"])
def restriction(request: SignedInRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """Who may read a restricted draft; a POST of an editor among them names one more."""
    amendment, reads_text = _known(request, agency, number, slug)
    manages = reads_text and _may_manage(request, amendment)
    if request.method == "POST" and not manages:
        raise PermissionDenied(_refusal(amendment))
    form = None
    if manages:
        form = NameForm(amendment, request.POST if request.method == "POST" else None)
    if form is not None and form.is_valid():
        try:
            restricting.name(amendment, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "読める人に加えました。")
            return redirect("restriction", agency, number, slug)
    return render(
        request, "evaluation/restriction.html", _context(amendment, reads_text) | {"form": form}
    )


@once
@require_http_methods(["GET", "HEAD", "POST"])
def unname(request: SignedInRequest, agency: str, number: int, slug: str, pk: int) -> HttpResponse:
    """Ask whether a person may no longer read a restricted draft, and take the name off."""
    amendment, reads_text = _known(request, agency, number, slug)
    if not (reads_text and _may_manage(request, amendment)):
        raise PermissionDenied(_refusal(amendment))
    reader = amendment.restriction.readers.filter(pk=pk).select_related("user").first()
    if reader is None:
        raise Hidden(NO_SUCH)
    form = UnnameForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            restricting.unname(amendment, by=request.user, person=reader.user, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "読める人から外しました。")
            return redirect("restriction", agency, number, slug)
    context = {"amendment": amendment, "period": amendment.period, "reader": reader, "form": form}
    return render(request, "evaluation/reader_remove.html", context)


def _known(request: SignedInRequest, agency: str, number: int, slug: str) -> tuple[Amendment, bool]:
    """Return a draft with a record of restriction, and whether the user reads its text. Auditors of the
    agency know of all. Raises Hidden."""
    unread = restricting.restricted_for(request.user).filter(
        period__agency__code=agency, period__number=number, slug=slug
    )
    if found := unread.first():
        return found, False
    amendment = visible_amendment(request, agency, number, slug)
    if not hasattr(amendment, "restriction") or not roles_of(request.user, amendment.period.agency):
        raise Hidden(NO_SUCH)
    return amendment, True


def _may_manage(request: SignedInRequest, amendment: Amendment) -> bool:
    roles = roles_of(request.user, amendment.period.agency)
    return amendment.is_restricted and Role.Kind.EDITOR in roles and not amendment.is_decided


def _refusal(amendment: Amendment) -> str:
    if not amendment.is_restricted:
        return f"「{amendment}」の閲覧制限は、解除されています。"
    return "読める人を変えられるのは、読める人に入っている起案者だけです。"


def _context(amendment: Amendment, reads_text: bool) -> dict[str, Any]:
    """Return the facts and the log; events keep their words from who does not read the text."""
    return {
        "amendment": amendment,
        "period": amendment.period,
        "restriction": amendment.restriction,
        "restricted_by": amendment.restriction.history.earliest("history_id").actor_name,
        "readers": amendment.restriction.readers.select_related("user"),
        "reads_text": reads_text,
        "events": events_of([amendment])[amendment.pk][::-1],
    }
