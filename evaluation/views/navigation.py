"""What every page's frame asks of its user."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from programs.models import Role, User


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `my_roles`, the kinds of role that the user has for any agency, and `audited`,
    the ids of the agencies whose history it reads.

    Lazy, so that a page without them, such as an error page, needs no database.
    """
    held: Any = SimpleLazyObject(lambda: _held(request))
    return {
        "my_roles": SimpleLazyObject(lambda: {role for role, _ in held}),
        "audited": SimpleLazyObject(lambda: {pk for role, pk in held if role == Role.Kind.AUDITOR}),
    }


def _held(request: HttpRequest) -> list[tuple[str, Any]]:
    """Return the user's roles, each with its agency's id."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return []
    return list(Role.objects.filter(user=user).values_list("role", "agency"))
