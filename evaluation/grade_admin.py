"""Grades and what stands around them on the maintenance pages: looked up and exported; how items are judged
and their inputs are imported too, by way of `evaluation.grading`."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from evaluation.grade_resources import ItemInputResource, ItemProfileResource
from evaluation.models import (
    ItemInput,
    ItemPlan,
    ItemProfile,
    Rating,
    RatingStep,
)
from evaluation.result_admin import ResultAdmin, related
from programs.maintenance import ReadOnlyAdmin


@admin.register(ItemProfile)
class ItemProfileAdmin(ResultAdmin):
    agency_path = "item__period__agency"
    resource_class = ItemProfileResource
    list_display = ("item", "first_fiscal_year", "graded", "research", "important", "difficult")
    list_filter = ("graded", "research", "important", "difficult", related("item__period"))
    list_select_related = ("item__period__agency",)
    search_fields = ("item__public_id", "legal_basis")


@admin.register(ItemInput)
class ItemInputAdmin(ResultAdmin):
    agency_path = "item__period__agency"
    resource_class = ItemInputResource
    list_display = ("item", "fiscal_year", "kind", "amount")
    list_filter = ("fiscal_year", "kind", related("item__period"))
    list_select_related = ("item__period__agency",)
    search_fields = ("item__public_id",)


@admin.register(ItemPlan)
class ItemPlanAdmin(ReadOnlyAdmin):
    agency_path = "item__period__agency"
    list_display = ("item", "fiscal_year", "kind", "text")
    list_filter = ("fiscal_year", "kind", related("item__period"))
    list_select_related = ("item__period__agency",)
    search_fields = ("item__public_id", "text")


@admin.register(RatingStep)
class RatingStepAdmin(ReadOnlyAdmin):
    agency_path = "period__agency"
    list_display = ("period", "fiscal_year", "rating_kind", "kind", "date")
    list_filter = ("fiscal_year", "rating_kind", related("period"))
    list_select_related = ("period__agency", "kind")
    search_fields = ("body", "document_number")


@admin.register(Rating)
class RatingAdmin(ReadOnlyAdmin):
    """Only what is issued: a draft is for the side that writes it, and what is pointed out for the time of
    the grade in which it is."""

    agency_path = "period__agency"
    list_display = ("item", "fiscal_year", "kind", "side", "grade", "stage")
    list_filter = ("fiscal_year", "kind", "side", "grade", "stage", related("period"))
    list_select_related = ("period__agency", "item__period__agency")
    search_fields = ("item__public_id", "grounds")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rating]:
        return super().get_queryset(request).filter(stage=Rating.Stage.ISSUED)
