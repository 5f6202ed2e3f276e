"""How far amendments have come, read from their histories."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from django.utils import timezone

from evaluation.models import Amendment
from evaluation.procedure import SENT_BACK, SUBMITTED

State = Amendment.State
DRAFTING = "起案"


@dataclass(frozen=True)
class Event:
    """One act on an amendment: `what`, with `words` where there were some, and the state after it."""

    at: dt.datetime
    who: str
    what: str
    words: str
    state: str

    @property
    def day(self) -> dt.date:
        return timezone.localtime(self.at).date()


def events_of(amendments: Iterable[Amendment]) -> dict[int, list[Event]]:
    """Return what was done to each amendment, by primary key, oldest first (one query)."""
    events: dict[int, list[Event]] = {amendment.pk: [] for amendment in amendments}
    rows = Amendment.history.filter(id__in=events).order_by("history_date", "history_id")
    columns = ("id", "history_date", "actor_name", "history_change_reason", "state")
    for pk, at, who, reason, state in rows.values_list(*columns):
        what, _, words = (reason or "").partition("：")
        events[pk].append(Event(at, who, what, words, state))
    return events


def steps_of(events: list[Event]) -> list[Event]:
    """Return the events that began a new state, the first one included."""
    return events[:1] + [after for before, after in pairwise(events) if before.state != after.state]


def sent_back(events: list[Event]) -> Event | None:
    """Return with which words a draft was sent back, unless it has been submitted again since."""
    last = steps_of(events)[-1:]
    return last[0] if last and last[0].what == SENT_BACK else None


def submitted_before(amendment: Amendment, events: list[Event]) -> dt.datetime | None:
    """Return when an earlier version of an amendment was submitted, to the second behind it: of a draft
    the last time, of one that is submitted or further the time before."""
    times = [event.at for event in events if event.what == SUBMITTED]
    if amendment.state != State.DRAFT:
        times = times[:-1]
    return times[-1].replace(microsecond=0) + dt.timedelta(seconds=1) if times else None


@dataclass(frozen=True)
class Stage:
    """A stage of the procedure. `day` is null where it has none yet, or its reader may not know."""

    name: str
    day: dt.date | None
    done: bool
    current: bool = False

    @property
    def now(self) -> str:
        """What is said of the current stage: drafting goes on, the others are waited for."""
        if self.name == DRAFTING:
            return "起案中"
        return "この日を待っています" if self.day else f"{self.name}待ち"


def stages(amendment: Amendment, events: list[Event]) -> list[Stage]:
    """Return 起案 → 提出 → 承認 → 決定 → 適用 → 公表; none for what was withdrawn, and those from 決定 on
    for a baseline, which nobody drafted here.

    The first stage that is not done is the current one. Days before the decision are those of `events`.
    """
    if amendment.state == State.WITHDRAWN:
        return []
    order = [State.DRAFT, State.SUBMITTED, State.APPROVED, State.DECIDED]
    reached = order.index(State(amendment.state))
    days = {event.state: event.day for event in steps_of(events)}
    today = timezone.localdate()
    effective, published = amendment.effective_on, amendment.published_on
    found = [
        Stage(DRAFTING, events[0].day if events else None, reached > 0),
        Stage("提出", days.get(State.SUBMITTED) if reached > 0 else None, reached > 0),
        Stage("承認", days.get(State.APPROVED) if reached > 1 else None, reached > 1),
        Stage("決定", amendment.decided_on, reached > 2),
        Stage("適用", effective, effective is not None and effective <= today),
        Stage("公表", published, published is not None and published <= today),
    ]
    if amendment.kind == Amendment.Kind.BASELINE:
        found = found[3:]
    current = next((stage for stage in found if not stage.done), None)
    return [replace(stage, current=stage is current) for stage in found]
