"""What has been decided since a draft began: which of its clauses that touches, and how both are merged.

Place, number, text and deletion merge one by one, the text paragraph by paragraph. A merge counts only
when a person has seen and accepted it; what both sides changed differently a person writes.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import ValidationError
from django.db import transaction

from evaluation.amending.rows import Stale, change, digest, fingerprint, lock, text_of
from evaluation.comparison.merging import Merge, merge
from evaluation.models import Amendment, AmendmentReason, Clause, Wording
from evaluation.models.texts import ASPECTS, Conflict, Node, Text
from programs.models import User

TEXT = "文言"
VERB = "決定済みの変更との統合"
MINE, THEIRS = "mine", "theirs"  # whose number, place or deletion stands
NOT_OVERTAKEN = "この条項には、統合を待っている決定済みの変更がありません。"


@dataclass(frozen=True)
class Overtaken:
    """A clause of a draft that `decisions`, oldest first, have changed since it was drafted.

    `node` is the clause as aspects merge, `own` the draft's row, `head` the decided row that stands.
    """

    node: Node
    own: Wording
    head: Wording
    place: str
    conflicts: tuple[Conflict, ...]
    decisions: tuple[Amendment, ...]
    seen: str

    @property
    def clause(self) -> Clause:
        clause: Clause = self.own.clause
        return clause

    @cached_property
    def texts(self) -> Merge | None:
        """Return the texts merged, where both sides changed the text differently."""
        if TEXT not in {conflict.aspect for conflict in self.conflicts} or self.own.base is None:
            return None
        return merge(self.own.base.text, self.own.text, self.head.text)

    @property
    def text(self) -> str:
        """Return the text that the clause has once the merge is accepted."""
        return self.texts.text if self.texts else self.node.text

    @property
    def open(self) -> tuple[Conflict, ...]:
        """Return the conflicts that a person must settle."""
        merges = self.texts is not None and not self.texts.conflicts
        return tuple(c for c in self.conflicts if not (merges and c.aspect == TEXT))

    @property
    def changed_here(self) -> list[str]:
        return _changed(self.own, self.own.base)

    @property
    def changed_there(self) -> list[str]:
        return _changed(self.head, self.own.base)


def overtaken(draft: Amendment) -> list[Overtaken]:
    """Return the clauses of a draft that were changed by decisions since, in the order of the text."""
    rows = list(Wording.objects.as_amended_by(draft))
    tree = Text.of(rows)
    heads = {row.clause_id: row for row in rows if row.stands}
    own = [row for row in rows if not row.stands]
    found = {row.clause_id: heads[row.clause_id] for row in own if _is_overtaken(row, heads)}
    decisions = _decisions(draft, found)
    order = {node.clause_id: place for place, node in enumerate(tree.order)}
    told = [
        _told(tree, row, found[row.clause_id], decisions) for row in own if row.clause_id in found
    ]
    return sorted(told, key=lambda one: order.get(one.node.clause_id, len(order)))


@transaction.atomic
def accept(draft: Amendment, seen: Mapping[str, str], *, by: User) -> None:
    """Accept the merges of clauses that a person has seen: `seen` by their public ids.

    Raises ValidationError for one with something left to settle, Stale where one reads otherwise now.
    """
    locked = lock(draft)
    waiting = {one.node.public_id: one for one in overtaken(locked)}
    for public_id, was in seen.items():
        one = _checked(locked, waiting.get(public_id), was)
        if one.open:
            raise ValidationError([str(conflict) for conflict in one.open])
        change(locked, one.clause, by, VERB, {"text": one.text} if one.texts else {})


@transaction.atomic
def settle(
    draft: Amendment,
    clause: Clause,
    text: str,
    *,
    by: User,
    seen: str,
    chosen: Mapping[str, str] | None = None,
    **options: AmendmentReason | None,
) -> None:
    """Set the text that a person made of the draft's and the decided one, and by aspect whose value
    stands of what else conflicts (`chosen`: MINE or THEIRS): all of it at once, for the draft stands on
    one decision. Raises ValidationError for a conflict that is left open, Stale as `accept`."""
    locked = lock(draft)
    found = {one.node.clause_id: one for one in overtaken(locked)}
    one = _checked(locked, found.get(clause.pk), seen)
    values: dict[str, object] = {"text": text}
    for aspect, side in (chosen or {}).items():
        row = one.own if side == MINE else one.head
        values |= {name: getattr(row, name) for name in ASPECTS[aspect]}
    left = [c for c in one.conflicts if c.aspect not in {TEXT, *(chosen or ())}]
    if left:
        raise ValidationError([str(conflict) for conflict in left])
    change(locked, one.clause, by, VERB, values, **options)


def _checked(draft: Amendment, one: Overtaken | None, seen: str) -> Overtaken:
    if one is None:
        raise ValidationError(NOT_OVERTAKEN)
    if one.seen != seen:
        raise Stale(text_of(draft).nodes[one.node.clause_id], one.seen, "この条項")
    return one


def _is_overtaken(row: Wording, heads: Mapping[int, Wording]) -> bool:
    head = heads.get(row.clause_id)
    return bool(head and row.base_id not in (None, head.pk) and not row.corrects_id)


def _told(
    tree: Text, row: Wording, head: Wording, decisions: Mapping[int, list[tuple[int, Amendment]]]
) -> Overtaken:
    node = tree.nodes[row.clause_id]
    return Overtaken(
        node=node,
        own=row,
        head=head,
        place=tree.place(node),
        conflicts=tuple(c for c in tree.stale if c.clause_id == row.clause_id),
        decisions=tuple(_since(row.base_id, decisions[row.clause_id])),
        seen=digest([fingerprint(tree, row.clause_id), row.text, head.pk]),
    )


def _since(base: int | None, decided: list[tuple[int, Amendment]]) -> list[Amendment]:
    known = [pk for pk, _ in decided].index(base) + 1 if base else 0
    return [amendment for _, amendment in decided[known:]]


def _decisions(
    draft: Amendment, clauses: Mapping[int, Wording]
) -> dict[int, list[tuple[int, Amendment]]]:
    """Return the decided rows of clauses with their amendments, oldest first (one query)."""
    rows = Wording.objects.filter(
        clause__in=clauses,
        amendment__state=Amendment.State.DECIDED,
        amendment__period=draft.period_id,
    )
    found: defaultdict[int, list[tuple[int, Amendment]]] = defaultdict(list)
    for row in rows.select_related("amendment").order_by("amendment__sequence"):
        found[row.clause_id].append((row.pk, row.amendment))
    return found


def _changed(row: Wording, base: Wording | None) -> list[str]:
    return list(_aspects(row, base)) if base else []


def _aspects(row: Wording, base: Wording) -> Iterator[str]:
    for aspect, fields in ASPECTS.items():
        if any(getattr(row, name) != getattr(base, name) for name in fields):
            yield aspect
