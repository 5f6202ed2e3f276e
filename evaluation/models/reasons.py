"""Why an amendment is made, as its cover memo and its overview sheets say it."""

from django.db import models
from django.db.models import Q

from evaluation.models.amendments import Amendment
from jst_objectives.folded import FoldedField
from jst_objectives.history import Records
from programs.models import Fund, Program


class ReasonGroup(models.Model):
    """A numbered part of the cover memo, such as 「1. 令和7年度補正予算に伴う変更」."""

    amendment = models.ForeignKey(
        Amendment, models.PROTECT, related_name="reason_groups", verbose_name="変更"
    )
    position = models.PositiveSmallIntegerField("順番")
    title = models.CharField("見出し", max_length=200)
    introduction = models.TextField("説明", blank=True)
    folded = FoldedField("検索用", sources=("title", "introduction"))

    history = Records(excluded_fields=["folded"])

    class Meta:
        verbose_name = "変更理由の区分"
        verbose_name_plural = "変更理由の区分"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["amendment", "position"],
                name="reason_group_position_unique",
                violation_error_message="同じ順番の区分がすでにあります。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.title}"


class AmendmentReason(models.Model):
    """変更理由・変更事項: one ○ of the cover memo."""

    class Kind(models.TextChoices):
        SUPPLEMENTARY_BUDGET = "supplementary_budget", "補正予算"
        LAW = "law", "法改正"
        POLICY = "policy", "政府方針"
        AGREEMENT = "agreement", "申合せ"
        ERROR = "error", "誤記"

    group = models.ForeignKey(
        ReasonGroup, models.PROTECT, related_name="reasons", verbose_name="区分"
    )
    position = models.PositiveSmallIntegerField("順番")
    title = models.CharField("変更事項", max_length=200)
    text = models.TextField("説明")
    kind = models.CharField("理由の種類", max_length=30, choices=Kind)
    program = models.ForeignKey(
        Program, models.PROTECT, related_name="+", verbose_name="事業", null=True, blank=True
    )
    fund = models.ForeignKey(
        Fund, models.PROTECT, related_name="+", verbose_name="基金", null=True, blank=True
    )
    printed_pages = models.CharField("資料に印刷されたページ", max_length=100, blank=True)
    folded = FoldedField("検索用", sources=("title", "text"))

    history = Records(excluded_fields=["folded"])

    class Meta:
        verbose_name = "変更理由"
        verbose_name_plural = "変更理由"
        ordering = ["group", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "position"],
                name="reason_position_unique",
                violation_error_message="同じ順番の変更理由がすでにあります。",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=["supplementary_budget", "law", "policy", "agreement", "error"]
                ),
                name="reason_kind_known",
                violation_error_message="理由の種類は、一覧にあるものから選んでください。",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class OverviewSheet(models.Model):
    """全体像: a one-page summary of an amendment. A quotation of the source, so it may contradict it."""

    amendment = models.ForeignKey(
        Amendment, models.PROTECT, related_name="overview_sheets", verbose_name="変更"
    )
    position = models.PositiveSmallIntegerField("順番")
    title = models.CharField("表題", max_length=200, blank=True)
    period_text = models.CharField("目標期間", max_length=100, blank=True)
    program = models.ForeignKey(
        Program, models.PROTECT, related_name="+", verbose_name="事業", null=True, blank=True
    )

    history = Records()

    class Meta:
        verbose_name = "全体像"
        verbose_name_plural = "全体像"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["amendment", "position"],
                name="overview_sheet_position_unique",
                violation_error_message="同じ順番の全体像がすでにあります。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amendment}：全体像{self.position}"


class OverviewSection(models.Model):
    """A headed part of an overview sheet, its paragraphs one per line."""

    sheet = models.ForeignKey(
        OverviewSheet, models.PROTECT, related_name="sections", verbose_name="全体像"
    )
    position = models.PositiveSmallIntegerField("順番")
    heading = models.CharField("見出し", max_length=200, blank=True)
    body = models.TextField("本文", blank=True)

    history = Records()

    class Meta:
        verbose_name = "全体像の部分"
        verbose_name_plural = "全体像の部分"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "position"],
                name="overview_section_position_unique",
                violation_error_message="同じ順番の部分がすでにあります。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet}：{self.heading}"
