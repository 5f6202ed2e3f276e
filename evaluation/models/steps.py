"""手続: the steps of an agency's procedure, their order by law, and what was recorded of each."""

import datetime as dt
from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from evaluation.models.amendments import DRAFT_READERS, Amendment
from evaluation.models.documents import Snapshot
from evaluation.models.objectives import agencies_of
from jst_objectives.history import Records
from programs.models import Agency, User


class StepKind(models.Model):
    """A step that an agency's amendments go through: which bodies are heard differs by law."""

    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="step_kinds", verbose_name="法人"
    )
    position = models.PositiveSmallIntegerField("順番")
    name = models.CharField("手続", max_length=100)
    body = models.CharField("相手", max_length=100, blank=True)
    legal_basis = models.CharField("根拠規定", max_length=200, blank=True)
    required = models.BooleanField(
        "法令で必要",
        default=False,
        help_text="記録がないとき、決定と公表の確認のページで知らせます。",
    )
    after_decision = models.BooleanField(
        "決定の後の手続", default=False, help_text="決定・指示、公表、計画の認可や届出など。"
    )
    of_rating = models.BooleanField(
        "評価の手続",
        default=False,
        help_text="変更ではなく、評価の手続のとき。評定の確定に続く通知と公表は、決定の後の手続とします。",
    )

    history = Records()

    class Meta:
        verbose_name = "手続の種類"
        verbose_name_plural = "手続の種類"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "position"],
                name="step_kind_position_unique",
                violation_error_message="同じ順番の手続がすでにあります。",
            ),
            models.UniqueConstraint(
                fields=["agency", "name"],
                name="step_kind_name_unique",
                violation_error_message="同じ名前の手続がすでにあります。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StepOrder(models.Model):
    """The law has one step done before another, such as 審議会 before 評価制度委員会."""

    earlier = models.ForeignKey(
        StepKind, models.PROTECT, related_name="followed_by", verbose_name="先の手続"
    )
    later = models.ForeignKey(
        StepKind, models.PROTECT, related_name="preceded_by", verbose_name="後の手続"
    )
    legal_basis = models.CharField("根拠規定", max_length=200, blank=True)

    history = Records()

    class Meta:
        verbose_name = "手続の順序"
        verbose_name_plural = "手続の順序"
        ordering = ["later__position", "earlier__position"]
        constraints = [
            models.UniqueConstraint(
                fields=["earlier", "later"],
                name="step_order_unique",
                violation_error_message="この二つの手続の順序は、すでに登録されています。",
            ),
            models.CheckConstraint(
                condition=~Q(earlier=F("later")),
                name="step_order_of_two",
                violation_error_message="先の手続と後の手続には、別の手続を選んでください。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.earlier} → {self.later}"


class ProcedureStepQuerySet(models.QuerySet["ProcedureStep"]):
    def visible_to(self, user: User | AnonymousUser) -> "ProcedureStepQuerySet":
        """Steps of visible amendments: all to who reads drafts of the agency, those that were not held
        in private to its other roles, those held in public to everybody."""
        rows = self.filter(amendment__in=Amendment.objects.visible_to(user))
        in_public = Q(openness=ProcedureStep.Openness.OPEN)
        if not isinstance(user, User):
            return rows.filter(in_public)
        agency = "amendment__period__agency__in"
        drafts = Q(**{agency: agencies_of(user, *DRAFT_READERS)})
        inside = Q(**{agency: agencies_of(user)}) & ~Q(openness=ProcedureStep.Openness.CLOSED)
        return rows.filter(in_public | drafts | inside)


class ProcedureStep(models.Model):
    """手続の記録: one hearing, consultation, decision or publication, and the snapshot it saw."""

    class Openness(models.TextChoices):
        NONE = "", "会議ではない"
        OPEN = "open", "公開"
        PARTLY = "partly", "一部非公開"
        CLOSED = "closed", "非公開"

    amendment = models.ForeignKey(
        Amendment, models.PROTECT, related_name="steps", verbose_name="変更"
    )
    kind = models.ForeignKey(StepKind, models.PROTECT, related_name="+", verbose_name="手続")
    body = models.CharField("会議・相手", max_length=100, blank=True)
    number = models.CharField("回次", max_length=100, blank=True)
    document_number = models.CharField("文書番号", max_length=100, blank=True)
    date = models.DateField("日付", null=True, blank=True)
    answered_on = models.DateField("回答・答申・認可の日", null=True, blank=True)
    openness = models.CharField("公開", max_length=10, choices=Openness, blank=True)
    result = models.CharField("結果", max_length=200, blank=True)
    opinion = models.TextField("意見", blank=True)
    snapshot = models.ForeignKey(
        Snapshot,
        models.PROTECT,
        related_name="steps",
        verbose_name="示した版",
        null=True,
        blank=True,
    )

    history = Records()
    objects = ProcedureStepQuerySet.as_manager()

    class Meta:
        verbose_name = "手続の記録"
        verbose_name_plural = "手続の記録"
        ordering = ["date", "kind__position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(openness__in=["", "open", "partly", "closed"]),
                name="step_openness_known",
                violation_error_message="公開の別は、一覧にあるものから選んでください。",
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | Q(answered_on__gte=F("date")),
                name="step_answered_after_it_was_asked",
                violation_error_message="回答・答申・認可の日は、日付以後にしてください。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amendment}：{self.kind}"

    @property
    def with_whom(self) -> str:
        """Return the body that was heard: its own words, or those of its kind."""
        return self.body or self.kind.body

    @property
    def finished_on(self) -> dt.date | None:
        """Return the day from which the next step may follow."""
        return self.answered_on or self.date


LARGEST_FILE = 20 * 1024 * 1024  # bytes


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, user: User | AnonymousUser) -> "AttachmentQuerySet":
        """Files of visible steps, to who has a role for the agency: a paper handed in to a meeting is
        not published by the portal."""
        if not isinstance(user, User):
            return self.none()
        steps = ProcedureStep.objects.visible_to(user)
        return self.filter(step__in=steps, step__amendment__period__agency__in=agencies_of(user))


class Attachment(models.Model):
    """A file of a step (答申, 議事録, 会議資料), kept byte by byte; it may go, but never change."""

    # Suffix → media type. What a browser might run is not among them.
    TYPES: ClassVar[dict[str, str]] = {
        "pdf": "application/pdf",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "txt": "text/plain",
        "csv": "text/csv",
        "png": "image/png",
        "jpg": "image/jpeg",
    }

    step = models.ForeignKey(
        ProcedureStep, models.PROTECT, related_name="attachments", verbose_name="手続の記録"
    )
    name = models.CharField("ファイル名", max_length=200)
    suffix = models.CharField("形式", max_length=10)
    size = models.PositiveIntegerField("大きさ（バイト）")
    sha256 = models.CharField("SHA-256", max_length=64)
    content = models.BinaryField("内容")
    added_at = models.DateTimeField("登録日時")
    added_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="登録者", null=True, blank=True
    )

    # The history tells that a file was there and which; a file that had to go is not kept in it.
    history = Records(excluded_fields=["content"])
    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = "手続のファイル"
        verbose_name_plural = "手続のファイル"
        ordering = ["added_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["step", "sha256"],
                name="attachment_once_per_step",
                violation_error_message="同じ内容のファイルが、この手続にすでにあります。",
            ),
            models.CheckConstraint(
                condition=Q(suffix__in=["pdf", "docx", "xlsx", "pptx", "txt", "csv", "png", "jpg"]),
                name="attachment_suffix_known",
                violation_error_message="この形式のファイルは登録できません。",
            ),
            models.CheckConstraint(
                condition=Q(size__gte=1, size__lte=LARGEST_FILE),
                name="attachment_size_possible",
                violation_error_message="ファイルは、空でない、20 MBまでのものにしてください。",
            ),
            models.CheckConstraint(
                condition=Exact(Length("sha256"), 64),
                name="attachment_sha256_form",
                violation_error_message="SHA-256は64桁の16進数です。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def media_type(self) -> str:
        return self.TYPES[self.suffix]
