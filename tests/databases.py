"""Databases outside Django's test runner, for commands that replace or copy a whole database."""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
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
    url = f"sqlite:///{folder / 'portal.sqlite3'}"
    if on_postgresql() if postgresql is None else postgresql:
        url = f"postgresql:///portal_{os.getpid()}_{next(numbers)}"
    _create(url, template)
    try:
        yield url
    finally:
        _drop(url)


def template(
    folder: Path, name: str, fill: Callable[[str], object], *, of: str | None = None
) -> str:
    """Return the address of a database that all workers of a run clone: the first to ask fills it.

    `folder` is the run's own; `of` is the template to begin with. On PostgreSQL the database stays
    until the next run replaces it.
    """
    url = f"sqlite:///{folder / name}.sqlite3"
    with open(folder / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if on_postgresql():
            url = f"postgresql:///portal_template_{name}"
        if not (made := folder / f"{name}.made").exists():
            _drop(url)
            _create(url, of)
            fill(url)
            made.touch()
    return url


def _create(url: str, template: str | None) -> None:
    if not url.startswith("postgresql"):
        if template:
            shutil.copyfile(template.removeprefix("sqlite:///"), url.removeprefix("sqlite:///"))
        return
    source = _name(template) if template else sql.Identifier("template1")
    with psycopg.connect("dbname=postgres", autocommit=True) as server:
        # A process that has ended may still be connected for a moment, which forbids to clone.
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [source.as_string().strip('"')],
        )
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(_name(url), source))


def _drop(url: str) -> None:
    if url.startswith("postgresql"):
        with psycopg.connect("dbname=postgres", autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(_name(url)))


def _name(url: str) -> sql.Identifier:
    return sql.Identifier(url.removeprefix("postgresql:///"))


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
