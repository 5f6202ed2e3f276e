"""Values entered in a real browser: by keyboard alone, and by pasting from Excel."""

from decimal import Decimal

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from evaluation import valuing
from evaluation.models import Clause, IndicatorValue
from tests.evaluation.views.browsing import PERIOD, Portal
from tests.evaluation.views.test_browser import Visit
from tests.factories import make_measure

PASTE = """([key, text]) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    document.querySelector(`[name^="v-${key}-"]`).dispatchEvent(
        new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""
FOCUSED = "document.activeElement.name ?? ''"


class Grid:
    """A window with the grid of three measures of the source document."""

    def __init__(self, portal: Portal) -> None:
        found = Clause.objects.filter(kind="monitoring_indicator", introduced_by__kind="baseline")
        indicators = list(found.order_by("pk")[:3])
        self.measures = [
            make_measure(indicator, label=f"件数{n}", unit=unit, decimals=decimals)
            for n, (indicator, unit, decimals) in enumerate(
                zip(indicators, ("件", "百万円", "件"), (0, 1, 0), strict=True)
            )
        ]
        self.person = portal.person("agency", "入力者")
        self.page = portal.window(self.person)
        self.page.goto(f"{PERIOD}results/entry/")

    def field(self, measure: int, year: int):
        return self.page.locator(f'[name^="v-{self.measures[measure].pk}-{year}-"]')

    def mark(self, measure: int, year: int):
        return self.page.locator(f"#s-{self.measures[measure].pk}-{year}")

    def stored(self) -> dict[tuple[int, int], tuple[Decimal | None, str]]:
        order = {measure.pk: n for n, measure in enumerate(self.measures)}
        rows = IndicatorValue.objects.all()
        return {(order[v.measure_id], v.fiscal_year): (v.number, v.state) for v in rows}


@pytest.fixture
def grid(portal: Portal) -> Grid:
    return Grid(portal)


def type_and_go(page: Page, *keys: str) -> None:
    for key in keys:
        if key in {"Enter", "ArrowUp", "ArrowRight", "ArrowLeft", "Escape", "Control+Enter", "Tab"}:
            page.keyboard.press(key)
        else:
            page.keyboard.insert_text(key)


def test_what_was_typed_before_the_script_came_is_saved(grid: Grid):
    page, waiting = grid.page, []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route("**/grid*.js", hold)
    page.goto(f"{PERIOD}results/entry/", wait_until="commit")
    grid.field(0, 2024).focus()
    page.keyboard.insert_text("12")
    while not waiting:
        page.wait_for_timeout(50)
    for route in waiting:
        route.continue_()
    expect(grid.mark(0, 2024)).to_have_text("✎ 未保存")
    page.keyboard.press("Enter")
    expect(grid.mark(0, 2024)).to_contain_text("保存済み")
    assert grid.stored() == {(0, 2024): (Decimal(12), "")}


def test_by_keyboard_alone(grid: Grid):
    page = grid.page
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED).startswith("v-"):
            break
    type_and_go(
        page, "１，２３４件", "Enter", "1億2,000万円", "Enter", "未集計", "ArrowUp", "ArrowRight"
    )
    type_and_go(page, "約3", "Enter", "▲5", "ArrowUp")
    expect(grid.mark(2, 2023)).to_have_text("！ 保存済み・注意 ◐ 速報")  # fewer than none
    expect(grid.mark(1, 2023)).to_have_text("✕ 保存していません")
    assert grid.stored() == {
        (0, 2022): (Decimal(1234), ""),
        (1, 2022): (Decimal(120), ""),
        (2, 2022): (None, "not_yet"),
        (2, 2023): (Decimal(-5), ""),
    }
    assert [grid.field(n, 2022).input_value() for n in range(3)] == ["1,234", "120.0", "未集計"]
    Visit(page).check(expected="「約」は付けられません。")
    type_and_go(page, "Escape", "ArrowUp", "ArrowLeft", "Control+Enter")
    expect(page.get_by_role("heading", name="件数0")).to_be_focused()
    page.get_by_label("注").focus()
    type_and_go(page, "年度末の集計", "Tab", "Enter")
    expect(grid.mark(0, 2022)).to_have_text("✓ 保存済み ◐ 速報・注")
    Visit(page).check(expected="保存しました。")
    page.keyboard.press("Escape")
    expect(grid.field(0, 2022)).to_be_focused()


def test_with_a_block_from_excel(grid: Grid):
    page, (first, second, _) = grid.page, grid.measures
    valuing.record(second, 2023, by=None, number=Decimal(7))  # since the page was opened
    valuing.close(second.indicator.period, 2024, by=None, reason="評価の時点")
    block = '１，２３４\t△56\t\n"8.5"\t9\t10\n該当なし\tx\n1\n'
    page.evaluate(PASTE, [f"{first.pk}-2022", block])
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".lead")).to_have_text(
        "まだ保存していません。保存する値4件、保存できない値3件。"
        "空の欄1件、表の外の欄1件は使いません。"
    )
    assert (0, 2022) not in grid.stored()
    Visit(page).check(expected="貼り付ける値の確認")
    dialog.get_by_role("button", name="4件を保存する").click()
    expect(grid.field(0, 2022)).to_be_focused()
    assert grid.stored() == {
        (0, 2022): (Decimal(1234), ""),
        (0, 2023): (Decimal(-56), ""),
        (1, 2022): (Decimal("8.5"), ""),
        (1, 2023): (Decimal(7), ""),
        (2, 2022): (None, "not_applicable"),
    }


def test_nothing_typed_is_lost(grid: Grid, portal: Portal):
    """Somebody was faster; then the session ends; then the page is left."""
    page, (first, *_) = grid.page, grid.measures
    valuing.record(first, 2022, by=portal.person("agency", "同僚"), number=Decimal(7))
    grid.field(0, 2022).fill("8")
    grid.field(0, 2022).press("Enter")
    expect(page.locator(".said").first).to_contain_text("同僚さんが")
    expect(page.locator(".said").first).to_contain_text("あなたの値：8")
    assert grid.stored() == {(0, 2022): (Decimal(7), "")}
    page.get_by_role("button", name="自分の値にする").click()
    expect(grid.mark(0, 2022)).to_have_text("✓ 保存済み ◐ 速報")
    page.context.clear_cookies(name="sessionid")
    grid.field(1, 2022).fill("12")
    grid.field(1, 2022).press("Enter")
    expect(page.locator("#lost")).to_be_visible()
    assert grid.field(1, 2022).input_value() == "12"
    grid.field(2, 2022).fill("3")  # nothing is being sent until somebody has signed in again
    grid.field(2, 2022).press("Enter")
    expect(grid.mark(2, 2022)).to_have_text("✕ 保存していません")
    with page.expect_event("dialog") as asked:
        page.once("dialog", lambda dialog: dialog.accept())
        page.reload()
    assert asked.value.type == "beforeunload"
    assert grid.stored() == {(0, 2022): (Decimal(8), "")}


def test_the_form_of_an_item_is_not_left_unasked_with_what_is_unsaved(grid: Grid):
    page = grid.page
    item = page.locator('a[href*="/results/entry/"]').first.get_attribute("href") or ""
    page.goto(f"{PERIOD}results/entry/" + item.rsplit("/results/entry/")[1])
    asked = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    grid.field(0, 2022).press_sequentially("12")
    page.get_by_role("link", name="すべての項目の入力へ").click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert (asked, grid.field(0, 2022).input_value()) == (["beforeunload"], "12")
    page.get_by_role("button", name="保存する").click()
    expect(page.locator(".notice.success")).to_contain_text("1件の値を保存しました。")
    page.get_by_role("link", name="すべての項目の入力へ").click()
    expect(page.locator("#grid")).to_be_visible()
    assert (asked, grid.stored()) == (["beforeunload"], {(0, 2022): (Decimal(12), "")})


def test_after_confirmation_the_panel_asks_why(grid: Grid):
    page, (first, *_) = grid.page, grid.measures
    valuing.record(first, 2022, by=None, number=Decimal(7), stage="final")
    page.reload()
    grid.field(0, 2022).fill("8")
    grid.field(0, 2022).press("Enter")
    expect(page.get_by_label("直す理由の種類")).to_be_focused()
    page.get_by_label("直す理由の種類").select_option(label="入力の誤り")
    page.get_by_label("直す理由の説明").fill("転記の誤り")
    page.locator("#panel").get_by_role("button", name="保存する").click()
    expect(grid.mark(0, 2022)).to_have_text("✓ 保存済み ◆ 訂正")
    value = IndicatorValue.objects.get()
    assert (value.number, value.why_code, value.why) == (Decimal(8), "mistake", "転記の誤り")
