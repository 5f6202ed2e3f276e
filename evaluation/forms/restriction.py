"""Restricting a draft, naming its readers, releasing it."""

from typing import Any

from django import forms

from evaluation import restricting
from evaluation.forms.amendments import PersonField, StepForm
from evaluation.forms.plain import PlainForm
from evaluation.forms.procedure import why_field
from evaluation.models import Amendment
from programs.models import User


class PeopleField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, user: Any) -> str:
        return f"{user.get_full_name()}（{user.get_username()}）"


class RestrictForm(StepForm):
    why = why_field("制限する理由")
    readers = PeopleField(
        label="読める人",
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="あなたと担当者のほかに読める人です。承認者が入っていないと、承認できません。後からも加えられます。",
        error_messages={"invalid_choice": "読める人を、一覧から選んでください。"},
    )

    def __init__(self, *args: Any, amendment: Amendment, **kwargs: Any) -> None:
        super().__init__(*args, amendment=amendment, **kwargs)
        possible = restricting.possible_readers(amendment)
        possible = possible.exclude(pk__in=[self.by.pk, amendment.holder_id or 0])
        self.fields["readers"].queryset = possible  # type: ignore[attr-defined]


class ReleaseForm(StepForm):
    reason = why_field("解除する理由")


class NameForm(PlainForm):
    to = PersonField(
        label="加える人",
        queryset=User.objects.none(),
        empty_label="選んでください",
        help_text="この法人の起案者・承認者・監査者から選びます。共有した後は、法人担当者も選べます。",
        error_messages={
            "required": "加える人を選んでください。",
            "invalid_choice": "加える人を、一覧から選んでください。",
        },
    )

    def __init__(self, amendment: Amendment, data: Any = None) -> None:
        super().__init__(data)
        named = amendment.restriction.readers.values("user")
        possible = restricting.possible_readers(amendment).exclude(pk__in=named)
        self.fields["to"].queryset = possible  # type: ignore[attr-defined]


class UnnameForm(PlainForm):
    is_printed = True
    why = why_field("外す理由")
