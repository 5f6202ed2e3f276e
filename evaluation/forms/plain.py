"""The form that every form of ours is made of: its texts hold no control characters."""

from typing import Any

from django import forms

from jst_objectives.plain_text import refusal


class PlainForm(forms.Form):
    """Texts are checked after their own fields; line ends come as browsers send them."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name, value in list(cleaned.items()):
            if isinstance(value, str):
                cleaned[name] = value.replace("\r\n", "\n")
                if words := refusal(cleaned[name]):
                    self.add_error(name, f"{self.fields[name].label}の{words}")
        return cleaned
