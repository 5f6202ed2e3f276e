"""The form that every form of ours is made of: its texts hold no control characters."""

from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator

from jst_objectives.fonts import unprintable
from jst_objectives.plain_text import refusal


def name_null_too(field: forms.Field) -> None:
    """Leave U+0000 to our own check: Django's Japanese message for it asks to type something."""
    field.validators = [
        v for v in field.validators if not isinstance(v, ProhibitNullCharactersValidator)
    ]


class PlainForm(forms.Form):
    """Texts are checked after their own fields; line ends come as browsers send them.

    `is_printed`: what is typed is printed, so that our fonts must have its characters.
    """

    is_printed = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            name_null_too(field)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name, value in list(cleaned.items()):
            if isinstance(value, str):
                cleaned[name] = value.replace("\r\n", "\n")
                if words := refusal(cleaned[name]) or self._unprintable(cleaned[name]):
                    self.add_error(name, f"{self.fields[name].label}の{words}")
        return cleaned

    def restamp(self, name: str, seen: object) -> None:
        """Let the form be sent again against what stands now, which its reader is shown."""
        data = self.data.copy()  # type: ignore[attr-defined]
        data[self.add_prefix(name)] = str(seen)
        self.data = data

    def _unprintable(self, text: str) -> str:
        return unprintable(text) if self.is_printed else ""
