"""What every page costs the server, as a ratio to an empty page of the same site.

One process answers all pages in turns, so that a busy machine slows them alike. The empty page has
the frame, the session and the roles of its reader, and nothing in it.
"""

import json
import os
import statistics
import subprocess
import sys
import time

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from tests.benchmarks.children import ROOT, python
from tests.benchmarks.table_page import database

CODE = """
import sys, django
django.setup()
from tests.benchmarks import pages
pages.answer(int(sys.argv[1]))
"""
# Reader (a role, or "" for nobody), name, address, and how many empty pages it may cost.
PAGES = [
    ("", "start page, public", "/", 3),
    ("editor", "start page, editor", "/", 4),
    ("", "text in force", "/jst/5/", 8),
    ("", "item", "/jst/5/items/{item}/", 6),
    ("", "appendix", "/jst/5/appendix/", 8),
    ("", "policy hierarchy", "/jst/5/policy/", 3),
    ("", "programmes", "/programmes/", 4),
    ("editor", "programme", "/jst/programmes/{program}/", 4),
    ("editor", "text with the draft", "/jst/5/?amendment=2026-01-28", 14),
    ("editor", "amendment", "/jst/5/amendments/2026-01-28/", 14),
    ("editor", "comparison table", "/jst/5/amendments/2026-01-28/comparison/", 14),
    ("editor", "overview sheets", "/jst/5/amendments/2026-01-28/overview/", 5),
    ("editor", "draft, tree of clauses", "/jst/5/amendments/2026-01-28/edit/", 25),
    ("editor", "one clause", "/jst/5/amendments/2026-01-28/clauses/{item}/", 20),
    ("editor", "reasons", "/jst/5/amendments/2026-01-28/reasons/", 12),
    ("auditor", "history", "/history/", 30),
    ("", "verification", "/verification/", 2),
    ("editor", "my page", "/account/", 4),
]


@login_not_required
def empty(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html")


urlpatterns = [path("empty/", empty), path("", include("jst_objectives.urls"))]


def measured(repeat: int) -> list[tuple[str, float, float]]:
    """Return name, ratio to the empty page, and bar of every page."""
    folder = database(10)
    command = python(CODE, str(repeat))
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PORTAL_DATA": folder},
        stdout=subprocess.PIPE,
        check=True,
    )
    ratios = json.loads(done.stdout)
    return [(name, ratios[name], bar) for _, name, _, bar in PAGES]


def answer(repeat: int) -> None:
    """Print as JSON the median ratio of each page to the empty page beside it."""
    from django.conf import settings
    from django.test import Client

    from evaluation.loading import load_source
    from evaluation.models import Clause
    from programs.models import Agency, Program, User
    from tests.factories import make_user

    settings.ROOT_URLCONF = "tests.benchmarks.pages"
    settings.ALLOWED_HOSTS = ["testserver"]
    load_source()
    agency = Agency.objects.get(code="jst")
    clients = {"": Client()}
    for role in ("editor", "auditor"):
        user = User.objects.filter(username=role).first() or make_user(agency, role, username=role)
        clients[role] = Client()
        clients[role].force_login(user)
    text = {
        "item": Clause.objects.filter(kind="item", introduced_by__slug="baseline")[0].public_id,
        "program": Program.objects.filter(agency=agency)[0].slug,
    }
    ratios: dict[str, list[float]] = {}
    for _ in range(repeat + 1):
        for role, name, address, _ in PAGES:
            base = seconds(clients[role], "/empty/")
            page = seconds(clients[role], address.format(**text))
            ratios.setdefault(name, []).append(page / base)
    # The first round fills the caches.
    json.dump({name: statistics.median(r[1:]) for name, r in ratios.items()}, sys.stdout)


def seconds(client: object, address: str) -> float:
    start = time.process_time()
    response = client.get(address)  # type: ignore[attr-defined]
    spent = time.process_time() - start
    if response.status_code != 200:
        raise RuntimeError(f"{address}: {response.status_code}")
    return spent
