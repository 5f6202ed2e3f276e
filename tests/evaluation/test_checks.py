"""What a text may hold, what is tidied, and what is kept but told."""

import re

import pytest
from django.core.exceptions import ValidationError

from evaluation.checks import check_text, invisible_characters, tidied


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("一行目\r\n二行目\r三行目", "一行目\n二行目\n三行目"),
        ("本文\r\n\r\n  \r\n", "本文"),
        ("\r\n 　\r\n　字下げ", "　字下げ"),
        ("一段\n\n二段", "一段\n\n二段"),
        (" \n", ""),
    ],
)
def test_line_breaks_and_empty_lines_of_a_browser_are_tidied(sent, kept):
    assert tidied(sent) == kept


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("あ" * 20_001, "本文は20,000文字までです（いま20,001文字）。分けて入力してください。"),
        ("研究\u2066開発", "本文の3文字目の文字（U+2066）は文字の並ぶ向きを"),
        ("研究\t開発", "本文の3文字目の文字（U+0009）は制御文字や未定義の文字のため"),
    ],
)
def test_what_cannot_be_kept_is_named_with_its_field_and_place(text, message):
    with pytest.raises(ValidationError, match=re.escape(message)):
        check_text(text, "本文")


def test_the_longest_text_is_kept():
    check_text("あ" * 20_000, "本文")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("研究\u200b開発", ["3文字目：U+200B（ゼロ幅スペース）"]),
        ("\ufeff研究", ["1文字目：U+FEFF（バイト順マーク（BOM））"]),
        (
            "研\u00ad究\u00a0開",
            ["2文字目：U+00AD（ソフトハイフン）", "4文字目：U+00A0（改行しない空白）"],
        ),
        (
            "研\u200c究\u200d",
            ["2文字目：U+200C（ゼロ幅非接合子）", "4文字目：U+200D（ゼロ幅接合子）"],
        ),
        ("あ\ufe00", ["2文字目：U+FE00（VARIATION SELECTOR-1）"]),
        ("\U000e0100", ["1文字目：U+E0100（VARIATION SELECTOR-17）"]),
        ("研\u3164究", ["2文字目：U+3164（HANGUL FILLER）"]),
        ("研\u2003究", ["2文字目：U+2003（EM SPACE）"]),
        ("タグ\U000e0041", ["3文字目：U+E0041（TAG LATIN CAPITAL LETTER A）"]),
        # What is seen, or chooses the form of a character, is not told.
        ("　字下げ AI\n二行目", []),
        ("葛\U000e0100城、神\ufe00、☎\ufe0f", []),
        ("👨\u200d👩", []),
        ("か\u3099", []),
    ],
)
def test_what_cannot_be_seen_is_named(text, named):
    assert invisible_characters(text) == named
