"""Rules about axes, indicators and funds: what an item must have, and what only one item may have."""

from collections import defaultdict
from collections.abc import Iterator

from evaluation.checking.findings import Finding, Matter
from evaluation.checking.tree import KIND_NAMES, LISTS
from evaluation.comparison.alignment import Unit, UnitKind
from evaluation.comparison.text import fold

MAIN_CHAPTER = "Ⅲ"  # 研究開発の成果の最大化…: what the agency is graded on, item by item
# A monitoring indicator is a fact that several items rightly count.
ONE_ITEM_ONLY = (UnitKind.EVALUATION_AXIS, UnitKind.EVALUATION_INDICATOR)


def repeated_indicators(matter: Matter) -> Iterator[Finding]:
    """One axis or evaluation indicator under two items, where the amendment adds or changes one."""
    same: dict[tuple[UnitKind, str], list[Unit]] = defaultdict(list)
    for unit in matter.after.order:
        if unit.kind in ONE_ITEM_ONLY:
            same[unit.kind, fold(unit.text).text].append(unit)
    for units in same.values():
        own = [unit for unit in units if unit.id in matter.changed]
        others = [unit for unit in units if unit not in own[:1]]
        if own and others:
            owner = matter.after.owner(others[0]) or others[0]
            where = f"{matter.after.number(owner)}. {owner.text}"
            message = f"同じ{KIND_NAMES[own[0].kind]}が「{where}」にもあります。"
            place = matter.after.place(own[0])
            yield Finding("repeated_indicator", place, message, own[0].id, (own[0].text, where))


def missing_lists(matter: Matter) -> Iterator[Finding]:
    """An item of Ⅲ that is evaluated, having no items below, without axes or indicators."""
    for unit in matter.after.order:
        chapter = matter.after.chapter(unit)
        is_leaf = unit.kind is UnitKind.ITEM and not matter.after.below(unit.id, UnitKind.ITEM)
        if not is_leaf or chapter is None or chapter.label != MAIN_CHAPTER:
            continue
        lacks = [KIND_NAMES[kind] for kind in LISTS if not matter.after.below(unit.id, kind)]
        if lacks:
            message = f"{'・'.join(lacks)}がありません。"
            yield Finding("missing_list", matter.after.place(unit), message, unit.id, (unit.text,))


def fund_bases(matter: Matter) -> Iterator[Finding]:
    """An item that a fund pays for, whose body does not cite the provision that allows the fund."""
    for programme in matter.programmes:
        for item in programme.items if programme.fund else ():
            if (unit := matter.after.units.get(item)) is None:
                continue
            bodies = [body.text for body in matter.after.below(item, UnitKind.BODY)]
            if not programme.legal_basis:
                message = f"「{programme.fund}」の根拠規定が、登録されていません。"
            elif fold(programme.legal_basis).text in fold("".join(bodies)).text:
                continue
            else:
                message = f"「{programme.fund}」の根拠規定（{programme.legal_basis}）が、本文にありません。"
            yield Finding(
                "fund_basis", matter.after.place(unit), message, item, (unit.text, *bodies)
            )
