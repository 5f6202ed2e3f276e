"""Changes of one verb that were made together, and taking them back: the audit history knows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from django.core.exceptions import ValidationError
from django.db import transaction

from evaluation.amending.rows import Stale, change, digest, lock, text_of
from evaluation.models import Amendment, Clause, Wording
from programs.models import User

LONGEST = 1_000  # rows of a batch


@dataclass(frozen=True)
class Changed:
    """One clause of a batch: what a field said before it and what it says since."""

    clause: Clause
    old: str
    new: str


def last_batch(draft: Amendment, verb: str, field: str) -> list[Changed]:
    """Return what the draft's last changes did to a field, if they were all of this verb; else [].

    `verb` is how the history's reason of each begins; those of one batch are the same. Four queries,
    and only the first where another verb came last.
    """
    rows = Wording.history.filter(amendment=draft).order_by("-history_id")
    last = rows.first()
    if last is None or not (last.history_change_reason or "").startswith(f"{verb}："):
        return []
    why = last.history_change_reason
    batch = list(takewhile(lambda row: row.history_change_reason == why, rows[:LONGEST]))[::-1]
    clauses = [row.clause_id for row in batch]
    earlier = Wording.history.filter(
        amendment=draft, clause__in=clauses, history_id__lt=batch[0].history_id
    )
    was = {row.clause_id: row for row in earlier.order_by("history_id")}
    heads = {
        head.clause_id: head for head in Wording.objects.before(draft).filter(clause__in=clauses)
    }
    of = Clause.objects.in_bulk(clauses)
    found = []
    for row in {row.clause_id: row for row in batch}.values():
        stood = was.get(row.clause_id)
        old = stood if stood and stood.history_type != "-" else heads[row.clause_id]
        new = heads[row.clause_id] if row.history_type == "-" else row
        found.append(Changed(of[row.clause_id], getattr(old, field), getattr(new, field)))
    return found


def batch_fingerprint(batch: Sequence[Changed]) -> str:
    """Return a digest of what a user sees of a batch."""
    return digest([(one.clause.pk, one.old, one.new) for one in batch])


@transaction.atomic
def take_back(
    draft: Amendment, verb: str, field: str, *, by: User | None, seen: str | None = None
) -> list[Changed]:
    """Undo the last batch of a verb, and return it. Raises Stale, and ValidationError for none."""
    locked = lock(draft)
    batch = last_batch(locked, verb, field)
    now = batch_fingerprint(batch)
    if seen is not None and seen != now:
        raise Stale(batch, now, "この変更案")
    if not batch:
        raise ValidationError(f"元に戻せる「{verb}」がありません。")
    standing = text_of(locked).nodes
    for one in batch:
        if one.clause.pk in standing:
            change(locked, one.clause, by, f"{verb}の取りやめ", {field: one.old})
    return batch
