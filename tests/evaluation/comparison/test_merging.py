"""Three-way merging: what merges by itself, what a person decides, and that nothing is lost."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.comparison.merging import Merge, Origin, Part, Passage, merge
from tests.evaluation.comparison.edits import pair, sentences
from tests.evaluation.comparison.strategies import versions

O = Origin  # noqa: E741 - short in the tables below
BASE = "研究開発を推進する。また、成果を公表し、人材を育成する。"


def told(merged: Merge) -> list[tuple[Origin, str | None]]:
    return [(passage.origin, passage.text) for passage in merged.passages]


# --- One paragraph --------------------------------------------------------------------------------
def test_words_changed_apart_from_each_other_are_merged() -> None:
    merged = merge(
        BASE,
        BASE.replace("研究開発", "基礎研究"),
        BASE.replace("人材を育成", "国際的な人材を育成"),
    )
    assert told(merged) == [
        (O.MERGED, "基礎研究を推進する。また、成果を公表し、国際的な人材を育成する。")
    ]
    assert merged.passages[0].parts == (
        Part("研究開発", "基礎研究", "研究開発"),
        Part(*["を推進する。また、成果を公表し、"] * 3),
        Part("", "", "国際的な"),
        Part(*["人材を育成する。"] * 3),
    )


def test_the_same_words_changed_differently_are_for_a_person() -> None:
    merged = merge(BASE, BASE.replace("成果", "論文"), BASE.replace("成果", "データ"))
    (passage,) = merged.passages
    assert passage.origin is O.CONFLICT
    assert [part for part in passage.parts if part.origin is not O.SAME] == [
        Part("成果", "論文", "データ")
    ]
    assert merged.conflicts == (passage,)
    assert merged.text == BASE.replace("成果", "論文")


def test_the_same_change_of_both_stands_once() -> None:
    alike = BASE.replace("成果", "論文")
    merged = merge(BASE, alike.replace("育成", "確保"), alike)
    assert told(merged) == [(O.MERGED, alike.replace("育成", "確保"))]
    assert [part.origin for part in merged.passages[0].parts] == [
        O.SAME,
        O.BOTH,
        O.SAME,
        O.MINE,
        O.SAME,
    ]
    assert told(merge(BASE, alike, alike)) == [(O.BOTH, alike)]


def test_what_touches_is_one_stretch() -> None:
    """Nobody can tell in which order two insertions at one place follow each other."""
    merged = merge("成果を公表する。", "主な成果を公表する。", "新しい成果を公表する。")
    assert told(merged) == [(O.CONFLICT, "主な成果を公表する。")]


def test_what_folding_calls_equal_is_merged_to_the_character() -> None:
    merged = merge(
        "ＧＸに資する研究を推進する。令和7年度から実施する。",
        "GXに資する研究を推進する。令和7年度から実施する。",
        "ＧＸに資する研究を推進する。令和８年度から実施する。",
    )
    assert merged.text == "GXに資する研究を推進する。令和８年度から実施する。"
    assert merged.conflicts == ()


# --- Paragraphs -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("base", "mine", "theirs", "expected"),
    [
        ("甲\n乙", "甲1\n乙", "甲\n乙2", [(O.MINE, "甲1"), (O.THEIRS, "乙2")]),
        ("甲\n乙", "乙", "甲\n乙2", [(O.MINE, None), (O.THEIRS, "乙2")]),
        ("甲", "甲\n乙", "甲", [(O.SAME, "甲"), (O.MINE, "乙")]),
        ("甲", "甲\n乙", "丙\n甲", [(O.THEIRS, "丙"), (O.SAME, "甲"), (O.MINE, "乙")]),
        ("甲", "甲\n乙", "甲\n乙", [(O.SAME, "甲"), (O.BOTH, "乙")]),
        ("甲", "甲\n乙\n丙", "甲\n丁", [(O.SAME, "甲"), (O.CONFLICT, "乙\n丙")]),
        ("甲\n乙", "甲", "甲\n丙", [(O.SAME, "甲"), (O.CONFLICT, None)]),
        ("", "", "甲", [(O.THEIRS, "甲")]),
    ],
)
def test_paragraphs(base, mine, theirs, expected) -> None:
    assert told(merge(base, mine, theirs)) == expected


def test_a_paragraph_put_in_front_of_a_changed_one_is_no_conflict() -> None:
    first, second = sentences()[:2]
    merged = merge(
        f"{first}\n{second}",
        f"{first}\n新しい段落である。\n{second}",
        f"{first}\n{second}ただし、別に定める。",
    )
    assert [passage.origin for passage in merged.passages] == [O.SAME, O.MINE, O.THEIRS]


def test_a_person_chooses_or_leaves_a_paragraph_out() -> None:
    merged = merge("甲\n乙\n丙", "甲1\n乙\n丙", "甲2\n乙\n丙2")
    assert merged.settled({0: "甲2"}) == "甲2\n乙\n丙2"
    assert merged.settled({0: "自分の言葉", 2: "丙"}) == "自分の言葉\n乙\n丙"
    assert merged.settled({0: None}) == "乙\n丙2"


# --- Laws -----------------------------------------------------------------------------------------
lines = st.lists(
    st.sampled_from(["甲乙丙", "研究を推進する。", "", "ＡＢ", "AB", "が", "か\u3099"]), max_size=6
)


@st.composite
def three(draw: st.DrawFn) -> tuple[str, str, str]:
    """Three texts: words put in and taken out on two sides, or lines, or anything at all."""
    kind = draw(st.sampled_from(["words", "lines", "any", "sentences"]))
    if kind == "words":
        base, mine = draw(versions())
        theirs = draw(st.sampled_from([base, mine, base[: len(base) // 2], base + "等"]))
        return base, mine, theirs
    if kind == "lines":
        one, other, third = ("\n".join(draw(lines)) for _ in range(3))
        return one, other, third
    if kind == "any":
        one, other, third = (draw(st.text(max_size=30)) for _ in range(3))
        return one, other, third
    seed = draw(st.integers(0, 10_000))
    base, mine = pair(seed)
    chance = random.Random(seed)
    return base, mine, base.replace(chance.choice(base), "々", 1)


def joined(texts: list[str | None]) -> str:
    return "\n".join(text for text in texts if text is not None)


@given(three())
def test_nothing_is_lost(texts) -> None:
    passages = merge(*texts).passages
    for side, text in zip(("base", "mine", "theirs"), texts, strict=True):
        assert joined([getattr(passage, side) for passage in passages]) == text
        for passage in passages:
            if passage.parts:
                whole = "".join(getattr(part, side) for part in passage.parts)
                assert whole == getattr(passage, side)


@given(three())
def test_who_changed_alone_is_right(texts) -> None:
    base, mine, _ = texts
    for merged in (merge(base, mine, base), merge(base, base, mine), merge(base, mine, mine)):
        assert (merged.text, merged.conflicts) == (mine, ())


@given(three())
def test_swapping_the_sides_swaps_the_origins(texts) -> None:
    base, mine, theirs = texts
    here, there = merge(base, mine, theirs), merge(base, theirs, mine)
    swapped = {O.MINE: O.THEIRS, O.THEIRS: O.MINE}
    assert [swapped.get(p.origin, p.origin) for p in there.passages] == [
        p.origin for p in here.passages
    ]
    assert [(p.base, p.theirs, p.mine) for p in there.passages] == [
        (p.base, p.mine, p.theirs) for p in here.passages
    ]
    if not here.conflicts:
        assert here.text == there.text


@given(three())
def test_a_conflict_is_what_both_changed_differently(texts) -> None:
    for passage in merge(*texts).passages:
        for one in passage.parts or (passage,):
            both = one.mine != one.base and one.theirs != one.base and one.mine != one.theirs
            assert (one.origin is O.CONFLICT) == both
            if not both:
                assert one.text == (one.theirs if one.mine == one.base else one.mine)


@given(st.lists(st.sampled_from(sentences()), min_size=3, max_size=5, unique=True), st.data())
def test_paragraphs_changed_apart_are_merged_without_anybody(paragraphs, data) -> None:
    order = data.draw(st.permutations(range(len(paragraphs))))
    mine, theirs, both = list(paragraphs), list(paragraphs), list(paragraphs)
    for side, place in ((mine, order[0]), (theirs, order[1])):
        side[place] = both[place] = paragraphs[place] + "ただし、別に定める場合を除く。"
    merged = merge("\n".join(paragraphs), "\n".join(mine), "\n".join(theirs))
    assert (merged.text, merged.conflicts) == ("\n".join(both), ())


def test_a_merge_is_data() -> None:
    assert merge("甲", "甲", "甲") == Merge((Passage("甲", "甲", "甲"),))
