"""The results of an item over the years: every figure drawn and in words, with budget beside them.

One model for page, file and paper. A number is `evaluation.numbers.written`, a drawing is
`evaluation.charts`; nothing is reckoned here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone

from evaluation.charts import Drawing, panel
from evaluation.comparison.alignment import UnitKind
from evaluation.documents.issuing import unissued
from evaluation.figures import Figures
from evaluation.models import IndicatorMeasure, ItemInput, ItemProgram, ObjectivePeriod
from evaluation.models.texts import Node
from evaluation.numbers import NOTHING, amount_words, rounded_to
from evaluation.series import Break, Entry, Measure, Series, series
from evaluation.valuing import year_name
from programs.models import Appropriation

SAMPLE = "見本の値（実際の値ではありません）"
THOUSAND = 1000  # yen; the statutory forms print thousands
HEADER = "項目 指標 指標の種類 測定項目 単位 年度 実績 数値 累計 前年度との差 達成目標 達成率 状況 変更 備考".split()


@dataclass(frozen=True)
class Panel:
    """One measure: its series, and its drawing where it counts something."""

    measure: IndicatorMeasure
    series: Series
    drawing: Drawing | None


@dataclass(frozen=True)
class IndicatorResults:
    """An indicator: its measures, and of an evaluation indicator each year's text as it is printed."""

    node: Node
    breaks: Sequence[Break]
    panels: tuple[Panel, ...]
    texts: tuple[tuple[int, str], ...]

    @property
    def drawn(self) -> list[Panel]:
        return [panel for panel in self.panels if panel.drawing]

    @property
    def told(self) -> list[Panel]:
        """Return the measures whose years are told in words."""
        return [panel for panel in self.panels if not panel.drawing]


@dataclass(frozen=True)
class Money:
    """A yearly input of an item: money in thousands of yen, or people; `years` as they are printed."""

    name: str
    unit: str
    years: tuple[tuple[int, str], ...]
    drawing: Drawing


@dataclass(frozen=True)
class ItemResults:
    period: ObjectivePeriod
    item: Node
    number: str
    years: range
    indicators: tuple[IndicatorResults, ...]
    inputs: tuple[Money, ...]
    appropriations: tuple[Appropriation, ...]

    @property
    def panels(self) -> list[Panel]:
        return [panel for indicator in self.indicators for panel in indicator.drawn]

    @property
    def worded(self) -> list[IndicatorResults]:
        """Return the indicators of which anything is told in words, or nothing is measured yet."""
        return [one for one in self.indicators if one.texts or one.told or not one.panels]


def drawn(figures: Figures, measure: IndicatorMeasure) -> Panel:
    """Return a measure with its drawing; what is told in words has none."""
    line = figures.lines[measure.pk]
    if measure.nature == IndicatorMeasure.Nature.QUALITATIVE:
        return Panel(measure, line, None)
    return Panel(measure, line, panel(line, measure.baseline, measure.baseline_year))


def item_results(figures: Figures, item: Node) -> ItemResults:
    """Return what an item has come to (three queries more than `figures`)."""
    return ItemResults(
        period=figures.period,
        item=item,
        number=figures.text.number(item),
        years=figures.years,
        indicators=tuple(_indicator(figures, node) for node in figures.indicators_of(item)),
        inputs=tuple(_inputs(figures, item)),
        appropriations=tuple(_appropriations(figures.period, item)),
    )


def _indicator(figures: Figures, node: Node) -> IndicatorResults:
    texts = []
    if node.kind is UnitKind.EVALUATION_INDICATOR:
        for year in figures.years:
            row = figures.results.get((node.clause_id, year))
            if row or figures.exists(node, year):
                texts.append((year, row.text if row else ""))
    measures = figures.measures.get(node.clause_id, [])
    panels = tuple(drawn(figures, measure) for measure in measures)
    return IndicatorResults(node, figures.breaks.get(node.clause_id, []), panels, tuple(texts))


# --- Money and people -----------------------------------------------------------------------------
def _inputs(figures: Figures, item: Node) -> Iterator[Money]:
    rows = list(ItemInput.objects.filter(item=item.clause_id))
    for kind, name in ItemInput.Kind.choices:
        own = {row.fiscal_year: row.amount for row in rows if row.kind == kind}
        if own:
            unit = "人" if kind == ItemInput.Kind.STAFF else "千円"
            words = tuple((year, amount_words(kind, own.get(year))) for year in figures.years)
            yield Money(name, unit, words, _drawn_input(figures, name, unit, own))


def _drawn_input(figures: Figures, name: str, unit: str, own: Mapping[int, Decimal]) -> Drawing:
    scale = THOUSAND if unit == "千円" else 1
    whole = unit == "千円" or all(n == n.to_integral_value() for n in own.values())
    entries = [Entry(year, amount / scale, stage="final") for year, amount in own.items()]
    return panel(series(Measure(name, unit, 0 if whole else 2), figures.years, entries))


def _appropriations(period: ObjectivePeriod, item: Node) -> Iterable[Appropriation]:
    """Return the appropriations of the programmes that carry an item out, by programme and year."""
    links = ItemProgram.objects.in_force_on(period, timezone.localdate())
    programs = {link.program_id for link in links if link.clause_id == item.clause_id}
    rows = Appropriation.objects.filter(program__in=programs).select_related("program__agency")
    return rows.order_by("program__name", "fiscal_year", "pk")


# --- The same as lines of a file, and on paper ----------------------------------------------------
def lines(figures: Figures, items: Iterable[tuple[Node, Iterable[Node]]]) -> Iterator[list[Any]]:
    """Yield a line per measure and year under `HEADER`, as the pages print it; texts of evaluation
    indicators stand in the column of results."""
    for item, nodes in items:
        place = f"{figures.text.number(item)} {item.text}"
        for node in nodes:
            own = [place, node.text, node.wording.clause.get_kind_display()]
            for measure in figures.measures.get(node.clause_id, []):
                for line in _of_series(figures.lines[measure.pk]):
                    yield [*own, *line, SAMPLE * figures.period.sample_results]
            for year, text in _indicator(figures, node).texts:
                told = ["", "", year_name(year), text or NOTHING, *[None] * 7]
                yield [*own, *told, SAMPLE * figures.period.sample_results]


def _of_series(line: Series) -> Iterator[list[Any]]:
    for point in line.points:
        cumulative = line.measure.accumulation == "cumulative"
        yield [
            line.measure.label,
            line.measure.unit,
            year_name(point.fiscal_year),
            point.words,
            _plain(point.number, line.measure),
            point.total_words if cumulative else None,
            _plain(point.change, line.measure),
            point.target_words,
            point.achievement_words,
            point.status_words,
            "、".join(f"{one.amendment}：{one.words}" for one in point.breaks),
        ]


def _plain(number: Decimal | None, measure: Measure) -> Decimal | None:
    """Return a number for spreadsheets, with the decimals that it is printed with."""
    return None if number is None else rounded_to(number, measure.decimals)


def item_results_html(results: ItemResults) -> str:
    """Return the results of an item as paper, not recorded as issued."""
    data = {
        "item": results.number,
        "figures": [
            [panel.measure.label, *(point.words for point in panel.series.points)]
            for indicator in results.indicators
            for panel in indicator.panels
        ],
    }
    context = {"results": results, "period": results.period}
    context |= unissued(f"実績 {results.number}", data)
    return render_to_string("evaluation/item_results_print.html", context)
