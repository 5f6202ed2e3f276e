"""Which wording stands for a clause: one query each, whatever the number of clauses.

Two clocks: D, the date on which a text applies, and K, the moment from which it is known. A wording
stands on D as known at K when its amendment has `effective_on` ≤ D and `recorded_at` ≤ K and no such
wording of a greater `sequence` exists. A correction stands in the place of the wording it corrects.
"""

import datetime as dt
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.db.models import Case, F, Q, When, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils import timezone

if TYPE_CHECKING:
    from evaluation.models.amendments import Amendment, ItemProgram
    from evaluation.models.objectives import ObjectivePeriod

DECIDED = Q(amendment__state="decided")
QS = TypeVar("QS", bound=models.QuerySet[Any])


def newest(rows: QS, *key: str) -> QS:
    """Keep, per key and per decided or not, the row that stands: greatest place, then sequence."""
    return rows.annotate(
        nth=Window(
            RowNumber(),
            partition_by=[*key, "amendment__state"],
            order_by=[
                F("place").desc(nulls_last=True),
                F("amendment__sequence").desc(nulls_last=True),
            ],
        )
    ).filter(nth=1)


class WordingQuerySet(models.QuerySet[Any]):
    """Rows that stand, repealing ones included: `evaluation.models.texts` makes the tree of them."""

    def placed(self) -> "WordingQuerySet":
        """Annotate the sequence and date in whose place each row stands, and whether it does; and the
        sequence of the amendment that introduced its clause."""
        return self.annotate(
            place=Coalesce("corrects__amendment__sequence", "amendment__sequence"),
            from_date=Coalesce("corrects__amendment__effective_on", "amendment__effective_on"),
            stands=Case(When(DECIDED, then=True), default=False),
            introduced=F("clause__introduced_by__sequence"),
        ).select_related("clause")

    def in_force_on(
        self,
        period: "ObjectivePeriod",
        on: dt.date,
        known_at: dt.datetime | None = None,
        *,
        published: bool = False,
    ) -> "WordingQuerySet":
        """Wordings standing on a date, as known at a moment (default: now); or only published ones."""
        rows = self.placed().filter(DECIDED, amendment__period=period, from_date__lte=on)
        if published:
            rows = rows.filter(amendment__published_on__lte=timezone.localdate())
        if known_at is not None:
            rows = rows.filter(amendment__recorded_at__lte=known_at)
        return newest(rows, "clause")

    def before(self, amendment: "Amendment") -> "WordingQuerySet":
        """The text that an amendment changes: just before its decision, or today's head for a draft."""
        rows = self.placed().filter(DECIDED, amendment__period=amendment.period_id)
        if amendment.is_decided:
            rows = rows.filter(amendment__sequence__lt=amendment.sequence)
        return newest(rows, "clause")

    def as_amended_by(self, amendment: "Amendment") -> "WordingQuerySet":
        """The text with an amendment: as decided, or for a draft the heads and the draft's own rows."""
        rows = self.placed().filter(amendment__period=amendment.period_id)
        if amendment.is_decided:
            rows = rows.filter(DECIDED, amendment__sequence__lte=amendment.sequence)
        else:
            rows = rows.filter(DECIDED | Q(amendment=amendment)).select_related("clause", "base")
        return newest(rows, "clause")


class ItemProgramQuerySet(models.QuerySet["ItemProgram"]):
    """Links of items and programmes that stand, removing ones left out."""

    def as_amended_by(self, amendment: "Amendment") -> list["ItemProgram"]:
        rows = self.annotate(place=F("amendment__sequence")).filter(
            amendment__period=amendment.period_id
        )
        if amendment.is_decided:
            rows = rows.filter(DECIDED, amendment__sequence__lte=amendment.sequence)
        else:
            rows = rows.filter(DECIDED | Q(amendment=amendment))
        return _links(rows)

    def in_force_on(
        self,
        period: "ObjectivePeriod",
        on: dt.date,
        known_at: dt.datetime | None = None,
        *,
        published: bool = False,
    ) -> list["ItemProgram"]:
        rows = self.annotate(place=F("amendment__sequence")).filter(
            DECIDED, amendment__period=period, amendment__effective_on__lte=on
        )
        if published:
            rows = rows.filter(amendment__published_on__lte=timezone.localdate())
        if known_at is not None:
            rows = rows.filter(amendment__recorded_at__lte=known_at)
        return _links(rows)


def _links(rows: ItemProgramQuerySet) -> list["ItemProgram"]:
    """The draft's own row wins over the decided one of the same pair."""
    standing = newest(rows, "clause", "program").select_related("program", "clause", "amendment")
    by_pair = {}
    for row in sorted(standing, key=lambda row: (not row.amendment.is_decided, row.pk)):
        by_pair[row.clause_id, row.program_id] = row
    return [row for row in by_pair.values() if not row.removed]
