"""Where a clause came from: split off, merged, put in another's place; and whether its series goes on."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from evaluation.models.amendments import Amendment
from evaluation.models.objectives import Clause, ObjectivePeriod
from jst_objectives.history import Records


class SuccessionQuerySet(models.QuerySet["Succession"]):
    """Rows of what a reader is shown, in the order of decision, with both clauses."""

    def as_amended_by(self, amendment: Amendment) -> "SuccessionQuerySet":
        """Successions of the text with an amendment: its own, and those decided before it."""
        earlier = Q(amendment__state="decided")
        if amendment.is_decided:
            earlier &= Q(amendment__sequence__lte=amendment.sequence)
        return self._of(amendment.period_id, earlier | Q(amendment=amendment))

    def in_force_on(
        self,
        period: ObjectivePeriod,
        on: dt.date,
        known_at: dt.datetime | None = None,
        *,
        published: bool = False,
    ) -> "SuccessionQuerySet":
        """Successions of the text in force on a date, as known at a moment (default: now); or only
        published ones."""
        decided = Q(amendment__state="decided", amendment__effective_on__lte=on)
        if published:
            decided &= Q(amendment__published_on__lte=timezone.localdate())
        if known_at is not None:
            decided &= Q(amendment__recorded_at__lte=known_at)
        return self._of(period.pk, decided)

    def _of(self, period_id: int, condition: Q) -> "SuccessionQuerySet":
        rows = self.filter(condition, amendment__period=period_id)
        order = F("amendment__sequence").asc(nulls_last=True), "pk"
        return rows.select_related("amendment", "from_clause", "to_clause").order_by(*order)


class Succession(models.Model):
    """A clause lives on in another one, or under other words; an amendment says so.

    A clause that is split is itself one of its parts: only the further ones have a row. `continues`: the
    values of an indicator before and after make one series; otherwise the series breaks here.
    """

    class Kind(models.TextChoices):
        REWORDED = "reworded", "文言の変更"
        SPLIT = "split", "分割"
        MERGED = "merged", "統合"
        REPLACED = "replaced", "置換え"

    amendment = models.ForeignKey(
        Amendment, models.PROTECT, related_name="successions", verbose_name="変更"
    )
    from_clause = models.ForeignKey(
        Clause, models.PROTECT, related_name="successors", verbose_name="元の条項"
    )
    to_clause = models.ForeignKey(
        Clause, models.PROTECT, related_name="predecessors", verbose_name="後の条項"
    )
    kind = models.CharField("種類", max_length=20, choices=Kind)
    continues = models.BooleanField("系列を続ける", default=True)

    history = Records()
    objects = SuccessionQuerySet.as_manager()

    class Meta:
        verbose_name = "条項の由来"
        verbose_name_plural = "条項の由来"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["amendment", "from_clause", "to_clause"],
                name="succession_once_per_amendment",
                violation_error_message="この変更には、この二つの条項の由来がすでにあります。",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["reworded", "split", "merged", "replaced"]),
                name="succession_kind_known",
                violation_error_message="由来の種類は、一覧にあるものから選んでください。",
            ),
            models.CheckConstraint(
                condition=Q(kind="reworded", from_clause=F("to_clause"))
                | (~Q(kind="reworded") & ~Q(from_clause=F("to_clause"))),
                name="succession_to_itself_only_reworded",
                violation_error_message="元と後が同じ条項なのは、文言の変更だけです。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amendment}：{self.get_kind_display()}"
