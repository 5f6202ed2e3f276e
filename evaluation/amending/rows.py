"""How the row of a draft is written: locked, merged with what was decided since, with history."""

import hashlib
import itertools
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max

from evaluation.checks import check_text
from evaluation.comparison.elision import ELLIPSIS
from evaluation.models import Amendment, AmendmentReason, Clause, Contribution, Wording
from evaluation.models.texts import ASPECTS, Node, Text, merge
from evaluation.placing import NUMBERED
from jst_objectives import history
from programs.models import Fund, Program, User

PLACED = ("parent_id", "rank", "label", "text", "repealed")
WRITTEN = (*PLACED, "excerpt", "reason_id", "base_id", "corrects_id")


class Stale(ValidationError):  # noqa: N818 - a state of the text, not a fault
    """Somebody changed a clause, a reason or the facts of a draft (`what`) after the user had opened it.

    `current` is what stands now (the clause's `Node`, or the row), `seen` its fingerprint.
    """

    def __init__(self, current: Any, seen: str, what: str) -> None:
        super().__init__(
            f"ほかの人が先に{what}を変更しました。最新の内容を確かめてからやり直してください。"
        )
        self.current, self.seen = current, seen


def digest(shown: object) -> str:
    """Return a digest of what a user sees: numbers, texts and days in lists or tuples."""
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:32]


def fingerprint(tree: Text, clause_id: int, *, below: bool = False) -> str:
    """Return a digest of what a user sees of a clause, with all below it where that goes too."""
    nodes = [tree.nodes[clause_id]]
    if below:
        nodes += [node for _, node in tree.walk(clause_id)]
    shown = [
        (node.clause_id, node.wording.reason_id, *(getattr(node, name) for name in PLACED))
        for node in nodes
    ]
    return digest(shown)


def text_of(amendment: Amendment) -> Text:
    """Return the text as amended by an amendment or draft (one query)."""
    return Text.of(Wording.objects.as_amended_by(amendment))


def check_whole(draft: Amendment, before: Text) -> None:
    """Raise ValidationError where the draft's text hangs together no longer, as it did `before`."""
    known = {(c.kind, c.clause_id) for c in before.conflicts}
    if new := [str(c) for c in text_of(draft).torn if (c.kind, c.clause_id) not in known]:
        raise ValidationError(["元に戻すと、本文がつながらなくなります。", *new])


def opened(
    draft: Amendment, clause: Clause, seen: str | None, *, below: bool = False
) -> tuple[Amendment, Text, Node]:
    """Return the locked draft, its text, and the clause in it. Raises Stale."""
    draft = lock(draft)
    tree = text_of(draft)
    if clause.pk not in tree.nodes:
        raise ValidationError("この条項は、この変更案の本文にありません。")
    node, now = tree.nodes[clause.pk], fingerprint(tree, clause.pk, below=below)
    if seen is not None and seen != now:
        raise Stale(node, now, "この条項")
    return draft, tree, node


def change(
    draft: Amendment,
    clause: Clause,
    by: User | None,
    verb: str,
    values: dict[str, Any],
    **options: AmendmentReason | None,
) -> None:
    """Set fields of a clause's wording in a locked draft, starting from the wording that stands."""
    rows = {w.stands: w for w in Wording.objects.as_amended_by(draft).filter(clause=clause)}
    head, wording = rows.get(True), rows.get(False)
    if wording is None:
        wording = from_head(draft, clause, head)
    elif head is not None:
        _catch_up(wording, head, values)
    for name, value in (values | options).items():
        setattr(wording, name, value)
    wording.excerpt = wording.excerpt and ELLIPSIS in wording.text
    check(wording)
    if store(wording, head, by, verb):
        contribute(draft, by)


def _catch_up(wording: Wording, head: Wording, values: dict[str, Any]) -> None:
    """Put a stale wording onto the head, once all that conflicts is settled by the new values."""
    if wording.corrects_id or wording.base_id in (None, head.pk):
        return
    node, conflicts = merge(wording, head)
    settled = {aspect for aspect, fields in ASPECTS.items() if values.keys() & set(fields)}
    if settled.issuperset(conflict.aspect for conflict in conflicts):
        take(wording, node, head)


def take(wording: Wording, node: Node, head: Wording) -> None:
    """Set what a merged node says, standing on the head."""
    for name in itertools.chain.from_iterable(ASPECTS.values()):
        setattr(wording, name, getattr(node, name))
    wording.base = head


def from_head(draft: Amendment, clause: Clause, head: Wording | None) -> Wording:
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
        revision=last_revision(draft, clause),
    )


def last_revision(draft: Amendment, clause: Clause) -> int:
    """Return the revision of a row that the draft had and gave up: revisions are never used twice."""
    rows = Wording.history.filter(amendment=draft, clause=clause)
    return rows.aggregate(last=Max("revision"))["last"] or 0


def store(wording: Wording, head: Wording | None, by: User | None, verb: str) -> bool:
    """Save a draft's wording; one equal to its base is deleted while the base is still the head. Return
    whether that changed anything."""
    # As stored: what the history's last row says when the row goes.
    stored = Wording.objects.get(pk=wording.pk) if wording.pk else None
    base = wording.base
    if base and head and base.pk == head.pk and _says_nothing(wording, base):
        if stored:
            history.delete(stored, by=by, reason=verb)
        return stored is not None
    if stored and all(getattr(wording, name) == getattr(stored, name) for name in WRITTEN):
        return False
    wording.revision += 1
    history.save(wording, by=by, reason=verb)
    return True


def _says_nothing(wording: Wording, base: Wording) -> bool:
    # `excerpt` follows the text: equal text means that nothing was reworded.
    return (wording.repealed and base.repealed) or all(
        getattr(wording, name) == getattr(base, name) for name in PLACED
    )


def check(wording: Wording) -> None:
    check_text(wording.text, "文言")
    check_text(wording.label, "番号")
    if wording.clause.kind in NUMBERED and not wording.label:
        raise ValidationError({"label": "章と項目には番号を入力してください（例：5）。"})
    # Uniqueness of clause and amendment is the database's to check: the row is locked already.
    wording.full_clean(validate_unique=False)


def contribute(draft: Amendment, user: User | None, *, recorded_by: User | None = None) -> None:
    """Record that a user drafted: none of them may approve. None is the system, which drafts nothing."""
    if user is not None and not draft.contributions.filter(user=user).exists():
        contribution = Contribution(amendment=draft, user=user)
        history.save(contribution, by=recorded_by or user, reason="起案への関与")


def check_agency(draft: Amendment, name: str, row: Program | Fund | None) -> None:
    """Raise ValidationError on the field `name` for a programme or fund of another agency."""
    agency = draft.period.agency
    if row is not None and row.agency_id != agency.pk:
        raise ValidationError({name: f"「{row}」は、{agency.short_name}のものではありません。"})


def lock(amendment: Amendment, states: tuple[str, ...] = (Amendment.State.DRAFT,)) -> Amendment:
    """Return the amendment, locked until the end of the transaction, if it is in one of `states`.

    Raises ValidationError where it is in another, or has been deleted.
    """
    locked = Amendment.objects.select_for_update().filter(pk=amendment.pk).first()
    if locked is None:
        raise ValidationError(f"「{amendment.title}」は、すでに削除されています。")
    if locked.state not in states:
        allowed = "・".join(Amendment.State(state).label for state in states)
        raise ValidationError(
            f"「{locked.title}」は{locked.get_state_display()}のため、この操作はできません"
            f"（{allowed}の変更案だけができます）。"
        )
    return locked
