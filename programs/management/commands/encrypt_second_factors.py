"""`manage.py encrypt_second_factors`: encrypt the secrets of second factors by the present SECRET_KEY."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand
from django.db import transaction

from programs.secrecy import decrypt, encrypt


class Command(BaseCommand):
    help = "二段階認証の秘密を、いまの SECRET_KEY で暗号化し直します。鍵を替えるときに実行します。"

    @transaction.atomic
    def handle(self, **options: Any) -> None:
        done, unreadable = 0, []
        for factor in Authenticator.objects.select_for_update(of=("self",)).select_related("user"):
            try:
                changed = renew(factor.data)
            except PermissionDenied:
                unreadable.append(factor.user.get_username())
                continue
            if changed:
                factor.save(update_fields=["data"])
                done += 1
        self.stdout.write(f"{done}件を暗号化し直しました。")
        if unreadable:
            self.stderr.write(
                f"どの鍵でも読めないもの：{'、'.join(unreadable)}（解除して登録し直してください）"
            )


def renew(data: dict[str, Any]) -> bool:
    """Encrypt the secret of an app or of recovery codes anew; return False where there is none."""
    names = [name for name in ("secret", "seed") if name in data]
    for name in names:
        data[name] = encrypt(decrypt(data[name]))
    return bool(names)
