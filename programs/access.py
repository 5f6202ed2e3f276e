"""Recording who read, took out, or was refused what (`AccessRecord`)."""

import datetime as dt
import unicodedata

from django.http import HttpRequest
from django.utils import timezone

from jst_objectives.history import actor_name
from programs.models import AccessRecord, Agency, User

# A person who leafs through a draft reads it once.
ONE_READING = dt.timedelta(minutes=15)
# Line breaks, control, bidi and zero-width characters: a typed name could forge a line of the log.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def record(
    request: HttpRequest,
    kind: str,
    *,
    agency: Agency | None = None,
    detail: str = "",
    name: str = "",
) -> None:
    """Add a record of what the request's user does, or `name`, who has not signed in."""
    user = _person(request)
    AccessRecord.objects.create(
        at=timezone.now(),
        kind=kind,
        user=user,
        actor_name=_seen(actor_name(user) or name, 300),
        agency=agency,
        path=_seen(request.path, 500),
        detail=_seen(detail, 500),
    )


def record_reading(request: HttpRequest, agency: Agency, title: str) -> None:
    """Record that a draft is read, once in a quarter of an hour."""
    since = timezone.now() - ONE_READING
    kind = AccessRecord.Kind.DRAFT_READ
    known = AccessRecord.objects.filter(
        kind=kind, user=_person(request), agency=agency, detail=_seen(title, 500), at__gte=since
    )
    if not known.exists():
        record(request, kind, agency=agency, detail=title)


def _person(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _seen(text: str, length: int) -> str:
    """Return the first characters of a text, those that cannot be seen by their number: <U+202E>."""
    named = (f"<U+{ord(c):04X}>" if unicodedata.category(c) in UNSEEN else c for c in text[:length])
    return "".join(named)[:length]
