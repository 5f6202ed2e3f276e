"""Settings of the portal: one file, read from the environment, failing loudly.

PORTAL_PRODUCTION    `1` = production: HTTPS only, no default may be left (default `0`)
SECRET_KEY           signs sessions, 50 characters or more (default, not in production: the key
                     that `./portal up` puts into `var/secret.key`)
SECRET_KEY_FALLBACKS  former keys, separated by spaces: sessions and second factors of theirs are still
                     read; take them out after `manage.py encrypt_second_factors` (default: none)
ALLOWED_HOSTS        host names, separated by commas; no `*` in production (default: loopback)
DATABASE_URL         `postgres://user:password@host/name` (default: SQLite in PORTAL_DATA)
PORTAL_DATA          folder of the database, the key and the caches (default `var`)
DEBUG                `1` = Django's debug pages; never in production (default `0`)
MAINTENANCE_PATH     where the maintenance pages stand, such as `m/x7k2/` (default `maintenance/`)
TRUST_PROXY_HEADERS  `1` = one proxy in front sets `X-Forwarded-Proto` and adds the client's address to
                     `X-Forwarded-For` (default `0`)
SESSION_IDLE_MINUTES  a session ends after so many minutes without a request (default `30`)
SESSION_HOURS        a session ends so many hours after its sign-in (default `12`)
EMAIL_HOST           mail server (default: mails are printed; in production none is sent, and who forgot
                     a password asks a maintainer; what waits is told by the start page alone), with
                     EMAIL_PORT (default `587`), EMAIL_USER and EMAIL_PASSWORD (then by TLS), EMAIL_FROM
                     (default `portal@localhost`)
PORTAL_ADDRESS       where people reach the portal, for the links in mails (default: by https the first of
                     ALLOWED_HOSTS, or `http://localhost:8000`)
OIDC_NAME, OIDC_SERVER_URL, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET
                     sign-in by an organisation's OpenID Connect server: its name on the button, its
                     issuer, and the client registered there with the address
                     `/accounts/oidc/sso/login/callback/`. All four or none; run `migrate` afterwards.
                     It lets in users whose user name is what the server tells of them; it creates none.
OIDC_USERNAME_CLAIM  the claim that tells it (default `preferred_username`). Warning: it must be one that
                     people cannot edit themselves at that server, or whoever takes a colleague's name
                     there before that colleague's first sign-in comes in as that colleague
"""

import datetime as dt
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from jst_objectives import environment

BASE_DIR = Path(__file__).resolve().parent.parent

PRODUCTION = environment.flag("PORTAL_PRODUCTION")
DEBUG = environment.flag("DEBUG")
DATA_DIR = Path(os.environ.get("PORTAL_DATA", BASE_DIR / "var")).resolve()

if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("本番環境では DEBUG=1 にできません。")

SECRET_KEY = environment.secret_key(DATA_DIR / "secret.key", production=PRODUCTION)
SECRET_KEY_FALLBACKS = os.environ.get("SECRET_KEY_FALLBACKS", "").split()
ALLOWED_HOSTS = environment.allowed_hosts(production=PRODUCTION)
PORTAL_ADDRESS = environment.address(ALLOWED_HOSTS, production=PRODUCTION)
MAINTENANCE_PATH = environment.maintenance_path()
OIDC = environment.oidc(production=PRODUCTION)
OIDC_USERNAME_CLAIM = os.environ.get("OIDC_USERNAME_CLAIM") or "preferred_username"

INSTALLED_APPS = [
    "programs",
    "evaluation",
    "simple_history",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    *(["allauth.socialaccount", "allauth.socialaccount.providers.openid_connect"] if OIDC else []),
    "axes",
    "import_export",
    "django_tasks",
    "django_tasks_db",
    "programs.apps.MaintenanceConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.forms",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    # What sets headers stands first, so that static files, redirects and errors have them too.
    "jst_objectives.headers.FixedHeaders",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "jst_objectives.bodies.refuse_large_bodies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "evaluation.views.typed.keep_typed",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "jst_objectives.sessions.SessionLimits",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "programs.sign_in.ask_for_own_password",
    "allauth.account.middleware.AccountMiddleware",
    "evaluation.views.errors.explain_refused_methods",
    "axes.middleware.AxesMiddleware",  # last: it replaces the answer of a view by the lock-out page
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
                "evaluation.views.navigation.navigation",
                "programs.sign_in.entrance",
            ],
        },
    },
]

FORM_RENDERER = "evaluation.forms.rendering.PortalRenderer"


# --- Database -------------------------------------------------------------------------------------
DATABASES: dict[str, dict[str, Any]] = {
    "default": environment.database(DATA_DIR / "portal.sqlite3")
}
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
# allauth counts wrong codes here, so all workers must share it: in memory each would count for itself.
# Files do for one machine; a portal on several needs a cache that these share.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": DATA_DIR / "cache" / "django",
        # So many that a flood of requests does not push out what is counted.
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

# Work that takes longer than a page may: `manage.py work` does it, in a process of its own.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

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
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"

# --- Signing in: passwords, second factors, passkeys (django-allauth) -----------------------------
ACCOUNT_ADAPTER = "programs.sign_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "none"  # an address is confirmed when it is changed, not at sign-in
ACCOUNT_EMAIL_SUBJECT_PREFIX = "［中長期目標ポータル］"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_FORMS = {
    "login": "programs.sign_in_forms.SignInForm",
    "reauthenticate": "programs.sign_in_forms.RepeatPasswordForm",
    "change_password": "programs.sign_in_forms.ChangePasswordForm",
    "set_password": "programs.sign_in_forms.SetPasswordForm",
    "reset_password_from_key": "programs.sign_in_forms.ResetPasswordForm",
    "add_email": "programs.sign_in_forms.EmailForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = int(environment.flag("TRUST_PROXY_HEADERS"))
MFA_ADAPTER = "programs.sign_in.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "中長期目標ポータル"
MFA_TOTP_TOLERANCE = 1  # a code of the 30 seconds before or after: clocks differ
# A maintainer makes the accounts, so nobody can shut out the owner of an address by taking it first.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "programs.sign_in_forms.CodeForm",
    "authenticate_webauthn": "programs.sign_in_forms.PasskeyForm",
    "login_webauthn": "programs.sign_in_forms.PasskeySignInForm",
    "reauthenticate": "programs.sign_in_forms.RepeatCodeForm",
    "activate_totp": "programs.sign_in_forms.ActivateAppForm",
    "add_webauthn": "programs.sign_in_forms.AddPasskeyForm",
    "edit_webauthn": "programs.sign_in_forms.RenamePasskeyForm",
}
if OIDC:
    SOCIALACCOUNT_ADAPTER = "programs.openid.OpenIDAdapter"
    SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [OIDC], "OAUTH_PKCE_ENABLED": True}}

# --- Lock-out after wrong passwords (django-axes) -------------------------------------------------
# Per user name and address together: by name alone anybody could lock a colleague out, by address
# alone one person could lock out a ministry that reaches the portal by one address.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = dt.timedelta(minutes=15)
# From everywhere together: more than anybody mistypes, and too few to guess a password by.
SIGN_IN_FAILURES_A_DAY = 50
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # it ends, also when somebody goes on trying
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "programs.sign_in.locked_out"
AXES_USERNAME_CALLABLE = "programs.sign_in.counted_name"
AXES_CLIENT_IP_CALLABLE = "programs.sign_in.client_address"
# What a stranger typed stands in no log line: it could forge one.
AXES_SENSITIVE_PARAMETERS = [
    "username",
    "ip_address",
    "login",
    "code",
    "credential",
    "csrfmiddlewaretoken",
]
AXES_DISABLE_ACCESS_LOG = True  # `AccessRecord` tells who signed in
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# --- Mail -----------------------------------------------------------------------------------------
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_PORT = environment.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = os.environ.get("EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_PASSWORD", "")
EMAIL_USE_TLS = bool(EMAIL_HOST_USER)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM") or "portal@localhost"
# Printed to a log in production, a link for a new password would be open to whoever reads the log.
MAIL_BACKEND = "smtp" if EMAIL_HOST else "dummy" if PRODUCTION else "console"
EMAIL_BACKEND = f"django.core.mail.backends.{MAIL_BACKEND}.EmailBackend"
SENDS_MAIL = MAIL_BACKEND != "dummy"

# --- Language and time ----------------------------------------------------------------------------
LANGUAGE_CODE = "ja"
TIME_ZONE = "Asia/Tokyo"
USE_I18N = True
USE_TZ = True

# --- Static files ---------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Security -------------------------------------------------------------------------------------
# The button for OpenID Connect sends a form, and the answer leads on to that server.
OIDC_ORIGIN = (
    ["{0.scheme}://{0.netloc}".format(urlsplit(OIDC["settings"]["server_url"]))] if OIDC else []
)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *OIDC_ORIGIN],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
PERMISSIONS = """
    accelerometer autoplay camera display-capture encrypted-media gamepad geolocation gyroscope
    hid magnetometer microphone midi payment screen-wake-lock serial usb xr-spatial-tracking
"""
PERMISSIONS_POLICY: dict[str, list[str]] = {permission: [] for permission in PERMISSIONS.split()}
SESSION_IDLE_MINUTES = environment.number("SESSION_IDLE_MINUTES", 30)
SESSION_HOURS = environment.number("SESSION_HOURS", 12)
# `SessionLimits` ends a session; its row stays a day longer, so that whoever sends a form the next
# morning is known, and what was typed is kept for the sign-in.
SESSION_COOKIE_AGE = (SESSION_HOURS + 24) * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
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
if environment.flag("TRUST_PROXY_HEADERS"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# A form of marks has a box for each character of two texts of up to 20,000 (evaluation.checks.LONGEST).
DATA_UPLOAD_MAX_NUMBER_FIELDS = 50_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # of a form; its files do not count
LARGEST_BODY = 25 * 1024 * 1024  # of a request with its files; a PDF to verify may have 20 MB

# --- History --------------------------------------------------------------------------------------
# The default column holds 100 characters; a reason may be a paragraph.
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True
SIMPLE_HISTORY_REVERT_DISABLED = True

# --- Log ------------------------------------------------------------------------------------------
# Django's own prints nothing in production. To standard error, where the server's own log goes.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
