"""`manage.py comparison 2026-01-28 --format pdf --output table.pdf`"""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evaluation.documents.comparison import (
    as_data,
    as_text,
    comparison_html,
    comparison_table,
    standalone_html,
)
from evaluation.documents.issuing import current_content, torn_places
from evaluation.documents.pdf import PdfError, render_pdf
from evaluation.models import Amendment, Snapshot


class Command(BaseCommand):
    help = "変更の新旧対照表を出力します（text、json、html、pdf）。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("amendment", help="変更の識別名（例：2026-01-28）")
        parser.add_argument("--format", choices=["html", "pdf", "text", "json"], default="text")
        parser.add_argument("--output", default="-", help="出力先のファイル（- は標準出力）")
        parser.add_argument("--agency", help="法人の略号（識別名だけで決まらないとき。例：jst）")
        parser.add_argument("--period", type=int, help="期（識別名だけで決まらないとき。例：5）")

    def handle(self, *args: Any, **options: Any) -> None:
        amendment = find(options["amendment"], options["agency"], options["period"])
        if torn := torn_places(amendment):
            raise CommandError("新旧対照表を作れません。" + "　".join(torn))
        try:
            content = output(amendment, options["format"])
        except PdfError as error:
            raise CommandError(f"{error}\n{error.detail}".strip()) from error
        if options["output"] == "-":
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
            return
        try:
            Path(options["output"]).write_bytes(content)
        except OSError as error:
            raise CommandError(
                f"「{options['output']}」に書き込めません（{error.strerror}）。書き込める場所を指定してください。"
            ) from error


def find(slug: str, agency: str | None, period: int | None) -> Amendment:
    """Return the one amendment meant. Raises CommandError listing what there is, or what is meant."""
    amendments = Amendment.objects.select_related("period__agency")
    found = amendments.filter(slug=slug)
    if agency:
        found = found.filter(period__agency__code=agency)
    if period:
        found = found.filter(period__number=period)
    matches = list(found)
    if len(matches) == 1:
        return matches[0]
    listed = "、".join(_key(amendment) for amendment in matches or amendments)
    if matches:
        raise CommandError(
            f"「{slug}」は複数あります：{listed}。--agency と --period で一つに決めてください。"
        )
    raise CommandError(f"変更「{slug}」はありません。登録されている変更：{listed or 'なし'}")


def _key(amendment: Amendment) -> str:
    period = amendment.period
    return f"{amendment.slug}（--agency {period.agency.code} --period {period.number}）"


def output(amendment: Amendment, form: str) -> bytes:
    """Return the table in one format. Raises PdfError.

    A PDF made here is not recorded as issued; it says so where an issued one names its version.
    """
    table = comparison_table(amendment)
    if form == "text":
        return as_text(table).encode()
    if form == "json":
        return json.dumps(as_data(table), ensure_ascii=False, indent=1).encode() + b"\n"
    _, digest = Snapshot.canonical(current_content(amendment))
    identity = {"document_id": f"{amendment.slug}（未発行）", "content_hash": digest}
    if form == "html":
        return standalone_html(table, **identity).encode()
    return render_pdf(comparison_html(table, **identity))
