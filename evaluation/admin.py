"""Maintenance of periods and procedures; texts and documents to be looked up, never changed.

Only what is decided is shown here. A draft is read in the portal, by its readers, where that is
recorded; and its history is the auditors'.
"""

from typing import Any

from django.contrib import admin
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest

from evaluation import grade_admin, result_admin
from evaluation.models import (
    Amendment,
    AmendmentReason,
    Clause,
    IssuedDocument,
    ItemProgram,
    ObjectivePeriod,
    OverviewSection,
    OverviewSheet,
    PolicyText,
    ProcedureStep,
    ReasonGroup,
    Snapshot,
    StepKind,
    StepOrder,
    Wording,
)
from evaluation.resources import (
    ObjectivePeriodResource,
    PolicyTextResource,
    StepKindResource,
    StepOrderResource,
)
from programs.maintenance import PartInline, ReadOnlyAdmin
from programs.models import Agency
from programs.transfers import TransferAdmin

__all__ = ["grade_admin", "result_admin"]  # Django finds the pages by importing this module
AGENCY = ("agency", RelatedOnlyFieldListFilter)
PRINTED = ("title", "appendix_title", "appendix_note")


def related(path: str) -> tuple[str, type[RelatedOnlyFieldListFilter]]:
    """Return a filter that offers what the listed objects have."""
    return (path, RelatedOnlyFieldListFilter)


# --- Maintained -----------------------------------------------------------------------------------
class PolicyTextInline(PartInline):
    model = PolicyText
    fields = (("position", "heading"), "body")


@admin.register(ObjectivePeriod)
class ObjectivePeriodAdmin(TransferAdmin):
    resource_class = ObjectivePeriodResource
    fixed = ("agency",)
    inlines = [PolicyTextInline]
    list_display = ("__str__", "number", "first_fiscal_year", "last_fiscal_year")
    list_filter = (AGENCY,)
    search_fields = ("title", "agency__name")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is not None and obj.amendments.decided().exists():
            for name in PRINTED:
                form.base_fields[name].disabled = True
                form.base_fields[
                    name
                ].help_text = "決定した変更の資料に印刷されるため、変えられません。"
        return form


@admin.register(PolicyText)
class PolicyTextAdmin(TransferAdmin):
    agency_path = "period__agency"
    resource_class = PolicyTextResource
    fixed = ("period",)
    list_display = ("period", "position", "heading")
    list_filter = (related("period"),)
    list_select_related = ("period__agency",)
    search_fields = ("heading", "body")
    ordering = ("period", "position")


@admin.register(StepKind)
class StepKindAdmin(TransferAdmin):
    resource_class = StepKindResource
    fixed = ("agency",)
    list_display = (
        "agency",
        "position",
        "name",
        "body",
        "legal_basis",
        "required",
        "after_decision",
        "of_rating",
    )
    list_filter = (AGENCY,)
    search_fields = ("name", "body", "legal_basis")
    ordering = ("agency", "position")


@admin.register(StepOrder)
class StepOrderAdmin(TransferAdmin):
    agency_path = "earlier__agency"
    resource_class = StepOrderResource
    list_display = ("__str__", "legal_basis")
    list_select_related = ("earlier__agency", "later")
    search_fields = ("earlier__name", "later__name", "legal_basis")
    ordering = ("later__position", "earlier__position")


# --- Looked up ------------------------------------------------------------------------------------
class DecidedAdmin(ReadOnlyAdmin):
    """Part of an amendment, shown once that is decided. `amendment_path` leads to it."""

    amendment_path = "amendment"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return (
            super()
            .get_queryset(request)
            .filter(**{f"{self.amendment_path}__state": Amendment.State.DECIDED})
        )


@admin.register(Amendment)
class AmendmentAdmin(ReadOnlyAdmin):
    agency_path = "period__agency"
    list_display = ("title", "period", "kind", "decided_on", "effective_on", "published_on")
    list_filter = ("kind", related("period"))
    list_select_related = ("period__agency",)
    search_fields = ("title", "slug", "office")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).decided()  # type: ignore[attr-defined]


@admin.register(Clause)
class ClauseAdmin(DecidedAdmin):
    agency_path = "period__agency"
    amendment_path = "introduced_by"
    fields = ("public_id", "period", "kind", "introduced_by")
    list_display = ("public_id", "kind", "period", "introduced_by")
    list_filter = ("kind", related("period"))
    list_select_related = ("period__agency", "introduced_by")
    search_fields = ("public_id",)


@admin.register(Wording)
class WordingAdmin(DecidedAdmin):
    agency_path = "amendment__period__agency"
    list_display = ("__str__", "label", "clause", "amendment", "repealed", "excerpt")
    list_filter = ("clause__kind", "repealed", "excerpt", related("amendment"))
    list_select_related = ("clause", "amendment")
    search_fields = ("text", "label", "clause__public_id")


@admin.register(ItemProgram)
class ItemProgramAdmin(DecidedAdmin):
    agency_path = "amendment__period__agency"
    list_display = ("clause", "program", "amendment", "removed")
    list_filter = (related("program"), related("amendment"))
    list_select_related = ("clause", "program", "amendment")
    search_fields = ("clause__public_id", "program__name")


@admin.register(ReasonGroup)
class ReasonGroupAdmin(DecidedAdmin):
    agency_path = "amendment__period__agency"
    list_display = ("title", "amendment")
    list_filter = (related("amendment"),)
    list_select_related = ("amendment",)
    search_fields = ("title", "introduction")


@admin.register(AmendmentReason)
class AmendmentReasonAdmin(DecidedAdmin):
    agency_path = "group__amendment__period__agency"
    amendment_path = "group__amendment"
    list_display = ("title", "kind", "group")
    list_filter = ("kind", related("group__amendment"))
    list_select_related = ("group",)
    search_fields = ("title", "text")


@admin.register(OverviewSheet)
class OverviewSheetAdmin(DecidedAdmin):
    agency_path = "amendment__period__agency"
    list_display = ("__str__", "title", "program")
    list_filter = (related("amendment"),)
    list_select_related = ("amendment", "program")
    search_fields = ("title",)


@admin.register(OverviewSection)
class OverviewSectionAdmin(DecidedAdmin):
    agency_path = "sheet__amendment__period__agency"
    amendment_path = "sheet__amendment"
    list_display = ("__str__", "heading")
    list_filter = (related("sheet__amendment"),)
    list_select_related = ("sheet__amendment",)
    search_fields = ("heading", "body")


@admin.register(ProcedureStep)
class ProcedureStepAdmin(DecidedAdmin):
    agency_path = "amendment__period__agency"
    list_display = ("amendment", "kind", "body", "number", "date", "result")
    list_filter = (related("kind"), related("amendment"))
    list_select_related = ("amendment", "kind")
    search_fields = ("body", "number", "result", "opinion")


class PaperAdmin(ReadOnlyAdmin):
    """What left the portal: of an amendment since its decision, as what was kept before shows a draft; all
    of an evaluation, whose papers print only what is issued. `snapshot` leads to the snapshot."""

    snapshot = ""

    def belongs_to(self, agencies: QuerySet[Agency]) -> Q:
        path = f"{self.snapshot}amendment__"
        decided = {
            f"{path}state": Amendment.State.DECIDED,
            f"{self.snapshot}taken_at__gte": F(f"{path}recorded_at"),
            f"{path}period__agency__in": agencies,
        }
        return Q(**decided) | Q(**{f"{self.snapshot}rating__period__agency__in": agencies})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer(f"{self.snapshot}content")


@admin.register(Snapshot)
class SnapshotAdmin(PaperAdmin):
    fields = ("amendment", "rating", "number", "sha256", "engine_version", "taken_at", "taken_by")
    list_display = ("__str__", "amendment", "number", "taken_at", "taken_by")
    list_filter = (related("amendment"), "taken_at")
    list_select_related = ("amendment", "taken_by")
    search_fields = ("sha256", "name")


@admin.register(IssuedDocument)
class IssuedDocumentAdmin(PaperAdmin):
    snapshot = "snapshot__"
    fields = ("kind", "snapshot", "sha256", "versions", "issued_at", "issued_by")
    list_display = ("__str__", "kind", "sha256", "issued_at", "issued_by")
    list_filter = ("kind", "issued_at", related("snapshot__amendment"))
    list_select_related = ("snapshot__amendment", "issued_by")
    search_fields = ("sha256", "snapshot__name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("content")
