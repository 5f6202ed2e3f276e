"""Word: the assessment sheet and the table of grades, from the same models as screen and PDF."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt
from docx.table import Table, _Cell

from evaluation.documents.assessment import Line, Sheet
from evaluation.documents.grade_table import GradeRow, GradeTable
from evaluation.documents.word_paper import (
    GOTHIC,
    add_foot,
    add_heading,
    add_row,
    add_table,
    saved,
    start_paper,
)

SMALL = Pt(9)


def assessment_docx(sheet: Sheet, identity: Mapping[str, Any]) -> bytes:
    """Return the assessment sheet, A4 landscape."""
    document = _begin(sheet.title, sheet.sample, identity)
    document.add_paragraph(f"{sheet.form}　{sheet.subject}（{sheet.year}）")
    add_heading(document, "1. 当事務及び事業に関する基本情報", 2)
    facts = add_table(document, ("事項", "内容"), (25, 75), lines=True)
    for name, cell in sheet.facts:
        _fill(facts, (name, cell.words))
    add_heading(document, "2. 主要な経年データ", 2)
    _indicators(document, sheet)
    _inputs(document, sheet)
    add_heading(document, "3. 中長期目標、計画、業務実績、自己評価及び主務大臣による評価", 2)
    heads = [column.title for column in sheet.columns]
    columns = add_table(document, heads, (15, 13, 13, 15, 24, 20), lines=True)
    for place, column in zip(add_row(columns, whole=False), sheet.columns, strict=True):
        _write(place, column.lines)
    _remedies(document, sheet)
    if sheet.others:
        add_heading(document, "5. その他参考情報", 2)
        for line in sheet.others:
            document.add_paragraph(line.words)
    return saved(document)


def grade_table_docx(table: GradeTable, identity: Mapping[str, Any]) -> bytes:
    """Return the grades of every item and year, A4 landscape."""
    document = _begin(table.title, table.sample, identity)
    heads = ("項目", "重要度", "困難度", *table.heads)
    width = 58 / len(table.heads)
    word = add_table(document, heads, (30, 6, 6, *[width] * len(table.heads)), lines=True)
    for row in (*table.rows, table.overall):
        _grades(word, row, len(table.heads))
    document.add_paragraph(table.note).paragraph_format.space_before = Pt(4)
    for head, lines in table.grounds:
        add_heading(document, f"{head}　{table.overall.item.words}", 2)
        for line in lines:
            document.add_paragraph(line.words)
    return saved(document)


def _begin(title: str, sample: str, identity: Mapping[str, Any]) -> Document:
    document = start_paper(title, identity, landscape=True)
    add_foot(document, identity)
    add_heading(document, title, 1)
    if sample:
        document.add_paragraph(sample)
    return document


def _indicators(document: Document, sheet: Sheet) -> None:
    add_heading(document, "主な参考指標情報", 3)
    heads = ("指標", "測定項目", "達成目標", "基準値", *sheet.years, "参考情報")
    year = 38 / len(sheet.years)
    widths = (20, 14, 9, 8, *[year] * len(sheet.years), 11)
    table = add_table(document, heads, widths, lines=True)
    for row in sheet.indicators:
        years = [cell.words for cell in row.years]
        figures = (row.target.words, row.baseline.words, *years, row.reference.words)
        _fill(table, (row.indicator.words, row.measure, *figures), right=range(2, 4 + len(years)))


def _inputs(document: Document, sheet: Sheet) -> None:
    add_heading(document, "主要なインプット情報", 3)
    year = 80 / len(sheet.years)
    table = add_table(document, ("", *sheet.years), (20, *[year] * len(sheet.years)), lines=True)
    for row in sheet.inputs:
        years = [cell.words for cell in row.years]
        _fill(table, (row.name, *years), right=range(1, 1 + len(years)))


def _remedies(document: Document, sheet: Sheet) -> None:
    if not sheet.remedies:
        return
    add_heading(document, "4. 指摘事項と改善の状況", 2)
    heads = ("指摘事項", "改善方策", "改善の状況", "完了")
    table = add_table(document, heads, (28, 25, 32, 15), lines=True)
    for row in sheet.remedies:
        told = "\n".join(row.progress)
        _fill(table, (row.pointed_out.words, row.remedy, told, row.state))


def _grades(table: Table, row: GradeRow, count: int) -> None:
    words = [cell.words for cell in row.grades] or [""] * count
    _fill(table, (row.item.words, row.weight, row.difficulty, *words), center=range(1, 3 + count))


def _fill(
    table: Table,
    texts: Sequence[str],
    *,
    right: Iterable[int] = (),
    center: Iterable[int] = (),
) -> None:
    aligned = dict.fromkeys(right, WD_ALIGN_PARAGRAPH.RIGHT)
    aligned |= dict.fromkeys(center, WD_ALIGN_PARAGRAPH.CENTER)
    for number, (cell, words) in enumerate(zip(add_row(table, whole=True), texts, strict=True)):
        cell.paragraphs[0].add_run(words).font.size = SMALL
        if number in aligned:
            cell.paragraphs[0].alignment = aligned[number]


def _write(cell: _Cell, lines: Iterable[Line]) -> None:
    for number, line in enumerate(lines):
        paragraph = cell.add_paragraph() if number else cell.paragraphs[0]
        run = paragraph.add_run(line.words)
        run.font.size = Pt(14) if line.grade else SMALL
        if line.label or line.grade:
            run.font.name = GOTHIC
