"""`manage.py reconcile jst 5 2026-01-28 FILE`: what an outside document says otherwise."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evaluation.checking.disagreements import Disagreement
from evaluation.checking.outside import read_file
from evaluation.checking.word import LARGEST_FILE, MEGABYTE, NotReadable
from evaluation.comparison.marking import underlined
from evaluation.consistency import reconcile_with
from evaluation.management.commands.comparison import find


class Command(BaseCommand):
    help = "資料（.docx かテキスト）を変更案と照合し、食い違いを一行に一つ出力します。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("agency", help="法人の略号（例：jst）")
        parser.add_argument("period", type=int, help="期（例：5）")
        parser.add_argument("slug", help="変更の識別名（例：2026-01-28）")
        parser.add_argument("file", help="照合する資料")

    def handle(self, *, agency: str, period: int, slug: str, file: str, **options: Any) -> None:
        amendment = find(slug, agency, period)
        try:
            passages = read_file(content_of(Path(file)))
        except NotReadable as reason:
            raise CommandError(f"「{file}」：{reason}") from reason
        result = reconcile_with(amendment, passages)
        for one in result.found:
            self.stdout.write(line_of(one))
        self.stdout.write(f"食い違い {len(result.found)}　照合 {result.compared}か所")


def content_of(path: Path) -> bytes:
    """Return the bytes of a file. Raises CommandError where it cannot be read, or is too large."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise CommandError(f"「{path}」は大きすぎます（{LARGEST_FILE // MEGABYTE} MBまで）。")
        return path.read_bytes()
    except OSError as error:
        raise CommandError(
            f"「{path}」を読めません（{error.strerror}）。ファイルを確かめてください。"
        ) from error


def line_of(one: Disagreement) -> str:
    """Return where, how, the place in the amendment, what the document prints and what is said here."""
    printed = underlined(one.printed, one.marks.new)
    expected = underlined(one.expected, one.marks.old)
    cells = [one.where, one.how.label, one.place, printed, expected, one.message]
    return "\t".join(cell.replace("\t", "　").replace("\n", "　") for cell in cells)
