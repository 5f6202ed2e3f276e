"""The grades of a period, to be read: what every page, check and paper of the evaluation stands on.

Eleven queries for a whole period, however many items and years.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from evaluation.comparison.alignment import UnitKind
from evaluation.figures import INDICATORS, Figures
from evaluation.grades import Finding, Judgement, findings, overall_findings, proposed
from evaluation.models import (
    IndicatorMeasure,
    ItemInput,
    ItemPlan,
    ItemProfile,
    ObjectivePeriod,
    Rating,
    RatingStep,
    Remedy,
    RemedyProgress,
    StepKind,
)
from evaluation.models.texts import Node
from evaluation.series import Point
from evaluation.valuing import year_name

Kind = Rating.Kind
OVERALL = "総合評定"
WHOLE = "overall"  # in an address, in place of an item
KINDS_IN_WORDS = dict(Kind.choices)
AXES = UnitKind.EVALUATION_AXIS


def kinds_due(period: ObjectivePeriod, fiscal_year: int) -> list[str]:
    """Return the evaluations that fall due for a fiscal year: 年度評価, with it 見込評価 for the last year
    but one, and 期間実績評価 for the last (通則法第35条の6第1項)."""
    due = [Kind.YEARLY]
    if fiscal_year == period.last_fiscal_year - 1:
        due.append(Kind.PROSPECTIVE)
    if fiscal_year == period.last_fiscal_year:
        due.append(Kind.FINAL)
    return [str(kind) for kind in due]


@dataclass(frozen=True)
class Gradebook:
    """Items with their grades, and what they stand on, as one reader sees them.

    `profiles` by item, newest last; `ratings` by item (None: the agency as a whole), year, kind and side;
    `inputs` by item, kind and year; `plans` by item and kind. `drafts`: the sides whose ratings the
    reader reads before they are issued; those of the others, and what the minister points out in them,
    are as if they were not there.
    """

    figures: Figures
    profiles: dict[int, list[ItemProfile]]
    ratings: dict[tuple[int | None, int, str, str], Rating]
    inputs: dict[tuple[int, str, int], ItemInput]
    plans: dict[tuple[int, str], list[ItemPlan]]
    remedies: list[Remedy]
    progress: dict[int, list[RemedyProgress]]
    drafts: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, period: ObjectivePeriod, drafts: Iterable[str] = Rating.Side.values) -> "Gradebook":
        """Read a period for who reads the drafts of these sides (default: everything)."""
        sides = frozenset(drafts)
        profiles: dict[int, list[ItemProfile]] = defaultdict(list)
        for row in ItemProfile.objects.filter(item__period=period).order_by("first_fiscal_year"):
            profiles[row.item_id].append(row)
        plans: dict[tuple[int, str], list[ItemPlan]] = defaultdict(list)
        for plan in ItemPlan.objects.filter(item__period=period).order_by("fiscal_year"):
            plans[plan.item_id, plan.kind].append(plan)
        progress: dict[int, list[RemedyProgress]] = defaultdict(list)
        for one in RemedyProgress.objects.filter(remedy__period=period).order_by("fiscal_year"):
            progress[one.remedy_id].append(one)
        ratings = list(Rating.objects.filter(period=period).select_related("written_by"))
        remedies = Remedy.objects.filter(period=period).select_related("item", "period")
        return cls(
            figures=Figures.of(period),
            profiles=dict(profiles),
            ratings={
                (row.item_id, row.fiscal_year, row.kind, row.side): row
                for row in ratings
                if row.side in sides or row.stage == Rating.Stage.ISSUED
            },
            inputs={
                (row.item_id, row.kind, row.fiscal_year): row
                for row in ItemInput.objects.filter(item__period=period)
            },
            plans=dict(plans),
            remedies=[
                row
                for row in remedies
                if Rating.Side.MINISTER in sides or is_made_known(row, ratings, progress)
            ],
            progress=dict(progress),
            drafts=sides,
        )

    def issued(self) -> "Gradebook":
        """Return the same for who reads no drafts: what papers that leave the portal print."""
        ratings = {
            key: row for key, row in self.ratings.items() if row.stage == Rating.Stage.ISSUED
        }
        known = (r for r in self.remedies if is_made_known(r, ratings.values(), self.progress))
        return replace(self, ratings=ratings, remedies=list(known), drafts=frozenset())

    # --- Items ------------------------------------------------------------------------------------
    @cached_property
    def children(self) -> dict[int | None, list[Node]]:
        """Nodes by parent, in the order of the document, those that are gone included."""
        found: dict[int | None, list[Node]] = defaultdict(list)
        for node in self.figures.text.nodes.values():
            found[node.parent_id].append(node)
        for siblings in found.values():
            siblings.sort(key=lambda node: (node.rank, node.public_id))
        return found

    @cached_property
    def items(self) -> list[Node]:
        """Every item that ever was, in the order of the document."""
        order: list[Node] = []
        stack = list(reversed(self.children.get(None, [])))
        while stack:
            node = stack.pop()
            order += [node] if node.kind is UnitKind.ITEM else []
            stack += reversed(self.children.get(node.clause_id, []))
        return order

    def exists(self, node: Node, fiscal_year: int) -> bool:
        """Tell whether a clause was there in a fiscal year."""
        return self.figures.exists(node, fiscal_year)

    def judged_years(self, node: Node, fiscal_year: int, kind: str) -> list[int]:
        """Return the years of a clause on which an evaluation speaks: its own, or all of the period so
        far."""
        if kind == Kind.YEARLY:
            return [fiscal_year]
        years = (year for year in self.figures.years if year <= fiscal_year)
        return [year for year in years if self.exists(node, year)]

    def profile(self, node: Node, fiscal_year: int) -> ItemProfile:
        """Return how an item is judged in a year; where nothing is set, graded where indicators hang on
        it, research, and neither important nor difficult."""
        standing = [
            row
            for row in self.profiles.get(node.clause_id, [])
            if row.first_fiscal_year <= fiscal_year
        ]
        if standing:
            return standing[-1]
        graded = any(child.kind in INDICATORS for child in self.children.get(node.clause_id, []))
        return ItemProfile(item_id=node.clause_id, first_fiscal_year=fiscal_year, graded=graded)

    def is_graded(self, node: Node, fiscal_year: int) -> bool:
        return self.exists(node, fiscal_year) and self.profile(node, fiscal_year).graded

    def graded(self, fiscal_year: int) -> list[Node]:
        """Return the items that get a grade for a year."""
        return [node for node in self.items if self.is_graded(node, fiscal_year)]

    def covered(self, node: Node, fiscal_year: int) -> list[Node]:
        """Return what a grade speaks of: the item, and the items below that have no grade of their own."""
        found = [node]
        for child in self.children.get(node.clause_id, []):
            below = child.kind is UnitKind.ITEM and self.exists(child, fiscal_year)
            if below and not self.profile(child, fiscal_year).graded:
                found += self.covered(child, fiscal_year)
        return found

    def hanging(self, node: Node, fiscal_year: int, kinds: Iterable[UnitKind]) -> list[Node]:
        """Return the axes or indicators of a grade in a year."""
        wanted = set(kinds)
        return [
            child
            for item in self.covered(node, fiscal_year)
            for child in self.children.get(item.clause_id, [])
            if child.kind in wanted and self.exists(child, fiscal_year)
        ]

    def label(self, node: Node) -> str:
        """Return number and heading, 「2.1. 新たな価値の共創」."""
        return f"{self.figures.text.number(node)} {node.text}"

    # --- Grades -----------------------------------------------------------------------------------
    def rating(self, node: Node | None, fiscal_year: int, kind: str, side: str) -> Rating | None:
        return self.ratings.get((node.clause_id if node else None, fiscal_year, kind, side))

    def is_issued(self, node: Node | None, fiscal_year: int, kind: str, side: str) -> bool:
        """Tell whether a grade stands, as the reader sees it."""
        row = self.rating(node, fiscal_year, kind, side)
        return row is not None and row.stage == Rating.Stage.ISSUED

    def measured(self, node: Node, fiscal_year: int) -> list[tuple[IndicatorMeasure, Point]]:
        """Return the measures of a grade that say how far a year's target was reached."""
        due = self.targeted(node, fiscal_year)
        return [(measure, point) for measure, point in due if point.achievement is not None]

    def unreckoned(self, node: Node, fiscal_year: int) -> list[str]:
        """Return the measures with a target for a year of which no percentage says that it was reached,
        each with what its year has come to: missed (事故0件 has no percentage), or without a figure."""
        return [
            f"{measure}（{point.status_words}）" if point.status_words else str(measure)
            for measure, point in self.targeted(node, fiscal_year)
            if point.achievement is None and not point.reached and point.state != "not_applicable"
        ]

    def targeted(self, node: Node, fiscal_year: int) -> Iterator[tuple[IndicatorMeasure, Point]]:
        """Yield the measures of a grade that a year is held against; a running total only in the last
        year of its target."""
        for indicator in self.hanging(node, fiscal_year, INDICATORS):
            for measure in self.figures.measures.get(indicator.clause_id, []):
                point = self.figures.lines[measure.pk].at(fiscal_year)
                target = point.target
                if target is None or target.number is None or measure.direction == "none":
                    continue
                if measure.accumulation == "cumulative" and fiscal_year < target.last_fiscal_year:
                    continue
                yield measure, point

    def proposal(self, node: Node, fiscal_year: int) -> str:
        """Return the grade that a year's figures propose for an item that is no research; "" for none."""
        if self.profile(node, fiscal_year).research or self.unreckoned(node, fiscal_year):
            return ""
        points = [point for _, point in self.measured(node, fiscal_year)]
        return proposed([p.achievement for p in points if p.achievement is not None])

    def judgement(self, node: Node | None, fiscal_year: int, kind: str, side: str) -> Judgement:
        """Return a grade, or that there is none, as the rules see it."""
        rating = self.rating(node, fiscal_year, kind, side)
        before = self.rating(node, fiscal_year - 1, Kind.PROSPECTIVE, side)
        told: dict[str, Any] = {"place": self.label(node) if node else OVERALL}
        if rating:
            names = ("grade", "grounds", "raised", "raised_grounds", "agency_wide")
            told |= {name: getattr(rating, name) for name in names}
            told["issued"] = rating.stage == Rating.Stage.ISSUED
        if node:
            profile = self.profile(node, fiscal_year)
            told |= {
                name: getattr(profile, name) for name in ("research", "important", "difficult")
            }
            told["whole_period"] = kind != Kind.YEARLY
            told["before_own"] = side == Rating.Side.MINISTER and not self.is_issued(
                node, fiscal_year, kind, Rating.Side.SELF
            )
            if kind == Kind.YEARLY:
                told["proposal"] = self.proposal(node, fiscal_year)
                told["unreckoned"] = tuple(self.unreckoned(node, fiscal_year))
        if side == Rating.Side.MINISTER and told.get("research", True):
            told["unheard"] = self.unheard(fiscal_year, kind)
        if before and kind == Kind.FINAL:
            told["prospective"] = before.grade
        return Judgement(**told)

    @cached_property
    def _heard(self) -> tuple[list[StepKind], set[tuple[int, int, str]]]:
        """Return the steps that the law wants before the minister's grades of research are issued
        (通則法第35条の6第6項), and those recorded: kind, year and evaluation (two queries, once)."""
        period = self.figures.period
        kinds = period.agency.step_kinds.filter(of_rating=True, required=True, after_decision=False)
        steps = RatingStep.objects.filter(period=period)
        return list(kinds), set(steps.values_list("kind_id", "fiscal_year", "rating_kind"))

    def unheard(self, fiscal_year: int, kind: str) -> tuple[str, ...]:
        """Return what of them is not recorded of an evaluation."""
        wanted, recorded = self._heard
        return tuple(str(step) for step in wanted if (step.pk, fiscal_year, kind) not in recorded)

    def drafts_of(self, fiscal_year: int, kind: str) -> list[str]:
        """Return what has no issued grade of the minister's yet: items, and the agency as a whole."""
        return [
            self.label(node) if node else OVERALL
            for node in (*self.graded(fiscal_year), None)
            if not self.is_issued(node, fiscal_year, kind, Rating.Side.MINISTER)
        ]

    def is_draft(self, node: Node | None, fiscal_year: int, kind: str) -> bool:
        """Tell whether the minister's grade is not issued, or the agency's own is read before it is."""
        own, minister = (self.rating(node, fiscal_year, kind, side) for side in Rating.Side)
        return minister is None or Rating.Stage.DRAFT in {minister.stage, own.stage if own else ""}

    def findings_of(
        self, node: Node | None, fiscal_year: int, kind: str, side: str
    ) -> tuple[Finding, ...]:
        """Return what is wrong with one grade; of the overall one given those of the items."""
        judged = self.judgement(node, fiscal_year, kind, side)
        if node:
            return findings(judged)
        items = [self.judgement(n, fiscal_year, kind, side) for n in self.graded(fiscal_year)]
        return overall_findings(judged, items)

    def unplaced(self, fiscal_year: int) -> list[Finding]:
        """Return where the levels of grading leave something out."""
        found = []
        covered: set[int] = set()
        for node in self.graded(fiscal_year):
            covered |= {item.clause_id for item in self.covered(node, fiscal_year)}
            if not self.hanging(node, fiscal_year, INDICATORS):
                words = "評定する項目ですが、評定に入る指標がありません。"
                found.append(Finding("level", self.label(node), words))
        for item in self.items:
            children = self.children.get(item.clause_id, [])
            holds = any(c.kind in INDICATORS and self.exists(c, fiscal_year) for c in children)
            if holds and self.exists(item, fiscal_year) and item.clause_id not in covered:
                words = "この項目にも、上の項目にも評定がありません。指標がどの評定にも入りません。"
                found.append(Finding("level", self.label(item), words))
        return found

    # --- What an item reports -------------------------------------------------------------------
    def plan(self, node: Node, kind: str, fiscal_year: int) -> ItemPlan | None:
        """Return the plan of a year: 年度計画 its own, 中長期計画 the one that holds in it."""
        rows = [
            r for r in self.plans.get((node.clause_id, kind), []) if r.fiscal_year <= fiscal_year
        ]
        if not rows or (kind == ItemPlan.Kind.ANNUAL and rows[-1].fiscal_year != fiscal_year):
            return None
        return rows[-1]

    def remedies_of(self, node: Node | None, fiscal_year: int) -> list[Remedy]:
        """Return what was pointed out for an item up to a year, and was not done before it."""
        key = node.clause_id if node else None
        return [row for row in self.remedies if row.item_id == key and is_carried(row, fiscal_year)]

    def progress_in(self, remedy: Remedy, fiscal_year: int) -> RemedyProgress | None:
        rows = self.progress.get(remedy.pk, [])
        return next((row for row in rows if row.fiscal_year == fiscal_year), None)

    def unreported(self, fiscal_year: int) -> list[Finding]:
        """Return the remedies carried into a year of which nothing is told in it."""
        names = {node.clause_id: self.label(node) for node in self.items}
        return [
            Finding(
                "remedy",
                names.get(row.item_id or 0, OVERALL),
                f"{year_name(row.fiscal_year)}の指摘「{row}」の、{year_name(fiscal_year)}の改善の状況が"
                "ありません。",
            )
            for row in self.remedies
            if row.fiscal_year < fiscal_year
            and is_carried(row, fiscal_year)
            and row.done_fiscal_year != fiscal_year
            and self.progress_in(row, fiscal_year) is None
        ]


def is_made_known(
    remedy: Remedy, ratings: Iterable[Rating], progress: Mapping[int, object]
) -> bool:
    """Tell whether the evaluation in which something was pointed out is issued; what was answered once
    stays known while it is opened again."""
    return remedy.pk in progress or any(
        (row.item_id, row.fiscal_year) == (remedy.item_id, remedy.fiscal_year)
        and (row.side, row.stage) == (Rating.Side.MINISTER, Rating.Stage.ISSUED)
        for row in ratings
    )


def is_carried(remedy: Remedy, fiscal_year: int) -> bool:
    """Tell whether a remedy stands in the sheet of a year: from its own until the one in which it was
    done (JST省令第7条)."""
    done = remedy.done_fiscal_year
    return remedy.fiscal_year <= fiscal_year and (done is None or done >= fiscal_year)
