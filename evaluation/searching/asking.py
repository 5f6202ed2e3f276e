"""Which texts hold all the words of a search, asked of the database."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from evaluation.models import (
    Amendment,
    AmendmentReason,
    Clause,
    ObjectivePeriod,
    PolicyText,
    ReasonGroup,
    Wording,
)
from evaluation.permissions import visible_programs
from programs.models import ProgramSection, User

CLAUSE, REASON, GROUP, POLICY, PROGRAM = range(5)
Found = tuple[int, int]  # one of the above, and a primary key
QS = TypeVar("QS", bound=models.QuerySet[Any])


@dataclass(frozen=True)
class Search:
    """Folded words, all of which a text must hold, for one reader. Empty filters ask nothing.

    `kind`: of a clause, or "reason", "policy", "programme"; `chapter`, `amendment`: primary keys.
    """

    reader: User | AnonymousUser
    words: tuple[str, ...]
    kind: str = ""
    chapter: int | None = None
    amendment: int | None = None

    @property
    def amendments(self) -> models.QuerySet[Amendment]:
        """What the reader may see, or the one of these that is asked for."""
        visible = Amendment.objects.visible_to(self.reader)
        return visible if self.amendment is None else visible.filter(pk=self.amendment)

    def asks(self, *kinds: str) -> bool:
        return not self.kind or self.kind in kinds


def found(search: Search) -> list[Found]:
    """Return what holds the words: clauses in the order of the documents, then all else."""
    branches: list[tuple[int, Iterable[int]]] = []
    if search.asks(*Clause.Kind.values):
        branches.append((CLAUSE, _clauses(search)))
    if search.asks("reason") and search.chapter is None:
        for branch, model, way in (
            (GROUP, ReasonGroup, "amendment__in"),
            (REASON, AmendmentReason, "group__amendment__in"),
        ):
            rows: models.QuerySet[Any] = model._default_manager.filter(**{way: search.amendments})
            holding = _holding(rows, search).order_by("pk")
            branches.append((branch, holding.values_list("pk", flat=True)))
    if search.chapter is None and search.amendment is None:
        branches += _outside(search)
    return [(branch, key) for branch, keys in branches for key in keys]


def _outside(search: Search) -> list[tuple[int, Iterable[int]]]:
    """What belongs to no amendment: policy texts and programmes."""
    branches: list[tuple[int, Iterable[int]]] = []
    if search.asks("policy"):
        periods = ObjectivePeriod.objects.visible_to(search.reader)
        rows = _holding(PolicyText.objects.filter(period__in=periods), search)
        branches.append((POLICY, rows.order_by("period", "position").values_list("pk", flat=True)))
    if search.asks("programme"):
        programs = visible_programs(search.reader)
        sections = _holding(ProgramSection.objects.filter(program__in=programs), search)
        ids = set(_holding(programs, search).order_by().values_list("pk", flat=True))
        ids |= set(sections.order_by().values_list("program", flat=True))
        branches.append((PROGRAM, sorted(ids)))
    return branches


def _holding(rows: QS, search: Search) -> QS:
    for word in search.words:
        rows = rows.filter(GreaterThan(StrIndex(F("folded"), Value(word)), 0))
    return rows


# --- Clauses --------------------------------------------------------------------------------------
def visible_wordings(reader: User | AnonymousUser) -> Any:
    """Return every wording, past, current and drafted, that a reader may know."""
    return Wording.objects.filter(amendment__in=Amendment.objects.visible_to(reader))


def _clauses(search: Search) -> list[int]:
    rows = Wording.objects.filter(amendment__in=search.amendments, repealed=False)
    if search.kind:
        rows = rows.filter(clause__kind=search.kind)
    held = set(_holding(rows, search).order_by().values_list("clause", "clause__period"))
    if not held:
        return []
    ids = {clause for clause, _ in held}
    paths = _paths(search, {period for _, period in held})
    if search.chapter is not None:
        ids = {pk for pk in ids if search.chapter in (step for _, step in paths(pk))}
    return sorted(ids, key=paths)


def _paths(search: Search, periods: set[int]) -> Callable[[int], tuple[tuple[Any, int], ...]]:
    """Return how to find where a clause of some periods stands: rank and key of all above it, and its
    own.

    Decided places count more than drafted ones, later ones more than earlier ones.
    """
    placed = visible_wordings(search.reader).filter(clause__period__in=periods).placed()
    placed = placed.select_related(None)
    ordered = placed.order_by("stands", F("place").asc(nulls_first=True), "pk")
    rows = ordered.values_list("clause", "parent", "rank", "clause__period")
    latest = {clause: (parent, rank, period) for clause, parent, rank, period in rows}
    known: dict[int | None, tuple[tuple[Any, int], ...]] = {None: ()}

    def path(clause: int) -> tuple[tuple[Any, int], ...]:
        chain: list[int] = []
        here: int | None = clause
        while here is not None and here in latest and not (here in known or here in chain):
            chain.append(here)
            here = latest[here][0]
        above = known.get(here, ())
        for step in reversed(chain):
            parent, rank, period = latest[step]
            above = (*above, (rank if parent else f"{period:09}{rank}", step))
            known[step] = above
        return above

    return path
