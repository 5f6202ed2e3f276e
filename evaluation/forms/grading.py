"""The forms of grading: ratings, how an item is judged, its plans and inputs."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from evaluation import grades, numbers
from evaluation.figures import years_of
from evaluation.forms.clauses import SeenField
from evaluation.forms.dates import JapaneseDateField
from evaluation.forms.plain import PlainForm
from evaluation.forms.procedure import why_field
from evaluation.forms.texts import WritingField
from evaluation.grading import InputCell, fingerprint_of_plans, fingerprint_of_profile
from evaluation.models import (
    Amendment,
    ItemInput,
    ItemPlan,
    ItemProfile,
    ObjectivePeriod,
    Rating,
)
from evaluation.valuing import year_name

THOUSAND = 1000  # yen
OF_SELF = ("results",)
OF_MINISTER = ("opinion", "agency_wide")


def years(period: ObjectivePeriod) -> list[tuple[int, str]]:
    return [(year, year_name(year)) for year in years_of(period)]


def writing(label: str, rows: int = 6, **options: Any) -> WritingField:
    return WritingField(label=label, rows=rows, required=False, **options)


def ticked(label: str, **options: Any) -> forms.BooleanField:
    """A box to tick, its label behind it."""
    return forms.BooleanField(
        label=label, required=False, template_name="forms/tick.html", **options
    )


# --- Ratings --------------------------------------------------------------------------------------
class RatingForm(PlainForm):
    """What one side says of an item, or of the agency as a whole; nothing is asked before it is issued."""

    grade = forms.ChoiceField(
        label="評定",
        required=False,
        widget=forms.RadioSelect,
        help_text="標準はBです。",
        error_messages={"invalid_choice": "評定は、S・A・B・C・Dから選んでください。"},
    )
    results = writing("業務実績", 8, help_text="この項目の年度の業務実績の要約です。")
    grounds = writing("評定の根拠", 8, help_text="確定するときに要ります。")
    raised = ticked("困難度により一段階引き上げた")
    raised_grounds = writing("引き上げた根拠", 4, help_text="具体的に書きます。")
    issues = writing("課題と対応", 6)
    opinion = writing("審議会・監事の意見", 6)
    agency_wide = ticked(
        "法人全体のマネジメントに起因する",
        help_text="重要度「高」の項目がC以下のときだけ選びます。総合評定はB以下になります。",
    )
    seen = SeenField()

    def __init__(
        self, side: str, rating: Rating | None, data: Any = None, *, research: bool, whole: bool
    ) -> None:
        names = [name for name in self.base_fields if name != "seen"]
        initial = {name: getattr(rating, name) for name in names} if rating else {}
        super().__init__(data, initial=initial | {"seen": rating.revision if rating else 0})
        meanings = grades.meanings(research=research)
        told = [(grade, f"{grade}　{words}") for grade, words in meanings.items()]
        self.fields["grade"].choices = [  # type: ignore[attr-defined]
            *told,
            (grades.NOTHING_DUE, Rating.Grade.NONE.label),
        ]
        dropped: tuple[str, ...] = OF_MINISTER if side == Rating.Side.SELF else OF_SELF
        dropped += ("raised", "raised_grounds", "agency_wide") if whole else ()
        for name in set(dropped):
            del self.fields[name]

    def clean_seen(self) -> int:
        return _revision(self.cleaned_data["seen"])


class IssueForm(PlainForm):
    """The day as of which a rating is issued."""

    issued_on = JapaneseDateField(
        label="確定日", required=False, help_text="空欄のときは、今日の日付になります。"
    )
    seen = SeenField()

    def clean_seen(self) -> int:
        return _revision(self.cleaned_data["seen"])


class PaperForm(PlainForm):
    """That a paper is issued with its blanks; nothing is asked of a `complete` one."""

    incomplete = ticked(
        "空欄のまま発行する",
        error_messages={"required": "空欄を埋めるか、「空欄のまま発行する」を選んでください。"},
    )

    def __init__(self, data: Any = None, *, complete: bool) -> None:
        super().__init__(data)
        if complete:
            del self.fields["incomplete"]
        else:
            self.fields["incomplete"].required = True


class ReopenForm(PlainForm):
    """Why an issued rating is opened again."""

    why = why_field("確定を取り消す理由")
    seen = SeenField()

    def clean_seen(self) -> int:
        return _revision(self.cleaned_data["seen"])


def _revision(typed: str) -> int:
    if not typed.isdecimal() or len(typed) > 9:
        raise ValidationError("ページを開き直してから、もう一度やり直してください。")
    return int(typed)


# --- Items ----------------------------------------------------------------------------------------
class ProfileForm(PlainForm):
    """How an item is judged from a fiscal year on."""

    graded = ticked(
        "この項目で評定する",
        help_text="選ばないときは、この項目の指標は、上の項目の評定に入ります。",
    )
    research = ticked(
        "研究開発に係る項目",
        help_text="選ばないと、達成目標の達成率から評定の案が示されます。",
    )
    important = ticked("重要度「高」")
    importance_grounds = writing("重要度の理由", 3)
    difficult = ticked("困難度「高」")
    difficulty_grounds = writing("困難度の理由", 3)
    legal_basis = WritingField(
        label="根拠条文", max_length=300, required=False, help_text="例：○○法第○条第○項第○号"
    )
    policies = WritingField(label="関連する政策・施策", max_length=300, required=False)
    review_numbers = WritingField(
        label="政策評価・行政事業レビューの番号", max_length=200, required=False
    )
    amendment = forms.ModelChoiceField(
        Amendment.objects.none(),
        label="根拠とする変更",
        required=False,
        empty_label="変更によらない",
        help_text="中長期目標の変更で定めたときに選びます。",
        error_messages={"invalid_choice": "決定した変更から選んでください。"},
    )
    seen = SeenField()

    def __init__(
        self, profile: ItemProfile, own: ItemProfile | None, decided: Any, data: Any = None
    ) -> None:
        """`profile`: what holds in the year; `own`: what was set for just that year, if anything."""
        names = [name for name in self.base_fields if name != "seen"]
        initial = {name: getattr(profile, name) for name in names}
        super().__init__(data, initial=initial | {"seen": fingerprint_of_profile(own)})
        self.fields["amendment"].queryset = decided  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for high, grounds, name in (
            ("important", "importance_grounds", "重要度"),
            ("difficult", "difficulty_grounds", "困難度"),
        ):
            if cleaned.get(high) and not cleaned.get(grounds):
                self.add_error(grounds, f"{name}を高とする理由を入力してください。")
        return cleaned


class PlansForm(PlainForm):
    """The two plans of an item as they hold in a fiscal year. Those `kept` as they are have no fields but
    for what was typed before, which is refused, and stays to be seen."""

    medium = writing(
        ItemPlan.Kind.MEDIUM.label,
        10,
        help_text="変更するまで、以後の年度にも同じ計画を表示します。",
    )
    annual = writing(ItemPlan.Kind.ANNUAL.label, 10)
    seen = SeenField()

    def __init__(
        self, plans: Mapping[str, ItemPlan | None], kept: Iterable[str], data: Any = None
    ) -> None:
        texts: dict[str, Any] = {kind: plan.text if plan else "" for kind, plan in plans.items()}
        seen = fingerprint_of_plans(plans[kind] for kind in ItemPlan.Kind.values)
        super().__init__(data, initial=texts | {"seen": seen})
        for kind in kept:
            if kind not in self.data:
                del self.fields[kind]


class InputsForm(PlainForm):
    """The inputs of an item: a field for every kind and fiscal year, each with its revision.

    A field that somebody else changed meanwhile is left to them, unless it was changed here too. `kept`:
    the years that cannot be changed, each with the reason; they have no fields but for what was typed
    before, which is refused, and stays to be seen.
    """

    def __init__(
        self,
        period: ObjectivePeriod,
        stored: Iterable[ItemInput],
        kept: Mapping[int, str],
        data: Any = None,
    ) -> None:
        rows = {(row.kind, row.fiscal_year): row for row in stored}
        super().__init__(data)
        self.stored, self.kept, self.years = rows, kept, years_of(period)
        self.places = [
            (kind, year)
            for kind in ItemInput.Kind
            for year in self.years
            if year not in kept or self._is_typed(kind, year)
        ]
        for kind, year in self.places:
            row = rows.get((kind.value, year))
            name = f"input-{kind.value}-{year}"
            self.fields[name] = forms.CharField(
                label=f"{kind.label}（{year_name(year)}）",
                required=False,
                show_hidden_initial=True,
                max_length=numbers.LONGEST,
                initial=_typed(kind, row),
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )
            self.fields[f"seen-{name}"] = SeenField()
            self.initial[f"seen-{name}"] = row.revision if row else 0

    def rows(self) -> list[tuple[str, list[tuple[str, forms.BoundField | None, str]]]]:
        """Return the name of every kind, and of each year its field, None where it has none, and what is
        stored."""
        return [
            (f"{kind.label}（{_unit(kind)}）", [self._cell(kind, year) for year in self.years])
            for kind in ItemInput.Kind
        ]

    def _cell(self, kind: ItemInput.Kind, year: int) -> tuple[str, forms.BoundField | None, str]:
        field = self[f"input-{kind.value}-{year}"] if (kind, year) in self.places else None
        return year_name(year), field, _typed(kind, self.stored.get((kind.value, year)))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.cells = []
        for year in sorted({year for _, year in self.places if year in self.kept}):
            self.add_error(None, self.kept[year])
        for kind, year in self.places:
            if year in self.kept:
                continue
            name = f"input-{kind.value}-{year}"
            reading = numbers.read(cleaned.get(name, ""), _unit(kind), _decimals(kind))
            if reading.error:
                self.add_error(name, reading.error)
            elif reading.state:
                self.add_error(name, "数を入力してください。")
            if name in self.errors:
                continue
            seen = _revision(cleaned.get(f"seen-{name}") or "x")
            number = _stored(kind, reading.number)
            row = self.stored.get((kind.value, year))
            revision = row.revision if row else 0
            if seen != revision and name not in self.changed_data:
                continue  # theirs stands
            if seen != revision and number != (row.amount if row else None):
                self.add_error(name, _theirs(kind, row))
                self.restamp(f"seen-{name}", revision)
            self.cells.append(InputCell(kind.value, year, number, seen))
        return cleaned

    def _is_typed(self, kind: ItemInput.Kind, year: int) -> bool:
        """Tell whether a field was changed on a page from before its year was shut."""
        name, now = f"input-{kind.value}-{year}", _typed(kind, self.stored.get((kind.value, year)))
        shown = self.data.get(f"initial-{name}", now)
        return str(self.data.get(name, shown)) != str(shown)


def _theirs(kind: ItemInput.Kind, row: ItemInput | None) -> str:
    now = f"{_typed(kind, row)}{_unit(kind)}" if row else "空欄"
    return (
        f"ほかの人が先に変更しました（いまの値：{now}）。"
        "入力したとおりにするには、もう一度保存してください。"
    )


def _unit(kind: ItemInput.Kind) -> str:
    return "人" if kind is ItemInput.Kind.STAFF else "千円"


def _decimals(kind: ItemInput.Kind) -> int:
    return 2 if kind is ItemInput.Kind.STAFF else 3


def _stored(kind: ItemInput.Kind, typed: Decimal | None) -> Decimal | None:
    """Return what is stored, yen or people. Money is typed in thousands, as it is printed everywhere, so
    that a copied figure is the same amount."""
    if typed is None or kind is ItemInput.Kind.STAFF:
        return typed
    return (typed * THOUSAND).quantize(Decimal(1))


def _typed(kind: ItemInput.Kind, row: ItemInput | None) -> str:
    """Return an amount as it is typed: whole, without the zeros of its decimals."""
    if row is None:
        return ""
    amount = row.amount if kind is ItemInput.Kind.STAFF else row.amount / THOUSAND
    whole = amount == amount.to_integral_value()
    return numbers.written(amount, 0 if whole else _decimals(kind))
