"""What no constraint can say of results, the database refuses for every path, raw SQL included."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from evaluation import amending, valuing
from evaluation.models import (
    Evidence,
    IndicatorMeasure,
    IndicatorTarget,
    IndicatorValue,
    ItemInput,
    ItemProfile,
    ItemYear,
    Rating,
    Remedy,
    ValueReport,
    YearClosing,
    YearlyResult,
)
from tests.factories import (
    decide,
    make_draft,
    make_indicators,
    make_measure,
    make_period,
    make_user,
    make_value,
)

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)


def refused(message, act):
    with pytest.raises(IntegrityError, match=message), transaction.atomic():
        act()


@pytest.fixture
def place():
    period = make_period()
    item, (indicator,) = make_indicators(period)
    return period, item, indicator


def test_only_indicators_are_measured(place):
    _, item, _ = place
    words = "測るものは、決定した本文にあるモニタリング指標と評価指標にだけ置けます。"
    refused(words, IndicatorMeasure(indicator=item, position=1, label="x").save)


def test_what_is_only_drafted_is_not_measured(place):
    period, item, indicator = place
    draft = make_draft(period)
    new = amending.insert(draft, "monitoring_indicator", parent=item, text="案", by=None)
    words = "測るものは、決定した本文にあるモニタリング指標と評価指標にだけ置けます。"
    refused(words, IndicatorMeasure(indicator=new, position=1, label="x").save)
    measure = IndicatorMeasure.objects.filter(pk=make_measure(indicator).pk)
    refused(words, lambda: measure.update(indicator=new))
    decide(draft)
    assert make_measure(new).pk


def test_parts_of_a_ratio_are_no_ratios_and_of_the_same_period(place):
    _, _, indicator = place
    one, other = make_measure(indicator, "一"), make_measure(indicator, "二")
    foreign = make_measure(make_indicators(make_period())[1][0])
    fields = {"nature": "ratio", "unit": "%", "numerator": one}
    ratio = make_measure(indicator, "割合", denominator=other, **fields)
    words = "割合の分子と分母は、同じ期間の測るもの（割合を除く）にしてください。"
    for part in (foreign, ratio):
        row = IndicatorMeasure(
            indicator=indicator, position=9, label="x", denominator=part, **fields
        )
        refused(words, row.save)
    parts = {"numerator": make_measure(indicator, "三"), "denominator": other}
    change = IndicatorMeasure.objects.filter(pk=one.pk)
    refused(words, lambda: change.update(nature="ratio", unit="%", **parts))


def test_a_value_is_of_the_nature_and_the_period_of_its_measure(place):
    _, _, indicator = place
    measure = make_measure(indicator)
    words = make_measure(indicator, "状況", nature="qualitative", unit="")
    base = {"fiscal_year": 2024, "entered_at": NOW}
    nature = "値は測るものの性質に合わせます。"
    refused(nature, IndicatorValue(measure=measure, text="文", **base).save)
    refused(nature, IndicatorValue(measure=words, number=1, **base).save)
    outside = "年度は、中長期目標期間の中の年度にしてください。"
    refused(outside, IndicatorValue(measure=measure, number=1, **base | {"fiscal_year": 2027}).save)


def test_a_ratio_has_no_value(place):
    _, _, indicator = place
    parts = {
        "numerator": make_measure(indicator, "一"),
        "denominator": make_measure(indicator, "二"),
    }
    ratio = make_measure(indicator, "割合", nature="ratio", unit="%", **parts)
    row = IndicatorValue(measure=ratio, fiscal_year=2024, number=1, entered_at=NOW)
    refused("割合には入力しません。", row.save)


def test_what_is_final_is_not_deleted_and_nothing_is_moved(place):
    _, _, indicator = place
    value = make_value(make_measure(indicator), stage="final")
    refused("確定した値は削除できません。", value.delete)
    stored = IndicatorValue.objects.filter(pk=value.pk)
    refused("値の測るものと年度は変えられません。", lambda: stored.update(fiscal_year=2023))
    if connection.vendor == "sqlite":
        statement = (
            "REPLACE INTO evaluation_indicatorvalue (measure_id, fiscal_year, number, text, state,"
            " stage, note, why_code, why, revision, entered_at) VALUES"
            f" ({value.measure_id}, 2024, 1, '', '', 'final', '', '', '', 1, '2026-04-01')"
        )
        with connection.cursor() as cursor:
            refused("確定した値は削除できません。", lambda: cursor.execute(statement))


def test_yearly_texts_are_of_evaluation_indicators_and_stay(place):
    _, _, indicator = place
    row = YearlyResult(indicator=indicator, fiscal_year=2024, text="文", entered_at=NOW)
    refused("実績の文は、評価指標にだけ入力できます。", row.save)
    _, (evaluated,) = make_indicators(make_period(), kind="evaluation_indicator")
    result = valuing.record_result(evaluated, 2024, "文", by=None, stage="final")
    refused("確定した実績は削除できません。", result.delete)
    stored = YearlyResult.objects.filter(pk=result.pk)
    refused("実績の指標と年度は変えられません。", lambda: stored.update(fiscal_year=2023))


def test_evidence_never_changes_and_is_of_its_period(place):
    _, _, indicator = place
    value = make_value(make_measure(indicator))
    link = {"title": "資料", "url": "https://www.jst.go.jp/", "added_at": NOW}
    foreign = Evidence(value=value, period=make_period(), **link)
    refused("根拠資料は、同じ期間の実績値か実績のもの", foreign.save)
    evidence = valuing.attach_link(value, by=None, title="資料", url="https://www.jst.go.jp/")
    stored = Evidence.objects.filter(pk=evidence.pk)
    refused("根拠資料は変更できません。", lambda: stored.update(title="x"))


def test_targets_and_reports_are_pinned(place):
    period, _, indicator = place
    measure = make_measure(indicator)
    years = {"first_fiscal_year": 2022, "last_fiscal_year": 2026}
    valuing.set_target(measure, by=None, text="前年度以上", reason="当初", **years)
    valuing.make_report(period, 2024, by=None, title="報告")
    words = "目標と報告は、後から変更も削除もできません。"
    for model, change in ((IndicatorTarget, {"text": "x"}), (ValueReport, {"title": "x"})):
        refused(words, lambda model=model, change=change: model.objects.update(**change))
        refused(words, model.objects.get().delete)


def test_years_are_of_items_and_within_the_period(place):
    period, _, indicator = place
    words = "年度・評価上の扱い・インプット情報・評定・指摘事項は、同じ期間の項目のものです。"
    rows = [
        ItemYear(item=indicator, fiscal_year=2024),
        ItemProfile(item=indicator, first_fiscal_year=2022),
        ItemInput(item=indicator, fiscal_year=2024, kind="budget", amount=1),
        Rating(period=period, item=indicator, fiscal_year=2024, side="self", written_at=NOW),
        Remedy(period=period, item=indicator, fiscal_year=2024, issue="指摘"),
    ]
    foreign, _ = make_indicators(make_period())
    rows += [
        Rating(period=period, item=foreign, fiscal_year=2024, side="self", written_at=NOW),
        Remedy(period=period, item=foreign, fiscal_year=2024, issue="指摘"),
    ]
    for row in rows:
        refused(words, row.save)
    outside = "年度は、中長期目標期間の中の年度にしてください。"
    closing = YearClosing(period=period, fiscal_year=2027, reason="x", closed_at=timezone.now())
    refused(outside, closing.save)
    refused(outside, ItemYear(item=foreign, fiscal_year=2027).save)


def test_nobody_is_let_into_a_year_outside_the_period(place):
    _, _, indicator = place
    until = timezone.now() + dt.timedelta(days=1)
    fields = {"user": make_user(), "until": until, "reason": "x", "given_at": NOW}
    row = make_measure(indicator).admissions.model(
        measure=indicator.measures.get(), fiscal_year=2027, **fields
    )
    refused("年度は、中長期目標期間の中の年度にしてください。", row.save)
