"""Tables to print, and what Poppler's tools read back of a PDF, as a reader does."""

import re
import subprocess
from subprocess import PIPE
from tempfile import NamedTemporaryFile
from typing import Any
from xml.etree import ElementTree

from evaluation.comparison.alignment import Kind
from evaluation.comparison.rows import Level, Row, Run, Table
from evaluation.documents.comparison import comparison_html

PAGE = "{http://www.w3.org/1999/xhtml}page"
MARGIN_RIGHT, MARGIN_BOTTOM = 18 * 72 / 25.4, 22 * 72 / 25.4
SENTENCE = "国から交付される補助金により基金を設け、AI駆動型研究（GX等）の高度化に向けた研究開発を推進する。"


def row(proposed: str, current: str = "", *, level: Level = Level.BODY, marked: bool = True) -> Row:
    """Return a revised row; a side is unmarked, marked and unmarked by thirds."""

    def runs(text: str) -> tuple[Run, ...]:
        third = len(text) // 3
        parts = (text[:third], text[third : 2 * third], text[2 * third :])
        return tuple(Run(p, marked and i == 1) for i, p in enumerate(parts) if p)

    return Row(Kind.REVISED, level, None, runs(proposed), runs(current))


def table(
    *rows: Row, title: str = "新旧対照表（案）", note: str = "（赤字・下線部分は変更部分）"
) -> Table:
    return Table(title, note, ("変更案", "現行"), rows)


def html_of(compared: Table, **context: Any) -> str:
    return comparison_html(
        compared, **{"document_id": "jst-5/3", "content_hash": "9f" * 32, **context}
    )


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
