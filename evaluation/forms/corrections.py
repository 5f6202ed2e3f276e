"""Correcting a decided wording: the right words, and the draft that says them."""

from typing import Any

from django import forms

from evaluation import drafting
from evaluation.forms.amendments import SlugField, free_slug, title_field
from evaluation.forms.plain import PlainForm
from evaluation.forms.texts import WritingField
from evaluation.models import Amendment, Wording

NEW = "正誤の変更案を新しく作る"


class CorrectionForm(PlainForm):
    """`fields_of_draft` are for a new draft only, and left out where one is chosen."""

    is_printed = True

    text = WritingField(
        label="正しい文言",
        rows=6,
        error_messages={"required": "正しい文言を入力してください。"},
    )
    draft = forms.ModelChoiceField(
        label="変更案",
        queryset=Amendment.objects.none(),
        required=False,
        empty_label=NEW,
        help_text="同じときに決定する正誤は、一つの変更案にまとめられます。",
        error_messages={"invalid_choice": "起案中の正誤の変更案から選んでください。"},
    )
    title = title_field()
    slug = SlugField()

    def __init__(self, wording: Wording, drafts: Any, data: Any = None) -> None:
        self.wording, period = wording, wording.amendment.period
        super().__init__(data, initial={"text": wording.text})
        self.fields["draft"].queryset = drafts  # type: ignore[attr-defined]
        self.fields["title"].initial = f"{wording.amendment.title[:190]}の正誤"
        self.fields["slug"].initial = drafting.suggested_slug(
            Amendment(period=period, slug="correction")
        )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("draft"):
            for name in ("title", "slug"):
                values.pop(name, None)
                self.errors.pop(name, None)
        return values

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if self.cleaned_data.get("draft"):
            return slug
        return free_slug(self.wording.amendment.period, slug)
