"""Near-identical terms, 中期 for 中長期, unexplained short names."""

import pytest

from evaluation.checking.findings import Sheet
from evaluation.checking.terms import medium_terms, near_terms, short_names
from tests.evaluation.checking.builders import chapter, item, matter, unit, words

OLD = (chapter(), item("i1", "1"), item("i2", "2"))


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("設備の整備・共用・高度化を進める。", "機器の整備・共有・高度化", [("n", "共有", "共用")]),
        ("設備の整備・共用・高度化を進める。", "機器の整備・共用・高度化", []),
        ("設備の整備・共用・高度化を進める。", "機器の整備・開発・高度化", []),
        ("設備の整備・共用・高度化を進める。", "情報の提供と共有を進める。", []),
        ("プログラムマネージャーの育成", "プログラスマネージャーの数", None),
    ],
)
def test_terms_of_one_context_that_differ_by_a_character(one, other, told):
    text = (*OLD, unit("a", one), unit("m", one, parent="i2"), unit("n", other))
    found = words(near_terms(matter((*OLD, *text[3:5]), text)))
    if told is None:
        told = [("n", "プログラスマネージャー", "プログラムマネージャー")]
    place = f"1. 項目1の推進の本文「{one}」"
    assert found == [(u, f"「{a}」と、よく似た「{b}」があります（{place}）。") for u, a, b in told]


def test_terms_outside_of_the_amendment_are_not_told():
    text = (*OLD, unit("a", "整備・共用・高度化を"), unit("b", "整備・共有・高度化を"))
    assert words(near_terms(matter(text, text))) == []


def test_the_amendment_is_told_also_where_its_term_is_the_more_frequent():
    old = (*OLD, unit("a", "整備・共用・高度化を"))
    new = [unit(f"n{n}", "整備・共有・高度化を") for n in range(2)]
    place = "1. 項目1の推進の本文「整備・共用・高度化を」"
    told = [("n0", f"「共有」と、よく似た「共用」があります（{place}）。")]
    assert words(near_terms(matter(old, (*old, *new)))) == told


def test_the_medium_term_is_another_agencys():
    text = (*OLD, unit("n", "中長期目標を変え、中期計画も変える。中期計画。"))
    sheets = (Sheet("全体像1", ("第5中期目標",)),)
    assert words(medium_terms(matter(OLD, text, sheets=sheets))) == [
        ("n", "「中期計画」とあります。国立研究開発法人では「中長期計画」です。"),
        ("", "「中期目標」とあります。国立研究開発法人では「中長期目標」です。"),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("URAを置く。", ["URA"]),
        ("専門人材（URA）を置く。URAは", []),
        ("専門人材（以下「URA」という。）を置く。", []),
        ("AIとIoTを用いる。", []),
        ("GXを進める。", []),  # the text in force explains it
        ("国研の強化", ["国研"]),  # only a paper explains it
        ("機構の目的", []),  # the agency's law explains it
    ],
)
def test_a_short_name_is_explained(text, told):
    old = (*OLD, unit("a", "グリーントランスフォーメーション（GX）に資する研究"))
    papers = (("理由", "国立研究開発法人（以下、「国研」という。）の機能を"),)
    found = short_names(
        matter(old, (*old, unit("n", text)), papers=papers, sources=("（以下「機構」という。）",))
    )
    assert words(found) == [("n", f"略称「{name}」の説明が、本文にありません。") for name in told]
