"""Fields for official text: tidied, with refusals that name the field, the line and the character."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from evaluation.checking.numbers import NUMBER_FORMS, is_number
from evaluation.checks import check_heading, check_text, tidied
from evaluation.entering.fields import VALUE
from evaluation.forms.plain import name_null_too

LINE_BREAK = re.compile(r"\r\n|\r|\n")
BULLET = "・"
# Fields of all forms that hold somebody's own words: what must not be lost where a form is refused.
WORDS = (
    "label",
    "title",
    "text",
    "mine",
    "parts",
    "body",
    "axes",
    "evaluation_indicators",
    "monitoring_indicators",
    "results",
    "grounds",
    "raised_grounds",
    "issues",
    "opinion",
    "medium",
    "annual",
    "issue",
    "remedy",
    "words",
    "value",
    "note",
    "why",
)
# The field of a form that holds ticks in place of words: of which texts they are.
TEXTS_SEEN = "texts_seen"
# … and the paragraphs of a merge that somebody wrote anew; fields of the grid of values (`VALUE`).
OWN = "own-"
# What people type for a number of 2.5: full-width digits, and the dot that is printed behind it.
HALF_WIDTH = {code + 0xFEE0: code for code in b"0123456789"}


def words_of(fields: Mapping[str, Any]) -> list[str]:
    """Return what somebody wrote, of a form's fields; never a password or a code."""
    own = (OWN, VALUE)
    return [str(fields[n]) for n in fields if (n in WORDS or n.startswith(own)) and fields[n]]


class WritingField(forms.CharField):
    """One text; a leading full-width space and inner line breaks stay."""

    def __init__(self, *, rows: int = 0, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
        super().__init__(strip=False, widget=widget, **options)
        name_null_too(self)

    def to_python(self, value: Any) -> str:
        return tidied(super().to_python(value) or "")

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if isinstance(self.widget, forms.TextInput) and "\n" in text:
            raise ValidationError(f"{self.label}は、改行せずに1行で入力してください。")
        check_text(text, str(self.label))
        return text


class HeadingField(WritingField):
    """The heading of a chapter or item."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        check_heading(text)
        return text


class KeptField(forms.CharField):
    """A text that a form carries along unseen, with plain line breaks as it was stored."""

    def __init__(self) -> None:
        super().__init__(required=False, strip=False, widget=forms.HiddenInput)
        name_null_too(self)

    def to_python(self, value: Any) -> str:
        return LINE_BREAK.sub("\n", super().to_python(value) or "")


class LinesField(forms.CharField):
    """One text per line, empty lines left out; `bullets`: a 「・」 before each is left out too."""

    def __init__(self, *, rows: int, bullets: bool = False, **options: Any) -> None:
        self.bullets = bullets
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(strip=False, widget=widget, **options)
        name_null_too(self)

    def clean(self, value: Any) -> list[str]:
        lines, errors = [], []
        for number, line in enumerate(LINE_BREAK.split(super().clean(value)), start=1):
            text = line.strip().removeprefix(BULLET).strip() if self.bullets else line.rstrip()
            try:
                check_text(text, f"{self.label}の{number}行目")
            except ValidationError as error:
                errors += error.messages
            if text:
                lines.append(text)
        if errors:
            raise ValidationError(errors)
        return lines


class NumberField(forms.CharField):
    """A clause's own number: "5" of 2.5, as it is stored."""

    def __init__(self, **options: Any) -> None:
        attrs = {"class": "short", "autocomplete": "off"}
        super().__init__(max_length=20, widget=forms.TextInput(attrs=attrs), **options)
        name_null_too(self)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).translate(HALF_WIDTH).rstrip(".．")

    def clean(self, value: Any) -> str:
        number: str = super().clean(value)
        check_text(number, str(self.label))
        if number and not is_number(number):
            raise ValidationError(
                f"「{number}」は、番号として使えません。{NUMBER_FORMS}のような、"
                "この条項だけの番号を入力してください（数字は1から999まで）。"
            )
        return number
