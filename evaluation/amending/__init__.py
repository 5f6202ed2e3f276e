"""Drafting an amendment: the verbs that write its wordings, with the clauses that it introduces, their
origins and their marks. Only `evaluation.drafting` writes them too: it copies and deletes whole drafts.

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
    restore_reworded,
    reword,
    shift,
    start,
    undo,
)
from evaluation.amending.decided import correct, rebase
from evaluation.amending.marking import draw, marking_fingerprint, return_to_proposal
from evaluation.amending.numbering import last_renumbering, renumber, undo_renumbering
from evaluation.amending.overtaken import Overtaken, accept, overtaken, settle
from evaluation.amending.pasting import Preview, paste
from evaluation.amending.referring import (
    forgotten,
    forgotten_in,
    last_repair,
    references_fingerprint,
    repair,
    undo_repair,
)
from evaluation.amending.rows import (
    Stale,
    check_agency,
    contribute,
    digest,
    fingerprint,
    lock,
    text_of,
)
from evaluation.amending.succeeding import derive, judge_series, merge, replace, split
from evaluation.amending.taking_back import Act, performed, take_back

__all__ = [
    "Act",
    "Overtaken",
    "Preview",
    "Stale",
    "accept",
    "check_agency",
    "contribute",
    "correct",
    "derive",
    "digest",
    "draw",
    "explain",
    "fingerprint",
    "forgotten",
    "forgotten_in",
    "insert",
    "insert_item",
    "judge_series",
    "last_renumbering",
    "last_repair",
    "lock",
    "marking_fingerprint",
    "merge",
    "move",
    "overtaken",
    "paste",
    "performed",
    "rebase",
    "references_fingerprint",
    "relabel",
    "renumber",
    "repair",
    "repeal",
    "replace",
    "restore",
    "restore_reworded",
    "return_to_proposal",
    "reword",
    "settle",
    "shift",
    "split",
    "start",
    "take_back",
    "text_of",
    "undo",
    "undo_renumbering",
    "undo_repair",
]
