"""What every verb of grading stands on: checks of items and of what is printed."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from evaluation.checks import check_text, tidied
from evaluation.grading.gradebook import Gradebook
from evaluation.models import Clause, ObjectivePeriod
from evaluation.valuing import year_name


def check_item(item: Clause | None) -> None:
    """Raise ValidationError for a clause that is no item."""
    if item is not None and item.kind != Clause.Kind.ITEM:
        raise ValidationError("評価の対象は、項目です。")


def check_graded(period: ObjectivePeriod, item: Clause, fiscal_year: int) -> None:
    """Raise ValidationError for an item that gets no grade in a year."""
    book = Gradebook.of(period)
    node = book.figures.text.nodes.get(item.pk)
    if node is None or not book.is_graded(node, fiscal_year):
        raise ValidationError(
            f"この項目は、{year_name(fiscal_year)}に評定しません。評価上の扱いを確かめてください。"
        )


def first_day(fiscal_year: int) -> dt.date:
    """Return the day from which a year is evaluated: its results are evaluated when it is over (通則法
    第35条の6第1項). 見込評価 belongs to the last year but one, so it is no exception."""
    return dt.date(fiscal_year + 1, 4, 1)


def set_texts(row: Model, said: dict[str, Any]) -> None:
    """Set fields of a row, texts tidied; raises ValidationError, by field, for what cannot be printed."""
    errors = {}
    for name, value in said.items():
        setattr(row, name, tidied(value) if isinstance(value, str) else value)
        if isinstance(value, str):
            try:
                check_text(getattr(row, name), _label(row, name))
            except ValidationError as error:
                errors[name] = error.messages
    if errors:
        raise ValidationError(errors)


def _label(row: Model, name: str) -> str:
    field: Any = row._meta.get_field(name)
    return str(field.verbose_name)
