"""Merging: the second editor's page, and what was decided while a draft was written."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import amending
from evaluation.forms.clauses import refuse
from evaluation.forms.merging import DECISION, EDITORS, SettleForm, Source, posted
from evaluation.models import Amendment
from evaluation.permissions import (
    Act,
    SignedInRequest,
    changeable_draft,
    refusals,
    visible_change,
)
from evaluation.views.clause_page import ClausePage
from evaluation.views.last_act import perform, remember
from evaluation.views.once import Refused, once
from evaluation.views.outline import Outline
from evaluation.views.typed import take_typed

Texts = tuple[str, str, str]
NOTHING_SEEN = "受け入れる条項がありません。ページを開き直してから、もう一度受け入れてください。"
RESTORED = "削られた条項を戻し、この文言を保存しました。"
STALE = "その間に内容が変わりました。いまの内容を確かめてから、もう一度受け入れてください。"


# --- One clause -----------------------------------------------------------------------------------
@once
@require_http_methods(["GET", "HEAD", "POST"])
def settle(
    request: SignedInRequest, agency: str, number: int, slug: str, public_id: str
) -> HttpResponse:
    """Merge a clause by hand: with what was decided since, or with what a colleague saved."""
    draft = changeable_draft(request, agency, number, slug)
    page = ClausePage.of(draft, public_id)
    typed = request.POST if request.method == "POST" else take_typed(request)
    sent = posted(typed) if typed else _decided(page)
    if sent is None:
        return redirect("clause", agency, number, slug, public_id)
    form = _form(page, *sent, typed)
    if request.method == "POST" and form.is_valid():
        try:
            _write(request, page, form)
        except amending.Stale as stale:
            return second_editor(request, page, base=form.stored, mine=form.text, stale=stale)
        except ValidationError as error:
            refuse(form, error)
        else:
            return redirect("clause", agency, number, slug, public_id)
    return _shown(request, page, form)


def _write(request: SignedInRequest, page: ClausePage, form: SettleForm) -> None:
    verb: Callable[..., None] = amending.settle if form.named is DECISION else amending.reword
    if _is_deleted(page, form):
        verb = amending.restore_reworded
    draft = page.outline.draft
    act = partial(verb, draft, page.clause, by=request.user, **form.values)
    _, written = perform(request, draft, act)
    remember(request, draft, written, "文言の統合", public_id=page.node.public_id)
    words = RESTORED if _is_deleted(page, form) else "統合した文言を保存しました。"
    messages.success(request, words)


def _is_deleted(page: ClausePage, form: SettleForm) -> bool:
    """Tell whether a colleague deleted what somebody was writing."""
    return form.named is EDITORS and page.is_deleted_here


def second_editor(
    request: SignedInRequest, page: ClausePage, *, base: str, mine: str, stale: amending.Stale
) -> HttpResponse:
    """Show base, mine and theirs where somebody else was faster; nothing typed is lost."""
    now = ClausePage.of(page.outline.draft, page.node.public_id)
    if decided := _decided(now):
        source, (was, stored, theirs) = decided
        if stored == base:  # nobody changed the draft: another decision came in between
            return _shown(request, now, _form(now, source, (was, mine, theirs)), status=409)
    form = _form(now, EDITORS, (base, mine, stale.current.text))
    form.initial["reason"] = request.POST.get("reason", "")
    return _shown(request, now, form, status=409)


def _decided(page: ClausePage) -> tuple[Source, Texts] | None:
    """Return the texts of a clause that a decision changed where the draft had; one text, three times,
    where it was not the text."""
    found = _overtaken(page)
    if found is None or not found.conflicts:
        return None
    if found.texts is None or found.own.base is None:
        return DECISION, (found.node.text,) * 3
    return DECISION, (found.own.base.text, found.own.text, found.head.text)


def _overtaken(page: ClausePage) -> amending.Overtaken | None:
    if not page.conflicts:
        return None
    waiting = amending.overtaken(page.outline.draft)
    return next((one for one in waiting if one.node.clause_id == page.node.clause_id), None)


def _form(page: ClausePage, source: Source, texts: Texts, data: Any = None) -> SettleForm:
    waiting = _overtaken(page) if source is DECISION else None
    return SettleForm(page.target, source, texts, data, waiting)


def _shown(
    request: SignedInRequest, page: ClausePage, form: SettleForm, status: int = 200
) -> HttpResponse:
    context = {
        "amendment": page.outline.draft,
        "period": page.outline.draft.period,
        "page": page,
        "form": form,
        "is_decision": form.named is DECISION,
        "is_deleted": _is_deleted(page, form),
        "decisions": found.decisions if (found := _overtaken(page)) else (),
    }
    return render(request, "evaluation/merge.html", context, status=status)


# --- All that was decided since -------------------------------------------------------------------
@require_safe
def conflicts(request: SignedInRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """What decisions since have changed of a draft: what merges, and what a person must settle."""
    draft = visible_change(request, agency, number, slug)
    outline = Outline.of(draft)
    waiting = [] if draft.is_decided else amending.overtaken(draft)
    told = {conflict for one in waiting for conflict in one.conflicts}
    context = {
        "amendment": draft,
        "period": draft.period,
        "outline": outline,
        "by_hand": [one for one in waiting if one.open],
        "merging": [one for one in waiting if not one.open],
        "torn": [] if draft.is_decided else [c for c in outline.text.conflicts if c not in told],
        "neighbours": [] if draft.is_decided else outline.text.same_place_as(draft),
        "decision": DECISION,
        "may_edit": not refusals(request.user, draft)[Act.EDIT],
    }
    return render(request, "evaluation/conflicts.html", context)


@once
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: SignedInRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """Accept the merge of one clause, or of all that were shown."""
    draft = changeable_draft(request, agency, number, slug)
    if request.method == "POST":
        shown = dict(pair.split(":", 1) for pair in request.POST.getlist("seen") if ":" in pair)
        chosen = request.POST.get("clause", "")
        seen = {key: was for key, was in shown.items() if chosen in ("", key)}
        if not _accept(request, draft, seen):
            return Refused(reverse("conflicts", args=(agency, number, slug)))
    return redirect("conflicts", agency, number, slug)


def _accept(request: SignedInRequest, draft: Amendment, seen: dict[str, str]) -> bool:
    """Accept what was seen; False where it was refused."""
    if not seen:
        messages.warning(request, NOTHING_SEEN)
        return False
    try:
        act = partial(amending.accept, draft, seen, by=request.user)
        _, written = perform(request, draft, act)
    except amending.Stale:
        messages.warning(request, STALE)
    except ValidationError as error:
        messages.error(request, "　".join(error.messages))
    else:
        messages.success(request, f"{len(seen)}件の統合を受け入れました。")
        remember(request, draft, written, "統合の受入れ")
        return True
    return False
