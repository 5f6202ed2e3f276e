"""The rules of grades: B is the standard, grounds, one step for difficulty, the cap, the proposal."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.grades import (
    GRADES,
    OTHERS,
    RESEARCH,
    Judgement,
    findings,
    meanings,
    overall_findings,
    proposed,
    steps_above,
)

FINE = Judgement("2.1. 項目", grade="B", issued=True, grounds="目標を達成した。")
OTHER = replace(FINE, research=False)


def told(judged):
    return [(finding.rule, finding.error) for finding in findings(judged)]


def test_each_grade_means_something_for_research_and_for_the_rest():
    assert (meanings(research=True), meanings(research=False)) == (RESEARCH, OTHERS)
    assert list(RESEARCH) == list(OTHERS) == list(GRADES)
    assert [grade for grade, words in RESEARCH.items() if "標準" in words] == ["B"]
    assert [grade for grade, words in OTHERS.items() if "標準" in words] == ["B"]


@pytest.mark.parametrize(
    ("achievements", "grade"),
    [
        ([], ""),
        (["120.0"], "A"),
        (["119.9"], "B"),
        (["100.0"], "B"),
        (["99.9"], "C"),
        (["80.0"], "C"),
        (["79.9"], "D"),
        (["0.0"], "D"),
        (["300.0", "99.9", "120.0"], "C"),
    ],
)
def test_achievement_proposes_a_grade(achievements, grade):
    assert proposed(map(Decimal, achievements)) == grade


@given(st.lists(st.integers(0, 300), min_size=1), st.integers(0, 300))
def test_a_better_figure_never_proposes_a_worse_grade(figures, better):
    before = proposed(map(Decimal, figures))
    after = proposed(Decimal(max(figure, better)) for figure in figures)
    assert steps_above(after, before) >= 0


def test_a_grade_with_its_grounds_is_fine():
    assert told(FINE) == []
    assert told(replace(FINE, grade="-", grounds="")) == []


def test_without_a_grade_there_is_nothing_else_to_say():
    assert told(Judgement("2.1. 項目")) == [("grade", True)]


@pytest.mark.parametrize(
    ("grade", "words"),
    [
        ("B", "評定の根拠がありません。"),
        ("A", "標準はBです。Aとする根拠がありません。"),
        ("C", "標準はBです。Cとする根拠がありません。"),
    ],
)
def test_every_grade_asks_for_grounds(grade, words):
    (finding,) = findings(replace(FINE, grade=grade, grounds=" \n"))
    assert (finding.rule, finding.error, finding.message) == ("grounds", True, words)


def test_difficulty_raises_only_with_grounds():
    raised = replace(FINE, grade="A", raised=True, difficult=True)
    assert told(raised) == [("raised", True)]
    assert told(replace(raised, raised_grounds="想定外の制約")) == []


def test_what_was_not_marked_difficult_is_asked_about():
    raised = replace(FINE, grade="A", raised=True, raised_grounds="想定外の制約")
    assert told(raised) == [("difficulty", False)]


@pytest.mark.parametrize("grade", ["D", "-"])
def test_nothing_is_raised_to_the_lowest_grade(grade):
    raised = replace(FINE, grade=grade, raised=True, raised_grounds="x", difficult=True)
    assert told(raised) == [("raised", True)]


@pytest.mark.parametrize(
    ("proposal", "grade", "raised", "expected"),
    [
        ("", "B", False, [("figures", False)]),
        ("B", "B", False, []),
        ("B", "A", False, [("figures", False)]),
        ("B", "A", True, []),
        ("B", "S", True, [("one_step", True)]),
        ("C", "A", True, [("one_step", True)]),
        ("A", "S", False, [("quality", False)]),
        ("B", "C", False, [("figures", False)]),
        ("B", "B", True, [("one_step", False)]),
    ],
)
def test_what_is_no_research_is_held_against_its_figures(proposal, grade, raised, expected):
    judged = replace(OTHER, grade=grade, proposal=proposal, raised=raised, difficult=True)
    assert told(replace(judged, raised_grounds="x" * raised)) == expected


def test_targets_without_a_percentage_are_named():
    (finding,) = findings(replace(OTHER, unreckoned=("事故件数（未達）",)))
    assert finding.message == (
        "達成率を計算できない達成目標があるため、達成率からの案はありません：事故件数（未達）"
    )


def test_a_grade_of_the_period_is_held_against_no_proposal():
    assert told(replace(OTHER, grade="S", whole_period=True)) == [("figures", False)]


def test_research_is_not_held_against_figures():
    assert told(replace(FINE, grade="A", proposal="C")) == []


def test_the_minister_waits_for_the_agencys_own_evaluation():
    (finding,) = findings(replace(FINE, before_own=True))
    assert (finding.error, finding.message) == (
        True,
        "法人の自己評価がまだ確定していません。自己評価の確定を待ってから確定してください（通則法第35条の6第3項）。",
    )
    assert told(replace(FINE, grade="-", before_own=True)) == []


def test_the_whole_period_explains_its_difference_to_what_was_foreseen():
    assert told(replace(FINE, prospective="B")) == []
    assert told(replace(FINE, prospective="A")) == [("prospective", False)]
    assert told(replace(FINE, prospective="-")) == []


def test_errors_come_first():
    judged = replace(OTHER, grade="A", grounds="", proposal="B")
    assert told(judged) == [("grounds", True), ("figures", False)]


# --- The agency as a whole ------------------------------------------------------------------------
def overall(grade, *items):
    judged = replace(FINE, place="総合評定", grade=grade)
    return [(finding.rule, finding.error) for finding in overall_findings(judged, items)]


def test_an_overall_grade_waits_for_every_item():
    assert overall("B", FINE, replace(FINE, grade="")) == [("items", True)]
    assert overall("B", FINE, replace(FINE, issued=False)) == [("items", True)]


@pytest.mark.parametrize(
    ("grade", "fields", "expected"),
    [
        ("A", {"agency_wide": True}, [("cap", True)]),
        ("S", {"agency_wide": True}, [("cap", True)]),
        ("B", {"agency_wide": True}, []),
        ("A", {}, [("cap", False)]),
        ("A", {"important": False, "agency_wide": True}, []),
        ("A", {"research": False, "agency_wide": True}, []),
        ("A", {"grade": "B", "agency_wide": True}, []),
        ("-", {"agency_wide": True}, []),
    ],
)
def test_an_important_item_that_fails_caps_the_overall_grade(grade, fields, expected):
    item = replace(FINE, **({"grade": "C", "important": True} | fields))
    assert overall(grade, FINE, item) == expected


def test_all_items_above_the_standard_are_asked_about():
    good = replace(FINE, grade="A")
    assert overall("A", good, good) == [("standard", False)]
    assert overall("A", good, replace(FINE, grade="-")) == [("standard", False)]
    assert overall("A", good, FINE) == []
    assert overall("A", good, replace(good, grade="")) == [("items", True)]
