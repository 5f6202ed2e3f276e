"""What waits for a person: per role, the amendments on which it is their turn."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from evaluation.models import Amendment, Contribution
from evaluation.models.amendments import restricted_from
from evaluation.permissions import UNDECIDED
from evaluation.timeline import Event, events_of, sent_back, steps_of
from programs.models import Role, User

State = Amendment.State
# As long as this a decision is news to an auditor.
NEWS = dt.timedelta(days=30)


class What(StrEnum):
    """What is to be done, most urgent first."""

    REPAIR = "差し戻された変更案を直す"
    APPROVE = "提出された変更案を承認する"
    DECIDE = "承認された変更案の決定を登録する"
    PUBLISH = "決定した変更を公表する"
    FINISH = "起案中の変更案を仕上げる"
    TAKE = "担当者のいない変更案を引き受ける"
    READ = "共有された変更案を読む"
    AUDIT = "新しい決定を確かめる"


@dataclass(frozen=True)
class Waiting:
    """One thing to do, at `link`; `words` are those with which a draft was sent back."""

    what: What
    amendment: Amendment
    link: str
    since: dt.datetime
    words: str = ""


def waiting_for(user: User) -> list[Waiting]:
    """Return what waits for a user, most urgent first, then longest (four queries)."""
    roles: defaultdict[int, set[str]] = defaultdict(set)
    for agency, role in Role.objects.filter(user=user).values_list("agency", "role"):
        roles[agency].add(role)
    amendments = list(_unfinished(user, list(roles)))
    events = events_of(amendments)
    contributions = Contribution.objects.filter(user=user, amendment__in=amendments)
    drafted = set(contributions.values_list("amendment", flat=True))
    found: list[Waiting] = []
    for amendment in amendments:
        held, past = roles[amendment.period.agency_id], events[amendment.pk]
        if Role.Kind.EDITOR in held:
            found += _for_editor(amendment, past, user)
        if Role.Kind.APPROVER in held:
            found += _for_approver(amendment, past, drafted=amendment.pk in drafted)
        found += _for_readers(amendment, past, held)
    order = list(What)
    return sorted(found, key=lambda waiting: (order.index(waiting.what), waiting.since))


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
        yield Waiting(What.TAKE, amendment, _taking_over(amendment, user), _since(events))
    if amendment.holder_id == user.pk and amendment.state == State.DRAFT:
        if back := sent_back(events):
            yield Waiting(What.REPAIR, amendment, amendment.get_absolute_url(), back.at, back.words)
        else:
            yield Waiting(What.FINISH, amendment, amendment.get_absolute_url(), _since(events))


def _for_approver(amendment: Amendment, events: list[Event], *, drafted: bool) -> Iterator[Waiting]:
    since, page = _since(steps_of(events)), amendment.get_absolute_url()
    if amendment.state == State.SUBMITTED and not drafted:
        yield Waiting(What.APPROVE, amendment, page, since)
    if amendment.state == State.APPROVED and not drafted:
        yield Waiting(What.DECIDE, amendment, page, since)
    if amendment.is_decided and amendment.published_on is None:
        yield Waiting(What.PUBLISH, amendment, page, since)


def _for_readers(amendment: Amendment, events: list[Event], roles: set[str]) -> Iterator[Waiting]:
    page = amendment.get_absolute_url()
    if Role.Kind.AGENCY in roles and amendment.shared_at and amendment.state in UNDECIDED:
        yield Waiting(What.READ, amendment, page, amendment.shared_at)
    is_news = amendment.recorded_at and amendment.recorded_at >= timezone.now() - NEWS
    if Role.Kind.AUDITOR in roles and amendment.recorded_at and is_news:
        yield Waiting(What.AUDIT, amendment, page, amendment.recorded_at)


def _since(events: list[Event]) -> dt.datetime:
    """Return when the last event was; now for an amendment that was stored without its history."""
    return events[-1].at if events else timezone.now()


def _taking_over(amendment: Amendment, user: User) -> str:
    period = amendment.period
    place = [period.agency.code, period.number, amendment.slug, "hand-over"]
    return reverse("amendment_step", args=place) + f"?to={user.pk}"
