"""What no constraint can say of results, the database refuses for every path, raw SQL included."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from evaluation import amending, valuing
from evaluation.models import (
    Admission,
    Evidence,
    IndicatorMeasure,
    IndicatorTarget,
    IndicatorValue,
    IssuedDocument,
    ItemInput,
    ItemPlan,
    ItemProfile,
    ItemYear,
    Rating,
    Remedy,
    Snapshot,
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
    words = "測定項目は、決定した本文にあるモニタリング指標と評価指標にだけ置けます。"
    refused(words, IndicatorMeasure(indicator=item, position=1, label="x").save)


def test_what_is_only_drafted_is_not_measured(place):
    period, item, indicator = place
    draft = make_draft(period)
    new = amending.insert(draft, "monitoring_indicator", parent=item, text="案", by=None)
    words = "測定項目は、決定した本文にあるモニタリング指標と評価指標にだけ置けます。"
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
    words = "割合の分子と分母は、同じ期間の定量の測定項目にしてください。"
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
    nature = "値は測定項目の性質に合わせます。"
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
    refused("値の測定項目と年度は変えられません。", lambda: stored.update(fiscal_year=2023))
    if connection.vendor == "sqlite":
        statement = (
            "REPLACE INTO evaluation_indicatorvalue (measure_id, fiscal_year, number, text, state,"
            " stage, note, why_code, why, revision, entered_at) VALUES"
            f" ({value.measure_id}, 2024, 1, '', '', 'final', '', '', '', 1, '2026-04-01')"
        )
        with connection.cursor() as cursor:
            refused("確定した値は削除できません。", lambda: cursor.execute(statement))


def test_what_is_final_changes_as_a_correction_only(place):
    _, _, indicator = place
    _, (evaluated,) = make_indicators(make_period(), kind="evaluation_indicator")
    value = make_value(make_measure(indicator), stage="final")
    result = valuing.record_result(evaluated, 2024, "文", by=None, stage="final")
    words = "確定した後の変更は、理由の付いた訂正だけです。速報には戻せません。"
    why = {"stage": "corrected", "why_code": "mistake", "why": "誤り"}
    for model, row, changes in (
        (IndicatorValue, value, [{"number": 99}, {"note": "注"}, {"number": None, "text": "x"}]),
        (YearlyResult, result, [{"text": "別の文"}]),
    ):
        stored = model.objects.filter(pk=row.pk)
        for change in (*changes, {"stage": "preliminary"}):
            refused(words, lambda stored=stored, change=change: stored.update(**change))
        stored.update(revision=2)
        stored.update(**changes[0], **why)
        for stage in ("final", "preliminary"):
            refused(words, lambda stored=stored, stage=stage: stored.update(stage=stage))
        refused(words, lambda stored=stored, c=changes[0]: stored.update(stage="final", **c))


def test_a_closed_year_is_changed_only_by_who_was_let_in_and_with_a_reason(place):
    period, _item, indicator = place
    measure, person = make_measure(indicator), make_user()
    value = make_value(measure)
    valuing.close(period, 2024, by=None, reason="提出")
    until = timezone.now() + dt.timedelta(days=1)
    entered = {"entered_by": person, "entered_at": timezone.now()}
    why = {"why_code": "late", "why": "集計の遅れ"}
    words = "締め切った年度の値は、許可された人が、期限まで、理由を付けて変更します。"
    stored = IndicatorValue.objects.filter(pk=value.pk)
    other = make_measure(indicator, "特許数")
    new = {"fiscal_year": 2024, "number": 1} | entered | why
    refused(words, lambda: stored.update(number=1))
    refused(words, lambda: stored.update(number=1, **entered, **why))
    refused(words, IndicatorValue(measure=other, **new).save)
    for one in (measure, other):
        valuing.admit(one, 2024, user=person, until=until, reason="訂正", by=None)
    refused(words, lambda: stored.update(number=1, **entered))
    late = entered | {"entered_at": until + dt.timedelta(seconds=1)}
    refused(words, lambda: stored.update(number=1, **late, **why))
    stored.update(number=1, **entered, **why)
    IndicatorValue(measure=other, **new).save()
    stored.update(stage="final", revision=3)  # what was entered is confirmed all the same


def test_a_yearly_text_of_a_closed_year_is_changed_only_by_who_was_let_in():
    period = make_period()
    _, (indicator,) = make_indicators(period, kind="evaluation_indicator")
    valuing.close(period, 2024, by=None, reason="提出")
    person, until = make_user(), timezone.now() + dt.timedelta(days=1)
    row = YearlyResult(
        indicator=indicator,
        fiscal_year=2024,
        text="文",
        entered_by=person,
        entered_at=timezone.now(),
        why_code="late",
        why="集計の遅れ",
    )
    refused("締め切った年度の値は、許可された人が", row.save)
    let_in = {"user": person, "until": until, "reason": "訂正", "by": None}
    valuing.admit(make_measure(indicator), 2024, **let_in)
    refused("締め切った年度の値は、許可された人が", row.save)
    valuing.admit(indicator, 2024, **let_in)
    row.save()


def test_what_is_judged_is_of_years_of_the_period(place):
    period, item, indicator = place
    measure = make_measure(indicator)
    target = {"number": 1, "set_on": NOW.date(), "reason": "x", "recorded_at": NOW}
    overall = {"period": period, "fiscal_year": 2027}
    for row in (
        ItemInput(item=item, fiscal_year=2027, kind="budget", amount=1),
        ItemPlan(item=item, fiscal_year=2021, kind="annual", text="計画"),
        ItemProfile(item=item, first_fiscal_year=2021),
        Rating(**overall, side="self", written_at=NOW),
        Remedy(**overall, issue="指摘"),
        IndicatorTarget(measure=measure, first_fiscal_year=2021, last_fiscal_year=2022, **target),
        IndicatorTarget(measure=measure, first_fiscal_year=2026, last_fiscal_year=2027, **target),
    ):
        refused("年度は、中長期目標期間の中の年度にしてください。", row.save)


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


def test_what_is_issued_overall_lets_items_of_its_year_be_rated(place):
    period, item, _ = place
    base = {"period": period, "fiscal_year": 2024, "side": "self", "written_at": NOW}
    issued = {"stage": "issued", "issued_on": NOW.date(), "grade": "B", "grounds": "標準"}
    overall = Rating(**base, **issued)
    overall.save()
    Rating(item=item, **base | {"side": "minister"}, **issued | {"grade": "-"}).save()
    own = Rating(item=item, **base)
    own.save()
    Rating.objects.filter(pk=own.pk).update(grounds="下書き")
    assert Rating.objects.filter(stage="issued").count() == 2
    if connection.vendor == "sqlite":
        columns = (
            "period_id, fiscal_year, kind, side, grade, results, grounds, issues, opinion, raised"
        )
        columns += ", raised_grounds, agency_wide, stage, revision, written_at"
        statement = (
            f"REPLACE INTO evaluation_rating ({columns}) VALUES ({period.pk}, 2024, 'yearly',"
            " 'self', 'A', '', 'x', '', '', 0, '', 0, 'draft', 1, '2026-04-01')"
        )
        with connection.cursor() as cursor:
            refused("確定した評定は", lambda: cursor.execute(statement))


def test_nobody_is_let_into_a_year_outside_the_period(place):
    _, _, indicator = place
    until = timezone.now() + dt.timedelta(days=1)
    fields = {"user": make_user(), "until": until, "reason": "x", "given_at": NOW}
    measure = make_measure(indicator)
    row = Admission(indicator=indicator, measure=measure, fiscal_year=2027, **fields)
    refused("年度は、中長期目標期間の中の年度にしてください。", row.save)
    other = make_indicators(make_period())[1][0]
    words = "締切後の入力は、指標の測定項目か、評価指標の実績の文に許可します。"
    refused(words, Admission(indicator=indicator, fiscal_year=2024, **fields).save)
    refused(words, Admission(indicator=other, measure=measure, fiscal_year=2024, **fields).save)


def test_only_the_ministers_issued_rating_has_papers_each_of_its_kind(place):
    period, item, _ = place
    year = {"period": period, "fiscal_year": 2024, "written_at": NOW, "grade": "B", "grounds": "x"}
    issued = {"stage": "issued", "issued_on": NOW.date()}
    taken = {"number": 1, "content": "{}", "sha256": "0" * 64, "engine_version": "1"}
    taken |= {"taken_at": NOW, "name": "調書"}
    document = {"sha256": "0" * 64, "content": b"%PDF-", "versions": {"x": "1"}, "issued_at": NOW}
    ratings = {
        "draft": Rating(item=item, side="minister", **year | {"fiscal_year": 2023}),
        "own": Rating(item=item, side="self", **year, **issued),
        "issued": Rating(item=item, side="minister", **year, **issued),
        "overall": Rating(side="minister", **year, **issued),
    }
    for rating in ratings.values():
        rating.save()
    for name in ("draft", "own"):
        words = "評定調書・総括表・評価書は、主務大臣による評価が確定してから発行します。"
        refused(words, Snapshot(rating=ratings[name], **taken).save)
    amendment = period.amendments.all()[0]
    snapshots = {name: Snapshot(rating=ratings[name], **taken) for name in ("issued", "overall")}
    snapshots["amendment"] = Snapshot(amendment=amendment, **taken | {"name": "", "number": 99})
    wrong = {
        "issued": ("comparison", "grades", "evaluation"),
        "overall": ("comparison", "assessment"),
        "amendment": ("assessment", "grades", "evaluation"),
    }
    for name, kinds in wrong.items():
        snapshots[name].save()
        for kind in kinds:
            words = "控えが評定のものなら評定の文書を、変更のものなら変更の文書を発行します。"
            refused(words, IssuedDocument(snapshot=snapshots[name], kind=kind, **document).save)
    for name, kind in (("issued", "assessment"), ("overall", "grades"), ("amendment", "memo")):
        IssuedDocument(snapshot=snapshots[name], kind=kind, **document).save()
