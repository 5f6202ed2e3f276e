"""指摘事項: pointed out, carried over the years with what was done, until they are done (JST省令第7条)."""

from django.core.exceptions import ValidationError
from django.db import transaction

from evaluation.amending import Stale
from evaluation.grading.rows import check_graded, check_item, set_texts
from evaluation.models import Clause, ObjectivePeriod, Remedy, RemedyProgress
from evaluation.valuing import year_name
from evaluation.valuing.rows import check_year, lock_period
from jst_objectives import history
from jst_objectives.plain_text import refusal
from programs.models import User


@transaction.atomic
def point_out(
    period: ObjectivePeriod,
    item: Clause | None,
    fiscal_year: int,
    *,
    by: User | None,
    issue: str,
    remedy: str = "",
) -> Remedy:
    """Point something out in the evaluation of a year: of an item, or of the agency as a whole.

    The agency learns of it with the minister's grade. Raises ValidationError for an item without one, and
    for the same words again.
    """
    locked = lock_period(period.pk)
    check_year(locked, fiscal_year)
    check_item(item)
    if item is not None:
        check_graded(locked, item, fiscal_year)
    row = Remedy(period=period, item=item, fiscal_year=fiscal_year, revision=0)
    set_texts(row, {"issue": issue, "remedy": remedy})
    same = Remedy.objects.filter(period=period, item=item, fiscal_year=fiscal_year, issue=row.issue)
    if same.exists():
        words = "同じ対象と年度の同じ指摘事項が、すでに登録されています。"
        raise ValidationError({"issue": words})
    return _save(row, by, "指摘事項の登録")


@transaction.atomic
def rewrite(remedy: Remedy, /, *, by: User | None, seen: int | None = None, **said: str) -> Remedy:
    """Change what is pointed out (`issue`) or what is to be done (`remedy`) while it is not done."""
    row = _opened(remedy, seen)
    _refuse_done(row)
    before = (row.issue, row.remedy)
    set_texts(row, said)
    if (row.issue, row.remedy) == before:
        return row
    return _save(row, by, "指摘事項・改善方策の変更")


@transaction.atomic
def report(
    remedy: Remedy, fiscal_year: int, *, by: User | None, words: str, seen: int | None = None
) -> RemedyProgress:
    """Say what was done about a remedy in a fiscal year, or say it anew."""
    row = _opened(remedy, seen)
    _check_since(row, fiscal_year)
    _refuse_done(row)
    told = RemedyProgress.objects.filter(remedy=row, fiscal_year=fiscal_year).first()
    told = told or RemedyProgress(remedy=row, fiscal_year=fiscal_year)
    set_texts(told, {"words": words})
    told.full_clean()
    history.save(told, by=by, reason=f"改善の状況の記入（{year_name(fiscal_year)}）")
    _save(row, by, "改善の状況の記入")
    return told


@transaction.atomic
def finish(
    remedy: Remedy, fiscal_year: int, *, by: User | None, words: str, seen: int | None = None
) -> Remedy:
    """Report a remedy as done in a fiscal year, saying how; later sheets leave it out."""
    row = _opened(remedy, seen)
    _refuse_done(row)
    _check_since(row, fiscal_year)
    _check_told(row, fiscal_year)
    set_texts(row, {"done_words": words})
    row.done_fiscal_year = fiscal_year
    return _save(row, by, f"改善の完了（{year_name(fiscal_year)}）")


@transaction.atomic
def take_up_again(remedy: Remedy, *, by: User | None, why: str, seen: int | None = None) -> Remedy:
    """Carry a remedy on that was reported as done, with words that the history keeps."""
    row = _opened(remedy, seen)
    words = why.strip()
    if row.done_fiscal_year is None:
        raise ValidationError("この指摘事項は、完了していません。")
    if not words:
        raise ValidationError({"why": "完了を取り消す理由を入力してください。"})
    if reason := refusal(words):
        raise ValidationError({"why": f"理由の{reason}"})
    row.done_fiscal_year, row.done_words = None, ""
    return _save(row, by, f"改善の完了の取消し：{words}")


def _opened(remedy: Remedy, seen: int | None) -> Remedy:
    lock_period(remedy.period_id)
    row = Remedy.objects.select_related("period", "item").get(pk=remedy.pk)
    if seen is not None and seen != row.revision:
        raise Stale(row, str(row.revision), "この指摘事項")
    return row


def _refuse_done(row: Remedy) -> None:
    if row.done_fiscal_year is not None:
        raise ValidationError(
            "完了した指摘事項です。直すには、理由を付けて完了を取り消してください。"
        )


def _check_since(row: Remedy, fiscal_year: int) -> None:
    check_year(row.period, fiscal_year)
    if fiscal_year < row.fiscal_year:
        words = f"{year_name(row.fiscal_year)}の指摘です。年度は、それ以後にしてください。"
        raise ValidationError({"fiscal_year": words})


def _check_told(row: Remedy, fiscal_year: int) -> None:
    """Raise ValidationError for the year of an end after which something was still done."""
    last = row.progress.order_by("fiscal_year").last()
    if last and last.fiscal_year > fiscal_year:
        words = f"{year_name(last.fiscal_year)}の改善の状況が書かれています。完了した年度は、それ以後にしてください。"
        raise ValidationError({"fiscal_year": words})


def _save(row: Remedy, by: User | None, reason: str) -> Remedy:
    row.revision += 1
    row.full_clean()
    history.save(row, by=by, reason=reason)
    return row
