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
from programs.models import User

# Without the characters that are misread: 0 o, 1 l i.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Act:
    """`do` returns a secret to be shown once, or "". `effect` tells what will be, `done` what is."""

    name: str
    effect: str
    done: str
    do: Callable[[User, User], str]


@transaction.atomic
def issue_password(user: User, by: User) -> str:
    """Give a user a new random password, which ends the user's sessions, and return it."""
    password = new_password()
    user.set_password(password)
    history.save(user, by=by, reason="保守者による初期パスワードの発行")
    return password


@transaction.atomic
def remove_second_factors(user: User, by: User) -> str:
    Authenticator.objects.filter(user=user).delete()
    history.save(user, by=by, reason="保守者による二要素認証の解除")
    return ""


@transaction.atomic
def unlock(user: User, by: User) -> str:
    """Forget the wrong passwords typed for a user name, which axes counts in lower case."""
    reset(username=user.get_username().casefold())
    history.save(user, by=by, reason="保守者によるサインインのロックの解除")
    return ""


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
        "新しいパスワードです。この画面を閉じると、二度と表示できません。本人だけに伝えてください。",
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
