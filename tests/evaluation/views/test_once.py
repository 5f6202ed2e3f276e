"""A form that is sent twice is written once, and answers as it did the first time."""

import datetime as dt
import re

import pytest
from django.contrib.messages import get_messages
from django.db import IntegrityError, transaction
from django.utils import timezone

from evaluation import amending
from evaluation.models import AmendmentReason, Clause, Submission, Wording
from tests.evaluation.views.drafts import address, clause_address, make_scene, seen, words
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both]
TOKEN = re.compile('name="form_token" value="([^"]+)"')


@pytest.fixture
def scene(client):
    draft, (_, one, *_) = make_scene(client)
    return draft, one


def reword(client, draft, clause, text, token="t", **data):
    fields = {"seen": seen(draft, clause), "text": text, "form_token": token} | data
    return client.post(clause_address(draft, clause, "reword"), fields)


def test_every_rendered_form_has_a_token_of_its_own(client, scene):
    draft, one = scene
    pages = (clause_address(draft, one), address(draft, "reasons"), address(draft, "facts"))
    found = [TOKEN.findall(client.get(page).content.decode()) for page in pages + pages]
    tokens = [token for of_page in found for token in of_page]
    assert [len(of_page) for of_page in found] == [
        2,
        1,
        1,
    ] * 2  # a clause is also moved up and down
    assert len(set(tokens)) == 8


def test_a_form_sent_again_answers_like_the_first_and_writes_nothing(client, scene):
    draft, one = scene
    was = seen(draft, one)
    first = reword(client, draft, one, "改めた見出し", seen=was)
    again = reword(client, draft, one, "改めた見出し", seen=was)
    assert (first.status_code, again.status_code) == (302, 302)
    assert again["Location"] == first["Location"]
    assert Wording.history.filter(amendment=draft).count() == 1
    page = words(client.get(again["Location"]))
    assert "同じ内容がもう一度送られました。保存は、一度だけ行いました。" in page


def test_what_has_no_fingerprint_is_not_added_twice_either(client, scene):
    draft, one = scene
    fields = {
        "group": "new",
        "new_group": "区分",
        "title": "事項",
        "text": "説明",
        "kind": "law",
        "form_token": "t",
    }
    for _ in range(2):
        assert client.post(address(draft, "reasons"), fields).status_code == 302
    assert AmendmentReason.objects.count() == 1
    place = {"kind": "body", "parent": one.public_id}
    body = Clause.objects.get(kind="body", wordings__parent=one)
    fields = {
        "place": f"{one.public_id}:{body.public_id}",
        "text": "新しい段落。",
        "form_token": "t",
    }
    where = address(draft, "clauses", "new") + f"?kind=body&parent={place['parent']}"
    answers = [client.post(where, fields) for _ in range(2)]
    assert draft.introduced.count() == 1
    assert answers[0]["Location"] == answers[1]["Location"]


def test_other_words_from_the_same_page_are_another_saving(client, scene):
    """Somebody went back in the browser and typed on: nothing typed is lost."""
    draft, one = scene
    was = seen(draft, one)
    reword(client, draft, one, "一つ目", seen=was)
    answer = reword(client, draft, one, "二つ目", seen=was)
    assert answer.status_code == 409
    assert "二つ目" in words(answer)


def test_what_was_refused_may_be_sent_again(client, scene):
    draft, one = scene
    assert reword(client, draft, one, " ").status_code == 200
    assert not Submission.objects.exists()
    assert reword(client, draft, one, "甲").status_code == 302
    assert Submission.objects.count() == 1


@pytest.mark.parametrize(
    ("where", "fields"),
    [
        ("numbers", {"seen": "x", "parent": "", "kind": "item"}),
        ("references", {"seen": "x"}),
        ("conflicts/accept", {"seen": "x:y", "clause": ""}),
        ("edit/take-back", {"after": "0", "last": "0", "after_origin": "0", "last_origin": "0"}),
    ],
)
def test_what_was_refused_on_the_way_to_another_page_is_refused_again(client, scene, where, fields):
    draft, _ = scene
    for _ in range(2):
        answer = client.post(address(draft, *where.split("/")), fields | {"form_token": "t"})
        assert answer.status_code == 302
        (told,) = get_messages(answer.wsgi_request)
        assert told.level_tag in {"warning", "error"}
        client.get(answer["Location"])
    assert not Submission.objects.exists()


def test_another_person_and_another_page_have_answers_of_their_own(client, scene):
    draft, _ = scene
    fields = {
        "group": "new",
        "new_group": "区分",
        "title": "事項",
        "text": "説明",
        "kind": "law",
        "form_token": "t",
    }
    client.post(address(draft, "reasons"), fields)
    client.force_login(make_user(draft.period.agency, "editor"))
    client.post(address(draft, "reasons"), fields)
    assert AmendmentReason.objects.count() == 2


def test_a_form_without_a_token_is_answered_as_ever(client, scene):
    draft, _ = scene
    fields = {"group": "new", "new_group": "区分", "title": "事項", "text": "説明", "kind": "law"}
    for _ in range(2):
        client.post(address(draft, "reasons"), fields)
    assert AmendmentReason.objects.count() == 2
    assert not Submission.objects.exists()


def test_rows_are_forgotten_after_a_day(client, scene):
    draft, one = scene
    user = make_user()
    old = timezone.now() - dt.timedelta(hours=25)
    Submission.objects.create(user=user, digest="0" * 64, at=old)
    reword(client, draft, one, "甲")
    assert [row.digest == "0" * 64 for row in Submission.objects.all()] == [False]


def test_the_database_holds_it():
    user = make_user()
    fields = {"user": user, "digest": "0" * 64, "at": timezone.now()}
    Submission.objects.create(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.create(**fields)


def test_a_failed_save_leaves_nothing_behind(client, scene, monkeypatch):
    draft, one = scene

    def fail(*args, **kwargs):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(amending.rows.history, "save", fail)
    with pytest.raises(RuntimeError, match="the disk is full"):
        reword(client, draft, one, "甲")
    assert (Submission.objects.count(), draft.wordings.count()) == (0, 0)
    monkeypatch.undo()
    assert reword(client, draft, one, "甲").status_code == 302
