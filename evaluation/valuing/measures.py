"""What is measured, and the targets that are set for it."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from evaluation import numbers
from evaluation.amending import Stale, digest
from evaluation.models import Admission, Clause, IndicatorMeasure, IndicatorTarget, IndicatorValue
from evaluation.valuing.rows import check_words, check_year, lock_period, name_of
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
    history.save(measure, by=by, reason="測るものの追加")
    return measure


@transaction.atomic
def change_measure(
    measure: IndicatorMeasure, *, by: User | None, seen: str | None = None, **fields: Any
) -> IndicatorMeasure:
    """Change a measure. Raises ValidationError for another unit, nature or number of decimals once
    there are values: they were entered in the old ones."""
    lock_period(measure.indicator.period_id)
    stored = IndicatorMeasure.objects.select_related("indicator").get(pk=measure.pk)
    now = fingerprint(stored)
    if seen is not None and seen != now:
        raise Stale(stored, now, "この測るもの")
    fixed = [name for name in FIXED if name in fields and fields[name] != getattr(stored, name)]
    if fixed and (count := IndicatorValue.objects.filter(measure=stored).count()):
        columns: list[Any] = [IndicatorMeasure._meta.get_field(name) for name in fixed]
        names = "・".join(str(column.verbose_name) for column in columns)
        words = (
            f"「{name_of(stored)}」には値が{count}件あるため、{names}を変えられません。"
            "値は前の単位と桁で入力されています。別の測るものを加えてください。"
        )
        raise ValidationError(dict.fromkeys(fixed, words))
    for name, value in fields.items():
        setattr(stored, name, value)
    _check(stored)
    history.save(stored, by=by, reason="測るものの変更")
    return stored


@transaction.atomic
def remove_measure(measure: IndicatorMeasure, *, by: User | None) -> None:
    """Take a measure away that has never had a value or a target."""
    lock_period(measure.indicator.period_id)
    used = IndicatorValue.history.filter(measure=measure).exists() or measure.targets.exists()
    parts = IndicatorMeasure.objects.filter(numerator=measure) | IndicatorMeasure.objects.filter(
        denominator=measure
    )
    if used or Admission.objects.filter(measure=measure).exists() or parts.exists():
        raise ValidationError("値・目標・割合に使われた測るものは、削除できません。")
    history.delete(measure, by=by, reason="測るものの削除")


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
    """Set a target for a year or a run of years; older ones stay, and this one counts from now on."""
    period = lock_period(measure.indicator.period_id)
    measure = IndicatorMeasure.objects.select_related("indicator").get(pk=measure.pk)
    for year in (first_fiscal_year, last_fiscal_year):
        check_year(period, year)
    if number is not None and (words := numbers.refusal(number, measure.unit, measure.decimals)):
        raise ValidationError({"number": words})
    on = set_on or timezone.localdate()
    if on > timezone.localdate():
        raise ValidationError({"set_on": "定めた日に、今日より後の日付は登録できません。"})
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
        if part.indicator.period_id != measure.indicator.period_id or part.nature == "ratio":
            words = "同じ中長期目標の、割合ではない測るものを選んでください。"
            raise ValidationError({name: words})
    measure.full_clean()
