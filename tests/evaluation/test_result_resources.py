"""Import and export of results on the maintenance pages: round trips, through the checks of entry."""

from decimal import Decimal

import pytest

from evaluation import amending, valuing
from evaluation.models import IndicatorMeasure, IndicatorTarget, IndicatorValue, YearlyResult
from tests.factories import (
    decide,
    make_draft,
    make_indicators,
    make_measure,
    make_period,
    make_user,
    make_value,
)
from tests.programs.test_resources import changed, confirm, errors, export, upload

pytestmark = pytest.mark.django_db
MODELS = ["indicatormeasure", "indicatortarget", "indicatorvalue", "yearlyresult"]


@pytest.fixture
def measure(client):
    period = make_period("mine")
    client.force_login(make_user(period.agency, "maintainer", username="keeper"))
    _, (indicator,) = make_indicators(period)
    measure = make_measure(indicator, "=論文数", baseline=Decimal(1234), baseline_year=2021)
    years = {"first_fiscal_year": 2022, "last_fiscal_year": 2026}
    valuing.set_target(measure, by=None, number=Decimal(100), reason="当初", **years)
    make_value(measure, 2023, 0, stage="final")
    valuing.record(measure, 2024, by=None, state="not_yet", note="6月に集計")
    return measure


@pytest.fixture
def result(measure):
    """A yearly text of another agency, and its maintainer."""
    period = make_period("theirs")
    maintainer = make_user(period.agency, "maintainer")
    _, (indicator,) = make_indicators(period, "成果", kind="evaluation_indicator")
    valuing.record_result(indicator, 2024, "実施した。", by=None)
    return indicator, maintainer


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize("model", MODELS)
def test_what_is_exported_can_be_imported_unchanged(client, measure, result, model, suffix):
    if model == "yearlyresult":
        client.force_login(result[1])
    name = f"evaluation_{model}"
    answer = upload(client, name, export(client, name, suffix).content, f"x.{suffix}")
    preview = answer.context["preview"]
    assert (errors(answer), preview.counts["同じ"] > 0) == ([], True)
    assert (preview.counts["新規"], preview.counts["変更"], preview.saves) == (0, 0, False)


def imported(client, model, **cells):
    answer = upload(client, f"evaluation_{model}", changed(client, f"evaluation_{model}", **cells))
    if answer.context["preview"].saves:
        confirm(client, f"evaluation_{model}", answer)
    return errors(answer)


def test_a_value_is_corrected_by_an_import_only_with_a_reason(client, measure):
    refused = imported(client, "indicatorvalue", 数="5")
    assert [words.partition("：")[2][:18] for words in refused] == [
        "確定または締切の後に直すときは、理由"
    ]
    reason = {"直した理由の種類": "入力の誤り", "直した理由": "転記の誤り"}
    assert imported(client, "indicatorvalue", 数="５", **reason) == []
    value = IndicatorValue.objects.get(fiscal_year=2023)
    assert (value.number, value.stage, value.revision) == (5, "corrected", 2)
    newest = value.history.order_by("-history_id")[0]
    assert newest.history_change_reason == "取込み：表.csv：入力の誤り：転記の誤り"


def test_an_old_table_overwrites_nothing_that_was_entered_since(client, measure):
    old = export(client, "evaluation_indicatorvalue", "csv").content
    measures = export(client, "evaluation_indicatormeasure", "csv").content
    valuing.record(measure, 2024, by=None, number=Decimal(7))
    valuing.change_measure(measure, by=None, direction="higher")
    answer = upload(client, "evaluation_indicatorvalue", old, "表.csv")
    assert errors(answer) == [
        "ほかの人が先にこの値を変更しました。最新の内容を確かめてからやり直してください。"
    ]
    assert IndicatorValue.objects.get(fiscal_year=2024).number == 7
    answer = upload(client, "evaluation_indicatormeasure", measures, "表.csv")
    assert errors(answer) == [
        "ほかの人が先にこの測定項目を変更しました。最新の内容を確かめてからやり直してください。"
    ]
    assert IndicatorMeasure.objects.get().direction == "higher"


def test_a_new_value_has_no_revision_yet(client, measure):
    table = changed(client, "evaluation_indicatorvalue", 年度="2025", 数="3", 段階="速報", 版="")
    answer = upload(client, "evaluation_indicatorvalue", table)
    confirm(client, "evaluation_indicatorvalue", answer)
    value = IndicatorValue.objects.get(fiscal_year=2025)
    assert (value.number, value.stage, value.revision) == (3, "preliminary", 1)


def test_a_yearly_text_of_an_old_table_is_refused(client, result):
    client.force_login(result[1])
    old = export(client, "evaluation_yearlyresult", "csv").content
    valuing.record_result(result[0], 2024, "広く実施した。", by=None)
    answer = upload(client, "evaluation_yearlyresult", old, "表.csv")
    assert errors(answer) == [
        "ほかの人が先にこの実績を変更しました。最新の内容を確かめてからやり直してください。"
    ]


def test_a_measure_and_a_target_come_in_through_their_checks(client, measure):
    refused = imported(client, "indicatormeasure", 単位="本")
    assert [words[:14] for words in refused] == ["単位：「=論文数」には値と達"]
    assert imported(client, "indicatormeasure", 方向="大きいほどよい") == []
    assert IndicatorMeasure.objects.get().direction == "higher"
    assert imported(client, "indicatortarget", 目標値="120", 定めた理由="改定") == []
    targets = IndicatorTarget.objects.order_by("pk")
    assert [(t.number, t.reason) for t in targets] == [(100, "当初"), (120, "改定")]


def test_an_import_reaches_no_clause_that_is_only_drafted(client, measure):
    indicator = measure.indicator
    draft = make_draft(indicator.period)
    item = indicator.wordings.get().parent
    new = amending.insert(draft, "monitoring_indicator", parent=item, text="案", by=None)
    cells = {"指標": new.public_id, "測定項目": "案の数"}
    assert imported(client, "indicatormeasure", **cells)
    assert IndicatorMeasure.objects.count() == 1
    decide(draft)
    assert imported(client, "indicatormeasure", **cells) == []
    assert IndicatorMeasure.objects.filter(indicator=new).count() == 1


def test_a_yearly_text_comes_in(client, result):
    client.force_login(result[1])
    assert imported(client, "yearlyresult", 実績="広く実施した。") == []
    row = YearlyResult.objects.get()
    assert (row.text, row.revision) == ("広く実施した。", 2)
