"""Databases outside Django's test runner, for commands that replace or copy a whole database."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql

numbers = count(1)


def on_postgresql() -> bool:
    return str(settings.DATABASES["default"]["ENGINE"]).endswith("postgresql")


@contextmanager
def created(
    folder: Path, *, template: str | None = None, postgresql: bool | None = None
) -> Iterator[str]:
    """Yield the address of a new database, empty or a clone of `template`.

    It is of the kind that this run tests, or of the kind that `postgresql` says.
    """
    if not (on_postgresql() if postgresql is None else postgresql):
        file = folder / "portal.sqlite3"
        if template:
            shutil.copyfile(template.removeprefix("sqlite:///"), file)
        yield f"sqlite:///{file}"
        return
    name = sql.Identifier(f"portal_{os.getpid()}_{next(numbers)}")
    source = sql.Identifier(template.removeprefix("postgresql:///") if template else "template1")
    with psycopg.connect("dbname=postgres", autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, source))
        try:
            yield f"postgresql:///{name.as_string().strip(chr(34))}"
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def manage(
    url: str,
    *arguments: str,
    input: str = "",
    fails: bool = False,
    environment: dict[str, str] | None = None,
) -> str:
    """Run a management command on a database; return what it printed, where it fails on stderr.

    It is a process of its own, as when a person types it.
    """
    data = {"SECRET_KEY": "k" * 50, "PORTAL_DATA": str(settings.DATA_DIR)}
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env={**os.environ, **data, "DATABASE_URL": url, **(environment or {})},
        input=input,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode != 0) == fails, done.stdout + done.stderr
    return done.stderr if fails else done.stdout


def query(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Run one statement past Django; return its rows."""
    if url.startswith("postgresql"):
        with psycopg.connect(url) as server:
            cursor = server.execute(statement)
            return cursor.fetchall() if cursor.description else []
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file, file:
        return file.execute(statement).fetchall()
