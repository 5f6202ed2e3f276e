"""How merged paragraphs are told on a page."""

from collections.abc import Iterable

from django import template

from evaluation.amending import fingerprint
from evaluation.comparison.elision import cells
from evaluation.comparison.marking import mark
from evaluation.comparison.merging import Origin, Passage
from evaluation.comparison.rows import Cell, Run
from evaluation.forms.merging import DECISION, Source
from evaluation.models.texts import Conflict, ConflictKind, Text

register = template.Library()
WITH_DECIDED = {ConflictKind.ASPECT, ConflictKind.REPEALED}  # others a draft has with itself


@register.filter
def origin_name(passage: Passage, source: Source) -> str:
    """Say who changed a paragraph: `passage|origin_name:source`."""
    mine, theirs = ("あなた", "先に保存した人")
    if source is DECISION:
        mine, theirs = ("この変更案", "決定された変更")
    return {
        Origin.MINE: f"{mine}だけが改めた段落",
        Origin.THEIRS: f"{theirs}だけが改めた段落",
        Origin.BOTH: "両方が同じに改めた段落",
        Origin.MERGED: "両方が別の所を改めた段落（統合してあります）",
        Origin.CONFLICT: "両方が同じ所を改めた段落",
        Origin.SAME: "変わらない段落",
    }[passage.origin]


@register.filter
def changed_from(text: str, base: str | None) -> Cell:
    """Return a text as runs, what is not in `base` marked: `text|changed_from:base`."""
    if not base:
        return (Run(text, marked=True),)
    return cells(base, text, mark(base, text), elide=False)[1]


@register.filter
def with_decided(conflicts: Iterable[Conflict]) -> bool:
    """Tell whether one of the conflicts is with what was decided since the draft began."""
    return any(conflict.kind in WITH_DECIDED for conflict in conflicts)


@register.filter
def settling(conflict: Conflict, beside: Iterable[Conflict]) -> str:
    """Return how a person settles a conflict: settle, keep, relabel or move; together
    for a place, and where its clause has more of them `beside` it, which are settled at once."""
    one = [c for c in beside if c.clause_id == conflict.clause_id and c.kind in WITH_DECIDED]
    if conflict.kind in WITH_DECIDED and (len(one) > 1 or conflict.aspect == "位置"):
        return "together"
    if conflict.kind is ConflictKind.REPEALED:
        return "keep"
    if conflict.kind is ConflictKind.DUPLICATE_NUMBER or conflict.aspect == "番号":
        return "relabel"
    return {"文言": "settle", "削除": "keep"}.get(conflict.aspect, "move")


@register.filter
def public_id_of(text: Text, conflict: Conflict) -> str:
    """Return the public id of the clause of a conflict: `text|public_id_of:conflict`."""
    return text.nodes[conflict.clause_id].public_id


@register.filter
def seen_of(text: Text, conflict: Conflict) -> str:
    """Return what a button carries that keeps the clause of a conflict: `text|seen_of:conflict`."""
    return fingerprint(text, conflict.clause_id)
