"""Signing in by an OpenID Connect server: a small one runs here, the portal in a process of its own."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests import databases

# What the portal's process does: each of PEOPLE signs in at the server in turn.
VISIT = """
import django, json, os, re
django.setup()
from urllib.parse import parse_qs, urlsplit
from django.test import Client
from allauth.socialaccount.models import SocialAccount
from programs.models import AccessRecord, User

User.objects.get_or_create(username="person")
User.objects.get_or_create(username="stopped", is_active=False)
seen = []
for code in os.environ["PEOPLE"].split():
    browser = Client(headers={"host": "127.0.0.1"})
    page = browser.get("/accounts/login/").content.decode()
    assert "省庁共通認証でサインイン" in page
    leave = browser.post("/accounts/oidc/sso/login/")
    asked = parse_qs(urlsplit(leave["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    back = urlsplit(asked["redirect_uri"][0]).path
    answer = browser.get(back, {"code": code, "state": asked["state"][0]})
    user = browser.session.get("_auth_user_id")
    seen.append([
        code,
        answer.status_code,
        answer.get("Location", ""),
        User.objects.get(pk=user).username if user else "",
        "同じユーザー名の利用者がいないため" in answer.content.decode(),
    ])
browser.force_login(User.objects.get(username="person"))
for path in ("3rdparty/", "3rdparty/login/error/", "3rdparty/login/cancelled/", "oidc/sso/login/"):
    answer = browser.get(f"/accounts/{path}")
    assert answer.status_code == (401 if "error" in path else 200), path
    words = re.sub(r"(?s)<(script|style).*?</[^>]+>|<[^>]+>", " ", answer.content.decode())
    found = set(re.findall("[A-Za-z]{2,}", words)) - {"PDF", "person", "renamed"}
    assert found == set(), (path, found)
records = list(AccessRecord.objects.order_by("pk").values_list("kind", "actor_name", "detail"))
print(json.dumps([seen, records, User.objects.count(), SocialAccount.objects.count()]))
"""


class Provider(BaseHTTPRequestHandler):
    """Issues a token that is the code, and says of it "id-name-employee" whose it is."""

    def do_GET(self) -> None:
        address = f"http://{self.headers['Host']}"
        if self.path == "/.well-known/openid-configuration":
            ends = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
            self.answer({f"{end}_endpoint": f"{address}/{path}" for end, path in ends.items()})
        else:
            token = self.headers["Authorization"].removeprefix("Bearer ")
            claims = ("sub", "preferred_username", "employee")
            self.answer(dict(zip(claims, token.split("-"), strict=False)))

    def do_POST(self) -> None:
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        (code,) = [pair[5:] for pair in form.split("&") if pair.startswith("code=")]
        self.answer({"access_token": code, "token_type": "Bearer"})

    def answer(self, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    """The address of an OpenID Connect server."""
    with HTTPServer(("127.0.0.1", 0), Provider) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()


def visit(folder: Path, url: str, server: str, people: str) -> Any:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "jst_objectives.settings",
        "SECRET_KEY": "k" * 50,
        "PORTAL_DATA": str(folder),
        "DATABASE_URL": url,
        "OIDC_NAME": "省庁共通認証",
        "OIDC_SERVER_URL": server,
        "OIDC_CLIENT_ID": "portal",
        "OIDC_CLIENT_SECRET": "secret",
        "PEOPLE": people,
    }
    for command in (["manage.py", "migrate", "--verbosity=0"], ["-c", VISIT]):
        done = subprocess.run(
            [sys.executable, *command],
            cwd=settings.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_it_lets_in_the_user_of_that_name_and_creates_nobody(
    tmp_path: Path, migrated_database: str, static_files: Path, server: str
) -> None:
    (tmp_path / "static").symlink_to(static_files)
    with databases.created(tmp_path, template=migrated_database) as url:
        seen, records, users, ties = visit(
            tmp_path, url, server, "1-person 1-renamed 2-person 3-nobody 4-stopped"
        )
    assert seen == [
        ["1-person", 302, "/", "person", False],
        ["1-renamed", 302, "/", "person", False],  # the lasting id counts, not the name
        ["2-person", 200, "", "", True],  # somebody else got the name
        ["3-nobody", 200, "", "", True],
        ["4-stopped", 200, "", "", True],
    ]
    assert (users, ties) == (2, 1)
    here = "（接続元 127.0.0.1）"
    assert re.fullmatch(r"登録のない名前（[0-9a-f]{12}）", records[3].pop(1))
    assert records == [
        ["sign_in", "（person）", f"省庁共通認証{here}"],
        ["sign_in", "（person）", f"省庁共通認証{here}"],
        ["sign_in_failed", "person", f"外部サインイン：利用者の登録なし{here}"],
        ["sign_in_failed", f"外部サインイン：利用者の登録なし{here}"],
        ["sign_in_failed", "stopped", f"外部サインイン：利用者の登録なし{here}"],
    ]


def test_another_claim_may_name_the_user(
    tmp_path: Path,
    migrated_database: str,
    static_files: Path,
    server: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "static").symlink_to(static_files)
    monkeypatch.setenv("OIDC_USERNAME_CLAIM", "employee")
    with databases.created(tmp_path, template=migrated_database) as url:
        seen, *_ = visit(tmp_path, url, server, "1-renamed-person 2-person-renamed")
    assert [(code, user) for code, _, _, user, _ in seen] == [
        ("1-renamed-person", "person"),
        ("2-person-renamed", ""),
    ]
