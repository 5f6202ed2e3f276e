"""What an assessment sheet still lacks, each with the page on which it is filled in."""

from collections.abc import Iterator

from evaluation.comparison.alignment import UnitKind
from evaluation.documents.assessment import SIDES, Cell, Places
from evaluation.grading import Gradebook
from evaluation.models import IndicatorMeasure, ItemInput, ItemPlan, Rating
from evaluation.models.texts import Node
from evaluation.valuing import year_name


def blanks(book: Gradebook, node: Node, fiscal_year: int, kind: str) -> list[Cell]:
    """Return the blanks of a sheet in its order; [] for one that may go out."""
    places = Places(book, node, fiscal_year, kind)
    return [
        *_facts(book, node, fiscal_year, places),
        *_figures(book, node, fiscal_year, places),
        *_inputs(book, node, fiscal_year, places),
        *_plans(book, node, fiscal_year, places),
        *_results(book, node, fiscal_year, kind, places),
        *_ratings(book, node, fiscal_year, kind, places),
        *_remedies(book, node, fiscal_year, places),
    ]


def _facts(book: Gradebook, node: Node, fiscal_year: int, places: Places) -> Iterator[Cell]:
    profile = book.profile(node, fiscal_year)
    names = {
        "policies": "関連する政策・施策",
        "legal_basis": "根拠条文",
        "review_numbers": "政策評価・行政事業レビューの番号",
    }
    for name, words in names.items():
        if not getattr(profile, name):
            yield Cell(f"基本情報：{words}", places.item("item_profile"))


def _figures(book: Gradebook, node: Node, fiscal_year: int, places: Places) -> Iterator[Cell]:
    for indicator in book.hanging(node, fiscal_year, [UnitKind.MONITORING_INDICATOR]):
        if not book.figures.measures.get(indicator.clause_id):
            words = f"指標「{indicator.text}」：測定項目"
            yield Cell(words, places.indicator(indicator))
        else:
            yield from _values(book, indicator, fiscal_year, places)


def _values(book: Gradebook, indicator: Node, fiscal_year: int, places: Places) -> Iterator[Cell]:
    for measure in book.figures.measures[indicator.clause_id]:
        for point in book.figures.lines[measure.pk].points:
            missing = point.is_empty or point.state == "not_yet"
            if measure.nature == IndicatorMeasure.Nature.RATIO or not point.exists:
                continue
            if point.fiscal_year > fiscal_year:
                continue
            href = places.value(indicator, measure, point.fiscal_year)
            name = f"{measure}（{year_name(point.fiscal_year)}）"
            if missing:
                yield Cell(f"値：{name}", href)
            elif point.stage == "preliminary":
                yield Cell(f"確定していない値（速報）：{name}", href)


def _inputs(book: Gradebook, node: Node, fiscal_year: int, places: Places) -> Iterator[Cell]:
    for year in book.figures.years:
        if year > fiscal_year or not book.exists(node, year):
            continue
        missing = [
            name
            for kind, name in ItemInput.Kind.choices
            if (node.clause_id, kind, year) not in book.inputs
        ]
        if missing:
            words = f"インプット情報（{year_name(year)}）：{'、'.join(missing)}"
            yield Cell(words, places.item("item_inputs", f"input-{ItemInput.Kind.BUDGET}-{year}"))


def _plans(book: Gradebook, node: Node, fiscal_year: int, places: Places) -> Iterator[Cell]:
    for kind in ItemPlan.Kind:
        if book.plan(node, kind.value, fiscal_year) is None:
            yield Cell(str(kind.label), places.plans(fiscal_year))


def _results(
    book: Gradebook, node: Node, fiscal_year: int, kind: str, places: Places
) -> Iterator[Cell]:
    for indicator in book.hanging(node, fiscal_year, [UnitKind.EVALUATION_INDICATOR]):
        for year in book.judged_years(indicator, fiscal_year, kind):
            if (indicator.clause_id, year) not in book.figures.results:
                href = places.indicator(indicator, f"result-{year}")
                of_year = "" if kind == Rating.Kind.YEARLY else f"（{year_name(year)}）"
                yield Cell(f"評価指標「{indicator.text}」の実績{of_year}", href)


def _ratings(
    book: Gradebook, node: Node, fiscal_year: int, kind: str, places: Places
) -> Iterator[Cell]:
    for side, name in SIDES.items():
        rating = book.rating(node, fiscal_year, kind, side)
        href = places.rating(side)
        if rating is None or not rating.grade:
            yield Cell(f"{name}：評定", href)
        if rating is None or not rating.grounds:
            yield Cell(f"{name}：評定の根拠", href)
        if side == Rating.Side.SELF and (rating is None or not rating.results):
            yield Cell(f"{name}：業務実績", href)
        if rating is not None and rating.stage == Rating.Stage.DRAFT:
            yield Cell(f"{name}：評定の確定", href)


def _remedies(book: Gradebook, node: Node, fiscal_year: int, places: Places) -> Iterator[Cell]:
    for row in book.remedies_of(node, fiscal_year):
        href = places.remedy(row)
        if not row.remedy:
            yield Cell(f"指摘「{row}」：改善方策", href)
        told = book.progress_in(row, fiscal_year) is not None
        if row.fiscal_year < fiscal_year and not told and row.done_fiscal_year is None:
            yield Cell(f"指摘「{row}」：{year_name(fiscal_year)}の改善の状況", href)
