"""The versions of an amendment that were handed out: its snapshots, and the one that a council saw."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.documents.versions import reads_draft_at
from evaluation.models import Amendment, ProcedureStep, Snapshot
from evaluation.models.amendments import DRAFT_READERS

# Whom an advisory council's step names, by the data of the agency.
COUNCILS = ("審議会", "部会")


@dataclass(frozen=True)
class HandedOut:
    """One snapshot: when and by whom it was taken, and to whom it was shown."""

    number: int
    taken_at: dt.datetime
    who: str
    shown_to: tuple[str, ...]
    for_council: bool


def handed_out(amendment: Amendment, roles: set[str]) -> list[HandedOut]:
    """Return the snapshots whose state a reader with these roles may see, newest first (two queries)."""
    snapshots = amendment.snapshots.select_related("taken_by").defer("content").order_by("-number")
    seen = [s for s in snapshots if reads_draft_at(roles, amendment, s.taken_at)]
    if not seen:
        return []
    steps = amendment.steps.filter(snapshot__isnull=False).select_related("kind")
    if roles.isdisjoint(DRAFT_READERS):
        steps = steps.exclude(openness=ProcedureStep.Openness.CLOSED)
    shown: dict[int | None, list[str]] = {}
    councils: set[int | None] = set()
    for step in steps:
        to = step.with_whom or step.kind.name
        shown.setdefault(step.snapshot_id, []).append(to)
        if any(word in f"{step.kind.body}{step.kind.name}{step.body}" for word in COUNCILS):
            councils.add(step.snapshot_id)
    return [
        HandedOut(s.number, s.taken_at, _who(s), tuple(shown.get(s.pk, ())), s.pk in councils)
        for s in seen
    ]


def last_for_council(versions: Sequence[HandedOut]) -> HandedOut | None:
    """Return the newest version that a council saw."""
    return next((version for version in versions if version.for_council), None)


def _who(snapshot: Snapshot) -> str:
    by = snapshot.taken_by
    return by.name if by else ""
