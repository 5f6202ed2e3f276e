"""The main task of each role in a real browser, on the real amendment; one path without JavaScript."""

import csv
import hashlib
import re
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, expect

from evaluation import drafting, procedure
from evaluation.amending import text_of
from evaluation.models import Amendment, Wording
from programs.models import AccessRecord, User
from tests.evaluation.views.browsing import PERIOD, REAL, Portal

RESEARCH = "新たな価値の共創に向けた産学官連携・スタートアップ創出の推進"  # the heading of item 2.1
REWORDED = "新たな価値の共創に向けた産学官連携・スタートアップ支援の推進"
DAY = "令和8年4月1日"


# --- What several roles do ------------------------------------------------------------------------
def open_clause(page: Page, words: str) -> None:
    page.get_by_role("link", name=re.compile(f"^編集.*{words[:25]}")).click()


def start_draft(page: Page, title: str, slug: str) -> None:
    page.get_by_role("link", name="新しい変更案を起案する").click()
    page.get_by_label("件名").fill(title)
    page.get_by_label("識別名").fill(slug)
    page.get_by_role("button", name="起案する").click()
    expect(page.locator(".notice.success")).to_have_text(f"「{title}」を起案しました。")


def give_reason(page: Page, title: str) -> None:
    """From the page of a draft: add the reason of its changes."""
    page.get_by_role("link", name="変更理由を編集する").click()
    page.get_by_label("新しい区分の見出し").fill("令和8年度補正予算に伴う変更")
    page.get_by_label("変更事項").fill(title)
    page.get_by_label("説明").fill("予算の成立に伴い、事業を進めるため。")
    page.get_by_label("理由の種類").select_option("補正予算")
    page.get_by_role("button", name="加える").click()
    expect(page.get_by_role("heading", level=3)).to_have_text(re.compile(title))


def reword(page: Page, words: str, reason: str) -> None:
    """From a draft's clauses: give item 2.1 another heading."""
    open_clause(page, RESEARCH)
    page.get_by_label("見出し").fill(words)
    page.get_by_label("変更理由").select_option(reason)
    page.get_by_role("button", name="保存する").click()
    expect(page.locator(".notice.success")).to_have_text("保存しました。")


def add_item(page: Page, heading: str, reason: str) -> None:
    """From a draft's clauses: add an item behind item 2.1, with all that hangs on it."""
    page.locator("summary", has_text=f"追加：{RESEARCH[:20]}").click()
    page.get_by_role("link", name="この次の項目").locator("visible=true").click()
    page.locator("[name=label]").fill("9")
    page.get_by_label("見出し").fill(heading)
    page.get_by_label("本文").fill("量子技術の基盤を整える。\n拠点を設ける。")
    page.get_by_label("評価軸").fill("・拠点が整えられているか\n・成果が使われているか")
    page.get_by_label("評価指標").fill("拠点の整備の状況")
    page.get_by_label("モニタリング指標").fill("論文数\n特許出願件数")
    page.get_by_label("先端研究基盤刷新事業").check()
    page.get_by_label("変更理由").select_option(reason)
    page.get_by_role("button", name="加える").click()
    expect(page.locator(".notice.success")).to_have_text("新設しました：項目")


def take_step(page: Page, link: str, button: str) -> None:
    page.get_by_role("link", name=link, exact=True).click()
    page.get_by_role("button", name=button).click()


def approve_and_decide(page: Page) -> None:
    """From the page of a submitted amendment to its decision, by way of the page that checks it."""
    take_step(page, "承認する", "この内容で承認する")
    page.get_by_role("link", name="決定を登録する", exact=True).click()
    page.get_by_label("決定日").fill("令和8年3月31日")
    page.get_by_label("適用日").fill("R8.4.1")
    page.get_by_label("記録がないまま決定する").check()
    page.get_by_role("button", name="確認に進む").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("内容を確かめて、決定を登録する")
    expect(page.locator("table.comparison")).to_be_visible()
    answers = page.locator("dl.answers dd")
    assert [text.split()[0] for text in answers.all_text_contents()] == [
        "令和8年3月31日（2026年）",
        "令和8年4月1日（2026年）",
    ]
    page.get_by_role("button", name="この内容で決定する").click()


def publish(page: Page) -> None:
    page.get_by_role("link", name="公表する", exact=True).click()
    page.get_by_label("公表日").fill(DAY)
    page.get_by_role("button", name="確認に進む").click()
    page.get_by_role("button", name="この日付で公表する").click()
    expect(page.locator(".notice.success")).to_have_text(re.compile("公表日を登録しました。$"))


def issue(page: Page, folder: Path) -> Path:
    """From a page with an amendment's table: issue its PDF."""
    with page.expect_download() as download:
        page.get_by_role("button", name="新旧対照表のPDFを発行").click()
    return saved(download.value, folder)


def saved(download: Download, folder: Path) -> Path:
    file = folder / download.suggested_filename
    download.save_as(file)
    return file


def verify(page: Page, file: Path) -> None:
    page.get_by_role("link", name="PDFの検証").click()
    page.get_by_label("検証するPDF").set_input_files(file)
    page.get_by_role("button", name="検証する", exact=True).click()
    expect(page.get_by_role("heading", level=2)).to_have_text("✓ 真正")
    expect(page.get_by_text(hashlib.sha256(file.read_bytes()).hexdigest())).to_be_visible()


def marked(page: Page, selector: str) -> list[str]:
    """Return the marked words of a table, without the hidden word before each."""
    words = page.locator(f"table.comparison {selector}").all_text_contents()
    return [word.removeprefix("追加").removeprefix("削除") for word in words]


@pytest.fixture
def editor(portal: Portal) -> User:
    return portal.person("editor", "起案")


@pytest.fixture
def approver(portal: Portal) -> User:
    return portal.person("approver", "承認")


@pytest.fixture
def decided(portal: Portal, editor: User, approver: User) -> Amendment:
    """The real amendment, decided but not published."""
    amendment = portal.real_amendment()
    procedure.submit(amendment, by=editor)
    procedure.approve(amendment, by=approver)
    day = amendment.paper_date
    assert day is not None
    procedure.decide(amendment, by=approver, decided_on=day, effective_on=day)
    return amendment


# --- Editor ---------------------------------------------------------------------------------------
def test_an_editor_drafts_and_submits(portal: Portal, editor: User):
    page = portal.sign_in(editor)
    start_draft(page, "令和8年度の変更", "2026-04-01")
    give_reason(page, "量子技術の推進")
    page.get_by_role("link", name="条項の編集").click()
    reword(page, REWORDED, "量子技術の推進")
    assert (marked(page, "ins"), marked(page, "del")) == (
        ["スタートアップ支援"],
        ["スタートアップ創出"],
    )
    page.get_by_role("link", name="条項の編集").click()
    add_item(page, "量子技術の推進", "量子技術の推進")
    page.get_by_role("link", name="条項の編集").click()
    expect(page.get_by_text("すべての変更に理由があります。")).to_be_visible()
    page.get_by_role("link", name="新旧対照表", exact=True).click()
    expect(page.get_by_role("cell", name="（新設）", exact=True)).not_to_have_count(0)
    assert marked(page, "ins")[:3] == [
        "スタートアップ支援",
        "2. 9. 量子技術の推進",
        "量子技術の基盤を整える。",
    ]
    page.get_by_role("link", name="令和8年度の変更").click()
    take_step(page, "提出する", "提出する")
    expect(page.get_by_role("heading", level=1)).to_have_text("令和8年度の変更 承認待ち")


def test_of_two_editors_of_one_clause_the_second_loses_nothing(portal: Portal, editor: User):
    first = portal.sign_in(editor)
    second = portal.window(portal.person("editor", "後藤"))
    for page in (first, second):
        page.goto(REAL + "edit/")
        open_clause(page, RESEARCH)
    first.get_by_label("見出し").fill(REWORDED)
    first.get_by_role("button", name="保存する").click()
    expect(first.locator(".notice.success")).to_have_text("保存しました。")

    mine = RESEARCH.replace("産学官連携", "産学官の連携")
    second.get_by_label("見出し").fill(mine)
    second.get_by_role("button", name="保存する").click()
    expect(second.get_by_role("heading", level=1)).to_have_text("先に保存された変更があります")
    expect(second.get_by_role("alert")).to_contain_text("起案（editor-起案）")
    passage = second.locator(".passage")
    for words in ("スタートアップ創出", "産学官の連携", "スタートアップ支援"):
        expect(passage).to_contain_text(words)

    both = REWORDED.replace("産学官連携", "産学官の連携")
    second.get_by_role("button", name="この文言で保存する").click()
    expect(second.get_by_role("heading", level=1)).to_contain_text(both)
    texts = Wording.history.filter(text__startswith="新たな価値の共創に").order_by("history_id")
    assert [wording.text for wording in texts][-2:] == [REWORDED, both]


# --- Approver -------------------------------------------------------------------------------------
def test_an_approver_sends_back_then_decides_and_publishes(
    portal: Portal, editor: User, approver: User
):
    amendment = portal.real_amendment()
    drafting.hand_over(amendment, to=editor, by=editor)
    procedure.submit(amendment, by=editor)
    page = portal.sign_in(approver)
    page.locator("ol.waiting").get_by_role("link").click()
    page.get_by_role("link", name="差し戻す", exact=True).click()
    page.get_by_label("差し戻す理由").fill("4.3の指標を確かめてください。")
    page.get_by_role("button", name="理由を付けて差し戻す").click()

    answering = portal.window(editor)
    answering.goto("/")
    expect(answering.locator("ol.waiting")).to_contain_text("4.3の指標を確かめてください。")
    answering.goto(REAL)
    take_step(answering, "提出する", "提出する")

    page.goto(REAL)
    approve_and_decide(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("決定")
    publish(page)
    amendment.refresh_from_db()
    dates = (amendment.decided_on, amendment.effective_on, amendment.published_on)
    assert [str(day) for day in dates] == ["2026-03-31", "2026-04-01", "2026-04-01"]


# --- Readers --------------------------------------------------------------------------------------
def test_the_agency_reads_a_draft_that_is_shared_with_it(portal: Portal, editor: User):
    page = portal.sign_in(portal.person("agency", "法人"))
    expect(page.get_by_text("あなたが読める変更案は、いまはありません。")).to_be_visible()
    drafting.share(portal.real_amendment(), by=editor)
    page.reload()
    drafts = page.get_by_role("region", name="変更案の一覧")
    drafts.get_by_role("link", name="国立研究開発法人科学技術振興機構の中長期目標の変更").click()
    page.get_by_role("link", name="新旧対照表", exact=True).click()
    expect(page.locator("table.comparison tbody tr")).to_have_count(41)
    page.goto(REAL + "edit/")
    expect(page.get_by_role("heading", level=1)).to_have_text("この操作はできません")


def test_an_assessor_reads_what_is_decided(portal: Portal, decided: Amendment):
    page = portal.sign_in(portal.person("assessor", "評価"))
    page.get_by_role("link", name="現行の別紙").click()
    expect(page.locator(".edition-now")).to_contain_text("現行")
    expect(page.get_by_role("region", name="別紙の表").get_by_role("row")).to_have_count(18)
    page.get_by_role("link", name="目標と変更").first.click()
    page.get_by_role("link", name=decided.title).click()
    page.get_by_role("link", name="新旧対照表", exact=True).click()
    expect(page.locator("table.comparison")).to_be_visible()


def test_an_auditor_finds_who_did_it_and_verifies_a_pdf(
    portal: Portal, decided: Amendment, approver: User, tmp_path: Path
):
    page = portal.sign_in(portal.person("auditor", "監査"))
    page.get_by_role("link", name="履歴", exact=True).click()
    page.get_by_label("操作した人").fill(approver.username)
    page.get_by_label("対象・記録の種類").select_option("変更")
    page.get_by_role("button", name="絞り込む").click()
    expect(page.locator("#found strong")).to_have_text("2件")
    reasons = [line.partition("操作：")[2] for line in page.locator(".trail").all_inner_texts()]
    assert "決定" in reasons[0]
    with page.expect_download() as download:
        page.get_by_role("link", name="CSVで出力").click()
    lines = saved(download.value, tmp_path).read_text(encoding="utf-8-sig").splitlines()
    assert {approver.username in row for row in ("".join(r) for r in csv.reader(lines[1:]))} == {
        True
    }
    assert AccessRecord.objects.filter(kind="export").count() == 1

    page.goto(REAL + "comparison/")
    verify(page, issue(page, tmp_path))


def test_the_public_reads_what_is_published_and_verifies_its_pdf(
    portal: Portal, decided: Amendment, approver: User, tmp_path: Path
):
    office = portal.sign_in(approver)
    office.goto(REAL)
    publish(office)
    office.goto(REAL + "comparison/")
    issued = issue(office, tmp_path)

    page = portal.window()
    page.goto("/")
    page.get_by_role("link", name=decided.title).click()
    with page.expect_download() as download:
        page.get_by_role("region", name="発行した文書の一覧").get_by_role("link").click()
    file = saved(download.value, tmp_path)
    assert file.read_bytes() == issued.read_bytes()
    verify(page, file)
    page.goto(PERIOD)
    assert "第5期中長期目標" in page.get_by_role("heading", level=1).inner_text()


# --- Maintainer -----------------------------------------------------------------------------------
def test_a_maintainer_adds_people_and_imports_roles(portal: Portal, tmp_path: Path):
    page = portal.sign_in(portal.person("maintainer", "保守"))
    page.get_by_role("link", name="保守", exact=True).click()
    page.get_by_role("link", name="利用者", exact=True).click()
    page.get_by_role("link", name="利用者を登録").click()
    page.get_by_label("ユーザー名").fill("newcomer")
    page.get_by_label("姓").fill("試験")
    page.locator("#id_first_name").fill("花子")
    page.get_by_role("button", name="役割 の追加").click()
    page.locator("#id_roles-0-agency").select_option(index=1)
    page.locator("#id_roles-0-role").select_option("起案者")
    page.get_by_role("button", name="保存", exact=True).click()
    newcomer = User.objects.get(username="newcomer")
    assert [role.role for role in newcomer.roles.all()] == ["editor"]

    page.goto("/maintenance/programs/role/")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSVに出力").click()
    file = saved(download.value, tmp_path)
    file.write_bytes(file.read_bytes() + "newcomer,jst,監査者\r\n".encode())
    page.get_by_role("link", name="取込み").click()
    page.get_by_label("ファイル").set_input_files(file)
    page.get_by_role("button", name="内容を確かめる").click()
    expect(page.get_by_role("row", name="新規")).to_have_count(1)
    assert newcomer.roles.count() == 1
    page.get_by_role("button", name="取り込む").click()
    expect(page.get_by_text("取り込みました：新規1件、変更0件、同じ2件。")).to_be_visible()
    assert sorted(newcomer.roles.values_list("role", flat=True)) == ["auditor", "editor"]


# --- Without JavaScript ---------------------------------------------------------------------------
def test_the_whole_way_without_javascript(
    portal: Portal, editor: User, approver: User, tmp_path: Path
):
    page = portal.sign_in(editor, java_script_enabled=False)
    start_draft(page, "令和8年度の変更", "2026-04-01")
    give_reason(page, "量子技術の推進")
    page.get_by_role("link", name="条項の編集").click()
    reword(page, REWORDED, "量子技術の推進")
    page.get_by_role("link", name="条項の編集").click()
    add_item(page, "量子技術の推進", "量子技術の推進")
    page.get_by_role("link", name="令和8年度の変更").click()
    take_step(page, "提出する", "提出する")

    page = portal.sign_in(approver, java_script_enabled=False)
    page.locator("ol.waiting").get_by_role("link").click()
    approve_and_decide(page)
    publish(page)
    page.get_by_role("link", name="新旧対照表", exact=True).click()
    issue(page, tmp_path)

    page = portal.window(java_script_enabled=False)
    page.goto(PERIOD)
    page.get_by_role("link", name=re.compile("量子技術の推進$")).click()
    expect(page.get_by_text("拠点が整えられているか", exact=True)).to_be_visible()
    page.get_by_role("link", name="目標と変更").first.click()
    page.get_by_role("link", name="令和8年度の変更").click()
    with page.expect_download() as download:
        page.get_by_role("region", name="発行した文書の一覧").get_by_role("link").click()
    verify(page, saved(download.value, tmp_path))
    text = text_of(Amendment.objects.get(slug="2026-04-01"))
    assert {"拠点を設ける。", "論文数", REWORDED} <= {node.text for node in text.order}
