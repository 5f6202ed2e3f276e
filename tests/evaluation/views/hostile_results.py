"""Hostile strings in every text of the results, on indicators of a decided text."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Model
from django.utils import timezone

from evaluation import models as m
from evaluation import ranks
from jst_objectives import history
from tests.factories import decide, make_draft, make_user
from tests.hostile import STORED

YEAR = 2024


def indicators(
    period: m.ObjectivePeriod, item: m.Clause, kind: str, strings: Sequence[str]
) -> list[m.Clause]:
    """Decide an indicator for each string, under an item."""
    change = make_draft(period)
    clauses = [m.Clause(period=period, kind=kind, introduced_by=change) for _ in strings]
    history.create_all(m.Clause, clauses, by=None, reason="試験")
    rows = [
        m.Wording(clause=clause, amendment=change, parent=item, rank=place, text=f"指標：{string}")
        for clause, place, string in zip(clauses, ranks.spread(len(strings)), strings, strict=True)
    ]
    history.create_all(m.Wording, rows, by=None, reason="試験")
    decide(change)
    return clauses


def hear(period: m.ObjectivePeriod, make_all: Callable[..., list[Any]]) -> None:
    """Record a step of an evaluation for each string."""
    kind = m.StepKind(agency=period.agency, position=9999, name="評価の通知", of_rating=True)
    history.save(kind, by=None, reason="試験")
    place = {"period": period, "fiscal_year": YEAR, "rating_kind": "yearly", "kind": kind}
    make_all(m.RatingStep, **place, date=dt.date(2025, 8, 1))


def papers(period: m.ObjectivePeriod, make_all: Callable[..., list[Any]]) -> None:
    """Issue a paper under each string as its name."""
    now = timezone.now()
    rated = {"period": period, "fiscal_year": YEAR, "side": "minister", "written_at": now}
    issued = {"stage": "issued", "issued_on": now.date(), "grade": "B"}
    (rating,) = make_all(m.Rating, STORED[:1], **rated, **issued)
    numbers: dict[str, Any] = {"number": lambda n: n + 1, "content": "{}", "taken_at": now}
    of = {"rating": rating, "amendment": None, "engine_version": "1"}
    taken = make_all(m.Snapshot, **of, **numbers, sha256="0" * 64)
    given: dict[str, Any] = {"snapshot": lambda n: taken[n], "kind": "grades", "issued_at": now}
    given |= {"sha256": lambda n: f"{n:064}", "content": b"%PDF-", "versions": {}}
    make_all(m.IssuedDocument, **given)


def fill_results(
    period: m.ObjectivePeriod,
    item: m.Clause,
    make: Callable[..., list[Any]],
    strings: Sequence[str] = STORED,
) -> tuple[list[m.Clause], list[m.Clause]]:
    """Store every string in every text of the results; return the two kinds of indicators."""

    def make_all(model: type[Model], some: Sequence[str] = strings, /, **given: Any) -> list[Any]:
        return make(model, some, **given)

    monitored = indicators(period, item, "monitoring_indicator", strings)
    evaluated = indicators(period, item, "evaluation_indicator", strings)
    now = timezone.now()
    measures = make_all(
        m.IndicatorMeasure, indicator=lambda n: monitored[n], position=1, nature="qualitative"
    )
    labels = {"label": lambda n: f"数{strings[n]}"[:100], "position": 2}
    counted = make_all(m.IndicatorMeasure, indicator=lambda n: monitored[n], **labels)
    numbers = {"measure": lambda n: counted[n], "fiscal_year": YEAR, "number": 1}
    make_all(m.IndicatorValue, **numbers, text="", entered_at=now)
    of_measure = {"measure": lambda n: measures[n]}
    years = {"first_fiscal_year": 2022, "last_fiscal_year": 2026}
    make_all(m.IndicatorTarget, **of_measure, **years, set_on=dt.date(2022, 4, 1), recorded_at=now)
    make_all(m.IndicatorValue, **of_measure, fiscal_year=YEAR, entered_at=now)
    user = make_user()
    until = {"user": user, "until": now, "given_at": now}
    of_indicator = {"indicator": lambda n: measures[n].indicator}
    make_all(m.Admission, **of_indicator, **of_measure, fiscal_year=YEAR, **until)
    results = make_all(
        m.YearlyResult, indicator=lambda n: evaluated[n], fiscal_year=YEAR, entered_at=now
    )
    link = {"url": "https://www.jst.go.jp/", "suffix": "", "added_at": now}
    make_all(m.Evidence, period=period, result=lambda n: results[n], **link)
    make_all(m.ValueReport, period=period, fiscal_year=YEAR, sha256="0" * 64, made_at=now)
    few = strings[:5]  # one row a year
    yearly: dict[str, Any] = {"fiscal_year": lambda n: 2022 + n}
    make_all(m.ItemYear, few, item=item, **yearly, state="returned")
    make_all(m.ItemProfile, few, item=item, first_fiscal_year=lambda n: 2022 + n)
    make_all(m.ItemInput, few, item=item, **yearly, kind="budget", amount=1)
    make_all(m.ItemPlan, few, item=item, kind="annual", **yearly)
    hear(period, make_all)
    make_all(m.Rating, few, period=period, **yearly, side="self", written_at=now)
    papers(period, make_all)
    remedies = make_all(m.Remedy, period=period, fiscal_year=YEAR)
    make_all(m.RemedyProgress, remedy=lambda n: remedies[n], fiscal_year=YEAR)
    given = {"period": period, "uploaded_by": user, "uploaded_at": now, "state": "ready"}
    imports = make_all(m.ValueImport, **given, content=b"x", sha256="0" * 64)
    cell = {"value_import": imports[0], "row": lambda n: n + 1, "column": 1, "status": "error"}
    make_all(m.ImportedCell, **cell)
    make_all(m.YearClosing, few, period=period, **yearly, closed_at=now)
    return monitored, evaluated
