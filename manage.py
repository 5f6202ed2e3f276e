#!/usr/bin/env python3
"""Django's command line."""

import os
import sys
from pathlib import Path

PYTHON = Path(__file__).resolve().parent / ".venv" / "bin" / "python"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jst_objectives.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        # `python manage.py …` works without activating the environment that ./portal made.
        if not PYTHON.exists() or Path(sys.prefix) == PYTHON.parent.parent:
            sys.exit("Django が見つかりません。先に ./portal up を実行してください。")
        os.execv(PYTHON, [str(PYTHON), *sys.argv])
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
