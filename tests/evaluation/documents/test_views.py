"""The golden views: the real amendment as 見え消し, 溶け込み, in full, and with runs and remarks."""

from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.comparison.alignment import Kind
from evaluation.comparison.one_text import inline
from evaluation.comparison.rows import NATIONAL, Role, Settings
from evaluation.documents.comparison import (
    View,
    as_data,
    as_text,
    comparison_html,
    comparison_table,
    from_data,
    in_full,
)
from evaluation.documents.pdf import render_pdf
from evaluation.models import Amendment
from evaluation.models.texts import texts_around
from tests.evaluation.documents.papers import poppler

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
GOLDEN = Path(__file__).parents[2] / "golden"
RUN = replace(NATIONAL, unchanged_siblings="run", same="（略）", first="current", remarks="備考")
VIEWS: dict[str, tuple[Settings, View]] = {
    "inline": (NATIONAL, View.INLINE),
    "consolidated": (NATIONAL, View.CONSOLIDATED),
    "full": (in_full(NATIONAL), View.TABLE),
    "run": (RUN, View.TABLE),
}


@pytest.fixture
def draft(source_document):
    return Amendment.objects.get(slug="2026-01-28")


def lines(amendment, name):
    settings, view = VIEWS[name]
    return as_text(comparison_table(amendment, settings), view)


@pytest.mark.parametrize("name", VIEWS)
def test_the_view_of_the_real_amendment_line_by_line(draft, name):
    assert lines(draft, name) == (GOLDEN / f"{name}_2026-01-28.tsv").read_text()


def test_in_full_both_texts_of_the_real_amendment_can_be_read(draft):
    """Every clause of either text stands in its column, in order."""
    table = comparison_table(draft, in_full(NATIONAL))
    for side, text in zip(("current", "proposed"), texts_around(draft), strict=True):
        cells = [
            "".join(run.text for run in getattr(row, side) if run.role is Role.TEXT)
            for row in table.rows
        ]
        position = {node.public_id: node.text for node in text.order}
        shown = [row.clause_id for row in table.rows if row.clause_id in position]
        assert set(shown) == set(position)
        for row, cell in zip(table.rows, cells, strict=True):
            if row.clause_id in position:
                assert cell.endswith(position[row.clause_id])


def test_what_goes_and_what_comes_of_the_real_amendment(draft):
    for row in comparison_table(draft, in_full(NATIONAL)).rows:
        pieces = inline(row)
        notes = [any(r.role is Role.NOTE for r in c) for c in (row.current, row.proposed)]
        stored = [
            "" if note else "".join(run.text for run in cell)
            for note, cell in zip(notes, (row.current, row.proposed), strict=True)
        ]
        assert ["".join(p.old for p in pieces), "".join(p.new for p in pieces)] == stored


def test_remarks_name_the_reasons(draft):
    table = comparison_table(draft, RUN)
    remarks = {row.remark for row in table.rows if row.kind is Kind.NEW}
    titles = set(draft.reason_groups.values_list("reasons__title", flat=True))
    assert remarks - {"同上"} <= titles
    assert comparison_table(draft).rows[3].remark == ""


def test_data_can_be_read_again(draft):
    table = comparison_table(draft, RUN)
    assert from_data(as_data(table)) == table
    old = {key: as_data(table)[key] for key in ("title", "note", "columns")}
    row = {key: as_data(table)["rows"][0][key] for key in as_data(table)["rows"][0]}
    del row["remark"]
    again = from_data(old | {"rows": [row]})
    assert (again.first, again.remarks, again.notices) == ("proposed", "", ())
    assert again.rows == table.rows[:1]


def test_text_escapes_the_marks_of_every_view():
    assert as_text(comparison_table_of("<ins>a</ins>")) == "&lt;ins&gt;a&lt;/ins&gt;\t\n"


def comparison_table_of(text):
    data = {"title": "", "note": "", "columns": ("", ""), "rows": []}
    cell = [{"text": text, "marked": False, "role": "text"}]
    row = {"kind": "same", "level": "body", "clause_id": None, "proposed": cell, "current": []}
    return from_data(data | {"rows": [row]})


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_can_be_printed(draft, name):
    settings, view = VIEWS[name]
    content = render_pdf(comparison_html(comparison_table(draft, settings), view))
    text = poppler("pdftotext", content)
    heads = {"inline": "見え消し", "consolidated": "変更案", "full": "現行", "run": "備考"}
    assert heads[name] in text
