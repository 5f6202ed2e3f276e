import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.comparison.alignment import Document, Kind, Unit, UnitKind, align
from tests.evaluation.comparison.builders import body, document, unit


def kinds(old: Document, new: Document) -> list[tuple[str, str, bool, bool]]:
    return [(pair.id, pair.kind.value, bool(pair.old), bool(pair.new)) for pair in align(old, new)]


def changed(old: Document, new: Document) -> dict[str, Kind]:
    return {pair.id: pair.kind for pair in align(old, new) if pair.kind is not Kind.SAME}


def test_pairs_stand_in_document_order() -> None:
    old = document(unit("b"), body("b1", parent="b"), unit("a"), body("a1", parent="a"))
    assert [pair.id for pair in align(old, old)] == ["a", "a1", "b", "b1"]


def test_siblings_of_one_rank_stand_in_the_order_of_their_ids() -> None:
    old = document(unit("b", rank="m"), unit("a", rank="m"))
    assert [pair.id for pair in align(old, old)] == ["a", "b"]


def test_text_and_items_stand_before_axes_and_indicators() -> None:
    old = document(
        unit("a"),
        unit("a1", parent="a", kind=UnitKind.MONITORING_INDICATOR),
        unit("a2", parent="a", kind=UnitKind.EVALUATION_INDICATOR),
        unit("a3", parent="a", kind=UnitKind.EVALUATION_AXIS),
        body("a4", parent="a"),
    )
    assert [pair.id for pair in align(old, old)] == ["a", "a4", "a3", "a2", "a1"]


def test_kinds() -> None:
    old = document(
        unit("a", "甲", label="1"), unit("b", "乙", label="2"), unit("c", "丙", label="3")
    )
    new = document(unit("a", "甲", label="１"), unit("b", "乙等", label="2"), unit("d", label="3"))
    assert kinds(old, new) == [
        ("a", "same", True, True),  # １ and 1 are one number
        ("b", "revised", True, True),
        ("c", "deleted", True, False),
        ("d", "new", False, True),
    ]


def test_white_space_alone_is_no_revision() -> None:
    old, new = document(body("a", "令和 7 年度")), document(body("a", "令和7年度"))
    assert changed(old, new) == {}


def test_what_is_gone_stands_before_what_is_new_at_its_place() -> None:
    old = document(body("a"), body("c"), body("e"))
    new = document(body("a"), body("b"), body("e"), body("f"))
    assert [pair.id for pair in align(old, new)] == ["a", "c", "b", "e", "f"]


def test_renumbered_through_an_item_above() -> None:
    old = document(
        unit("a", label="1"), unit("a1", "甲", label="1", parent="a"), body("a2", parent="a1")
    )
    new = document(
        unit("a", label="2"), unit("a1", "乙", label="1", parent="a"), body("a2", parent="a1")
    )
    assert changed(old, new) == {"a": Kind.RENUMBERED, "a1": Kind.RENUMBERED_REVISED}
    assert [(pair.old_number, pair.new_number) for pair in align(old, new)] == [
        (("1",), ("2",)),
        (("1", "1"), ("2", "1")),
        ((), ()),
    ]


def test_the_number_of_a_chapter_is_not_part_of_its_items() -> None:
    def text(label: str) -> Document:
        chapter = unit("a", label=label, kind=UnitKind.CHAPTER)
        return document(chapter, unit("a1", label="2", parent="a"))

    assert changed(text("Ⅲ"), text("Ⅳ")) == {"a": Kind.RENUMBERED}


def test_moved_to_another_parent_has_a_pair_at_each_place() -> None:
    old = document(unit("a"), body("x", parent="a"), unit("b"))
    new = document(unit("a"), unit("b"), body("x", parent="b"))
    assert kinds(old, new) == [
        ("a", "same", True, True),
        ("x", "moved", True, False),
        ("b", "same", True, True),
        ("x", "moved", False, True),
    ]


def test_what_hangs_on_a_moved_clause_stands_alone_but_has_not_moved() -> None:
    old = document(unit("a"), unit("x", parent="a"), body("y", parent="x"), unit("b"))
    new = document(unit("a"), unit("b"), unit("x", parent="b"), body("y", parent="x"))
    assert kinds(old, new)[1:3] == [("x", "moved", True, False), ("y", "same", True, False)]
    assert kinds(old, new)[4:] == [("x", "moved", False, True), ("y", "same", False, True)]


def test_out_of_a_new_order_as_few_as_possible_have_moved() -> None:
    old = document(*(body(id) for id in "abcde"))
    new = document(*(body(id, rank="z" if id == "b" else "") for id in "abcde"))
    assert changed(old, new) == {"b": Kind.MOVED}


def test_only_a_clause_with_another_rank_can_have_moved() -> None:
    """c keeps its rank; the four others, given ranks behind it, keep their order."""
    old = document(*(body(id) for id in "cdefg"))
    new = document(body("c"), *(body(id, rank=f"a{id}") for id in "defg"))
    assert changed(old, new) == dict.fromkeys("defg", Kind.MOVED)


def test_a_new_rank_in_the_old_order_moves_nothing() -> None:
    old = document(body("a"), body("b"), body("c"))
    new = document(body("a"), body("b", rank="bb"), body("c"))
    assert changed(old, new) == {}


def test_an_axis_is_not_moved_by_the_order_of_the_text() -> None:
    def text(rank: str) -> Document:
        axis = unit("x", parent="a", rank=rank, kind=UnitKind.EVALUATION_AXIS)
        return document(unit("a"), body("m", parent="a"), axis)

    assert changed(text("b"), text("z")) == {}


@pytest.mark.parametrize(
    ("units", "message"),
    [
        ((unit("a"), unit("a")), "a unit stands twice in the document"),
        ((unit("a", parent="z"),), "unit a: no way up to the top, parent z"),
        ((unit("a", parent="b"), unit("b", parent="a")), "unit a: no way up to the top, parent b"),
    ],
)
def test_units_that_form_no_tree(units: tuple[Unit, ...], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        align(document(), document(*units))


@st.composite
def histories(draw: st.DrawFn) -> tuple[Document, Document]:
    """A tree, and the same with insertions, deletions, other numbers and other texts."""
    size = draw(st.integers(1, 25))
    ranks = draw(st.lists(st.text("abc", min_size=1, max_size=4), min_size=size, max_size=size))
    old: list[Unit] = []
    for k, rank in enumerate(ranks):
        parent = draw(st.sampled_from([None, *(other.id for other in old)]))
        old.append(unit(f"u{k}", label=str(k), parent=parent, rank=rank))
    gone: set[str] = set()
    new: list[Unit] = []
    for clause in old:
        if clause.parent in gone or draw(st.integers(0, 4)) == 0:
            gone.add(clause.id)
            continue
        label, text = draw(st.sampled_from([(clause.label, clause.text), ("9", "別の文")]))
        new.append(unit(clause.id, text, label=label, parent=clause.parent, rank=clause.rank))
    for k in range(draw(st.integers(0, 6))):
        parent = draw(st.sampled_from([None, *(other.id for other in new)]))
        new.append(unit(f"n{k}", parent=parent, rank=draw(st.text("abc", min_size=1, max_size=4))))
    return document(*old), document(*draw(st.permutations(new)))


@given(histories())
def test_insertions_deletions_and_numbers_move_nothing(texts: tuple[Document, Document]) -> None:
    old, new = texts
    pairs = align(old, new)
    assert Kind.MOVED not in {pair.kind for pair in pairs}
    assert sorted(pair.id for pair in pairs) == sorted(
        {clause.id for clause in old.units} | {clause.id for clause in new.units}
    )
    assert [pair.id for pair in pairs if pair.new] == [pair.id for pair in align(new, new)]
    assert [pair.id for pair in pairs if pair.old] == [pair.id for pair in align(old, old)]


@given(st.permutations([f"{k:02}" for k in range(12)]), st.data())
def test_those_that_stay_are_in_one_order(ranks: list[str], data: st.DataObject) -> None:
    ids = [f"{k:02}" for k in range(12)]
    given = {
        id: data.draw(st.sampled_from([id, rank])) for id, rank in zip(ids, ranks, strict=True)
    }
    old = document(*map(body, ids))
    new = document(*(body(id, rank=given[id]) for id in ids))
    pairs = align(old, new)
    moved = {pair.id for pair in pairs if pair.kind is Kind.MOVED}
    assert moved <= {id for id in ids if given[id] != id}
    stayed = [pair.id for pair in pairs if pair.old and pair.new]
    assert stayed == [id for id in ids if id not in moved]
    assert stayed == [id for id in sorted(ids, key=lambda id: (given[id], id)) if id not in moved]


def test_depth_and_breadth_have_no_limit() -> None:
    deep = [body("d0"), *(body(f"d{k}", parent=f"d{k - 1}") for k in range(1, 3000))]
    broad = [body(f"b{k}", rank=f"{k:05}") for k in range(5000)]
    turned = [body(f"b{k}", rank=f"{-k % 5000:05}") for k in range(5000)]
    start = time.process_time()
    pairs = align(document(*deep, *broad), document(*deep, *turned))
    assert time.process_time() - start < 3
    assert sum(pair.kind is Kind.MOVED for pair in pairs) == 2 * 4998
