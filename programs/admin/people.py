"""Maintenance of people: accounts, roles, and the record of what they did."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from programs.accounts import ACTS, OWN_ROLE, check_account, check_role, forget_addresses
from programs.maintenance import (
    PartInline,
    ReadOnlyAdmin,
    RevisedForm,
    entrusted_users,
    maintained_agencies,
    maintained_users,
)
from programs.models import AccessRecord, Role, User
from programs.resources import RoleResource, UserResource
from programs.transfers import TransferAdmin

ELSEWHERE = (
    "ほかの法人の役割もある利用者のため、役割のほかは、すべての法人の保守者だけが変更できます。"
)
AGENCY = ("agency", RelatedOnlyFieldListFilter)


class UserForm(RevisedForm):
    by: User

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        # The fields of a user with roles elsewhere are only shown.
        if "username" in self.fields:
            account = User(pk=self.instance.pk, username=data.get("username", ""))
            account.is_active = data.get("is_active", True)
            check_account(account, by=self.by)
        return data


class RoleFormSet(forms.BaseInlineFormSet):
    by: User

    def clean(self) -> None:
        super().clean()
        if self.deleted_forms or any(form.has_changed() for form in self.extra_forms):
            check_role(Role(user=self.instance), by=self.by)


class RoleInline(PartInline):
    """Roles are given and taken, never changed."""

    model = Role
    form = forms.ModelForm
    formset = RoleFormSet
    fields = (("agency", "role"),)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Role]:
        agencies = maintained_agencies(request.user)
        return (
            super()
            .get_queryset(request)
            .filter(agency__in=agencies)
            .select_related("agency", "user")
        )

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.by = request.user
        return formset

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(TransferAdmin):
    """Never deleted, only stopped: histories name their users. Passwords are nowhere to be seen."""

    resource_class = UserResource
    form = UserForm
    account = ("username", "last_name", "first_name", "email", "is_active")
    fields = (*account, "is_demo", "last_login", "date_joined")
    readonly_fields = ("is_demo", "last_login", "date_joined")
    inlines = [RoleInline]
    list_display = ("username", "full_name", "email", "is_active", "last_login")
    list_filter = ("is_active",)  # who has which role is told by the roles, of these agencies only
    list_select_related = False
    search_fields = ("username", "last_name", "first_name", "email")
    ordering = ("username",)

    @admin.display(description="氏名", ordering="last_name")
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return maintained_users(request.user).order_by("username")

    def transferable(self, request: HttpRequest) -> QuerySet[User]:
        return entrusted_users(request.user)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None or self.transferable(request).filter(pk=obj.pk).exists():
            return self.readonly_fields
        return (*self.account, *self.readonly_fields)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.by = request.user
        return form

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
            messages.info(
                request, "サインインできるように、「初期パスワードの発行」をしてください。"
            )
        super().save_model(request, obj, form, change)
        forget_addresses(obj)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        user = context.get("original")
        context["acts"] = ACTS if user is not None and not self._refusal(request, user) else {}
        if user is not None and "username" not in context["adminform"].form.fields:
            context["remark"] = ELSEWHERE
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.act_view)
        return [
            path("<int:pk>/account/<slug:name>/", page, name="programs_user_act"),
            *super().get_urls(),
        ]

    def act_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Ask for, and do, one of the acts on an account; what it returns is shown this once."""
        if name not in ACTS:
            raise Http404
        user = self.get_object(request, str(pk))
        if refusal := self._refusal(request, user):
            raise PermissionDenied(refusal)
        act = ACTS[name]
        context = {
            **self.admin_site.each_context(request),
            "title": act.name,
            "opts": self.opts,
            "account": user,
            "act": act,
        }
        if request.method == "POST":
            context["secret"] = act.do(user, request.user)  # type: ignore[arg-type]
            context["is_done"] = True
        return TemplateResponse(request, "admin/programs/user/act.html", context)

    def _refusal(self, request: HttpRequest, user: User) -> str:
        """Return why the request's user may not act on an account; "" where it may be."""
        if user == request.user:
            return "自分のパスワードと二要素認証は、保守の画面ではなく、自分のアカウントの画面で変えます。"
        return "" if self.transferable(request).filter(pk=user.pk).exists() else ELSEWHERE


class RoleForm(RevisedForm):
    by: User

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        check_role(Role(user=data.get("user")), by=self.by)
        return data


@admin.register(Role)
class RoleAdmin(TransferAdmin):
    """Given and taken, never changed."""

    resource_class = RoleResource
    form = RoleForm
    fields = ("user", "agency", "role")
    list_display = ("user", "role", "agency")
    list_filter = ("role", AGENCY)
    search_fields = ("user__username", "user__last_name", "user__first_name")
    ordering = ("user__username", "agency__code", "role")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None or obj.user_id != request.user.pk

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.by = request.user
        return form

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        role = self.get_object(request, object_id)
        if not self.has_delete_permission(request, role):
            messages.error(request, OWN_ROLE)
            return HttpResponseRedirect(reverse("admin:programs_role_change", args=[role.pk]))
        return super().delete_view(request, object_id, extra_context)


SIGN_INS = (
    AccessRecord.Kind.SIGN_IN,
    AccessRecord.Kind.SIGN_IN_FAILED,
    AccessRecord.Kind.LOCKED_OUT,
    AccessRecord.Kind.SIGN_OUT,
)


class SignInFilter(admin.SimpleListFilter):
    title = "種類"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind.value, str(kind.label)) for kind in SIGN_INS]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AccessRecord]
    ) -> QuerySet[AccessRecord]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(AccessRecord)
class AccessRecordAdmin(ReadOnlyAdmin):
    """How maintained users signed in. What somebody read or was refused, and on which page, is for
    auditors: it names drafts, which a maintainer does not see."""

    fields = ("at", "kind", "actor_name", "detail")
    list_display = fields
    list_filter = (SignInFilter, "at")
    search_fields = ("actor_name", "detail")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessRecord]:
        users = maintained_users(request.user)
        theirs = Q(user__in=users) | Q(user=None, actor_name__in=users.values("username"))
        return AccessRecord.objects.filter(theirs, kind__in=SIGN_INS)
