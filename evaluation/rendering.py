"""Documents made in the background: started, followed, cancelled, and reaped when their worker died.

The work is a task of django-tasks, done by `manage.py work` in a process of its own. A `Rendering` tells
how far it is. Every change of one is made under its lock, so that what was cancelled or reaped stays it.
"""

import datetime as dt
import logging
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from evaluation.documents.dossier import cache, steps_of
from evaluation.documents.issuing import evaluation_print, issue
from evaluation.documents.pdf import Heard, PdfError, render_pdf_cached
from evaluation.grading import Gradebook
from evaluation.models import IssuedDocument, ObjectivePeriod, Rendering, Snapshot
from evaluation.permissions import sides_read
from evaluation.valuing import lock_period
from programs.models import User

State = Rendering.State
ACTIVE = (State.WAITING, State.RUNNING)
# A worker gives a sign of life every two seconds (`pdf.SIGN_OF_LIFE`); a busy machine is given more.
SILENCE = dt.timedelta(seconds=60)
WORKER_DIED = "作成の途中で、サーバーの処理が止まりました。もう一度作成してください。"
STOPPED = "作成するプロセスが止められました。もう一度作成してください。"
UNEXPECTED = "作成中に、予期しない誤りが起きました。管理者に連絡してください。"

logger = logging.getLogger(__name__)


class CancelledError(Exception):
    """Somebody wants no more of this document, or its work was given up for dead."""


class WorkerDiedError(Exception):
    """What the task's own record says of a worker that was killed."""


# --- By the people --------------------------------------------------------------------------------
@transaction.atomic
def start(snapshot: Snapshot, kind: str, *, by: User) -> Rendering:
    """Return the rendering of a snapshot's document, begun unless one is under way already.

    Raises ValidationError where the snapshot holds nothing for it.
    """
    reap()
    # Two who press the button at once get the same one.
    Snapshot.objects.select_for_update().get(pk=snapshot.pk)
    under_way = Rendering.objects.filter(snapshot=snapshot, kind=kind, state__in=ACTIVE).first()
    if under_way:
        return under_way
    total = len(steps_of(snapshot.data, kind))
    return _enqueued(Rendering(snapshot=snapshot, kind=kind, requested_by=by, total=total))


@transaction.atomic
def start_print(
    period: ObjectivePeriod, fiscal_year: int, rating_kind: str, *, by: User
) -> Rendering:
    """Return the rendering of 評価書 as one person sees the evaluation now, begun unless it is under
    way already; it is not issued, but kept for `render_pdf_cached`."""
    reap()
    lock_period(period.pk)
    evaluation = {"period": period, "fiscal_year": fiscal_year, "rating_kind": rating_kind}
    own = Rendering.objects.filter(**evaluation, requested_by=by, state__in=ACTIVE)
    kind = IssuedDocument.Kind.EVALUATION
    return own.first() or _enqueued(Rendering(**evaluation, kind=kind, requested_by=by, total=1))


def _enqueued(rendering: Rendering) -> Rendering:
    rendering.requested_at = timezone.now()
    rendering.full_clean()
    rendering.save()
    result = render.enqueue(rendering.pk)
    rendering.refresh_from_db()
    rendering.task = str(result.id)
    rendering.save(update_fields=["task"])
    return rendering


@transaction.atomic
def cancel(rendering: Rendering) -> None:
    """Ask for the end of a rendering: one that waits ends at once, one at work within seconds."""
    locked = _locked(rendering.pk)
    if locked.state == State.WAITING:
        _end(locked, State.CANCELLED)
    elif locked.state == State.RUNNING:
        locked.cancelling = True
        locked.save(update_fields=["cancelling"])


def is_lost(rendering: Rendering) -> bool:
    """Tell whether the worker of a rendering has given no sign of life: it was killed, or the machine;
    or whether none is going to begin it (a query, of one that waits)."""
    if rendering.state == State.WAITING:
        return is_forsaken(rendering.task)
    since = timezone.now() - SILENCE
    heard_at = rendering.heard_at
    return rendering.state == State.RUNNING and heard_at is not None and heard_at < since


def is_forsaken(task_id: str) -> bool:
    """Tell whether a task that has not begun its work is no longer there to be done, or was given up
    on the way: its worker died in between."""
    result = DBTaskResult.objects.filter(id=task_id).first() if task_id else None
    if result is None:
        return True
    if result.status == TaskResultStatus.RUNNING:
        return result.started_at is not None and result.started_at < timezone.now() - SILENCE
    return result.status != TaskResultStatus.READY


def waits_long(rendering: Rendering) -> bool:
    """Tell whether a rendering waits so long that perhaps no worker is there."""
    return rendering.state == State.WAITING and rendering.requested_at < timezone.now() - SILENCE


def reap() -> None:
    """End the renderings whose worker is lost, or that none is going to begin."""
    for key in Rendering.objects.filter(state__in=ACTIVE).values_list("pk", flat=True):
        with transaction.atomic():
            locked = _locked(key)
            if is_lost(locked):
                _end(locked, State.CANCELLED if locked.cancelling else State.FAILED, WORKER_DIED)
                give_up(locked.task)


def give_up(task_id: str) -> None:
    """Let the task's own record say so too: nobody else would ever take it from RUNNING."""
    if task_id:
        for result in DBTaskResult.objects.running().filter(id=task_id):
            result.set_failed(WorkerDiedError(WORKER_DIED))


# --- By the worker --------------------------------------------------------------------------------
@task()
def render(key: int) -> None:
    """Make one document, telling how far it is. What goes wrong is told to who waits for it."""
    try:
        rendering = _begin(key)
        _finish(key, State.DONE, document=_made(rendering, _teller(rendering)))
    except CancelledError:
        _finish(key, State.CANCELLED)
    except PdfError as error:
        logger.warning("rendering %s: %s %s", key, error, error.detail)
        _finish(key, State.FAILED, str(error))
    except ValidationError as error:
        _finish(key, State.FAILED, "　".join(error.messages))
    except SystemExit:
        _finish(key, State.FAILED, STOPPED)
        raise
    except Exception:
        _finish(key, State.FAILED, UNEXPECTED)
        raise


def _made(rendering: Rendering, heard: Heard) -> IssuedDocument | None:
    """Make what is wanted; None for what is not issued."""
    by = rendering.requested_by
    if rendering.snapshot:
        return issue(rendering.snapshot, rendering.kind, by=by, heard=heard)
    assert rendering.period, "the database says so"
    book = Gradebook.of(rendering.period, sides_read(by, rendering.period))
    html = evaluation_print(book, rendering.fiscal_year or 0, rendering.rating_kind)
    render_pdf_cached(html, folder=cache(), heard=heard)
    return None


@transaction.atomic
def _begin(key: int) -> Rendering:
    locked = _locked(key)
    if locked.state != State.WAITING:
        raise CancelledError
    locked.state, locked.heard_at = State.RUNNING, timezone.now()
    locked.save(update_fields=["state", "heard_at"])
    return locked


def _teller(rendering: Rendering) -> Callable[[int], None]:
    """Return what notes how many steps are done; it raises CancelledError when nobody wants any more."""
    snapshot = rendering.snapshot
    steps = steps_of(snapshot.data, rendering.kind) if snapshot else [rendering.get_kind_display()]

    @transaction.atomic
    def heard(done: int) -> None:
        locked = _locked(rendering.pk)
        if locked.state != State.RUNNING or locked.cancelling:
            raise CancelledError
        locked.done, locked.heard_at = done, timezone.now()
        locked.part = steps[done] if done < len(steps) else ""
        locked.save(update_fields=["done", "heard_at", "part"])

    return heard


@transaction.atomic
def _finish(
    key: int, state: State, words: str = "", document: IssuedDocument | None = None
) -> None:
    """End a rendering that is at work; one that was ended meanwhile stays as it is."""
    locked = _locked(key)
    if locked.state == State.RUNNING:
        _end(locked, state, words, document)


def _end(
    locked: Rendering, state: State, words: str = "", document: IssuedDocument | None = None
) -> None:
    locked.state, locked.words, locked.document = state, words, document
    locked.done = locked.total if state == State.DONE else locked.done
    locked.part, locked.finished_at = "", timezone.now()
    locked.full_clean()
    locked.save()


def _locked(key: int) -> Rendering:
    return Rendering.objects.select_for_update().get(pk=key)
