"""The procedure of a year's evaluation: 審議会の意見, 通知, 公表, in the agency's kinds of step."""

import datetime as dt

from django.db import models
from django.db.models import F, Q

from evaluation.eras import year_name
from evaluation.models.objectives import ObjectivePeriod
from evaluation.models.ratings import Rating
from evaluation.models.steps import ProcedureStep, StepKind
from evaluation.models.values import YEAR_POSSIBLE
from jst_objectives.history import Records


class RatingStep(models.Model):
    """評価の手続の記録: a hearing, notification or publication of a year's evaluation."""

    period = models.ForeignKey(
        ObjectivePeriod, models.PROTECT, related_name="rating_steps", verbose_name="期間"
    )
    fiscal_year = models.PositiveSmallIntegerField("年度")
    rating_kind = models.CharField("評価の種類", max_length=20, choices=Rating.Kind)
    kind = models.ForeignKey(StepKind, models.PROTECT, related_name="+", verbose_name="手続")
    body = models.CharField("会議・相手", max_length=100, blank=True)
    number = models.CharField("回次", max_length=100, blank=True)
    document_number = models.CharField("文書番号", max_length=100, blank=True)
    date = models.DateField("日付")
    answered_on = models.DateField("回答・答申の日", null=True, blank=True)
    openness = models.CharField("公開", max_length=10, choices=ProcedureStep.Openness, blank=True)
    result = models.CharField("結果", max_length=200, blank=True)
    opinion = models.TextField("意見", blank=True)

    history = Records()

    class Meta:
        verbose_name = "評価の手続の記録"
        verbose_name_plural = "評価の手続の記録"
        ordering = ["date", "kind__position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=YEAR_POSSIBLE
                & Q(rating_kind__in=["yearly", "prospective", "final"])
                & Q(openness__in=["", "open", "partly", "closed"]),
                name="rating_step_choices_known",
                violation_error_message="年度・評価の種類・公開の別は、一覧にあるものから選んでください。",
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | Q(answered_on__gte=F("date")),
                name="rating_step_answered_after_it_was_asked",
                violation_error_message="回答・答申の日は、日付以後にしてください。",
            ),
        ]

    def __str__(self) -> str:
        evaluation = f"{year_name(self.fiscal_year)} {self.get_rating_kind_display()}"
        return f"{self.period} {evaluation}：{self.kind}"

    @property
    def with_whom(self) -> str:
        """Return the body that was heard: its own words, or those of its kind."""
        return self.body or self.kind.body

    @property
    def finished_on(self) -> dt.date:
        """Return the day from which the next step may follow."""
        return self.answered_on or self.date
