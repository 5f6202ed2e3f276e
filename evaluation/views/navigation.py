"""What every page's frame asks of its user."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from evaluation.permissions import held_roles
from programs.models import Role


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `my_roles`, the kinds of role that the user has for any agency, and `audited`,
    the ids of the agencies whose history it reads.

    Lazy, so that a page without them, such as an error page, needs no database.
    """
    held: Any = SimpleLazyObject(lambda: held_roles(request))
    return {
        "my_roles": SimpleLazyObject(lambda: {role for role, _ in held}),
        "audited": SimpleLazyObject(lambda: {pk for role, pk in held if role == Role.Kind.AUDITOR}),
    }
