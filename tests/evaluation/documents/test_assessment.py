"""The assessment sheet and the table of grades: one model, the same figures on screen, in PDF and Word."""

import copy
import re
from decimal import Decimal
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import docx
import pytest
from django.urls import reverse

from evaluation import grading, valuing
from evaluation.documents.assessment import Sheet, assessment, assessment_html
from evaluation.documents.assessment_word import assessment_docx, grade_table_docx
from evaluation.documents.background import Background
from evaluation.documents.blanks import blanks
from evaluation.documents.grade_table import grade_table, grade_table_html
from evaluation.documents.pdf import render_pdf
from jst_objectives import history
from tests.evaluation.documents.papers import pages, squeeze
from tests.evaluation.grading.scenes import Graded
from tests.factories import make_measure

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

IDENTITY = {"document_id": "調書（未発行）", "content_hash": "9f" * 32}
YEAR = 2024


@pytest.fixture(scope="module")
def made(module_rows: None) -> Graded:
    """Item 1 with all that a sheet holds, up to 2024."""
    scene = Graded.made()
    scene.target(scene.measure, 1200)
    for year, number in ((2022, 0), (2023, 1180), (2024, 1234)):
        scene.value(scene.measure, number, year)
        cells = [
            grading.InputCell("budget", year, Decimal(number) * 1_000_000 + 500),
            grading.InputCell("ordinary_profit", year, Decimal(-1_500_000)),
            grading.InputCell("staff", year, Decimal("12.5")),
        ]
        grading.record_inputs(scene.item, cells, by=None)
    valuing.change_measure(
        scene.measure, by=None, baseline=Decimal(1100), baseline_year=2021, baseline_note="前期"
    )
    valuing.record_result(scene.told, YEAR, "社会に還元した。\n海外にも広げた。", by=None)
    grading.save_profile(
        scene.item,
        2022,
        by=None,
        important=True,
        importance_grounds="基本計画の柱",
        legal_basis="第23条",
    )
    grading.save_plans(scene.item, 2022, by=None, medium="中長期の計画。", annual="年度の計画。")
    row = grading.point_out(scene.period, scene.item, 2023, by=None, issue="発信を強めること")
    grading.report(row, YEAR, by=None, words="広報官を置いた。")
    scene.write(scene.item, results="論文を発表した。", grade="A")
    scene.issue(scene.item)
    scene.write(scene.item, side="minister")
    scene.issue(scene.item, side="minister")
    return scene


@pytest.fixture
def scene(made: Graded) -> Graded:
    return copy.deepcopy(made)


@pytest.fixture
def sheet(scene: Graded) -> Sheet:
    return assessment(
        scene.book(), scene.node(scene.item), YEAR, "yearly", Background(scene.period)
    )


def rows_of(sheet: Sheet) -> list[list[str]]:
    """Return the rows of both tables of figures as they are printed."""
    measured = [
        [r.indicator.words, r.measure, r.target.words, r.baseline.words]
        + [cell.words for cell in r.years]
        + [r.reference.words]
        for r in sheet.indicators
    ]
    return measured + [[r.name, *(cell.words for cell in r.years)] for r in sheet.inputs]


class Tables(HTMLParser):
    """The rows of a page's tables, and where each cell leads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.links: list[list[str]] = []
        self.inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
            self.links.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self.links[-1].append("")
            self.inside = True
        elif tag == "a" and self.inside:
            self.links[-1][-1] = dict(attrs)["href"] or ""

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.rows[-1][-1] += data.strip()


def page(client: Any, scene: Graded, name: str = "assessment", *more: object) -> str:
    client.force_login(scene.agency)
    place = [scene.period.agency.code, scene.period.number]
    place += [scene.item.public_id, YEAR, "yearly"] if name == "assessment" else []
    response = client.get(reverse(name, args=[*place, *more]))
    assert response.status_code == 200
    return str(response.content.decode())


# --- After the grade ------------------------------------------------------------------------------
def test_a_value_changed_after_the_grade_is_told_under_it(scene: Graded, sheet: Sheet) -> None:
    def told(made: Sheet) -> list[str]:
        return [line.words for line in made.columns[-1].lines if "→" in line.words or line.label]

    assert told(sheet) == ["主務大臣による評価　評定", "〈評定の根拠〉"]
    scene.value(scene.measure, 1235)
    assert told(
        assessment(scene.book(), scene.node(scene.item), YEAR, "yearly", Background(scene.period))
    ) == [
        "主務大臣による評価　評定",
        "〈評定の確定の後に変わった値〉",
        "論文数（令和6年度）：1,234件（速報） → 1,235件（速報）",
        "〈評定の根拠〉",
    ]


# --- The same figures -----------------------------------------------------------------------------
def test_the_figures_are_those_of_the_series(sheet: Sheet) -> None:
    assert rows_of(sheet)[:3] == [
        [
            *("論文数", "論文数（件）", "1,200", "1,100"),
            *("0（速報）", "1,180（速報）", "1,234（速報）", "", "", "達成率 102.8%"),
        ],
        ["予算額（千円）", "1", "1,180,001", "1,234,001", "", ""],
        ["決算額（千円）", "－", "－", "－", "", ""],
    ]
    assert rows_of(sheet)[4][:2] == ["経常利益（千円）", "△1,500"]
    assert rows_of(sheet)[6][:2] == ["従事人員数（人）", "12.50"]


def test_texts_among_the_figures_are_not_set_like_numbers(scene: Graded) -> None:
    words = make_measure(scene.indicator, "取組", unit="", nature="qualitative")
    valuing.record(words, YEAR, by=None, text="計画に沿って実施した。")
    made = assessment(
        scene.book(), scene.node(scene.item), YEAR, "yearly", Background(scene.period)
    )
    paper = assessment_html(made, **IDENTITY)
    assert re.findall(r"<td([^>]*)>(計画に沿って.*|1,234（.*)", paper) == [
        (' class="amount"', "1,234（速報）"),
        ("", "計画に沿って実施した。（速報）"),
    ]


def test_screen_pdf_and_word_show_the_same_figures(client, scene: Graded, sheet: Sheet) -> None:
    expected = rows_of(sheet)
    screen = Tables(page(client, scene)).rows
    assert [row for row in screen if row in expected] == expected
    paper = squeeze("".join(pages(render_pdf(assessment_html(sheet, **IDENTITY)))))
    assert [row for row in expected if squeeze("".join(row)) in paper] == expected
    word = docx.Document(BytesIO(assessment_docx(sheet, IDENTITY)))
    cells = [[cell.text for cell in row.cells] for table in word.tables for row in table.rows]
    assert [row for row in cells if row in expected] == expected


def test_screen_pdf_and_word_say_the_same_words(client, scene: Graded, sheet: Sheet) -> None:
    """Every line of the six columns, the facts and the remedies; lines do not break on paper alike."""
    told = [line.words for column in sheet.columns for line in column.lines]
    told += [cell.words for _, cell in sheet.facts]
    told += [words for row in sheet.remedies for words in (row.pointed_out.words, *row.progress)]
    screen = squeeze(re.sub("<[^>]+>", "", page(client, scene)))
    content = render_pdf(assessment_html(sheet, **IDENTITY))
    paper = squeeze("".join(pages(content)))
    word = docx.Document(BytesIO(assessment_docx(sheet, IDENTITY)))
    text = squeeze("".join(cell.text for t in word.tables for row in t.rows for cell in row.cells))
    for words in map(squeeze, told):
        assert (words, words in screen, words in paper, words in text) == (words, True, True, True)


def test_every_figure_on_the_screen_leads_to_its_value(client, scene: Graded) -> None:
    tables = Tables(page(client, scene))
    indicator = f"/{scene.period.agency.code}/5/indicators/{scene.indicator.public_id}/"
    index = next(i for i, row in enumerate(tables.rows) if row[:2] == ["論文数", "論文数（件）"])
    assert tables.links[index] == [
        indicator,
        "",
        indicator + "#measure-1",
        indicator + "#measure-1",
        indicator + "#value-1-2022",
        indicator + "#value-1-2023",
        indicator + "#value-1-2024",
        "",
        "",
        indicator + "#value-1-2024",
    ]
    html = page(client, scene, "indicator", scene.indicator.public_id)
    for anchor in ("measure-1", "value-1-2022", "value-1-2024"):
        assert f'id="{anchor}"' in html
    inputs = f"/{scene.period.agency.code}/5/grades/{scene.item.public_id}/inputs/"
    index = next(i for i, row in enumerate(tables.rows) if row[0] == "予算額（千円）")
    assert tables.links[index][1] == inputs + "#input-budget-2022"
    assert 'id="input-budget-2022"' in page(client, scene, "item_inputs", scene.item.public_id)


# --- What a sheet holds ---------------------------------------------------------------------------
def test_the_six_columns(sheet: Sheet) -> None:
    lines = {column.title: [line.words for line in column.lines] for column in sheet.columns}
    assert lines == {
        "中長期目標": ["1. 研究開発の推進", "研究開発を推進する。"],
        "中長期計画": ["中長期の計画。"],
        "年度計画": ["未設定"],
        "主な評価軸、指標等": [
            "〈評価軸〉",
            "・成果が社会に還元されているか。",
            "〈評価指標〉",
            "・成果の状況",
            "〈モニタリング指標〉",
            "・論文数",
        ],
        "法人の業務実績・自己評価": [
            "・成果の状況",
            "社会に還元した。",
            "海外にも広げた。",
            "自己評価　評定",
            "A",
            "〈業務実績〉",
            "論文を発表した。",
            "〈評定の根拠〉",
            "目標を達成した。",
        ],
        "主務大臣による評価": [
            "主務大臣による評価　評定",
            "B",
            "〈評定の根拠〉",
            "目標を達成した。",
        ],
    }
    assert sheet.form == "様式2－1－4－1"
    assert [(row.pointed_out.words, row.progress, row.state) for row in sheet.remedies] == [
        ("発信を強めること（令和5年度）", ("令和6年度：広報官を置いた。",), "継続")
    ]


@pytest.mark.parametrize(
    ("year", "kind", "form", "name"),
    [
        (2025, "prospective", "様式2－2－4－1", "見込評価"),
        (2026, "final", "様式2－2－4－1", "期間実績評価"),
    ],
)
def test_the_form_of_the_other_evaluations(scene: Graded, year, kind, form, name) -> None:
    sheet = assessment(scene.book(), scene.node(scene.item), year, kind, Background(scene.period))
    assert (sheet.form, name in sheet.title) == (form, True)


def test_an_evaluation_of_the_period_reports_every_year(scene: Graded) -> None:
    valuing.record_result(scene.told, 2022, "始めた。", by=None)
    book, node = scene.book(), scene.node(scene.item)
    lines = assessment(book, node, 2025, "prospective", Background(scene.period)).columns[4].lines
    assert [line.words for line in lines][:10] == [
        "・成果の状況",
        *("（令和4年度）", "始めた。", "（令和5年度）", "－"),
        *("（令和6年度）", "社会に還元した。", "海外にも広げた。"),
        *("（令和7年度）", "－"),
    ]
    missing = [cell.words for cell in blanks(book, node, 2025, "prospective")]
    assert [words for words in missing if "の実績" in words] == [
        "評価指標「成果の状況」の実績（令和5年度）",
        "評価指標「成果の状況」の実績（令和7年度）",
    ]


def test_what_is_no_research_has_the_other_form(scene: Graded) -> None:
    sheet = assessment(
        scene.book(), scene.node(scene.other), YEAR, "yearly", Background(scene.period)
    )
    assert sheet.form == "様式2－1－4－2"


def test_a_draft_grade_is_marked_and_hidden_from_the_other_side(scene: Graded) -> None:
    scene.write(scene.item, 2023, grade="A")
    node = scene.node(scene.item)

    def own(*drafts: str) -> list[str]:
        column = assessment(
            scene.book(*drafts), node, 2023, "yearly", Background(scene.period)
        ).columns[4]
        return [line.words for line in column.lines if "自己評価" in line.words or line.grade]

    assert own("self") == ["自己評価　評定（作成中）", "A"]
    assert own("minister") == ["自己評価　評定", "－"]


def test_the_blanks_are_listed_with_where_to_fill_them(scene: Graded) -> None:
    node = scene.node(scene.item)
    found = blanks(scene.book(), node, YEAR, "yearly")
    assert [cell.words for cell in found] == [
        "基本情報：関連する政策・施策",
        "基本情報：政策評価・行政事業レビューの番号",
        "確定していない値（速報）：論文数（令和4年度）",
        "確定していない値（速報）：論文数（令和5年度）",
        "確定していない値（速報）：論文数（令和6年度）",
        "インプット情報（令和4年度）：決算額、経常費用、行政コスト",
        "インプット情報（令和5年度）：決算額、経常費用、行政コスト",
        "インプット情報（令和6年度）：決算額、経常費用、行政コスト",
        "年度計画",
        "指摘「発信を強めること」：改善方策",
    ]
    assert all(cell.href for cell in found)
    missing = [cell.words for cell in blanks(scene.book(), node, 2025, "yearly")]
    assert [words for words in missing if "値：" in words or "評価" in words] == [
        "基本情報：政策評価・行政事業レビューの番号",
        "値：論文数（令和7年度）",
        "評価指標「成果の状況」の実績",
        "自己評価：評定",
        "自己評価：評定の根拠",
        "自己評価：業務実績",
        "主務大臣による評価：評定",
        "主務大臣による評価：評定の根拠",
    ]


def test_sample_values_are_marked_in_every_file(scene: Graded) -> None:
    scene.period.sample_results = True
    history.save(scene.period, by=None, reason="試験")
    book, node = scene.book(), scene.node(scene.item)
    sheet, table = (
        assessment(book, node, YEAR, "yearly", Background(scene.period)),
        grade_table(book),
    )
    mark = "【見本】実績と目標は、画面を確かめるために作られたもので、実際の値ではありません。"
    assert (sheet.sample, table.sample) == (mark, mark)
    for html in (assessment_html(sheet, **IDENTITY), grade_table_html(table, **IDENTITY)):
        assert mark in html
    for content in (assessment_docx(sheet, IDENTITY), grade_table_docx(table, IDENTITY)):
        assert mark in [p.text for p in docx.Document(BytesIO(content)).paragraphs]


# --- 総括表 ---------------------------------------------------------------------------------------
def test_the_table_of_grades_is_the_same_on_screen_in_pdf_and_word(client, scene: Graded) -> None:
    table = grade_table(scene.book())
    assert table.heads == (
        *("令和4年度", "令和5年度", "令和6年度", "令和7年度", "令和8年度"),
        *("見込評価", "期間実績評価"),
    )
    grades = {row.item.words: [cell.words for cell in row.grades] for row in table.rows}
    assert grades["1. 研究開発の推進"] == ["", "", "B（A）", "", "", "", ""]
    expected = [
        [row.item.words, row.weight, row.difficulty, *(cell.words for cell in row.grades)]
        for row in (*table.rows, table.overall)
        if not row.is_heading
    ]
    assert expected[0][:3] == ["1. 研究開発の推進", "重要", ""]
    screen = Tables(page(client, scene, "grades")).rows
    shown = [
        [re.sub("：.*|^未", "", words) if n > 2 else words for n, words in enumerate(row)]
        for row in screen
    ]
    assert [row for row in shown if row in expected] == expected
    paper = squeeze("".join(pages(render_pdf(grade_table_html(table, **IDENTITY)))))
    assert [row for row in expected if squeeze("".join(row)) in paper] == expected
    word = docx.Document(BytesIO(grade_table_docx(table, IDENTITY)))
    cells = [[cell.text for cell in row.cells] for row in word.tables[0].rows]
    assert [row for row in cells if row in expected] == expected


def test_a_year_without_a_grade_for_an_item_is_told_from_one_without_a_grade_yet(
    scene: Graded,
) -> None:
    grading.save_profile(scene.other, 2022, by=None, graded=False)
    grading.save_profile(scene.other, 2025, by=None, graded=True)
    rows = {row.item.words: row for row in grade_table(scene.book()).rows}
    words = [cell.words for cell in rows["2. 業務の効率化"].grades]
    assert words == ["－", "－", "－", "", "", "", ""]
