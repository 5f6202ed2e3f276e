"""`manage.py restore_database FILE`, behind `./portal restore FILE`."""

import shutil
import sqlite3
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.utils import timezone

from evaluation.management import archive


class Command(BaseCommand):
    help = "データベースをバックアップの時点に戻します。今の内容は別のバックアップに残します。"
    # The database may be damaged, so nothing may look into it beforehand.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="./portal backup で作ったファイル")
        parser.add_argument("--yes", action="store_true", help="確認せずに戻す")

    def handle(self, *, file: Path, yes: bool, **options: Any) -> None:
        try:
            with archive.opened(file.resolve()) as (manifest, content):
                if not yes:
                    self.ask(manifest)
                kept = keep_current()
                archive.restore(manifest, content)
        except archive.ArchiveError as error:
            raise CommandError(str(error)) from error
        except subprocess.CalledProcessError as error:
            raise CommandError(
                f"戻せませんでした。元のままです：{archive.first_line(error)}"
            ) from error
        except (DatabaseError, sqlite3.Error, OSError) as error:
            raise CommandError(f"戻せませんでした。元のままです：{error}") from error
        # An older backup is brought to this portal's form; a complete one gets its triggers anew.
        call_command("migrate", verbosity=0)
        self.stdout.write(
            f"{manifest.made_at} のバックアップ（{sum(manifest.rows.values())}件）に戻しました。"
        )
        if kept:
            self.stdout.write(f"戻す前の内容：{kept}")

    def ask(self, manifest: archive.Manifest) -> None:
        if not sys.stdin.isatty():
            raise CommandError(
                "端末がないため確認できません。確認せずに戻すには --yes を付けてください。"
            )
        question = f"今のデータベースを {manifest.made_at} のバックアップに置き換えます。よければ「yes」と入力："
        if input(question).strip() != "yes":
            raise CommandError("中止しました。データベースは元のままです。")


def keep_current() -> Path | None:
    """Back up the database as it is; return the file, or None where there is nothing yet."""
    moment = timezone.localtime().strftime("%Y%m%d-%H%M%S-%f")
    kept: Path = settings.DATA_DIR / f"before-restore-{moment}.zip"
    database = Path(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and not database.exists():
        return None
    try:
        archive.write(kept)
    except (DatabaseError, sqlite3.Error):
        if connection.vendor != "sqlite":
            raise
        # A damaged database is a good reason to restore: its bytes are kept as they are.
        kept = kept.with_suffix(".damaged")
        shutil.copyfile(database, kept)
    return kept
