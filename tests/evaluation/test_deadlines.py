"""The statutory calendar of a year's evaluation (独立行政法人通則法第35条の6)."""

import datetime as dt

from evaluation.deadlines import calendar, report_due


def test_the_report_is_due_three_months_after_the_year():
    assert report_due(2025) == dt.date(2026, 6, 30)


def test_the_last_year_but_one_is_judged_ahead_and_the_last_as_a_whole():
    kinds = [calendar(year, 2026)[2].what for year in (2024, 2025, 2026)]
    assert kinds == [
        "年度評価の確定・通知・公表",
        "年度評価・見込評価の確定・通知・公表",
        "年度評価・期間実績評価の確定・通知・公表",
    ]
    assert [len(calendar(year, 2026)) for year in (2024, 2025, 2026)] == [3, 5, 3]


def test_only_what_the_law_says_has_a_day():
    events = calendar(2025, 2026)
    assert [event.day for event in events] == [dt.date(2026, 6, 30), None, None, None, None]
    assert (events[0].when, events[0].who) == ("令和8年6月30日まで", "法人")
    assert events[0].basis == "通則法第35条の6第3項"
