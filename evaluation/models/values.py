"""What was reached, year by year: values of measures, yearly texts of evaluation indicators, and the
evidence for both."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from evaluation.eras import year_name
from evaluation.models.measures import DIGITS, PLACES, IndicatorMeasure, ResultQuerySet
from evaluation.models.objectives import Clause, ObjectivePeriod
from jst_objectives.history import Records
from programs.models import FIRST_FISCAL_YEAR, User

LARGEST_EVIDENCE = 20 * 1024 * 1024  # bytes
YEAR_POSSIBLE = Q(fiscal_year__gte=FIRST_FISCAL_YEAR)
YEAR_FORM = "年度は西暦4桁（例：2025）で入力してください。"
WHY_NEEDED = "確定した後に直すときは、理由の種類と説明を入力してください。"


class Stage(models.TextChoices):
    PRELIMINARY = "preliminary", "速報"
    FINAL = "final", "確定"
    CORRECTED = "corrected", "訂正"


class ChangeCode(models.TextChoices):
    """Why something is changed that was final, or whose year was closed."""

    MISTAKE = "mistake", "入力の誤り"
    SOURCE = "source", "元の資料の訂正"
    DEFINITION = "definition", "数え方・定義の変更"
    LATE = "late", "集計の遅れ"
    OTHER = "other", "その他"


def _stage_known() -> Q:
    return Q(stage__in=["preliminary", "final", "corrected"]) & Q(
        why_code__in=["", "mistake", "source", "definition", "late", "other"]
    )


def _corrected_says_why() -> Q:
    return ~Q(stage="corrected") | (~Q(why_code="") & ~Q(why=""))


class IndicatorValue(models.Model):
    """実績値: of a measure in a fiscal year, a number, a text, or a state that says why there is none.

    Zero is a value; where there is no row, nothing was entered. Every value that ever stood is in the
    history. `revision` grows by one with each change: what a form or a file saw.
    """

    PERIOD_PATH: ClassVar = "measure__indicator__period"

    class State(models.TextChoices):
        NOT_APPLICABLE = "not_applicable", "該当なし"
        NOT_YET = "not_yet", "未集計"
        WITHHELD = "withheld", "非公表"

    measure = models.ForeignKey(
        IndicatorMeasure, models.PROTECT, related_name="values", verbose_name="測定項目"
    )
    fiscal_year = models.PositiveSmallIntegerField("年度")
    number = models.DecimalField(
        "数", max_digits=DIGITS, decimal_places=PLACES, null=True, blank=True
    )
    text = models.TextField("文", blank=True)
    state = models.CharField("値のない理由", max_length=20, choices=State, blank=True)
    stage = models.CharField("段階", max_length=20, choices=Stage, default=Stage.PRELIMINARY)
    note = models.TextField("注", blank=True)
    why_code = models.CharField("直した理由の種類", max_length=20, choices=ChangeCode, blank=True)
    why = models.CharField("直した理由", max_length=500, blank=True)
    revision = models.PositiveIntegerField("版", default=1)
    entered_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="入力者", null=True, blank=True
    )
    entered_at = models.DateTimeField("入力日時")

    history = Records()
    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = "実績値"
        verbose_name_plural = "実績値"
        ordering = ["measure", "fiscal_year"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "fiscal_year"],
                name="value_once_per_year",
                violation_error_message="この年度の値は、すでに入力されています。",
            ),
            models.CheckConstraint(
                condition=YEAR_POSSIBLE,
                name="value_year_possible",
                violation_error_message=YEAR_FORM,
            ),
            models.CheckConstraint(
                condition=Q(number__isnull=False, text="", state="")
                | (Q(number__isnull=True, state="") & ~Q(text=""))
                | (
                    Q(number__isnull=True, text="")
                    & Q(state__in=["not_applicable", "not_yet", "withheld"])
                ),
                name="value_is_one_thing",
                violation_error_message="数・文・値のない理由（該当なし・未集計・非公表）の、どれか一つだけを入力してください。",
            ),
            models.CheckConstraint(
                condition=_stage_known(),
                name="value_stage_known",
                violation_error_message="段階と理由の種類は、一覧にあるものから選んでください。",
            ),
            models.CheckConstraint(
                condition=_corrected_says_why(),
                name="value_correction_says_why",
                violation_error_message=WHY_NEEDED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure}：{year_name(self.fiscal_year)}"


class YearlyResult(models.Model):
    """評価指標の実績: what was done in a fiscal year for an evaluation indicator, in words."""

    PERIOD_PATH: ClassVar = "indicator__period"

    indicator = models.ForeignKey(
        Clause, models.PROTECT, related_name="yearly_results", verbose_name="評価指標"
    )
    fiscal_year = models.PositiveSmallIntegerField("年度")
    text = models.TextField("実績")
    stage = models.CharField("段階", max_length=20, choices=Stage, default=Stage.PRELIMINARY)
    why_code = models.CharField("直した理由の種類", max_length=20, choices=ChangeCode, blank=True)
    why = models.CharField("直した理由", max_length=500, blank=True)
    revision = models.PositiveIntegerField("版", default=1)
    entered_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="入力者", null=True, blank=True
    )
    entered_at = models.DateTimeField("入力日時")

    history = Records()
    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = "評価指標の実績"
        verbose_name_plural = "評価指標の実績"
        ordering = ["indicator", "fiscal_year"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "fiscal_year"],
                name="yearly_result_once_per_year",
                violation_error_message="この年度の実績は、すでに入力されています。",
            ),
            models.CheckConstraint(
                condition=YEAR_POSSIBLE,
                name="yearly_result_year_possible",
                violation_error_message=YEAR_FORM,
            ),
            models.CheckConstraint(
                condition=~Q(text=""),
                name="yearly_result_text_not_empty",
                violation_error_message="実績を入力してください。",
            ),
            models.CheckConstraint(
                condition=_stage_known(),
                name="yearly_result_stage_known",
                violation_error_message="段階と理由の種類は、一覧にあるものから選んでください。",
            ),
            models.CheckConstraint(
                condition=_corrected_says_why(),
                name="yearly_result_correction_says_why",
                violation_error_message=WHY_NEEDED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator}：{year_name(self.fiscal_year)}"


class Evidence(models.Model):
    """根拠資料: a link or a file, of its own date, for a value or a yearly text. Never changed: it is taken
    off and another one attached. What it belongs to stays as long as it does."""

    PERIOD_PATH: ClassVar = "period"

    TYPES: ClassVar = {
        "pdf": "application/pdf",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "txt": "text/plain; charset=utf-8",
        "csv": "text/csv; charset=utf-8",
        "png": "image/png",
        "jpg": "image/jpeg",
    }

    # Which agency's it is, for the history: of the two others, each may be empty.
    period = models.ForeignKey(
        ObjectivePeriod, models.PROTECT, related_name="+", verbose_name="期間"
    )
    value = models.ForeignKey(
        IndicatorValue,
        models.PROTECT,
        related_name="evidence",
        verbose_name="実績値",
        null=True,
        blank=True,
    )
    result = models.ForeignKey(
        YearlyResult,
        models.PROTECT,
        related_name="evidence",
        verbose_name="評価指標の実績",
        null=True,
        blank=True,
    )
    title = models.CharField("資料の名前", max_length=200)
    dated_on = models.DateField("資料の日付", null=True, blank=True)
    url = models.URLField("リンク", max_length=500, blank=True)
    suffix = models.CharField("形式", max_length=10, blank=True)
    size = models.PositiveIntegerField("大きさ（バイト）", default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    content = models.BinaryField("内容", default=b"")
    added_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="登録者", null=True, blank=True
    )
    added_at = models.DateTimeField("登録日時")

    history = Records(excluded_fields=["content"])
    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = "根拠資料"
        verbose_name_plural = "根拠資料"
        ordering = ["added_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(value__isnull=False, result__isnull=True)
                | Q(value__isnull=True, result__isnull=False),
                name="evidence_for_one_thing",
                violation_error_message="根拠資料は、実績値か評価指標の実績の、どちらか一つのものです。",
            ),
            models.CheckConstraint(
                condition=Q(sha256="", suffix="", size=0) & ~Q(url="")
                | Q(
                    Exact(Length("sha256"), 64),
                    url="",
                    suffix__in=["pdf", "docx", "xlsx", "pptx", "txt", "csv", "png", "jpg"],
                    size__gte=1,
                    size__lte=LARGEST_EVIDENCE,
                ),
                name="evidence_link_or_file",
                violation_error_message="根拠資料には、リンクかファイルのどちらか一つを付けてください（ファイルは20MBまで）。",
            ),
        ]

    def __str__(self) -> str:
        return self.title
