"""The real amendment, played in a browser from an empty draft to its publication."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from evaluation.documents.comparison import as_data, as_text, comparison_table
from evaluation.loading import FIXTURES
from evaluation.models import Amendment, Clause, Wording
from programs.models import Program, User
from tests.evaluation.documents.papers import columns, squeeze
from tests.evaluation.documents.test_comparison import golden_rows
from tests.evaluation.views.browsing import PERIOD, Portal
from tests.evaluation.views.test_tasks import (
    approve_and_decide,
    publish,
    saved,
    start_draft,
    take_step,
)

SAID: dict[str, Any] = json.loads((FIXTURES / "amendment_2026-01-28.json").read_text("utf-8"))
SLUG = "played"
DRAFT = f"{PERIOD}amendments/{SLUG}/"
KINDS = {"supplementary_budget": "補正予算", "agreement": "申合せ"}


def give_facts(page: Page) -> None:
    page.goto(DRAFT + "facts/")
    page.get_by_label("説明資料の表題").fill(SAID["memo_title"])
    page.get_by_label("担当課").fill(SAID["office"])
    page.get_by_label("資料の日付").fill("令和8年1月28日")
    page.get_by_role("button", name="保存する").click()


def give_reasons(page: Page) -> None:
    for group in SAID["reason_groups"]:
        for number, reason in enumerate(group["reasons"]):
            page.goto(DRAFT + "reasons/")
            page.locator("select[name=group]").select_option(
                "新しい区分を作る" if not number else group["title"]
            )
            if not number:
                page.get_by_label("新しい区分の見出し").fill(group["title"])
            page.get_by_label("変更事項").fill(reason["title"])
            page.get_by_label("説明").fill(reason["text"])
            page.get_by_label("理由の種類").select_option(KINDS[reason["kind"]])
            if reason["fund"]:
                page.get_by_label("基金").select_option(reason["fund"])
            page.get_by_role("button", name="加える").click()
            expect(page.get_by_role("heading", level=3, name=reason["title"])).to_be_visible()


def open_clause(page: Page, public_id: str) -> None:
    page.goto(f"{DRAFT}clauses/{public_id}/")


def reword(page: Page, revised: dict[str, Any]) -> None:
    open_clause(page, revised["clause"])
    page.locator("textarea[name=text]").fill(revised["text"])
    page.get_by_label("変更理由").select_option(revised["reason"])
    page.get_by_role("button", name="保存する").click()
    expect(page.locator(".notice.success")).to_contain_text("保存しました。")


def add_item(page: Page, new: dict[str, Any], after: str) -> None:
    """An item with its body, axes, indicators and programme, on one page."""
    item = new["item"]
    page.goto(f"{DRAFT}items/new/?parent={new['parent']}&after={after}")
    page.locator("[name=label]").fill(item["label"])
    page.get_by_label("見出し").fill(item["heading"])
    for field, parts in (
        ("body", item["bodies"]),
        ("axes", item["evaluation_axes"]),
        ("evaluation_indicators", item["evaluation_indicators"]),
        ("monitoring_indicators", item["monitoring_indicators"]),
    ):
        page.locator(f"[name={field}]").fill("\n".join(part["text"] for part in parts))
    for slug in new["programmes"]:
        page.get_by_label(Program.objects.get(slug=slug).name).check()
    page.get_by_label("変更理由").select_option(new["reason"])
    page.get_by_role("button", name="加える").click()
    expect(page.locator(".notice.success")).to_contain_text("新設しました：項目")


def add_items(page: Page) -> None:
    """Each behind the last item that stands below its parent by then."""
    for new in SAID["new_items"]:
        draft = Amendment.objects.get(slug=SLUG)
        below = Wording.objects.as_amended_by(draft).filter(
            parent__public_id=new["parent"], clause__kind=Clause.Kind.ITEM
        )
        last = max(below, key=lambda wording: wording.rank).clause.public_id
        add_item(page, new, last)


def issued(page: Page, address: str, folder: Path) -> bytes:
    page.goto(address + "comparison/")
    with page.expect_download() as download:
        page.get_by_role("button", name="新旧対照表のPDFを発行").click()
    return saved(download.value, folder).read_bytes()


def check_table() -> None:
    """Rows and marks are the golden ones."""
    table = comparison_table(Amendment.objects.get(slug=SLUG))
    sides = [line.split("\t") for line in as_text(table).splitlines()]
    rows = [[row.kind, row.level, *side] for row, side in zip(table.rows, sides, strict=True)]
    assert rows == golden_rows()


def check_data() -> None:
    """The whole table as data, settings and all, is that of the amendment as it was loaded."""
    ours, loaded = (
        without_names(as_data(comparison_table(Amendment.objects.get(slug=slug))))
        for slug in (SLUG, "2026-01-28")
    )
    assert ours == loaded


def without_names(value: Any) -> Any:
    """What is drawn, without the public ids of clauses that each draft introduces for itself."""
    if isinstance(value, dict):
        return {k: without_names(v) for k, v in value.items() if k != "clause_id"}
    return [without_names(part) for part in value] if isinstance(value, list | tuple) else value


@pytest.fixture
def people(portal: Portal) -> tuple[User, User, User]:
    return (
        portal.person("editor", "起案"),
        portal.person("editor", "後藤"),
        portal.person("approver", "承認"),
    )


def test_the_real_amendment_from_an_empty_draft_to_its_publication(
    portal: Portal, people: tuple[User, User, User], tmp_path: Path
):
    drafter, second, approver = people
    page = portal.sign_in(drafter)
    start_draft(page, SAID["title"], SLUG)
    give_facts(page)
    give_reasons(page)
    lead, security = SAID["revised"]
    reword(page, lead)

    # A second drafter opens the same clause; whoever saves first wins, and the other loses nothing.
    other = portal.sign_in(second)
    open_clause(other, security["clause"])
    other.locator("textarea[name=text]").fill(security["text"].replace("適切な", "適正な"))
    reword(page, security)
    other.get_by_role("button", name="保存する").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("先に保存された変更があります")
    expect(other.get_by_role("main")).to_contain_text("適正な")
    open_clause(other, security["clause"])
    expect(other.locator("textarea[name=text]")).to_have_value(security["text"])

    add_items(page)
    check_table()
    check_data()
    ours = issued(page, DRAFT, tmp_path)
    golden = issued(page, f"{PERIOD}amendments/2026-01-28/", tmp_path)
    assert columns(ours) == columns(golden)  # without the feet, which name the document
    assert squeeze(SAID["new_items"][0]["item"]["bodies"][0]["text"]) in columns(ours)[0]

    page.goto(DRAFT)
    take_step(page, "提出する", "提出する")
    office = portal.sign_in(approver)
    office.goto(DRAFT)
    approve_and_decide(office)
    publish(office)
    check_table()
    public = portal.window()
    public.goto(PERIOD)
    for new in SAID["new_items"]:
        expect(public.get_by_role("link", name=re.compile(new["item"]["heading"]))).to_be_visible()


def test_the_real_amendment_without_javascript(
    portal: Portal, people: tuple[User, User, User], tmp_path: Path
):
    drafter, _, approver = people
    page = portal.sign_in(drafter, java_script_enabled=False)
    start_draft(page, SAID["title"], SLUG)
    give_facts(page)
    give_reasons(page)
    for revised in SAID["revised"]:
        reword(page, revised)
    add_items(page)
    check_table()
    check_data()
    page.goto(DRAFT)
    take_step(page, "提出する", "提出する")
    office = portal.sign_in(approver, java_script_enabled=False)
    office.goto(DRAFT)
    approve_and_decide(office)
    publish(office)
    assert issued(office, DRAFT, tmp_path).startswith(b"%PDF")
