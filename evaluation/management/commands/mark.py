"""`manage.py mark PAIRS.jsonl`: the marks of pairs of texts, one JSON object a line."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evaluation.comparison.marking import mark_many, underlined

FORM = '{"id": "1", "old": "現行の文言", "new": "変更案の文言"}'
BATCH = 500  # pairs that are marked together: enough to share the work, few enough for any file


class Command(BaseCommand):
    help = f"文言の組に下線を引きます。1行に一つの JSON を読み、書きます。読む形：{FORM}"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pairs", help="組のファイル（- は標準入力）")

    def handle(self, *, pairs: str, **options: Any) -> None:
        try:
            content = sys.stdin.buffer.read() if pairs == "-" else Path(pairs).read_bytes()
        except OSError as error:
            raise CommandError(
                f"「{pairs}」を読めません（{error.strerror}）。ファイルを確かめてください。"
            ) from error
        for line in marked(read(content.splitlines())):
            self.stdout.write(line)


def read(lines: Iterable[bytes]) -> Iterator[dict[str, str]]:
    """Yield the pair of each line that is not empty. Raises CommandError naming the line."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            pair = json.loads(line.decode("utf-8-sig"))
        except ValueError as error:
            raise CommandError(
                f"{number}行目は、UTF-8のJSONとして読めません。形：{FORM}"
            ) from error
        keys = ("id", "old", "new")
        if not isinstance(pair, dict) or not all(isinstance(pair.get(key), str) for key in keys):
            raise CommandError(f"{number}行目に、文字列の id・old・new がありません。形：{FORM}")
        yield pair


def marked(pairs: Iterator[dict[str, str]]) -> Iterator[str]:
    """Yield each pair's id and texts with `<u>…</u>` as a line of JSON."""
    while batch := list(islice(pairs, BATCH)):
        found = mark_many((pair["old"], pair["new"]) for pair in batch)
        for pair, marks in zip(batch, found, strict=True):
            sides = {
                "id": pair["id"],
                "old_marked": underlined(pair["old"], marks.old),
                "new_marked": underlined(pair["new"], marks.new),
            }
            yield json.dumps(sides, ensure_ascii=False)
