"""The workbook to fill in: a row per measure, three columns per year, what stands now in its cells."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.utils import timezone

from evaluation.figures import Figures
from evaluation.importing.columns import template_columns
from evaluation.importing.stamps import stamp
from evaluation.models import IndicatorMeasure, IndicatorValue
from evaluation.models.texts import Node
from evaluation.numbers import NOTHING, STATE_WORDS
from evaluation.valuing import Gates, year_name
from evaluation.workbook.sheets import Box, Look, Page
from evaluation.workbook.writing import LONGEST_CELL, write
from programs.models import User

HEADING = 5  # the row of the headings
SAMPLE = "【見本】この表の値は、画面を確かめるために作られた見本で、実際の値ではありません。"
ABSENT = (Box(NOTHING, Look.CLOSED), Box("", Look.CLOSED), Box("", Look.CLOSED))
LONG = "（長いため、画面で編集してください）"
HELP = (
    "白いセルに入力し、保存してから、ダウンロードした画面でアップロードしてください。灰色のセルは変えられません。",
    "数は 1,234 のほか、全角の数字、△、▲、単位（百万円、件など）の付いたものも読みます。数式は読みません。",
    "値がないときは、一覧から 該当なし・未集計・非公表 を選びます。「－」だけのセルは該当なしと読みます。",
    "0 は値で、空とは別のものです。",
    "値を消すと、アップロードしたときに「消去」として示されます。確定した値は消せません。",
    "新しい値の段階は「速報」です。「確定」は、評価者が項目の年度を確定すると付きます。",
    "確定した値や締め切った年度の値を直すときは、右の「直した理由の種類」と「直した理由」を入力します。",
    "アップロードしても、画面で確かめて保存するまで、何も変わりません。",
    "ダウンロードした後にほかの人が変えた値は「衝突」として示され、どちらにするかを選べます。",
    "CSVにするときは「CSV UTF-8」か「CSV（コンマ区切り）」で保存します。見出しと鍵の列は残してください。",
)


def template(figures: Figures, years: Sequence[int], *, by: User) -> bytes:
    """Return the workbook of a period's values in these years, for a person to fill in."""
    period = figures.period
    gates = Gates.of(period, set(figures.measures), by)
    rows = [
        row
        for item, nodes in figures.items
        for node in nodes
        if any(figures.exists(node, year) for year in years)
        for row in _rows(figures, gates, item, node, years)
    ]
    page = Page(
        columns=template_columns(years),
        rows=enumerate(rows, start=HEADING + 1),
        above=_above(figures, by),
        heading=HEADING,
        help_lines=help_lines(sample=period.sample_results),
        banner="見本の値" if period.sample_results else "",
    )
    return write(page)


def help_lines(*, sample: bool) -> list[str]:
    return [*([SAMPLE] if sample else []), *HELP]


def _above(figures: Figures, by: User) -> list[tuple[int, list[Box]]]:
    period, now = figures.period, timezone.localtime()
    title = Box(f"実績値の入力表：{period.agency.name} {period}", Look.TITLE)
    name = by.get_full_name() or by.get_username()
    made = f"{year_name(now.year)[:-2]}年{now:%-m月%-d日 %H:%M} {name} ダウンロード"
    lines = [(1, [Box("", Look.TITLE), title]), (3, [Box("", Look.TITLE), Box(made, Look.TITLE)])]
    if period.sample_results:
        lines.insert(1, (2, [Box("", Look.NOTICE), Box(SAMPLE, Look.NOTICE)]))
    return lines


def _rows(
    figures: Figures, gates: Gates, item: Node, node: Node, years: Sequence[int]
) -> Iterator[list[Box]]:
    for measure in figures.measures.get(node.clause_id, []):
        if measure.nature == IndicatorMeasure.Nature.RATIO:
            continue
        revisions = {
            year: row.revision
            for year in figures.years
            if (row := figures.values.get((measure.pk, year)))
        }
        heading = f"{figures.text.number(item)} {item.text}".strip()
        facts = (heading, node.text, measure.label, measure.unit)
        boxes = [Box(stamp(figures.period, measure.pk, revisions), Look.KEY)]
        boxes += [Box(words, Look.FACT) for words in facts]
        for year in years:
            is_there = figures.exists(node, year)
            boxes += _year(figures, gates, measure, year) if is_there else ABSENT
        yield [*boxes, Box(), Box()]


def _year(figures: Figures, gates: Gates, measure: IndicatorMeasure, year: int) -> list[Box]:
    """Return value, stage and note of a year; locked where nothing may be entered."""
    refused = gates.refusal(measure.indicator_id, year, measure.pk)
    look = Look.CLOSED if refused else Look.OPEN
    row = figures.values.get((measure.pk, year))
    if row is None:
        return [Box("", look, measure.decimals, refused), Box("", look), Box("", look)]
    stage = str(row.get_stage_display())
    note = row.note if len(row.note) <= LONGEST_CELL else LONG
    value = content_of(row)
    return [Box(value, look, measure.decimals, refused), Box(stage, look), Box(note, look)]


def content_of(row: IndicatorValue) -> str | Decimal:
    """Return a value as a cell holds it: its number, its state in words, or its text."""
    if row.number is not None:
        return row.number
    if row.state:
        return STATE_WORDS[row.state]
    return row.text if len(row.text) <= LONGEST_CELL else LONG
