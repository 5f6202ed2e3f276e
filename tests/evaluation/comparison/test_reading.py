import pytest

from evaluation.comparison.reading import FORMS, Paragraph, paragraphs


@pytest.mark.parametrize(
    ("line", "number", "text"),
    [
        ("第3条の2　何人も", "第3条の2", "何人も"),
        ("第三条の二（定義）", "第三条の二", "（定義）"),
        ("第１章 総則", "第１章", "総則"),
        ("Ⅲ．研究", "Ⅲ．", "研究"),
        ("Ⅲ 研究", "Ⅲ", "研究"),
        ("IV. 研究", "IV.", "研究"),
        ("2. 4. 研究", "2. 4.", "研究"),
        ("２．５．研究", "２．５．", "研究"),
        ("2.4 研究", "2.4", "研究"),
        ("1－2　研究", "1－2", "研究"),
        ("３　前項", "３", "前項"),
        ("(1) 研究", "(1)", "研究"),
        ("（ア）研究", "（ア）", "研究"),
        ("（十二）研究", "（十二）", "研究"),
        ("①研究", "①", "研究"),
        ("ア 研究", "ア", "研究"),
        ("イ．研究", "イ．", "研究"),
        ("a. 研究", "a.", "研究"),
        ("一　目的", "一", "目的"),
        ("・研究", "・", "研究"),
        ("○ 項目", "○", "項目"),
    ],
)
def test_a_number_is_split_off(line: str, number: str, text: str) -> None:
    assert paragraphs(line) == (Paragraph(number, text),)


@pytest.mark.parametrize(
    "line",
    [
        "第３条の規定により、申請した者",
        "第１回の会議において",
        "2025年度に開始する",
        "2.5倍に増やす",
        "10 億円を上限とする",
        "３つの柱",
        "イノベーションの創出",
        "ア行の索引",
        "IoT. 技術",
        "一部の大学",
        "・・・、研究を行う",
        "第3条",
        "（目的）",
        "平成20年法律第63号",
        "２",
    ],
)
def test_what_begins_a_sentence_is_no_number(line: str) -> None:
    assert paragraphs(line) == (Paragraph("", line),)


def test_each_form_has_an_example_that_it_reads() -> None:
    assert [paragraphs(f"{form}　研究")[0].text for form in FORMS] == ["研究"] * len(FORMS)


def test_blank_lines_and_white_space_around_lines_go() -> None:
    text = "\ufeff　研究\r\n\r\n \t\n  (1) 開発  \n"
    assert paragraphs(text) == (Paragraph("", "研究"), Paragraph("(1)", "開発"))
    assert paragraphs("") == ()
