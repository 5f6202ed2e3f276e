"""What the server spends on a search, in texts of about 3,000 and 30,000 wordings.

Drafts and past wordings included, as an editor searches them; beside each the plainest query there is, which
reads the wordings that contain the word and knows no folding, no rights, no order and no highlighting.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from math import log

from django.test import Client

from tests.benchmarks.children import ROOT, python

CODE = """
import sys, django
django.setup()
from tests.benchmarks import search
search.answer(int(sys.argv[1]), int(sys.argv[2]))
"""
ITEMS = (155, 1550)
WORDS = {"a word of two letters": "研究", "two words": "研究 推進", "a word of nowhere": "鸚鵡"}


def figures(repeat: int) -> Iterator[tuple[str, float, float | None]]:
    """Yield name, figure and bar: each search beside the plain query, and its growth."""
    small, large = (measured(items, repeat) for items in ITEMS)
    for name in WORDS:
        spent, plain = large["times"][name]
        size = f"{large['wordings']:,} wordings ({1000 * spent:.0f} ms)"
        yield f"{name}, {size} / plain", spent / plain, None
        growth = log(spent / small["times"][name][0]) / log(large["wordings"] / small["wordings"])
        yield f"{name}, growth (exponent)", growth, 1.1


def measured(items: int, repeat: int) -> dict:
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        done = subprocess.run(
            python(CODE, str(items), str(repeat)),
            cwd=ROOT,
            env={**os.environ, "PORTAL_DATA": folder},
            stdout=subprocess.PIPE,
            check=True,
        )
    return json.loads(done.stdout)


def answer(items: int, repeat: int) -> None:
    """Print as JSON the number of wordings, and of each search its median seconds and the plain query's."""
    from django.core.management import call_command

    from evaluation.models import Wording
    from tests.benchmarks.pages import seconds
    from tests.factories import make_user
    from tests.large import Large

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    large = Large.made(items, 3)
    client = Client(HTTP_HOST="localhost")
    client.force_login(make_user(large.agency, "editor"))
    times = {}
    for name, words in WORDS.items():
        rows = [(seconds(client, f"/search/?q={words}"), plainly(words)) for _ in range(repeat + 1)]
        times[name] = [statistics.median(column) for column in zip(*rows[1:], strict=True)]
    json.dump({"wordings": Wording.objects.count(), "times": times}, sys.stdout)


def plainly(words: str) -> float:
    from evaluation.models import Wording

    start = time.process_time()
    rows = Wording.objects.all()
    for word in words.split():
        rows = rows.filter(text__contains=word)
    len(rows)
    return time.process_time() - start
