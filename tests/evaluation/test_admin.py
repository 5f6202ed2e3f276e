"""Maintenance of periods; texts and documents are looked up, once they are decided."""

import pytest
from django.urls import reverse

from evaluation import amending
from evaluation.documents.issuing import issue, take_rating_snapshot, take_snapshot
from programs.formats import csv_file, read_table
from programs.maintenance import newest_revision
from tests.evaluation.grading.scenes import Graded
from tests.factories import decide, make_baseline, make_draft, make_period, make_user
from tests.programs.test_resources import errors, export, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def period(client):
    period = make_period("mine")
    client.force_login(make_user(period.agency, "maintainer"))
    return period


def listed(client, model):
    return client.get(reverse(f"admin:evaluation_{model}_changelist")).content.decode()


def test_what_a_decided_document_prints_stays(client, period):
    make_baseline(period)
    data = {
        "agency": period.agency.pk,
        "number": 5,
        "first_fiscal_year": 2022,
        "last_fiscal_year": 2027,
        "title": "変えた表題",
        "revision": newest_revision(period),
        "policy_texts-TOTAL_FORMS": 0,
        "policy_texts-INITIAL_FORMS": 0,
    }
    client.post(reverse("admin:evaluation_objectiveperiod_change", args=[period.pk]), data)
    before = period.title
    period.refresh_from_db()
    assert (period.last_fiscal_year, period.title) == (2027, before)


def test_an_import_is_told_why_the_database_refuses(client, period):
    make_baseline(period)
    table = read_table(export(client, "evaluation_objectiveperiod").content)
    table.rows[0][table.header.index("本文の表題")] = "変えた表題"
    answer = upload(client, "evaluation_objectiveperiod", csv_file(table.header, table.rows))
    assert errors(answer) == ["決定した変更がある期間の表題と注は変更できません。"]


def test_texts_and_documents_are_shown_from_their_decision_on(client, period):
    _, (_, item, *_) = make_baseline(period)
    draft = make_draft(period)
    amending.reword(draft, item, "一層の推進", by=None)
    early = issue(take_snapshot(draft, by=None), "comparison", by=None)
    for model in ("amendment", "wording", "snapshot", "issueddocument"):
        page = listed(client, model)
        assert draft.slug not in page
        assert "一層の推進" not in page
    decide(draft)
    late = issue(take_snapshot(draft, by=None), "comparison", by=None)
    assert "一層の推進" in listed(client, "wording")
    page = listed(client, "issueddocument")
    assert (late.sha256 in page, early.sha256 in page) == (True, False)
    address = reverse("admin:evaluation_issueddocument_change", args=[late.pk])
    assert client.get(address).status_code == 200


def test_papers_of_evaluations_are_listed(client):
    scene = Graded.made()
    scene.write(scene.other, side="minister")
    snapshot = take_rating_snapshot(scene.issue(scene.other, side="minister"), by=None)
    document = issue(snapshot, "assessment", by=None)
    for agency, told in ((scene.period.agency, True), (make_period("mine").agency, False)):
        client.force_login(make_user(agency, "maintainer"))
        assert (str(snapshot) in listed(client, "snapshot")) is told
        assert (document.sha256 in listed(client, "issueddocument")) is told
    client.force_login(make_user(scene.period.agency, "maintainer"))
    for row in (snapshot, document):
        address = reverse(f"admin:evaluation_{row._meta.model_name}_change", args=[row.pk])
        assert client.get(address).status_code == 200


def test_texts_are_searched_and_filtered(client, period):
    make_baseline(period)
    address = reverse("admin:evaluation_wording_changelist")
    found = client.get(address, {"q": "項目2", "clause__kind__exact": "item"}).content.decode()
    assert ("項目2の推進" in found, "項目1の推進" in found) == (True, False)
    assert "条件に合うものはありません。" in client.get(address, {"q": "なし"}).content.decode()
