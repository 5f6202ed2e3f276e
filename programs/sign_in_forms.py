"""The forms of django-allauth in the portal's words; those of a second factor record what fails."""

from typing import Any

import qrcode
from allauth.account import forms as account
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.exceptions import ValidationError

from programs.sign_in import record_failure

NEW_PASSWORD = (
    "12文字以上。数字だけのもの、よく使われるもの、ユーザー名や氏名に似たものは使えません。"
)
APP_CODE = "認証アプリに表示されている6桁の数字を入力してください。"
KEY_NAME = "どの端末か分かる名前を付けてください（例：執務室のパソコン）。"
KEY_ALONE = "チェックを外すと、パスワードの後の二段階目としてだけ使えます。"


def say(form: forms.Form, name: str, label: str, help_text: str = "") -> None:
    """Give a field of a form its label, its help and what is said where it is empty."""
    field = form.fields[name]
    field.label, field.help_text = label, help_text
    field.error_messages["required"] = f"{label}を入力してください。"


# --- Passwords and the mail address ---------------------------------------------------------------
class SignInForm(account.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self, "login", "ユーザー名")
        say(self, "password", "パスワード")


class RepeatPasswordForm(account.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self, "password", "パスワード")


class NewPassword(forms.Form):
    """The two fields of a new password; comes before a form of allauth that has them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self, "password1", "新しいパスワード", NEW_PASSWORD)
        say(self, "password2", "新しいパスワード（確認）", "もう一度入力してください。")


class SetPasswordForm(NewPassword, account.SetPasswordForm):
    pass


class ResetPasswordForm(NewPassword, account.ResetPasswordKeyForm):
    pass


class ChangePasswordForm(NewPassword, account.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self, "oldpassword", "現在のパスワード")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("password1") and data["password1"] == data.get("oldpassword"):
            self.add_error("password1", "現在のパスワードとは別のものを入力してください。")
        return data


class EmailForm(account.AddEmailForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self, "email", "新しいメールアドレス", "例：person@example.go.jp")


# --- Codes of an authenticator app ----------------------------------------------------------------
class CodeForm(AuthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self, "code", "確認コード", f"{APP_CODE}回復コードも使えます。")

    def clean_code(self) -> str:
        try:
            return super().clean_code()
        except ValidationError:
            record_failure(context.request, "確認コード", self.user.get_username())
            raise


class RepeatCodeForm(ReauthenticateForm, CodeForm):
    pass


class ActivateAppForm(ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self, "code", "確認コード", APP_CODE)

    def modules(self) -> dict[str, Any]:
        """Return the QR code of the secret: its `size` in modules, and an SVG `path` of the dark ones.

        Drawn as a path in the page, it needs neither markup that is trusted nor a `data:` image.
        """
        address = get_adapter().build_totp_url(self.user, self.secret)
        code = qrcode.QRCode(border=4)
        code.add_data(address)
        rows = code.get_matrix()
        dark = [(x, y) for y, row in enumerate(rows) for x, module in enumerate(row) if module]
        return {"size": len(rows), "path": "".join(f"M{x} {y}h1v1h-1z" for x, y in dark)}


# --- Passkeys -------------------------------------------------------------------------------------
class AddPasskeyForm(webauthn.AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True
        say(self, "name", "名前", KEY_NAME)
        say(self, "passwordless", "このパスキーだけでサインインする", KEY_ALONE)


class RenamePasskeyForm(webauthn.EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self, "name", "名前", KEY_NAME)


class PasskeyForm(webauthn.AuthenticateWebAuthnForm):
    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()
        except ValidationError:
            name = self.user.get_username() if self.user else ""
            record_failure(context.request, "パスキー", name)
            raise


class PasskeySignInForm(webauthn.LoginWebAuthnForm, PasskeyForm):
    pass
