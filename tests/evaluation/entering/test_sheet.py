"""The grid: every indicator that was there in a year of it, and ratios as they are told everywhere."""

import datetime as dt

import pytest

from evaluation import amending
from evaluation.entering import Sheet
from evaluation.figures import Figures
from evaluation.models import ObjectivePeriod
from tests.factories import (
    decide,
    make_draft,
    make_indicators,
    make_measure,
    make_period,
    make_value,
)

pytestmark = pytest.mark.django_db


def labels(period: ObjectivePeriod) -> list[str]:
    sheet = Sheet.of(period, None)
    return [line.label for _, groups in sheet.items for _, lines in groups for line in lines]


def test_what_is_abolished_is_entered_for_the_years_that_it_had() -> None:
    period = make_period()
    _, (kept, gone) = make_indicators(period, "論文数", "特許数")
    make_measure(kept, "論文数")
    measure = make_measure(gone, "特許数")
    draft = make_draft(period)
    amending.repeal(draft, gone, by=None)
    decide(draft, dt.date(2025, 4, 1))
    sheet = Sheet.of(period, None)
    line = sheet.by_pk[measure.pk]
    assert labels(period) == ["論文数", "特許数"]
    assert [year for year in sheet.years if sheet.is_absent(line, year)] == [2025, 2026]


def test_what_an_amendment_brings_is_absent_before() -> None:
    period = make_period()
    item, _ = make_indicators(period, "論文数")
    draft = make_draft(period)
    new = amending.insert(draft, "monitoring_indicator", parent=item, text="人数", by=None)
    later = amending.insert(draft, "monitoring_indicator", parent=item, text="後", by=None)
    decide(draft, dt.date(2024, 4, 1))
    draft = make_draft(period)
    amending.repeal(draft, later, by=None)
    decide(draft, dt.date(2024, 4, 1))
    measure = make_measure(new, "人数")
    make_measure(later, "なかったもの")
    sheet = Sheet.of(period, None)
    line = sheet.by_pk[measure.pk]
    assert labels(period) == ["人数"]
    assert [year for year in sheet.years if sheet.is_absent(line, year)] == [2022, 2023]


def test_a_ratio_is_made_of_what_its_parts_carry_as_everywhere() -> None:
    period = make_period()
    _, (old,) = make_indicators(period, "旧")
    for label, number in (("分子", 1), ("分母", 4)):
        make_value(make_measure(old, label), 2023, number)
    draft = make_draft(period)
    new = amending.replace(draft, old, "新", by=None, continues=True)
    decide(draft, dt.date(2025, 4, 1))
    above, below = make_measure(new, "分子"), make_measure(new, "分母")
    parts = {"numerator": above, "denominator": below}
    share = make_measure(new, "割合", unit="%", nature="ratio", decimals=1, **parts)
    told = Figures.of(period).lines[share.pk]
    entry = Sheet.of(period, None).ratios[share.pk, 2023]
    assert (str(entry.number), told.at(2023).words) == ("25.0", "25.0（速報）")
