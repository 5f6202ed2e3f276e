"""`copy_database`: the loaded SQLite database into a real PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.databases import created, manage

pytestmark = pytest.mark.postgresql


MOMENT = "2026-01-28 03:04:05.678901"


def execute(url: str, *statements: str) -> None:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file, file:
        for statement in statements:
            file.execute(statement)


@pytest.fixture(scope="module")
def loaded_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The loaded SQLite database, with a history row of a moment that JSON would cut off."""
    with created(tmp_path_factory.mktemp("sqlite"), postgresql=False) as url:
        manage(url, "migrate", "--verbosity=0")
        manage(url, "load_source")
        execute(
            url,
            "DROP TRIGGER portal_programs_historicalagency_update",
            f"UPDATE programs_historicalagency SET history_date = '{MOMENT}'",
        )
        yield url


@pytest.fixture(scope="module")
def copied(
    tmp_path_factory: pytest.TempPathFactory, loaded_sqlite: str
) -> Iterator[tuple[str, list[str]]]:
    """The address of a PostgreSQL database, empty before the copy, and what the copying printed."""
    with created(tmp_path_factory.mktemp("copied")) as url:
        yield url, manage(loaded_sqlite, "copy_database", url).splitlines()


@pytest.fixture
def source(tmp_path: Path, loaded_sqlite: str) -> Iterator[str]:
    with created(tmp_path, template=loaded_sqlite, postgresql=False) as url:
        yield url


@pytest.fixture
def target(tmp_path: Path, migrated_database: str) -> Iterator[str]:
    with created(tmp_path, template=migrated_database) as url:
        yield url


def test_every_table_is_equal_on_both_sides(copied: tuple[str, list[str]]) -> None:
    *lines, last = copied[1]
    here = [line.split() for line in lines[::2]]
    there = [line.split() for line in lines[1::2]]
    assert {line[1] for line in here} == {"SQLite"}
    assert {line[1] for line in there} == {"PostgreSQL"}
    assert [(n, rows, sha) for n, _, rows, sha in here] == [
        (n, rows, sha) for n, _, rows, sha in there
    ]
    assert last == f"{len(here)}表を写しました。件数と SHA-256 はすべて一致しています。"
    rows = {name: int(count) for name, _, count, _ in here}
    assert rows["programs_agency"] == 1
    assert rows["evaluation_wording"] == rows["evaluation_historicalwording"] > 100


def test_microseconds_survive(copied: tuple[str, list[str]]) -> None:
    with psycopg.connect(copied[0]) as server:
        found = server.execute(
            "SELECT to_char(history_date AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
            " FROM programs_historicalagency"
        ).fetchall()
    assert found == [(MOMENT,)]


def test_the_copy_goes_on_where_the_original_stopped(copied: tuple[str, list[str]]) -> None:
    """Triggers stand, nothing is missing for load_source, and new rows get new numbers."""
    url, _ = copied
    manage(url, "check", "--database", "default")
    assert manage(url, "load_source") == "資料のデータは、すでにすべて登録されています。\n"
    manage(url, "create_maintainer", "hoshu", "--password-stdin", input="mizu-no-oto-17\n")


def test_a_target_with_data_is_refused(source: str, database: str) -> None:
    error = manage(source, "copy_database", database, fails=True)
    assert error.startswith("CommandError: 写し先にすでにデータがあります（")
    assert error.endswith("など）。空のデータベースに写してください。\n")


def test_a_failure_leaves_the_target_empty(source: str, target: str) -> None:
    """PostgreSQL refuses a NUL character, which SQLite keeps."""
    execute(source, "UPDATE programs_agency SET short_name = 'JS' || char(0)")
    error = manage(source, "copy_database", target, fails=True)
    assert error.startswith("CommandError: 写せませんでした。写し先には何も入っていません：")
    with psycopg.connect(target) as server:
        assert server.execute("SELECT count(*) FROM evaluation_wording").fetchone() == (0,)
    manage(target, "check", "--database", "default")


def test_an_address_of_another_kind_is_refused(source: str, tmp_path: Path) -> None:
    assert manage(source, "copy_database", f"sqlite:///{tmp_path}/x", fails=True) == (
        "CommandError: 写し先は postgres:// で始まる指定にしてください。\n"
    )


def test_only_sqlite_is_copied(database: str, empty_database: str) -> None:
    assert manage(database, "copy_database", empty_database, fails=True) == (
        "CommandError: 今のデータベースが SQLite ではありません。DATABASE_URL を外してください。\n"
    )


def test_an_old_source_is_refused(source: str, empty_database: str) -> None:
    execute(source, "DELETE FROM django_migrations WHERE app = 'sessions'")
    assert manage(source, "copy_database", empty_database, fails=True) == (
        "CommandError: 先に manage.py migrate で今のデータベースを最新の形にしてください。\n"
    )
