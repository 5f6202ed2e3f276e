"""Pages of the procedure: steps, files, approvals, and what is looked over before a decision."""

import copy
import datetime as dt
import io
import re
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from evaluation import amending, drafting, procedure, recording
from evaluation.documents.issuing import take_snapshot
from evaluation.models import Attachment, ProcedureStep, StepKind, StepOrder
from jst_objectives import history
from programs.models import AccessRecord
from tests.evaluation.views.drafts import address, clause_address, errors, seen, words
from tests.factories import DAY, decide, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db

FEBRUARY, MARCH = dt.date(2026, 2, 1), dt.date(2026, 3, 1)
DATA = {"shown": "now", "date": "R8.2.1", "number": "第35回", "openness": "open", "result": "了承"}


class Scene:
    """A draft of an agency that must hear a council and then a commission; everybody of the agency."""

    def __init__(self) -> None:
        self.period = make_period()
        baseline, (_, self.item, *_) = make_baseline(self.period)
        self.editor = make_user(self.period.agency, "editor")
        self.approver = make_user(self.period.agency, "approver")
        procedure.publish(baseline, by=self.approver, published_on=DAY)
        self.draft = make_draft(self.period, by=self.editor, holder=self.editor)
        amending.reword(self.draft, self.item, "項目1の転換", by=self.editor)
        self.council, self.commission, self.decision = (
            self.kind(n, name) for n, name in enumerate(("審議会", "委員会", "決定・指示"), start=1)
        )
        order = StepOrder(earlier=self.council, later=self.commission, legal_basis="通則法")
        history.save(order, by=None, reason="試験")

    def kind(self, position: int, name: str) -> StepKind:
        kind = StepKind(agency=self.period.agency, position=position, name=name, required=True)
        kind.after_decision = name == "決定・指示"
        history.save(kind, by=None, reason="試験")
        return kind

    def step(self, **said: Any) -> ProcedureStep:
        said = {"date": FEBRUARY} | said
        return recording.record(self.draft, self.council, by=self.editor, **said)

    def client(self, role: str) -> Client:
        client = Client()
        if role == "editor":
            client.force_login(self.editor)
        elif role:
            client.force_login(make_user(self.period.agency, role))
        return client


@pytest.fixture(scope="module")
def made(module_rows: None) -> Scene:
    return Scene()


@pytest.fixture
def scene(made: Scene) -> Scene:
    return copy.deepcopy(made)


# --- Steps ----------------------------------------------------------------------------------------
def test_a_step_is_recorded_with_what_was_shown(scene):
    client = scene.client("editor")
    new = address(scene.draft, "procedure", "new")
    page = client.get(f"{new}?kind={scene.council.pk}").content.decode()
    assert f'<option value="{scene.council.pk}" selected' in page
    response = client.post(new, DATA | {"kind": scene.council.pk, "opinion": "一行目\r\n二行目"})
    step = ProcedureStep.objects.get()
    assert response["Location"] == address(scene.draft, "procedure", step.pk)
    assert (step.date, step.number, step.openness, step.snapshot.number, step.opinion) == (
        FEBRUARY,
        "第35回",
        "open",
        1,
        "一行目\n二行目",
    )
    assert "「審議会」を記録しました。" in words(client.get(response["Location"]))


def test_a_step_out_of_order_is_refused_in_words(scene):
    client = scene.client("editor")
    data = DATA | {"kind": scene.commission.pk}
    response = client.post(address(scene.draft, "procedure", "new"), data)
    refusal = (
        "「委員会」（令和8年2月1日）の前に、「審議会」が済んでいる必要があります（通則法）。"
        "先に「審議会」を記録するか、日付を確かめてください。"
    )
    assert errors(response) == [refusal]
    assert 'value="第35回"' in response.content.decode()
    assert not ProcedureStep.objects.exists()


def test_what_is_missing_is_named_at_its_field(scene):
    response = scene.client("editor").post(address(scene.draft, "procedure", "new"), {})
    assert errors(response) == [
        "手続を選んでください。",
        "日付を入力してください（例：令和8年4月1日）。",
    ]


def test_what_no_font_prints_is_refused(scene):
    data = DATA | {"kind": scene.council.pk, "result": "了承😀"}
    response = scene.client("editor").post(address(scene.draft, "procedure", "new"), data)
    assert errors(response) == [
        "結果の「😀」（U+1F600）は、印刷に使う書体にありません。別の字にしてください。"
    ]


def compared(client, html):
    link = re.search(r'href="([^"]+)">この会議の後に変わった箇所', html).group(1)
    return words(client.get(link.replace("&amp;", "&")))


def test_what_has_changed_since_the_meeting_is_one_click_away(scene):
    client = scene.client("editor")
    first = scene.step()
    amending.reword(scene.draft, scene.item, "項目1の刷新", by=scene.editor)
    scene.step(date=MARCH, number="第36回")
    html = client.get(address(scene.draft, "procedure")).content.decode()
    assert "項目1の 追加 刷新" in compared(client, html)
    between = re.search(r'href="([^"]+)">前の手続の版から', html).group(1)
    assert f"old=with:{scene.draft.slug}@1&amp;new=with:{scene.draft.slug}@2" in between
    page = client.get(address(scene.draft, "procedure", first.pk)).content.decode()
    assert "項目1の 追加 刷新" in compared(client, page)


def test_a_record_is_corrected_with_a_reason(scene):
    client, step = scene.client("editor"), scene.step()
    page = address(scene.draft, "procedure", step.pk, "correct")
    seen = recording.fingerprint(step)
    data = {"date": "R8.2.2", "result": "修正のうえ了承", "seen": seen}
    assert errors(client.post(page, data)) == ["訂正の理由を入力してください。"]
    client.post(page, data | {"why": "誤記"})
    step.refresh_from_db()
    assert (step.date, step.result) == (dt.date(2026, 2, 2), "修正のうえ了承")
    response = client.post(page, data | {"why": "誤記", "result": "異議なし"})
    assert response.status_code == 409
    assert "先に保存しました" in words(response)
    assert 'value="異議なし"' in response.content.decode()


def test_a_record_goes_after_a_question(scene):
    client, step = scene.client("editor"), scene.step()
    recording.attach(step, by=scene.editor, name="答申.pdf", suffix="pdf", content=b"%PDF-")
    page = address(scene.draft, "procedure", step.pk, "remove")
    assert "答申.pdf" in words(client.get(page))
    seen = {"seen": recording.fingerprint(step)}
    assert errors(client.post(page, seen)) == ["取り消す理由を入力してください。"]
    response = client.post(page, {"why": "重複", "seen": recording.fingerprint(step)})
    assert response["Location"] == address(scene.draft, "procedure")
    assert not ProcedureStep.objects.exists()


def test_who_built_upon_it_stands_in_the_way(scene):
    client, step = scene.client("editor"), scene.step()
    recording.record(scene.draft, scene.commission, by=scene.editor, date=MARCH)
    page = address(scene.draft, "procedure", step.pk, "remove")
    response = client.post(page, {"why": "重複", "seen": recording.fingerprint(step)})
    assert "「審議会」が済んでいる必要があります" in words(response)
    assert ProcedureStep.objects.count() == 2


READERS = ["", "assessor", "maintainer", "agency", "auditor", "editor", "approver"]


@pytest.mark.parametrize("role", READERS)
@pytest.mark.parametrize("openness", ["open", "partly", "closed", ""])
def test_who_reads_a_step_once_it_is_decided_and_published(scene, role, openness):
    step = scene.step(openness=openness, opinion="審議会の意見")
    recording.attach(step, by=scene.editor, name="答申.pdf", suffix="pdf", content=b"%PDF-")
    decide(scene.draft, MARCH)
    procedure.publish(scene.draft, by=scene.approver, published_on=MARCH)
    client = scene.client(role)
    reads_drafts = role in {"auditor", "editor", "approver"}
    sees = reads_drafts or openness == "open" or (role != "" and openness != "closed")
    page = client.get(address(scene.draft, "procedure", step.pk))
    assert page.status_code == (200 if sees else (404 if role else 302))
    listed = words(client.get(address(scene.draft, "procedure")))
    assert ("令和8年2月1日" in listed) == sees
    file = address(scene.draft, "procedure", step.pk, "files", step.attachments.get().pk)
    assert client.get(file).status_code == ((200 if sees else 404) if role else 302)


def test_the_agency_reads_what_was_shown_since_the_sharing_only(scene):
    scene.step()
    amending.reword(scene.draft, scene.item, "項目1の刷新", by=scene.editor)
    drafting.share(scene.draft, by=scene.editor)
    take_snapshot(scene.draft, by=None)
    scene.step(date=MARCH)
    html = scene.client("agency").get(address(scene.draft, "procedure")).content.decode()
    assert html.count("この会議の後に変わった箇所") == 1
    assert "@1" not in html


# --- Files ----------------------------------------------------------------------------------------
def document(part: str, *others: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in (part, *others):
            archive.writestr(name, "x")
    return content.getvalue()


GOOD = {
    "答申.pdf": b"%PDF-1.7",
    "資料.DOCX": document("word/document.xml"),
    "表.xlsx": document("xl/workbook.xml"),
    "図.pptx": document("ppt/presentation.xml"),
    "議事録.txt": "議事録".encode("cp932"),
    "一覧.csv": "一覧".encode(),
    "図.png": b"\x89PNG\r\n\x1a\n",
    "写真.jpeg": b"\xff\xd8\xff\xe0",
}
BAD = {
    "x.exe": b"MZ",
    "x.html": b"<script>alert(1)</script>",
    "x.svg": b"<svg/>",
    "答申.pdf": b"<script>alert(1)</script>",
    "資料.docx": document("xl/workbook.xml"),
    "マクロ.docx": document("word/document.xml", "word/vbaProject.bin"),
    "壊れた.docx": b"PK\x03\x04",
    "x.txt": b"\0",
    "y.txt": b"\xff\xff\x81",
    "拡張子なし": b"%PDF-",
}


@pytest.mark.parametrize("name", GOOD)
def test_a_file_is_added_and_handed_over_to_be_kept(scene, name):
    client, step = scene.client("editor"), scene.step()
    page = address(scene.draft, "procedure", step.pk, "files", "new")
    response = client.post(page, {"file": SimpleUploadedFile(name, GOOD[name])})
    assert response["Location"] == address(scene.draft, "procedure", step.pk)
    kept = Attachment.objects.get()
    file = client.get(address(scene.draft, "procedure", step.pk, "files", kept.pk))
    assert (file.content, file["X-Content-Type-Options"]) == (GOOD[name], "nosniff")
    assert file["Content-Type"] == kept.media_type
    assert file["Content-Disposition"].startswith("attachment; filename")
    told = AccessRecord.objects.filter(kind="export").get()
    assert told.detail == f"{scene.draft}：審議会：{name}"


@pytest.mark.parametrize("name", BAD)
def test_what_a_browser_might_run_or_is_not_what_it_says_is_refused(scene, name):
    client, step = scene.client("editor"), scene.step()
    page = address(scene.draft, "procedure", step.pk, "files", "new")
    response = client.post(page, {"file": SimpleUploadedFile(name, BAD[name])})
    assert [error.startswith(f"「{name}」は登録できません。") for error in errors(response)] == [
        True
    ]
    assert not Attachment.objects.exists()


def test_a_file_that_is_too_large_or_empty_or_there_already_is_refused(scene):
    client, step = scene.client("editor"), scene.step()
    page = address(scene.draft, "procedure", step.pk, "files", "new")
    large = b"%PDF-" + bytes(20 * 1024 * 1024)
    refused = [
        errors(client.post(page, {"file": SimpleUploadedFile("x.pdf", content)}))
        for content in (large, b"")
    ]
    assert refused == [
        ["ファイルが大きすぎます（20.0 MB）。20 MBまでのファイルを選んでください。"],
        ["選んだファイルは空です。"],
    ]
    client.post(page, {"file": SimpleUploadedFile("x.pdf", b"%PDF-")})
    again = client.post(page, {"file": SimpleUploadedFile("y.pdf", b"%PDF-")})
    assert errors(again) == ["同じ内容のファイルが、この手続にすでにあります。"]


def test_a_file_is_taken_away_after_a_question(scene):
    client, step = scene.client("editor"), scene.step()
    kept = recording.attach(step, by=scene.editor, name="x.pdf", suffix="pdf", content=b"%PDF-")
    page = address(scene.draft, "procedure", step.pk, "files", kept.pk, "remove")
    assert errors(client.post(page, {})) == ["外す理由を入力してください。"]
    client.post(page, {"why": "誤り"})
    assert not Attachment.objects.exists()
    assert client.get(page).status_code == 404


# --- Approvals and the check page -----------------------------------------------------------------
def approved(scene):
    procedure.submit(scene.draft, by=scene.editor)
    procedure.approve(scene.draft, by=scene.approver)


def test_a_void_approval_stays_to_be_seen_with_what_has_changed(scene):
    approved(scene)
    procedure.take_back(scene.draft, by=scene.editor, reason="表記")
    amending.reword(scene.draft, scene.item, "項目1の刷新", by=scene.editor)
    html = scene.client("editor").get(address(scene.draft, "procedure")).content.decode()
    assert "承認の後に、文言が変わったため、失効しています。" in html
    link = re.search(r'href="([^"]+)">承認した版からの変更', html).group(1)
    changes = words(scene.client("editor").get(link.replace("&amp;", "&")))
    assert "項目1の 追加 刷新" in changes


def test_who_voids_an_approval_is_told_and_so_is_the_drafts_page(scene):
    approved(scene)
    procedure.take_back(scene.draft, by=scene.editor, reason="表記")
    client = scene.client("editor")
    told = "この変更により、試験 太郎の承認は失効しました。"
    where = clause_address(scene.draft, scene.item, "reword")
    fields = {"text": "項目1の転換", "seen": seen(scene.draft, scene.item)}
    assert told not in words(client.post(where, fields, follow=True))  # it says the same
    assert told in words(client.post(where, fields | {"text": "項目1の刷新"}, follow=True))
    for page in (address(scene.draft), address(scene.draft, "edit")):
        assert "試験 太郎の承認は、いまは効力がありません。" in words(client.get(page))
    facts = {"title": "別の件名", "seen": drafting.fingerprint(scene.draft)}
    again = client.post(address(scene.draft, "facts"), facts, follow=True)
    assert told not in words(again)  # what is void is not voided again


def test_before_a_decision_everything_is_looked_over(scene):
    scene.step(number="第35回", result="了承")
    approved(scene)
    client = Client()
    client.force_login(scene.approver)
    dates = "?decided_on=2026-03-01&effective_on=2026-04-01"
    where = address(scene.draft, "steps", "decide")
    missing = "法令で必要な手続の記録が1件ありません：委員会 決定した後は"
    assert missing in words(client.get(where))
    page = words(client.get(f"{where}{dates}&without_records=yes"))
    for part in (
        f"件名 {scene.draft.title}",
        "改正 1. 項目1の転換",
        missing,
        "法令で必要な手続の記録がないまま決定します：委員会",
        "決定日が、承認した日より前です。日付を確かめてください。",
        "審議会 令和8年2月1日（2026年） 第35回 了承 第1版",
        "第1版 有効",
        "決定日 令和8年3月1日（2026年）",
    ):
        assert part in page
    assert "決定・指示 " not in page
    assert not scene.draft.is_decided


def test_without_a_record_that_the_law_asks_for_the_decision_takes_a_tick(scene):
    scene.step()
    approved(scene)
    client = Client()
    client.force_login(scene.approver)
    where = address(scene.draft, "steps", "decide")
    dates = {"decided_on": "2026-03-01", "effective_on": "2026-04-01"}
    said = ["手続を先に記録するか、「記録がないまま決定する」に印を付けてください。"]
    seen = procedure.content_digest(scene.draft)
    for response in (client.get(where, dates), client.post(where, dates | {"seen": seen})):
        assert errors(response) == said
    scene.draft.refresh_from_db()
    assert not scene.draft.is_decided
    ticked = dates | {"without_records": "yes"}
    assert 'name="without_records" value="yes"' in client.get(where, ticked).content.decode()
    client.post(where, ticked | {"seen": seen})
    scene.draft.refresh_from_db()
    assert scene.draft.is_decided


def test_before_a_publication_everything_is_looked_over(scene):
    scene.step()
    approved(scene)
    dates = {"decided_on": MARCH, "effective_on": MARCH}
    procedure.decide(scene.draft, by=scene.approver, **dates)
    client = Client()
    client.force_login(scene.approver)
    page = words(client.get(address(scene.draft, "steps", "publish") + "?published_on=2026-03-02"))
    for part in (
        "改正 1. 項目1の転換",
        "適用日 令和8年3月1日",
        "法令で必要な手続の記録がないまま決定されています： 委員会",
        "決定日は登録済みです。文書番号などの記録は、まだありません：決定・指示",
        "第1版 有効",
    ):
        assert part in page


def test_without_a_standing_approval_the_decision_is_not_offered(scene):
    approved(scene)
    scene.draft.wordings.update(text="x")  # past the portal
    client = Client()
    client.force_login(scene.approver)
    page = words(client.get(address(scene.draft, "steps", "decide")))
    assert "いまの内容への承認がありません。" in page
    assert "確認に進む" not in page


def test_resubmitted_unchanged_its_editor_is_told_that_the_approval_stands(scene):
    approved(scene)
    client = scene.client("editor")
    client.post(address(scene.draft, "steps", "take-back"), {"reason": "確認"})
    response = client.post(address(scene.draft, "steps", "submit"), follow=True)
    assert "内容が変わっていないため、承認は有効です。" in words(response)


def test_a_withdrawn_draft_is_resumed_with_a_reason(scene):
    client = scene.client("editor")
    client.post(address(scene.draft, "steps", "withdraw"), {"reason": "見送り"})
    assert errors(client.post(address(scene.draft, "steps", "resume"), {"reason": ""})) == [
        "再開する理由を入力してください。"
    ]
    client.post(address(scene.draft, "steps", "resume"), {"reason": "予算の成立"})
    scene.draft.refresh_from_db()
    assert scene.draft.state == "draft"
