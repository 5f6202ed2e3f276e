"""Settings of the portal: one file, read from the environment, failing loudly.

PORTAL_PRODUCTION    `1` = production: HTTPS only, no default may be left (default `0`)
SECRET_KEY           signs sessions, 50 characters or more (default, not in production: the key
                     that `./portal up` puts into `var/secret.key`)
ALLOWED_HOSTS        host names, separated by commas; no `*` in production (default: loopback)
DATABASE_URL         `postgres://user:password@host/name` (default: SQLite in PORTAL_DATA)
PORTAL_DATA          folder of the database, the key and the caches (default `var`)
DEBUG                `1` = Django's debug pages; never in production (default `0`)
TRUST_PROXY_HEADERS  `1` = a proxy in front sets `X-Forwarded-Proto` (default `0`)
"""

import os
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


def flag(name: str) -> bool:
    value = os.environ.get(name, "0")
    if value not in {"0", "1"}:
        raise ImproperlyConfigured(
            f"環境変数 {name} は 0 か 1 で指定してください（現在: {value!r}）。"
        )
    return value == "1"


PRODUCTION = flag("PORTAL_PRODUCTION")
DEBUG = flag("DEBUG")
DATA_DIR = Path(os.environ.get("PORTAL_DATA", BASE_DIR / "var")).resolve()


def secret_key() -> str:
    """Return the key of the environment, or outside production the one that `./portal up` made.

    Raises ImproperlyConfigured where there is none, or a production key that is too weak.
    """
    key = os.environ.get("SECRET_KEY", "")
    file = DATA_DIR / "secret.key"
    if PRODUCTION and (len(key) < 50 or len(set(key)) < 5 or key.startswith("django-insecure-")):
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


def allowed_hosts() -> list[str]:
    hosts = [
        host.strip() for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host.strip()
    ]
    if PRODUCTION and (not hosts or any(host.startswith(("*", ".")) for host in hosts)):
        raise ImproperlyConfigured(
            "本番環境では環境変数 ALLOWED_HOSTS に正確なホスト名を指定してください（* と先頭の . は使えません）。"
        )
    return hosts or ["127.0.0.1", "localhost", "[::1]"]


if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("本番環境では DEBUG=1 にできません。")

SECRET_KEY = secret_key()
ALLOWED_HOSTS = allowed_hosts()

INSTALLED_APPS = [
    "programs",
    "evaluation",
    "simple_history",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "jst_objectives.urls"
WSGI_APPLICATION = "jst_objectives.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]


# --- Database -------------------------------------------------------------------------------------
def database() -> dict[str, object]:
    """Return Django's settings of the database that DATABASE_URL names, or of the SQLite file."""
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'portal.sqlite3'}"
    scheme = url.partition(":")[0]
    if scheme not in {"sqlite", "postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"環境変数 DATABASE_URL の「{scheme}」は使えません。"
            "「postgres://利用者:パスワード@ホスト/名前」か「sqlite:///ファイル」の形で指定してください。"
        )
    return dict(dj_database_url.parse(url, conn_max_age=600))


DATABASES: dict[str, dict[str, Any]] = {"default": database()}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # With Django's defaults most concurrent writes fail with "database is locked"; with WAL, IMMEDIATE
    # and a time-out none does (docs/decisions/0002-sqlite.md; tests/jst_objectives/test_concurrency.py).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA temp_store=MEMORY;"
            "PRAGMA mmap_size=134217728;PRAGMA journal_size_limit=27103364;PRAGMA cache_size=-20000;"
        ),
    }
else:
    # The pool keeps connections itself, so Django must not.
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
        "min_size": 1,
        "max_size": 8,
        "timeout": 10,
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "programs.User"
VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{VALIDATION}.NumericPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

# --- Language and time ----------------------------------------------------------------------------
LANGUAGE_CODE = "ja"
TIME_ZONE = "Asia/Tokyo"
USE_I18N = True
USE_TZ = True

# --- Static files ---------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Security -------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Strict"
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
if flag("TRUST_PROXY_HEADERS"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- History --------------------------------------------------------------------------------------
# The default column holds 100 characters; a reason may be a paragraph.
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True
SIMPLE_HISTORY_REVERT_DISABLED = True
