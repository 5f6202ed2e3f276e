"""`manage.py create_maintainer USERNAME`: the first person of a production portal."""

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from jst_objectives import history
from programs.models import Agency, Role, User

REASON = "保守者の作成"


class Command(BaseCommand):
    help = "保守者を作ります。パスワードは端末で2回たずねます。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="利用者名")
        parser.add_argument("--agency", help="法人の略号（省略すると、すべての法人）")
        parser.add_argument(
            "--password-stdin", action="store_true", help="パスワードを標準入力の1行目から読む"
        )

    def handle(
        self, *, username: str, agency: str | None, password_stdin: bool, **options: Any
    ) -> None:
        agencies = Agency.objects.filter(code=agency) if agency else Agency.objects.all()
        if not agencies:
            raise CommandError(no_agency(agency))
        user = User(username=username)
        try:
            user.clean_fields(exclude=["password"])
            user.validate_unique()
            password = sys.stdin.readline().rstrip("\n") if password_stdin else ask_password()
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        user.set_password(password)
        with transaction.atomic():
            history.save(user, by=None, reason=REASON)
            for each in agencies:
                role = Role(user=user, agency=each, role=Role.Kind.MAINTAINER)
                history.save(role, by=None, reason=REASON)
        names = "、".join(each.short_name for each in agencies)
        self.stdout.write(f"保守者「{username}」を作りました（{names}）。")


def no_agency(code: str | None) -> str:
    if code is None:
        return "法人がまだありません。先に manage.py load_source を実行してください。"
    codes = "、".join(Agency.objects.values_list("code", flat=True)) or "なし"
    return f"略号「{code}」の法人はありません。登録されている略号：{codes}"


def ask_password() -> str:
    if not sys.stdin.isatty():
        raise CommandError("端末がありません。パスワードは --password-stdin で渡してください。")
    password = getpass("パスワード：")
    if getpass("パスワード（確認）：") != password:
        raise CommandError("2回のパスワードが違います。もう一度実行してください。")
    return password
