"""Which column holds what: by its heading, wherever it was moved to."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from evaluation.figures import years_of
from evaluation.models import ChangeCode, IndicatorValue, ObjectivePeriod
from evaluation.valuing import year_name
from evaluation.workbook.sheets import KEY, Column, NotReadable, Sheet

WHY_CODE, WHY = "直した理由の種類", "直した理由"
STAGES = ("速報", "確定")
FACTS = ("項目", "指標", "測定項目", "単位")
WIDTHS = dict(zip(FACTS, (24, 36, 26, 10), strict=True))


@dataclass(frozen=True)
class Columns:
    """Indices (from 0) of the columns of a file, by fiscal year; None for a column that is not there.

    `unread`: headings that no template has, whose cells are not read.
    """

    key: int
    values: dict[int, int]
    stages: dict[int, int]
    notes: dict[int, int]
    why_code: int | None
    why: int | None
    unread: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, sheet: Sheet, period: ObjectivePeriod) -> "Columns":
        """Find the columns of a sheet. Raises NotReadable where none of them is a year's."""
        places = {name: index for index, name in enumerate(sheet.headings.cells) if name}
        years = years_of(period)
        values, stages, notes = (
            {year: places[name(year)] for year in years if name(year) in places}
            for name in (year_name, stage_heading, note_heading)
        )
        if not values:
            expected = f"{year_name(years[0])}～{year_name(years[-1])}"
            raise NotReadable(
                f"年度の列がありません。見出しは「{year_name(years[0])}」の形で、{expected}です。"
            )
        known = {KEY, WHY_CODE, WHY, *FACTS}
        known |= {name(y) for name in (year_name, stage_heading, note_heading) for y in years}
        unread = [name for name in places if name not in known]
        why_code, why = places.get(WHY_CODE), places.get(WHY)
        return cls(sheet.key_column, values, stages, notes, why_code, why, unread)


def stage_heading(fiscal_year: int) -> str:
    return f"{year_name(fiscal_year)}の段階"


def note_heading(fiscal_year: int) -> str:
    return f"{year_name(fiscal_year)}の注"


def template_columns(years: Iterable[int]) -> list[Column]:
    """Return the columns of a template for these years."""
    states = tuple(str(label) for label in IndicatorValue.State.labels)
    columns = [Column(KEY, 6), *(Column(name, WIDTHS[name]) for name in FACTS)]
    for year in years:
        columns += [
            Column(year_name(year), 16, states, strict=False),
            Column(stage_heading(year), 10, STAGES),
            Column(note_heading(year), 22),
        ]
    codes = tuple(str(label) for label in ChangeCode.labels)
    return [*columns, Column(WHY_CODE, 18, codes), Column(WHY, 30)]


def file_columns(sheet: Sheet, period: ObjectivePeriod) -> list[Column]:
    """Return the columns of a file that is handed back, in its own order."""
    known = {column.heading: column for column in template_columns(years_of(period))}
    return [known.get(name, Column(name, 16)) for name in sheet.headings.cells]
