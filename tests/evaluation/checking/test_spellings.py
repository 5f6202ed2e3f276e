"""Width, space, roman numerals, and the form of a citation."""

import pytest

from evaluation.checking.findings import Programme
from evaluation.checking.spellings import citations, variants
from tests.evaluation.checking.builders import chapter, item, matter, unit, words

OLD = (chapter(), item("i1", "1"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("技術(AI)の開発", ["半角の括弧があります：「術(」"]),
        ("令和７年度", ["全角の英数字があります：「７」"]),
        ("ﾃﾞｰﾀを使う", ["半角のカタカナがあります：「ﾃﾞｰﾀ」"]),
        ("調査，分析", ["「，」「．」があります：「，」"]),
        ("AI 駆動型研究", ["和文と英数字の間の空白があります：「AI 駆動型研究」"]),
        ("推進する。 また", ["余分な空白があります：「推進する。 また」"]),
        ("推進する。　", ["余分な空白があります：「　」"]),
        ("VI章による", ["英字によるローマ数字があります：「VI」"]),
        ("　AI for Scienceによる研究（GX）を、Ⅵに従い、2.5のとおり推進する。", []),
    ],
)
def test_what_is_written_otherwise_than_usual(text, told):
    found = words(variants(matter(OLD, (*OLD, unit("n", text)))))
    assert found == [("n", message) for message in told]


def test_the_number_of_a_chapter_counts_too():
    new = unit("d", "その他", OLD[0].kind, None, "VI")
    found = variants(matter(OLD, (*OLD, new)))
    assert words(found) == [("d", "英字によるローマ数字があります：「VI」")]


def test_a_change_of_nothing_but_width_is_told():
    old = (*OLD, unit("b", "技術（AI）"))
    found = words(variants(matter(old, (*OLD, unit("b", "技術(AI)")))))
    assert found == [
        ("b", "半角の括弧があります：「術(」"),
        ("b", "現行との違いは、全角・半角のみの差です。"),
    ]


def test_what_the_amendment_leaves_alone_is_not_told():
    old = (*OLD, unit("b", "技術(AI)"))
    assert words(variants(matter(old, old))) == []


ACT = "活性化に関する法律"
OTHER_NUMBER = "法律番号が「平成20年法律第36号」です。ほかでは「平成20年法律第63号」とあります。"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{ACT}（平成20年法律第63号）第27条の2第1項", []),
        (
            f"{ACT}（平成二十年法律第63号）",
            ["法律番号「平成二十年法律第63号」は、「平成20年法律第63号」のように書きます。"],
        ),
        (
            f"{ACT}（平成20年法律第36号）",
            [f"「{ACT}」の{OTHER_NUMBER}"],
        ),
        ("同法27条の2に基づき", ["「27条の2」に「第」がありません。"]),
        ("3条件の下で", []),
        ("第二十七条に基づき", ["「第二十七条」は漢数字です。ほかでは算用数字で引いています。"]),
        (
            "「取組について」（2024年3月29日関係府省申合せ）",
            ["引用した文書の日付「2024年3月29日」が西暦です。元号で書きます。"],
        ),
        ("「取組について」（令和6年3月29日関係府省申合せ）", []),
    ],
)
def test_how_laws_and_papers_are_cited(text, told):
    basis = Programme("事業", (), "基金", f"{ACT}（平成20年法律第63号）第27条の2第1項")
    new = (*OLD, unit("a", "第4条に定める。"), unit("n", text))
    found = words(
        citations(matter((*OLD, new[2]), new, programmes=(basis,), papers=(("件名", "第4条"),)))
    )
    assert found == [("n", message) for message in told]


def test_kanji_alone_are_one_way_of_citing():
    new = (*OLD, unit("n", "第二十七条に基づき"))
    assert words(citations(matter(OLD, new))) == []
