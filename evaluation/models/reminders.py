"""That a person was reminded of what waits for them: once a day at most."""

from django.db import models

from programs.models import User


class Reminder(models.Model):
    """催促: one mail to a person on a day. Without a history: it is never changed."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="reminders", verbose_name="送った相手"
    )
    sent_on = models.DateField("送った日")
    sent_at = models.DateTimeField("送った日時")
    tasks = models.PositiveSmallIntegerField("知らせた件数")

    class Meta:
        verbose_name = "催促"
        verbose_name_plural = "催促"
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "sent_on"],
                name="reminded_once_a_day",
                violation_error_message="この人には、今日すでに知らせています。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}：{self.sent_on}"
