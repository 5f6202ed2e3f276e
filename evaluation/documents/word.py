"""Word: the memo, the comparison table and the appendix with the same rows and marks as on paper."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.simpletypes import ST_Merge
from docx.table import _Cell

from evaluation.comparison.rows import Level, Run, Table
from evaluation.documents.appendix import COLUMNS, Appendix, AppendixRow
from evaluation.documents.comparison import is_short
from evaluation.documents.word_paper import (
    add_foot,
    add_heading,
    add_identity,
    add_page_number,
    add_row,
    add_table,
    hang,
    saved,
    start_paper,
    write_runs,
)

# Wrapped lines hang by the width of the number, in em: the left edge, and the first line before it.
HANGING = {
    Level.CHAPTER: (2, -2),
    Level.ITEM: (2.5, -1.5),
    Level.ENTRY: (3.5, -2.5),
    Level.BULLET: (2, -1),
    Level.BODY: (0, 1),
    Level.PARAGRAPH: (1, -1),
}
HEADINGS = {Level.CHAPTER, Level.ITEM, Level.SECTION, Level.LABEL, Level.ENTRY}
APPENDIX_HEADS = ("項目", "評価軸", "評価指標", "モニタリング指標")
APPENDIX_WIDTHS = (13, 13, 23, 25.5, 25.5)


# --- The three documents --------------------------------------------------------------------------
def memo_docx(memo: Mapping[str, Any], identity: Mapping[str, Any]) -> bytes:
    """Return the memo, of `memo.with_pages`; its page numbers are those of the PDF."""
    document = start_paper(memo["title"], identity)
    document.sections[0].different_first_page_header_footer = True
    add_page_number(document.sections[0].header.paragraphs[0], WD_ALIGN_PARAGRAPH.RIGHT)
    add_identity(document.sections[0].first_page_footer.paragraphs[0], identity)
    add_identity(document.sections[0].footer.paragraphs[0], identity)
    add_heading(document, memo["title"], 1).alignment = WD_ALIGN_PARAGRAPH.CENTER
    for line in filter(None, (memo["day"], memo["office"])):
        document.add_paragraph(line).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for group in memo["groups"]:
        add_heading(document, f"{group['number']}. {group['title']}", 2)
        if group["introduction"]:
            hang(document.add_paragraph(group["introduction"]), 1, 1)
        for reason in group["reasons"]:
            heading = f"○{reason['title']}{_references(reason['references'])}"
            hang(add_heading(document, heading, 3), 1, -1)
            hang(document.add_paragraph(reason["text"]), 1, 1)
    return saved(document)


def _references(references: Iterable[Any]) -> str:
    parts = [f"{part}：{'、'.join(n for n, _ in pages)}ページ" for part, pages in references]
    return f"【{'、'.join(parts)}】" if parts else ""


def comparison_docx(table: Table, identity: Mapping[str, Any]) -> bytes:
    """Return the comparison table, side by side, with its remarks where it has any."""
    document = start_paper(table.title, identity)
    add_foot(document, identity)
    add_heading(document, table.title, 1).alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph(table.note).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    in_order = table.first == "proposed"
    titles = list(table.columns if in_order else table.columns[::-1])
    titles += [table.remarks] if table.remarks else []
    word = add_table(document, titles, (41, 41, 18) if table.remarks else (50, 50), lines=False)
    for row in table.rows:
        cells = add_row(word, whole=is_short(row))
        sides = (row.proposed, row.current) if in_order else (row.current, row.proposed)
        for cell, runs in zip(cells, sides, strict=False):
            paragraph = write_runs(cell.paragraphs[0], runs)
            hang(paragraph, *HANGING.get(row.level, (0, 0)))
            paragraph.paragraph_format.keep_with_next = row.level in HEADINGS
        if table.remarks:
            cells[2].paragraphs[0].add_run(row.remark)
    return saved(document)


def appendix_docx(appendix: Appendix, identity: Mapping[str, Any]) -> bytes:
    """Return the appendix: landscape, pages i, ii, iii, its note under each of them."""
    document = start_paper(appendix.title, identity, landscape=True)
    numbering = OxmlElement("w:pgNumType")
    numbering.set(qn("w:fmt"), "lowerRoman")
    document.sections[0]._sectPr.find(qn("w:cols")).addprevious(numbering)
    add_foot(document, identity, appendix.note)
    add_heading(document, appendix.title, 1)
    heads = (APPENDIX_HEADS[0], "", *APPENDIX_HEADS[1:])
    word = add_table(document, heads, APPENDIX_WIDTHS, lines=True)
    word.rows[0].cells[0].merge(word.rows[0].cells[1])
    word.rows[0].cells[0].paragraphs[1]._p.getparent().remove(
        word.rows[0].cells[0].paragraphs[1]._p
    )
    for number, row in enumerate(appendix.rows):
        _appendix_row(add_row(word, whole=True), row, new_page=number > 0 and row.first_of_item)
    return saved(document)


def _appendix_row(cells: Sequence[_Cell], row: AppendixRow, *, new_page: bool) -> None:
    """Fill a row; an item begins a page, as in the ministry's, and stands in its first row."""
    first = cells[0].paragraphs[0]
    if row.first_of_item:
        write_runs(first, row.item)
        first.paragraph_format.page_break_before = new_page
    if row.sub_item:
        cells[0]._tc.vMerge = ST_Merge.RESTART if row.first_of_item else ST_Merge.CONTINUE
        write_runs(cells[1].paragraphs[0], row.sub_item)
    else:
        cells[1]._tc.getparent().remove(cells[1]._tc)
        cells[0]._tc.grid_span = 2
    for cell, name in zip(cells[2:], COLUMNS.values(), strict=True):
        for number, entry in enumerate(getattr(row, name)):
            paragraph = cell.add_paragraph() if number else cell.paragraphs[0]
            marked = bool(entry.runs) and all(run.marked for run in entry.runs)
            hang(write_runs(paragraph, (Run("・", marked), *entry.runs)), 1, -1)
