"""What every verb on values stands on: the period's lock, names of places, and the gates of a year."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from evaluation.eras import fiscal_year_of, year_name
from evaluation.models import (
    Admission,
    Amendment,
    ChangeCode,
    Clause,
    IndicatorMeasure,
    ItemYear,
    ObjectivePeriod,
    Stage,
    Wording,
    YearClosing,
)
from evaluation.models.standing import newest
from jst_objectives.plain_text import refusal
from programs.models import User

WHY_EXPECTED = "理由の種類（" + "・".join(ChangeCode.labels) + "）を選び、説明を入力してください。"
NAME_LENGTH = 30


def lock_period(period_id: int) -> ObjectivePeriod:
    """Return the period, locked until the end of the transaction: results have one writer at a time."""
    return ObjectivePeriod.objects.select_for_update().get(pk=period_id)


def check_year(period: ObjectivePeriod, fiscal_year: int) -> None:
    """Raise ValidationError for a year outside the period."""
    if not period.first_fiscal_year <= fiscal_year <= period.last_fiscal_year:
        first, last = period.first_fiscal_year, period.last_fiscal_year
        raise ValidationError(
            f"年度は{first}から{last}までにしてください（{fiscal_year}とあります）。"
        )


def check_words(words: str, expected: str) -> str:
    """Return words without white space around them. Raises ValidationError for none, or for ones that
    cannot be stored."""
    stripped = words.strip()
    if not stripped:
        raise ValidationError(expected)
    if reason := refusal(stripped):
        raise ValidationError(f"説明の{reason}")
    return stripped


# --- Places ---------------------------------------------------------------------------------------
def heads_of(clauses: Iterable[int]) -> dict[int, Wording]:
    """Return of each clause the wording that was decided last (one query)."""
    decided = Wording.objects.placed().filter(
        amendment__state=Amendment.State.DECIDED, clause__in=clauses
    )
    return {wording.clause_id: wording for wording in newest(decided, "clause")}


def items_of(indicators: Iterable[int]) -> dict[int, list[tuple[int, int]]]:
    """Return of each indicator the items in which it stood as decided, each with the fiscal year from
    which, in their order (one query). What was moved within a year stood that year where it went to."""
    rows = Wording.objects.placed().filter(
        amendment__state=Amendment.State.DECIDED, clause__in=indicators, parent__isnull=False
    )
    places: dict[int, list[tuple[int, int]]] = {}
    ordered = rows.order_by("place", "amendment__sequence")
    for indicator, item, day in ordered.values_list("clause_id", "parent_id", "from_date"):
        places.setdefault(indicator, []).append((fiscal_year_of(day), item))
    return places


def item_at(places: Sequence[tuple[int, int]], fiscal_year: int) -> int | None:
    """Return the item in which an indicator stood in a year, of `items_of`; None for one without any."""
    begun = [item for first, item in places if first <= fiscal_year]
    return begun[-1] if begun else next((item for _, item in places), None)


def name_of(measure: IndicatorMeasure) -> str:
    """Return what a person calls a measure: its label, or the beginning of its indicator's words."""
    return names_of([measure])[measure.pk]


def names_of(measures: Iterable[IndicatorMeasure]) -> dict[int, str]:
    """Return the names of measures (at most one query)."""
    rows = list(measures)
    unnamed = {measure.indicator_id for measure in rows if not measure.label}
    heads = heads_of(unnamed) if unnamed else {}
    return {
        measure.pk: measure.label or _shown(measure.indicator, heads.get(measure.indicator_id))
        for measure in rows
    }


def clause_name(clause: Clause) -> str:
    return _shown(clause, heads_of([clause.pk]).get(clause.pk))


def _shown(clause: Clause, head: Wording | None) -> str:
    return shortened(head.text if head else str(clause))


def shortened(text: str) -> str:
    return text if len(text) <= NAME_LENGTH else text[: NAME_LENGTH - 1] + "…"


# --- Gates ----------------------------------------------------------------------------------------
@dataclass
class Gates:
    """What stands in the way of a change: the year's closing, the item's state, and who is let in."""

    closed: dict[int, YearClosing]
    years: dict[tuple[int, int], ItemYear]  # by item and fiscal year
    items: dict[int, list[tuple[int, int]]]  # by indicator, as `items_of` has them
    # Indicator, measure (None: its yearly text) and fiscal year.
    admitted: set[tuple[int, int | None, int]]

    @classmethod
    def of(cls, period: ObjectivePeriod, indicators: Collection[int], by: User | None) -> "Gates":
        """Read the gates of a period for a person: four queries, however many values; three where no
        year is closed, and nobody has to be let in."""
        return cls.around(period, items_of(indicators), by)

    @classmethod
    def around(
        cls, period: ObjectivePeriod, items: dict[int, list[tuple[int, int]]], by: User | None
    ) -> "Gates":
        """Read the gates of indicators whose places are known, as `items_of` has them: one query less."""
        closings = YearClosing.objects.filter(period=period).order_by("fiscal_year")
        closed = {closing.fiscal_year: closing for closing in closings}
        rows = ItemYear.objects.filter(item__period=period).order_by()
        years = {(row.item_id, row.fiscal_year): row for row in rows}
        now = timezone.now()
        admissions = Admission.objects.filter(user=by, until__gt=now) if by and closed else ()
        admitted = {(a.indicator_id, a.measure_id, a.fiscal_year) for a in admissions}
        return cls(closed, years, items, admitted)

    @cached_property
    def _shut_years(self) -> set[int]:
        """Return the years of which anything is closed or waits for the ministry."""
        waiting = {y for (_, y), row in self.years.items() if row.state == ItemYear.State.SUBMITTED}
        return waiting | set(self.closed)

    def state(self, indicator_id: int, fiscal_year: int) -> str:
        item = item_at(self.items.get(indicator_id, ()), fiscal_year)
        row = self.years.get((item, fiscal_year)) if item else None
        return row.state if row else ItemYear.State.ENTERING

    def is_shut(self, indicator_id: int, fiscal_year: int, measure_id: int | None = None) -> bool:
        """Tell whether nobody, or not this person, may change it."""
        if fiscal_year not in self._shut_years:  # most; a page asks for each of hundreds of values
            return False
        is_waiting = self.state(indicator_id, fiscal_year) == ItemYear.State.SUBMITTED
        let_in = (indicator_id, measure_id, fiscal_year) in self.admitted
        return is_waiting or (fiscal_year in self.closed and not let_in)

    def refusal(self, indicator_id: int, fiscal_year: int, measure_id: int | None = None) -> str:
        """Return why `is_shut`; "" where it may be changed."""
        if not self.is_shut(indicator_id, fiscal_year, measure_id):
            return ""
        let_in = (indicator_id, measure_id, fiscal_year) in self.admitted
        if (closing := self.closed.get(fiscal_year)) and not let_in:
            return (
                f"{year_name(fiscal_year)}は締め切られています（理由：{closing.reason}）。"
                "直すには、評価者に許可を求めてください。"
            )
        return "確認待ちのため、変更できません。直すには、評価者に差戻しを求めてください。"

    def asks_why(self, stage: str, indicator_id: int, fiscal_year: int) -> bool:
        """Tell whether a change needs a coded reason and words: what was final, or after a closing."""
        confirmed = self.state(indicator_id, fiscal_year) == ItemYear.State.CONFIRMED
        return stage in (Stage.FINAL, Stage.CORRECTED) or confirmed or fiscal_year in self.closed


def absence(years: Collection[int], fiscal_year: int) -> str:
    """Return why nothing is entered for an indicator that was there in these years; "" where it was."""
    if fiscal_year in years:
        return ""
    if years and fiscal_year < min(years):
        return f"この指標は{year_name(min(years))}からのため、入力できません。"
    return "この指標は、この年度にはないため、入力できません。"


def missing_why(why_code: str, why: str) -> str:
    """Return what is wrong with the reason of a change after confirmation; "" for nothing."""
    if why_code not in ChangeCode.values or not why.strip():
        return f"確定または締切の後に直すときは、{WHY_EXPECTED}"
    return ""


def final_refusal(wanted: str | None, stage: str, by: User | None) -> str:
    """Return why a person may not enter something as 確定 where `stage` stands; "" where they do not."""
    if by is None or wanted != Stage.FINAL or stage in (Stage.FINAL, Stage.CORRECTED):
        return ""
    return "「確定」は、評価者が項目の年度を確定すると付きます。「速報」で入力してください。"


def told(verb: str, why_code: str, why: str) -> str:
    """Return what the history says of a change: 「値の訂正：入力の誤り：説明」."""
    parts: list[Any] = [verb, ChangeCode(why_code).label if why_code else "", why]
    return "：".join(part for part in parts if part)
