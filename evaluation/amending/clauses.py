"""What a drafter does: start, insert, reword, relabel, move, delete, restore, explain, undo."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet

from evaluation.amending.numbering import renumber
from evaluation.amending.rows import (
    change,
    check,
    check_agency,
    check_whole,
    contribute,
    lock,
    opened,
    text_of,
)
from evaluation.checks import check_heading
from evaluation.models import (
    Amendment,
    AmendmentReason,
    Clause,
    ItemProgram,
    ObjectivePeriod,
    Succession,
    Wording,
)
from evaluation.models.texts import ConflictKind
from evaluation.placing import (
    NUMBERED,
    check_circle,
    check_place,
    place_beside,
    place_of,
    rank_after,
    rank_of_old,
)
from evaluation.ranks import spread
from jst_objectives import history
from programs.models import Program, User


@transaction.atomic
def start(
    period: ObjectivePeriod, *, slug: str, title: str, by: User | None, **fields: Any
) -> Amendment:
    """Create an empty draft on the latest decided text. `fields`: kind, office, paper_date …"""
    # Two of the same name at the same moment: the second finds the first and is told so.
    ObjectivePeriod.objects.select_for_update().get(pk=period.pk)
    head = period.amendments.last_decided()
    draft = Amendment(period=period, slug=slug, title=title, based_on=head, **fields)
    draft.full_clean()
    history.save(draft, by=by, reason="起案")
    contribute(draft, by)
    return draft


# --- New clauses ----------------------------------------------------------------------------------
@transaction.atomic
def insert(
    draft: Amendment,
    kind: str,
    *,
    parent: Clause | None,
    text: str,
    by: User | None,
    label: str = "",
    after: Clause | None = None,
    reason: AmendmentReason | None = None,
    shift: bool = False,
) -> Clause:
    """Introduce a clause below `parent`, right after the sibling `after` (None: as the first).

    `shift`: it and those behind it get the numbers of their order.
    """
    draft = lock(draft)
    check_place(kind, parent)
    if kind in NUMBERED:
        check_heading(text)
    rank = rank_after(text_of(draft), parent, after)
    wording = Wording(parent=parent, rank=rank, label=label, text=text, reason=reason)
    clause = _introduce(draft, kind, wording, by)
    if shift:
        renumber(draft, parent=parent, kind=kind, by=by, reason=reason)
    return clause


@transaction.atomic
def insert_item(
    draft: Amendment,
    *,
    parts: Mapping[str, Iterable[str]],
    programs: Iterable[Program] = (),
    by: User | None,
    **item: Any,
) -> Clause:
    """Introduce an item (`item`: options of `insert`) with all that hangs on it, all or nothing.

    `parts`: the texts of each kind of clause below it, in order; `programs` carry the item out.
    """
    draft, programs = lock(draft), list(programs)
    for program in programs:
        check_agency(draft, "programs", program)
    clause = insert(draft, Clause.Kind.ITEM, by=by, **item)
    below = [(kind, text) for kind, texts in parts.items() for text in texts]
    for rank, (kind, text) in zip(spread(len(below)), below, strict=True):
        check_place(kind, clause)
        wording = Wording(parent=clause, rank=rank, text=text, reason=item.get("reason"))
        _introduce(draft, kind, wording, by)
    for program in programs:
        link = ItemProgram(clause=clause, program=program, amendment=draft)
        link.full_clean()
        history.save(link, by=by, reason="新設")
    return clause


def _introduce(draft: Amendment, kind: str, wording: Wording, by: User | None) -> Clause:
    clause = Clause(period=draft.period, kind=kind, introduced_by=draft)
    clause.full_clean()
    history.save(clause, by=by, reason="新設")
    wording.clause, wording.amendment = clause, draft
    check(wording)
    history.save(wording, by=by, reason="新設")
    contribute(draft, by)
    return clause


# --- Changes of clauses that stand ----------------------------------------------------------------
def reword(draft: Amendment, clause: Clause, text: str, *, by: User | None, **options: Any) -> None:
    """Set the text of a clause."""
    if clause.kind in NUMBERED:
        check_heading(text)
    _edit(draft, clause, by, "文言の変更", {"text": text}, **options)


def relabel(
    draft: Amendment, clause: Clause, label: str, *, by: User | None, **options: Any
) -> None:
    """Set a clause's own number: "5" of 2.5."""
    _edit(draft, clause, by, "番号の変更", {"label": label}, **options)


@transaction.atomic
def move(
    draft: Amendment,
    clause: Clause,
    *,
    parent: Clause | None,
    by: User | None,
    after: Clause | None = None,
    seen: str | None = None,
    **options: Any,
) -> None:
    """Put a clause below `parent`, right after the sibling `after` (None: as the first)."""
    draft, tree, node = opened(draft, clause, seen)
    check_circle(tree, node, parent)
    check_place(clause.kind, parent)
    now = place_of(tree, node)
    ids = (parent.pk if parent else None, after.pk if after else None)
    if ids == (node.parent_id, now.after.clause_id if now.after else None):
        place = {}  # it stands there already: another rank would change nothing but the data
    else:
        rank = rank_of_old(tree, node, parent, after)
        rank = rank or rank_after(tree, parent, after, moving=node)
        place = {"parent_id": ids[0], "rank": rank}
    _edit(draft, clause, by, "移動", place, **options)


@transaction.atomic
def shift(
    draft: Amendment, clause: Clause, step: int, *, by: User | None, seen: str | None = None
) -> None:
    """Put a clause one place up (-1) or down (1) among its like."""
    draft, tree, node = opened(draft, clause, seen)
    place = place_beside(tree, node, step)
    if place is None:
        way = "上" if step < 0 else "下"
        raise ValidationError(f"これより{way}へは動かせません。")
    above, before = place.parent, place.after
    parent = above.wording.clause if above else None
    move(draft, clause, parent=parent, after=before.wording.clause if before else None, by=by)


@transaction.atomic
def explain(
    draft: Amendment,
    clause: Clause,
    *,
    reason: AmendmentReason | None,
    by: User | None,
    seen: str | None = None,
) -> None:
    """Give the reason of a change of this draft, or take it away."""
    draft, _, _ = opened(draft, clause, seen)
    if not draft.wordings.filter(clause=clause).exists():
        raise ValidationError("この条項は、この変更案で変わっていません。")
    change(draft, clause, by, "変更理由の変更", {}, reason=reason)


@transaction.atomic
def undo(draft: Amendment, clause: Clause, *, by: User | None, seen: str | None = None) -> None:
    """Give a clause its text in force back; what this draft introduced vanishes, with all below."""
    if clause.introduced_by_id == draft.pk:
        repeal(draft, clause, by=by, seen=seen)
        return
    draft, tree, node = opened(draft, clause, seen)
    if node.wording.amendment_id == draft.pk and node.wording.repealed:
        restore(draft, clause, by=by)
    row = draft.wordings.filter(clause=clause).first()
    if row is not None:
        history.delete(row, by=by, reason="変更の取りやめ")
    forgotten = _forget(draft.successions.filter(from_clause=clause, to_clause=clause), by)
    check_whole(draft, tree)
    if row is not None or forgotten:
        contribute(draft, by)


@transaction.atomic
def _edit(
    draft: Amendment,
    clause: Clause,
    by: User | None,
    verb: str,
    values: dict[str, Any],
    *,
    seen: str | None = None,
    **options: Any,
) -> None:
    """Set fields of a clause that stands in the draft's text."""
    draft, _, node = opened(draft, clause, seen)
    if node.repealed:
        raise ValidationError(
            "この条項は削られています。変えるには、先に「戻す」を選んでください。"
        )
    change(draft, clause, by, verb, values, **options)


# --- Deleting -------------------------------------------------------------------------------------
@transaction.atomic
def repeal(
    draft: Amendment, clause: Clause, *, by: User | None, seen: str | None = None, **options: Any
) -> None:
    """Delete (削る) a clause and all below it. What this draft itself introduced vanishes.

    `seen` is the fingerprint of the clause with all that stands below it.
    """
    draft, tree, _ = opened(draft, clause, seen, below=True)
    doomed = [tree.nodes[clause.pk], *(node for _, node in tree.walk(clause.pk))]
    new = {n.clause_id for n in doomed if n.wording.clause.introduced_by_id == draft.pk}
    _move_out(draft, new, by)
    for node in reversed(doomed):
        if node.clause_id in new:
            _withdraw(node.wording, by)
        else:
            change(draft, node.wording.clause, by, "削る", {"repealed": True}, **options)
    if new:
        contribute(draft, by)


def _move_out(draft: Amendment, vanishing: set[int], by: User | None) -> None:
    """Put back to their place the clauses that the draft moved below clauses about to vanish."""
    heads = {w.clause_id: w for w in Wording.objects.before(draft)}
    moved = draft.wordings.filter(parent__in=vanishing).exclude(clause__in=vanishing)
    for row in moved.select_related("clause"):
        head = heads[row.clause_id]
        place = {"parent_id": head.parent_id, "rank": head.rank}
        change(draft, row.clause, by, "移動の取りやめ", place)


@transaction.atomic
def restore(draft: Amendment, clause: Clause, *, by: User | None, seen: str | None = None) -> None:
    """Take a deletion of this draft back: the clause and all that was deleted below it.

    Also keeps a clause that the draft rewords and that was deleted by what was decided since.
    """
    draft, tree, node = opened(draft, clause, seen)
    above = tree.nodes.get(node.parent_id) if node.parent_id else None
    if above and above.repealed:
        raise ValidationError(f"先に、上の「{above.text}」を戻してください。")
    if any(c.clause_id == clause.pk and c.kind is ConflictKind.REPEALED for c in tree.conflicts):
        change(draft, clause, by, "削られた条項を残す", {"repealed": False})
        return
    rows = draft.wordings.filter(repealed=True).select_related("clause")
    repealed: defaultdict[int | None, list[Wording]] = defaultdict(list)
    for row in rows:
        repealed[row.parent_id].append(row)
    stack = [row for row in rows if row.clause_id == clause.pk]
    if not stack:
        raise ValidationError("この条項は、この変更案で削られていません。")
    _forget(draft.successions.filter(from_clause__in=[row.clause_id for row in stack]), by)
    while stack:
        row = stack.pop()
        change(draft, row.clause, by, "削るのを取りやめ", {"repealed": False})
        stack += repealed[row.clause_id]


@transaction.atomic
def restore_reworded(
    draft: Amendment,
    clause: Clause,
    text: str,
    *,
    by: User | None,
    seen: str | None = None,
    **options: Any,
) -> None:
    """Take a deletion back, and set the text: of who wrote it while somebody else deleted the clause."""
    restore(draft, clause, by=by, seen=seen)
    reword(draft, clause, text, by=by, **options)


def _withdraw(wording: Wording, by: User | None) -> None:
    """Remove a clause that the draft itself introduced."""
    clause = wording.clause
    for link in clause.item_programs.all():
        history.delete(link, by=by, reason="新設の取りやめ")
    _forget(Succession.objects.filter(Q(from_clause=clause) | Q(to_clause=clause)), by)
    for comment in clause.comments.all():  # they stay, at the place that they name
        comment.clause = None
        history.save(comment, by=by, reason="新設の取りやめ")
    history.delete(wording, by=by, reason="新設の取りやめ")
    history.delete(clause, by=by, reason="新設の取りやめ")


def _forget(successions: QuerySet[Succession], by: User | None) -> int:
    """Take back what was said of a clause's origin, before it vanishes or stands again; return how much."""
    said = list(successions)
    for succession in said:
        history.delete(succession, by=by, reason="条項の由来の取りやめ")
    return len(said)
