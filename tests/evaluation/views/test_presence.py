"""Who else has a clause open: told on the page, by a sign every 20 seconds, and forgotten in a minute."""

import datetime as dt
import json

import pytest
from django.test import Client
from django.utils import timezone

from evaluation import amending, presence
from evaluation.models import Presence
from tests.evaluation.views.drafts import clause_address, make_scene, words
from tests.factories import make_user, submit

pytestmark = [pytest.mark.django_db, pytest.mark.both]
TOLD = "いま、試験 太郎さんもこの条項を開いています。"


@pytest.fixture
def scene(client):
    draft, (_, one, two, _) = make_scene(client)
    return draft, one, two


@pytest.fixture
def colleague(scene):
    colleague = Client()
    colleague.user = make_user(scene[0].period.agency, "editor")
    colleague.force_login(colleague.user)
    return colleague


def beat(client, draft, clause):
    return client.post(clause_address(draft, clause, "presence"))


def test_the_second_to_open_a_clause_is_told_of_the_first_without_a_script(
    client, scene, colleague
):
    draft, one, two = scene
    colleague.get(clause_address(draft, one))
    assert TOLD in words(client.get(clause_address(draft, one)))
    assert TOLD in words(client.get(clause_address(draft, one, "relabel")))
    assert TOLD not in words(client.get(clause_address(draft, two)))


def test_the_first_learns_of_the_second_by_its_next_sign(client, scene, colleague):
    draft, one, _ = scene
    assert beat(client, draft, one).json() == {"words": ""}
    beat(colleague, draft, one)
    assert beat(client, draft, one).json() == {"words": TOLD}


def test_who_gives_no_sign_for_a_minute_is_gone_and_forgotten_in_an_hour(client, scene, colleague):
    draft, one, _ = scene
    beat(colleague, draft, one)
    for past, told, kept in ((59, TOLD, 2), (61, "", 2), (3601, "", 1)):
        row = Presence.objects.get(user=colleague.user)
        row.at = timezone.now() - dt.timedelta(seconds=past)
        row.save()
        assert json.loads(beat(client, draft, one).content) == {"words": told}
        assert Presence.objects.count() == kept


def test_a_person_is_there_once_and_no_history_tells_of_it(client, scene):
    draft, one, _ = scene
    for _ in range(3):
        beat(client, draft, one)
        client.get(clause_address(draft, one))
    assert Presence.objects.count() == 1
    assert not hasattr(Presence, "history")


def test_two_windows_at_the_same_moment_do_not_fail(scene, colleague, monkeypatch):
    draft, one, _ = scene
    presence.arrive(draft, one, colleague.user)
    monkeypatch.setattr(Presence.objects, "filter", lambda **_: Presence.objects.none())
    presence.arrive(draft, one, colleague.user)
    assert Presence.objects.count() == 1


def test_a_sign_does_not_keep_a_session_from_ending(client, scene):
    draft, one, _ = scene
    client.get(clause_address(draft, one))
    session = client.session
    before = session["seen_at"] = session["seen_at"] - 120
    session.save()
    beat(client, draft, one)
    assert client.session["seen_at"] == before
    client.get(clause_address(draft, one))
    assert client.session["seen_at"] > before


def test_nothing_is_locked(client, scene, colleague):
    draft, one, _ = scene
    beat(colleague, draft, one)
    fields = {"seen": amending.fingerprint(amending.text_of(draft), one.pk), "text": "甲"}
    assert client.post(clause_address(draft, one, "reword"), fields).status_code == 302


def test_it_goes_with_its_clause_and_its_draft(client, scene):
    draft, one, _ = scene
    new = amending.insert(draft, "body", parent=one, text="甲", by=None)
    beat(client, draft, new)
    amending.undo(draft, new, by=None)
    assert not Presence.objects.exists()


def test_it_is_for_those_who_edit(client, scene):
    draft, one, _ = scene
    assert client.get(clause_address(draft, one, "presence"))["Location"] == clause_address(
        draft, one
    )
    assert (
        client.post(clause_address(draft, one, "presence").replace(one.public_id, "x")).status_code
        == 404
    )
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_user(draft.period.agency, "editor"))
    assert beat(strict, draft, one).status_code == 403
    submit(draft, by=make_user())
    assert beat(client, draft, one).status_code == 403
