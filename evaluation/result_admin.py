"""Results on the maintenance pages: looked up, exported, and imported by way of `evaluation.valuing`."""

from django.contrib import admin
from django.contrib.admin import RelatedOnlyFieldListFilter

from evaluation.models import (
    Admission,
    Evidence,
    IndicatorMeasure,
    IndicatorTarget,
    IndicatorValue,
    ItemYear,
    ValueReport,
    YearClosing,
    YearlyResult,
)
from evaluation.result_resources import (
    IndicatorMeasureResource,
    IndicatorTargetResource,
    IndicatorValueResource,
    YearlyResultResource,
)
from programs.maintenance import ReadOnlyAdmin
from programs.transfers import TransferAdmin


def related(path: str) -> tuple[str, type[RelatedOnlyFieldListFilter]]:
    return (path, RelatedOnlyFieldListFilter)


class ResultAdmin(ReadOnlyAdmin, TransferAdmin):
    """Changed by an import only: its rows go through the checks of every entry."""


@admin.register(IndicatorMeasure)
class IndicatorMeasureAdmin(ResultAdmin):
    agency_path = "indicator__period__agency"
    resource_class = IndicatorMeasureResource
    list_display = ("label", "indicator", "nature", "unit", "direction", "accumulation")
    list_filter = ("nature", related("indicator__period"))
    list_select_related = ("indicator__period__agency",)
    search_fields = ("label", "indicator__public_id")


@admin.register(IndicatorTarget)
class IndicatorTargetAdmin(ResultAdmin):
    agency_path = "measure__indicator__period__agency"
    resource_class = IndicatorTargetResource
    list_display = ("measure", "first_fiscal_year", "last_fiscal_year", "number", "set_on")
    list_filter = (related("measure__indicator__period"),)
    list_select_related = ("measure__indicator__period__agency",)
    search_fields = ("measure__label", "reason")


@admin.register(IndicatorValue)
class IndicatorValueAdmin(ResultAdmin):
    agency_path = "measure__indicator__period__agency"
    resource_class = IndicatorValueResource
    list_display = ("measure", "fiscal_year", "number", "state", "stage", "entered_by")
    list_filter = ("fiscal_year", "stage", "state", related("measure__indicator__period"))
    list_select_related = ("measure__indicator__period__agency", "entered_by")
    search_fields = ("measure__label", "note")


@admin.register(YearlyResult)
class YearlyResultAdmin(ResultAdmin):
    agency_path = "indicator__period__agency"
    resource_class = YearlyResultResource
    list_display = ("indicator", "fiscal_year", "stage", "entered_by")
    list_filter = ("fiscal_year", "stage", related("indicator__period"))
    list_select_related = ("indicator__period__agency", "entered_by")
    search_fields = ("text", "indicator__public_id")


@admin.register(Evidence)
class EvidenceAdmin(ReadOnlyAdmin):
    agency_path = "period__agency"
    exclude = ("content",)
    list_display = ("title", "dated_on", "url", "suffix", "size", "added_by")
    list_filter = (related("period"),)
    list_select_related = ("period__agency", "added_by")
    search_fields = ("title", "url", "sha256")


@admin.register(ItemYear)
class ItemYearAdmin(ReadOnlyAdmin):
    agency_path = "item__period__agency"
    list_display = ("item", "fiscal_year", "state", "person", "due_on")
    list_filter = ("fiscal_year", "state", related("item__period"))
    list_select_related = ("item__period__agency", "person")
    search_fields = ("item__public_id",)


@admin.register(YearClosing)
class YearClosingAdmin(ReadOnlyAdmin):
    agency_path = "period__agency"
    list_display = ("period", "fiscal_year", "reason", "closed_by", "closed_at")
    list_filter = (related("period"),)
    list_select_related = ("period__agency", "closed_by")
    search_fields = ("reason",)


@admin.register(Admission)
class AdmissionAdmin(ReadOnlyAdmin):
    agency_path = "indicator__period__agency"
    list_display = ("indicator", "measure", "fiscal_year", "user", "until", "reason")
    list_filter = ("fiscal_year", related("indicator__period"))
    list_select_related = ("indicator__period__agency", "measure", "user")
    search_fields = ("reason", "user__username")


@admin.register(ValueReport)
class ValueReportAdmin(ReadOnlyAdmin):
    agency_path = "period__agency"
    list_display = ("title", "period", "fiscal_year", "made_by", "made_at")
    list_filter = (related("period"),)
    list_select_related = ("period__agency", "made_by")
    search_fields = ("title", "sha256")
