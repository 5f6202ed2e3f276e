"""What stands around the text, on paper: the policy hierarchy, programme sheets, overview sheets.

Each is plain data, made once for a snapshot; nothing else goes into its rendering.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.template.loader import render_to_string

from evaluation.comparison.alignment import UnitKind
from evaluation.documents.scheme import Flow, draw
from evaluation.models import (
    Amendment,
    AmendmentReason,
    ItemProgram,
    ObjectivePeriod,
    OverviewSheet,
    PolicyText,
    Wording,
)
from evaluation.models.texts import NUMBERED, Text
from programs.models import Appropriation, Program

Data = dict[str, Any]
UNKNOWN = "資料に記載なし"


@dataclass(frozen=True)
class Total:
    """A sum of yen of one fiscal year; `unknown`: how many amounts it leaves out."""

    fiscal_year: int
    yen: int
    unknown: int


# --- The policy hierarchy -------------------------------------------------------------------------
@dataclass(frozen=True)
class Hierarchy:
    """The policy texts of a period by what they are in the print, where the agency's own law stands
    right above the objectives. A single text is the caption."""

    caption: PolicyText | None = None
    steps: tuple[PolicyText, ...] = ()
    objectives: PolicyText | None = None


def hierarchy_of(period: ObjectivePeriod) -> Hierarchy:
    """Return a period's policy texts: the first is the caption, the last are the objectives."""
    texts = list(period.policy_texts.all())
    if len(texts) < 2:
        return Hierarchy(texts[0] if texts else None)
    return Hierarchy(texts[0], tuple(texts[1:-1]), texts[-1])


def whole_hierarchies() -> QuerySet[ObjectivePeriod]:
    """Return the periods whose hierarchy goes from the caption to the objectives: those with a sheet."""
    counted = ObjectivePeriod.objects.annotate(number_of_texts=Count("policy_texts"))
    return counted.filter(number_of_texts__gte=2)


def policy_sheet(amendment: Amendment) -> Data:
    """Return 政策体系: the caption, the laws and plans, and the objectives with their items as amended.

    {} where the period has no such texts.
    """
    texts = hierarchy_of(amendment.period)
    if texts.caption is None or texts.objectives is None:
        return {}
    agency = amendment.period.agency
    law = {
        "heading": agency.law,
        "article_heading": agency.purpose_heading,
        "article": agency.purpose_article,
        "body": agency.purpose,
    }
    steps = [_policy_text(text) for text in texts.steps]
    objectives = {**_policy_text(texts.objectives), "items_listed": _items(amendment)}
    return {**_policy_text(texts.caption), "steps": [*steps, law], "objectives": objectives}


def _policy_text(text: PolicyText) -> Data:
    return {"heading": text.heading, "body": text.body}


def _items(amendment: Amendment) -> list[str]:
    """Return number and heading of each item right under the first chapter, which is about results."""
    headings = Q(clause__kind__in=NUMBERED)
    text = Text.of(Wording.objects.as_amended_by(amendment).filter(headings))
    chapters = text.children.get(None, [])
    below = text.children.get(chapters[0].clause_id, []) if chapters else []
    return [f"{text.number(n)} {n.text}" for n in below if n.kind is UnitKind.ITEM]


# --- Programmes -----------------------------------------------------------------------------------
def named_programmes(amendment: Amendment) -> QuerySet[Program]:
    """Return the programmes that an amendment names: in its reasons, its items or its sheets."""
    reasons = AmendmentReason.objects.filter(group__amendment=amendment)
    items = ItemProgram.objects.filter(amendment=amendment, removed=False)
    sheets = OverviewSheet.objects.filter(amendment=amendment)
    named = Q()
    for rows in (reasons, items, sheets):
        named |= Q(pk__in=rows.filter(program__isnull=False).values("program"))
    return Program.objects.filter(named)


def programme_sheets(amendment: Amendment) -> list[Data]:
    """Return a sheet of each programme that the amendment names: in the order of its reasons, then by
    name."""
    programs = (
        named_programmes(amendment)
        .select_related("fund")
        .prefetch_related("appropriations", "tracks__costs", "tracks__fund", "flows", "sections")
    )
    reasons = AmendmentReason.objects.filter(group__amendment=amendment)
    order = reasons.order_by("group__position", "position").values_list("program", flat=True)
    place = {key: number for number, key in reversed(list(enumerate(order)))}
    in_order = sorted(programs, key=lambda program: place.get(program.pk, len(place)))
    return [programme_sheet(program) for program in in_order]


def programme_sheet(program: Program) -> Data:
    """Return what a programme's sheet says of it; amounts in whole yen."""
    budget = list(program.appropriations.all())
    total = total_of(budget)
    facts = (
        ("担当", program.office),
        ("事業実施期間", program.period_text),
        ("対象", program.target),
        ("採択件数", program.adoption_text),
        ("基金", program.fund.name if program.fund else ""),
    )
    return {
        "name": program.name,
        "subtitle": program.subtitle,
        "english_name": program.english_name,
        "facts": [[name, value or UNKNOWN] for name, value in facts],
        "budget": [_appropriation(row) for row in budget],
        "total": asdict(total) if total else None,
        "tracks": [
            {
                "name": track.name,
                "description": track.description,
                "yen": track.yen,
                "number": track.number_text or UNKNOWN,
                "period": track.period_text or UNKNOWN,
                "fund": track.fund.name if track.fund else "",
                "costs": [
                    {"label": c.label, "yen": c.yen, "text": c.text, "note": c.note}
                    for c in track.costs.all()
                ],
            }
            for track in program.tracks.all()
        ],
        "flows": [[f.source, f.destination, f.get_label_display()] for f in program.flows.all()],
        "sections": [{"heading": s.heading, "body": s.body} for s in program.sections.all()],
    }


def _appropriation(row: Appropriation) -> Data:
    return {
        "fiscal_year": row.fiscal_year,
        "kind": row.get_kind_display(),
        "yen": row.yen,
        "label": row.label,
        "outside": row.outside_programme,
        "note": row.note,
    }


def total_of(lines: Iterable[Appropriation]) -> Total | None:
    """Return the sum of the programmes' own amounts; None where there is nothing to add, or where they
    are of several fiscal years.

    What is appropriated outside a programme, such as for computers that it uses, is not its amount.
    """
    own = [line for line in lines if not line.outside_programme]
    known = [line.yen for line in own if line.yen is not None]
    if len(known) < 2 or len({line.fiscal_year for line in own}) > 1:
        return None
    return Total(own[0].fiscal_year, sum(known), len(own) - len(known))


# --- Overview sheets ------------------------------------------------------------------------------
def overview_sheets(amendment: Amendment) -> list[Data]:
    """Return 全体像: the sheets that sum an amendment up, as the source prints them."""
    sheets = amendment.overview_sheets.select_related("program").prefetch_related("sections")
    return [
        {
            "number": sheet.position,
            "title": sheet.title,
            "period": sheet.period_text,
            "program": sheet.program.name if sheet.program else "",
            "sections": [{"heading": s.heading, "body": s.body} for s in sheet.sections.all()],
        }
        for sheet in sheets
    ]


# --- On paper -------------------------------------------------------------------------------------
def policy_html(sheet: Mapping[str, Any], **identity: Any) -> str:
    """Return the printed policy hierarchy (A4 portrait) as HTML for `pdf.render_pdf`."""
    return render_to_string("evaluation/policy_print.html", {"policy": sheet, **identity})


def programme_html(sheet: Mapping[str, Any], **identity: Any) -> str:
    """Return the printed sheet of a programme (A4 landscape), with its scheme where there is one."""
    scheme = draw(Flow(*flow) for flow in sheet["flows"])
    context = {"program": sheet, "scheme": scheme, **identity}
    return render_to_string("evaluation/programme_print.html", context)


def overview_html(sheet: Mapping[str, Any], **identity: Any) -> str:
    """Return one printed overview sheet (A4 landscape)."""
    return render_to_string("evaluation/overview_print.html", {"sheet": sheet, **identity})
