"""What every page costs the server, as a ratio to an empty page of the same site.

One process answers all pages in turns, each beside an empty page, so that a busy machine slows both
alike. The empty page has the frame, the session and the roles of its reader, and nothing in it.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client
from django.urls import include, path

from tests.benchmarks.children import ROOT, python

CODE = """
import sys, django
django.setup()
from tests.benchmarks import pages
pages.answer(int(sys.argv[1]))
"""
TEXT = "/jst/5/"
GRADED = TEXT + "grades/{graded}/"
GRADE = GRADED + "2025/yearly/"
DRAFT = "/jst/5/amendments/2026-01-28/"
CLAUSE = DRAFT + "clauses/{item}/"
BODY = DRAFT + "clauses/{body}/"
# Reader ("" is anybody), name, address, and how many empty pages it may cost. First the ministry's
# document …
Page = tuple[str, str, str, float]
REAL: list[Page] = [
    ("", "start page, public", "/", 10),
    ("editor", "start page, editor", "/", 15),
    ("auditor", "start page, auditor", "/", 10),
    ("editor", "my page", "/account/", 5),
    ("", "sign-in", "/accounts/login/", 10),
    ("", "verification", "/verification/", 5),
    ("", "programmes", "/programmes/", 20),
    ("editor", "programmes, with the draft", "/programmes/", 20),
    ("editor", "programme", "/jst/programmes/{program}/", 25),
    ("", "search, the form", "/search/", 8),
    ("", "search", "/search/?q=研究", 40),
    ("editor", "search, three words", "/search/?q=研究　開発　推進", 25),
    ("", "text in force", TEXT, 30),
    ("", "text of a day as known on another", TEXT + "?on=R8.2.1&known=R8.3.1", 30),
    ("editor", "text with the draft", TEXT + "?amendment=2026-01-28", 15),
    ("", "item", TEXT + "items/{item}/", 30),
    ("editor", "item with the draft", TEXT + "items/{item}/?amendment=2026-01-28", 20),
    ("", "appendix", TEXT + "appendix/", 30),
    ("editor", "appendix with the draft", TEXT + "appendix/?amendment=2026-01-28", 20),
    ("", "policy hierarchy", TEXT + "policy/", 20),
    ("agency", "indicators", TEXT + "indicators/", 40),
    ("agency", "indicator", TEXT + "indicators/{indicator}/", 20),
    ("agency", "values by workbook", TEXT + "results/excel/", 8),
    ("agency", "new measure", TEXT + "indicators/{indicator}/measures/new/", 20),
    ("agency", "results, items by year", TEXT + "results/", 30),
    ("agency", "results of an item", TEXT + "items/{graded}/results/", 30),
    ("agency", "results of an item as CSV", TEXT + "items/{graded}/results.csv", 30),
    ("agency", "a fiscal year", TEXT + "results/years/2024/", 30),
    ("agency", "who enters until when", TEXT + "results/years/2024/people/", 40),
    ("agency", "an item's year", TEXT + "results/years/2024/items/{graded}/", 30),
    ("agency", "hand an item's year in", TEXT + "results/years/2024/items/{graded}/submit/", 30),
    ("agency", "reports", TEXT + "results/reports/", 10),
    ("agency", "make a report", TEXT + "results/reports/new/", 10),
    ("agency", "grades", TEXT + "grades/", 25),
    ("agency", "grades in Word", TEXT + "grades.docx", 60),
    ("agency", "assessment sheet", GRADE, 30),
    ("agency", "assessment sheet in Word", GRADE + "sheet.docx", 60),
    ("agency", "self-evaluation", GRADE + "self/", 25),
    ("agency", "issue a self-evaluation", GRADE + "self/issue/", 25),
    ("assessor", "issue a sheet", GRADE + "issue/assessment/", 30),
    ("assessor", "issue 評価書", TEXT + "grades/overall/2025/yearly/issue/evaluation/", 40),
    ("printer", "評価書 being made", TEXT + "grades/renderings/{print}/", 8),
    ("agency", "inputs of an item", GRADED + "inputs/", 35),
    ("agency", "plans of an item", GRADED + "plans/2025/", 20),
    ("agency", "remedies", TEXT + "grades/remedies/", 20),
    ("agency", "checks of grades", TEXT + "grades/checks/2025/", 25),
    ("agency", "grid of one value", TEXT + "results/entry/", 6),
    ("agency", "grid, one item", TEXT + "results/entry/{graded}/", 30),
    ("agency", "one value", TEXT + "indicators/{indicator}/measures/1/2024/", 20),
    ("agency", "one yearly text", TEXT + "indicators/{evaluated}/2024/", 20),
    ("agency", "add evidence", TEXT + "indicators/{evaluated}/2023/evidence/", 20),
    ("agency", "evidence", TEXT + "evidence/{evidence}/", 6),
    ("agency", "take evidence off", TEXT + "evidence/{evidence}/remove/", 20),
    ("editor", "amendment", DRAFT, 20),
    ("", "amendment, the baseline", TEXT + "amendments/baseline/", 25),
    ("editor", "comparison table", DRAFT + "comparison/", 20),
    ("editor", "comparison, as one text", DRAFT + "comparison/?view=inline", 22),
    ("editor", "comparison, in full", DRAFT + "comparison/?extent=full", 30),
    ("editor", "marks of a clause", BODY + "marks/", 20),
    ("editor", "form of the table", DRAFT + "comparison/form/", 8),
    ("editor", "appendix, cell by cell", DRAFT + "comparison/appendix/", 20),
    ("", "two versions, the form", TEXT + "comparison/", 8),
    (
        "editor",
        "two versions",
        TEXT + "comparison/?old=on:2026-01-28&new=with:2026-01-28",
        27,
    ),
    ("editor", "memo", DRAFT + "memo/", 10),
    ("editor", "table in Word", DRAFT + "comparison.docx", 60),
    ("editor", "a document being made", DRAFT + "renderings/{rendering}/", 8),
    ("editor", "overview sheets", DRAFT + "overview/", 10),
    ("editor", "consistency checks", DRAFT + "checks/", 35),
    ("editor", "a finding to waive", DRAFT + "checks/{finding}/", 35),
    ("editor", "reconciliation, the form", DRAFT + "reconciliation/", 10),
    ("editor", "start a draft", TEXT + "amendments/new/", 6),
    ("editor", "facts of a draft", DRAFT + "facts/", 10),
    ("editor", "draft, tree of clauses", DRAFT + "edit/", 46),
    ("editor", "draft, changes only", DRAFT + "edit/?only=changed", 25),
    ("editor", "draft, put in order", DRAFT + "edit/order/", 22),
    ("editor", "one clause", CLAUSE, 26),
    ("editor", "renumber a clause", CLAUSE + "relabel/", 15),
    ("editor", "move a clause", CLAUSE + "move/", 20),
    ("editor", "delete a clause", CLAUSE + "repeal/", 15),
    ("editor", "new item", DRAFT + "items/new/", 20),
    ("editor", "new paragraph", DRAFT + "clauses/new/", 15),
    ("editor", "split a paragraph", BODY + "split/", 15),
    ("editor", "numbers", DRAFT + "numbers/", 20),
    ("editor", "references", DRAFT + "references/", 20),
    ("editor", "paste from Word", DRAFT + "paste/", 15),
    ("editor", "comments", DRAFT + "comments/", 20),
    ("editor", "comment on a clause", BODY + "comment/", 20),
    ("editor", "what decisions overlap with", DRAFT + "conflicts/", 20),
    ("editor", "for other agencies", DRAFT + "other-agencies/", 10),
    ("editor", "reasons", DRAFT + "reasons/", 15),
    ("editor", "one reason", DRAFT + "reasons/{reason}/", 10),
    ("editor", "delete a reason", DRAFT + "reasons/{reason}/delete/", 15),
    ("editor", "submit", DRAFT + "steps/submit/", 21),
    ("editor", "copy", DRAFT + "steps/copy/", 15),
    ("editor", "withdraw", DRAFT + "steps/withdraw/", 10),
    ("approver", "approve", TEXT + "amendments/submitted/steps/approve/", 60),
    ("approver", "decide, first page", TEXT + "amendments/approved/steps/decide/", 20),
    (
        "approver",
        "decide, check page",
        TEXT + "amendments/approved/steps/decide/?decided_on=2026-03-31&effective_on=2026-04-01",
        60,
    ),
    ("editor", "procedure", DRAFT + "procedure/", 20),
    ("editor", "record a step", DRAFT + "procedure/new/", 10),
    ("editor", "one step", DRAFT + "procedure/{step}/", 15),
    ("editor", "correct a step", DRAFT + "procedure/{step}/correct/", 10),
    ("editor", "remove a step", DRAFT + "procedure/{step}/remove/", 10),
    ("editor", "add a file", DRAFT + "procedure/{step}/files/new/", 10),
    ("editor", "a file", DRAFT + "procedure/{step}/files/{file}/", 10),
    ("editor", "take a file away", DRAFT + "procedure/{step}/files/{file}/remove/", 10),
    ("editor", "restrict", DRAFT + "steps/restrict/", 15),
    ("named", "restriction", TEXT + "amendments/restricted/restriction/", 15),
    ("named", "a named reader", TEXT + "amendments/restricted/restriction/{reader}/", 15),
    ("editor", "corrections", TEXT + "amendments/baseline/corrections/", 30),
    ("editor", "correct a wording", TEXT + "amendments/baseline/corrections/{item}/", 15),
    ("auditor", "history", "/history/", 70),
    ("auditor", "history of the text", "/history/?kind=wording", 50),
    ("auditor", "history, all as CSV", "/history/export/", 150),
    ("maintainer", "maintenance", "/maintenance/", 5),
    ("maintainer", "maintenance, wordings", "/maintenance/evaluation/wording/", 15),
]
# … then 1,000 clauses, 300 of which the draft changes.
LARGE_TEXT = "/large/5/"
LARGE_DRAFT = LARGE_TEXT + "amendments/draft/"
LARGE: list[Page] = [
    ("", "1,000: text in force", LARGE_TEXT, 110),
    ("editor", "1,000: text with the draft", LARGE_TEXT + "?amendment=draft", 55),
    ("editor", "1,000: search, in half of the texts", "/search/?q=研究", 60),
    ("editor", "1,000: search, in none", "/search/?q=ないことば", 20),
    ("", "1,000: item", LARGE_TEXT + "items/{item}/", 90),
    ("editor", "1,000: appendix with the draft", LARGE_TEXT + "appendix/?amendment=draft", 100),
    ("editor", "1,000: amendment", LARGE_DRAFT, 50),
    ("editor", "1,000: comparison table", LARGE_DRAFT + "comparison/", 170),
    ("editor", "1,000: comparison in full", LARGE_DRAFT + "comparison/?extent=full", 190),
    ("editor", "1,000: comparison as one text", LARGE_DRAFT + "comparison/?view=inline", 150),
    ("editor", "1,000: appendix, cell by cell", LARGE_DRAFT + "comparison/appendix/", 150),
    ("editor", "1,000: draft, tree of clauses", LARGE_DRAFT + "edit/", 215),
    ("editor", "1,000: draft, changes only", LARGE_DRAFT + "edit/?only=changed", 165),
    ("editor", "1,000: draft, put in order", LARGE_DRAFT + "edit/order/", 105),
    ("editor", "1,000: consistency checks", LARGE_DRAFT + "checks/", 200),
    ("editor", "1,000: one clause", LARGE_DRAFT + "clauses/{item}/", 138),
    ("editor", "1,000: move a clause", LARGE_DRAFT + "clauses/{item}/move/", 55),
    ("editor", "1,000: new item", LARGE_DRAFT + "items/new/", 45),
    ("editor", "1,000: references", LARGE_DRAFT + "references/", 55),
    ("editor", "1,000: comments", LARGE_DRAFT + "comments/", 130),
    ("editor", "1,000: what decisions overlap with", LARGE_DRAFT + "conflicts/", 110),
    ("editor", "1,000: reasons", LARGE_DRAFT + "reasons/", 45),
    ("importer", "1,000: preview of an import", LARGE_TEXT + "results/imports/{value_import}/", 68),
    ("approver", "1,000: approve", LARGE_TEXT + "amendments/submitted/steps/approve/", 490),
    ("auditor", "1,000: history of the text", "/history/?kind=wording", 60),
]


@login_not_required
def empty(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html")


urlpatterns = [path("empty/", empty), path("", include("jst_objectives.urls"))]


def measured(repeat: int) -> Iterator[tuple[str, float, float]]:
    """Yield name with milliseconds, ratio to the empty page, and bar of every page."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        done = subprocess.run(
            python(CODE, str(repeat)),
            cwd=ROOT,
            env={**os.environ, "PORTAL_DATA": folder},
            stdout=subprocess.PIPE,
            check=True,
        )
    costs = json.loads(done.stdout)
    for _, name, _, bar in REAL + LARGE:
        times, seconds = costs[name]
        yield f"{name} ({1000 * seconds:.0f} ms)", times, bar


def answer(repeat: int) -> None:
    """Print as JSON each page's median ratio to the empty page beside it, and its median seconds."""
    from django.conf import settings
    from django.core.management import call_command

    from tests.large import Large

    settings.ROOT_URLCONF = "tests.benchmarks.pages"
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    clients = {"": Client(HTTP_HOST="localhost")}
    costs = timed(REAL, clients, real_document(clients), repeat)
    large = Large.made(items=100, many=3, code="large")
    names = readers(clients, large.period) | importer(clients, large.period)
    costs |= timed(LARGE, clients, names, repeat)
    json.dump(costs, sys.stdout)


def real_document(clients: dict[str, Client]) -> dict[str, Any]:
    """Load the ministry's document, with a submitted and an approved copy of its draft."""
    from evaluation import drafting, procedure, rendering
    from evaluation.documents.issuing import take_snapshot
    from evaluation.loading import load_source
    from evaluation.models import ObjectivePeriod
    from tests.factories import make_user

    load_source()
    period = ObjectivePeriod.objects.get(agency__code="jst")
    names = readers(clients, period)
    editor, approver = (make_user(period.agency, role) for role in ("editor", "approver"))
    source = period.amendments.get(slug="2026-01-28")
    for state in ("submitted", "approved"):
        copy = drafting.copy(source, by=editor, slug=state, title=f"{source}（{state}）")
        procedure.submit(copy, by=editor)
    procedure.approve(copy, by=approver)
    begun = rendering.start(take_snapshot(source, by=editor), "dossier", by=editor)
    names |= recorded_and_restricted(source, clients) | {"rendering": begun.pk}
    names |= printed(period, clients)
    return names | entered(names)


def recorded_and_restricted(draft: Any, clients: dict[str, Client]) -> dict[str, Any]:
    """Record a step of a draft with a file; restrict a copy of it to one person, signed in as `named`."""
    from evaluation import drafting, recording, restricting
    from tests.factories import DAY, make_user

    editor = make_user(draft.period.agency, "editor")
    kind = draft.period.agency.step_kinds.all()[0]
    step = recording.record(draft, kind, by=editor, date=DAY)
    file = recording.attach(step, by=editor, name="x.pdf", suffix="pdf", content=b"%PDF-")
    copy = drafting.copy(draft, by=editor, slug="restricted", title="制限")
    restriction = restricting.restrict(copy, by=editor, why="市場")
    clients["named"] = Client(HTTP_HOST="localhost")
    clients["named"].force_login(editor)
    return {"step": step.pk, "file": file.pk, "reader": restriction.readers.get().pk}


def printed(period: Any, clients: dict[str, Client]) -> dict[str, Any]:
    """Let somebody begin a print of 評価書, signed in as `printer`."""
    from evaluation import rendering
    from tests.factories import make_user

    person = make_user(period.agency, "agency")
    clients["printer"] = Client(HTTP_HOST="localhost")
    clients["printer"].force_login(person)
    return {"print": rendering.start_print(period, 2025, "yearly", by=person).pk}


def entered(names: dict[str, Any]) -> dict[str, Any]:
    """Enter a value and a yearly text with its evidence."""
    from evaluation import valuing
    from evaluation.models import Clause
    from tests.factories import make_measure, make_value

    make_value(make_measure(Clause.objects.get(public_id=names["indicator"])))
    evaluated = Clause.objects.filter(kind="evaluation_indicator", introduced_by__kind="baseline")[
        0
    ]
    text = valuing.record_result(evaluated, 2023, "実績", by=None)
    evidence = valuing.attach_file(text, by=None, title="資料", name="x.pdf", content=b"%PDF-")
    return {"evaluated": evaluated.public_id, "evidence": evidence.pk}


def readers(clients: dict[str, Client], period: Any) -> dict[str, Any]:
    """Sign a reader of each role in; return what the addresses name."""
    from evaluation.consistency import check
    from evaluation.models import AmendmentReason, Clause, Wording
    from tests.factories import make_user

    for role in ("editor", "approver", "auditor", "maintainer", "agency", "assessor"):
        clients[role] = Client(HTTP_HOST="localhost")
        clients[role].force_login(make_user(period.agency, role))
    items = Clause.objects.filter(period=period, kind="item", introduced_by__kind="baseline")
    decided = Clause.objects.filter(period=period, introduced_by__kind="baseline")
    indicators = decided.filter(kind="monitoring_indicator")
    reworded = Wording.objects.filter(amendment__period=period, base__isnull=False)
    reasons = AmendmentReason.objects.filter(group__amendment__period=period)
    draft = period.amendments.filter(state="draft", wordings__isnull=False)[0]
    return {
        "item": items[0].public_id,
        "indicator": indicators[0].public_id,
        "graded": indicators[0].wordings.all()[0].parent.public_id,
        "body": reworded[0].clause.public_id,
        "program": period.agency.programs.all()[0].slug,
        "reason": reasons[0].pk,
        "finding": check(draft).open[0].finding.fingerprint,
    }


def importer(clients: dict[str, Client], period: Any) -> dict[str, Any]:
    """Sign in who has a file to confirm."""
    from evaluation.models import ValueImport

    kept = ValueImport.objects.get(period=period)
    clients["importer"] = Client(HTTP_HOST="localhost")
    clients["importer"].force_login(kept.uploaded_by)
    return {"value_import": kept.pk}


def timed(
    pages: list[Page], clients: dict[str, Client], names: dict[str, Any], repeat: int
) -> dict[str, tuple[float, float]]:
    ratios: dict[str, list[float]] = {name: [] for _, name, _, _ in pages}
    times: dict[str, list[float]] = {name: [] for _, name, _, _ in pages}
    for turn in range(repeat + 1):
        for reader, name, address, _ in pages:
            nothing = seconds(clients[reader], "/empty/")
            something = seconds(clients[reader], address.format(**names))
            if turn:  # the first one fills the caches
                ratios[name].append(something / nothing)
                times[name].append(something)
    median = statistics.median
    return {name: (median(ratios[name]), median(times[name])) for name in ratios}


def seconds(client: Client, address: str) -> float:
    """Return the processor time of an answer."""
    start = time.process_time()
    response = client.get(address)
    spent = time.process_time() - start
    if response.status_code != 200:
        raise RuntimeError(f"{address}: {response.status_code}")
    return spent
