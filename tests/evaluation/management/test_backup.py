"""`backup_database` and `restore_database`, on the database of the run."""

import json
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.databases import manage, on_postgresql, query

OTHER_KIND = "sqlite" if on_postgresql() else "postgresql"
RENAME = "UPDATE programs_agency SET short_name = 'あと'"


def agency(url: str) -> str:
    ((name,),) = query(url, "SELECT short_name FROM programs_agency")
    return name


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory, loaded_database: str) -> Path:
    """A backup of the loaded database."""
    file = tmp_path_factory.mktemp("backup") / "portal.backup"
    manage(loaded_database, "backup_database", str(file))
    return file


@pytest.fixture
def archive(backup: Path, database: str, tmp_path: Path) -> Path:
    """A copy of the backup, and a database that is changed since."""
    query(database, RENAME)
    return Path(shutil.copy2(backup, tmp_path / "portal.backup"))


def rewritten(archive: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Return a copy of an archive with another manifest."""
    copy = archive.with_suffix(".changed")
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(copy, "w") as new:
        manifest = json.loads(old.read("manifest.json"))
        change(manifest)
        new.writestr("manifest.json", json.dumps(manifest))
        new.writestr("database", old.read("database"))
    return copy


def restore(url: str, file: Path, *options: str, fails: bool = False) -> str:
    data = {"PORTAL_DATA": str(file.parent)}
    return manage(url, "restore_database", str(file), *options, fails=fails, environment=data)


def test_the_manifest_names_kind_version_moment_and_rows(archive: Path) -> None:
    with zipfile.ZipFile(archive) as members:
        assert sorted(members.namelist()) == ["database", "manifest.json"]
        manifest = json.loads(members.read("manifest.json"))
    assert list(manifest) == ["kind", "version", "made_at", "sha256", "rows", "migrations"]
    assert manifest["kind"] == ("postgresql" if on_postgresql() else "sqlite")
    assert manifest["rows"]["programs_agency"] == 1
    assert "evaluation.0001_initial" in manifest["migrations"]
    assert archive.stat().st_mode & 0o777 == 0o600


def test_a_backup_never_overwrites_a_file(database: str, archive: Path) -> None:
    before = archive.read_bytes()
    error = manage(database, "backup_database", str(archive), fails=True)
    assert error == f"CommandError: 「{archive}」はすでにあります。別の名前を指定してください。\n"
    assert archive.read_bytes() == before


def test_restoring_brings_everything_back_and_keeps_what_was_there(
    database: str, archive: Path, tmp_path: Path
) -> None:
    restore(database, archive, "--yes")
    assert agency(database) == "JST"
    (kept,) = tmp_path.glob("before-restore-*.zip")
    restore(database, kept, "--yes")
    assert agency(database) == "あと"


def test_restored_triggers_guard_again(database: str, archive: Path) -> None:
    restore(database, archive, "--yes")
    manage(database, "check", "--database", "default")
    with pytest.raises((sqlite3.IntegrityError, psycopg.errors.CheckViolation)):
        query(database, "DELETE FROM evaluation_historicalclause")


def test_restoring_into_an_empty_database(empty_database: str, archive: Path) -> None:
    restore(empty_database, archive, "--yes")
    assert agency(empty_database) == "JST"


def test_without_a_terminal_restoring_needs_yes(database: str, archive: Path) -> None:
    assert restore(database, archive, fails=True) == (
        "CommandError: 端末がないため確認できません。確認せずに戻すには --yes を付けてください。\n"
    )
    assert agency(database) == "あと"


def test_a_cut_off_archive_is_refused(database: str, archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:-1000])
    assert restore(database, archive, "--yes", fails=True) == (
        f"CommandError: 「{archive}」は壊れているか、このポータルのバックアップではありません。\n"
    )
    assert agency(database) == "あと"


def test_another_file_is_refused(database: str, archive: Path) -> None:
    with zipfile.ZipFile(archive, "w") as members:
        members.writestr("letter.txt", "拝啓")
    assert restore(database, archive, "--yes", fails=True) == (
        f"CommandError: 「{archive}」は壊れているか、このポータルのバックアップではありません。\n"
    )


def test_a_missing_file_is_named(database: str, tmp_path: Path) -> None:
    file = tmp_path / "none"
    assert restore(database, file, "--yes", fails=True) == (
        f"CommandError: 「{file}」を読めません：No such file or directory\n"
    )


def test_changed_content_is_refused(database: str, archive: Path) -> None:
    changed = rewritten(archive, lambda manifest: manifest.update(sha256="0" * 64))
    assert restore(database, changed, "--yes", fails=True) == (
        f"CommandError: 「{changed}」は壊れています（内容の SHA-256 が記録と違います）。\n"
    )
    assert agency(database) == "あと"


def test_an_archive_of_the_other_database_is_refused_by_name(database: str, archive: Path) -> None:
    names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
    (here,) = set(names) - {OTHER_KIND}
    changed = rewritten(archive, lambda manifest: manifest.update(kind=OTHER_KIND))
    assert restore(database, changed, "--yes", fails=True) == (
        f"CommandError: 「{changed}」は {names[OTHER_KIND]} のバックアップです。"
        f"今のデータベースは {names[here]} です（DATABASE_URL を確かめてください）。\n"
    )


def test_an_archive_of_a_newer_portal_is_refused(database: str, archive: Path) -> None:
    changed = rewritten(
        archive,
        lambda manifest: manifest.update(
            version="9.0", migrations=[*manifest["migrations"], "evaluation.9999_later"]
        ),
    )
    assert restore(database, changed, "--yes", fails=True) == (
        f"CommandError: 「{changed}」は新しい版 9.0 のものです（evaluation.9999_later）。"
        "ポータルを更新してから戻してください。\n"
    )


def test_a_wrong_number_of_rows_leaves_the_database_as_it_is(database: str, archive: Path) -> None:
    changed = rewritten(archive, lambda manifest: manifest["rows"].update(programs_agency=2))
    error = restore(database, changed, "--yes", fails=True)
    if on_postgresql():
        assert "rows of programs_agency" in error
    else:
        assert error == f"CommandError: 「{changed}」は壊れています（表の件数が記録と違います）。\n"
    assert agency(database) == "あと"
    manage(database, "check", "--database", "default")


@pytest.mark.skipif(on_postgresql(), reason="a PostgreSQL server keeps its files itself")
def test_a_destroyed_database_file_is_replaced_and_kept(
    database: str, archive: Path, tmp_path: Path
) -> None:
    file = Path(database.removeprefix("sqlite:///"))
    file.write_bytes(b"destroyed " * 500)
    restore(database, archive, "--yes")
    assert agency(database) == "JST"
    (kept,) = tmp_path.glob("before-restore-*.damaged")
    assert kept.read_bytes() == b"destroyed " * 500
