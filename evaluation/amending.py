"""Drafting an amendment: the only writer of `Wording`.

Every function takes the draft and the user (`by`), writes the change with its history in one
transaction, and refuses with a `ValidationError` in Japanese what cannot be done.
"""

import itertools
from collections import defaultdict
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from evaluation.checks import check_text
from evaluation.models import (
    Amendment,
    AmendmentReason,
    Clause,
    Contribution,
    ObjectivePeriod,
    Wording,
)
from evaluation.models.texts import ASPECTS, ConflictKind, Node, Text, merge
from evaluation.ranks import rank_between
from jst_objectives import history
from programs.models import User

NUMBERED = {Clause.Kind.CHAPTER, Clause.Kind.ITEM}
# What may stand below what; None = at the top.
PARENTS: dict[str, set[str | None]] = {
    Clause.Kind.CHAPTER: {None},
    Clause.Kind.ITEM: {None, Clause.Kind.CHAPTER, Clause.Kind.ITEM},
    Clause.Kind.BODY: {Clause.Kind.CHAPTER, Clause.Kind.ITEM},
    Clause.Kind.EVALUATION_AXIS: {Clause.Kind.ITEM},
    Clause.Kind.EVALUATION_INDICATOR: {Clause.Kind.ITEM},
    Clause.Kind.MONITORING_INDICATOR: {Clause.Kind.ITEM},
}


@transaction.atomic
def start(
    period: ObjectivePeriod, *, slug: str, title: str, by: User | None, **fields: Any
) -> Amendment:
    """Create an empty draft on the latest decided text. `fields`: kind, office, paper_date …"""
    head = period.amendments.decided().order_by("-sequence").first()
    draft = Amendment(period=period, slug=slug, title=title, based_on=head, **fields)
    draft.full_clean()
    history.save(draft, by=by, reason="起案")
    _contribute(draft, by)
    return draft


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
) -> Clause:
    """Introduce a clause below `parent`, right after the sibling `after` (None: as the first)."""
    draft = _lock(draft)
    _check_place(kind, parent)
    rank = _rank_after(text_of(draft), parent, after)
    clause = Clause(period=draft.period, kind=kind, introduced_by=draft)
    clause.full_clean()
    history.save(clause, by=by, reason="新設")
    wording = Wording(
        clause=clause, amendment=draft, rank=rank, label=label, text=text, reason=reason
    )
    wording.parent = parent
    _check(wording)
    history.save(wording, by=by, reason="新設")
    _contribute(draft, by)
    return clause


def reword(draft: Amendment, clause: Clause, text: str, *, by: User | None, **options: Any) -> None:
    """Set the text of a clause. Options: `reason` (AmendmentReason), `seen` (revision edited)."""
    _change(draft, clause, by, "文言の変更", {"text": text, "excerpt": False}, **options)


def relabel(
    draft: Amendment, clause: Clause, label: str, *, by: User | None, **options: Any
) -> None:
    """Set a clause's own number: "5" of 2.5."""
    _change(draft, clause, by, "番号の変更", {"label": label}, **options)


@transaction.atomic
def move(
    draft: Amendment,
    clause: Clause,
    *,
    parent: Clause | None,
    by: User | None,
    after: Clause | None = None,
    **options: Any,
) -> None:
    """Put a clause below `parent`, right after the sibling `after` (None: as the first)."""
    tree = text_of(_lock(draft))
    node = tree.nodes[clause.pk]
    above = tree.nodes[parent.pk] if parent else None
    if above and (above.clause_id == clause.pk or node in tree.ancestors(above)):
        raise ValidationError("項目を、それ自身やその下の項目の中へ移すことはできません。")
    _check_place(clause.kind, parent)
    rank = _rank_after(tree, parent, after, moving=node)
    place = {"parent_id": parent.pk if parent else None, "rank": rank}
    _change(draft, clause, by, "移動", place, **options)


@transaction.atomic
def repeal(draft: Amendment, clause: Clause, *, by: User | None, **options: Any) -> None:
    """Delete (削る) a clause and all below it. What this draft itself introduced vanishes."""
    draft = _lock(draft)
    tree = text_of(draft)
    doomed = [tree.nodes[clause.pk], *(node for _, node in tree.walk(clause.pk))]
    new = {n.clause_id for n in doomed if n.wording.clause.introduced_by_id == draft.pk}
    _move_out(draft, new, by)
    for node in reversed(doomed):
        if node.clause_id in new:
            _withdraw(node.wording, by)
        else:
            _change(draft, node.wording.clause, by, "削る", {"repealed": True}, **options)


def _move_out(draft: Amendment, vanishing: set[int], by: User | None) -> None:
    """Put back to their place the clauses that the draft moved below clauses about to vanish."""
    heads = {w.clause_id: w for w in Wording.objects.before(draft)}
    moved = draft.wordings.filter(parent__in=vanishing).exclude(clause__in=vanishing)
    for row in moved.select_related("clause"):
        head = heads[row.clause_id]
        place = {"parent_id": head.parent_id, "rank": head.rank}
        _change(draft, row.clause, by, "移動の取りやめ", place)


@transaction.atomic
def restore(draft: Amendment, clause: Clause, *, by: User | None) -> None:
    """Take a deletion of this draft back: the clause and all that was deleted below it.

    Also keeps a clause that the draft rewords and that was deleted by what was decided since.
    """
    draft = _lock(draft)
    tree = text_of(draft)
    node = tree.nodes.get(clause.pk)
    above = tree.nodes.get(node.parent_id) if node and node.parent_id else None
    if above and above.repealed:
        raise ValidationError(f"先に、上の「{above.text}」を戻してください。")
    if any(c.clause_id == clause.pk and c.kind is ConflictKind.REPEALED for c in tree.conflicts):
        _change(draft, clause, by, "削られた条項を残す", {"repealed": False})
        return
    rows = draft.wordings.filter(repealed=True).select_related("clause")
    repealed: defaultdict[int | None, list[Wording]] = defaultdict(list)
    for row in rows:
        repealed[row.parent_id].append(row)
    stack = [row for row in rows if row.clause_id == clause.pk]
    if not stack:
        raise ValidationError("この条項は、この変更案で削られていません。")
    while stack:
        row = stack.pop()
        _change(draft, row.clause, by, "削るのを取りやめ", {"repealed": False})
        stack += repealed[row.clause_id]


@transaction.atomic
def correct(draft: Amendment, wording: Wording, *, text: str, by: User | None) -> None:
    """In a draft of kind CORRECTION, replace the text of a decided wording wherever it applied."""
    draft = _lock(draft)
    if draft.kind != Amendment.Kind.CORRECTION:
        raise ValidationError("過去の文言を正せるのは、種類が「正誤」の変更案だけです。")
    wrong = wording.corrects or wording
    if not wrong.amendment.is_decided or wrong.amendment.period_id != draft.period_id:
        raise ValidationError("正せるのは、同じ期間の、決定した変更の文言だけです。")
    latest = (
        wrong.corrections.filter(amendment__state="decided").order_by("amendment__sequence").last()
    )
    row = _from_head(draft, wording.clause, latest or wrong)
    row.corrects, row.text = wrong, text
    _check(row)
    _store(row, None, by, "正誤")
    _contribute(draft, by)


def rebase(draft: Amendment, tree: Text, *, by: User | None) -> None:
    """Write the merged tree of a draft over its rows, so that each stands on the head it amends.

    For `procedure.decide`, inside its transaction: a row equal to the head says nothing and goes.
    """
    heads = {w.clause_id: w for w in Wording.objects.before(draft)}
    for wording in draft.wordings.select_related("base"):
        head = heads.get(wording.clause_id)
        if head is None or head.pk == wording.base_id or wording.corrects_id:
            continue
        _take(wording, tree.nodes[wording.clause_id], head)
        _store(wording, head, by, "決定済みの変更との統合")


def text_of(amendment: Amendment) -> Text:
    """Return the text as amended by an amendment or draft (one query)."""
    return Text.of(Wording.objects.as_amended_by(amendment))


@transaction.atomic
def _change(
    draft: Amendment,
    clause: Clause,
    by: User | None,
    verb: str,
    values: dict[str, Any],
    *,
    reason: AmendmentReason | None = None,
    seen: int | None = None,
) -> None:
    """Set fields of a clause's wording in a draft, starting from the wording that stands.

    `seen` is the revision that the user edited; another one means that somebody was faster.
    """
    draft = _lock(draft)
    rows = {w.stands: w for w in Wording.objects.as_amended_by(draft).filter(clause=clause)}
    head, wording = rows.get(True), rows.get(False)
    if wording is None:
        wording = _from_head(draft, clause, head)
    elif head is not None:
        _catch_up(wording, head, values)
    if seen is not None and seen != wording.revision:
        raise ValidationError(
            "ほかの人が先にこの条項を変更しました。最新の内容を確かめてからやり直してください。"
        )
    for name, value in values.items():
        setattr(wording, name, value)
    wording.reason = reason or wording.reason
    _check(wording)
    _store(wording, head, by, verb)
    _contribute(draft, by)


def _catch_up(wording: Wording, head: Wording, values: dict[str, Any]) -> None:
    """Put a stale wording onto the head, once all that conflicts is settled by the new values."""
    if wording.corrects_id or wording.base_id in (None, head.pk):
        return
    node, conflicts = merge(wording, head)
    settled = {aspect for aspect, fields in ASPECTS.items() if values.keys() & set(fields)}
    if settled.issuperset(conflict.aspect for conflict in conflicts):
        _take(wording, node, head)


def _take(wording: Wording, node: Node, head: Wording) -> None:
    """Set what a merged node says, standing on the head."""
    for name in itertools.chain.from_iterable(ASPECTS.values()):
        setattr(wording, name, getattr(node, name))
    wording.base = head


def _from_head(draft: Amendment, clause: Clause, head: Wording | None) -> Wording:
    if head is None:
        raise ValidationError("この条項は、この変更案の本文にありません。")
    if head.repealed:
        raise ValidationError("この条項は、決定済みの変更ですでに削られています。")
    return Wording(
        clause=clause,
        amendment=draft,
        parent_id=head.parent_id,
        rank=head.rank,
        label=head.label,
        text=head.text,
        excerpt=head.excerpt,
        base=head,
        revision=_last_revision(draft, clause),
    )


def _last_revision(draft: Amendment, clause: Clause) -> int:
    """Return the revision of a row that the draft had and gave up: revisions are never used twice."""
    rows = Wording.history.filter(amendment=draft, clause=clause)
    return rows.aggregate(last=Max("revision"))["last"] or 0


def _store(wording: Wording, head: Wording | None, by: User | None, verb: str) -> None:
    """Save a draft's wording; one equal to its base is deleted while the base is still the head."""
    base = wording.base
    if (
        base is not None
        and head is not None
        and base.pk == head.pk
        and _says_nothing(wording, base)
    ):
        if wording.pk:
            # As stored: the history's last row says what the draft said until now.
            history.delete(Wording.objects.get(pk=wording.pk), by=by, reason=verb)
        return
    wording.revision += 1
    history.save(wording, by=by, reason=verb)


def _says_nothing(wording: Wording, base: Wording) -> bool:
    # `excerpt` follows the text: equal text means that nothing was reworded.
    names = ("parent_id", "rank", "label", "text", "repealed")
    return (wording.repealed and base.repealed) or all(
        getattr(wording, name) == getattr(base, name) for name in names
    )


def _withdraw(wording: Wording, by: User | None) -> None:
    """Remove a clause that the draft itself introduced."""
    clause = wording.clause
    for link in clause.item_programs.all():
        history.delete(link, by=by, reason="新設の取りやめ")
    history.delete(wording, by=by, reason="新設の取りやめ")
    history.delete(clause, by=by, reason="新設の取りやめ")


def _rank_after(
    tree: Text, parent: Clause | None, after: Clause | None, moving: Node | None = None
) -> str:
    """Return a rank right after the sibling `after` below `parent`."""
    siblings = tree.children.get(parent.pk if parent else None, [])
    siblings = [node for node in siblings if moving is None or node.clause_id != moving.clause_id]
    ids = [node.clause_id for node in siblings]
    if parent is not None and (parent.pk not in tree.nodes or tree.nodes[parent.pk].repealed):
        raise ValidationError("置き場所の項目が、この変更案の本文にありません。")
    if after is not None and after.pk not in ids:
        raise ValidationError("直前に置く条項が、置き場所の項目の中にありません。")
    index = ids.index(after.pk) + 1 if after is not None else 0
    left = siblings[index - 1].rank if index else None
    right = siblings[index].rank if index < len(siblings) else None
    return rank_between(left, right)


def _check_place(kind: str, parent: Clause | None) -> None:
    if (parent.kind if parent else None) not in PARENTS[kind]:
        where = f"{parent.get_kind_display()}の中" if parent else "いちばん上"
        raise ValidationError(f"{Clause.Kind(kind).label}を、{where}に置くことはできません。")


def _check(wording: Wording) -> None:
    check_text(wording.text, "文言")
    check_text(wording.label, "番号")
    if wording.clause.kind in NUMBERED and not wording.label:
        raise ValidationError({"label": "章と項目には番号を入力してください（例：5）。"})
    # Uniqueness of clause and amendment is the database's to check: the row is locked already.
    wording.full_clean(validate_unique=False)


def _contribute(draft: Amendment, by: User | None) -> None:
    if by is not None and not draft.contributions.filter(user=by).exists():
        history.save(Contribution(amendment=draft, user=by), by=by, reason="起案への関与")


def _lock(draft: Amendment) -> Amendment:
    """Return the draft, locked until the end of the transaction; refuse what is no draft."""
    locked = Amendment.objects.select_for_update().get(pk=draft.pk)
    if locked.state != Amendment.State.DRAFT:
        raise ValidationError(
            f"「{locked.title}」は{locked.get_state_display()}です。変更できるのは、起案中の変更案だけです。"
        )
    return locked
