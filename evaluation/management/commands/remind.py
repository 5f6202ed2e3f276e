"""`manage.py remind`: mail who has results to enter or to check; run it daily."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evaluation.reminding import remind


class Command(BaseCommand):
    help = "期限の近い実績の入力と、待っている確認を、メールで知らせます（一人に一日一通まで）。"

    def handle(self, *args: Any, **options: Any) -> None:
        outcome = remind()
        self.stdout.write(
            f"{outcome.sent}人に送りました（今日すでに送った人：{outcome.before}人）。"
        )
        if outcome.failed:
            raise CommandError(
                f"{outcome.failed}人に送れませんでした。次に実行したときに、もう一度送ります。"
            )
