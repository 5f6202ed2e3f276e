"""What marking adds to the page of the comparison table: 500 clauses, 52 of them changed.

One process answers the page in turns, with marks and without, each time with empty caches, so that a
busy machine slows both alike. Without marks a revised text is shown as it is on both sides.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from unittest.mock import patch

from tests.benchmarks.children import ROOT, python, run

CLAUSES, CHANGED = 500, 52
FILL = """
import django
django.setup()
from tests.benchmarks import table_page
table_page.fill("{}", "{}")
"""
CODE = """
import sys, django
django.setup()
from tests.benchmarks import table_marks
table_marks.answer(int(sys.argv[1]))
"""


def measured(repeat: int) -> tuple[float, float]:
    """Return the median ratio of the page with marks to the one without, and its median seconds."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        run(python(FILL.format(CLAUSES, CHANGED)), environment={"PORTAL_DATA": folder})
        done = subprocess.run(
            python(CODE, str(repeat)),
            cwd=ROOT,
            env={**os.environ, "PORTAL_DATA": folder},
            stdout=subprocess.PIPE,
            check=True,
        )
    ratio, seconds = json.loads(done.stdout)
    return ratio, seconds


def answer(repeat: int) -> None:
    """Print as JSON what `measured` returns."""
    from django.test import Client

    from evaluation.comparison import table
    from evaluation.comparison.marking import Marks
    from programs.models import User

    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.get(username="reader"))
    ratios, times = [], []
    for turn in range(repeat + 1):
        with patch.object(table, "mark_many", lambda pairs: [Marks() for _ in pairs]):
            plain, unmarked = timed(client)
        marked, html = timed(client)
        assert (unmarked.count("<ins>"), html.count("<tr id=")) == (0, CHANGED + 2)
        assert html.count("<ins>") > CHANGED // 2
        if turn:  # the first one fills the caches of templates and translations
            ratios.append(marked / plain)
            times.append(marked)
    json.dump([statistics.median(ratios), statistics.median(times)], sys.stdout)


def timed(client: object) -> tuple[float, str]:
    """Return the processor time of an answer, and the page."""
    forget()
    start = time.process_time()
    response = client.get("/bench/1/amendments/draft/comparison/")  # type: ignore[attr-defined]
    spent = time.process_time() - start
    assert response.status_code == 200
    return spent, response.content.decode()


def forget() -> None:
    """Empty every cache of the engine: a page is asked for once after an edit."""
    for name, module in list(sys.modules.items()):
        if name.startswith("evaluation.comparison"):
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear"):
                    value.cache_clear()
