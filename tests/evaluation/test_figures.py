"""A period's results as series: text, measures, values, targets and what amendments did to them."""

import datetime as dt
from decimal import Decimal

import pytest

from evaluation import amending, valuing
from evaluation.eras import fiscal_year_of
from evaluation.figures import Figures
from evaluation.models import Amendment
from evaluation.series import Break
from jst_objectives import history
from tests.factories import (
    decide,
    make_draft,
    make_indicators,
    make_measure,
    make_period,
    make_value,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    period = make_period()
    item, indicators = make_indicators(period, "論文数", "特許数")
    return period, item, indicators


def words(figures, measure):
    return [point.words for point in figures.lines[measure.pk].points]


def test_values_targets_and_ratios_become_points(place):
    period, item, (indicator, _) = place
    one, whole = make_measure(indicator, "一", direction="higher"), make_measure(indicator, "全")
    parts = {"numerator": one, "denominator": whole}
    ratio = make_measure(indicator, "割合", nature="ratio", unit="%", decimals=1, **parts)
    make_value(one, 2022, 0, stage="final")
    make_value(one, 2023, 1)
    make_value(whole, 2023, 3)
    years = {"first_fiscal_year": 2022, "last_fiscal_year": 2026}
    for number in (100, 2):
        valuing.set_target(one, by=None, number=Decimal(number), reason="目標", **years)
    figures = Figures.of(period)
    assert words(figures, one) == ["0", "1（速報）", "－", "－", "－"]
    assert words(figures, ratio) == ["－", "33.3（速報）", "－", "－", "－"]
    assert figures.lines[one.pk].at(2023).achievement == Decimal(50)
    assert [(node.clause_id, len(nodes)) for node, nodes in figures.items] == [(item.pk, 2)]


def test_completeness_counts_what_is_entered_and_not_what_is_still_to_come(place):
    period, _, (indicator, _) = place
    one, other = make_measure(indicator, "一"), make_measure(indicator, "二")
    make_value(one, 2024)
    valuing.record(other, 2024, by=None, state="not_yet")
    figures = Figures.of(period)
    node = figures.indicator(indicator.public_id)
    assert (figures.present(node, 2024), figures.expected(node, 2024)) == (1, 2)
    valuing.record(other, 2024, by=None, state="not_applicable")
    assert Figures.of(period).present(node, 2024) == 2


def test_an_evaluation_indicator_is_to_have_a_text_each_year():
    period = make_period()
    _, (indicator,) = make_indicators(period, "成果", kind="evaluation_indicator")
    valuing.record_result(indicator, 2024, "実施した。", by=None)
    figures = Figures.of(period)
    node = figures.indicator(indicator.public_id)
    years = [(figures.present(node, y), figures.expected(node, y)) for y in (2023, 2024)]
    assert years == [(0, 1), (1, 1)]


def test_what_an_amendment_brings_begins_and_what_it_takes_ends(place):
    period, item, (kept, gone) = place
    draft = make_draft(period)
    new = amending.insert(draft, "monitoring_indicator", parent=item, text="人数", by=None)
    amending.reword(draft, kept, "論文の数", by=None)
    amending.repeal(draft, gone, by=None)
    decide(draft, dt.date(2025, 10, 1))
    measures = [make_measure(indicator) for indicator in (kept, gone, new)]
    figures = Figures.of(period)
    exists = [[p.exists for p in figures.lines[m.pk].points] for m in measures]
    assert exists == [[True] * 5, [True] * 4 + [False], [False] * 3 + [True] * 2]
    assert figures.breaks == {
        kept.pk: [Break(2025, "reworded", str(draft))],
        gone.pk: [Break(2026, "abolished", str(draft), continues=False)],
    }
    node = figures.indicator(new.public_id)
    assert [figures.expected(node, year) for year in figures.years] == [0, 0, 0, 1, 1]
    listed = [(n.clause_id, n.repealed) for _, nodes in figures.items for n in nodes]
    assert listed == [(new.pk, False), (kept.pk, False), (gone.pk, True)]
    in_years = {
        y: [n.clause_id for n in figures.indicators_in(figures.items[0][0], y)]
        for y in (2024, 2025, 2026)
    }
    assert in_years == {
        2024: [kept.pk, gone.pk],
        2025: [new.pk, kept.pk, gone.pk],
        2026: [new.pk, kept.pk],
    }
    assert figures.indicator(gone.public_id).repealed


def test_a_judged_rewording_stands_in_the_place_of_the_one_that_is_found(place):
    period, _, (indicator, _) = place
    draft = make_draft(period)
    amending.reword(draft, indicator, "論文と著書の数", by=None)
    amending.judge_series(draft, indicator, by=None, continues=False)
    decide(draft, dt.date(2024, 4, 1))
    declared = Break(2024, "reworded", str(draft), continues=False)
    assert Figures.of(period).breaks == {indicator.pk: [declared]}


def test_a_period_costs_as_many_queries_as_one_measure(place, django_assert_num_queries):
    period, _, indicators = place
    for number in range(6):
        measure = make_measure(indicators[number % 2], f"測{number}")
        make_value(measure)
        with django_assert_num_queries(6):
            Figures.of(period)


@pytest.mark.parametrize(
    ("day", "year"), [((2025, 3, 31), 2024), ((2025, 4, 1), 2025), ((2025, 12, 31), 2025)]
)
def test_fiscal_years_begin_in_april(day, year):
    assert fiscal_year_of(dt.date(*day)) == year


def existing(figures, measure):
    return [p.fiscal_year for p in figures.lines[measure.pk].points if p.exists]


def test_what_is_restored_begins_anew(place):
    period, _, (indicator, _) = place
    measure = make_measure(indicator)
    again = make_draft(period)
    amending.reword(again, indicator, "論文の数", by=None)
    gone = make_draft(period)
    amending.repeal(gone, indicator, by=None)
    decide(gone, dt.date(2024, 4, 1))
    amending.restore(again, indicator, by=None)
    decide(again, dt.date(2025, 10, 1))
    figures = Figures.of(period)
    assert figures.breaks[indicator.pk] == [
        Break(2024, "abolished", str(gone), continues=False),
        Break(2025, "restored", str(again), continues=False),
        Break(2025, "reworded", str(again)),
    ]
    assert existing(figures, measure) == [2022, 2023, 2025, 2026]


def test_what_is_restored_before_a_year_was_without_it_goes_on(place):
    period, _, (indicator, _) = place
    measure = make_measure(indicator)
    again = make_draft(period)
    amending.reword(again, indicator, "論文の数", by=None)
    gone = make_draft(period)
    amending.repeal(gone, indicator, by=None)
    decide(gone, dt.date(2025, 4, 1))
    amending.restore(again, indicator, by=None)
    decide(again, dt.date(2025, 4, 1))
    figures = Figures.of(period)
    assert figures.breaks == {indicator.pk: [Break(2025, "reworded", str(again))]}
    assert existing(figures, measure) == [2022, 2023, 2024, 2025, 2026]


def test_a_correction_takes_a_repeal_back(place):
    period, _, (indicator, _) = place
    measure = make_measure(indicator)
    gone = make_draft(period)
    amending.repeal(gone, indicator, by=None)
    decide(gone, dt.date(2024, 4, 1))
    assert existing(Figures.of(period), measure) == [2022, 2023]
    correction = make_draft(period, kind=Amendment.Kind.CORRECTION)
    row = gone.wordings.get()
    row.pk, row.amendment, row.corrects, row.repealed = None, correction, gone.wordings.get(), False
    history.save(row, by=None, reason="正誤")
    decide(correction, dt.date(2025, 4, 1))
    figures = Figures.of(period)
    assert (figures.breaks, existing(figures, measure)) == ({}, [2022, 2023, 2024, 2025, 2026])


def test_a_correction_of_a_rewording_is_told_by_what_it_corrects(place):
    period, _, (indicator, _) = place
    reworded = make_draft(period)
    amending.reword(reworded, indicator, "論分の数", by=None)
    decide(reworded, dt.date(2024, 4, 1))
    correction = make_draft(period, kind=Amendment.Kind.CORRECTION)
    amending.correct(correction, reworded.wordings.get(), text="論文の数", by=None)
    decide(correction, dt.date(2025, 4, 1))
    assert Figures.of(period).breaks == {indicator.pk: [Break(2024, "reworded", str(reworded))]}


def test_each_year_has_the_items_and_indicators_that_it_had(place):
    period, item, (moved, gone) = place
    chapter = item.wordings.get().parent
    draft = make_draft(period)
    other = amending.insert(
        draft, "item", parent=chapter, after=item, label="2", text="二", by=None
    )
    decide(draft, dt.date(2023, 4, 1))
    draft = make_draft(period)
    amending.move(draft, moved, parent=other, by=None)
    amending.repeal(draft, gone, by=None)
    decide(draft, dt.date(2025, 4, 1))
    figures = Figures.of(period)
    told = {
        (year, at.clause_id): [n.clause_id for n in figures.indicators_in(at, year)]
        for year in (2024, 2025)
        for at in (figures.text.nodes[item.pk], figures.text.nodes[other.pk])
    }
    assert told == {
        (2024, item.pk): [moved.pk, gone.pk],
        (2024, other.pk): [],
        (2025, item.pk): [],
        (2025, other.pk): [moved.pk],
    }
    assert [(at.clause_id, [n.clause_id for n in nodes]) for at, nodes in figures.items] == [
        (item.pk, [gone.pk]),
        (other.pk, [moved.pk]),
    ]


def test_what_is_gone_before_it_began_is_listed_nowhere(place):
    period, item, indicators = place
    draft = make_draft(period)
    new = amending.insert(draft, "monitoring_indicator", parent=item, text="人数", by=None)
    decide(draft, dt.date(2024, 4, 1))
    draft = make_draft(period)
    amending.repeal(draft, new, by=None)
    decide(draft, dt.date(2024, 4, 1))
    assert [n.pk for n in indicators] == [
        n.clause_id for _, nodes in Figures.of(period).items for n in nodes
    ]
