"""What every verb of grading stands on: the period's lock, checks of years and of what is printed."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from evaluation.checks import check_text, tidied
from evaluation.figures import years_of
from evaluation.grading.gradebook import Gradebook
from evaluation.models import Clause, ObjectivePeriod
from evaluation.valuing import year_name


def lock_period(period_id: int) -> ObjectivePeriod:
    """Return the period, locked until the end of the transaction."""
    return ObjectivePeriod.objects.select_for_update().get(pk=period_id)


def check_year(period: ObjectivePeriod, fiscal_year: int) -> None:
    """Raise ValidationError for a year outside the period."""
    if fiscal_year not in years_of(period):
        first, last = (year_name(y) for y in (period.first_fiscal_year, period.last_fiscal_year))
        raise ValidationError(f"年度は、{first}から{last}までにしてください。")


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


def differs(row: Model, said: Iterable[str], stored: Model) -> bool:
    """Tell whether some fields of a row are not what is stored."""
    return any(getattr(row, name) != getattr(stored, name) for name in said)


def _label(row: Model, name: str) -> str:
    field: Any = row._meta.get_field(name)
    return str(field.verbose_name)
