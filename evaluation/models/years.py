"""How far the entering of a year has come: items handed in, years closed, people let in, reports."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from evaluation.eras import year_name
from evaluation.models.measures import IndicatorMeasure, ResultQuerySet
from evaluation.models.objectives import Clause, ObjectivePeriod
from evaluation.models.ratings import Rating
from evaluation.models.values import YEAR_FORM, YEAR_POSSIBLE
from jst_objectives.history import Records
from programs.models import User


class ItemYear(models.Model):
    """項目の年度: how far what is entered for an item in a fiscal year has come, and in whose hands."""

    PERIOD_PATH: ClassVar = "item__period"

    class State(models.TextChoices):
        ENTERING = "entering", "入力中"
        SUBMITTED = "submitted", "確認待ち"
        RETURNED = "returned", "差戻し"
        CONFIRMED = "confirmed", "確定"

    item = models.ForeignKey(Clause, models.PROTECT, related_name="years", verbose_name="項目")
    fiscal_year = models.PositiveSmallIntegerField("年度")
    state = models.CharField("状態", max_length=20, choices=State, default=State.ENTERING)
    person = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="入力の担当者", null=True, blank=True
    )
    due_on = models.DateField("入力の期限", null=True, blank=True)
    words = models.TextField("差し戻した理由", blank=True)
    revision = models.PositiveIntegerField("版", default=1)

    history = Records()
    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = "項目の年度"
        verbose_name_plural = "項目の年度"
        ordering = ["fiscal_year", "item"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "fiscal_year"],
                name="item_year_once",
                violation_error_message="この項目の年度は、すでに登録されています。",
            ),
            models.CheckConstraint(
                condition=YEAR_POSSIBLE,
                name="item_year_possible",
                violation_error_message=YEAR_FORM,
            ),
            models.CheckConstraint(
                condition=Q(state__in=["entering", "submitted", "returned", "confirmed"]),
                name="item_year_state_known",
                violation_error_message="状態は、一覧にあるものから選んでください。",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(words=""),
                name="item_year_return_says_why",
                violation_error_message="差し戻す理由を入力してください。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}：{self.name}"

    @property
    def name(self) -> str:
        return year_name(self.fiscal_year)


class YearClosing(models.Model):
    """年度の締切: while it stands, what was entered for the year is changed only by who is let in."""

    PERIOD_PATH: ClassVar = "period"

    period = models.ForeignKey(
        ObjectivePeriod, models.PROTECT, related_name="closings", verbose_name="期間"
    )
    fiscal_year = models.PositiveSmallIntegerField("年度")
    reason = models.CharField("締め切った理由", max_length=500)
    closed_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="締め切った人", null=True, blank=True
    )
    closed_at = models.DateTimeField("締め切った日時")

    history = Records()
    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = "年度の締切"
        verbose_name_plural = "年度の締切"
        ordering = ["period", "fiscal_year"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "fiscal_year"],
                name="year_closed_once",
                violation_error_message="この年度は、すでに締め切られています。",
            ),
            models.CheckConstraint(
                condition=YEAR_POSSIBLE & ~Q(reason=""),
                name="year_closing_says_why",
                violation_error_message="年度と、締め切る理由を入力してください。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period} {year_name(self.fiscal_year)}の締切"


class Admission(models.Model):
    """締切後の入力の許可: one person may change one value of a closed year, or (without a measure) the
    yearly text of an evaluation indicator, until a time."""

    PERIOD_PATH: ClassVar = "indicator__period"

    indicator = models.ForeignKey(
        Clause, models.PROTECT, related_name="admissions", verbose_name="指標"
    )
    measure = models.ForeignKey(
        IndicatorMeasure,
        models.PROTECT,
        related_name="admissions",
        verbose_name="測定項目",
        null=True,
        blank=True,
    )
    fiscal_year = models.PositiveSmallIntegerField("年度")
    user = models.ForeignKey(
        User, models.PROTECT, related_name="admissions", verbose_name="許可を受けた者"
    )
    until = models.DateTimeField("期限")
    reason = models.CharField("許可の理由", max_length=500)
    given_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="許可した者", null=True, blank=True
    )
    given_at = models.DateTimeField("許可した日時")

    history = Records()
    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = "締切後の入力の許可"
        verbose_name_plural = "締切後の入力の許可"
        ordering = ["given_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="admission_says_why",
                violation_error_message="許可の理由を入力してください。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}：{self.measure or self.indicator} {year_name(self.fiscal_year)}"


class ValueReport(models.Model):
    """報告: the values that a report used, pinned; what changed since is the difference to now."""

    PERIOD_PATH: ClassVar = "period"

    period = models.ForeignKey(
        ObjectivePeriod, models.PROTECT, related_name="value_reports", verbose_name="期間"
    )
    fiscal_year = models.PositiveSmallIntegerField("年度")
    title = models.CharField("報告の名前", max_length=200)
    # The grade that was issued on these values, where it is no report of a person's.
    rating = models.ForeignKey(
        Rating,
        models.PROTECT,
        related_name="value_reports",
        verbose_name="評定",
        null=True,
        blank=True,
    )
    # Canonical JSON as text: a database's own JSON respells it, and its SHA-256 would not fit.
    contents = models.TextField("使った値")
    sha256 = models.CharField("SHA-256", max_length=64)
    made_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="作成者", null=True, blank=True
    )
    made_at = models.DateTimeField("作成日時")

    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = "報告"
        verbose_name_plural = "報告"
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=YEAR_POSSIBLE & ~Q(title="") & Q(Exact(Length("sha256"), 64)),
                name="value_report_title_and_sha256",
                violation_error_message="年度と報告の名前を入力し、SHA-256は64文字にしてください。",
            ),
        ]

    def __str__(self) -> str:
        return self.title
