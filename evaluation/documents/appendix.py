"""別紙: the table of items, evaluation axes, evaluation indicators and monitoring indicators."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from evaluation.comparison.alignment import Kind, UnitKind, align
from evaluation.comparison.marking import mark_many
from evaluation.comparison.rows import Run
from evaluation.models import Amendment, ObjectivePeriod
from evaluation.models.texts import Node, Text, texts_around

COLUMNS = {
    UnitKind.EVALUATION_AXIS: "axes",
    UnitKind.EVALUATION_INDICATOR: "evaluation_indicators",
    UnitKind.MONITORING_INDICATOR: "monitoring_indicators",
}


@dataclass(frozen=True)
class Entry:
    """One axis or indicator, without its bullet."""

    kind: Kind
    clause_id: str
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class AppendixRow:
    """One evaluated item. `sub_item` is empty where the item itself is evaluated (items 3 and 6)."""

    item_id: str
    item: tuple[Run, ...]
    sub_item_id: str
    sub_item: tuple[Run, ...]
    first_of_item: bool
    axes: tuple[Entry, ...]
    evaluation_indicators: tuple[Entry, ...]
    monitoring_indicators: tuple[Entry, ...]


@dataclass(frozen=True)
class Appendix:
    title: str
    note: str
    rows: tuple[AppendixRow, ...]


class _Marked:
    """Runs of a text's nodes, what differs from an older text marked."""

    def __init__(self, new: Text, old: Text) -> None:
        self.number = new.number
        self.pairs = {p.id: p for p in align(old.document(""), new.document("")) if p.new}
        revised = [p for p in self.pairs.values() if p.old and p.new and p.old.text != p.new.text]
        marks = mark_many([(p.old.text, p.new.text) for p in revised if p.old and p.new])
        self.spans = {p.id: m.new for p, m in zip(revised, marks, strict=True)}

    def kind(self, node: Node) -> Kind:
        return self.pairs[node.public_id].kind

    def heading(self, node: Node) -> tuple[Run, ...]:
        """Number and heading of an item; a number that changed is marked."""
        pair = self.pairs[node.public_id]
        number = self.number(node)
        if pair.old is None:
            return (Run(f"{number} {node.text}", marked=True),)
        renumbered = pair.old_number != pair.new_number
        return (Run(number, marked=renumbered), Run(" "), *self.body(node))

    def body(self, node: Node) -> tuple[Run, ...]:
        if self.pairs[node.public_id].old is None:
            return (Run(node.text, marked=True),)
        runs, position = [], 0
        for start, end in self.spans.get(node.public_id, ()):
            runs += [Run(node.text[position:start]), Run(node.text[start:end], marked=True)]
            position = end
        runs.append(Run(node.text[position:]))
        return tuple(run for run in runs if run.text)


def appendix(period: ObjectivePeriod, new: Text, old: Text) -> Appendix:
    """Return the appendix of a text; what differs from `old` is marked (pass `new` twice for none)."""
    marked = _Marked(new, old)
    rows: list[AppendixRow] = []
    for node in new.order:
        entries = [n for n in new.children.get(node.clause_id, []) if n.kind in COLUMNS]
        if node.kind is UnitKind.ITEM and entries:
            top = next(n for n in [*new.ancestors(node), node] if n.kind is UnitKind.ITEM)
            evaluated_itself = top is node
            rows.append(
                AppendixRow(
                    item_id=top.public_id,
                    item=marked.heading(top),
                    sub_item_id="" if evaluated_itself else node.public_id,
                    sub_item=() if evaluated_itself else marked.heading(node),
                    first_of_item=all(row.item_id != top.public_id for row in rows[-1:]),
                    **_columns(entries, marked),
                )
            )
    return Appendix(period.appendix_title, period.appendix_note, tuple(rows))


def _columns(entries: Iterable[Node], marked: _Marked) -> dict[str, Any]:
    columns: dict[str, list[Entry]] = {name: [] for name in COLUMNS.values()}
    for node in entries:
        entry = Entry(marked.kind(node), node.public_id, marked.body(node))
        columns[COLUMNS[node.kind]].append(entry)
    return {name: tuple(column) for name, column in columns.items()}


def amended_appendix(amendment: Amendment) -> Appendix:
    """Return the appendix as amended, changed cells marked against the text just before."""
    before, text = texts_around(amendment)
    return appendix(amendment.period, text, before)


def appendix_html(content: Appendix, **identity: Any) -> str:
    """Return the printed appendix (A4 landscape) as HTML for `pdf.render_pdf`."""
    return render_to_string("evaluation/appendix_print.html", {"appendix": content, **identity})
