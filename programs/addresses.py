"""Which codes an agency may not have: its pages begin with its code, those of the portal with others."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import get_resolver


def check_code(code: str) -> None:
    """Raise ValidationError, keyed `code`, where an address of the portal already begins with it."""
    if code.casefold() in reserved_codes():
        raise ValidationError(
            {
                "code": f"「{code}」は、ポータルのページのアドレスに使われています。別の略号にしてください。"
            }
        )


def reserved_codes() -> set[str]:
    """Return the first parts of all addresses, such as `accounts`, in small letters."""
    paths = [*_routes(get_resolver().url_patterns), settings.STATIC_URL.lstrip("/")]
    return {path.split("/")[0].casefold() for path in paths} - {""}


def _routes(patterns: Iterable[Any]) -> Iterable[str]:
    for pattern in patterns:
        route = str(pattern.pattern)
        if route:
            yield route
        else:
            yield from _routes(pattern.url_patterns if hasattr(pattern, "url_patterns") else ())
