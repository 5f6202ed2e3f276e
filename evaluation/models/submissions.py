"""Forms that were sent and have been answered, so that a form sent twice is written once."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from programs.models import User


class Submission(models.Model):
    """One form as one person sent it: `digest` of its token, its address and all its fields.

    The row is written in the transaction of what the form saves. It is no part of any history and
    is deleted after a day.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name="利用者")
    digest = models.CharField("送信内容のSHA-256", max_length=64)
    location = models.CharField("答えの行き先", max_length=500, blank=True)
    at = models.DateTimeField("日時", db_index=True)

    class Meta:
        verbose_name = "送信済みのフォーム"
        verbose_name_plural = "送信済みのフォーム"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "digest"],
                name="submission_once",
                violation_error_message="このフォームは、すでに送信されています。",
            ),
            models.CheckConstraint(
                condition=Q(Exact(Length("digest"), 64)),
                name="submission_digest_form",
                violation_error_message="SHA-256は64桁の16進数です。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}：{self.at}"
