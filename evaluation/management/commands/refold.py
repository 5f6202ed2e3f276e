"""manage.py refold: put the columns right that searches read, where a check says that they are wrong."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from evaluation import triggers
from jst_objectives.folded import folded_fields, refold


class Command(BaseCommand):
    help = "検索用の列を、本文から作り直します。"

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        # The column says nothing that its row does not: decided rows may be put right.
        triggers.drop(connection)
        for field in folded_fields():
            number = refold(field, connection)
            self.stdout.write(f"{field.model._meta.verbose_name}：{number}行を直しました。")
        triggers.install(connection)
