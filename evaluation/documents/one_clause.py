"""The rows of one clause in the comparison table of its draft: as it stands, or as somebody types it."""

from dataclasses import replace

from evaluation.comparison.alignment import Kind
from evaluation.comparison.rows import Level, Table
from evaluation.comparison.table import compare
from evaluation.documents.comparison import settings_of
from evaluation.documents.hand import Hand
from evaluation.models import Amendment
from evaluation.models.texts import Node, Text


def clause_table(draft: Amendment, before: Text, text: Text, node: Node, hand: Hand) -> Table:
    """Return the rows that the draft's table, in the form in which it is issued, has of a clause.

    There are none where it does not change. Remarks are left out, and of an item its entry at the head
    of its indicators, which says the same again.
    """
    settings = replace(settings_of(draft), remarks="")
    near = before.around(node.clause_id) | text.around(node.clause_id)
    old, new = (side.document_of(near, node.clause_id) for side in (before, text))
    table = compare(old, new, settings, hand.marks)
    rows = (row for row in table.rows if row.clause_id == node.public_id)
    own = (row for row in rows if row.level is not Level.ENTRY and row.kind is not Kind.SAME)
    return replace(table, rows=tuple(own))
