"""A period with measures, and people who fill in its template."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from evaluation.figures import Figures, years_of
from evaluation.importing import keeping
from evaluation.importing.template import template
from evaluation.models import IndicatorMeasure, IndicatorValue, ObjectivePeriod, ValueImport
from evaluation.valuing import year_name
from programs.models import User
from tests.evaluation.workbook.files import bytes_of, opened
from tests.factories import make_indicators, make_measure, make_period, make_user

HEADING = 5
Filled = Mapping[tuple[str, str], Any]


@dataclass
class Scene:
    period: ObjectivePeriod
    user: User
    other: User
    papers: IndicatorMeasure
    share: IndicatorMeasure
    words: IndicatorMeasure

    @classmethod
    def made(cls) -> "Scene":
        """Return a period with a count, a share with one decimal, and one in words."""
        period = make_period()
        _, (first, second) = make_indicators(period, "論文数", "取組の状況")
        return cls(
            period,
            make_user(period.agency, "agency"),
            make_user(period.agency, "agency"),
            make_measure(first),
            make_measure(first, "満足度", unit="%", decimals=1),
            make_measure(second, "取組", unit="", nature="qualitative"),
        )

    def template(self, *years: int) -> bytes:
        return template(Figures.of(self.period), years or years_of(self.period), by=self.user)

    def compared(
        self, content: bytes, name: str = "値.xlsx", by: User | None = None
    ) -> ValueImport:
        kept, _ = keeping.keep(self.period, name, content, by=by or self.user)
        keeping.compare(kept)
        kept.refresh_from_db()
        return kept

    def value(self, measure: IndicatorMeasure, year: int) -> Decimal | str | None:
        row = IndicatorValue.objects.filter(measure=measure, fiscal_year=year).first()
        return (
            None if row is None else row.number if row.number is not None else row.state or row.text
        )


def filled(content: bytes, cells: Filled) -> bytes:
    """Type into a workbook: by the label of a measure and a heading (or a year of it)."""
    sheet = opened(content)
    headings = {cell.value: cell.column for cell in sheet[HEADING]}
    labels = {sheet.cell(row, 4).value: row for row in range(HEADING + 1, sheet.max_row + 1)}
    for (label, heading), value in cells.items():
        sheet.cell(labels[label], headings[heading]).value = value
    return bytes_of(sheet.parent)


def year(number: int) -> str:
    return year_name(number)


def as_csv(content: bytes, encoding: str) -> bytes:
    """Save the sheet of a workbook as a spreadsheet does."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    for row in opened(content).iter_rows(values_only=True):
        writer.writerow(["" if value is None else value for value in row])
    return file.getvalue().encode(encoding)


def told(kept: ValueImport) -> dict[tuple[str, int | None], tuple[str, str]]:
    """Return place and year → what each cell comes to that is not as it was."""
    rows = kept.cells.exclude(status="unchanged")
    return {(row.place, row.fiscal_year): (row.status, row.message) for row in rows}
