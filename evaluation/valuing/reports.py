"""Reports: the values that one used, pinned, and what has changed since."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from evaluation.models import (
    Clause,
    IndicatorMeasure,
    IndicatorValue,
    ObjectivePeriod,
    ValueReport,
    YearlyResult,
)
from evaluation.numbers import NOTHING, written
from evaluation.valuing.rows import check_words, check_year, lock_period
from programs.models import User

VALUE = ("number", "state", "text", "stage")


@dataclass(frozen=True)
class Difference:
    """One value or text that is not what a report said: as printed then and now, 「－」 for none.

    `measure` is None for a yearly text of an evaluation indicator.
    """

    indicator: Clause
    measure: IndicatorMeasure | None
    fiscal_year: int
    before: str
    now: str


@transaction.atomic
def make_report(
    period: ObjectivePeriod, fiscal_year: int, *, by: User | None, title: str
) -> ValueReport:
    """Pin every value and yearly text of a period up to a year, under a title."""
    check_year(lock_period(period.pk), fiscal_year)
    contents = json.dumps(_contents(period, fiscal_year), ensure_ascii=False, sort_keys=True)
    report = ValueReport(
        period=period,
        fiscal_year=fiscal_year,
        title=check_words(title, "報告の名前を入力してください。"),
        contents=contents,
        sha256=hashlib.sha256(contents.encode()).hexdigest(),
        made_by=by,
        made_at=timezone.now(),
    )
    report.full_clean()
    # Without a history of its own: a report is never changed.
    report.save()
    return report


def changed_since(report: ValueReport) -> list[Difference]:
    """Return what stands otherwise now than in a report, in the order of indicators and years."""
    then = json.loads(report.contents)
    now = _contents(report.period, report.fiscal_year)
    differences = [*_of_values(then["values"], now["values"])]
    differences += _of_texts(then["results"], now["results"])
    return differences


def _contents(period: ObjectivePeriod, fiscal_year: int) -> dict[str, Any]:
    """Return all that a report pins: by "measure/year" and "indicator/year", as JSON has it."""
    values = IndicatorValue.objects.filter(
        measure__indicator__period=period, fiscal_year__lte=fiscal_year
    ).order_by("measure", "fiscal_year")
    results = YearlyResult.objects.filter(
        indicator__period=period, fiscal_year__lte=fiscal_year
    ).order_by("indicator", "fiscal_year")
    return {
        "values": {
            f"{row.measure_id}/{row.fiscal_year}": {
                "number": None if row.number is None else f"{row.number.normalize():f}",
                "state": row.state,
                "text": row.text,
                "stage": row.stage,
                "revision": row.revision,
            }
            for row in values
        },
        "results": {
            f"{row.indicator_id}/{row.fiscal_year}": {
                "text": row.text,
                "stage": row.stage,
                "revision": row.revision,
            }
            for row in results
        },
    }


def _of_values(then: dict[str, Any], now: dict[str, Any]) -> Iterator[Difference]:
    keys = _changed(then, now, VALUE)
    rows = IndicatorMeasure.objects.select_related("indicator")
    measures = rows.in_bulk({measure for measure, _ in keys})
    for measure_id, year in keys:
        measure = measures[measure_id]
        before, after = (
            _printed(side.get(f"{measure_id}/{year}"), measure) for side in (then, now)
        )
        yield Difference(measure.indicator, measure, year, before, after)


def _of_texts(then: dict[str, Any], now: dict[str, Any]) -> Iterator[Difference]:
    keys = _changed(then, now, ("text", "stage"))
    indicators = Clause.objects.in_bulk({indicator for indicator, _ in keys})
    for indicator_id, year in keys:
        before, after = (side.get(f"{indicator_id}/{year}") for side in (then, now))
        texts = (
            written(None, text=row["text"], stage=row["stage"]) if row else NOTHING
            for row in (before, after)
        )
        yield Difference(indicators[indicator_id], None, year, *texts)


def _changed(
    then: dict[str, Any], now: dict[str, Any], names: tuple[str, ...]
) -> list[tuple[int, int]]:
    def told(row: dict[str, Any] | None) -> list[Any] | None:
        return None if row is None else [row[name] for name in names]

    keys = [key for key in then.keys() | now.keys() if told(then.get(key)) != told(now.get(key))]
    pairs = (key.split("/") for key in keys)
    return sorted((int(owner), int(year)) for owner, year in pairs)


def _printed(row: dict[str, Any] | None, measure: IndicatorMeasure) -> str:
    if row is None:
        return NOTHING
    number = None if row["number"] is None else Decimal(row["number"])
    words = {"state": row["state"], "text": row["text"], "stage": row["stage"]}
    return written(number, measure.decimals, measure.unit, **words)
