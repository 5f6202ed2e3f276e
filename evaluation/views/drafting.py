"""Starting a draft, and its facts while it is one."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from evaluation import amending, drafting
from evaluation.forms.amendments import FactsForm, StartForm
from evaluation.models import Amendment
from evaluation.permissions import SignedInRequest, changeable_draft, editable_period
from evaluation.views.once import once
from evaluation.views.voiding import telling_of_voided


@once
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: SignedInRequest, agency: str, number: int) -> HttpResponse:
    """Start a draft on the text as last decided; who starts it holds it."""
    period = editable_period(request, agency, number)
    form = StartForm(request.POST if request.method == "POST" else None, period=period)
    if form.is_valid():
        try:
            draft = amending.start(
                period, by=request.user, holder=request.user, **form.cleaned_data
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"「{draft}」を起案しました。")
            return redirect("amendment", agency, number, draft.slug)
    decided = Amendment.objects.visible_to(request.user).decided().filter(period=period)
    context = {"form": form, "period": period, "decided": decided.order_by("-sequence")}
    return render(request, "evaluation/amendment_form.html", context)


@once
@require_http_methods(["GET", "HEAD", "POST"])
def facts(request: SignedInRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """Title, office, date of the paper and title of the memo of a draft."""
    amendment = changeable_draft(request, agency, number, slug)
    form = FactsForm(amendment, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            with telling_of_voided(request, amendment):
                drafting.change_facts(amendment, by=request.user, **form.cleaned_data)
        except amending.Stale as stale:
            return _overtaken(request, stale)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "保存しました。")
            return redirect("amendment", agency, number, slug)
    context = {"form": form, "amendment": amendment, "period": amendment.period}
    return render(request, "evaluation/amendment_form.html", context)


def _overtaken(request: SignedInRequest, stale: amending.Stale) -> HttpResponse:
    """Show mine and theirs where somebody else was faster; nothing typed is lost."""
    mine, stored = request.POST.copy(), stale.current
    mine["seen"] = stale.seen
    context = {"amendment": stored, "period": stored.period, "stored": stored}
    context["form"] = FactsForm(stored, mine)
    return render(request, "evaluation/amendment_form.html", context, status=409)
