"""What is decided is frozen for every path: ORM, bulk, raw SQL; on SQLite and PostgreSQL alike."""

import datetime as dt
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from evaluation import amending, drafting, triggers
from evaluation.comparison.marking import Marks
from evaluation.documents.issuing import take_snapshot
from evaluation.models import (
    Amendment,
    AmendmentReason,
    IssuedDocument,
    ItemProgram,
    ReasonGroup,
    Snapshot,
    Wording,
)
from programs.models import Program
from tests.databases import manage, on_postgresql, query
from tests.factories import decide, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db

FROZEN = "決定した変更は、その文言・理由・資料を含めて変更できません"
BASE = "元の文言には、同じ条項の決定済みの文言を指定してください"
CORRECTS = "文言を正せるのは種類が「正誤」の変更だけで"
PRINTED = "決定した変更がある期間の表題と注は変更できません。"


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
        """INSERT INTO evaluation_tableform (amendment_id, first, proposed_title, current_title, same,
        unchanged, elide, moves, remarks)
        VALUES ({id}, 'proposed', 'x', 'y', '（略）', 'drop', '1', 'apart', '')""",
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


def test_the_marks_of_a_decided_table_are_frozen(baseline):
    draft = make_draft(baseline.period)
    item = baseline.introduced.filter(kind="item").first()
    amending.reword(draft, item, "項目の転換", by=None)
    amending.draw(draft, item, Marks(((0, 2),), ()), by=make_user())
    decide(draft)
    refused(f"UPDATE evaluation_marking SET why = 'x' WHERE amendment_id = {draft.pk}", FROZEN)
    refused(f"DELETE FROM evaluation_marking WHERE amendment_id = {draft.pk}", FROZEN)


def test_the_form_of_a_decided_table_is_frozen(baseline):
    draft = make_draft(baseline.period)
    drafting.change_table_form(draft, by=make_user(), remarks="備考")
    decide(draft)
    refused(f"UPDATE evaluation_tableform SET remarks = '' WHERE amendment_id = {draft.pk}", FROZEN)
    refused(f"DELETE FROM evaluation_tableform WHERE amendment_id = {draft.pk}", FROZEN)


def test_a_draft_wording_cannot_be_moved_into_a_decided_amendment(baseline):
    draft = make_draft(baseline.period)
    amending.insert(draft, "chapter", parent=None, label="Ⅵ", text="その他", by=None)
    refused(
        f"UPDATE evaluation_wording SET amendment_id = {baseline.pk}"
        f" WHERE amendment_id = {draft.pk}",
        f"{FROZEN}|{BASE}",
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
        BASE,
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


@pytest.fixture
def scene(baseline):
    """Ids in a period: a decided wording with its clause, and a draft with a clause of its own."""
    draft = make_draft(baseline.period)
    clause = amending.insert(draft, "chapter", parent=None, label="Ⅵ", text="その他", by=None)
    old = baseline.wordings.first()
    amending.reword(draft, old.clause, "改めた文言", by=None)
    return {
        "period": baseline.period_id,
        "slug": baseline.slug,
        "decided": baseline.pk,
        "draft": draft.pk,
        "old": old.pk,
        "clause": old.clause_id,
        "row": draft.wordings.get(clause=old.clause).pk,
        "new": draft.wordings.get(clause=clause).pk,
        "new_clause": clause.pk,
    }


AMENDMENT = "period_id, slug, kind, title, memo_title, office, state"
WORDING = "clause_id, amendment_id, rank, label, text, repealed, excerpt, revision"


@pytest.mark.skipif(on_postgresql(), reason="REPLACE is SQLite's")
@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            f"""REPLACE INTO evaluation_amendment (id, {AMENDMENT})
            VALUES ({{decided}}, {{period}}, 'x', 'amendment', 'x', '', '', 'draft')""",
            FROZEN,
        ),
        (
            f"""INSERT OR REPLACE INTO evaluation_amendment ({AMENDMENT})
            VALUES ({{period}}, '{{slug}}', 'amendment', 'x', '', '', 'draft')""",
            FROZEN,
        ),
        (
            f"""INSERT OR REPLACE INTO evaluation_amendment ({AMENDMENT})
            VALUES ({{period}}, 'x', 'baseline', 'x', '', '', 'draft')""",
            FROZEN,
        ),
        (
            "UPDATE OR REPLACE evaluation_amendment SET slug = '{slug}' WHERE id = {draft}",
            FROZEN,
        ),
        (
            f"""REPLACE INTO evaluation_wording (id, {WORDING})
            VALUES ({{old}}, {{new_clause}}, {{draft}}, 'zz1', '', 'x', FALSE, FALSE, 1)""",
            FROZEN,
        ),
        ("UPDATE OR REPLACE evaluation_wording SET id = {old} WHERE id = {new}", FROZEN),
        (
            """REPLACE INTO evaluation_historicalamendment
            SELECT * FROM evaluation_historicalamendment""",
            "履歴は追加だけができ",
        ),
        (
            "REPLACE INTO evaluation_objectiveperiod SELECT * FROM evaluation_objectiveperiod",
            PRINTED,
        ),
    ],
)
def test_replacing_is_deleting(scene, statement, message):
    refused(statement.format(**scene), message)


@pytest.mark.skipif(on_postgresql(), reason="REPLACE is SQLite's")
def test_a_snapshot_cannot_be_replaced(baseline):
    take_snapshot(make_draft(baseline.period), by=None)
    columns = "amendment_id, number, content, sha256, engine_version, taken_at"
    for key in ("id, ", ""):
        refused(
            f"REPLACE INTO evaluation_snapshot ({key}{columns})"
            f" SELECT {key}{columns} FROM evaluation_snapshot",
            "控えと発行文書は変更も削除もできません",
        )


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE evaluation_wording SET base_id = NULL WHERE id = {row}", BASE),
        ("UPDATE evaluation_wording SET base_id = {row} WHERE id = {row}", BASE),
        ("UPDATE evaluation_wording SET base_id = {old} WHERE id = {new}", BASE),
        ("UPDATE evaluation_wording SET corrects_id = {old} WHERE id = {row}", CORRECTS),
        (
            "UPDATE evaluation_clause SET introduced_by_id = {decided} WHERE id = {new_clause}",
            "条項を新設した変更は、後から変えられません。|決定した変更は",
        ),
        ("UPDATE evaluation_objectiveperiod SET title = 'x' WHERE id = {period}", PRINTED),
        ("UPDATE evaluation_objectiveperiod SET appendix_note = 'x' WHERE id = {period}", PRINTED),
    ],
)
def test_a_reference_that_would_falsify_the_chain_is_refused(scene, statement, message):
    refused(statement.format(**scene), message)


def test_a_draft_stays_in_its_period(scene):
    other = make_period()
    refused(
        f"UPDATE evaluation_amendment SET period_id = {other.pk} WHERE id = {scene['draft']}",
        "変更の期間は、後から変えられません。",
    )


def test_the_titles_of_a_period_are_free_until_something_is_decided():
    period = make_period()
    period.title = "改めた表題"
    period.save()


def test_only_a_correction_corrects_and_it_stays_one(scene, baseline):
    correction = make_draft(baseline.period, kind="correction")
    amending.correct(correction, Wording.objects.get(pk=scene["old"]), text="正", by=None)
    refused(
        f"UPDATE evaluation_wording SET corrects_id = {scene['row']}"
        f" WHERE amendment_id = {correction.pk}",
        CORRECTS,
    )
    refused(
        f"UPDATE evaluation_amendment SET kind = 'amendment' WHERE id = {correction.pk}", CORRECTS
    )


def test_a_reason_is_one_of_the_same_amendment(scene, baseline):
    groups = [
        ReasonGroup.objects.create(amendment=draft, position=1, title="区分")
        for draft in (Amendment.objects.get(pk=scene["draft"]), make_draft(baseline.period))
    ]
    own, foreign = [
        AmendmentReason.objects.create(group=g, position=1, title="x", text="x", kind="error")
        for g in groups
    ]
    message = "文言の変更理由は、同じ変更の理由でなければなりません。"
    cite = f"UPDATE evaluation_wording SET reason_id = {{}} WHERE id = {scene['row']}"
    with connection.cursor() as cursor:
        cursor.execute(cite.format(own.pk))
    refused(cite.format(foreign.pk), message)
    move = "UPDATE evaluation_amendmentreason SET group_id = {}, position = 2 WHERE id = {}"
    refused(move.format(groups[1].pk, own.pk), message)
    refused(
        f"UPDATE evaluation_reasongroup SET amendment_id = {groups[1].amendment_id}, position = 2"
        f" WHERE id = {groups[0].pk}",
        message,
    )


def test_an_item_and_its_programme_stay_in_one_period(scene):
    amendment = Amendment.objects.get(pk=scene["draft"])
    # Of the same agency: PostgreSQL and SQLite name different ones of several broken rules.
    later = amendment.period
    later.pk, later.number, later._state.adding = None, 6, True
    later.save()
    _, (_, item, *_) = make_baseline(later)
    program = Program.objects.create(agency=later.agency, slug="p", name="事業")
    with pytest.raises(IntegrityError, match="同じ期間のもの"), transaction.atomic():
        ItemProgram.objects.create(clause=item, program=program, amendment_id=scene["draft"])


DECIDE = """UPDATE evaluation_amendment SET state = 'decided', sequence = 2, decided_on = '2026-04-01',
    effective_on = '2026-04-01', recorded_at = now() WHERE state = 'draft'"""
REMOVE = "DELETE FROM evaluation_wording WHERE id = (SELECT max(id) FROM evaluation_wording)"


@pytest.mark.postgresql
def test_a_decision_waits_for_a_row_that_is_being_written(database):
    with psycopg.connect(database) as writer, psycopg.connect(database) as decider:
        writer.execute(REMOVE)
        decider.execute("SET lock_timeout = '200ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            decider.execute(DECIDE)


@pytest.mark.postgresql
def test_a_row_written_during_a_decision_waits_and_is_refused(database):
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
    waiting += " AND wait_event_type = 'Lock'"
    with (
        psycopg.connect(database) as decider,
        psycopg.connect(database) as writer,
        ThreadPoolExecutor(1) as pool,
    ):
        decider.execute(DECIDE)
        written = pool.submit(writer.execute, REMOVE)
        deadline = time.monotonic() + 10
        while not query(database, waiting) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not written.done()
        decider.commit()
        with pytest.raises(psycopg.errors.CheckViolation, match=FROZEN):
            written.result(timeout=10)


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


REBUILD = """
import copy
from django.db import connection
from django.db.models import CharField
from evaluation.models import OverviewSection  # which no other table's triggers ask

old = OverviewSection._meta.get_field("heading")
new = copy.copy(old)
new.max_length = 30
with connection.schema_editor() as editor:
    editor.alter_field(OverviewSection, old, new)
"""


def test_a_table_that_a_migration_rebuilds_gets_its_triggers_back(database):
    """SQLite drops the triggers of a table that it rebuilds, without a word."""
    names = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"
    if not on_postgresql():
        names = "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY 1"
    everything = query(database, names)
    manage(database, "shell", "-v", "0", "-c", REBUILD)
    assert on_postgresql() or len(query(database, names)) < len(everything)
    manage(database, "migrate", "--verbosity=0")
    assert query(database, names) == everything
    frozen = "UPDATE evaluation_wording SET text = 'x'"
    with pytest.raises((sqlite3.IntegrityError, psycopg.errors.CheckViolation), match=FROZEN):
        query(database, frozen)
