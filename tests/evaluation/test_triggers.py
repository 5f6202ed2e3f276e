"""What is decided is frozen for every path: ORM, bulk, raw SQL; on SQLite and PostgreSQL alike."""

import datetime as dt
import sqlite3

import psycopg
import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from evaluation import amending, triggers
from evaluation.documents.issuing import take_snapshot
from evaluation.models import Amendment, IssuedDocument, Snapshot, Wording
from tests.databases import manage, query
from tests.factories import decide, make_baseline, make_draft, make_period

pytestmark = pytest.mark.django_db

FROZEN = "決定した変更は、その文言・理由・資料を含めて変更できません"


def refused(statement: str, message: str) -> None:
    """Run raw SQL and expect the database to refuse it."""
    with (
        pytest.raises(IntegrityError, match=message),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.fixture
def baseline():
    period = make_period()
    amendment, _ = make_baseline(period)
    return amendment


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE evaluation_wording SET text = 'x' WHERE amendment_id = {id}",
        "DELETE FROM evaluation_wording WHERE amendment_id = {id}",
        """INSERT INTO evaluation_wording
        (clause_id, amendment_id, rank, label, text, repealed, excerpt, revision)
        SELECT clause_id, {id}, 'zz1', '', 'x', repealed, excerpt, 1
        FROM evaluation_wording WHERE amendment_id = {id}""",
        "UPDATE evaluation_amendment SET title = 'x' WHERE id = {id}",
        """UPDATE evaluation_amendment SET state = 'draft', sequence = NULL, decided_on = NULL,
        effective_on = NULL, recorded_at = NULL WHERE id = {id}""",
        "DELETE FROM evaluation_amendment WHERE id = {id}",
        "UPDATE evaluation_clause SET kind = 'body' WHERE introduced_by_id = {id}",
        "DELETE FROM evaluation_clause WHERE introduced_by_id = {id}",
        """INSERT INTO evaluation_reasongroup (amendment_id, position, title, introduction)
        VALUES ({id}, 1, 'x', '')""",
        """INSERT INTO evaluation_overviewsheet (amendment_id, position, title, period_text)
        VALUES ({id}, 1, 'x', '')""",
    ],
)
def test_a_decided_amendment_is_frozen_for_raw_sql(baseline, statement):
    refused(statement.format(id=baseline.pk), FROZEN)


def test_a_decided_amendment_is_frozen_for_the_orm(baseline):
    wording = baseline.wordings.first()
    with pytest.raises(IntegrityError, match=FROZEN), transaction.atomic():
        wording.save()
    with pytest.raises(IntegrityError, match=FROZEN), transaction.atomic():
        Wording.objects.filter(pk=wording.pk).update(text="x")
    with pytest.raises(IntegrityError, match=FROZEN), transaction.atomic():
        wording.delete()


def test_a_draft_wording_cannot_be_moved_into_a_decided_amendment(baseline):
    draft = make_draft(baseline.period)
    amending.insert(draft, "chapter", parent=None, label="Ⅵ", text="その他", by=None)
    refused(
        f"UPDATE evaluation_wording SET amendment_id = {baseline.pk}"
        f" WHERE amendment_id = {draft.pk}",
        FROZEN,
    )


def test_publication_is_the_one_thing_left_and_happens_once(baseline):
    baseline.published_on = dt.date(2022, 4, 2)
    baseline.save()
    refused(
        f"UPDATE evaluation_amendment SET published_on = '2022-05-01' WHERE id = {baseline.pk}",
        FROZEN,
    )


def test_amendments_come_into_force_in_the_order_of_their_sequence(baseline):
    later = decide(make_draft(baseline.period), dt.date(2024, 4, 1))
    assert later.sequence == 2
    refused(
        "INSERT INTO evaluation_amendment (period_id, slug, kind, title, memo_title, office, state,"
        " sequence, decided_on, effective_on, recorded_at)"
        f" VALUES ({baseline.period_id}, 'x', 'amendment', 'x', '', '', 'decided', 3,"
        " '2023-01-01', '2023-01-01', '2023-01-01 00:00:00+00:00')",
        "適用日は、前の順番の変更の適用日以後",
    )


def test_a_wording_stays_in_its_period_and_on_its_clause(baseline):
    other, (_, item, *_) = make_baseline(make_period())
    draft = make_draft(baseline.period)
    clause = amending.insert(draft, "chapter", parent=None, label="Ⅵ", text="その他", by=None)
    refused(
        f"UPDATE evaluation_wording SET parent_id = {item.pk} WHERE clause_id = {clause.pk}",
        "同じ期間のものでなければなりません",
    )
    foreign = other.wordings.first().pk
    refused(
        f"UPDATE evaluation_wording SET base_id = {foreign} WHERE clause_id = {clause.pk}",
        "同じ条項のものでなければなりません",
    )
    refused(
        f"UPDATE evaluation_clause SET period_id = {other.period_id} WHERE id = {clause.pk}",
        "同じ期間のものでなければなりません",
    )


def test_snapshots_and_issued_documents_never_change(baseline):
    draft = make_draft(baseline.period)
    amending.insert(draft, "chapter", parent=None, label="Ⅵ", text="その他", by=None)
    snapshot = take_snapshot(draft, by=None)
    IssuedDocument.objects.create(
        snapshot=snapshot,
        kind="comparison",
        sha256="0" * 64,
        content=b"%PDF-",
        versions={},
        issued_at=snapshot.taken_at,
    )
    for table in (Snapshot._meta.db_table, IssuedDocument._meta.db_table):
        refused(f"DELETE FROM {table}", "控えと発行文書は変更も削除もできません")
    refused(
        f"UPDATE {Snapshot._meta.db_table} SET number = 9", "控えと発行文書は変更も削除もできません"
    )


def test_histories_only_grow(baseline):
    message = "履歴は追加だけができ"
    refused("UPDATE evaluation_historicalamendment SET title = 'x'", message)
    refused("DELETE FROM programs_historicaluser", message)


@pytest.mark.postgresql
def test_truncating_is_refused():
    refused("TRUNCATE evaluation_historicalamendment", "履歴は追加だけができ")


def test_the_system_check_counts_the_triggers():
    assert triggers.check_triggers(None, databases=["default"]) == []
    name, table = triggers.installed(connection)[0]
    on = f" ON {table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on}")
    messages = triggers.check_triggers(None, databases=["default"])
    assert [m.msg for m in messages] == [
        "データベース「default」に、内容を守るトリガーが1個ありません。"
    ]
    call_command("migrate", verbosity=0)
    assert triggers.check_triggers(None, databases=["default"]) == []


def test_every_trigger_has_its_own_name():
    names = [trigger.name for trigger in triggers.all_triggers("sqlite")]
    assert len(names) == len(set(names))
    assert all(len(triggers.PREFIX + name + "_all") <= 63 for name in names)


def test_a_decided_amendment_needs_all_its_dates():
    period = make_period()
    draft = make_draft(period)
    with pytest.raises(IntegrityError), transaction.atomic():
        Amendment.objects.filter(pk=draft.pk).update(state="decided", sequence=1)


COUNT = """
from django.db import connection
from evaluation import triggers
print(len(triggers.installed(connection)))
"""

REBUILD = """
import copy
from django.db import connection
from django.db.models import CharField
from evaluation.models import Wording

old = Wording._meta.get_field("label")
new = copy.copy(old)
new.max_length = 30
with connection.schema_editor() as editor:
    editor.alter_field(Wording, old, new)
"""


def test_a_table_that_a_migration_rebuilds_gets_its_triggers_back(database):
    """SQLite drops the triggers of a table that it rebuilds, without a word."""
    everything = manage(database, "shell", "-v", "0", "-c", COUNT)
    manage(database, "shell", "-v", "0", "-c", REBUILD)
    manage(database, "migrate", "--verbosity=0")
    assert manage(database, "shell", "-v", "0", "-c", COUNT) == everything
    frozen = "UPDATE evaluation_wording SET text = 'x'"
    with pytest.raises((sqlite3.IntegrityError, psycopg.errors.CheckViolation), match=FROZEN):
        query(database, frozen)
