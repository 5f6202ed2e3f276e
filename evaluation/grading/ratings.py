"""Ratings: written by one side, issued once nothing stands in the way, and opened again with words."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from evaluation.amending import Stale
from evaluation.eras import written
from evaluation.figures import INDICATORS
from evaluation.grading.gradebook import KINDS_IN_WORDS, Gradebook, kinds_due
from evaluation.grading.rows import check_graded, check_item, first_day, set_texts
from evaluation.models import Clause, ObjectivePeriod, Rating
from evaluation.models.texts import Node
from evaluation.valuing import make_report, year_name
from evaluation.valuing.rows import check_year, lock_period
from jst_objectives import history
from jst_objectives.plain_text import refusal
from programs.models import User

WRITTEN = (
    "grade",
    "results",
    "grounds",
    "issues",
    "opinion",
    "raised",
    "raised_grounds",
    "agency_wide",
)
LONGEST_TITLE = 200  # of a report
ISSUED = "確定した評定です。直すには、理由を付けて確定を取り消してください。"
UNDER_OVERALL = (
    "総合評定が確定しています。項目の評定を確定したり取り消したりするには、先に総合評定の確定を"
    "取り消してください。"
)
UNDER_MINISTER = (
    "主務大臣による評価が確定しています。その評価は、確定した自己評価によるものです。自己評価の確定を"
    "取り消すには、先に主務大臣による評価の確定を取り消すよう、主務大臣の側に依頼してください。"
)


@transaction.atomic
def write(
    period: ObjectivePeriod,
    item: Clause | None,
    fiscal_year: int,
    kind: str,
    side: str,
    *,
    by: User | None,
    seen: int | None = None,
    **said: Any,
) -> Rating:
    """Write some of `WRITTEN` of a rating; of the agency as a whole where there is no item.

    The same again changes nothing. Raises ValidationError for a year in which that evaluation, or a grade
    of that item, does not fall due, and for a rating that is issued.
    """
    row = _opened(period, item, fiscal_year, kind, side, seen)
    if row.stage == Rating.Stage.ISSUED:
        raise ValidationError(ISSUED)
    before = [getattr(row, name) for name in WRITTEN]
    set_texts(row, said)
    if row.pk and before == [getattr(row, name) for name in WRITTEN]:
        return row
    return _save(row, by, f"{row.get_side_display()}の記入")


@transaction.atomic
def issue(
    period: ObjectivePeriod,
    item: Clause | None,
    fiscal_year: int,
    kind: str,
    side: str,
    *,
    by: User | None,
    issued_on: dt.date | None = None,
    seen: int | None = None,
) -> Rating:
    """Issue a rating as of a day (default: today), those of the items before the overall one, and pin
    the values on which it stands. Raises ValidationError with all that is wrong."""
    row = _opened(period, item, fiscal_year, kind, side, seen)
    if row.stage == Rating.Stage.ISSUED:
        raise ValidationError("この評定は、すでに確定しています。")
    if _is_under_overall(row):
        raise ValidationError(UNDER_OVERALL)
    day = _day(issued_on or timezone.localdate(), fiscal_year)
    book = Gradebook.of(period)
    node = book.figures.text.nodes[item.pk] if item else None
    found = book.findings_of(node, fiscal_year, kind, side)
    if errors := [finding.message for finding in found if finding.error]:
        raise ValidationError(errors)
    _check_order(row, day)
    row.stage, row.issued_on = Rating.Stage.ISSUED, day
    row = _save(row, by, f"{row.get_side_display()}の確定")
    if node:
        pin(book, row, node, by)
    return row


def _day(day: dt.date, fiscal_year: int) -> dt.date:
    """Return the day as of which a grade is issued. Raises ValidationError for one that is still to come,
    or on which the year was not over."""
    if day > timezone.localdate():
        raise ValidationError({"issued_on": "これから先の日付では確定できません。"})
    if day < (first := first_day(fiscal_year)):
        words = (
            f"{year_name(fiscal_year)}の評定は、年度が終わった{written(first)}から確定できます。"
        )
        raise ValidationError({"issued_on": words})
    return day


def _check_order(row: Rating, day: dt.date) -> None:
    """Raise ValidationError for a day before one on which that was issued on which a grade stands: the
    agency's own of the item, and of an overall grade those of the items."""
    key = {name: getattr(row, name) for name in ("period_id", "fiscal_year", "kind")}
    below = Q(item=row.item_id, side=Rating.Side.SELF)
    if row.item_id is None:
        below = Q(item__isnull=False, side=row.side)
    later = Rating.objects.filter(below, **key, stage=Rating.Stage.ISSUED, issued_on__gt=day)
    last = later.order_by("issued_on").last()
    if last and last.issued_on:
        of = last.get_side_display() if row.item_id else "項目の評定"
        words = f"{of}の確定日（{written(last.issued_on)}）以後の日付にしてください。"
        raise ValidationError({"issued_on": words})


def pin(book: Gradebook, row: Rating, node: Node, by: User | None) -> None:
    """Keep the values, targets and texts on which a grade is issued."""
    year = row.fiscal_year
    indicators = [child.clause_id for child in book.hanging(node, year, INDICATORS)]
    title = f"{row.get_kind_display()}・{row.get_side_display()}の確定：{book.label(node)}"
    pinned: dict[str, Any] = {"title": title[:LONGEST_TITLE], "rating": row}
    make_report(row.period, year, by=by, indicators=indicators, **pinned)


@transaction.atomic
def reopen(
    period: ObjectivePeriod,
    item: Clause | None,
    fiscal_year: int,
    kind: str,
    side: str,
    *,
    by: User | None,
    why: str,
    seen: int | None = None,
) -> Rating:
    """Open an issued rating to be changed, with words that the history keeps; the overall one before
    those of the items, and of an item the minister's before the agency's own, on which they stand."""
    row = _opened(period, item, fiscal_year, kind, side, seen)
    if row.stage != Rating.Stage.ISSUED:
        raise ValidationError("この評定は、確定していません。")
    if refused := standing_on(row):
        raise ValidationError(refused)
    words = why.strip()
    if not words:
        raise ValidationError({"why": "確定を取り消す理由を入力してください。"})
    if reason := refusal(words):
        raise ValidationError({"why": f"理由の{reason}"})
    row.stage, row.issued_on = Rating.Stage.DRAFT, None
    return _save(row, by, f"{row.get_side_display()}の確定の取消し：{words}")


# --- Rows -----------------------------------------------------------------------------------------
def _opened(
    period: ObjectivePeriod,
    item: Clause | None,
    fiscal_year: int,
    kind: str,
    side: str,
    seen: int | None,
) -> Rating:
    """Return a rating as stored, or new, the period locked. Raises Stale; `seen` is 0 for none yet."""
    locked = lock_period(period.pk)
    check_item(item)
    check_year(locked, fiscal_year)
    if kind not in kinds_due(locked, fiscal_year):
        name = KINDS_IN_WORDS.get(kind, kind)
        raise ValidationError(f"{year_name(fiscal_year)}に、{name}はありません。")
    key = {"period": locked, "item": item, "fiscal_year": fiscal_year, "kind": kind, "side": side}
    row = Rating.objects.filter(**key).first()
    revision = row.revision if row else 0
    if seen is not None and seen != revision:
        raise Stale(row, str(revision), "この評定")
    if row is None and item is not None:
        check_graded(locked, item, fiscal_year)
    return row or Rating(**key, revision=0)


def standing_on(row: Rating) -> str:
    """Return why an issued rating cannot be opened, an issued one standing on it; "" where none does."""
    if _is_under_overall(row):
        return UNDER_OVERALL
    if row.side == Rating.Side.MINISTER or row.item_id is None:  # the overall ones have no order
        return ""
    key = {name: getattr(row, name) for name in ("period_id", "item_id", "fiscal_year", "kind")}
    theirs = Rating.objects.filter(**key, side=Rating.Side.MINISTER, stage=Rating.Stage.ISSUED)
    return UNDER_MINISTER if theirs.exists() else ""


def _is_under_overall(row: Rating) -> bool:
    key = {name: getattr(row, name) for name in ("period_id", "fiscal_year", "kind", "side")}
    overall = Rating.objects.filter(**key, item=None, stage=Rating.Stage.ISSUED)
    return row.item_id is not None and overall.exists()


def _save(row: Rating, by: User | None, reason: str) -> Rating:
    row.revision += 1
    row.written_by, row.written_at = by, timezone.now()
    row.full_clean()
    history.save(row, by=by, reason=reason)
    return row
