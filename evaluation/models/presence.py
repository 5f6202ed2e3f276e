"""Who has a clause of a draft open."""

from django.db import models

from evaluation.models.amendments import Amendment
from evaluation.models.objectives import Clause
from programs.models import User


class Presence(models.Model):
    """A person had a clause open at a moment. It locks nothing, and no history keeps it."""

    amendment = models.ForeignKey(Amendment, models.CASCADE, related_name="+", verbose_name="変更")
    clause = models.ForeignKey(Clause, models.CASCADE, related_name="+", verbose_name="条項")
    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name="利用者")
    at = models.DateTimeField("日時", db_index=True)

    class Meta:
        verbose_name = "条項を開いている人"
        verbose_name_plural = "条項を開いている人"
        constraints = [
            models.UniqueConstraint(
                fields=["amendment", "clause", "user"],
                name="presence_once",
                violation_error_message="この利用者がこの条項を開いていることは、記録されています。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}：{self.clause}"
