"""The process that turns one HTML document (standard input) into one PDF (standard output).

Its argument is the limit of its memory in bytes; what went wrong is told on standard error.

`pdf.py` starts it by path, isolated (`python -I`), one process per document: WeasyPrint keeps the
interpreter busy for seconds, takes 0.1 MB a row and has no time-out of its own. Nothing of Django
or of the portal is imported here.
"""

import gc
import hashlib
import logging
import os
import resource
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
FONTS_CONF = HERE / "fonts.conf"
STYLE_SHEET = HERE.parent / "static" / "evaluation" / "print.css"

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


def write_pdf(html: bytes) -> bytes:
    """Return the PDF/UA-1 of a whole HTML document; dates and title are the document's own.

    Raises OSError when Pango cannot be loaded.
    """
    # An absolute path, set before the import: WeasyPrint reads the fonts when it is imported.
    os.environ["FONTCONFIG_FILE"] = str(FONTS_CONF)
    from weasyprint import CSS, HTML
    from weasyprint.urls import URLFetcher

    # The process lives for one document; collecting cycles would be a fifth of its work.
    gc.disable()
    list_pages_once()
    # No protocol at all: text that became mark-up by mistake reaches no file and no host.
    fetcher = URLFetcher(allowed_protocols=[])
    style = STYLE_SHEET.read_bytes()
    document = HTML(string=html.decode(), base_url="portal:", url_fetcher=fetcher)
    # An id gives a row a style of its own, 40 KB a row that nothing on paper links to.
    for row in document.etree_element.iter("tr"):
        row.attrib.pop("id", None)
    pdf: bytes = document.write_pdf(
        stylesheets=[CSS(string=style.decode(), base_url="portal:", url_fetcher=fetcher)],
        pdf_variant="pdf/ua-1",
        # Of the content, not of the clock: the same input gives the same bytes.
        pdf_identifier=hashlib.sha256(style + html).digest()[:16],
    )
    return pdf


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


def main(memory_limit: int) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (memory_limit, memory_limit))
    complaints = Complaints()
    logging.getLogger("weasyprint").addHandler(complaints)
    html = sys.stdin.buffer.read()
    try:
        pdf = write_pdf(html)
    except OSError as error:
        print(error, file=sys.stderr)
        return EXIT_NO_LIBRARY
    except MemoryError:
        return EXIT_NO_MEMORY
    if complaints.lines:
        print("\n".join(complaints.lines), file=sys.stderr)
        return EXIT_COMPLAINT
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    code = main(int(sys.argv[1]))
    sys.stdout.flush()
    sys.stderr.flush()
    # Without the interpreter's own end, which would free a million objects one by one.
    os._exit(code)
