"""閲覧制限: drafts that can move markets, readable by named people only until they are released."""

from django.db import models
from django.db.models import Q

from evaluation.models.amendments import Amendment
from jst_objectives.history import Records
from programs.models import User


class Restriction(models.Model):
    """The restriction of one draft. It narrows who reads it to the named among those who else would.

    `Amendment.objects.visible_to` and all that is built on it ask for it. Released once, for ever:
    what somebody has read cannot be taken back.
    """

    amendment = models.OneToOneField(
        Amendment, models.PROTECT, related_name="restriction", verbose_name="変更"
    )
    why = models.TextField("制限する理由")
    since = models.DateTimeField("制限した日時")
    released_at = models.DateTimeField("解除した日時", null=True, blank=True)
    release_reason = models.TextField("解除した理由", blank=True)

    history = Records()

    class Meta:
        verbose_name = "閲覧制限"
        verbose_name_plural = "閲覧制限"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, release_reason="")
                | (Q(released_at__isnull=False) & ~Q(release_reason="")),
                name="restriction_release_has_its_reason",
                violation_error_message="閲覧制限の解除には、日時と理由の両方が要ります。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amendment}の閲覧制限"

    @property
    def holds(self) -> bool:
        return self.released_at is None


class RestrictedReader(models.Model):
    """A person named to read a restricted draft."""

    restriction = models.ForeignKey(
        Restriction, models.PROTECT, related_name="readers", verbose_name="閲覧制限"
    )
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="読める人")

    history = Records()

    class Meta:
        verbose_name = "制限された変更案を読める人"
        verbose_name_plural = "制限された変更案を読める人"
        ordering = ["user__username"]
        constraints = [
            models.UniqueConstraint(
                fields=["restriction", "user"],
                name="restricted_reader_once",
                violation_error_message="この人は、すでに読める人に入っています。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user.name}（{self.restriction.amendment}）"
