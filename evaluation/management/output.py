"""A comparison table as a command hands it out: in one of four formats, to a file or the screen."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from evaluation.comparison.rows import Table
from evaluation.documents.comparison import (
    View,
    as_data,
    as_text,
    comparison_html,
    standalone_html,
)
from evaluation.documents.pdf import PdfError, render_pdf

FORMATS = ["text", "json", "html", "pdf"]


def content_of(table: Table, form: str, view: str, name: str, digest: str) -> bytes:
    """Return the table in one format. Raises CommandError where no PDF can be made.

    A PDF made here is not recorded as issued; it says so where an issued one names its version.
    """
    if form == "text":
        return as_text(table, View(view)).encode()
    if form == "json":
        return json.dumps(as_data(table), ensure_ascii=False, indent=1).encode() + b"\n"
    identity: dict[str, Any] = {"document_id": f"{name}（未発行）", "content_hash": digest}
    if form == "html":
        return standalone_html(table, View(view), **identity).encode()
    try:
        return render_pdf(comparison_html(table, View(view), **identity))
    except PdfError as error:
        raise CommandError(f"{error}\n{error.detail}".strip()) from error


def hand_out(content: bytes, target: str) -> None:
    """Write to a file, or to standard output for "-". Raises CommandError naming the file."""
    if target == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        Path(target).write_bytes(content)
    except OSError as error:
        raise CommandError(
            f"「{target}」に書き込めません（{error.strerror}）。書き込める場所を指定してください。"
        ) from error
