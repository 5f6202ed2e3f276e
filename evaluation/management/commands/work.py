"""`manage.py work`: do the work that takes longer than a page may, one process until it is stopped."""

import sys
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker

from evaluation import rendering
from evaluation.importing import working


class PromptWorker(Worker):
    """Ends at once when it is told to: what it was at is told as stopped, and can be begun again."""

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        self.running = False
        sys.exit(0)


class Command(BaseCommand):
    help = "画面を待たせずに行う仕事（長い文書の作成、大きな取込み）を、止められるまで続けます。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", action="store_true", help="することがなくなれば終わる")

    def handle(self, *args: Any, batch: bool, **options: Any) -> None:
        rendering.reap()
        working.reap()
        worker = PromptWorker(
            queue_names=["default"],
            interval=0.5,
            batch=batch,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )
        worker.configure_signals()
        worker.run()
