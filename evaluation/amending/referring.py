"""References in the texts of a draft: which are forgotten when numbers move, and their repair."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from evaluation.amending.batches import Changed, last_batch, take_back
from evaluation.amending.rows import Stale, change, digest, lock
from evaluation.models import Amendment, Clause, Wording
from evaluation.models.standing import DECIDED
from evaluation.models.texts import Node, Text, texts_around
from evaluation.placing import NUMBERED
from evaluation.references import (
    Finding,
    Form,
    Numbers,
    Reference,
    carried,
    find,
    findings,
    repaired,
)
from programs.models import User

REPAIRED = "参照の直し"


@dataclass(frozen=True)
class Referring:
    """A clause of a draft with references that no longer say what they were written for."""

    node: Node
    found: tuple[Finding, ...]

    @property
    def text(self) -> str:
        """The clause's text with every reference repaired that can be."""
        return repaired(self.node.text, self.found)

    @property
    def can_be_repaired(self) -> bool:
        return self.text != self.node.text


def forgotten(draft: Amendment) -> list[Referring]:
    """Return the clauses of a draft with forgotten or lost references, in the order of the document.

    A reference means what it named when it was written: in a text that the draft leaves alone, by the
    text in force; in one that the draft wrote, by the draft as it stood then.
    """
    before, text = texts_around(draft)
    return forgotten_in(draft, before, text)


def forgotten_in(draft: Amendment, before: Text, text: Text) -> list[Referring]:
    """`forgotten` of a draft whose texts are read already: no query where it wrote no reference."""
    old, now = Numbers(before.document("")), Numbers(text.document(""))
    past = _Past(draft)
    names = {unit.label for numbers in (old, now) for unit in numbers.units.values()}
    result = []
    for node in text.order:
        if not _may_refer(find(node.text), names):
            continue
        stood = before.nodes.get(node.clause_id)
        if stood and stood.text == node.text:
            known = carried(node.public_id, [(node.text, old)])
        else:
            first = [(stood.text, old)] if stood and not stood.repealed else []
            known = past.known(node, first, now)
        if found := findings(node.public_id, known, now):
            result.append(Referring(node, tuple(found)))
    return result


def _may_refer(found: Iterable[Reference], names: set[str]) -> bool:
    """Tell whether one of them can be more than the article of some law."""
    return any(one.form is not Form.NAMED or one.path[0] in names for one in found)


class _Past:
    """The texts that a draft's clauses had, and the trees that stood when they were written."""

    def __init__(self, draft: Amendment) -> None:
        self.draft = draft
        self._trees: dict[dt.datetime, Numbers] = {}

    def known(
        self, node: Node, versions: list[tuple[str, Numbers]], now: Numbers
    ) -> list[tuple[Reference, str | None]]:
        """Return the references of a text that the draft wrote, each with the clause it was written for.

        One that named nothing yet is of what came next under its number: of an item that was added
        together with it.
        """
        said, since = versions[-1][0] if versions else None, None
        for row in self._rows_of[node.clause_id]:
            if row.history_type != "-" and row.text != said:
                said, since = row.text, row.history_date
                versions = [*versions, (row.text, self._at(row.history_date))]
        if said != node.text:
            versions = [*versions, (node.text, now)]
        known = carried(node.public_id, versions)
        later = [moment for moment in self._numbered if since and moment >= since]
        return [(one, target or self._first(node.public_id, one, later)) for one, target in known]

    def _first(self, holder: str, one: Reference, later: list[dt.datetime]) -> str | None:
        targets = (self._at(moment).target(holder, one) for moment in later)
        return next((target for target in targets if target), None)

    @cached_property
    def _rows(self) -> list[Any]:
        rows = Wording.history.filter(amendment_id=self.draft.pk)
        return list(rows.order_by("history_date", "history_id"))

    @cached_property
    def _rows_of(self) -> defaultdict[int, list[Any]]:
        rows: defaultdict[int, list[Any]] = defaultdict(list)
        for row in self._rows:
            rows[row.clause_id].append(row)
        return rows

    @cached_property
    def _numbered(self) -> list[dt.datetime]:
        """The moments at which a number came into the draft."""
        kinds = {pk: clause.kind for pk, clause in self._clauses.items()}
        moments = {r.history_date for r in self._rows if kinds.get(r.clause_id) in NUMBERED}
        return sorted(moments)

    @cached_property
    def _decided(self) -> list[Wording]:
        rows = Wording.objects.placed().filter(DECIDED, amendment__period=self.draft.period_id)
        return list(rows.select_related("clause", "amendment"))

    @cached_property
    def _clauses(self) -> dict[int, Clause]:
        """Every clause that the draft ever had, those that vanished too."""
        rows = Clause.history.filter(introduced_by=self.draft).exclude(history_type="-")
        own = {row.id: Clause(id=row.id, public_id=row.public_id, kind=row.kind) for row in rows}
        return own | {wording.clause_id: wording.clause for wording in self._decided}

    def _at(self, moment: dt.datetime) -> Numbers:
        """Return the numbers of the draft's text as it stood at a moment."""
        if moment not in self._trees:
            stood = [w for w in self._decided if (w.amendment.recorded_at or moment) <= moment]
            stood.sort(key=lambda w: (w.place, w.amendment.sequence))  # type: ignore[attr-defined]
            heads = {wording.clause_id: wording for wording in stood}
            rows = {r.clause_id: r for r in self._rows if r.history_date <= moment}
            drafted = [self._wording(row) for row in rows.values() if row.history_type != "-"]
            self._trees[moment] = Numbers(Text.of([*heads.values(), *drafted]).document(""))
        return self._trees[moment]

    def _wording(self, row: Any) -> Wording:
        wording = Wording(**{f.attname: getattr(row, f.attname) for f in row.tracked_fields})
        wording.clause = self._clauses[row.clause_id]
        bases = {decided.pk: decided for decided in self._decided}
        wording.base = bases.get(row.base_id)
        wording.place, wording.stands, wording.introduced = None, False, None  # type: ignore[attr-defined]
        return wording


# --- Repair ---------------------------------------------------------------------------------------
def references_fingerprint(found: Iterable[Referring]) -> str:
    """Return a digest of what a user sees: each text with what would stand in its place."""
    return digest([(one.node.clause_id, one.node.text, one.text) for one in found])


@transaction.atomic
def repair(
    draft: Amendment,
    *,
    by: User | None,
    only: tuple[str, int] | None = None,
    seen: str | None = None,
    **options: Any,
) -> int:
    """Write the forgotten references anew, and return how many clauses changed.

    `only`: the public id of a clause and where in its text the one reference begins. `seen` is the
    `references_fingerprint` of what the user was shown. Raises Stale, and ValidationError where
    there is nothing to repair.
    """
    locked = lock(draft)
    found = forgotten(locked)
    now = references_fingerprint(found)
    if seen is not None and seen != now:
        raise Stale(found, now, "参照か番号")
    chosen = [one for one in _chosen(found, only) if one.can_be_repaired]
    if not chosen:
        raise ValidationError("直せる参照がありません。")
    words = [f"{f.reference.text}→{f.words}" for one in chosen for f in one.found if f.words]
    for one in chosen:
        why = f"{REPAIRED}：{'、'.join(words)}"
        change(locked, one.node.wording.clause, by, why, {"text": one.text}, **options)
    return len(chosen)


def _chosen(found: list[Referring], only: tuple[str, int] | None) -> list[Referring]:
    if only is None:
        return found
    public_id, start = only
    return [
        Referring(one.node, tuple(f for f in one.found if f.reference.start == start))
        for one in found
        if one.node.public_id == public_id
    ]


def last_repair(draft: Amendment) -> list[Changed]:
    """Return what the last repair did, while nothing else has been changed since."""
    return last_batch(draft, REPAIRED, "text")


def undo_repair(draft: Amendment, *, by: User | None, seen: str | None = None) -> int:
    """Give the clauses of the last repair their texts of before; return how many they are."""
    return len(take_back(draft, REPAIRED, "text", by=by, seen=seen))
