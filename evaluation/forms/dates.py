"""A date typed as officials write it: 2026-04-01, 2026/4/1, 令和8年4月1日 or R8.4.1."""

import datetime as dt
import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from evaluation.eras import ERAS, FIRST_YEAR, LAST_YEAR, era_year, written

EXAMPLES = ("令和8年4月1日", "2026/4/1", "R8.4.1")
EXPECTED = "".join(f"「{form}」" for form in EXAMPLES) + "のどれかの形で入力してください。"
LETTERS = {"R": "令和", "H": "平成", "S": "昭和", "T": "大正", "M": "明治"}
# The year 1 of each era is this year + 1.
YEAR_ZERO = {name: first.year - 1 for name, first in ERAS} | {"明治": 1867}
WRITTEN = re.compile(
    r"(?P<era>[RHSTM]|令和|平成|昭和|大正|明治)?(?P<year>\d{1,4}|元)"
    r"(?:年|[-/.])(?P<month>\d{1,2})(?:月|[-/.])(?P<day>\d{1,2})日?"
)


class JapaneseDateField(forms.Field):
    """A date in either calendar; digits and signs may be full-width. Cleans to a `datetime.date`.

    Errors name the field, what was typed and the expected form.
    """

    widget = forms.TextInput(attrs={"autocomplete": "off", "class": "date"})

    def __init__(self, *, help_text: str = "", **options: Any) -> None:
        super().__init__(help_text=f"{help_text}例：{'、'.join(EXAMPLES)}", **options)
        self.error_messages["required"] = f"{self.label}を入力してください（例：{EXAMPLES[0]}）。"

    def prepare_value(self, value: Any) -> Any:
        return written(value) if isinstance(value, dt.date) else value

    def to_python(self, value: Any) -> dt.date | None:
        if value in self.empty_values or isinstance(value, dt.date):
            return value or None
        typed = str(value).strip()[:40]
        if not typed:
            return None
        try:
            return read_date(typed)
        except ValidationError as error:
            raise ValidationError(f"{self.label}の{error.message}") from None


def read_date(typed: str) -> dt.date:
    """Return the date of a text in either calendar. Raises ValidationError for what is none."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", typed)).upper()
    found = WRITTEN.fullmatch(plain.replace("−", "-").replace("‐", "-"))
    if found is None:
        raise ValidationError(f"「{typed}」を読み取れません。{EXPECTED}")
    era = found["era"] and LETTERS.get(found["era"], found["era"])
    number = 1 if found["year"] == "元" else int(found["year"])
    year = YEAR_ZERO[era] + number if era else number
    if found["year"] == "元" and not era:
        raise ValidationError(f"「{typed}」に元号がありません。{EXPECTED}")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValidationError(f"「{typed}」の年を確かめてください。{EXPECTED}")
    try:
        day = dt.date(year, int(found["month"]), int(found["day"]))
    except ValueError:
        raise ValidationError(f"「{typed}」という日はありません。{EXPECTED}") from None
    if era and (number == 0 or not era_year(day).startswith(era)):
        right = written(day)
        raise ValidationError(f"「{typed}」という日はありません。{right}ではありませんか。")
    return day
