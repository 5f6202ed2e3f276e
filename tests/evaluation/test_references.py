"""References between clauses: found, followed to what they name, written anew, and back again."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.comparison.alignment import Document, Unit, UnitKind
from evaluation.comparison.text import fold
from evaluation.references import (
    Finding,
    Form,
    Numbers,
    State,
    carried,
    find,
    findings,
    repaired,
    written,
)

K = UnitKind


def tree(*units: Unit) -> Numbers:
    return Numbers(Document("", units))


def item(id: str, label: str, parent: str | None = "Ⅲ", rank: str = "") -> Unit:
    return Unit(id, K.ITEM, parent, rank or f"i{label:>03}", label, id)


def text(id: str, parent: str, rank: str, kind: UnitKind = K.BODY) -> Unit:
    return Unit(id, kind, parent, rank, "", id)


CHAPTERS = (
    Unit("Ⅲ", K.CHAPTER, None, "a", "Ⅲ", "成果"),
    Unit("Ⅵ", K.CHAPTER, None, "b", "Ⅵ", "業務"),
)
# Ⅲ: 1, 2 (2.1, 2.2, 2.3), 3; Ⅵ: 1, 2, 4 (4.1). Item 2.2 has two paragraphs and two indicators.
UNITS = (
    *CHAPTERS,
    *(item(label, label) for label in "123"),
    *(item(f"2.{label}", label, "2") for label in "123"),
    *(item(f"Ⅵ{label}", label, "Ⅵ") for label in "124"),
    item("Ⅵ4.1", "1", "Ⅵ4"),
    text("p", "2.2", "a"),
    text("q", "2.2", "b"),
    text("m", "2.2", "c", K.MONITORING_INDICATOR),
    text("n", "2.2", "d", K.MONITORING_INDICATOR),
)
STOOD = tree(*UNITS)


def named(words: str, holder: str = "p", numbers: Numbers = STOOD) -> list[str | None]:
    return [numbers.target(holder, reference) for reference in find(words)]


# --- Finding --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("「2.4」、2. 4.及び２．４に", ["2.4", "2. 4.", "２．４"]),
        ("4. 3. 先端技術分野の推進", ["4. 3."]),
        ("2. 5. AI駆動型研究", ["2. 5."]),
        ("2.1から2.3まで", ["2.1", "2.3"]),
        ("1から3までに掲げる", ["1", "3"]),
        ("１．～３．まで", ["１．", "３．"]),
        ("上記2.の取組、上記 ３に", ["2.", "３"]),
        ("Ⅲ. 2.4及びⅥ．2.", ["Ⅲ. 2.4", "Ⅵ．2."]),
        ("第3条の2及び第四章", ["第3条の2", "第四章"]),
        ("前条、次項並びに前号", ["前条", "次項", "前号"]),
        ("2.4.1の", ["2.4.1"]),
        # What is none
        ("Society 5.0、Ver. 2.4、AI2.4、第2.4", []),
        ("約2.4の、2.4％、2.4 倍、2.4GHz、1.2.3件", []),
        ("上記2つの、上記2件", []),
        ("1から3の、12から34回", []),
        ("法律（平成20年法律第63号）第27条の2第1項に基づき", []),
        ("国立大学法人法第2条第1項", []),
        ("次項目、前条件、以前条、前章節約", ["前章"]),
    ],
)
def test_what_may_be_a_reference(words, found):
    references = find(words)
    assert [one.text for one in references] == found
    assert [words[one.start : one.end] for one in references] == found


def test_what_a_reference_says():
    wide, chapter, article, neighbour = find("Ⅲ．２．４、Ⅵ. 2.、第三条、次項")
    assert (wide.form, wide.path, wide.chapter) == (Form.NUMBER, ("2", "4"), "Ⅲ")
    assert (chapter.form, chapter.path, chapter.chapter) == (Form.NUMBER, ("2",), "Ⅵ")
    assert (article.form, article.path) == (Form.NAMED, ("第三条",))
    assert (neighbour.form, neighbour.path) == (Form.NEIGHBOUR, ())


# --- Following ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("words", "holder", "targets"),
    [
        ("2.1と2. 3.と2.9", "p", ["2.1", "2.3", None]),
        ("1から3まで", "p", ["1", "3"]),
        ("上記2.の", "p", ["2"]),
        ("上記2.の", "Ⅵ4.1", ["Ⅵ2"]),  # one of the own chapter comes first
        ("Ⅵ. 2.とⅢ. 2.", "p", ["Ⅵ2", "2"]),
        ("4.1", "p", ["Ⅵ4.1"]),  # the only one there is
        ("前条と次条", "p", ["2.1", "2.3"]),
        ("前条", "2.1", [None]),
        ("次項", "p", ["q"]),
        ("前項と次項", "2.2", ["2.1", "2.3"]),
        ("前項", "p", ["2.1"]),  # there is no paragraph before: the item before
        ("次号", "m", ["n"]),
        ("次号", "n", [None]),
        ("次章", "p", ["Ⅵ"]),
        ("前章", "p", [None]),
        ("第3条", "p", [None]),
        ("2.1", "gone", [None]),
        ("前条", "Ⅲ", [None]),
    ],
)
def test_what_a_reference_names(words, holder, targets):
    assert named(words, holder) == targets


def test_a_number_that_several_chapters_have_names_none_of_them():
    numbers = tree(*UNITS, Unit("Ⅶ", K.CHAPTER, None, "c", "Ⅶ", ""), text("far", "Ⅶ", "a"))
    assert named("上記1.の", "far", numbers) == [None]


def test_an_article_is_named_by_its_whole_number():
    articles = (item(f"a{n}", f"第{n}条", None, f"r{n}") for n in "123")
    numbers = tree(*articles, text("p", "a2", "a"))
    assert named("第3条及び前条", "p", numbers) == ["a3", "a1"]


# --- Writing --------------------------------------------------------------------------------------
def shifted() -> Numbers:
    """A new item stands before 2.2: 2.2 and 2.3 are 2.3 and 2.4 now."""
    units = [
        replace(unit, label=str(int(unit.label) + 1)) if unit.id in {"2.2", "2.3"} else unit
        for unit in UNITS
    ]
    return tree(*units, item("new", "2", "2", "i0015"))


def wrong(words: str, now: Numbers, holder: str = "p") -> list[tuple[State, str, str | None, str]]:
    found = findings(holder, carried(holder, [(words, STOOD)]), now)
    return [(one.state, one.target, one.now, one.words) for one in found]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2.3及び2. 3.並びに２．３を", "2.4及び2. 4.並びに２．４を"),
        ("Ⅲ．2. 3.に", "Ⅲ．2. 4.に"),
        ("2.1から2.3まで", "2.1から2.4まで"),
        ("2.1は動かない", "2.1は動かない"),
        ("前条は一つ前ではなくなる", "2. 1.は一つ前ではなくなる"),
        ("次条はそのまま", "次条はそのまま"),
    ],
)
def test_a_reference_is_written_anew_in_its_own_manner(before, after):
    now = shifted()
    found = findings("p", carried("p", [(before, STOOD)]), now)
    assert repaired(before, found) == after
    assert findings("p", carried("p", [(before, STOOD), (after, now)]), now) == []


def test_a_range_follows_both_ends():
    now = tree(
        *(replace(u, label=str(int(u.label) + 1)) if u.id in {"2", "3"} else u for u in UNITS)
    )
    assert wrong("1から3までに", now) == [(State.FORGOTTEN, "3", "2", "4")]
    assert wrong("上記2.の", now) == [(State.FORGOTTEN, "2", "Ⅵ2", "3.")]


def test_what_moved_to_the_other_side_is_the_other_neighbour():
    later = replace(STOOD.units["2.1"], rank="i0025")
    now = tree(*(later if unit.id == "2.1" else unit for unit in UNITS))
    assert wrong("前条に", now) == [(State.FORGOTTEN, "2.1", None, "次条")]


def test_what_is_repealed_is_lost_and_nothing_is_proposed():
    now = tree(*(unit for unit in UNITS if unit.id != "2.3"))
    assert wrong("2.3及び次条", now) == [
        (State.LOST, "2.3", None, ""),
        (State.LOST, "2.3", None, ""),
    ]


def test_where_the_number_stands_twice_the_numbers_come_first():
    now = tree(*UNITS, item("new", "3", "2", "i0025"))
    assert wrong("2. 3.及び2. 1.", now) == [(State.DOUBLED, "2.3", None, "")]


def test_the_chapter_is_named_where_the_number_alone_would_mean_another():
    moved = replace(STOOD.units["2.3"], parent="Ⅵ4", label="2")
    now = tree(*(moved if unit.id == "2.3" else unit for unit in UNITS))
    assert wrong("2. 3.に", now) == [(State.FORGOTTEN, "2.3", None, "4. 2.")]
    other = tree(
        *(moved if unit.id == "2.3" else unit for unit in UNITS),
        item("4", "4"),
        item("x", "2", "4"),
    )
    assert wrong("2. 3.に", other) == [(State.FORGOTTEN, "2.3", None, "Ⅵ. 4. 2.")]


def test_a_paragraph_has_no_number_to_be_named_by():
    now = tree(*UNITS, text("between", "2.2", "aa"))
    assert wrong("次項に", now) == [(State.FORGOTTEN, "q", "between", "")]
    (finding,) = findings("p", carried("p", [("次項に", STOOD)]), now)
    assert repaired("次項に", [finding]) == "次項に"


def test_a_number_alone_is_written_with_its_chapter():
    now = tree(*UNITS, item("zero", "0", rank="i0000"), item("15", "15", rank="i0015"))
    assert wrong("前条に", now, "2") == [(State.FORGOTTEN, "1", "15", "Ⅲ. 1.")]


def test_written_takes_dots_spaces_and_width_from_the_reference():
    manners = ["2.4", "2. 4.", "２．４", "２. ４．", "3."]
    assert [written(("1", "2"), find(f"上記{manner}の")[0]) for manner in manners] == [
        "1.2",
        "1. 2.",
        "１．２",
        "１. ２．",
        "1. 2.",
    ]


# --- Versions of a text ---------------------------------------------------------------------------
def test_a_reference_keeps_its_target_while_its_text_is_edited_around_it():
    now = shifted()
    versions = [("2.3による。", STOOD), ("2.2を除き、2.3による。", now)]
    known = [(one.text, target) for one, target in carried("p", versions)]
    assert known == [("2.2", "new"), ("2.3", "2.3")]
    assert [one.words for one in findings("p", carried("p", versions), now)] == ["2.4"]


# --- Properties -----------------------------------------------------------------------------------
NUMBERS = st.sampled_from(
    ["2.1", "2. 2.", "２．３", "Ⅲ. 2.2", "Ⅲ．２．３", "2.1から2.3まで", "上記2.の"]
)
TEXTS = st.lists(NUMBERS | st.sampled_from("を及び進める"), max_size=8).map("、".join)
ORDERS = st.permutations(["2.1", "2.2", "2.3", "new"])


@given(TEXTS, ORDERS, st.integers(0, 3))
def test_renumbered_repaired_and_undone_is_the_text_of_before(words, order, dropped):
    """Whatever order the items are put in: who repairs forward and back has the text again."""
    order = order[:dropped] + order[dropped + 1 :] if order[dropped] == "new" else order
    places = {id: place for place, id in enumerate(order, start=1)}
    units = {unit.id: unit for unit in (*UNITS, item("new", "9", "2"))}
    moved = [
        replace(unit, label=str(places[id]), rank=f"i00{places[id]}") if id in places else unit
        for id, unit in units.items()
        if id != "new" or id in places
    ]
    now = tree(*moved)
    known = carried("p", [(words, STOOD)])
    forward = repaired(words, findings("p", known, now))
    assert findings("p", carried("p", [(words, STOOD), (forward, now)]), now) == []
    targets = [target for _, target in known]
    assert [now.target("p", one) for one in find(forward)] == targets
    back = findings("p", carried("p", [(forward, now)]), STOOD)
    assert repaired(forward, back) == words
    assert all(isinstance(one, Finding) for one in back)


@given(st.text(alphabet="123.．１２ Ⅲ第条前次項のから上記まで", max_size=40))
def test_whatever_the_text_references_are_stretches_of_it_in_order(words):
    found = find(words)
    assert [words[one.start : one.end] for one in found] == [one.text for one in found]
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))
    for one in found:
        named = STOOD.target("p", one)
        # A number in digits of two widths is written anew in one.
        assert named is None or fold(STOOD.words("p", named, one)).text == fold(one.text).text
