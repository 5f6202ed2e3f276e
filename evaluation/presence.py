"""Who else has a clause of a draft open now. Nothing is locked by it, and no history keeps it."""

import datetime as dt
from contextlib import suppress

from django.db import IntegrityError, transaction
from django.utils import timezone

from evaluation.models import Amendment, Clause, Presence
from programs.models import User

HEARTBEAT = 20  # seconds between two signs of an open page
GONE = dt.timedelta(seconds=60)  # without a sign for so long somebody is gone
FORGOTTEN = dt.timedelta(hours=1)


def arrive(draft: Amendment, clause: Clause, user: User) -> None:
    """Note that somebody has a clause open now."""
    row = Presence.objects.filter(amendment=draft, clause=clause, user=user).first()
    row = row or Presence(amendment=draft, clause=clause, user=user)
    row.at = timezone.now()
    # Another window of the same person may be a moment faster.
    with suppress(IntegrityError), transaction.atomic():
        row.save()


def forget() -> None:
    """Delete the rows of who went long ago."""
    Presence.objects.filter(at__lt=timezone.now() - FORGOTTEN).delete()


def others(draft: Amendment, clause: Clause, user: User) -> list[User]:
    """Return who else has a clause open, whoever was there first in front (one query)."""
    rows = Presence.objects.filter(
        amendment=draft, clause=clause, at__gte=timezone.now() - GONE, user__is_active=True
    )
    return [row.user for row in rows.exclude(user=user).select_related("user").order_by("pk")]
