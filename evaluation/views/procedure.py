"""The procedure of an amendment: what was recorded of each step, what was shown, who approved."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import approving, recording
from evaluation.amending import Stale
from evaluation.documents.versions import reads_draft_at
from evaluation.forms.clauses import refuse
from evaluation.forms.procedure import CorrectForm, RecordForm, RemoveForm
from evaluation.models import Amendment, ProcedureStep
from evaluation.models.amendments import DRAFT_READERS
from evaluation.permissions import (
    Act,
    Hidden,
    PortalRequest,
    SignedInRequest,
    refusals,
    require,
    roles_of,
    visible_change,
)
from evaluation.timeline import events_of
from evaluation.views.once import once

NO_SUCH = "この手続の記録は、登録されていないか、見る権限がありません。"


@login_not_required
@require_safe
def procedure(request: PortalRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """Every step of the agency's procedure in its order, with what was recorded of it."""
    amendment = visible_change(request, agency, number, slug)
    steps = list(_steps(request, amendment))
    roles = roles_of(request.user, amendment.period.agency)
    _tell_versions(steps, amendment, roles)
    kinds = amendment.period.agency.step_kinds.filter(of_rating=False)
    recorded = [
        recording.Recorded(kind, [s for s in steps if s.kind_id == kind.pk]) for kind in kinds
    ]
    reads_drafts = not roles.isdisjoint(DRAFT_READERS)
    context = {
        "recorded": recorded,
        "missing": [entry.kind for entry in recorded if _is_due(entry, amendment)],
        "drafted": events_of([amendment])[amendment.pk][0] if reads_drafts else None,
        "approvals": approving.judged(amendment) if roles else [],
        "refusals": refusals(request.user, amendment),
        "is_inside": bool(roles),
    }
    return render(request, "evaluation/procedure.html", _of(amendment) | context)


def _is_due(entry: recording.Recorded, amendment: Amendment) -> bool:
    return entry.is_missing and (amendment.is_decided or not entry.kind.after_decision)


@once
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: SignedInRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """Record a step; `?kind=` chooses which."""
    amendment = visible_change(request, agency, number, slug)
    require(request, Act.RECORD, amendment)
    form = RecordForm(
        amendment,
        request.POST if request.method == "POST" else None,
        initial={"kind": request.GET.get("kind")},
    )
    if request.method == "POST" and form.is_valid():
        chosen = {name: form.cleaned_data[name] for name in ("kind", "shown")}
        try:
            step = recording.record(amendment, by=request.user, **chosen, **form.said)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"「{step.kind}」を記録しました。")
            return redirect("procedure_step", agency, number, slug, step.pk)
    return render(request, "evaluation/step_record.html", _of(amendment) | {"form": form})


@login_not_required
@require_safe
def step(request: PortalRequest, agency: str, number: int, slug: str, pk: int) -> HttpResponse:
    """One record: its facts, its files, and what has changed since it."""
    amendment = visible_change(request, agency, number, slug)
    step = find_step(request, amendment, pk)
    steps = list(_steps(request, amendment))
    roles = roles_of(request.user, amendment.period.agency)
    _tell_versions(steps, amendment, roles)
    context = {
        "step": next(other for other in steps if other.pk == step.pk),
        "files": step.attachments.visible_to(request.user)
        .defer("content")
        .select_related("added_by"),
        "refusal": refusal(request, amendment, step),
        "is_inside": bool(roles),
    }
    return render(request, "evaluation/procedure_step.html", _of(amendment) | context)


@once
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: SignedInRequest, agency: str, number: int, slug: str, pk: int) -> HttpResponse:
    """Correct what a record says."""
    amendment, step = changeable_step(request, agency, number, slug, pk)
    form = CorrectForm(step, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        kept = {name: form.cleaned_data[name] for name in ("why", "seen")}
        try:
            recording.correct(step, by=request.user, **kept, **form.said)
        except Stale as stale:
            form, status = _overtaken(request, stale), 409
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"「{step.kind}」の記録を訂正しました。")
            return redirect("procedure_step", agency, number, slug, pk)
    context = _of(amendment) | {"form": form, "step": step, "stored": status == 409}
    return render(request, "evaluation/step_record.html", context, status=status)


@once
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: SignedInRequest, agency: str, number: int, slug: str, pk: int) -> HttpResponse:
    """Ask whether a record is to go, and remove it with its files."""
    amendment, step = changeable_step(request, agency, number, slug, pk)
    initial = {"seen": recording.fingerprint(step)}
    form = RemoveForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            recording.remove(step, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"「{step.kind}」の記録を取り消しました。")
            return redirect("procedure", agency, number, slug)
    files = step.attachments.defer("content")
    context = _of(amendment) | {"form": form, "step": step, "files": files}
    return render(request, "evaluation/step_remove.html", context)


def find_step(request: PortalRequest, amendment: Amendment, pk: int) -> ProcedureStep:
    """Return a record of a visible amendment. Raises Hidden for what the user may not see."""
    step = _steps(request, amendment).filter(pk=pk).first()
    if step is None:
        raise Hidden(NO_SUCH)
    step.amendment = amendment
    return step


def changeable_step(
    request: SignedInRequest, agency: str, number: int, slug: str, pk: int
) -> tuple[Amendment, ProcedureStep]:
    """Return a record that the user may change. Raises Hidden, or PermissionDenied with the reason."""
    amendment = visible_change(request, agency, number, slug)
    step = find_step(request, amendment, pk)
    require(request, Act.RECORD, amendment)
    return amendment, step


def refusal(request: PortalRequest, amendment: Amendment, step: ProcedureStep) -> str:
    """Return why the user may not change a record now; "" where it may."""
    if words := refusals(request.user, amendment)[Act.RECORD]:
        return words
    try:
        recording.check_changeable(amendment, step.kind)
    except ValidationError as error:
        return error.messages[0]
    return ""


def _overtaken(request: SignedInRequest, stale: Stale) -> CorrectForm:
    """Keep what was typed, beside what was stored meanwhile; nothing typed is lost."""
    typed = request.POST.copy()
    typed["seen"] = stale.seen
    return CorrectForm(stale.current, typed)


def _steps(request: PortalRequest, amendment: Amendment) -> Any:
    visible = ProcedureStep.objects.visible_to(request.user).filter(amendment=amendment)
    return visible.select_related("kind", "snapshot").defer("snapshot__content")


def _tell_versions(steps: list[ProcedureStep], amendment: Amendment, roles: set[str]) -> None:
    """Set on each step the version it saw (`version`), as far as the reader may see it, and the one
    that the step before it saw, where that is another (`previous`)."""
    previous = None
    for step in steps:
        taken = step.snapshot and step.snapshot.taken_at
        decided = amendment.recorded_at
        readable = taken and (
            (decided and taken >= decided) or reads_draft_at(roles, amendment, taken)
        )
        version = step.snapshot if readable else None
        step.version = version  # type: ignore[attr-defined]
        step.previous = previous if version and previous != version else None  # type: ignore[attr-defined]
        previous = version or previous


def _of(amendment: Amendment) -> dict[str, Any]:
    return {"amendment": amendment, "period": amendment.period}
