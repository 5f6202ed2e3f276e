"""An auditor's main task in a real browser: read the table, take the PDF, have it verified."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from evaluation.loading import load_source
from programs.models import Agency
from tests.factories import make_user

PASSWORD = "a-long-enough-password"
PAGES = [
    "/",
    "/jst/5/",
    "/jst/5/?amendment=2026-01-28",
    "/jst/5/appendix/?amendment=2026-01-28",
    "/jst/5/amendments/2026-01-28/",
    "/jst/5/amendments/2026-01-28/comparison/",
    "/verification/",
    "/jst/9/",
]


@pytest.fixture
def auditor(transactional_db, live_server, page: Page) -> Iterator[Page]:
    """A page of a signed-in auditor; anything that the browser complains of fails the test."""
    load_source()
    user = make_user(Agency.objects.get(code="jst"), "auditor", username="auditor")
    user.set_password(PASSWORD)
    user.save()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(live_server.url + "/accounts/login/")
    page.get_by_label("ユーザー名").fill("auditor")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="サインイン", exact=True).click()
    yield page
    assert [text for text in complaints if "404 (Not Found)" not in text] == []


def test_from_the_start_page_to_a_verified_pdf(auditor: Page, live_server, tmp_path: Path):
    auditor.get_by_role("link", name="国立研究開発法人科学技術振興機構の中長期目標の変更").click()
    auditor.get_by_role("link", name="新旧対照表").click()
    assert auditor.get_by_role("heading", level=1).inner_text() == (
        "国立研究開発法人 科学技術振興機構 第5期中長期目標 新旧対照表（案）"
    )
    with auditor.expect_download() as download:
        auditor.get_by_role("button", name="新旧対照表のPDFを発行").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "新旧対照表_2026-01-28-1.pdf"

    auditor.get_by_role("link", name="PDFの検証").click()
    auditor.get_by_label("検証するPDF").set_input_files(file)
    auditor.get_by_role("button", name="検証する", exact=True).click()
    assert auditor.get_by_role("heading", level=2).inner_text() == "✓ 真正"
    assert auditor.get_by_text(hashlib.sha256(file.read_bytes()).hexdigest()).is_visible()


@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_is_accessible_and_fits(auditor: Page, live_server, width: int):
    auditor.set_viewport_size({"width": width, "height": 800})
    for address in PAGES:
        auditor.goto(live_server.url + address)
        found = Axe().run(auditor).response["violations"]
        assert (address, [violation["id"] for violation in found]) == (address, [])
        wide = auditor.evaluate("document.documentElement.scrollWidth")
        assert (address, wide) == (address, width)


def test_the_keyboard_reaches_the_pdf_with_visible_focus(auditor: Page, live_server):
    auditor.goto(live_server.url + "/jst/5/amendments/2026-01-28/comparison/")
    for _ in range(20):
        auditor.keyboard.press("Tab")
        name = auditor.evaluate("document.activeElement.innerText")
        style = auditor.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert style == "4px"
        if name == "新旧対照表のPDFを発行":
            return
    pytest.fail("the keyboard never reached the button")
