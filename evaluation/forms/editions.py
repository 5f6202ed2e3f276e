"""Which text a reader asks for: of a day, as known at a moment, or with an amendment."""

import datetime as dt
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from evaluation.forms.dates import JapaneseDateField
from evaluation.forms.plain import PlainForm
from evaluation.lifespans import MOMENT, read_moment


class KnownField(JapaneseDateField):
    """The moment K from which a text is known: the end of a day in either calendar, or a moment of
    Asia/Tokyo as 「2026-02-01T10:00」. Cleans to an aware `datetime.datetime`."""

    def prepare_value(self, value: Any) -> Any:
        return value

    def to_python(self, value: Any) -> Any:
        typed = str(value or "").strip()
        if re.fullmatch(MOMENT, typed, re.ASCII):
            return self._past(self._moment(typed), typed)
        day = super().to_python(value)
        if day is None:
            return None
        return self._past(timezone.make_aware(dt.datetime.combine(day, dt.time.max)), typed)

    def _moment(self, typed: str) -> dt.datetime:
        try:
            return read_moment(typed)
        except ValueError:
            raise ValidationError(f"{self.label}の「{typed}」という日時はありません。") from None

    def _past(self, moment: dt.datetime, typed: str) -> dt.datetime:
        if timezone.localtime(moment).date() > timezone.localdate():
            words = "これから先の日です。知ることができるのは、今日までに登録された内容です。"
            raise ValidationError(f"{self.label}の「{typed}」は、{words}")
        return moment


class EditionForm(PlainForm):
    """The query of every page on which the text is read. Without an answer: today's text."""

    on = JapaneseDateField(
        label="適用される日",
        required=False,
        help_text="この日に適用される本文を読みます。空欄なら今日。",
    )
    known = KnownField(
        label="登録の時点",
        required=False,
        help_text="この日までの登録だけで読みます。空欄なら今日。",
    )
    amendment = forms.CharField(required=False, max_length=50, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("amendment") and cleaned.get("on"):
            self.add_error("on", "適用される日と変更は、どちらか一つだけを指定してください。")
        return cleaned
