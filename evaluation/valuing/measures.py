"""What is measured, and the targets that are set for it."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from evaluation import eras, numbers
from evaluation.amending import Stale, digest
from evaluation.models import (
    Admission,
    Clause,
    IndicatorMeasure,
    IndicatorTarget,
    IndicatorValue,
    ItemProfile,
    ItemYear,
    Rating,
)
from evaluation.valuing.rows import (
    Gates,
    check_words,
    check_year,
    heads_of,
    lock_period,
    name_of,
    year_name,
)
from jst_objectives import history
from programs.models import User

SHOWN = (
    "label",
    "nature",
    "unit",
    "decimals",
    "direction",
    "accumulation",
    "numerator_id",
    "denominator_id",
    "baseline",
    "baseline_year",
    "baseline_note",
)
FIXED = ("nature", "unit", "decimals")  # what values are entered in
# What they are held against, besides the target.
JUDGING = ("direction", "accumulation", "numerator_id", "denominator_id")


def fingerprint(measure: IndicatorMeasure) -> str:
    """Return a digest of what the form of a measure shows."""
    return digest([str(getattr(measure, name)) for name in SHOWN])


@transaction.atomic
def add_measure(indicator: Clause, *, by: User | None, **fields: Any) -> IndicatorMeasure:
    """Add a measure as the last one of an indicator. `fields`: those of `SHOWN`, by their names."""
    lock_period(indicator.period_id)
    last = indicator.measures.aggregate(last=Max("position"))["last"] or 0
    measure = IndicatorMeasure(indicator=indicator, position=last + 1, **fields)
    _check(measure)
    history.save(measure, by=by, reason="測定項目の追加")
    return measure


@transaction.atomic
def change_measure(
    measure: IndicatorMeasure, *, by: User | None, seen: str | None = None, **fields: Any
) -> IndicatorMeasure:
    """Change a measure. Raises ValidationError for another unit, nature or number of decimals once
    anything was entered in the old ones; and for another way to judge it once a year with it is settled.
    """
    lock_period(measure.indicator.period_id)
    stored = IndicatorMeasure.objects.select_related("indicator").get(pk=measure.pk)
    now = fingerprint(stored)
    if seen is not None and seen != now:
        raise Stale(stored, now, "この測定項目")
    fixed = [name for name in FIXED if name in fields and fields[name] != getattr(stored, name)]
    if fixed:
        _refuse_entered(stored, fixed, fields.get("baseline", stored.baseline))
    before = [getattr(stored, name) for name in JUDGING]
    measured = [pk for pk in (stored.pk, stored.numerator_id, stored.denominator_id) if pk]
    for name, value in fields.items():
        setattr(stored, name, value)
    if before != [getattr(stored, name) for name in JUDGING]:
        _refuse_judged(stored, measured)
    _check(stored)
    history.save(stored, by=by, reason="測定項目の変更")
    return stored


@transaction.atomic
def remove_measure(measure: IndicatorMeasure, *, by: User | None) -> None:
    """Take a measure away that has never had a value or a target."""
    lock_period(measure.indicator.period_id)
    if was_used(measure):
        raise ValidationError("値・目標・割合に使われた測定項目は、削除できません。")
    history.delete(measure, by=by, reason="測定項目の削除")


def was_used(measure: IndicatorMeasure) -> bool:
    """Tell whether a measure ever had a value or a target, somebody was let in, or a ratio is made of it."""
    parts = IndicatorMeasure.objects.filter(Q(numerator=measure) | Q(denominator=measure))
    told = (
        IndicatorValue.history.filter(measure=measure),
        measure.targets,
        Admission.objects.filter(measure=measure),
        parts,
    )
    return any(rows.exists() for rows in told)


@transaction.atomic
def set_target(
    measure: IndicatorMeasure,
    *,
    by: User | None,
    first_fiscal_year: int,
    last_fiscal_year: int,
    reason: str,
    number: Decimal | None = None,
    text: str = "",
    set_on: dt.date | None = None,
) -> IndicatorTarget:
    """Set a target for a year or a run of years; older ones stay, and this one counts from now on.

    Raises ValidationError for a year that is settled: it stays judged by the target that stood then.
    """
    period = lock_period(measure.indicator.period_id)
    measure = IndicatorMeasure.objects.select_related("indicator").get(pk=measure.pk)
    for year in (first_fiscal_year, last_fiscal_year):
        check_year(period, year)
    _refuse_settled(measure, range(first_fiscal_year, last_fiscal_year + 1))
    if number is not None and (words := numbers.refusal(number, measure.unit, measure.decimals)):
        raise ValidationError({"number": words})
    on = set_on or timezone.localdate()
    _check_day(measure, on, first_fiscal_year, last_fiscal_year)
    target = IndicatorTarget(
        measure=measure,
        first_fiscal_year=first_fiscal_year,
        last_fiscal_year=last_fiscal_year,
        number=number,
        text=text.strip(),
        set_on=on,
        reason=check_words(reason, "目標を定めた理由を入力してください。"),
        recorded_by=by,
        recorded_at=timezone.now(),
    )
    target.full_clean()
    history.save(target, by=by, reason="達成目標の設定")
    return target


def _refuse_entered(stored: IndicatorMeasure, fixed: list[str], baseline: Decimal | None) -> None:
    """Raise ValidationError where anything was entered in the unit, nature or decimals to be changed: a
    value, even one that was taken away (reports and the history hold it), a target, or the baseline."""
    entered = {
        "値": IndicatorValue.history.filter(measure=stored).exists(),
        "達成目標": stored.targets.exists(),
    }
    columns: list[Any] = [IndicatorMeasure._meta.get_field(name) for name in fixed]
    names = "・".join(str(column.verbose_name) for column in columns)
    if told := "と".join(name for name, there in entered.items() if there):
        words = (
            f"「{name_of(stored)}」には{told}が入力されているため、{names}を変えられません。"
            "前の単位と桁で入力されています。別の測定項目を加えてください。"
        )
        raise ValidationError(dict.fromkeys(fixed, words))
    if baseline is not None and baseline == stored.baseline and set(fixed) != {"decimals"}:
        words = f"基準値は前の{names}のものです。空けて保存してから、入力し直してください。"
        raise ValidationError({"baseline": words})


def _check_day(
    measure: IndicatorMeasure, on: dt.date, first_fiscal_year: int, last_fiscal_year: int
) -> None:
    """Raise ValidationError for a day to come, or before that of a target that would go on counting."""
    if on > timezone.localdate():
        raise ValidationError({"set_on": "定めた日に、今日より後の日付は登録できません。"})
    later = measure.targets.filter(
        first_fiscal_year__lte=last_fiscal_year,
        last_fiscal_year__gte=first_fiscal_year,
        set_on__gt=on,
    )
    if newest := later.order_by("set_on").last():
        words = (
            f"この年度には、{eras.written(newest.set_on)}に定めた目標があります。それより前の日付の目標は"
            "使われません。定めた日と年度を確かめてください。"
        )
        raise ValidationError({"set_on": words})


# --- Settled years --------------------------------------------------------------------------------
def _settled(measure: IndicatorMeasure) -> dict[int, str]:
    """Return the fiscal years whose judging stays as it is, each with why and how it is opened again."""
    indicator = measure.indicator
    gates = Gates.of(indicator.period, [indicator.pk], None)
    rated = _rated(indicator)
    found = {}
    for year in range(indicator.period.first_fiscal_year, indicator.period.last_fiscal_year + 1):
        if year in gates.closed:
            found[year] = "締め切られています。評価者に締切を解除するよう求めるか"
        elif year in rated:
            found[year] = "評定が確定しています。先に評定の確定を取り消すか"
        elif gates.state(indicator.pk, year) == ItemYear.State.CONFIRMED:
            found[year] = "値が確定しています。評価者に項目の年度を開き直すよう求めるか"
    return found


def _rated(indicator: Clause) -> set[int]:
    """Return the years with an issued grade that speaks of an indicator: that of its item or, where the
    item has none of its own, of the nearest one above."""
    above = _items_above(indicator)
    ratings = Rating.objects.filter(item__in=above, stage=Rating.Stage.ISSUED)
    issued = set(ratings.values_list("item_id", "fiscal_year"))
    profiles = list(ItemProfile.objects.filter(item__in=above).order_by("first_fiscal_year"))
    return {
        year
        for year in {year for _, year in issued}
        if any((item, year) in issued for item in _speaking(above, profiles, year))
    }


def _speaking(above: list[int], profiles: list[ItemProfile], year: int) -> Iterator[int]:
    """Yield the item of an indicator and those above it, until one has a grade of its own."""
    for item in above:
        yield item
        own = [p for p in profiles if p.item_id == item and p.first_fiscal_year <= year]
        if own[-1].graded if own else item == above[0]:
            return


def _items_above(clause: Clause) -> list[int]:
    """Return the clauses above one, the nearest first (a query for each)."""
    found: list[int] = []
    below = clause.pk
    while (head := heads_of([below]).get(below)) and head.parent_id:
        below = head.parent_id
        found.append(below)
    return found


def _refuse_settled(measure: IndicatorMeasure, years: range) -> None:
    for year, why in _settled(measure).items():
        if year in years:
            words = f"{year_name(year)}は{why}、その後の年度からの目標にしてください。"
            raise ValidationError({"first_fiscal_year": words})


def _refuse_judged(measure: IndicatorMeasure, measured: list[int]) -> None:
    """Raise ValidationError where a settled year has a target, or a value of what is `measured` (the
    measure itself, or the parts of which it was a ratio)."""
    for year, why in _settled(measure).items():
        values = IndicatorValue.objects.filter(measure__in=measured, fiscal_year=year)
        targets = measure.targets.filter(first_fiscal_year__lte=year, last_fiscal_year__gte=year)
        if values.exists() or targets.exists():
            words = f"方向・数え方・割合の分子と分母は変えられません。{year_name(year)}は{why}"
            raise ValidationError(f"{words}、別の測定項目を加えてください。")


def _check(measure: IndicatorMeasure) -> None:
    baseline = measure.baseline
    if baseline is not None:
        words = numbers.refusal(baseline, measure.unit, measure.decimals)
        if words:
            raise ValidationError({"baseline": words})
    if measure.nature == IndicatorMeasure.Nature.RATIO and measure.unit not in ("", "%"):
        raise ValidationError({"unit": "割合の単位は「%」です。"})
    for name in ("numerator", "denominator"):
        part = getattr(measure, name)
        if part is None:
            continue
        if part.indicator.period_id != measure.indicator.period_id or part.nature != "quantitative":
            words = "同じ中長期目標の、定量の測定項目を選んでください。"
            raise ValidationError({name: words})
    measure.full_clean()
