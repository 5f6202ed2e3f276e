"""One value, one yearly text: entered, cleared, confirmed, corrected, with history."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from evaluation import amending, valuing
from evaluation.models import IndicatorValue, YearlyResult
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
WHY = {"why_code": "mistake", "why": "転記の誤り"}
EXPECTED = (
    "確定または締切の後に直すときは、理由の種類（入力の誤り・元の資料の訂正・"
    "数え方・定義の変更・集計の遅れ・その他）を選び、説明を入力してください。"
)


@pytest.fixture
def measure():
    _, (indicator,) = make_indicators(make_period())
    return make_measure(indicator)


@pytest.fixture
def evaluation_indicator():
    _, (indicator,) = make_indicators(make_period(), "成果の創出", kind="evaluation_indicator")
    return indicator


def rows(model=IndicatorValue):
    history = model.history.order_by("history_id")
    return [(row.history_type, row.revision, row.history_change_reason) for row in history]


def message(error):
    return " ".join(error.value.messages)


def test_zero_is_a_value_and_the_same_again_changes_nothing(measure):
    user = make_user()
    value = valuing.record(measure, 2024, by=user, number=Decimal(0))
    assert (value.number, value.state, value.stage, value.revision) == (0, "", "preliminary", 1)
    assert (value.entered_by, value.history.get().actor_name) == (user, f"試験 太郎（{user}）")
    assert valuing.record(measure, 2024, by=user, number=Decimal("0.0")).revision == 1
    assert rows() == [("+", 1, "値の入力")]


def test_every_value_that_ever_stood_is_in_the_history(measure):
    make_value(measure, number=10)
    make_value(measure, number=12, note="再集計")
    valuing.record(measure, 2024, by=None, state="not_yet")
    history = IndicatorValue.history.order_by("history_id")
    assert [(row.number, row.state, row.note) for row in history] == [
        (10, "", ""),
        (12, "", "再集計"),
        (None, "not_yet", "再集計"),
    ]


def test_a_cleared_value_never_comes_back_under_an_old_revision(measure):
    make_value(measure, number=1)
    make_value(measure, number=2)
    valuing.clear(measure, 2024, by=None, seen=2)
    assert not measure.values.exists()
    assert make_value(measure, number=3, seen=0).revision == 3
    with pytest.raises(valuing.Stale):
        make_value(measure, number=4, seen=2)


@pytest.mark.parametrize("seen", [0, 2])
def test_who_saw_something_else_overwrites_nothing(measure, seen):
    make_value(measure, number=10)
    with pytest.raises(valuing.Stale) as stale:
        make_value(measure, number=11, seen=seen)
    assert (stale.value.current.number, stale.value.seen) == (10, "1")
    assert measure.values.get().number == 10


def test_who_enters_what_stands_already_is_not_held_up(measure):
    make_value(measure, number=10)
    assert make_value(measure, number=10, seen=0).revision == 1


@pytest.mark.parametrize(
    ("fields", "year", "options", "words"),
    [
        (
            {},
            2024,
            {"number": Decimal("1.5")},
            "論文数（令和6年度）：整数で入力してください（例：1,234件）。",
        ),
        (
            {},
            2024,
            {"number": Decimal(10) ** 18},
            "論文数（令和6年度）：数が大きすぎます。整数の部分は18桁までです。",
        ),
        ({}, 2024, {"text": "多い"}, "論文数（令和6年度）：数を入力してください（例：1,234件）。"),
        (
            {},
            2024,
            {"number": Decimal(1), "state": "not_yet"},
            "論文数（令和6年度）：数・文・値のない理由の、どれか一つだけを入力してください。",
        ),
        (
            {},
            2024,
            {"state": "x"},
            "論文数（令和6年度）：値のない理由は、該当なし・未集計・非公表のどれかにしてください。",
        ),
        (
            {},
            2021,
            {"number": Decimal(1)},
            "論文数（令和3年度）：年度は2022から2026までにしてください。",
        ),
        (
            {},
            2024,
            {},
            "値を入力してください。値がないときは、該当なし・未集計・非公表のどれかです。",
        ),
        (
            {},
            2024,
            {"number": Decimal(1), "stage": "corrected"},
            "論文数（令和6年度）：段階は、速報か確定にしてください。",
        ),
        (
            {"nature": "qualitative", "unit": ""},
            2024,
            {"number": Decimal(1)},
            "論文数（令和6年度）：文で入力してください。",
        ),
        (
            {"nature": "qualitative", "unit": ""},
            2024,
            {"text": "a\u202eb"},
            (
                "論文数（令和6年度）：文の2文字目の文字（U+202E）は"
                "文字の並ぶ向きを変える文字のため、使えません。削除してください。"
            ),
        ),
    ],
)
def test_what_is_no_value_is_refused_with_place_and_form(measure, fields, year, options, words):
    if fields:
        measure = valuing.change_measure(measure, by=None, **fields)
    with pytest.raises(ValidationError) as error:
        valuing.record(measure, year, by=None, **options)
    assert message(error) == words
    assert rows() == []


def test_a_value_is_of_years_in_which_its_indicator_was_there():
    period = make_period()
    item, (gone, _) = make_indicators(period, "特許数", "論文数")
    draft = make_draft(period)
    amending.repeal(draft, gone, by=None)
    new, told = (
        amending.insert(draft, f"{kind}_indicator", parent=item, text="人数", by=None)
        for kind in ("monitoring", "evaluation")
    )
    decide(draft, dt.date(2025, 4, 1))
    old, late = make_measure(gone, "特許数"), make_measure(new, "人数")
    for measure, year, words in (
        (late, 2024, "人数（令和6年度）：この指標は令和7年度からのため、入力できません。"),
        (old, 2025, "特許数（令和7年度）：この指標は、この年度にはないため、入力できません。"),
    ):
        with pytest.raises(ValidationError) as error:
            make_value(measure, year)
        assert message(error) == words
    make_value(late, 2025)
    make_value(old, 2024)
    with pytest.raises(ValidationError) as error:
        valuing.record_result(told, 2024, "実施した。", by=None)
    assert message(error) == "この指標は令和7年度からのため、入力できません。"
    assert valuing.record_result(told, 2025, "実施した。", by=None).revision == 1


def test_a_value_of_a_year_without_its_indicator_can_be_taken_away(measure):
    make_value(measure, 2026)
    draft = make_draft(measure.indicator.period)
    amending.repeal(draft, measure.indicator, by=None)
    decide(draft, dt.date(2026, 4, 1))
    valuing.clear(measure, 2026, by=None)
    assert not measure.values.exists()


def test_a_ratio_is_never_entered(measure):
    whole = make_measure(measure.indicator, "全論文数")
    ratio = make_measure(
        measure.indicator, "割合", nature="ratio", unit="%", numerator=measure, denominator=whole
    )
    with pytest.raises(
        ValidationError, match="割合は分子と分母から計算されるため、入力できません。"
    ):
        make_value(ratio)


# --- Confirmed and corrected ----------------------------------------------------------------------
def test_a_confirmed_value_is_corrected_only_with_a_coded_reason_and_words(measure):
    value = valuing.confirm(make_value(measure), by=None)
    assert (value.stage, value.revision) == ("final", 2)
    for options in ({}, {"why_code": "mistake"}, {"why": "x"}, {"why_code": "x", "why": "x"}):
        with pytest.raises(ValidationError) as error:
            make_value(measure, number=11, **options)
        assert message(error) == f"論文数（令和6年度）：{EXPECTED}"
    value = valuing.correct(measure, 2024, by=None, number=Decimal(11), **WHY)
    assert (value.number, value.stage, value.why_code, value.why) == (
        11,
        "corrected",
        *WHY.values(),
    )
    assert rows() == [
        ("+", 1, "値の入力"),
        ("~", 2, "値の確定"),
        ("~", 3, "値の訂正：入力の誤り：転記の誤り"),
    ]


def test_a_correction_without_a_reason_is_refused_at_once(measure):
    with pytest.raises(ValidationError) as error:
        valuing.correct(measure, 2024, by=None, number=Decimal(11))
    assert message(error) == EXPECTED


def test_a_confirmed_value_is_never_cleared(measure):
    valuing.confirm(make_value(measure), by=None)
    with pytest.raises(ValidationError, match="確定した値は消せません。"):
        valuing.clear(measure, 2024, by=None, **WHY)


def test_what_is_not_counted_yet_cannot_be_confirmed(measure):
    value = valuing.record(measure, 2024, by=None, state="not_yet")
    with pytest.raises(ValidationError, match="未集計の値は確定できません。"):
        valuing.confirm(value, by=None)


# --- Yearly texts ---------------------------------------------------------------------------------
def test_a_yearly_text_goes_the_same_way(evaluation_indicator):
    row = valuing.record_result(evaluation_indicator, 2024, "実施した。", by=None, seen=0)
    assert (row.text, row.stage, row.revision) == ("実施した。", "preliminary", 1)
    assert valuing.record_result(evaluation_indicator, 2024, "実施した。", by=None).revision == 1
    with pytest.raises(valuing.Stale):
        valuing.record_result(evaluation_indicator, 2024, "拡げた。", by=None, seen=0)
    valuing.record_result(evaluation_indicator, 2024, "拡げた。", by=None, stage="final", seen=1)
    with pytest.raises(ValidationError) as error:
        valuing.record_result(evaluation_indicator, 2024, "縮めた。", by=None)
    assert message(error) == EXPECTED
    row = valuing.record_result(evaluation_indicator, 2024, "縮めた。", by=None, **WHY)
    assert (row.stage, row.revision) == ("corrected", 3)
    with pytest.raises(ValidationError, match="確定した実績は消せません。"):
        valuing.clear_result(evaluation_indicator, 2024, by=None, **WHY)
    assert rows(YearlyResult) == [
        ("+", 1, "実績の入力"),
        ("~", 2, "実績の入力"),
        ("~", 3, "実績の入力：入力の誤り：転記の誤り"),
    ]


def test_a_preliminary_yearly_text_can_be_cleared(evaluation_indicator):
    valuing.record_result(evaluation_indicator, 2024, "実施した。", by=None)
    valuing.clear_result(evaluation_indicator, 2024, by=None, seen=1)
    valuing.clear_result(evaluation_indicator, 2024, by=None, seen=0)
    row = valuing.record_result(evaluation_indicator, 2024, "再開した。", by=None)
    assert row.revision == 2


def test_a_yearly_text_is_of_an_evaluation_indicator_and_says_something(
    measure, evaluation_indicator
):
    with pytest.raises(ValidationError, match="実績の文は、評価指標にだけ入力できます。"):
        valuing.record_result(measure.indicator, 2024, "文", by=None)
    with pytest.raises(ValidationError) as error:
        valuing.record_result(evaluation_indicator, 2024, "", by=None)
    assert message(error) == "実績を入力してください。"
    with pytest.raises(ValidationError) as error:
        valuing.record_result(evaluation_indicator, 2027, "文", by=None)
    assert message(error) == "年度は2022から2026までにしてください（2027とあります）。"
