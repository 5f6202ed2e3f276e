"""What was reached: the only writer of measures, targets, values and yearly texts.

Every verb takes the user (`by`), writes with history in one transaction under the period's lock, and
refuses with a `ValidationError` in Japanese that names the place and the expected form. `seen` is what
the user saw (the revision, 0 for nothing): raises `Stale` where somebody was faster. Who may do what is
checked in `evaluation.permissions`, before.
"""

from evaluation.amending import Stale
from evaluation.valuing.asking import asked_back
from evaluation.valuing.evidence import attach_file, attach_link, detach
from evaluation.valuing.many import (
    Cell,
    Outcome,
    RefusedError,
    Status,
    compare_many,
    record_many,
    says_the_same,
    write_outcomes,
)
from evaluation.valuing.measures import (
    add_measure,
    change_measure,
    fingerprint,
    remove_measure,
    set_target,
    was_used,
)
from evaluation.valuing.reports import Current, Difference, changed_since, make_report, pinned
from evaluation.valuing.rows import (
    Gates,
    clause_name,
    heads_of,
    lock_period,
    missing_why,
    name_of,
    shortened,
    year_name,
)
from evaluation.valuing.values import clear, clear_result, confirm, correct, record, record_result
from evaluation.valuing.years import (
    Share,
    admit,
    assign,
    close,
    confirm_year,
    indicators_of,
    open_again,
    reopen,
    send_back,
    share_out,
    submit,
)

__all__ = [
    "Cell",
    "Current",
    "Difference",
    "Gates",
    "Outcome",
    "RefusedError",
    "Share",
    "Stale",
    "Status",
    "add_measure",
    "admit",
    "asked_back",
    "assign",
    "attach_file",
    "attach_link",
    "change_measure",
    "changed_since",
    "clause_name",
    "clear",
    "clear_result",
    "close",
    "compare_many",
    "confirm",
    "confirm_year",
    "correct",
    "detach",
    "fingerprint",
    "heads_of",
    "indicators_of",
    "lock_period",
    "make_report",
    "missing_why",
    "name_of",
    "open_again",
    "pinned",
    "record",
    "record_many",
    "record_result",
    "remove_measure",
    "reopen",
    "says_the_same",
    "send_back",
    "set_target",
    "share_out",
    "shortened",
    "submit",
    "was_used",
    "write_outcomes",
    "year_name",
]
