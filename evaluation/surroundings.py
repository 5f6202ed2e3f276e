"""What is decided and not in a text that somebody reads: what applies later, what was known later."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from evaluation.models import Amendment, Wording
from evaluation.permissions import UNDECIDED
from programs.models import User


@dataclass(frozen=True)
class Surroundings:
    """`coming`: decided amendments that apply after the day of the text (a correction, when what it
    corrects does); `since`: those that changed the text of that day, or corrected it (正誤), after the
    moment at which it is read."""

    coming: tuple[Amendment, ...] = ()
    since: tuple[Amendment, ...] = ()


@dataclass(frozen=True)
class Reading:
    """Which text is read: of a day as known at a moment (None: now), or with a decided amendment.

    `clauses`: only what changes these, or what stands right below them, matters; None: everything.
    """

    on: dt.date
    known: dt.datetime | None = None
    amendment: Amendment | None = None
    clauses: Collection[int] | None = None


def surroundings(read: Reading, amendments: Collection[Amendment]) -> Surroundings:
    """Return what of the decided ones among some amendments is not in the text that is read."""
    decided = [a for a in amendments if a.is_decided and a.kind != Amendment.Kind.BASELINE]
    coming = [a for a in decided if _comes(a, read)]
    later = [a for a in decided if _was_known_later(a, read)]
    if not coming and not later:
        return Surroundings()
    changes = _changes({a.pk for a in (*coming, *later)}, read)
    return Surroundings(
        tuple(a for a in coming if any(row.from_date > read.on for row in changes[a.pk])),
        tuple(a for a in later if any(_reaches(row, read) for row in changes[a.pk])),
    )


def changed_elsewhere(draft: Amendment, user: User) -> dict[int, list[Amendment]]:
    """Return by clause the other undecided amendments of the period that change it too, as far as the
    user may see them (one query)."""
    visible = Amendment.objects.visible_to(user).filter(period=draft.period_id)
    others = visible.filter(state__in=UNDECIDED).exclude(pk=draft.pk)
    rows = Wording.objects.filter(amendment__in=others).select_related("amendment__period__agency")
    found: dict[int, list[Amendment]] = defaultdict(list)
    for row in rows.order_by("amendment"):
        found[row.clause_id].append(row.amendment)
    return found


def _comes(amendment: Amendment, read: Reading) -> bool:
    if read.amendment:
        return False
    known = read.known is None or _recorded(amendment) <= read.known
    return known and amendment.effective_on is not None and amendment.effective_on > read.on


def _was_known_later(amendment: Amendment, read: Reading) -> bool:
    if read.amendment:
        is_correction = amendment.kind == Amendment.Kind.CORRECTION
        return is_correction and (amendment.sequence or 0) > (read.amendment.sequence or 0)
    if read.known:
        return _recorded(amendment) > read.known
    return timezone.localtime(_recorded(amendment)).date() > read.on


def _recorded(amendment: Amendment) -> dt.datetime:
    assert amendment.recorded_at, "a decided amendment has been recorded"
    return amendment.recorded_at


def _changes(amendments: set[int], read: Reading) -> dict[int, list[Any]]:
    """Return by amendment its wordings of the clauses that matter, with what their place tells."""
    rows = Wording.objects.placed().filter(amendment__in=amendments).order_by()
    found: dict[int, list[Any]] = defaultdict(list)
    columns = ("amendment", "clause", "parent", "place", "from_date")
    for row in rows.select_related(None).values_list(*columns, named=True):
        if read.clauses is None or row.clause in read.clauses or row.parent in read.clauses:
            found[row.amendment].append(row)
    return found


def _reaches(row: Any, read: Reading) -> bool:
    """Whether a wording that was recorded later is in the text of the day, or of the amendment."""
    if read.amendment:
        return bool(row.place <= (read.amendment.sequence or 0))
    return bool(row.from_date <= read.on)
