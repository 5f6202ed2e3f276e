"""Agencies, their people, and the programmes and funds by which items are carried out.

Knows nothing of `evaluation`. Amounts are whole yen; fiscal years are integers (2025 = 令和7年度).
What a source document does not say is null and shown as 「資料に記載なし」.
"""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q

from jst_objectives.folded import FoldedField
from jst_objectives.history import Records

FIRST_FISCAL_YEAR = 2001  # the first independent administrative agencies began on 2001-04-01


class User(AbstractUser):
    """A person who signs in. Never deleted, only deactivated: histories name their users."""

    is_demo = models.BooleanField("デモ用", default=False)
    wants_mail = models.BooleanField("お知らせをメールで受け取る", default=True)

    history = Records(excluded_fields=["password", "last_login"])

    class Meta(AbstractUser.Meta):
        verbose_name = "利用者"
        verbose_name_plural = "利用者"

    def get_full_name(self) -> str:
        """Family name first, as Japanese names are written."""
        return f"{self.last_name} {self.first_name}".strip()

    @property
    def name(self) -> str:
        return self.get_full_name() or self.get_username()


class Agency(models.Model):
    """国立研究開発法人: the body for which a competent minister sets objectives."""

    code = models.SlugField("略号", max_length=20, unique=True)
    name = models.CharField("法人名", max_length=100, unique=True)
    short_name = models.CharField("略称", max_length=50)
    competent_minister = models.CharField("主務大臣", max_length=50)
    law = models.CharField("根拠法", max_length=100)
    purpose_article = models.CharField("目的条", max_length=20)
    purpose_heading = models.CharField("目的条の見出し", max_length=50)
    purpose = models.TextField("目的条の条文")

    history = Records()

    class Meta:
        verbose_name = "法人"
        verbose_name_plural = "法人"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Role(models.Model):
    """What a user may do for one agency."""

    class Kind(models.TextChoices):
        EDITOR = "editor", "起案者"
        APPROVER = "approver", "承認者"
        AGENCY = "agency", "法人担当者"
        ASSESSOR = "assessor", "評価者"
        AUDITOR = "auditor", "監査者"
        MAINTAINER = "maintainer", "保守者"

    user = models.ForeignKey(User, models.PROTECT, related_name="roles", verbose_name="利用者")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="roles", verbose_name="法人")
    role = models.CharField("役割", max_length=20, choices=Kind)

    history = Records()

    class Meta:
        verbose_name = "役割"
        verbose_name_plural = "役割"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "agency", "role"],
                name="role_once",
                violation_error_message="この利用者には、この法人の同じ役割がすでにあります。",
            ),
            models.CheckConstraint(
                condition=Q(
                    role__in=["editor", "approver", "agency", "assessor", "auditor", "maintainer"]
                ),
                name="role_known",
                violation_error_message="役割は、一覧にあるものから選んでください。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}：{self.get_role_display()}（{self.agency.short_name}）"


class AccessRecord(models.Model):
    """What the histories of the data do not hold: who signed in, read a draft, took data out, or was
    refused. Append-only.

    `actor_name` stays as it was; for a failed sign-in it is the user name that was typed. `agency` is
    null where the act concerns none, such as a sign-in. `path` tells the page.
    """

    class Kind(models.TextChoices):
        SIGN_IN = "sign_in", "サインイン"
        SIGN_IN_FAILED = "sign_in_failed", "サインイン失敗"
        LOCKED_OUT = "locked_out", "ロックアウト"
        SIGN_OUT = "sign_out", "サインアウト"
        REFUSED = "refused", "拒否"
        DRAFT_READ = "draft_read", "変更案の閲覧"
        EXPORT = "export", "出力"

    at = models.DateTimeField("日時", db_index=True)
    kind = models.CharField("種類", max_length=20, choices=Kind)
    user = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="利用者", null=True, blank=True
    )
    actor_name = models.CharField("操作者名", max_length=300)
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="+", verbose_name="法人", null=True, blank=True
    )
    path = models.CharField("ページ", max_length=500)
    detail = models.CharField("内容", max_length=500, blank=True)

    class Meta:
        verbose_name = "アクセスの記録"
        verbose_name_plural = "アクセスの記録"
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "sign_in",
                        "sign_in_failed",
                        "locked_out",
                        "sign_out",
                        "refused",
                        "draft_read",
                        "export",
                    ]
                ),
                name="access_record_kind_known",
                violation_error_message="種類は、一覧にあるものから選んでください。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.actor_name}"


class Fund(models.Model):
    """基金, set up with subsidies of the state."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="funds", verbose_name="法人")
    name = models.CharField("基金名", max_length=100)
    subsidy = models.CharField("補助金名", max_length=100, blank=True)
    legal_basis = models.CharField("根拠規定", max_length=200, blank=True)

    history = Records()

    class Meta:
        verbose_name = "基金"
        verbose_name_plural = "基金"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "name"],
                name="fund_name_unique",
                violation_error_message="この法人には同じ名前の基金がすでにあります。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Program(models.Model):
    """事業, carried out by an agency and described by a one-page sheet of the ministry."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="programs", verbose_name="法人")
    slug = models.SlugField("識別名", max_length=50)
    name = models.CharField("事業名", max_length=100)
    english_name = models.CharField("英語名", max_length=200, blank=True)
    subtitle = models.CharField("副題", max_length=200, blank=True)
    office = models.CharField("担当", max_length=100, blank=True)
    fund = models.ForeignKey(
        Fund, models.PROTECT, related_name="programs", verbose_name="基金", null=True, blank=True
    )
    period_text = models.CharField("事業実施期間", max_length=100, blank=True)
    end_fiscal_year = models.PositiveSmallIntegerField("終了年度", null=True, blank=True)
    duration_years = models.PositiveSmallIntegerField("期間（年）", null=True, blank=True)
    target = models.CharField("対象", max_length=200, blank=True)
    adoption_text = models.CharField("採択件数", max_length=100, blank=True)
    folded = FoldedField("検索用", sources=("name", "english_name", "subtitle", "target"))

    history = Records(excluded_fields=["folded"])

    class Meta:
        verbose_name = "事業"
        verbose_name_plural = "事業"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "slug"],
                name="program_slug_unique",
                violation_error_message="この法人には同じ識別名の事業がすでにあります。",
            ),
            models.UniqueConstraint(
                fields=["agency", "name"],
                name="program_name_unique",
                violation_error_message="この法人には同じ名前の事業がすでにあります。",
            ),
            models.CheckConstraint(
                condition=Q(end_fiscal_year__isnull=True)
                | Q(end_fiscal_year__gte=FIRST_FISCAL_YEAR),
                name="program_end_year_possible",
                violation_error_message="終了年度は西暦4桁の年度（例：2028）で入力してください。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Part(models.Model):
    """A numbered part of a programme's sheet."""

    position = models.PositiveSmallIntegerField("順番")

    class Meta:
        abstract = True
        ordering = ["position"]


class ProgramSection(Part):
    """A headed part of the sheet, its paragraphs one per line."""

    program = models.ForeignKey(
        Program, models.PROTECT, related_name="sections", verbose_name="事業"
    )
    heading = models.CharField("見出し", max_length=200, blank=True)
    body = models.TextField("本文", blank=True)
    folded = FoldedField("検索用", sources=("heading", "body"))

    history = Records(excluded_fields=["folded"])

    class Meta(Part.Meta):
        verbose_name = "事業の説明"
        verbose_name_plural = "事業の説明"
        constraints = [
            models.UniqueConstraint(
                fields=["program", "position"],
                name="program_section_position_unique",
                violation_error_message="同じ順番の説明がすでにあります。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.program}：{self.heading}"


class Appropriation(models.Model):
    """（補正）予算額 of one fiscal year."""

    class Kind(models.TextChoices):
        INITIAL = "initial", "当初予算"
        SUPPLEMENTARY = "supplementary", "補正予算"

    program = models.ForeignKey(
        Program, models.PROTECT, related_name="appropriations", verbose_name="事業"
    )
    fiscal_year = models.PositiveSmallIntegerField("年度")
    kind = models.CharField("区分", max_length=20, choices=Kind)
    yen = models.PositiveBigIntegerField("金額（円）", null=True, blank=True)
    label = models.CharField("名目", max_length=200, blank=True)
    outside_programme = models.BooleanField("事業の外に別途計上", default=False)
    note = models.CharField("備考", max_length=300, blank=True)

    history = Records()

    class Meta:
        verbose_name = "予算額"
        verbose_name_plural = "予算額"
        ordering = ["fiscal_year", "outside_programme", "label"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "fiscal_year", "kind", "label"],
                name="appropriation_once",
                violation_error_message="同じ年度・区分・名目の予算額がすでにあります。",
            ),
            models.CheckConstraint(
                condition=Q(fiscal_year__gte=FIRST_FISCAL_YEAR),
                name="appropriation_year_possible",
                violation_error_message="年度は西暦4桁（例：2025）で入力してください。",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["initial", "supplementary"]),
                name="appropriation_kind_known",
                violation_error_message="区分は当初予算か補正予算を選んでください。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.program}：{self.fiscal_year}年度{self.get_kind_display()}"


class SupportTrack(Part):
    """One way in which a programme supports: its whole amount, how many cases, how long."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="tracks", verbose_name="事業")
    name = models.CharField("型・区分", max_length=100)
    fund = models.ForeignKey(
        Fund, models.PROTECT, related_name="tracks", verbose_name="基金", null=True, blank=True
    )
    yen = models.PositiveBigIntegerField("金額（円）", null=True, blank=True)
    number_text = models.CharField("支援件数", max_length=100, blank=True)
    period_text = models.CharField("支援期間", max_length=100, blank=True)
    description = models.TextField("説明", blank=True)

    history = Records()

    class Meta(Part.Meta):
        verbose_name = "支援の型"
        verbose_name_plural = "支援の型"
        constraints = [
            models.UniqueConstraint(
                fields=["program", "position"],
                name="support_track_position_unique",
                violation_error_message="同じ順番の支援の型がすでにあります。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.program}：{self.name}"


class TrackCost(Part):
    """What one case costs."""

    track = models.ForeignKey(
        SupportTrack, models.PROTECT, related_name="costs", verbose_name="支援の型"
    )
    label = models.CharField("費目", max_length=100)
    yen = models.PositiveBigIntegerField("1件当たり金額（円）", null=True, blank=True)
    text = models.CharField("表記", max_length=100, blank=True)
    note = models.CharField("備考", max_length=200, blank=True)

    history = Records()

    class Meta(Part.Meta):
        verbose_name = "1件当たりの費用"
        verbose_name_plural = "1件当たりの費用"
        constraints = [
            models.UniqueConstraint(
                fields=["track", "position"],
                name="track_cost_position_unique",
                violation_error_message="同じ順番の費用がすでにあります。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.track}：{self.label}"


class SchemeFlow(Part):
    """One arrow of the printed scheme: who gives money to whom, and how."""

    class Kind(models.TextChoices):
        SUBSIDY = "subsidy", "補助"
        COMMISSION = "commission", "委託"

    program = models.ForeignKey(Program, models.PROTECT, related_name="flows", verbose_name="事業")
    source = models.CharField("出し手", max_length=200)
    destination = models.CharField("受け手", max_length=200)
    label = models.CharField("方法", max_length=20, choices=Kind)

    history = Records()

    class Meta(Part.Meta):
        verbose_name = "資金の流れ"
        verbose_name_plural = "資金の流れ"
        constraints = [
            models.UniqueConstraint(
                fields=["program", "position"],
                name="scheme_flow_position_unique",
                violation_error_message="同じ順番の資金の流れがすでにあります。",
            ),
            models.CheckConstraint(
                condition=~Q(source=F("destination")),
                name="scheme_flow_goes_somewhere",
                violation_error_message="出し手と受け手は別のものにしてください。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}→{self.destination}"
