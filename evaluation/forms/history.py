"""What an auditor looks for in the histories."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property

from evaluation.audited import amendments_of, items_of, subject_name
from evaluation.forms.dates import JapaneseDateField
from evaluation.forms.plain import PlainForm
from evaluation.past import tracked_models
from evaluation.trail import SYSTEM, Search
from programs.models import AccessRecord, Agency

EVERYTHING = [("", "すべて")]


class HistoryForm(PlainForm):
    """The filters, freely combined; an empty one asks nothing."""

    person = forms.CharField(
        label="操作した人",
        help_text=f"氏名かユーザー名の一部。人によらないものは「{SYSTEM}」",
        required=False,
        max_length=100,
        error_messages={"max_length": "操作した人は100文字以内で入力してください。"},
    )
    since = JapaneseDateField(label="この日から", required=False)
    until = JapaneseDateField(label="この日まで", required=False)
    kind = forms.ChoiceField(label="対象・記録の種類", required=False)
    amendment = forms.ChoiceField(label="変更", required=False)
    item = forms.ChoiceField(
        label="項目（本文・評価軸・指標を含む）",
        help_text="発行・取り出し・閲覧などのアクセスの記録は、項目では絞れません",
        required=False,
    )
    agency = forms.ChoiceField(label="法人", required=False)
    subject = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, agencies: Sequence[Agency], hidden: Sequence[int], **kwargs: Any
    ) -> None:
        """`hidden`: ids of the amendments of which the auditor reads no text."""
        super().__init__(*args, **kwargs)
        self.agencies, self.hidden = agencies, hidden
        choices: dict[str, list[Any]] = {
            "kind": kinds(),
            "amendment": amendments_of([agency.pk for agency in agencies]),
            "item": items_of(agencies, hidden),
            "agency": [(agency.code, agency.short_name) for agency in agencies],
        }
        for name, offered in choices.items():
            field: Any = self.fields[name]
            field.choices = [*EVERYTHING, *offered]
            field.error_messages["invalid_choice"] = f"{field.label}は、一覧から選んでください。"

    def clean_subject(self) -> tuple[str, int] | None:
        """Read "wording-12"."""
        value = self.cleaned_data["subject"]
        name, _, pk = value.partition("-")
        if not value:
            return None
        if name not in tracked_models() or not (pk.isascii() and pk.isdigit() and len(pk) < 19):
            raise ValidationError(
                "対象の指定を読み取れません。一覧の「この対象の履歴」から選び直してください。"
            )
        return name, int(pk)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error(
                "until", "「この日まで」には、「この日から」以後の日付を入力してください。"
            )
        if cleaned.get("item") and cleaned.get("kind") in AccessRecord.Kind.values:
            self.add_error(
                "item", "アクセスの記録は、項目では絞れません。「項目」を空にして探してください。"
            )
        return cleaned

    @property
    def asked_agencies(self) -> list[Agency]:
        code = self.cleaned_data["agency"]
        return [agency for agency in self.agencies if code in ("", agency.code)]

    @cached_property
    def subject_name(self) -> str:
        return subject_name(self.cleaned_data["subject"], self.hidden)

    @property
    def asked_name(self) -> str:
        """Return whose history is asked for, by its title; "" for no one object's."""
        if self.cleaned_data["subject"]:
            return self.subject_name
        amendments: Any = self.fields["amendment"]
        titles = {str(pk): title for pk, title in amendments.choices if pk}
        return titles.get(self.cleaned_data["amendment"], "")

    @property
    def search(self) -> Search:
        """What a valid form asks."""
        asked = self.cleaned_data
        return Search(
            agencies=tuple(agency.pk for agency in self.asked_agencies),
            person=asked["person"],
            since=asked["since"],
            until=asked["until"],
            kind=asked["kind"],
            subject=asked["subject"],
            amendment=int(asked["amendment"]) if asked["amendment"] else None,
            item=int(asked["item"]) if asked["item"] else None,
            hidden=tuple(self.hidden),
        )


def kinds() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what may be asked for: models with a history, and kinds of access record."""
    models = [(name, str(model._meta.verbose_name)) for name, model in tracked_models().items()]
    return [
        ("データの変更", sorted(models, key=lambda choice: choice[1])),
        (
            "アクセスの記録",
            [(str(value), str(label)) for value, label in AccessRecord.Kind.choices],
        ),
    ]
