"""The course of an item and of what hangs on it, to each reader as far as he may know it."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser

from evaluation import amending, procedure
from evaluation.chronicle import chronicle
from evaluation.models import Amendment, AmendmentReason, ReasonGroup
from jst_objectives import history
from tests.factories import decide, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    period = make_period()
    baseline, clauses = make_baseline(period)
    return period, baseline, clauses


def told(scene, clause, reader=None):
    reader = reader or make_user(scene[0].agency, "auditor")
    events = chronicle(clause, scene[0].agency, reader)
    return [
        (event.amendment.slug, [("・".join(c.kind_names), c.name) for c in event.changes])
        for event in events
    ]


def test_each_kind_of_change(scene):
    period, baseline, (chapter, one, two, three) = scene
    first = make_draft(period)
    axis = amending.insert(first, "evaluation_axis", parent=one, text="軸", by=None)
    amending.reword(first, one, "改めた項目", by=None)
    amending.relabel(first, one, "9", by=None)
    amending.move(first, one, parent=chapter, after=three, by=None)
    decide(first, dt.date(2024, 4, 1))
    second = make_draft(period)
    amending.repeal(second, axis, by=None)
    decide(second, dt.date(2025, 4, 1))
    correction = make_draft(period, kind=Amendment.Kind.CORRECTION)
    amending.correct(correction, first.wordings.get(clause=one), text="正した項目", by=None)
    decide(correction, dt.date(2025, 6, 1))
    draft = make_draft(period)
    amending.reword(draft, one, "直している項目", by=None)
    assert told(scene, one) == [
        (draft.slug, [("改正", "項目「直している項目」")]),
        (correction.slug, [("正誤・改正", "項目「正した項目」")]),
        (second.slug, [("削る", "評価軸「軸」")]),
        (
            first.slug,
            [("改正・番号変更・移動", "項目「改めた項目」"), ("新設", "評価軸「軸」")],
        ),
        (
            baseline.slug,
            [("新設", "項目「項目1の推進」"), ("新設", "本文「項目1を推進する。」")],
        ),
    ]
    assert told(scene, two) == [
        (baseline.slug, [("新設", n) for n in ("項目「項目2の推進」", "本文「項目2を推進する。」")])
    ]


def test_drafts_are_for_who_may_see_them(scene):
    period, baseline, (_, one, *_) = scene
    procedure.publish(
        baseline, by=make_user(period.agency, "approver"), published_on=dt.date(2022, 4, 1)
    )
    draft = make_draft(period)
    amending.reword(draft, one, "直している項目", by=None)
    for role, slugs in (
        ("editor", [draft.slug, baseline.slug]),
        ("assessor", [baseline.slug]),
        ("agency", [baseline.slug]),
    ):
        reader = make_user(period.agency, role)
        assert [slug for slug, _ in told(scene, one, reader)] == slugs
    assert [slug for slug, _ in told(scene, one, AnonymousUser())] == [baseline.slug]


def test_who_and_why(scene):
    period, _, (_, one, *_) = scene
    editor = make_user(period.agency, "editor", username="hanako")
    draft = make_draft(period, by=editor)
    group = ReasonGroup(amendment=draft, position=1, title="区分")
    history.save(group, by=editor, reason="試験")
    reason = AmendmentReason(group=group, position=1, title="補正予算", text="説明", kind="law")
    history.save(reason, by=editor, reason="試験")
    amending.reword(draft, one, "改めた項目", by=editor, reason=reason)
    decide(draft, dt.date(2024, 4, 1))
    auditor = make_user(period.agency, "auditor")
    event = chronicle(one, period.agency, auditor)[0]
    assert event.drafters == (history.actor_name(editor),)
    assert event.decider
    assert event.reasons == [reason]
    for reader in (make_user(period.agency, "assessor"), make_user(period.agency, "agency")):
        event = chronicle(one, period.agency, reader)[0]
        assert (event.drafters, event.decider, event.reasons) == ((), "", [reason])
