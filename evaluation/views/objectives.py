"""Reading the objectives: start page, tree, item, appendix."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evaluation.comparison.alignment import UnitKind
from evaluation.documents.appendix import appendix
from evaluation.models import Amendment, ItemProgram, ObjectivePeriod
from evaluation.models.texts import Node, Text
from evaluation.permissions import SignedInRequest
from evaluation.views.editions import Edition, edition_of

LISTS = {
    UnitKind.EVALUATION_AXIS: "評価軸",
    UnitKind.EVALUATION_INDICATOR: "評価指標",
    UnitKind.MONITORING_INDICATOR: "モニタリング指標",
}


@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """Start page: the periods that the user may see, each with its amendments."""
    periods = (
        ObjectivePeriod.objects.visible_to(request.user)
        .select_related("agency")
        .prefetch_related("amendments")
    )
    return render(request, "evaluation/home.html", {"periods": periods})


@require_safe
def objectives(request: SignedInRequest, agency: str, number: int) -> HttpResponse:
    """The text as a tree: in force, or with an amendment."""
    edition = edition_of(request, agency, number)
    tree = [(depth, node) for depth, node in edition.text.walk() if node.kind not in LISTS]
    return render(
        request,
        "evaluation/objectives.html",
        _context(edition) | {"tree": tree},
    )


@require_safe
def item(request: SignedInRequest, agency: str, number: int, public_id: str) -> HttpResponse:
    """One chapter or item: its paragraphs, what is below it, its axes and indicators."""
    edition = edition_of(request, agency, number)
    node = next((n for n in edition.text.order if n.public_id == public_id), None)
    if node is None or node.kind not in {UnitKind.CHAPTER, UnitKind.ITEM}:
        raise Http404("この項目は、選んだ時点の本文にありません。")
    below = edition.text.children.get(node.clause_id, [])
    context = _context(edition) | {
        "node": node,
        "absent_before": _is_absent(edition.before, node),
        "ancestors": edition.text.ancestors(node),
        "paragraphs": [n for n in below if n.kind is UnitKind.BODY],
        "sub_items": [n for n in below if n.kind is UnitKind.ITEM],
        "lists": [(label, [n for n in below if n.kind is kind]) for kind, label in LISTS.items()],
        "programs": _programs(edition, node),
    }
    return render(request, "evaluation/item.html", context)


@require_safe
def appendix_page(request: SignedInRequest, agency: str, number: int) -> HttpResponse:
    """別紙: axes and indicators of all items, changed cells marked."""
    edition = edition_of(request, agency, number)
    content = appendix(edition.period, edition.text, edition.before)
    return render(request, "evaluation/appendix.html", _context(edition) | {"appendix": content})


def _context(edition: Edition) -> dict[str, object]:
    """Return what the pages of one edition share, its switch between editions included."""
    amendments = [a for a in edition.period.amendments.all() if a.kind != Amendment.Kind.BASELINE]
    return {"edition": edition, "period": edition.period, "amendments": amendments}


def _is_absent(text: Text, node: Node) -> bool:
    before = text.nodes.get(node.clause_id)
    return before is None or before.repealed


def _programs(edition: Edition, node: Node) -> list[ItemProgram]:
    links = (
        ItemProgram.objects.as_amended_by(edition.amendment)
        if edition.amendment
        else ItemProgram.objects.in_force_on(edition.period, edition.on)
    )
    return [link for link in links if link.clause_id == node.clause_id]
