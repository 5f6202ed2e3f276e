"""Values by the hundred thousand, or one: compared with what stands, then written all or none."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from evaluation import numbers
from evaluation.figures import years_stood
from evaluation.models import IndicatorMeasure, IndicatorValue, ObjectivePeriod, Stage
from evaluation.valuing.rows import (
    Gates,
    absence,
    final_refusal,
    lock_period,
    missing_why,
    names_of,
    told,
    year_name,
)
from jst_objectives import history
from jst_objectives.plain_text import refusal
from programs.models import User

CHUNK = 2000  # cells that are in memory as rows and history rows at a time
WRITTEN = ("number", "text", "state", "stage", "note", "why_code", "why", "revision", "entered_by")
FIELDS = (*WRITTEN, "entered_at")


@dataclass(frozen=True)
class Cell:
    """What is to stand for a measure in a fiscal year: a number, a text, a state, or nothing (cleared).

    `seen` is the revision that the person saw (0 for an empty cell; None is not held against what
    stands). `note` and `stage` of None stay as they are; 確定 is the system's own to enter, such as
    samples: of people, assessors confirm (`confirm_year`). `why_code` and `why`: the reason of a change
    after confirmation or closing.
    """

    measure_id: int
    fiscal_year: int
    number: Decimal | None = None
    text: str = ""
    state: str = ""
    note: str | None = None
    stage: str | None = None
    seen: int | None = None
    why_code: str = ""
    why: str = ""

    @property
    def is_empty(self) -> bool:
        return self.number is None and not self.text and not self.state


class Status(StrEnum):
    UNCHANGED = "unchanged"
    NEW = "new"
    CHANGED = "changed"
    CLEARED = "cleared"
    CONFLICT = "conflict"
    ERROR = "error"


@dataclass(frozen=True)
class Outcome:
    """What a cell comes to. `message`: what stands against it, without its place; `stands`: the value that
    is there now, None for none; `asks_why`: a coded reason and words would let it in."""

    cell: Cell
    status: Status
    message: str = ""
    stands: IndicatorValue | None = None
    measure: IndicatorMeasure | None = None
    asks_why: bool = False

    @property
    def is_refused(self) -> bool:
        return self.status in (Status.CONFLICT, Status.ERROR)


class RefusedError(ValidationError):
    """Nothing was written. `outcomes` are the cells that stand against it; each message names its place."""

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        names = names_of(outcome.measure for outcome in outcomes if outcome.measure)
        super().__init__([_placed(outcome, names) for outcome in outcomes])
        self.outcomes = outcomes


def _placed(outcome: Outcome, names: Mapping[int, str]) -> str:
    """Return 「論文数（令和7年度）：…」."""
    if outcome.measure is None:
        return outcome.message
    year = year_name(outcome.cell.fiscal_year)
    return f"{names[outcome.measure.pk]}（{year}）：{outcome.message}"


@dataclass
class _Sheet:
    """A period's measures and gates, read once for all cells."""

    period: ObjectivePeriod
    by: User | None
    measures: dict[int, IndicatorMeasure]
    gates: Gates
    years: dict[int, set[int]]  # in which each indicator was there
    met: set[tuple[int, int]] = field(default_factory=set)


def compare_many(
    period: ObjectivePeriod, cells: Iterable[Cell], *, by: User | None, gates: Gates | None = None
) -> Iterator[Outcome]:
    """Yield what each cell would come to, in their order; nothing is written. `gates`: those of the
    period's measures for this person, where they have been read."""
    sheet = _sheet(period, by, gates)
    for chunk in _chunks(cells):
        yield from _outcomes(sheet, chunk)


@transaction.atomic
def record_many(
    period: ObjectivePeriod,
    cells: Iterable[Cell],
    *,
    by: User | None,
    reason: str = "値の取込み",
    progress: Callable[[int], None] | None = None,
) -> dict[Status, int]:
    """Write cells of a period, all or none, with their history; return how many came to what.

    Cells that say what stands already are left alone, so that the same file can be sent twice.
    `progress` is called with the number of cells done; what it raises ends everything, nothing stays.
    Raises RefusedError with every cell that is wrong or was changed by somebody else meanwhile.
    """
    sheet = _sheet(lock_period(period.pk), by)
    counts = dict.fromkeys(Status, 0)
    refused: list[Outcome] = []
    done = 0
    for chunk in _chunks(cells):
        outcomes = list(_outcomes(sheet, chunk))
        refused += [outcome for outcome in outcomes if outcome.is_refused]
        for outcome in outcomes:
            counts[outcome.status] += 1
        if not refused:
            write_outcomes(outcomes, by=by, reason=reason)
        done += len(chunk)
        if progress:
            progress(done)
    if refused:
        raise RefusedError(refused)
    return counts


def _chunks(cells: Iterable[Cell]) -> Iterator[list[Cell]]:
    rows = iter(cells)
    while chunk := list(itertools.islice(rows, CHUNK)):
        yield chunk


def _sheet(period: ObjectivePeriod, by: User | None, gates: Gates | None = None) -> _Sheet:
    measures = IndicatorMeasure.objects.filter(indicator__period=period).select_related("indicator")
    by_id = {measure.pk: measure for measure in measures}
    gates = gates or Gates.of(period, {measure.indicator_id for measure in by_id.values()}, by)
    years = years_stood(period, {measure.indicator_id for measure in by_id.values()})
    return _Sheet(period, by, by_id, gates, years)


# --- Comparing ------------------------------------------------------------------------------------
def _outcomes(sheet: _Sheet, cells: list[Cell]) -> Iterator[Outcome]:
    measures = {cell.measure_id for cell in cells}
    years = {cell.fiscal_year for cell in cells}
    rows = IndicatorValue.objects.filter(measure__in=measures, fiscal_year__in=years)
    standing = {(row.measure_id, row.fiscal_year): row for row in rows}
    for cell in cells:
        yield _outcome(sheet, cell, standing.get((cell.measure_id, cell.fiscal_year)))


def _outcome(sheet: _Sheet, cell: Cell, stands: IndicatorValue | None) -> Outcome:
    measure = sheet.measures.get(cell.measure_id)
    if measure is None:
        return Outcome(cell, Status.ERROR, "測定項目が、この中長期目標にありません。", stands)
    if words := _wrong(sheet, measure, cell):
        return Outcome(cell, Status.ERROR, words, stands, measure)
    if says_the_same(cell, stands):
        return Outcome(cell, Status.UNCHANGED, stands=stands)
    if cell.seen is not None and cell.seen != (stands.revision if stands else 0):
        words = "ほかの人が先に値を変更しました。いまの値を確かめてからやり直してください。"
        return Outcome(cell, Status.CONFLICT, words, stands, measure)
    if words := _forbidden(sheet, measure, cell, stands):
        return Outcome(cell, Status.ERROR, words, stands, measure)
    stage, year = stands.stage if stands else "", cell.fiscal_year
    asked = sheet.gates.asks_why(stage, measure.indicator_id, year)
    if asked and (words := missing_why(cell.why_code, cell.why)):
        return Outcome(cell, Status.ERROR, words, stands, measure, asks_why=True)
    status = Status.CHANGED if stands else Status.NEW
    return Outcome(cell, Status.CLEARED if cell.is_empty else status, stands=stands)


def _wrong(sheet: _Sheet, measure: IndicatorMeasure, cell: Cell) -> str:
    """Return what is wrong with a cell whatever stands there; "" for nothing."""
    period, key = sheet.period, (cell.measure_id, cell.fiscal_year)
    if not period.first_fiscal_year <= cell.fiscal_year <= period.last_fiscal_year:
        return f"年度は{period.first_fiscal_year}から{period.last_fiscal_year}までにしてください。"
    if key in sheet.met:
        return "同じ欄が2回あります。"
    sheet.met.add(key)
    if measure.nature == IndicatorMeasure.Nature.RATIO:
        return "割合は分子と分母から計算されるため、入力できません。"
    if (cell.number is not None) + bool(cell.text) + bool(cell.state) > 1:
        return "数・文・値のない理由の、どれか一つだけを入力してください。"
    if cell.state and cell.state not in IndicatorValue.State.values:
        return "値のない理由は、該当なし・未集計・非公表のどれかにしてください。"
    if cell.stage not in (None, Stage.PRELIMINARY, Stage.FINAL):
        return "段階は、速報か確定にしてください。"
    for label, text in (("文", cell.text), ("注", cell.note or ""), ("理由", cell.why)):
        if words := refusal(text):
            return f"{label}の{words}"
    return _unfit(measure, cell)


def _unfit(measure: IndicatorMeasure, cell: Cell) -> str:
    qualitative = measure.nature == IndicatorMeasure.Nature.QUALITATIVE
    if cell.number is not None:
        if qualitative:
            return "文で入力してください。"
        return numbers.refusal(cell.number, measure.unit, measure.decimals)
    if cell.text and not qualitative:
        expected = numbers.example(measure.unit, measure.decimals)
        return f"数を入力してください（例：{expected}）。"
    return ""


def _forbidden(
    sheet: _Sheet, measure: IndicatorMeasure, cell: Cell, stands: IndicatorValue | None
) -> str:
    """Return why this change may not be made, whatever its reason; "" where it may."""
    indicator, year = measure.indicator_id, cell.fiscal_year
    absent = absence(sheet.years.get(indicator, ()), year)
    if absent and not cell.is_empty:  # what was entered before is taken away
        return absent
    if words := sheet.gates.refusal(indicator, year, measure.pk):
        return words
    stage = stands.stage if stands else ""
    if words := final_refusal(cell.stage, stage, sheet.by):
        return words
    if cell.is_empty and stands is not None:
        if stands.stage != Stage.PRELIMINARY:
            return "確定した値は消せません。値のない理由（該当なし・未集計・非公表）を入力してください。"
        if stands.evidence.exists():
            return "根拠資料が付いているため、消せません。先に根拠資料を外してください。"
    return ""


def says_the_same(cell: Cell, stands: IndicatorValue | None) -> bool:
    """Tell whether a cell would leave a value, or a row of its history, as it is."""
    if stands is None:
        return cell.is_empty
    same = (cell.number, cell.text, cell.state) == (stands.number, stands.text, stands.state)
    noted = cell.note is None or cell.note == stands.note
    staged = cell.stage is None or cell.stage == stands.stage
    return same and noted and (staged or stands.stage == Stage.CORRECTED)


# --- Writing --------------------------------------------------------------------------------------
def write_outcomes(outcomes: Iterable[Outcome], *, by: User | None, reason: str) -> None:
    """Write what cells come to, with their history, where none is refused: they were compared in the same
    transaction, under the period's lock."""
    by_status: dict[Status, list[Outcome]] = {status: [] for status in Status}
    for outcome in outcomes:
        by_status[outcome.status].append(outcome)
    new = _new(by_status[Status.NEW], by, reason)
    history.create_all(IndicatorValue, new, by=by, reason=reason)
    changed = [_changed(outcome, by, reason) for outcome in by_status[Status.CHANGED]]
    history.change_all(IndicatorValue, changed, FIELDS, by=by, reason=reason)
    for outcome in by_status[Status.CLEARED]:
        assert outcome.stands is not None  # nothing there is cleared by nothing: unchanged
        words = told("値の消去", outcome.cell.why_code, outcome.cell.why)
        history.delete(outcome.stands, by=by, reason=words)


def _new(outcomes: Sequence[Outcome], by: User | None, reason: str) -> list[IndicatorValue]:
    last = _last_revisions([outcome.cell for outcome in outcomes])
    rows = []
    for outcome in outcomes:
        cell = outcome.cell
        row = IndicatorValue(measure_id=cell.measure_id, fiscal_year=cell.fiscal_year, revision=0)
        row.revision = last.get((cell.measure_id, cell.fiscal_year), 0)
        rows.append(_fill(row, cell, cell.stage or Stage.PRELIMINARY, by, reason))
    return rows


def _last_revisions(cells: Sequence[Cell]) -> dict[tuple[int, int], int]:
    """Return the last revision of values that are gone: revisions are never used twice."""
    if not cells:
        return {}
    gone = IndicatorValue.history.filter(
        history_type="-",
        measure_id__in={cell.measure_id for cell in cells},
        fiscal_year__in={cell.fiscal_year for cell in cells},
    )
    rows = gone.order_by().values_list("measure_id", "fiscal_year").annotate(Max("revision"))
    return {(measure, year): revision for measure, year, revision in rows}


def _changed(outcome: Outcome, by: User | None, reason: str) -> IndicatorValue:
    row, cell = outcome.stands, outcome.cell
    assert row is not None
    was_final = row.stage != Stage.PRELIMINARY
    stage = Stage.CORRECTED if was_final else cell.stage or row.stage
    return _fill(row, cell, stage, by, reason)


def _fill(
    row: IndicatorValue, cell: Cell, stage: str, by: User | None, reason: str
) -> IndicatorValue:
    row.number, row.text, row.state = cell.number, cell.text, cell.state
    row.note = row.note if cell.note is None else cell.note
    row.stage, row.why_code, row.why = stage, cell.why_code, cell.why
    row.revision += 1
    row.entered_by, row.entered_at = by, timezone.now()
    row._change_reason = told(reason, cell.why_code, cell.why)  # type: ignore[attr-defined]
    return row
