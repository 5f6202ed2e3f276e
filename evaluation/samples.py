"""Sample measures, targets and values for a period that has none, so that pages can be looked at.

Made from the words of the indicators, the same every time. The period says that they are samples, and
every page and file of results says so too: the source document holds no value.
"""

import random
from collections.abc import Iterator
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from evaluation import valuing
from evaluation.comparison.alignment import UnitKind
from evaluation.figures import Figures, years_stood
from evaluation.models import (
    Clause,
    IndicatorMeasure,
    IndicatorValue,
    ObjectivePeriod,
    YearlyResult,
)
from evaluation.sample_grades import REASON, add_sample_grades
from evaluation.suggesting import Suggestion, suggested
from jst_objectives import history

UNTIL = 2025  # the last fiscal year with values: the period is still under way


@transaction.atomic
def load_sample_results(period: ObjectivePeriod) -> int:
    """Fill a period with samples and flag it; return how many values there are.

    Raises ValidationError for a period with real values, which samples must never stand among.
    """
    if not period.sample_results and _has_results(period):
        raise ValidationError(f"{period}には実際の値か測定項目があるため、見本を加えられません。")
    if _has_results(period):
        return IndicatorValue.objects.filter(measure__indicator__period=period).count()
    period.sample_results = True
    history.save(period, by=None, reason="見本の値の登録")
    figures = Figures.of(period)
    for _, nodes in figures.items:
        for node in nodes:
            if node.kind is UnitKind.MONITORING_INDICATOR:
                _add_measures(node.wording.clause, suggested(node.text))
            else:
                _add_texts(period, node.wording.clause)
    valuing.record_many(period, list(_cells(period)), by=None, reason=REASON)
    add_sample_grades(period, UNTIL)
    return IndicatorValue.objects.filter(measure__indicator__period=period).count()


def _has_results(period: ObjectivePeriod) -> bool:
    measures = IndicatorMeasure.objects.filter(indicator__period=period)
    return measures.exists() or YearlyResult.objects.filter(indicator__period=period).exists()


def _add_measures(indicator: Clause, suggestions: tuple[Suggestion, ...]) -> None:
    by_label: dict[str, IndicatorMeasure] = {}
    for suggestion in suggestions:
        above, below = (
            (by_label[label] for label in suggestion.parts) if suggestion.parts else (None, None)
        )
        by_label[suggestion.label] = valuing.add_measure(
            indicator,
            by=None,
            label=suggestion.label,
            unit=suggestion.unit,
            decimals=suggestion.decimals,
            nature=suggestion.nature,
            direction="higher" if suggestion.nature == "quantitative" else "none",
            numerator=above,
            denominator=below,
        )
    for measure in by_label.values():
        _add_target(measure)


def _add_target(measure: IndicatorMeasure) -> None:
    if measure.nature != IndicatorMeasure.Nature.QUANTITATIVE:
        return
    period, level = measure.indicator.period, _level(measure)
    measure = valuing.change_measure(
        measure,
        by=None,
        baseline=Decimal(level),
        baseline_year=period.first_fiscal_year - 1,
        baseline_note="前期中長期目標期間の最終年度値（見本）",
    )
    valuing.set_target(
        measure,
        by=None,
        first_fiscal_year=period.first_fiscal_year,
        last_fiscal_year=period.last_fiscal_year,
        number=Decimal(level),
        reason=REASON,
    )


def _level(measure: IndicatorMeasure) -> int:
    """Return about what a measure comes to in a year, the same every time."""
    chance = random.Random(measure.label)
    if measure.unit == "%":
        return chance.randint(60, 85)
    if "論文数" in measure.label and "国際" not in measure.label:
        return chance.randint(800, 2000)
    return chance.randint(20, 400)


def _cells(period: ObjectivePeriod) -> Iterator[valuing.Cell]:
    measures = IndicatorMeasure.objects.filter(indicator__period=period).exclude(nature="ratio")
    stood = years_stood(period, {measure.indicator_id for measure in measures})
    for measure in measures.order_by("pk"):
        chance = random.Random(f"{measure.pk}")
        level = _level(measure)
        for year in _until(stood[measure.indicator_id]):
            stage = "preliminary" if year == UNTIL else "final"
            yield _cell(measure, year, level, chance, stage)


def _until(years: set[int]) -> list[int]:
    return sorted(year for year in years if year <= UNTIL)


def _cell(
    measure: IndicatorMeasure, year: int, level: int, chance: random.Random, stage: str
) -> valuing.Cell:
    if measure.nature == IndicatorMeasure.Nature.QUALITATIVE:
        words = f"{measure.label}：計画に沿って実施した（見本）。"
        return valuing.Cell(measure.pk, year, text=words, stage=stage)
    if chance.random() < 0.04:
        state = chance.choice(["not_applicable", "not_yet", "withheld"])
        return valuing.Cell(measure.pk, year, state=state, stage=stage)
    number = Decimal(level) * Decimal(chance.randint(85, 125)) / 100
    if measure.unit == "%":
        number = min(number, Decimal(100))
    rounded = round(number, measure.decimals) if measure.decimals else Decimal(round(number))
    return valuing.Cell(measure.pk, year, number=rounded, stage=stage)


def _add_texts(period: ObjectivePeriod, indicator: Clause) -> None:
    for year in _until(years_stood(period, [indicator.pk])[indicator.pk]):
        stage = "preliminary" if year == UNTIL else "final"
        words = "計画に沿って取り組み、成果を上げた（見本の文です）。"
        valuing.record_result(indicator, year, words, by=None, stage=stage)
