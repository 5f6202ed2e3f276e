"""What the portal keeps about its visitors (`AccessRecord`), and what it keeps from them (`Hidden`).

A record tells who signed in or out, read a draft, took data out or was refused: when, on which page.
It holds no text that a stranger typed: what is not a registered user name is kept as a digest.
"""

import datetime as dt
import unicodedata

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from jst_objectives.history import actor_name
from programs.models import AccessRecord, Agency, User

# A person who leafs through a draft reads it once.
ONE_READING = dt.timedelta(minutes=15)
# Line breaks, control, bidi and zero-width characters: a typed name could forge a line of the log.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class Hidden(Http404):
    """There is no such thing for this user: who has not signed in is asked to, others are refused."""


def record(
    request: HttpRequest,
    kind: str,
    *,
    agency: Agency | None = None,
    detail: str = "",
    name: str = "",
) -> None:
    """Add a record of what the request's user does, or who has typed `name` and has not signed in."""
    user = _person(request)
    AccessRecord.objects.create(
        at=timezone.now(),
        kind=kind,
        user=user,
        actor_name=_seen(actor_name(user) or typed_name(name), 300),
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


def typed_name(name: str) -> str:
    """Return a typed user name as it is registered, or a digest where nobody has it.

    Records stay for ever, and people type their password into the wrong field. The digest is keyed,
    so that it cannot be guessed back; the same name gives the same one, so that tries are told apart.
    """
    name = name.replace("\0", "")  # PostgreSQL would refuse to look for it
    known = User.objects.filter(username__iexact=name).values_list("username", flat=True).first()
    if known or not name:
        return known or ""
    digest = salted_hmac("programs.access.typed_name", name.casefold(), algorithm="sha256")
    return f"登録のない名前（{digest.hexdigest()[:12]}）"


def _person(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _seen(text: str, length: int) -> str:
    """Return the first characters of a text, those that cannot be seen by their number: <U+202E>."""
    named = (f"<U+{ord(c):04X}>" if unicodedata.category(c) in UNSEEN else c for c in text[:length])
    return "".join(named)[:length]
