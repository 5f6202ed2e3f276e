"""Figures as `evaluation.numbers` prints them, the same on every page."""

from typing import Any

from django import template

from evaluation.models import IndicatorMeasure
from evaluation.numbers import written
from evaluation.valuing import year_name as name_of_year

register = template.Library()


@register.filter
def printed(row: Any, measure: IndicatorMeasure) -> str:
    """Return a value, or a row of its history, as it is printed with its unit; 「－」 for none."""
    if row is None:
        return written(None)
    options = {"state": row.state, "text": row.text, "stage": row.stage}
    return written(row.number, measure.decimals, measure.unit, **options)


@register.filter
def year_name(year: int) -> str:
    """Return 「令和7年度」."""
    return name_of_year(year)
