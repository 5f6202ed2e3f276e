"""`manage.py create_demo_users`: one user per role to try the portal with; refused in production."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from jst_objectives import history
from programs.accounts import new_password
from programs.models import Agency, Role, User

REASON = "デモ利用者の作成"


class Command(BaseCommand):
    help = "役割ごとのデモ利用者をそろえ、パスワードを PORTAL_DATA の demo-users.txt に書きます。"

    def handle(self, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError(
                "本番環境ではデモ利用者を作れません。manage.py create_maintainer を使ってください。"
            )
        agencies = Agency.objects.all()
        if not agencies:
            raise CommandError(
                "法人がまだありません。先に manage.py load_source を実行してください。"
            )
        file = settings.DATA_DIR / "demo-users.txt"
        known = read_passwords(file)
        passwords = {kind: known.get(kind, new_password()) for kind in Role.Kind}
        # The file first: it decides what the passwords are, also when this run is cut off here.
        write_passwords(file, passwords)
        with transaction.atomic():
            for kind, password in passwords.items():
                ensure_user(kind, password, agencies)


def ensure_user(kind: Role.Kind, password: str, agencies: Iterable[Agency]) -> None:
    """Create the demo user of a role, or give it back its password and role."""
    user = User.objects.filter(username=kind).first()
    if user is None:
        user = User(username=kind, last_name="デモ", first_name=kind.label, is_demo=True)
    if not user.is_demo:
        raise CommandError(f"利用者「{kind}」はデモ用ではないため、そのままにしました。")
    if not user.check_password(password):
        user.set_password(password)
        history.save(user, by=None, reason=REASON)
    for agency in agencies:
        if not user.roles.filter(agency=agency, role=kind).exists():
            history.save(Role(user=user, agency=agency, role=kind), by=None, reason=REASON)


def read_passwords(file: Path) -> dict[str, str]:
    """Return the passwords by user name; lines are "user name, password, role"."""
    if not file.exists():
        return {}
    lines = [line.split() for line in file.read_text(encoding="utf-8").splitlines()]
    return {line[0]: line[1] for line in lines if len(line) == 3}


def write_passwords(file: Path, passwords: dict[Role.Kind, str]) -> None:
    """Write the file anew, readable by its owner only."""
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with open(
        os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as f:
        f.writelines(f"{k.value:12}{password}  {k.label}\n" for k, password in passwords.items())
    new.replace(file)
