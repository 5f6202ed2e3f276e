"""What the templates ask of the progress of items."""

import datetime as dt

from django import template

from evaluation.progress import ItemProgress

register = template.Library()


@register.filter
def late(progress: ItemProgress, today: dt.date) -> bool:
    """Tell whether an item's year should have been handed in: `one|late:today`."""
    return progress.is_late(today)
