"""The main task of grading in two browsers: the agency writes its self-evaluation with figures behind it,
the assessor grades, and the PDF of the sheet holds the numbers."""

import re

from playwright.sync_api import Page, expect

from evaluation import samples
from tests.evaluation.documents.papers import pages, squeeze
from tests.evaluation.views.browsing import PERIOD, Portal
from tests.evaluation.views.test_browser import Visit

ITEM = "1.1. 研究開発戦略の立案・提言"


def open_sheet(page: Page, year: str) -> None:
    page.goto(PERIOD)
    page.get_by_role("link", name="評定", exact=True).click()
    page.get_by_role("link", name=f"{ITEM} {year}").click()
    expect(page.get_by_role("heading", name=ITEM, level=1)).to_be_visible()


def write(page: Page, side: str, grade: str, **words: str) -> None:
    page.get_by_role("link", name=f"{side}を書く").click()
    page.get_by_role("radio", name=re.compile(f"^{grade}\\s")).check()
    for label, text in words.items():
        page.get_by_label(label, exact=False).first.fill(text)
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_text(f"{side}を保存しました。")).to_be_visible()
    page.get_by_role("link", name="確定に進む").click()
    expect(page.get_by_role("heading", name=f"{side}を確定する")).to_be_visible()
    Visit(page).check()
    page.get_by_role("button", name="この内容で確定する").click()
    expect(page.get_by_text(f"{side}を確定しました。")).to_be_visible()


def test_the_agency_writes_the_assessor_grades_and_the_pdf_holds_the_numbers(
    portal: Portal,
) -> None:
    samples.load_sample_results(portal.period)
    agency = portal.window(portal.person("agency", "法人"), accept_downloads=True)
    open_sheet(agency, "令和7年度")
    Visit(agency).check()
    write(agency, "自己評価", "A", 業務実績="提言を12件まとめた。", 評定の根拠="目標を上回った。")
    assessor = portal.window(portal.person("assessor", "評価"))
    open_sheet(assessor, "令和7年度")
    write(assessor, "主務大臣による評価", "B", 評定の根拠="目標の水準である。")
    assessor.goto(PERIOD + "grades/")
    expect(assessor.get_by_role("link", name=f"{ITEM} 令和7年度")).to_contain_text("B（A）")
    Visit(assessor).check()
    agency.reload()
    figures = agency.locator(".figures-of-item tbody tr").all_inner_texts()
    with agency.expect_download() as download:
        agency.get_by_role("link", name="PDF", exact=True).click()
    with open(download.value.path(), "rb") as file:
        paper = squeeze("".join(pages(file.read())))
    assert [row for row in figures if squeeze(row) not in paper] == []
    told = ("提言を12件まとめた。", "目標を上回った。", "目標の水準である。", "【見本】")
    assert [words for words in told if words in paper] == list(told)
