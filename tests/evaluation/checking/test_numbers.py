"""Numbers among siblings, and references to what moved."""

import pytest

from evaluation.checking.numbers import (
    is_number,
    kept_references,
    moved_references,
    number_gaps,
    odd_numbers,
    repeated_numbers,
)
from tests.evaluation.checking.builders import chapter, item, matter, unit, words

OLD = (chapter(), item("i1", "1"), item("i2", "2"))


def test_two_siblings_have_one_number():
    found = list(repeated_numbers(matter(OLD, (*OLD, item("i3", "２")))))
    assert words(found) == [("i3", "番号「２」が、「項目2の推進」と重なっています。")]
    assert [one.error for one in found] == [True]


def test_one_number_in_two_places_is_no_fault():
    assert words(repeated_numbers(matter(OLD, (*OLD, item("j1", "1", parent="i1"))))) == []


@pytest.mark.parametrize(
    ("label", "told"),
    [
        ("4", [("i3", "番号が続いていません。「2」の次が「4」です。")]),
        ("3", []),
        ("2", []),  # a double, which is another rule's
        ("ア", []),
    ],
)
def test_a_number_follows_its_neighbours(label, told):
    assert words(number_gaps(matter(OLD, (*OLD, item("i3", label))))) == told


def test_a_first_number_is_one():
    new = item("j1", "2", parent="i1")
    told = [("j1", "番号が続いていません。「2」から始まります。")]
    assert words(number_gaps(matter(OLD, (*OLD, new)))) == told


def test_a_gap_that_was_there_is_the_excerpts():
    old = (chapter("Ⅵ"), item("i2", "2"), item("i5", "5"))
    assert words(number_gaps(matter(old, (*old, item("i6", "6"))))) == []


OLD_REFERENCE = (*OLD, item("j1", "1", "基盤", "i2"), unit("b", "2.1の成果を用いる。"))


def test_a_reference_to_a_number_that_moved():
    new = (*OLD, item("j1", "2", "基盤", "i2"), OLD_REFERENCE[-1])
    message = "「2.1」は、「基盤」を指していましたが、いまは「2.2」です。参照を確かめてください。"
    assert words(moved_references(matter(OLD_REFERENCE, new))) == [("b", message)]


def test_a_reference_to_what_is_deleted():
    message = "「2.1」は、「基盤」を指していましたが、削られました。参照を確かめてください。"
    new = (*OLD, OLD_REFERENCE[-1])
    assert words(moved_references(matter(OLD_REFERENCE, new))) == [("b", message)]


def test_a_reference_that_was_put_right_is_none():
    new = (*OLD, item("j1", "2", "基盤", "i2"), unit("b", "2.2の成果を用いる。"))
    assert words(moved_references(matter(OLD_REFERENCE, new))) == []


def test_a_reference_in_another_chapter_means_that_chapters_item():
    other = unit("d", "その他", parent=None)
    old = (*OLD_REFERENCE, other)
    new = (*OLD, item("j1", "2", "基盤", "i2"), unit("d", "2.1", parent=None))
    assert words(moved_references(matter(old, new))) == []


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("2. 4.及び2.5に", ["2.4", "2.5"]),
        ("12.5%、2.5倍、1.5億円、v2.4", []),
        ("2.4.1を", ["2.4.1"]),
    ],
)
def test_what_is_a_reference(text, kept):
    assert kept_references(text, text) == kept
    assert kept_references("", text) == []


def test_what_is_written_anew_is_no_kept_reference():
    assert kept_references("2.4を用いる。", "2.4を用いる。2.5も用いる。") == ["2.4"]


@pytest.mark.parametrize(
    "label",
    "1 10 999 ２ 5の2 5の2の3 第1 第5条 第5条の2 第三章 Ⅲ Ⅻ ⅳ (1) （１） (ア) 1) ① ⑳ ㉑ ア ヲ 二十一 a B".split(),
)
def test_what_a_number_of_official_text_looks_like(label):
    assert is_number(label)


@pytest.mark.parametrize(
    "label",
    ["-1", "0", "9999999999999", "1000", "あ", "ん", "4 5", "", "第", "1.", "(1", "の2", "ab"],
)
def test_what_can_be_none(label):
    assert not is_number(label)


def test_a_stored_number_that_is_none_is_told():
    found = odd_numbers(matter(OLD, (*OLD, item("i3", "あ"))))
    assert words(found) == [
        (
            "i3",
            (
                "「あ」は、条項の番号の形ではありません。"
                "「5」「5の2」「Ⅲ」「(1)」「①」「ア」「第1」「第5条」のような形に改めてください。"
            ),
        )
    ]
