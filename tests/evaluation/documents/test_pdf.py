"""What every paper of the portal must hold, seen through Poppler's tools as a reader sees it."""

import datetime as dt
import hashlib
import http.server
import re
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from subprocess import PIPE
from tempfile import NamedTemporaryFile
from types import SimpleNamespace
from xml.etree import ElementTree

import pypdf
import pytest
from django.template.loader import render_to_string

from evaluation.comparison.alignment import Kind
from evaluation.comparison.rows import Level, Row, Run, Table
from evaluation.documents import pdf
from evaluation.fonts import FONTS

PAGE = "{http://www.w3.org/1999/xhtml}page"
MARGIN_RIGHT, MARGIN_BOTTOM = 18 * 72 / 25.4, 22 * 72 / 25.4
SENTENCE = "国から交付される補助金により基金を設け、AI駆動型研究（GX等）の高度化に向けた研究開発を推進する。"
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


def row(proposed: str, current: str = "", *, level: Level = Level.BODY, marked: bool = True) -> Row:
    """Return a revised row; a side is unmarked, marked and unmarked by thirds."""

    def runs(text: str) -> tuple[Run, ...]:
        third = len(text) // 3
        parts = (text[:third], text[third : 2 * third], text[2 * third :])
        return tuple(Run(p, marked and i == 1) for i, p in enumerate(parts) if p)

    return Row(Kind.REVISED, level, None, runs(proposed), runs(current))


def table(*rows: Row, title: str = "新旧対照表（案）", note: str = "（赤字・下線部分は変更部分）") -> Table:
    return Table(title, note, ("変更案", "現行"), rows)


def html_of(compared: Table, **context: object) -> str:
    context = {"document_id": "jst-5/3", "content_hash": "9f" * 32, **context}
    return render_to_string("evaluation/comparison_print.html", {"table": compared, **context})


def cell(runs: tuple[Run, ...]) -> str:
    return squeeze("".join(run.text for run in runs))


def squeeze(text: str) -> str:
    return re.sub(r"\s", "", text)


def poppler(tool: str, document: bytes, *options: str) -> str:
    """Return what one of Poppler's tools prints of a PDF."""
    with NamedTemporaryFile(suffix=".pdf") as file:
        file.write(document)
        file.flush()
        target = [file.name, "-"] if tool == "pdftotext" else [file.name]
        return subprocess.run([tool, *options, *target], stdout=PIPE, check=True).stdout.decode()


def pages(document: bytes) -> list[str]:
    """Return each page's text in the order of its content."""
    return poppler("pdftotext", document, "-raw").split("\f")[:-1]


def columns(document: bytes) -> tuple[str, str]:
    """Return the text of each half of the comparison's pages, without heads and feet.

    Fails where text leaves its column.
    """
    left, right = "", ""
    for page in ElementTree.fromstring(poppler("pdftotext", document, "-bbox")).iter(PAGE):
        words = sorted((round(float(w.attrib["yMin"])), float(w.attrib["xMin"]), w) for w in page)
        head = next(y for y, _, word in words if word.text == "現行")
        middle = float(page.attrib["width"]) / 2
        foot = float(page.attrib["height"]) - MARGIN_BOTTOM
        edge = float(page.attrib["width"]) - MARGIN_RIGHT
        for y, x, word in words:
            if head < y < foot:
                assert float(word.attrib["xMax"]) <= (middle if x < middle else edge), word.text
                left += (word.text or "") * (x < middle)
                right += (word.text or "") * (x >= middle)
    return left, right


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
        Row(Kind.REVISED, Level.BODY, None, (Run("参照：" + address[:n]), Run(address[n:], True)), ())
        for n in (1, 10, 30, 50)
    ]
    document = pdf.render_pdf(html_of(table(*revised)))
    assert columns(document) == (("参照：" + address) * 4, "")


def test_every_character_of_every_cell_comes_back(long_table: Table, long_pdf: bytes) -> None:
    assert columns(long_pdf) == (
        "".join(cell(row.proposed) for row in long_table.rows),
        "".join(cell(row.current) for row in long_table.rows),
    )


def test_rows_that_no_page_end_splits_come_back_in_order() -> None:
    short = table(*(row(f"第{n}行の案。" + SENTENCE, f"第{n}行の元。" + SENTENCE) for n in range(60)))
    document = pdf.render_pdf(html_of(short))
    foot = squeeze(f"\f版：jst-5/3　SHA-256：{'9f' * 32}")
    text = squeeze("".join(pages(document)))
    for number in range(len(pages(document)), 0, -1):
        text = text.replace(f"{number}{foot}", "").replace("変更案現行", "", 1)
    expected = "".join(cell(row.proposed) + cell(row.current) for row in short.rows)
    assert text == squeeze(short.title + short.note) + expected


def test_every_page_begins_with_the_header_and_ends_with_number_and_identity(
    long_pdf: bytes,
) -> None:
    first, *others = pages(long_pdf)
    assert first.split()[:4] == ["新旧対照表（案）", "（赤字・下線部分は変更部分）", "変更案", "現行"]
    assert [page.split()[:2] for page in others] == [["変更案", "現行"]] * len(others)
    assert [page.split()[-3:] for page in pages(long_pdf)] == [
        [str(number), "版：jst-5/3", f"SHA-256：{'9f' * 32}"] for number in range(1, len(others) + 2)
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
    assert document.root_object["/Lang"] == "ja"
    assert 'pdfuaid:part="1"' in document.xmp_metadata.stream.get_data().decode()


def test_the_tags_are_a_table_of_header_and_data_cells(long_table: Table, long_pdf: bytes) -> None:
    tags = Counter(re.findall(r"^\s*(\w+)", poppler("pdfinfo", long_pdf, "-struct"), re.MULTILINE))
    page_count = len(pages(long_pdf))
    assert (tags["H1"], tags["THead"], tags["TH"]) == (1, page_count, 2 * page_count)
    assert tags["TD"] >= 2 * len(long_table.rows)


def test_only_our_fonts_are_used_and_all_are_embedded(long_pdf: bytes) -> None:
    lines = poppler("pdffonts", pdf.render_pdf(html_of(table(row("𠮷野家の𠮷田"))))).splitlines()[2:]
    assert {re.sub(r"^[A-Z]{6}\+", "", line.split()[0]) for line in lines} == {
        "BIZ-UDMincho",
        "BIZ-UDGothic",
        "BIZ-UDGothic-Bold",
        "Noto-Serif-CJK-JP",
    }
    # emb, sub, uni: embedded, a subset, with the Unicode text of each glyph.
    assert {tuple(line.split()[-5:-2]) for line in lines} == {("yes", "yes", "yes")}
    plain = poppler("pdffonts", long_pdf).splitlines()[2:]
    assert len(plain) == 3, "the fallback is embedded only where it is used"


def test_fonts_conf_accepts_the_fonts_we_record_and_no_other() -> None:
    accepted = re.findall("<acceptfont><glob>(.*?)</glob>", pdf.pdf_child.FONTS_CONF.read_text())
    assert accepted == [str(font) for font in FONTS]


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

    def titles(entries: list) -> list:
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
    page = pypdf.PdfReader(
        BytesIO(pdf.render_pdf(html_of(table(revised))))
    ).pages[0]
    content = page.get_contents().get_data().decode("latin-1")
    red = re.findall(r"(0\.662\d+) 0 0 (RG|rg)", content)
    assert {operator for _, operator in red} == {"RG", "rg"}, "text in red and a line in red"
    assert "追加" not in page.extract_text() + content


def test_the_same_input_gives_the_same_bytes() -> None:
    html = html_of(table(row(SENTENCE, "現行")), created=dt.date(2026, 1, 28))
    first, second = pdf.render_pdf(html), pdf.render_pdf(html)
    assert hashlib.sha256(first).hexdigest() == hashlib.sha256(second).hexdigest()
    other = pdf.render_pdf(html_of(table(row(SENTENCE, "元の文")), created=dt.date(2026, 1, 28)))
    assert pypdf.PdfReader(BytesIO(other)).trailer["/ID"] != (
        pypdf.PdfReader(BytesIO(first)).trailer["/ID"]
    )


def test_hostile_text_in_any_field_comes_out_as_text() -> None:
    rows = [row(text, text[::-1] if len(text) < 99 else text) for text in HOSTILE]
    marked = [
        Row(Kind.NEW, Level.BULLET, text, (Run(text, True),), (Run(text, True),)) for text in HOSTILE
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


@pytest.fixture(scope="module")
def listener() -> Iterator[SimpleNamespace]:
    """A real web server on the loopback that counts its visitors; /redirect sends them to a file."""
    seen: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(302 if self.path == "/redirect" else 200)
            self.send_header("Location", "file:///etc/passwd")
            self.end_headers()

        do_POST = do_HEAD = do_GET

        def log_message(self, *arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}", seen=seen)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "vector",
    [
        '<img src="{url}">',
        '<p style="background:url({url})">文',
        '<style>@import url("{url}");</style>',
        '<style>@font-face{{font-family:x;src:url("{url}")}}p{{font-family:x}}</style><p>文',
        '<link rel="stylesheet" href="{url}">',
        '<link rel="attachment" href="{url}">',
        '<a rel="attachment" href="{url}">文</a>',
        '<object data="{url}"></object>',
        '<embed src="{url}">',
        '<svg width="9" height="9"><image href="{url}" width="9" height="9"/></svg>',
        '<svg width="9" height="9"><use href="{url}#x"/></svg>',
        '<style>li{{list-style-image:url("{url}")}}p::before{{content:url("{url}")}}</style>'
        "<ul><li>文</ul><p>文",
        '<iframe src="{url}"></iframe><video src="{url}"></video><script src="{url}"></script>',
        '<base href="{url}"><img src="x">',
        '<meta http-equiv="refresh" content="0;url={url}"><p>文',
    ],
)
def test_nothing_is_fetched_and_nothing_is_attached(
    vector: str, listener: SimpleNamespace, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("秘密")
    urls = (secret.as_uri(), f"{listener.url}/page", f"{listener.url}/redirect")
    body = "".join(vector.format(url=url) for url in urls)
    html = f'<html lang="ja"><title>題</title><body>{body}</body></html>'
    try:
        document = pdf.render_pdf(html)
    except pdf.PdfError as error:
        assert re.search("URI uses disallowed protocol|Font-face 'x' cannot be loaded", error.detail)
    else:
        assert poppler("pdfdetach", document, "-list") == "0 embedded files\n"
        assert "秘密" not in poppler("pdftotext", document)
    assert listener.seen == []


def test_a_character_without_a_glyph_is_refused_by_name() -> None:
    with pytest.raises(pdf.PdfError) as caught:
        pdf.render_pdf(html_of(table(row("絵文字😀と🗾を含む文"))))
    assert str(caught.value) == (
        "PDFに印刷できない文字があります：「😀」（U+1F600）、「🗾」（U+1F5FE）。別の文字に直してください。"
    )


def test_any_line_of_the_renderers_log_is_an_error() -> None:
    with pytest.raises(pdf.PdfError) as caught:
        pdf.render_pdf('<html lang="ja"><title>題</title><style>p{foo:bar}</style><p>文')
    assert str(caught.value) == "PDFを作成できませんでした。管理者に連絡してください。"
    assert caught.value.detail == "Ignored `foo:bar` at 1:3, unknown property.\n"


def test_a_render_that_takes_too_long_is_stopped() -> None:
    started = time.monotonic()
    with pytest.raises(pdf.PdfError) as caught:
        pdf.render_pdf('<html lang="ja"><title>題</title>' + "<p>文" * 50_000, time_limit=1)
    assert time.monotonic() - started < 5
    assert str(caught.value) == (
        "PDFの作成が制限時間（1秒）内に終わらないため中止しました。"
        "対象を分けて、もう一度作成してください。"
    )


def test_a_render_that_takes_too_much_memory_is_stopped() -> None:
    html = '<html lang="ja"><title>題</title>' + "<p>文" * 100_000
    with pytest.raises(pdf.PdfError) as caught:
        pdf.render_pdf(html, memory_limit=300 * 1024 * 1024)
    assert str(caught.value) == (
        "PDFの作成に必要なメモリーが上限を超えました。対象を分けて、もう一度作成してください。"
    )


def test_a_missing_font_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(pdf.FONTS, Path("/nowhere/Font.ttf"), "fonts-nowhere")
    expected = (
        "PDFの作成に必要なライブラリまたはフォントがありません。"
        "次のDebianパッケージを入れてください：sudo apt-get install fonts-nowhere"
    )
    for make in (lambda: pdf.render_pdf("<p>文"), pdf.renderer_versions):
        with pytest.raises(pdf.PdfError) as caught:
            make()
        assert str(caught.value) == expected
    assert [(found.id, found.msg) for found in pdf.check_renderer(None)] == [
        ("evaluation.W001", expected)
    ]


def test_a_missing_library_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pdf.check_renderer(None) == []
    monkeypatch.setitem(pdf.LIBRARIES, "libnowhere.so.1", "libnowhere1")
    assert pdf.missing_packages() == ["libnowhere1"]


def test_versions_name_whatever_the_bytes_depend_on() -> None:
    versions = pdf.renderer_versions()
    assert list(versions)[:4] == ["weasyprint", "pydyf", "pango", "harfbuzz"]
    assert {name: versions[name] for name in list(versions)[4:]} == {
        font.name: hashlib.sha256(font.read_bytes()).hexdigest() for font in FONTS
    }


def test_a_kept_pdf_is_found_again_and_made_anew_for_another_input(tmp_path: Path) -> None:
    folder = tmp_path / "pdf"
    html = html_of(table(row(SENTENCE)))
    document = pdf.render_pdf_cached(html, folder)
    (kept,) = folder.iterdir()
    assert kept.read_bytes() == document == pdf.render_pdf(html)
    kept.write_bytes(b"kept")
    assert pdf.render_pdf_cached(html, folder) == b"kept"
    assert pdf.render_pdf_cached(html_of(table(row("別"))), folder) != b"kept"
    assert len(list(folder.iterdir())) == 2


def test_importing_the_module_loads_no_renderer() -> None:
    code = "import sys, evaluation.documents.pdf; print('weasyprint' in sys.modules)"
    command = [pdf.COMMAND[0], "-c", code]
    assert subprocess.run(command, capture_output=True, check=True, text=True).stdout == "False\n"


def appendix(*sub_items: tuple[str, bool]) -> SimpleNamespace:
    def entries(text: str, count: int) -> tuple[SimpleNamespace, ...]:
        return tuple(
            SimpleNamespace(kind=Kind.SAME, clause_id=str(n), runs=(Run(f"{text}{n}"),))
            for n in range(count)
        )

    rows = [
        SimpleNamespace(
            item=(Run(f"{name[0]}. 項目"),),
            sub_item=(Run(f"{name}. 小項目"),),
            first_of_item=first,
            axes=entries(f"{name}の評価軸", 2),
            evaluation_indicators=entries(f"{name}の評価指標", 3),
            monitoring_indicators=entries(f"{name}のモニタリング指標", 4),
        )
        for name, first in sub_items
    ]
    alone = SimpleNamespace(**{**vars(rows[0]), "item": (Run("9. 単独", True),), "sub_item": ()})
    return SimpleNamespace(title="（別紙）評価軸", note="※「評価指標」とは、指標。", rows=[*rows, alone])


def test_the_appendix_is_landscape_with_note_and_roman_numbers_on_every_page() -> None:
    shown = appendix(("1.1", True), ("1.2", False), ("2.1", True))
    document = pdf.render_pdf(render_to_string("evaluation/appendix_print.html", {"appendix": shown}))
    assert "841.89 x 595.276 pts (A4)" in poppler("pdfinfo", document)
    head = ["項目", "評価軸", "評価指標", "モニタリング指標"]
    texts = [page.split() for page in pages(document)]
    assert [text[:4] for text in texts[1:]] == [head] * 2, "an item begins a page"
    assert texts[0][:5] == ["（別紙）評価軸", *head]
    assert [text[-2:] for text in texts] == [[shown.note, roman] for roman in ("i", "ii", "iii")]
    entries = ["1.1の評価軸0", "1.2のモニタリング指標3", "2.1の評価指標2"]
    assert [squeeze("".join(pages(document))).count(f"・{entry}") for entry in entries] == [2, 1, 1]
    assert "".join(pages(document)).count("1. 項目") == 1, "an item stands in its first row"
