"""Reading the objectives: tree, item, appendix."""

from collections import Counter

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evaluation.comparison.alignment import UnitKind
from evaluation.documents.appendix import appendix
from evaluation.documents.hand import Hand
from evaluation.documents.origins import Origin, origins_of
from evaluation.models import Amendment, ItemProgram, Succession
from evaluation.models.texts import NUMBERED, Node, Text
from evaluation.permissions import PortalRequest
from evaluation.views.editions import Edition, edition_of

LISTS = {
    UnitKind.EVALUATION_AXIS: "評価軸",
    UnitKind.EVALUATION_INDICATOR: "評価指標",
    UnitKind.MONITORING_INDICATOR: "モニタリング指標",
}


@login_not_required
@require_safe
def objectives(request: PortalRequest, agency: str, number: int) -> HttpResponse:
    """The text as a tree: in force, or with an amendment."""
    edition = edition_of(request, agency, number)
    tree = [
        (depth, node, _tally(edition.text, node))
        for depth, node in edition.text.walk()
        if node.kind not in LISTS
    ]
    return render(
        request, "evaluation/objectives.html", _context(request, edition) | {"tree": tree}
    )


@login_not_required
@require_safe
def item(request: PortalRequest, agency: str, number: int, public_id: str) -> HttpResponse:
    """One chapter or item: its paragraphs, what is below it, its axes and indicators."""
    edition = edition_of(request, agency, number)
    headings = [(depth, n) for depth, n in edition.text.walk() if n.kind in NUMBERED]
    nodes = [node for _, node in headings]
    index = next((i for i, n in enumerate(nodes) if n.public_id == public_id), None)
    if index is None:
        raise Http404("この項目は、選んだ時点の本文にありません。")
    node = nodes[index]
    below = edition.text.children.get(node.clause_id, [])
    context = _context(request, edition) | {
        "node": node,
        "headings": headings,
        "previous": nodes[index - 1] if index else None,
        "next": nodes[index + 1] if index + 1 < len(nodes) else None,
        "absent_before": _is_absent(edition.before, node),
        "ancestors": edition.text.ancestors(node),
        "paragraphs": [n for n in below if n.kind is UnitKind.BODY],
        "sub_items": [n for n in below if n.kind is UnitKind.ITEM],
        "lists": [(label, [n for n in below if n.kind is kind]) for kind, label in LISTS.items()],
        "programs": _programs(edition, node),
        "origins": _origins(edition),
    }
    return render(request, "evaluation/item.html", context)


@login_not_required
@require_safe
def appendix_page(request: PortalRequest, agency: str, number: int) -> HttpResponse:
    """別紙: axes and indicators of all items, changed cells marked."""
    edition = edition_of(request, agency, number)
    texts = edition.before, edition.text
    drawn = Hand.of(edition.amendment, *texts).marks if edition.amendment else {}
    content = appendix(edition.period, edition.text, edition.before, drawn)
    return render(
        request, "evaluation/appendix.html", _context(request, edition) | {"appendix": content}
    )


def _context(request: PortalRequest, edition: Edition) -> dict[str, object]:
    """Return what the pages of one edition share, its switch between editions included."""
    visible = edition.period.amendments.visible_to(request.user)
    amendments = visible.exclude(kind=Amendment.Kind.BASELINE)
    return {"edition": edition, "period": edition.period, "amendments": amendments}


def _tally(text: Text, node: Node) -> str:
    """Return how many axes and indicators hang on an item, 「評価軸1・評価指標2・…」; "" for none."""
    kinds = Counter(n.kind for n in text.children.get(node.clause_id, []))
    return "・".join(f"{label}{kinds[kind]}" for kind, label in LISTS.items() if kinds[kind])


def _is_absent(text: Text, node: Node) -> bool:
    before = text.nodes.get(node.clause_id)
    return before is None or before.repealed


def _origins(edition: Edition) -> dict[str, list[Origin]]:
    """Return where the clauses of an edition came from, by public id."""
    rows = (
        Succession.objects.as_amended_by(edition.amendment)
        if edition.amendment
        else Succession.objects.in_force_on(edition.period, edition.on, published=edition.published)
    )
    return origins_of(rows, edition.before, edition.text)


def _programs(edition: Edition, node: Node) -> list[ItemProgram]:
    links = (
        ItemProgram.objects.as_amended_by(edition.amendment)
        if edition.amendment
        else ItemProgram.objects.in_force_on(
            edition.period, edition.on, published=edition.published
        )
    )
    return [link for link in links if link.clause_id == node.clause_id]
