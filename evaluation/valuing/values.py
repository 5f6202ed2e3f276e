"""One value, one yearly text: entered, cleared, confirmed, corrected."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from evaluation.amending import Stale
from evaluation.checks import check_text
from evaluation.figures import years_stood
from evaluation.models import Clause, IndicatorMeasure, IndicatorValue, Stage, YearlyResult
from evaluation.valuing.many import Cell, RefusedError, Status, record_many
from evaluation.valuing.rows import (
    Gates,
    absence,
    check_year,
    clause_name,
    final_refusal,
    lock_period,
    missing_why,
    told,
)
from evaluation.valuing.rows import year_name as year_words
from jst_objectives import history
from programs.models import User


def record(
    measure: IndicatorMeasure,
    fiscal_year: int,
    *,
    by: User | None,
    number: Decimal | None = None,
    text: str = "",
    state: str = "",
    reason: str = "値の入力",
    **options: Any,
) -> IndicatorValue:
    """Enter a value: a number, a text or a state; the same again changes nothing.

    `options`: note, stage (速報 or 確定), seen, why_code, why, as `Cell` has them. Raises Stale where
    somebody changed it after revision `seen`; ValidationError naming the place and the expected form.
    """
    cell = Cell(measure.pk, fiscal_year, number, text, state, **options)
    if cell.is_empty:
        raise ValidationError(
            "値を入力してください。値がないときは、該当なし・未集計・非公表のどれかです。"
        )
    _record(measure, cell, by, reason)
    return IndicatorValue.objects.get(measure=measure, fiscal_year=fiscal_year)


def clear(measure: IndicatorMeasure, fiscal_year: int, *, by: User | None, **options: Any) -> None:
    """Take a preliminary value away; its history stays. `options`: seen, why_code, why."""
    _record(measure, Cell(measure.pk, fiscal_year, **options), by, "値の消去")


def confirm(value: IndicatorValue, *, by: User | None, seen: int | None = None) -> IndicatorValue:
    """速報 → 確定. Raises ValidationError for 未集計, which says that the number is still to come."""
    if value.state == IndicatorValue.State.NOT_YET:
        raise ValidationError("未集計の値は確定できません。数を入力してください。")
    return record(
        value.measure,
        value.fiscal_year,
        by=by,
        number=value.number,
        text=value.text,
        state=value.state,
        stage=Stage.FINAL,
        seen=value.revision if seen is None else seen,
        reason="値の確定",
    )


def correct(
    measure: IndicatorMeasure, fiscal_year: int, *, by: User | None, **options: Any
) -> IndicatorValue:
    """Change a value after its confirmation or a closing; takes what `record` takes, and why."""
    if words := missing_why(options.get("why_code", ""), options.get("why", "")):
        raise ValidationError(words)
    return record(measure, fiscal_year, by=by, reason="値の訂正", **options)


def _record(measure: IndicatorMeasure, cell: Cell, by: User | None, reason: str) -> None:
    try:
        record_many(measure.indicator.period, [cell], by=by, reason=reason)
    except RefusedError as error:
        outcome = error.outcomes[0]
        if outcome.status is Status.CONFLICT:
            revision = outcome.stands.revision if outcome.stands else 0
            raise Stale(outcome.stands, str(revision), "この値") from error
        raise ValidationError(error.messages) from error


# --- Yearly texts ---------------------------------------------------------------------------------
@transaction.atomic
def record_result(
    indicator: Clause,
    fiscal_year: int,
    text: str,
    *,
    by: User | None,
    stage: str | None = None,
    seen: int | None = None,
    why_code: str = "",
    why: str = "",
) -> YearlyResult:
    """Enter what was done in a year for an evaluation indicator; refusals as of `record`."""
    row, gates = _opened(indicator, fiscal_year, by, seen)
    row = row or YearlyResult(
        indicator=indicator,
        fiscal_year=fiscal_year,
        revision=_last_revision(indicator, fiscal_year),
    )
    staged = row.stage if row.stage == Stage.CORRECTED else stage or row.stage
    if row.pk and (row.text, row.stage) == (text, staged):
        return row
    _check_gates(gates, row, why_code, why)
    stood = years_stood(indicator.period, [indicator.pk]).get(indicator.pk, ())
    if words := absence(stood, fiscal_year) or final_refusal(stage, row.stage, by):
        raise ValidationError(words)
    if not text:
        raise ValidationError("実績を入力してください。")
    check_text(text, f"{clause_name(indicator)}（{year_words(fiscal_year)}）の実績")
    if row.pk and row.stage != Stage.PRELIMINARY:
        staged = Stage.CORRECTED
    row.text, row.stage, row.why_code, row.why = text, staged, why_code, why
    row.revision += 1
    row.entered_by, row.entered_at = by, timezone.now()
    row.full_clean()
    history.save(row, by=by, reason=told("実績の入力", why_code, why))
    return row


@transaction.atomic
def clear_result(
    indicator: Clause,
    fiscal_year: int,
    *,
    by: User | None,
    seen: int | None = None,
    why_code: str = "",
    why: str = "",
) -> None:
    """Take a preliminary yearly text away; its history stays."""
    row, gates = _opened(indicator, fiscal_year, by, seen)
    if row is None:
        return
    _check_gates(gates, row, why_code, why)
    if row.stage != Stage.PRELIMINARY:
        raise ValidationError("確定した実績は消せません。訂正を入力してください。")
    if row.evidence.exists():
        raise ValidationError(
            "根拠資料が付いているため、消せません。先に根拠資料を外してください。"
        )
    history.delete(row, by=by, reason=told("実績の消去", why_code, why))


def _opened(
    indicator: Clause, fiscal_year: int, by: User | None, seen: int | None
) -> tuple[YearlyResult | None, Gates]:
    period = lock_period(indicator.period_id)
    check_year(period, fiscal_year)
    if indicator.kind != Clause.Kind.EVALUATION_INDICATOR:
        raise ValidationError("実績の文は、評価指標にだけ入力できます。")
    row = YearlyResult.objects.filter(indicator=indicator, fiscal_year=fiscal_year).first()
    revision = row.revision if row else 0
    if seen is not None and seen != revision:
        raise Stale(row, str(revision), "この実績")
    return row, Gates.of(period, [indicator.pk], by)


def _check_gates(gates: Gates, row: YearlyResult, why_code: str, why: str) -> None:
    indicator, year = row.indicator_id, row.fiscal_year
    if words := gates.refusal(indicator, year):
        raise ValidationError(words)
    stage = row.stage if row.pk else ""
    if gates.asks_why(stage, indicator, year) and (words := missing_why(why_code, why)):
        raise ValidationError(words)


def _last_revision(indicator: Clause, fiscal_year: int) -> int:
    rows = YearlyResult.history.filter(indicator=indicator, fiscal_year=fiscal_year)
    return rows.aggregate(last=Max("revision"))["last"] or 0
