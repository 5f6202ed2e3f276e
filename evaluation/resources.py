"""Import and export of periods, their policy texts, and the steps of an agency's procedure."""

from django.db.models import QuerySet
from import_export.fields import Field

from evaluation.models import ObjectivePeriod, PolicyText, StepKind, StepOrder
from programs.cells import Number, Reference
from programs.maintenance import maintained_agencies
from programs.models import User
from programs.resources import PlainResource, agency


def _periods(user: User) -> QuerySet[ObjectivePeriod]:
    return ObjectivePeriod.objects.filter(agency__in=maintained_agencies(user))


class ObjectivePeriodResource(PlainResource):
    agency = agency()

    class Meta(PlainResource.Meta):
        model = ObjectivePeriod
        import_id_fields = ("agency", "number")
        fields = (
            "agency",
            "number",
            "first_fiscal_year",
            "last_fiscal_year",
            "title",
            "appendix_title",
            "appendix_note",
        )


class PolicyTextResource(PlainResource):
    agency = agency("period__agency")
    period = Field(
        "period",
        column_name="期",
        widget=Reference(
            _periods, {"法人": "agency__code", "期": "number"}, "number", widgets={"期": Number()}
        ),
    )

    class Meta(PlainResource.Meta):
        model = PolicyText
        import_id_fields = ("period", "position")
        fields = ("agency", "period", "position", "heading", "body")


class StepKindResource(PlainResource):
    agency = agency()

    class Meta(PlainResource.Meta):
        model = StepKind
        import_id_fields = ("agency", "position")
        fields = (
            "agency",
            "position",
            "name",
            "body",
            "legal_basis",
            "required",
            "after_decision",
            "of_rating",
        )


def _kinds(user: User) -> QuerySet[StepKind]:
    return StepKind.objects.filter(agency__in=maintained_agencies(user))


def _kind(attribute: str, column: str) -> Field:
    columns = {"法人": "agency__code", column: "name"}
    return Field(attribute, column_name=column, widget=Reference(_kinds, columns, "name"))


class StepOrderResource(PlainResource):
    agency = agency("earlier__agency")
    earlier = _kind("earlier", "先の手続")
    later = _kind("later", "後の手続")

    class Meta(PlainResource.Meta):
        model = StepOrder
        import_id_fields = ("earlier", "later")
        fields = ("agency", "earlier", "later", "legal_basis")
