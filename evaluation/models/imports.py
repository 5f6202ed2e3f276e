"""Files of values on their way in: kept as they came, compared cell by cell, stored once confirmed."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from evaluation.models.measures import IndicatorMeasure
from evaluation.models.objectives import ObjectivePeriod
from evaluation.workbook.sheets import place_of
from programs.models import User


class ValueImport(models.Model):
    """取込み: a file that somebody uploaded, with what came of it.

    `source` says how it was read, `counts` how many cells came to what. It decides nothing, so it has no
    audit history; what it stores is in the histories of the values, with the name of the file.
    """

    class State(models.TextChoices):
        READING = "reading", "読取り中"
        READY = "ready", "確認待ち"
        SAVING = "saving", "保存中"
        DONE = "done", "保存済み"
        FAILED = "failed", "失敗"
        CANCELLED = "cancelled", "中止"

    period = models.ForeignKey(
        ObjectivePeriod, models.PROTECT, related_name="value_imports", verbose_name="期間"
    )
    name = models.CharField("ファイルの名前", max_length=200)
    content = models.BinaryField("ファイル")  # empty once it was kept long enough
    sha256 = models.CharField("SHA-256", max_length=64)
    source = models.CharField("形式", max_length=50, blank=True)
    uploaded_by = models.ForeignKey(
        User, models.PROTECT, related_name="value_imports", verbose_name="取り込んだ人"
    )
    uploaded_at = models.DateTimeField("取り込んだ日時")
    state = models.CharField("状態", max_length=20, choices=State, default=State.READING)
    counts: Any = models.JSONField("セルの数", default=dict, blank=True)
    words = models.TextField("知らせ", blank=True)
    # Of the work in the background: when it was asked for, and the task that does it.
    begun_at = models.DateTimeField("始めた日時", null=True, blank=True)
    task = models.CharField("処理の識別子", max_length=64, blank=True)
    saved_at = models.DateTimeField("保存した日時", null=True, blank=True)

    class Meta:
        verbose_name = "実績値の取込み"
        verbose_name_plural = "実績値の取込み"
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["reading", "ready", "saving", "done", "failed", "cancelled"]
                ),
                name="value_import_state_known",
                violation_error_message="取込みの状態は、一覧にあるものだけです。",
            ),
            models.CheckConstraint(
                condition=Q(state="done", saved_at__isnull=False)
                | (~Q(state="done") & Q(saved_at__isnull=True)),
                name="value_import_done_when_saved",
                violation_error_message="保存済みのものだけに、保存した日時があります。",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & Q(Exact(Length("sha256"), 64)),
                name="value_import_file_named",
                violation_error_message="ファイルの名前が要り、SHA-256は64文字です。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ImportedCell(models.Model):
    """取込みのセル: one cell of a file, what it would come to, and which side stands where both changed.

    A cell of a year is its value; where only its note is another, its place is the note's.
    `revision` is the one of the value that stood when it was compared (0 for none); `contents` is what is
    to be stored, None where it cannot be.
    """

    class Status(models.TextChoices):
        ERROR = "error", "誤り"
        CONFLICT = "conflict", "衝突"
        NEW = "new", "新規"
        CHANGED = "changed", "変更"
        CLEARED = "cleared", "消去"
        UNCHANGED = "unchanged", "変更なし"

    class Decision(models.TextChoices):
        MINE = "mine", "ファイルの値にする"
        THEIRS = "theirs", "いまの値のままにする"

    WRITTEN: ClassVar = (Status.NEW, Status.CHANGED, Status.CLEARED)

    value_import = models.ForeignKey(
        ValueImport, models.CASCADE, related_name="cells", verbose_name="取込み"
    )
    row = models.PositiveIntegerField("行")
    column = models.PositiveSmallIntegerField("列")
    measure = models.ForeignKey(
        IndicatorMeasure, models.CASCADE, related_name="+", verbose_name="測定項目", null=True
    )
    fiscal_year = models.PositiveSmallIntegerField("年度", null=True)
    status = models.CharField("種類", max_length=20, choices=Status)
    typed = models.TextField("ファイルの値", blank=True)
    stood = models.TextField("いまの値", blank=True)
    stood_note = models.TextField("いまの注", blank=True)
    message = models.TextField("説明", blank=True)
    contents: Any = models.JSONField("保存する値", null=True, blank=True)
    revision = models.PositiveIntegerField("版", default=0)
    decision = models.CharField("選択", max_length=10, choices=Decision, blank=True)

    class Meta:
        verbose_name = "取込みのセル"
        verbose_name_plural = "取込みのセル"
        ordering = ["row", "column", "pk"]
        indexes = [models.Index(fields=["value_import", "status", "row", "column"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    status__in=["error", "conflict", "new", "changed", "cleared", "unchanged"]
                )
                & Q(decision__in=["", "mine", "theirs"]),
                name="imported_cell_choices_known",
                violation_error_message="セルの種類と選択は、一覧にあるものだけです。",
            ),
            models.CheckConstraint(
                condition=Q(decision="") | Q(status="conflict"),
                name="imported_cell_decides_conflicts",
                violation_error_message="どちらの値にするかを選ぶのは、衝突したセルだけです。",
            ),
        ]

    def __str__(self) -> str:
        return self.place

    @property
    def place(self) -> str:
        """Return where the cell is in the file, 「F12」."""
        return place_of(self.row, self.column)

    @property
    def note(self) -> str | None:
        """Return the note that would stand; None where it would stay as it is."""
        said = (self.contents or {}).get("note")
        return None if said is None or said == self.stood_note else str(said)
