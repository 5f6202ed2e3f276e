"""The forms of remedies and of the steps of an evaluation's procedure."""

from typing import Any

from django import forms
from django.utils import timezone

from evaluation.eras import fiscal_year_of
from evaluation.forms.clauses import SeenField
from evaluation.forms.grading import years
from evaluation.forms.plain import PlainForm
from evaluation.forms.procedure import StepRecordForm, why_field
from evaluation.forms.texts import WritingField
from evaluation.models import Clause, ObjectivePeriod, Remedy, StepKind
from evaluation.models.texts import Node

WHOLE = "法人全体"


def _last_ended(possible: list[tuple[int, str]]) -> int:
    """Return the year that is being told of: the last one that has ended, of those that may be chosen."""
    ended = fiscal_year_of(timezone.localdate()) - 1
    return min(max(ended, possible[0][0]), possible[-1][0])


class YearField(forms.TypedChoiceField):
    """A fiscal year of a period."""

    def __init__(self, **options: Any) -> None:
        errors = {
            "required": "年度を選んでください。",
            "invalid_choice": "年度を、一覧から選んでください。",
        }
        super().__init__(coerce=int, error_messages=errors, **options)


class PointOutForm(PlainForm):
    """What is pointed out, of which item and in the evaluation of which year."""

    item = forms.ChoiceField(
        label="対象",
        required=False,
        error_messages={"invalid_choice": "項目を、一覧から選んでください。"},
    )
    fiscal_year = YearField(label="指摘した年度")
    issue = WritingField(
        label="指摘事項", rows=5, error_messages={"required": "指摘事項を入力してください。"}
    )
    remedy = WritingField(
        label="改善方策", rows=4, required=False, help_text="法人が後から書くこともできます。"
    )

    def __init__(
        self, period: ObjectivePeriod, items: list[tuple[Node, str]], data: Any = None
    ) -> None:
        super().__init__(data, initial={"fiscal_year": _last_ended(years(period))})
        self._items = {node.public_id: node.wording.clause for node, _ in items}
        named = [(node.public_id, label) for node, label in items]
        self.fields["item"].choices = [("", WHOLE), *named]  # type: ignore[attr-defined]
        self.fields["fiscal_year"].choices = years(period)  # type: ignore[attr-defined]

    def clean_item(self) -> Clause | None:
        return self._items.get(self.cleaned_data["item"])


class RemedyForm(PlainForm):
    """One act on a remedy; the fields of the others are left out."""

    issue = WritingField(
        label="指摘事項", rows=5, error_messages={"required": "指摘事項を入力してください。"}
    )
    remedy = WritingField(label="改善方策", rows=5, required=False)
    fiscal_year = YearField(label="年度")
    words = WritingField(
        label="改善の状況", rows=5, error_messages={"required": "状況を入力してください。"}
    )
    why = why_field("完了を取り消す理由")
    seen = SeenField()
    FIELDS: dict[str, tuple[str, ...]] = {
        "issue": ("issue",),
        "remedy": ("remedy",),
        "report": ("fiscal_year", "words"),
        "finish": ("fiscal_year", "words"),
        "again": ("why",),
    }

    def __init__(self, act: str, remedy: Remedy, data: Any = None) -> None:
        initial = {"issue": remedy.issue, "remedy": remedy.remedy, "seen": str(remedy.revision)}
        super().__init__(data, initial=initial, prefix=act)
        for name in set(self.fields) - {*self.FIELDS[act], "seen"}:
            del self.fields[name]
        if "fiscal_year" in self.fields:
            since = [pair for pair in years(remedy.period) if pair[0] >= remedy.fiscal_year]
            self.fields["fiscal_year"].choices = since  # type: ignore[attr-defined]
            self.initial["fiscal_year"] = _last_ended(since)
        if act == "finish":
            self.fields["words"].label = "完了の説明"
            self.fields["fiscal_year"].label = "完了した年度"

    def clean_seen(self) -> int:
        typed = self.cleaned_data["seen"]
        return int(typed) if typed.isdecimal() and len(typed) < 10 else -1


class RatingStepForm(StepRecordForm):
    """A step of the procedure of an evaluation."""

    kind = forms.ModelChoiceField(
        label="手続",
        queryset=StepKind.objects.none(),
        empty_label="選んでください",
        error_messages={
            "required": "手続を選んでください。",
            "invalid_choice": "手続を、一覧から選んでください。",
        },
    )
    field_order = ("kind",)

    def __init__(self, period: ObjectivePeriod, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial or {})
        kinds = period.agency.step_kinds.filter(of_rating=True)
        self.fields["kind"].queryset = kinds  # type: ignore[attr-defined]
