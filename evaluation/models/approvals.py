"""承認: who approved which content of an amendment."""

from django.db import models
from django.db.models import Q

from evaluation.models.amendments import Amendment
from evaluation.models.documents import Snapshot
from jst_objectives.history import Records
from programs.models import User


class Approval(models.Model):
    """One approval, bound to a snapshot and to digests of what its approver approved, part by part.

    It stands as long as the amendment's own content has these digests, whatever was saved in between
    (`evaluation.approving`). It ends for good when an approver sends the amendment back, or when
    something else is decided than it approved; nothing else of it ever changes.
    """

    class End(models.TextChoices):
        STANDING = "", "有効"
        SENT_BACK = "sent_back", "差戻し"
        VOID = "void", "失効"

    amendment = models.ForeignKey(
        Amendment, models.PROTECT, related_name="approvals", verbose_name="変更"
    )
    snapshot = models.ForeignKey(
        Snapshot, models.PROTECT, related_name="approvals", verbose_name="承認した版"
    )
    # Name of a part (`evaluation.approving.PARTS`) → SHA-256 of what it said.
    digests = models.JSONField("承認した内容のSHA-256")
    approved_at = models.DateTimeField("承認日時")
    approved_by = models.ForeignKey(
        User, models.PROTECT, related_name="approvals", verbose_name="承認者"
    )
    ended = models.CharField("効力", max_length=10, choices=End, blank=True)
    ended_at = models.DateTimeField("効力を失った日時", null=True, blank=True)

    history = Records(excluded_fields=["digests"])

    class Meta:
        verbose_name = "承認"
        verbose_name_plural = "承認"
        ordering = ["approved_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended="", ended_at__isnull=True)
                | Q(ended__in=["sent_back", "void"], ended_at__isnull=False),
                name="approval_end_has_its_time",
                violation_error_message="承認が効力を失ったときは、その理由と日時の両方が要ります。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amendment}：{self.approved_by.get_full_name()}の承認"
