"""What was reached, on screen, in SVG, as file and on paper: the same figures everywhere."""

import copy
import csv
import datetime as dt
import io
import re
from dataclasses import dataclass
from decimal import Decimal
from html import unescape

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from evaluation import amending, valuing
from evaluation.figures import Figures
from evaluation.models import (
    Clause,
    IndicatorMeasure,
    ItemInput,
    ItemProgram,
    ObjectivePeriod,
)
from evaluation.valuing import year_name
from jst_objectives import history
from programs.models import AccessRecord, Appropriation, Program
from tests.factories import (
    decide,
    make_draft,
    make_indicators,
    make_measure,
    make_period,
    make_user,
    make_value,
)

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
BARE = "測定項目のない指標"


@dataclass
class Place:
    period: ObjectivePeriod
    item: Clause
    indicator: Clause
    counted: IndicatorMeasure
    share: IndicatorMeasure
    client: Client

    def address(self, name, *more):
        return reverse(name, args=[self.period.agency.code, self.period.number, *more])

    def page(self, name, *more):
        return self.client.get(self.address(name, *more)).content.decode()

    def rows(self, name, *more):
        content = self.client.get(self.address(name, *more)).content.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(content)))


@pytest.fixture(scope="module")
def made(module_rows):
    """An item with a count, a ratio and a running total, an amended indicator, one that is not measured."""
    period = make_period()
    item, (indicator, _bare) = make_indicators(period, "論文数（割合含む）", BARE)
    years = {"first_fiscal_year": 2022, "last_fiscal_year": 2026}
    counted = make_measure(
        indicator,
        "論文数",
        unit="本",
        direction="higher",
        baseline=Decimal(900),
        baseline_year=2021,
    )
    valuing.set_target(counted, by=None, number=Decimal(1200), reason="当初", **years)
    joint = make_measure(indicator, "国際共著", unit="本", accumulation="cumulative")
    parts = {"numerator": joint, "denominator": counted}
    share = make_measure(indicator, "割合", unit="%", nature="ratio", decimals=1, **parts)
    told = make_measure(indicator, "取組", unit="", nature="qualitative")
    for year, number, part in ((2022, 1234, 100), (2023, 1100, 333), (2024, 0, 0)):
        make_value(counted, year, number, stage="final")
        make_value(joint, year, part, stage="final")
    make_value(counted, 2025, 1200)
    valuing.record(joint, 2025, by=None, state="not_yet")
    valuing.record(told, 2024, by=None, text="計画どおり実施した。")
    draft = make_draft(period)
    amending.reword(draft, indicator, "論文の数（割合含む）", by=None)
    decide(draft, dt.date(2024, 4, 1))
    client = Client()
    client.force_login(make_user(period.agency, "agency"))
    return Place(period, item, indicator, counted, share, client)


@pytest.fixture
def place(made):
    return copy.deepcopy(made)


def plain(html):
    return unescape(re.sub(r"<[^>]+>", "", html)).strip()


def cells(html):
    """Return the rows of a table as their cells' texts."""
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    return [
        [plain(c) for c in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", r, re.DOTALL)] for r in rows
    ]


# --- The same figure everywhere -------------------------------------------------------------------
def test_screen_file_drawing_and_paper_show_the_same_figures(place):
    line = Figures.of(place.period).lines[place.counted.pk]
    expected = [
        [year_name(p.fiscal_year), p.words, p.target_words, p.achievement_words, p.status_words]
        for p in line.points
    ]
    assert [row[1] for row in expected] == ["1,234", "1,100", "0", "1,200（速報）", "－"]
    assert [row[3] for row in expected] == ["102.8%", "91.6%", "0.0%", "100.0%", "－"]
    html = place.page("item_results", place.item.public_id)
    (figure, *_) = re.findall(r"<figure>(.*?)</figure>", html, re.DOTALL)
    # The year's cell also names the amendment that changed the indicator before it.
    on_screen = [[row[0][:5], *row[1:]] for row in cells(figure)[1:]]
    assert on_screen == expected
    rows = place.rows("item_results_csv", place.item.public_id)
    names = ("年度", "実績", "達成目標", "達成率", "状況")
    in_file = [[row[n] for n in names] for row in rows if row["測定項目"] == "論文数"]
    assert in_file == expected
    svg = re.search(r"<svg.*?</svg>", figure, re.DOTALL)[0]
    bold = [plain(w) for w in re.findall(r"<text[^>]*font-weight[^>]*>.*?</text>", svg)]
    assert bold == ["1,234", "1,100", "0", "1,200"]
    assert re.findall(r">(達成|未達)<", svg) == ["達成", "未達", "未達", "達成"]
    pdf = place.client.get(place.address("item_results_pdf", place.item.public_id))
    paper = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.content)).pages)
    assert [words for row in expected for words in row if words not in paper] == []


def test_ratios_and_running_totals_are_the_same_on_both_pages_and_in_the_file(place):
    line = Figures.of(place.period).lines[place.share.pk]
    expected = ["8.1", "30.3", "該当なし", "未集計（速報）", "－"]
    assert [point.words for point in line.points] == expected
    rows = list(place.rows("indicator_csv", place.indicator.public_id))
    assert [r["実績"] for r in rows if r["測定項目"] == "割合"] == expected
    assert [r["累計"] for r in rows if r["測定項目"] == "国際共著"] == [
        *("100", "433", "433"),
        *("－", "－"),
    ]
    for html in (
        place.page("item_results", place.item.public_id),
        place.page("indicator", place.indicator.public_id),
    ):
        assert [words for words in (*expected, "433") if f">{words}<" not in html] == []


def test_a_corrected_value_says_so_where_a_preliminary_one_does(place):
    why = {"why_code": "mistake", "why": "桁の誤り"}
    valuing.correct(place.counted, 2022, by=None, number=Decimal(1243), **why)
    rows = [r for r in place.rows("results_csv") if r["測定項目"] == "論文数"]
    expected = ["1,243（訂正）", "1,100", "0", "1,200（速報）", "－"]
    assert [r["実績"] for r in rows] == expected
    html = place.page("item_results", place.item.public_id)
    assert [words for words in expected if f">{words}<" not in html] == []


def test_zero_is_a_figure_and_what_is_empty_is_none(place):
    rows = [r for r in place.rows("results_csv") if r["測定項目"] == "論文数"]
    assert [r["数値"] for r in rows] == ["1234", "1100", "0", "1200", ""]


# --- Pages ----------------------------------------------------------------------------------------
def test_the_drawing_names_the_amendment_that_changed_the_indicator(place):
    html = place.page("item_results", place.item.public_id)
    (figure, *_) = re.findall(r"<figure>(.*?)</figure>", html, re.DOTALL)
    amendment = place.period.amendments.get(kind="amendment")
    assert "①令和6年度：文言を変更（系列は続きます）" in figure
    assert f"「{amendment}」" in figure


def test_the_overview_shows_every_item_by_year(place):
    row = ItemInput(item=place.item, fiscal_year=2024, kind="budget", amount=Decimal(123456789))
    history.save(row, by=None, reason="試験")
    valuing.submit(place.item, 2024, by=None)
    html = place.page("results")
    (_, line) = cells(html)
    first, last = line[1], line[3]
    assert line[0].endswith("項目1の推進")
    assert re.sub(r"\s", "", first) == "入力中入力2/3達成1"
    assert re.sub(r"\s", "", last) == "→確認待ち入力✓3/3未達1予算額123,457千円"


def test_budget_and_appropriations_stand_beside_the_results(place):
    row = ItemInput(item=place.item, fiscal_year=2024, kind="budget", amount=Decimal(123456789))
    staff = ItemInput(item=place.item, fiscal_year=2024, kind="staff", amount=Decimal("12.5"))
    draft = make_draft(place.period)
    program = Program(agency=place.period.agency, slug="p", name="基金事業")
    money = Appropriation(program=program, fiscal_year=2025, kind="supplementary", yen=155 * 10**9)
    link = ItemProgram(clause=place.item, program=program, amendment=draft)
    for one in (row, staff, program, money, link):
        history.save(one, by=None, reason="試験")
    decide(draft, dt.date(2025, 4, 1))
    html = place.page("item_results", place.item.public_id)
    told = [
        r for r in cells(html) if r and r[0] in ("予算額（千円）", "従事人員数（人）", "基金事業")
    ]
    assert told == [
        ["予算額（千円）", "－", "－", "123,457", "－", "－"],
        ["従事人員数（人）", "－", "－", "12.50", "－", "－"],
        ["基金事業", "令和7年度補正予算", "1,550億円", "－"],
    ]


def test_an_item_that_is_new_has_a_dash_before_its_first_year(place):
    draft = make_draft(place.period)
    new = amending.insert(draft, "monitoring_indicator", parent=place.item, text="人数", by=None)
    decide(draft, dt.date(2026, 4, 1))
    measure = make_measure(new, "人数", unit="人")
    make_value(measure, 2026, 0)
    rows = [
        r for r in place.rows("item_results_csv", place.item.public_id) if r["測定項目"] == "人数"
    ]
    assert [r["実績"] for r in rows] == ["－"] * 4 + ["0（速報）"]
    assert [r["状況"] for r in rows] == ["－"] * 4 + [""]


def test_what_is_gone_stays_to_be_seen_with_its_values(place):
    draft = make_draft(place.period)
    amending.repeal(draft, place.indicator, by=None)
    decide(draft, dt.date(2026, 4, 1))
    html = place.page("item_results", place.item.public_id)
    assert html.count('<span class="chip deleted">廃止</span>') == 4  # three drawings, one in words
    assert BARE in html


def test_words_of_years_and_what_is_not_measured_yet_are_told(place):
    html = place.page("item_results", place.item.public_id)
    assert "計画どおり実施した。（速報）" in html
    assert html.count("測定項目がまだ決まっていません。") == 1


def test_the_indicators_have_a_sparkline_for_each_measure(place):
    html = place.page("indicators")
    sparks = re.findall(r'<svg[^>]*aria-label="([^"]*)"', html)
    assert [words.partition("：")[0] for words in sparks] == [
        "論文数（本）",
        "国際共著（本）",
        "割合（%）",
    ]
    assert "1,200本" in html


@pytest.mark.parametrize("name", ["item_results", "item_results_csv", "item_results_pdf"])
def test_what_is_no_item_is_not_found(place, name):
    for other in (place.indicator.public_id, "none"):
        assert place.client.get(place.address(name, other)).status_code == 404


def test_files_are_recorded_as_taken(place):
    for name, more in (
        ("results_csv", []),
        ("item_results_csv", [place.item.public_id]),
        ("item_results_pdf", [place.item.public_id]),
        ("indicator_csv", [place.indicator.public_id]),
    ):
        assert place.client.get(place.address(name, *more)).status_code == 200
    details = (
        AccessRecord.objects.filter(kind="export").order_by("pk").values_list("detail", flat=True)
    )
    assert list(details) == [
        "実績_第5期.csv",
        "実績_1.csv",
        "実績_1._未発行.pdf",
        f"実績_{place.indicator.public_id}.csv",
    ]


def test_samples_are_marked_on_every_page_and_in_every_file(client):
    call_command("load_source", verbosity=0)
    call_command("load_sample_results", verbosity=0)
    period = ObjectivePeriod.objects.get(agency__code="jst")
    client.force_login(make_user(period.agency, "agency", "assessor"))
    measure = IndicatorMeasure.objects.filter(nature="ratio", indicator__period=period)[0]
    item = Figures.of(period).text.nodes[measure.indicator_id].parent_id
    item_id = Clause.objects.get(pk=item).public_id
    report = valuing.make_report(period, 2025, by=None, title="報告")
    year = ["jst", 5, 2025]
    pages = [
        reverse("results", args=["jst", 5]),
        reverse("item_results", args=["jst", 5, item_id]),
        *(reverse(n, args=year) for n in ("result_year", "year_people", "year_closing")),
        reverse("year_admission", args=year),
        reverse("item_year", args=[*year, item_id]),
        reverse("item_year_step", args=[*year, item_id, "submit"]),
        reverse("value_reports", args=["jst", 5]),
        reverse("new_value_report", args=["jst", 5]),
        reverse("value_report", args=["jst", 5, report.pk]),
    ]
    shown = [client.get(page).content.decode().count("見本の値です。") for page in pages]
    assert shown == [1] * len(pages)
    for name, more in (
        ("results_csv", []),
        ("item_results_csv", [item_id]),
        ("indicator_csv", [measure.indicator.public_id]),
    ):
        text = client.get(reverse(name, args=["jst", 5, *more])).content.decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        assert {row["備考"] for row in rows} == {"見本の値（実際の値ではありません）"}
    pdf = client.get(reverse("item_results_pdf", args=["jst", 5, item_id])).content
    assert "見本の値です。" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
