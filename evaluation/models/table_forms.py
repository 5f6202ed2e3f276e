"""In which form an amendment's comparison table is drawn up."""

from dataclasses import replace
from typing import Any

from django.db import models
from django.db.models import F, Q

from evaluation.comparison.rows import NATIONAL, Settings
from evaluation.models.amendments import Amendment
from jst_objectives.history import Records

SAME_TITLES = "左右の欄の見出しは、別の語にしてください。"


class TableForm(models.Model):
    """表の書式: what an amendment's table differs in from the ministry's own form.

    It goes into every snapshot, and is frozen with the amendment (see `evaluation.triggers`).
    """

    class First(models.TextChoices):
        PROPOSED = "proposed", "変更案を左"
        CURRENT = "current", "現行を左"

    class Same(models.TextChoices):
        SAME_AS_LEFT = "（同左）", "（同左）"
        OMITTED = "（略）", "（略）"

    class Unchanged(models.TextChoices):
        DROP = "drop", "載せない"
        RUN = "run", "「１～４　（略）」とまとめる"
        FULL = "full", "全文を載せる"

    class Moves(models.TextChoices):
        APART = "apart", "（新設）と（削る）で示す"
        TRACK = "track", "移動先で、元の文言と並べる"

    amendment = models.OneToOneField(
        Amendment, models.PROTECT, related_name="table_form", verbose_name="変更"
    )
    first = models.CharField("欄の順", max_length=10, choices=First, default=First.PROPOSED)
    proposed_title = models.CharField("変更案の欄の見出し", max_length=30, default="変更案")
    current_title = models.CharField("現行の欄の見出し", max_length=30, default="現行")
    same = models.CharField(
        "変わらない部分の語", max_length=10, choices=Same, default=Same.SAME_AS_LEFT
    )
    unchanged = models.CharField(
        "変わらない項目", max_length=10, choices=Unchanged, default=Unchanged.DROP
    )
    elide = models.BooleanField("長い段落の変わらない部分を「・・・」にする", default=True)
    moves = models.CharField("移動", max_length=10, choices=Moves, default=Moves.APART)
    remarks = models.CharField("備考欄の見出し", max_length=30, blank=True)

    history = Records()

    class Meta:
        verbose_name = "表の書式"
        verbose_name_plural = "表の書式"
        constraints = [
            models.CheckConstraint(
                condition=Q(first__in=["proposed", "current"])
                & Q(same__in=["（同左）", "（略）"])
                & Q(unchanged__in=["drop", "run", "full"])
                & Q(moves__in=["apart", "track"]),
                name="table_form_choices_known",
                violation_error_message="表の書式は、一覧にあるものから選んでください。",
            ),
            models.CheckConstraint(
                condition=~Q(proposed_title="") & ~Q(current_title=""),
                name="table_form_columns_titled",
                violation_error_message="左右の欄に、見出しを付けてください。",
            ),
            models.CheckConstraint(
                condition=~Q(proposed_title=F("current_title")),
                name="table_form_columns_told_apart",
                violation_error_message=SAME_TITLES,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amendment}：表の書式"

    def settings(self, given: Settings = NATIONAL) -> Settings:
        """Return the engine's settings of this form; what it does not say is as `given`."""
        return settings_of(self.values(), given)

    def values(self) -> dict[str, Any]:
        """Return what the form says, by the names of `FIELDS`."""
        return {name: getattr(self, name) for name in FIELDS}


FIELDS = (
    *("first", "proposed_title", "current_title", "same"),
    *("unchanged", "elide", "moves", "remarks"),
)


def settings_of(values: dict[str, Any], given: Settings) -> Settings:
    """Return the engine's settings for values of `FIELDS`; one word for what is unchanged."""
    omitted = given.omitted if values["same"] == TableForm.Same.SAME_AS_LEFT else values["same"]
    return replace(
        given,
        first=values["first"],
        columns=(values["proposed_title"], values["current_title"]),
        same=values["same"],
        omitted=omitted,
        unchanged_siblings=values["unchanged"],
        elide=values["elide"],
        moves=values["moves"],
        remarks=values["remarks"],
    )


def form_of(amendment: Amendment) -> TableForm:
    """Return the stored form of an amendment, or the ministry's own, not stored."""
    found: TableForm | None = getattr(amendment, "table_form", None)
    return found or TableForm(amendment=amendment)
