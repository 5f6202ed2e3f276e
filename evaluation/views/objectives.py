"""Reading the objectives: tree, item, appendix."""

from collections import Counter
from collections.abc import Iterable

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from evaluation.chronicle import Event, chronicle
from evaluation.comparison.alignment import UnitKind
from evaluation.documents.appendix import appendix
from evaluation.documents.hand import Hand
from evaluation.documents.origins import Origin, origins_of
from evaluation.documents.versions import item_programs_at, successions_at
from evaluation.models import Amendment, Clause, ItemProgram, Succession, Wording
from evaluation.models.texts import NUMBERED, Node, Text
from evaluation.permissions import Act, PortalRequest, refusals, roles_of
from evaluation.surroundings import Reading, Surroundings, surroundings
from evaluation.views.editions import Edition, reading
from programs.access import record_reading

LOWEST_HEADING = 6  # of HTML: what stands deeper is a heading like those above it
LISTS = {
    UnitKind.EVALUATION_AXIS: "評価軸",
    UnitKind.EVALUATION_INDICATOR: "評価指標",
    UnitKind.MONITORING_INDICATOR: "モニタリング指標",
}


@login_not_required
@require_safe
@reading
def objectives(request: PortalRequest, edition: Edition) -> HttpResponse:
    """The text as a tree: in force, or with an amendment."""
    tree = [
        (depth, min(depth + 2, LOWEST_HEADING), node, _tally(edition.text, node))
        for depth, node in edition.text.walk()
        if node.kind not in LISTS
    ]
    return render(
        request, "evaluation/objectives.html", _context(request, edition) | {"tree": tree}
    )


@login_not_required
@require_safe
@reading
def item(request: PortalRequest, edition: Edition, public_id: str) -> HttpResponse:
    """One chapter or item: its paragraphs, what is below it, its axes and indicators, its 経緯."""
    headings = [(depth, n) for depth, n in edition.text.walk() if n.kind in NUMBERED]
    nodes = [node for _, node in headings]
    index = next((i for i, n in enumerate(nodes) if n.public_id == public_id), None)
    if index is None:
        return _absent(request, edition, public_id)
    node = nodes[index]
    context = (
        _context(request, edition, node)
        | _parts(edition, node)
        | {
            "node": node,
            "headings": headings,
            "previous": nodes[index - 1] if index else None,
            "next": nodes[index + 1] if index + 1 < len(nodes) else None,
            "absent_today": not _stands_today(request, edition, node.wording.clause),
            "ancestors": edition.text.ancestors(node),
            "programs": _programs(edition, node),
            "origins": _origins(edition),
            "item_key": node.clause_id,
            "events": _events(request, edition, node.wording.clause),
        }
    )
    return render(request, "evaluation/item.html", context)


def _parts(edition: Edition, node: Node) -> dict[str, object]:
    """Return what stands right below a chapter or item, by kind."""
    below = edition.text.children.get(node.clause_id, [])
    return {
        "paragraphs": [n for n in below if n.kind is UnitKind.BODY],
        "sub_items": [n for n in below if n.kind is UnitKind.ITEM],
        "lists": [(label, [n for n in below if n.kind is kind]) for kind, label in LISTS.items()],
    }


def _absent(request: PortalRequest, edition: Edition, public_id: str) -> HttpResponse:
    """Say that an item is not in this edition, and when it came and went, to who may know of it."""
    numbered = edition.period.clauses.filter(kind__in=NUMBERED)
    clause = numbered.filter(public_id=public_id).first()
    events = _events(request, edition, clause) if clause else []
    if clause is None or not events:
        raise Http404("この項目は、選んだ時点の本文にありません。")
    context = _context(request, edition) | {
        "events": events,
        "absent_today": not _stands_today(request, edition, clause),
        "heading": events[0].changes[0].words,
        "item_key": clause.pk,
    }
    return render(request, "evaluation/item_absent.html", context, status=404)


def _events(request: PortalRequest, edition: Edition, clause: Clause) -> list[Event]:
    """Return the course of an item; the drafts of which it tells the words are recorded as read."""
    agency = edition.period.agency
    events = chronicle(clause, agency, request.user)
    for amendment in (event.amendment for event in events):
        if not amendment.is_decided:
            record_reading(request, agency, f"{edition.period}「{amendment}」")
    return events


@login_not_required
@require_safe
@reading
def appendix_page(request: PortalRequest, edition: Edition) -> HttpResponse:
    """別紙: axes and indicators of all items, changed cells marked."""
    texts = edition.before, edition.text
    drawn = {}
    if edition.amendment and not edition.known:
        drawn = Hand.of(edition.amendment, *texts).marks
    content = appendix(edition.period, edition.text, edition.before, drawn)
    amendment = edition.amendment
    may_issue = amendment and not refusals(request.user, amendment)[Act.ISSUE]
    context = {"appendix": content, "may_issue": may_issue}
    return render(request, "evaluation/appendix.html", _context(request, edition) | context)


def _context(
    request: PortalRequest, edition: Edition, node: Node | None = None
) -> dict[str, object]:
    """Return what the pages of one edition share: the others, its lasting address, and what is
    decided and not in it (of one item only)."""
    visible = list(edition.period.amendments.visible_to(request.user))
    below = edition.text.children.get(node.clause_id, []) if node else []
    around = Surroundings()
    if not edition.amendment or edition.amendment.is_decided:
        clauses = {node.clause_id, *(n.clause_id for n in below)} if node else None
        read = Reading(edition.on, edition.known, edition.amendment, clauses)
        around = surroundings(read, visible)
    return {
        "edition": edition,
        "period": edition.period,
        "amendments": [a for a in visible if a.kind != Amendment.Kind.BASELINE],
        "around": around,
        "form": edition.form,
        "today": timezone.localdate(),
        "first_day": min((a.effective_on for a in visible if a.effective_on), default=None),
        "lasting": request.build_absolute_uri(request.path + edition.lasting),
    }


def _tally(text: Text, node: Node) -> str:
    """Return how many axes and indicators hang on an item, 「評価軸1件・評価指標2件・…」; "" for none."""
    kinds = Counter(n.kind for n in text.children.get(node.clause_id, []))
    return "・".join(f"{label}{kinds[kind]}件" for kind, label in LISTS.items() if kinds[kind])


def _stands_today(request: PortalRequest, edition: Edition, clause: Clause) -> bool:
    """Whether the text that is shown without a query has an item: of whatever edition is read."""
    if edition.is_todays:
        node = edition.text.nodes.get(clause.pk)
        return node is not None and not node.repealed
    period, today = edition.period, timezone.localdate()
    published = not roles_of(request.user, period.agency)
    rows = Wording.objects.in_force_on(period, today, published=published).filter(clause=clause)
    return any(not row.repealed for row in rows)


def _origins(edition: Edition) -> dict[str, list[Origin]]:
    """Return where the clauses of an edition came from, by public id; but for what an amendment did to
    clauses of its own, which nobody ever read otherwise."""
    rows: Iterable[Succession]
    if edition.amendment and edition.known:
        rows = successions_at(edition.amendment, edition.known)
    elif edition.amendment:
        rows = Succession.objects.as_amended_by(edition.amendment)
    else:
        rows = Succession.objects.in_force_on(
            edition.period, edition.on, edition.known, published=edition.published
        )
    rows = [row for row in rows if row.from_clause.introduced_by_id != row.amendment_id]
    return origins_of(rows, edition.before, edition.text)


def _programs(edition: Edition, node: Node) -> list[ItemProgram]:
    if edition.amendment and edition.known:
        links = item_programs_at(edition.amendment, edition.known)
    elif edition.amendment:
        links = ItemProgram.objects.as_amended_by(edition.amendment)
    else:
        links = ItemProgram.objects.in_force_on(
            edition.period, edition.on, edition.known, published=edition.published
        )
    return [link for link in links if link.clause_id == node.clause_id]
