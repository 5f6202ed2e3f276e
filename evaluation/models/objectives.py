"""Periods of objectives, the policy behind them, and the clauses: identities without a text."""

import datetime as dt
import secrets
from typing import Any, ClassVar

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from jst_objectives.folded import FoldedField
from jst_objectives.history import Records
from programs.models import FIRST_FISCAL_YEAR, Agency, Role, User

PUBLIC_ID_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
PUBLIC_ID_LENGTH = 12  # 62 bits: cannot be guessed, still short enough to be read out


def new_public_id() -> str:
    return "".join(secrets.choice(PUBLIC_ID_ALPHABET) for _ in range(PUBLIC_ID_LENGTH))


def agencies_of(user: User, *kinds: str) -> models.QuerySet[Agency]:
    """Return the agencies for which the user has a role, or one of these roles."""
    held = Role.objects.filter(user=user, **({"role__in": kinds} if kinds else {}))
    return Agency.objects.filter(pk__in=held.values("agency"))


class ObjectivePeriodQuerySet(models.QuerySet["ObjectivePeriod"]):
    def visible_to(self, user: User | AnonymousUser) -> "ObjectivePeriodQuerySet":
        """Periods of the agencies for which the user has a role, and those with a published text."""
        public = Exists(
            apps.get_model("evaluation", "Amendment")
            .objects.published()
            .filter(period=OuterRef("pk"))
        )
        if not isinstance(user, User):
            return self.filter(public)
        return self.filter(Q(public) | Q(agency__in=agencies_of(user)))


class ObjectivePeriod(models.Model):
    """中長期目標期間: five to seven fiscal years (独立行政法人通則法 第35条の4第1項, 第2項第1号)."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="periods", verbose_name="法人")
    number = models.PositiveSmallIntegerField("期")
    first_fiscal_year = models.PositiveSmallIntegerField("最初の年度")
    last_fiscal_year = models.PositiveSmallIntegerField("最後の年度")
    title = models.CharField("本文の表題", max_length=200)
    appendix_title = models.CharField("別紙の表題", max_length=200)
    appendix_note = models.CharField("別紙の注", max_length=500)
    # Said on every page and in every file that shows a result: the source document holds none.
    sample_results = models.BooleanField("実績と評定は見本である", default=False)

    history = Records()
    objects = ObjectivePeriodQuerySet.as_manager()

    class Meta:
        verbose_name = "中長期目標期間"
        verbose_name_plural = "中長期目標期間"
        ordering = ["agency", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "number"],
                name="period_number_unique",
                violation_error_message="この法人の同じ期がすでにあります。",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, first_fiscal_year__gte=FIRST_FISCAL_YEAR),
                name="period_number_and_year_possible",
                violation_error_message="期は1以上、年度は西暦4桁（例：2022）で入力してください。",
            ),
            models.CheckConstraint(
                condition=Q(
                    last_fiscal_year__gte=F("first_fiscal_year") + 4,
                    last_fiscal_year__lte=F("first_fiscal_year") + 6,
                ),
                name="period_five_to_seven_years",
                violation_error_message="中長期目標期間は5年以上7年以下にしてください。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency.short_name} 第{self.number}期中長期目標"

    @property
    def first_day(self) -> dt.date:
        return dt.date(self.first_fiscal_year, 4, 1)

    @property
    def last_day(self) -> dt.date:
        return dt.date(self.last_fiscal_year + 1, 3, 31)


class PolicyText(models.Model):
    """One step of the policy hierarchy (政策体系上の位置付け), from the law down to the objectives."""

    period = models.ForeignKey(
        ObjectivePeriod, models.PROTECT, related_name="policy_texts", verbose_name="期間"
    )
    position = models.PositiveSmallIntegerField("順番")
    heading = models.CharField("見出し", max_length=200)
    body = models.TextField("本文", blank=True)
    folded = FoldedField("検索用", sources=("heading", "body"))

    history = Records(excluded_fields=["folded"])

    class Meta:
        verbose_name = "政策体系"
        verbose_name_plural = "政策体系"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "position"],
                name="policy_text_position_unique",
                violation_error_message="同じ順番の政策体系がすでにあります。",
            ),
        ]

    def __str__(self) -> str:
        return self.heading


class Clause(models.Model):
    """The identity of a unit of text. It has no text and no place of its own: see `Wording`."""

    class Kind(models.TextChoices):
        CHAPTER = "chapter", "章"
        ITEM = "item", "項目"
        BODY = "body", "本文"
        EVALUATION_AXIS = "evaluation_axis", "評価軸"
        EVALUATION_INDICATOR = "evaluation_indicator", "評価指標"
        MONITORING_INDICATOR = "monitoring_indicator", "モニタリング指標"

    period = models.ForeignKey(
        ObjectivePeriod, models.PROTECT, related_name="clauses", verbose_name="期間"
    )
    public_id = models.CharField(
        "公開ID", max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False
    )
    kind = models.CharField("種類", max_length=30, choices=Kind)
    introduced_by = models.ForeignKey(
        "evaluation.Amendment",
        models.PROTECT,
        related_name="introduced",
        verbose_name="新設した変更",
    )

    history = Records()
    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        verbose_name = "条項"
        verbose_name_plural = "条項"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "chapter",
                        "item",
                        "body",
                        "evaluation_axis",
                        "evaluation_indicator",
                        "monitoring_indicator",
                    ]
                ),
                name="clause_kind_known",
                violation_error_message="種類は、一覧にあるものから選んでください。",
            ),
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A proxy gives its kind to what is made through it, in whatever way.
        self.kind = self.kind or getattr(self, "KIND", "")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.public_id}"


class KindManager(models.Manager[Any]):
    """Only the clauses of the proxy's kind."""

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(kind=self.model.KIND)


class Chapter(Clause):
    """章 (Ⅲ, Ⅵ …): its text is the heading."""

    KIND = Clause.Kind.CHAPTER
    objects: ClassVar[models.Manager[Any]] = KindManager()

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = "章"


class Item(Clause):
    """項目 (2, 2.5 …): its text is the heading; axes and indicators hang on it."""

    KIND = Clause.Kind.ITEM
    objects: ClassVar[models.Manager[Any]] = KindManager()

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = "項目"


class Paragraph(Clause):
    """One paragraph of the 本文 of a chapter or item."""

    KIND = Clause.Kind.BODY
    objects: ClassVar[models.Manager[Any]] = KindManager()

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = "本文"


class EvaluationAxis(Clause):
    """評価軸 of an item."""

    KIND = Clause.Kind.EVALUATION_AXIS
    objects: ClassVar[models.Manager[Any]] = KindManager()

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = "評価軸"


class EvaluationIndicator(Clause):
    """評価指標: what an assessment is based on."""

    KIND = Clause.Kind.EVALUATION_INDICATOR
    objects: ClassVar[models.Manager[Any]] = KindManager()

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = "評価指標"


class MonitoringIndicator(Clause):
    """モニタリング指標: facts needed for a sound assessment."""

    KIND = Clause.Kind.MONITORING_INDICATOR
    objects: ClassVar[models.Manager[Any]] = KindManager()

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = "モニタリング指標"
