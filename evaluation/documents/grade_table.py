"""総括表: the grades of every item and year of a period, and 総合評定, filled from the data (様式2-1-2, 2-1-3).

One model for screen, PDF and Word, as `assessment` has it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse

from evaluation.documents.assessment import SAMPLE, Cell, Line, Places, mark_of, rated
from evaluation.documents.background import Evaluation
from evaluation.grading import KINDS_IN_WORDS, Gradebook, kinds_due
from evaluation.grading.gradebook import OVERALL, WHOLE
from evaluation.models import Rating
from evaluation.models.texts import Node
from evaluation.numbers import NOTHING
from evaluation.valuing import year_name

NOTE = (
    "「A（B）」は、主務大臣による評価がA、法人の自己評価がBであることを表します。標準はBです。"
    "評定の欄の「－」は、その年度に評定の対象でないこと、空欄は、まだ評定が確定していないことを表します。"
)


@dataclass(frozen=True)
class GradeCell:
    """The minister's grade and the agency's own of an item and a year. `due`: there is to be one."""

    head: str
    minister: str
    own: str
    href: str = ""
    due: bool = True

    @property
    def words(self) -> str:
        """Return both as they are printed, 「A（B）」; "" where there is none yet."""
        if not self.due:
            return NOTHING
        return f"{self.minister}（{self.own}）" if self.own else self.minister


@dataclass(frozen=True)
class GradeRow:
    """An item with its grades; one that has none itself is a heading of those below."""

    item: Cell
    important: bool
    difficult: bool
    grades: tuple[GradeCell, ...]

    @property
    def is_heading(self) -> bool:
        return not self.grades

    @property
    def weight(self) -> str:
        return "重要" * self.important

    @property
    def difficulty(self) -> str:
        return "困難" * self.difficult


@dataclass(frozen=True)
class GradeTable:
    """`heads`: the evaluations of the period. `grounds`: what is said of the overall grade of each."""

    title: str
    sample: str
    note: str
    heads: tuple[str, ...]
    overall: GradeRow
    rows: tuple[GradeRow, ...]
    grounds: tuple[tuple[str, tuple[Line, ...]], ...]

    @property
    def is_marked(self) -> bool:
        """Tell whether any item is important or difficult."""
        return any(row.important or row.difficult for row in self.rows)


def grade_table(book: Gradebook, until: Evaluation | None = None) -> GradeTable:
    """Return the grades of a period as the reader of the book sees them; of one evaluation (`until`):
    nothing of later years, and its own grounds alone."""
    period = book.figures.period
    evaluations = evaluations_of(book)
    last_year = until[0] if until else period.last_fiscal_year
    shown = _shown(book, last_year)
    return GradeTable(
        title=f"{period}　項目別評定総括表・総合評定",
        sample=SAMPLE if period.sample_results else "",
        note=NOTE,
        heads=tuple(head_of(evaluation) for evaluation in evaluations),
        overall=GradeRow(
            Cell(OVERALL), False, False, tuple(_cell(book, None, e, last_year) for e in evaluations)
        ),
        rows=tuple(
            _row(book, node, evaluations, last_year)
            for node in book.items
            if node.clause_id in shown
        ),
        grounds=tuple(_grounds(book, [until] if until else evaluations)),
    )


def table_from(data: Mapping[str, Any]) -> GradeTable:
    """Return the table of its plain data, as a snapshot keeps it."""
    rows = tuple(_row_from(row) for row in data["rows"])
    return GradeTable(**{**data, "rows": rows, "overall": _row_from(data["overall"])})


def _row_from(data: Mapping[str, Any]) -> GradeRow:
    cells = tuple(GradeCell(**cell) for cell in data["grades"])
    return GradeRow(**{**data, "item": Cell(**data["item"]), "grades": cells})


def evaluations_of(book: Gradebook) -> list[Evaluation]:
    """Return every evaluation of the period, those of single years first."""
    period = book.figures.period
    found = [(year, kind) for year in book.figures.years for kind in kinds_due(period, year)]
    return sorted(found, key=lambda evaluation: evaluation[1] != Rating.Kind.YEARLY)


def head_of(evaluation: Evaluation) -> str:
    """Return what an evaluation is called above its column."""
    year, kind = evaluation
    return year_name(year) if kind == Rating.Kind.YEARLY else KINDS_IN_WORDS[kind]


def _shown(book: Gradebook, last_year: int) -> set[int]:
    """Return the items that have a grade in any year so far, and what stands above them."""
    ever = [node for node in book.items if _is_ever_graded(book, node, last_year)]
    above = [other for node in ever for other in book.figures.text.ancestors(node)]
    return {node.clause_id for node in (*ever, *above)}


def _is_ever_graded(book: Gradebook, node: Node, last_year: int) -> bool:
    return any(book.is_graded(node, year) for year in book.figures.years if year <= last_year)


def _row(book: Gradebook, node: Node, evaluations: list[Evaluation], last_year: int) -> GradeRow:
    graded = _is_ever_graded(book, node, last_year)
    profile = book.profile(node, last_year)
    address = Places(book, node, last_year, Rating.Kind.YEARLY).item("item_profile")
    cells = tuple(_cell(book, node, e, last_year) for e in evaluations) if graded else ()
    return GradeRow(Cell(book.label(node), address), profile.important, profile.difficult, cells)


def _cell(book: Gradebook, node: Node | None, evaluation: Evaluation, last_year: int) -> GradeCell:
    year, kind = evaluation
    if year > last_year:
        return GradeCell(head_of(evaluation), "", "")
    if node and not book.is_graded(node, year):
        return GradeCell(head_of(evaluation), NOTHING, "", due=False)
    period = book.figures.period
    item = node.public_id if node else WHOLE
    address = reverse("assessment", args=[period.agency.code, period.number, item, year, kind])
    own, minister = (
        _grade(book.rating(node, year, kind, side))
        for side in (Rating.Side.SELF, Rating.Side.MINISTER)
    )
    return GradeCell(head_of(evaluation), minister, own, address)


def _grade(rating: Rating | None) -> str:
    """Return a grade that is issued; a draft is nobody's grade yet."""
    grade = rating.grade if rating and rating.stage == Rating.Stage.ISSUED else ""
    return NOTHING if grade == "-" else grade


def _grounds(
    book: Gradebook, evaluations: list[Evaluation]
) -> Iterator[tuple[str, tuple[Line, ...]]]:
    """Yield what both sides say of the agency as a whole, of each evaluation that has anything."""
    for year, kind in evaluations:
        lines: list[Line] = []
        for side in (Rating.Side.MINISTER, Rating.Side.SELF):
            row = book.rating(None, year, kind, side)
            if row and row.stage == Rating.Stage.ISSUED:
                lines += rated(book, None, year, kind, side, Places(book, None, year, kind))
        if lines:
            yield head_of((year, kind)), tuple(lines)


def grade_table_html(table: GradeTable, **identity: Any) -> str:
    """Return the printed table (A4 landscape) as HTML for `pdf.render_pdf`."""
    context = {"table": table, "mark": mark_of(table.sample, ""), **identity}
    return render_to_string("evaluation/grade_table_print.html", context)
