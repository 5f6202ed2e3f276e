"""How far each item's year and each person has come, and what is still to be entered."""

import datetime as dt
from decimal import Decimal

import pytest

from evaluation import amending, valuing
from evaluation.figures import Figures
from evaluation.progress import Progress, blanks
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
DUE = dt.date(2025, 6, 30)


@pytest.fixture
def place():
    period = make_period()
    item, (indicator, bare) = make_indicators(period, "論文数", "特許数")
    return period, item, [make_measure(indicator, label) for label in ("一", "二")], bare


def at(period, year=2024):
    progress = Progress.of(Figures.of(period))
    return progress.year(year)[0]


def test_an_items_year_begins_untouched_and_is_counted(place):
    period, _, (one, other), _ = place
    found = at(period)
    assert (found.state_words, found.mark, found.present, found.expected) == (
        "未着手",
        "empty",
        0,
        2,
    )
    make_value(one, 2024, 0)
    assert (at(period).state_words, at(period).mark) == ("入力中", "part")
    valuing.record(other, 2024, by=None, state="withheld")
    assert (at(period).mark, at(period, 2023).mark) == ("full", "empty")


def test_who_has_not_handed_in_a_closed_year_is_not_entering_it(place):
    period, item, *_ = place
    for year in (2022, 2023):
        valuing.submit(item, year, by=None)
    valuing.send_back(item, 2022, by=None, words="根拠がありません。")
    for year in (2022, 2023, 2024):
        valuing.close(period, year, by=None, reason="報告書の提出")
    assert [at(period, year).state_words for year in (2022, 2023, 2024, 2025)] == [
        "差戻しのまま締切",
        "確認待ち",
        "未提出のまま締切",
        "未着手",
    ]


def test_blanks_are_what_nobody_has_entered_or_that_is_not_counted_yet(place):
    period, item, (one, other), _ = place
    valuing.record(one, 2024, by=None, state="not_yet")
    text = amending.insert(
        make_draft(period), "evaluation_indicator", parent=item, text="取組", by=None
    )
    decide(text.introduced_by, dt.date(2024, 4, 1))
    make_value(other, 2024, 0)
    figures = Figures.of(period)
    found = [(node.text, label) for node, label in blanks(figures, at(period))]
    assert found == [("取組", ""), ("論文数", "一"), ("特許数", "")]
    (missing, *_) = blanks(figures, Progress.of(figures).year(2023)[0])
    assert missing[0].text == "論文数"  # 取組 was not there yet


def test_people_have_their_items_and_nobody_comes_last(place):
    period, item, (one, _), _ = place
    assert [
        (p.person, p.present, p.expected) for p in Progress.of(Figures.of(period)).people(2024)
    ] == [(None, 0, 2)]
    person = make_user(period.agency, "agency")
    valuing.assign(item, 2024, by=None, person=person, due_on=DUE)
    make_value(one, 2024)
    (found,) = Progress.of(Figures.of(period)).people(2024)
    assert (found.person, found.present, found.states) == (person, 1, {"入力中": 1})


@pytest.mark.parametrize(
    ("step", "late"), [("", True), ("submit", False), ("send_back", True), ("confirm", False)]
)
def test_late_is_what_should_have_been_handed_in(place, step, late):
    period, item, _, _ = place
    valuing.assign(item, 2024, by=None, person=None, due_on=DUE)
    if step:
        valuing.submit(item, 2024, by=None)
    if step == "send_back":
        valuing.send_back(item, 2024, by=None, words="直す")
    if step == "confirm":
        valuing.confirm_year(item, 2024, by=None)
    found = at(period)
    assert [found.is_late(DUE + dt.timedelta(days=n)) for n in (0, 1)] == [False, late]


def test_verdicts_count_how_the_measures_came_out(place):
    period, _, (one, other), _ = place
    years = {"first_fiscal_year": 2022, "last_fiscal_year": 2026}
    for measure in (one, other):
        valuing.change_measure(measure, by=None, direction="higher")
        valuing.set_target(measure, by=None, number=Decimal(10), reason="目標", **years)
    make_value(one, 2024, 10)
    make_value(other, 2024, 9)
    assert dict(at(period).verdicts) == {"reached": 1, "missed": 1}  # preliminary as they are
    valuing.change_measure(other, by=None, accumulation="cumulative")
    for year in (2022, 2023):
        make_value(other, year, 0)
    assert dict(at(period).verdicts) == {
        "reached": 1,
        "open": 1,
    }  # a running total has time until its last year
    make_value(other, 2025, 0)
    make_value(other, 2026, 0)
    assert dict(at(period, 2026).verdicts) == {"empty": 1, "missed": 1}


def test_an_item_that_is_gone_keeps_the_years_that_it_had(place):
    period, item, (one, _), _ = place
    make_value(one, 2024)
    valuing.submit(item, 2024, by=None)
    draft = make_draft(period)
    amending.repeal(draft, item, by=None)
    decide(draft, dt.date(2026, 4, 1))
    progress = Progress.of(Figures.of(period))
    (found,) = progress.year(2024)
    assert (found.state, found.present, found.expected) == ("submitted", 1, 2)
    assert progress.year(2026) == []
    named = [progress.named(item.public_id, year) for year in (2024, 2026)]
    assert [bool(one) for one in named] == [True, False]
    ((listed, years),) = progress.overview
    assert (listed.repealed, [one.expected for one in years]) == (True, [2, 2, 2, 2, 0])
