"""What the pages of one grade stand on: the period as its reader sees it, the item, the year, the side."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.urls import reverse

from evaluation.documents.assessment import Places
from evaluation.figures import years_of
from evaluation.grading import KINDS_IN_WORDS, Gradebook, kinds_due
from evaluation.grading.gradebook import OVERALL, WHOLE
from evaluation.models import Clause, ObjectivePeriod, Rating
from evaluation.models.texts import Node
from evaluation.permissions import (
    RATED_BY,
    ResultAct,
    SignedInRequest,
    require_result,
    result_refusals,
    results_period,
    sides_read,
)
from evaluation.valuing import year_name


@dataclass(frozen=True)
class GradeScene:
    """One grade to be: of an item (None: of the agency as a whole), a year and a kind of evaluation."""

    period: ObjectivePeriod
    book: Gradebook
    node: Node | None
    fiscal_year: int
    kind: str

    @classmethod
    def of(
        cls,
        request: SignedInRequest,
        agency: str,
        number: int,
        public_id: str,
        fiscal_year: int,
        kind: str,
    ) -> "GradeScene":
        """Return what the user may read. Raises Hidden, or Http404 for what falls not due."""
        period = evaluated_period(request, agency, number, fiscal_year, kind)
        book = book_of(request, period)
        node = None if public_id == WHOLE else item_of(book, public_id)
        if node and not book.is_graded(node, fiscal_year):
            raise Http404(f"この項目は、{year_name(fiscal_year)}に評定しません。")
        return cls(period, book, node, fiscal_year, kind)

    @property
    def clause(self) -> Clause | None:
        return self.node.wording.clause if self.node else None

    @property
    def key(self) -> tuple[ObjectivePeriod, Clause | None, int, str]:
        """Return what the verbs of grading take."""
        return self.period, self.clause, self.fiscal_year, self.kind

    @property
    def name(self) -> str:
        return self.book.label(self.node) if self.node else OVERALL

    @property
    def evaluation(self) -> str:
        return f"{year_name(self.fiscal_year)}　{KINDS_IN_WORDS[self.kind]}"

    def address(self, name: str, *more: object) -> str:
        public_id = self.node.public_id if self.node else WHOLE
        place = [self.period.agency.code, self.period.number, public_id]
        return reverse(name, args=[*place, self.fiscal_year, self.kind, *more])

    def rating(self, side: str) -> Rating | None:
        return self.book.rating(self.node, self.fiscal_year, self.kind, side)

    def context(self, request: SignedInRequest) -> dict[str, Any]:
        """Return what every page of the grade shows."""
        refusals = result_refusals(request.user, self.period)
        sides = [
            (side, label, self.rating(side), not refusals[RATED_BY[Rating.Side(side)]])
            for side, label in Rating.Side.choices
        ]
        return {
            "scene": self,
            "public_id": self.node.public_id if self.node else WHOLE,
            "sheet_link": self.address("assessment"),
            "period": self.period,
            "figures": self.book.figures,
            "node": self.node,
            "profile": self.book.profile(self.node, self.fiscal_year) if self.node else None,
            "sides": sides,
            "refusals": {str(act): words for act, words in refusals.items()},
            "shut": self._shut(refusals),
        }

    def _shut(self, refusals: dict[ResultAct, str]) -> list[str]:
        """Return the pages from which the sheet comes that its reader may not open."""
        places = Places(self.book, self.node, self.fiscal_year, self.kind)
        acts = {places.rating(side): act for side, act in RATED_BY.items()}
        acts |= {
            places.item("item_profile"): ResultAct.PROFILE,
            places.item("item_inputs"): ResultAct.PLAN,
            places.plans(self.fiscal_year): ResultAct.PLAN,
        }
        return [page for page, act in acts.items() if refusals[act]]


def evaluated_period(
    request: SignedInRequest, agency: str, number: int, fiscal_year: int, kind: str
) -> ObjectivePeriod:
    """Return the period of an evaluation. Raises Hidden, or Http404 for one that falls not due."""
    period = results_period(request, agency, number)
    if fiscal_year not in years_of(period) or kind not in kinds_due(period, fiscal_year):
        raise Http404("この年度に、この評価はありません。")
    return period


def book_of(request: SignedInRequest, period: ObjectivePeriod) -> Gradebook:
    """Return the grades of a period as the user sees them."""
    return Gradebook.of(period, sides_read(request.user, period))


def item_of(book: Gradebook, public_id: str) -> Node:
    node = next((node for node in book.items if node.public_id == public_id), None)
    if node is None:
        raise Http404("この項目は、決定した本文にありません。")
    return node


def side_scene(
    request: SignedInRequest, side: str, agency: str, number: int, **place: Any
) -> tuple[GradeScene, Rating | None]:
    """Return the grade that the user writes for a side, as stored. Raises Hidden, Http404, or
    PermissionDenied with the reason."""
    period = results_period(request, agency, number)
    require_result(request, RATED_BY[Rating.Side(side)], period)
    scene = GradeScene.of(request, agency, number, **place)
    return scene, scene.rating(side)
