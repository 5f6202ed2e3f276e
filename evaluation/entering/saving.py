"""What the fields of the grid come to: compared with what stands, then saved, all that were sent or none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.db import transaction

from evaluation import valuing
from evaluation.entering.fields import Typed
from evaluation.entering.sheet import Line, Sheet
from evaluation.models import IndicatorValue, ObjectivePeriod
from evaluation.numbers import remark_on
from evaluation.valuing import Cell, Outcome
from programs.models import User

NOT_HERE = "測定項目が、この中長期目標にありません。ページを開き直してください。"
OUTSIDE = "年度が、この中長期目標期間の中にありません。ページを開き直してください。"
SAVED_AS = "値の入力"


class Told(StrEnum):
    """What a field comes to; `WHY`: it asks for a coded reason and words first."""

    UNCHANGED = "unchanged"
    NEW = "new"
    CHANGED = "changed"
    CLEARED = "cleared"
    CONFLICT = "conflict"
    ERROR = "error"
    WHY = "why"


REFUSED = (Told.CONFLICT, Told.ERROR, Told.WHY)


@dataclass(frozen=True)
class Answer:
    """What one field comes to. `stands` is the value that is there now, None for none; `outcome` what is
    to be written; `warnings` ask back and stand in the way of nothing."""

    typed: Typed
    line: Line | None
    told: Told
    message: str = ""
    cell: Cell | None = None
    stands: IndicatorValue | None = None
    outcome: Outcome | None = None
    warnings: tuple[str, ...] = ()

    @property
    def is_refused(self) -> bool:
        return self.told in REFUSED

    @property
    def writes(self) -> bool:
        return not self.is_refused and self.told is not Told.UNCHANGED


@transaction.atomic
def save(
    period: ObjectivePeriod, fields: Sequence[Typed], *, by: User, **why: str
) -> tuple[Sheet, list[Answer]]:
    """Save fields, all or none, and return the sheet before and what each came to: where any is refused,
    nothing was saved. `why_code` and `why`: the reason of a change after confirmation or closing."""
    valuing.lock_period(period.pk)
    sheet, answers = compare(period, fields, by=by, **why)
    if any(answer.is_refused for answer in answers):
        return sheet, answers
    outcomes = (answer.outcome for answer in answers if answer.writes and answer.outcome)
    valuing.write_outcomes(outcomes, by=by, reason=SAVED_AS)
    standing = _standing(fields)
    now = ((a, standing.get((a.typed.measure_id, a.typed.fiscal_year))) for a in answers)
    return sheet, [replace(answer, stands=stands) for answer, stands in now]


def compare(
    period: ObjectivePeriod, fields: Sequence[Typed], *, by: User, **why: str
) -> tuple[Sheet, list[Answer]]:
    """Return the sheet, and what each field would come to, with what there is to ask back; nothing is
    written."""
    sheet = Sheet.of(period, by)
    answers = [_read(sheet, typed, why) for typed in fields]
    cells = [answer.cell for answer in answers if answer.cell]
    outcomes = iter(list(valuing.compare_many(period, cells, by=by, gates=sheet.gates)))
    answers = [_compared(a, next(outcomes)) if a.cell else a for a in answers]
    return sheet, _warned(period, _without_unedited(answers))


# --- Reading --------------------------------------------------------------------------------------
def _read(sheet: Sheet, typed: Typed, why: dict[str, str]) -> Answer:
    line = sheet.by_pk.get(typed.measure_id)
    if line is None:
        return Answer(typed, None, Told.ERROR, NOT_HERE)
    if typed.fiscal_year not in sheet.years:
        return Answer(typed, None, Told.ERROR, OUTSIDE)
    reading, text = typed.reading(line)
    if reading.error:
        return Answer(typed, line, Told.ERROR, reading.error)
    said: dict[str, Any] = {"number": reading.number, "text": text, "state": reading.state} | why
    cell = Cell(line.pk, typed.fiscal_year, seen=typed.seen, **said)
    return Answer(typed, line, Told.UNCHANGED, cell=cell)


def _compared(answer: Answer, outcome: Outcome) -> Answer:
    told = Told.WHY if outcome.asks_why else Told(outcome.status)
    stands, message = outcome.stands, outcome.message
    return replace(answer, told=told, message=message, stands=stands, outcome=outcome)


def _without_unedited(answers: list[Answer]) -> list[Answer]:
    """Let alone what somebody else changed meanwhile where the field still says what its person saw."""
    conflicts = [answer for answer in answers if answer.told is Told.CONFLICT]
    if not conflicts:
        return answers
    seen = _seen(conflicts)

    def settled(answer: Answer) -> Answer:
        cell = answer.cell
        if answer.told is not Told.CONFLICT or cell is None:
            return answer
        key = (cell.measure_id, cell.fiscal_year, answer.typed.seen)
        was = seen.get(key) if answer.typed.seen else (None, "", "")
        edited = was != (cell.number, cell.text, cell.state)
        return answer if edited else replace(answer, told=Told.UNCHANGED, message="")

    return [settled(answer) for answer in answers]


def _seen(answers: list[Answer]) -> dict[tuple[int, int, int], tuple[Any, str, str]]:
    """Return what stood at the revisions that were seen (one query)."""
    rows = IndicatorValue.history.filter(
        measure_id__in={a.typed.measure_id for a in answers},
        fiscal_year__in={a.typed.fiscal_year for a in answers},
        revision__in={a.typed.seen for a in answers},
    )
    found = rows.values_list("measure_id", "fiscal_year", "revision", "number", "text", "state")
    return {(measure, year, revision): tuple(said) for measure, year, revision, *said in found}


# --- Asking back ----------------------------------------------------------------------------------
def _warned(period: ObjectivePeriod, answers: list[Answer]) -> list[Answer]:
    """Add the warnings to what would stand, each against the others that were sent with it."""
    kept = [(a.cell, a.line) for a in answers if a.cell and a.line and not a.is_refused]
    indicators = {line.indicator_id for _, line in kept}
    asked = valuing.asked_back(period, (cell for cell, _ in kept), indicators)

    def warned(answer: Answer) -> Answer:
        typed = answer.typed
        words = asked.get((typed.measure_id, typed.fiscal_year), ())
        remark = remark_on(typed.words)
        return replace(answer, warnings=(remark, *words) if remark else words)

    return [answer if answer.is_refused else warned(answer) for answer in answers]


def _standing(fields: Sequence[Typed]) -> dict[tuple[int, int], IndicatorValue]:
    rows = IndicatorValue.objects.filter(
        measure__in={typed.measure_id for typed in fields},
        fiscal_year__in={typed.fiscal_year for typed in fields},
    ).select_related("entered_by")
    return {(row.measure_id, row.fiscal_year): row for row in rows}
