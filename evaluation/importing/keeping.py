"""The verbs of an import: taken in, decided, stored, cancelled.

What is small is done at once, what is large by the worker (`evaluation.importing.working`).
"""

import datetime as dt
import hashlib
import itertools
from collections import Counter
from collections.abc import Callable, Collection, Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from evaluation import numbers, valuing
from evaluation.importing.comparing import Compared, Comparer, cell_of, counted, insert
from evaluation.models import ImportedCell, ObjectivePeriod, ValueImport
from evaluation.workbook.reading import is_heavy, read
from evaluation.workbook.sheets import NotReadable
from programs.models import User

State, Status, Decision = ValueImport.State, ImportedCell.Status, ImportedCell.Decision
MANY = 3000  # values that are stored while a page waits
KEPT_FOR = dt.timedelta(days=30)
FORGOTTEN = f"{KEPT_FOR.days}日の間に保存されなかったため、ファイルを消しました。"
Decided = Mapping[tuple[int | None, int | None, int], str]
Progress = Callable[[int, int], None]
CHANGED_MEANWHILE = (
    "確かめている間に、ほかの人が値を変えたため、何も保存していません。もう一度確かめてください。"
)


@transaction.atomic
def keep(
    period: ObjectivePeriod, name: str, content: bytes, *, by: User
) -> tuple[ValueImport, bool]:
    """Keep a file; return it, and whether comparing it takes longer than a page may.

    Raises ValidationError, saying what is wrong and the way out, for what is not safe to read.
    """
    try:
        heavy = is_heavy(content)
    except NotReadable as error:
        raise ValidationError(str(error)) from error
    kept = ValueImport(
        period=period,
        name=name[-200:],
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_by=by,
        uploaded_at=timezone.now(),
    )
    kept.full_clean(exclude=["content"])
    # Without a history: it stores no value.
    kept.save()
    return kept, heavy


def compare(kept: ValueImport, *, words: str = "", progress: Progress | None = None) -> None:
    """Compare a kept file with what stands; what was decided of the same conflicts stays decided.

    Its state is READING meanwhile: the cells are stored by the thousand, and are not whole before the end.
    Raises ValidationError for a file that is no filled template.
    """
    try:
        sheet = read(bytes(kept.content))
        comparer = Comparer(kept, sheet)
    except NotReadable as error:
        raise ValidationError(str(error)) from error
    decided = _decisions(kept)
    kept.cells.all().delete()
    counts: Counter[str] = Counter()
    total = len(sheet.rows) * len(comparer.reader.columns.values)
    for rows in comparer.rows():
        insert(kept, [_decided_before(row, decided) for row in rows])
        counts += counted(rows)
        if progress:
            progress(counts.total(), max(total, counts.total()))
    _ready(kept, sheet.source, counts, _unread(comparer.reader.columns.unread) + words)


@transaction.atomic
def _ready(kept: ValueImport, source: str, counts: Counter[str], words: str) -> None:
    """Show the comparison, unless the import was ended meanwhile."""
    locked = lock(kept.pk)
    if locked.state != State.READING:
        return
    locked.state, locked.source, locked.counts = State.READY, source, dict(counts)
    locked.words, locked.begun_at = words, None
    locked.save(update_fields=["state", "source", "counts", "words", "begun_at"])


def _decisions(kept: ValueImport) -> Decided:
    rows = kept.cells.exclude(decision="")
    return {(row.measure_id, row.fiscal_year, row.revision): row.decision for row in rows}


def _decided_before(row: Compared, decided: Decided) -> Compared:
    if row.status != Status.CONFLICT:
        return row
    key = (row.measure_id, row.fiscal_year, row.revision)
    return row._replace(decision=decided.get(key, ""))


def _unread(headings: list[str]) -> str:
    named = "、".join(f"「{name[:30]}」" for name in headings[:5])
    return f"ひな形にない列（{named}）は読んでいません。" if named else ""


@transaction.atomic
def forget_old() -> None:
    """Take away the files, with what their cells came to, that were uploaded more than `KEPT_FOR` ago. That
    they were there stays: name, SHA-256, who, when, and whether they were stored."""
    old = ValueImport.objects.filter(uploaded_at__lt=timezone.now() - KEPT_FOR)
    old = old.exclude(content=b"").exclude(state__in=(State.READING, State.SAVING))
    for kept in old.select_for_update().defer("content"):
        kept.cells.all().delete()
        kept.content, kept.counts = b"", {}
        if kept.state == State.READY:
            kept.state, kept.words = State.CANCELLED, FORGOTTEN
        kept.save(update_fields=["content", "counts", "state", "words"])


# --- Decided --------------------------------------------------------------------------------------
@transaction.atomic
def decide(kept: ValueImport, decisions: Mapping[int, str]) -> int:
    """Say of conflicts, by the ids of their cells, which side is to stand; return how many there were."""
    _opened(kept)
    chosen = [pk for pk, said in decisions.items() if said in Decision.values]
    return _decide(kept.cells.filter(pk__in=chosen), decisions.__getitem__)


@transaction.atomic
def decide_all(kept: ValueImport, decision: str) -> int:
    """Say of all conflicts which side is to stand."""
    _opened(kept)
    chosen = Decision(decision).value
    return _decide(kept.cells.all(), lambda _: chosen)


def _decide(cells: QuerySet[ImportedCell], chosen: Callable[[int], str]) -> int:
    conflicts = cells.filter(status=Status.CONFLICT)
    for row in conflicts:
        row.decision = chosen(row.pk)
        row.save(update_fields=["decision"])
    return len(conflicts)


def refusal(kept: ValueImport) -> str:
    """Return what stands in the way of storing an import; "" where it may be stored."""
    if wrong := kept.counts.get(Status.ERROR, 0):
        return (
            f"誤りが{wrong}件あるため、保存できません。直したファイルをアップロードしてください。"
        )
    undecided = kept.cells.filter(status=Status.CONFLICT, decision="").count()
    if undecided:
        return f"どちらの値にするかを選んでいない衝突が{undecided}件あります。"
    if not to_be_written(kept).exists():
        return "変わる値がないため、保存するものがありません。"
    return ""


def to_be_written(kept: ValueImport) -> QuerySet[ImportedCell]:
    chosen = Q(status__in=ImportedCell.WRITTEN) | Q(decision=Decision.MINE)
    return kept.cells.filter(chosen)


def asked_back(
    kept: ValueImport, measures: Collection[int] | None = None
) -> dict[int, tuple[str, ...]]:
    """Return what a person should look at again before it is stored, by the ids of the cells; of some
    measures, or of all. It stands in the way of nothing."""
    rows = kept.cells.exclude(decision=Decision.THEIRS).select_related("measure")
    rows = rows.filter(contents__isnull=False)
    rows = rows if measures is None else rows.filter(measure__in=measures)
    told = {row.pk: (row, cell_of(row.contents, row.revision)) for row in rows}
    indicators = {row.measure.indicator_id for row, _ in told.values() if row.measure}
    found = valuing.asked_back(kept.period, (cell for _, cell in told.values()), indicators)
    asked = {
        pk: (*_remarks(row.typed), *found.get((cell.measure_id, cell.fiscal_year), ()))
        for pk, (row, cell) in told.items()
    }
    return {pk: words for pk, words in asked.items() if words}


def _remarks(typed: str) -> list[str]:
    return [words] if (words := numbers.remark_on(typed)) else []


# --- Stored ---------------------------------------------------------------------------------------
def store(kept: ValueImport, *, progress: Progress | None = None) -> bool:
    """Store an import, all or nothing; return whether it is stored now. Once stored, it stays so.

    Where somebody changed meanwhile what it would change, nothing is stored: it is compared anew.
    Raises ValidationError for what stands in the way.
    """
    try:
        return _store(kept, progress)
    except valuing.RefusedError:
        if _read_anew(kept.pk):
            compare(kept, words=CHANGED_MEANWHILE, progress=progress)
        return False


@transaction.atomic
def _read_anew(pk: int) -> bool:
    """Take back that the cells of an import are there to be stored, unless it was ended meanwhile."""
    locked = lock(pk)
    if locked.state not in (State.READY, State.SAVING):
        return False
    locked.state = State.READING
    locked.save(update_fields=["state"])
    return True


@transaction.atomic
def _store(kept: ValueImport, progress: Progress | None) -> bool:
    locked = lock(kept.pk)
    if locked.state == State.DONE:
        return True
    if locked.state not in (State.READY, State.SAVING):
        raise ValidationError("この取込みは、中止されたか、まだ読み取っています。")
    if words := refusal(locked):
        raise ValidationError(words)
    rows = to_be_written(locked)
    total, kept_cells = rows.count(), rows.values_list("contents", "revision")
    valuing.record_many(
        locked.period,
        itertools.starmap(cell_of, kept_cells.iterator(chunk_size=2000)),
        by=locked.uploaded_by,
        reason=f"値の取込み：{locked.name}",
        progress=(lambda done: progress(done, total)) if progress else None,
    )
    locked.state, locked.saved_at, locked.words = State.DONE, timezone.now(), ""
    locked.save(update_fields=["state", "saved_at", "words"])
    return True


def lock(pk: int) -> ValueImport:
    rows = ValueImport.objects.select_related("period__agency", "uploaded_by")
    return rows.select_for_update(of=("self",)).defer("content").get(pk=pk)


def _opened(kept: ValueImport) -> None:
    if lock(kept.pk).state != State.READY:
        raise ValidationError("この取込みは、もう変えられません。")
