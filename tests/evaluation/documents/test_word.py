"""Word: read back, the rows and marks are those of the golden table and appendix."""

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import nsmap, qn
from docx.text.paragraph import Paragraph

from evaluation.comparison.alignment import Kind
from evaluation.comparison.rows import Level, Row, Run, Table
from evaluation.documents.appendix import amended_appendix
from evaluation.documents.comparison import comparison_table
from evaluation.documents.dossier import paged_memo
from evaluation.documents.issuing import current_content
from evaluation.documents.word import appendix_docx, comparison_docx, memo_docx
from evaluation.documents.word_paper import RED
from evaluation.models import Amendment
from tests.evaluation.documents.test_dossier import REFERENCES

GOLDEN = Path(__file__).parents[2] / "golden"
NAMES = {"w": nsmap["w"]}
IDENTITY = {"document_id": "2026-01-28（未発行）", "content_hash": "9f" * 32}


@pytest.fixture
def real(source_document: None) -> Amendment:
    return Amendment.objects.get(slug="2026-01-28")


def opened(content: bytes) -> Any:
    return docx.Document(BytesIO(content))


def marked(paragraph: Paragraph) -> str:
    """Return a paragraph with `<u>` where it is red and underlined; it is never one of both."""
    text = ""
    for run in paragraph.runs:
        red, underlined = run.font.color.rgb == RED, run.font.underline is True
        assert red == underlined
        assert not run.font.strike
        text += f"<u>{run.text}</u>" if red else run.text
    return text.replace("</u><u>", "")


def cell(given: Any) -> str:
    return " ／ ".join(marked(paragraph) for paragraph in given.paragraphs)


# --- The real documents ---------------------------------------------------------------------------
def test_the_table_has_the_golden_rows_and_marks(real: Amendment) -> None:
    table = comparison_table(real)
    document = opened(comparison_docx(table, IDENTITY))
    (word,) = document.tables
    head, *rows = [[cell(c) for c in row.cells] for row in word.rows]
    assert head == ["変更案", "現行"]
    golden = [
        line.split("\t")[2:]
        for line in (GOLDEN / "comparison_2026-01-28.tsv").read_text().splitlines()
    ]
    assert rows == golden
    assert [p.text for p in document.paragraphs if p.text] == [table.title, table.note]


def test_the_appendix_has_the_golden_rows_and_marks(real: Amendment) -> None:
    document = opened(appendix_docx(amended_appendix(real), IDENTITY))
    (word,) = document.tables
    rows = []
    for row in word.rows[1:]:
        cells = [*row._tr.tc_lst]
        texts = [" ／ ".join(marked(Paragraph(p, row)) for p in tc.p_lst) for tc in cells]
        texts = [texts[0], *([""] if len(cells) == 4 else []), *texts[1:]]
        rows.append("\t".join(unbulleted(text) for text in texts))
    assert rows == (GOLDEN / "appendix_2026-01-28.tsv").read_text().splitlines()
    assert [tc.grid_span for tc in word.rows[0]._tr.tc_lst] == [2, 1, 1, 1]
    restarts = [tc.vMerge for row in word.rows[1:] for tc in row._tr.tc_lst[:1]]
    assert (restarts.count("restart"), restarts.count("continue"), restarts.count(None)) == (
        4,
        11,
        2,
    )


def unbulleted(text: str) -> str:
    entries = text.split(" ／ ")
    return " ／ ".join(
        e.replace("・", "", 1) if e.lstrip("<u>")[:1] == "・" else e for e in entries
    )


def test_the_memo_refers_to_the_pages_of_the_pdf(real: Amendment) -> None:
    memo = paged_memo(current_content(real))
    texts = [p.text for p in opened(memo_docx(memo, IDENTITY)).paragraphs]
    assert texts[:3] == [memo["title"], "令和8年1月28日", "科学技術・学術政策局人材政策課"]
    headings = [text for text in texts if text.startswith("○")]
    assert headings == [f"○{title}{pages}" for title, pages in REFERENCES.items()]
    assert sum(text == group["introduction"] for text in texts for group in memo["groups"]) == 1


# --- Form -----------------------------------------------------------------------------------------
def some_table(**fields: Any) -> Table:
    row = Row(
        Kind.REVISED, Level.BODY, "x", (Run("新", True), Run("文")), (Run("旧", True), Run("文"))
    )
    title = Row(Kind.SAME, Level.TITLE, None, (Run("題"),), (Run("題"),))
    long = Row(Kind.NEW, Level.BULLET, "y", (Run("・長い" * 100, True),), (Run("（新設）"),))
    return Table("表題", "（注）", ("変更案", "現行"), (title, row, long), **fields)


def test_the_header_row_repeats_and_short_rows_stay_whole() -> None:
    (word,) = opened(comparison_docx(some_table(), IDENTITY)).tables
    names = ("w:tblHeader", "w:cantSplit")
    found = [[name for name in names if row._tr.findall(f".//{name}", NAMES)] for row in word.rows]
    assert found == [["w:tblHeader"], ["w:cantSplit"], ["w:cantSplit"], []]


def test_the_page_is_that_of_the_pdf(real: Amendment) -> None:
    table = opened(comparison_docx(some_table(), IDENTITY)).sections[0]
    assert (round(table.page_width.mm), round(table.page_height.mm)) == (210, 297)
    appendix = opened(appendix_docx(amended_appendix(real), IDENTITY)).sections[0]
    assert (round(appendix.page_width.mm), round(appendix.page_height.mm)) == (297, 210)
    assert appendix.orientation == WD_ORIENT.LANDSCAPE
    order = [child.tag.rpartition("}")[2] for child in appendix._sectPr]
    assert order.index("pgMar") < order.index("pgNumType") < order.index("cols")
    note, number, identity = appendix.footer.paragraphs
    assert note.text.startswith("※「評価指標」とは")
    assert number._p.find(qn("w:fldSimple")).get(qn("w:instr")) == "PAGE"
    assert identity.text == f"版：2026-01-28（未発行）　内容のSHA-256：{'9f' * 32}"


def test_the_fonts_are_ours_and_those_that_stand_in_for_them() -> None:
    content = comparison_docx(some_table(), IDENTITY)
    document = opened(content)
    fonts = {
        name: document.styles[name].element.rPr.rFonts.get(qn("w:eastAsia"))
        for name in ("Normal", "Heading 1", "Heading 2", "Heading 3")
    }
    gothic = dict.fromkeys(("Heading 1", "Heading 2", "Heading 3"), "BIZ UDGothic")
    assert fonts == {"Normal": "BIZ UDMincho"} | gothic
    table = zipfile.ZipFile(BytesIO(content)).read("word/fontTable.xml").decode()
    assert (
        'w:name="BIZ UDMincho"><w:altName w:val="BIZ UD明朝 Medium,ＭＳ 明朝,MS Mincho"/>' in table
    )


def test_columns_stand_as_the_form_says_and_remarks_beside_them() -> None:
    table = some_table(first="current", remarks="備考")
    (word,) = opened(comparison_docx(table, IDENTITY)).tables
    assert [[cell(c) for c in row.cells] for row in word.rows][:3] == [
        ["現行", "変更案", "備考"],
        ["題", "題", ""],
        ["<u>旧</u>文", "<u>新</u>文", ""],
    ]


def test_the_same_content_gives_the_same_bytes() -> None:
    assert comparison_docx(some_table(), IDENTITY) == comparison_docx(some_table(), IDENTITY)
