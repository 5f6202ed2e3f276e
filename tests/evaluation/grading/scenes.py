"""A period with two items to be graded: one of research, one whose figures propose its grade."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from evaluation import amending, grading, valuing
from evaluation.grading import Gradebook
from evaluation.models import Amendment, Clause, IndicatorMeasure, ObjectivePeriod, Rating
from evaluation.models.texts import Node
from programs.models import User
from tests.factories import decide, make_draft, make_measure, make_period, make_user, make_value

SAID = {"grade": "B", "grounds": "目標を達成した。"}


@dataclass
class Graded:
    """Item 1 with item 1.1 below it (research), and item 2 (no research); each has an indicator."""

    period: ObjectivePeriod
    item: Clause
    below: Clause
    other: Clause
    indicator: Clause
    told: Clause
    measure: IndicatorMeasure
    counted: IndicatorMeasure
    agency: User
    assessor: User

    @classmethod
    def made(cls) -> "Graded":
        period = make_period()
        baseline = make_draft(period, kind=Amendment.Kind.BASELINE)

        def insert(kind: str, parent: Clause | None, text: str, label: str = "") -> Clause:
            options: dict[str, Any] = {"label": label} if label else {}
            return amending.insert(baseline, kind, parent=parent, text=text, by=None, **options)

        chapter = insert("chapter", None, "研究開発の成果の最大化", "Ⅲ")
        item = insert("item", chapter, "研究開発の推進", "1")
        below = insert("item", item, "戦略の立案", "1")
        other = amending.insert(
            baseline,
            "item",
            parent=chapter,
            after=item,
            label="2",
            text="業務の効率化",
            by=None,
        )
        insert("body", item, "研究開発を推進する。")
        insert("evaluation_axis", item, "成果が社会に還元されているか。")
        told = insert("evaluation_indicator", item, "成果の状況")
        indicator = insert("monitoring_indicator", item, "論文数")
        insert("monitoring_indicator", below, "報告書数")
        saved = insert("monitoring_indicator", other, "効率化率")
        decide(baseline)
        measure, counted = (
            make_measure(clause, label, direction="higher")
            for clause, label in ((indicator, "論文数"), (saved, "効率化率"))
        )
        people = (make_user(period.agency, role) for role in ("agency", "assessor"))
        places = (period, item, below, other, indicator, told, measure, counted)
        graded = cls(*places, *people)
        grading.save_profile(other, 2022, by=None, graded=True, research=False)
        return graded

    def book(self, *drafts: str) -> Gradebook:
        return Gradebook.of(self.period, drafts or Rating.Side.values)

    def node(self, clause: Clause) -> Node:
        return self.book().figures.text.nodes[clause.pk]

    def target(self, measure: IndicatorMeasure, number: int, **options: Any) -> None:
        years = {"first_fiscal_year": 2022, "last_fiscal_year": 2026}
        valuing.set_target(
            measure, by=None, number=Decimal(number), reason="当初", **years | options
        )

    def value(self, measure: IndicatorMeasure, number: int, year: int = 2024) -> None:
        make_value(measure, year, number)

    def write(
        self, item: Clause | None, year: int = 2024, side: str = "self", **said: Any
    ) -> Rating:
        kind = said.pop("kind", "yearly")
        return grading.write(self.period, item, year, kind, side, by=None, **(SAID | said))

    def issue(
        self, item: Clause | None, year: int = 2024, side: str = "self", kind: str = "yearly"
    ) -> Rating:
        """Issue a rating; the minister's of an item after the agency's own, which is written if need be."""
        own = Rating.objects.filter(item=item, fiscal_year=year, kind=kind, side="self")
        if side == "minister" and item and not own.filter(stage="issued").exists():
            if not own.exists():
                self.write(item, year, kind=kind)
            self.issue(item, year, kind=kind)
        return grading.issue(self.period, item, year, kind, side, by=None)
