"""A row of a file → what its person typed for each year, as cells to be recorded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from evaluation import numbers
from evaluation.figures import years_stood
from evaluation.importing.columns import STAGES, Columns
from evaluation.importing.stamps import read_stamp
from evaluation.importing.template import LONG
from evaluation.models import ChangeCode, IndicatorMeasure, ObjectivePeriod, Stage
from evaluation.valuing import Cell
from evaluation.workbook.sheets import Row, Sheet
from jst_objectives.plain_text import refusal

NO_KEY = "鍵が空です。ひな形の行を消さずに、その行に入力してください。"
WRONG_KEY = "鍵が書き換えられているか、この中長期目標のものではありません。ひな形をダウンロードし直してください。"
GONE = "この行の測定項目は、もうありません。ひな形をダウンロードし直してください。"
TWICE = "同じ測定項目の行が2つあります。一つを消してください。"
STAGE_OF = {"": None, "速報": Stage.PRELIMINARY, "確定": Stage.FINAL, "訂正": None}
CODE_OF: Mapping[str, str] = {"": "", **{str(label): value for value, label in ChangeCode.choices}}


@dataclass(frozen=True)
class Typed:
    """A cell of a file: where it is (counted from 1), what was typed, and what that is, or why it is
    nothing that can be stored. `seen`: the revision that stood when the template was downloaded."""

    row: int
    column: int
    words: str
    measure_id: int | None = None
    fiscal_year: int | None = None
    cell: Cell | None = None
    error: str = ""
    seen: int = 0


class Reader:
    """Reads the rows of a sheet for a period."""

    def __init__(self, period: ObjectivePeriod, sheet: Sheet) -> None:
        self.period, self.sheet = period, sheet
        self.columns = Columns.of(sheet, period)
        rows = IndicatorMeasure.objects.filter(indicator__period=period)
        self.measures = {row.pk: row for row in rows}
        indicators = {measure.indicator_id for measure in self.measures.values()}
        self.years_stood = years_stood(period, indicators)
        self.met: set[int] = set()

    def cells(self) -> Iterator[Typed]:
        """Yield each cell of a year, and each key that is wrong, in the order of the file."""
        for row in self.sheet.rows:
            key = _at(row, self.columns.key)
            found = read_stamp(self.period, key)
            measure = self.measures.get(found[0]) if found else None
            if found is None or measure is None or measure.pk in self.met:
                words = GONE if found and measure is None else TWICE if found else WRONG_KEY
                error = words if key else NO_KEY
                yield Typed(row.number, self.columns.key + 1, key[:100], error=error)
                continue
            self.met.add(measure.pk)
            if _code(self._at_code(row)) is None:
                yield self._wrong_code(row, measure)
            for year, column in self.columns.values.items():
                place = (row.number, column + 1, _at(row, column), measure.pk, year)
                yield self._year(row, measure, Typed(*place, seen=found[1][year]))

    def _year(self, row: Row, measure: IndicatorMeasure, typed: Typed) -> Typed:
        year = typed.fiscal_year
        assert year is not None
        if typed.words == LONG:
            return typed
        there = self.years_stood.get(measure.indicator_id, set())
        if year not in there and numbers.fold(typed.words) in ("", "-"):
            return typed
        number, state, text, error = _value(typed.words, measure)
        if error:
            return replace(typed, error=error)
        stage = _at(row, self.columns.stages.get(year)).strip()
        if stage not in STAGE_OF:
            return self._wrong_stage(typed, stage)
        note = self._note(row, year)
        if note and not typed.words:
            words = "値が空のため、注だけを保存できません。値か、値のない理由を入力してください。"
            return replace(typed, error=words)
        if wrong := refusal(note or ""):
            column = self.columns.notes[year] + 1
            return replace(typed, column=column, words=note or "", error=f"注の{wrong}")
        code, why = _code(self._at_code(row)) or "", _at(row, self.columns.why).strip()
        value = (measure.pk, year, number, text, state, note, STAGE_OF[stage])
        return replace(typed, cell=Cell(*value, why_code=code, why=why))

    def _note(self, row: Row, year: int) -> str | None:
        column = self.columns.notes.get(year)
        words = _at(row, column)
        return None if column is None or words == LONG else words

    def _wrong_stage(self, typed: Typed, stage: str) -> Typed:
        """Tell at its own cell what is no stage."""
        assert typed.fiscal_year is not None
        column = self.columns.stages[typed.fiscal_year] + 1
        words = f"段階「{stage}」は読めません。{'・'.join(STAGES)}のどれかにしてください。"
        return replace(typed, column=column, words=stage, error=words)

    def _at_code(self, row: Row) -> str:
        return _at(row, self.columns.why_code).strip()

    def _wrong_code(self, row: Row, measure: IndicatorMeasure) -> Typed:
        code, known = self._at_code(row), "・".join(name for name in CODE_OF if name)
        words = f"直した理由の種類「{code}」は読めません。{known}のどれかにしてください。"
        return Typed(row.number, (self.columns.why_code or 0) + 1, code, measure.pk, error=words)


def _code(words: str) -> str | None:
    """Return the code of a reason's kind, "" for none; None for a word that is none."""
    return CODE_OF.get(words)


def _at(row: Row, column: int | None) -> str:
    return row.cells[column] if column is not None and column < len(row.cells) else ""


def _value(words: str, measure: IndicatorMeasure) -> tuple[Decimal | None, str, str, str]:
    """Return number, state, text and error of what was typed for a measure."""
    if measure.nature == IndicatorMeasure.Nature.QUALITATIVE:
        state = numbers.STATES.get(numbers.fold(words), "")
        return None, state, "" if state else words, ""
    reading = numbers.read(words, measure.unit, measure.decimals)
    return reading.number, reading.state, "", reading.error
