"""What a year that has ended asks for: items to share out, the agency's own grades, the minister's."""

import copy
import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from evaluation import grading, valuing
from evaluation.reminding import REMINDED
from evaluation.waiting import results_waiting_for, waiting_for
from tests.evaluation.grading.scenes import Graded

pytestmark = pytest.mark.django_db
DUE = dt.date(2025, 6, 30)


@pytest.fixture(scope="module")
def made(module_rows):
    return Graded.made()


@pytest.fixture
def scene(made, monkeypatch):
    """It is the first day after the fiscal year 2024."""
    today = timezone.localdate
    first = dt.date(2025, 4, 1)
    monkeypatch.setattr(
        timezone, "localdate", lambda moment=None: today(moment) if moment else first
    )
    return copy.deepcopy(made)


def waits(user, *names):
    return {task.what.name: task.title for task in waiting_for(user) if task.what.name in names}


def link(user, name):
    (task,) = [task for task in waiting_for(user) if task.what.name == name]
    return task.link


def address(scene, name, *more):
    return reverse(name, args=[scene.period.agency.code, scene.period.number, *more])


def test_the_items_that_nobody_was_given_wait_to_be_shared_out(scene):
    def told():
        return waits(scene.agency, "ASSIGN")

    assert told() == {"ASSIGN": "令和6年度：研究開発の推進（ほか1項目）"}
    assert link(scene.agency, "ASSIGN") == address(scene, "year_people", 2024)
    assert waits(scene.assessor, "ASSIGN") == {}
    valuing.assign(scene.item, 2024, by=None, person=scene.agency, due_on=DUE)
    assert told() == {"ASSIGN": "令和6年度：業務の効率化"}
    closing = valuing.close(scene.period, 2024, by=None, reason="提出")
    assert told() == {}
    valuing.reopen(closing, by=None, reason="差戻し")
    valuing.assign(scene.other, 2024, by=None, person=None, due_on=DUE)
    assert told() == {}


def test_the_agency_grades_itself_by_the_day_of_the_law(scene):
    def told():
        return waits(scene.agency, "GRADE_ITSELF")

    assert told() == {"GRADE_ITSELF": "令和6年度 年度評価：研究開発の推進（ほか2項目）"}
    assert link(scene.agency, "GRADE_ITSELF") == address(scene, "grade_checks", 2024)
    (task,) = [task for task in waiting_for(scene.agency) if task.what.name == "GRADE_ITSELF"]
    assert task.due_on == DUE
    assert waits(scene.assessor, "GRADE_ITSELF") == {}
    for item in (scene.item, scene.below):
        scene.write(item)
        scene.issue(item)
    assert told() == {"GRADE_ITSELF": "令和6年度 年度評価：業務の効率化"}
    place = (scene.other.public_id, 2024, "yearly", "self")
    assert link(scene.agency, "GRADE_ITSELF") == address(scene, "grade", *place)
    scene.write(scene.other)
    scene.issue(scene.other)
    assert told() == {}


def test_the_minister_grades_what_the_agency_has_graded_of_any_year(scene):
    def told():
        tasks = [task for task in waiting_for(scene.assessor) if task.what.name == "GRADE"]
        return [task.title for task in tasks]

    assert told() == []
    for item, year in ((scene.item, 2024), (scene.below, 2024), (scene.item, 2023)):
        scene.write(item, year)
        assert len(told()) == (0 if year == 2024 and item == scene.item else 1)
        scene.issue(item, year)
    assert told() == [
        "令和6年度 年度評価：研究開発の推進（ほか1項目）",
        "令和5年度 年度評価：研究開発の推進",
    ]
    assert waits(scene.agency, "GRADE") == {}
    scene.write(scene.item, side="minister")
    scene.issue(scene.item, side="minister")
    assert told() == [
        "令和6年度 年度評価：戦略の立案",
        "令和5年度 年度評価：研究開発の推進",
    ]
    key = (scene.period, scene.item, 2024, "yearly", "minister")
    grading.reopen(*key, by=None, why="誤記")
    assert told()[0] == "令和6年度 年度評価：研究開発の推進（ほか1項目）"


def test_the_overall_grade_waits_for_the_assessor_once_those_of_all_items_are_issued(scene):
    """Whether or not the agency has an overall grade of its own: none is asked for."""
    for item in (scene.item, scene.below, scene.other):
        assert "総合評定" not in waits(scene.assessor, "GRADE").get("GRADE", "")
        scene.write(item, side="minister")
        scene.issue(item, side="minister")
    waiting = {"GRADE": "令和6年度 年度評価：総合評定"}
    assert waits(scene.assessor, "GRADE") == waiting
    place = ("overall", 2024, "yearly", "minister")
    assert link(scene.assessor, "GRADE") == address(scene, "grade", *place)
    for side in ("self", "minister"):
        assert waits(scene.assessor, "GRADE") == waiting
        scene.write(None, side=side)
        scene.issue(None, side=side)
    assert waits(scene.assessor, "GRADE") == {}
    grading.reopen(scene.period, None, 2024, "yearly", "minister", by=None, why="誤記")
    assert waits(scene.assessor, "GRADE") == waiting


def test_the_overall_grade_does_not_wait_while_an_item_is_not_graded(scene):
    scene.write(scene.item, side="minister")
    scene.issue(scene.item, side="minister")
    assert waits(scene.assessor, "GRADE") == {}


def count(user, ask=waiting_for):
    with CaptureQueriesContext(connection) as queries:
        ask(user)
    return len(queries)


def test_the_queries_do_not_grow(scene):
    counts = []
    for items in ((scene.item,), (scene.below, scene.other)):
        for item in items:
            scene.write(item, 2023)
            scene.issue(item, 2023)
        counts += [count(user) for user in (scene.agency, scene.assessor)]
    assert counts == [22, 7, 22, 7]


def test_a_finished_year_is_not_read(scene):
    """The year is closed, and there is an overall grade of either side."""
    valuing.close(scene.period, 2024, by=None, reason="提出")
    for item in (scene.item, scene.below, scene.other, None):
        scene.write(item, side="minister")
        scene.issue(item, side="minister")
    assert (count(scene.agency), waits(scene.agency, "ASSIGN", "GRADE_ITSELF")) == (8, {})


def test_the_years_whose_overall_grade_waits_are_read_once(scene):
    counts = []
    for year in (2023, 2024):
        for item in (scene.item, scene.below, scene.other):
            scene.write(item, year, side="minister")
            scene.issue(item, year, side="minister")
        counts.append(count(scene.assessor))
    assert counts == [19, 19]


def test_reminders_ask_for_nothing_that_is_not_mailed(scene):
    """The grades, of which no mail tells, are not read, nor the amendments."""
    valuing.close(scene.period, 2024, by=None, reason="提出")
    counts = [
        count(u, lambda u: results_waiting_for(u, REMINDED)) for u in (scene.agency, scene.assessor)
    ]
    assert counts == [4, 2]
