"""Dumping and loading SQLite by its online backup, which goes on beside readers and writers."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

PATIENCE = 20.0  # seconds to wait for another writer; as long as the portal's own connections wait


def dump(connection: BaseDatabaseWrapper, file: Path) -> dict[str, int]:
    """Copy the database to a new file; return the number of rows per table."""
    connection.ensure_connection()
    with closing(sqlite3.connect(file)) as copy:
        connection.connection.backup(copy)
        # The copy is one file, without the write-ahead log of the original.
        copy.execute("PRAGMA journal_mode=DELETE")
    return count(file)


def count(file: Path) -> dict[str, int]:
    """Return the number of rows per table. Raises sqlite3.DatabaseError for a damaged file."""
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    with closing(sqlite3.connect(file)) as copy:
        if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError(f"integrity check of {file}")
        names = sorted(name for (name,) in copy.execute(tables))
        counted = 'SELECT count(*) FROM "{}"'
        return {name: copy.execute(counted.format(name)).fetchone()[0] for name in names}


def load(connection: BaseDatabaseWrapper, file: Path, rows: dict[str, int]) -> None:
    """Write the file's pages over the database's in one transaction of SQLite's own.

    Other connections see the database either as it was or as restored. Raises
    sqlite3.OperationalError where another writer does not end in time.
    """
    connection.close()
    path = Path(connection.settings_dict["NAME"])
    deadline = time.monotonic() + PATIENCE

    def wait_no_longer(status: int, remaining: int, total: int) -> None:
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED} and time.monotonic() > deadline:
            raise sqlite3.OperationalError("database is locked")

    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(path)) as target:
        try:
            source.backup(target, progress=wait_no_longer)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            # What stands there is no database any more, so nothing can be reading it.
            replace(path, file)


def replace(path: Path, file: Path) -> None:
    """Put a file in the place of a database that cannot be opened, and away with its logs."""
    for log in (f"{path}-wal", f"{path}-shm"):
        Path(log).unlink(missing_ok=True)
    file.replace(path)
