"""Signing in and out: what django-allauth and django-axes ask of the portal.

Wrong passwords are counted by axes, per user name and address; wrong codes of a second factor by
allauth, per user. Each sign-in, failure, lock-out and sign-out is recorded (`AccessRecord`); that a
person changed the means to sign in stands in the person's history.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jst_objectives import history
from programs.access import record
from programs.models import AccessRecord

METHODS = {
    "password": "パスワード",
    "socialaccount": settings.OIDC.get("name", ""),
    "totp": "認証アプリ",
    "webauthn": "パスキー",
    "recovery_codes": "回復コード",
}
# Reasons in the person's history, by the notice that allauth would mail.
CHANGES = {
    "account/email/password_changed": "パスワードの変更",
    "account/email/password_set": "パスワードの設定",
    "account/email/password_reset": "メールによるパスワードの再設定",
    "mfa/email/totp_activated": "認証アプリの登録",
    "mfa/email/totp_deactivated": "認証アプリの登録解除",
    "mfa/email/webauthn_added": "パスキーの登録",
    "mfa/email/webauthn_removed": "パスキーの削除",
    "mfa/email/recovery_codes_generated": "回復コードの作成",
    "socialaccount/email/account_connected": "外部サインインとの結付け",
    "socialaccount/email/account_disconnected": "外部サインインとの結付けの解除",
}


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
        """Leave it to axes to count wrong passwords: it locks longer, and for one address only."""

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        if not getattr(request, "axes_locked_out", False):  # `locked_out` records it otherwise
            record_failure(request, "パスワード", credentials.get("username", ""))

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        record_failure(request, "停止された利用者", user.get_username())
        return super().respond_user_inactive(request, user)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        record(request, AccessRecord.Kind.SIGN_IN, detail=with_address(request, methods(request)))
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
