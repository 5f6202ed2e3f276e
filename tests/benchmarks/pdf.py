"""What a PDF costs: the portal's child process beside WeasyPrint as it comes."""

import json
from functools import cache

from django.template.loader import render_to_string

from evaluation.comparison.rows import Run, Table
from evaluation.documents import pdf
from evaluation.documents.pdf_child import FONTS_CONF, STYLE_SHEET
from tests.benchmarks.children import Cost, python, run
from tests.benchmarks.rows import table

# WeasyPrint's simplest call, with the same style sheet and the same fonts.
BARE = f"""
import sys, weasyprint
html = weasyprint.HTML(string=sys.stdin.buffer.read().decode())
sys.stdout.buffer.write(html.write_pdf(stylesheets=[{str(STYLE_SHEET)!r}]))
"""
# What one writes without measuring: collapsed borders, paragraphs in cells, every row breakable.
NAIVE = """
import sys, weasyprint
html = weasyprint.HTML(string=sys.stdin.buffer.read().decode())
sys.stdout.buffer.write(html.write_pdf())
"""
NAIVE_STYLE = """
@page { size: A4; margin: 20mm 18mm 22mm; @bottom-center { content: counter(page) } }
html { font: 10.5pt/1.65 "BIZ UDMincho", "Noto Serif CJK JP" }
table { table-layout: fixed; width: 100%; border-collapse: collapse }
th, td { border: .5pt solid #000; padding: .6mm 2mm; vertical-align: top; text-align: left }
p { margin: 0; text-indent: 1em }
ins, del { color: #a90000; text-decoration: underline .6pt; text-underline-offset: 2pt }
"""
FONTS = {"FONTCONFIG_FILE": str(FONTS_CONF)}


def ours(*parts: str) -> Cost:
    return run([*pdf.COMMAND, "pdf", str(pdf.MEMORY_LIMIT)], json.dumps(parts).encode())


def pages(*parts: str) -> Cost:
    return run([*pdf.COMMAND, "pages", str(pdf.MEMORY_LIMIT)], json.dumps(parts).encode())


def bare(html: str) -> Cost:
    return run(python(BARE), html.encode(), FONTS)


def naive(html: str) -> Cost:
    return run(python(NAIVE), html.encode(), FONTS)


@cache
def our_html(count: int) -> str:
    """Return the print page of `count` generated rows."""
    return render_to_string("evaluation/comparison_print.html", {"table": table(count)})


@cache
def naive_html(count: int) -> str:
    """Return the same text as the table that one writes without measuring."""

    def cell(runs: tuple[Run, ...], tag: str) -> str:
        text = "".join(f"<{tag}>{r.text}</{tag}>" if r.marked else r.text for r in runs)
        return f"<td><p>{text}</p></td>"

    def rows(content: Table) -> str:
        return "".join(
            f"<tr>{cell(row.proposed, 'ins')}{cell(row.current, 'del')}</tr>"
            for row in content.rows
        )

    content = table(count)
    head = "".join(f"<th>{column}</th>" for column in content.columns)
    return (
        f'<html lang="ja"><title>{content.title}</title><style>{NAIVE_STYLE}</style>'
        f"<h1>{content.title}</h1><table><thead><tr>{head}</tr></thead>{rows(content)}</table>"
    )
