"""Dates and years in both calendars: 令和8年1月28日（2026年）, 令和7年度（2025年度）."""

import datetime as dt

from django import template
from django.utils import timezone

from evaluation import eras
from evaluation.eras import written

register = template.Library()


@register.filter
def both_calendars(day: dt.date | None) -> str:
    """Return a date as "令和8年1月28日（2026年）", a moment with its local time; "" for none."""
    if day is None:
        return ""
    if isinstance(day, dt.datetime):
        local = timezone.localtime(day)
        return f"{both_calendars(local.date())} {local:%H:%M}"
    plain = written(day)
    return plain if plain.startswith(str(day.year)) else f"{plain}（{day.year}年）"


@register.filter
def fiscal_year(year: int) -> str:
    """Return a fiscal year by the era of its first day, "令和7年度（2025年度）"."""
    return f"{eras.year_name(year)}（{year}年度）"
