"""What the printed comparison and appendix must hold, read back from their PDFs."""

import datetime as dt
import re
from collections import Counter
from dataclasses import replace
from io import BytesIO
from typing import Any

import pypdf
import pytest
from pypdf.generic import TextStringObject

from evaluation.comparison.alignment import Kind
from evaluation.comparison.rows import Level, Row, Run, Table
from evaluation.documents import pdf
from evaluation.documents.appendix import Appendix, AppendixRow, Entry, appendix_html
from evaluation.documents.pdf_child import STYLE_SHEET
from tests.evaluation.documents.papers import (
    SENTENCE,
    cell,
    columns,
    html_of,
    pages,
    poppler,
    row,
    squeeze,
    table,
)

HOSTILE = [
    "</td><script>alert(1)</script>",
    "<u>下線</u>",
    "{{ settings.SECRET_KEY }}",
    "{% include 'evaluation/print.html' %}",
    "&lt;b&gt;",
    "&amp;&#x3C;&nbsp;",
    '" onmouseover="alert(1)',
    "' style='display:none",
    "<link rel=attachment href=file:///etc/passwd>",
    "<a rel=attachment href=file:///etc/passwd>添付</a>",
    "<img src=file:///etc/passwd>",
    "<img src=x onerror=alert(1)>",
    "<iframe src=http://127.0.0.1/></iframe>",
    "<style>@import url(file:///etc/passwd);*{display:none}</style>",
    "<svg><image href=file:///etc/passwd></image></svg>",
    "<object data=file:///etc/passwd></object>",
    "</title><meta http-equiv=refresh content=0>",
    "</table></body></html>",
    "<!-- 見えない --> ]]>",
    "<base href=file:///etc/>",
    "<ins><del></ins></del>",
    "javascript:alert(1)//\\\"'`",
    "url(file:///etc/passwd) } td { display: none",
    "=HYPERLINK(1)+cmd|' /C calc'!A0",
    "%s %(x)s ${x} #{x} <%= x %>",
    "A" * 3000,
    "ー" * 1500,
    "、" * 300,
]


@pytest.fixture(scope="module")
def long_table() -> Table:
    """Short rows, rows that a page end splits, and one that is taller than a page."""
    rows = [
        row(f"{n}の変更案。" + SENTENCE * (n % 4 + 1), f"{n}の現行。" + SENTENCE * ((n + 1) % 3))
        for n in range(40)
    ]
    tall = row("高い行の変更案。" + SENTENCE * 60, "高い行の現行。" + SENTENCE * 50)
    heading = Row(Kind.SAME, Level.ITEM, None, (Run("2. 見出し"),), (Run("2. （同左）"),))
    return table(*rows[:20], heading, tall, heading, *rows[20:])


@pytest.fixture(scope="module")
def long_pdf(long_table: Table) -> bytes:
    return pdf.render_pdf(html_of(long_table, created=dt.date(2026, 1, 28)))


def test_a_long_address_that_is_marked_in_part_stays_in_its_column() -> None:
    address = "https://www.jst.go.jp/" + "a" * 60
    revised = [
        Row(
            Kind.REVISED,
            Level.BODY,
            None,
            (Run("参照：" + address[:n]), Run(address[n:], True)),
            (),
        )
        for n in (1, 10, 30, 50)
    ]
    document = pdf.render_pdf(html_of(table(*revised)))
    assert columns(document) == (("参照：" + address) * 4, "")


def test_every_character_of_every_cell_comes_back(long_table: Table, long_pdf: bytes) -> None:
    assert columns(long_pdf) == (
        "".join(cell(row.proposed) for row in long_table.rows),
        "".join(cell(row.current) for row in long_table.rows),
    )


def test_a_line_break_inside_a_clause_stays_one() -> None:
    text = pages(
        pdf.render_pdf(html_of(table(row("一行目である。\n二行目である。", marked=False))))
    )
    assert text[0].splitlines()[3:5] == ["一行目である。", "二行目である。"]


def test_rows_that_no_page_end_splits_come_back_in_order() -> None:
    short = table(
        *(row(f"第{n}行の案。" + SENTENCE, f"第{n}行の元。" + SENTENCE) for n in range(60))
    )
    document = pdf.render_pdf(html_of(short))
    foot = squeeze(f"\f版：jst-5/3　内容のSHA-256：{'9f' * 32}")
    text = squeeze("".join(pages(document)))
    for number in range(len(pages(document)), 0, -1):
        text = text.replace(f"{number}{foot}", "").replace("変更案現行", "", 1)
    expected = "".join(cell(row.proposed) + cell(row.current) for row in short.rows)
    assert text == squeeze(short.title + short.note) + expected


def test_every_page_begins_with_the_header_and_ends_with_number_and_identity(
    long_pdf: bytes,
) -> None:
    first, *others = pages(long_pdf)
    assert first.split()[:4] == [
        "新旧対照表（案）",
        "（赤字・下線部分は変更部分）",
        "変更案",
        "現行",
    ]
    assert [page.split()[:2] for page in others] == [["変更案", "現行"]] * len(others)
    assert [page.split()[-3:] for page in pages(long_pdf)] == [
        [str(number), "版：jst-5/3", f"内容のSHA-256：{'9f' * 32}"]
        for number in range(1, len(others) + 2)
    ]


def test_no_heading_is_left_behind_at_the_end_of_a_page() -> None:
    heading = Row(Kind.SAME, Level.ITEM, None, (Run("2. 見出し"),), (Run("2. （同左）"),))
    body = row("本文。" + SENTENCE * 2)
    document = pdf.render_pdf(html_of(table(*[heading, body] * 40)))
    last_lines = [page.split()[-4:-3] for page in pages(document)]
    assert [line for line in last_lines if "同左" in line[0] or "見出し" in line[0]] == []


def test_a_document_is_tagged_titled_dated_and_in_japanese(long_pdf: bytes) -> None:
    facts = dict(
        re.split(r":\s*", line, maxsplit=1)
        for line in poppler("pdfinfo", long_pdf, "-rawdates").splitlines()
    )
    assert (facts["Title"], facts["Tagged"], facts["CreationDate"], facts["JavaScript"]) == (
        "新旧対照表（案）",
        "yes",
        "D:20260128",
        "no",
    )
    assert facts["Page size"] == "595.276 x 841.89 pts (A4)"
    document = pypdf.PdfReader(BytesIO(long_pdf))
    assert document.root_object["/Lang"] == TextStringObject("ja")
    assert document.xmp_metadata is not None
    assert 'pdfuaid:part="1"' in document.xmp_metadata.stream.get_data().decode()


def test_the_tags_are_a_table_of_header_and_data_cells(long_table: Table, long_pdf: bytes) -> None:
    tags = Counter(re.findall(r"^\s*(\w+)", poppler("pdfinfo", long_pdf, "-struct"), re.MULTILINE))
    page_count = len(pages(long_pdf))
    assert (tags["H1"], tags["THead"], tags["TH"]) == (1, page_count, 2 * page_count)
    assert tags["TD"] >= 2 * len(long_table.rows)


def test_only_our_fonts_are_used_and_all_are_embedded(long_pdf: bytes) -> None:
    lines = poppler("pdffonts", pdf.render_pdf(html_of(table(row("𠮷野家の𠮷田"))))).splitlines()[
        2:
    ]
    assert {re.sub(r"^[A-Z]{6}\+", "", line.split()[0]) for line in lines} == {
        "BIZ-UDMincho",
        "BIZ-UDGothic",
        "Noto-Serif-CJK-JP",
    }
    # emb, sub, uni: embedded, a subset, with the Unicode text of each glyph.
    assert {tuple(line.split()[-5:-2]) for line in lines} == {("yes", "yes", "yes")}
    plain = poppler("pdffonts", long_pdf).splitlines()[2:]
    assert len(plain) == 2, "the fallback is embedded only where it is used"


def test_bookmarks_name_headings_and_changes() -> None:
    def simple(kind: Kind, level: Level, proposed: str, current: str) -> Row:
        return Row(kind, level, None, (Run(proposed, kind is Kind.NEW),), (Run(current),))

    document = pdf.render_pdf(
        html_of(
            table(
                simple(Kind.SAME, Level.CHAPTER, "Ⅲ. 章", "Ⅲ. （同左）"),
                simple(Kind.SAME, Level.ITEM, "2. 項目", "2. （同左）"),
                simple(Kind.REVISED, Level.BODY, "新しい本文", "古い本文"),
                simple(Kind.DELETED, Level.ITEM, "（削る）", "2. 4. 消える項目"),
                simple(Kind.LABEL, Level.SECTION, "【指標】", "【指標】"),
                simple(Kind.NEW, Level.ENTRY, "2.5. 新しい項目", "（新設）"),
                simple(Kind.NEW, Level.BULLET, "・新しい評価軸", ""),
            )
        )
    )
    outline = pypdf.PdfReader(BytesIO(document)).outline

    def titles(entries: list[Any]) -> list[Any]:
        return [titles(e) if isinstance(e, list) else e.title for e in entries]

    assert titles(outline) == [
        "Ⅲ. 章",
        ["2. 項目", ["本文"], "2. 4. 消える項目"],
        "【指標】",
        ["2.5. 新しい項目", ["・新しい評価軸"]],
    ]


def test_marks_are_red_and_underlined_and_never_struck_through() -> None:
    revised = Row(
        Kind.REVISED, Level.BODY, None, (Run("変更後の文", True),), (Run("元の文", True), Run("。"))
    )
    page = pypdf.PdfReader(BytesIO(pdf.render_pdf(html_of(table(revised))))).pages[0]
    contents = page.get_contents()
    assert contents is not None
    content = contents.get_data().decode("latin-1")
    red = re.findall(r"(0\.662\d+) 0 0 (RG|rg)", content)
    assert {operator for _, operator in red} == {"RG", "rg"}, "text in red and a line in red"
    struck = re.findall(r"(.*) \{[^}]*line-through", STYLE_SHEET.read_text())
    assert struck == [".inline del"], "見え消し alone strikes through"
    assert "追加" not in page.extract_text(), "words for the screen stay there"


def test_hostile_text_in_any_field_comes_out_as_text() -> None:
    rows = [row(text, text[::-1] if len(text) < 99 else text) for text in HOSTILE]
    marked = [
        Row(Kind.NEW, Level.BULLET, text, (Run(text, True),), (Run(text, True),))
        for text in HOSTILE
    ]
    attack = "<script>alert(1)</script>"
    hostile = Table(f"題{attack}", f"注{attack}", ("変更案", "現行"), (*rows, *marked))
    document = pdf.render_pdf(
        html_of(hostile, document_id=f"版{attack}", content_hash=f"値{attack}")
    )
    assert columns(document) == (
        "".join(cell(row.proposed) for row in hostile.rows),
        "".join(cell(row.current) for row in hostile.rows),
    )
    text = squeeze(pages(document)[0])
    assert [text.count(f"{field}{attack}") for field in "題注版値"] == [1, 1, 1, 1]
    assert poppler("pdfdetach", document, "-list") == "0 embedded files\n"


def appendix_row(number: str, *, first: bool) -> AppendixRow:
    def entries(text: str, count: int) -> tuple[Entry, ...]:
        return tuple(
            Entry(Kind.SAME, f"{number}-{n}", (Run(f"{number}の{text}{n}"),)) for n in range(count)
        )

    return AppendixRow(
        item_id=number[0],
        item=(Run(f"{number[0]}. 項目"),),
        sub_item_id=number,
        sub_item=(Run(f"{number}. 小項目"),),
        first_of_item=first,
        axes=entries("評価軸", 2),
        evaluation_indicators=entries("評価指標", 3),
        monitoring_indicators=entries("モニタリング指標", 4),
    )


def test_the_appendix_is_landscape_with_note_and_roman_numbers_on_every_page() -> None:
    rows = [appendix_row("1.1", first=True), appendix_row("1.2", first=False)]
    rows += [appendix_row("2.1", first=True)]
    rows += [replace(appendix_row("3.0", first=True), item=(Run("3. 単独", True),), sub_item=())]
    shown = Appendix("（別紙）評価軸", "※「評価指標」とは、指標。", tuple(rows))
    document = pdf.render_pdf(appendix_html(shown))
    assert "841.89 x 595.276 pts (A4)" in poppler("pdfinfo", document)
    head = ["項目", "評価軸", "評価指標", "モニタリング指標"]
    texts = [page.split() for page in pages(document)]
    assert [text[:4] for text in texts[1:]] == [head] * 2, "an item begins a page"
    assert texts[0][:5] == ["（別紙）評価軸", *head]
    assert [text[-2:] for text in texts] == [[shown.note, roman] for roman in ("i", "ii", "iii")]
    assert "/Headers []" not in poppler("pdfinfo", document, "-struct"), "each cell has its headers"
    entries = ["1.1の評価軸0", "1.2のモニタリング指標3", "2.1の評価指標2"]
    assert [squeeze("".join(pages(document))).count(f"・{entry}") for entry in entries] == [1, 1, 1]
    assert "".join(pages(document)).count("1. 項目") == 1, "an item stands in its first row"
