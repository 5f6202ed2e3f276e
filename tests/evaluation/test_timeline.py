"""When an earlier version of an amendment was submitted."""

import datetime as dt

from evaluation.models import Amendment
from evaluation.timeline import Event, submitted_before

FIRST = dt.datetime(2026, 2, 1, 10, 0, 30, 250, tzinfo=dt.UTC)
SECOND = dt.datetime(2026, 2, 3, 10, 0, tzinfo=dt.UTC)


def events(*moments: dt.datetime) -> list[Event]:
    started = Event(FIRST - dt.timedelta(days=1), "甲", "起案", "", "draft")
    return [started, *(Event(moment, "甲", "提出", "", "submitted") for moment in moments)]


def test_of_a_draft_that_was_sent_back_it_is_the_last_time() -> None:
    draft = Amendment(state="draft")
    assert submitted_before(draft, events()) is None
    assert submitted_before(draft, events(FIRST)) == FIRST.replace(second=31, microsecond=0)
    assert submitted_before(draft, events(FIRST, SECOND)) == SECOND.replace(second=1)


def test_of_one_that_is_submitted_it_is_the_time_before() -> None:
    for state in ("submitted", "approved", "decided"):
        amendment = Amendment(state=state)
        assert submitted_before(amendment, events(FIRST)) is None
        found = submitted_before(amendment, events(FIRST, SECOND))
        assert found == FIRST.replace(second=31, microsecond=0)
