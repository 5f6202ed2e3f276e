"""The upgrade of a filled database: a later version's migration rebuilds tables and fills history."""

from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.db.models import Model

from evaluation.models import Clause, Wording
from tests.databases import created, manage, query

MIGRATIONS = settings.BASE_DIR / "evaluation" / "migrations"
CHANGED = [Clause, Wording, Wording.history.model]
MIGRATION = """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("evaluation", "{newest}")]
    operations = [
        migrations.AddField(model, "later", models.CharField(max_length=9, default="before"))
        for model in ("clause", "wording", "historicalwording", "amendment")
    ] + [
        migrations.RunSQL("UPDATE evaluation_historicalwording SET later = 'after'"),
    ]
"""


@pytest.fixture
def later_version(tmp_path: Path) -> dict[str, str]:
    """The environment of a portal that has one migration more."""
    newest = max(file.stem for file in MIGRATIONS.glob("[0-9]*.py"))
    package = tmp_path / "later_migrations"
    package.mkdir()
    (package / "__init__.py").write_text(f"__path__ += [{str(MIGRATIONS)!r}]\n")
    (package / "9999_later.py").write_text(MIGRATION.format(newest=newest))
    (tmp_path / "later_settings.py").write_text(
        "from jst_objectives.settings import *\n"
        "MIGRATION_MODULES = {'evaluation': 'later_migrations'}\n"
    )
    return {"PYTHONPATH": str(tmp_path), "DJANGO_SETTINGS_MODULE": "later_settings"}


def contents(url: str, model: type[Model]) -> list[tuple[object, ...]]:
    """Return the rows of a table in the columns of this version."""
    columns = ", ".join(str(field.column) for field in model._meta.concrete_fields)
    return query(url, f"SELECT {columns} FROM {model._meta.db_table} ORDER BY 1")


def test_rows_stay_and_triggers_come_back(database: str, later_version: dict[str, str]) -> None:
    """SQLite builds a changed table anew, which drops its triggers, and history refuses to change."""
    before = [contents(database, model) for model in CHANGED]
    manage(database, "migrate", "--verbosity=0", environment=later_version)
    assert [contents(database, model) for model in CHANGED] == before
    manage(database, "check", "--database", "default", environment=later_version)
    for model, value in zip(CHANGED, ["before", "before", "after"], strict=True):
        assert query(database, f"SELECT DISTINCT later FROM {model._meta.db_table}") == [(value,)]


def test_migrating_and_loading_again_change_nothing(database: str) -> None:
    wordings = "SELECT * FROM evaluation_wording ORDER BY id"
    before = query(database, wordings)
    manage(database, "migrate", "--verbosity=0")
    assert manage(database, "load_source") == "資料のデータは、すでにすべて登録されています。\n"
    manage(database, "check", "--database", "default")
    assert query(database, wordings) == before


def test_imports_that_stand_get_the_note_of_the_value_later() -> None:
    """Databases in use had 0015 before the note was thought of: it must not be slipped in there."""
    migrations = [
        import_module(f"evaluation.migrations.{name}").Migration
        for name in ("0015_imports", "0016_evaluation_papers")
    ]
    adding = [str(op.deconstruct()) for migration in migrations for op in migration.operations]
    made, added = (
        [op for op in adding if "stood_note" in op and name in op]
        for name in ("CreateModel", "AddField")
    )
    assert (len(made), len(added)) == (0, 1)


def test_a_backup_of_the_first_release_comes_up_to_date(tmp_path: Path) -> None:
    """Release 0.1.0 knew no holders, no sharing and no records of access."""
    archive = settings.BASE_DIR / "tests" / "upgrade" / "0.1.0.backup"
    with created(tmp_path, postgresql=False) as url:
        manage(url, "restore_database", str(archive), "--yes")
        table = manage(url, "comparison", "2026-01-28", "--format", "text")
        golden = settings.BASE_DIR / "tests" / "golden" / "comparison_2026-01-28.tsv"
        assert len(table.splitlines()) == len(golden.read_text(encoding="utf-8").splitlines())
        assert "<u>2. 5. AI駆動型研究の高度化に向けた研究開発の推進</u>\t（新設）\n" in table
        manage(url, "check", "--database", "default")
        holders = "SELECT holder_id, shared_at FROM evaluation_amendment"
        assert query(url, holders) == [(None, None), (None, None)]
