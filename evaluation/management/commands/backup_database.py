"""`manage.py backup_database FILE`, behind `./portal backup FILE`."""

import subprocess
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from evaluation.management import archive


class Command(BaseCommand):
    help = "データベースのバックアップを1つのファイルに書きます。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="書き込むファイル（まだないもの）")

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            manifest = archive.write(file.resolve())
        except archive.ArchiveError as error:
            raise CommandError(str(error)) from error
        except subprocess.CalledProcessError as error:
            raise CommandError(f"バックアップできません：{archive.first_line(error)}") from error
        except (DatabaseError, OSError) as error:
            raise CommandError(f"バックアップできません：{error}") from error
        total = sum(manifest.rows.values())
        self.stdout.write(
            f"{file} に{len(manifest.rows)}表、{total}件を書きました（SHA-256 {manifest.sha256}）。"
        )
