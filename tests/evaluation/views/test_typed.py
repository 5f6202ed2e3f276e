"""What is kept of a form that came after the end of its session, and for whom."""

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.db.models import F
from django.test import Client

from evaluation import amending
from evaluation.comparison.correcting import fingerprint
from evaluation.forms import pasting
from evaluation.views import typed
from tests.evaluation.test_hand import NEW, OLD
from tests.evaluation.views.drafts import address, clause_address
from tests.factories import make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "kawazu-tobikomu-18"


@pytest.fixture
def draft():
    period = make_period()
    make_baseline(period)
    return make_draft(period)


@pytest.fixture
def page(draft):
    return address(draft, "reasons")


@pytest.fixture
def editor(draft, client):
    """An editor whose session is over without knowing it."""
    user = make_user(draft.period.agency, "editor")
    client.force_login(user)
    client.get("/account/")
    session = client.session
    session["seen_at"] = 0
    session.save()
    return user


def test_it_comes_back_once_to_who_typed_it(client, editor, page):
    assert client.post(page, {"text": "丹念に書いた文"}).status_code == 302
    client.force_login(editor)
    assert "丹念に書いた文" in client.get(page).content.decode()
    assert "丹念に書いた文" not in client.get(page).content.decode()


def test_the_page_tells_its_script_that_nothing_of_it_is_saved(client, editor, draft):
    clause = next(n for n in amending.text_of(draft).order if n.kind == "item").wording.clause
    page = clause_address(draft, clause, "reword")
    client.post(page, {"text": "丹念に書いた文"})
    client.force_login(editor)
    stored = 'data-stored="項目1の推進"'
    html = client.get(page).content.decode()
    assert (" data-guarded data-unsaved" in html, stored in html) == (True, True)
    html = client.get(page).content.decode()
    assert (" data-guarded data-unsaved" in html, stored in html) == (False, True)


def test_ticks_come_back_too(client, editor, draft):
    page = marks_page(draft, NEW)
    ticks = {"old": ["0-3"], "new": ["0-3", "3-7"], "why": "", "texts_seen": fingerprint(OLD, NEW)}
    assert client.post(page, ticks).status_code == 302
    client.force_login(editor)
    html = client.get(page).content.decode()
    assert html.count("checked>") == 2 + 5
    assert html.count("サインインし直す前に選んだ下線です。まだ保存していません。") == 1
    assert client.get(page).content.decode().count("checked>") == 3  # the engine's


def test_ticks_on_another_text_do_not(client, editor, draft):
    page = marks_page(draft, NEW)
    ticks = {"old": ["0-3"], "new": [], "why": "語の単位", "texts_seen": fingerprint(OLD, "別の文")}
    client.post(page, ticks)
    client.force_login(editor)
    response = client.get(page)
    assert [str(message) for message in response.context["messages"]][1:] == [
        "文言が変わったため、下線は選び直してください。理由は残してあります。"
    ]
    html = response.content.decode()
    assert (html.count("checked>"), 'value="語の単位"' in html) == (3, True)


def marks_page(draft, text):
    """Reword the first paragraph; return the address of its marks."""
    clause = next(n for n in amending.text_of(draft).order if n.text == OLD).wording.clause
    amending.reword(draft, clause, text, by=None)
    return clause_address(draft, clause, "marks")


def test_the_next_morning_too(client, editor, page):
    night = dt.timedelta(hours=14)
    Session.objects.update(expire_date=F("expire_date") - night)
    client.post(page, {"text": "丹念に書いた文"})
    assert client.session[typed.KEY]["person"] == str(editor.pk)


def test_a_closed_browser_has_forgotten_the_session_and_the_words_come_back(client, draft, page):
    user = make_user(draft.period.agency, "editor")
    client.force_login(user)
    client.get(page)
    del client.cookies["sessionid"]
    answer = client.post(page, {"text": "丹念に書いた文"})
    assert "入力した文言は残してあり" in client.get(answer["Location"]).content.decode()
    client.force_login(user)
    assert "丹念に書いた文" in client.get(page).content.decode()


def test_words_without_a_session_are_not_for_somebody_else(client, draft, page):
    client.force_login(make_user(draft.period.agency, "editor"))
    client.get(page)
    del client.cookies["sessionid"]
    client.post(page, {"text": "丹念に書いた文"})
    assert client.session[typed.KEY]["path"] == page
    client.force_login(make_user(draft.period.agency, "editor"))
    assert "丹念に書いた文" not in client.get(page).content.decode()
    assert typed.KEY not in client.session


def test_a_name_that_nobody_signed_leaves_nothing_behind(page):
    stranger = Client()
    stranger.cookies[typed.TYPED_BY] = str(make_user().pk)
    assert stranger.post(page, {"text": "文"}).status_code == 302
    assert Session.objects.count() == 0


def test_what_a_script_asks_meanwhile_is_not_kept(client, editor, page):
    client.post(page + "?part=rows", {"text": "丹念に書いた文"})
    assert typed.KEY not in client.session


def test_somebody_else_at_the_same_browser_does_not_get_it(client, editor, draft, page):
    colleague = make_user(draft.period.agency, "editor")
    colleague.set_password(PASSWORD)
    colleague.save(update_fields=["password"])
    client.post(page, {"text": "丹念に書いた文"})
    assert typed.KEY in client.session
    client.post("/accounts/login/", {"login": colleague.username, "password": PASSWORD})
    assert typed.KEY not in client.session
    assert "丹念に書いた文" not in client.get(page).content.decode()


def test_nor_who_came_in_without_a_form(client, editor, draft, page):
    client.post(page, {"text": "丹念に書いた文"})
    client.force_login(make_user(draft.period.agency, "editor"))
    assert "丹念に書いた文" not in client.get(page).content.decode()
    assert typed.KEY not in client.session


def test_a_stranger_leaves_nothing_behind(page):
    for where in (page, "/x/1/amendments/y/edit/", "/history/"):
        stranger = Client()
        assert stranger.post(where, {"text": "x" * 400_000}).status_code == 302
        assert "sessionid" not in stranger.cookies
    assert Session.objects.count() == 0


def test_the_longest_paste_is_kept(client, editor, draft):
    client.post(address(draft, "paste"), {"text": "𠮷" * pasting.LONGEST})
    assert client.session[typed.KEY]["path"] == address(draft, "paste")


def test_what_is_too_long_is_not_kept(client, editor, page):
    client.post(page, {"text": "x" * (typed.LONGEST + 1)})
    assert typed.KEY not in client.session
