"""What is looked over before a decision or a publication is registered: facts, clauses, steps, approvals."""

from typing import Any

from evaluation import approving, recording
from evaluation.comparison.alignment import Kind
from evaluation.models import Amendment
from evaluation.views.editions import Edition


def review(amendment: Amendment, edition: Edition | None = None) -> dict[str, Any]:
    """Return all that the check page shows of an amendment besides the answers and the table."""
    recorded = recording.recorded(amendment, after_decision=amendment.is_decided)
    missing = [entry.kind for entry in recorded if entry.is_missing and amendment.is_decided]
    return {
        "reviewed": True,
        "changed": _changed(edition or Edition.of(amendment)),
        "groups": amendment.reason_groups.prefetch_related("reasons"),
        "recorded": recorded,
        "skipped": [kind for kind in missing if not kind.after_decision],
        "to_come": [kind for kind in missing if kind.after_decision],
        "approvals": approving.judged(amendment),
    }


def _changed(edition: Edition) -> list[tuple[Kind, str]]:
    """Return what happens to each changed clause, with its place; of a deleted one, its place before."""
    places = {
        node.public_id: (text, node)
        for text in (edition.before, edition.text)
        for node in text.order
    }
    found = ((kind, places[public_id]) for public_id, kind in edition.kinds.items())
    return [(kind, text.place(node)) for kind, (text, node) in found]
