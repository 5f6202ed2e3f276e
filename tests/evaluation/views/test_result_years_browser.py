"""The course of a year in a browser: handed in, returned with words, handed in again, confirmed, drawn."""

from playwright.sync_api import expect

from evaluation import valuing
from evaluation.deadlines import report_due
from evaluation.figures import Figures
from evaluation.models import IndicatorMeasure
from evaluation.samples import load_sample_results
from tests.evaluation.views.browsing import PERIOD, Portal

YEAR = 2025


def test_a_year_is_entered_returned_and_confirmed_and_its_chart_is_seen(portal: Portal):
    agency, assessor = portal.person("agency", "入力"), portal.person("assessor", "確認")
    load_sample_results(portal.period)
    measure = IndicatorMeasure.objects.filter(nature="ratio")[0].numerator
    assert measure
    figures = Figures.of(portal.period)
    parent = figures.text.nodes[measure.indicator_id].parent_id
    assert parent
    item = figures.text.nodes[parent]
    words = figures.lines[measure.pk].at(YEAR).figure_words
    clause = item.wording.clause
    valuing.assign(clause, YEAR, by=assessor, person=agency, due_on=report_due(YEAR))
    page = portal.window(agency)
    page.goto("/")
    page.get_by_role("link", name="実績を入力して提出する").click()
    page.get_by_role("link", name="提出する", exact=True).click()
    page.get_by_role("button", name="提出する", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("提出しました。評価者が確かめます。")
    checking = portal.window(assessor)
    checking.goto("/")
    checking.get_by_role("link", name="提出された実績を確かめる").click()
    checking.get_by_role("link", name="差し戻す", exact=True).click()
    checking.get_by_label("差し戻す理由").fill("根拠資料がありません。")
    checking.get_by_role("button", name="差し戻す", exact=True).click()
    page.goto("/")
    expect(page.locator("ol.waiting")).to_contain_text("根拠資料がありません。")
    page.get_by_role("link", name="差し戻された実績を直して、もう一度提出する").click()
    page.get_by_role("link", name="提出する", exact=True).click()
    page.get_by_role("button", name="提出する", exact=True).click()
    checking.goto(f"{PERIOD}results/years/{YEAR}/?only=mine")
    checking.locator("main table").first.get_by_role("link").click()
    checking.get_by_role("link", name="確定する", exact=True).click()
    checking.get_by_role("button", name="確定する", exact=True).click()
    expect(checking.get_by_role("status")).to_have_text("確定しました。")
    checking.get_by_role("link", name="全年度のグラフと予算").click()
    drawing = checking.get_by_role("img", name=f"{measure.label}（{measure.unit}）：")
    expect(drawing.first.locator("text", has_text=words).first).to_be_visible()
    expect(drawing.first.locator("text", has_text="速報")).to_have_count(0)
