"""What the page of the comparison table costs, from the database to HTML."""

import datetime as dt
import random
import tempfile
from functools import cache

from tests.benchmarks.children import Cost, python, run
from tests.benchmarks.rows import CLAUSES, EDITS, ENDINGS

CODE = """
import sys, django
django.setup()
from tests.benchmarks import table_page
getattr(table_page, sys.argv[1])(*sys.argv[2:])
"""


def page(count: int) -> Cost:
    """Return the cost of one process that answers the page of `count` changed clauses."""
    return run(python(CODE, "answer"), environment={"PORTAL_DATA": database(count)})


@cache
def database(count: int) -> str:
    """Make a database whose draft changes `count` clauses; return its folder."""
    folder = tempfile.mkdtemp(prefix="portal-bench-")
    run(python(CODE, "fill", str(count)), environment={"PORTAL_DATA": folder})
    return folder


def answer() -> None:
    """Ask for the page as a signed-in reader."""
    from django.test import Client

    from programs.models import User

    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.get(username="reader"))
    response = client.get("/bench/1/amendments/draft/comparison/")
    assert response.status_code == 200


def fill(count: str, changed: str = "") -> None:
    """Write a decided baseline of paragraphs and a draft that rewords each of them, or as many of them
    as `changed`, spread evenly."""
    from django.core.management import call_command

    from evaluation import amending, ranks
    from evaluation.models import Clause, Wording
    from jst_objectives import history
    from tests.factories import decide, make_draft, make_period, make_user

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    period = make_period(code="bench", number=1)
    make_user(period.agency, "editor", username="reader")
    baseline = make_draft(period, kind="baseline")
    chapter = amending.insert(baseline, "chapter", parent=None, label="Ⅲ", text="事項", by=None)
    clauses = [
        Clause(period=period, kind="body", introduced_by=baseline) for _ in range(int(count))
    ]
    history.create_all(Clause, clauses, by=None, reason="計測")
    choose = random.Random(20260128)
    old, new = zip(*(sentences(choose) for _ in clauses), strict=True)
    places = dict(zip((c.pk for c in clauses), ranks.spread(len(clauses)), strict=True))
    common = {"parent": chapter, "excerpt": False}
    rows = [
        Wording(clause=c, amendment=baseline, rank=places[c.pk], text=text, **common)
        for c, text in zip(clauses, old, strict=True)
    ]
    history.create_all(Wording, rows, by=None, reason="計測")
    decide(baseline, dt.date(2022, 4, 1))
    draft = amending.start(period, slug="draft", title="変更案", by=None)
    rows = [
        Wording(clause=r.clause, amendment=draft, rank=r.rank, text=text, base=r, **common)
        for r, text in zip(rows, new, strict=True)
    ]
    rows = rows[:: len(rows) // int(changed or count)][: int(changed or count)]
    history.create_all(Wording, rows, by=None, reason="計測")


def sentences(choose: random.Random) -> tuple[str, str]:
    """Return an old and a new sentence of about 100 characters that differ in one phrase."""
    first, second, third = choose.sample(CLAUSES, 3)
    ending, (new, old) = choose.choice(ENDINGS), choose.choice(EDITS)
    return f"{first}{second}{old}{third}{ending}", f"{first}{second}{new}{third}{ending}"
