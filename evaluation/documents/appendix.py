"""別紙: the table of items, evaluation axes, evaluation indicators and monitoring indicators."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import Any

from django.template.loader import render_to_string

from evaluation.comparison.alignment import Kind, Pair, UnitKind, align
from evaluation.comparison.elision import cells
from evaluation.comparison.heads import head, joined
from evaluation.comparison.marking import Marks, mark_many
from evaluation.comparison.rows import NATIONAL, Level, Run, Settings, Side
from evaluation.documents.comparison import runs_from_data
from evaluation.documents.hand import Hand
from evaluation.models import Amendment, ObjectivePeriod
from evaluation.models.texts import Node, Text, reworded, texts_around

COLUMNS = {
    UnitKind.EVALUATION_AXIS: "axes",
    UnitKind.EVALUATION_INDICATOR: "evaluation_indicators",
    UnitKind.MONITORING_INDICATOR: "monitoring_indicators",
}
SAME_AS_ABOVE = "（同上）"  # the two sides stand above each other, never beside
NO_MARKS: Mapping[str, Marks] = MappingProxyType({})
_RENUMBERED = (Kind.RENUMBERED, Kind.RENUMBERED_REVISED, Kind.MOVED)


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

    def __init__(self, new: Text, old: Text, drawn: Mapping[str, Marks]) -> None:
        self.number = new.number
        self.pairs = {p.id: p for p in align(old.document(""), new.document("")) if p.new}
        revised = [p for p in self.pairs.values() if p.old and reworded(p.old.text, p.unit.text)]
        marks = mark_many([(p.old.text, p.new.text) for p in revised if p.old and p.new])
        self.spans = {p.id: drawn.get(p.id, m).new for p, m in zip(revised, marks, strict=True)}

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


def appendix(
    period: ObjectivePeriod, new: Text, old: Text, drawn: Mapping[str, Marks] = NO_MARKS
) -> Appendix:
    """Return the appendix of a text; what differs from `old` is marked (pass `new` twice for none),
    by hand where `drawn` says so (by public id)."""
    marked = _Marked(new, old, drawn)
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
    return appendix(amendment.period, text, before, Hand.of(amendment, before, text).marks)


def appendix_from_data(data: dict[str, Any]) -> Appendix:
    """Return the appendix of plain data."""
    rows = (
        AppendixRow(
            item_id=row["item_id"],
            item=runs_from_data(row["item"]),
            sub_item_id=row["sub_item_id"],
            sub_item=runs_from_data(row["sub_item"]),
            first_of_item=row["first_of_item"],
            **{name: _entries_from_data(row[name]) for name in COLUMNS.values()},
        )
        for row in data["rows"]
    )
    return Appendix(data["title"], data["note"], tuple(rows))


def _entries_from_data(data: list[dict[str, Any]]) -> tuple[Entry, ...]:
    return tuple(Entry(Kind(e["kind"]), e["clause_id"], runs_from_data(e["runs"])) for e in data)


def appendix_html(content: Appendix, **identity: Any) -> str:
    """Return the printed appendix (A4 landscape) as HTML for `pdf.render_pdf`."""
    return render_to_string("evaluation/appendix_print.html", {"appendix": content, **identity})


# --- Both sides, cell by cell ---------------------------------------------------------------------
@dataclass(frozen=True)
class ComparedSide:
    """One side of a row: the item and its three lists, or, of a text that stands alone, a note.

    A list is None where it says the same as the other side, which prints it.
    """

    side: Side
    note: str
    item: tuple[Run, ...] = ()
    lists: tuple[tuple[Entry, ...] | None, ...] = ()


@dataclass(frozen=True)
class ComparedRow:
    """One evaluated item, the upper side first; or a run of unchanged ones (`omitted`)."""

    kind: Kind
    item_id: str
    sides: tuple[ComparedSide, ...]
    omitted: str = ""


@dataclass(frozen=True)
class ComparedAppendix:
    title: str
    note: str
    footnote: str
    columns: tuple[str, str]
    same: str
    rows: tuple[ComparedRow, ...]


def appendix_comparison(
    amendment: Amendment, settings: Settings, texts: tuple[Text, Text] | None = None
) -> ComparedAppendix:
    """Return the appendix of an amendment cell by cell beside the one before it. `texts`: those around
    the amendment, where they are read already."""
    before, text = texts or texts_around(amendment)
    drawn = Hand.of(amendment, before, text).marks
    return compared_appendix(amendment.period, text, before, settings, drawn)


def compared_appendix(
    period: ObjectivePeriod,
    new: Text,
    old: Text,
    settings: Settings,
    drawn: Mapping[str, Marks] = NO_MARKS,
) -> ComparedAppendix:
    """Return both appendices cell by cell, in the form of the settings: items in which nothing
    changes are left out, named as runs, or shown; a new or deleted item is one whole row."""
    compared = _Compared(new, old, settings, drawn)
    notes = (settings.note, period.appendix_note)
    same = SAME_AS_ABOVE if settings.same == NATIONAL.same else settings.same
    rows = tuple(compared.rows())
    return ComparedAppendix(period.appendix_title, *notes, settings.columns, same, rows)


class _Compared:
    """The rows of two appendices."""

    def __init__(
        self, new: Text, old: Text, settings: Settings, drawn: Mapping[str, Marks]
    ) -> None:
        self.settings = settings
        follow = settings.moves == "track"
        pairs = align(old.document(""), new.document(""), follow=follow)
        self.evaluated = [pair for pair in pairs if _entries(pair)]
        shown = [own for pair in self.evaluated for own in (pair, *_entries(pair))]
        both = [(p.id, p.old.text, p.new.text) for p in shown if p.old and p.new]
        differing = [(key, *texts) for key, *texts in both if reworded(*texts)]
        marks = mark_many([(before, after) for _, before, after in differing])
        keys = [key for key, *_ in differing]
        self.marks = {key: drawn.get(key, own) for key, own in zip(keys, marks, strict=True)}

    def rows(self) -> Iterator[ComparedRow]:
        for unchanged, run in groupby(self.evaluated, key=_unchanged):
            members = list(run)
            if not unchanged or self.settings.unchanged_siblings == "full":
                yield from map(self._row, members)
            elif self.settings.unchanged_siblings == "run":
                numbers = [head(Level.ENTRY, pair.new_number) for pair in members]
                printed = "～".join(dict.fromkeys((numbers[0], numbers[-1])))
                yield ComparedRow(Kind.SAME, "", (), f"{printed}　{self.settings.omitted}")

    def _row(self, pair: Pair) -> ComparedRow:
        sides: tuple[Side, Side] = ("proposed", "current")
        order = sides if self.settings.first == "proposed" else sides[::-1]
        compared = tuple(self._side(pair, side, upper=side == order[0]) for side in order)
        return ComparedRow(pair.kind, pair.id, compared)

    def _side(self, pair: Pair, side: Side, *, upper: bool) -> ComparedSide:
        unit = pair.new if side == "proposed" else pair.old
        if unit is None:
            note = self.settings.deleted if side == "proposed" else self.settings.new
            return ComparedSide(side, note)
        number = pair.new_number if side == "proposed" else pair.old_number
        alone = not (pair.old and pair.new)
        marked = alone or pair.kind in _RENUMBERED
        item = (Run(head(Level.ENTRY, number), marked), Run(" ", alone), *self._text(pair, side))
        lists = tuple(self._list(pair, kind, side, upper=upper) for kind in COLUMNS)
        return ComparedSide(side, "", joined(item), lists)

    def _list(
        self, pair: Pair, kind: UnitKind, side: Side, *, upper: bool
    ) -> tuple[Entry, ...] | None:
        members = [child for child in pair.children if child.unit.kind is kind]
        same = all(child.kind is Kind.SAME and child.old and child.new for child in members)
        if members and same and not upper and self.settings.unchanged_siblings != "full":
            return None
        return tuple(
            Entry(child.kind, child.id, self._text(child, side))
            for child in members
            if (child.new if side == "proposed" else child.old)
        )

    def _text(self, pair: Pair, side: Side) -> tuple[Run, ...]:
        unit = pair.new if side == "proposed" else pair.old
        assert unit
        if pair.old is None or pair.new is None:
            return (Run(unit.text, marked=True),)
        marks = self.marks.get(pair.id, Marks())
        return cells(pair.old.text, pair.new.text, marks, elide=False)[side == "proposed"]


def _entries(pair: Pair) -> list[Pair]:
    """Return what the appendix lists of an item."""
    return [child for child in pair.children if child.unit.kind in COLUMNS]


def _unchanged(pair: Pair) -> bool:
    own = (pair, *_entries(pair))
    return all(p.kind is Kind.SAME and p.old and p.new for p in own)


def appendix_comparison_html(content: ComparedAppendix, **identity: Any) -> str:
    """Return the printed comparison of the appendix (A4 landscape) as HTML for `pdf.render_pdf`."""
    context = {"table": content, **identity}
    return render_to_string("evaluation/appendix_comparison_print.html", context)
