"""Issuing records what left the portal; verifying compares byte by byte."""

import copy
import hashlib

import pytest
from django.core.exceptions import ValidationError

from evaluation import amending, drafting
from evaluation.comparison import ENGINE_VERSION
from evaluation.documents.comparison import comparison_html, comparison_table
from evaluation.documents.dossier import parts_of
from evaluation.documents.issuing import Verdict, identity_of, issue, take_snapshot, verify
from evaluation.models import Amendment, IssuedDocument
from tests.factories import decide, make_baseline, make_draft, make_period, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture(scope="module")
def made(module_rows):
    period = make_period()
    _, (_, one, *_) = make_baseline(period)
    draft = make_draft(period)
    amending.reword(draft, one, "項目1の一層の推進", by=None)
    return draft


@pytest.fixture
def draft(made):
    return copy.deepcopy(made)


def change(draft, text):
    one = draft.wordings.get().clause
    amending.reword(draft, one, text, by=None)


def test_a_snapshot_is_taken_once_until_the_text_changes(draft):
    user = make_user()
    first = take_snapshot(draft, by=user)
    assert (first.number, first.taken_by, first.engine_version) == (1, user, ENGINE_VERSION)
    assert first.sha256 == hashlib.sha256(first.content.encode()).hexdigest()
    assert take_snapshot(draft, by=None) == first
    change(draft, "項目1の抜本的な推進")
    second = take_snapshot(draft, by=None)
    assert second.number == 2
    change(draft, "項目1の一層の推進")
    assert take_snapshot(draft, by=None).number == 3


def test_a_snapshot_renders_as_the_table_it_was_taken_of(draft):
    snapshot = take_snapshot(draft, by=None)
    now = comparison_html(
        comparison_table(draft),
        document_id=str(snapshot),
        content_hash=snapshot.sha256,
        created=snapshot.taken_at,
        modified=snapshot.taken_at,
    )
    change(draft, "項目1の抜本的な推進")
    assert parts_of(snapshot.data, "comparison", identity_of(snapshot)) == [now]


def test_the_same_snapshot_gives_the_same_bytes_and_one_record(draft):
    user = make_user()
    snapshot = take_snapshot(draft, by=user)
    document = issue(snapshot, "comparison", by=user)
    again = issue(snapshot, "comparison", by=make_user())
    assert again == document
    assert document.issued_by == user
    assert document.sha256 == hashlib.sha256(bytes(document.content)).hexdigest()
    assert document.versions["weasyprint"] == "70.0"
    assert document.versions["engine"] == ENGINE_VERSION
    assert IssuedDocument.objects.count() == 1


def test_verification_tells_genuine_replaced_and_unknown(draft):
    documents = IssuedDocument.objects.all()
    old = issue(take_snapshot(draft, by=None), "comparison", by=None)
    genuine = verify(bytes(old.content), documents)
    assert (genuine.verdict, genuine.document, genuine.changed_since) == (
        Verdict.GENUINE,
        old,
        False,
    )
    change(draft, "項目1の抜本的な推進")
    assert verify(bytes(old.content), documents).changed_since is True

    appendix = issue(take_snapshot(draft, by=None), "appendix", by=None)
    assert verify(bytes(old.content), documents).verdict is Verdict.GENUINE
    new = issue(take_snapshot(draft, by=None), "comparison", by=None)
    replaced = verify(bytes(old.content), documents)
    assert (replaced.verdict, replaced.document, replaced.newer) == (Verdict.REPLACED, old, new)
    assert verify(bytes(appendix.content), documents).verdict is Verdict.GENUINE

    unknown = verify(bytes(new.content) + b"\n", documents)
    assert (unknown.verdict, unknown.document) == (Verdict.UNKNOWN, None)


def test_a_torn_draft_is_not_issued():
    period = make_period()
    _, (_, one, two, _) = make_baseline(period)
    first, second = make_draft(period), make_draft(period)
    amending.move(first, one, parent=two, by=None)
    amending.move(second, two, parent=one, by=None)
    decide(first)
    with pytest.raises(ValidationError, match="親をたどると自分自身に戻ります"):
        take_snapshot(second, by=None)


def test_a_snapshot_is_of_the_row_as_it_is_not_as_it_was_read():
    """Somebody decides while another waits to issue."""
    period = make_period()
    _, (_, one, *_) = make_baseline(period)
    draft = make_draft(period)
    amending.reword(draft, one, "項目1の転換", by=None)
    as_read = Amendment.objects.get(pk=draft.pk)
    decide(draft)
    table = take_snapshot(as_read, by=None).data["comparison"]
    assert table["title"].endswith("新旧対照表")
    assert any("転換" in run["text"] for row in table["rows"] for run in row["proposed"])


def test_the_agency_gets_the_document_of_what_it_was_shown():
    period = make_period()
    _, (_, one, two, *_) = make_baseline(period)
    draft, editor = make_draft(period), make_user(period.agency, "editor")
    person = make_user(period.agency, "agency")
    amending.reword(draft, one, "項目1の転換", by=None)
    old = issue(take_snapshot(draft, by=None), "comparison", by=editor)
    amending.reword(draft, two, "項目2の転換", by=None)
    shown = issue(take_snapshot(draft, by=None), "comparison", by=editor)
    drafting.share(draft, by=editor)
    assert issue(take_snapshot(draft, by=None), "comparison", by=person) == shown
    assert list(IssuedDocument.objects.visible_to(person)) == [shown]
    assert list(IssuedDocument.objects.visible_to(editor)) == [old, shown]
    assert list(IssuedDocument.objects.visible_to(make_user(period.agency, "assessor"))) == []
