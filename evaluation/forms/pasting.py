"""The form that takes a text from Word, and the ticks of its preview."""

from typing import Any

from django import forms

from evaluation.forms.clauses import ReasonField, reasons_of
from evaluation.forms.plain import name_null_too
from evaluation.models import Amendment
from evaluation.models.texts import Text
from evaluation.placing import NUMBERED

LONGEST = 100_000  # characters of a pasted text


class PasteForm(forms.Form):
    """Below which item, and what; `chosen` and `seen` come with the preview."""

    text = forms.CharField(
        label="貼り付ける文章",
        strip=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text="Wordから、そのまま貼り付けます。1行が1段落です。「4. 3. 見出し」は項目、「○評価軸」「○評価指標」"
        "「○モニタリング指標」の後の行は、それぞれの指標になります。",
        error_messages={
            "required": "文章を貼り付けてください。",
            "max_length": f"一度に貼り付けられるのは、{LONGEST:,}文字までです。",
        },
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, draft: Amendment, tree: Text, data: Any = None, place: str = "") -> None:
        super().__init__(data)
        nodes = {node.public_id: node for node in tree.order if node.kind in NUMBERED}
        choices = [(key, f"{tree.number(node)} {node.text}") for key, node in nodes.items()]
        self.fields["place"] = forms.TypedChoiceField(
            label="貼り付ける項目",
            choices=[("", "選んでください"), *choices],
            coerce=lambda key: nodes[key].wording.clause,
            initial=place,
            error_messages={
                "required": "どの項目に貼り付けるかを選んでください。",
                "invalid_choice": "選んだ項目は、その間に削られました。選び直してください。",
            },
        )
        self.fields["reason"] = ReasonField(reasons_of(draft))
        name_null_too(self.fields["text"])
        self.order_fields(["place", "text", "reason"])
