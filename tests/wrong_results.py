"""One row per check constraint of the results' tables that breaks it, by the constraint's name."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from evaluation.models import (
    Admission,
    Clause,
    Evidence,
    ImportedCell,
    IndicatorMeasure,
    IndicatorTarget,
    IndicatorValue,
    ItemInput,
    ItemPlan,
    ItemProfile,
    ItemYear,
    Rating,
    RatingStep,
    Remedy,
    RemedyProgress,
    StepKind,
    ValueImport,
    ValueReport,
    YearClosing,
    YearlyResult,
)
from tests.factories import (
    DAY,
    make_indicators,
    make_measure,
    make_period,
    make_user,
    make_value,
)

ONE = Decimal(1)


def indicator(kind: str = "monitoring_indicator") -> Clause:
    return make_indicators(make_period(), kind=kind)[1][0]


def item() -> Clause:
    return make_indicators(make_period())[0]


def measure(**fields: Any) -> IndicatorMeasure:
    values = {"indicator": indicator(), "position": 1, "label": "論文数", "unit": "件"}
    return IndicatorMeasure(**(values | fields))


def ratio_of_itself() -> IndicatorMeasure:
    part = make_measure(indicator())
    fields = {"nature": "ratio", "numerator": part, "denominator": part}
    return measure(indicator=part.indicator, position=2, label="割合", **fields)


def running_ratio() -> IndicatorMeasure:
    part = make_measure(indicator())
    parts = {"numerator": part, "denominator": make_measure(part.indicator, "全数")}
    fields: dict[str, Any] = {"nature": "ratio", "accumulation": "cumulative", "position": 3}
    return measure(indicator=part.indicator, label="割合", **fields, **parts)


def target(**fields: Any) -> IndicatorTarget:
    values: dict[str, Any] = {"first_fiscal_year": 2022, "last_fiscal_year": 2026, "number": ONE}
    values |= {"set_on": dt.date(2022, 4, 1), "reason": "当初", "recorded_at": timezone.now()}
    return IndicatorTarget(measure=make_measure(indicator()), **(values | fields))


def value(**fields: Any) -> IndicatorValue:
    values: dict[str, Any] = {"fiscal_year": 2024, "number": ONE, "entered_at": timezone.now()}
    return IndicatorValue(measure=make_measure(indicator()), **(values | fields))


def result(**fields: Any) -> YearlyResult:
    values: dict[str, Any] = {"fiscal_year": 2024, "text": "実施", "entered_at": timezone.now()}
    return YearlyResult(indicator=indicator("evaluation_indicator"), **(values | fields))


def evidence(**fields: Any) -> Evidence:
    stored = make_value(make_measure(indicator()))
    values: dict[str, Any] = {"value": stored, "title": "資料", "url": "https://www.jst.go.jp/"}
    values |= {"period": stored.measure.indicator.period, "added_at": timezone.now()}
    return Evidence(**(values | fields))


def item_year(**fields: Any) -> ItemYear:
    return ItemYear(item=item(), **({"fiscal_year": 2024} | fields))


def closing(**fields: Any) -> YearClosing:
    values: dict[str, Any] = {"fiscal_year": 2024, "reason": "提出", "closed_at": timezone.now()}
    return YearClosing(period=make_period(), **(values | fields))


def admission(**fields: Any) -> Admission:
    now = timezone.now()
    values: dict[str, Any] = {"fiscal_year": 2024, "until": now, "given_at": now}
    of = make_measure(indicator())
    place = {"indicator": of.indicator, "measure": of}
    return Admission(**place, user=make_user(), **(values | fields))


def report(**fields: Any) -> ValueReport:
    values: dict[str, Any] = {"fiscal_year": 2024, "title": "報告", "contents": "{}"}
    values |= {"sha256": "0" * 64, "made_at": timezone.now()}
    return ValueReport(period=make_period(), **(values | fields))


def value_import(**fields: Any) -> ValueImport:
    values: dict[str, Any] = {"name": "値.csv", "content": b"x", "sha256": "0" * 64}
    values |= {"uploaded_by": make_user(), "uploaded_at": timezone.now()}
    return ValueImport(period=make_period(), **(values | fields))


def imported_cell(**fields: Any) -> ImportedCell:
    stored = value_import()
    stored.save()
    values: dict[str, Any] = {"value_import": stored, "row": 1, "column": 1, "status": "new"}
    return ImportedCell(**(values | fields))


def profile(**fields: Any) -> ItemProfile:
    return ItemProfile(item=item(), first_fiscal_year=2022, **fields)


def item_input(**fields: Any) -> ItemInput:
    values: dict[str, Any] = {"fiscal_year": 2024, "kind": "budget", "amount": ONE}
    return ItemInput(item=item(), **(values | fields))


def plan(**fields: Any) -> ItemPlan:
    values: dict[str, Any] = {"fiscal_year": 2024, "kind": "annual", "text": "計画"}
    return ItemPlan(item=item(), **(values | fields))


def rating_step(**fields: Any) -> RatingStep:
    period = make_period()
    kind = StepKind(agency=period.agency, position=1, name="評価の通知", of_rating=True)
    kind.save()
    values: dict[str, Any] = {"fiscal_year": 2024, "rating_kind": "yearly", "date": DAY}
    return RatingStep(period=period, kind=kind, **(values | fields))


def rating(**fields: Any) -> Rating:
    values: dict[str, Any] = {"fiscal_year": 2024, "side": "self", "written_at": timezone.now()}
    return Rating(period=make_period(), **(values | fields))


def remedy(**fields: Any) -> Remedy:
    return Remedy(period=make_period(), **({"fiscal_year": 2024, "issue": "指摘"} | fields))


def progress(**fields: Any) -> RemedyProgress:
    stored = remedy()
    stored.save()
    return RemedyProgress(remedy=stored, **({"fiscal_year": 2024, "words": "状況"} | fields))


WRONG_RESULTS = {
    "value_import_state_known": lambda: value_import(state="x"),
    "value_import_done_when_saved": lambda: value_import(state="done"),
    "value_import_file_named": lambda: value_import(sha256="x"),
    "imported_cell_choices_known": lambda: imported_cell(status="x"),
    "imported_cell_decides_conflicts": lambda: imported_cell(decision="mine"),
    "measure_choices_known": lambda: measure(direction="up"),
    "measure_decimals_possible": lambda: measure(decimals=7),
    "measure_ratio_has_its_parts": lambda: measure(nature="ratio"),
    "measure_ratio_does_not_accumulate": running_ratio,
    "measure_parts_told_apart": ratio_of_itself,
    "measure_baseline_has_its_year": lambda: measure(baseline=ONE),
    "measure_baseline_year_possible": lambda: measure(baseline=ONE, baseline_year=1999),
    "target_number_or_text": lambda: target(text="前年度以上"),
    "target_years_in_order": lambda: target(last_fiscal_year=2021),
    "target_has_a_reason": lambda: target(reason=""),
    "value_year_possible": lambda: value(fiscal_year=6),
    "value_is_one_thing": lambda: value(state="not_yet"),
    "value_stage_known": lambda: value(stage="x"),
    "value_correction_says_why": lambda: value(stage="corrected"),
    "yearly_result_year_possible": lambda: result(fiscal_year=6),
    "yearly_result_text_not_empty": lambda: result(text=""),
    "yearly_result_stage_known": lambda: result(stage="x"),
    "yearly_result_correction_says_why": lambda: result(stage="corrected"),
    "evidence_for_one_thing": lambda: evidence(value=None),
    "evidence_link_or_file": lambda: evidence(sha256="0" * 64),
    "item_year_possible": lambda: item_year(fiscal_year=6),
    "item_year_state_known": lambda: item_year(state="x"),
    "item_year_return_says_why": lambda: item_year(state="returned"),
    "year_closing_says_why": lambda: closing(reason=""),
    "admission_says_why": lambda: admission(reason=""),
    "value_report_title_and_sha256": lambda: report(sha256="0"),
    "item_profile_importance_has_grounds": lambda: profile(important=True),
    "item_profile_difficulty_has_grounds": lambda: profile(difficult=True),
    "item_input_kind_and_year_known": lambda: item_input(kind="x"),
    "item_plan_kind_and_year_known": lambda: plan(kind="x"),
    "item_plan_not_empty": lambda: plan(text=""),
    "rating_step_choices_known": lambda: rating_step(rating_kind="x"),
    "rating_step_answered_after_it_was_asked": lambda: rating_step(
        answered_on=DAY - dt.timedelta(days=1)
    ),
    "rating_choices_known": lambda: rating(grade="E"),
    "rating_issued_has_grade_and_grounds": lambda: rating(stage="issued"),
    "rating_raised_has_grounds": lambda: rating(raised=True),
    "remedy_issue_not_empty": lambda: remedy(issue=""),
    "remedy_done_says_how": lambda: remedy(done_fiscal_year=2025),
    "remedy_progress_not_empty": lambda: progress(words=""),
}
