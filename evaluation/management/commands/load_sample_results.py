"""Fill a period with sample measures, targets and values, marked as such wherever they are shown."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from evaluation.models import ObjectivePeriod
from evaluation.samples import load_sample_results


class Command(BaseCommand):
    help = "実績の見本を登録します。実際の値がある期間には加えません。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--agency", default="jst", help="法人のコード（既定：jst）")
        parser.add_argument("--period", type=int, default=5, help="期（既定：5）")

    def handle(self, *args: Any, **options: Any) -> None:
        period = ObjectivePeriod.objects.filter(
            agency__code=options["agency"], number=options["period"]
        ).first()
        if period is None:
            raise CommandError("この法人の期がありません。先に load_source を実行してください。")
        try:
            count = load_sample_results(period)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{period}：見本の値{count}件があります。")
