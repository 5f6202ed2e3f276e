"""The order of a draft's clauses, changed by buttons: each goes one place up or down among its like."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evaluation.amending import fingerprint
from evaluation.comparison.alignment import Kind
from evaluation.models.texts import Node, Text
from evaluation.permissions import SignedInRequest, changeable_draft
from evaluation.placing import LISTED, NUMBERED
from evaluation.views.last_act import take_last_act
from evaluation.views.outline import Outline


@dataclass(frozen=True)
class Placed:
    """A clause where it stands, and whether anything of its like stands above and below it."""

    node: Node
    number: str
    depth: int
    kind: Kind | None
    up: bool
    down: bool
    seen: str

    @property
    def is_heading(self) -> bool:
        return self.node.kind in NUMBERED


@require_safe
def order(request: SignedInRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """All clauses of a draft, each with its two buttons."""
    draft = changeable_draft(request, agency, number, slug)
    context = {
        "amendment": draft,
        "period": draft.period,
        "places": list(_placed(Outline.of(draft))),
        "last_act": take_last_act(request, draft),
    }
    return render(request, "evaluation/order.html", context)


def _placed(outline: Outline) -> Iterator[Placed]:
    text = outline.text
    ends = _ends(text)
    for depth, node in text.walk():
        first, last = ends[_list_of(node)]
        yield Placed(
            node=node,
            number=text.number(node),
            depth=depth,
            kind=outline.kinds.get(node.public_id),
            up=node is not first,
            down=node is not last,
            seen=fingerprint(text, node.clause_id),
        )


def _ends(text: Text) -> dict[tuple[int | None, str], tuple[Node, Node]]:
    """Return the first and the last clause of everything that stands in one order."""
    ends: dict[tuple[int | None, str], tuple[Node, Node]] = {}
    for node in text.order:
        first, _ = ends.get(_list_of(node), (node, node))
        ends[_list_of(node)] = first, node
    return ends


def _list_of(node: Node) -> tuple[int | None, str]:
    return node.parent_id, node.kind if node.kind in LISTED else ""
