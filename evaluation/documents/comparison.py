"""新旧対照表: the comparison table of an amendment as text, JSON and HTML; all from the same rows."""

import base64
from dataclasses import asdict
from typing import Any

from django.template.loader import render_to_string

from evaluation.comparison.rows import NATIONAL, Run, Settings, Table
from evaluation.comparison.table import compare
from evaluation.documents.pdf_child import STYLE_SHEET
from evaluation.models import Amendment
from evaluation.models.texts import texts_around

DECIDED = Settings(heading="新旧対照表")


def comparison_table(amendment: Amendment) -> Table:
    """Return the table of an amendment: a draft against the text that stands, a decided one
    against the text just before it."""
    title = amendment.period.title
    before, text = texts_around(amendment)
    settings = DECIDED if amendment.is_decided else NATIONAL
    return compare(before.document(title), text.document(title), settings)


def as_text(table: Table) -> str:
    """Return one row per line: proposed, tab, current; marks as `<u>…</u>`.

    Backslash, tab, newline and a literal `<u>` of the text are escaped: `\\\\`, `\\t`, `\\n`,
    `&lt;u&gt;`.
    """
    lines = (f"{_side(row.proposed)}\t{_side(row.current)}\n" for row in table.rows)
    return "".join(lines)


def _side(runs: tuple[Run, ...]) -> str:
    return "".join(f"<u>{_escaped(r.text)}</u>" if r.marked else _escaped(r.text) for r in runs)


def _escaped(text: str) -> str:
    for plain, escape in (
        ("\\", "\\\\"),
        ("\t", "\\t"),
        ("\n", "\\n"),
        ("<u>", "&lt;u&gt;"),
        ("</u>", "&lt;/u&gt;"),
    ):
        text = text.replace(plain, escape)
    return text


def as_data(table: Table) -> dict[str, Any]:
    """Return title, note, columns and rows as plain data for JSON; a side is a list of runs."""
    return asdict(table)


def comparison_html(table: Table, **identity: Any) -> str:
    """Return the printed table (A4 portrait) as HTML for `pdf.render_pdf`.

    `identity`: `document_id`, `content_hash`, `created` and `modified` of the document itself.
    """
    return render_to_string("evaluation/comparison_print.html", {"table": table, **identity})


def standalone_html(table: Table, **identity: Any) -> str:
    """Return the printed table as one HTML file that brings its style sheet along."""
    style = base64.b64encode(STYLE_SHEET.read_bytes()).decode()
    return comparison_html(table, style=f"data:text/css;base64,{style}", **identity)
