"""What production must not have, beyond what the settings themselves refuse."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import DatabaseError

from programs.models import User


def check_demo_users(
    app_configs: Any, databases: Sequence[str] | None, **kwargs: Any
) -> list[CheckMessage]:
    """System check: no demo user in production, whose passwords lie in a file."""
    if not settings.PRODUCTION or "default" not in (databases or []):
        return []
    try:
        names = list(User.objects.filter(is_demo=True).values_list("username", flat=True))
    except DatabaseError:
        return []  # before the first migration there is nobody
    if not names:
        return []
    text = f"本番環境にデモ用の利用者がいます：{'、'.join(sorted(names))}。"
    hint = "デモのデータベースは使わず、空のデータベースから manage.py create_maintainer で始めてください。"
    return [Error(text, hint=hint, id="evaluation.E002")]
