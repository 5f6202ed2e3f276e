"""Pages of errors: why, a way on, a record of refusals; 404 and 500 also without a database."""

import json
import logging
import os
import re
import subprocess
import sys
import textwrap

import pytest
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from evaluation import restricting
from evaluation.views import errors
from programs.models import AccessRecord
from tests.databases import on_postgresql
from tests.factories import make_draft, make_period, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def draft():
    return make_draft(make_period())


def address(draft, name="amendment"):
    period = draft.period
    return reverse(name, args=[period.agency.code, period.number, draft.slug])


# --- 404 ------------------------------------------------------------------------------------------
def test_an_address_that_is_none(client):
    response = client.get("/none/none/none/none/")
    text = response.content.decode()
    assert response.status_code == 404
    assert "<h1>ページが見つかりません</h1>" in text
    assert f'href="{reverse("home")}"' in text
    assert "tried" not in text
    assert not AccessRecord.objects.exists()


def test_what_is_hidden_asks_for_the_sign_in(client, draft):
    response = client.get(address(draft) + "?on=2026-04-01")
    assert response.status_code == 302
    query = f"?next={address(draft)}%3Fon%3D2026-04-01"
    assert response["Location"] == reverse("account_login") + query


def test_to_a_stranger_it_does_not_exist_and_that_is_recorded(client, draft):
    user = make_user(make_period().agency, "editor")
    client.force_login(user)
    response = client.get(address(draft))
    assert response.status_code == 404
    reason = "この変更は、登録されていないか、見る権限がありません。"
    assert reason in response.content.decode()
    record = AccessRecord.objects.get()
    assert (record.kind, record.user, record.agency) == ("refused", user, draft.period.agency)
    assert (record.path, record.detail) == (address(draft), reason)


def test_a_refusal_that_cannot_be_recorded_is_still_a_refusal(client, draft, monkeypatch, caplog):
    def full(*args, **kwargs):
        raise DatabaseError("disk full")

    monkeypatch.setattr(errors, "record", full)
    client.force_login(make_user(make_period().agency, "editor"))
    assert client.get(address(draft)).status_code == 404
    assert "a refusal could not be recorded" in caplog.text


# --- 403 ------------------------------------------------------------------------------------------
def test_a_refusal_says_why_and_is_recorded(client, draft):
    user = make_user(draft.period.agency, "auditor")
    client.force_login(user)
    response = client.get(address(draft, "draft"))
    reason = f"編集は、{draft.period.agency.short_name}の起案者だけができます。"
    assert response.status_code == 403
    assert reason in response.content.decode()
    record = AccessRecord.objects.get(kind="refused")
    assert (record.user, record.path, record.detail) == (user, address(draft, "draft"), reason)


def test_a_refusal_leads_back_to_the_amendment_for_who_may_read_it(client, draft):
    client.force_login(make_user(draft.period.agency, "auditor"))
    back = f'<a href="{address(draft)}">{draft.title}</a>'
    for refused in ("draft", "reasons"):
        assert back in client.get(address(draft, refused)).content.decode()
    client.force_login(make_user(make_period().agency, "auditor"))
    assert back not in client.get(address(draft, "draft")).content.decode()


def test_an_auditor_is_led_to_what_may_be_known_of_a_restricted_draft(client, draft):
    editor = make_user(draft.period.agency, "editor")
    restricting.restrict(draft, by=editor, why="市場への影響")
    client.force_login(make_user(draft.period.agency, "auditor"))
    html = client.get(address(draft)).content.decode()
    assert f'<a href="{address(draft, "restriction")}">この変更案の閲覧制限</a>' in html
    assert draft.title not in html
    client.force_login(make_user(draft.period.agency, "approver"))
    assert "閲覧制限" not in client.get(address(draft)).content.decode()


def test_a_missing_token_is_explained():
    client = Client(enforce_csrf_checks=True)
    response = client.post(reverse("verification"), {"text": "丹念に書いた文"})
    assert response.status_code == 403
    assert "もう一度送信してください" in response.content.decode()
    assert '<blockquote class="typed">丹念に書いた文</blockquote>' in response.content.decode()


# --- 400, 405, 500 --------------------------------------------------------------------------------
def test_a_wrong_host(client):
    response = client.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "送られた内容を読み取れません" in response.content.decode()


def test_a_method_that_is_not_answered(client):
    response = client.post(reverse("home"))
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"
    text = response.content.decode()
    assert "この開き方はできません" in text
    assert f'<a href="{reverse("home")}">このページを開く</a>' in text


def test_an_error_is_a_number_that_the_log_has(monkeypatch, caplog):
    def fails(*args, **kwargs):
        raise RuntimeError("秘密")

    monkeypatch.setattr("evaluation.views.documents.render", fails)
    client = Client(raise_request_exception=False)
    with caplog.at_level(logging.ERROR):
        response = client.get("/verification/?a=%0D%0Aforged")
    assert response.status_code == 500
    text = response.content.decode()
    assert "秘密" not in text
    assert "Traceback" not in text
    number = re.search(r'<strong class="hash">([0-9a-f]{8})</strong>', text)[1]
    assert f"{number}: GET /verification/?a=%0D%0Aforged RuntimeError" in caplog.messages
    assert "evaluation/site.css" in text


def test_an_error_page_needs_no_static_files(rf, monkeypatch):
    def missing(path):
        raise ValueError("no manifest")

    monkeypatch.setattr(errors, "static", missing)
    response = errors.broken(rf.get("/"))
    assert response.status_code == 500
    assert "stylesheet" not in response.content.decode()


def test_english_words_of_the_framework_are_not_shown(rf):
    request = rf.get("/")
    text = errors.bad_request(request, SuspiciousOperation("too big")).content.decode()
    assert "too big" not in text
    assert errors._reason(SuspiciousOperation("No X matches")) == ""
    assert errors._reason(SuspiciousOperation()) == ""


# --- Without a database ---------------------------------------------------------------------------
ASKED = """
    import json, django
    from django.conf import settings
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    settings.DATABASES["default"].get("OPTIONS", {}).get("pool", {})["timeout"] = 1
    django.setup()
    from django.test import Client
    client = Client(raise_request_exception=False)
    answers = {}
    for cookie in ("", "0123456789abcdefghijklmnopqrstuv"):
        if cookie:
            client.cookies[settings.SESSION_COOKIE_NAME] = cookie
        for path in ("/none/none/none/none/", "/", "/jst/5/"):
            response = client.get(path, headers={"host": "localhost"})
            answers[path + cookie[:1]] = response.status_code, response.content.decode()
    print(json.dumps(answers))
"""


def test_404_and_500_without_a_database(tmp_path):
    """A real database that is broken: a port at which nobody listens, or a file of garbage."""
    broken = tmp_path / "portal.sqlite3"
    broken.write_bytes(b"no database" * 1000)
    url = "postgres://nobody@127.0.0.1:1/none" if on_postgresql() else f"sqlite:///{broken}"
    (tmp_path / "static").mkdir()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "jst_objectives.settings",
        "DATABASE_URL": url,
        "SECRET_KEY": "k" * 50,
        "PORTAL_DATA": str(tmp_path),
        "DEBUG": "0",
    }
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(ASKED)],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    assert {path: status for path, (status, _) in answers.items()} == {
        "/none/none/none/none/": 404,
        "/": 500,
        "/jst/5/": 500,
        "/none/none/none/none/0": 404,
        "/0": 500,
        "/jst/5/0": 500,
    }
    assert "<h1>ページが見つかりません</h1>" in answers["/none/none/none/none/"][1]
    assert "<h1>エラーが起きました</h1>" in answers["/"][1]
