"""Backups: the database in one archive, made and read by the database's own means.

An archive is a ZIP file of `manifest.json` and `database`: a SQLite file made by SQLite's online
backup, or PostgreSQL's custom format made by pg_dump. Both take the tables with rows, triggers and
sequences as they are, so restoring runs no trigger, and both restore in one transaction.
"""

import hashlib
import json
import os
import subprocess
import tomllib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from evaluation.management import postgresql, sqlite

ENGINES = {"sqlite": sqlite, "postgresql": postgresql}
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
MANIFEST, CONTENT = "manifest.json", "database"


class ArchiveError(Exception):
    """Says in Japanese why an archive cannot be made or used."""


@dataclass(frozen=True)
class Manifest:
    """What an archive holds. `rows` counts per table; `migrations` are "app.name" as applied."""

    kind: str
    version: str
    made_at: str
    sha256: str
    rows: dict[str, int]
    migrations: list[str]


def write(file: Path) -> Manifest:
    """Write the database to a new archive that only its owner can read.

    Raises ArchiveError where the file exists, and an error of the database where it is damaged.
    """
    if file.exists():
        raise ArchiveError(f"「{file}」はすでにあります。別の名前を指定してください。")
    if not file.parent.is_dir():
        raise ArchiveError(f"フォルダー「{file.parent}」がありません。")
    with TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder:
        content = Path(folder, CONTENT)
        rows = ENGINES[connection.vendor].dump(connection, content)
        manifest = Manifest(
            kind=connection.vendor,
            version=portal_version(),
            made_at=timezone.localtime().isoformat(timespec="seconds"),
            sha256=sha256(content),
            rows=rows,
            migrations=sorted(
                ".".join(key) for key in MigrationLoader(connection).applied_migrations
            ),
        )
        archive = Path(folder, "archive")
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as members:
            members.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
            members.write(content, CONTENT)
        archive.chmod(0o600)
        # A link refuses an existing name, which a renaming would overwrite.
        os.link(archive, file)
    return manifest


@contextmanager
def opened(file: Path) -> Iterator[tuple[Manifest, Path]]:
    """Yield manifest and content of an archive that is whole and fits this portal.

    Raises ArchiveError for a damaged or foreign archive, one of another kind of database, and one
    of a newer portal.
    """
    with TemporaryDirectory(dir=settings.DATA_DIR, prefix=".restore-") as folder:
        try:
            with zipfile.ZipFile(file) as members:
                manifest = Manifest(**json.loads(members.read(MANIFEST)))
                if not all(map(str.isidentifier, manifest.rows)):
                    raise ValueError("a table's name is no identifier")
                content = Path(members.extract(CONTENT, folder))
        except OSError as error:
            raise ArchiveError(f"「{file}」を読めません：{error.strerror}") from error
        except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError) as error:
            raise ArchiveError(
                f"「{file}」は壊れているか、このポータルのバックアップではありません。"
            ) from error
        if sha256(content) != manifest.sha256:
            raise ArchiveError(f"「{file}」は壊れています（内容の SHA-256 が記録と違います）。")
        require_fit(file, manifest)
        if manifest.kind == "sqlite" and sqlite.count(content) != manifest.rows:
            raise ArchiveError(f"「{file}」は壊れています（表の件数が記録と違います）。")
        yield manifest, content


def require_fit(file: Path, manifest: Manifest) -> None:
    if manifest.kind != connection.vendor:
        raise ArchiveError(
            f"「{file}」は {NAMES.get(manifest.kind, manifest.kind)} のバックアップです。"
            f"今のデータベースは {NAMES[connection.vendor]} です（DATABASE_URL を確かめてください）。"
        )
    known = {".".join(key) for key in MigrationLoader(None).disk_migrations}
    newer = sorted(set(manifest.migrations) - known)
    if newer:
        raise ArchiveError(
            f"「{file}」は新しい版 {manifest.version} のものです（{newer[0]}）。"
            "ポータルを更新してから戻してください。"
        )


def restore(manifest: Manifest, content: Path) -> None:
    """Replace the database by the content of an archive, wholly or not at all."""
    ENGINES[manifest.kind].load(connection, content, manifest.rows)


def first_line(error: subprocess.CalledProcessError) -> str:
    """Return what a program of PostgreSQL said first."""
    return str(error.stderr.strip() or error).splitlines()[0]


def sha256(file: Path) -> str:
    with open(file, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def portal_version() -> str:
    text = (settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8")
    return str(tomllib.loads(text)["project"]["version"])
