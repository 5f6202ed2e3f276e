"""Reading grades: which item is graded at which level and when, proposals, checks, who reads drafts."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluation import amending, grading, valuing
from evaluation.figures import INDICATORS
from evaluation.grading import Gradebook, kinds_due
from tests.factories import decide, make_draft, make_measure

pytestmark = pytest.mark.django_db


def names(book, year=2024):
    return [book.label(node) for node in book.graded(year)]


def words(found):
    return [(finding.rule, finding.place, finding.error) for finding in found]


# --- Levels and years -----------------------------------------------------------------------------
def test_items_with_indicators_are_graded_unless_it_is_said_otherwise(scene):
    assert names(scene.book()) == ["1. 研究開発の推進", "1.1. 戦略の立案", "2. 業務の効率化"]
    grading.save_profile(scene.below, 2024, by=None, graded=False)
    book = scene.book()
    assert names(book, 2023) == ["1. 研究開発の推進", "1.1. 戦略の立案", "2. 業務の効率化"]
    assert names(book) == ["1. 研究開発の推進", "2. 業務の効率化"]


def test_the_indicators_of_an_item_graded_above_count_there(scene):
    grading.save_profile(scene.below, 2024, by=None, graded=False)
    book, node = scene.book(), scene.node(scene.item)
    hanging = {
        year: [child.text for child in book.hanging(node, year, INDICATORS)]
        for year in (2023, 2024)
    }
    assert hanging == {2023: ["論文数", "成果の状況"], 2024: ["論文数", "成果の状況", "報告書数"]}


def test_what_no_grade_speaks_of_is_told(scene):
    assert scene.book().unplaced(2024) == []
    for item in (scene.item, scene.below):
        grading.save_profile(item, 2024, by=None, graded=False)
    assert words(scene.book().unplaced(2024)) == [
        ("level", "1. 研究開発の推進", False),
        ("level", "1.1. 戦略の立案", False),
    ]


def test_a_grade_without_an_indicator_is_told(scene):
    draft = make_draft(scene.period)
    chapter = scene.node(scene.item).parent_id
    parent = scene.period.clauses.get(pk=chapter)
    new = amending.insert(draft, "item", parent=parent, label="9", text="新しい項目", by=None)
    decide(draft)
    assert names(scene.book())[:1] == ["1. 研究開発の推進"]
    grading.save_profile(new, 2022, by=None, graded=True)
    assert words(scene.book().unplaced(2024)) == [("level", "9. 新しい項目", False)]


def test_a_new_item_is_graded_from_its_first_year_on_and_one_that_goes_until_its_last(scene):
    draft = make_draft(scene.period)
    new = amending.insert(draft, "item", parent=scene.item, label="5", text="新しい項目", by=None)
    amending.insert(draft, "monitoring_indicator", parent=new, text="件数", by=None)
    amending.repeal(draft, scene.other, by=None)
    decide(draft, dt.date(2026, 4, 1))
    book = scene.book()
    assert names(book, 2025) == ["1. 研究開発の推進", "1.1. 戦略の立案", "2. 業務の効率化"]
    assert names(book, 2026) == ["1. 研究開発の推進", "1.5. 新しい項目", "1.1. 戦略の立案"]


def test_which_evaluations_fall_due(scene):
    due = {year: kinds_due(scene.period, year) for year in (2024, 2025, 2026)}
    assert due == {
        2024: ["yearly"],
        2025: ["yearly", "prospective"],
        2026: ["yearly", "final"],
    }


# --- Proposals and checks -------------------------------------------------------------------------
def test_the_lowest_achievement_proposes_the_grade_of_what_is_no_research(scene):
    scene.target(scene.counted, 100)
    scene.value(scene.counted, 99)
    scene.target(scene.measure, 100)
    scene.value(scene.measure, 50)
    book = scene.book()
    assert book.proposal(scene.node(scene.other), 2024) == "C"
    assert book.proposal(scene.node(scene.item), 2024) == ""
    assert book.proposal(scene.node(scene.other), 2023) == ""


def test_a_running_total_proposes_nothing_before_the_last_year_of_its_target(scene):
    valuing.change_measure(scene.counted, by=None, accumulation="cumulative")
    scene.target(scene.counted, 100, last_fiscal_year=2024)
    for year in (2022, 2023, 2024):
        scene.value(scene.counted, 40, year)
    book, node = scene.book(), scene.node(scene.other)
    assert [book.proposal(node, year) for year in (2022, 2023, 2024)] == ["", "", "A"]


def test_a_grade_of_the_period_is_not_held_against_one_year(scene):
    scene.target(scene.counted, 100)
    for year, number in ((2022, 130), (2023, 130), (2024, 130), (2025, 70)):
        scene.value(scene.counted, number, year)
    scene.write(scene.other, 2025, kind="prospective", grade="A")
    (finding,) = scene.book().findings_of(scene.node(scene.other), 2025, "prospective", "self")
    assert finding.message.startswith("期間の評価のため、一年度の達成率からの案はありません。")
    assert scene.issue(scene.other, 2025, kind="prospective").stage == "issued"


@pytest.mark.parametrize(
    ("told", "unreckoned", "proposal"),
    [
        ({"number": Decimal(12)}, ["事故件数（未達）"], ""),
        ({"number": Decimal(0)}, [], "A"),
        ({"state": "not_yet"}, ["事故件数（未集計）"], ""),
        ({"state": "withheld"}, ["事故件数（非公表）"], ""),
        ({"state": "not_applicable"}, [], "A"),
        (None, ["事故件数（未入力）"], ""),
    ],
)
def test_a_target_without_a_percentage_stops_the_proposal(scene, told, unreckoned, proposal):
    accidents = make_measure(scene.counted.indicator, "事故件数", direction="lower")
    scene.target(accidents, 0)
    scene.target(scene.counted, 100)
    scene.value(scene.counted, 125)
    if told:
        valuing.record(accidents, 2024, by=None, **told)
    book, node = scene.book(), scene.node(scene.other)
    assert (book.unreckoned(node, 2024), book.proposal(node, 2024)) == (unreckoned, proposal)


def test_findings_of_an_item_and_of_the_whole(scene):
    scene.target(scene.counted, 100)
    scene.value(scene.counted, 130)
    scene.write(scene.other, side="minister", grade="S")
    grading.save_profile(
        scene.item, 2022, by=None, important=True, importance_grounds="基本計画の柱"
    )
    for item in (scene.item, scene.below):
        scene.write(item, side="minister", grade="C", agency_wide=item == scene.item)
    for item in (scene.item, scene.below, scene.other):
        scene.issue(item, side="minister")
    scene.write(None, side="minister", grade="A")
    book = scene.book()
    of_other = book.findings_of(scene.node(scene.other), 2024, "yearly", "minister")
    assert words(of_other) == [("quality", "2. 業務の効率化", False)]
    assert words(book.findings_of(None, 2024, "yearly", "minister")) == [("cap", "総合評定", True)]
    assert words(book.findings_of(None, 2024, "yearly", "self")) == [
        ("grade", "総合評定", True),
    ]


def test_the_grade_of_the_period_is_held_against_the_one_foreseen(scene):
    scene.write(scene.item, 2025, kind="prospective", grade="A")
    scene.write(scene.item, 2026, kind="final")
    found = scene.book().findings_of(scene.node(scene.item), 2026, "final", "self")
    assert words(found) == [("prospective", "1. 研究開発の推進", False)]


# --- Readers --------------------------------------------------------------------------------------
def test_a_draft_is_there_only_for_its_readers(scene):
    scene.write(scene.item)
    scene.write(scene.item, side="minister")
    node = scene.node(scene.item)
    seen = {
        drafts: [
            side
            for side in ("self", "minister")
            if Gradebook.of(scene.period, drafts).rating(node, 2024, "yearly", side)
        ]
        for drafts in ((), ("self",), ("minister",), ("self", "minister"))
    }
    assert seen == {
        (): [],
        ("self",): ["self"],
        ("minister",): ["minister"],
        ("self", "minister"): ["self", "minister"],
    }
    scene.issue(scene.item, side="minister")
    book = Gradebook.of(scene.period, ())
    seen = [book.rating(node, 2024, "yearly", s) for s in ("self", "minister")]
    assert [row.stage for row in seen if row] == ["issued", "issued"]


def test_the_queries_do_not_grow_with_items_and_years(scene):
    with CaptureQueriesContext(connection) as few:
        scene.book()
    for year in (2022, 2023, 2024):
        scene.write(scene.item, year)
        scene.value(scene.measure, year, year)
        cell = grading.InputCell("budget", year, Decimal(1))
        grading.record_inputs(scene.item, [cell], by=None)
        row = grading.point_out(scene.period, scene.item, year, by=None, issue="指摘")
        grading.report(row, year, by=None, words="実施")
    with CaptureQueriesContext(connection) as many:
        scene.book()
    assert len(few) == len(many) == 12
