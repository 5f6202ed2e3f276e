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


def test_no_name_of_an_object_tells_the_text(period, draft):
    _, client = auditor_of(period)
    for wording in draft.wordings.all():
        shown = client.get(f"/history/?subject=wording-{wording.pk}").content.decode()
        assert SECRET not in shown
        assert WORDS not in shown


@pytest.fixture
def opened(period, draft):
    """Another restricted draft, with a step, which moves an item below the one that the first changes."""
    editor = draft.holder
    opened = make_draft(period, by=editor, holder=editor)
    item = draft.wordings.get().clause
    moved = period.clauses.filter(kind="item").exclude(pk=item.pk)[0]
    amending.move(opened, moved, parent=item, by=editor)
    recording.record(opened, StepKind.objects.get(), by=editor, date=DAY)
    restricting.restrict(opened, by=editor, why="市場への影響")
    return opened


def test_what_a_restricted_draft_changes_cannot_be_counted(period, draft, opened):
    """Asked by the amendment there is the log; asked by an item or a clause, nothing tells of it."""
    _, client = auditor_of(period)

    def count(query):
        return client.get(f"/history/?{query}").context["page"].paginator.count

    wording = draft.wordings.get()
    item = wording.clause_id
    assert count(f"amendment={draft.pk}") > 0
    for asked in (f"item={item}", f"subject=clause-{item}", f"subject=wording-{wording.pk}"):
        assert count(f"{asked}&amendment={draft.pk}") == 0
    assert count(f"subject=amendment-{draft.pk}") > 0
    # Clause and wording of the item and of its paragraph, not of the item that was moved below it.
    assert count(f"item={item}&amendment={period.amendments.get(kind='baseline').pk}") == 4
    restricting.release(draft, by=make_user(period.agency, "editor"), reason="公表")
    assert count(f"item={item}&amendment={draft.pk}") == 1


def test_the_log_of_a_file_that_was_taken_does_not_name_it(period, draft, opened):
    step, reader = opened.steps.get(), Client()
    named = {"name": "大学ファンドへの意見.txt", "suffix": "txt"}
    file = recording.attach(step, by=draft.holder, content="意見".encode(), **named)
    reader.force_login(draft.holder)
    address = (
        f"/{period.agency.code}/5/amendments/{opened.slug}/procedure/{step.pk}/files/{file.pk}/"
    )
    assert reader.get(address).status_code == 200
    _, client = auditor_of(period)
    html = client.get("/history/").content.decode()
    assert f"{step}：ファイル{file.pk}" in html
    assert "大学ファンドへの意見" not in html


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
