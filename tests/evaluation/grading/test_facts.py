"""Profiles, plans and inputs of items."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from evaluation import grading, valuing
from evaluation.grading import InputCell
from evaluation.models import ItemInput, ItemPlan, ItemProfile

pytestmark = pytest.mark.django_db
KEPT = "締め切られた年度と、評定が確定した年度の計画とインプット情報は、変更も削除もできません。"


# --- Profiles -------------------------------------------------------------------------------------
def test_a_profile_holds_from_its_year_until_the_next(scene):
    told = {"important": True, "importance_grounds": "基本計画の柱"}
    grading.save_profile(scene.item, 2023, by=None, **told)
    grading.save_profile(scene.item, 2025, by=None, graded=True)
    book, node = scene.book(), scene.node(scene.item)
    years = {year: book.profile(node, year).important for year in book.figures.years}
    assert years == {2022: False, 2023: True, 2024: True, 2025: False, 2026: False}
    row = ItemProfile.objects.get(item=scene.item, first_fiscal_year=2023)
    assert row.history.get().history_change_reason == "評価上の扱いの設定（令和5年度から）"


def test_weight_asks_for_grounds(scene):
    with pytest.raises(ValidationError, match="困難度を高とする理由を入力してください。"):
        grading.save_profile(scene.item, 2023, by=None, difficult=True)


def test_a_profile_is_not_overwritten_unseen(scene):
    row = grading.save_profile(scene.item, 2023, by=None, legal_basis="第23条")
    seen = grading.fingerprint_of_profile(row)
    grading.save_profile(scene.item, 2023, by=None, legal_basis="第24条", seen=seen)
    with pytest.raises(grading.Stale):
        grading.save_profile(scene.item, 2023, by=None, legal_basis="第25条", seen=seen)
    with pytest.raises(grading.Stale):
        grading.save_profile(scene.item, 2023, by=None, legal_basis="第25条", seen="0")


def test_an_issued_grade_keeps_how_its_item_is_judged(scene):
    scene.write(scene.item, side="minister", grade="C")
    scene.issue(scene.item, side="minister")
    words = "令和6年度の年度評価（主務大臣による評価）の評定が確定しているため"
    weight = {"important": True, "importance_grounds": "柱"}
    for year, told in ((2022, {"graded": False}), (2024, {"research": False}), (2023, weight)):
        with pytest.raises(ValidationError, match=words):
            grading.save_profile(scene.item, year, by=None, **told)
    with pytest.raises(ValidationError, match=words):  # its indicators would go to the item above
        grading.save_profile(scene.below, 2024, by=None, graded=False)
    grading.save_profile(scene.item, 2022, by=None, legal_basis="第23条")
    grading.save_profile(scene.item, 2025, by=None, graded=False)
    grading.save_profile(scene.below, 2022, by=None, **weight)
    assert scene.book().is_graded(scene.node(scene.item), 2024)


def test_an_issued_overall_grade_keeps_how_every_item_is_judged(scene):
    for item in (scene.item, scene.below, scene.other, None):
        scene.write(item)
        scene.issue(item)
    with pytest.raises(ValidationError, match="令和6年度の年度評価（自己評価）の評定が確定"):
        grading.save_profile(scene.other, 2024, by=None, research=True)


# --- Plans ----------------------------------------------------------------------------------------
def test_the_plan_of_the_period_holds_on_and_that_of_a_year_does_not(scene):
    grading.save_plans(scene.item, 2023, by=None, medium="中長期の計画", annual="年度の計画")
    book, node = scene.book(), scene.node(scene.item)
    found = {
        (kind, year): plan.text if (plan := book.plan(node, kind, year)) else None
        for kind in ("medium", "annual")
        for year in (2022, 2023, 2024)
    }
    assert found == {
        ("medium", 2022): None,
        ("medium", 2023): "中長期の計画",
        ("medium", 2024): "中長期の計画",
        ("annual", 2022): None,
        ("annual", 2023): "年度の計画",
        ("annual", 2024): None,
    }


def test_the_same_plan_is_stored_once_and_an_empty_one_taken_away(scene):
    grading.save_plans(scene.item, 2023, by=None, medium="計画", annual="年度")
    grading.save_plans(scene.item, 2024, by=None, medium="計画", annual="")
    assert ItemPlan.objects.count() == 2
    with pytest.raises(ValidationError, match="前の年度から続く計画は"):
        grading.save_plans(scene.item, 2024, by=None, medium="", annual="")
    grading.save_plans(scene.item, 2024, by=None, medium="変更した計画")
    grading.save_plans(scene.item, 2023, by=None, medium="計画", annual="")
    rows = ItemPlan.objects.values_list("kind", "fiscal_year", "text")
    assert list(rows) == [("medium", 2023, "計画"), ("medium", 2024, "変更した計画")]


def test_plans_are_kept_in_a_closed_year_and_under_an_issued_grade(scene):
    grading.save_plans(scene.item, 2022, by=None, medium="計画", annual="")
    valuing.close(scene.period, 2024, by=None, reason="報告のため")
    for year, texts in ((2024, {"annual": "変更"}), (2022, {"medium": "変更"})):
        with pytest.raises(
            ValidationError, match="令和6年度は締め切られています（理由：報告のため）。"
        ):
            grading.save_plans(scene.item, year, by=None, **texts)
    grading.save_plans(scene.item, 2022, by=None, medium="計画", annual="年度")
    grading.save_plans(scene.item, 2025, by=None, medium="変更")
    scene.write(scene.item, 2025)
    scene.issue(scene.item, 2025)
    with pytest.raises(ValidationError, match="令和7年度の自己評価の評定が確定しています。"):
        grading.save_plans(scene.item, 2025, by=None, medium="計画")
    for change in (ItemPlan.objects.filter(fiscal_year=2025).update, None):
        with pytest.raises(IntegrityError, match=KEPT), transaction.atomic():
            change(text="x") if change else ItemPlan.objects.filter(fiscal_year=2025).delete()


# --- Inputs ---------------------------------------------------------------------------------------
def test_zero_is_an_amount_and_nothing_is_none(scene):
    cells = [InputCell("budget", 2023, Decimal(0)), InputCell("budget", 2024, None)]
    assert grading.record_inputs(scene.item, cells, by=None) == 1
    assert list(ItemInput.objects.values_list("fiscal_year", "amount")) == [(2023, 0)]
    assert grading.record_inputs(scene.item, cells, by=None) == 0
    grading.record_inputs(scene.item, [InputCell("budget", 2023, None)], by=None)
    assert not ItemInput.objects.exists()
    reasons = ItemInput.history.values_list("history_change_reason", flat=True)
    assert sorted(reasons) == ["インプット情報の入力", "インプット情報の消去"]


def test_inputs_are_stored_all_or_none(scene):
    grading.record_inputs(scene.item, [InputCell("budget", 2023, Decimal(1))], by=None)
    stale = [
        InputCell("settlement", 2023, Decimal(5), seen=0),
        InputCell("budget", 2023, Decimal(2), seen=0),
    ]
    with pytest.raises(grading.Stale):
        grading.record_inputs(scene.item, stale, by=None)
    assert list(ItemInput.objects.values_list("kind", "amount")) == [("budget", 1)]


def test_a_year_outside_the_period_is_refused(scene):
    with pytest.raises(
        ValidationError, match="年度は2022から2026までにしてください（2027とあります）。"
    ):
        grading.record_inputs(scene.item, [InputCell("budget", 2027, Decimal(1))], by=None)


def test_inputs_are_kept_in_a_closed_year_and_under_an_issued_grade(scene):
    cells = [InputCell("budget", year, Decimal(1)) for year in (2022, 2023, 2024)]
    grading.record_inputs(scene.item, cells, by=None)
    valuing.close(scene.period, 2022, by=None, reason="報告のため")
    scene.write(scene.item, 2023, side="minister")
    scene.issue(scene.item, 2023, side="minister")
    assert grading.record_inputs(scene.item, cells, by=None) == 0
    for year, words in (
        (2022, "令和4年度は締め切られています"),
        (2023, "令和5年度の主務大臣による評価の評定が確定しています。"),
    ):
        for amount in (None, Decimal(2)):
            with pytest.raises(ValidationError, match=words):
                grading.record_inputs(scene.item, [InputCell("budget", year, amount)], by=None)
        with pytest.raises(IntegrityError, match=KEPT), transaction.atomic():
            ItemInput.objects.filter(fiscal_year=year).update(amount=2)
    assert grading.record_inputs(scene.item, [InputCell("budget", 2024, Decimal(2))], by=None) == 1


def test_a_revision_of_an_amount_is_never_used_twice(scene):
    def put(amount, seen):
        number = None if amount is None else Decimal(amount)
        grading.record_inputs(scene.item, [InputCell("budget", 2024, number, seen)], by=None)

    put(5, 0)
    put(None, 1)
    put(7, 0)
    with pytest.raises(grading.Stale):
        put(9, 1)
    assert list(ItemInput.objects.values_list("amount", "revision")) == [(7, 2)]
