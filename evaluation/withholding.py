"""What an auditor reads in the history of a restricted draft for which it is not named: who did what and
when, and none of its text."""

from collections.abc import Iterable
from dataclasses import replace

from evaluation.trail import Change, Entry, Found, entries

WITHHELD = "（閲覧が制限されています）"
# Whose names and fields tell of the log, and nothing of the text.
LOGGED = {"amendment", "approval", "contribution", "restrictedreader", "restriction"}


def entries_without(rows: Iterable[Found], hidden: Iterable[int]) -> list[Entry]:
    """Return what rows tell, the texts of the amendments with the ids in `hidden` withheld."""
    hidden = frozenset(hidden)
    return [
        _withheld(entry) if entry.amendment_page and entry.amendment_page.pk in hidden else entry
        for entry in entries(rows, hidden)
    ]


def _withheld(entry: Entry) -> Entry:
    """Reasons keep the act before their words: 「差戻し：…」."""
    entry = replace(entry, reason=entry.reason.partition("：")[0], withheld=True)
    if entry.subject.partition("-")[0] in LOGGED:
        return entry
    return replace(entry, name=WITHHELD, changes=tuple(map(_unread, entry.changes)))


def _unread(change: Change) -> Change:
    """Return that a field changed, and neither from what nor to what."""
    return Change(change.label, change.old and WITHHELD, change.new and WITHHELD)
