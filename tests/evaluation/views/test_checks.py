"""The pages of 整合性チェック and 照合."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from evaluation import amending
from evaluation.consistency import check
from evaluation.loading import load_source
from evaluation.models import Amendment, Waiver
from tests.evaluation.checking.papers import as_docx
from tests.evaluation.views.drafts import address, clause_address, errors, make_scene, words
from tests.factories import make_user
from tests.source.parsing import SOURCE

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(client):
    draft, clauses = make_scene(client, items=1)
    body = amending.insert(draft, "body", parent=clauses[1], text="技術(AI)を進める。", by=None)
    return draft, body


def variant(draft):
    found = [one.finding for one in check(draft).judged if one.finding.rule == "variant"]
    return found[0].fingerprint


def test_findings_are_listed_by_place_with_their_way_on(client, scene):
    draft, body = scene
    text = words(client.get(address(draft, "checks")))
    assert "確認していない指摘（3件）" in text
    assert (
        "1. 項目1の推進の本文「技術(AI)を進める。」 字の書き方 半角の括弧があります：「術(」"
        in text
    )
    html = client.get(address(draft, "checks")).content.decode()
    assert f'href="{clause_address(draft, body)}"' in html


def test_a_finding_is_waived_for_a_reason_and_taken_back(client, scene):
    draft, _ = scene
    page = address(draft, "checks", variant(draft))
    assert client.post(page, {"reason": "正式な表記"})["Location"] == address(draft, "checks")
    assert Waiver.objects.get().reason == "正式な表記"
    text = words(client.get(address(draft, "checks")))
    assert "確認済みの指摘（1件）" in text
    assert "理由：正式な表記" in text
    assert "取り消すと" in words(client.get(page))
    assert client.post(page, {"withdraw": "1"})["Location"] == address(draft, "checks")
    assert not Waiver.objects.exists()


def test_without_a_reason_nothing_is_waived(client, scene):
    draft, _ = scene
    response = client.post(address(draft, "checks", variant(draft)), {"reason": " \n"})
    assert (response.status_code, errors(response)) == (
        200,
        ["そのままでよい理由を入力してください。"],
    )
    assert not Waiver.objects.exists()


def test_a_finding_that_is_gone_leads_back_with_the_words(client, scene):
    draft, body = scene
    page = address(draft, "checks", variant(draft))
    amending.reword(draft, body, "技術を進める。", by=None)
    response = client.get(page, follow=True)
    assert response.redirect_chain == [(address(draft, "checks"), 302)]
    assert "この指摘は、もうありません。" in words(response)
    assert "この指摘は、もうありません。" in words(
        client.post(page, {"reason": "理由"}, follow=True)
    )


def test_a_waiver_that_ended_is_shown_and_can_go(client, scene):
    draft, body = scene
    page = address(draft, "checks", variant(draft))
    client.post(page, {"reason": "正式な表記"})
    amending.reword(draft, body, "技術を進める。", by=None)
    assert "文言が変わって外れた確認（1件）" in words(client.get(address(draft, "checks")))
    assert "この確認は一覧から消えます。" in words(client.get(page))
    client.post(page, {"withdraw": "1"})
    assert not Waiver.objects.exists()


def test_what_stops_the_decision_cannot_be_waived(client, scene):
    draft, _ = scene
    chapter = draft.period.clauses.get(kind="chapter")
    amending.insert(draft, "item", parent=chapter, label="1", text="項目", by=None)
    (error,) = [one.finding for one in check(draft).open if one.finding.error]
    page = address(draft, "checks", error.fingerprint)
    assert "直さなければ、決定できません。" in words(client.get(page))
    told = errors(client.post(page, {"reason": "理由"}))
    assert told == ["この指摘は確認済みにできません。直さなければ、決定できません。"]


def test_saving_a_clause_shows_what_is_found_in_it(client, scene):
    draft, body = scene
    seen = amending.fingerprint(amending.text_of(draft), body.pk)
    sent = {"text": "令和７年度", "seen": seen}
    response = client.post(clause_address(draft, body, "reword"), sent, follow=True)
    assert "字の書き方：全角の英数字があります：「７」" in words(response)


@pytest.mark.parametrize("page", ["edit", "steps/submit"])
def test_pages_before_a_step_tell_how_many_are_open(client, scene, page):
    draft, _ = scene
    text = words(client.get(address(draft, page)))
    assert ("指摘が 3件 あります。" in text) or ("確認していない指摘が3件あります。" in text)


def test_an_approver_reads_the_findings_and_waives_none(client, scene):
    draft, _ = scene
    client.force_login(make_user(draft.period.agency, "approver"))
    text = words(client.get(address(draft, "checks")))
    assert ("確認していない指摘（3件）" in text, "確認済みにする" in text) == (True, False)


# --- 照合 -----------------------------------------------------------------------------------------
def upload(client, draft, content, name="資料.docx"):
    return client.post(
        address(draft, "reconciliation"), {"file": SimpleUploadedFile(name, content)}
    )


def test_a_word_file_is_compared_cell_by_cell(client, scene):
    draft, _ = scene
    rows = [[["変更案"], ["現行"]], [["<u>技術（AI）を進める。</u>"], []]]
    response = upload(client, draft, as_docx([rows]))
    told = [row.remark.split("\n") for row in response.context["table"].rows]
    assert told[-1] == [
        "字の書き方が違う",
        "資料：表1・2行1列",
        "変更案：新旧対照表（変更案）1. 項目1の推進の本文「技術(AI)を進める。」",
        "全角・半角のみの差です。",
    ]


def test_the_ministrys_paper_is_compared_and_nothing_is_stored(client):
    load_source()
    draft = Amendment.objects.select_related("period__agency").get(slug="2026-01-28")
    client.force_login(make_user(draft.period.agency, "editor"))
    response = upload(client, draft, SOURCE.read_bytes(), "memo.txt")
    assert "食い違い（47か所）" in words(response)
    assert "食い違いのうち26か所は、字の書き方だけの違いです。" in words(response)
    told = [row.remark.split("\n")[0] for row in response.context["table"].rows]
    assert told[21:] == ["字の書き方が違う"] * 26


def test_a_pasted_text_of_another_matter_says_so(client, scene):
    draft, _ = scene
    text = words(client.post(address(draft, "reconciliation"), {"text": "会議の日程"}))
    assert "食い違いはありません" in text
    assert "同じ文言が、資料に見つかりません。" in text
    assert "1行目：会議の日程" in text


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({}, "照合するファイルを選ぶか、文章を貼り付けてください。"),
        ({"file": b"abc", "text": "文"}, "ファイルと文章の、どちらか一つにしてください。"),
        ({"file": b""}, "選んだファイルは空です。"),
        ({"file": b"%PDF-"}, "PDFは読めません。文章をコピーして、貼り付けてください。"),
        ({"file": b"0" * (10 * 1024 * 1024 + 1)}, "10 MBまでのファイルを選んでください。"),
        ({"text": "あ\n" * 3001}, "文章が長すぎます（3,001段落）。3,000段落までに分けてください。"),
    ],
)
def test_what_cannot_be_compared_says_why(client, scene, sent, told):
    draft, _ = scene
    if "file" in sent:
        sent = sent | {"file": SimpleUploadedFile("a.txt", sent["file"])}
    response = client.post(address(draft, "reconciliation"), sent)
    assert (response.status_code, errors(response)) == (200, [told])
