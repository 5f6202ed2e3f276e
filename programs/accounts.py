"""What a maintainer does to an account besides its data: a password, a lost second factor, a lock-out.

Each verb writes a row of the user's history, which says who did it and why.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from axes.utils import reset
from django.core.exceptions import ValidationError
from django.db import transaction

from jst_objectives import history
from programs.models import Role, User

# Without the characters that are misread: 0 o, 1 l i.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
# Reasons in the user's history.
ISSUED = "保守者による初期パスワードの発行"
UNLOCKED = "保守者によるサインインのロックの解除"
OWN_PASSWORD = {  # by the notice that allauth would mail
    "account/email/password_changed": "パスワードの変更",
    "account/email/password_set": "パスワードの設定",
    "account/email/password_reset": "メールによるパスワードの再設定",
}
OWN_ROLE = "自分の役割は、自分では付けたり外したりできません。ほかの保守者に頼んでください。"


@dataclass(frozen=True)
class Act:
    """`do` returns a secret to be shown once, or "". `effect` tells what will be, `done` what is."""

    name: str
    effect: str
    done: str
    do: Callable[[User, User], str]


@transaction.atomic
def issue_password(user: User, by: User) -> str:
    """Give a user a new random password, which ends the user's sessions, and return it.

    Until its user changes it, which the first sign-in asks for, the maintainer knows it too.
    """
    account = _locked(user)
    password = new_password()
    account.set_password(password)
    history.save(account, by=by, reason=ISSUED, update_fields=["username", "password"])
    return password


def has_issued_password(user: User) -> bool:
    """Tell whether a maintainer issued the user's password, and the user has not changed it since."""
    reasons = [ISSUED, *OWN_PASSWORD.values()]
    rows = user.history.filter(history_change_reason__in=reasons).order_by("-history_id")
    return rows.values_list("history_change_reason", flat=True).first() == ISSUED


@transaction.atomic
def remove_second_factors(user: User, by: User) -> str:
    account = _locked(user)
    Authenticator.objects.filter(user=account).delete()
    history.save(account, by=by, reason="保守者による二要素認証の解除", update_fields=["username"])
    return ""


@transaction.atomic
def unlock(user: User, by: User) -> str:
    """Forget the wrong passwords typed for a user name, which axes counts in lower case."""
    account = _locked(user)
    reset(username=account.get_username().casefold())
    history.save(account, by=by, reason=UNLOCKED, update_fields=["username"])
    return ""


def _locked(user: User) -> User:
    """Return a user as it is stored now, locked until the end of the transaction.

    What a page read earlier would undo what somebody changed since. A verb names the field `username`
    though it does not change it: a save without any recorded field leaves no row in the history.
    """
    return User.objects.select_for_update().get(pk=user.pk)


def check_account(user: User, by: User) -> None:
    """Raise ValidationError where `by` must not save an account like this."""
    if user.pk == by.pk and not user.is_active:
        raise ValidationError(
            {"is_active": "自分自身を停止することはできません。ほかの保守者に頼んでください。"}
        )
    namesakes = User.objects.filter(username__iexact=user.username).exclude(pk=user.pk)
    if namesakes.exclude(username=user.username).exists():
        # Signing in does not tell capital letters from small ones.
        raise ValidationError(
            {"username": "大文字と小文字だけが違うユーザー名が、すでにあります。"}
        )


def check_role(role: Role, by: User) -> None:
    """Raise ValidationError where `by` must not give or take a role: nobody does so to oneself.

    Who maintains the roles would else read every draft and approve it too.
    """
    if role.user_id == by.pk:
        raise ValidationError(OWN_ROLE)


def forget_addresses(user: User) -> None:
    """Forget e-mail addresses that are no longer the user's: allauth would still send links there."""
    EmailAddress.objects.filter(user=user).exclude(email__iexact=user.email).delete()


def new_password() -> str:
    """Return four groups of four characters, such as k7mq-x2fp-9ada-bcde (79 bits)."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


ACTS = {
    "password": Act(
        "初期パスワードの発行",
        "推測できないパスワードを新しく作り、次の画面に一度だけ表示します。"
        "いまのパスワードは使えなくなり、この利用者のサインインはすべて終わります。",
        "新しいパスワードです。この画面を閉じると、二度と表示できません。本人だけに伝えてください。"
        "本人は、最初のサインインで別のパスワードに変えます。",
        issue_password,
    ),
    "second-factor": Act(
        "二要素認証の解除",
        "登録されている認証アプリ・パスキー・回復コードをすべて外します。"
        "端末をなくした本人からの依頼であることを確かめてください。",
        "二要素認証を外しました。本人に、サインインしてすぐに登録し直すよう伝えてください。",
        remove_second_factors,
    ),
    "unlock": Act(
        "ロックの解除",
        "パスワードの間違いが続いたために止まっているサインインを、すぐにできるようにします。",
        "ロックを解除しました。",
        unlock,
    ),
}
