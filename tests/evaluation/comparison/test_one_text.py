"""見え消し and 溶け込み: both texts can be read from the one, the proposed one from the other."""

from itertools import pairwise

from hypothesis import given

from evaluation.comparison.alignment import Document, Kind
from evaluation.comparison.elision import cells
from evaluation.comparison.marking import Marks, mark
from evaluation.comparison.one_text import Change, Piece, consolidated, inline
from evaluation.comparison.rows import Cell, Level, Role, Row, Settings
from evaluation.comparison.succession import Succession
from evaluation.comparison.table import compare
from evaluation.comparison.text import fold
from tests.evaluation.comparison.builders import body, document, unit
from tests.evaluation.comparison.strategies import versions
from tests.evaluation.comparison.test_alignment import histories


def shown(row: Row) -> str:
    """What goes as -…-, what comes as +…+."""
    signs = {Change.KEPT: "", Change.DELETED: "-", Change.INSERTED: "+"}
    return "".join(f"{signs[p.change]}{p.text}{signs[p.change]}" for p in inline(row))


def line(old: str, new: str) -> str:
    return shown(compare(document(body("a", old)), document(body("a", new))).rows[1])


def row_of(old: str, new: str, marks: Marks) -> Row:
    current, proposed = cells(old, new, marks, elide=False)
    return Row(Kind.REVISED, Level.BODY, "a", proposed, current)


def test_what_goes_stands_before_what_comes() -> None:
    assert line("研究を推進する。", "企画を推進する。") == "-研究-+企画+を推進する。"
    assert line("研究を行い、推進する。", "研究を推進する。") == "研究を-行い、-推進する。"
    assert line("研究を推進する。", "研究を行い、推進する。") == "研究を+行い、+推進する。"


def test_a_text_that_stands_alone_is_all_new_or_all_gone() -> None:
    one, two = unit("a", "甲", label="1"), unit("b", "乙", label="2")
    assert shown(compare(document(one), document(one, two)).rows[1]) == "+2. 乙+"
    assert shown(compare(document(one, two), document(one)).rows[1]) == "-2. 乙-"


def test_same_as_left_is_the_text_itself() -> None:
    above = unit("a", "甲", label="1")
    old, new = (document(above, body("b", text, parent="a")) for text in ("研究", "企画"))
    table = compare(old, new)
    assert inline(table.rows[1]) == (Piece(Change.KEPT, "1. 甲", "1. 甲"),)
    mirrored = compare(old, new, Settings(first="current"))
    assert inline(mirrored.rows[1]) == (Piece(Change.KEPT, "1. 甲", "1. 甲"),)


def test_what_both_sides_leave_out_stays_left_out() -> None:
    old, new = (document(unit("a", "甲", label=label)) for label in ("1", "2"))
    assert inline(compare(old, new).rows[1]) == (
        Piece(Change.DELETED, "1.", ""),
        Piece(Change.INSERTED, "", "2."),
        Piece(Change.KEPT, " （略）", " （略）", Role.NOTE),
    )


def test_a_followed_move_of_an_equal_text_is_not_said_twice() -> None:
    above, below = unit("a", "甲", label="1"), unit("b", "乙", label="2")
    old = document(above, below, body("x", "研究する。", parent="a"))
    new = document(above, below, body("x", "研究する。", parent="b"))
    assert shown(compare(old, new, Settings(moves="track")).rows[-1]) == "研究する。"


def test_consolidated_is_the_proposed_text_without_what_is_gone() -> None:
    old = document(unit("a", "甲", label="1"), unit("b", "乙", label="2"))
    new = document(unit("a", "丙", label="1"), unit("c", "丁", label="2"))
    table = compare(old, new)
    assert [stored(consolidated(row)) for row in table.rows[1:]] == ["1. 丙", "", "2. 丁"]
    renumbered = compare(old, document(unit("a", "甲", label="3"), unit("b", "乙", label="4")))
    assert [stored(consolidated(row)) for row in renumbered.rows[1:]] == ["3. （略）", "4. （略）"]


def test_a_split_keeps_its_line_break() -> None:
    old = document(unit("a", "論文数、特許数", label="1"))
    new = document(unit("a", "論文数", label="1"), unit("b", "特許数", label="2"))
    row = compare(old, new, successions=[Succession("a", "b", Kind.SPLIT)]).rows[1]
    assert shown(row) == "1. 論文数\n-、-+2.+ 特許数"


def test_what_is_kept_is_known_as_each_side_writes_it() -> None:
    row = row_of("ＡＩを研究する。", "AIを企画する。", mark("ＡＩを研究する。", "AIを企画する。"))
    assert inline(row)[0] == Piece(Change.KEPT, "ＡＩを", "AIを")


def test_marks_that_leave_unequal_rests_give_way_to_the_engines() -> None:
    row = row_of("研究を推進する。", "企画を推進する。", Marks(new=((3, 8),)))
    assert shown(row) == "-研究-+企画+を推進する。"
    longer = row_of("研究を推進する。", "研究を行い、推進する。", Marks())
    assert shown(longer) == "研究を+行い、+推進する。"


def joins(row: Row) -> tuple[str, str]:
    pieces = inline(row)
    return "".join(p.old for p in pieces), "".join(p.new for p in pieces)


def stored(cell: Cell) -> str:
    return "".join(run.text for run in cell)


@given(versions())
def test_both_texts_can_be_read_from_it(pair: tuple[str, str]) -> None:
    old, new = pair
    pieces = inline(row_of(old, new, mark(old, new)))
    assert "".join(p.old for p in pieces) == old
    assert "".join(p.new for p in pieces) == new
    kept = [p for p in pieces if p.change is Change.KEPT]
    assert fold("".join(p.old for p in kept)).text == fold("".join(p.new for p in kept)).text
    for before, after in pairwise(pieces):
        assert (before.change, after.change) != (Change.INSERTED, Change.DELETED)


@given(histories())
def test_a_table_in_full_holds_both_documents(texts: tuple[Document, Document]) -> None:
    old, new = texts
    table = compare(old, new, Settings(unchanged_siblings="full", elide=False))
    alone = {Kind.NEW: 1, Kind.DELETED: 0}
    for row in table.rows:
        sides = [
            "" if any(r.role is Role.NOTE for r in cell) else stored(cell)
            for cell in (row.current, row.proposed)
        ]
        assert joins(row) == tuple(sides)
        if row.kind in alone:
            assert sides[1 - alone[row.kind]] == ""
