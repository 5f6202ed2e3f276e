"""Drafting an amendment: the only writer of `Wording`.

Every verb takes the draft and the user (`by`), writes the change with its history in one transaction,
and refuses with a `ValidationError` in Japanese what cannot be done. Options of a change: `reason` (an
AmendmentReason, or None for none; left out, the present one stays) and `seen` (the `fingerprint` of
what the user saw: raises `Stale` where somebody was faster).
"""

from evaluation.amending.clauses import (
    explain,
    insert,
    insert_item,
    move,
    relabel,
    repeal,
    restore,
    reword,
    shift,
    start,
    undo,
)
from evaluation.amending.decided import correct, rebase
from evaluation.amending.marking import draw, marking_fingerprint, return_to_proposal
from evaluation.amending.rows import (
    Stale,
    check_agency,
    contribute,
    digest,
    fingerprint,
    lock,
    text_of,
)
from evaluation.amending.taking_back import Act, performed, take_back

__all__ = [
    "Act",
    "Stale",
    "check_agency",
    "contribute",
    "correct",
    "digest",
    "draw",
    "explain",
    "fingerprint",
    "insert",
    "insert_item",
    "lock",
    "marking_fingerprint",
    "move",
    "performed",
    "rebase",
    "relabel",
    "repeal",
    "restore",
    "return_to_proposal",
    "reword",
    "shift",
    "start",
    "take_back",
    "text_of",
    "undo",
]
