"""Pasting a text below a clause of a draft: through the verbs, all of it or nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from evaluation.amending.clauses import insert, relabel, repeal, reword
from evaluation.amending.rows import Stale, digest, lock
from evaluation.checks import check_text
from evaluation.comparison.alignment import Document
from evaluation.models import Amendment, AmendmentReason, Clause
from evaluation.models.texts import Node, Text, texts_around
from evaluation.pasting import Fate, Line, applied, plan, read, taken
from evaluation.references import Numbers
from programs.models import User

MOST = 500  # paragraphs of a pasted text; the longest real item has fewer than 100


@dataclass(frozen=True)
class Preview:
    """What a pasted text would change below a clause of a draft; nothing is stored."""

    before: Text
    text: Text
    chosen: Node
    lines: tuple[Line, ...]

    @classmethod
    def of(cls, draft: Amendment, chosen: Clause, pasted: str) -> "Preview":
        """Raises ValidationError for a clause that does not stand in the draft, an item that does not
        belong below it, too many paragraphs, and characters that cannot be stored."""
        before, text = texts_around(draft)
        node = text.nodes.get(chosen.pk)
        if node is None or node.repealed:
            raise ValidationError({"place": "選んだ項目は、この変更案の本文にありません。"})
        document = text.document("")
        numbers = Numbers(document)
        path = numbers.path(numbers.units[node.public_id])
        try:
            found = read(pasted, path)
        except ValueError as error:
            words = f"「{error}」は、選んだ項目の中の番号ではありません。項目を選び直すか、番号を直してください。"
            raise ValidationError({"text": words}) from None
        if len(found) > MOST:
            words = f"一度に貼り付けられるのは、{MOST:,}段落までです（いま{len(found):,}段落）。分けて貼り付けてください。"
            raise ValidationError({"text": words})
        for number, one in enumerate(found, start=1):
            check_text(one.text, f"{number}番目の段落")
        standing = {n.public_id: n.text for n in before.nodes.values() if not n.repealed}
        return cls(before, text, node, plan(found, document, node.public_id, standing))

    @property
    def seen(self) -> str:
        """A digest of what a user is shown."""
        return digest(
            [(str(x.fate), x.id, x.label, x.text, x.old, x.old_label) for x in self.lines]
        )

    def documents(self, chosen: Iterable[str]) -> tuple[Document, Document]:
        """Return the draft's document as it is, and with what was chosen."""
        document = self.text.document("")
        return document, applied(document, taken(self.lines, chosen))


@transaction.atomic
def paste(
    draft: Amendment,
    parent: Clause,
    text: str,
    *,
    by: User | None,
    chosen: Iterable[str] = (),
    seen: str | None = None,
    reason: AmendmentReason | None = None,
) -> int:
    """Write what a pasted text changes below `parent`; return how many clauses changed.

    `chosen`: the public ids of clauses that the text has not and that are to be deleted, and of those
    whose difference of one character is meant. Pasted again it changes nothing. Raises Stale where
    the preview would be another one now.
    """
    locked = lock(draft)
    preview = Preview.of(locked, parent, text)
    if seen is not None and seen != preview.seen:
        raise Stale(preview, preview.seen, "この項目")
    clauses = {node.public_id: node.wording.clause for node in preview.text.nodes.values()}
    lines = taken(preview.lines, chosen)
    for line in lines:
        _write(locked, line, clauses, by, reason)
    return len(lines)


def _write(
    draft: Amendment,
    line: Line,
    clauses: dict[str, Clause],
    by: User | None,
    reason: AmendmentReason | None,
) -> None:
    options: dict[str, Any] = {"reason": reason} if reason else {}
    if line.fate is Fate.NEW:
        clauses[line.id] = insert(
            draft,
            str(line.kind),
            parent=clauses[line.parent],
            after=clauses.get(line.after or ""),
            label=line.label,
            text=line.text,
            reason=reason,
            by=by,
        )
        return
    clause = clauses[line.id]
    if line.fate is Fate.MISSING:
        repeal(draft, clause, by=by, **options)
        return
    if line.text != line.old:
        reword(draft, clause, line.text, by=by, **options)
    if line.label != line.old_label:
        relabel(draft, clause, line.label, by=by, **options)
