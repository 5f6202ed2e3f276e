"""Reports: the values that one used, pinned, and what has changed since."""

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from evaluation import lineage
from evaluation.models import (
    Clause,
    IndicatorMeasure,
    IndicatorTarget,
    IndicatorValue,
    ObjectivePeriod,
    Rating,
    ValueReport,
    YearlyResult,
)
from evaluation.numbers import NOTHING, written
from evaluation.valuing.rows import check_words, check_year, lock_period
from programs.models import User

OF_MEASURE = ("unit", "decimals", "direction", "accumulation", "baseline", "baseline_year")
COMPARED = {
    "values": ("number", "state", "text", "stage", "note"),
    "targets": ("number", "text"),
    "baselines": ("baseline", "baseline_year"),
    "results": ("text", "stage"),
}
OF_MEASURES = ("values", "targets", "baselines")
WHAT = {"targets": "達成目標", "baselines": "基準値"}


@dataclass(frozen=True)
class Difference:
    """One value or text that is not what a report said: as printed then and now, 「－」 for none.

    `measure` is None for a yearly text of an evaluation indicator. `what`: "" for a value, else what of
    the measure it is.
    """

    indicator: Clause
    measure: IndicatorMeasure | None
    fiscal_year: int
    before: str
    now: str
    what: str = ""

    @property
    def name(self) -> str:
        """Return what differs, 「論文数（達成目標）」."""
        if self.measure is None:
            return "年度の実績"
        label = self.measure.label or "値"
        return f"{label}（{self.what}）" if self.what else label

    def named(self, indicator: str) -> str:
        """Return the name of what differs, headed by its indicator's: 「研究成果の創出：論文数」."""
        return indicator if self.name == indicator else f"{indicator}：{self.name}"


@transaction.atomic
def make_report(
    period: ObjectivePeriod,
    fiscal_year: int,
    *,
    by: User | None,
    title: str,
    rating: Rating | None = None,
    indicators: Collection[int] | None = None,
) -> ValueReport:
    """Pin every value, target, baseline and yearly text of a period up to a year, under a title.

    For the `rating` that is issued on them only those of some `indicators` (clauses), and of what these
    came from.
    """
    check_year(lock_period(period.pk), fiscal_year)
    if indicators is not None:
        indicators = sorted(lineage.with_sources(indicators, lineage.origins_of(period)))
    told = Current(period).contents(fiscal_year, indicators)
    contents = json.dumps(told, ensure_ascii=False, sort_keys=True)
    report = ValueReport(
        period=period,
        fiscal_year=fiscal_year,
        title=check_words(title, "報告の名前を入力してください。"),
        rating=rating,
        contents=contents,
        sha256=hashlib.sha256(contents.encode()).hexdigest(),
        made_by=by,
        made_at=timezone.now(),
    )
    report.full_clean()
    # Without a history of its own: a report is never changed.
    report.save()
    return report


class Current:
    """The measures, values, targets and yearly texts of a period as they stand, read once (four queries)
    to be held against any of its reports."""

    def __init__(self, period: ObjectivePeriod) -> None:
        self.period = period
        of = {"measure__indicator__period": period}
        measures = IndicatorMeasure.objects.filter(indicator__period=period)
        self.measures = {row.pk: row for row in measures.select_related("indicator").order_by("pk")}
        self.values = list(IndicatorValue.objects.filter(**of))
        self.targets = list(IndicatorTarget.objects.filter(**of).order_by("set_on", "pk"))
        self.results = list(YearlyResult.objects.filter(indicator__period=period))

    @cached_property
    def clauses(self) -> dict[int, Clause]:
        """The clauses of the period (a query): a text that is gone leads to none itself."""
        return {row.pk: row for row in Clause.objects.filter(period=self.period)}

    def contents(self, fiscal_year: int, indicators: Collection[int] | None) -> dict[str, Any]:
        """Return all that a report pins, as JSON has it: by "measure/year" and "indicator/year"; a
        baseline by the report's year. `indicators`: of these alone."""
        some = None if indicators is None else set(indicators)
        measures = {
            pk: row for pk, row in self.measures.items() if some is None or row.indicator_id in some
        }
        return {
            "indicators": indicators,
            "measures": {str(pk): _told(row, OF_MEASURE) for pk, row in measures.items()},
            "values": {
                f"{row.measure_id}/{row.fiscal_year}": _told(row, (*COMPARED["values"], "revision"))
                for row in self.values
                if row.measure_id in measures and row.fiscal_year <= fiscal_year
            },
            "targets": self._targets(measures, fiscal_year),
            "baselines": {
                f"{pk}/{fiscal_year}": _told(row, COMPARED["baselines"])
                for pk, row in measures.items()
                if row.baseline is not None
            },
            "results": {
                f"{row.indicator_id}/{row.fiscal_year}": _told(
                    row, (*COMPARED["results"], "revision")
                )
                for row in self.results
                if row.fiscal_year <= fiscal_year and (some is None or row.indicator_id in some)
            },
        }

    def _targets(self, measures: Collection[int], fiscal_year: int) -> dict[str, Any]:
        """Return of each year the target that counts."""
        return {
            f"{row.measure_id}/{year}": _told(row, COMPARED["targets"])
            for row in self.targets  # of those for a year the last one stays
            if row.measure_id in measures
            for year in range(self.period.first_fiscal_year, fiscal_year + 1)
            if row.first_fiscal_year <= year <= row.last_fiscal_year
        }


def changed_since(report: ValueReport, current: Current | None = None) -> list[Difference]:
    """Return what stands otherwise now than in a report, in the order of indicators and years; `current`:
    what stands, where that is read already."""
    then = json.loads(report.contents)
    current = current or Current(report.period)
    return _differences(then, current.contents(report.fiscal_year, then["indicators"]), current)


def pinned(report: ValueReport) -> list[Difference]:
    """Return all that a report pins (`before`), in the order of indicators and years."""
    nothing: dict[str, Any] = {"measures": {}, "results": {}} | {kind: {} for kind in OF_MEASURES}
    return _differences(json.loads(report.contents), nothing, Current(report.period))


def _told(row: Model, names: tuple[str, ...]) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in names}
    return {
        name: f"{value.normalize():f}" if isinstance(value, Decimal) else value
        for name, value in found.items()
    }


# --- What differs ---------------------------------------------------------------------------------
def _differences(then: dict[str, Any], now: dict[str, Any], current: Current) -> list[Difference]:
    of_measures = [one for kind in OF_MEASURES for one in _of_measures(kind, then, now, current)]
    return [*of_measures, *_of_texts(then["results"], now["results"], current)]


def _of_measures(
    kind: str, then: dict[str, Any], now: dict[str, Any], current: Current
) -> Iterator[Difference]:
    for measure_id, year in _changed(then[kind], now[kind], COMPARED[kind]):
        measure = current.measures[measure_id]
        before, after = (
            _printed(side[kind].get(f"{measure_id}/{year}"), side["measures"].get(str(measure_id)))
            for side in (then, now)
        )
        yield Difference(measure.indicator, measure, year, before, after, WHAT.get(kind, ""))


def _of_texts(then: dict[str, Any], now: dict[str, Any], current: Current) -> Iterator[Difference]:
    for indicator_id, year in _changed(then, now, COMPARED["results"]):
        before, after = (side.get(f"{indicator_id}/{year}") for side in (then, now))
        texts = (
            written(None, text=row["text"], stage=row["stage"]) if row else NOTHING
            for row in (before, after)
        )
        yield Difference(current.clauses[indicator_id], None, year, *texts)


def _changed(
    then: dict[str, Any], now: dict[str, Any], names: tuple[str, ...]
) -> list[tuple[int, int]]:
    def told(row: dict[str, Any] | None) -> list[Any] | None:
        # What was only confirmed says the same.
        return None if row is None else [row[name] for name in names if name != "stage"]

    keys = [key for key in then.keys() | now.keys() if told(then.get(key)) != told(now.get(key))]
    pairs = (key.split("/") for key in keys)
    return sorted((int(owner), int(year)) for owner, year in pairs)


def _printed(row: dict[str, Any] | None, measure: dict[str, Any] | None) -> str:
    """Return a value, target or baseline as it was printed in the unit and decimals of its time."""
    if row is None or measure is None:
        return NOTHING
    typed = row.get("number", row.get("baseline"))
    number = None if typed is None else Decimal(typed)
    words = {name: row.get(name, "") for name in ("state", "text", "stage")}
    told = written(number, measure["decimals"], measure["unit"], **words)
    if row.get("baseline_year"):
        told += f"（{row['baseline_year']}年度）"
    return f"{told}　注：{row['note']}" if row.get("note") else told
