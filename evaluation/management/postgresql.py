"""Dumping and loading PostgreSQL by its own pg_dump, pg_restore and psql."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

PATIENCE = "20s"  # to wait for the portal's own transactions


def dump(connection: BaseDatabaseWrapper, file: Path) -> dict[str, int]:
    """Dump the database to a new file; return the number of rows per table, of the same moment."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        rows = {}
        for name in sorted(connection.introspection.table_names()):
            table = connection.ops.quote_name(name)
            cursor.execute(f"SELECT count(*) FROM {table}")  # nosec B608
            rows[name] = cursor.fetchone()[0]
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        run(connection, "pg_dump", *options, f"--file={file}")
    return rows


def load(connection: BaseDatabaseWrapper, file: Path, rows: dict[str, int]) -> None:
    """Replace the tables by those of the dump in one transaction.

    Raises subprocess.CalledProcessError, its `stderr` saying why, where a statement fails, a table
    has another number of rows than `rows` says, or another transaction does not end in time.
    """
    tables = ", ".join(map(connection.ops.quote_name, connection.introspection.table_names()))
    connection.close()
    before, after = file.with_suffix(".before"), file.with_suffix(".after")
    drop = f"DROP TABLE IF EXISTS {tables} CASCADE;" if tables else ""
    before.write_text(f"SET lock_timeout = '{PATIENCE}'; {drop}\n", encoding="utf-8")
    script = file.with_suffix(".sql")
    clean = ["--clean", "--if-exists", "--no-owner", "--no-privileges"]
    execute(["pg_restore", *clean, f"--file={script}", str(file)])
    after.write_text("\n".join(checks(rows)), encoding="utf-8")
    files = [f"--file={each}" for each in (before, script, after)]
    stop = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    run(connection, "psql", *stop, *files)


def checks(rows: dict[str, int]) -> Iterator[str]:
    """Yield SQL that fails, and so undoes the restoring, where a table's number of rows differs."""
    yield "SET search_path = public; DO $$ BEGIN"
    for name, count in rows.items():
        # The name comes from the archive; it is an identifier, so it can be quoted as it is.
        counted = f'SELECT count(*) FROM "{name}"'  # nosec B608
        yield f"IF ({counted}) <> {count:d} THEN RAISE EXCEPTION 'rows of {name}'; END IF;"
    yield "END $$;"


def run(connection: BaseDatabaseWrapper, program: str, *options: str) -> None:
    """Run a program of PostgreSQL on the connection's database."""
    client = connection.client
    arguments, environment = client.settings_to_cmd_args_env(connection.settings_dict, [])
    execute([program, *arguments[1:], *options], **(environment or {}))


def execute(command: list[str], **environment: str) -> None:
    env = {**os.environ, **environment}
    subprocess.run(command, check=True, capture_output=True, text=True, env=env)
