"""Who is told by e-mail of what, and that a mail neither betrays a draft nor stops an act."""

from contextlib import suppress

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import transaction

from evaluation import amending, commenting, drafting, procedure, restricting
from evaluation.models import Amendment
from jst_objectives import history
from tests.factories import make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db


def person(period, *roles, **fields):
    user = make_user(period.agency, *roles)
    user.email = f"{user.username}@example.go.jp"
    for name, value in fields.items():
        setattr(user, name, value)
    history.save(user, by=None, reason="試験")
    return user


@pytest.fixture
def scene():
    """A draft of an editor who holds it, with an approver and somebody of the agency."""
    period = make_period()
    _, (_, item, *_) = make_baseline(period)
    editor = person(period, "editor")
    draft = make_draft(period, by=editor, holder=editor, memo_title="秘密の表題")
    amending.reword(draft, item, "秘密の見出し", by=editor)
    return draft, item, editor, person(period, "approver"), person(period, "agency")


@pytest.fixture
def told(django_capture_on_commit_callbacks):
    """Do something, and return who got a mail with which subject."""

    def told(act, *args, **kwargs):
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            act(*args, **kwargs)
        return sorted((sent.to[0], sent.subject.partition("］")[2]) for sent in mail.outbox)

    return told


def test_each_act_tells_those_who_go_on(scene, told):
    draft, item, editor, approver, agency = scene
    other = person(draft.period, "editor")
    expected = [(approver.email, "変更案が提出され、承認を待っています")]
    assert told(procedure.submit, draft, by=editor) == expected
    expected = [(editor.email, "変更案が差し戻され、手直しを待っています")]
    assert told(procedure.send_back, draft, by=approver, reason="秘密の理由") == expected
    expected = [(other.email, "あなたが変更案の担当者になりました")]
    assert told(drafting.hand_over, draft, by=editor, to=other) == expected
    expected = [(agency.email, "変更案が法人と共有されました")]
    assert told(drafting.share, draft, by=editor) == expected
    expected = [(other.email, "担当している変更案にコメントが付きました")]
    assert told(commenting.comment, draft, item, "秘密のコメント", by=agency) == expected
    thread = draft.comments.get()
    expected = [(agency.email, "コメントに返信がありました")]
    assert told(commenting.answer, thread, "秘密の答え", by=other) == expected
    expected = sorted((p.email, "コメントに返信がありました") for p in (agency, other))
    assert told(commenting.answer, thread, "もう一つ", by=approver) == expected


def test_without_a_holder_all_editors_are_told_what_comes_back(scene, told):
    draft, _, editor, approver, _ = scene
    other = person(draft.period, "editor")
    draft.holder = None
    history.save(draft, by=None, reason="試験")
    procedure.submit(draft, by=editor)
    found = told(procedure.send_back, draft, by=approver, reason="直す")
    assert [to for to, _ in found] == sorted([editor.email, other.email])


def test_a_mail_says_what_happened_and_where_and_nothing_of_the_draft(scene, told, settings):
    draft, item, editor, _, agency = scene
    settings.PORTAL_ADDRESS = "https://portal.example"
    drafting.share(draft, by=editor)
    told(commenting.comment, draft, item, "秘密のコメント", by=agency)
    (sent,) = mail.outbox
    thread = draft.comments.get()
    place = f"/{draft.period.agency.code}/5/amendments/{draft.slug}/comments/"
    assert sent.subject == "［中長期目標ポータル］担当している変更案にコメントが付きました"
    assert sent.body == (
        f"試験 太郎 様\n\n{draft.period}\n担当している変更案にコメントが付きました。\n（試験 太郎）\n\n"
        "内容は、サインインして確かめてください。\n"
        f"https://portal.example{place}?state=all#comment-{thread.pk}\n\n"
        "このメールには、変更案の内容を載せていません。\n"
        "メールでのお知らせは、利用者ページで止められます。\nhttps://portal.example/account/\n"
    )
    assert [word for word in ("秘密", draft.title) if word in sent.subject + sent.body] == []


@pytest.mark.parametrize(
    "fields",
    [{"wants_mail": False}, {"email": ""}, {"is_active": False}],
    ids=lambda f: next(iter(f)),
)
def test_who_does_not_want_mails_or_cannot_get_them_gets_none(scene, told, fields):
    draft, _, editor, approver, _ = scene
    for name, value in fields.items():
        setattr(approver, name, value)
    history.save(approver, by=None, reason="試験")
    assert told(procedure.submit, draft, by=editor) == []


def test_of_a_restricted_draft_only_those_named_are_told(scene, told):
    draft, _, editor, approver, _ = scene
    named = person(draft.period, "approver")
    restricting.restrict(draft, by=editor, why="市場", readers=[named])
    assert approver.is_active
    expected = [(named.email, "変更案が提出され、承認を待っています")]
    assert told(procedure.submit, draft, by=editor) == expected


def test_nobody_is_told_of_what_was_not_stored(scene, told):
    draft, _, editor, _, _ = scene

    def fail():
        with suppress(ValidationError), transaction.atomic():
            procedure.submit(draft, by=editor)
            procedure.submit(draft, by=editor)

    assert told(fail) == []


class Broken:
    """A mail server that is down."""

    def send_messages(self, messages):
        raise ConnectionRefusedError("no mail today")


def test_a_mail_that_fails_fails_no_act(scene, told, monkeypatch, caplog):
    draft, _, editor, _, _ = scene
    monkeypatch.setattr("evaluation.telling.get_connection", Broken)
    assert told(procedure.submit, draft, by=editor) == []
    draft.refresh_from_db()
    assert draft.state == Amendment.State.SUBMITTED
    assert "no mail today" in caplog.text
