"""What must hold and a constraint cannot say: triggers with the same conditions on both databases.

- What is decided is frozen for every path, raw SQL included: the amendment (but for the day of its
  publication), its wordings, links, reasons, sheets and the clauses it introduced.
- Snapshots and issued documents never change; histories only grow.
- Amendments come into force in the order of their sequence.
- A wording, its clause, its parent and its amendment belong to one period; its base is an earlier
  wording of the same clause.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Warning
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

PREFIX = "portal_"
FROZEN = "決定した変更は、その文言・理由・資料を含めて変更できません。直すには正誤の変更を起案してください。"
IMMUTABLE = "控えと発行文書は変更も削除もできません。"
APPEND_ONLY = "履歴は追加だけができ、変更も削除もできません。"
ORDER = "適用日は、前の順番の変更の適用日以後、後の順番の変更の適用日以前にしてください。"
ONE_PERIOD = "文言・条項・親の条項・変更は、同じ期間のものでなければなりません。"
BASE = "元の文言と正す文言は、同じ条項のものでなければなりません。"


@dataclass(frozen=True)
class Trigger:
    """Refuse `event` (INSERT, UPDATE, DELETE) on a row of `table` where `condition` holds."""

    name: str
    table: str
    event: str
    condition: str
    message: str


def _frozen(model: str, amendment_of: str) -> Iterator[Trigger]:
    """Refuse all changes of rows that belong to a decided amendment.

    `amendment_of` is SQL for the amendment's id, with `{row}` for NEW or OLD.
    """
    table = _table(model)
    decided = (
        "EXISTS (SELECT 1 FROM evaluation_amendment a WHERE a.state = 'decided' AND a.id = {id})"
    )
    new = decided.format(id=amendment_of.format(row="NEW"))
    old = decided.format(id=amendment_of.format(row="OLD"))
    for event, condition in (("INSERT", new), ("UPDATE", f"{new} OR {old}"), ("DELETE", old)):
        yield Trigger(f"{model.lower()}_frozen_{event.lower()}", table, event, condition, FROZEN)


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


def _order() -> Iterator[Trigger]:
    out_of_order = (
        "NEW.state = 'decided' AND EXISTS (SELECT 1 FROM evaluation_amendment a"
        " WHERE a.period_id = NEW.period_id AND a.state = 'decided' AND a.id <> NEW.id AND"
        " ((a.sequence < NEW.sequence AND a.effective_on > NEW.effective_on) OR"
        " (a.sequence > NEW.sequence AND a.effective_on < NEW.effective_on)))"
    )
    for event in ("INSERT", "UPDATE"):
        name = f"amendment_order_{event.lower()}"
        yield Trigger(name, "evaluation_amendment", event, out_of_order, ORDER)


def _one_period() -> Iterator[Trigger]:
    amendment = "(SELECT a.period_id FROM evaluation_amendment a WHERE a.id = NEW.{column})"
    clause = "(SELECT c.period_id FROM evaluation_clause c WHERE c.id = NEW.{column})"
    period = amendment.format(column="amendment_id")
    elsewhere = (
        f"{clause.format(column='clause_id')} <> {period}"
        f" OR (NEW.parent_id IS NOT NULL AND {clause.format(column='parent_id')} <> {period})"
    )
    foreign = (
        "NEW.{c} IS NOT NULL AND"
        " (SELECT w.clause_id FROM evaluation_wording w WHERE w.id = NEW.{c}) <> NEW.clause_id"
    )
    base = f"({foreign.format(c='base_id')}) OR ({foreign.format(c='corrects_id')})"
    introduced = amendment.format(column="introduced_by_id")
    for event in ("INSERT", "UPDATE"):
        suffix = event.lower()
        yield Trigger(
            f"wording_period_{suffix}", "evaluation_wording", event, elsewhere, ONE_PERIOD
        )
        yield Trigger(f"wording_base_{suffix}", "evaluation_wording", event, base, BASE)
        yield Trigger(
            f"clause_period_{suffix}",
            "evaluation_clause",
            event,
            f"NEW.period_id <> {introduced}",
            ONE_PERIOD,
        )


def _histories() -> Iterator[Trigger]:
    for model in apps.get_models():
        manager = getattr(model._meta, "simple_history_manager_attribute", None)
        if manager and not model._meta.proxy:
            yield from _unchangeable(getattr(model, manager).model._meta.db_table, APPEND_ONLY)


def all_triggers() -> list[Trigger]:
    """Return every trigger of the portal."""
    direct = ["Wording", "ItemProgram", "ReasonGroup", "OverviewSheet", "Contribution"]
    group = "(SELECT g.amendment_id FROM evaluation_reasongroup g WHERE g.id = {row}.group_id)"
    sheet = "(SELECT s.amendment_id FROM evaluation_overviewsheet s WHERE s.id = {row}.sheet_id)"
    triggers = [trigger for model in direct for trigger in _frozen(model, "{row}.amendment_id")]
    triggers += _frozen("AmendmentReason", group)
    triggers += _frozen("OverviewSection", sheet)
    triggers += _frozen("Clause", "{row}.introduced_by_id")
    triggers += _frozen_amendment()
    triggers += _order()
    triggers += _one_period()
    for model in ("Snapshot", "IssuedDocument"):
        triggers += _unchangeable(_table(model), IMMUTABLE)
    triggers += _histories()
    return triggers


def install(connection: BaseDatabaseWrapper) -> None:
    """(Re)create every trigger whose table exists."""
    drop(connection)
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for trigger in all_triggers():
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
    yield (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {trigger.condition} THEN"
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
        expected = {PREFIX + t.name for t in all_triggers() if t.table in tables}
        missing = expected - {name for name, _ in installed(connection)}
        if missing:
            text = f"データベース「{alias}」に、内容を守るトリガーが{len(missing)}個ありません。"
            hint = "manage.py migrate を実行すると作り直されます。"
            # Not an error: `migrate`, the way out, runs the checks first and would refuse to begin.
            messages.append(Warning(text, hint=hint, id="evaluation.W001"))
    return messages
