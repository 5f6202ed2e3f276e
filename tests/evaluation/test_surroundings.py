"""What is decided and not in a text that is read: later days, later knowledge, corrections."""

import datetime as dt

import pytest
from django.utils import timezone

from evaluation import amending, procedure, restricting
from evaluation.models import Amendment
from evaluation.surroundings import Reading, Surroundings, changed_elsewhere, surroundings
from tests.factories import DAY, decide, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    period = make_period()
    baseline, clauses = make_baseline(period)
    amendment = make_draft(period)
    amending.reword(amendment, clauses[1], "改めた項目", by=None)
    decide(amendment, dt.date(2026, 4, 1))
    correction = make_draft(period, kind=Amendment.Kind.CORRECTION)
    amending.correct(correction, amendment.wordings.get(), text="正した項目", by=None)
    decide(correction, dt.date(2026, 6, 1))
    for row in (baseline, amendment, correction):
        row.refresh_from_db()
    return period, baseline, clauses, amendment, correction


def around(scene, **read) -> Surroundings:
    return surroundings(Reading(**read), list(scene[0].amendments.all()))


def test_what_applies_later_than_the_day(scene):
    _, _, _, amendment, correction = scene
    found = around(scene, on=dt.date(2026, 3, 31))
    assert (found.coming, found.since) == ((amendment, correction), ())
    assert around(scene, on=dt.date(2026, 4, 1)).coming == ()


def test_what_changed_the_text_of_the_day_later(scene):
    _, _, _, amendment, correction = scene
    assert around(scene, on=dt.date(2026, 5, 1)).since == (amendment, correction)
    known = {"on": dt.date(2026, 5, 1), "known": amendment.recorded_at}
    assert around(scene, **known).since == (correction,)
    assert around(scene, on=dt.date(2026, 5, 1), known=timezone.now()).since == ()
    early = {"on": dt.date(2026, 3, 31), "known": timezone.now() - dt.timedelta(days=1)}
    assert around(scene, **early) == Surroundings()
    assert around(scene, on=timezone.localdate()) == Surroundings()


def test_what_corrects_the_text_with_an_amendment(scene):
    _, baseline, _, amendment, correction = scene
    assert around(scene, on=DAY, amendment=amendment) == Surroundings((), (correction,))
    assert around(scene, on=DAY, amendment=baseline) == Surroundings()
    assert around(scene, on=DAY, amendment=correction) == Surroundings()


def test_other_drafts_that_change_a_clause_as_far_as_they_may_be_seen(scene):
    period, _, (_, one, two, *_), *_ = scene
    editor, colleague = (make_user(period.agency, "editor") for _ in range(2))
    draft, other, hidden, ended = (make_draft(period) for _ in range(4))
    for amended, clause in ((draft, one), (other, one), (hidden, two), (ended, one)):
        amending.reword(amended, clause, "別の文言", by=None)
    restricting.restrict(hidden, by=colleague, why="市場")
    procedure.withdraw(ended, by=editor, reason="不要")
    assert changed_elsewhere(draft, editor) == {one.pk: [other]}
    assert changed_elsewhere(draft, colleague) == {one.pk: [other], two.pk: [hidden]}
    assert changed_elsewhere(draft, make_user()) == {}


def test_only_what_touches_some_clauses(scene):
    _, _, (_, one, two, *_), amendment, correction = scene
    day = dt.date(2026, 3, 31)
    assert around(scene, on=day, clauses={one.pk}).coming == (amendment, correction)
    assert around(scene, on=day, clauses={two.pk}) == Surroundings()


def test_what_is_new_below_a_clause_touches_it(scene):
    period, _, (_, _, two, *_), *_ = scene
    draft = make_draft(period)
    amending.insert(draft, "evaluation_axis", parent=two, text="新しい軸", by=None)
    assert around(scene, on=DAY, clauses={two.pk}).coming == ()
    decide(draft, dt.date(2027, 1, 1))
    assert around(scene, on=dt.date(2026, 12, 1), clauses={two.pk}).coming == (draft,)
