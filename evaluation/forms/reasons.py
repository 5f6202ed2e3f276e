"""The form of a reason of a draft."""

from typing import Any

from django import forms

from evaluation import reasoning
from evaluation.forms.clauses import SeenField
from evaluation.forms.texts import WritingField
from evaluation.models import Amendment, AmendmentReason
from programs.models import Fund, Program

BOTH = "区分と、新しい区分の見出しの両方が入っています。「新しい区分を作る」を選ぶか、見出しを消してください。"
NEW_GROUP = ("new", "新しい区分を作る")


class ReasonForm(forms.Form):
    """A reason and the group in which the cover memo prints it: a known one, or a new heading."""

    group = forms.ChoiceField(
        label="区分",
        error_messages={
            "required": "区分を選んでください。",
            "invalid_choice": "この変更案の区分から選んでください。",
        },
    )
    new_group = WritingField(
        label="新しい区分の見出し",
        required=False,
        max_length=200,
        error_messages={"required": "新しい区分の見出しを入力してください。"},
        help_text="「新しい区分を作る」ときだけ入力します。例：令和7年度補正予算に伴う変更",
    )
    title = WritingField(
        label="変更事項",
        max_length=200,
        help_text="例：半導体研究の推進",
        error_messages={"required": "変更事項を入力してください。"},
    )
    text = WritingField(
        label="変更する理由の説明",
        rows=6,
        error_messages={"required": "変更する理由の説明を入力してください。"},
    )
    kind = forms.ChoiceField(
        label="理由の種類",
        choices=[("", "選んでください"), *AmendmentReason.Kind.choices],
        error_messages={"required": "理由の種類を選んでください。"},
    )
    program = forms.ModelChoiceField(
        Program.objects.none(),
        label="事業",
        required=False,
        empty_label="なし",
        error_messages={"invalid_choice": "この法人の事業から選んでください。"},
    )
    fund = forms.ModelChoiceField(
        Fund.objects.none(),
        label="基金",
        required=False,
        empty_label="なし",
        error_messages={"invalid_choice": "この法人の基金から選んでください。"},
    )

    def __init__(
        self, draft: Amendment, reason: AmendmentReason | None = None, data: Any = None
    ) -> None:
        names = ("title", "text", "kind", "program", "fund")
        initial = {name: getattr(reason, name) for name in names} if reason else {}
        self.titles = {str(group.pk): group.title for group in draft.reason_groups.all()}
        chosen = reason.group_id if reason else "" if self.titles else NEW_GROUP[0]
        super().__init__(data, initial={"group": chosen} | initial)
        if reason:
            self.fields["seen"] = SeenField()
            self.initial["seen"] = reasoning.fingerprint(reason)
        self.fields["new_group"].required = not self.titles
        agency = draft.period.agency
        groups = [("", "選んでください"), *self.titles.items(), NEW_GROUP]
        self.fields["group"].choices = groups  # type: ignore[attr-defined]
        self.fields["program"].queryset = agency.programs.all()  # type: ignore[attr-defined]
        self.fields["fund"].queryset = agency.funds.all()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Put the heading of the group into `group`: of the one chosen, or the new one."""
        values: dict[str, Any] = super().clean() or {}
        group, heading = values.get("group"), values.pop("new_group", "")
        if group != NEW_GROUP[0]:
            title = self.titles.get(group or "", "")
            if title and heading not in ("", title):
                self.add_error("new_group", BOTH)
            return values | {"group": title}
        if not heading and "new_group" not in self.errors:
            self.add_error("new_group", "新しい区分の見出しを入力してください。")
        return values | {"group": heading}
