"""「元に戻す」: taking back what one act wrote, from the history that it left behind.

An act is a stretch of the histories of a draft's wordings and of what it says of origins. To take it
back is an act too: it is written to the history as any other, and may itself be taken back.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, ProtectedError

from evaluation.amending.rows import (
    Stale,
    check,
    check_whole,
    contribute,
    fingerprint,
    last_revision,
    lock,
    text_of,
)
from evaluation.models import Amendment, Clause, ItemProgram, Succession, Wording
from jst_objectives import history
from programs.models import User

SAID = ("parent_id", "rank", "label", "text", "repealed", "excerpt", "reason_id", "base_id")
# Why a programme's link to an item was deleted, where that comes back with the item.
GIVEN_UP = {"新設の取りやめ", "元に戻す"}
NOTHING = "元に戻すものがありません。"
ORIGIN_CHANGED = "その後に条項の由来が変わったため、元に戻せません。"
HELD = "その後に、この条項に付けられたもの（中の条項など）があるため、元に戻せません。"


@dataclass(frozen=True)
class Act:
    """What was written between two ids of the history of wordings, the first one left out, and between
    two of the history of successions."""

    after: int
    last: int
    after_origin: int = 0
    last_origin: int = 0


@transaction.atomic
def performed(draft: Amendment, act: Callable[[], Any]) -> tuple[Any, Act | None]:
    """Do what writes to a draft; return what it returns, and the act to be taken back, if it wrote.

    The draft is locked, so that what is written between is the act's own.
    """
    lock(draft)
    before, before_origin = _last(draft, Wording), _last(draft, Succession)
    result = act()
    done = Act(before, _last(draft, Wording), before_origin, _last(draft, Succession))
    wrote = done.last > before or done.last_origin > before_origin
    return result, done if wrote else None


@transaction.atomic
def take_back(draft: Amendment, act: Act, *, by: User | None) -> None:
    """Give all that an act of this draft changed the state from before it.

    Raises ValidationError where nothing was written, and Stale where it has changed again since.
    """
    draft = lock(draft)
    rows = Wording.history.filter(amendment=draft)
    touched = set(
        rows.filter(history_id__gt=act.after, history_id__lte=act.last).values_list(
            "clause_id", flat=True
        )
    )
    origins = _Origins.of(draft, act)
    if not touched and not origins.pairs:
        raise ValidationError(NOTHING)
    newest = rows.filter(clause_id__in=touched).aggregate(last=Max("history_id"))["last"]
    if touched and newest > act.last:
        _refuse(draft, rows.get(history_id=newest).clause_id)
    origins.check_untouched(act)
    before = text_of(draft)
    origins.remove(by)
    was = _latest(rows.filter(clause_id__in=touched, history_id__lte=act.after))
    is_now = {w.clause_id: w for w in draft.wordings.filter(clause_id__in=touched)}
    _bring_back(draft, {key: was[key] for key in was.keys() - is_now.keys()}, by)
    for clause_id in was.keys() & is_now.keys():
        _reset(is_now[clause_id], was[clause_id], by)
    _remove(draft, [is_now[key] for key in is_now.keys() - was.keys()], by)
    origins.bring_back(by)
    check_whole(draft, before)
    contribute(draft, by)


def _last(draft: Amendment, model: type[Wording | Succession]) -> int:
    rows = model.history.filter(amendment=draft)
    return rows.aggregate(last=Max("history_id"))["last"] or 0


@dataclass(frozen=True)
class _Origins:
    """What an act changed of the origins that a draft records, by the pair of clauses: its rows of the
    history, oldest first, what stood before it, and what stands."""

    pairs: dict[tuple[int, int], list[Any]]
    was: dict[tuple[int, int], Any]
    is_now: dict[tuple[int, int], Succession]

    @classmethod
    def of(cls, draft: Amendment, act: Act) -> "_Origins":
        found: defaultdict[tuple[int, int], list[Any]] = defaultdict(list)
        for row in Succession.history.filter(amendment=draft).order_by("history_id"):
            found[row.from_clause_id, row.to_clause_id].append(row)
        pairs = {
            pair: rows
            for pair, rows in found.items()
            if any(act.after_origin < row.history_id <= act.last_origin for row in rows)
        }
        before = {
            pair: [row for row in rows if row.history_id <= act.after_origin]
            for pair, rows in pairs.items()
        }
        was = {pair: rows[-1] for pair, rows in before.items() if rows}
        stands = {(row.from_clause_id, row.to_clause_id): row for row in draft.successions.all()}
        return cls(
            pairs,
            {pair: row for pair, row in was.items() if row.history_type != "-"},
            {pair: row for pair, row in stands.items() if pair in pairs},
        )

    def check_untouched(self, act: Act) -> None:
        if any(rows[-1].history_id > act.last_origin for rows in self.pairs.values()):
            raise ValidationError(ORIGIN_CHANGED)

    def remove(self, by: User | None) -> None:
        """Delete what the act recorded: first of all, for its clauses may go."""
        for pair in self.is_now.keys() - self.was.keys():
            history.delete(self.is_now[pair], by=by, reason="元に戻す")

    def bring_back(self, by: User | None) -> None:
        """Record again what the act deleted or changed: last of all, for its clauses must stand."""
        for pair, row in self.was.items():
            stands = self.is_now.get(pair) or row.instance
            stands.kind, stands.continues = row.kind, row.continues
            history.save(stands, by=by, reason="元に戻す", force_insert=pair not in self.is_now)


def _refuse(draft: Amendment, clause_id: int) -> None:
    tree = text_of(draft)
    if clause_id not in tree.nodes:
        raise ValidationError("その後に取りやめられた条項があるため、元に戻せません。")
    raise Stale(tree.nodes[clause_id], fingerprint(tree, clause_id), "この条項")


def _latest(rows: Iterable[Any]) -> dict[int, Any]:
    """Return by clause its row of the history at that moment; none where there was no wording."""
    found = {row.clause_id: row for row in sorted(rows, key=lambda row: row.history_id)}
    return {key: row for key, row in found.items() if row.history_type != "-"}


def _reset(wording: Wording, was: Any, by: User | None) -> None:
    for name in SAID:
        setattr(wording, name, getattr(was, name))
    wording.revision += 1
    check(wording)
    history.save(wording, by=by, reason="元に戻す")


def _bring_back(draft: Amendment, lost: dict[int, Any], by: User | None) -> None:
    """Write again what the act deleted: first the clauses that the draft had introduced."""
    standing = set(Clause.objects.filter(pk__in=lost).values_list("pk", flat=True))
    for clause_id in sorted(lost.keys() - standing):
        clause = Clause.history.filter(id=clause_id).latest("history_id").instance
        history.save(clause, by=by, reason="元に戻す", force_insert=True)
        for link in _latest_links(draft, clause_id):
            history.save(link, by=by, reason="元に戻す", force_insert=True)
    for row in lost.values():
        wording = Wording(clause_id=row.clause_id, amendment=draft)
        wording.revision = last_revision(draft, row.clause)
        _reset(wording, row, by)


def _latest_links(draft: Amendment, clause_id: int) -> list[ItemProgram]:
    """Return the programmes that carried out an item when the draft gave it up."""
    rows = ItemProgram.history.filter(amendment=draft, clause_id=clause_id)
    newest = {row.id: row for row in rows.order_by("history_id")}
    return [
        row.instance
        for row in newest.values()
        if row.history_type == "-" and row.history_change_reason in GIVEN_UP
    ]


def _remove(draft: Amendment, wordings: list[Wording], by: User | None) -> None:
    """Delete what the act wrote anew; with it the clauses that it introduced."""
    for wording in wordings:
        history.delete(wording, by=by, reason="元に戻す")
    try:
        for clause in draft.introduced.filter(pk__in=[w.clause_id for w in wordings]):
            for link in clause.item_programs.all():
                history.delete(link, by=by, reason="元に戻す")
            history.delete(clause, by=by, reason="元に戻す")
    except ProtectedError:
        raise ValidationError(HELD) from None
