"""What a search takes for the same, and where in a text it stands."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jst_objectives.folding import KATAKANA, SIGNS, VARIANTS, fold, places, words_of

# What official texts hold, and what folds in odd ways.
CHARACTERS = st.one_of(
    st.sampled_from(
        "研究國国学學髙ガがｶﾞパﾊﾟぁヶｹＡaA１1①㈱㎡ﬀßİ´　 \n\t・〜~ー―-\u3099\u309a\u0301\ufe00\u200b𠮷"
    ),
    st.characters(exclude_categories=["Cs"]),
)
TEXTS = st.text(CHARACTERS, max_size=30)


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("研究セキュリティ", "研究せきゅりてぃ"),
        ("データ", "ﾃﾞｰﾀ"),
        ("ガス", "か\u3099す"),
        ("ＡＩ駆動型", "ai駆動型"),
        ("GX", "ｇｘ"),
        ("１００億円", "100億円"),
        ("國立學會", "国立学会"),
        ("髙﨑", "高崎"),
        ("一ヶ月", "一ケ月"),
        ("㈱", "(株)"),
        ("①", "1"),
        ("第 ５　期", "第5期"),
        ("２０２１–２２", "2021-22"),
        ("葛\U000e0100城", "葛城"),
        ("ヴィジョン", "ゔぃじょん"),
    ],
)
def test_written_so_or_so_it_is_the_same(written, typed):
    assert fold(written) == fold(typed)


@pytest.mark.parametrize(("one", "other"), [("ー", "-"), ("ハ", "バ"), ("土", "士"), ("っ", "つ")])
def test_what_stays_different(one, other):
    assert fold(one) != fold(other)


def test_the_variants_lead_to_forms_that_are_none():
    pairs = VARIANTS.split()
    assert {len(pair) for pair in pairs} == {2}
    old, new = zip(*pairs, strict=True)
    assert (len(set(old)), set(old) & set(new)) == (len(old), set())
    assert [fold(char) for char in old] == list(new)
    assert set(SIGNS) & set(map(chr, KATAKANA)) == set()


@given(TEXTS)
def test_folding_again_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(TEXTS, TEXTS)
def test_the_folded_text_holds_the_folded_part(before, after):
    """Unless the part begins with what joins the character before it."""
    if (
        after
        and fold("a" + after[0]) == "a" + fold(after[0])
        and not unicodedata.combining(after[0])
    ):
        assert fold(before + after) == fold(before) + fold(after)


@given(TEXTS)
def test_folded_texts_have_no_white_space(text):
    assert [char for char in fold(text) if char.isspace()] == []


@given(
    st.text(st.sampled_from("研究国國ガがｶﾞ ａA1"), max_size=20),
    st.integers(0, 20),
    st.integers(1, 4),
)
def test_every_place_says_the_word(text, start, length):
    word = fold(text)[start : start + length]
    found = places(text, [word] if word else [])
    assert bool(found) == bool(word)
    for first, last in found:
        assert word in fold(text[first:last])


def test_places_are_those_of_the_text_as_it_is_written():
    assert places("ﾃﾞｰﾀの デ ー タ", ["でーた"]) == [(0, 4), (6, 11)]
    assert places("国際國際", ["国際"]) == [(0, 4)]
    assert places("ああああ", ["ああ"]) == [(0, 4)]
    assert places("㈱", ["株"]) == [(0, 1)]
    assert places("研究と開発", ["開発", "研究"]) == [(0, 2), (3, 5)]
    assert places("", ["研究"]) == []


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("研究　開発", ["研究", "開発"]),
        (" ＡＩ ai\tAI ", ["ai"]),
        ("", []),
        ("　\u200b ", []),
    ],
)
def test_words(typed, words):
    assert words_of(typed) == words
