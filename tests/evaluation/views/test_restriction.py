"""Restricting a draft on its pages: naming readers, releasing, and what an auditor is shown."""

import pytest
from django.test import Client

from evaluation import amending, restricting
from evaluation.models import Restriction
from tests.evaluation.views.drafts import address, errors, words
from tests.factories import make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def period():
    return make_period()


@pytest.fixture
def editor(period):
    return make_user(period.agency, "editor")


@pytest.fixture
def draft(period, editor):
    _, (_, item, *_) = make_baseline(period)
    draft = make_draft(period, by=editor, holder=editor)
    amending.reword(draft, item, "市場を動かす文言", by=editor)
    return draft


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_an_editor_restricts_a_draft_and_names_who_reads_it(period, draft, editor):
    approver, other = make_user(period.agency, "approver"), make_user(period.agency, "editor")
    client, page = signed_in(editor), address(draft, "steps", "restrict")
    assert errors(client.post(page, {})) == ["制限する理由を入力してください。"]
    response = client.post(page, {"why": "市場への影響", "readers": [approver.pk]})
    assert response["Location"] == address(draft)
    assert "閲覧が制限されています。" in words(client.get(address(draft)))
    named = Restriction.objects.get().readers.values_list("user", flat=True)
    assert set(named) == {editor.pk, approver.pk}
    assert signed_in(other).get(address(draft)).status_code == 404
    assert "閲覧を制限する" not in words(client.get(address(draft)))


def test_who_reads_it_anyway_is_not_offered(period, draft, editor):
    approver, other = make_user(period.agency, "approver"), make_user(period.agency, "editor")
    page = signed_in(other).get(address(draft, "steps", "restrict"))
    assert list(page.context["form"].fields["readers"].queryset) == [approver]


def test_readers_are_named_and_taken_off_on_its_page(period, draft, editor):
    restricting.restrict(draft, by=editor, why="市場")
    client, page = signed_in(editor), address(draft, "restriction")
    auditor = make_user(period.agency, "auditor")
    assert errors(client.post(page, {})) == ["加える人を選んでください。"]
    client.post(page, {"to": auditor.pk})
    assert signed_in(auditor).get(address(draft)).status_code == 200
    reader = draft.restriction.readers.get(user=auditor)
    take_off = address(draft, "restriction", reader.pk)
    assert errors(client.post(take_off, {})) == ["外す理由を入力してください。"]
    client.post(take_off, {"why": "異動"})
    refused = signed_in(auditor).get(address(draft))
    assert refused.status_code == 404
    assert "<h1>閲覧が制限されています</h1>" in refused.content.decode()
    assert "打ち間違い" not in refused.content.decode()
    own = draft.restriction.readers.get(user=editor)
    response = client.post(address(draft, "restriction", own.pk), {"why": "x"})
    assert errors(response) == ["担当者は外せません。先に、担当者を変えてください。"]


def test_a_named_approver_releases_it_but_names_nobody(period, draft, editor):
    approver = make_user(period.agency, "approver")
    restricting.restrict(draft, by=editor, why="市場", readers=[approver])
    client = signed_in(approver)
    assert client.post(address(draft, "restriction"), {"to": approver.pk}).status_code == 403
    client.post(address(draft, "steps", "release"), {"reason": "公表した"})
    assert not Restriction.objects.get().holds
    page = words(client.get(address(draft, "restriction")))
    assert "解除した理由 公表した" in page
    assert signed_in(make_user(period.agency, "auditor")).get(address(draft)).status_code == 200


def test_an_auditor_sees_that_it_exists_and_its_log(period, draft, editor):
    restricting.restrict(draft, by=editor, why="市場への影響")
    client = signed_in(make_user(period.agency, "auditor"))
    home = client.get("/").content.decode()
    assert f'href="{address(draft, "restriction")}"' in home
    page = words(client.get(address(draft, "restriction")))
    for part in ("市場への影響", "起案", editor.username, "この変更案の履歴"):
        assert part in page
    assert "市場を動かす文言" not in page
    assert client.post(address(draft, "restriction"), {}).status_code == 403
    assert client.get(address(draft)).status_code == 404


def test_who_could_not_read_it_is_not_offered_for_a_hand_over(period, draft, editor):
    restricting.restrict(draft, by=editor, why="市場")
    make_user(period.agency, "editor")
    page = signed_in(editor).get(address(draft, "steps", "hand-over"))
    assert list(page.context["form"].fields["to"].queryset) == []


def test_what_no_approver_may_read_is_not_submitted(period, draft, editor):
    approver = make_user(period.agency, "approver")
    restricting.restrict(draft, by=editor, why="市場")
    page = signed_in(editor).get(address(draft, "steps", "submit"))
    assert "閲覧の制限のため、承認者が読めません。" in words(page)
    assert f'href="{address(draft, "restriction")}"' in page.content.decode()
    answer = signed_in(editor).post(address(draft, "steps", "submit"))
    assert "閲覧の制限のため、承認者が読めません。" in words(answer)
    draft.refresh_from_db()
    assert draft.state == "draft"
    restricting.name(draft, by=editor, to=approver)
    assert signed_in(editor).post(address(draft, "steps", "submit")).status_code == 302
