"""Split, merge, replace: the verbs that change texts and say which clause lives on in which.

The only writer of `Succession`. All but `derive` change paragraphs, axes and indicators; of chapters and
items, which have others below them, the origin is recorded by `derive`.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from evaluation.amending.clauses import insert, repeal, reword
from evaluation.amending.rows import contribute, opened
from evaluation.models import Amendment, AmendmentReason, Clause, Succession
from evaluation.models.texts import Node, Text
from evaluation.placing import NUMBERED
from jst_objectives import history
from programs.models import User

Kind = Succession.Kind


@transaction.atomic
def split(
    draft: Amendment,
    clause: Clause,
    parts: Sequence[str],
    *,
    by: User | None,
    continues: bool = True,
    reason: AmendmentReason | None = None,
    seen: str | None = None,
) -> list[Clause]:
    """Leave the first part in the clause and put each further one in a new clause right behind."""
    draft, _, node = _opened(draft, clause, seen)
    if len(parts) < 2:
        raise ValidationError({"parts": "二つ以上に分けてください（1行が一つの条項になります）。"})
    reword(draft, clause, parts[0], by=by, reason=reason)
    parent = Clause.objects.get(pk=node.parent_id)
    place = {"parent": parent, "reason": reason, "by": by}
    new: list[Clause] = []
    for text in parts[1:]:
        after = new[-1] if new else clause
        new.append(insert(draft, clause.kind, text=text, after=after, **place))
        _record(draft, clause, new[-1], Kind.SPLIT, continues, by)
    return new


@transaction.atomic
def merge(
    draft: Amendment,
    clause: Clause,
    others: Iterable[Clause],
    text: str,
    *,
    by: User | None,
    continues: bool = True,
    seen: str | None = None,
    **options: Any,
) -> None:
    """Let a clause say what it and others said, and delete the others."""
    draft, tree, node = _opened(draft, clause, seen)
    others = list(others)
    if not others:
        raise ValidationError({"others": "統合する条項を選んでください。"})
    possible = {one.clause_id for one in mergeable(draft, tree, node)}
    if any(other.pk not in possible for other in others):
        raise ValidationError({"others": "統合できるのは、同じ項目にある現行の条項だけです。"})
    reword(draft, clause, text, by=by, **options)
    for other in others:
        repeal(draft, other, by=by, **options)
        _record(draft, other, clause, Kind.MERGED, continues, by)


@transaction.atomic
def replace(
    draft: Amendment,
    clause: Clause,
    text: str,
    *,
    by: User | None,
    continues: bool = False,
    reason: AmendmentReason | None = None,
    seen: str | None = None,
) -> Clause:
    """Delete a clause and put a new one in its place."""
    draft, _, node = _opened(draft, clause, seen)
    if clause.introduced_by_id == draft.pk:
        raise ValidationError("この変更案で新設した条項です。文言を改めれば足ります。")
    parent = Clause.objects.get(pk=node.parent_id)
    new = insert(draft, clause.kind, parent=parent, text=text, after=clause, reason=reason, by=by)
    repeal(draft, clause, by=by, reason=reason)
    _record(draft, clause, new, Kind.REPLACED, continues, by)
    return new


@transaction.atomic
def derive(
    draft: Amendment,
    clause: Clause,
    sources: Iterable[Clause],
    kind: str,
    *,
    by: User | None,
    continues: bool = True,
    seen: str | None = None,
) -> None:
    """Say of a clause that the draft introduced which ones it came from, in place of what was said."""
    draft, tree, _ = opened(draft, clause, seen)
    if clause.introduced_by_id != draft.pk:
        raise ValidationError("由来を記録できるのは、この変更案で新設した条項だけです。")
    possible = [node.wording.clause for node in origins(draft, tree, tree.nodes[clause.pk])]
    sources = list(sources)
    if any(source not in possible for source in sources):
        raise ValidationError({"sources": "元の条項は、同じ種類の現行の条項から選んでください。"})
    said = draft.successions.filter(to_clause=clause)
    wanted = {(source.pk, str(kind), continues) for source in sources}
    if set(said.values_list("from_clause", "kind", "continues")) == wanted:
        return
    for former in said:
        history.delete(former, by=by, reason="条項の由来の取りやめ")
    for source in sources:
        _record(draft, source, clause, kind, continues, by)
    contribute(draft, by)


@transaction.atomic
def judge_series(
    draft: Amendment,
    clause: Clause,
    *,
    by: User | None,
    continues: bool,
    seen: str | None = None,
) -> None:
    """Say of an indicator that the draft rewords whether its series goes on or breaks."""
    draft, _, node = opened(draft, clause, seen)
    if clause.kind != Clause.Kind.MONITORING_INDICATOR or not is_reworded(draft, node):
        raise ValidationError(
            "系列を選べるのは、この変更案で文言を改めたモニタリング指標だけです。"
        )
    found = draft.successions.filter(from_clause=clause, to_clause=clause).first()
    if found and found.continues == continues:
        return
    row = found or Succession(
        amendment=draft, from_clause=clause, to_clause=clause, kind=Kind.REWORDED
    )
    row.continues = continues
    row.full_clean()
    history.save(row, by=by, reason="系列の扱い")
    contribute(draft, by)


def is_reworded(draft: Amendment, node: Node) -> bool:
    """Tell whether the draft gives a clause that stands in force another text."""
    wording = node.wording
    return (
        wording.amendment_id == draft.pk
        and not node.repealed
        and wording.base is not None
        and wording.base.text != node.text
    )


def mergeable(draft: Amendment, tree: Text, node: Node) -> list[Node]:
    """Return what can be merged into a clause: others of its kind beside it that are in force."""
    beside = tree.children.get(node.parent_id, [])
    return [
        other
        for other in beside
        if other.kind == node.kind
        and other.clause_id != node.clause_id
        and other.wording.clause.introduced_by_id != draft.pk
    ]


def origins(draft: Amendment, tree: Text, node: Node) -> list[Node]:
    """Return what a new clause may have come from: those of its kind that the draft found, and what it
    deletes of them."""
    return [
        other
        for other in tree.nodes.values()
        if other.kind == node.kind
        and other.wording.clause.introduced_by_id != draft.pk
        and (not other.repealed or other.wording.amendment_id == draft.pk)
    ]


def _opened(draft: Amendment, clause: Clause, seen: str | None) -> tuple[Amendment, Text, Node]:
    if clause.kind in NUMBERED:
        raise ValidationError(
            "章と項目は、下にあるものごとに直してください。由来は別に記録できます。"
        )
    draft, tree, node = opened(draft, clause, seen)
    if node.repealed:
        raise ValidationError("この条項は削られています。先に「戻す」を選んでください。")
    return draft, tree, node


def _record(
    draft: Amendment, source: Clause, clause: Clause, kind: str, continues: bool, by: User | None
) -> None:
    row = Succession(
        amendment=draft, from_clause=source, to_clause=clause, kind=kind, continues=continues
    )
    row.full_clean()
    history.save(row, by=by, reason=f"条項の{row.get_kind_display()}")
