"""正誤: what was corrected of a decided amendment, in both clocks, and the start of a correction."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import drafting
from evaluation.forms.clauses import refuse
from evaluation.forms.corrections import CorrectionForm
from evaluation.models import Amendment, Wording
from evaluation.models.texts import Text
from evaluation.permissions import (
    Act,
    PortalRequest,
    SignedInRequest,
    refusals,
    require,
    visible_amendment,
)
from evaluation.views.once import once

OF_DECIDED = "正誤があるのは、決定した変更だけです。"


@dataclass(frozen=True)
class Corrected:
    """A decided wording with what is known of it, oldest first: the wording itself, and what decided
    corrections say in its place from their own `recorded_at` on; its day of application stays, unless
    they do not name it (`corrects`)."""

    place: str
    wording: Wording
    known: list[Wording]


@login_not_required
@require_safe
def corrections(request: PortalRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """Every wording of a decided amendment; what was corrected of it, and since when that is known."""
    amendment = _decided(request, agency, number, slug)
    shown = _known(request, amendment)
    context = {
        "amendment": amendment,
        "period": amendment.period,
        "corrected": [one for one in shown if len(one.known) > 1],
        "wordings": shown,
        "refusal": refusals(request.user, amendment)[Act.CORRECT],
    }
    return render(request, "evaluation/corrections.html", context)


@once
@require_http_methods(["GET", "HEAD", "POST"])
def correct(
    request: SignedInRequest, agency: str, number: int, slug: str, public_id: str
) -> HttpResponse:
    """Type the right words of a decided wording; that starts a draft of a correction, or adds to one."""
    amendment = _decided(request, agency, number, slug)
    require(request, Act.CORRECT, amendment)
    wording = _wording(amendment, public_id)
    typed = request.POST if request.method == "POST" else None
    form = CorrectionForm(wording, _open_drafts(request, amendment), typed)
    if form.is_valid():
        try:
            draft = drafting.correct(wording, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"「{draft}」に正誤を書きました。")
            return redirect("amendment", agency, number, draft.slug)
    context: dict[str, Any] = {"amendment": amendment, "period": amendment.period, "form": form}
    text = Text.of(Wording.objects.as_amended_by(amendment))
    context |= {"wording": wording, "place": text.place(text.nodes[wording.clause_id])}
    return render(request, "evaluation/correction_form.html", context)


def _decided(request: PortalRequest, agency: str, number: int, slug: str) -> Amendment:
    amendment = visible_amendment(request, agency, number, slug)
    if not amendment.is_decided:
        raise Http404(OF_DECIDED)
    return amendment


def _known(request: PortalRequest, amendment: Amendment) -> list[Corrected]:
    """Return the amendment's wordings in the order of its text, each with its visible corrections."""
    text = Text.of(Wording.objects.as_amended_by(amendment))
    wordings = amendment.wordings.filter(repealed=False).select_related("clause", "amendment")
    rows: dict[int, Wording] = {row.clause_id: row for row in wordings}
    made: defaultdict[int, list[Wording]] = defaultdict(list)
    for correction in _corrections(request, amendment):
        made[correction.clause_id].append(correction)
    return [
        Corrected(text.place(node), row, [row, *made[node.clause_id]])
        for node in text.order
        if (row := rows.get(node.clause_id))
    ]


def _corrections(request: PortalRequest, amendment: Amendment) -> QuerySet[Wording]:
    """Return the wordings of visible, decided corrections that stand in the place of one of an
    amendment's, or were drafted on one: what a correction rewords without naming what it corrects
    applies from its own day."""
    standing = Amendment.objects.visible_to(request.user).decided()
    drafted_on_it = Q(base__amendment=amendment) | Q(base__corrects__amendment=amendment)
    of_it = Q(corrects__amendment=amendment) | Q(
        drafted_on_it, amendment__kind=Amendment.Kind.CORRECTION
    )
    rows = Wording.objects.filter(of_it, amendment__in=standing, repealed=False)
    named = ("amendment__period__agency", "corrects__amendment")
    return rows.select_related(*named).order_by("amendment__sequence")


def _wording(amendment: Amendment, public_id: str) -> Wording:
    """Return what the amendment says of a clause. Raises Http404 where it says nothing of it."""
    wordings = amendment.wordings.filter(clause__public_id=public_id, repealed=False)
    wording = wordings.select_related("clause", "corrects").first()
    if wording is None:
        raise Http404("この変更は、この条項の文言を定めていません。")
    wording.amendment = amendment
    return wording


def _open_drafts(request: SignedInRequest, amendment: Amendment) -> QuerySet[Amendment]:
    kind, state = Amendment.Kind.CORRECTION, Amendment.State.DRAFT
    drafts = Amendment.objects.visible_to(request.user).filter(kind=kind, state=state)
    return drafts.filter(period=amendment.period)
