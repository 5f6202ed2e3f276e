import datetime as dt

import pytest

from evaluation.eras import era_year
from evaluation.templatetags.calendars import both_calendars, fiscal_year


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-01-28", "令和8年1月28日（2026年）"),
        ("2019-05-01", "令和元年5月1日（2019年）"),
        ("2019-04-30", "平成31年4月30日（2019年）"),
        ("1989-01-08", "平成元年1月8日（1989年）"),
        ("1989-01-07", "昭和64年1月7日（1989年）"),
        ("1926-12-25", "昭和元年12月25日（1926年）"),
        ("1912-07-30", "大正元年7月30日（1912年）"),
        ("1912-07-29", "明治45年7月29日（1912年）"),
        ("1873-01-01", "明治6年1月1日（1873年）"),
        ("1872-12-31", "1872年12月31日"),
    ],
)
def test_both_calendars(day, expected):
    assert both_calendars(dt.date.fromisoformat(day)) == expected


def test_a_moment_is_given_in_local_time():
    moment = dt.datetime(2026, 3, 31, 15, 5, tzinfo=dt.UTC)
    assert both_calendars(moment) == "令和8年4月1日（2026年） 00:05"


def test_no_date_and_no_era():
    assert both_calendars(None) == ""
    with pytest.raises(ValueError, match="no era for 1872-12-31"):
        era_year(dt.date(1872, 12, 31))


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2025, "令和7年度（2025年度）"),
        (2019, "令和元年度（2019年度）"),
        (2020, "令和2年度（2020年度）"),
    ],
)
def test_fiscal_year(year, expected):
    assert fiscal_year(year) == expected
