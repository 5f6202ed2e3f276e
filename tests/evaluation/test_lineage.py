"""Indicators that were split, merged or put in another's place keep or break their series as judged."""

import datetime as dt
from decimal import Decimal

import pytest

from evaluation import amending, valuing
from evaluation.figures import Figures
from evaluation.series import Break
from tests.factories import (
    decide,
    make_draft,
    make_indicators,
    make_measure,
    make_period,
    make_value,
)

pytestmark = pytest.mark.django_db
DAY = dt.date(2025, 4, 1)


@pytest.fixture
def place():
    """Two indicators with a measure of one label, their values of 2022 to 2024, and a draft."""
    period = make_period()
    _, indicators = make_indicators(period, "論文数", "著書数")
    measures = [make_measure(indicator, "件数") for indicator in indicators]
    for number, measure in enumerate(measures, 1):
        for year in (2022, 2023, 2024):
            make_value(measure, year, number * 10 + year - 2022, stage="final")
    return period, indicators, measures, make_draft(period)


def words(period, measure):
    return [point.words for point in Figures.of(period).lines[measure.pk].points]


def cuts(period, measure):
    points = Figures.of(period).lines[measure.pk].points
    return [point.fiscal_year for point in points if point.cut]


@pytest.mark.parametrize(
    ("continues", "expected", "cut"),
    [
        (True, ["10", "11", "12", "5", "－"], []),
        (False, ["－", "－", "－", "5", "－"], [2025]),
    ],
)
def test_what_is_split_off_goes_on_with_the_series_or_begins_its_own(
    place, continues, expected, cut
):
    period, (one, _), _, draft = place
    (part,) = amending.split(draft, one, ["論文", "共著論文"], by=None, continues=continues)
    decide(draft, DAY)
    measure = make_measure(part, "件数")
    make_value(measure, 2025, 5, stage="final")
    assert (words(period, measure), cuts(period, measure)) == (expected, cut)
    declared = Break(2025, "split", str(draft), continues)
    assert Figures.of(period).breaks[part.pk] == [declared]


@pytest.mark.parametrize(
    ("continues", "expected", "cut"),
    [
        (True, ["30", "32", "34", "5", "－"], []),
        (False, ["10", "11", "12", "5", "－"], [2025]),
    ],
)
def test_what_takes_another_in_has_their_sum_or_keeps_its_own(place, continues, expected, cut):
    period, (one, other), (measure, gone), draft = place
    amending.merge(draft, one, [other], "論文と著書", by=None, continues=continues)
    decide(draft, DAY)
    make_value(measure, 2025, 5, stage="final")
    assert (words(period, measure), cuts(period, measure)) == (expected, cut)
    figures = Figures.of(period)
    assert figures.breaks == {
        one.pk: [Break(2025, "merged", str(draft), continues)],
        other.pk: [Break(2025, "abolished", str(draft), continues=False)],
    }
    assert [p.words for p in figures.lines[gone.pk].points] == ["20", "21", "22", "－", "－"]


@pytest.mark.parametrize(
    ("continues", "expected"),
    [(True, ["10", "11", "12", "－", "－"]), (False, ["－"] * 5)],
)
def test_what_is_put_in_anothers_place(place, continues, expected):
    period, (one, _), _, draft = place
    new = amending.replace(draft, one, "査読付き論文数", by=None, continues=continues)
    decide(draft, DAY)
    measure = make_measure(new, "査読付き")  # the only one on either side: it answers to 件数
    assert words(period, measure) == expected
    assert Figures.of(period).expected(Figures.of(period).indicator(new.public_id), 2024) == 0


def test_a_judged_rewording_cuts_the_line_and_keeps_the_values(place):
    period, (one, _), (measure, _), draft = place
    amending.reword(draft, one, "論文の数", by=None)
    amending.judge_series(draft, one, by=None, continues=False)
    decide(draft, DAY)
    assert (words(period, measure), cuts(period, measure)) == (
        ["10", "11", "12", "－", "－"],
        [2025],
    )


def test_series_go_on_from_one_amendment_to_the_next(place):
    period, (one, _), _, draft = place
    second = amending.replace(draft, one, "二代目", by=None, continues=True)
    decide(draft, dt.date(2024, 4, 1))
    draft = make_draft(period)
    third = amending.replace(draft, second, "三代目", by=None, continues=True)
    decide(draft, DAY)
    between, last = make_measure(second, "件数"), make_measure(third, "件数")
    make_value(between, 2024, 7, stage="final")
    make_value(last, 2025, 8, stage="final")
    assert words(period, last) == ["10", "11", "7", "8", "－"]


def test_measures_answer_by_label_and_unit_and_else_not_at_all(place):
    period, (one, _), _, draft = place
    make_measure(one, "金額", unit="千円", baseline=Decimal(1), baseline_year=2021)
    (part,) = amending.split(draft, one, ["甲", "乙"], by=None)
    decide(draft, DAY)
    counted, paid, alone = (
        make_measure(part, "件数"),
        make_measure(part, "金額", unit="億円"),
        make_measure(part, "人数", unit="人"),
    )
    assert [words(period, m)[0] for m in (counted, paid, alone)] == ["10", "－", "－"]


def test_a_ratio_is_made_of_what_its_parts_carry(place):
    period, (one, _), (_measure, _), draft = place
    whole = make_measure(one, "全体")
    for year in (2022, 2023):
        make_value(whole, year, 100, stage="final")
    (part,) = amending.split(draft, one, ["甲", "乙"], by=None)
    decide(draft, DAY)
    above, below = make_measure(part, "件数"), make_measure(part, "全体")
    parts = {"numerator": above, "denominator": below}
    share = make_measure(part, "割合", unit="%", nature="ratio", decimals=1, **parts)
    assert words(period, share) == ["10.0", "11.0", "－", "－", "－"]


def test_a_draft_changes_no_series(place):
    period, (one, _), (measure, _), draft = place
    amending.split(draft, one, ["甲", "乙"], by=None, continues=False)
    figures = Figures.of(period)
    assert (figures.breaks, cuts(period, measure)) == ({}, [])


def test_what_was_entered_stays_where_it_was_entered(place):
    period, (one, other), (measure, _), draft = place
    before = valuing.make_report(period, 2026, by=None, title="前")
    amending.merge(draft, one, [other], "論文と著書", by=None)
    decide(draft, DAY)
    assert valuing.changed_since(before) == []
    assert Figures.of(period).values[measure.pk, 2022].number == 10
