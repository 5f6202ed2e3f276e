"""What waits for a person: per role, the amendments on which it is their turn."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from evaluation.models import Amendment, Contribution
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
    amendments = list(_unfinished(list(roles)))
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


def _unfinished(agencies: list[int]) -> QuerySet[Amendment]:
    """Return the amendments of agencies that are not decided, not published, or decided of late."""
    unfinished = Q(state__in=UNDECIDED) | Q(state=State.DECIDED, published_on__isnull=True)
    news = Q(recorded_at__gte=timezone.now() - NEWS)
    amendments = Amendment.objects.filter(unfinished | news, period__agency__in=agencies)
    return amendments.select_related("period__agency", "holder")


def _for_editor(amendment: Amendment, events: list[Event], user: User) -> Iterator[Waiting]:
    if amendment.holder_id is None and amendment.state in UNDECIDED:
        yield Waiting(What.TAKE, amendment, _taking_over(amendment, user), events[-1].at)
    if amendment.holder_id == user.pk and amendment.state == State.DRAFT:
        if back := sent_back(events):
            yield Waiting(What.REPAIR, amendment, _page(amendment), back.at, back.words)
        else:
            yield Waiting(What.FINISH, amendment, _page(amendment), events[-1].at)


def _for_approver(amendment: Amendment, events: list[Event], *, drafted: bool) -> Iterator[Waiting]:
    since = steps_of(events)[-1].at
    if amendment.state == State.SUBMITTED and not drafted:
        yield Waiting(What.APPROVE, amendment, _page(amendment), since)
    if amendment.state == State.APPROVED and not drafted:
        yield Waiting(What.DECIDE, amendment, _page(amendment), since)
    if amendment.is_decided and amendment.published_on is None:
        yield Waiting(What.PUBLISH, amendment, _page(amendment), since)


def _for_readers(amendment: Amendment, events: list[Event], roles: set[str]) -> Iterator[Waiting]:
    if Role.Kind.AGENCY in roles and amendment.shared_at and amendment.state in UNDECIDED:
        yield Waiting(What.READ, amendment, _page(amendment), amendment.shared_at)
    is_news = amendment.recorded_at and amendment.recorded_at >= timezone.now() - NEWS
    if Role.Kind.AUDITOR in roles and amendment.recorded_at and is_news:
        yield Waiting(What.AUDIT, amendment, _page(amendment), amendment.recorded_at)


def _page(amendment: Amendment) -> str:
    period = amendment.period
    return reverse("amendment", args=[period.agency.code, period.number, amendment.slug])


def _taking_over(amendment: Amendment, user: User) -> str:
    period = amendment.period
    place = [period.agency.code, period.number, amendment.slug, "hand-over"]
    return reverse("amendment_step", args=place) + f"?to={user.pk}"
