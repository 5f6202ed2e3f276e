"""The course of a year: handing in, checking, confirming; closing, and letting a person in again."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from evaluation.amending import Stale
from evaluation.models import (
    Admission,
    Clause,
    IndicatorMeasure,
    IndicatorValue,
    ItemYear,
    ObjectivePeriod,
    Stage,
    YearClosing,
    YearlyResult,
)
from evaluation.permissions import people_with
from evaluation.telling import News, tell_of_results
from evaluation.valuing.rows import check_words, check_year, heads_of, lock_period, year_name
from jst_objectives import history
from programs.models import Role, User

State = ItemYear.State
HANDED_IN = "値の提出"
LONGEST_ADMISSION = dt.timedelta(days=31)


@dataclass(frozen=True)
class Share:
    """Who is to enter an item's year until when; `seen` as of the verbs."""

    item: Clause
    person: User | None
    due_on: dt.date | None
    seen: int | None = None


@transaction.atomic
def assign(
    item: Clause,
    fiscal_year: int,
    *,
    by: User | None,
    person: User | None,
    due_on: dt.date | None,
    seen: int | None = None,
) -> ItemYear:
    """Say who enters an item's year, and until when; a new person is told."""
    row = _opened(item, fiscal_year, seen)
    is_new = person is not None and person.pk != row.person_id
    row.person, row.due_on = person, due_on
    row = _save(row, by, "入力の担当者と期限の設定")
    if is_new:
        _tell(News.ASSIGNED, row, by)
    return row


@transaction.atomic
def share_out(
    period: ObjectivePeriod, fiscal_year: int, shares: Iterable[Share], *, by: User | None
) -> int:
    """Assign many items of a year, all or none; return how many are other than before."""
    lock_period(period.pk)
    rows = ItemYear.objects.filter(item__period=period, fiscal_year=fiscal_year)
    standing = {row.item_id: (row.person_id, row.due_on) for row in rows}
    changed = 0
    for share in shares:
        wanted = (share.person.pk if share.person else None, share.due_on)
        if standing.get(share.item.pk) == wanted:
            continue
        options = {"person": share.person, "due_on": share.due_on, "seen": share.seen}
        assign(share.item, fiscal_year, by=by, **options)  # type: ignore[arg-type]
        changed += 1
    return changed


@transaction.atomic
def submit(item: Clause, fiscal_year: int, *, by: User | None, seen: int | None = None) -> ItemYear:
    """Hand in what was entered for an item's year; nobody changes it until it is checked."""
    row = _opened(item, fiscal_year, seen)
    _refuse_closed(row)
    _expect(row, (State.ENTERING, State.RETURNED), "提出")
    row.state, row.words = State.SUBMITTED, ""
    row = _save(row, by, HANDED_IN)
    _tell(News.HANDED_IN, row, by)
    return row


@transaction.atomic
def send_back(
    item: Clause, fiscal_year: int, *, by: User | None, words: str, seen: int | None = None
) -> ItemYear:
    """Give an item's year back to who enters it, with words."""
    row = _opened(item, fiscal_year, seen)
    _expect(row, (State.SUBMITTED,), "差戻し")
    row.state, row.words = State.RETURNED, check_words(words, "差し戻す理由を入力してください。")
    row = _save(row, by, f"値の差戻し：{row.words}")
    _tell(News.RETURNED, row, by)
    return row


@transaction.atomic
def confirm_year(
    item: Clause, fiscal_year: int, *, by: User | None, seen: int | None = None
) -> ItemYear:
    """Confirm an item's year with all that was entered in it: 速報 becomes 確定, but for 未集計.

    Raises PermissionDenied for the person who handed it in.
    """
    row = _opened(item, fiscal_year, seen)
    _expect(row, (State.SUBMITTED,), "確定")
    if by is not None and row.pk and _handed_in_by(row) == by.pk:
        raise PermissionDenied("提出した人は、その項目の年度を確定できません。")
    indicators = indicators_of(item)
    values = IndicatorValue.objects.filter(
        measure__indicator__in=indicators, fiscal_year=fiscal_year, stage=Stage.PRELIMINARY
    ).exclude(state=IndicatorValue.State.NOT_YET)
    results = YearlyResult.objects.filter(
        indicator__in=indicators, fiscal_year=fiscal_year, stage=Stage.PRELIMINARY
    )
    for model, rows in ((IndicatorValue, list(values)), (YearlyResult, list(results))):
        for entered in rows:
            entered.stage = Stage.FINAL
            entered.revision += 1
        history.change_all(model, rows, ("stage", "revision"), by=by, reason="項目の年度の確定")
    row.state = State.CONFIRMED
    return _save(row, by, "項目の年度の確定")


def indicators_of(item: Clause) -> list[int]:
    """Return the indicators whose last decided place is in an item."""
    kinds = (Clause.Kind.EVALUATION_INDICATOR, Clause.Kind.MONITORING_INDICATOR)
    rows = Clause.objects.filter(period=item.period_id, kind__in=kinds)
    clauses = list(rows.values_list("pk", flat=True))
    return [pk for pk, head in heads_of(clauses).items() if head.parent_id == item.pk]


# --- Closing --------------------------------------------------------------------------------------
@transaction.atomic
def close(
    period: ObjectivePeriod, fiscal_year: int, *, by: User | None, reason: str
) -> YearClosing:
    """Close a year: from here on only who is let in changes it, with a reason that everybody reads."""
    check_year(lock_period(period.pk), fiscal_year)
    words = check_words(reason, "締め切る理由を入力してください。")
    if YearClosing.objects.filter(period=period, fiscal_year=fiscal_year).exists():
        raise ValidationError(f"{year_name(fiscal_year)}は、すでに締め切られています。")
    closing = YearClosing(period=period, fiscal_year=fiscal_year, reason=words, closed_by=by)
    closing.closed_at = timezone.now()
    closing.full_clean()
    history.save(closing, by=by, reason=f"年度の締切：{words}")
    return closing


@transaction.atomic
def reopen(closing: YearClosing, *, by: User | None, reason: str) -> None:
    """Open a closed year again, with words; the history keeps that it was closed."""
    lock_period(closing.period_id)
    words = check_words(reason, "締切を解除する理由を入力してください。")
    history.delete(closing, by=by, reason=f"締切の解除：{words}")


@transaction.atomic
def admit(
    measure: IndicatorMeasure,
    fiscal_year: int,
    *,
    user: User,
    until: dt.datetime,
    reason: str,
    by: User | None,
) -> Admission:
    """Let one person change one value of a closed year until a time, with a reason."""
    check_year(lock_period(measure.indicator.period_id), fiscal_year)
    now = timezone.now()
    if not now < until <= now + LONGEST_ADMISSION:
        days = LONGEST_ADMISSION.days
        raise ValidationError({"until": f"期限は、いまより後、{days}日以内の日時にしてください。"})
    admission = Admission(measure=measure, fiscal_year=fiscal_year, user=user, until=until)
    admission.reason = check_words(reason, "許可の理由を入力してください。")
    admission.given_by, admission.given_at = by, now
    admission.full_clean()
    history.save(admission, by=by, reason=f"締切後の入力の許可：{admission.reason}")
    period = measure.indicator.period
    place = [period.agency.code, period.number, measure.indicator.public_id]
    link = reverse("indicator", args=place)
    tell_of_results(News.ADMITTED, period, [user], by=by, link=link)
    return admission


# --- Rows -----------------------------------------------------------------------------------------
def _opened(item: Clause, fiscal_year: int, seen: int | None) -> ItemYear:
    """Return the row of an item's year, as stored or new. Raises Stale; `seen` is 0 for none yet."""
    check_year(lock_period(item.period_id), fiscal_year)
    row = ItemYear.objects.select_related("item").filter(item=item, fiscal_year=fiscal_year).first()
    revision = row.revision if row else 0
    if seen is not None and seen != revision:
        raise Stale(row, str(revision), "この項目の年度")
    return row or ItemYear(item=item, fiscal_year=fiscal_year, revision=0)


def _expect(row: ItemYear, states: Sequence[str], verb: str) -> None:
    if row.state not in states:
        allowed = "・".join(State(state).label for state in states)
        raise ValidationError(
            f"この項目の{year_name(row.fiscal_year)}は{row.get_state_display()}です。"
            f"{verb}ができるのは、{allowed}のときだけです。"
        )


def _refuse_closed(row: ItemYear) -> None:
    closing = YearClosing.objects.filter(
        period=row.item.period_id, fiscal_year=row.fiscal_year
    ).first()
    if closing:
        raise ValidationError(
            f"{year_name(row.fiscal_year)}は締め切られています（理由：{closing.reason}）。"
        )


def _handed_in_by(row: ItemYear) -> int | None:
    steps = row.history.filter(history_change_reason=HANDED_IN)
    newest = steps.order_by("-history_date", "-history_id").first()
    return newest.history_user_id if newest else None


def _save(row: ItemYear, by: User | None, reason: str) -> ItemYear:
    row.revision += 1
    row.full_clean()
    history.save(row, by=by, reason=reason)
    return row


def _tell(news: News, row: ItemYear, by: User | None) -> None:
    """Mail those whose turn it is: assessors of what is handed in, else who enters it."""
    period = row.item.period
    if news is News.HANDED_IN:
        people = list(people_with(Role.Kind.ASSESSOR, period.agency))
    elif row.person:
        people = [row.person]
    else:
        people = list(people_with(Role.Kind.AGENCY, period.agency))
    place = [period.agency.code, period.number, row.fiscal_year, row.item.public_id]
    tell_of_results(news, period, people, by=by, link=reverse("item_year", args=place))
