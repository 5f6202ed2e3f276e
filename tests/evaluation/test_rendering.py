"""Documents made in the background: done, followed, cancelled, failed, and lost with their worker."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError
from django.test import override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from evaluation import amending, grading, rendering
from evaluation.documents import dossier
from evaluation.documents.issuing import (
    NOT_ISSUED,
    evaluation_print,
    take_rating_snapshot,
    take_snapshot,
)
from evaluation.documents.pdf import is_kept
from evaluation.models import IssuedDocument, Rendering, Snapshot
from programs.models import User
from tests.databases import manage, query
from tests.evaluation.grading.scenes import Graded
from tests.factories import make_baseline, make_draft, make_period, make_user

IMMEDIATE = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}


@pytest.fixture
def snapshot(db: None) -> Snapshot:
    period = make_period()
    _, (_, item, *_) = make_baseline(period)
    draft = make_draft(period)
    amending.reword(draft, item, "項目1の転換", by=None)
    return take_snapshot(draft, by=None)


@pytest.fixture
def person(db: None) -> User:
    return make_user()


def now(begun: Rendering) -> Rendering:
    return Rendering.objects.get(pk=begun.pk)


# --- At once --------------------------------------------------------------------------------------
@override_settings(TASKS=IMMEDIATE)
def test_what_is_done_has_its_document(snapshot: Snapshot, person: User) -> None:
    begun = rendering.start(snapshot, "dossier", by=person)
    made = now(begun)
    assert (made.state, made.done, made.total, made.words) == ("done", 5, 5, "")
    assert made.document == IssuedDocument.objects.get(kind="dossier", snapshot=snapshot)
    assert made.document.issued_by == person
    assert bytes(made.document.content)[:5] == b"%PDF-"
    again = now(rendering.start(snapshot, "dossier", by=make_user()))
    assert (again.pk != made.pk, again.document) == (True, made.document)


@pytest.mark.django_db
@override_settings(TASKS=IMMEDIATE)
def test_what_is_printed_as_it_stands_is_kept_for_its_person_and_not_issued() -> None:
    scene = Graded.made()
    scene.write(scene.item, grade="S", results="秘密の案")
    for person in (scene.agency, scene.assessor):
        made = now(rendering.start_print(scene.period, 2024, "yearly", by=person))
        assert (made.state, made.done, made.total, made.words) == ("done", 1, 1, "")
        assert (made.document, made.requested_by) == (None, person)
    assert IssuedDocument.objects.count() == 0
    prints = [evaluation_print(scene.book(side), 2024, "yearly") for side in ("self", "minister")]
    assert ["秘密の案" in html for html in prints] == [True, False]
    kept = [is_kept(html, folder=dossier.cache(), suffix="pdf") for html in prints]
    assert kept == [True, True]


@pytest.mark.django_db
def test_what_was_opened_while_it_waited_is_not_issued() -> None:
    scene = Graded.made()
    scene.write(scene.other, side="minister")
    rating = scene.issue(scene.other, side="minister")
    snapshot = take_rating_snapshot(rating, by=scene.assessor)
    begun = rendering.start(snapshot, "assessment", by=scene.assessor)
    reopened = (scene.period, scene.other, 2024, "yearly", "minister")
    grading.reopen(*reopened, by=None, why="誤り")
    rendering.render.func(begun.pk)
    assert (now(begun).state, now(begun).words) == ("failed", NOT_ISSUED)
    assert IssuedDocument.objects.count() == 0
    row = {"sha256": "0" * 64, "content": b"", "versions": {}, "issued_at": timezone.now()}
    with pytest.raises(DatabaseError, match="主務大臣による評価が確定してから発行します。"):
        IssuedDocument.objects.create(snapshot=snapshot, kind="assessment", **row)


@pytest.mark.django_db
def test_the_same_print_is_under_way_once_for_each_person() -> None:
    scene = Graded.made()
    begun = rendering.start_print(scene.period, 2024, "yearly", by=scene.agency)
    assert rendering.start_print(scene.period, 2024, "yearly", by=scene.agency) == begun
    assert rendering.start_print(scene.period, 2024, "yearly", by=scene.assessor) != begun
    assert rendering.start_print(scene.period, 2023, "yearly", by=scene.agency) != begun
    rendering.cancel(begun)
    assert rendering.start_print(scene.period, 2024, "yearly", by=scene.agency) != begun


@override_settings(TASKS=IMMEDIATE)
def test_what_cannot_be_printed_is_told_and_nothing_is_issued(person: User) -> None:
    period = make_period()
    _, (_, item, *_) = make_baseline(period)
    draft = make_draft(period)
    amending.reword(draft, item, "項目1の転換", by=None)
    draft.wordings.update(text="絵文字😀")  # past the check of what may be typed
    begun = rendering.start(take_snapshot(draft, by=None), "dossier", by=person)
    assert (now(begun).state, now(begun).words) == (
        "failed",
        "PDFに印刷できない文字があります：「😀」（U+1F600）。別の文字に直してください。",
    )
    assert IssuedDocument.objects.count() == 0


@override_settings(TASKS=IMMEDIATE)
def test_what_goes_wrong_otherwise_is_told_without_its_details(
    snapshot: Snapshot, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(rendering, "issue", broken)
    begun = rendering.start(snapshot, "dossier", by=person)
    assert (now(begun).state, now(begun).words) == ("failed", rendering.UNEXPECTED)


# --- Waiting for a worker -------------------------------------------------------------------------
def test_the_same_document_is_begun_once(snapshot: Snapshot, person: User) -> None:
    first = rendering.start(snapshot, "dossier", by=person)
    assert (first.state, first.total, first.done) == ("waiting", 5, 0)
    assert rendering.start(snapshot, "dossier", by=make_user()) == first
    assert rendering.start(snapshot, "memo", by=person) != first
    assert DBTaskResult.objects.count() == 2
    assert str(DBTaskResult.objects.earliest("enqueued_at").id) == first.task


def test_one_that_waits_is_cancelled_at_once_and_never_done(
    snapshot: Snapshot, person: User
) -> None:
    begun = rendering.start(snapshot, "dossier", by=person)
    rendering.cancel(begun)
    assert now(begun).state == "cancelled"
    rendering.render.call(begun.pk)
    assert (now(begun).state, IssuedDocument.objects.count()) == ("cancelled", 0)


def test_one_at_work_ends_at_the_next_sign_of_life(
    snapshot: Snapshot, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = rendering.start(snapshot, "dossier", by=person)
    steps = []

    def laid_out(*parts: str, heard: Any, folder: Any) -> bytes:
        for done in range(len(parts)):
            heard(done)
            steps.append((now(begun).done, now(begun).part))
            if done == 1:
                rendering.cancel(begun)
                assert now(begun).cancelling
        raise AssertionError("it went on")

    monkeypatch.setattr("evaluation.documents.issuing.render_pdf_cached", laid_out)
    rendering.render.call(begun.pk)
    assert steps == [(2, "変更について"), (3, "新旧対照表")]
    assert (now(begun).state, IssuedDocument.objects.count()) == ("cancelled", 0)


def test_a_lost_worker_is_told_and_its_work_can_be_begun_again(
    snapshot: Snapshot, person: User
) -> None:
    begun = rendering.start(snapshot, "dossier", by=person)
    task = DBTaskResult.objects.get()
    task.claim("killed")
    begun.state, begun.heard_at = "running", timezone.now() - rendering.SILENCE
    begun.save()
    assert rendering.is_lost(begun)
    again = rendering.start(snapshot, "dossier", by=person)
    assert (now(begun).state, now(begun).words) == ("failed", rendering.WORKER_DIED)
    assert (again != begun, again.state) == (True, "waiting")
    task.refresh_from_db()
    assert (task.status, task.exception_class_path) == (
        "FAILED",
        "evaluation.rendering.WorkerDiedError",
    )


@pytest.mark.parametrize("fate", ["gone", "failed", "done", "silent"])
def test_one_that_no_worker_will_begin_can_be_begun_again(
    snapshot: Snapshot, person: User, fate: str
) -> None:
    begun = rendering.start(snapshot, "dossier", by=person)
    task = DBTaskResult.objects.get()
    match fate:
        case "gone":
            task.delete()
        case "failed":
            task.set_failed(RuntimeError())
        case "done":
            task.set_successful(None)
        case "silent":
            task.claim("killed")
            long_ago = timezone.now() - rendering.SILENCE
            DBTaskResult.objects.update(started_at=long_ago)
    assert rendering.is_lost(now(begun))
    again = rendering.start(snapshot, "dossier", by=person)
    assert (now(begun).state, now(begun).words) == ("failed", rendering.WORKER_DIED)
    assert (again != begun, again.state) == (True, "waiting")


def test_one_that_a_worker_has_just_taken_is_left_alone(snapshot: Snapshot, person: User) -> None:
    begun = rendering.start(snapshot, "dossier", by=person)
    rendering.reap()
    assert now(begun).state == "waiting"
    DBTaskResult.objects.get().claim("alive")
    rendering.reap()
    assert now(begun).state == "waiting"


def test_one_that_gives_signs_of_life_is_left_alone(snapshot: Snapshot, person: User) -> None:
    begun = rendering.start(snapshot, "dossier", by=person)
    begun.state = "running"
    begun.heard_at = timezone.now() - rendering.SILENCE + dt.timedelta(seconds=10)
    begun.save()
    rendering.reap()
    assert (now(begun).state, rendering.is_lost(begun)) == ("running", False)


def test_one_given_up_for_dead_issues_nothing_when_it_wakes(
    snapshot: Snapshot, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = rendering.start(snapshot, "dossier", by=person)

    def asleep(*parts: str, heard: Any, folder: Any) -> bytes:
        row = now(begun)
        row.heard_at = timezone.now() - rendering.SILENCE
        row.save()
        rendering.reap()
        heard(1)
        raise AssertionError("it went on")

    monkeypatch.setattr("evaluation.documents.issuing.render_pdf_cached", asleep)
    rendering.render.call(begun.pk)
    assert (now(begun).state, IssuedDocument.objects.count()) == ("failed", 0)


def test_what_the_snapshot_does_not_hold_fails_by_name(snapshot: Snapshot, person: User) -> None:
    begun = rendering.start(snapshot, "overview", by=person)
    rendering.render.call(begun.pk)
    assert (now(begun).state, now(begun).words) == (
        "failed",
        dossier.MISSING[IssuedDocument.Kind.OVERVIEW],
    )


# --- The real worker ------------------------------------------------------------------------------
BEGIN = """
from evaluation import rendering
from evaluation.documents.issuing import take_snapshot
from evaluation.models import Amendment
from programs.models import User
user = User.objects.create(username="worker-test")
draft = Amendment.objects.get(slug="2026-01-28")
rendering.start(take_snapshot(draft, by=user), "dossier", by=user)
"""
ROWS = "SELECT state, done, total, part, words FROM evaluation_rendering ORDER BY id"
STATUSES = f"SELECT status FROM {DBTaskResult._meta.db_table} ORDER BY enqueued_at"


def test_a_worker_makes_the_real_dossier(database: str) -> None:
    manage(database, "shell", "-v", "0", "-c", BEGIN)
    assert query(database, ROWS) == [("waiting", 0, 12, "", "")]
    manage(database, "work", "--batch")
    assert query(database, ROWS) == [("done", 12, 12, "", "")]
    assert query(database, "SELECT kind FROM evaluation_issueddocument") == [("dossier",)]
    assert query(database, STATUSES) == [("SUCCESSFUL",)]


def test_a_worker_that_is_stopped_says_so_and_one_that_is_killed_is_reaped(database: str) -> None:
    manage(database, "shell", "-v", "0", "-c", BEGIN)
    stop(database, signal.SIGTERM)
    assert query(database, ROWS)[0][::4] == ("failed", rendering.STOPPED)
    manage(database, "shell", "-v", "0", "-c", BEGIN.replace(".create(", ".get("))
    stop(database, signal.SIGKILL)
    assert query(database, ROWS)[1][0] == "running"
    query(database, "UPDATE evaluation_rendering SET heard_at = '2026-01-28 00:00:00+00:00'")
    manage(database, "work", "--batch")
    assert query(database, ROWS)[1][::4] == ("failed", rendering.WORKER_DIED)
    assert query(database, STATUSES) == [("FAILED",), ("FAILED",)]


def stop(url: str, number: signal.Signals) -> None:
    """Send a worker a signal when it has begun its work."""
    data = {"SECRET_KEY": "k" * 50, "PORTAL_DATA": str(settings.DATA_DIR), "DATABASE_URL": url}
    command = [sys.executable, "manage.py", "work"]
    with subprocess.Popen(command, cwd=settings.BASE_DIR, env={**os.environ, **data}) as worker:
        deadline = time.monotonic() + 60
        while query(url, ROWS)[-1][0] != "running" and time.monotonic() < deadline:
            time.sleep(0.02)
        worker.send_signal(number)
