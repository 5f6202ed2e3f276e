"""What every page's frame asks of its user."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from programs.models import Role, User


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `my_roles`, the kinds of role that the user has for any agency.

    Lazy, so that a page without it, such as an error page, needs no database.
    """
    return {"my_roles": SimpleLazyObject(lambda: _roles(request))}


def _roles(request: HttpRequest) -> set[str]:
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return set()
    return set(Role.objects.filter(user=user).values_list("role", flat=True))
