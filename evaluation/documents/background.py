"""What the sheets of a period print besides what the gradebook holds, read once for all of them."""

import datetime as dt
from functools import cached_property

from evaluation.grading import steps_of
from evaluation.grading.steps import Recorded
from evaluation.models import ObjectivePeriod, Rating, ValueReport, Wording
from evaluation.models.texts import Text
from evaluation.valuing import Current, Difference, changed_since

Evaluation = tuple[int, str]  # fiscal year and kind


class Background:
    """The text of a year, the steps of an evaluation and what its grades were issued on: each is read when
    it is first asked for (four queries an evaluation, and four or five for the values that stand), however
    many items there are."""

    def __init__(self, period: ObjectivePeriod) -> None:
        self._period = period
        self._texts: dict[int, Text | None] = {}
        self._steps: dict[Evaluation, list[Recorded]] = {}
        self._reports: dict[Evaluation, dict[int, ValueReport]] = {}
        self._differences: dict[int, list[Difference]] = {}

    def text(self, fiscal_year: int) -> Text | None:
        """Return the text as it stood at the end of a year; None where none stood yet."""
        if fiscal_year not in self._texts:
            end = dt.date(fiscal_year + 1, 3, 31)
            rows = list(Wording.objects.in_force_on(self._period, end))
            self._texts[fiscal_year] = Text.of(rows) if rows else None
        return self._texts[fiscal_year]

    def steps(self, fiscal_year: int, kind: str) -> list[Recorded]:
        """Return every kind of step of an evaluation in its order, with its records."""
        key = (fiscal_year, kind)
        if key not in self._steps:
            self._steps[key] = steps_of(self._period, fiscal_year, kind)
        return self._steps[key]

    def report(self, rating: Rating) -> ValueReport | None:
        """Return the values on which a grade was issued last."""
        key = (rating.fiscal_year, rating.kind)
        if key not in self._reports:
            of = {"rating__fiscal_year": rating.fiscal_year, "rating__kind": rating.kind}
            rows = ValueReport.objects.filter(period=self._period, **of).order_by("made_at", "pk")
            self._reports[key] = {row.rating_id: row for row in rows if row.rating_id}
        return self._reports[key].get(rating.pk)

    def differences(self, report: ValueReport) -> list[Difference]:
        """Return what stands otherwise now than in one of the reports."""
        if report.pk not in self._differences:
            self._differences[report.pk] = changed_since(report, self._current)
        return self._differences[report.pk]

    @cached_property
    def _current(self) -> Current:
        return Current(self._period)
