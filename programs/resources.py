"""Import and export of plain models: by what people call things, never by ids (django-import-export).

The columns of a table are the names on the screens. Every column must be there, so that a table is
what an export gives; a row is known by its key columns, and nothing is ever deleted by an import.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.db.models import QuerySet
from import_export.fields import Field
from import_export.resources import Diff, ModelResource
from import_export.widgets import Widget

from jst_objectives import history
from programs.accounts import check_account, check_role, forget_addresses
from programs.addresses import check_code
from programs.cells import Choice, Number, Reference, Text, YesNo
from programs.maintenance import ADDED, maintained_agencies, maintained_users
from programs.models import (
    Agency,
    Appropriation,
    Fund,
    Program,
    ProgramSection,
    Role,
    SchemeFlow,
    SupportTrack,
    TrackCost,
    User,
)


@dataclass(frozen=True)
class Cell:
    """A value before and after an import, as the table writes it."""

    old: Any
    new: Any

    @property
    def changed(self) -> bool:
        return bool(self.old != self.new)


class Cells(Diff):
    """In place of import-export's HTML, which our policy for styles would not let be shown."""

    def as_html(self) -> list[Cell]:
        olds = [None] * len(self.left) if self.new else self.left
        return [Cell(old, new) for old, new in zip(olds, self.right, strict=True)]


class PlainResource(ModelResource):
    """A table of one model. `within` holds the objects that the user may change by it."""

    class Meta:
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = True
        store_row_values = True

    def __init__(self, user: User, within: QuerySet[Any]) -> None:
        super().__init__()
        self.user, self.within = user, within
        self.reason = ""
        self.seen: set[int] = set()
        for field in self.fields.values():
            if isinstance(field.widget, Reference):
                field.widget.user = user

    @classmethod
    def get_diff_class(cls) -> type[Diff]:
        return Cells

    @classmethod
    def field_from_django_field(cls, field_name: str, django_field: Any, readonly: bool) -> Field:
        column = str(django_field.verbose_name)
        return Field(
            field_name, column_name=column, widget=widget_of(django_field), readonly=readonly
        )

    @property
    def columns(self) -> list[str]:
        return [field.column_name for field in self.get_import_fields()]

    def check_header(self, header: list[str]) -> None:
        """Raise ValidationError unless the header holds every column once, and nothing else."""
        missing = [column for column in self.columns if column not in header]
        unknown = [column for column in header if column not in self.columns]
        errors = []
        if missing:
            errors.append(f"列が足りません：{'、'.join(missing)}")
        if unknown:
            errors.append(f"知らない列があります：{'、'.join(f'「{name}」' for name in unknown)}")
        if len(set(header)) < len(header):
            errors.append("同じ見出しの列が2つ以上あります。")
        if errors:
            raise ValidationError([*errors, f"要る列：{'、'.join(self.columns)}"])

    # import-export calls these, for every import and every row.
    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        self.reason = f"取込み：{kwargs.get('file_name', '')}"

    def get_queryset(self) -> QuerySet[Any]:
        """Lock what the import changes: it was shown as it is, and must not change before it is saved."""
        return self.within.select_for_update(of=("self",))

    def get_instance(self, instance_loader: Any, row: Any) -> Any:
        """Return the row's object. Where a key is wrong there is none, and the other cells are read."""
        try:
            return super().get_instance(instance_loader, row)
        except ValueError:
            return None

    def after_init_instance(self, instance: Any, new: bool, row: Any, **kwargs: Any) -> None:
        if not new and instance.pk in self.seen:
            raise ValidationError("同じものの行が、この表の上のほうにあります。")

    def after_import_row(self, row: Any, row_result: Any, **kwargs: Any) -> None:
        self.seen.add(row_result.object_id)

    def do_instance_save(self, instance: models.Model, is_create: bool) -> None:
        try:
            history.save(instance, by=self.user, reason=self.reason)
        except IntegrityError as error:
            # What only a trigger of the database refuses; its message is for people.
            raise ValidationError(str(error).splitlines()[0]) from error


def widget_of(field: Any) -> Widget:
    """Return how the cells of a model's field are read."""
    if field.choices:
        return Choice(dict(field.choices))
    if isinstance(field, models.BooleanField):
        return YesNo()
    if isinstance(field, models.IntegerField):
        return Number(blank=field.null)
    return Text()


def digest(result: Any) -> str:
    """Return a digest of what an import does: the same again only if nobody changed what it found."""
    told = [(row.import_type, repr(row.diff)) for row in result.rows]
    return hashlib.sha256(repr(told).encode()).hexdigest()


# --- Who is named how -----------------------------------------------------------------------------
def agency(path: str = "agency") -> Field:
    """The column 「法人」: of an object with an agency, or read-only of a part of one."""
    if path != "agency":
        return Field(f"{path}__code", column_name="法人", widget=Text(), readonly=True)
    return Field(
        "agency",
        column_name="法人",
        widget=Reference(maintained_agencies, {"法人": "code"}, "code"),
    )


def _programs(user: User) -> QuerySet[Program]:
    return Program.objects.filter(agency__in=maintained_agencies(user))


def _tracks(user: User) -> QuerySet[SupportTrack]:
    return SupportTrack.objects.filter(program__agency__in=maintained_agencies(user))


def _funds(user: User) -> QuerySet[Fund]:
    return Fund.objects.filter(agency__in=maintained_agencies(user))


def program() -> Field:
    keys = {"法人": "agency__code", "事業": "slug"}
    return Field("program", column_name="事業", widget=Reference(_programs, keys, "slug"))


def fund() -> Field:
    keys = {"法人": "agency__code", "基金": "name"}
    return Field("fund", column_name="基金", widget=Reference(_funds, keys, "name", blank=True))


# --- Agencies and people --------------------------------------------------------------------------
class AgencyResource(PlainResource):
    class Meta(PlainResource.Meta):
        model = Agency
        import_id_fields = ("code",)
        fields = (
            "code",
            "name",
            "short_name",
            "competent_minister",
            "law",
            "purpose_article",
            "purpose_heading",
            "purpose",
        )

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        super().validate_instance(instance, import_validation_errors, validate_unique)
        if instance.pk is None:
            check_code(instance.code)

    def do_instance_save(self, instance: models.Model, is_create: bool) -> None:
        super().do_instance_save(instance, is_create)
        if is_create:
            keep(instance, self.user, self.reason)


def keep(agency: Any, user: User, reason: str = ADDED) -> None:
    """Make the maintainer who adds an agency its maintainer, or nobody would see it."""
    role = Role(user=user, agency=agency, role=Role.Kind.MAINTAINER)
    history.save(role, by=user, reason=reason)


class UserResource(PlainResource):
    """People without their passwords: who is new gets one from a maintainer."""

    username = Field("username", column_name="ユーザー名", widget=Text())
    last_name = Field("last_name", column_name="姓", widget=Text())
    first_name = Field("first_name", column_name="名", widget=Text())
    email = Field("email", column_name="メールアドレス", widget=Text())
    is_active = Field("is_active", column_name="有効", widget=YesNo())

    class Meta(PlainResource.Meta):
        model = User
        import_id_fields = ("username",)
        fields = ("username", "last_name", "first_name", "email", "is_active")

    def init_instance(self, row: Any = None) -> User:
        user = User()
        user.set_unusable_password()
        return user

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        check_account(instance, by=self.user)
        super().validate_instance(instance, import_validation_errors, validate_unique)

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        super().do_instance_save(instance, is_create)
        forget_addresses(instance)


class RoleResource(PlainResource):
    """Roles given: a row that is missing takes none away."""

    user = Field(
        "user",
        column_name="ユーザー名",
        widget=Reference(maintained_users, {"ユーザー名": "username"}, "username"),
    )
    agency = agency()

    class Meta(PlainResource.Meta):
        model = Role
        import_id_fields = ("user", "agency", "role")
        fields = ("user", "agency", "role")

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        super().validate_instance(instance, import_validation_errors, validate_unique)
        if instance.pk is None:
            check_role(instance, by=self.user)


# --- Funds and programmes -------------------------------------------------------------------------
class FundResource(PlainResource):
    agency = agency()

    class Meta(PlainResource.Meta):
        model = Fund
        import_id_fields = ("agency", "name")
        fields = ("agency", "name", "subsidy", "legal_basis")


class ProgramResource(PlainResource):
    agency = agency()
    fund = fund()

    class Meta(PlainResource.Meta):
        model = Program
        import_id_fields = ("agency", "slug")
        fields = (
            "agency",
            "slug",
            "name",
            "english_name",
            "subtitle",
            "office",
            "fund",
            "period_text",
            "end_fiscal_year",
            "duration_years",
            "target",
            "adoption_text",
        )


class ProgramSectionResource(PlainResource):
    agency = agency("program__agency")
    program = program()

    class Meta(PlainResource.Meta):
        model = ProgramSection
        import_id_fields = ("program", "position")
        fields = ("agency", "program", "position", "heading", "body")


class AppropriationResource(PlainResource):
    agency = agency("program__agency")
    program = program()

    class Meta(PlainResource.Meta):
        model = Appropriation
        import_id_fields = ("program", "fiscal_year", "kind", "label")
        fields = (
            "agency",
            "program",
            "fiscal_year",
            "kind",
            "label",
            "yen",
            "outside_programme",
            "note",
        )


class SupportTrackResource(PlainResource):
    agency = agency("program__agency")
    program = program()
    fund = fund()

    class Meta(PlainResource.Meta):
        model = SupportTrack
        import_id_fields = ("program", "position")
        fields = (
            "agency",
            "program",
            "position",
            "name",
            "fund",
            "yen",
            "number_text",
            "period_text",
            "description",
        )


class TrackCostResource(PlainResource):
    agency = agency("track__program__agency")
    program = Field("track__program__slug", column_name="事業", widget=Text(), readonly=True)
    track = Field(
        "track",
        column_name="支援の型の順番",
        widget=Reference(
            _tracks,
            {
                "法人": "program__agency__code",
                "事業": "program__slug",
                "支援の型の順番": "position",
            },
            "position",
            widgets={"支援の型の順番": Number()},
        ),
    )

    class Meta(PlainResource.Meta):
        model = TrackCost
        import_id_fields = ("track", "position")
        fields = ("agency", "program", "track", "position", "label", "yen", "text", "note")


class SchemeFlowResource(PlainResource):
    agency = agency("program__agency")
    program = program()

    class Meta(PlainResource.Meta):
        model = SchemeFlow
        import_id_fields = ("program", "position")
        fields = ("agency", "program", "position", "source", "destination", "label")
