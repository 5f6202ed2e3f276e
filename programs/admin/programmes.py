"""Maintenance of agencies, funds and programmes."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.http import HttpRequest

from programs.addresses import check_code
from programs.maintenance import PartInline, RevisedForm
from programs.models import (
    Agency,
    Appropriation,
    Fund,
    Program,
    ProgramSection,
    SchemeFlow,
    SupportTrack,
    TrackCost,
)
from programs.resources import (
    AgencyResource,
    AppropriationResource,
    FundResource,
    ProgramResource,
    ProgramSectionResource,
    SchemeFlowResource,
    SupportTrackResource,
    TrackCostResource,
    keep,
)
from programs.transfers import TransferAdmin

AGENCY = ("agency", RelatedOnlyFieldListFilter)
OF_PROGRAM = (
    ("program__agency", RelatedOnlyFieldListFilter),
    ("program", RelatedOnlyFieldListFilter),
)


# --- Agencies and funds ---------------------------------------------------------------------------
class AgencyForm(RevisedForm):
    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.instance.pk is None:
            check_code(data.get("code", ""))
        return data


@admin.register(Agency)
class AgencyAdmin(TransferAdmin):
    """Whoever adds an agency becomes its maintainer. It is not deleted: everything belongs to one.

    Its code stays: addresses that people have kept begin with it.
    """

    form = AgencyForm
    agency_path = "pk"
    fixed = ("code",)
    resource_class = AgencyResource
    list_display = ("code", "name", "short_name", "competent_minister")
    search_fields = ("code", "name")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Agency, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            keep(obj, request.user)  # type: ignore[arg-type]


@admin.register(Fund)
class FundAdmin(TransferAdmin):
    resource_class = FundResource
    fixed = ("agency",)
    list_display = ("name", "agency", "legal_basis")
    list_filter = (AGENCY,)
    search_fields = ("name", "legal_basis")


# --- Programmes -----------------------------------------------------------------------------------
class ProgramForm(RevisedForm):
    def clean(self) -> dict[str, Any]:
        data = super().clean()
        fund, agency = data.get("fund"), data.get("agency")
        if fund and agency and fund.agency_id != agency.pk:
            self.add_error("fund", f"「{fund}」は、{agency.short_name}の基金ではありません。")
        return data


class TrackForm(RevisedForm):
    def clean(self) -> dict[str, Any]:
        data = super().clean()
        fund, program = data.get("fund"), data.get("program")
        if fund and program and fund.agency_id != program.agency_id:
            self.add_error("fund", f"「{fund}」は、この事業の法人の基金ではありません。")
        return data


class SectionInline(PartInline):
    model = ProgramSection
    fields = (("position", "heading"), "body")


class AppropriationInline(PartInline):
    model = Appropriation
    fields = (("fiscal_year", "kind", "yen"), "label", "outside_programme", "note")


class TrackInline(PartInline):
    model = SupportTrack
    form = TrackForm
    fields = (
        ("position", "name"),
        ("yen", "fund"),
        ("number_text", "period_text"),
        "description",
    )
    show_change_link = True


class FlowInline(PartInline):
    model = SchemeFlow
    fields = (("position", "label"), ("source", "destination"))


class CostInline(PartInline):
    model = TrackCost
    fields = (("position", "label"), ("yen", "text"), "note")


@admin.register(Program)
class ProgramAdmin(TransferAdmin):
    resource_class = ProgramResource
    form = ProgramForm
    fixed = ("agency",)
    inlines = [SectionInline, AppropriationInline, TrackInline, FlowInline]
    list_display = ("name", "agency", "office", "fund", "end_fiscal_year")
    list_filter = (AGENCY,)
    list_select_related = ("agency", "fund")
    search_fields = ("name", "english_name", "slug", "office")


@admin.register(ProgramSection)
class ProgramSectionAdmin(TransferAdmin):
    agency_path = "program__agency"
    resource_class = ProgramSectionResource
    fixed = ("program",)
    list_display = ("program", "position", "heading")
    list_filter = OF_PROGRAM
    search_fields = ("heading", "body")
    ordering = ("program", "position")


@admin.register(Appropriation)
class AppropriationAdmin(TransferAdmin):
    agency_path = "program__agency"
    resource_class = AppropriationResource
    fixed = ("program",)
    list_display = ("program", "fiscal_year", "kind", "label", "yen", "outside_programme")
    list_filter = ("fiscal_year", "kind", *OF_PROGRAM)
    search_fields = ("label", "note", "program__name")
    ordering = ("program", "fiscal_year", "label")


@admin.register(SupportTrack)
class SupportTrackAdmin(TransferAdmin):
    agency_path = "program__agency"
    resource_class = SupportTrackResource
    form = TrackForm
    fixed = ("program",)
    inlines = [CostInline]
    list_display = ("program", "position", "name", "yen", "number_text")
    list_filter = OF_PROGRAM
    search_fields = ("name", "description")
    ordering = ("program", "position")


@admin.register(TrackCost)
class TrackCostAdmin(TransferAdmin):
    agency_path = "track__program__agency"
    resource_class = TrackCostResource
    fixed = ("track",)
    list_display = ("track", "position", "label", "yen", "text")
    list_filter = (("track__program", RelatedOnlyFieldListFilter),)
    search_fields = ("label", "note", "track__name")
    list_select_related = ("track__program",)
    ordering = ("track__program", "track__position", "position")


@admin.register(SchemeFlow)
class SchemeFlowAdmin(TransferAdmin):
    agency_path = "program__agency"
    resource_class = SchemeFlowResource
    fixed = ("program",)
    list_display = ("program", "position", "source", "destination", "label")
    list_filter = ("label", *OF_PROGRAM)
    search_fields = ("source", "destination")
    ordering = ("program", "position")
