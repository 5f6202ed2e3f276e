"""Production refuses to start with a default key, DEBUG, open hosts or demo users."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KEY = "k7Qz-4vN8sXw2RbT6yLd9PfJ3mHc5GtA1eUo0KiZqWnBvCx"
KEY += "7654321"
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
    ],
)
def test_production_refuses(tmp_path, change, message):
    (tmp_path / "secret.key").write_text(KEY)  # the key of `./portal up` does not count
    result = run(tmp_path, "manage.py", "check", **{**GOOD, **change})
    assert result.returncode != 0
    assert message in result.stderr


def test_a_production_set_up_properly_passes_the_deployment_check(tmp_path):
    result = run(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **GOOD)
    assert (result.returncode, result.stdout) == (
        0,
        "System check identified no issues (0 silenced).\n",
    )


def test_production_does_not_start_with_demo_users(tmp_path):
    for command in ("migrate", "load_source", "create_demo_users"):
        assert run(tmp_path, "manage.py", command, SECRET_KEY=KEY).returncode == 0
    result = run(tmp_path, "-c", "import jst_objectives.wsgi", **GOOD)
    assert result.returncode == 4
    assert "本番環境にデモ用の利用者がいます：agency、approver、" in result.stderr


def test_production_starts_without_them(tmp_path):
    for command in (["migrate"], ["collectstatic", "--noinput"]):
        assert run(tmp_path, "manage.py", *command, **GOOD).returncode == 0
    result = run(tmp_path, "-c", "import jst_objectives.wsgi", **GOOD)
    assert (result.returncode, result.stderr) == (0, "")


def test_without_a_key_the_way_out_is_named(tmp_path):
    result = run(tmp_path, "manage.py", "check")
    assert "./portal up を実行するか、環境変数 SECRET_KEY を指定してください" in result.stderr
