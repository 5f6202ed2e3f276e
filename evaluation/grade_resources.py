"""Import and export of how items are judged and of their inputs, by way of `evaluation.grading`, so that
closed years and issued grades hold here as on every page. Grades themselves are only exported: who gives
them signs in for it."""

from typing import Any

from django.db.models import QuerySet
from import_export.fields import Field

from evaluation import grading
from evaluation.grading.facts import OF_PROFILE
from evaluation.models import Clause, ItemInput, ItemProfile
from evaluation.result_resources import STAMP, Figure, period_column
from programs.cells import Choice, Number, Reference, Text
from programs.maintenance import maintained_agencies
from programs.models import User
from programs.resources import PlainResource, agency

SAID = OF_PROFILE[1:]  # all that a person types


def _items(user: User) -> QuerySet[Clause]:
    decided = {"kind": Clause.Kind.ITEM, "wordings__amendment__state": "decided"}
    return Clause.objects.filter(period__agency__in=maintained_agencies(user), **decided).distinct()


def _item() -> Field:
    keys = {"法人": "period__agency__code", "期": "period__number", "項目": "public_id"}
    widget = Reference(_items, keys, "public_id", widgets={"期": Number()})
    return Field("item", column_name="項目", widget=widget)


class ItemProfileResource(PlainResource):
    agency = agency("item__period__agency")
    period = period_column("item__period")
    item = _item()
    stamp = Field(column_name=STAMP, readonly=True)

    class Meta(PlainResource.Meta):
        model = ItemProfile
        import_id_fields = ("item", "first_fiscal_year")
        fields = ("agency", "period", "item", "first_fiscal_year", *SAID, "stamp")

    def dehydrate_stamp(self, profile: ItemProfile) -> str:
        return grading.fingerprint_of_profile(profile)

    def after_init_instance(self, instance: Any, new: bool, row: Any, **kwargs: Any) -> None:
        super().after_init_instance(instance, new, row, **kwargs)
        instance.seen = Text().clean(row[STAMP]) or "0"

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        said = {name: getattr(instance, name) for name in SAID}
        year, seen = instance.first_fiscal_year, instance.seen
        stored = grading.save_profile(
            instance.item, year, by=self.user, amendment=instance.amendment, seen=seen, **said
        )
        instance.pk = stored.pk


class ItemInputResource(PlainResource):
    agency = agency("item__period__agency")
    period = period_column("item__period")
    item = _item()
    kind = Field("kind", column_name="種類", widget=Choice(dict(ItemInput.Kind.choices)))
    amount = Field("amount", column_name="額（円）・人数（人）", widget=Figure(places=2))
    revision = Field("revision", column_name=STAMP, widget=Number(blank=True))

    class Meta(PlainResource.Meta):
        model = ItemInput
        import_id_fields = ("item", "fiscal_year", "kind")
        fields = ("agency", "period", "item", "fiscal_year", "kind", "amount", "revision")

    def validate_instance(self, instance: Any, *args: Any, **kwargs: Any) -> None:
        instance.revision = instance.revision or 0  # of what is new
        super().validate_instance(instance, *args, **kwargs)

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        kind, year, seen = instance.kind, instance.fiscal_year, instance.revision
        cell = grading.InputCell(kind, year, instance.amount, seen)
        grading.record_inputs(instance.item, [cell], by=self.user)
        instance.pk = ItemInput.objects.get(item=instance.item, kind=kind, fiscal_year=year).pk
