"""Outside texts as passages."""

import pytest

from evaluation.checking.reading import Passage, marked, read_text, words_of


def read(text):
    return [(one.side, one.text, one.marks) for one in read_text(text)]


def test_a_line_is_a_paragraph_without_the_signs_of_its_list():
    text = "- **太字**の項目\n\n◆ 背景\n●　課題\n・指標\n・・・、省略\n【指標】\n○評価軸\n<アセット>\n-- \t---\n"
    lines = [words for _, words, _ in read(text)]
    assert lines == "太字の項目 背景 課題 指標 ・・・、省略 指標 評価軸 アセット".split()


def test_marks_are_kept_with_their_words():
    assert read("推進、<u>共用</u>・<u>高度化</u>を") == [
        ("", "推進、共用・高度化を", ((3, 5), (6, 9)))
    ]
    assert read("○<u>4.4. 題</u>") == [("", "4.4. 題", ((0, 6),))]
    assert read("<u>閉じない") == [("", "閉じない", ((0, 4),))]
    assert read("</u>開かない<u></u>") == [("", "開かない", ())]


def test_a_comparison_table_is_read_column_by_column():
    text = "変更案\t現行\n<p>1. 題</p><p>新しい<u>文</u></p>\t（新設）\n次の行\t同じ行"
    assert read(text) == [
        ("", "変更案", ()),
        ("", "現行", ()),
        ("proposed", "1. 題", ()),
        ("proposed", "新しい文", ((3, 4),)),
        ("proposed", "次の行", ()),
        ("current", "（新設）", ()),
        ("current", "同じ行", ()),
    ]


def test_the_current_text_may_stand_left_and_a_row_may_be_short():
    text = "現行\t改正案（令和8年）\n古い文\t新しい文\n\t\n古い文だけ\t"
    assert [(side, words) for side, words, _ in read(text)[2:]] == [
        ("current", "古い文"),
        ("current", "古い文だけ"),
        ("proposed", "新しい文"),
    ]


def test_a_table_without_titles_is_known_by_its_notes():
    assert [(s, w) for s, w, _ in read("2. 題\t2. （同左）")] == [
        ("proposed", "2. 題"),
        ("current", "2. （同左）"),
    ]


def test_another_table_is_read_row_by_row():
    text = "項目\t評価軸\t評価指標\n1. 題\t・軸の一 ・軸の二\t<ul> 指標の一 指標の二 AI の指標"
    assert [words for _, words, _ in read(text)] == [
        *("項目", "評価軸", "評価指標", "1. 題"),
        *("軸の一", "軸の二", "指標の一", "指標の二 AI の指標"),
    ]


def test_places_are_lines_and_columns():
    found = read_text("一行目\n項目\t評価軸\n1. 題\t軸\n五行目")
    assert [one.where for one in found] == [
        "1行目",
        "2行目・1列",
        "2行目・2列",
        "3行目・1列",
        "3行目・2列",
        "4行目",
    ]


@pytest.mark.parametrize(
    ("one", "other", "joined"),
    [
        ("推進す", "る。", "推進する。"),
        ("AI for", "Science", "AI for Science"),
        ("第3", "条", "第3条"),
    ],
)
def test_broken_lines_are_joined(one, other, joined):
    passage = marked(f"<u>{one}</u>", "").joined(marked(f"<u>{other}</u>", ""))
    assert passage.text == joined
    assert passage.marks == ((0, len(one)), (len(joined) - len(other), len(joined)))


def test_a_stretch_keeps_its_part_of_a_mark():
    assert Passage("新しい文", ((1, 4),)).cut(2, 3) == Passage("い", ((0, 1),))
    assert words_of("「題」と「題」") == "「題」と「題」"
    assert words_of("") == ""
