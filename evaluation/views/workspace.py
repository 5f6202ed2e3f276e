"""The page on which a clause is edited: the draft's tree, the words, and their comparison beside them."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from evaluation import commenting
from evaluation.comparison.rows import Table
from evaluation.forms import clauses as forms
from evaluation.models.texts import Node
from evaluation.permissions import SignedInRequest
from evaluation.surroundings import changed_elsewhere
from evaluation.views.clause_page import ClausePage
from evaluation.views.last_act import take_last_act
from evaluation.views.presence import here
from evaluation.views.tree import ONLY_CHANGED, Tree

FORMS = {"reword": forms.RewordForm, "explain": forms.ChangeForm}
NAMES = {"reword": "文言を改める", "explain": "変更理由を選ぶ"}


@dataclass(frozen=True)
class Compared:
    """A clause beside the text in force: its rows, or why what was typed for it cannot be kept."""

    node: Node
    table: Table | None
    errors: list[str]


def only_changed(request: HttpRequest) -> bool:
    """Tell whether the tree is to show changed clauses only: `?only=changed`."""
    return request.GET.get("only") == ONLY_CHANGED


def show(
    request: SignedInRequest,
    page: ClausePage,
    verb: str,
    form: forms.ChangeForm | None = None,
    typed: Compared | None = None,
) -> HttpResponse:
    """Show the page of a clause with the form of `reword` or `explain`; `typed`: what is compared in
    place of what is stored."""
    draft = page.outline.draft
    context = {
        "amendment": draft,
        "period": draft.period,
        "page": page,
        "verb": verb,
        "verb_name": NAMES[verb],
        "form": form or FORMS[verb](page.target),
        "compared": typed or Compared(page.node, page.table, []),
        "unsaved": typed is not None,
        "tree": Tree(page.outline, page.node, only_changed(request)),
        "last_act": take_last_act(request, draft),
        "renumberings": page.renumberings,
    }
    return render(request, "evaluation/clause.html", context | _together(request, page))


def _together(request: SignedInRequest, page: ClausePage) -> dict[str, Any]:
    """Return who else has the clause open, and what people say of the draft and of the clause."""
    draft = page.outline.draft
    comments = list(commenting.threads(draft, request.user))
    threads = [thread for thread in comments if thread.clause_id == page.clause.pk]
    resolved = sum(thread.is_resolved for thread in threads)
    return {
        "here": here(request, draft, page.clause),
        "comments": commenting.open_by_clause(comments),
        "elsewhere": changed_elsewhere(draft, request.user).get(page.node.clause_id, []),
        "threads": threads,
        "open_count": len(threads) - resolved,
        "resolved_count": resolved,
        "may_comment": True,  # whoever edits a draft may
    }
