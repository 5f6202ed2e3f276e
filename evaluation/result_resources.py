"""Import and export of measures, targets, values and yearly texts, by what people call things.

What an import stores goes through `evaluation.valuing`, so that closed years, corrections and reasons
hold here as on every page.
"""

import datetime as dt
from typing import Any

from django.db.models import Model, QuerySet
from import_export.fields import Field
from import_export.widgets import Widget

from evaluation import numbers, valuing
from evaluation.models import (
    Amendment,
    ChangeCode,
    Clause,
    IndicatorMeasure,
    IndicatorTarget,
    IndicatorValue,
    Stage,
    Wording,
    YearlyResult,
)
from evaluation.models.measures import PLACES
from evaluation.valuing.measures import SHOWN
from programs.cells import Choice, Number, Reference, Text
from programs.maintenance import maintained_agencies
from programs.models import User
from programs.resources import PlainResource, agency

STAMP = "版"  # what the table saw: nothing that was changed since is overwritten


class Figure(Widget):
    """A number as people type it, of so many decimals; empty is none."""

    def __init__(self, places: int = PLACES) -> None:
        super().__init__()
        self.places = places

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        reading = numbers.read("" if value is None else str(value), "", self.places)
        if reading.error or reading.state:
            raise ValueError(reading.error or f"「{value}」は数ではありません。")
        return reading.number

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else f"{value.normalize():f}"


class Day(Widget):
    """A day as 2026-04-01."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> dt.date:
        try:
            return dt.date.fromisoformat(str(value)[:10])
        except ValueError:
            raise ValueError(f"「{value}」は日付ではありません（例：2026-04-01）。") from None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else f"{value:%Y-%m-%d}"


def _indicators(user: User) -> QuerySet[Clause]:
    kinds = (Clause.Kind.MONITORING_INDICATOR, Clause.Kind.EVALUATION_INDICATOR)
    agencies = maintained_agencies(user)
    decided = Wording.objects.filter(amendment__state=Amendment.State.DECIDED).values("clause")
    return Clause.objects.filter(period__agency__in=agencies, kind__in=kinds, pk__in=decided)


def _measures(user: User) -> QuerySet[IndicatorMeasure]:
    agencies = maintained_agencies(user)
    return IndicatorMeasure.objects.filter(indicator__period__agency__in=agencies)


def period_column(path: str) -> Field:
    return Field(f"{path}__number", column_name="期", widget=Number(), readonly=True)


def _indicator() -> Field:
    keys = {"法人": "period__agency__code", "期": "period__number", "指標": "public_id"}
    widget = Reference(_indicators, keys, "public_id", widgets={"期": Number()})
    return Field("indicator", column_name="指標", widget=widget)


def _measure(name: str = "measure", column: str = "測定項目", *, blank: bool = False) -> Field:
    keys = {"法人": "indicator__period__agency__code", "期": "indicator__period__number"}
    keys |= {"指標": "indicator__public_id", column: "label"}
    widget = Reference(_measures, keys, "label", widgets={"期": Number()}, blank=blank)
    return Field(name, column_name=column, widget=widget)


def _choice(name: str, column: str, choices: Any, *, blank: bool = False) -> Field:
    known = ({"": ""} if blank else {}) | dict(choices)
    return Field(name, column_name=column, widget=Choice(known))


OF_MEASURE = "measure__indicator__period"


class IndicatorMeasureResource(PlainResource):
    agency = agency("indicator__period__agency")
    period = period_column("indicator__period")
    indicator = _indicator()
    numerator = _measure("numerator", "分子", blank=True)
    denominator = _measure("denominator", "分母", blank=True)
    baseline = Field("baseline", column_name="基準値", widget=Figure())
    stamp = Field(column_name=STAMP, readonly=True)

    class Meta(PlainResource.Meta):
        model = IndicatorMeasure
        import_id_fields = ("indicator", "position")
        fields = (
            "agency",
            "period",
            "indicator",
            "position",
            "label",
            "nature",
            "unit",
            "decimals",
            "direction",
            "accumulation",
            "numerator",
            "denominator",
            "baseline",
            "baseline_year",
            "baseline_note",
            "stamp",
        )

    def dehydrate_stamp(self, measure: IndicatorMeasure) -> str:
        return valuing.fingerprint(measure)

    def after_init_instance(self, instance: Any, new: bool, row: Any, **kwargs: Any) -> None:
        super().after_init_instance(instance, new, row, **kwargs)
        instance.seen = Text().clean(row[STAMP])

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        fields = {name: getattr(instance, name) for name in SHOWN}
        if is_create:
            stored = valuing.add_measure(instance.indicator, by=self.user, **fields)
        else:
            stored = valuing.change_measure(instance, by=self.user, seen=instance.seen, **fields)
        instance.pk, instance.position = stored.pk, stored.position


class IndicatorTargetResource(PlainResource):
    """Targets to be added; what was set is never changed."""

    agency = agency(f"{OF_MEASURE}__agency")
    period = period_column(OF_MEASURE)
    indicator = Field(
        "measure__indicator__public_id", column_name="指標", widget=Text(), readonly=True
    )
    measure = _measure()
    number = Field("number", column_name="目標値", widget=Figure())
    set_on = Field("set_on", column_name="定めた日", widget=Day())

    class Meta(PlainResource.Meta):
        model = IndicatorTarget
        names = ("measure", "first_fiscal_year", "last_fiscal_year", "set_on", "reason")
        import_id_fields = names
        fields = ("agency", "period", "indicator", *names, "number", "text")

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        names = ("first_fiscal_year", "last_fiscal_year", "number", "text", "set_on", "reason")
        fields = {name: getattr(instance, name) for name in names}
        instance.pk = valuing.set_target(instance.measure, by=self.user, **fields).pk

    def validate_instance(self, instance: Any, *args: Any, **kwargs: Any) -> None:
        instance.recorded_at = instance.recorded_at or dt.datetime.now(dt.UTC)
        super().validate_instance(instance, *args, **kwargs)


class _EnteredResource(PlainResource):
    """What is entered for a fiscal year: values and yearly texts."""

    stage = _choice("stage", "段階", Stage.choices)
    revision = Field("revision", column_name=STAMP, widget=Number(blank=True))
    why_code = _choice("why_code", "直した理由の種類", ChangeCode.choices, blank=True)

    def validate_instance(self, instance: Any, *args: Any, **kwargs: Any) -> None:
        instance.entered_at = instance.entered_at or dt.datetime.now(dt.UTC)
        instance.revision = instance.revision or 0  # of what is new
        super().validate_instance(instance, *args, **kwargs)

    def do_instance_save(self, instance: Model, is_create: bool) -> None:
        instance.pk = self.stored(instance).pk

    def stored(self, instance: Any) -> Any:
        raise NotImplementedError

    @staticmethod
    def options(instance: Any) -> dict[str, Any]:
        stage = None if instance.stage == Stage.CORRECTED else instance.stage
        told = {"why_code": instance.why_code, "why": instance.why}
        return {"stage": stage, "seen": instance.revision} | told


class IndicatorValueResource(_EnteredResource):
    agency = agency(f"{OF_MEASURE}__agency")
    period = period_column(OF_MEASURE)
    indicator = Field(
        "measure__indicator__public_id", column_name="指標", widget=Text(), readonly=True
    )
    measure = _measure()
    number = Field("number", column_name="数", widget=Figure())
    state = _choice("state", "値のない理由", IndicatorValue.State.choices, blank=True)

    class Meta(PlainResource.Meta):
        model = IndicatorValue
        import_id_fields = ("measure", "fiscal_year")
        fields = (
            "agency",
            "period",
            "indicator",
            "measure",
            "fiscal_year",
            "number",
            "text",
            "state",
            "stage",
            "note",
            "why_code",
            "why",
            "revision",
        )

    def stored(self, instance: Any) -> IndicatorValue:
        names = ("number", "text", "state", "note")
        told = {name: getattr(instance, name) for name in names} | self.options(instance)
        year, reason = instance.fiscal_year, self.reason
        return valuing.record(instance.measure, year, by=self.user, reason=reason, **told)


class YearlyResultResource(_EnteredResource):
    agency = agency("indicator__period__agency")
    period = period_column("indicator__period")
    indicator = _indicator()

    class Meta(PlainResource.Meta):
        model = YearlyResult
        import_id_fields = ("indicator", "fiscal_year")
        fields = (
            "agency",
            "period",
            "indicator",
            "fiscal_year",
            "text",
            "stage",
            "why_code",
            "why",
            "revision",
        )

    def stored(self, instance: Any) -> YearlyResult:
        told = self.options(instance)
        indicator, year = instance.indicator, instance.fiscal_year
        return valuing.record_result(indicator, year, instance.text, by=self.user, **told)
