"""What every verb on values stands on: the period's lock, names of places, and the gates of a year."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from evaluation.eras import year_name
from evaluation.models import (
    Admission,
    Amendment,
    ChangeCode,
    Clause,
    IndicatorMeasure,
    ItemYear,
    ObjectivePeriod,
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


def name_of(measure: IndicatorMeasure) -> str:
    """Return what a person calls a measure: its label, or the beginning of its indicator's words."""
    if measure.label:
        return measure.label
    return clause_name(measure.indicator)


def clause_name(clause: Clause) -> str:
    head = heads_of([clause.pk]).get(clause.pk)
    return shortened(head.text if head else str(clause))


def shortened(text: str) -> str:
    return text if len(text) <= NAME_LENGTH else text[: NAME_LENGTH - 1] + "…"


def place(measure: IndicatorMeasure, fiscal_year: int) -> str:
    """Return 「論文数（令和7年度）」."""
    return f"{name_of(measure)}（{year_name(fiscal_year)}）"


# --- Gates ----------------------------------------------------------------------------------------
@dataclass
class Gates:
    """What stands in the way of a change: the year's closing, the item's state, and who is let in."""

    closed: dict[int, YearClosing]
    years: dict[tuple[int, int], ItemYear]  # by item and fiscal year
    items: dict[int, int]  # indicator → item
    admitted: set[tuple[int, int]]  # measure and fiscal year

    @classmethod
    def of(cls, period: ObjectivePeriod, indicators: Collection[int], by: User | None) -> "Gates":
        """Read the gates of a period for a person: four queries, however many values."""
        heads = heads_of(indicators)
        items = {pk: head.parent_id for pk, head in heads.items() if head.parent_id is not None}
        return cls.around(period, items, by)

    @classmethod
    def around(cls, period: ObjectivePeriod, items: dict[int, int], by: User | None) -> "Gates":
        """Read the gates of indicators whose items are known (`items`): three queries; two where nothing
        is shut, and nobody has to be let in."""
        closings = YearClosing.objects.filter(period=period).order_by("fiscal_year")
        closed = {closing.fiscal_year: closing for closing in closings}
        rows = ItemYear.objects.filter(item__period=period).order_by()
        years = {(row.item_id, row.fiscal_year): row for row in rows}
        shut = closed or any(row.state == ItemYear.State.SUBMITTED for row in years.values())
        now = timezone.now()
        admissions = Admission.objects.filter(user=by, until__gt=now) if by and shut else ()
        admitted = {(a.measure_id, a.fiscal_year) for a in admissions}
        return cls(closed, years, items, admitted)

    def state(self, indicator_id: int, fiscal_year: int) -> str:
        row = self.years.get((self.items.get(indicator_id, 0), fiscal_year))
        return row.state if row else ItemYear.State.ENTERING

    def refusal(self, indicator_id: int, fiscal_year: int, measure_id: int | None = None) -> str:
        """Return why nobody, or not this person, may change it; "" where it may be changed."""
        if (measure_id, fiscal_year) in self.admitted:
            return ""
        if closing := self.closed.get(fiscal_year):
            return (
                f"{year_name(fiscal_year)}は締め切られています（理由：{closing.reason}）。"
                "直すには、評価者に許可を求めてください。"
            )
        if self.state(indicator_id, fiscal_year) == ItemYear.State.SUBMITTED:
            return "確認待ちのため、変更できません。直すには、評価者に差戻しを求めてください。"
        return ""

    def asks_why(self, stage: str, indicator_id: int, fiscal_year: int) -> bool:
        """Tell whether a change needs a coded reason and words: what was final, or after a closing."""
        confirmed = self.state(indicator_id, fiscal_year) == ItemYear.State.CONFIRMED
        return stage in ("final", "corrected") or confirmed or fiscal_year in self.closed


def missing_why(why_code: str, why: str) -> str:
    """Return what is wrong with the reason of a change after confirmation; "" for nothing."""
    if why_code not in ChangeCode.values or not why.strip():
        return f"確定または締切の後に直すときは、{WHY_EXPECTED}"
    return ""


def told(verb: str, why_code: str, why: str) -> str:
    """Return what the history says of a change: 「値の訂正：入力の誤り：説明」."""
    parts: list[Any] = [verb, ChangeCode(why_code).label if why_code else "", why]
    return "：".join(part for part in parts if part)
