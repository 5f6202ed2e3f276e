"""What an item must have, and what only one item may have."""

import pytest

from evaluation.checking.findings import Programme
from evaluation.checking.lists import fund_bases, missing_lists, repeated_indicators
from tests.evaluation.checking.builders import (
    AXIS,
    INDICATOR,
    MONITORING,
    chapter,
    item,
    listed,
    matter,
    unit,
    words,
)

LAW = "科学技術・イノベーション創出の活性化に関する法律（平成20年法律第63号）第27条の2第1項"
OLD = (chapter(), item("i1", "1"), *listed("i1"), item("i2", "2"), *listed("i2"))


@pytest.mark.parametrize(
    ("kind", "name"), [(AXIS, "評価軸"), (INDICATOR, "評価指標"), (MONITORING, "")]
)
def test_an_axis_or_evaluation_indicator_stands_under_one_item(kind, name):
    new = unit("n", f"i1の{kind}", kind, "i2")
    told = [("n", f"同じ{name}が「1. 項目1の推進」にもあります。")] if name else []
    assert words(repeated_indicators(matter(OLD, (*OLD, new)))) == told


def test_a_double_within_one_item_counts_too():
    twice = (unit("n1", "軸", AXIS, "i2"), unit("n2", "軸", AXIS, "i2"))
    told = [("n1", "同じ評価軸が「2. 項目2の推進」にもあります。")]
    assert words(repeated_indicators(matter(OLD, (*OLD, *twice)))) == told


def test_a_double_that_the_amendment_leaves_alone_is_not_told():
    old = (*OLD, unit("n", f"i1の{AXIS}", AXIS, "i2"))
    assert words(repeated_indicators(matter(old, (*old, unit("b", "本文"))))) == []


def test_a_leaf_of_the_main_chapter_has_its_lists():
    new = (*OLD, item("i3", "3"), unit("n", "軸", AXIS, "i3"))
    told = [("i3", "評価指標・モニタリング指標がありません。")]
    assert words(missing_lists(matter(OLD, new))) == told


def test_items_with_items_and_other_chapters_need_none():
    new = (*OLD, item("i3", "3"), item("j", "1", parent="i3"), *listed("j"))
    assert words(missing_lists(matter(OLD, new))) == []
    other = (chapter("Ⅵ"), item("i1", "1"))
    assert words(missing_lists(matter(other, other))) == []


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (f"{LAW}に基づき、推進する。", []),
        (
            "科学技術・イノベーション創出の活性化に関する法律（平成 20 年法律第 63 号） 第 27 条の2 第1項に基づき、",
            [],
        ),
        ("推進する。", [("i1", f"「創発基金」の根拠規定（{LAW}）が、本文にありません。")]),
    ],
)
def test_an_item_of_a_fund_cites_its_basis(body, told):
    text = (*OLD, unit("b", body))
    carried = (Programme("事業", ("i1", "gone"), "創発基金", LAW), Programme("他", ("i2",)))
    assert words(fund_bases(matter(text, text, programmes=carried))) == told


def test_a_fund_without_a_registered_basis_is_told():
    carried = (Programme("事業", ("i1",), "創発基金", ""),)
    told = [("i1", "「創発基金」の根拠規定が、登録されていません。")]
    assert words(fund_bases(matter(OLD, OLD, programmes=carried))) == told
