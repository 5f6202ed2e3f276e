"""Preparing a change for other agencies: what fits their texts, and a draft for each that is chosen."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from evaluation import applying
from evaluation.models import Amendment
from evaluation.permissions import Act, SignedInRequest, require, visible_change
from evaluation.views.once import once


@once
@require_http_methods(["GET", "HEAD", "POST"])
def other_agencies(request: SignedInRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """Show what of an amendment fits each other agency's text; a POST makes the chosen drafts."""
    source = visible_change(request, agency, number, slug)
    require(request, Act.APPLY, source)
    periods = applying.periods_for(source, request.user)
    plans = [applying.plan(source, period) for period in periods]
    if request.method == "POST" and (made := _made(request, plans)):
        if len(made) > 1:
            return redirect("home")
        place = made[0].period.agency.code, made[0].period.number, made[0].slug
        return redirect("amendment", *place)
    context = {"amendment": source, "period": source.period, "plans": plans}
    context["some_fit"] = any(plan.fitting for plan in plans)
    return render(request, "evaluation/other_agencies.html", context)


def _made(request: SignedInRequest, plans: list[applying.Plan]) -> list[Amendment]:
    """Make the drafts that were chosen; tell of each, and why one was refused."""
    chosen = set(request.POST.getlist("period"))
    made: list[Amendment] = []
    for plan in plans:
        if str(plan.period.pk) not in chosen:
            continue
        seen = request.POST.get(f"seen-{plan.period.pk}", "")
        try:
            made.append(applying.apply(plan.source, plan.period, by=request.user, seen=seen))
        except ValidationError as error:
            messages.error(request, f"{plan.period}：{'　'.join(error.messages)}")
        else:
            messages.success(request, f"{plan.period}に、変更案「{made[-1]}」を用意しました。")
    if not chosen:
        messages.warning(request, "用意する法人を選んでください。")
    return made
