"""Sample plans, inputs, ratings and remedies for a period with sample values, marked as such with them."""

import random
from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.utils import timezone

from evaluation.grading import Gradebook, pin
from evaluation.models import (
    ItemInput,
    ItemPlan,
    ObjectivePeriod,
    Rating,
    Remedy,
    RemedyProgress,
)
from evaluation.models.texts import Node
from jst_objectives import history

REASON = "見本"
LEVELS = {
    ItemInput.Kind.BUDGET: Decimal(1),
    ItemInput.Kind.SETTLEMENT: Decimal("0.96"),
    ItemInput.Kind.ORDINARY_COST: Decimal("0.93"),
    ItemInput.Kind.ORDINARY_PROFIT: Decimal("0.01"),
    ItemInput.Kind.ADMINISTRATIVE_COST: Decimal("0.94"),
}


def add_sample_grades(period: ObjectivePeriod, until: int) -> None:
    """Grade every item up to a fiscal year, the last one without the minister's side."""
    book = Gradebook.of(period)
    years = range(period.first_fiscal_year, until + 1)
    nodes = book.graded(until)
    plans = [plan for node in nodes for plan in _plans(node, years)]
    history.create_all(ItemPlan, plans, by=None, reason=REASON)
    inputs = [row for node in nodes for row in _inputs(node, years)]
    history.create_all(ItemInput, inputs, by=None, reason=REASON)
    graded = [(node, [year for year in years if book.is_graded(node, year)]) for node in nodes]
    ratings = [row for node, own in [*graded, (None, years)] for row in _ratings(period, node, own)]
    history.create_all(Rating, ratings, by=None, reason=REASON)
    _pin(period)
    if nodes:
        _point_out(period, nodes[0], until)


def _plans(node: Node, years: range) -> Iterator[ItemPlan]:
    first = {"kind": ItemPlan.Kind.MEDIUM, "fiscal_year": years[0]}
    yield ItemPlan(
        item_id=node.clause_id, **first, text=f"{node.text}に取り組む（見本の計画です）。"
    )
    for year in years:
        text = "中長期計画に沿って実施する（見本の計画です）。"
        yield ItemPlan(
            item_id=node.clause_id, kind=ItemPlan.Kind.ANNUAL, fiscal_year=year, text=text
        )


def _inputs(node: Node, years: range) -> Iterator[ItemInput]:
    chance = random.Random(node.text)
    for year in years:
        budget = Decimal(chance.randint(500, 9000)) * 1_000_000
        amounts = {kind: (budget * level).quantize(Decimal(1)) for kind, level in LEVELS.items()}
        amounts[ItemInput.Kind.STAFF] = Decimal(chance.randint(10, 120))
        for kind, amount in amounts.items():
            yield ItemInput(item_id=node.clause_id, fiscal_year=year, kind=kind, amount=amount)


def _ratings(period: ObjectivePeriod, node: Node | None, years: Sequence[int]) -> Iterator[Rating]:
    chance = random.Random(node.text if node else "総合評定")
    now = timezone.now()
    for year in years:
        for side in Rating.Side:
            if year == years[-1] and side is Rating.Side.MINISTER:
                continue
            issued = year < years[-1]
            yield Rating(
                period=period,
                item_id=node.clause_id if node else None,
                fiscal_year=year,
                side=side,
                grade=chance.choice("ABBB") if node else "B",
                results="計画に沿って実施した（見本の文です）。"
                if side is Rating.Side.SELF
                else "",
                grounds="所期の目標を達成している（見本の文です）。",
                stage=Rating.Stage.ISSUED if issued else Rating.Stage.DRAFT,
                issued_on=now.date() if issued else None,
                written_at=now,
            )


def _pin(period: ObjectivePeriod) -> None:
    """Keep what the issued grades of items stand on, as issuing them does."""
    book = Gradebook.of(period)
    issued = Rating.objects.filter(period=period, stage=Rating.Stage.ISSUED, item__isnull=False)
    for row in issued.select_related("period").order_by("pk"):
        pin(book, row, book.figures.text.nodes[row.item_id or 0], by=None)


def _point_out(period: ObjectivePeriod, node: Node, until: int) -> None:
    row = Remedy(
        period=period,
        item_id=node.clause_id,
        fiscal_year=until - 2,
        issue="成果の発信先を広げること（見本の指摘です）。",
        remedy="発信の方法を見直す（見本）。",
    )
    history.save(row, by=None, reason=REASON)
    told = RemedyProgress(remedy=row, fiscal_year=until - 1, words="発信の方法を増やした（見本）。")
    history.save(told, by=None, reason=REASON)
