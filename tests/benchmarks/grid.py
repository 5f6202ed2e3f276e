"""What the server spends on the grid of values: the ministry's 70 monitoring indicators in five years.

The real amendment decided, with sample values in all that its indicators ask for, which is more lines than
indicators; each answer beside an empty page, in one process. A field is saved as the page's script sends it.
"""

import datetime as dt
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

from django.test import Client

from tests.benchmarks.children import ROOT, python
from tests.benchmarks.pages import seconds

CODE = """
import sys, django
django.setup()
from tests.benchmarks import grid
grid.answer(int(sys.argv[1]))
"""
DAY = dt.date(2026, 2, 1)
GRID = "/jst/5/results/entry/"


def figures(repeat: int) -> Iterator[tuple[str, float, float]]:
    """Yield name, ratio to the empty page beside it, and bar."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        done = subprocess.run(
            python(CODE, str(repeat)),
            cwd=ROOT,
            env={**os.environ, "PORTAL_DATA": folder},
            stdout=subprocess.PIPE,
            check=True,
        )
    made = json.loads(done.stdout)
    size = f"{made['indicators']} indicators, {made['fields']} fields"
    yield f"grid, {size} ({1000 * made['page'][1]:.0f} ms)", made["page"][0], 6
    yield f"one field saved ({1000 * made['saved'][1]:.0f} ms)", made["saved"][0], 25


def answer(repeat: int) -> None:
    """Print as JSON the size of the grid, and of page and saving the median ratio and seconds."""
    from django.conf import settings
    from django.core.management import call_command

    settings.ROOT_URLCONF = "tests.benchmarks.pages"
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    client = Client(HTTP_HOST="localhost")
    name = desk(client)
    times: dict[str, list[tuple[float, float]]] = {"page": [], "saved": []}
    for turn in range(repeat + 1):
        nothing = seconds(client, "/empty/")
        page = seconds(client, GRID)
        saved = save(client, name, turn)
        if turn:  # the first one fills the caches
            times["page"].append((page / nothing, page))
            times["saved"].append((saved / nothing, saved))
    medians = {
        name: [statistics.median(column) for column in zip(*rows, strict=True)]
        for name, rows in times.items()
    }
    json.dump(size(client) | medians, sys.stdout)


def desk(client: Client) -> str:
    """Fill the text as amended with samples, sign an evaluator in, and return the key of a field."""
    from evaluation.loading import load_source
    from evaluation.models import IndicatorValue, ObjectivePeriod
    from evaluation.samples import load_sample_results
    from tests.factories import decide, make_user

    load_source()
    period = ObjectivePeriod.objects.get(agency__code="jst")
    decide(period.amendments.get(slug="2026-01-28"), effective_on=DAY)
    load_sample_results(period)
    client.force_login(make_user(period.agency, "agency"))
    row = IndicatorValue.objects.filter(stage="preliminary", number__isnull=False)[0]
    return f"{row.measure_id}-{row.fiscal_year}"


def save(client: Client, key: str, turn: int) -> float:
    """Return the processor time of saving a number that did not stand there."""
    from evaluation.models import IndicatorValue

    measure, year = (int(part) for part in key.split("-"))
    seen = IndicatorValue.objects.get(measure=measure, fiscal_year=year).revision
    start = time.process_time()
    response = client.post(GRID, {f"v-{key}-{seen}": f"{turn + 1000}", "only": key})
    spent = time.process_time() - start
    if response.status_code != 200 or response.json()["refused"]:
        raise RuntimeError(f"{GRID}: {response.content.decode()}")
    return spent


def size(client: Client) -> dict[str, int]:
    html = client.get(GRID).content.decode()
    return {"indicators": html.count('scope="rowgroup"'), "fields": html.count('name="v-')}
