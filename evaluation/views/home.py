"""The start page: what waits for its reader, the drafts, and what is in force."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import DateTimeField, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from evaluation import restricting
from evaluation.models import Amendment, ObjectivePeriod, Wording
from evaluation.models.measures import RESULT_READERS
from evaluation.models.objectives import agencies_of
from evaluation.permissions import UNDECIDED, PortalRequest
from evaluation.waiting import waiting_for
from programs.models import Role, User


@login_not_required
@require_safe
def home(request: PortalRequest) -> HttpResponse:
    """To everybody what is in force and published; to who has signed in, first what waits for them."""
    visible = Amendment.objects.visible_to(request.user)
    decided = visible.decided().order_by("-sequence")
    periods = ObjectivePeriod.objects.visible_to(request.user).select_related("agency")
    context = {
        "periods": periods.prefetch_related(Prefetch("amendments", decided, to_attr="decided")),
        "today": timezone.localdate(),
    }
    if isinstance(request.user, User):
        drafts = _with_last_change(visible.exclude(state=Amendment.State.DECIDED))
        editing = agencies_of(request.user, Role.Kind.EDITOR)
        reading = agencies_of(request.user, *RESULT_READERS)
        context |= {
            "waiting": waiting_for(request.user),
            "reading": set(reading.values_list("pk", flat=True)),
            "drafts": [draft for draft in drafts if draft.state in UNDECIDED],
            "restricted": restricting.restricted_for(request.user),
            "withdrawn": [draft for draft in drafts if draft.state not in UNDECIDED],
            "editable": ObjectivePeriod.objects.filter(agency__in=editing).select_related("agency"),
        }
    return render(request, "evaluation/home.html", context)


def _with_last_change(drafts: QuerySet[Amendment]) -> QuerySet[Amendment]:
    """Annotate when each draft or one of its wordings was last changed, newest first."""
    own = Amendment.history.filter(id=OuterRef("pk"))
    wordings = Wording.history.filter(amendment_id=OuterRef("pk"))
    latest = [
        Subquery(rows.order_by("-history_date").values("history_date")[:1])
        for rows in (own, wordings)
    ]
    changed = Greatest(latest[0], Coalesce(latest[1], latest[0]), output_field=DateTimeField())
    return (
        drafts.annotate(changed_at=changed)
        .select_related("period__agency", "holder")
        .order_by("-changed_at")
    )
