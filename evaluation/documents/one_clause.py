"""The rows of one clause in the comparison table of its draft: as it stands, or as somebody types it."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from evaluation.comparison.alignment import Kind
from evaluation.comparison.rows import Level, Table
from evaluation.comparison.table import compare
from evaluation.documents.comparison import settings_of
from evaluation.documents.hand import Hand
from evaluation.documents.origins import joined
from evaluation.models import Amendment, Succession
from evaluation.models.texts import Node, Text


def clause_table(
    draft: Amendment,
    before: Text,
    text: Text,
    node: Node,
    hand: Hand,
    successions: Sequence[Succession],
) -> Table:
    """Return the rows that the draft's table, in the form in which it is issued, has of a clause.

    What was split from one clause, or merged into one, shares a row. There are none where the clause
    does not change. Remarks are left out, and of an item its entry at the head of its indicators, which
    says the same again.
    """
    settings = replace(settings_of(draft), remarks="")
    together = _together(node, successions)
    near = set(chain.from_iterable(s.around(pk) for s in (before, text) for pk in together))
    old, new = (side.document_of(near, together) for side in (before, text))
    table = compare(old, new, settings, hand.marks, successions=joined(successions))
    public = {
        side.nodes[pk].public_id for side in (before, text) for pk in together & set(side.nodes)
    }
    rows = (row for row in table.rows if row.clause_id in public)
    own = (row for row in rows if row.level is not Level.ENTRY and row.kind is not Kind.SAME)
    return replace(table, rows=tuple(own))


def _together(node: Node, successions: Sequence[Succession]) -> set[int]:
    """Return the ids of the clause and of those that were split or merged with it."""
    public = {node.public_id}
    rows = joined(successions)
    singles = {row.single for row in rows if node.public_id in (row.old, row.new)}
    for row in rows:
        if row.single in singles:
            public |= {row.old, row.new}
    pairs = ((s.from_clause, s.to_clause) for s in successions)
    ids = {clause.public_id: clause.pk for clause in chain.from_iterable(pairs)}
    return {node.clause_id, *(ids[name] for name in public if name in ids)}
