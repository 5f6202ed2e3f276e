"""What must hold and a constraint cannot say: triggers with the same conditions on both databases.

- What is decided is frozen for every path, raw SQL included: the amendment (but for the day of its
  publication), its wordings, links, reasons, sheets and the clauses it introduced, and what its
  documents print of the period.
- Snapshots and issued documents never change; histories only grow.
- `RULES`: the order of amendments, and what the parts of an amendment may refer to.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Warning
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

from evaluation.comment_rules import COMMENT_RULES
from evaluation.result_rules import PINNED, RESULT_RULES
from evaluation.trigger_rules import (
    AMENDMENT_OF_GROUP,
    AMENDMENT_OF_SHEET,
    APPEND_ONLY,
    FROZEN,
    IMMUTABLE,
    PRINTED,
    RULES,
)

PREFIX = "portal_"


@dataclass(frozen=True)
class Trigger:
    """Refuse `event` (INSERT, UPDATE, DELETE) on a row of `table` where `condition` holds.

    `lock` is SQL for ids of amendments whose state the condition reads. PostgreSQL holds them until
    the end of the transaction; SQLite has one writer at a time anyway.
    """

    name: str
    table: str
    event: str
    condition: str
    message: str
    lock: str = ""


def _rules() -> Iterator[Trigger]:
    for name, table, events, condition, message in (*RULES, *COMMENT_RULES, *RESULT_RULES):
        for event in events:
            yield Trigger(f"{name}_{event.lower()}", table, event, condition, message)


def _frozen(model: str, amendment_of: str) -> Iterator[Trigger]:
    """Refuse all changes of rows that belong to a decided amendment.

    `amendment_of` is SQL for the amendment's id, with `{}` for NEW or OLD.
    """
    table = _table(model)
    decided = (
        "EXISTS (SELECT 1 FROM evaluation_amendment a WHERE a.state = 'decided' AND a.id = {})"
    )
    new, old = amendment_of.format("NEW"), amendment_of.format("OLD")
    for event, ids in (("INSERT", [new]), ("UPDATE", [new, old]), ("DELETE", [old])):
        name, condition = f"{model.lower()}_frozen_{event.lower()}", map(decided.format, ids)
        yield Trigger(name, table, event, " OR ".join(condition), FROZEN, lock=", ".join(ids))


def _unchangeable(table: str, message: str) -> Iterator[Trigger]:
    for event in ("UPDATE", "DELETE"):
        yield Trigger(f"{table}_{event.lower()}", table, event, "TRUE", message)


def _frozen_amendment() -> Iterator[Trigger]:
    amendment = apps.get_model("evaluation", "Amendment")
    columns = [f.column for f in amendment._meta.concrete_fields if f.column != "published_on"]
    differs = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
    published = (
        "OLD.published_on IS NOT NULL AND OLD.published_on IS DISTINCT FROM NEW.published_on"
    )
    table = amendment._meta.db_table
    decided = "OLD.state = 'decided'"
    changed = f"{decided} AND ({differs} OR ({published}))"
    yield Trigger("amendment_frozen_update", table, "UPDATE", changed, FROZEN)
    yield Trigger("amendment_frozen_delete", table, "DELETE", decided, FROZEN)


def _printed() -> Iterator[Trigger]:
    """Keep what decided documents print of the period; deleting it would let it come back changed."""
    columns = ("id", "title", "appendix_title", "appendix_note")
    differs = " OR ".join(f"NEW.{column} <> OLD.{column}" for column in columns)
    decided = (
        "EXISTS (SELECT 1 FROM evaluation_amendment a"
        " WHERE a.period_id = OLD.id AND a.state = 'decided')"
    )
    table = _table("ObjectivePeriod")
    changed = f"({differs}) AND {decided}"
    yield Trigger("period_printed_update", table, "UPDATE", changed, PRINTED)
    yield Trigger("period_printed_delete", table, "DELETE", decided, PRINTED)


def _replaced(trigger: Trigger) -> Iterator[Trigger]:
    """Refuse on SQLite that REPLACE deletes what `trigger` refuses to DELETE.

    REPLACE deletes the rows that share a unique key with the new one and fires DELETE triggers only
    under `PRAGMA recursive_triggers`, which is each connection's own choice.
    """
    model = next(m for m in apps.get_models() if m._meta.db_table == trigger.table)
    doomed = trigger.condition.replace("OLD.", "o.")
    collides = (
        f"EXISTS (SELECT 1 FROM {trigger.table} o"
        f" WHERE ({' OR '.join(_collisions(model))}) AND {doomed}{{}})"
    )
    key = model._meta.pk.column
    name = trigger.name.removesuffix("_delete")
    for event, but in (("INSERT", ""), ("UPDATE", f" AND o.{key} <> OLD.{key}")):
        condition = collides.format(but)
        yield Trigger(
            f"{name}_over_{event.lower()}", trigger.table, event, condition, trigger.message
        )


def _collisions(model: type[models.Model]) -> Iterator[str]:
    """Yield for each unique key of a model the SQL of row `o` sharing it with NEW.

    A constraint's condition may say which values some fields have, or whether they have one, and no
    more than that.
    """

    def both(name: str, value: Any = "") -> str:
        name, _, asks_for_null = name.partition("__")
        column = model._meta.get_field(name).column  # type: ignore[union-attr]
        if asks_for_null:
            null = f"IS {'' if value else 'NOT '}NULL"
            return f"o.{column} {null} AND NEW.{column} {null}"
        return f"o.{column} = NEW.{column}" + (f" AND o.{column} = '{value}'" if value else "")

    for field in model._meta.concrete_fields:
        if field.unique:
            yield both(field.name)
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            condition: Any = constraint.condition.children if constraint.condition else []
            parts = [
                *map(both, constraint.fields),
                *(both(name, value) for name, value in condition),
            ]
            yield f"({' AND '.join(parts)})"


def _histories() -> Iterator[Trigger]:
    for model in apps.get_models():
        manager = getattr(model._meta, "simple_history_manager_attribute", None)
        if manager and not model._meta.proxy:
            yield from _unchangeable(getattr(model, manager).model._meta.db_table, APPEND_ONLY)


def all_triggers(vendor: str) -> list[Trigger]:
    """Return every trigger of the portal on a database of this vendor (sqlite, postgresql)."""
    direct = ["Wording", "ItemProgram", "ReasonGroup", "OverviewSheet", "Contribution"]
    direct += ["TableForm", "Marking", "Approval", "Succession", "Waiver", "Comment"]
    triggers = [trigger for model in direct for trigger in _frozen(model, "{}.amendment_id")]
    triggers += _frozen("AmendmentReason", AMENDMENT_OF_GROUP)
    triggers += _frozen("OverviewSection", AMENDMENT_OF_SHEET)
    triggers += _frozen("Clause", "{}.introduced_by_id")
    triggers += _frozen_amendment()
    triggers += _printed()
    triggers += _rules()
    for model in ("Snapshot", "IssuedDocument"):
        triggers += _unchangeable(_table(model), IMMUTABLE)
    for model in ("IndicatorTarget", "ValueReport"):
        triggers += _unchangeable(_table(model), PINNED)
    triggers += _unchangeable("programs_accessrecord", APPEND_ONLY)
    triggers += _histories()
    if vendor == "sqlite":
        deletions = [trigger for trigger in triggers if trigger.event == "DELETE"]
        triggers += [over for deletion in deletions for over in _replaced(deletion)]
    return triggers


def install(connection: BaseDatabaseWrapper) -> None:
    """(Re)create every trigger whose table exists."""
    drop(connection)
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for trigger in all_triggers(connection.vendor):
            if trigger.table in tables:
                for statement in _statements(connection, trigger):
                    cursor.execute(statement)


def drop(connection: BaseDatabaseWrapper) -> None:
    """Remove every trigger of the portal, such as before a database is restored or copied into."""
    with connection.cursor() as cursor:
        for name, table in installed(connection):
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {name}{on}")


def installed(connection: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    """Return name and table of the portal's triggers in the database."""
    if connection.vendor == "postgresql":
        query = (
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
        )
    else:
        query = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [(name, table) for name, table in cursor.fetchall() if name.startswith(PREFIX)]


def _statements(connection: BaseDatabaseWrapper, trigger: Trigger) -> Iterator[str]:
    name = PREFIX + trigger.name
    head = f"CREATE TRIGGER {name} BEFORE {trigger.event} ON {trigger.table} FOR EACH ROW"
    if connection.vendor == "sqlite":
        yield f"{head} WHEN {trigger.condition} BEGIN SELECT RAISE(ABORT, '{trigger.message}'); END"
        return
    lock = f" PERFORM 1 FROM evaluation_amendment WHERE id IN ({trigger.lock}) FOR SHARE;"
    yield (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f"{lock if trigger.lock else ''} IF {trigger.condition} THEN"
        f" RAISE EXCEPTION '{trigger.message}' USING ERRCODE = 'check_violation'; END IF;"
        " IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
    )
    yield f"{head} EXECUTE FUNCTION {name}()"
    if trigger.event == "DELETE":
        yield (
            f"CREATE OR REPLACE FUNCTION {name}_all() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" RAISE EXCEPTION '{trigger.message}' USING ERRCODE = 'check_violation'; END $$"
        )
        yield (
            f"CREATE TRIGGER {name}_all BEFORE TRUNCATE ON {trigger.table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {name}_all()"
        )


def _table(model: str) -> str:
    return apps.get_model("evaluation", model)._meta.db_table


def drop_before_migrate(using: str, **kwargs: Any) -> None:
    """Receiver of `pre_migrate`: a migration may rebuild any table and fill any history."""
    drop(connections[using])


def install_after_migrate(using: str, **kwargs: Any) -> None:
    """Receiver of `post_migrate`; with the one above, the only signals of the portal."""
    install(connections[using])


def check_triggers(
    app_configs: Any, databases: Sequence[str] | None, **kwargs: Any
) -> list[CheckMessage]:
    """System check: every trigger stands in the database (run by `check --database default`)."""
    messages: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        tables = set(connection.introspection.table_names())
        expected = {PREFIX + t.name for t in all_triggers(connection.vendor) if t.table in tables}
        missing = expected - {name for name, _ in installed(connection)}
        if missing:
            text = f"データベース「{alias}」に、内容を守るトリガーが{len(missing)}個ありません。"
            hint = "manage.py migrate を実行すると作り直されます。"
            # Not an error: `migrate`, the way out, runs the checks first and would refuse to begin.
            messages.append(Warning(text, hint=hint, id="evaluation.W002"))
    return messages
