"""What the server spends on a live comparison: the rows of a clause of 1,000 characters, as typed.

The ministry's text with one paragraph of 1,000 characters more, of which an editor types a sentence in the
middle and another at the end; each answer beside an empty page, in one process. Every answer compares
other words, so that no cache of the engine helps more than it does while somebody types.
"""

import datetime as dt
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

from django.test import Client

from tests.benchmarks.children import ROOT, python
from tests.benchmarks.pages import seconds

CODE = """
import sys, django
django.setup()
from tests.benchmarks import live
live.answer(int(sys.argv[1]))
"""
LENGTH = 1000
DAY = dt.date(2026, 2, 1)


def measured(repeat: int) -> tuple[float, float]:
    """Return the median ratio of an answer to the empty page beside it, and its median seconds."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        done = subprocess.run(
            python(CODE, str(repeat)),
            cwd=ROOT,
            env={**os.environ, "PORTAL_DATA": folder},
            stdout=subprocess.PIPE,
            check=True,
        )
    times, spent = json.loads(done.stdout)
    return times, spent


def answer(repeat: int) -> None:
    """Print as JSON what `measured` returns."""
    from django.conf import settings
    from django.core.management import call_command

    settings.ROOT_URLCONF = "tests.benchmarks.pages"
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    client = Client(HTTP_HOST="localhost")
    address, words = desk(client)
    ratios, times = [], []
    for turn in range(repeat + 1):
        nothing = seconds(client, "/empty/")
        something = typed(client, address, words, turn)
        if turn:  # the first one fills the caches
            ratios.append(something / nothing)
            times.append(something)
    json.dump([statistics.median(ratios), statistics.median(times)], sys.stdout)


def desk(client: Client) -> tuple[str, str]:
    """Load the text, sign an editor in, and return the live address of the long paragraph and its words."""
    from evaluation import amending
    from evaluation.loading import load_source
    from evaluation.models import Clause, ObjectivePeriod
    from tests.factories import decide, make_draft, make_user

    load_source()
    period = ObjectivePeriod.objects.get(agency__code="jst")
    item = Clause.objects.filter(kind="item", introduced_by__kind="baseline")[6]
    words = a_thousand_characters()
    before = make_draft(period)
    clause = amending.insert(before, "body", parent=item, text=words, by=None)
    decide(before, effective_on=DAY)
    draft = make_draft(period)
    client.force_login(make_user(period.agency, "editor"))
    start = f"/jst/5/amendments/{draft.slug}/clauses/{clause.public_id}/"
    return f"{start}compare/?part=rows", words


def typed(client: Client, address: str, words: str, turn: int) -> float:
    """Return the processor time of the answer to words that were never sent before."""
    middle = words.index("。", LENGTH // 2) + 1
    new = f"第{turn}の拠点を設ける。"
    text = f"{words[:middle]}{new}{words[middle:]}{turn}年後に、その成果を広く社会に還元する。"
    start = time.process_time()
    response = client.post(address, {"seen": "x", "text": text})
    spent = time.process_time() - start
    if response.status_code != 200 or "<ins>" not in response.content.decode():
        raise RuntimeError(f"{address}: {response.status_code}")
    return spent


def a_thousand_characters() -> str:
    """Return sentences such as the ministry's, 1,000 characters together."""
    from tests.benchmarks.table_page import sentences

    choose = random.Random(20260128)
    words = ""
    while len(words) < LENGTH:
        words += sentences(choose)[0]
    return f"{words[: LENGTH - 1]}。"
