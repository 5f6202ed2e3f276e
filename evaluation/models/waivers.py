"""Findings of the consistency check that a drafter looked at and lets stand."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from evaluation.models.amendments import Amendment
from jst_objectives.history import Records
from programs.models import User

NO_REASON = "そのままでよい理由を入力してください。"


class Waiver(models.Model):
    """確認済み: why a finding may stand, by whom and since when.

    `fingerprint` is the digest of the finding: of its rule, its message and the texts that were judged.
    Where they are others now, the finding is another and open again. `place` and `message` are what was
    shown, so that a waiver can be read after its finding, or its clause, is gone.
    """

    amendment = models.ForeignKey(
        Amendment, models.PROTECT, related_name="waivers", verbose_name="変更"
    )
    rule = models.CharField("点検項目", max_length=30)
    fingerprint = models.CharField("指摘のSHA-256", max_length=64)
    place = models.CharField("箇所", max_length=300)
    message = models.TextField("指摘")
    reason = models.TextField("確認の理由", max_length=500, error_messages={"blank": NO_REASON})
    waived_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="確認した人", null=True, blank=True
    )
    waived_at = models.DateTimeField("確認日時")

    history = Records()

    class Meta:
        verbose_name = "指摘の確認"
        verbose_name_plural = "指摘の確認"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["amendment", "fingerprint"],
                name="waiver_once_per_finding",
                violation_error_message="この指摘は、すでに確認済みです。",
            ),
            models.CheckConstraint(
                condition=Q(Exact(Length("fingerprint"), 64)),
                name="waiver_fingerprint_form",
                violation_error_message="SHA-256は64桁の16進数です。",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="waiver_has_its_reason",
                violation_error_message=NO_REASON,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amendment}：{self.place}"
