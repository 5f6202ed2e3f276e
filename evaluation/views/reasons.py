"""Why a draft changes what it changes: the reasons, each with the changes that it explains."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from evaluation import amending, reasoning
from evaluation.forms.clauses import refuse
from evaluation.forms.reasons import ReasonForm
from evaluation.models import Amendment, AmendmentReason, ReasonGroup
from evaluation.models.texts import Node, Text
from evaluation.permissions import SignedInRequest, changeable_draft
from evaluation.views.once import Refused, once
from evaluation.views.typed import take_typed
from evaluation.views.voiding import telling_of_voided


@dataclass(frozen=True)
class Explained:
    """A reason, with the clauses whose change it explains."""

    reason: AmendmentReason
    nodes: list[Node]


@once
@require_http_methods(["GET", "HEAD", "POST"])
def reasons(request: SignedInRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """All reasons of a draft, the changes without one, and a form for another reason."""
    draft = changeable_draft(request, agency, number, slug)
    typed = request.POST if request.method == "POST" else take_typed(request)
    form = ReasonForm(draft, data=typed)
    if request.method == "POST" and form.is_valid():
        try:
            with telling_of_voided(request, draft):
                reasoning.add(draft, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "変更理由を加えました。")
            return redirect("reasons", agency, number, slug)
    text = amending.text_of(draft)
    nodes = _changed(draft, text)
    context = {"form": form, "groups": _groups(draft, nodes), "unexplained": nodes.get(None, [])}
    return render(request, "evaluation/reasons.html", _of(draft) | context | {"text": text})


@once
@require_http_methods(["GET", "HEAD", "POST"])
def reason(request: SignedInRequest, agency: str, number: int, slug: str, pk: int) -> HttpResponse:
    """Edit one reason."""
    draft = changeable_draft(request, agency, number, slug)
    reason = _reason(draft, pk)
    typed = request.POST if request.method == "POST" else take_typed(request)
    form = ReasonForm(draft, reason, typed)
    if request.method == "POST" and form.is_valid():
        try:
            with telling_of_voided(request, draft):
                reasoning.change(reason, by=request.user, **form.cleaned_data)
        except amending.Stale as stale:
            return _overtaken(request, draft, stale)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "変更理由を保存しました。")
            return redirect("reasons", agency, number, slug)
    context = {"form": form, "reason": reason}
    return render(request, "evaluation/reason_form.html", _of(draft) | context)


def _overtaken(request: SignedInRequest, draft: Amendment, stale: amending.Stale) -> HttpResponse:
    """Show mine and theirs where somebody else was faster; nothing typed is lost."""
    mine = request.POST.copy()
    mine["seen"] = stale.seen
    form = ReasonForm(draft, stale.current, mine)
    context = {"form": form, "reason": stale.current, "stored": stale.current}
    return render(request, "evaluation/reason_form.html", _of(draft) | context, status=409)


@once
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: SignedInRequest, agency: str, number: int, slug: str, pk: int) -> HttpResponse:
    """Ask whether a reason is to go, and delete it; refused while changes give it."""
    draft = changeable_draft(request, agency, number, slug)
    reason = _reason(draft, pk)
    if request.method == "POST":
        try:
            with telling_of_voided(request, draft):
                reasoning.delete(reason, by=request.user, seen=request.POST.get("seen", ""))
        except amending.Stale as stale:
            messages.warning(request, stale.message)
            return Refused(request.path)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return Refused(reverse("reasons", args=(agency, number, slug)))
        messages.success(request, f"変更理由を削除しました：{reason.title}")
        return redirect("reasons", agency, number, slug)
    text = amending.text_of(draft)
    nodes = _changed(draft, text).get(reason.pk, [])
    context = {"reason": reason, "nodes": nodes, "text": text}
    context["seen"] = reasoning.fingerprint(reason)
    return render(request, "evaluation/reason_delete.html", _of(draft) | context)


def _reason(draft: Amendment, pk: int) -> AmendmentReason:
    reasons = AmendmentReason.objects.select_related("group__amendment")
    reason = reasons.filter(group__amendment=draft, pk=pk).first()
    if reason is None:
        raise Http404("この変更理由は、この変更案にありません。削除されたかもしれません。")
    return reason


def _changed(draft: Amendment, text: Text) -> dict[int | None, list[Node]]:
    """Return the clauses that a draft changes by the reason given, in the order of the document."""
    order = {node.clause_id: index for index, node in enumerate(text.order)}
    own = [node for node in text.nodes.values() if node.wording.amendment_id == draft.pk]
    found: dict[int | None, list[Node]] = {}
    for node in sorted(own, key=lambda node: order.get(node.clause_id, len(order))):
        found.setdefault(node.wording.reason_id, []).append(node)
    return found


def _groups(
    draft: Amendment, nodes: dict[int | None, list[Node]]
) -> list[tuple[ReasonGroup, list[Explained]]]:
    reasons = Prefetch("reasons", AmendmentReason.objects.select_related("program", "fund"))
    return [
        (group, [Explained(reason, nodes.get(reason.pk, [])) for reason in group.reasons.all()])
        for group in draft.reason_groups.prefetch_related(reasons)
    ]


def _of(draft: Amendment) -> dict[str, object]:
    return {"amendment": draft, "period": draft.period}
