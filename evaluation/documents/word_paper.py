"""Word paper: A4 with our fonts and foot, headings, paragraphs, real tables whose header row repeats.

BIZ UDMincho and BIZ UDGothic, in whose place a machine without them takes ＭＳ 明朝 and ＭＳ ゴシック.
"""

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.oxml import serialize_part_xml
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Length, Mm, Pt, RGBColor
from docx.table import Table as WordTable
from docx.table import _Cell, _Row
from docx.text.paragraph import Paragraph

from evaluation.comparison.rows import Run

MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MINCHO, GOTHIC = "BIZ UDMincho", "BIZ UDGothic"
IN_THEIR_PLACE = {
    MINCHO: "BIZ UD明朝 Medium,ＭＳ 明朝,MS Mincho",
    GOTHIC: "ＭＳ ゴシック,MS Gothic",
}
RED, BLACK = RGBColor(0xA9, 0, 0), RGBColor(0, 0, 0)
SIZE = 10.5
# Above and below the text of a cell, in twentieths of a point.
CELL_MARGINS = (
    f'<w:tblCellMar {nsdecls("w")}><w:top w:w="40" w:type="dxa"/><w:left w:w="100" w:type="dxa"/>'
    '<w:bottom w:w="40" w:type="dxa"/><w:right w:w="100" w:type="dxa"/></w:tblCellMar>'
)
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same content gives the same bytes


# --- Paper ----------------------------------------------------------------------------------------
def start_paper(title: str, identity: Mapping[str, Any], *, landscape: bool = False) -> Document:
    document = docx.Document()
    section = document.sections[0]
    width, height = Mm(210), Mm(297)
    section.page_width, section.page_height = (height, width) if landscape else (width, height)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = Mm(15 if landscape else 18)
    section.top_margin, section.bottom_margin = Mm(16 if landscape else 20), Mm(22)
    section.footer_distance = Mm(8)
    _dress(document)
    facts = document.core_properties
    facts.title, facts.author, facts.language = title, "中長期目標ポータル", "ja-JP"
    facts.comments, facts.identifier = "", identity["document_id"]
    return document


def _dress(document: Document) -> None:
    """Give the styles our fonts, and name those that stand in for them."""
    for name, font, size, before in (
        ("Normal", MINCHO, SIZE, 0),
        ("Heading 1", GOTHIC, 13, 0),
        ("Heading 2", GOTHIC, 12, 15),
        ("Heading 3", GOTHIC, SIZE, 9),
    ):
        style = document.styles[name]
        style.font.name, style.font.size = font, Pt(size)
        style.font.bold, style.font.color.rgb = False, BLACK
        fonts = style.element.rPr.rFonts
        for theme in [key for key in fonts.attrib if key.endswith("Theme")]:
            del fonts.attrib[theme]
        fonts.set(qn("w:eastAsia"), font)
        style.paragraph_format.space_before = Pt(before)
        style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.line_spacing = 1.2
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "ja-JP")
    table = next(
        p for p in document.part.package.iter_parts() if p.partname.endswith("fontTable.xml")
    )
    fonts = parse_xml(table.blob)
    for font, others in IN_THEIR_PLACE.items():
        names = f'w:name="{font}"><w:altName w:val="{others}"/>'
        fonts.append(parse_xml(f"<w:font {nsdecls('w')} {names}</w:font>"))
    table._blob = serialize_part_xml(fonts)


def add_foot(document: Document, identity: Mapping[str, Any], note: str = "") -> None:
    footer = document.sections[0].footer
    if note:
        small = footer.paragraphs[0].add_run(note)
        small.font.size = Pt(8.5)
    number = footer.add_paragraph() if note else footer.paragraphs[0]
    add_page_number(number, WD_ALIGN_PARAGRAPH.CENTER)
    add_identity(footer.add_paragraph(), identity)


def add_identity(paragraph: Paragraph, identity: Mapping[str, Any]) -> None:
    words = f"版：{identity['document_id']}　内容のSHA-256：{identity['content_hash']}"
    paragraph.add_run(words).font.size = Pt(6.5)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def add_page_number(paragraph: Paragraph, alignment: WD_ALIGN_PARAGRAPH) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)
    paragraph.alignment = alignment


def saved(document: Document) -> bytes:
    """Return the file; the clock's time, which the library writes for each part, is left out."""
    written, dated = BytesIO(), BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(dated, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, LONG_AGO)
            target.writestr(entry, source.read(name), zipfile.ZIP_DEFLATED)
    return dated.getvalue()


# --- Paragraphs and tables ------------------------------------------------------------------------
def add_heading(document: Document, text: str, level: int) -> Paragraph:
    return document.add_heading(text, level)


def hang(paragraph: Paragraph, left: float, first: float) -> Paragraph:
    """Indent a paragraph; both in em, the first line from the left edge of the others."""
    paragraph.paragraph_format.left_indent = Pt(left * SIZE)
    paragraph.paragraph_format.first_line_indent = Pt(first * SIZE)
    return paragraph


def write_runs(paragraph: Paragraph, runs: Iterable[Run]) -> Paragraph:
    """Add runs; what is marked is red and underlined, on either side."""
    for run in runs:
        added = paragraph.add_run(run.text)
        if run.marked:
            added.font.color.rgb, added.font.underline = RED, True
    return paragraph


def add_table(
    document: Document, heads: Sequence[str], widths: Sequence[float], *, lines: bool
) -> WordTable:
    """Add a table with a header row that repeats; `widths` in hundredths of the page, `lines`: black
    ones between the rows too, in place of pale ones."""
    table = document.add_table(rows=1, cols=len(heads))
    table.autofit = False
    edges = dict.fromkeys(("top", "left", "bottom", "right", "insideH", "insideV"), "000000")
    # Without any the page would end open.
    edges["insideH"] = "000000" if lines else "D9D9D9"
    borders = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:color="{color}"/>' for edge, color in edges.items()
    )
    all_borders = parse_xml(f"<w:tblBorders {nsdecls('w')}>{borders}</w:tblBorders>")
    table._tbl.tblPr.find(qn("w:tblLayout")).addprevious(all_borders)
    table._tbl.tblPr.find(qn("w:tblLayout")).addnext(parse_xml(CELL_MARGINS))
    section = document.sections[0]
    assert section.page_width
    assert section.left_margin
    whole = section.page_width - 2 * section.left_margin
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Length(int(whole * width / 100))
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        cell.paragraphs[0].add_run(head).font.name = GOTHIC
        cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        _bordered_below(cell)
    _row_property(table.rows[0], "w:tblHeader")
    return table


def _bordered_below(cell: _Cell) -> None:
    border = '<w:bottom w:val="single" w:sz="4" w:color="000000"/>'
    below = parse_xml(f"<w:tcBorders {nsdecls('w')}>{border}</w:tcBorders>")
    cell._tc.get_or_add_tcPr().append(below)


def add_row(table: WordTable, *, whole: bool) -> tuple[_Cell, ...]:
    """Add a row; `whole`: no page ends inside."""
    row = table.add_row()
    if whole:
        _row_property(row, "w:cantSplit")
    return row.cells


def _row_property(row: _Row, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))
