"""What the settings read from the environment; each wrong value fails with what to set instead."""

import os
import re
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured


def flag(name: str) -> bool:
    value = os.environ.get(name, "0")
    if value not in {"0", "1"}:
        raise ImproperlyConfigured(
            f"環境変数 {name} は 0 か 1 で指定してください（現在: {value!r}）。"
        )
    return value == "1"


def number(name: str, default: int) -> int:
    value = os.environ.get(name) or str(default)
    if not (value.isascii() and value.isdigit() and int(value) > 0):
        raise ImproperlyConfigured(
            f"環境変数 {name} は1以上の整数で指定してください（現在: {value!r}）。"
        )
    return int(value)


def secret_key(file: Path, *, production: bool) -> str:
    """Return the key of the environment, or outside production the one that `./portal up` made.

    Raises ImproperlyConfigured where there is none, or a production key that is too weak.
    """
    key = os.environ.get("SECRET_KEY", "")
    if production and (len(key) < 50 or len(set(key)) < 5 or key.startswith("django-insecure-")):
        raise ImproperlyConfigured(
            "本番環境では環境変数 SECRET_KEY に50文字以上の推測できない値を指定してください。"
        )
    if not key and file.exists():
        key = file.read_text().strip()
    if not key:
        raise ImproperlyConfigured(
            "秘密鍵がありません。./portal up を実行するか、環境変数 SECRET_KEY を指定してください。"
        )
    return key


def allowed_hosts(*, production: bool) -> list[str]:
    hosts = [
        host.strip() for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host.strip()
    ]
    if production and (not hosts or any(host.startswith(("*", ".")) for host in hosts)):
        raise ImproperlyConfigured(
            "本番環境では環境変数 ALLOWED_HOSTS に正確なホスト名を指定してください（* と先頭の . は使えません）。"
        )
    return hosts or ["127.0.0.1", "localhost", "[::1]"]


def address(hosts: list[str], *, production: bool) -> str:
    """Return where people reach the portal, without a slash at its end."""
    default = f"https://{hosts[0].lstrip('.')}" if production else "http://localhost:8000"
    return (os.environ.get("PORTAL_ADDRESS") or default).rstrip("/")


def maintenance_path() -> str:
    value = os.environ.get("MAINTENANCE_PATH") or "maintenance/"
    if not re.fullmatch(r"([A-Za-z0-9_-]+/)+", value):
        raise ImproperlyConfigured(
            "環境変数 MAINTENANCE_PATH は「maintenance/」のように、/ で始めず / で終えて指定してください"
            f"（使えるのは半角の英数字・ハイフン・下線。現在: {value!r}）。"
        )
    return value


def oidc(*, production: bool) -> dict[str, Any]:
    """Return the client of the OpenID Connect server as allauth describes it, or {} where none is set.

    Raises ImproperlyConfigured where only some are set, or in production a server without HTTPS.
    """
    names = ["OIDC_NAME", "OIDC_SERVER_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"]
    missing = [name for name in names if not os.environ.get(name)]
    if len(missing) == len(names):
        return {}
    if missing:
        raise ImproperlyConfigured(
            f"OpenID Connect の設定が足りません。環境変数 {'、'.join(missing)} も指定してください。"
        )
    name, server, client, secret = (os.environ[name] for name in names)
    if production and not server.startswith("https://"):
        raise ImproperlyConfigured(
            "環境変数 OIDC_SERVER_URL は https:// で始まるアドレスを指定してください。"
        )
    app = {"provider_id": "sso", "name": name, "client_id": client, "secret": secret}
    return {**app, "settings": {"server_url": server.rstrip("/")}}


def database(file: Path) -> dict[str, object]:
    """Return Django's settings of the database that DATABASE_URL names, or of the SQLite file."""
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{file}"
    scheme = url.partition(":")[0]
    if scheme not in {"sqlite", "postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"環境変数 DATABASE_URL の「{scheme}」は使えません。"
            "「postgres://利用者:パスワード@ホスト/名前」か「sqlite:///ファイル」の形で指定してください。"
        )
    return dict(dj_database_url.parse(url, conn_max_age=600))
