"""Sheets that quote the text, marks that miss a change, changes without a reason."""

import pytest

from evaluation.checking.findings import Drawn, Programme, Sheet
from evaluation.checking.quoting import quotations
from evaluation.checking.sheets import misquotations, titles, unexplained, unseen_changes
from evaluation.comparison.marking import Marks
from tests.evaluation.checking.builders import AXIS, chapter, item, matter, tree, unit, words

OLD = (chapter(), item("i2", "2"))
NEW = (
    *OLD,
    item("j5", "5", "AI駆動型研究の推進", "i2"),
    unit("b", "国が定める方針の下、研究を推進する。", parent="j5"),
    unit("x", "研究成果が創出されているか。", AXIS, "j5"),
)


def sheet(*lines):
    return {"sheets": (Sheet("全体像1", lines),)}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("2. 5. AI駆動型研究の推進", []),
        ("２．５．AI駆動型研究の推進", []),
        ("2.5.最先端AI研究の推進", [("j5", "全体像1では「2.5.最先端AI研究の推進」です。")]),
        ("2. 6. 別の項目", []),
        ("Ⅲ. 成果の最大化", []),
        ("Ⅲ. 業務の向上", [("c", "全体像1では「Ⅲ. 業務の向上」です。")]),
        ("3つの基本方針", []),
        ("AI科学革新プログラム", []),
        ("AI科学革新のプログラム", [("", "全体像1では「AI科学革新のプログラム」です。")]),
    ],
)
def test_titles_in_sheets(line, told):
    programmes = (Programme("AI科学革新プログラム"),)
    assert words(titles(matter(OLD, NEW, programmes=programmes, **sheet(line)))) == told


def test_a_quotation_in_other_words():
    lines = (
        "2. 5. AI駆動型研究の推進",
        "国が定める方針に基づき、研究を推進する。",
        "○評価軸",
        "・研究成果が創出されているか。",
    )
    message = "全体像1では「国が定める方針に基づき、研究を推進する。」です。"
    assert words(misquotations(matter(OLD, NEW, **sheet(*lines)))) == [("b", message)]


def test_lines_before_a_number_and_unlike_ones_quote_nothing():
    lines = (
        "国が定める方針に基づき、研究を推進する。",
        "2. 5. AI駆動型研究の推進",
        "予算は370億円",
    )
    assert [one.unit and one.unit.id for one in quotations(lines, tree(*NEW))] == [None, "j5", None]


def test_a_line_quotes_each_clause_once_and_keeps_its_bullet():
    lines = ("2. 5. 題", "○評価軸", "・研究成果が創出されたか。", "・研究成果が創出されているか。")
    found = list(quotations(lines, tree(*NEW)))
    assert [(one.expected, one.differs) for one in found[2:]] == [
        ("・研究成果が創出されているか。", True),
        ("・研究成果が創出されているか。", False),
    ]
    assert found[3].unit is None


def drawn(old_marks, new_marks, stale=False):
    return Drawn("b", "共用を進める。", "共有を進める。", Marks(old_marks, new_marks), stale)


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (drawn(((0, 2),), ((0, 2),)), []),
        (drawn((), ()), ["「共用」から「共有」への変更に、下線がありません。"]),
        (drawn((), ((0, 2),)), ["「共用」から「共有」への変更は、片方だけに下線があります。"]),
        (
            drawn((), (), stale=True),
            ["下線を引いた後に本文が変わったため、自動の案に戻っています。"],
        ),
    ],
)
def test_marks_show_every_change(one, told):
    assert words(unseen_changes(matter(OLD, NEW, drawn=(one,)))) == [("b", m) for m in told]


def test_marks_of_what_is_gone_are_not_judged():
    assert words(unseen_changes(matter(OLD, OLD, drawn=(drawn((), ()),)))) == []


def test_every_change_has_a_reason():
    message = "変更の理由が選ばれていません。"
    gone = unit("g", "なくなる段落", parent="i2")
    found = unexplained(matter((*OLD, gone), NEW, unexplained=frozenset({"b", "g"})))
    assert words(found) == [("b", message), ("g", message)]
