"""What fields of the grid come to: saved all or none, never over somebody else's value unseen."""

import copy
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from evaluation import amending, entering, valuing
from evaluation.entering import Told, Typed
from evaluation.models import IndicatorValue
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


class Scene:
    """An indicator with a number, an amount of money and a text to be entered, and who enters them."""

    def __init__(self) -> None:
        self.period = make_period()
        self.item, (self.indicator,) = make_indicators(self.period, "論文数")
        self.count = make_measure(self.indicator, "論文数", direction="higher")
        self.money = make_measure(self.indicator, "収入", unit="百万円", decimals=1)
        self.text = make_measure(self.indicator, "取組", unit="", nature="qualitative")
        self.user = make_user(self.period.agency, "agency")

    def typed(self, words: str, year: int = 2024, seen: int = 0, measure: Any = None) -> Typed:
        return Typed((measure or self.count).pk, year, seen, words)

    def save(self, *fields: Typed, **why: str) -> list[tuple[Told, str]]:
        _, answers = entering.save(self.period, fields, by=self.user, **why)
        return [(answer.told, answer.message) for answer in answers]

    def stored(self) -> dict[tuple[str, int], Any]:
        rows = IndicatorValue.objects.select_related("measure")
        return {
            (row.measure.label, row.fiscal_year): (
                row.text or row.state if row.number is None else row.number.normalize()
            )
            for row in rows
        }


@pytest.fixture(scope="module")
def made(module_rows: None) -> Scene:
    return Scene()


@pytest.fixture
def scene(made: Scene) -> Scene:
    return copy.deepcopy(made)


def test_each_nature_is_saved_with_its_person_and_history(scene):
    told = scene.save(
        scene.typed("１，２３４件"),
        scene.typed("△１億円", measure=scene.money),
        scene.typed("一行目\n二行目", measure=scene.text),
        scene.typed("未集計", 2023),
    )
    assert told == [(Told.NEW, "")] * 4
    assert scene.stored() == {
        ("論文数", 2024): Decimal(1234),
        ("収入", 2024): Decimal(-100),
        ("取組", 2024): "一行目\n二行目",
        ("論文数", 2023): "not_yet",
    }
    row = IndicatorValue.history.get(measure_id=scene.count.pk, fiscal_year=2024)
    assert (row.history_user, row.history_change_reason) == (scene.user, "値の入力")


def test_zero_is_a_value_and_an_empty_field_takes_one_away(scene):
    assert scene.save(scene.typed("0")) == [(Told.NEW, "")]
    assert scene.stored() == {("論文数", 2024): Decimal(0)}
    assert scene.save(scene.typed("0", seen=1)) == [(Told.UNCHANGED, "")]
    assert scene.save(scene.typed("", seen=1)) == [(Told.CLEARED, "")]
    assert scene.stored() == {}
    assert scene.save(scene.typed("")) == [(Told.UNCHANGED, "")]


def test_one_that_cannot_be_read_keeps_all_from_being_saved(scene):
    error = "「約」は付けられません。「1,234件」のように入力してください。"
    assert scene.save(scene.typed("1"), scene.typed("約2", 2023)) == [
        (Told.NEW, ""),
        (Told.ERROR, error),
    ]
    assert scene.stored() == {}


def test_a_measure_of_another_period_is_none(scene):
    _, (indicator,) = make_indicators(make_period())
    told = scene.save(scene.typed("1", measure=make_measure(indicator)))
    assert told == [
        (Told.ERROR, "測定項目が、この中長期目標にありません。ページを開き直してください。")
    ]


def test_who_was_faster_is_not_overwritten(scene):
    make_value(scene.count, 2024, 10)
    words = "ほかの人が先に値を変更しました。いまの値を確かめてからやり直してください。"
    assert scene.save(scene.typed("12"), scene.typed("1", 2023)) == [
        (Told.CONFLICT, words),
        (Told.NEW, ""),
    ]
    assert scene.stored() == {("論文数", 2024): Decimal(10)}
    assert scene.save(scene.typed("12", seen=1)) == [(Told.CHANGED, "")]
    valuing.clear(scene.count, 2024, by=None)
    assert scene.save(scene.typed("13", seen=2)) == [(Told.CONFLICT, words)]
    assert scene.stored() == {}


def test_what_was_only_seen_and_not_edited_is_left_as_somebody_made_it(scene):
    make_value(scene.count, 2024, 10)
    make_value(scene.count, 2024, 11)  # while a form with 10 was open
    make_value(scene.count, 2023, 5)  # while a form with nothing was open
    fields = scene.typed("10", seen=1), scene.typed("", 2023), scene.typed("7", 2022)
    assert scene.save(*fields) == [(Told.UNCHANGED, ""), (Told.UNCHANGED, ""), (Told.NEW, "")]
    assert scene.stored() == {
        ("論文数", 2024): Decimal(11),
        ("論文数", 2023): Decimal(5),
        ("論文数", 2022): Decimal(7),
    }


def test_the_same_value_from_two_people_is_no_conflict(scene):
    make_value(scene.count, 2024, 10)
    assert scene.save(scene.typed("10")) == [(Told.UNCHANGED, "")]


def test_a_closed_year_says_why_and_lets_in_who_is_admitted(scene):
    valuing.close(scene.period, 2024, by=None, reason="評価の時点")
    closed = (
        "令和6年度は締め切られています（理由：評価の時点）。"
        "直すには、評価者に許可を求めてください。"
    )
    assert scene.save(scene.typed("1")) == [(Told.ERROR, closed)]
    until = timezone.now() + dt.timedelta(days=1)
    valuing.admit(scene.count, 2024, user=scene.user, until=until, reason="誤り", by=None)
    assert [told for told, _ in scene.save(scene.typed("1"))] == [Told.WHY]
    why = {"why_code": "late", "why": "集計が遅れたため"}
    assert scene.save(scene.typed("1"), **why) == [(Told.NEW, "")]


def test_a_field_is_compared_once_and_then_written(scene, django_assert_num_queries):
    with django_assert_num_queries(26):
        scene.save(scene.typed("1"))


def test_what_was_handed_in_waits(scene):
    valuing.submit(scene.item, 2024, by=None)
    words = "確認待ちのため、変更できません。直すには、評価者に差戻しを求めてください。"
    assert scene.save(scene.typed("1")) == [(Told.ERROR, words)]
    assert scene.save(scene.typed("1", 2023)) == [(Told.NEW, "")]


def test_after_confirmation_a_coded_reason_and_words_are_asked_for(scene):
    make_value(scene.count, 2024, 10, stage="final")
    changed = scene.typed("12", seen=1)
    codes = "入力の誤り・元の資料の訂正・数え方・定義の変更・集計の遅れ・その他"
    words = f"確定または締切の後に直すときは、理由の種類（{codes}）を選び、説明を入力してください。"
    assert scene.save(changed) == [(Told.WHY, words)]
    assert scene.save(changed, why_code="mistake", why=" ") == [(Told.WHY, words)]
    assert scene.save(changed, why_code="mistake", why="転記の誤り") == [(Told.CHANGED, "")]
    row = IndicatorValue.objects.get()
    assert (row.number, row.stage, row.why) == (Decimal(12), "corrected", "転記の誤り")


def test_before_its_first_year_an_indicator_takes_no_value(scene):
    draft = make_draft(scene.period)
    options = {"parent": scene.item, "text": "採択数", "by": None}
    indicator = amending.insert(draft, "monitoring_indicator", **options)
    decide(draft, effective_on=dt.date(2025, 4, 1))
    measure = make_measure(indicator, "採択数")
    assert scene.save(scene.typed("1", 2024, measure=measure)) == [
        (Told.ERROR, "この指標は令和7年度からのため、入力できません。")
    ]
    assert scene.save(scene.typed("1", 2025, measure=measure)) == [(Told.NEW, "")]


def test_a_ratio_is_never_entered(scene):
    parts = {"numerator": scene.count, "denominator": scene.money}
    measure = make_measure(scene.indicator, "割合", unit="%", nature="ratio", **parts)
    told = scene.save(scene.typed("1", measure=measure))
    assert told == [(Told.ERROR, "割合は分子と分母から計算されるため、入力できません。")]


def test_warnings_ask_back_and_block_nothing(scene):
    valuing.set_target(
        scene.count,
        by=None,
        first_fiscal_year=2022,
        last_fiscal_year=2026,
        number=Decimal(100),
        reason="計画",
    )
    for year in (2022, 2023, 2024):
        make_value(scene.count, year, 100)
    field = scene.typed("10", 2025)
    expected = (
        "前年度（100）から△90.0%と、大きく変わっています。",
        "ほかの年度の値（中央値100）から大きく離れています。桁と単位を確かめてください。",
        "達成目標（100）に届いていません（達成率10.0%）。",
    )
    for work in (entering.compare, entering.save):
        _, (answer,) = work(scene.period, [field], by=scene.user)
        assert (answer.told, answer.warnings) == (Told.NEW, expected)
    assert ("論文数", 2025) in scene.stored()


def test_each_is_warned_of_beside_what_is_sent_with_it(scene):
    fields = [scene.typed("100", 2023), scene.typed("10", 2024)]
    _, answers = entering.compare(scene.period, fields, by=scene.user)
    jump = "前年度（100）から△90.0%と、大きく変わっています。"
    assert [answer.warnings for answer in answers] == [(), (jump,)]
    assert scene.stored() == {}
