"""The amendments on which it is a person's turn, per role."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import (
    BigIntegerField,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from evaluation.models import Amendment, Comment, Contribution
from evaluation.models.amendments import restricted_from
from evaluation.permissions import UNDECIDED
from evaluation.timeline import Event, events_of, sent_back, steps_of
from evaluation.waiting.tasks import Waiting, What, of_amendment
from programs.models import Role, User

State = Amendment.State
# As long as this a decision is news to an auditor.
NEWS = dt.timedelta(days=30)


def of_amendments(user: User, roles: Mapping[int, set[str]]) -> Iterator[Waiting]:
    """Yield what waits for a user with these roles by agency (four queries)."""
    amendments = list(_unfinished(user, list(roles)))
    events = events_of(amendments)
    contributions = Contribution.objects.filter(user=user, amendment__in=amendments)
    drafted = set(contributions.values_list("amendment", flat=True))
    said = _open_comments(amendments)
    for amendment in amendments:
        held, past = roles[amendment.period.agency_id], events[amendment.pk]
        if Role.Kind.EDITOR in held:
            yield from _for_editor(amendment, past, user)
        if Role.Kind.APPROVER in held:
            yield from _for_approver(amendment, past, drafted=amendment.pk in drafted)
        yield from _for_readers(amendment, past, held)
        yield from _in_conversation(amendment, said[amendment.pk], user)


def _unfinished(user: User, agencies: list[int]) -> QuerySet[Amendment]:
    """Return the amendments of agencies that are not decided, not published, or decided of late, each
    with whether its holder may still edit it (`is_held`); none that is restricted to others."""
    unfinished = Q(state__in=UNDECIDED) | Q(state=State.DECIDED, published_on__isnull=True)
    news = Q(recorded_at__gte=timezone.now() - NEWS)
    amendments = Amendment.objects.filter(unfinished | news, period__agency__in=agencies)
    amendments = amendments.exclude(pk__in=restricted_from(user))
    editors = Role.objects.filter(
        user=OuterRef("holder"),
        user__is_active=True,
        agency=OuterRef("period__agency"),
        role=Role.Kind.EDITOR,
    )
    return amendments.annotate(is_held=Exists(editors)).select_related("period__agency", "holder")


def _for_editor(amendment: Amendment, events: list[Event], user: User) -> Iterator[Waiting]:
    is_held: bool = amendment.is_held  # type: ignore[attr-defined]  # by `_unfinished`
    if not is_held and amendment.state in UNDECIDED:
        yield of_amendment(What.TAKE, amendment, _taking_over(amendment, user), _since(events))
    if amendment.holder_id == user.pk and amendment.state == State.DRAFT:
        if back := sent_back(events):
            yield of_amendment(
                What.REPAIR, amendment, amendment.get_absolute_url(), back.at, back.words
            )
        else:
            yield of_amendment(What.FINISH, amendment, amendment.get_absolute_url(), _since(events))


def _for_approver(amendment: Amendment, events: list[Event], *, drafted: bool) -> Iterator[Waiting]:
    since, page = _since(steps_of(events)), amendment.get_absolute_url()
    if amendment.state == State.SUBMITTED and not drafted:
        yield of_amendment(What.APPROVE, amendment, page, since)
    if amendment.state == State.APPROVED and not drafted:
        yield of_amendment(What.DECIDE, amendment, page, since)
    if amendment.is_decided and amendment.published_on is None:
        yield of_amendment(What.PUBLISH, amendment, page, since)


def _for_readers(amendment: Amendment, events: list[Event], roles: set[str]) -> Iterator[Waiting]:
    page = amendment.get_absolute_url()
    if Role.Kind.AGENCY in roles and amendment.shared_at and amendment.state in UNDECIDED:
        yield of_amendment(What.READ, amendment, page, amendment.shared_at)
    is_news = amendment.recorded_at and amendment.recorded_at >= timezone.now() - NEWS
    if Role.Kind.AUDITOR in roles and amendment.recorded_at and is_news:
        yield of_amendment(What.AUDIT, amendment, page, amendment.recorded_at)


def _open_comments(amendments: list[Amendment]) -> dict[int, list[Comment]]:
    """Return by amendment the comments that are not resolved, with who spoke last of each, and when."""
    answers = Comment.objects.filter(answers_to=OuterRef("pk")).order_by("-pk")
    last = {
        name: Coalesce(Subquery(answers.values(column)[:1]), F(column), output_field=kind)
        for name, column, kind in (
            ("last_speaker", "author_id", BigIntegerField()),
            ("last_word", "written_at", DateTimeField()),
        )
    }
    unresolved = Comment.objects.filter(
        amendment__in=[a for a in amendments if a.state in UNDECIDED],
        answers_to__isnull=True,
        resolved_at__isnull=True,
    )
    found: defaultdict[int, list[Comment]] = defaultdict(list)
    for comment in unresolved.annotate(**last).order_by("pk"):
        found[comment.amendment_id].append(comment)
    return found


def _in_conversation(
    amendment: Amendment, comments: list[Comment], user: User
) -> Iterator[Waiting]:
    """The holder answers, and who wrote a comment reads what others answered."""
    others: list[Any] = [c for c in comments if c.last_speaker != user.pk]  # type: ignore[attr-defined]
    asked = [c.last_word for c in others if amendment.holder_id == user.pk]
    answered = [c.last_word for c in others if c.author_id == user.pk]
    period = amendment.period
    page = reverse("comments", args=[period.agency.code, period.number, amendment.slug])
    if asked:
        yield of_amendment(What.ANSWER, amendment, page, min(asked), f"{len(asked)}件")
    if answered:
        yield of_amendment(What.READ_ANSWERS, amendment, page, min(answered), f"{len(answered)}件")


def _since(events: list[Event]) -> dt.datetime:
    """Return when the last event was; now for an amendment that was stored without its history."""
    return events[-1].at if events else timezone.now()


def _taking_over(amendment: Amendment, user: User) -> str:
    period = amendment.period
    place = [period.agency.code, period.number, amendment.slug, "hand-over"]
    return reverse("amendment_step", args=place) + f"?to={user.pk}"
