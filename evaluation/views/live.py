"""A clause's comparison while it is being typed: nothing is saved.

With JavaScript the words alone are sent after each pause, and the rows alone come back (`?part=rows`);
without it a button asks for the whole page.
"""

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from evaluation.documents.hand import Hand
from evaluation.documents.one_clause import clause_table
from evaluation.forms.clauses import RewordForm, Target
from evaluation.models import Amendment
from evaluation.models.texts import Node, Text, texts_around
from evaluation.permissions import SignedInRequest, changeable_draft
from evaluation.views.clause_page import NOT_HERE, ClausePage
from evaluation.views.typed import take_typed
from evaluation.views.workspace import Compared, show


@require_http_methods(["GET", "HEAD", "POST"])
def live_comparison(
    request: SignedInRequest, agency: str, number: int, slug: str, public_id: str
) -> HttpResponse:
    """Compare what is typed for a clause with the text in force."""
    draft = changeable_draft(request, agency, number, slug)
    words = request.POST if request.method == "POST" else take_typed(request)
    if words is not None and "part" in request.GET:
        context = {"compared": _without_its_page(draft, public_id, words)}
        return render(request, "evaluation/_clause_rows.html", context)
    page = ClausePage.of(draft, public_id)
    if words is None or page.node.repealed:
        return show(request, page, "explain" if page.node.repealed else "reword")
    form = RewordForm(page.target, words)
    for name in form.errors.keys() - {"text"}:  # the rest is asked for when it is saved
        del form.errors[name]
    outline = page.outline
    compared = _compared(draft, outline.before, outline.text, page.node, form)
    return show(request, page, "reword", form, compared)


def _without_its_page(draft: Amendment, public_id: str, words: QueryDict) -> Compared:
    """Compare without what the page needs around it: reasons, the tree, what else changes."""
    before, text = texts_around(draft)
    node = next((n for n in text.nodes.values() if n.public_id == public_id), None)
    if node is None or node.repealed:
        raise Http404(NOT_HERE)
    return _compared(draft, before, text, node, RewordForm(Target(draft, text, node, []), words))


def _compared(draft: Amendment, before: Text, text: Text, node: Node, form: RewordForm) -> Compared:
    if errors := form.errors.get("text"):
        return Compared(node, None, [str(error) for error in errors])
    typed = text.reworded(node.clause_id, form.cleaned_data["text"])
    node = typed.nodes[node.clause_id]
    table = clause_table(draft, before, typed, node, Hand.of(draft, before, typed))
    return Compared(node, table, [])
