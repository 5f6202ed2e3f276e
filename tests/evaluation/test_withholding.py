"""Of a restricted draft an unnamed auditor reads who did what and when, and none of its text."""

import csv
import io

import pytest
from django.test import Client

from evaluation import amending, procedure, recording, restricting
from evaluation.models import StepKind
from jst_objectives import history
from tests.factories import DAY, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db

SECRET, WORDS = "市場を動かす文言", "大学ファンドに関する意見"


@pytest.fixture
def period():
    return make_period()


@pytest.fixture
def draft(period):
    """A restricted draft that rewords an item and has an opinion; another draft links the same item."""
    _, (_, item, *_) = make_baseline(period)
    editor = make_user(period.agency, "editor", username="hanako")
    draft = make_draft(period, by=editor, holder=editor)
    amending.reword(draft, item, SECRET, by=editor)
    kind = StepKind(agency=period.agency, position=1, name="意見聴取")
    history.save(kind, by=None, reason="試験")
    recording.record(draft, kind, by=editor, date=DAY, opinion=WORDS)
    restricting.restrict(draft, by=editor, why="市場への影響")
    procedure.withdraw(draft, by=editor, reason=f"{WORDS}のため")
    other = make_draft(period, by=editor)
    amending.relabel(other, item, "9", by=editor)
    return draft


def auditor_of(period):
    auditor, client = make_user(period.agency, "auditor"), Client()
    client.force_login(auditor)
    return auditor, client


def pages(client, draft):
    """Return all that the history says, on its pages and in both files."""
    html = "".join(
        client.get(f"/history/?amendment={draft.pk}{page}").content.decode()
        for page in ("", "&page=2")
    )
    every = client.get("/history/").content.decode()
    table = client.get("/history/export/").content.decode("utf-8-sig")
    return html, every, table


def test_the_log_is_there_and_the_text_is_not(period, draft):
    _, client = auditor_of(period)
    html, every, table = pages(client, draft)
    for shown in (html, every, table):
        assert SECRET not in shown
        assert WORDS not in shown
        assert draft.title in shown
        assert "hanako" in shown
    rows = list(csv.DictReader(io.StringIO(table)))
    wording = next(row for row in rows if row["種類"] == "文言" and row["変更"] == draft.title)
    assert (wording["対象"], wording["後"]) == ("（閲覧が制限されています）",) * 2
    withdrawn = next(row for row in rows if row["後"] == "取下げ")
    assert withdrawn["理由・内容"] == "取下げ"
    assert f"{draft.slug}/restriction/" in html


def test_the_named_auditor_reads_it_all(period, draft):
    auditor, client = auditor_of(period)
    restricting.name(draft, by=make_user(period.agency, "editor"), to=auditor)
    for shown in pages(client, draft):
        assert SECRET in shown
        assert WORDS in shown


def test_released_everybody_who_audits_reads_it(period, draft):
    _, client = auditor_of(period)
    restricting.release(draft, by=make_user(period.agency, "editor"), reason="公表")
    for shown in pages(client, draft):
        assert SECRET in shown
        assert WORDS in shown
