"""The page on which a clause is edited: the draft's tree, the words, and their comparison beside them."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from evaluation.comparison.rows import Table
from evaluation.forms import clauses as forms
from evaluation.models.texts import Node
from evaluation.views.clause_page import ClausePage
from evaluation.views.last_act import take_last_act
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
    request: HttpRequest,
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
    }
    return render(request, "evaluation/clause.html", context)
