"""`manage.py copy_database URL`: the SQLite database moved to PostgreSQL, proved equal table by table.

Not by `dumpdata` and `loaddata`: their JSON keeps milliseconds only, which makes history rows of
different instants equal.
"""

import hashlib
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

import dj_database_url
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, Error, connections, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from evaluation import triggers

TARGET = "copy_target"
# What `migrate` itself writes into an empty database.
WRITTEN_BY_MIGRATE = {"django_migrations", "django_content_type", "auth_permission"}
BATCH = 2000  # rows that are held in memory at once


class Command(BaseCommand):
    help = "SQLite のデータベースを、空の PostgreSQL データベースへ写します。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "url", help="写し先：postgres://利用者:パスワード@ホスト/データベース名"
        )

    def handle(self, *, url: str, **options: Any) -> None:
        if connections[DEFAULT_DB_ALIAS].vendor != "sqlite":
            raise CommandError(
                "今のデータベースが SQLite ではありません。DATABASE_URL を外してください。"
            )
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError(
                "先に manage.py migrate で今のデータベースを最新の形にしてください。"
            )
        connect(url)
        try:
            call_command("migrate", database=TARGET, verbosity=0)
            self.copy(tables())
        except Error as error:
            raise CommandError(
                f"写せませんでした。写し先には何も入っていません：{error}"
            ) from error
        finally:
            connections[TARGET].close()

    def copy(self, tables: list[type[models.Model]]) -> None:
        """Copy every table in one transaction, which ends only if all of them are equal."""
        filled = [
            t for t in tables if t._meta.db_table not in WRITTEN_BY_MIGRATE and rows(t, TARGET)
        ]
        if filled:
            names = "、".join(table._meta.db_table for table in filled[:3])
            raise CommandError(
                f"写し先にすでにデータがあります（{names}など）。空のデータベースに写してください。"
            )
        target = connections[TARGET]
        with transaction.atomic(), transaction.atomic(using=TARGET):
            triggers.drop(target)
            for table in tables:
                copy_table(table)
            with target.cursor() as cursor:
                for statement in target.ops.sequence_reset_sql(no_style(), tables):
                    cursor.execute(statement)
            triggers.install(target)
            different = [table._meta.db_table for table in tables if not self.report(table)]
            if different:
                raise CommandError(f"写した内容が違うため、取り消しました：{'、'.join(different)}")
        self.stdout.write(f"{len(tables)}表を写しました。件数と SHA-256 はすべて一致しています。")

    def report(self, table: type[models.Model]) -> bool:
        """Print row count and SHA-256 of a table on both sides; return whether they are equal."""
        here, there = fingerprint(table, DEFAULT_DB_ALIAS), fingerprint(table, TARGET)
        name = table._meta.db_table
        for side, (count, digest) in (("SQLite", here), ("PostgreSQL", there)):
            self.stdout.write(f"{name:45} {side:10} {count:>9} {digest}")
        return here == there


def connect(url: str) -> None:
    """Add the target to Django's connections. Raises CommandError for another kind of address."""
    try:
        target = dj_database_url.parse(url)
    except ValueError as error:
        raise CommandError(f"写し先の指定を読めません：{error}") from error
    if not target["ENGINE"].endswith("postgresql"):
        raise CommandError("写し先は postgres:// で始まる指定にしてください。")
    both = {DEFAULT_DB_ALIAS: connections.settings[DEFAULT_DB_ALIAS], TARGET: target}
    connections.settings[TARGET] = connections.configure_settings(both)[TARGET]


def tables() -> list[type[models.Model]]:
    """Return a model for every table. Raises CommandError where a table has none."""
    found: list[type[models.Model]] = apps.get_models(include_auto_created=True)
    found.append(MigrationRecorder.Migration)
    stored = [model for model in found if not model._meta.proxy and model._meta.managed]
    names = set(connections[DEFAULT_DB_ALIAS].introspection.table_names())
    unknown = names - {model._meta.db_table for model in stored}
    if unknown:
        raise CommandError(f"モデルのない表があります：{'、'.join(sorted(unknown))}")
    return stored


def fields(table: type[models.Model]) -> "list[models.Field[Any, Any]]":
    return [field for field in table._meta.local_concrete_fields if not field.generated]


def rows(table: type[models.Model], database: str) -> "models.QuerySet[Any, tuple[Any, ...]]":
    names = [field.attname for field in fields(table)]
    return table._base_manager.using(database).order_by().values_list(*names)


def copy_table(table: type[models.Model]) -> None:
    """Put the rows of SQLite in the place of those that `migrate` wrote into the target."""
    target = connections[TARGET]
    name = target.ops.quote_name(table._meta.db_table)
    columns = ", ".join(target.ops.quote_name(str(field.column)) for field in fields(table))
    with target.wrap_database_errors, target.cursor() as cursor:
        cursor.execute(f"DELETE FROM {name}")  # nosec B608
        with cursor.copy(f"COPY {name} ({columns}) FROM STDIN") as copy:
            for row in rows(table, DEFAULT_DB_ALIAS).iterator(chunk_size=BATCH):
                copy.write_row(list(prepared(table, row)))


def prepared(table: type[models.Model], row: tuple[Any, ...]) -> Iterator[Any]:
    for field, value in zip(fields(table), row, strict=True):
        yield field.get_db_prep_save(value, connections[TARGET])


def fingerprint(table: type[models.Model], database: str) -> tuple[int, str]:
    """Return the number of rows and a SHA-256 over their values in any order.

    The two databases sort text differently, so each row is hashed and the hashes are sorted.
    """
    hashes = sorted(
        hashlib.sha256(repr([canonical(value) for value in row]).encode()).digest()
        for row in rows(table, database).iterator(chunk_size=BATCH)
    )
    return len(hashes), hashlib.sha256(b"".join(hashes)).hexdigest()


def canonical(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
