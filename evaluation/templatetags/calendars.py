"""Dates and years in both calendars: 令和8年1月28日（2026年）, 令和7年度（2025年度）."""

import datetime as dt

from django import template
from django.utils import timezone

register = template.Library()

# First day of each era since the Meiji calendar reform of 1873, newest first.
ERAS = (
    ("令和", dt.date(2019, 5, 1)),
    ("平成", dt.date(1989, 1, 8)),
    ("昭和", dt.date(1926, 12, 25)),
    ("大正", dt.date(1912, 7, 30)),
    ("明治", dt.date(1873, 1, 1)),
)


def era_year(day: dt.date) -> str:
    """Return the era and year of a day, "令和8" or "令和元". Raises ValueError before 1873."""
    for name, first in ERAS:
        if day >= first:
            number = day.year - first.year + 1 if name != "明治" else day.year - 1867
            return f"{name}{'元' if number == 1 else number}"
    raise ValueError(f"no era for {day}")


@register.filter
def both_calendars(day: dt.date | None) -> str:
    """Return a date as "令和8年1月28日（2026年）", a moment with its local time; "" for none."""
    if day is None:
        return ""
    if isinstance(day, dt.datetime):
        local = timezone.localtime(day)
        return f"{both_calendars(local.date())} {local:%H:%M}"
    if day < ERAS[-1][1]:
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{era_year(day)}年{day.month}月{day.day}日（{day.year}年）"


@register.filter
def fiscal_year(year: int) -> str:
    """Return a fiscal year by the era of its first day, "令和7年度（2025年度）"."""
    return f"{era_year(dt.date(year, 4, 1))}年度（{year}年度）"
