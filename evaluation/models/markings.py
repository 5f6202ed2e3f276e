"""The drafter's hand: marks drawn in place of the engine's."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from evaluation.comparison.marking import Marks, Span
from evaluation.models.amendments import Amendment
from evaluation.models.objectives import Clause
from jst_objectives.history import Records
from programs.models import User


class Marking(models.Model):
    """下線: the marks of one revised clause in an amendment's table, as an editor drew them.

    Spans are offsets in code points, "3-8,12-15", of the two texts that `fingerprint` is the digest of.
    Where the texts are others now, the marks are stale: they are not used, and that is said.
    """

    amendment = models.ForeignKey(
        Amendment, models.PROTECT, related_name="markings", verbose_name="変更"
    )
    clause = models.ForeignKey(Clause, models.PROTECT, related_name="markings", verbose_name="条項")
    fingerprint = models.CharField("文言のSHA-256", max_length=64)
    old_spans = models.TextField("現行の下線", blank=True)
    new_spans = models.TextField("変更案の下線", blank=True)
    why = models.CharField("下線の理由", max_length=500, blank=True)
    drawn_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="下線を引いた人", null=True, blank=True
    )
    drawn_at = models.DateTimeField("下線を引いた日時")

    history = Records()

    class Meta:
        verbose_name = "下線"
        verbose_name_plural = "下線"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["amendment", "clause"],
                name="marking_once_per_clause",
                violation_error_message="この変更には、この条項の下線がすでにあります。",
            ),
            models.CheckConstraint(
                condition=Q(Exact(Length("fingerprint"), 64)),
                name="marking_fingerprint_form",
                violation_error_message="SHA-256は64桁の16進数です。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amendment}：{self.clause}の下線"

    @property
    def marks(self) -> Marks:
        return Marks(read_spans(self.old_spans), read_spans(self.new_spans))


def written_spans(spans: tuple[Span, ...]) -> str:
    return ",".join(f"{start}-{end}" for start, end in spans)


def read_spans(text: str) -> tuple[Span, ...]:
    """Read "3-8,12-15". Raises ValidationError for anything else."""
    try:
        pairs = [tuple(map(int, part.split("-"))) for part in text.split(",") if part]
        return tuple((start, end) for start, end in pairs)
    except ValueError:
        raise ValidationError("下線の位置を読み取れません。もう一度選んでください。") from None
