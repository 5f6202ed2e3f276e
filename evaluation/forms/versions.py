"""Which two versions of a text are compared."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from evaluation.documents.offered import Offered, proposed
from evaluation.documents.versions import UNREADABLE, Reader, Version
from evaluation.forms.dates import JapaneseDateField
from evaluation.forms.plain import PlainForm
from evaluation.models import ObjectivePeriod

ONLY_OF_A_DAY = "「ある日に適用される本文」を選んだときだけ。"
ON = "on"  # the choice of a day, which a field of its own holds


def _initial(offered: Sequence[Offered]) -> dict[str, Any]:
    """Propose an amendment with the text before it; where there is none, today's with the baseline."""
    new = proposed(offered)
    old = new.replace("with:", "before:")
    if any(old == value for _, group in offered for value, _ in group):
        return {"old": old, "new": new}
    return {"old": ON, "old_on": timezone.localdate(), "new": new}


class VersionsForm(PlainForm):
    """Which two versions are compared: chosen from lists, or in the short form of an address."""

    old = forms.CharField(label="比べる元（変更の前）", max_length=100, widget=forms.Select)
    old_on = JapaneseDateField(label="元の日付", required=False, help_text=ONLY_OF_A_DAY)
    new = forms.CharField(label="比べる先（変更の後）", max_length=100, widget=forms.Select)
    new_on = JapaneseDateField(label="先の日付", required=False, help_text=ONLY_OF_A_DAY)

    def __init__(
        self, query: Any, period: ObjectivePeriod, reader: Reader, offered: Sequence[Offered]
    ) -> None:
        super().__init__(query or None, initial=_initial(offered))
        self.period, self.reader = period, reader
        for name in ("old", "new"):
            field: Any = self.fields[name]
            field.widget.choices = [(ON, "ある日に適用される本文（日付を入力）"), *offered]
            del field.widget.attrs["maxlength"]  # a list has none
            self._keep(name, field)
            field.error_messages["required"] = f"{field.label}を選んでください。"

    def _keep(self, name: str, field: Any) -> None:
        """Offer what an address names in its short form too, so that a refused form keeps it."""
        typed = self.data.get(name, "")
        known = {value for _, group in field.widget.choices[1:] for value, _ in group}
        if typed and typed != ON and typed not in known:
            field.widget.choices += [(typed, f"アドレスで指定した版（{typed[:60]}）")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in ("old", "new"):
            if name in cleaned and f"{name}_on" in cleaned:
                self._read(name, cleaned)
        return cleaned

    def _read(self, name: str, cleaned: dict[str, Any]) -> None:
        """Put the version in the place of its choice."""
        day, field = cleaned[f"{name}_on"], name
        spec = cleaned[name]
        if spec == ON:
            field = f"{name}_on"
            if day is None:
                self.add_error(field, f"{self.fields[field].label}を入力してください。")
                return
            spec = f"on:{day}"
        try:
            cleaned[name] = Version.parse(spec, self.period, self.reader)
        except ValidationError as error:
            if error.code == UNREADABLE:  # a list is chosen from again, not written by its forms
                words = f"{self.fields[name].label}の「{spec[:60]}」という版はありません。"
                self.add_error(field, f"{words}一覧から選び直してください。")
            else:
                self.add_error(field, f"{self.fields[name].label}：{error.messages[0]}")

    @property
    def was_chosen(self) -> bool:
        """Whether the query is that of the form; its result has a shorter address."""
        return bool({"old_on", "new_on"} & self.data.keys())
