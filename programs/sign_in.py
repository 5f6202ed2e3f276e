"""Signing in and out: what django-allauth and django-axes ask of the portal.

Wrong passwords are counted by axes, per user name and address; the failures of a user name from
everywhere, by the records of the last day; wrong codes of a second factor by allauth, per user. Each
sign-in, failure, lock-out and sign-out is recorded (`AccessRecord`); that a person changed the means to
sign in stands in the person's history.
"""

import datetime as dt
import math
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from jst_objectives import history
from programs import secrecy
from programs.access import record, typed_name
from programs.accounts import OWN_PASSWORD, UNLOCKED, has_issued_password
from programs.models import AccessRecord, User

METHODS = {
    "password": "パスワード",
    "socialaccount": settings.OIDC.get("name", ""),
    "totp": "認証アプリ",
    "webauthn": "パスキー",
    "recovery_codes": "回復コード",
}
# Reasons in the person's history, by the notice that allauth would mail.
CHANGES = {
    **OWN_PASSWORD,
    "mfa/email/totp_activated": "認証アプリの登録",
    "mfa/email/totp_deactivated": "認証アプリの登録解除",
    "mfa/email/webauthn_added": "パスキーの登録",
    "mfa/email/webauthn_removed": "パスキーの削除",
    "mfa/email/recovery_codes_generated": "回復コードの作成",
    "socialaccount/email/account_connected": "外部サインインとの結付け",
    "socialaccount/email/account_disconnected": "外部サインインとの結付けの解除",
}

DAY = dt.timedelta(days=1)
ISSUED_PASSWORD = "issued_password"  # in the session: who signed in has to change it


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "この利用者は停止されています。",
        "duplicate_email": "このメールアドレスは、すでに登録されています。",
        "email_taken": "このメールアドレスは使えません。別のメールアドレスを入力してください。",
        "enter_current_password": "現在のパスワードが正しくありません。",
        "incorrect_code": "確認コードが正しくありません。",
        "incorrect_password": "パスワードが正しくありません。",
        "rate_limited": "短い間に操作が続きました。5分ほど待ってから、もう一度お試しください。",
        "too_many_login_attempts": "間違いが続きました。5分ほど待ってから、もう一度お試しください。",
        "username_password_mismatch": "ユーザー名かパスワードが正しくありません。",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """A maintainer makes the accounts."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse a name that failed too often from everywhere; axes does so for one address."""
        wait = wait_of(credentials.get("username") or "")
        if wait is not None:
            raise ImmediateHttpResponse(refuse_name(request, credentials["username"], wait))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        if not getattr(request, "axes_locked_out", False):  # `locked_out` records it otherwise
            record_failure(request, "パスワード", credentials.get("username", ""))

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        record_failure(request, "停止された利用者", user.get_username())
        return super().respond_user_inactive(request, user)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        record(request, AccessRecord.Kind.SIGN_IN, detail=with_address(request, methods(request)))
        by_password = METHODS["password"] in methods(request).split("・")
        if by_password and has_issued_password(user):
            request.session[ISSUED_PASSWORD] = True
        return super().post_login(request, user, **kwargs)

    def logout(self, request: HttpRequest) -> None:
        record(request, AccessRecord.Kind.SIGN_OUT)
        super().logout(request)

    def set_password(self, user: Any, password: str) -> None:
        user.set_password(password)
        user.save(update_fields=["password"])

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Say in the history of the user, whom allauth saves, who changed the address and why."""
        user: Any = email_address.user
        user._history_user, user._change_reason = user, "メールアドレスの変更"
        return super().confirm_email(request, email_address)

    def send_notification_mail(
        self, template_prefix: str, user: Any, *args: Any, **kwargs: Any
    ) -> None:
        if reason := CHANGES.get(template_prefix):
            # No field of the user has changed: the row is there for its reason.
            history.save(user, by=user, reason=reason, update_fields=["username"])
        super().send_notification_mail(template_prefix, user, *args, **kwargs)


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_generate_recovery_codes": "先に、認証アプリかパスキーを登録してください。",
        "incorrect_code": "確認できませんでした。もう一度お試しください。",
    }

    def encrypt(self, text: str) -> str:
        return secrecy.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return secrecy.decrypt(encrypted_text)

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        return f"パスキー{Authenticator.objects.filter(user=user, type=type).count() + 1}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": settings.MFA_TOTP_ISSUER}

    def _get_user_identifier(self, user: Any) -> str:
        """What the app or the browser shows beside the key: what is typed to sign in."""
        return str(user.get_username())


# --- Lock-out -------------------------------------------------------------------------------------
def counted_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Return the user name under which axes counts: allauth finds users whatever the case."""
    return str((credentials or {}).get("username") or "").casefold()[:255]


def client_address(request: HttpRequest) -> str | None:
    """Return the address from which the request came, behind a proxy the one that it tells.

    None where the server knows none, as on a socket of its own machine.
    """
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return None


def locked_out(
    request: HttpRequest, response: HttpResponse, credentials: dict[str, Any] | None
) -> HttpResponse:
    """Answer in place of axes, and record the attempt."""
    name = (credentials or {}).get("username") or ""
    record(request, AccessRecord.Kind.LOCKED_OUT, name=name, detail=with_address(request, ""))
    answer = render(request, "429.html", status=429)
    answer["Retry-After"] = str(int(settings.AXES_COOLOFF_TIME.total_seconds()))
    return answer


def wait_of(name: str) -> dt.timedelta | None:
    """Return how long a user name is refused for its failures from everywhere, or None where it is not.

    Its failures of the last 24 hours count, but for those before a maintainer's unlocking. What is tried
    meanwhile does not count, so that the lock-out ends.
    """
    since = timezone.now() - DAY
    unlocked = User.history.filter(username__iexact=name, history_change_reason=UNLOCKED)
    newest = unlocked.order_by("-history_id").values_list("history_date", flat=True).first()
    failures = AccessRecord.objects.filter(
        kind=AccessRecord.Kind.SIGN_IN_FAILED,
        user=None,
        actor_name=typed_name(name),
        at__gt=max(since, newest or since),
    )
    last = settings.SIGN_IN_FAILURES_A_DAY
    oldest = list(failures.values_list("at", flat=True)[last - 1 : last])
    return oldest[0] - since if oldest else None


def refuse_name(request: HttpRequest, name: str, wait: dt.timedelta) -> HttpResponse:
    """Answer whoever tries a user name that failed too often, and record the attempt."""
    detail = with_address(request, "1日の失敗の回数")
    record(request, AccessRecord.Kind.LOCKED_OUT, name=name, detail=detail)
    hours = math.ceil(wait.total_seconds() / 3600)
    answer = render(request, "429.html", {"hours": hours}, status=429)
    answer["Retry-After"] = str(math.ceil(wait.total_seconds()))
    return answer


# --- A password that a maintainer issued ----------------------------------------------------------
def ask_for_own_password(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware after those of sessions and users: who has signed in with a password that a maintainer
    issued changes it, or signs out, before anything else."""

    def middleware(request: HttpRequest) -> HttpResponse:
        page = reverse("account_change_password")
        if not _has_to_change(request) or request.path in {page, reverse("account_logout")}:
            return get_response(request)
        if request.method in {"GET", "HEAD"}:
            page += "?" + urlencode({"next": request.get_full_path()})
        return HttpResponseRedirect(page)

    return middleware


def _has_to_change(request: HttpRequest) -> bool:
    try:
        if ISSUED_PASSWORD not in request.session:
            return False
        if isinstance(request.user, User) and has_issued_password(request.user):
            return True
        del request.session[ISSUED_PASSWORD]
    except Error:  # what needs no database is answered without one
        pass
    return False


# --- Records and pages ----------------------------------------------------------------------------
def record_failure(request: HttpRequest, what: str, username: str) -> None:
    """Record that somebody failed to sign in, or somebody signed in to prove who it is."""
    again = "本人確認：" if request.user.is_authenticated else ""
    detail = with_address(request, f"{again}{what}")
    record(request, AccessRecord.Kind.SIGN_IN_FAILED, name=username, detail=detail)


def methods(request: HttpRequest) -> str:
    """Return by what the request's user has signed in, such as 「パスワード・認証アプリ」."""
    records = get_authentication_records(request, request.user)
    names = [METHODS.get(entry.get("type") or entry["method"], "") for entry in records]
    return "・".join(dict.fromkeys(filter(None, names)))


def with_address(request: HttpRequest, text: str) -> str:
    return f"{text}（接続元 {client_address(request) or '不明'}）"


def entrance(request: HttpRequest) -> dict[str, Any]:
    """Context processor: what the pages around signing in say of the portal's settings."""
    return {
        "sends_mail": settings.SENDS_MAIL,
        "oidc_name": settings.OIDC.get("name", ""),
    }
