"""The drafter's hand in a real browser: by mouse, by keyboard, without JavaScript, and on paper."""

import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, expect

from evaluation import drafting
from evaluation.models import Marking
from programs.models import User
from tests.evaluation.views.browsing import REAL, Portal
from tests.evaluation.views.test_browser import Visit

TABLE = REAL + "comparison/"
FIRST, SECOND = 0, 1  # the two reworded paragraphs of the real amendment


@pytest.fixture
def editor(portal: Portal) -> User:
    editor = portal.person("editor", "起案")
    drafting.hand_over(portal.real_amendment(), to=editor, by=editor)
    return editor


def opened(page: Page, place: int) -> None:
    page.goto(TABLE)
    page.get_by_role("link", name="下線を直す").nth(place).click()
    expect(page.locator(".drawing .word-boxes")).to_have_count(2)


def marked(page: Page, tag: str, place: int) -> str:
    row = page.locator("tr", has=page.locator("a.draw")).nth(place)
    words = row.locator(tag).all_text_contents()
    return "|".join(word.removeprefix("追加").removeprefix("削除") for word in words)


def select(page: Page, first: str, last: str) -> None:
    """Drag over the words of the proposed text, from the first to the last."""
    words = page.locator(".word-boxes").first.locator("span")
    start = words.get_by_text(first, exact=True).first.bounding_box()
    end = words.get_by_text(last, exact=True).first.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 1, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] - 1, end["y"] + end["height"] / 2, steps=9)
    page.mouse.up()


def test_marks_by_mouse_and_by_keyboard_reach_the_paper(portal: Portal, editor: User):
    visit = Visit(portal.window(editor))
    page = visit.page
    # By mouse, in the table's own row: 適切な joins the mark, 係る leaves it.
    opened(page, SECOND)
    visit.check()
    page.set_viewport_size({"width": 1280, "height": 900})
    select(page, "適切", "な")
    page.get_by_role("button", name="選んだ所に下線を引く").click()
    expect(page.locator(".drawing [role=status]")).to_have_text("「適切な」に下線を引きました")
    page.get_by_label("下線を直した理由").fill("修飾語から示す")
    page.get_by_role("button", name="下線を保存する").click()
    expect(page.get_by_text("下線を保存しました。")).to_be_visible()
    told = page.locator("tr", has=page.locator("a.draw")).nth(SECOND).get_by_role("status")
    left = "下線のない部分が、左右で違います：現行の「適切な」"
    expect(told).to_have_text(["下線を保存しました。", left])
    expect(told.first).to_be_in_viewport()
    expect(told.last).to_be_in_viewport()
    new = "適切な技術流出対策等の研究セキュリティや研究インテグリティに係る"
    assert marked(page, "ins", SECOND) == new
    # By keyboard: the last word of the first paragraph's mark is narrowed away, then widened by one.
    page.get_by_role("link", name="下線を直す").nth(FIRST).focus()
    page.keyboard.press("Enter")
    boxes = page.locator(".drawing .word-boxes").first.locator("input")
    expect(boxes.first).to_be_attached()
    last = [k for k in range(boxes.count()) if boxes.nth(k).is_checked()][-1]
    boxes.nth(last).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowRight")
    expect(boxes.nth(last + 1)).to_be_checked()
    expect(boxes.nth(last + 1)).to_be_focused()
    # Too far, and back.
    page.keyboard.press("Shift+ArrowRight")
    expect(boxes.nth(last + 2)).to_be_checked()
    page.keyboard.press("Shift+ArrowLeft")
    expect(boxes.nth(last + 2)).not_to_be_checked()
    expect(boxes.nth(last + 1)).to_be_focused()
    expect(boxes.nth(last + 1)).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_text("下線を保存しました。")).to_be_visible()
    assert marked(page, "ins", FIRST).endswith("研究開発を")
    expect(page.get_by_role("link", name="下線を直す").nth(FIRST)).to_be_focused()
    # On paper: the words in red are those.
    with page.expect_download() as download:
        page.get_by_role("button", name="新旧対照表のPDFを発行").click()
    printed = red_words(download.value.path())
    assert new in printed
    assert marked(page, "ins", FIRST) in printed


def test_a_form_is_left_by_escape_and_asks_before_it_loses_anything(portal: Portal, editor: User):
    page = portal.window(editor)
    opened(page, SECOND)
    page.keyboard.press("Escape")
    expect(page.locator(".drawing")).to_have_count(0)
    expect(page.get_by_role("link", name="下線を直す").nth(SECOND)).to_be_focused()
    opened(page, SECOND)
    # From wherever the keyboard is; on paper there is neither form nor link.
    page.emulate_media(media="print")
    expect(page.locator(".drawing")).to_be_hidden()
    expect(page.locator("a.draw").first).to_be_hidden()
    page.emulate_media(media="screen")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Escape")
    expect(page.locator(".drawing")).to_have_count(0)
    opened(page, SECOND)
    page.keyboard.press("Space")
    asked: list[str] = []

    def refuse(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.once("dialog", refuse)
    page.keyboard.press("Escape")
    expect(page.locator(".drawing")).to_have_count(1)
    assert asked == ["引き直した下線を保存せずに閉じますか。"]
    # Two marks are joined, and a word that follows none has nothing to be joined with.
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("j")
    status = page.locator(".drawing [role=status]")
    expect(status).to_contain_text("に下線を引きました")
    page.keyboard.press("j")
    expect(status).to_have_text("この後に、つなげる下線がありません")


def test_each_side_is_one_stop_for_tab(portal: Portal, editor: User):
    page = portal.window(editor)
    opened(page, SECOND)
    sides = page.locator(".drawing .word-boxes")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    expect(sides.nth(1).locator("input:focus")).to_have_count(1)
    page.keyboard.press("Tab")
    expect(page.get_by_label("下線を直した理由")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    expect(sides.first.locator("input:focus")).to_have_count(1)
    assert [sides.nth(k).locator("input[tabindex='0']").count() for k in (0, 1)] == [1, 1]


def test_the_way_of_choosing_is_changed_without_losing_a_tick(portal: Portal, editor: User):
    page = portal.window(editor)
    opened(page, SECOND)
    sides = page.locator(".drawing .word-boxes")
    sides.first.get_by_label("適切", exact=True).check(force=True)
    page.get_by_role("button", name="一字ずつ選ぶ").click()
    expect(page.get_by_role("button", name="語ごとに選ぶ")).to_be_visible()
    expect(sides.first.get_by_label("適", exact=True).first).to_be_checked()
    expect(sides.first.get_by_label("適", exact=True).first).to_be_focused()
    asked: list[str] = []

    def accept(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept()

    page.once("dialog", accept)
    page.keyboard.press("Escape")
    expect(page.locator(".drawing")).to_have_count(0)
    assert (len(asked), Marking.objects.count()) == (1, 0)


def test_marks_without_javascript_and_the_way_back(portal: Portal, editor: User):
    page = portal.window(editor, java_script_enabled=False)
    page.goto(TABLE)
    page.get_by_role("link", name="下線を直す").nth(SECOND).click()
    page.locator(".word-boxes").first.get_by_label("適切", exact=True).check(force=True)
    page.get_by_role("button", name="下線を保存する").click()
    assert marked(page, "ins", SECOND).startswith("適切|")
    page.get_by_role("link", name="下線を直す").nth(SECOND).click()
    page.get_by_role("button", name="自動の案に戻す").click()
    assert marked(page, "ins", SECOND).startswith("技術流出対策等")
    assert not Marking.objects.exists()


def red_words(file: Path) -> str:
    """Return what a PDF prints in the red of marks, without line breaks."""
    command = ["pdftohtml", "-xml", "-i", "-stdout", str(file)]
    xml = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    red = re.findall(r'<fontspec id="(\d+)"[^>]*color="#a90000"', xml)
    words = re.findall(r'<text[^>]*font="(\d+)"[^>]*>(.*?)</text>', xml)
    return "".join(re.sub("<[^>]*>", "", text) for font, text in words if font in red)
