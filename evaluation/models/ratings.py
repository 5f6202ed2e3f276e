"""How items are judged: what is asked of an item, its yearly inputs, grades, and remedies.

Rules: 独立行政法人の評価に関する指針 (総務大臣決定, 平成26年9月2日) and the forms 様式2-1, 2-2.
"""

from django.db import models
from django.db.models import Q

from evaluation.eras import year_name
from evaluation.models.amendments import Amendment
from evaluation.models.objectives import Clause, ObjectivePeriod
from evaluation.models.values import YEAR_FORM, YEAR_POSSIBLE
from jst_objectives.history import Records
from programs.models import User


class ItemProfile(models.Model):
    """項目の評価上の扱い, from a fiscal year on: 重要度, 困難度, legal basis, graded here or above."""

    item = models.ForeignKey(Clause, models.PROTECT, related_name="profiles", verbose_name="項目")
    first_fiscal_year = models.PositiveSmallIntegerField("最初の年度")
    amendment = models.ForeignKey(
        Amendment,
        models.PROTECT,
        related_name="item_profiles",
        verbose_name="定めた変更",
        null=True,
        blank=True,
    )
    graded = models.BooleanField("この項目で評定する", default=True)
    research = models.BooleanField("研究開発に係る項目", default=True)
    important = models.BooleanField("重要度「高」", default=False)
    importance_grounds = models.TextField("重要度の理由", blank=True)
    difficult = models.BooleanField("困難度「高」", default=False)
    difficulty_grounds = models.TextField("困難度の理由", blank=True)
    legal_basis = models.CharField("根拠条文", max_length=300, blank=True)
    policies = models.CharField("関連する政策・施策", max_length=300, blank=True)
    review_numbers = models.CharField(
        "政策評価・行政事業レビューの番号", max_length=200, blank=True
    )

    history = Records()

    class Meta:
        verbose_name = "項目の評価上の扱い"
        verbose_name_plural = "項目の評価上の扱い"
        ordering = ["item", "first_fiscal_year"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "first_fiscal_year"],
                name="item_profile_once_per_year",
                violation_error_message="この項目のこの年度からの扱いは、すでに登録されています。",
            ),
            models.CheckConstraint(
                condition=Q(important=False) | ~Q(importance_grounds=""),
                name="item_profile_importance_has_grounds",
                violation_error_message="重要度を高とする理由を入力してください。",
            ),
            models.CheckConstraint(
                condition=Q(difficult=False) | ~Q(difficulty_grounds=""),
                name="item_profile_difficulty_has_grounds",
                violation_error_message="困難度を高とする理由を入力してください。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}：{self.name}"

    @property
    def name(self) -> str:
        """Return what it is of its item."""
        return f"{year_name(self.first_fiscal_year)}から"


class ItemInput(models.Model):
    """主要なインプット情報: money (whole yen) and people of an item in a fiscal year."""

    class Kind(models.TextChoices):
        BUDGET = "budget", "予算額"
        SETTLEMENT = "settlement", "決算額"
        ORDINARY_COST = "ordinary_cost", "経常費用"
        ORDINARY_PROFIT = "ordinary_profit", "経常利益"
        ADMINISTRATIVE_COST = "administrative_cost", "行政コスト"
        STAFF = "staff", "従事人員数"

    item = models.ForeignKey(Clause, models.PROTECT, related_name="inputs", verbose_name="項目")
    fiscal_year = models.PositiveSmallIntegerField("年度")
    kind = models.CharField("種類", max_length=30, choices=Kind)
    amount = models.DecimalField("額・人数", max_digits=20, decimal_places=2)
    revision = models.PositiveIntegerField("版", default=1)

    history = Records()

    class Meta:
        verbose_name = "インプット情報"
        verbose_name_plural = "インプット情報"
        ordering = ["item", "kind", "fiscal_year"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "fiscal_year", "kind"],
                name="item_input_once_per_year",
                violation_error_message="この項目のこの年度の額は、すでに入力されています。",
            ),
            models.CheckConstraint(
                condition=YEAR_POSSIBLE
                & Q(
                    kind__in=[
                        "budget",
                        "settlement",
                        "ordinary_cost",
                        "ordinary_profit",
                        "administrative_cost",
                        "staff",
                    ]
                ),
                name="item_input_kind_and_year_known",
                violation_error_message="種類は一覧から選び、" + YEAR_FORM,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}：{self.name}"

    @property
    def name(self) -> str:
        return f"{year_name(self.fiscal_year)} {self.get_kind_display()}"


class ItemPlan(models.Model):
    """中長期計画・年度計画 of an item, in the agency's words: the one holds from its fiscal year on, the
    other for its fiscal year."""

    class Kind(models.TextChoices):
        MEDIUM = "medium", "中長期計画"
        ANNUAL = "annual", "年度計画"

    item = models.ForeignKey(Clause, models.PROTECT, related_name="plans", verbose_name="項目")
    kind = models.CharField("種類", max_length=10, choices=Kind)
    fiscal_year = models.PositiveSmallIntegerField("年度")
    text = models.TextField("計画")

    history = Records()

    class Meta:
        verbose_name = "項目の計画"
        verbose_name_plural = "項目の計画"
        ordering = ["item", "kind", "fiscal_year"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "kind", "fiscal_year"],
                name="item_plan_once_per_year",
                violation_error_message="この項目のこの年度の計画は、すでに登録されています。",
            ),
            models.CheckConstraint(
                condition=YEAR_POSSIBLE & Q(kind__in=["medium", "annual"]),
                name="item_plan_kind_and_year_known",
                violation_error_message="種類は一覧から選び、" + YEAR_FORM,
            ),
            models.CheckConstraint(
                condition=~Q(text=""),
                name="item_plan_not_empty",
                violation_error_message="計画を入力してください。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}：{self.name}"

    @property
    def name(self) -> str:
        return f"{year_name(self.fiscal_year)} {self.get_kind_display()}"


class Rating(models.Model):
    """評定: of an item (or, without one, of the agency as a whole: 総合評定) for a fiscal year, by the
    agency itself or by the minister. B is the standard; an issued grade has grounds."""

    class Kind(models.TextChoices):
        YEARLY = "yearly", "年度評価"
        PROSPECTIVE = "prospective", "見込評価"
        FINAL = "final", "期間実績評価"

    class Side(models.TextChoices):
        SELF = "self", "自己評価"
        MINISTER = "minister", "主務大臣による評価"

    class Grade(models.TextChoices):
        S = "S", "S"
        A = "A", "A"
        B = "B", "B"
        C = "C", "C"
        D = "D", "D"
        NONE = "-", "－（評価の対象なし）"

    class Stage(models.TextChoices):
        DRAFT = "draft", "作成中"
        ISSUED = "issued", "確定"

    period = models.ForeignKey(
        ObjectivePeriod, models.PROTECT, related_name="ratings", verbose_name="期間"
    )
    item = models.ForeignKey(
        Clause, models.PROTECT, related_name="ratings", verbose_name="項目", null=True, blank=True
    )
    fiscal_year = models.PositiveSmallIntegerField("年度")
    kind = models.CharField("評価の種類", max_length=20, choices=Kind, default=Kind.YEARLY)
    side = models.CharField("評価者", max_length=20, choices=Side)
    grade = models.CharField("評定", max_length=1, choices=Grade, blank=True)
    results = models.TextField("業務実績", blank=True)
    grounds = models.TextField("評定の根拠", blank=True)
    issues = models.TextField("課題と対応", blank=True)
    opinion = models.TextField("審議会・監事の意見", blank=True)
    raised = models.BooleanField("困難度により一段階引き上げた", default=False)
    raised_grounds = models.TextField("引き上げた根拠", blank=True)
    # Of an important item at C or below: what caps the overall grade (評価の指針).
    agency_wide = models.BooleanField("法人全体のマネジメントに起因する", default=False)
    stage = models.CharField("段階", max_length=20, choices=Stage, default=Stage.DRAFT)
    issued_on = models.DateField("確定した日", null=True, blank=True)
    revision = models.PositiveIntegerField("版", default=1)
    written_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="記入者", null=True, blank=True
    )
    written_at = models.DateTimeField("記入日時")

    history = Records()

    class Meta:
        verbose_name = "評定"
        verbose_name_plural = "評定"
        ordering = ["fiscal_year", "item", "kind", "side"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "fiscal_year", "kind", "side"],
                condition=Q(item__isnull=False),
                name="rating_once_per_item",
                violation_error_message="この項目のこの評定は、すでに登録されています。",
            ),
            models.UniqueConstraint(
                fields=["period", "fiscal_year", "kind", "side"],
                condition=Q(item__isnull=True),
                name="rating_once_overall",
                violation_error_message="この年度の総合評定は、すでに登録されています。",
            ),
            models.CheckConstraint(
                condition=YEAR_POSSIBLE
                & Q(kind__in=["yearly", "prospective", "final"])
                & Q(side__in=["self", "minister"])
                & Q(grade__in=["", "S", "A", "B", "C", "D", "-"])
                & Q(stage__in=["draft", "issued"]),
                name="rating_choices_known",
                violation_error_message="評価の種類・評価者・評定・段階は、一覧にあるものから選んでください。",
            ),
            models.CheckConstraint(
                condition=Q(stage="draft", issued_on__isnull=True)
                | (
                    Q(stage="issued", issued_on__isnull=False)
                    & ~Q(grade="")
                    & (Q(grade="-") | ~Q(grounds=""))
                ),
                name="rating_issued_has_grade_and_grounds",
                violation_error_message="評定を確定するには、評定とその根拠が要ります。",
            ),
            models.CheckConstraint(
                condition=Q(raised=False) | ~Q(raised_grounds=""),
                name="rating_raised_has_grounds",
                violation_error_message="困難度により引き上げるときは、その根拠を入力してください。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item or self.period}：{self.name}"

    @property
    def name(self) -> str:
        """Return which one of its item's it is, 「令和7年度 年度評価・自己評価」."""
        evaluation = f"{self.get_kind_display()}・{self.get_side_display()}"
        return f"{year_name(self.fiscal_year)} {evaluation}"


class Remedy(models.Model):
    """指摘事項と改善方策: carried from year to year until it is done (JST省令第7条)."""

    period = models.ForeignKey(
        ObjectivePeriod, models.PROTECT, related_name="remedies", verbose_name="期間"
    )
    item = models.ForeignKey(
        Clause, models.PROTECT, related_name="remedies", verbose_name="項目", null=True, blank=True
    )
    fiscal_year = models.PositiveSmallIntegerField("指摘した年度")
    issue = models.TextField("指摘事項")
    remedy = models.TextField("改善方策", blank=True)
    done_fiscal_year = models.PositiveSmallIntegerField("完了した年度", null=True, blank=True)
    done_words = models.TextField("完了の説明", blank=True)
    revision = models.PositiveIntegerField("版", default=1)

    history = Records()

    class Meta:
        verbose_name = "指摘事項"
        verbose_name_plural = "指摘事項"
        ordering = ["fiscal_year", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=YEAR_POSSIBLE & ~Q(issue=""),
                name="remedy_issue_not_empty",
                violation_error_message="指摘した年度と、指摘事項を入力してください。",
            ),
            models.CheckConstraint(
                condition=Q(done_fiscal_year__isnull=True) | ~Q(done_words=""),
                name="remedy_done_says_how",
                violation_error_message="完了の説明を入力してください。",
            ),
        ]

    def __str__(self) -> str:
        return self.issue[:30]


class RemedyProgress(models.Model):
    """改善の状況 of a remedy in a fiscal year."""

    remedy = models.ForeignKey(
        Remedy, models.PROTECT, related_name="progress", verbose_name="指摘事項"
    )
    fiscal_year = models.PositiveSmallIntegerField("年度")
    words = models.TextField("状況")

    history = Records()

    class Meta:
        verbose_name = "改善の状況"
        verbose_name_plural = "改善の状況"
        ordering = ["fiscal_year"]
        constraints = [
            models.UniqueConstraint(
                fields=["remedy", "fiscal_year"],
                name="remedy_progress_once_per_year",
                violation_error_message="この年度の状況は、すでに入力されています。",
            ),
            models.CheckConstraint(
                condition=YEAR_POSSIBLE & ~Q(words=""),
                name="remedy_progress_not_empty",
                violation_error_message="年度と、改善の状況を入力してください。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.remedy}：{year_name(self.fiscal_year)}"
