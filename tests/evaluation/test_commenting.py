"""Comments on clauses: who reads them, what stays of them, what the database refuses."""

import copy

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from evaluation import amending, commenting, drafting
from evaluation.models import Clause, Comment
from tests.factories import decide, make_baseline, make_draft, make_period, make_user, submit

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(module_rows):
    period = make_period()
    _, (_, item, *_) = make_baseline(period)
    return make_draft(period), item, make_user(period.agency, "editor")


@pytest.fixture
def scene(made):
    return copy.deepcopy(made)


def words_for(draft, user):
    return [thread.text for thread in commenting.threads(draft, user)]


def test_a_comment_keeps_what_it_was_said_of(scene):
    draft, item, editor = scene
    amending.reword(draft, item, "改めた見出し", by=None)
    thread = commenting.comment(draft, item, "言いすぎでは。", by=editor)
    amending.reword(draft, item, "また改めた見出し", by=None)
    thread.refresh_from_db()
    assert (thread.clause, thread.place, thread.about) == (item, "1. 改めた見出し", "改めた見出し")
    assert (thread.author, thread.is_resolved) == (editor, False)


def test_answers_resolving_and_reopening_are_kept_with_who_and_when(scene):
    draft, item, editor = scene
    other = make_user(draft.period.agency, "approver")
    thread = commenting.comment(draft, item, "言いすぎでは。", by=other)
    commenting.answer(thread, "直しました。", by=editor)
    commenting.resolve(thread, by=other)
    thread.refresh_from_db()
    assert (thread.resolved_by, thread.is_resolved) == (other, True)
    commenting.reopen(thread, by=editor)
    thread.refresh_from_db()
    assert (thread.resolved_by, thread.resolved_at) == (None, None)
    told = [(row.history_user, row.history_change_reason) for row in Comment.history.all()[::-1]]
    assert told == [
        (other, "コメント"),
        (editor, "コメントへの返信"),
        (other, "解決"),
        (editor, "再開"),
    ]


def test_who_comments_is_no_drafter(scene):
    draft, item, _ = scene
    commenting.comment(draft, item, "甲", by=make_user())
    assert not draft.contributions.exists()


@pytest.mark.parametrize("text", ["", "甲\u202e"])
def test_words_that_cannot_be_kept_are_refused(scene, text):
    draft, item, editor = scene
    with pytest.raises(ValidationError):
        commenting.comment(draft, item, text, by=editor)


def test_twice_resolved_or_reopened_is_refused(scene):
    draft, item, editor = scene
    thread = commenting.comment(draft, item, "甲", by=editor)
    with pytest.raises(ValidationError, match="解決していません"):
        commenting.reopen(thread, by=editor)
    commenting.resolve(thread, by=editor)
    with pytest.raises(ValidationError, match="すでに解決しています"):
        commenting.resolve(thread, by=editor)


def test_a_clause_of_another_text_is_refused(scene):
    draft, _, editor = scene
    _, (_, elsewhere, *_) = make_baseline(make_period())
    with pytest.raises(ValidationError, match="この変更案の本文にありません"):
        commenting.comment(draft, elsewhere, "甲", by=editor)


def test_the_agency_reads_what_was_said_since_the_sharing(scene):
    draft, item, editor = scene
    agency = make_user(draft.period.agency, "agency")
    commenting.comment(draft, item, "省内の話", by=editor)
    assert (words_for(draft, agency), commenting.reads_comments(draft, agency)) == ([], False)
    drafting.share(draft, by=editor)
    commenting.comment(draft, item, "法人への話", by=editor)
    assert (words_for(draft, agency), commenting.reads_comments(draft, agency)) == (
        ["法人への話"],
        True,
    )
    for role, found in (("approver", 2), ("auditor", 2), ("assessor", 0), ("maintainer", 0)):
        user = make_user(draft.period.agency, role)
        assert (role, len(words_for(draft, user))) == (role, found)
        assert commenting.reads_comments(draft, user) == bool(found)


def test_comments_are_counted_by_clause_while_they_are_open(scene):
    draft, item, editor = scene
    for text in ("甲", "乙"):
        thread = commenting.comment(draft, item, text, by=editor)
    commenting.resolve(thread, by=editor)
    assert commenting.open_by_clause(commenting.threads(draft, editor)) == {item.public_id: 1}


def test_a_comment_outlives_its_clause(scene):
    draft, item, editor = scene
    new = amending.insert(draft, "body", parent=item, text="加える段落。", by=None)
    thread = commenting.comment(draft, new, "要りますか。", by=editor)
    amending.undo(draft, new, by=editor)
    assert not Clause.objects.filter(pk=new.pk).exists()
    thread.refresh_from_db()
    assert (thread.clause, thread.place) == (None, "1. 項目1の推進の本文「加える段落。」")


def test_comments_go_with_their_draft_and_stay_in_the_history(scene):
    draft, item, editor = scene
    thread = commenting.comment(draft, item, "甲", by=editor)
    commenting.answer(thread, "乙", by=editor)
    drafting.delete(draft, by=editor)
    assert not Comment.objects.exists()
    assert Comment.history.filter(history_type="-").count() == 2


def test_what_is_decided_is_commented_no_more(scene):
    draft, item, editor = scene
    amending.reword(draft, item, "甲", by=None)
    thread = commenting.comment(draft, item, "甲", by=editor)
    decide(draft)
    for act in (
        lambda: commenting.comment(draft, item, "乙", by=editor),
        lambda: commenting.answer(thread, "乙", by=editor),
        lambda: commenting.resolve(thread, by=editor),
    ):
        with pytest.raises(ValidationError, match="は決定のため、この操作はできません"):
            act()


def test_while_it_waits_for_approval_it_is_commented(scene):
    draft, item, editor = scene
    submit(draft, by=editor)
    commenting.comment(draft, item, "甲", by=make_user(draft.period.agency, "approver"))
    assert draft.comments.count() == 1


# --- The database ---------------------------------------------------------------------------------
def refused(statement, message):
    with (
        pytest.raises(IntegrityError, match=message),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ("text = 'x'", "コメントの言葉と、付いている条項は"),
        ("place = 'x'", "コメントの言葉と、付いている条項は"),
        ("about = 'x'", "コメントの言葉と、付いている条項は"),
        ("author_id = author_id + 1", "コメントの言葉と、付いている条項は"),
        ("clause_id = {other}", "コメントの言葉と、付いている条項は"),
        ("answers_to_id = id", "コメントの言葉と、付いている条項は|答えられるのは"),
    ],
)
def test_words_are_never_changed(scene, values, message):
    draft, item, editor = scene
    thread = commenting.comment(draft, item, "甲", by=editor)
    other = draft.period.clauses.exclude(pk=item.pk).first().pk
    refused(
        f"UPDATE evaluation_comment SET {values.format(other=other)} WHERE id = {thread.pk}",
        message,
    )


def test_an_answer_answers_a_comment_of_its_own_draft_and_no_answer(scene):
    draft, item, editor = scene
    thread = commenting.comment(draft, item, "甲", by=editor)
    answer = commenting.answer(thread, "乙", by=editor)
    with pytest.raises(IntegrityError, match="答えられるのは"), transaction.atomic():
        commenting.answer(answer, "丙", by=editor)
    with pytest.raises(IntegrityError, match="答えられるのは"), transaction.atomic():
        Comment(
            amendment=make_draft(draft.period),
            answers_to=thread,
            text="丁",
            author=editor,
            written_at=thread.written_at,
        ).save()


def test_a_comment_stays_in_its_period(scene):
    draft, item, editor = scene
    _, (_, elsewhere, *_) = make_baseline(make_period())
    thread = commenting.comment(draft, item, "甲", by=editor)
    thread.pk, thread.clause = None, elsewhere
    with (
        pytest.raises(IntegrityError, match="同じ期間のものでなければなりません"),
        transaction.atomic(),
    ):
        thread.save()


def test_comments_of_a_decided_amendment_are_frozen(scene):
    draft, item, editor = scene
    amending.reword(draft, item, "甲", by=None)
    thread = commenting.comment(draft, item, "甲", by=editor)
    decide(draft)
    frozen = "決定した変更は、その文言・理由・資料を含めて変更できません"
    refused(f"UPDATE evaluation_comment SET resolved_at = NULL WHERE id = {thread.pk}", frozen)
    refused(f"DELETE FROM evaluation_comment WHERE id = {thread.pk}", frozen)
