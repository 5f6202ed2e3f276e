"""Production refuses to start with a default key, DEBUG, open hosts or demo users."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KEY = "k7Qz-4vN8sXw2RbT6yLd9PfJ3mHc5GtA1eUo0KiZqWnBvCx"
KEY += "7654321"
OIDC = {
    "OIDC_NAME": "省庁共通認証",
    "OIDC_SERVER_URL": "https://sso.example.go.jp/realm",
    "OIDC_CLIENT_ID": "portal",
    "OIDC_CLIENT_SECRET": "secret",
}
GOOD = {"PORTAL_PRODUCTION": "1", "SECRET_KEY": KEY, "ALLOWED_HOSTS": "portal.example.go.jp"}


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "PORTAL_DATA": str(folder),
            "PYTHONUTF8": "1",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY に50文字以上の推測できない値を指定してください"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY に50文字以上の推測できない値を指定してください"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY に50文字以上の推測できない値を指定してください"),
        ({"DEBUG": "1"}, "本番環境では DEBUG=1 にできません"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS に正確なホスト名を指定してください"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS に正確なホスト名を指定してください"),
        ({"ALLOWED_HOSTS": ".go.jp"}, "ALLOWED_HOSTS に正確なホスト名を指定してください"),
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL の「mysql」は使えません"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL の「nonsense」は使えません"),
        ({"DEBUG": "yes"}, "環境変数 DEBUG は 0 か 1 で指定してください（現在: 'yes'）"),
        (
            {"SESSION_HOURS": "0"},
            "環境変数 SESSION_HOURS は1以上の整数で指定してください（現在: '0'）",
        ),
        ({"SESSION_IDLE_MINUTES": "½"}, "SESSION_IDLE_MINUTES は1以上の整数で指定してください"),
        (
            {"OIDC_NAME": "x", "OIDC_CLIENT_ID": "y"},
            "OIDC_SERVER_URL、OIDC_CLIENT_SECRET も指定して",
        ),
        ({**OIDC, "OIDC_SERVER_URL": "http://x"}, "OIDC_SERVER_URL は https:// で始まるアドレスを"),
    ],
)
def test_production_refuses(tmp_path, change, message):
    (tmp_path / "secret.key").write_text(KEY)  # the key of `./portal up` does not count
    result = run(tmp_path, "manage.py", "check", **{**GOOD, **change})
    assert result.returncode != 0
    assert message in result.stderr


@pytest.mark.parametrize("more", [{}, OIDC])
def test_a_production_set_up_properly_passes_the_deployment_check(tmp_path, more):
    check = ["manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    result = run(tmp_path, *check, **GOOD, **more)
    assert (result.returncode, result.stdout) == (
        0,
        "System check identified no issues (0 silenced).\n",
    )


@pytest.fixture(scope="session")
def production(tmp_path_factory, static_files, migrated_database) -> Path:
    """A data folder ready to be started with, to be copied and left as it is."""
    folder = tmp_path_factory.mktemp("production")
    (folder / "static").symlink_to(static_files)
    shutil.copyfile(migrated_database.removeprefix("sqlite:///"), folder / "portal.sqlite3")
    return folder


@pytest.fixture
def data(production, tmp_path) -> Path:
    return Path(shutil.copytree(production, tmp_path / "data", symlinks=True))


@pytest.mark.sqlite
def test_production_does_not_start_with_demo_users(data):
    for command in ("load_source", "create_demo_users"):
        assert run(data, "manage.py", command, SECRET_KEY=KEY).returncode == 0
    result = run(data, "-c", "import jst_objectives.wsgi", **GOOD)
    assert result.returncode == 4
    assert "本番環境にデモ用の利用者がいます：agency、approver、" in result.stderr


@pytest.mark.sqlite
def test_production_starts_without_them(data):
    result = run(data, "-c", "import jst_objectives.wsgi", **GOOD)
    assert (result.returncode, result.stderr) == (0, "")


def test_without_a_key_the_way_out_is_named(tmp_path):
    result = run(tmp_path, "manage.py", "check")
    assert "./portal up を実行するか、環境変数 SECRET_KEY を指定してください" in result.stderr


VISIT = """
import django, json
django.setup()
from django.conf import settings
from django.test import Client
answer = Client(headers={"host": "portal.example.go.jp"}).get("/accounts/signup/", secure=True)
names = ["Strict-Transport-Security", "Content-Security-Policy", "Cross-Origin-Resource-Policy"]
print(json.dumps([*[answer[name] for name in names], settings.SENDS_MAIL]))
plain = Client(headers={"host": "portal.example.go.jp"}).get("/accounts/signup/")
print(plain.status_code, plain["Location"], plain["X-Content-Type-Options"])
cookie = Client(headers={"host": "portal.example.go.jp"}).get("/accounts/login/", secure=True)
print(*cookie.cookies, cookie.cookies["__Host-csrftoken"]["secure"], settings.SESSION_COOKIE_NAME)
"""


@pytest.mark.sqlite
def test_production_answers_with_the_strict_headers(data):
    environment = {**GOOD, **OIDC, "DJANGO_SETTINGS_MODULE": "jst_objectives.settings"}
    result = run(data, "-c", VISIT, **environment)
    assert result.returncode == 0, result.stderr
    headers, redirect, cookies = result.stdout.splitlines()
    hsts, policy, cross_origin, sends_mail = json.loads(headers)
    assert hsts == "max-age=31536000; includeSubDomains; preload"
    assert "form-action 'self' https://sso.example.go.jp" in policy.split("; ")
    assert (cross_origin, sends_mail) == ("same-origin", False)
    assert redirect == "301 https://portal.example.go.jp/accounts/signup/ nosniff"
    assert cookies == "__Host-csrftoken True __Host-sessionid"
