"""Programmes (事業): their list and their sheets, with the items that they carry out."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from evaluation.documents.scheme import Flow, draw
from evaluation.documents.sheets import total_of
from evaluation.models import (
    Amendment,
    AmendmentReason,
    ItemProgram,
    ObjectivePeriod,
    OverviewSheet,
    Wording,
)
from evaluation.models.texts import NUMBERED, Node, Text
from evaluation.permissions import Hidden, PortalRequest, roles_of, visible_programs
from programs.access import record_reading
from programs.models import Agency, Appropriation, Program

# An item's place and number follow from the headings alone: a tenth of the text.
HEADINGS = Q(clause__kind__in=NUMBERED)


@dataclass(frozen=True)
class CarriedItem:
    """An item that a programme carries out by an amendment, which may not be in force yet."""

    period: ObjectivePeriod
    amendment: Amendment
    number: str
    node: Node
    is_in_force: bool
    removed: bool


@dataclass(frozen=True)
class Row:
    """A programme in the list, with its appropriations of the latest fiscal year that has any."""

    program: Program
    items: list[CarriedItem]
    budget: list[Appropriation]


@dataclass
class Relation:
    """What a visible amendment says of a programme."""

    amendment: Amendment
    reasons: list[AmendmentReason] = field(default_factory=list)
    sheet: OverviewSheet | None = None


@login_not_required
@require_safe
def programmes(request: PortalRequest) -> HttpResponse:
    """The programmes that the user may see, by agency."""
    periods = _periods(request)
    rows: dict[Agency, list[Row]] = {period.agency: [] for period in periods}
    programs = visible_programs(request.user).select_related("agency", "fund")
    items = carried_items(request, periods, programs)
    for program in programs.prefetch_related("appropriations"):
        rows.setdefault(program.agency, []).append(
            Row(program, items[program.pk], latest_budget(program.appropriations.all()))
        )
    agencies = [
        (agency, found, total_of(line for row in found for line in row.budget))
        for agency, found in rows.items()
    ]
    carried = (item for found in rows.values() for row in found for item in row.items)
    _record_readings(request, carried, [])
    context = {"section": "programmes", "agencies": agencies}
    return render(request, "evaluation/programmes.html", context)


@login_not_required
@require_safe
def programme(request: PortalRequest, agency: str, slug: str) -> HttpResponse:
    """The sheet of one programme."""
    programs = visible_programs(request.user).select_related("agency", "fund")
    program = programs.filter(agency__code=agency, slug=slug).first()
    if program is None:
        raise Hidden("この事業は、登録されていないか、見る権限がありません。")
    budget = list(program.appropriations.all())
    flows = list(program.flows.all())
    items = carried_items(request, _periods(request), [program])[program.pk]
    relations = relations_of(request, program)
    _record_readings(request, items, relations)
    context = {
        "section": "programmes",
        "program": program,
        "within": [row for row in budget if not row.outside_programme],
        "outside": [row for row in budget if row.outside_programme],
        "total": total_of(budget),
        "tracks": program.tracks.select_related("fund").prefetch_related("costs"),
        "flows": flows,
        "scheme": draw(Flow(f.source, f.destination, f.get_label_display()) for f in flows),
        "sections": program.sections.all(),
        "items": items,
        "relations": relations,
    }
    return render(request, "evaluation/programme.html", context)


def _periods(request: PortalRequest) -> QuerySet[ObjectivePeriod]:
    return ObjectivePeriod.objects.visible_to(request.user).select_related("agency")


# --- Budget ---------------------------------------------------------------------------------------
def latest_budget(appropriations: Iterable[Appropriation]) -> list[Appropriation]:
    """Return the appropriations of the latest fiscal year."""
    rows = list(appropriations)
    latest = max((row.fiscal_year for row in rows), default=None)
    return [row for row in rows if row.fiscal_year == latest]


# --- Items and amendments -------------------------------------------------------------------------
def carried_items(
    request: PortalRequest, periods: QuerySet[ObjectivePeriod], programs: Iterable[Program]
) -> dict[int, list[CarriedItem]]:
    """Return the items of programmes by the programme's key: those in force, then those of amendments
    that are not in force yet, as far as the user may see them. Read are the texts of those periods
    alone that have any."""
    items: dict[int, list[CarriedItem]] = defaultdict(list)
    linked = ItemProgram.objects.filter(program__in=programs)
    for period in periods.filter(pk__in=linked.values("amendment__period")):
        for program, item in (*_in_force(request, period), *_to_come(request, period, linked)):
            items[program].append(item)
    return items


def _in_force(request: PortalRequest, period: ObjectivePeriod) -> Iterator[tuple[int, CarriedItem]]:
    on, published = timezone.localdate(), not roles_of(request.user, period.agency)
    if links := ItemProgram.objects.in_force_on(period, on, published=published):
        wordings = Wording.objects.in_force_on(period, on, published=published)
        text = Text.of(wordings.filter(HEADINGS))
        yield from _placed(links, text, period, is_in_force=True)


def _to_come(
    request: PortalRequest, period: ObjectivePeriod, linked: QuerySet[ItemProgram]
) -> Iterator[tuple[int, CarriedItem]]:
    amendments = (
        Amendment.objects.visible_to(request.user)
        .filter(period=period, pk__in=linked.values("amendment"))
        .exclude(state=Amendment.State.WITHDRAWN)
        .exclude(effective_on__lte=timezone.localdate())
        .select_related("period__agency")
        .prefetch_related("item_programs__amendment")
    )
    texts = _headings(amendments)
    for amendment in amendments:
        yield from _placed(
            amendment.item_programs.all(), texts[amendment], period, is_in_force=False
        )


def _headings(amendments: Iterable[Amendment]) -> dict[Amendment, Text]:
    """Return the headings with each of a period's amendments; what drafts have in common is read once."""
    texts: dict[Amendment, Text] = {}
    drafts = []
    for amendment in amendments:
        if amendment.is_decided:
            rows = Wording.objects.as_amended_by(amendment).filter(HEADINGS)
            texts[amendment] = Text.of(rows)
        else:
            drafts.append(amendment)
    if drafts:
        standing = list(Wording.objects.before(drafts[0]).filter(HEADINGS))
        own: dict[int, list[Wording]] = defaultdict(list)
        drafted = Wording.objects.placed().filter(HEADINGS, amendment__in=drafts)
        for row in drafted.select_related("clause", "base"):
            own[row.amendment_id].append(row)
        texts |= {draft: Text.of([*standing, *own[draft.pk]]) for draft in drafts}
    return texts


def _placed(
    links: Iterable[ItemProgram], text: Text, period: ObjectivePeriod, *, is_in_force: bool
) -> Iterator[tuple[int, CarriedItem]]:
    """Yield the key of the programme and the item of each link, in the order of the text."""
    order = {node.clause_id: place for place, node in enumerate(text.order)}
    for link in sorted(links, key=lambda link: order.get(link.clause_id, len(order))):
        node = text.nodes.get(link.clause_id)
        if node is not None and (link.removed or not node.repealed):
            yield (
                link.program_id,
                CarriedItem(
                    period, link.amendment, text.number(node), node, is_in_force, link.removed
                ),
            )


def relations_of(request: PortalRequest, program: Program) -> list[Relation]:
    """Return the visible amendments that name a programme in their reasons or overview sheets, the
    newest first."""
    visible = Amendment.objects.visible_to(request.user)
    relations: dict[int, Relation] = {}
    reasons = AmendmentReason.objects.filter(program=program, group__amendment__in=visible)
    for reason in reasons.select_related("group__amendment__period__agency"):
        amendment = reason.group.amendment
        relations.setdefault(amendment.pk, Relation(amendment)).reasons.append(reason)
    sheets = OverviewSheet.objects.filter(program=program, amendment__in=visible)
    for sheet in sheets.select_related("amendment__period__agency"):
        relation = relations.setdefault(sheet.amendment_id, Relation(sheet.amendment))
        relation.sheet = relation.sheet or sheet
    return sorted(relations.values(), key=lambda relation: _age(relation.amendment), reverse=True)


def _age(amendment: Amendment) -> tuple[int, float, int]:
    """Order amendments from the oldest: by period, as decided; what is not decided comes last."""
    return amendment.period.number, amendment.sequence or math.inf, amendment.pk


def _record_readings(
    request: PortalRequest, items: Iterable[CarriedItem], relations: Iterable[Relation]
) -> None:
    """Record the drafts of which a page shows headings or reasons, as their own pages record them."""
    shown = [(item.period, item.amendment) for item in items if not item.is_in_force]
    shown += [(relation.amendment.period, relation.amendment) for relation in relations]
    drafts = {amendment: period for period, amendment in shown if not amendment.is_decided}
    for amendment, period in drafts.items():
        record_reading(request, period.agency, f"{period}「{amendment}」")
