"""Renumbering siblings after one was inserted, moved or deleted: all of them, or none."""

from typing import Any

from django.db import transaction

from evaluation.amending.batches import Changed, last_batch, take_back
from evaluation.amending.rows import Stale, change, digest, lock
from evaluation.models import Amendment, Clause
from evaluation.models.texts import texts_around
from evaluation.numbering import Renumbering, renumbering
from programs.models import User

RENUMBERED = "番号の付け直し"


@transaction.atomic
def renumber(
    draft: Amendment,
    *,
    parent: Clause | None,
    kind: str,
    by: User | None,
    seen: str | None = None,
    **options: Any,
) -> int:
    """Give the siblings of a kind below `parent` the numbers of their order; return how many changed.

    `options`: the reason of those that the draft did not change before. `seen` is the digest of what the
    user was shown (`Renumbering.shown`). Raises Stale.
    """
    locked = lock(draft)
    found = renumbering(*texts_around(locked), parent.pk if parent else None, kind)
    labels = found.labels if found else ()
    now = digest(found.shown if found else [])
    if seen is not None and seen != now:
        raise Stale(found, now, "この並びの番号")
    why = f"{RENUMBERED}：{_named(found)}" if found else RENUMBERED
    for node, label in labels:
        own = {} if node.wording.amendment_id == locked.pk else options
        change(locked, node.wording.clause, by, why, {"label": label}, **own)
    return len(labels)


def _named(found: Renumbering) -> str:
    return found.parent.text if found.parent else "章"


def last_renumbering(draft: Amendment) -> list[Changed]:
    """Return what the last renumbering did, while nothing else has been changed since."""
    return last_batch(draft, RENUMBERED, "label")


def undo_renumbering(draft: Amendment, *, by: User | None, seen: str | None = None) -> int:
    """Give the clauses of the last renumbering their numbers of before; return how many they are."""
    return len(take_back(draft, RENUMBERED, "label", by=by, seen=seen))
