"""What waits for whom, in which order, and with how many queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluation import commenting, drafting, procedure
from evaluation.models import Amendment
from evaluation.waiting import waiting_for
from jst_objectives import history
from programs.models import Role
from tests.factories import DAY, decide, make_baseline, make_draft, make_period, make_user, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def period():
    return make_period()


def waits(user):
    return [(task.what.name, task.amendment) for task in waiting_for(user)]


def submitted(period, by):
    draft = make_draft(period, by=by)
    submit(draft, by=by)
    return draft


def approved(period, by):
    draft = submitted(period, by)
    procedure.approve(draft, by=make_user())
    return draft


def test_an_editor_repairs_finishes_and_takes_over(period):
    editor, other = (make_user(period.agency, "editor") for _ in range(2))
    mine = make_draft(period, by=editor, holder=editor)
    make_draft(period, by=other, holder=other)
    free = make_draft(period, by=other)
    back = make_draft(period, by=editor, holder=editor)
    submit(back, by=editor)
    assert waits(editor) == [("FINISH", mine), ("TAKE", free)]
    procedure.send_back(back, by=make_user(), reason="2.5の評価軸を直してください。")
    assert waits(editor) == [("REPAIR", back), ("FINISH", mine), ("TAKE", free)]
    task = waiting_for(editor)[0]
    place = f"/{period.agency.code}/5/amendments/{back.slug}/"
    assert (task.words, task.link) == ("2.5の評価軸を直してください。", place)
    assert task.since == back.history.first().history_date


@pytest.mark.parametrize("gone", ["inactive", "without the role", "of another agency"])
def test_who_can_no_longer_edit_holds_nothing(period, gone):
    holder, other = (make_user(period.agency, "editor") for _ in range(2))
    draft = make_draft(period, by=holder, holder=holder)
    assert waits(other) == []
    if gone == "inactive":
        holder.is_active = False
        history.save(holder, by=None, reason="退職")
    else:
        history.delete(holder.roles.get(), by=None, reason="異動")
    if gone == "of another agency":
        role = Role(user=holder, agency=make_period().agency, role="editor")
        history.save(role, by=None, reason="異動")
    assert waits(other) == [("TAKE", draft)]


@pytest.mark.parametrize(
    ("state", "what"), [("draft", ["FINISH"]), ("submitted", ["APPROVE"]), ("approved", ["DECIDE"])]
)
def test_an_amendment_without_history_waits_too(period, state, what):
    both = make_user(period.agency, "editor", "approver")
    Amendment.objects.bulk_create(
        [Amendment(period=period, slug="sql", title="件名", state=state, holder=both)]
    )
    assert [name for name, _ in waits(both)] == what


def test_what_was_sent_back_and_submitted_again_waits_for_the_approver(period):
    editor, approver = make_user(period.agency, "editor"), make_user(period.agency, "approver")
    draft = make_draft(period, by=editor, holder=editor)
    submit(draft, by=editor)
    procedure.send_back(draft, by=approver, reason="直す")
    drafting.hand_over(draft, by=editor, to=editor)
    assert waits(editor) == [("REPAIR", draft)]
    submit(draft, by=editor)
    assert waits(editor) == []
    assert waits(approver) == [("APPROVE", draft)]


def test_an_approver_approves_decides_and_publishes_what_others_drafted(period):
    editor, approver = make_user(period.agency, "editor"), make_user(period.agency, "approver")
    baseline, _ = make_baseline(period)
    first = submitted(period, editor)
    submitted(period, approver)
    second = approved(period, editor)
    make_draft(period, by=editor)
    assert waits(approver) == [("APPROVE", first), ("DECIDE", second), ("PUBLISH", baseline)]
    procedure.publish(baseline, by=approver, published_on=DAY)
    assert waits(approver) == [("APPROVE", first), ("DECIDE", second)]


def test_the_agency_reads_what_is_shared_and_the_auditor_what_was_decided(period):
    agency, auditor = make_user(period.agency, "agency"), make_user(period.agency, "auditor")
    editor = make_user(period.agency, "editor")
    shared = make_draft(period, by=editor)
    make_draft(period, by=editor)
    drafting.share(shared, by=editor)
    decided = decide(make_draft(period, by=editor))
    assert waits(agency) == [("READ", shared)]
    assert waits(auditor) == [("AUDIT", decided)]


def test_nothing_waits_for_other_roles_and_other_agencies(period):
    make_draft(period, by=make_user())
    decide(make_draft(period))
    assert waits(make_user(period.agency, "assessor", "maintainer")) == []
    assert waits(make_user(make_period().agency, "editor", "approver", "auditor")) == []
    assert waits(make_user()) == []


def test_who_has_two_roles_has_both_kinds_of_work(period):
    both = make_user(period.agency, "editor", "approver")
    others = submitted(period, make_user())
    mine = make_draft(period, by=both, holder=both)
    assert waits(both) == [("APPROVE", others), ("FINISH", mine), ("TAKE", others)]


def test_the_queries_do_not_grow(period):
    approver = make_user(period.agency, "approver", "editor")
    counts = []
    for number in (1, 10):
        for _ in range(number):
            submitted(period, make_user())
        with CaptureQueriesContext(connection) as queries:
            waiting_for(approver)
        counts.append(len(queries))
    assert counts == [5, 5]


def test_comments_wait_for_the_holder_and_answers_for_who_asked(period):
    editor, approver = make_user(period.agency, "editor"), make_user(period.agency, "approver")
    _, (_, item, *_) = make_baseline(period)
    draft = make_draft(period, by=editor, holder=editor)
    assert waits(editor) == [("FINISH", draft)]
    threads = [commenting.comment(draft, item, text, by=approver) for text in ("甲", "乙")]
    commenting.comment(draft, item, "独り言", by=editor)
    assert waits(editor) == [("FINISH", draft), ("ANSWER", draft)]
    task = waiting_for(editor)[1]
    place = f"/{period.agency.code}/5/amendments/{draft.slug}/comments/"
    assert (task.words, task.link, task.since) == ("2件", place, threads[0].written_at)
    answers = [commenting.answer(thread, "直しました。", by=editor) for thread in threads]
    assert waits(editor) == [("FINISH", draft)]
    (task,) = [task for task in waiting_for(approver) if task.what.name == "READ_ANSWERS"]
    assert (task.words, task.link, task.since) == ("2件", place, answers[0].written_at)
    for thread in threads:
        commenting.resolve(thread, by=approver)
    assert "READ_ANSWERS" not in [name for name, _ in waits(approver)]
