"""What people say of a draft, clause by clause."""

from django.db import models
from django.db.models import Q

from evaluation.models.amendments import Amendment
from evaluation.models.objectives import Clause
from jst_objectives.history import Records
from programs.models import User

NO_WORDS = "コメントを入力してください。"


class Comment(models.Model):
    """コメント: on a clause of an amendment, or an answer to one. Its words are never changed.

    `place` and `about` are the clause's place and text as they were when it was written; `clause` is
    null where a clause that the draft introduced has vanished since. Answers have none of the three:
    they belong to the comment that they answer, which alone is resolved and reopened.
    """

    amendment = models.ForeignKey(
        Amendment, models.PROTECT, related_name="comments", verbose_name="変更"
    )
    clause = models.ForeignKey(
        Clause,
        models.PROTECT,
        related_name="comments",
        verbose_name="条項",
        null=True,
        blank=True,
    )
    place = models.CharField("書いたときの場所", max_length=300, blank=True)
    about = models.TextField("書いたときの文言", blank=True)
    answers_to = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="answers",
        verbose_name="答えるコメント",
        null=True,
        blank=True,
    )
    text = models.TextField("コメント", error_messages={"blank": NO_WORDS})
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="書いた人")
    written_at = models.DateTimeField("書いた日時")
    resolved_at = models.DateTimeField("解決日時", null=True, blank=True)
    resolved_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="解決した人", null=True, blank=True
    )

    history = Records()

    class Meta:
        verbose_name = "コメント"
        verbose_name_plural = "コメント"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""),
                name="comment_has_words",
                violation_error_message=NO_WORDS,
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
                name="comment_resolved_by_somebody",
                violation_error_message="解決には、日時と人の両方が要ります。",
            ),
            models.CheckConstraint(
                condition=(Q(answers_to__isnull=True) & ~Q(place=""))
                | Q(
                    answers_to__isnull=False,
                    clause__isnull=True,
                    place="",
                    about="",
                    resolved_at__isnull=True,
                ),
                name="comment_on_a_clause_or_an_answer",
                violation_error_message="コメントは条項に付けるか、ほかのコメントに答えるかの、どちらかです。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place or '答え'}：{self.text[:30]}"

    @property
    def is_resolved(self) -> bool:
        return self.resolved_at is not None
