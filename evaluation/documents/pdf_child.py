"""The process that turns HTML documents, the parts of one PDF, into it.

Standard input: a JSON list of whole HTML documents. Standard output: the PDF of them all, each part
counting its own pages; or with the argument `pages` a JSON object that tells for each id in them on
which page of its part it stands. Standard error: `LAID_OUT` and a line end after each part, then what
went wrong. The other argument is the limit of its memory in bytes.

`pdf.py` starts it by path, isolated (`python -I`), one process per document: WeasyPrint keeps the
interpreter busy for seconds, takes 0.1 MB a row and has no time-out of its own. Nothing of Django
or of the portal is imported here.
"""

import gc
import hashlib
import json
import logging
import os
import resource
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
FONTS_CONF = HERE / "fonts.conf"
STYLE_SHEET = HERE.parent / "static" / "evaluation" / "print.css"

VARIANT = "pdf/ua-1"
LAID_OUT = "laid out"  # a line of a log that said the same would only be counted as a part

EXIT_NO_LIBRARY = 3
EXIT_COMPLAINT = 4
EXIT_NO_MEMORY = 5


class Complaints(logging.Handler):
    """Keeps WeasyPrint's log: it only logs a lost character, a refused file or an unknown property."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def lay_out(parts: list[str]) -> list[Any]:
    """Return the laid out documents of whole HTML documents.

    Raises OSError when Pango cannot be loaded.
    """
    # An absolute path, set before the import: WeasyPrint reads the fonts when it is imported.
    os.environ["FONTCONFIG_FILE"] = str(FONTS_CONF)
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    # The process lives for one document; collecting cycles would be a fifth of its work.
    gc.disable()
    # No protocol at all: text that became mark-up by mistake reaches no file and no host.
    fetcher = URLFetcher(allowed_protocols=[])
    style = CSS(string=STYLE_SHEET.read_text(), base_url="portal:", url_fetcher=fetcher)
    fonts, documents = FontConfiguration(), []
    for html in parts:
        document = HTML(string=html, base_url="portal:", url_fetcher=fetcher)
        # An id gives a row a style of its own, 40 KB a row that nothing on paper links to.
        for row in document.etree_element.iter("tr"):
            row.attrib.pop("id", None)
        options = {"stylesheets": [style], "pdf_variant": VARIANT, "font_config": fonts}
        documents.append(document.render(**options))
        print(LAID_OUT, file=sys.stderr, flush=True)
    return documents


def write_pdf(parts: list[str]) -> bytes:
    """Return the parts as one PDF/UA-1; dates and title are those of the first part."""
    list_pages_once()
    documents = lay_out(parts)
    pages = [page for document in documents for page in document.pages]
    # Of the content, not of the clock: the same input gives the same bytes.
    content = STYLE_SHEET.read_bytes() + "\f".join(parts).encode()
    pdf: bytes = (
        documents[0]
        .copy(pages)
        .write_pdf(pdf_variant=VARIANT, pdf_identifier=hashlib.sha256(content).digest()[:16])
    )
    return pdf


def page_numbers(parts: list[str]) -> dict[str, int]:
    """Return the page, counted in its part from 1, on which each id of the parts stands."""
    numbers: dict[str, int] = {}
    for document in lay_out(parts):
        for number, page in enumerate(document.pages, start=1):
            for anchor in page.anchors:
                numbers.setdefault(anchor, number)
    return numbers


def list_pages_once() -> None:
    """Keep pydyf from listing all pages anew for every tag: a quarter of the work at 600 pages."""
    from pydyf import PDF

    list_pages = PDF.page_references.fget

    def page_references(pdf: Any) -> Any:
        kids = len(pdf.pages["Kids"])
        if pdf.__dict__.get("listed_kids") != kids:
            pdf.listed_kids, pdf.listed_pages = kids, list_pages(pdf)
        return pdf.listed_pages

    PDF.page_references = property(page_references)


def main(output: str, memory_limit: int) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (memory_limit, memory_limit))
    complaints = Complaints()
    logging.getLogger("weasyprint").addHandler(complaints)
    parts = json.load(sys.stdin.buffer)
    try:
        made = write_pdf(parts) if output == "pdf" else json.dumps(page_numbers(parts)).encode()
    except OSError as error:
        print(error, file=sys.stderr)
        return EXIT_NO_LIBRARY
    except MemoryError:
        return EXIT_NO_MEMORY
    if complaints.lines:
        print("\n".join(complaints.lines), file=sys.stderr)
        return EXIT_COMPLAINT
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    code = main(sys.argv[1], int(sys.argv[2]))
    sys.stdout.flush()
    sys.stderr.flush()
    # Without the interpreter's own end, which would free a million objects one by one.
    os._exit(code)
