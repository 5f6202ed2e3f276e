"""`manage.py compare OLD.txt NEW.txt --format pdf --output table.pdf`: of any two plain texts."""

from argparse import ArgumentParser
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evaluation.comparison.plain import compare_plain
from evaluation.comparison.rows import NATIONAL
from evaluation.documents.comparison import DECIDED, View, in_full
from evaluation.management.output import FORMATS, content_of, hand_out
from evaluation.models import Snapshot
from jst_objectives.plain_text import refusal


class Command(BaseCommand):
    help = "二つの文章ファイルの新旧対照表を出力します（text、json、html、pdf）。1行が1段落です。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("old", help="現行の文章（UTF-8 か Shift_JIS のテキスト）")
        parser.add_argument("new", help="変更案の文章（同じく）")
        parser.add_argument("--format", choices=FORMATS, default="text")
        parser.add_argument("--output", default="-", help="出力先のファイル（- は標準出力）")
        parser.add_argument("--title", help="表題（省略すると、変更案のファイル名）")
        parser.add_argument(
            "--view",
            choices=list(map(str, View)),
            default=str(View.TABLE),
            help="対照（table）、見え消し（inline）、溶け込み（consolidated）",
        )
        parser.add_argument("--full", action="store_true", help="抄ではなく、全文を出力します")
        parser.add_argument(
            "--runs", action="store_true", help="変わらない段落を「１～４　（略）」と示します"
        )
        parser.add_argument(
            "--track", action="store_true", help="移った段落を、移った先で元の段落と対照します"
        )

    def handle(self, *, old: str, new: str, **options: Any) -> None:
        settings = replace(
            in_full(DECIDED) if options["full"] else DECIDED,
            moves="track" if options["track"] else NATIONAL.moves,
        )
        if options["runs"] and not options["full"]:
            settings = replace(settings, unchanged_siblings="run")
        title = options["title"] or Path(new).stem
        table = compare_plain(read(old), read(new), title, settings)
        _, digest = Snapshot.canonical(asdict(table))
        name = f"{Path(old).name}　{Path(new).name}"
        hand_out(
            content_of(table, options["format"], options["view"], name, digest), options["output"]
        )


def read(file: str) -> str:
    """Return the text of a file. Raises CommandError where it is none, or holds what no text may."""
    try:
        content = Path(file).read_bytes()
    except OSError as error:
        raise CommandError(
            f"「{file}」を読めません（{error.strerror}）。ファイルを確かめてください。"
        ) from error
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        text = text.replace("\r\n", "\n").replace("\f", "\n").replace("\t", "　")
        if words := refusal(text):
            raise CommandError(f"「{file}」の{words}")
        return text
    raise CommandError(
        f"「{file}」は、UTF-8 でも Shift_JIS でもありません。テキストで保存してください。"
    )
