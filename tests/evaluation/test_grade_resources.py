"""How items are judged and their inputs on the maintenance pages: round trips, and the rules of the pages."""

import datetime as dt
from decimal import Decimal

import pytest

from evaluation import grading, valuing
from evaluation.models import ItemInput, ItemProfile, Rating
from tests.factories import make_indicators, make_period, make_user
from tests.programs.test_resources import changed, confirm, errors, export, upload

pytestmark = pytest.mark.django_db
MODELS = ["itemprofile", "iteminput"]


@pytest.fixture
def item(client):
    period = make_period("mine")
    client.force_login(make_user(period.agency, "maintainer"))
    item, _ = make_indicators(period)
    grounds = {"important": True, "importance_grounds": "国の方針のため"}
    grading.save_profile(item, 2022, by=None, legal_basis="機構法第23条", **grounds)
    cells = [grading.InputCell("budget", 2023, Decimal(1_234_000))]
    grading.record_inputs(
        item, [*cells, grading.InputCell("staff", 2023, Decimal("12.5"))], by=None
    )
    return item


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize("model", MODELS)
def test_what_is_exported_can_be_imported_unchanged(client, item, model, suffix):
    name = f"evaluation_{model}"
    answer = upload(client, name, export(client, name, suffix).content, f"x.{suffix}")
    preview = answer.context["preview"]
    assert (errors(answer), preview.counts["同じ"] > 0) == ([], True)
    assert (preview.counts["新規"], preview.counts["変更"], preview.saves) == (0, 0, False)


def imported(client, model, **cells):
    name = f"evaluation_{model}"
    answer = upload(client, name, changed(client, name, **cells))
    if answer.context["preview"].saves:
        confirm(client, name, answer)
    return errors(answer)


def test_an_input_is_changed_and_a_new_one_added(client, item):
    assert imported(client, "iteminput", **{"額（円）・人数（人）": "２,000,000"}) == []
    assert imported(client, "iteminput", 年度="2024", 版="", **{"額（円）・人数（人）": "0"}) == []
    rows = {(row.kind, row.fiscal_year): row.amount for row in ItemInput.objects.all()}
    assert rows == {("budget", 2023): 2_000_000, ("budget", 2024): 0, ("staff", 2023): 12.5}
    newest = ItemInput.objects.get(kind="budget", fiscal_year=2023).history.first()
    assert newest.history_change_reason == "インプット情報の入力"


def test_an_old_table_overwrites_nothing(client, item):
    old = export(client, "evaluation_iteminput", "csv").content
    profiles = export(client, "evaluation_itemprofile", "csv").content
    grading.record_inputs(item, [grading.InputCell("budget", 2023, Decimal(5))], by=None)
    grading.save_profile(item, 2022, by=None, legal_basis="機構法第24条")
    assert errors(upload(client, "evaluation_iteminput", old, "表.csv")) == [
        "ほかの人が先にこのインプット情報を変更しました。最新の内容を確かめてからやり直してください。"
    ]
    assert errors(upload(client, "evaluation_itemprofile", profiles, "表.csv")) == [
        "ほかの人が先にこの項目の評価上の扱いを変更しました。最新の内容を確かめてからやり直してください。"
    ]
    assert ItemInput.objects.get(kind="budget").amount == 5
    assert ItemProfile.objects.get().legal_basis == "機構法第24条"


def test_a_closed_year_is_closed_here_too(client, item):
    valuing.close(item.period, 2023, by=None, reason="評価の時点")
    (refusal,) = imported(client, "iteminput", **{"額（円）・人数（人）": "1"})
    assert "令和5年度は締め切られています（理由：評価の時点）。" in refusal


def test_how_an_item_is_judged_is_changed(client, item):
    assert imported(client, "itemprofile", 根拠条文="機構法第27条の2") == []
    assert ItemProfile.objects.get().legal_basis == "機構法第27条の2"
    assert imported(client, "itemprofile", 重要度の理由="") != []


def test_a_grade_is_listed_once_it_is_issued(client, item):
    said = {"grade": "A", "grounds": "根拠", "results": "実績"}
    grading.write(item.period, item, 2023, "yearly", "self", by=None, seen=0, **said)
    pages = [client.get("/maintenance/evaluation/rating/").context["cl"].result_count]
    Rating.objects.update(stage="issued", issued_on=dt.date(2024, 6, 28))
    pages.append(client.get("/maintenance/evaluation/rating/").context["cl"].result_count)
    assert pages == [0, 1]
