"""The pages of comments: the list, one clause, one comment with its answers."""

import pytest
from django.test import Client

from evaluation import amending, commenting, drafting, procedure, restricting
from evaluation.models import Comment
from tests.evaluation.views.drafts import address, clause_address, errors, make_scene, words
from tests.factories import decide, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(client):
    draft, (_, one, two, _) = make_scene(client)
    amending.reword(draft, one, "改めた見出し", by=None)
    return draft, one, two


def client_of(draft, role):
    client = Client()
    client.user = make_user(draft.period.agency, role)
    client.force_login(client.user)
    return client


def test_a_clause_is_commented_on_and_the_page_of_editing_shows_it(client, scene):
    draft, one, _ = scene
    where = clause_address(draft, one, "comment")
    assert "この条項へのコメントはありません。" in words(client.get(where))
    response = client.post(where, {"text": "　言いすぎでは。\r\n直したい。"})
    assert response["Location"] == where
    assert Comment.objects.get().text == "　言いすぎでは。\n直したい。"
    for page in (where, clause_address(draft, one), address(draft, "comments")):
        assert "言いすぎでは。" in words(client.get(page))
    tree = words(client.get(address(draft, "edit")))
    assert "未解決のコメント1 編集 ：1. 改めた見出し" in tree
    assert "コメント（未解決1件） 新旧対照表" in tree


def test_a_comment_is_answered_resolved_and_opened_again(client, scene):
    draft, one, _ = scene
    thread = commenting.comment(draft, one, "言いすぎでは。", by=make_user())
    where = address(draft, "comments", thread.pk)
    page = words(client.get(where))
    assert "コメントしたときの文言 改めた見出し" in page
    response = client.post(where, {"text": "直しました。"}, follow=True)
    assert "言いすぎでは。 試験 太郎" in words(response)
    assert "直しました。" in words(response)
    assert response.redirect_chain == [(commenting.address(thread), 302)]
    response = client.post(where, {"act": "resolve"}, follow=True)
    assert "に試験 太郎が解決済みにしました。" in words(response)
    assert "未解決（0） 解決済み（1） すべて（1）" in words(response)
    response = client.post(where, {"act": "resolve"}, follow=True)
    assert "このコメントは、すでに解決しています。" in words(response)
    client.post(where, {"act": "reopen"})
    thread.refresh_from_db()
    assert (thread.is_resolved, thread.answers.count()) == (False, 1)


def test_the_list_is_filtered_and_stands_in_the_order_of_the_text(client, scene):
    draft, one, two = scene
    later = commenting.comment(draft, two, "二つ目の項目", by=make_user())
    first = commenting.comment(draft, one, "一つ目の項目", by=make_user())
    done = commenting.comment(draft, one, "済んだ話", by=make_user())
    commenting.resolve(done, by=make_user())
    shown = {
        state: [
            thread.pk
            for thread in client.get(address(draft, "comments") + state).context["threads"]
        ]
        for state in ("", "?state=resolved", "?state=all")
    }
    assert shown == {
        "": [first.pk, later.pk],
        "?state=resolved": [done.pk],
        "?state=all": [first.pk, done.pk, later.pk],
    }
    assert client.get(address(draft, "comments") + "?state=x").status_code == 404


def test_what_is_empty_is_asked_for(client, scene):
    draft, one, _ = scene
    response = client.post(clause_address(draft, one, "comment"), {"text": " "})
    assert errors(response) == ["コメントを入力してください。"]
    thread = commenting.comment(draft, one, "甲", by=make_user())
    response = client.post(address(draft, "comments", thread.pk), {"text": ""})
    assert errors(response) == ["返信を入力してください。"]
    assert Comment.objects.count() == 1


def test_what_was_typed_survives_the_end_of_the_session(client, scene):
    draft, one, _ = scene
    editor = make_user(draft.period.agency, "editor")
    thread = commenting.comment(draft, one, "甲", by=editor)
    for where in (clause_address(draft, one, "comment"), address(draft, "comments", thread.pk)):
        client.force_login(editor)
        client.get(where)
        session = client.session
        session["seen_at"] = 0
        session.save()
        assert client.post(where, {"text": "丹念に書いた言葉"}).status_code == 302
        client.force_login(editor)
        assert client.get(where).context["form"]["text"].value() == "丹念に書いた言葉"


def test_the_agency_comments_on_what_is_shared_with_it(client, scene):
    draft, one, _ = scene
    before = commenting.comment(draft, one, "省内の話", by=make_user())
    agency = client_of(draft, "agency")
    where = clause_address(draft, one, "comment")
    assert agency.get(where).status_code == 404
    drafting.share(draft, by=make_user())
    assert agency.post(where, {"text": "法人の意見"}).status_code == 302
    page = words(agency.get(address(draft, "comments")))
    assert "法人の意見" in page
    assert "省内の話" not in page
    assert agency.get(address(draft, "comments", before.pk)).status_code == 404
    assert "法人の意見" in words(client.get(clause_address(draft, one)))


def test_auditors_read_and_write_nothing(client, scene):
    draft, one, _ = scene
    thread = commenting.comment(draft, one, "甲", by=make_user())
    auditor = client_of(draft, "auditor")
    for where in (clause_address(draft, one, "comment"), address(draft, "comments", thread.pk)):
        assert "コメントする" not in auditor.get(where).content.decode().partition("<h1>")[2]
        response = auditor.post(where, {"text": "乙", "act": ""})
        assert response.status_code == 403
        assert "コメントは、" in words(response)
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("role", ["assessor", "maintainer"])
def test_others_learn_nothing_even_of_what_is_decided(scene, role):
    draft, one, _ = scene
    thread = commenting.comment(draft, one, "甲", by=make_user())
    decide(draft)
    reader = client_of(draft, role)
    pages = [
        address(draft, "comments"),
        address(draft, "comments", thread.pk),
        clause_address(draft, one, "comment"),
    ]
    assert [reader.get(page).status_code for page in pages] == [404] * 3


def test_once_decided_comments_are_read_only(client, scene):
    draft, one, _ = scene
    thread = commenting.comment(draft, one, "甲", by=make_user())
    decide(draft)
    page = client.get(address(draft, "comments", thread.pk))
    assert "返信する</button>" not in page.content.decode()
    assert client.post(address(draft, "comments", thread.pk), {"act": "resolve"}).status_code == 403


def test_what_the_verb_refuses_is_told(client, scene):
    draft, one, _ = scene
    response = client.post(clause_address(draft, one, "comment"), {"text": "甲" * 20_001})
    assert errors(response)[0].startswith("コメントは20,000文字までです")


def test_where_a_clause_has_vanished_its_comments_say_so(client, scene):
    draft, one, _ = scene
    new = amending.insert(draft, "body", parent=one, text="加える段落。", by=None)
    commenting.comment(draft, new, "要りますか。", by=make_user())
    amending.undo(draft, new, by=None)
    page = words(client.get(address(draft, "comments")))
    assert "「加える段落。」 条項はなくなりました" in page


def test_approvers_comment_on_what_they_are_asked_to_approve(scene):
    draft, one, _ = scene
    procedure.submit(draft, by=make_user())
    approver = client_of(draft, "approver")
    assert approver.post(clause_address(draft, one, "comment"), {"text": "甲"}).status_code == 302


def test_of_a_restricted_draft_only_those_named_read_comments(client, scene):
    draft, one, _ = scene
    editor = make_user(draft.period.agency, "editor")
    thread = commenting.comment(draft, one, "市場に関わる言葉", by=editor)
    restricting.restrict(draft, by=editor, why="市場")
    auditor = client_of(draft, "auditor")
    for where in (address(draft, "comments"), address(draft, "comments", thread.pk)):
        assert [reader.get(where).status_code for reader in (client, auditor)] == [404, 404]
    told = words(auditor.get("/history/?kind=comment"))
    assert "コメント" in told
    assert "市場に関わる言葉" not in told
