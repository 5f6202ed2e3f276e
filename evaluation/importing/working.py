"""Large imports in the background: begun, followed, cancelled, and given back when their worker died.

`manage.py work` does them. How far one is, and that it is to stop, goes through the cache: while values
are stored, no other process can write to an SQLite database, nor read what is not yet committed.
"""

import datetime as dt
import logging
from dataclasses import dataclass

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from evaluation.importing import keeping
from evaluation.importing.keeping import MANY, lock
from evaluation.models import ObjectivePeriod, ValueImport
from evaluation.rendering import SILENCE, UNEXPECTED, CancelledError, give_up, is_forsaken
from programs.models import User

KEPT = 24 * 3600  # seconds
WORKER_DIED = (
    "処理していたプロセスが、途中で終わりました。値は何も保存していません。もう一度始めてください。"
)
CANCELLED = "保存を中止しました。値は何も保存していません。"
STOPPED = "処理するプロセスが止められました。値は何も保存していません。もう一度始めてください。"
State = ValueImport.State
ACTIVE = (State.READING, State.SAVING)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Heard:
    """The last sign of life of who works on an import: `done` of `total` cells."""

    done: int
    total: int
    at: dt.datetime


# --- By the people --------------------------------------------------------------------------------
@transaction.atomic
def take_in(period: ObjectivePeriod, name: str, content: bytes, *, by: User) -> ValueImport:
    """Keep and compare a file, a large one in the background; old ones are taken away. Raises
    ValidationError with the reason."""
    keeping.forget_old()
    kept, heavy = keeping.keep(period, name, content, by=by)
    if heavy:
        _begin(kept, State.READING)
    else:
        keeping.compare(kept)
        kept.refresh_from_db()
    return kept


@transaction.atomic
def save(kept: ValueImport) -> ValueImport:
    """Store what an import changes, all or nothing; many values in the background.

    Raises ValidationError for what stands in the way. The same again changes nothing.
    """
    locked = lock(kept.pk)
    if locked.state == State.READY and keeping.to_be_written(locked).count() > MANY:
        if words := keeping.refusal(locked):
            raise ValidationError(words)
        _begin(locked, State.SAVING)
    elif locked.state != State.SAVING:
        keeping.store(locked)
    locked.refresh_from_db()
    return locked


def cancel(kept: ValueImport) -> None:
    """Give up an import; one that is at work stops within seconds, and nothing of it is stored."""
    cache.set(_key(kept.pk, "stop"), True, KEPT)
    lost = is_lost(kept)
    if kept.state in ACTIVE and heard(kept) is not None and not lost:
        return
    with transaction.atomic():
        locked = lock(kept.pk)
        if lost:
            give_up(locked.task)
        if locked.state in (State.READING, State.READY):
            _end(locked, State.CANCELLED)
        elif locked.state == State.SAVING:
            _end(locked, State.READY, CANCELLED)


def heard(kept: ValueImport) -> Heard | None:
    told: Heard | None = cache.get(_key(kept.pk, "heard"))
    return told


def is_lost(kept: ValueImport) -> bool:
    """Tell whether the worker of an import has given no sign of life: it was killed, or the machine; or
    whether none is going to begin it (a query, of one that waits)."""
    if kept.state not in ACTIVE:
        return False
    last = heard(kept)
    return is_forsaken(kept.task) if last is None else last.at < timezone.now() - SILENCE


def waits_long(kept: ValueImport) -> bool:
    """Tell whether an import waits so long that perhaps no worker is there."""
    since, waits = kept.begun_at, kept.state in ACTIVE and heard(kept) is None
    return waits and since is not None and since < timezone.now() - SILENCE


def reap() -> None:
    """Give back the imports whose worker is lost, or that none is going to begin."""
    for kept in ValueImport.objects.filter(state__in=ACTIVE).defer("content"):
        if is_lost(kept):
            with transaction.atomic():
                locked = lock(kept.pk)
                if is_lost(locked):
                    _give_back(locked, WORKER_DIED)
                    give_up(locked.task)


# --- By the worker --------------------------------------------------------------------------------
@task()
def work_on(key: int) -> None:
    """Compare or store one import. What goes wrong is told to who waits for it."""
    kept = ValueImport.objects.select_related("period__agency", "uploaded_by").get(pk=key)
    if kept.state not in ACTIVE:
        return
    try:
        _tell(kept, 0, 0)
        if kept.state == State.READING:
            keeping.compare(kept, progress=lambda done, total: _tell(kept, done, total))
        else:
            keeping.store(kept, progress=lambda done, total: _tell(kept, done, total))
    except CancelledError:
        _finish(key, CANCELLED, cancelled=True)
    except ValidationError as error:
        _finish(key, "　".join(error.messages))
    except SystemExit:
        _finish(key, STOPPED)
        raise
    except Exception:
        _finish(key, UNEXPECTED)
        raise


def _begin(locked: ValueImport, state: State) -> None:
    for name in ("heard", "stop"):
        cache.delete(_key(locked.pk, name))
    locked.state, locked.words, locked.begun_at = state, "", timezone.now()
    locked.save(update_fields=["state", "words", "begun_at"])
    result = work_on.enqueue(locked.pk)
    # A worker of the tests has done it by now.
    locked.refresh_from_db()
    locked.task = str(result.id)
    locked.save(update_fields=["task"])


def _tell(kept: ValueImport, done: int, total: int) -> None:
    """Note how far an import is. Raises CancelledError when nobody wants any more."""
    if cache.get(_key(kept.pk, "stop")):
        raise CancelledError
    cache.set(_key(kept.pk, "heard"), Heard(done, total, timezone.now()), KEPT)


@transaction.atomic
def _finish(key: int, words: str, *, cancelled: bool = False) -> None:
    """End what is at work; what was ended meanwhile stays as it is."""
    locked = lock(key)
    if locked.state == State.READING and cancelled:
        _end(locked, State.CANCELLED)
    elif locked.state in ACTIVE:
        _give_back(locked, words)


def _give_back(locked: ValueImport, words: str) -> None:
    """A file that was not read is read again by uploading it; one that was not stored can be stored."""
    _end(locked, State.FAILED if locked.state == State.READING else State.READY, words)


def _end(locked: ValueImport, state: State, words: str = "") -> None:
    locked.state, locked.words, locked.begun_at = state, words, None
    locked.save(update_fields=["state", "words", "begun_at"])
    if state in (State.FAILED, State.CANCELLED):
        locked.cells.all().delete()


def _key(pk: int, what: str) -> str:
    return f"value-import-{pk}-{what}"
