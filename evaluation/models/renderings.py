"""Documents that are being made in the background, each by one piece of work."""

from django.db import models
from django.db.models import F, Q

from evaluation.models.documents import IssuedDocument, Snapshot
from evaluation.models.objectives import ObjectivePeriod
from evaluation.models.ratings import Rating
from programs.models import User


class Rendering(models.Model):
    """作成: one document of a snapshot on its way to be issued, with how far it has come; or 評価書 of an
    evaluation as it stands, which is printed for one person and not issued.

    `done` of `total` parts are laid out, `part` names the next. `heard_at` is the last sign of life of
    the process that works on it. `cancelling`: somebody asked it to stop. It holds no text and decides
    nothing, so it has no audit history; what comes of it is an `IssuedDocument`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "順番待ち"
        RUNNING = "running", "作成中"
        DONE = "done", "作成済み"
        FAILED = "failed", "失敗"
        CANCELLED = "cancelled", "中止"

    snapshot = models.ForeignKey(
        Snapshot,
        models.PROTECT,
        related_name="renderings",
        verbose_name="控え",
        null=True,
        blank=True,
    )
    period = models.ForeignKey(
        ObjectivePeriod,
        models.PROTECT,
        related_name="+",
        verbose_name="期間",
        null=True,
        blank=True,
    )
    fiscal_year = models.PositiveSmallIntegerField("年度", null=True, blank=True)
    rating_kind = models.CharField("評価の種類", max_length=20, choices=Rating.Kind, blank=True)
    kind = models.CharField("種類", max_length=20, choices=IssuedDocument.Kind)
    requested_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="作成を始めた人"
    )
    requested_at = models.DateTimeField("作成を始めた日時")
    state = models.CharField("状態", max_length=20, choices=State, default=State.WAITING)
    done = models.PositiveSmallIntegerField("できた部分の数", default=0)
    total = models.PositiveSmallIntegerField("部分の数")
    part = models.CharField("作成している部分", max_length=200, blank=True)
    cancelling = models.BooleanField("中止の求め", default=False)
    heard_at = models.DateTimeField("最後に動きのあった日時", null=True, blank=True)
    finished_at = models.DateTimeField("終わった日時", null=True, blank=True)
    words = models.TextField("失敗の理由", blank=True)
    task = models.CharField("処理の識別子", max_length=64, blank=True)
    document = models.ForeignKey(
        IssuedDocument,
        models.PROTECT,
        related_name="+",
        verbose_name="発行した文書",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = "作成"
        verbose_name_plural = "作成"
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "kind"],
                condition=Q(state__in=["waiting", "running"]),
                name="rendering_once_at_a_time",
                violation_error_message="同じ文書を、いま作成しています。",
            ),
            models.UniqueConstraint(
                fields=["period", "fiscal_year", "rating_kind", "requested_by"],
                condition=Q(state__in=["waiting", "running"]),
                name="rendering_unissued_once_at_a_time",
                violation_error_message="同じ評価書を、いま作成しています。",
            ),
            models.CheckConstraint(
                condition=Q(
                    snapshot__isnull=False,
                    period__isnull=True,
                    fiscal_year__isnull=True,
                    rating_kind="",
                )
                | Q(
                    snapshot__isnull=True,
                    period__isnull=False,
                    fiscal_year__isnull=False,
                    rating_kind__in=["yearly", "prospective", "final"],
                    kind="evaluation",
                ),
                name="rendering_of_snapshot_or_evaluation",
                violation_error_message="作成するのは、控えの文書か、ある評価の評価書です。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running", "done", "failed", "cancelled"]),
                name="rendering_state_known",
                violation_error_message="作成の状態は、一覧にあるものだけです。",
            ),
            models.CheckConstraint(
                condition=Q(done__lte=F("total")),
                name="rendering_done_of_total",
                violation_error_message="できた部分の数は、部分の数以下です。",
            ),
            models.CheckConstraint(
                condition=(~Q(state="done") & Q(document__isnull=True))
                | Q(state="done", snapshot__isnull=False, document__isnull=False)
                | Q(state="done", snapshot__isnull=True, document__isnull=True),
                name="rendering_done_with_document",
                violation_error_message="控えから作成済みのものだけに、発行した文書があります。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.snapshot or self.fiscal_year}"

    @property
    def is_active(self) -> bool:
        return self.state in {self.State.WAITING, self.State.RUNNING}
