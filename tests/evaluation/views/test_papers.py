"""資料: what an amendment's page offers, the memo on screen, Word, and documents in the background."""

from io import BytesIO
from typing import Any

import docx
import pytest
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from evaluation import amending, rendering
from evaluation.documents.issuing import take_snapshot
from evaluation.loading import load_source
from evaluation.models import Amendment, IssuedDocument, ObjectivePeriod, Rendering
from evaluation.models.documents import OF_AMENDMENT
from programs.models import AccessRecord
from tests.evaluation.test_rendering import IMMEDIATE
from tests.factories import decide, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def period() -> ObjectivePeriod:
    return make_period()


@pytest.fixture
def draft(period: ObjectivePeriod) -> Amendment:
    _, (_, item, *_) = make_baseline(period)
    draft = make_draft(period)
    amending.reword(draft, item, "項目の刷新", by=None)
    return draft


@pytest.fixture
def editor(client: Client, period: ObjectivePeriod) -> Client:
    client.force_login(make_user(period.agency, "editor"))
    return client


def address(amendment: Amendment, *parts: Any) -> str:
    place = f"/{amendment.period.agency.code}/5/amendments/{amendment.slug}/"
    return place + "".join(f"{part}/" for part in parts)


# --- The list -------------------------------------------------------------------------------------
def test_the_page_offers_what_there_is_with_its_buttons(editor: Client, draft: Amendment) -> None:
    response = editor.get(address(draft))
    papers = response.context["papers"]
    assert [(p.kind, p.in_word, bool(p.screen)) for p in papers] == [
        ("memo", True, True),
        ("comparison", True, True),
        ("appendix", True, True),
        ("dossier", False, False),
    ]
    for paper in papers:
        if paper.screen:
            assert editor.get(paper.screen).status_code == 200
    html = response.content.decode()
    assert html.count("/issue/") == 4
    assert html.count(".docx") == 3


def test_the_real_amendment_has_all_of_them(client: Client) -> None:
    load_source()
    real = Amendment.objects.get(slug="2026-01-28")
    client.force_login(make_user(real.period.agency, "auditor"))
    papers = client.get(address(real)).context["papers"]
    assert [p.kind for p in papers] == list(OF_AMENDMENT)
    assert [client.get(p.screen).status_code for p in papers[:-1]] == [200] * 6


def test_what_is_being_made_is_linked_in_place_of_its_button(
    editor: Client, draft: Amendment
) -> None:
    begun = rendering.start(take_snapshot(draft, by=None), "dossier", by=make_user())
    html = editor.get(address(draft)).content.decode()
    assert address(draft, "renderings", begun.pk) in html
    assert "/issue/dossier/" not in html


# --- The memo -------------------------------------------------------------------------------------
def test_the_memo_quotes_the_printed_pages(client: Client) -> None:
    load_source()
    real = Amendment.objects.get(slug="2026-01-28")
    client.force_login(make_user(real.period.agency, "editor"))
    html = client.get(address(real, "memo")).content.decode()
    assert "資料に印刷されたページ：本文：3、5ページ、評価軸等：iiiページ" in html
    assert "新旧対照表：1ページ" not in html


# --- PDF ------------------------------------------------------------------------------------------
def test_a_short_document_is_handed_over_at_once(editor: Client, draft: Amendment) -> None:
    for kind in ("memo", "comparison", "appendix"):
        response = editor.post(address(draft, "issue", kind), follow=True)
        download = reverse("document", args=[IssuedDocument.objects.get(kind=kind).sha256])
        assert f'発行しました：<a href="{download}">' in response.content.decode()
        assert editor.get(download).content[:5] == b"%PDF-"
    assert IssuedDocument.objects.count() == 3
    assert Rendering.objects.count() == 0


@override_settings(TASKS=IMMEDIATE)
def test_the_dossier_is_made_in_the_background_and_then_handed_over(
    editor: Client, draft: Amendment
) -> None:
    response = editor.post(address(draft, "issue", "dossier"), follow=True)
    made = Rendering.objects.get()
    assert response.redirect_chain[-1][0] == address(draft, "renderings", made.pk)
    html = response.content.decode()
    document = IssuedDocument.objects.get(kind="dossier")
    assert "作成し、発行しました。" in html
    assert f"/documents/{document.sha256}.pdf" in html
    record = AccessRecord.objects.filter(kind="export").latest("pk")
    assert record.detail == f"資料一式 {document.snapshot}の発行"


def test_what_is_not_there_is_refused_by_name(editor: Client, draft: Amendment) -> None:
    html = editor.post(address(draft, "issue", "overview"), follow=True).content.decode()
    assert "この変更に、全体像の資料は登録されていません。" in html


# --- How far it is --------------------------------------------------------------------------------
@pytest.fixture
def begun(draft: Amendment) -> Rendering:
    user = make_user(draft.period.agency, "editor")
    return rendering.start(take_snapshot(draft, by=None), "dossier", by=user)


def shown(client: Client, begun: Rendering, **fields: Any) -> str:
    for name, value in fields.items():
        setattr(begun, name, value)
    begun.save()
    draft = Amendment.objects.get(snapshots=begun.snapshot)
    return client.get(address(draft, "renderings", begun.pk)).content.decode()


def test_every_state_says_what_is_so_and_what_can_be_done(
    client: Client, draft: Amendment, begun: Rendering
) -> None:
    client.force_login(begun.requested_by)
    html = shown(client, begun)
    assert "順番を待っています。" in html
    assert "作成を中止する" in html
    assert "rendering.js" in html
    # One status, which stays while what is below it is replaced.
    status = (
        '<p class="visually-hidden" id="told" role="status"></p>\n<div id="rendering" data-active>'
    )
    assert (status in html, html.count('role="status"')) == (True, 1)
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in html
    html = shown(client, begun, requested_at=timezone.now() - rendering.SILENCE)
    assert "作成するプロセスが動いていないかもしれません。" in html
    html = shown(client, begun, state="running", heard_at=timezone.now(), done=3, part="別紙")
    assert "いまは「別紙」です。" in html
    assert '<progress id="progress" max="5" value="3">3／5</progress>' in html
    html = shown(client, begun, cancelling=True)
    assert "中止しています。" in html
    assert "作成を中止する" not in html
    html = shown(client, begun, cancelling=False, heard_at=timezone.now() - rendering.SILENCE)
    assert rendering.WORKER_DIED in html
    assert "もう一度作成する" in html
    assert "rendering.js" not in html
    html = shown(client, begun, state="failed", words="書体がありません。")
    assert "<p>書体がありません。何も発行していません。</p>" in html
    assert address(draft, "issue", "dossier") in html
    html = shown(client, begun, state="cancelled", words="")
    assert "作成を中止しました。何も発行していません。" in html


def test_following_it_keeps_no_session_from_ending(
    client: Client, draft: Amendment, begun: Rendering
) -> None:
    client.force_login(begun.requested_by)
    page = address(draft, "renderings", begun.pk)
    client.get(page, headers={"X-Unattended": "1"})
    assert "seen_at" not in client.session
    client.get(page)
    assert "seen_at" in client.session


def test_who_started_it_stops_it_and_nobody_else(
    client: Client, draft: Amendment, begun: Rendering
) -> None:
    stop = address(draft, "renderings", begun.pk, "cancel")
    client.force_login(make_user(draft.period.agency, "approver"))
    assert "作成を中止する" not in shown(client, begun)
    response = client.post(stop)
    assert (response.status_code, Rendering.objects.get().state) == (403, "waiting")
    assert "中止は、作成を始めた人だけができます。" in response.content.decode()
    client.force_login(begun.requested_by)
    html = client.post(stop, follow=True).content.decode()
    assert Rendering.objects.get().state == "cancelled"
    assert "もう一度作成する" in html


def test_it_is_found_under_its_own_amendment_only(
    client: Client, draft: Amendment, begun: Rendering
) -> None:
    other = make_draft(draft.period)
    client.force_login(begun.requested_by)
    assert client.get(address(other, "renderings", begun.pk)).status_code == 404


# --- Word -----------------------------------------------------------------------------------------
def test_word_is_handed_over_and_recorded(editor: Client, draft: Amendment) -> None:
    for kind, name in (
        ("memo", "変更について"),
        ("comparison", "新旧対照表"),
        ("appendix", "別紙"),
    ):
        response = editor.get(address(draft) + f"{kind}.docx")
        assert response["Content-Type"].endswith("wordprocessingml.document")
        assert docx.Document(BytesIO(response.content)).paragraphs[0].text
        record = AccessRecord.objects.latest("pk")
        assert (record.kind, record.detail) == ("export", f"{name}_{draft.slug}_未発行.docx")
    assert editor.get(address(draft) + "dossier.docx").status_code == 404


def test_a_long_memo_in_word_waits_for_its_pages(
    editor: Client, draft: Amendment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaluation.documents.dossier.LONGEST_IN_A_REQUEST", 0)
    html = editor.get(address(draft) + "memo.docx", follow=True).content.decode()
    assert "先に「変更について」のPDFを発行してください。" in html
    rendering.start(take_snapshot(draft, by=None), "memo", by=make_user())
    rendering.render.call(Rendering.objects.get().pk)
    assert editor.get(address(draft) + "memo.docx")["Content-Type"].endswith("document")


def test_a_torn_draft_is_not_handed_over(client: Client, period: ObjectivePeriod) -> None:
    _, (_, one, two, _) = make_baseline(period)
    first, second = make_draft(period), make_draft(period)
    amending.move(first, one, parent=two, by=None)
    amending.move(second, two, parent=one, by=None)
    decide(first)
    client.force_login(make_user(period.agency, "editor"))
    html = client.get(address(second) + "comparison.docx", follow=True).content.decode()
    assert "Wordで出せません。" in html
