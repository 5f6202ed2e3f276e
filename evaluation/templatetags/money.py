"""Amounts of whole yen, exact: in words (1,550億円) and in figures (155,000,000,000円)."""

from django import template

register = template.Library()

# Japanese counts in units of 10,000.
UNITS = ((10**12, "兆"), (10**8, "億"), (10**4, "万"), (1, ""))


@register.filter
def yen_in_words(yen: int | None) -> str:
    """Return whole yen as "1兆5,000億円", nothing rounded; "" for none."""
    if yen is None:
        return ""
    words = ""
    rest = abs(yen)
    for size, name in UNITS:
        count, rest = divmod(rest, size)
        words += f"{count:,}{name}" if count else ""
    return f"{'-' if yen < 0 else ''}{words or 0}円"


@register.filter
def yen_in_figures(yen: int | None) -> str:
    """Return whole yen as "1,500,000,000,000円"; "" for none."""
    return "" if yen is None else f"{yen:,}円"
