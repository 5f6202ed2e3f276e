"""The maintenance pages: Django's admin, for maintainers only and for their agencies only.

Django's own permissions (`is_staff`, `is_superuser`, groups) play no part: who has the role of a
maintainer now comes in, and sees what belongs to the agencies of that role.
"""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.templatetags import admin_list
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.db import models, transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.views.decorators.cache import never_cache

from jst_objectives import history
from jst_objectives.fonts import unprintable
from jst_objectives.plain_text import refusal
from programs.access import Hidden
from programs.models import Agency, Role, User

# Sign-in and passwords have pages of their own; no page looks for choices or shows an object elsewhere.
UNUSED = {"logout", "password_change", "password_change_done", "view_on_site", "autocomplete"}
ADDED, CHANGED, DELETED = "保守画面で追加", "保守画面で変更", "保守画面で削除"
VERSIONS_PER_PAGE = 50
NO_PAGE = "このページは、ないか、見る権限がありません。"
YES_OR_NO = {True: "はい", False: "いいえ", None: "―"}
# Django's icon says "True" and "False" to who cannot see it.
admin_list._boolean_icon = YES_OR_NO.__getitem__  # type: ignore[attr-defined]


# --- Who, and what --------------------------------------------------------------------------------
def maintained_agencies(user: User | AnonymousUser) -> QuerySet[Agency]:
    """Return the agencies for which the user is a maintainer now."""
    held = Role.objects.filter(user=user.pk or 0, role=Role.Kind.MAINTAINER)
    return Agency.objects.filter(pk__in=held.values("agency"))


def maintained_users(user: User | AnonymousUser) -> QuerySet[User]:
    """Return who has a role for an agency that the user maintains, or no role at all."""
    roles = Role.objects.filter(user=OuterRef("pk"))
    here = roles.filter(agency__in=maintained_agencies(user))
    return User.objects.filter(Exists(here) | ~Exists(roles))


def entrusted_users(user: User | AnonymousUser) -> QuerySet[User]:
    """Return the maintained users without a role elsewhere: only their accounts are the user's to change.

    Who could set the password of a person that works for another agency too would get in there.
    """
    elsewhere = Role.objects.filter(user=OuterRef("pk")).exclude(
        agency__in=maintained_agencies(user)
    )
    return maintained_users(user).exclude(Exists(elsewhere))


# --- The site -------------------------------------------------------------------------------------
class MaintenanceSite(admin.AdminSite):
    site_header = "中長期目標ポータル　保守"
    site_title = "保守｜中長期目標ポータル"
    index_title = "保守"
    enable_nav_sidebar = False
    empty_value_display = "―"

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return user.is_active and maintained_agencies(user).exists()

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Let maintainers in; for everybody else who has signed in, there is no such page."""
        guarded = super().admin_view(view, cacheable)

        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not self.has_permission(request):
                raise Hidden(NO_PAGE)
            return guarded(request, *args, **kwargs)

        page.__dict__.update(getattr(guarded, "__dict__", {}))
        return page

    @method_decorator([never_cache, login_not_required])
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send who has not signed in to the portal's own sign-in, and back afterwards."""
        index = reverse("admin:index")
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get("next", index))
        if not self.has_permission(request):
            raise Hidden(NO_PAGE)
        return HttpResponseRedirect(index)

    def get_urls(self) -> list[URLResolver | URLPattern]:
        return [url for url in super().get_urls() if getattr(url, "name", None) not in UNUSED]

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take in our own pages only: those of other packages know neither roles nor agencies."""
        if admin_class is not None and issubclass(admin_class, MaintainedAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Return apps and models in the order of their registration, not of their names' characters."""
        order = list(self._registry)
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda entry: order.index(entry["model"]))
        return sorted(apps, key=lambda app: order.index(app["models"][0]["model"]))


# --- Forms ----------------------------------------------------------------------------------------
class RevisedForm(forms.ModelForm):
    """A form that knows which version of its object it showed, and refuses to overwrite a later one."""

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "revision" in self.fields and self.instance.pk:
            self.fields["revision"].initial = newest_revision(self.instance)

    @cached_property
    def changed_data(self) -> list[str]:
        return [name for name in super().changed_data if name != "revision"]

    def is_stale(self) -> bool:
        """Tell whether the object was saved after it was shown; locks it until the end of the save."""
        if not self.instance.pk or "revision" not in self.fields:
            return False
        manager = type(self.instance)._base_manager
        manager.select_for_update().filter(pk=self.instance.pk).first()
        return self.cleaned_data.get("revision") != newest_revision(self.instance)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in self.changed_data:
            if isinstance(value := data.get(name), str):
                data[name] = value.replace("\r\n", "\n")
                if words := refusal(data[name]) or unprintable(data[name]):
                    self.add_error(name, f"{self.fields[name].label}の{words}")
        if self.changed_data and self.is_stale():
            raise forms.ValidationError(stale(self.instance))
        return data


class RevisedFormSet(forms.BaseInlineFormSet):
    """Parts of an object; one that was changed since it was shown is not deleted either."""

    def clean(self) -> None:
        super().clean()
        deleted: list[Any] = self.deleted_forms
        for form in deleted:
            if form.is_stale():
                raise forms.ValidationError(stale(form.instance))


def newest_revision(instance: Any) -> int | None:
    """Return the id of the newest history row of an object, or None where it has none."""
    newest: int | None = instance.history.aggregate(newest=Max("history_id"))["newest"]
    return newest


def stale(instance: models.Model) -> str:
    return (
        f"「{instance}」は、この画面を開いた後に、ほかの人が変更しました。何も保存していません。"
        "画面を開き直し、いまの内容を確かめてから、もう一度変更してください。"
    )


# --- Pages ----------------------------------------------------------------------------------------
class Chosen:
    """Of a foreign key, offers what the user sees in the maintenance of its own model."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        offering = self.admin_site.get_model_admin(db_field.remote_field.model)  # type: ignore[attr-defined]
        kwargs.setdefault("queryset", offering.get_queryset(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class MaintainedAdmin(Chosen, admin.ModelAdmin):
    """A model that maintainers change. The site has let a maintainer in, so permissions are not asked.

    `agency_path` leads from the model to its agency; `fixed` names what cannot be changed afterwards.
    """

    agency_path = "agency"
    fixed: tuple[str, ...] = ()
    form: Any = RevisedForm
    list_per_page = 50
    view_on_site = False  # its address is not among the pages
    list_select_related: ClassVar[Any] = True
    show_facets = admin.ShowFacets.NEVER
    object_history_template = "admin/versions.html"
    has_versions = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        agencies = maintained_agencies(request.user)
        return super().get_queryset(request).filter(self.belongs_to(agencies))

    def belongs_to(self, agencies: QuerySet[Agency]) -> Q:
        """Return the condition of belonging to one of some agencies."""
        return Q(**{f"{self.agency_path}__in": agencies})

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        instance = super().get_object(request, object_id, from_field)
        if instance is None:
            raise Hidden("登録されていないか、保守の対象ではありません。")
        return instance

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = [name for name in super().get_fields(request, obj) if name != "revision"]
        return [*fields, "revision"] if self.has_change_permission(request, obj) else fields

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        for name in self.fixed if change else ():
            # Disabled, not left out: a constraint is checked only where the form has all its fields.
            form.base_fields[name].disabled = True
        return form

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["has_versions"] = self.has_versions
        verb = self._verb(request, context["original"])
        context["title"] = f"{self.opts.verbose_name}の{verb}"
        return super().render_change_form(request, context, *args, **kwargs)

    def _verb(self, request: HttpRequest, obj: Any) -> str:
        if obj is None:
            return "登録"
        return "変更" if self.has_change_permission(request, obj) else "表示"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = {"title": self.opts.verbose_name_plural}
        return super().changelist_view(request, {**title, **(extra_context or {})})

    # Saving: with its history, and in the transaction that Django opens around a change or deletion.
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change or form.has_changed():
            history.save(obj, by=request.user, reason=CHANGED if change else ADDED)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        history.delete(obj, by=request.user, reason=DELETED)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for obj in queryset:
            history.delete(obj, by=request.user, reason=DELETED)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.save(commit=False)
        for obj in formset.deleted_objects:
            history.delete(obj, by=request.user, reason=DELETED)
        for obj, _ in formset.changed_objects:
            history.save(obj, by=request.user, reason=CHANGED)
        for obj in formset.new_objects:
            history.save(obj, by=request.user, reason=ADDED)

    # Django's second log would say less than the history, and differently.
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        return None

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the versions of an object, newest first, each with what it changed."""
        if not self.has_versions:
            raise Http404
        instance = self.get_object(request, object_id)
        rows = instance.history.order_by("-history_id")
        page = Paginator(rows, VERSIONS_PER_PAGE).get_page(request.GET.get("p"))
        context = {
            **self.admin_site.each_context(request),
            "title": f"履歴：{instance}",
            "opts": self.opts,
            "object": instance,
            "page": page,
            "versions": [(row, changes(row)) for row in page.object_list],
        }
        return TemplateResponse(request, self.object_history_template, context)


class ReadOnlyAdmin(MaintainedAdmin):
    """A model that the portal writes elsewhere: to be looked up here, and never changed."""

    form = forms.ModelForm
    has_versions = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PartInline(Chosen, admin.StackedInline):
    """The parts of an object, changed on its page."""

    form: Any = RevisedForm
    formset: Any = RevisedFormSet
    extra = 0

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = [name for name in super().get_fields(request, obj) if name != "revision"]
        return [*fields, "revision"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


# --- Versions -------------------------------------------------------------------------------------
def changes(row: Any) -> list[tuple[str, str, str]]:
    """Return what a history row changed: name of the field, old and new value as a person reads them."""
    before = row.prev_record if row.history_type == "~" else None
    if before is None:
        return []
    model = row.instance_type
    return [
        (
            str(model._meta.get_field(change.field).verbose_name),
            _shown(model, change.field, change.old),
            _shown(model, change.field, change.new),
        )
        for change in row.diff_against(before, foreign_keys_are_objs=True).changes
    ]


def _shown(model: Any, name: str, value: Any) -> str:
    labels = dict(model._meta.get_field(name).flatchoices)
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    return "" if value is None else str(labels.get(value, value))
