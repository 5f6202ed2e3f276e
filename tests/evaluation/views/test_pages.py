"""What the pages say, and how many queries they take."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from evaluation import amending, procedure
from evaluation.documents.issuing import issue, take_snapshot
from evaluation.loading import load_source
from evaluation.models import Amendment, IssuedDocument
from programs.models import Agency
from tests.factories import decide, make_baseline, make_draft, make_period, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture
def jst(client):
    load_source()
    client.force_login(make_user(Agency.objects.get(code="jst"), "auditor"))
    return client


def page(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def test_the_tree_shows_the_text_in_force_or_with_the_amendment(jst):
    current = page(jst, "/jst/5/")
    assert "2.4." in current
    assert "2.5." not in current
    assert '<span class="chip new">新設</span>' not in current
    amended = page(jst, "/jst/5/?amendment=2026-01-28")
    assert "2.5." in amended
    assert amended.count('<span class="chip new">新設</span>') == 6
    assert amended.count('<span class="chip revised">改正</span>') == 2
    assert amended.count("資料にある部分のみ") == 2


def test_before_the_baseline_nothing_is_registered(jst):
    assert "この日の本文は登録されていません" in page(jst, "/jst/5/?on=2026-01-27")
    assert "この日の本文は登録されていません" not in page(jst, "/jst/5/?on=2026-01-28")


def test_a_date_that_is_none_is_explained(jst):
    html = page(jst, "/jst/5/?on=2026-13-01", status=404)
    assert "適用される日の「2026-13-01」という日はありません。" in html
    assert 'value="2026-13-01"' in html


def test_the_baseline_is_shown_without_a_comparison(jst):
    html = page(jst, "/jst/5/?amendment=baseline")
    assert "登録の起点" in html
    assert "新設" not in html
    words = "登録の起点には、比べる前の本文がないため、新旧対照表がありません。"
    assert words in page(jst, "/jst/5/amendments/baseline/comparison/", status=404)


@pytest.mark.parametrize("query", ["on=1800-01-01", "amendment=%00", "amendment=..%2F"])
def test_odd_queries_are_answered(jst, query):
    assert jst.get(f"/jst/5/?{query}").status_code in {200, 404}


def test_a_torn_draft_shows_why_in_place_of_a_table(client):
    period = make_period()
    _, (_, one, two, _) = make_baseline(period)
    first, second = make_draft(period), make_draft(period)
    amending.move(first, one, parent=two, by=None)
    amending.move(second, two, parent=one, by=None)
    decide(first)
    client.force_login(make_user(period.agency, "editor"))
    address = f"/{period.agency.code}/5/amendments/{second.slug}/"
    html = page(client, address + "comparison/")
    assert "新旧対照表を作れません" in html
    assert "<table" not in html
    for appendix in ("comparison/appendix/", "comparison/appendix.pdf"):
        assert "対照表を作れません" in page(client, address + appendix)
    issued = client.post(address + "issue/comparison/", follow=True).content.decode()
    assert "PDFを発行できません。" in issued


def test_no_heading_is_lower_than_html_has(client):
    period = make_period()
    _, (_, parent, *_) = make_baseline(period)
    draft = make_draft(period)
    for depth in range(2, 7):
        text = f"深さ{depth}の項目"
        parent = amending.insert(draft, "item", parent=parent, label="1", text=text, by=None)
    client.force_login(make_user(period.agency, "editor"))
    html = page(client, f"/{period.agency.code}/5/?amendment={draft.slug}")
    levels = re.findall(r'<h(\d) class="depth-(\d)', html)
    assert {depth: level for level, depth in levels} == {
        "0": "2",
        "1": "3",
        "2": "4",
        "3": "5",
        "4": "6",
        "5": "6",
        "6": "6",
    }


def test_what_an_amendment_deletes_is_listed(client):
    period = make_period()
    _, (_, one, *_) = make_baseline(period)
    draft = make_draft(period)
    amending.repeal(draft, one, by=None)
    client.force_login(make_user(period.agency, "editor"))
    html = page(client, f"/{period.agency.code}/5/?amendment={draft.slug}")
    assert "この変更で削られるもの" in html
    assert "1. 項目1の推進" in html


def test_an_item_shows_its_parts_and_its_programme(jst):
    draft = Amendment.objects.get(slug="2026-01-28")
    new = next(n for n in amending.text_of(draft).order if n.label == "5" and n.parent_id)
    address = reverse("item", args=["jst", 5, new.public_id])
    html = page(jst, address + "?amendment=2026-01-28")
    for words in ("2.5.", "評価軸", "評価指標", "モニタリング指標", "この項目を担う事業"):
        assert words in html
    assert "現行（この項目はありません）" in html
    assert "この項目は、選んだ時点の本文にありません。" in page(jst, address, status=404)


ABSENT = "現行（この項目はありません）"


def test_an_item_of_another_day_leads_to_the_text_in_force(client):
    period = make_period()
    _, (_, one, *_) = make_baseline(period)
    draft = make_draft(period)
    new = amending.insert(draft, "item", parent=one, label="1", text="新しい項目", by=None)
    decide(draft, timezone.localdate())
    gone = make_draft(period)
    amending.repeal(gone, one, by=None)
    client.force_login(make_user(period.agency, "editor"))
    item = f"/{period.agency.code}/5/items/{new.public_id}/"
    assert ABSENT not in page(client, f"{item}?amendment={draft.slug}")
    assert ABSENT not in page(client, f"{item}?on=R5.4.1", status=404)
    decide(gone, timezone.localdate())
    assert ABSENT in page(client, f"{item}?amendment={draft.slug}")
    assert ABSENT in page(client, item, status=404)


def test_the_appendix_is_issued_by_who_has_a_role(jst):
    amendment = Amendment.objects.get(slug="2026-01-28")
    address = "/jst/5/appendix/?amendment=2026-01-28"
    assert "別紙のPDFを発行" in page(jst, address)
    assert "（赤字・下線部分は変更部分）" in page(jst, address)
    assert "別紙のPDFを発行" not in page(jst, "/jst/5/appendix/")
    decide(amendment, timezone.localdate())
    amendment.refresh_from_db()
    procedure.publish(amendment, by=make_user(), published_on=timezone.localdate())
    jst.logout()
    assert "別紙のPDFを発行" not in page(jst, address)


def test_a_document_is_issued_downloaded_and_verified(jst):
    jst.post("/jst/5/amendments/2026-01-28/issue/comparison/")
    response = jst.get(reverse("document", args=[IssuedDocument.objects.get().sha256]))
    pdf = response.content
    assert pdf[:5] == b"%PDF-"
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''"
        "%E6%96%B0%E6%97%A7%E5%AF%BE%E7%85%A7%E8%A1%A8_2026-01-28-1.pdf"
    )
    assert "新旧対照表 2026-01-28-1" in page(jst, "/jst/5/amendments/2026-01-28/")
    file = SimpleUploadedFile("table.pdf", pdf, content_type="application/pdf")
    html = jst.post("/verification/", {"file": file}).content.decode()
    assert "✓ 真正" in html


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "選んだファイルは空です。"),
        (b"PK\x03\x04", "「x.pdf」はPDFではありません。"),
        (b"%PDF-" + bytes(20 * 1024 * 1024), "ファイルが大きすぎます（20.0 MB）。"),
    ],
)
def test_a_file_that_cannot_be_verified_is_explained(jst, content, message):
    html = jst.post("/verification/", {"file": SimpleUploadedFile("x.pdf", content)}).content
    assert message in html.decode()
    assert "エラー：" in html.decode()


def test_no_file_is_explained(jst):
    html = jst.post("/verification/").content.decode()
    assert "検証するPDFファイルを選んでください。" in html


def test_a_file_without_a_record_and_a_replaced_one(client):
    period = make_period()
    _, (_, one, *_) = make_baseline(period)
    draft = make_draft(period)
    amending.reword(draft, one, "項目1の一層の推進", by=None)
    old = issue(take_snapshot(draft, by=None), "comparison", by=None)
    amending.reword(draft, one, "項目1の抜本的な推進", by=None)
    new = issue(take_snapshot(draft, by=None), "comparison", by=None)
    client.force_login(make_user(period.agency, "auditor"))
    for content, words in (
        (bytes(old.content), "⚠ 差替え済み"),
        (bytes(new.content), "✓ 真正"),
        (b"%PDF-1.7", "✕ 発行記録なし"),
    ):
        file = SimpleUploadedFile("x.pdf", content)
        assert words in client.post("/verification/", {"file": file}).content.decode()


PAGES = [
    "",
    "appendix/",
    "amendments/{slug}/",
    "amendments/{slug}/comparison/",
    "?amendment={slug}",
]


def test_texts_are_shown_as_text(client):
    period = make_period()
    _, (_, one, *_) = make_baseline(period)
    draft = make_draft(period)
    amending.reword(draft, one, '<script>alert(1)</script><u>"&amp;', by=None)
    client.force_login(make_user(period.agency, "editor"))
    for address in PAGES:
        html = page(client, f"/{period.agency.code}/5/" + address.format(slug=draft.slug))
        assert "<script>" not in html  # one of ours has its address
        assert "<u>" not in html
