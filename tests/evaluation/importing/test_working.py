"""Large imports in the background: done, followed, cancelled, lost with their worker, killed."""

import datetime as dt
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from evaluation import valuing
from evaluation.importing import comparing, keeping, working
from evaluation.models import IndicatorValue, ValueImport
from evaluation.workbook import reading
from tests.databases import manage
from tests.evaluation.importing.filling import Scene, filled, year
from tests.evaluation.workbook.files import by_hand

IMMEDIATE = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
R8 = year(2026)


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene.made()


@pytest.fixture(autouse=True)
def everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "HEAVY", 0)
    monkeypatch.setattr(working, "MANY", 0)


def now(kept: ValueImport) -> ValueImport:
    return ValueImport.objects.get(pk=kept.pk)


def taken_in(scene: Scene) -> ValueImport:
    content = filled(scene.template(), {("論文数", R8): 5, ("満足度", R8): 50})
    return working.take_in(scene.period, "値.xlsx", content, by=scene.user)


def compared(scene: Scene) -> ValueImport:
    kept = taken_in(scene)
    working.work_on.call(kept.pk)
    return now(kept)


# --- At once --------------------------------------------------------------------------------------
@override_settings(TASKS=IMMEDIATE)
def test_a_large_file_is_compared_and_stored_by_the_worker(scene: Scene) -> None:
    kept = taken_in(scene)
    assert (kept.state, kept.counts) == ("ready", {"new": 2, "unchanged": 13})
    told = working.heard(kept)
    assert told is not None
    assert (told.done, told.total) == (15, 15)
    saved = working.save(kept)
    assert (saved.state, scene.value(scene.papers, 2026)) == ("done", 5)
    assert working.save(saved).state == "done"
    assert IndicatorValue.history.count() == 2


@override_settings(TASKS=IMMEDIATE)
def test_what_cannot_be_read_is_told(scene: Scene) -> None:
    kept = working.take_in(scene.period, "値.xlsx", by_hand(""), by=scene.user)
    assert (kept.state, kept.words) == ("failed", "見出しの下に、値の行がありません。")


@override_settings(TASKS=IMMEDIATE)
def test_what_goes_wrong_otherwise_is_told_without_its_details(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(keeping, "compare", broken)
    kept = taken_in(scene)
    assert (kept.state, kept.words) == ("failed", working.UNEXPECTED)


# --- Waiting for a worker -------------------------------------------------------------------------
def test_one_that_waits_is_cancelled_at_once_and_never_done(scene: Scene) -> None:
    kept = taken_in(scene)
    assert (kept.state, DBTaskResult.objects.count()) == ("reading", 1)
    assert not working.waits_long(kept)
    kept.begun_at = timezone.now() - dt.timedelta(minutes=5)
    assert working.waits_long(kept)
    working.cancel(kept)
    working.work_on.call(kept.pk)
    assert (now(kept).state, kept.cells.count()) == ("cancelled", 0)


def test_storing_that_waits_is_given_back_and_can_be_begun_again(scene: Scene) -> None:
    kept = working.save(compared(scene))
    assert kept.state == "saving"
    working.cancel(kept)
    assert (now(kept).state, now(kept).words) == ("ready", working.CANCELLED)
    working.work_on.call(kept.pk)
    assert IndicatorValue.objects.count() == 0
    working.work_on.call(working.save(now(kept)).pk)
    assert (now(kept).state, IndicatorValue.objects.count()) == ("done", 2)


@pytest.mark.parametrize("what", ["compare", "store"])
def test_one_at_work_stops_and_stores_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    kept = taken_in(scene) if what == "compare" else working.save(compared(scene))
    real = getattr(keeping, what)

    def cancelled_meanwhile(one: ValueImport, **options: Any) -> None:
        working.cancel(now(one))
        real(one, **options)

    monkeypatch.setattr(keeping, what, cancelled_meanwhile)
    working.work_on.call(kept.pk)
    ends = {"compare": ("cancelled", ""), "store": ("ready", working.CANCELLED)}
    assert ((now(kept).state, now(kept).words), IndicatorValue.objects.count()) == (ends[what], 0)


def test_what_lost_its_worker_is_given_back(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    reads, saves = taken_in(scene), working.save(compared(scene))
    for kept in (reads, saves):
        working._tell(kept, 1, 2)
    working.reap()
    assert [now(reads).state, now(saves).state] == ["reading", "saving"]
    monkeypatch.setattr(working, "SILENCE", dt.timedelta(0))
    assert [working.is_lost(now(kept)) for kept in (reads, saves)] == [True, True]
    working.reap()
    assert [(now(k).state, now(k).words) for k in (reads, saves)] == [
        ("failed", working.WORKER_DIED),
        ("ready", working.WORKER_DIED),
    ]


def test_what_lost_its_worker_is_ended_by_who_cancels_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, saves = taken_in(scene), working.save(compared(scene))
    DBTaskResult.objects.get(id=saves.task).claim("killed")
    for kept in (reads, saves):
        working._tell(kept, 1, 2)
    monkeypatch.setattr(working, "SILENCE", dt.timedelta(0))
    for kept in (reads, saves):
        working.cancel(now(kept))
    assert [(now(k).state, now(k).words) for k in (reads, saves)] == [
        ("cancelled", ""),
        ("ready", working.CANCELLED),
    ]
    assert DBTaskResult.objects.get(id=saves.task).status == "FAILED"
    working.work_on.call(working.save(now(saves)).pk)
    assert (now(saves).state, IndicatorValue.objects.count()) == ("done", 2)


@pytest.mark.parametrize("fate", ["gone", "failed", "silent"])
def test_what_no_worker_will_begin_is_given_back(scene: Scene, fate: str) -> None:
    kept = working.save(compared(scene))
    task = DBTaskResult.objects.get(id=kept.task)
    match fate:
        case "gone":
            task.delete()
        case "failed":
            task.set_failed(RuntimeError())
        case "silent":
            task.claim("killed")
            working.reap()
            assert now(kept).state == "saving"
            DBTaskResult.objects.update(started_at=timezone.now() - working.SILENCE)
    working.reap()
    assert (now(kept).state, now(kept).words) == ("ready", working.WORKER_DIED)


def test_what_is_not_read_or_was_cancelled_is_not_stored(scene: Scene) -> None:
    kept = taken_in(scene)
    with pytest.raises(ValidationError, match="この取込みは、中止されたか、まだ読み取っています。"):
        keeping.store(kept)
    with pytest.raises(ValidationError, match="この取込みは、もう変えられません。"):
        keeping.decide_all(kept, "mine")


def test_somebody_was_faster_than_the_worker(scene: Scene) -> None:
    kept = working.save(compared(scene))
    valuing.record(scene.papers, 2026, by=scene.other, number=Decimal(7))
    working.work_on.call(kept.pk)
    assert (now(kept).state, now(kept).words) == ("ready", keeping.CHANGED_MEANWHILE)
    assert now(kept).counts == {"conflict": 1, "new": 1, "unchanged": 13}


def test_a_comparison_that_ends_halfway_leaves_nothing_to_be_stored(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "CHUNK", 2)
    kept = working.save(compared(scene))
    valuing.record(scene.papers, 2026, by=scene.other, number=Decimal(7))
    real = keeping.insert
    inserted: list[int] = []

    def stopped_at_the_third(*args: Any) -> None:
        inserted.append(1)
        if len(inserted) == 3:
            raise SystemExit
        real(*args)

    monkeypatch.setattr(keeping, "insert", stopped_at_the_third)
    with pytest.raises(SystemExit):
        working.work_on.call(kept.pk)
    assert (now(kept).state, now(kept).words) == ("failed", working.STOPPED)
    assert (kept.cells.count(), IndicatorValue.objects.count()) == (0, 1)
    with pytest.raises(ValidationError, match="この取込みは、中止されたか、まだ読み取っています。"):
        working.save(now(kept))


# --- A worker of its own --------------------------------------------------------------------------
NURSERY = """
import datetime as dt, json, os, random, shutil, signal, sqlite3, sys, time
import django
django.setup()
from django.db import connection
from evaluation.importing import comparing, working
from evaluation.models import ValueImport

master, moments = sys.argv[1], int(sys.argv[2])
database = str(connection.settings_dict["NAME"])
comparing.CHUNK, working.MANY = 50, 0

def anew():
    for end in ("", "-wal", "-shm"):
        if os.path.exists(database + end):
            os.remove(database + end)
    shutil.copyfile(master, database)

def begun(act):
    child = os.fork()
    if child == 0:
        act()
        connection.close()
        os._exit(0)
    return child

def work():
    working.work_on.call(ValueImport.objects.get().pk)

def reap():
    working.SILENCE = dt.timedelta(0)
    working.reap()

def again():
    working.save(ValueImport.objects.get())
    work()

def counted():
    with sqlite3.connect(database) as file:
        values = file.execute("SELECT count(*) FROM evaluation_indicatorvalue").fetchone()[0]
        rows = file.execute("SELECT count(*) FROM evaluation_historicalindicatorvalue").fetchone()[0]
        cells = file.execute("SELECT count(*) FROM evaluation_importedcell").fetchone()[0]
        (state,) = file.execute("SELECT state FROM evaluation_valueimport").fetchone()
    file.close()
    return values, rows, state, cells

anew()
start = time.monotonic()
os.waitpid(begun(work), 0)
whole = time.monotonic() - start
found = [counted()]
chance = random.Random()
for number in range(moments):
    anew()
    child = begun(work)
    # One in each twentieth of the way, so that none of them is left out.
    time.sleep(whole * (number + chance.random()) / moments)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.waitpid(begun(reap), 0)
    found.append(counted())
if found[0][2] == "done":  # begun again after the last one was killed
    os.waitpid(begun(again), 0)
found.append(counted())
print(json.dumps(found))
"""
Count = tuple[int, int, str, int]
COUNT = 600


def killed(
    folder: Path, migrated_database: str, *, conflict: bool
) -> tuple[Count, set[Count], Count]:
    """Return values, rows of history, state and cells of an import: of one that was let be, of each of
    twenty that were killed once they were given back, and of the last one begun again."""
    master = folder / "master.sqlite3"
    master.write_bytes(Path(migrated_database.removeprefix("sqlite:///")).read_bytes())
    environment = {"PORTAL_DATA": str(folder)}
    (folder / "static").mkdir()
    begin = f"begin({COUNT}, conflict={conflict})"
    code = f"from tests.evaluation.importing.killed import begin; {begin}"
    manage(f"sqlite:///{master}", "shell", "--command", code, environment=environment)
    done = subprocess.run(
        [sys.executable, "-c", NURSERY, str(master), "20"],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "SECRET_KEY": "k" * 50,
            "DJANGO_SETTINGS_MODULE": "jst_objectives.settings",
            "DATABASE_URL": f"sqlite:///{folder / 'work.sqlite3'}",
            **environment,
        },
        stdout=subprocess.PIPE,
        check=True,
    )
    whole, *found, again = map(tuple, json.loads(done.stdout))
    assert len(found) == 20
    return whole, set(found), again


@pytest.mark.sqlite
def test_killed_at_twenty_random_moments_it_leaves_none_or_all(
    tmp_path: Path, migrated_database: str
) -> None:
    cells = COUNT + 15
    whole, found, again = killed(tmp_path, migrated_database, conflict=False)
    assert [whole, again] == [(COUNT, COUNT, "done", cells)] * 2
    assert found <= {(0, 0, "ready", cells), whole}
    assert (0, 0, "ready", cells) in found


@pytest.mark.sqlite
def test_killed_while_it_is_compared_anew_it_leaves_no_part_of_its_cells(
    tmp_path: Path, migrated_database: str
) -> None:
    whole, found, _ = killed(tmp_path, migrated_database, conflict=True)
    assert whole == (1, 1, "ready", COUNT + 15)
    assert found <= {(1, 1, "failed", 0), whole}
    assert (1, 1, "failed", 0) in found
