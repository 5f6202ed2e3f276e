"""What stands around the text: the policy behind it, and the summaries of an amendment."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from evaluation.comparison.alignment import UnitKind
from evaluation.models import Wording
from evaluation.models.texts import Node, Text
from evaluation.permissions import PortalRequest, roles_of, visible_amendment, visible_period


@login_not_required
@require_safe
def policy(request: PortalRequest, agency: str, number: int) -> HttpResponse:
    """政策体系: the laws and plans above the objectives, down to the items in force.

    As in the print, the first of a period's texts is the caption, the last are the objectives, and
    the agency's own law stands right above them.
    """
    period = visible_period(request, agency, number)
    texts = list(period.policy_texts.all())
    on, published = timezone.localdate(), not roles_of(request.user, period.agency)
    text = Text.of(Wording.objects.in_force_on(period, on, published=published))
    context = {
        "period": period,
        "caption": texts[0] if texts else None,
        "policies": texts[1:-1],
        "objectives": texts[-1] if len(texts) > 1 else None,
        "on": on,
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
