"""The papers of an evaluation: 項目別評定調書 of an item, 総括表, and 評価書, which holds all of a year.

Plain data, made once for a snapshot or a print; nothing else goes into their rendering.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.template.loader import render_to_string

from evaluation.documents.assessment import (
    DRAFT_MARK,
    Sheet,
    assessment,
    assessment_html,
    mark_of,
)
from evaluation.documents.background import Background
from evaluation.documents.grade_table import grade_table, grade_table_html, table_from
from evaluation.grading import KINDS_IN_WORDS, Gradebook
from evaluation.models import IssuedDocument, Rating
from evaluation.valuing import year_name

Kind = IssuedDocument.Kind
Content = Mapping[str, Any]


def papers_of(rating: Rating, book: Gradebook, background: Background) -> dict[str, Any]:
    """Return what the papers of a minister's rating say: of an item its sheet, of the agency as a whole
    the table and every sheet."""
    if rating.item_id is None:
        return whole(book, rating.fiscal_year, rating.kind, background)
    node = book.figures.text.nodes[rating.item_id]
    return {"sheets": [asdict(assessment(book, node, rating.fiscal_year, rating.kind, background))]}


def name_of(rating: Rating, book: Gradebook) -> str:
    """Return what the files of a rating's papers are called."""
    period = rating.period
    place = f"{period.agency.code}-{period.number}"
    if rating.item_id is not None:
        place = book.figures.text.number(book.figures.text.nodes[rating.item_id]).rstrip(".")
    return f"{place}_{year_name(rating.fiscal_year)}_{rating.get_kind_display()}"


def whole(book: Gradebook, fiscal_year: int, kind: str, background: Background) -> dict[str, Any]:
    """Return what 評価書 of a year says as the reader of the book sees it (only the queries of
    `Background`, however many items there are)."""
    period = book.figures.period
    nodes = book.graded(fiscal_year)
    sheets = [assessment(book, node, fiscal_year, kind, background) for node in nodes]
    unsettled = any(book.is_draft(node, fiscal_year, kind) for node in (*nodes, None))
    return {
        "cover": {
            "agency": period.agency.name,
            "period": str(period),
            "evaluation": f"{year_name(fiscal_year)}　{KINDS_IN_WORDS[kind]}",
            "minister": period.agency.competent_minister,
        },
        "draft": DRAFT_MARK if unsettled else "",
        "table": asdict(grade_table(book, (fiscal_year, kind))),
        "sheets": [asdict(sheet) for sheet in sheets],
    }


def evaluation_html(content: Content, kind: str, **identity: Any) -> str:
    """Return one of the papers (A4 landscape) as HTML for `pdf.render_pdf`."""
    if kind == Kind.GRADES:
        return grade_table_html(table_from(content["table"]), **identity)
    if kind == Kind.ASSESSMENT:
        return assessment_html(Sheet(**content["sheets"][0]), **identity)
    table = table_from(content["table"])
    context = {
        "cover": content["cover"],
        "table": table,
        "sheets": [Sheet(**sheet) for sheet in content["sheets"]],
        "draft": content["draft"],
        "mark": mark_of(table.sample, content["draft"]),
    }
    return render_to_string("evaluation/evaluation_print.html", context | identity)
