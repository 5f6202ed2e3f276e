"""What somebody saves may void approvals: that is told at once, and stays told on the draft's page."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import HttpRequest

from evaluation import approving
from evaluation.models import Amendment


@contextmanager
def telling_of_voided(request: HttpRequest, draft: Amendment) -> Iterator[None]:
    """Around what is saved in a draft: tell whose approvals stood before and do not any more."""
    stood = approving.standing(draft)
    yield
    if not stood:
        return
    stand = {approval.pk for approval in approving.standing(draft)}
    people = [a.approved_by for a in stood if a.pk not in stand]
    names = "、".join(dict.fromkeys(p.get_full_name() or p.get_username() for p in people))
    if names:
        messages.warning(
            request,
            f"この変更により、{names}の承認は失効しました。元に戻すか、提出して承認をやり直してください。",
        )
