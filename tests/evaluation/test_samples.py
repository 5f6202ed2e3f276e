"""Sample values and grades of the ministry's document, as loaded and with its amendment decided."""

import datetime as dt

import pytest

from evaluation.grading import Gradebook
from evaluation.loading import load_source
from evaluation.models import IndicatorValue, ObjectivePeriod, Rating, ValueReport
from evaluation.samples import load_sample_results
from evaluation.valuing import changed_since
from tests.factories import decide

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.mark.parametrize("decided", [False, True])
def test_every_indicator_has_samples_for_the_years_in_which_it_was_there(decided):
    load_source()
    period = ObjectivePeriod.objects.get()
    if decided:
        decide(period.amendments.get(slug="2026-01-28"), effective_on=dt.date(2026, 2, 1))
    load_sample_results(period)
    values = IndicatorValue.objects.filter(measure__indicator__introduced_by__slug="2026-01-28")
    assert set(values.values_list("fiscal_year", flat=True)) == ({2025} if decided else set())
    issued = Rating.objects.filter(stage="issued", item__isnull=False)
    first = Gradebook.of(period).graded(2022)
    assert issued.count() == len(first) * 3 * 2  # those added later have no year that is over
    assert not issued.filter(value_reports=None).exists()
    assert [changed_since(row) for row in ValueReport.objects.filter(fiscal_year=2024)[:2]] == [
        [],
        [],
    ]
    years = IndicatorValue.objects.values_list("fiscal_year", flat=True)
    assert set(years) == {2022, 2023, 2024, 2025}
