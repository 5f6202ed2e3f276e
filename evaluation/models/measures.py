"""What is measured under an indicator: units, directions, baselines, and the targets set for it."""

from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q

from evaluation.models.objectives import Clause, agencies_of
from jst_objectives.history import Records
from programs.models import FIRST_FISCAL_YEAR, Role, User

DIGITS, PLACES = 24, 6  # of a number: 18 digits before the point
# Who reads what was reached. The public does not yet: results are published by the statutory papers.
RESULT_READERS = (
    Role.Kind.AGENCY,
    Role.Kind.ASSESSOR,
    Role.Kind.EDITOR,
    Role.Kind.APPROVER,
    Role.Kind.AUDITOR,
)


class ResultQuerySet(models.QuerySet[Any]):
    """Rows of a model that says by `PERIOD_PATH` how it leads to its period."""

    def visible_to(self, user: User | AnonymousUser) -> "ResultQuerySet":
        """Rows of the agencies whose results the user reads."""
        if not isinstance(user, User):
            return self.none()
        agencies = agencies_of(user, *RESULT_READERS)
        return self.filter(**{f"{self.model.PERIOD_PATH}__agency__in": agencies})


class IndicatorMeasure(models.Model):
    """測定項目: one of the figures that an indicator asks for, several where it is compound
    (特許出願・登録件数; 論文数（国際共著論文の割合含む）).

    A ratio is never entered: it is its numerator through its denominator, in the unit % (`series`).
    """

    PERIOD_PATH: ClassVar = "indicator__period"

    class Nature(models.TextChoices):
        QUANTITATIVE = "quantitative", "定量"
        QUALITATIVE = "qualitative", "定性"
        RATIO = "ratio", "割合"

    class Direction(models.TextChoices):
        HIGHER = "higher", "大きいほどよい"
        LOWER = "lower", "小さいほどよい"
        NONE = "none", "方向なし"

    class Accumulation(models.TextChoices):
        YEARLY = "yearly", "毎年"
        CUMULATIVE = "cumulative", "累計"
        POINT = "point", "時点"

    indicator = models.ForeignKey(
        Clause, models.PROTECT, related_name="measures", verbose_name="指標"
    )
    position = models.PositiveSmallIntegerField("順番")
    label = models.CharField("測定項目", max_length=100, blank=True)
    nature = models.CharField("性質", max_length=20, choices=Nature, default=Nature.QUANTITATIVE)
    unit = models.CharField("単位", max_length=20, blank=True)
    decimals = models.PositiveSmallIntegerField("小数の桁数", default=0)
    direction = models.CharField("方向", max_length=10, choices=Direction, default=Direction.NONE)
    accumulation = models.CharField(
        "数え方", max_length=20, choices=Accumulation, default=Accumulation.YEARLY
    )
    numerator = models.ForeignKey(
        "self", models.PROTECT, related_name="+", verbose_name="分子", null=True, blank=True
    )
    denominator = models.ForeignKey(
        "self", models.PROTECT, related_name="+", verbose_name="分母", null=True, blank=True
    )
    baseline = models.DecimalField(
        "基準値", max_digits=DIGITS, decimal_places=PLACES, null=True, blank=True
    )
    baseline_year = models.PositiveSmallIntegerField("基準年度", null=True, blank=True)
    baseline_note = models.CharField("基準値の注", max_length=200, blank=True)

    history = Records()
    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = "測定項目"
        verbose_name_plural = "測定項目"
        ordering = ["indicator", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "position"],
                name="measure_position_unique",
                violation_error_message="この指標には、同じ順番の測定項目がすでにあります。",
            ),
            models.UniqueConstraint(
                fields=["indicator", "label"],
                name="measure_label_unique",
                violation_error_message="この指標には、同じ名前の測定項目がすでにあります。",
            ),
            models.CheckConstraint(
                condition=Q(nature__in=["quantitative", "qualitative", "ratio"])
                & Q(direction__in=["higher", "lower", "none"])
                & Q(accumulation__in=["yearly", "cumulative", "point"]),
                name="measure_choices_known",
                violation_error_message="性質・方向・数え方は、一覧にあるものから選んでください。",
            ),
            models.CheckConstraint(
                condition=Q(decimals__lte=6),
                name="measure_decimals_possible",
                violation_error_message="小数の桁数は0から6までです。",
            ),
            models.CheckConstraint(
                condition=Q(nature="ratio", numerator__isnull=False, denominator__isnull=False)
                | (~Q(nature="ratio") & Q(numerator__isnull=True, denominator__isnull=True)),
                name="measure_ratio_has_its_parts",
                violation_error_message="割合には分子と分母が要り、割合でないものにはどちらもありません。",
            ),
            models.CheckConstraint(
                condition=~Q(nature="ratio", accumulation="cumulative"),
                name="measure_ratio_does_not_accumulate",
                violation_error_message="割合は累計できません。数え方は、毎年か時点を選んでください。",
            ),
            models.CheckConstraint(
                condition=Q(numerator__isnull=True)
                | (
                    ~Q(numerator=F("denominator")) & ~Q(numerator=F("pk")) & ~Q(denominator=F("pk"))
                ),
                name="measure_parts_told_apart",
                violation_error_message="分子と分母には、それぞれ別の測定項目を選んでください。",
            ),
            models.CheckConstraint(
                condition=Q(baseline__isnull=True, baseline_year__isnull=True)
                | Q(baseline__isnull=False, baseline_year__isnull=False),
                name="measure_baseline_has_its_year",
                violation_error_message="基準値と基準年度は、両方を入力するか、どちらも空けてください。",
            ),
            models.CheckConstraint(
                condition=Q(baseline_year__isnull=True) | Q(baseline_year__gte=FIRST_FISCAL_YEAR),
                name="measure_baseline_year_possible",
                violation_error_message="基準年度は、独立行政法人ができた2001年度からの西暦4桁で入力してください（例：2021）。",
            ),
        ]

    def __str__(self) -> str:
        return self.label or str(self.indicator)


class IndicatorTarget(models.Model):
    """達成目標: what a measure is to reach in a year or a run of years.

    Never changed: a new target is another row with the reason, the newest one of a year counts.
    """

    PERIOD_PATH: ClassVar = "measure__indicator__period"

    measure = models.ForeignKey(
        IndicatorMeasure, models.PROTECT, related_name="targets", verbose_name="測定項目"
    )
    first_fiscal_year = models.PositiveSmallIntegerField("最初の年度")
    last_fiscal_year = models.PositiveSmallIntegerField("最後の年度")
    number = models.DecimalField(
        "目標値", max_digits=DIGITS, decimal_places=PLACES, null=True, blank=True
    )
    text = models.CharField("目標（文）", max_length=500, blank=True)
    set_on = models.DateField("定めた日")
    reason = models.CharField("定めた理由", max_length=500)
    recorded_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="登録者", null=True, blank=True
    )
    recorded_at = models.DateTimeField("登録日時")

    history = Records()
    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = "達成目標"
        verbose_name_plural = "達成目標"
        ordering = ["measure", "first_fiscal_year", "set_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(number__isnull=False, text="") | (Q(number__isnull=True) & ~Q(text="")),
                name="target_number_or_text",
                violation_error_message="目標は、数か文のどちらか一つで入力してください。",
            ),
            models.CheckConstraint(
                condition=Q(
                    first_fiscal_year__gte=FIRST_FISCAL_YEAR,
                    last_fiscal_year__gte=F("first_fiscal_year"),
                ),
                name="target_years_in_order",
                violation_error_message="年度は西暦4桁で、最後の年度を最初の年度以後にしてください。",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="target_has_a_reason",
                violation_error_message="目標を定めた理由を入力してください。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure}：{self.first_fiscal_year}–{self.last_fiscal_year}"
