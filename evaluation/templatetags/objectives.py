"""What the templates ask of a text and its nodes."""

from collections.abc import Mapping
from typing import TypeVar

from django import template

from evaluation.comparison.alignment import Kind
from evaluation.models.texts import Node, Text

register = template.Library()
Said = TypeVar("Said")

KIND_NAMES = {
    Kind.REVISED: "改正",
    Kind.NEW: "新設",
    Kind.DELETED: "削る",
    Kind.RENUMBERED: "番号変更",
    Kind.RENUMBERED_REVISED: "番号変更・改正",
    Kind.MOVED: "移動",
}


@register.filter
def of(said: Mapping[str, Said], node: Node) -> Said | None:
    """Return what is said of a node, or None: `edition.kinds|of:node`."""
    return said.get(node.public_id)


@register.filter
def kind_name(kind: Kind) -> str:
    return KIND_NAMES.get(kind, "")


@register.filter
def number(node: Node, text: Text) -> str:
    """Return the printed number of a node in a text: `node|number:text`."""
    return text.number(node)


@register.filter
def place(node: Node, text: Text) -> str:
    """Name a node for a person, with its item's number and heading: `node|place:text`."""
    return text.place(node)
