"""An evaluator at the browser: template, filled, uploaded, corrected, confirmed, seen."""

from playwright.sync_api import expect

from evaluation.models import Clause, IndicatorMeasure, IndicatorValue
from tests.evaluation.importing.filling import filled, year
from tests.evaluation.workbook.files import opened
from tests.factories import make_measure

R7 = year(2025)


def test_a_value_comes_from_the_template_to_the_page_of_its_indicator(portal, tmp_path):
    indicator = Clause.objects.filter(
        period=portal.period, kind="monitoring_indicator", introduced_by__kind="baseline"
    )[0]
    make_measure(indicator, "報告書数")
    page = portal.window(portal.person("agency", "法人"))
    page.goto("/jst/5/indicators/")
    page.get_by_role("link", name="Excelで入力する").click()
    page.get_by_label(R7).check()
    with page.expect_download() as download:
        page.get_by_role("button", name="ひな形（.xlsx）をダウンロード").click()
    file = tmp_path / "値.xlsx"
    download.value.save_as(file)
    file.write_bytes(filled(file.read_bytes(), {("報告書数", R7): "約12件"}))
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="何が変わるかを見る").click()
    expect(page.get_by_text("誤りが1件あるため、保存できません。")).to_be_visible()
    assert IndicatorValue.objects.count() == 0
    with page.expect_download() as download:
        page.get_by_role("link", name="印の付いたファイル（.xlsx）をダウンロード").click()
    back = tmp_path / "値_確認.xlsx"
    download.value.save_as(back)
    comment = opened(back.read_bytes())["F6"].comment.text
    assert comment == "「約」は付けられません。数だけを入力してください（例：1,234件）。"
    back.write_bytes(filled(back.read_bytes(), {("報告書数", R7): 12}))
    page.get_by_role("link", name="別のファイルをアップロードする").click()
    page.locator("input[type=file]").set_input_files(back)
    page.get_by_role("button", name="何が変わるかを見る").click()
    page.get_by_role("button", name="1件の値を保存する").click()
    expect(page.get_by_role("status").get_by_text("保存しました。")).to_be_visible()
    page.get_by_role("link", name="新規（1）").click()
    page.get_by_role("link", name="報告書数").click()
    expect(page.get_by_role("cell", name="12（速報）")).to_be_visible()
    assert IndicatorMeasure.objects.get().values.get().number == 12
