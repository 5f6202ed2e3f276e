"""The renderer: fetches nothing, forgives nothing, gives the same bytes for the same input."""

import datetime as dt
import hashlib
import http.server
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pypdf
import pytest

from evaluation.documents import pdf
from evaluation.documents.pdf_child import FONTS_CONF
from jst_objectives.fonts import FONTS
from tests.evaluation.documents.papers import SENTENCE, html_of, poppler, row, table


def test_fonts_conf_accepts_the_fonts_we_record_and_no_other() -> None:
    accepted = re.findall("<acceptfont><glob>(.*?)</glob>", FONTS_CONF.read_text())
    assert accepted == [str(font) for font in FONTS]


def test_the_same_input_gives_the_same_bytes() -> None:
    html = html_of(table(row(SENTENCE, "現行")), created=dt.date(2026, 1, 28))
    first, second = pdf.render_pdf(html), pdf.render_pdf(html)
    assert hashlib.sha256(first).hexdigest() == hashlib.sha256(second).hexdigest()
    other = pdf.render_pdf(html_of(table(row(SENTENCE, "元の文")), created=dt.date(2026, 1, 28)))
    assert (
        pypdf.PdfReader(BytesIO(other)).trailer["/ID"]
        != (pypdf.PdfReader(BytesIO(first)).trailer["/ID"])
    )


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
        '<style>li{{list-style-image:url("{url}")}}</style><ul><li>文</ul>',
        '<style>p::before{{content:url("{url}")}}</style><p>文',
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
        # Refused by our fetcher, not by anything else; a font is not tried twice.
        reasons = "URI uses disallowed protocol|Font-face 'x' cannot be loaded"
        told = re.search(reasons, error.detail) is not None
    else:
        told = poppler("pdfdetach", document, "-list") == "0 embedded files\n"
        told = told and "秘密" not in poppler("pdftotext", document)
    assert (told, listener.seen) == (True, [])


def test_the_same_page_is_fetched_by_a_renderer_that_is_not_ours(listener: SimpleNamespace) -> None:
    code = f"import weasyprint; weasyprint.HTML(string='<img src={listener.url}/control>').render()"
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert listener.seen == ["/control"]
    listener.seen.clear()


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
    monkeypatch.setitem(FONTS, Path("/nowhere/Font.ttf"), "fonts-nowhere")
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
    document = pdf.render_pdf_cached(html, folder=folder)
    (kept,) = folder.iterdir()
    assert kept.read_bytes() == document == pdf.render_pdf(html)
    kept.write_bytes(b"kept")
    assert pdf.render_pdf_cached(html, folder=folder) == b"kept"
    assert pdf.render_pdf_cached(html_of(table(row("別"))), folder=folder) != b"kept"
    assert len(list(folder.iterdir())) == 2


def test_the_oldest_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MOST_KEPT", 2)
    made = []
    for words in ("甲", "乙", "丙"):
        pdf.render_pdf_cached(html_of(table(row(words))), folder=tmp_path)
        made += [file for file in tmp_path.iterdir() if file not in made]
    assert set(tmp_path.iterdir()) == set(made[1:])


def test_importing_the_module_loads_no_renderer() -> None:
    code = "import sys, evaluation.documents.pdf; print('weasyprint' in sys.modules)"
    command = [pdf.COMMAND[0], "-c", code]
    assert subprocess.run(command, capture_output=True, check=True, text=True).stdout == "False\n"
