from typing import Any

from django.core.management.base import BaseCommand

from evaluation.loading import load_source


class Command(BaseCommand):
    help = "資料（令和8年1月28日）のデータのうち、まだないものを登録します。すでにあるものは変更しません。"

    def handle(self, *args: Any, **options: Any) -> None:
        created = load_source()
        if not created.total():
            self.stdout.write("資料のデータは、すでにすべて登録されています。")
            return
        self.stdout.write("資料のデータを登録しました。")
        for name, count in created.items():
            if count:
                self.stdout.write(f"　{name} {count}件")
