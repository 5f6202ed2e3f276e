import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.comparison.notices import invisible_difference
from evaluation.comparison.text import fold


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("第１項", "第1項", "全角・半角のみの差"),
        ("（新設）", "(新設)", "全角・半角のみの差"),
        ("ｶﾞｲﾄﾞ", "ガイド", "全角・半角のみの差"),
        ("￥100", "\\100", "全角・半角のみの差"),
        ("第 27 条", "第27条", "空白・改行のみの差"),
        ("研究\n開発", "研究開発", "空白・改行のみの差"),
        ("第 １ 項", "第1項", "全角・半角、空白・改行のみの差"),
        ("葛\U000e0100城", "葛城", "異体字の指定のみの差"),
        ("研\u200b究", "研究", "目に見えない文字のみの差"),
        ("研究\r\n", "研究", "目に見えない文字、空白・改行のみの差"),
        ("⼈材", "人材", "字形の近い漢字（互換漢字・部首）のみの差"),
        ("\ufa19社", "神社", "字形の近い漢字（互換漢字・部首）のみの差"),
        ("か\u3099", "が", "濁点・アクセントの合成のみの差"),
        ("2024〜", "2024~", "形の似た記号のみの差"),
        ("−5", "-5", "形の似た記号のみの差"),
        ("研究", "研究", ""),
        ("研究", "開発", ""),
        ("国", "國", ""),
    ],
)
def test_the_difference_in_words(old: str, new: str, expected: str) -> None:
    assert invisible_difference(old, new) == expected
    assert invisible_difference(new, old) == expected


@given(st.text(max_size=8), st.text(max_size=8))
def test_every_invisible_difference_has_words(old: str, new: str) -> None:
    invisible = old != new and fold(old).text == fold(new).text
    assert bool(invisible_difference(old, new)) == invisible


def test_what_has_no_name_of_its_own() -> None:
    """A 〜 that is wide in one text and another code point in the other: each step alone suffices."""
    assert invisible_difference("～", "〜") in (
        "全角・半角、形の似た記号のみの差",
        "文字の表し方のみの差",
    )
