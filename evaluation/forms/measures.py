"""The forms of a measure and of a target."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from evaluation import numbers, valuing
from evaluation.forms.clauses import SeenField
from evaluation.forms.dates import JapaneseDateField
from evaluation.forms.plain import PlainForm
from evaluation.forms.texts import WritingField
from evaluation.models import Clause, IndicatorMeasure
from evaluation.models.measures import PLACES
from evaluation.suggesting import Suggestion
from evaluation.valuing import year_name

CHOOSE = "一覧から選んでください。"
NUMBER_HELP = "全角の数字、桁区切り、△、単位（百万円、件など）も読み取ります。"


def choice(label: str, choices: Any, **options: Any) -> forms.ChoiceField:
    errors = {"required": f"{label}を選んでください。", "invalid_choice": f"{label}は、{CHOOSE}"}
    return forms.ChoiceField(label=label, choices=choices, error_messages=errors, **options)


class MeasureForm(PlainForm):
    """What is measured. Filled from a measure, or from a suggestion that nobody has stored."""

    label = WritingField(
        label="測定項目",
        max_length=100,
        help_text="表とグラフに出る名前です。例：特許出願件数",
        error_messages={"required": "測定項目の名前を入力してください（例：特許出願件数）。"},
    )
    nature = choice("性質", IndicatorMeasure.Nature.choices)
    unit = WritingField(
        label="単位",
        max_length=20,
        required=False,
        help_text="例：件、人、百万円、%。文で入力するもの（定性）は空けます。",
    )
    decimals = choice("小数の桁数", [(n, f"{n}桁" if n else "整数") for n in range(PLACES + 1)])
    direction = choice(
        "方向",
        IndicatorMeasure.Direction.choices,
        help_text="「方向なし」にすると、達成目標を達成したかどうかを判定しません。",
    )
    accumulation = choice(
        "数え方",
        IndicatorMeasure.Accumulation.choices,
        help_text="「累計」は、その年度に加わった数を入力し、期間の初めからの合計を目標と比べます。",
    )
    numerator = forms.ModelChoiceField(
        IndicatorMeasure.objects.none(),
        label="分子",
        required=False,
        empty_label="なし",
        help_text="割合のときだけ選びます。値は計算され、入力しません。",
        error_messages={"invalid_choice": CHOOSE},
    )
    denominator = forms.ModelChoiceField(
        IndicatorMeasure.objects.none(),
        label="分母",
        required=False,
        empty_label="なし",
        error_messages={"invalid_choice": CHOOSE},
    )
    baseline = forms.CharField(label="基準値", required=False, help_text=NUMBER_HELP)
    baseline_year = forms.CharField(
        label="基準年度", required=False, help_text="西暦の4桁で入力します。例：2021（令和3年度）"
    )
    baseline_note = WritingField(
        label="基準値の注",
        max_length=200,
        required=False,
        help_text="例：前期中長期目標期間の最終年度値",
    )

    def __init__(
        self,
        indicator: Clause,
        measure: IndicatorMeasure | None = None,
        suggestion: Suggestion | None = None,
        data: Any = None,
    ) -> None:
        others = indicator.measures.filter(nature="quantitative")
        others = others.exclude(pk=measure.pk) if measure else others
        super().__init__(data, initial=_initial(measure, suggestion, others))
        for name in ("numerator", "denominator"):
            self.fields[name].queryset = others  # type: ignore[attr-defined]
        if measure:
            self.fields["seen"] = SeenField()
            self.initial["seen"] = valuing.fingerprint(measure)

    def clean_baseline_year(self) -> int | None:
        typed = numbers.fold(self.cleaned_data["baseline_year"]).removesuffix("年度")
        if typed and not (typed.isdecimal() and len(typed) == 4):
            raise ValidationError("基準年度は西暦の4桁で入力してください（例：2021）。")
        return int(typed) if typed else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        cleaned["decimals"] = int(cleaned.get("decimals", 0))
        reading = numbers.read(
            cleaned.get("baseline", ""), cleaned.get("unit", ""), cleaned["decimals"]
        )
        if reading.error or reading.state:
            expected = numbers.example(cleaned.get("unit", ""), cleaned["decimals"])
            self.add_error("baseline", reading.error or f"数を入力してください（例：{expected}）。")
        cleaned["baseline"] = reading.number
        return cleaned


def _initial(
    measure: IndicatorMeasure | None, suggestion: Suggestion | None, others: Any
) -> dict[str, Any]:
    if measure:
        initial = {name: getattr(measure, name) for name in MeasureForm.base_fields}
        if measure.baseline is not None:
            initial["baseline"] = numbers.written(measure.baseline, measure.decimals)
        return initial | {"numerator": measure.numerator_id, "denominator": measure.denominator_id}
    if suggestion is None:
        return {"nature": "quantitative", "direction": "none", "accumulation": "yearly"}
    names = ("label", "unit", "decimals", "nature")
    initial = {name: getattr(suggestion, name) for name in names}
    by_label = {other.label: other.pk for other in others} if suggestion.parts else {}
    for name, label in zip(("numerator", "denominator"), suggestion.parts or (), strict=False):
        initial[name] = by_label.get(label)
    return initial | {"direction": "none", "accumulation": "yearly"}


class TargetForm(PlainForm):
    """A target of a measure for a year or a run of years, with the reason why it is set."""

    first_fiscal_year = choice("最初の年度", [])
    last_fiscal_year = choice("最後の年度", [])
    number = forms.CharField(label="目標値", required=False)
    text = WritingField(
        label="目標（文）",
        max_length=500,
        required=False,
        help_text="数で表せないときだけ入力します。例：前年度以上",
    )
    set_on = JapaneseDateField(
        label="定めた日", required=False, help_text="空欄のときは、今日の日付になります。"
    )
    reason = WritingField(
        label="定めた理由",
        max_length=500,
        help_text="前の目標を改めるときは、なぜ改めるのかも書きます。前の目標も残ります。",
        error_messages={"required": "目標を定めた理由を入力してください。"},
    )

    def __init__(self, measure: IndicatorMeasure, data: Any = None) -> None:
        period = measure.indicator.period
        first, last = period.first_fiscal_year, period.last_fiscal_year
        super().__init__(data, initial={"first_fiscal_year": first, "last_fiscal_year": last})
        self.measure = measure
        years = [(year, year_name(year)) for year in range(first, last + 1)]
        for name in ("first_fiscal_year", "last_fiscal_year"):
            self.fields[name].choices = years  # type: ignore[attr-defined]
        expected = numbers.example(measure.unit, measure.decimals)
        self.fields["number"].help_text = f"例：{expected}。{NUMBER_HELP}"

    def clean_number(self) -> Any:
        reading = numbers.read(
            self.cleaned_data["number"], self.measure.unit, self.measure.decimals
        )
        if reading.error:
            raise ValidationError(reading.error)
        if reading.state:
            raise ValidationError("目標には、数か文を入力してください。")
        return reading.number

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in ("first_fiscal_year", "last_fiscal_year"):
            cleaned[name] = int(cleaned.get(name, 0))
        if cleaned["last_fiscal_year"] < cleaned["first_fiscal_year"]:
            self.add_error("last_fiscal_year", "最後の年度は、最初の年度以後にしてください。")
        if (cleaned.get("number") is None) is not bool(cleaned.get("text")) and not self.errors:
            self.add_error("number", "目標は、数か文のどちらか一つで入力してください。")
        return cleaned
