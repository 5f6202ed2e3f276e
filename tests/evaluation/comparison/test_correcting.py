import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.comparison.correcting import fingerprint, joined, pieces, warnings
from evaluation.comparison.marking import Marks, mark
from tests.evaluation.comparison.strategies import versions


def test_a_fingerprint_tells_where_the_old_text_ends() -> None:
    assert fingerprint("甲", "乙") == hashlib.sha256("1:甲乙".encode()).hexdigest()
    assert fingerprint("甲乙", "") != fingerprint("甲", "乙") != fingerprint("", "甲乙")


def test_pieces_are_words_cut_where_a_mark_begins_or_ends() -> None:
    found = pieces("研究開発及び GX を進める。", ((0, 2), (4, 6)))
    assert [(piece.text, piece.marked) for piece in found] == [
        ("研究", True),
        ("開発", False),
        ("及び", True),
        (" ", False),
        ("GX ", False),
        ("を", False),
        ("進", False),
        ("める", False),
        ("。", False),
    ]


def test_pieces_by_character_keep_clusters_whole() -> None:
    found = pieces("葛\U000e0100城か\u3099", (), by_character=True)
    assert [piece.text for piece in found] == ["葛\U000e0100", "城", "か\u3099"]
    assert pieces("", (), by_character=True) == ()


@given(versions())
def test_pieces_join_to_the_text_and_give_the_marks_back(pair: tuple[str, str]) -> None:
    marks = mark(*pair)
    for text, spans in zip(pair, (marks.old, marks.new), strict=True):
        for by_character in (False, True):
            found = pieces(text, spans, by_character=by_character)
            assert "".join(piece.text for piece in found) == text
            chosen = [(piece.start, piece.end) for piece in found if piece.marked]
            assert joined(text, chosen) == spans


def test_pieces_that_touch_or_overlap_are_one_mark() -> None:
    assert joined("研究開発の推進", [(5, 7), (0, 2), (2, 4), (1, 3)]) == ((0, 4), (5, 7))


@pytest.mark.parametrize("span", [(-1, 2), (0, 9), (2, 2), (3, 1), (0, 1)])
def test_a_stretch_that_is_none_is_refused(span: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="is no stretch of the text"):
        joined("か\u3099く", [span])


OLD = "大学や企業を支援し、成果を公表する。"
NEW = "大学、企業等を支援し、公表する。"


def test_what_the_engine_marks_lacks_nothing() -> None:
    assert warnings(OLD, NEW, mark(OLD, NEW)) == []


def test_changes_without_a_mark_or_on_one_side_are_named() -> None:
    old = "大学を支援する。速やかに公表する。"
    new = "企業を支援する。公表する。また、評価する。"
    assert warnings(old, new, Marks(old=((0, 2),))) == [
        "「大学」から「企業」への変更は、片方だけに下線があります。",
        "「速やかに」の削除に、下線がありません。",
        "「また、評価する。」の追加に、下線がありません。",
    ]
    assert warnings(old, new, Marks((), ((13, 21),)))[0] == (
        "「大学」から「企業」への変更に、下線がありません。"
    )


def test_a_narrowed_mark_that_leaves_a_difference_is_named() -> None:
    old, new = "研究環境を整える。", "研究基盤を整える。"
    assert warnings(old, new, Marks(((0, 2),), ((0, 4),))) == [
        "下線のない部分が、左右で違います：現行の「環境」"
    ]
    assert warnings(old, new, Marks(((2, 4),), ((2, 4),))) == []


def test_an_unmarked_change_and_a_narrowed_mark_are_both_named() -> None:
    old, new = "大学を支援する。研究環境を整える。", "企業を支援する。研究基盤を整える。"
    assert warnings(old, new, Marks(((8, 10),), ((8, 12),))) == [
        "「大学」から「企業」への変更に、下線がありません。",
        "下線のない部分が、左右で違います：現行の「環境」",
    ]


@given(versions(), st.data())
def test_marks_that_cover_more_are_never_warned_of_as_missing(
    pair: tuple[str, str], data: st.DataObject
) -> None:
    old, new = pair
    whole = Marks(((0, len(old)),) if old else (), ((0, len(new)),) if new else ())
    assert warnings(old, new, whole) == []


def test_a_mark_narrowed_to_what_was_added_lacks_nothing() -> None:
    assert warnings("人材を育てる。", "若手人材を育てる。", Marks((), ((0, 2),))) == []
