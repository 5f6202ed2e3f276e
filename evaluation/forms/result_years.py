"""The forms of a fiscal year's course: handing in, checking, sharing out, closing, letting in, reporting."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import BoundField
from django.utils import timezone

from evaluation.comparison.alignment import UnitKind
from evaluation.deadlines import report_due
from evaluation.eras import written
from evaluation.figures import Figures
from evaluation.forms.amendments import PersonField
from evaluation.forms.clauses import REOPEN, SeenField
from evaluation.forms.dates import JapaneseDateField
from evaluation.forms.measures import choice
from evaluation.forms.plain import PlainForm
from evaluation.forms.texts import WritingField
from evaluation.models import Clause, IndicatorMeasure, ObjectivePeriod
from evaluation.progress import ItemProgress
from evaluation.valuing import Share, year_name
from programs.models import User

LARGEST_KEY = 2**63 - 1
LONGEST_REVISION = 9  # digits
NOT_LISTED = "一覧から選んでください。"


def reason_field(label: str, help_text: str = "") -> WritingField:
    required = {"required": f"{label}を入力してください。"}
    return WritingField(label=label, max_length=500, help_text=help_text, error_messages=required)


class SeenForm(PlainForm):
    """Nothing but what the user saw: the item's year as it was, to be handed in or confirmed."""

    seen = SeenField()


class ReturnForm(SeenForm):
    words = WritingField(
        label="差し戻す理由",
        rows=4,
        max_length=2000,
        help_text="何を直してほしいかを書きます。入力する人の「私の作業」に、この言葉が載ります。",
        error_messages={"required": "差し戻す理由を入力してください。"},
    )


class OpenAgainForm(SeenForm):
    words = WritingField(
        label="確定を取り消す理由",
        rows=4,
        max_length=2000,
        help_text="何を入力し、直してほしいかを書きます。入力する人の「私の作業」に、この言葉が載ります。",
        error_messages={"required": "確定を取り消す理由を入力してください。"},
    )


class ClosingForm(PlainForm):
    """Why a year is closed, or opened again; everybody who reads the results reads it.

    `stands`: the closing that the form opens again; 0 to close.
    """

    stands = forms.IntegerField(
        min_value=0,
        max_value=LARGEST_KEY,
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), REOPEN),
    )
    reason = reason_field("理由", "この年度の値を見るすべての人に、この理由が示されます。")


class AdmissionForm(PlainForm):
    """One person, one value or yearly text, until the end of a day."""

    measure = forms.TypedChoiceField(
        label="直してよい値",
        error_messages={"required": "直してよい値を選んでください。", "invalid_choice": NOT_LISTED},
    )
    user = PersonField(
        label="許可を受ける者",
        queryset=User.objects.none(),
        empty_label="選んでください",
        error_messages={
            "required": "許可を受ける者を選んでください。",
            "invalid_choice": NOT_LISTED,
        },
    )
    until = JapaneseDateField(
        label="期限の日", help_text="この日の終わりまで直せます。30日先まで選べます。"
    )
    reason = reason_field("許可の理由", "例：元の資料が訂正されたため")

    def __init__(
        self, figures: Figures, people: QuerySet[User], data: Any = None, chosen: str = ""
    ) -> None:
        super().__init__(data, initial={"measure": chosen})
        grouped = list(_grouped(figures))
        places = {key: place for _, found in grouped for key, _, place in found}
        field: Any = self.fields["measure"]
        named = [(item, [(key, name) for key, name, _ in found]) for item, found in grouped]
        field.choices = [("", "選んでください"), *named]
        field.coerce = places.__getitem__
        self.fields["user"].queryset = people  # type: ignore[attr-defined]

    def clean_until(self) -> dt.datetime:
        day: dt.date = self.cleaned_data["until"]
        zone = timezone.get_current_timezone()
        return dt.datetime.combine(day, dt.time(23, 59, 59), tzinfo=zone)


Choice = tuple[str, str, IndicatorMeasure | Clause]


def _grouped(figures: Figures) -> Iterator[tuple[str, list[Choice]]]:
    """Yield what is entered, by item: measures, and the yearly texts of evaluation indicators."""
    for item, nodes in figures.items:
        found: list[Choice] = []
        for node in nodes:
            if node.kind is UnitKind.EVALUATION_INDICATOR:
                clause = node.wording.clause
                found.append((f"text-{clause.pk}", f"{_cut(node.text)}：実績の文", clause))
            found += [
                (str(measure.pk), f"{_cut(node.text)}：{measure.label}", measure)
                for measure in figures.measures.get(node.clause_id, [])
                if measure.nature != IndicatorMeasure.Nature.RATIO
            ]
        if found:
            yield f"{figures.text.number(item)} {_cut(item.text)}", found


def _cut(words: str, length: int = 24) -> str:
    return words if len(words) <= length else words[: length - 1] + "…"


class PeopleForm(PlainForm):
    """Who enters each item's year, and until when. Cleans to `shares`, as `valuing.share_out` takes them:
    a row that somebody else changed meanwhile is left to them, unless it was changed here too."""

    def __init__(
        self, items: Sequence[ItemProgress], people: Iterable[User], data: Any = None
    ) -> None:
        super().__init__(data)
        self.items = items
        by_pk = {str(person.pk): person for person in people}
        names = [(pk, f"{u.get_full_name()}（{u.get_username()}）") for pk, u in by_pk.items()]
        for one in items:
            pk, heading = one.item.clause_id, _cut(one.item.text)
            self.fields[f"person_{pk}"] = forms.TypedChoiceField(
                label=f"「{heading}」の担当者",
                required=False,
                show_hidden_initial=True,
                choices=[("", "決めない"), *names],
                coerce=by_pk.get,
                empty_value=None,
                initial=one.person.pk if one.person else "",
                error_messages={"invalid_choice": "担当者を、法人担当者の一覧から選んでください。"},
            )
            self.fields[f"due_{pk}"] = JapaneseDateField(
                label=f"「{heading}」の期限",
                required=False,
                show_hidden_initial=True,
                initial=one.due_on or (None if one.row else report_due(one.fiscal_year)),
            )
            self.fields[f"seen_{pk}"] = SeenField()
            self.initial[f"seen_{pk}"] = one.row.revision if one.row else 0

    @property
    def rows(self) -> Iterable[tuple[ItemProgress, BoundField, BoundField, BoundField]]:
        for one in self.items:
            pk = one.item.clause_id
            names = (f"person_{pk}", f"due_{pk}", f"seen_{pk}")
            person, due, seen = (self[name] for name in names)
            yield one, person, due, seen

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.shares: list[Share] = []
        for one in self.items:
            person, due, stamp = (
                f"{name}_{one.item.clause_id}" for name in ("person", "due", "seen")
            )
            if stamp not in cleaned:
                continue
            seen, revision = seen_of(cleaned[stamp]), one.row.revision if one.row else 0
            is_mine = person in self.changed_data or due in self.changed_data
            if seen != revision and not is_mine:
                continue
            if seen != revision:
                self.add_error(person, _theirs(one))
                self.restamp(stamp, revision)
            clause = one.item.wording.clause
            self.shares.append(Share(clause, cleaned.get(person), cleaned.get(due), seen))
        return cleaned


def _theirs(one: ItemProgress) -> str:
    person = one.person.get_full_name() if one.person else "決まっていません"
    due = written(one.due_on) if one.due_on else "決まっていません"
    return (
        f"ほかの人が先に変更しました（いまの担当者：{person}、期限：{due}）。"
        "入力したとおりにするには、もう一度保存してください。"
    )


class ReportForm(PlainForm):
    """A report: its name, and the year up to which it uses values."""

    title = WritingField(
        label="報告の名前",
        max_length=200,
        help_text="例：令和7年度業務実績等報告書",
        error_messages={"required": "報告の名前を入力してください。"},
    )
    fiscal_year = choice("年度", [], help_text="この年度までの値を、いまのまま保存します。")

    def __init__(self, period: ObjectivePeriod, data: Any = None, chosen: str = "") -> None:
        years = range(period.first_fiscal_year, period.last_fiscal_year + 1)
        shown = {str(year): year for year in years}.get(chosen, period.last_fiscal_year)
        super().__init__(data, initial={"fiscal_year": shown})
        field: Any = self.fields["fiscal_year"]
        field.choices = [(year, year_name(year)) for year in years]

    def clean_fiscal_year(self) -> int:
        return int(self.cleaned_data["fiscal_year"])


def seen_of(typed: str) -> int:
    """Return the revision that a form carried. Raises ValidationError for what is none."""
    if not typed.isascii() or not typed.isdecimal() or len(typed) > LONGEST_REVISION:
        raise ValidationError("ページを開き直してから、もう一度やり直してください。")
    return int(typed)
