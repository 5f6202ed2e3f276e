"""新旧対照表: a comparison table as text, JSON and HTML; every view is made from the same rows."""

import base64
from dataclasses import asdict, replace
from enum import StrEnum
from typing import Any

from django.template.loader import render_to_string

from evaluation.comparison.alignment import Kind
from evaluation.comparison.one_text import Change, consolidated, inline
from evaluation.comparison.rows import (
    NATIONAL,
    Level,
    Notice,
    Role,
    Row,
    Run,
    Settings,
    Table,
)
from evaluation.comparison.table import compare
from evaluation.documents.hand import Hand
from evaluation.documents.origins import joined, own_successions, remarked
from evaluation.documents.pdf_child import STYLE_SHEET
from evaluation.models import Amendment, AmendmentReason
from evaluation.models.table_forms import form_of
from evaluation.models.texts import Text, texts_around

DECIDED = replace(NATIONAL, heading="新旧対照表")
# A row kept whole leaves the rest of a page empty: 250 characters are 14 of its 40 lines.
SHORT = 250


class View(StrEnum):
    """How the rows of a table are shown: side by side, or as one text."""

    TABLE = "table"
    INLINE = "inline"
    CONSOLIDATED = "consolidated"

    @property
    def label(self) -> str:
        return {"table": "対照", "inline": "見え消し", "consolidated": "溶け込み"}[self]


def settings_of(amendment: Amendment) -> Settings:
    """Return the settings in which the amendment's table is issued."""
    return form_of(amendment).settings(DECIDED if amendment.is_decided else NATIONAL)


def in_full(settings: Settings) -> Settings:
    """Return the settings with the whole text, 全文, in place of an excerpt, 抄."""
    return replace(settings, unchanged_siblings="full", elide=False)


def comparison_table(amendment: Amendment, settings: Settings | None = None) -> Table:
    """Return the table of an amendment: a draft against the text that stands, a decided one
    against the text just before it. `settings`: in another form than it is issued in."""
    return table_and_hand(amendment, settings)[0]


def table_and_hand(
    amendment: Amendment,
    settings: Settings | None = None,
    texts: tuple[Text, Text] | None = None,
) -> tuple[Table, Hand]:
    """Return the table of an amendment, and the marks in it that were drawn by hand. `texts`: those
    around the amendment, where they are read already."""
    title = amendment.period.title
    before, text = texts or texts_around(amendment)
    settings = settings or settings_of(amendment)
    remarks = reasons_of(amendment, before, text) if settings.remarks else {}
    hand, rows = Hand.of(amendment, before, text), own_successions(amendment)
    old, new = before.document(title), text.document(title)
    said = remarked(remarks, rows, before, text)
    return compare(old, new, settings, hand.marks, said, joined(rows)), hand


def reasons_of(amendment: Amendment, *texts: Text) -> dict[str, str]:
    """Return the title of its reason for each clause that the amendment changes, by public id."""
    reasons = AmendmentReason.objects.filter(group__amendment=amendment)
    titles = dict(reasons.values_list("pk", "title"))
    return {
        node.public_id: titles[node.wording.reason_id]
        for text in texts
        for node in text.nodes.values()
        if node.wording.amendment_id == amendment.pk and node.wording.reason_id
    }


def is_short(row: Row) -> bool:
    """Tell whether a row is kept on one page."""
    return all(sum(len(run.text) for run in side) < SHORT for side in (row.proposed, row.current))


# --- Text and JSON --------------------------------------------------------------------------------
def as_text(table: Table, view: str = View.TABLE) -> str:
    """Return one row per line.

    Side by side: left, tab, right, with a column of remarks tab, remark; marks as `<u>…</u>`.
    見え消し: `<del>…</del>` and `<ins>…</ins>`. 溶け込み: the proposed text with its marks.
    Backslash, tab, newline and a literal tag of the text are escaped: `\\\\`, `\\t`, `\\n`,
    `&lt;u&gt;`.
    """
    line = {View.TABLE: _sides, View.INLINE: _inline, View.CONSOLIDATED: _consolidated}[View(view)]
    lines = (line(row, table) for row in table.rows)
    return "".join(f"{text}\n" for text in lines if text)


def _sides(row: Row, table: Table) -> str:
    sides = [_side(row.proposed), _side(row.current)]
    sides = sides if table.first == "proposed" else sides[::-1]
    return "\t".join([*sides, _escaped(row.remark)] if table.remarks else sides)


def _inline(row: Row, table: Table) -> str:
    tags = {Change.KEPT: "{}", Change.DELETED: "<del>{}</del>", Change.INSERTED: "<ins>{}</ins>"}
    return "".join(tags[piece.change].format(_escaped(piece.text)) for piece in inline(row))


def _consolidated(row: Row, table: Table) -> str:
    return _side(consolidated(row))


def _side(runs: tuple[Run, ...]) -> str:
    return "".join(f"<u>{_escaped(r.text)}</u>" if r.marked else _escaped(r.text) for r in runs)


def _escaped(text: str) -> str:
    for plain, escape in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n")):
        text = text.replace(plain, escape)
    for tag in ("u", "ins", "del"):
        text = text.replace(f"<{tag}>", f"&lt;{tag}&gt;").replace(f"</{tag}>", f"&lt;/{tag}&gt;")
    return text


def as_data(table: Table) -> dict[str, Any]:
    """Return the table as plain data for JSON; a side is a list of runs."""
    return asdict(table)


def from_data(data: dict[str, Any]) -> Table:
    """Return the table of `as_data`; what the data of an older version does not say is as it was."""
    rows = tuple(Row(**row | _typed(row)) for row in data["rows"])
    told = {
        name: tuple(Notice(**notice) for notice in data.get(name, ()))
        for name in ("notices", "by_sentence")
    }
    proposed, current = data["columns"]
    return Table(**data | told | {"rows": rows, "columns": (proposed, current)})


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    sides = {side: runs_from_data(row[side]) for side in ("proposed", "current")}
    return {"kind": Kind(row["kind"]), "level": Level(row["level"]), **sides}


def runs_from_data(data: list[dict[str, Any]]) -> tuple[Run, ...]:
    """Return the runs of a cell from plain data."""
    return tuple(Run(run["text"], run["marked"], Role(run["role"])) for run in data)


# --- HTML -----------------------------------------------------------------------------------------
def comparison_html(table: Table, view: str = View.TABLE, **identity: Any) -> str:
    """Return the printed table (A4 portrait) as HTML for `pdf.render_pdf`.

    `identity`: `document_id`, `content_hash`, `created` and `modified` of the document itself; and
    `linked`, the public ids of clauses to which another part of it refers.
    """
    context = {"table": table, "view": View(view), **identity}
    return render_to_string("evaluation/comparison_print.html", context)


def standalone_html(table: Table, view: str = View.TABLE, **identity: Any) -> str:
    """Return the printed table as one HTML file that brings its style sheet along."""
    style = base64.b64encode(STYLE_SHEET.read_bytes()).decode()
    style = f"data:text/css;base64,{style}"
    return comparison_html(table, view, style=style, **identity)
