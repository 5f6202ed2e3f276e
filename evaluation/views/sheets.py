"""What stands around the text: the policy behind it, and the summaries of an amendment."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evaluation.comparison.alignment import UnitKind
from evaluation.documents.sheets import hierarchy_of
from evaluation.models.texts import Node, Text
from evaluation.permissions import PortalRequest, visible_amendment
from evaluation.views.editions import Edition, reading


@login_not_required
@require_safe
@reading
def policy(request: PortalRequest, edition: Edition) -> HttpResponse:
    """政策体系: the laws and plans above the objectives, down to the items of an edition."""
    text = edition.text
    context = {
        "period": edition.period,
        "edition": edition,
        "hierarchy": hierarchy_of(edition.period),
        "text": text,
        "chapters": [(node, _items(text, node.clause_id)) for node in text.children.get(None, [])],
    }
    return render(request, "evaluation/policy.html", context)


def _items(text: Text, chapter: int) -> list[Node]:
    return [node for node in text.children.get(chapter, []) if node.kind is UnitKind.ITEM]


@login_not_required
@require_safe
def overview(request: PortalRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """全体像: the sheets that sum an amendment up, as the source prints them."""
    amendment = visible_amendment(request, agency, number, slug)
    sheets = amendment.overview_sheets.select_related("program__agency")
    context = {
        "amendment": amendment,
        "period": amendment.period,
        "sheets": sheets.prefetch_related("sections"),
    }
    return render(request, "evaluation/overview.html", context)
