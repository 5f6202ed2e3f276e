"""Where a clause may stand: below what, after what, under which number. No queries."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError

from evaluation.models import Clause
from evaluation.models.texts import Node, Text
from evaluation.ranks import rank_between

NUMBERED = {Clause.Kind.CHAPTER, Clause.Kind.ITEM}
# What stands in a list of its own below an item: its order matters among its like only.
LISTED = (
    Clause.Kind.EVALUATION_AXIS,
    Clause.Kind.EVALUATION_INDICATOR,
    Clause.Kind.MONITORING_INDICATOR,
)
# What may stand below what; None = at the top.
PARENTS: dict[str, set[str | None]] = {
    Clause.Kind.CHAPTER: {None},
    Clause.Kind.ITEM: {None, Clause.Kind.CHAPTER, Clause.Kind.ITEM},
    Clause.Kind.BODY: {Clause.Kind.CHAPTER, Clause.Kind.ITEM},
    Clause.Kind.EVALUATION_AXIS: {Clause.Kind.ITEM},
    Clause.Kind.EVALUATION_INDICATOR: {Clause.Kind.ITEM},
    Clause.Kind.MONITORING_INDICATOR: {Clause.Kind.ITEM},
}
ROMAN = "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ"


@dataclass(frozen=True)
class Place:
    """A place below `parent` (None: at the top), right after `after` (None: as the first)."""

    parent: Node | None
    after: Node | None


def check_place(kind: str, parent: Clause | None) -> None:
    """Raise ValidationError where a clause of this kind cannot stand below the parent."""
    if (parent.kind if parent else None) not in PARENTS[kind]:
        where = f"{parent.get_kind_display()}の中" if parent else "いちばん上"
        raise ValidationError(f"{Clause.Kind(kind).label}を、{where}に置くことはできません。")


def check_circle(tree: Text, node: Node, parent: Clause | None) -> None:
    """Raise ValidationError where the parent is the clause itself or stands below it."""
    above = tree.nodes.get(parent.pk) if parent else None
    if above and (above.clause_id == node.clause_id or node in tree.ancestors(above)):
        raise ValidationError("項目を、それ自身やその下の項目の中へ移すことはできません。")


def rank_after(
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


def rank_of_old(tree: Text, node: Node, parent: Clause | None, after: Clause | None) -> str | None:
    """Return the rank that a clause had before its draft moved it, where that is this place again."""
    base = node.wording.base if not node.wording.stands else None  # type: ignore[attr-defined]
    if base is None or base.parent_id != (parent.pk if parent else None):
        return None
    was = place_of(tree, replace(node, parent_id=base.parent_id, rank=base.rank)).after
    was_after = was.clause_id if was else None
    return str(base.rank) if was_after == (after.pk if after else None) else None


def siblings(tree: Text, kind: str, parent_id: int | None) -> list[Node]:
    """Return what stands below a parent in one order with clauses of a kind."""
    below = tree.children.get(parent_id, [])
    return [node for node in below if node.kind == kind or not {node.kind, kind} & {*LISTED}]


def place_of(tree: Text, node: Node) -> Place:
    """Return where a clause stands, or would stand: by its parent and rank among the others."""
    parent = tree.nodes.get(node.parent_id) if node.parent_id is not None else None
    own = (node.rank, node.public_id)
    before = [
        sibling
        for sibling in siblings(tree, node.kind, node.parent_id)
        if sibling.clause_id != node.clause_id and (sibling.rank, sibling.public_id) < own
    ]
    return Place(parent, before[-1] if before else None)


def place_beside(tree: Text, node: Node, step: int) -> Place | None:
    """Return the place one step up (-1) or down (1) among its like; None where it is the outermost."""
    beside = siblings(tree, node.kind, node.parent_id)
    if node not in beside:
        return None
    index = beside.index(node) + step
    if not 0 <= index < len(beside):
        return None
    before = [other for other in beside if other is not node][:index]
    parent = tree.nodes.get(node.parent_id) if node.parent_id is not None else None
    return Place(parent, before[-1] if before else None)


def places(tree: Text, kind: str, moving: Node | None = None) -> Iterator[Place]:
    """Yield every place for a clause of a kind, in the order of the document; a clause that moves
    goes neither into itself nor right behind itself."""
    own = {moving.clause_id} if moving else set()
    if moving:
        own |= {node.clause_id for _, node in tree.walk(moving.clause_id)}
    parents = [None, *(node for node in tree.order if node.clause_id not in own)]
    for parent in parents:
        if (parent.kind if parent else None) not in PARENTS[kind]:
            continue
        yield Place(parent, None)
        for sibling in siblings(tree, kind, parent.clause_id if parent else None):
            if sibling.clause_id not in own:
                yield Place(parent, sibling)


def namesake(tree: Text, kind: str, parent_id: int | None, label: str) -> Node | None:
    """Return the clause of a kind that has this number below a parent already."""
    below = tree.children.get(parent_id, [])
    return next((node for node in below if node.kind == kind and node.label == label), None)


def free_number(tree: Text, kind: str, place: Place) -> str:
    """Return the first free number after a place's sibling, in the numerals of the kind; or ""."""
    parent_id = place.parent.clause_id if place.parent else None
    below = tree.children.get(parent_id, [])
    taken = {node.label for node in below if node.kind == kind}
    numerals = ROMAN if kind == Clause.Kind.CHAPTER else [str(n) for n in range(1, 1000)]
    label = place.after.label if place.after else ""
    first = numerals.index(label) + 1 if label and label in numerals else 0
    return next((numeral for numeral in numerals[first:] if numeral not in taken), "")
