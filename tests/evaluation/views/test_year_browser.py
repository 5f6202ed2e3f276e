"""A year from its first value to the minister's grade, at the browser, by each way of entering.

The agency enters values with one mistake in them, mends it, sees the chart, hands in and evaluates
itself; the assessor confirms and grades; the paper of the sheet holds the numbers.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from evaluation import valuing
from evaluation.models import Clause, IndicatorMeasure, IndicatorValue
from tests.evaluation.documents.papers import pages, squeeze
from tests.evaluation.importing.filling import filled, year
from tests.evaluation.views.browsing import PERIOD, Portal
from tests.evaluation.views.test_browser import Visit
from tests.evaluation.workbook.files import opened
from tests.factories import make_measure

ITEM = "1.1. 研究開発戦略の立案・提言"
BEFORE, YEAR = 2024, 2025
TYPED = {"報告書数": ("12", "約15"), "発信数": ("340", "1,234"), "閲覧数": ("△56", "１２，３４５")}
MENDED = "15"
STORED = {
    ("報告書数", BEFORE): 12, ("報告書数", YEAR): 15,
    ("発信数", BEFORE): 340, ("発信数", YEAR): 1234,
    ("閲覧数", BEFORE): -56, ("閲覧数", YEAR): 12345,
}  # fmt: skip
WRONG = "「約」は付けられません。「1,234件」のように入力してください。"
PASTE = """text => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    document.activeElement.dispatchEvent(
        new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def measures(portal: Portal) -> list[IndicatorMeasure]:
    """What item 1.1 is measured by, the first with a target of 14 for the year."""
    clauses = Clause.objects.filter(kind="monitoring_indicator", introduced_by__kind="baseline")
    made = [
        make_measure(indicator, label)
        for indicator, label in zip(clauses.order_by("pk")[:3], TYPED, strict=True)
    ]
    valuing.set_target(
        made[0],
        by=None,
        first_fiscal_year=YEAR,
        last_fiscal_year=YEAR,
        number=Decimal(14),
        reason="中長期計画",
    )
    return made


def by_excel(page: Page, measures: list[IndicatorMeasure], folder: Path) -> None:
    """Fill the template, upload it, correct what the returned workbook marks, upload that."""
    page.get_by_role("link", name="Excelで入力する").click()
    for one in (BEFORE, YEAR):
        page.get_by_label(year(one)).check()
    with page.expect_download() as download:
        page.get_by_role("button", name="ひな形（.xlsx）をダウンロード").click()
    file = folder / "値.xlsx"
    download.value.save_as(file)
    cells = {
        (label, year(one)): words
        for label, row in TYPED.items()
        for one, words in zip((BEFORE, YEAR), row, strict=True)
    }
    file.write_bytes(filled(file.read_bytes(), cells))
    upload(page, file)
    expect(page.get_by_text("誤りが1件あるため、保存できません。")).to_be_visible()
    assert IndicatorValue.objects.count() == 0
    with page.expect_download() as download:
        page.get_by_role("link", name="印の付いたファイル（.xlsx）をダウンロード").click()
    download.value.save_as(file)
    comments = [c.comment.text for row in opened(file.read_bytes()) for c in row if c.comment]
    assert comments == [WRONG]
    file.write_bytes(filled(file.read_bytes(), {("報告書数", year(YEAR)): int(MENDED)}))
    page.get_by_role("link", name="別のファイルをアップロードする").click()
    upload(page, file)
    page.get_by_role("button", name="6件の値を保存する").click()
    expect(page.get_by_role("status").get_by_text("保存しました。")).to_be_visible()


def upload(page: Page, file: Path) -> None:
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="何が変わるかを見る").click()


def by_keyboard(page: Page, measures: list[IndicatorMeasure], folder: Path) -> None:
    """Type down a column, then the next; mend the cell that says what is wrong with it."""
    open_grid(page, measures)
    for column in zip(*TYPED.values(), strict=True):
        for words in column:
            page.keyboard.insert_text(words)
            page.keyboard.press("Enter")  # goes down, but from the last
        for key in ["ArrowUp"] * (len(column) - 1) + ["ArrowRight"]:
            page.keyboard.press(key)
    expect(page.locator(f"#s-{measures[0].pk}-{YEAR}")).to_have_text("✕ 保存していません")
    mend(page, measures)


def by_pasting(page: Page, measures: list[IndicatorMeasure], folder: Path) -> None:
    """Paste the block from a spreadsheet, save what can be saved, and mend the rest."""
    open_grid(page, measures)
    page.evaluate(PASTE, "\n".join("\t".join(row) for row in TYPED.values()))
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(WRONG)
    dialog.get_by_role("button", name="5件を保存する").click()
    expect(field(page, measures[0], BEFORE)).to_be_focused()
    mend(page, measures)


def open_grid(page: Page, measures: list[IndicatorMeasure]) -> None:
    """Open the grid and go by keyboard to the first field of the first year."""
    page.get_by_role("link", name="値を入力する").click()
    field(page, measures[0], BEFORE).focus()


def field(page: Page, measure: IndicatorMeasure, fiscal_year: int):
    return page.locator(f'[name^="v-{measure.pk}-{fiscal_year}-"]')


def mend(page: Page, measures: list[IndicatorMeasure]) -> None:
    field(page, measures[0], YEAR).focus()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(MENDED)
    page.keyboard.press("Enter")
    for measure in measures:
        for one in (BEFORE, YEAR):
            told = page.locator(f"#s-{measure.pk}-{one}")
            expect(told).to_contain_text("保存済み")  # some with a warning, which blocks nothing


Way = Callable[[Page, list[IndicatorMeasure], Path], None]


@pytest.mark.parametrize("way", [by_excel, by_keyboard, by_pasting])
def test_from_the_first_value_to_the_grade(
    portal: Portal, measures: list[IndicatorMeasure], way: Way, tmp_path: Path
):
    agency = portal.window(portal.person("agency", "法人"))
    assessor = portal.window(portal.person("assessor", "評価"))
    agency.goto(f"{PERIOD}indicators/")
    way(agency, measures, tmp_path)
    values = IndicatorValue.objects.values_list("measure__label", "fiscal_year", "number")
    assert {(label, one): number for label, one, number in values} == STORED
    see_the_chart(agency)
    hand_in(agency)
    confirm(assessor)
    grade(agency, "自己評価", "A", 業務実績="提言を15件まとめた。", 評定の根拠="目標を上回った。")
    grade(assessor, "主務大臣による評価", "B", 評定の根拠="目標の水準である。")
    assessor.goto(f"{PERIOD}grades/")
    expect(assessor.get_by_role("link", name=f"{ITEM} {year(YEAR)}")).to_contain_text("B（A）")
    see_the_paper(agency)
    issue_and_verify(assessor, tmp_path)


def see_the_chart(page: Page) -> None:
    page.goto(f"{PERIOD}results/")
    page.get_by_role("link", name=re.compile("1.1. 研究開発戦略")).first.click()
    drawing = page.get_by_role("img", name="閲覧数（件）：").first
    expect(drawing.locator("text", has_text="12,345").first).to_be_visible()


def hand_in(page: Page) -> None:
    page.locator("#years ~ div").get_by_role("link", name=year(YEAR)).click()
    page.get_by_role("link", name="提出する", exact=True).click()
    page.get_by_role("button", name="提出する", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("提出しました。評価者が確かめます。")


def confirm(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="提出された実績を確かめる").click()
    page.get_by_role("link", name="確定する", exact=True).click()
    page.get_by_role("button", name="確定する", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("確定しました。")


def grade(page: Page, side: str, letter: str, **words: str) -> None:
    open_sheet(page)
    page.get_by_role("link", name=f"{side}を書く").click()
    page.get_by_role("radio", name=re.compile(f"^{letter}\\s")).check()
    for label, text in words.items():
        page.get_by_label(label, exact=False).first.fill(text)
    page.get_by_role("button", name="保存して確定に進む").click()
    expect(page.get_by_text(f"{side}を保存しました。")).to_be_visible()
    Visit(page).check(expected=f"{side}を確定する")
    page.get_by_role("button", name="この内容で確定する").click()
    expect(page.get_by_text(f"{side}を確定しました。")).to_be_visible()


def open_sheet(page: Page) -> None:
    page.goto(PERIOD)
    page.get_by_role("link", name="評定", exact=True).click()
    page.get_by_role("link", name=f"{ITEM} {year(YEAR)}").click()
    expect(page.get_by_role("heading", name=ITEM, level=1)).to_be_visible()


def see_the_paper(page: Page) -> None:
    open_sheet(page)
    Visit(page).check()
    figures = page.locator(".figures-of-item tbody tr").all_inner_texts()
    with page.expect_download() as download:
        page.get_by_role("link", name="調書（PDF）", exact=True).click()
    paper = squeeze("".join(pages(Path(download.value.path()).read_bytes())))
    assert [row for row in figures if squeeze(row) not in paper] == []
    told = ("12,345", "1,234", "提言を15件まとめた。", "目標を上回った。", "目標の水準である。")
    assert [words for words in told if words in paper] == list(told)


def issue_and_verify(page: Page, folder: Path) -> None:
    """Issue the sheet with its blanks; the file that is handed over is genuine, another one is not."""
    open_sheet(page)
    page.get_by_role("link", name="調書を発行", exact=True).click()
    Visit(page).check(expected="項目別評定調書を発行する")
    page.get_by_role("button", name="項目別評定調書のPDFを発行").click()
    Visit(page).check(expected="空欄を埋めるか、「空欄のまま発行する」を選んでください。")
    page.get_by_label("空欄のまま発行する").check()
    page.get_by_role("button", name="項目別評定調書のPDFを発行").click()
    Visit(page).check(expected="発行した文書")
    file = folder / "sheet.pdf"
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^項目別評定調書 1.1_.*-1$")).click()
    file.write_bytes(Path(download.value.path()).read_bytes())
    for content, verdict in ((file.read_bytes(), "✓ 真正"), (b"%PDF-1.7", "✕ 発行記録なし")):
        file.write_bytes(content)
        page.goto("/verification/")
        page.get_by_label("検証するPDF").set_input_files(file)
        page.get_by_role("button", name="検証する", exact=True).click()
        expect(page.locator("#verdict")).to_have_text(verdict)
        Visit(page).check()
