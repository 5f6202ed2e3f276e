"""What every test stands on: the databases, the browser, and Django's own settings for tests.

`./portal test` runs the suite twice: without DATABASE_URL on SQLite, and on a PostgreSQL server
that it starts. Tests marked `postgresql` run only there; those that use a browser, no database at
all, or are marked `sqlite` only on SQLite. What is made of rows, as pages and paper, is the same on
both, so the tests of MADE_OF_ROWS run only on SQLite too, but for those marked `both`: every address
is read once by every role, and whatever searches, catches what the database refuses, or locks.
"""

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import TransactionTestCase, override_settings

from evaluation import triggers
from evaluation.loading import load_source
from tests import databases

BROWSER_FIXTURES = {"page", "context", "browser", "new_context"}
MADE_OF_ROWS = [Path(__file__).parent / "evaluation" / name for name in ("views", "documents")]
DATABASE_FIXTURES = {"db", "transactional_db", "database", "empty_database", "migrated_database"}

hypothesis.settings.register_profile("portal", deadline=None, print_blob=True)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "portal")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is tested with the other database, and put the browser's tests last."""
    for item in items:
        if BROWSER_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")
    on_postgresql = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    belongs = _belongs_to_postgresql if on_postgresql else _belongs_to_sqlite
    config.hook.pytest_deselected(items=[item for item in items if not belongs(item)])
    # An open browser leaves an event loop running, in which Django refuses to use the database.
    kept = [item for item in items if belongs(item)]
    items[:] = sorted(kept, key=lambda item: item.get_closest_marker("browser") is not None)


def pytest_collection_finish() -> None:
    """Spare the collector of cycles what lives as long as the run: it took a fifth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _belongs_to_sqlite(item: pytest.Item) -> bool:
    return item.get_closest_marker("postgresql") is None


def _belongs_to_postgresql(item: pytest.Item) -> bool:
    if item.get_closest_marker("sqlite"):
        return False
    of_rows = any(item.path.is_relative_to(folder) for folder in MADE_OF_ROWS)
    if of_rows and not (item.get_closest_marker("both") or item.get_closest_marker("postgresql")):
        return False
    marked = item.get_closest_marker("django_db") or item.get_closest_marker("postgresql")
    uses_database = marked or DATABASE_FIXTURES & set(getattr(item, "fixturenames", ()))
    return bool(uses_database) and item.get_closest_marker("browser") is None


# --- Database -------------------------------------------------------------------------------------
@pytest.fixture(scope="session", autouse=True)
def flush_past_the_triggers() -> Iterator[None]:
    """Let Django empty the tables after a test that commits, though frozen rows refuse that.

    The `post_migrate` signal that ends the flush installs the triggers again.
    """
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def without_triggers(case: Any) -> None:
        triggers.drop(connection)
        flush(case)

    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", without_triggers)
    yield
    patch.undo()


@pytest.fixture(scope="session", autouse=True)
def test_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Files in a folder of the run, static files from where they are written, quick passwords."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "static").mkdir()
    storages = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with override_settings(
        DATA_DIR=folder,
        STATIC_ROOT=folder / "static",
        STORAGES=storages,
        CACHES={"default": {**settings.CACHES["default"], "LOCATION": folder / "cache"}},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ):
        yield


@pytest.fixture(scope="session")
def static_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The static files as a server hands them out, to be linked into a data folder and left as is."""
    folder = tmp_path_factory.mktemp("collected")
    environment = {"PORTAL_DATA": str(folder)}
    databases.manage("sqlite:///none", "collectstatic", "--noinput", environment=environment)
    return folder / "static"


@pytest.fixture(autouse=True)
def nothing_counted_yet() -> None:
    """Rate limits count in the cache, which no transaction takes back."""
    cache.clear()


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of a run share."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def migrated_database(run_folder: Path) -> str:
    """The address of a database with empty tables, to be cloned and left as it is."""
    return databases.template(
        run_folder, "migrated", lambda url: databases.manage(url, "migrate", "--verbosity=0")
    )


@pytest.fixture(scope="session")
def loaded_database(run_folder: Path, migrated_database: str) -> str:
    """The address of a database with the source document in it, to be cloned and left as it is."""
    return databases.template(
        run_folder,
        "loaded",
        lambda url: databases.manage(url, "load_source"),
        of=migrated_database,
    )


@pytest.fixture(scope="module")
def module_rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """What fixtures of a module write after this one is made once, and taken back after its last test.

    Each test changes it inside a savepoint; it takes `copy.deepcopy` of objects that it may change.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def source_document(module_rows: None) -> None:
    """The ministry's document, for all tests of a module."""
    load_source()


@pytest.fixture
def database(tmp_path: Path, loaded_database: str) -> Iterator[str]:
    """The address of a database of this test alone, with the source document in it."""
    with databases.created(tmp_path, template=loaded_database) as url:
        yield url


@pytest.fixture
def empty_database(tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of this test alone."""
    with databases.created(tmp_path) as url:
        yield url


# --- Browser --------------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium, kept from calling home."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # for the rest of the run: browser tests are last
    return {
        "executable_path": shutil.which("chromium"),
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
        ],
    }


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    return {
        "locale": "ja-JP",
        "timezone_id": "Asia/Tokyo",
        "viewport": {"width": 1280, "height": 900},
    }
