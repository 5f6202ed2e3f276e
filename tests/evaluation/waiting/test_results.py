"""Which items' years wait for whom: entering, returned, checking, let in, to be shared out."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from evaluation import amending, valuing
from evaluation.waiting import waiting_for
from tests.factories import (
    decide,
    make_draft,
    make_indicators,
    make_measure,
    make_period,
    make_user,
    make_value,
)

pytestmark = pytest.mark.django_db
YEAR = 2024  # it ended long ago, and not last
DUE = dt.date(2025, 6, 30)


@pytest.fixture
def place():
    period = make_period()
    item, (indicator,) = make_indicators(period, "論文数")
    return period, item, indicator


@pytest.fixture
def people(place):
    agency = place[0].agency
    return [make_user(agency, role) for role in ("agency", "agency", "assessor")]


def waits(user):
    return [(task.what.name, task.title) for task in waiting_for(user)]


def address(place, *more):
    period, item, _ = place
    return reverse("item_year", args=[period.agency.code, 5, YEAR, item.public_id])


def test_entering_waits_for_the_person_and_else_for_everybody_of_the_agency(place, people):
    one, _other, _assessor = people
    _, item, _ = place
    name = "令和6年度：項目1の推進"
    valuing.assign(item, YEAR, by=None, person=None, due_on=DUE)
    assert [waits(p) for p in people] == [[("ENTER", name)], [("ENTER", name)], []]
    valuing.assign(item, YEAR, by=None, person=one, due_on=DUE)
    assert [waits(p) for p in people] == [[("ENTER", name)], [], []]
    (task,) = waiting_for(one)
    assert (task.link, task.due_on, task.period) == (address(place), DUE, place[0])


def test_checking_waits_for_the_assessor_and_comes_back_with_words(place, people):
    one, other, assessor = people
    _, item, _ = place
    valuing.assign(item, YEAR, by=None, person=one, due_on=DUE)
    valuing.submit(item, YEAR, by=one)
    assert [len(waits(p)) for p in people] == [0, 0, 1]
    (task,) = waiting_for(assessor)
    assert (task.what.name, task.due_on) == ("CHECK", None)
    valuing.send_back(item, YEAR, by=assessor, words="根拠がありません。")
    (task,) = waiting_for(one)
    assert (task.what.name, task.words, task.link) == (
        "CORRECT",
        "根拠がありません。",
        address(place),
    )
    assert [waits(p) for p in (other, assessor)] == [[], []]
    valuing.submit(item, YEAR, by=one)
    valuing.confirm_year(item, YEAR, by=assessor)
    assert [waits(p) for p in people] == [[], [], []]


def test_nothing_is_to_be_entered_in_a_closed_year_but_what_was_given_back(place, people):
    one, _, assessor = people
    period, item, _ = place
    valuing.assign(item, YEAR, by=None, person=one, due_on=DUE)
    closing = valuing.close(period, YEAR, by=None, reason="提出")
    assert waits(one) == []
    valuing.reopen(closing, by=None, reason="差戻し")
    assert [name for name, _ in waits(one)] == ["ENTER"]
    valuing.submit(item, YEAR, by=one)
    valuing.close(period, YEAR, by=None, reason="再提出")
    assert [name for name, _ in waits(assessor)] == ["CHECK"]
    valuing.send_back(item, YEAR, by=assessor, words="直してください。")
    assert [name for name, _ in waits(one)] == ["CORRECT"]


def test_items_of_one_year_are_one_thing_to_do(place, people):
    period, item, _ = place
    valuing.assign(item, YEAR, by=None, person=None, due_on=DUE)
    second, _ = make_indicators(make_period(), "他法人")
    valuing.assign(second, YEAR, by=None, person=None, due_on=DUE)
    assert len(waits(people[0])) == 1
    draft = make_draft(period)
    more = amending.insert(draft, "item", parent=None, label="9", text="項目9", by=None)
    decide(draft)
    valuing.assign(more, YEAR, by=None, person=None, due_on=dt.date(2025, 5, 31))
    (task,) = waiting_for(people[0])
    year = reverse("result_year", args=[period.agency.code, 5, YEAR])
    assert (task.title, task.link) == ("令和6年度：項目1の推進（ほか1項目）", f"{year}?only=mine")
    assert task.due_on == dt.date(2025, 5, 31)


def test_who_is_let_in_is_waited_for_until_the_value_is_changed(place, people):
    one, _other, assessor = people
    period, _, indicator = place
    measure = make_measure(indicator)
    make_value(measure, YEAR)
    valuing.close(period, YEAR, by=assessor, reason="提出")
    until = timezone.now() + dt.timedelta(days=3)
    valuing.admit(measure, YEAR, user=one, until=until, reason="誤り", by=assessor)
    task = waiting_for(one)[0]
    assert (task.what.name, task.title, task.words) == ("CHANGE", "令和6年度：論文数", "誤り")
    assert task.due_on == timezone.localdate(until)
    why = {"why_code": "mistake", "why": "入力の誤り"}
    valuing.correct(measure, YEAR, by=one, number=Decimal(11), **why)
    assert "CHANGE" not in [name for name, _ in waits(one)]


def test_nothing_waits_for_other_roles_and_other_agencies(place):
    period, item, _ = place
    valuing.submit(item, YEAR, by=None)
    valuing.assign(item, 2023, by=None, person=None, due_on=DUE)
    for role in ("editor", "approver", "auditor", "maintainer"):
        found = {task.what.name for task in waiting_for(make_user(period.agency, role))}
        assert found <= {"PUBLISH", "AUDIT"}  # of the amendment
    assert waits(make_user(make_period().agency, "agency", "assessor")) == []


def test_the_queries_do_not_grow(place, people):
    _period, item, _ = place
    counts = []
    for years in ((2022,), (2023, 2024, 2025, 2026)):
        for year in years:
            valuing.assign(item, year, by=None, person=None, due_on=DUE)
        with CaptureQueriesContext(connection) as queries:
            waiting_for(people[0])
        counts.append(len(queries))
    assert counts == [8, 8]
