"""What left the portal: snapshots of an amendment or an evaluation, and issued documents."""

import hashlib
import json
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from evaluation.models.amendments import DRAFT_READERS, Amendment
from evaluation.models.measures import RESULT_READERS
from evaluation.models.objectives import ObjectivePeriod, agencies_of
from evaluation.models.ratings import Rating
from programs.models import Role, User


class Snapshot(models.Model):
    """The documents of an amendment, or of an evaluation, as they stood at a moment; immutable.

    An evaluation's hang on the minister's rating that they print: an item's, or the overall one, with
    the `name` that its files bear.

    `content` is canonical JSON (sorted keys, no spaces) and `sha256` its digest: text, not a JSON
    column, because a database may reorder or respell JSON and the digest would no longer fit.
    """

    amendment = models.ForeignKey(
        Amendment,
        models.PROTECT,
        related_name="snapshots",
        verbose_name="変更",
        null=True,
        blank=True,
    )
    rating = models.ForeignKey(
        Rating,
        models.PROTECT,
        related_name="snapshots",
        verbose_name="評定",
        null=True,
        blank=True,
    )
    name = models.CharField("評価の文書の名前", max_length=100, blank=True)
    number = models.PositiveIntegerField("版")
    content = models.TextField("内容")
    sha256 = models.CharField("内容のSHA-256", max_length=64)
    engine_version = models.CharField("比較エンジンの版", max_length=20)
    taken_at = models.DateTimeField("作成日時")
    taken_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="作成者", null=True, blank=True
    )

    class Meta:
        verbose_name = "控え"
        verbose_name_plural = "控え"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["amendment", "number"],
                name="snapshot_number_unique",
                violation_error_message="同じ版の控えがすでにあります。",
            ),
            models.UniqueConstraint(
                fields=["rating", "number"],
                name="snapshot_number_unique_of_rating",
                violation_error_message="同じ版の控えがすでにあります。",
            ),
            models.CheckConstraint(
                condition=Q(amendment__isnull=False, rating__isnull=True, name="")
                | (Q(amendment__isnull=True, rating__isnull=False) & ~Q(name="")),
                name="snapshot_of_amendment_or_rating",
                violation_error_message="控えは、一つの変更か、名前の付いた一つの評定のものです。",
            ),
            models.CheckConstraint(
                condition=Exact(Length("sha256"), 64),
                name="snapshot_sha256_form",
                violation_error_message="SHA-256は64桁の16進数です。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amendment.slug if self.amendment else self.name}-{self.number}"

    @property
    def period(self) -> ObjectivePeriod:
        subject = self.amendment or self.rating
        assert subject, "the database says so"
        return subject.period

    @property
    def data(self) -> Any:
        return json.loads(self.content)

    @staticmethod
    def canonical(data: Any) -> tuple[str, str]:
        """Return the canonical JSON of data and its SHA-256."""
        text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text, hashlib.sha256(text.encode()).hexdigest()


class IssuedDocumentQuerySet(models.QuerySet["IssuedDocument"]):
    def visible_to(self, user: User | AnonymousUser) -> "IssuedDocumentQuerySet":
        """Documents of visible amendments, as far back as the user could read their text: who does not
        read drafts gets those taken since the decision, the agency those of the snapshot that stood
        when the draft was shared, and later ones. Those of evaluations: whoever reads the results."""
        since_decision = Q(snapshot__taken_at__gte=F("snapshot__amendment__recorded_at"))
        visible = Q(snapshot__amendment__in=Amendment.objects.visible_to(user))
        if not isinstance(user, User):
            return self.filter(visible, since_decision)
        agency = "snapshot__amendment__period__agency__in"
        drafts = Q(**{agency: agencies_of(user, *DRAFT_READERS)})
        replaced = Snapshot.objects.filter(
            amendment=OuterRef("snapshot__amendment"),
            number__gt=OuterRef("snapshot__number"),
            taken_at__lte=OuterRef("snapshot__amendment__shared_at"),
        )
        shared = ~Exists(replaced) & Q(**{agency: agencies_of(user, Role.Kind.AGENCY)})
        graded = Q(snapshot__rating__period__agency__in=agencies_of(user, *RESULT_READERS))
        return self.filter((visible & (since_decision | drafts | shared)) | graded)


class IssuedDocument(models.Model):
    """A PDF made from a snapshot, kept byte by byte so that it can be verified later; immutable."""

    class Kind(models.TextChoices):
        """Of an amendment in the official order, the last of which holds all of them; of an evaluation
        likewise."""

        MEMO = "memo", "変更について"
        COMPARISON = "comparison", "新旧対照表"
        POLICY = "policy", "政策体系"
        APPENDIX = "appendix", "別紙"
        PROGRAMMES = "programmes", "事業の説明"
        OVERVIEW = "overview", "全体像"
        DOSSIER = "dossier", "資料一式"
        ASSESSMENT = "assessment", "項目別評定調書"
        GRADES = "grades", "総括表"
        EVALUATION = "evaluation", "評価書"

    snapshot = models.ForeignKey(
        Snapshot, models.PROTECT, related_name="documents", verbose_name="控え"
    )
    kind = models.CharField("種類", max_length=20, choices=Kind)
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    content = models.BinaryField("PDF")
    versions = models.JSONField("書体と作成ソフトの版")
    issued_at = models.DateTimeField("発行日時")
    issued_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="発行者", null=True, blank=True
    )

    objects = IssuedDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "発行文書"
        verbose_name_plural = "発行文書"
        ordering = ["issued_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "kind", "sha256"],
                name="issued_document_once",
                violation_error_message="この控えの同じ文書は、すでに発行されています。",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "memo",
                        "comparison",
                        "policy",
                        "appendix",
                        "programmes",
                        "overview",
                        "dossier",
                        "assessment",
                        "grades",
                        "evaluation",
                    ]
                ),
                name="issued_document_kind_known",
                violation_error_message="文書の種類は、一覧にあるものだけです。",
            ),
            models.CheckConstraint(
                condition=Exact(Length("sha256"), 64),
                name="issued_document_sha256_form",
                violation_error_message="SHA-256は64桁の16進数です。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.snapshot}"

    @property
    def filename(self) -> str:
        """Name of the downloaded file: kind, amendment or evaluation, and version."""
        return f"{self.get_kind_display()}_{self.snapshot}.pdf"


OF_EVALUATION = (
    IssuedDocument.Kind.ASSESSMENT,
    IssuedDocument.Kind.GRADES,
    IssuedDocument.Kind.EVALUATION,
)
OF_AMENDMENT = tuple(kind for kind in IssuedDocument.Kind if kind not in OF_EVALUATION)
