"""Comments on a draft: the list, one clause with what is said of it, one comment with its answers."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import commenting
from evaluation.forms.clauses import refuse
from evaluation.forms.comments import AnswerForm, CommentForm
from evaluation.models import Amendment, Comment
from evaluation.permissions import (
    Act,
    Hidden,
    SignedInRequest,
    refusals,
    require,
    visible_change,
)
from evaluation.views.clause_page import ClausePage
from evaluation.views.once import Refused, once
from evaluation.views.outline import Outline
from evaluation.views.typed import take_typed

SHOWN = {"open": "未解決", "resolved": "解決済み", "all": "すべて"}
ACTS: dict[str, tuple[Callable[..., None], str]] = {
    "resolve": (commenting.resolve, "解決済みにしました。"),
    "reopen": (commenting.reopen, "未解決に戻しました。"),
}


@require_safe
def comments(request: SignedInRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """All comments on a draft that its reader may read: `?state=open`, `resolved` or `all`."""
    draft = _commented(request, agency, number, slug)
    state = request.GET.get("state", "open")
    if state not in SHOWN:
        raise Http404("コメントの絞り込みは、ページから選んでください。")
    every = list(commenting.threads(draft, request.user))
    outline = Outline.of(draft)
    order = {node.clause_id: place for place, node in enumerate(outline.text.order)}
    shown = [each for each in every if state == "all" or each.is_resolved == (state == "resolved")]
    context = {
        "threads": sorted(shown, key=lambda each: order.get(each.clause_id or 0, len(order))),
        "state": state,
        "filters": [(key, name, _count(every, key)) for key, name in SHOWN.items()],
        "outline": outline,
    }
    return render(request, "evaluation/comments.html", _of(request, draft) | context)


@once
@require_http_methods(["GET", "HEAD", "POST"])
def comment_on(
    request: SignedInRequest, agency: str, number: int, slug: str, public_id: str
) -> HttpResponse:
    """One clause, what is said of it, and a form to say more."""
    draft = _commented(request, agency, number, slug)
    page = ClausePage.of(draft, public_id)
    form = CommentForm(request.POST if request.method == "POST" else take_typed(request))
    if request.method == "POST":
        require(request, Act.COMMENT, draft)
        if form.is_valid():
            try:
                commenting.comment(draft, page.clause, form.cleaned_data["text"], by=request.user)
            except ValidationError as error:
                refuse(form, error)
            else:
                messages.success(request, "コメントしました。")
                return redirect("comment_on", agency, number, slug, public_id)
    every = commenting.threads(draft, request.user).filter(clause=page.clause)
    context = {"page": page, "form": form, "threads": every}
    return render(request, "evaluation/comment_on.html", _of(request, draft) | context)


@once
@require_http_methods(["GET", "HEAD", "POST"])
def comment(request: SignedInRequest, agency: str, number: int, slug: str, pk: int) -> HttpResponse:
    """One comment with its answers; a POST answers it, resolves it or opens it again."""
    draft = _commented(request, agency, number, slug)
    thread = commenting.threads(draft, request.user).filter(pk=pk).first()
    if thread is None:
        raise Hidden("このコメントは、ないか、見る権限がありません。")
    act = request.POST.get("act", "")
    form = AnswerForm(
        request.POST if request.method == "POST" and act not in ACTS else take_typed(request)
    )
    if request.method == "POST":
        require(request, Act.COMMENT, draft)
        if answer := _done(request, thread, act, form):
            return answer
    context = {"thread": thread, "form": form}
    return render(request, "evaluation/comment.html", _of(request, draft) | context)


def _done(
    request: SignedInRequest, thread: Comment, act: str, form: AnswerForm
) -> HttpResponse | None:
    """Do what was asked for, and return where that leads; None where the form must be shown again."""
    there = commenting.address(thread)
    try:
        if act in ACTS:
            verb, done = ACTS[act]
            verb(thread, by=request.user)
            messages.success(request, done)
            return redirect(there)
        if not form.is_valid():
            return None
        commenting.answer(thread, form.cleaned_data["text"], by=request.user)
    except ValidationError as error:
        messages.warning(request, "　".join(error.messages))
        return Refused(there) if act in ACTS else None
    messages.success(request, "返信しました。")
    return redirect(there)


def _commented(request: SignedInRequest, agency: str, number: int, slug: str) -> Amendment:
    """Return an amendment whose comments the user may read. Raises Hidden."""
    amendment = visible_change(request, agency, number, slug)
    if not commenting.reads_comments(amendment, request.user):
        raise Hidden("この変更のコメントは、見る権限がありません。")
    return amendment


def _count(every: list[Comment], state: str) -> int:
    return sum(state == "all" or each.is_resolved == (state == "resolved") for each in every)


def _of(request: SignedInRequest, draft: Amendment) -> dict[str, Any]:
    refused = refusals(request.user, draft)
    return {
        "amendment": draft,
        "period": draft.period,
        "may_comment": not refused[Act.COMMENT],
        "may_edit": not refused[Act.EDIT],
    }
