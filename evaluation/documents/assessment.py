"""項目別評定調書: the assessment sheet of an item and a year, filled from the data (様式2-1-4, 2-2-4).

One model for screen, PDF and Word; every figure in it is made by `series`, `numbers` or `grading`, and
says where it came from.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse

from evaluation import eras
from evaluation.comparison.alignment import UnitKind
from evaluation.documents.background import Background
from evaluation.figures import INDICATORS
from evaluation.grading import KINDS_IN_WORDS, Gradebook
from evaluation.grading.gradebook import WHOLE
from evaluation.models import (
    IndicatorMeasure,
    ItemInput,
    ItemPlan,
    Rating,
    Remedy,
    ValueReport,
)
from evaluation.models.texts import Node
from evaluation.numbers import NOTHING, amount_words, written
from evaluation.series import Point
from evaluation.valuing import year_name

SAMPLE = "【見本】実績と目標は、画面を確かめるために作られたもので、実際の値ではありません。"
# On every page of a paper: the words above stand on its first.
SAMPLE_MARK = "【見本】実際の値ではありません。"
DRAFT_MARK = "【作成中】確定していない評定があります。"
UNSET = "未設定"
SIDES = {Rating.Side.SELF: "自己評価", Rating.Side.MINISTER: "主務大臣による評価"}
RESEARCH_ITEMS = "研究開発の成果の最大化その他の業務の質の向上に関する事項"
OTHER_ITEMS = "業務運営の効率化、財務内容の改善、その他業務運営に関する重要事項"


@dataclass(frozen=True)
class Cell:
    """What is printed, and the address of what it came from."""

    words: str
    href: str = ""

    @property
    def page(self) -> str:
        return self.href.partition("#")[0]


@dataclass(frozen=True)
class IndicatorRow:
    """A measure of the indicator table: `years` holds "" for those that are still to come. `in_words`: it is
    told in texts, which are not set like numbers."""

    indicator: Cell
    measure: str
    target: Cell
    baseline: Cell
    years: tuple[Cell, ...]
    reference: Cell
    in_words: bool


@dataclass(frozen=True)
class InputRow:
    name: str
    years: tuple[Cell, ...]


@dataclass(frozen=True)
class Line(Cell):
    """A paragraph of a column; `label`: a small heading; `grade`: printed large."""

    label: bool = False
    grade: bool = False


@dataclass(frozen=True)
class Column:
    title: str
    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class RemedyRow:
    """What was pointed out, what is to be done, and what was done in each year."""

    pointed_out: Cell
    remedy: str
    progress: tuple[str, ...]
    state: str


@dataclass(frozen=True)
class Sheet:
    """An assessment sheet. `sample`: what must be said of made-up values, "" for real ones; `draft`: of
    a sheet whose grades are not issued."""

    form: str
    title: str
    subject: str
    year: str
    sample: str
    draft: str
    facts: tuple[tuple[str, Cell], ...]
    years: tuple[str, ...]
    indicators: tuple[IndicatorRow, ...]
    inputs: tuple[InputRow, ...]
    columns: tuple[Column, ...]
    remedies: tuple[RemedyRow, ...]
    others: tuple[Line, ...]

    @property
    def width(self) -> int:
        """Return how many columns the table of indicators has."""
        return 5 + len(self.years)


# --- Addresses ------------------------------------------------------------------------------------
class Places:
    """Where what a sheet says came from."""

    def __init__(self, book: Gradebook, node: Node | None, fiscal_year: int, kind: str) -> None:
        period = book.figures.period
        self._period = [period.agency.code, period.number]
        self._item = node.public_id if node else WHOLE
        self._sheet = [*self._period, self._item, fiscal_year, kind]

    def indicator(self, node: Node, anchor: str = "") -> str:
        address = reverse("indicator", args=[*self._period, node.public_id])
        return f"{address}#{anchor}" if anchor else address

    def value(self, node: Node, measure: IndicatorMeasure, fiscal_year: int) -> str:
        return self.indicator(node, f"value-{measure.position}-{fiscal_year}")

    def item(self, name: str, anchor: str = "") -> str:
        address = reverse(name, args=[*self._period, self._item])
        return f"{address}#{anchor}" if anchor else address

    def plans(self, fiscal_year: int) -> str:
        return reverse("item_plans", args=[*self._period, self._item, fiscal_year])

    def rating(self, side: str) -> str:
        return reverse("grade", args=[*self._sheet, side])

    def report(self, report: ValueReport) -> str:
        return reverse("value_report", args=[*self._period, report.pk])

    def remedy(self, remedy: Remedy) -> str:
        return reverse("remedy", args=[*self._period, remedy.pk])


# --- Making ---------------------------------------------------------------------------------------
def assessment(
    book: Gradebook, node: Node, fiscal_year: int, kind: str, background: Background
) -> Sheet:
    """Return the sheet of an item and a year, as the reader of the book sees it (no query of its own)."""
    places = Places(book, node, fiscal_year, kind)
    profile = book.profile(node, fiscal_year)
    period = book.figures.period
    first, second = ("1", "年度評価") if kind == Rating.Kind.YEARLY else ("2", KINDS_IN_WORDS[kind])
    which = ("1", RESEARCH_ITEMS) if profile.research else ("2", OTHER_ITEMS)
    return Sheet(
        form=f"様式2－{first}－4－{which[0]}",
        title=f"{period.agency.name}　{second}　項目別評定調書（{which[1]}）",
        subject=book.label(node),
        year=year_name(fiscal_year),
        sample=SAMPLE if period.sample_results else "",
        draft=DRAFT_MARK if book.is_draft(node, fiscal_year, kind) else "",
        facts=_facts(book, node, fiscal_year, places),
        years=tuple(year_name(year) for year in book.figures.years),
        indicators=tuple(_indicators(book, node, fiscal_year, places)),
        inputs=tuple(_inputs(book, node, fiscal_year, places)),
        columns=tuple(_columns(book, node, fiscal_year, kind, places, background)),
        remedies=tuple(remedy_rows(book, node, fiscal_year, places)),
        others=tuple(_steps(background, fiscal_year, kind)),
    )


def _facts(
    book: Gradebook, node: Node, fiscal_year: int, places: Places
) -> tuple[tuple[str, Cell], ...]:
    """Return 1. 基本情報."""
    profile = book.profile(node, fiscal_year)
    address = places.item("item_profile")
    weights = (
        ("重要度", profile.important, profile.importance_grounds),
        ("困難度", profile.difficult, profile.difficulty_grounds),
    )
    told = [
        ("項目", Cell(book.label(node), places.item("item"))),
        ("関連する政策・施策", Cell(profile.policies or UNSET, address)),
        ("当該事業実施に係る根拠（個別法条文など）", Cell(profile.legal_basis or UNSET, address)),
    ]
    for name, high, grounds in weights:
        told.append((name, Cell(f"高（{grounds}）" if high else "指定なし", address)))
    review = Cell(profile.review_numbers or UNSET, address)
    return (*told, ("関連する政策評価・行政事業レビュー", review))


# --- 2. 主要な経年データ -------------------------------------------------------------------------
def _indicators(
    book: Gradebook, node: Node, fiscal_year: int, places: Places
) -> Iterator[IndicatorRow]:
    figures = book.figures
    for indicator in book.hanging(node, fiscal_year, INDICATORS):
        for measure in figures.measures.get(indicator.clause_id, []):
            line = figures.lines[measure.pk]
            point = line.at(fiscal_year)
            anchor = f"measure-{measure.position}"
            here = places.indicator(indicator, anchor)
            yield IndicatorRow(
                indicator=Cell(indicator.text, places.indicator(indicator)),
                measure=_measure_name(measure),
                target=Cell(point.target_words, here),
                baseline=Cell(written(measure.baseline, measure.decimals), here),
                years=tuple(
                    Cell(p.words, places.value(indicator, measure, p.fiscal_year))
                    if p.fiscal_year <= fiscal_year
                    else Cell("")
                    for p in line.points
                ),
                reference=_reference(measure, point, places.value(indicator, measure, fiscal_year)),
                in_words=measure.nature == IndicatorMeasure.Nature.QUALITATIVE,
            )


def _measure_name(measure: IndicatorMeasure) -> str:
    return f"{measure}（{measure.unit}）" if measure.unit else str(measure)


def _reference(measure: IndicatorMeasure, point: Point, href: str) -> Cell:
    """Return what is told besides the values: the running total, and how far the target is reached."""
    parts = []
    if measure.accumulation == IndicatorMeasure.Accumulation.CUMULATIVE:
        parts.append(f"累計 {point.total_words}")
    if point.achievement is not None:
        parts.append(f"達成率 {point.achievement_words}")
    return Cell("、".join(parts) or NOTHING, href)


def _inputs(book: Gradebook, node: Node, fiscal_year: int, places: Places) -> Iterator[InputRow]:
    for kind, name in ItemInput.Kind.choices:
        unit = "人" if kind == ItemInput.Kind.STAFF else "千円"
        cells = []
        for year in book.figures.years:
            row = book.inputs.get((node.clause_id, kind, year))
            words = amount_words(kind, row.amount if row else None)
            address = places.item("item_inputs", f"input-{kind}-{year}")
            cells.append(Cell(words, address) if year <= fiscal_year else Cell(""))
        yield InputRow(f"{name}（{unit}）", tuple(cells))


# --- 3. 目標から評価まで -------------------------------------------------------------------------
def _columns(
    book: Gradebook, node: Node, fiscal_year: int, kind: str, places: Places, background: Background
) -> Iterator[Column]:
    yield Column(
        "中長期目標", "objectives", tuple(_objectives(book, node, fiscal_year, background))
    )
    for plan in ItemPlan.Kind:
        row = book.plan(node, plan.value, fiscal_year)
        address = places.plans(fiscal_year)
        lines = [Line(words) for words in row.text.split("\n")] if row else [Line(UNSET, address)]
        yield Column(plan.label, plan.value, tuple(lines))
    yield Column("主な評価軸、指標等", "axes", tuple(_asked(book, node, fiscal_year)))
    own = [*_reported(book, node, fiscal_year, kind, places)]
    own += rated(book, node, fiscal_year, kind, Rating.Side.SELF, places, background)
    yield Column("法人の業務実績・自己評価", "self", tuple(own))
    judged = rated(book, node, fiscal_year, kind, Rating.Side.MINISTER, places, background)
    yield Column(SIDES[Rating.Side.MINISTER], "minister", tuple(judged))


def _objectives(
    book: Gradebook, node: Node, fiscal_year: int, background: Background
) -> Iterator[Line]:
    """Yield the text as it stood at the end of the year; the first one known where none stood yet."""
    text = background.text(fiscal_year) or book.figures.text
    for item in book.covered(node, fiscal_year):
        shown = text.nodes.get(item.clause_id, item)
        yield Line(f"{text.number(shown)} {shown.text}", label=True)
        below = text.children.get(item.clause_id, [])
        bodies = [Line(child.text) for child in below if child.kind is UnitKind.BODY]
        yield from bodies or [Line("（本文は資料に記載がありません）")]


def _asked(book: Gradebook, node: Node, fiscal_year: int) -> Iterator[Line]:
    for kind, name in (
        (UnitKind.EVALUATION_AXIS, "評価軸"),
        (UnitKind.EVALUATION_INDICATOR, "評価指標"),
        (UnitKind.MONITORING_INDICATOR, "モニタリング指標"),
    ):
        if nodes := book.hanging(node, fiscal_year, [kind]):
            yield Line(f"〈{name}〉", label=True)
            yield from (Line(f"・{child.text}") for child in nodes)


def _reported(
    book: Gradebook, node: Node, fiscal_year: int, kind: str, places: Places
) -> Iterator[Line]:
    """Yield what was done for each evaluation indicator in the years that are judged."""
    for indicator in book.hanging(node, fiscal_year, [UnitKind.EVALUATION_INDICATOR]):
        yield Line(f"・{indicator.text}", label=True)
        for year in book.judged_years(indicator, fiscal_year, kind):
            row = book.figures.results.get((indicator.clause_id, year))
            href = places.indicator(indicator, f"result-{year}")
            if kind != Rating.Kind.YEARLY:
                yield Line(f"（{year_name(year)}）")
            words = row.text.split("\n") if row else [NOTHING]
            yield from (Line(part, "" if row else href) for part in words)


def rated(
    book: Gradebook,
    node: Node | None,
    fiscal_year: int,
    kind: str,
    side: Rating.Side,
    places: Places,
    background: Background | None = None,
) -> list[Line]:
    """Return what one side says: its grade, and what it is founded on. `background`: of an item's."""
    row = book.rating(node, fiscal_year, kind, side)
    href = places.rating(side)
    grade = row.grade if row else ""
    draft = "（作成中）" if row and row.stage == Rating.Stage.DRAFT else ""
    shown = NOTHING if grade in ("", "-") else grade
    lines = [Line(f"{SIDES[side]}　評定{draft}", label=True), Line(shown, href, grade=True)]
    if row is None:
        return lines
    if background and row.stage == Rating.Stage.ISSUED:
        lines += _changed_since(book, row, places, background)
    for name in ("results", "grounds", "raised_grounds", "issues", "opinion"):
        field: Any = Rating._meta.get_field(name)
        if words := getattr(row, name):
            lines.append(Line(f"〈{field.verbose_name}〉", label=True))
            lines += [Line(part) for part in words.split("\n")]
    return lines


def _changed_since(
    book: Gradebook, row: Rating, places: Places, background: Background
) -> Iterator[Line]:
    """Yield what stands otherwise now than when a grade was issued: it was not given on these values."""
    report = background.report(row)
    if report and (differences := background.differences(report)):
        yield Line("〈評定の確定の後に変わった値〉", label=True)
        for one in differences:
            name = one.named(book.figures.text.nodes[one.indicator.pk].text)
            words = f"{name}（{year_name(one.fiscal_year)}）：{one.before} → {one.now}"
            yield Line(words, places.report(report))


# --- 4. その他 -----------------------------------------------------------------------------------
def remedy_rows(
    book: Gradebook, node: Node | None, fiscal_year: int, places: Places
) -> Iterator[RemedyRow]:
    """Yield what was pointed out up to a year and was not done before it, with what was done so far."""
    for row in book.remedies_of(node, fiscal_year):
        told = tuple(
            f"{year_name(one.fiscal_year)}：{one.words}"
            for one in book.progress.get(row.pk, [])
            if one.fiscal_year <= fiscal_year
        )
        state = "継続"
        if row.done_fiscal_year is not None and row.done_fiscal_year <= fiscal_year:
            state = f"完了（{year_name(row.done_fiscal_year)}：{row.done_words}）"
        words = f"{row.issue}（{year_name(row.fiscal_year)}）"
        yield RemedyRow(Cell(words, places.remedy(row)), row.remedy, told, state)


def _steps(background: Background, fiscal_year: int, kind: str) -> Iterator[Line]:
    """Yield the steps of the evaluation's procedure that are recorded."""
    for recorded in background.steps(fiscal_year, kind):
        for step in recorded.steps:
            facts = (step.with_whom, step.number, step.document_number, step.result)
            told = "　".join(part for part in facts if part)
            yield Line(f"{recorded.kind}：{eras.written(step.date)}　{told}")
            if step.opinion:
                yield from (Line(part) for part in step.opinion.split("\n"))


# --- On paper -------------------------------------------------------------------------------------
def mark_of(sample: str, draft: str) -> str:
    """Return what stands on every page of a paper with made-up values, or with grades not issued."""
    return (SAMPLE_MARK if sample else "") + draft


def assessment_html(sheet: Sheet, **identity: Any) -> str:
    """Return the printed sheet (A4 landscape) as HTML for `pdf.render_pdf`."""
    context = {"sheet": sheet, "mark": mark_of(sheet.sample, sheet.draft), **identity}
    return render_to_string("evaluation/assessment_print.html", context)
