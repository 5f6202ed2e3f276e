"""Splits and mergers: one row, the first part inline, the boundary shown by the marked number."""

from evaluation.comparison.alignment import Kind, UnitKind
from evaluation.comparison.rows import Settings
from evaluation.comparison.succession import Succession
from evaluation.comparison.table import compare
from tests.evaluation.comparison.builders import body, document, rows, unit

WHOLE = document(unit("a", "論文数、特許数", label="1"), unit("c", "評価", label="2"))
PARTS = document(
    unit("a", "論文数", label="1"),
    unit("b", "特許数", label="2"),
    unit("c", "評価", label="3"),
)
SPLIT = [Succession("a", "b", Kind.SPLIT)]
MERGED = [Succession("b", "a", Kind.MERGED)]


def test_a_split_is_one_row_and_the_new_number_shows_the_boundary() -> None:
    table = compare(WHOLE, PARTS, successions=SPLIT)
    assert rows(table) == [
        ("split", "1. 論文数\n[2.] 特許数", "1. 論文数[、]特許数"),
        ("renumbered", "[3.] {（略）}", "[2.] {（略）}"),
    ]
    assert [row.clause_id for row in table.rows] == [None, "a", "c"]


def test_a_merger_is_the_mirror_image() -> None:
    assert rows(compare(PARTS, WHOLE, successions=MERGED))[0] == (
        "merged",
        "1. 論文数[、]特許数",
        "1. 論文数\n[2.] 特許数",
    )


def test_parts_that_are_all_new_take_the_place_of_the_old_one() -> None:
    parts = document(unit("x", "論文数", label="5"), unit("y", "特許数", label="6"))
    whole = document(unit("a", "論文数、特許数", label="1"))
    both = [Succession("a", "x", Kind.SPLIT), Succession("a", "y", Kind.SPLIT)]
    assert rows(compare(whole, parts, successions=both)) == [
        ("split", "[5.] 論文数\n[6.] 特許数", "[1.] 論文数[、]特許数")
    ]


def test_of_paragraphs_only_a_line_break_changed() -> None:
    whole = document(body("a", "研究を推進する。人材を育成する。"))
    parts = document(body("a", "研究を推進する。"), body("b", "人材を育成する。"))
    assert rows(compare(whole, parts, successions=SPLIT)) == [
        ("split", "研究を推進する。\n人材を育成する。", "研究を推進する。人材を育成する。")
    ]


def test_of_indicators_the_new_bullet_is_marked() -> None:
    item = unit("i", "項目", label="1")
    kind = UnitKind.MONITORING_INDICATOR
    whole = document(item, unit("a", "論文数、特許数", parent="i", kind=kind))
    parts = document(
        item, unit("a", "論文数", parent="i", kind=kind), unit("b", "特許数", parent="i", kind=kind)
    )
    assert rows(compare(whole, parts, successions=SPLIT))[-2:] == [
        ("label", "○モニタリング指標", "○モニタリング指標"),
        ("split", "・論文数\n[・]特許数", "・論文数[、]特許数"),
    ]


def test_what_hangs_on_a_part_has_rows_of_its_own() -> None:
    parts = document(
        unit("a", "論文数", label="1"),
        unit("b", "特許数", label="2"),
        body("b1", "育成する。", parent="b"),
    )
    whole = document(unit("a", "論文数、特許数", label="1"))
    assert rows(compare(whole, parts, successions=SPLIT))[1:] == [
        ("new", "[育成する。]", "{（新設）}")
    ]


def test_a_part_that_says_what_the_whole_said_is_shown_beside_the_new_one() -> None:
    old = document(unit("a", "研究の推進", label="1"))
    new = document(unit("a", "研究の推進", label="1"), unit("b", "研究の展開", label="2"))
    assert rows(compare(old, new, successions=SPLIT)) == [
        ("split", "1. 研究の推進\n[2.] [研究の展開]", "1. 研究の推進")
    ]
    assert [row.kind for row in compare(new, old, successions=MERGED).rows] == ["label", "merged"]


def test_in_a_table_in_full_a_part_is_shown_once() -> None:
    table = compare(WHOLE, PARTS, Settings(unchanged_siblings="full"), successions=SPLIT)
    assert [row.kind for row in table.rows] == ["label", "split", "renumbered"]


def test_what_the_texts_do_not_bear_out_is_left_out() -> None:
    plain = compare(WHOLE, PARTS)
    gone = [Succession("z", "b", Kind.SPLIT), Succession("a", "z", Kind.MERGED)]
    assert compare(WHOLE, PARTS, successions=gone) == plain
    twice = [*SPLIT, Succession("a", "b", Kind.MERGED), Succession("c", "b", Kind.MERGED)]
    assert compare(WHOLE, PARTS, successions=twice) == compare(WHOLE, PARTS, successions=SPLIT)
