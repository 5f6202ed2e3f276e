"""Small texts for the rules: a chapter Ⅲ with items, written as a list of lines."""

from collections.abc import Iterable
from typing import Any

from evaluation.checking.findings import Finding, Matter
from evaluation.checking.tree import Tree
from evaluation.comparison.alignment import Document, Unit, UnitKind

K = UnitKind
AXIS, INDICATOR, MONITORING = K.EVALUATION_AXIS, K.EVALUATION_INDICATOR, K.MONITORING_INDICATOR


def unit(
    id: str, text: str, kind: UnitKind = K.BODY, parent: str | None = "i1", label: str = ""
) -> Unit:
    return Unit(id, kind, parent, id, label, text)


def chapter(label: str = "Ⅲ") -> Unit:
    return unit("c", "成果の最大化", K.CHAPTER, None, label)


def item(id: str, label: str, text: str = "", parent: str = "c") -> Unit:
    return unit(id, text or f"項目{label}の推進", K.ITEM, parent, label)


def listed(parent: str) -> tuple[Unit, ...]:
    """The axis and indicators that every evaluated item has, each its own."""
    return tuple(
        unit(f"{parent}{kind}", f"{parent}の{kind}", kind, parent)
        for kind in (AXIS, INDICATOR, MONITORING)
    )


def tree(*units: Unit) -> Tree:
    return Tree(Document("", units))


def matter(before: tuple[Unit, ...], after: tuple[Unit, ...], **fields: Any) -> Matter:
    """An amendment from one text to another; what differs is what it changes."""
    changed = frozenset(one.id for one in after if one not in before)
    return Matter(tree(*before), tree(*after), **({"changed": changed} | fields))


def words(found: Iterable[Finding]) -> list[tuple[str, str]]:
    """The clause and the message of each finding."""
    return [(one.unit, one.message) for one in found]
