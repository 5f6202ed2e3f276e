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
from evaluation.valuing.rows import (
    check_words,
    check_year,
    item_at,
    items_of,
    lock_period,
    year_name,
)
from jst_objectives import history
from programs.models import Role, User

State = ItemYear.State
HANDED_IN = "値の提出"
CLOSING = "この年度の締切"
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
    row, is_new = _assigned(Share(item, person, due_on, seen), fiscal_year, by)
    if is_new:
        _tell(News.ASSIGNED, row, by)
    return row


def _assigned(share: Share, fiscal_year: int, by: User | None) -> tuple[ItemYear, bool]:
    """Store who enters an item's year; return it, and whether that is somebody new."""
    row = _opened(share.item, fiscal_year, share.seen)
    is_new = share.person is not None and share.person.pk != row.person_id
    row.person, row.due_on = share.person, share.due_on
    return _save(row, by, "入力の担当者と期限の設定"), is_new


@transaction.atomic
def share_out(
    period: ObjectivePeriod, fiscal_year: int, shares: Iterable[Share], *, by: User | None
) -> int:
    """Assign many items of a year, all or none; return how many are other than before. Each new person is
    told once."""
    lock_period(period.pk)
    rows = ItemYear.objects.filter(item__period=period, fiscal_year=fiscal_year)
    standing = {row.item_id: (row.person_id, row.due_on) for row in rows}
    changed, told = 0, dict[User, list[ItemYear]]()
    for share in shares:
        wanted = (share.person.pk if share.person else None, share.due_on)
        if standing.get(share.item.pk) == wanted:
            continue
        row, is_new = _assigned(share, fiscal_year, by)
        changed += 1
        if is_new and share.person:
            told.setdefault(share.person, []).append(row)
    for person, of in told.items():
        if len(of) == 1:
            _tell(News.ASSIGNED, of[0], by)
            continue
        year = reverse("result_year", args=[period.agency.code, period.number, fiscal_year])
        tell_of_results(News.ASSIGNED, period, [person], by=by, link=f"{year}?only=mine")
    return changed


@transaction.atomic
def submit(item: Clause, fiscal_year: int, *, by: User | None, seen: int | None = None) -> ItemYear:
    """Hand in what was entered for an item's year; nobody changes it until it is checked."""
    row = _opened(item, fiscal_year, seen)
    _expect(row, (State.ENTERING, State.RETURNED), "提出")
    if row.state == State.ENTERING:  # what an assessor gave back is asked for, closed or not
        _refuse_closed(row)
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
    return _given_back(
        row, by, "値の差戻し", check_words(words, "差し戻す理由を入力してください。")
    )


@transaction.atomic
def open_again(
    item: Clause, fiscal_year: int, *, by: User | None, words: str, seen: int | None = None
) -> ItemYear:
    """Give an item's year that was confirmed back to who enters it, with words; what is final stays so."""
    row = _opened(item, fiscal_year, seen)
    _expect(row, (State.CONFIRMED,), "確定の取消し")
    told = check_words(words, "確定を取り消す理由を入力してください。")
    return _given_back(row, by, "確定の取消し", told)


@transaction.atomic
def confirm_year(
    item: Clause, fiscal_year: int, *, by: User | None, seen: int | None = None
) -> ItemYear:
    """Confirm an item's year with all that was entered in it: 速報 becomes 確定, but for 未集計; and after
    that what came late.

    Raises PermissionDenied for the person who handed it in, or entered any of what is to be confirmed.
    """
    row = _opened(item, fiscal_year, seen)
    _expect(row, (State.SUBMITTED, State.CONFIRMED), "確定")
    if by is not None and row.pk and _handed_in_by(row) == by.pk:
        raise PermissionDenied("提出した人は、その項目の年度を確定できません。")
    indicators = indicators_of(item, fiscal_year)
    preliminary = {"fiscal_year": fiscal_year, "stage": Stage.PRELIMINARY}
    values = IndicatorValue.objects.filter(measure__indicator__in=indicators, **preliminary)
    values = values.exclude(state=IndicatorValue.State.NOT_YET)
    results = YearlyResult.objects.filter(indicator__in=indicators, **preliminary)
    of_models = ((IndicatorValue, list(values)), (YearlyResult, list(results)))
    if row.state == State.CONFIRMED and not any(rows for _, rows in of_models):
        raise ValidationError("まだ確定していないものが、ありません。")
    if by is not None and any(one.entered_by_id == by.pk for _, rows in of_models for one in rows):
        words = "入力した人は、その値を確定できません。ほかの評価者に確定を求めてください。"
        raise PermissionDenied(words)
    for model, rows in of_models:
        for entered in rows:
            entered.stage = Stage.FINAL
            entered.revision += 1
        history.change_all(model, rows, ("stage", "revision"), by=by, reason="項目の年度の確定")
    row.state = State.CONFIRMED
    return _save(row, by, "項目の年度の確定")


def indicators_of(item: Clause, fiscal_year: int) -> list[int]:
    """Return the indicators that stood in an item in a fiscal year."""
    kinds = (Clause.Kind.EVALUATION_INDICATOR, Clause.Kind.MONITORING_INDICATOR)
    rows = Clause.objects.filter(period=item.period_id, kind__in=kinds)
    places = items_of(rows.values_list("pk", flat=True))
    return [pk for pk, own in places.items() if item_at(own, fiscal_year) == item.pk]


# --- Closing --------------------------------------------------------------------------------------
@transaction.atomic
def close(
    period: ObjectivePeriod, fiscal_year: int, *, by: User | None, reason: str
) -> YearClosing:
    """Close a year: from here on only who is let in changes it, with a reason that everybody reads.

    Raises Stale where it is closed already.
    """
    check_year(lock_period(period.pk), fiscal_year)
    words = check_words(reason, "締め切る理由を入力してください。")
    if stands := YearClosing.objects.filter(period=period, fiscal_year=fiscal_year).first():
        raise Stale(stands, str(stands.pk), CLOSING)
    closing = YearClosing(period=period, fiscal_year=fiscal_year, reason=words, closed_by=by)
    closing.closed_at = timezone.now()
    closing.full_clean()
    history.save(closing, by=by, reason=f"年度の締切：{words}")
    return closing


@transaction.atomic
def reopen(closing: YearClosing, *, by: User | None, reason: str) -> None:
    """Open a closed year again, with words; the history keeps that it was closed.

    Raises Stale where this closing stands no more.
    """
    lock_period(closing.period_id)
    stands = YearClosing.objects.filter(pk=closing.pk).first()
    if stands is None:
        raise Stale(None, "0", CLOSING)
    words = check_words(reason, "締切を解除する理由を入力してください。")
    history.delete(stands, by=by, reason=f"締切の解除：{words}")


@transaction.atomic
def admit(
    place: IndicatorMeasure | Clause,
    fiscal_year: int,
    *,
    user: User,
    until: dt.datetime,
    reason: str,
    by: User | None,
) -> Admission:
    """Let one person change one value of a closed year, or the yearly text of an evaluation indicator
    (`place`), until a time, with a reason."""
    measure, indicator = (None, place) if isinstance(place, Clause) else (place, place.indicator)
    period = lock_period(indicator.period_id)
    check_year(period, fiscal_year)
    now = timezone.now()
    if not now < until <= now + LONGEST_ADMISSION:
        days = LONGEST_ADMISSION.days
        raise ValidationError({"until": f"期限は、いまより後、{days}日以内の日時にしてください。"})
    if not YearClosing.objects.filter(period=period, fiscal_year=fiscal_year).exists():
        raise ValidationError(
            f"{year_name(fiscal_year)}は締め切られていないため、許可は要りません。"
            "確認待ちの項目の値を直すには、差し戻してください。"
        )
    admission = Admission(indicator=indicator, measure=measure, fiscal_year=fiscal_year)
    admission.user, admission.until = user, until
    admission.reason = check_words(reason, "許可の理由を入力してください。")
    admission.given_by, admission.given_at = by, now
    admission.full_clean()
    history.save(admission, by=by, reason=f"締切後の入力の許可：{admission.reason}")
    link = reverse("indicator", args=[period.agency.code, period.number, indicator.public_id])
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


def _given_back(row: ItemYear, by: User | None, verb: str, words: str) -> ItemYear:
    row.state, row.words = State.RETURNED, words
    row = _save(row, by, f"{verb}：{words}")
    _tell(News.RETURNED, row, by)
    return row


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
