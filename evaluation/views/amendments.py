"""An amendment with its reasons, its earlier versions, and the documents issued of it."""

from collections import Counter
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from evaluation import approving
from evaluation.documents.handed_out import handed_out, last_for_council
from evaluation.drafting import SHARED
from evaluation.models import Amendment, AmendmentReason
from evaluation.models.amendments import DRAFT_READERS
from evaluation.permissions import (
    RULES,
    UNDECIDED,
    Act,
    PortalRequest,
    refusals,
    roles_of,
    visible_amendment,
    visible_documents,
)
from evaluation.timeline import Event, events_of, sent_back, stages, submitted_before
from evaluation.views.editions import Edition
from evaluation.views.papers import papers_of
from evaluation.views.steps import STEPS


@login_not_required
@require_safe
def amendment(request: PortalRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """What an amendment changes and why, how far it has come, and what its reader may do next."""
    amendment = visible_amendment(request, agency, number, slug)
    edition = Edition.of(amendment)
    reasons = AmendmentReason.objects.select_related("program", "fund")
    context: dict[str, Any] = {
        "amendment": amendment,
        "period": amendment.period,
        "edition": edition,
        "counts": Counter(edition.kinds.values()).most_common(),
        "conflicts": () if amendment.is_decided else edition.text.conflicts,
        "neighbours": () if amendment.is_decided else edition.text.same_place_as(amendment),
        "groups": amendment.reason_groups.prefetch_related(Prefetch("reasons", reasons)),
        "has_sheets": amendment.overview_sheets.exists(),
    }
    context |= _documents(request, amendment) | _progress(request, amendment)
    main = context["main_act"] = _main_act(context)
    context["stage_acts"].sort(key=lambda act: act[0] != main)  # it stands first
    return render(request, "evaluation/amendment.html", context)


def _main_act(context: dict[str, Any]) -> str:
    """Return the act of the procedure that comes next: of what cannot be decided, that it goes back."""
    names = [name for name, _ in context["stage_acts"]]
    if context["conflicts"] and not {"approve", "decide"}.isdisjoint(names):
        return "send-back"
    if context["amendment"].is_restricted and "decide" in names:
        return ""
    return names[0] if names else ""


def _documents(request: PortalRequest, amendment: Amendment) -> dict[str, Any]:
    """Return what was issued of an amendment, and which of it just now: its download begins by itself."""
    documents = (
        visible_documents(request.user)
        .filter(snapshot__amendment=amendment)
        .defer("content", "snapshot__content")
        .select_related("snapshot__amendment", "issued_by")
    )
    just_now = request.GET.get("issued")
    issued = just_now and next((one for one in documents if one.sha256 == just_now), None)
    return {"documents": documents, "issued": issued}


def _versions(amendment: Amendment, roles: set[str], events: list[Event]) -> dict[str, Any]:
    """Return the earlier versions that the reader may compare with."""
    if amendment.kind == Amendment.Kind.BASELINE or not roles:
        return {}
    versions = handed_out(amendment, roles)
    submitted = submitted_before(amendment, events)
    return {
        "handed_out": versions,
        "council_version": last_for_council(versions),
        "submitted_before": submitted and timezone.localtime(submitted),
    }


def _progress(request: PortalRequest, amendment: Amendment) -> dict[str, Any]:
    """Return the stages and, to who reads drafts, what was done; and the acts open to the reader."""
    roles = roles_of(request.user, amendment.period.agency)
    events = [] if roles.isdisjoint(DRAFT_READERS) else events_of([amendment])[amendment.pk]
    refused = refusals(request.user, amendment)
    acts = [(name, plan) for name, plan in STEPS.items() if not refused[plan.act]]
    return {
        "events": events[::-1],
        "shared_by": next((event.who for event in events if event.what == SHARED), ""),
        "stages": stages(amendment, events),
        "sent_back": sent_back(events),
        "refusals": refused,
        "stage_acts": [(name, plan) for name, plan in acts if not plan.aside],
        "other_acts": [(name, plan) for name, plan in acts if plan.aside],
        "explained": [*_awaited(amendment, roles, refused), *_explained(amendment, roles, refused)],
        "reads_drafts": bool(events),
        "is_inside": bool(roles),
        "papers": papers_of(amendment, inside=bool(roles)),
        "today": timezone.localdate(),
        "voided": approving.voided(amendment) if events and amendment.state in UNDECIDED else [],
        **_versions(amendment, roles, events),
    }


def _awaited(amendment: Amendment, roles: set[str], refused: dict[Act, str]) -> list[str]:
    """Return whom an amendment waits for, to editors and approvers who are not
    waited for themselves."""
    state = Amendment.State
    acts = {state.SUBMITTED: Act.APPROVE, state.APPROVED: Act.DECIDE, state.DECIDED: Act.PUBLISH}
    act = acts.get(state(amendment.state))
    inside = not roles.isdisjoint(RULES[Act.RECORD].roles)
    if act is None or not inside or not refused[act] or amendment.published_on:
        return []
    return [f"承認者の{RULES[act].name}を待っています。"]


def _explained(amendment: Amendment, roles: set[str], refused: dict[Act, str]) -> list[str]:
    """Return the refusals that would surprise: of an undecided amendment, editing to its editors,
    and approving and deciding to who drafted it."""
    if amendment.state not in UNDECIDED or amendment.kind == Amendment.Kind.BASELINE:
        return []
    surprising = [
        act
        for act in (Act.EDIT, Act.APPROVE, Act.DECIDE)
        if not roles.isdisjoint(RULES[act].roles)
        and (act is Act.EDIT or amendment.state in RULES[act].states)
    ]
    return [refused[act] for act in surprising if refused[act]]
