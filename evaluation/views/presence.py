"""The sign that an open page of a clause gives, and whom it finds there."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from evaluation import presence
from evaluation.models import Amendment, Clause
from evaluation.permissions import Hidden, SignedInRequest, changeable_draft
from jst_objectives.sessions import unattended


@require_http_methods(["GET", "HEAD", "POST"])
def beat(
    request: SignedInRequest, agency: str, number: int, slug: str, public_id: str
) -> HttpResponse:
    """Note that the user has the clause open still, and answer who else has, in words."""
    unattended(request)
    draft = changeable_draft(request, agency, number, slug)
    clause = draft.period.clauses.filter(public_id=public_id).first()
    if clause is None:
        raise Hidden("この条項は、この変更案の本文にありません。")
    if request.method != "POST":
        return redirect("clause", agency, number, slug, public_id)
    presence.forget()
    return JsonResponse({"words": here(request, draft, clause)})


def here(request: SignedInRequest, draft: Amendment, clause: Clause) -> str:
    """Note that the user has a clause open; return who else has, in words, "" for nobody."""
    presence.arrive(draft, clause, request.user)
    names = [person.name for person in presence.others(draft, clause, request.user)]
    return (
        f"いま、{'、'.join(f'{name}さん' for name in names)}もこの条項を開いています。"
        if names
        else ""
    )
