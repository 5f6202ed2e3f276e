"""The comparison of what is being typed: the table's own rows, and nothing is saved."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from evaluation import amending, procedure
from evaluation.documents.comparison import comparison_table
from evaluation.loading import load_source
from evaluation.models import Amendment, Clause, Wording
from evaluation.models.table_forms import form_of
from jst_objectives import history
from tests.evaluation.views.drafts import address, clause_address, make_scene, seen, words
from tests.factories import make_baseline, make_period, make_user
from tests.large import Large

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(client):
    draft, clauses = make_scene(client)
    return draft, *clauses


def live(client, draft, clause, text, **data):
    """Send what is typed as the page's script does."""
    where = clause_address(draft, clause, "compare") + "?part=rows"
    return client.post(where, {"seen": seen(draft, clause), "text": text, **data})


def cells(response):
    found = re.findall(r"<td data-side[^>]*>(.*?)</td>", response.content.decode(), re.DOTALL)
    return [re.sub(r'<span class="visually-hidden">.*?</span>', "", cell) for cell in found]


def test_what_is_typed_is_marked_as_in_the_table(client, scene):
    draft, _, one, *_ = scene
    response = live(client, draft, one, "項目1の一層の推進")
    assert cells(response) == ["1. 項目1の<ins>一層の</ins>推進", "1. 項目1の推進"]
    assert (draft.wordings.count(), Wording.history.filter(amendment=draft).count()) == (0, 0)
    amending.reword(draft, one, "項目1の一層の推進", by=None)
    table = client.get(address(draft, "comparison"))
    rows = [cell for cell in cells(table) if "項目1の" in cell]
    assert cells(response) == [re.sub(r"\s*<a .*?</a>", "", row, flags=re.DOTALL) for row in rows]


def test_it_has_the_rows_of_the_real_table(client):
    load_source()
    draft = Amendment.objects.get(slug="2026-01-28")
    client.force_login(make_user(draft.period.agency, "editor"))
    reworded = draft.wordings.filter(base__isnull=False, repealed=False)
    assert reworded.count() == 2
    for wording in reworded:
        row = next(
            r for r in comparison_table(draft).rows if r.clause_id == wording.clause.public_id
        )
        text = "".join(run.text for run in row.proposed if run.marked)
        response = live(client, draft, wording.clause, wording.text)
        marked = re.findall(r"<ins>.*?</span>(.*?)</ins>", response.content.decode())
        assert "".join(marked) == text


def test_it_stands_in_the_form_in_which_the_table_is_issued(client, scene):
    draft, _, one, *_ = scene
    form = form_of(draft)
    form.proposed_title, form.current_title, form.first = "改正後", "改正前", "current"
    history.save(form, by=None, reason="試験")
    response = live(client, draft, one, "甲")
    assert re.findall(r"<th scope[^>]*>(.*?)</th>", response.content.decode()) == [
        "改正前",
        "改正後",
    ]


def test_words_as_in_force_change_nothing(client, scene):
    draft, _, one, *_ = scene
    amending.reword(draft, one, "項目1の一層の推進", by=None)
    html = live(client, draft, one, "項目1の推進").content.decode()
    assert re.findall(r"<p class=\"\w+\">(.*?)</p>", html) == [
        "項目1の推進",
        "この変更案では変わっていません。",
    ]


def test_words_of_a_new_clause_are_all_marked(client, scene):
    draft, chapter, _, _, three = scene
    new = amending.insert(
        draft, "item", parent=chapter, after=three, label="4", text="新しい項目", by=None
    )
    response = live(client, draft, new, "新しい取組")
    assert cells(response) == ["<ins>4. 新しい取組</ins>", "（新設）"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "文言を入力してください。条項をなくすときは「この条項を削る」を選びます。"),
        (
            "甲\u202e",
            (
                "見出しの2文字目の文字（U+202E）は文字の並ぶ向きを変える文字のため、"
                "使えません。削除してください。"
            ),
        ),
        ("一\n二", "見出しは、改行せずに1行で入力してください。"),
    ],
)
def test_what_cannot_be_kept_is_named(client, scene, text, message):
    draft, _, one, *_ = scene
    response = live(client, draft, one, text)
    html = response.content.decode()
    assert re.findall(r'<li class="error">＊(.*?)</li>', html) == [message]
    assert "<table" not in html
    page = client.post(
        clause_address(draft, one, "compare"), {"seen": seen(draft, one), "text": text}
    )
    assert page.context["form"].errors == {"text": [message]}
    assert page.context["form"]["text"].value() == text


def test_hostile_words_come_back_as_words(client, scene):
    draft, _, one, *_ = scene
    response = live(client, draft, one, "<img src=x onerror=alert(1)>")
    assert "<img" not in response.content.decode()
    assert "&lt;img src=x onerror=alert(1)&gt;" in response.content.decode()


def test_without_a_script_the_page_keeps_all_that_was_typed(client, scene):
    draft, _, one, *_ = scene
    opened = seen(draft, one)
    amending.reword(draft, one, "先に保存された文言", by=make_user())
    typed = {"seen": opened, "opened": "項目1の推進", "text": "項目1の一層の推進", "reason": ""}
    response = client.post(clause_address(draft, one, "compare"), typed)
    form = response.context["form"]
    assert {name: form[name].value() for name in typed} == typed
    assert cells(response) == ["1. 項目1の<ins>一層の</ins>推進", "1. 項目1の推進"]
    assert "入力中の文言です（まだ保存していません）。" in words(response)
    assert draft.wordings.get().text == "先に保存された文言"
    # Saved from there, it meets the other's words as it would have from its own page.
    assert client.post(clause_address(draft, one, "reword"), typed).status_code == 409


def test_its_address_is_the_page_of_the_clause(client, scene):
    draft, _, one, two, _ = scene
    amending.repeal(draft, two, by=None)
    for clause, verb in ((one, "reword"), (two, "explain")):
        response = client.get(clause_address(draft, clause, "compare"))
        assert (response.status_code, response.context["verb"]) == (200, verb)
    response = client.post(clause_address(draft, two, "compare"), {"text": "甲"})
    assert (response.status_code, response.context["verb"]) == (200, "explain")


def test_what_is_gone_or_of_others_is_not_compared(client, scene):
    draft, _, one, two, _ = scene
    amending.repeal(draft, two, by=None)
    assert live(client, draft, two, "甲").status_code == 404
    _, (_, elsewhere, *_) = make_baseline(make_period())
    where = clause_address(draft, elsewhere, "compare") + "?part=rows"
    assert client.post(where, {"text": "甲"}).status_code == 404
    procedure.submit(draft, by=make_user(draft.period.agency, "editor"))
    response = client.post(clause_address(draft, one, "compare") + "?part=rows", {"text": "甲"})
    assert response.status_code == 403


def test_what_was_typed_survives_the_end_of_the_session(client, scene):
    draft, _, one, *_ = scene
    editor = make_user(draft.period.agency, "editor")
    client.force_login(editor)
    where = clause_address(draft, one, "compare")
    client.get(where)
    session = client.session
    session["seen_at"] = 0
    session.save()
    assert client.post(where, {"text": "項目1の一層の推進"}).status_code == 302
    client.force_login(editor)
    response = client.get(where)
    assert response.context["form"]["text"].value() == "項目1の一層の推進"
    assert cells(response) == ["1. 項目1の<ins>一層の</ins>推進", "1. 項目1の推進"]


def test_as_many_questions_are_asked_for_a_thousand_clauses():
    asked = []
    for items in (1, 100):
        large = Large.made(items, 1)
        client = Client()
        client.force_login(make_user(large.agency, "editor"))
        draft = large.period.amendments.get(slug="draft")
        clause = Clause.objects.filter(kind="body", wordings__amendment=draft)[0]
        live(client, draft, clause, "甲")
        with CaptureQueriesContext(connection) as captured:
            assert live(client, draft, clause, "乙").status_code == 200
        asked.append(len(captured) - 1)  # `seen` of the test itself
    assert asked == [9, 9]
