"""Amendments and what they say: the legal history of the text.

Only changed clauses have a `Wording` in an amendment. No row = 同左, first row = 新設, repealing
row = 削る. Once an amendment is decided, it and its rows are frozen (see `evaluation.triggers`).
"""

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from evaluation.models.objectives import Clause, ObjectivePeriod, agencies_of
from evaluation.models.standing import ItemProgramQuerySet, WordingQuerySet
from jst_objectives.folded import FoldedField
from jst_objectives.history import Records
from programs.models import Program, Role, User

NO_TEXT = "文言を入力してください。条項をなくすときは「削る」を選びます。"


DRAFT_READERS = (Role.Kind.EDITOR, Role.Kind.APPROVER, Role.Kind.AUDITOR)


def published() -> Q:
    """Return what makes an amendment public: decided, and its day of publication has come."""
    return Q(state=Amendment.State.DECIDED, published_on__lte=timezone.localdate())


def restricted_from(user: User) -> models.QuerySet[models.Model, int]:
    """Return the ids of the drafts that are restricted to people of whom the user is none."""
    restrictions = apps.get_model("evaluation", "Restriction").objects.filter(released_at=None)
    return restrictions.exclude(readers__user=user).values_list("amendment", flat=True)


class AmendmentQuerySet(models.QuerySet["Amendment"]):
    def visible_to(self, user: User | AnonymousUser) -> "AmendmentQuerySet":
        """What is published, to everybody; what is decided, to every role of the agency; a draft, to
        its editors, approvers and auditors, and to the agency once it is shared; but a restricted
        draft only to those of them who are named."""
        if not isinstance(user, User):
            return self.published()
        decided = Q(state=Amendment.State.DECIDED, period__agency__in=agencies_of(user))
        drafts = Q(period__agency__in=agencies_of(user, *DRAFT_READERS))
        shared = Q(shared_at__isnull=False, period__agency__in=agencies_of(user, Role.Kind.AGENCY))
        visible = self.filter(published() | decided | drafts | shared)
        return visible.exclude(pk__in=restricted_from(user))

    def published(self) -> "AmendmentQuerySet":
        return self.filter(published())

    def decided(self) -> "AmendmentQuerySet":
        return self.filter(state=Amendment.State.DECIDED)

    def last_decided(self) -> "Amendment | None":
        return self.decided().order_by("-sequence").first()


class Amendment(models.Model):
    """変更: the baseline, an amendment of the text, or a correction (正誤).

    Decided exactly when `sequence`, `decided_on`, `effective_on` and `recorded_at` are set. Whether it
    is in force follows from `effective_on` and today's date in Asia/Tokyo and is never stored.
    """

    class Kind(models.TextChoices):
        BASELINE = "baseline", "現行（登録の起点）"
        AMENDMENT = "amendment", "変更"
        CORRECTION = "correction", "正誤"

    class State(models.TextChoices):
        DRAFT = "draft", "起案中"
        SUBMITTED = "submitted", "承認待ち"
        APPROVED = "approved", "承認済み"
        DECIDED = "decided", "決定"
        WITHDRAWN = "withdrawn", "取下げ"

    period = models.ForeignKey(
        ObjectivePeriod, models.PROTECT, related_name="amendments", verbose_name="期間"
    )
    slug = models.SlugField("識別名", max_length=50)
    kind = models.CharField("種類", max_length=20, choices=Kind, default=Kind.AMENDMENT)
    title = models.CharField("件名", max_length=200)
    memo_title = models.CharField("説明資料の表題", max_length=200, blank=True)
    office = models.CharField("担当課", max_length=100, blank=True)
    based_on = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="drafted_on_it",
        verbose_name="起案時の最新の決定",
        null=True,
        blank=True,
    )
    paper_date = models.DateField("資料の日付", null=True, blank=True)
    holder = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="held_amendments",
        verbose_name="担当者",
        null=True,
        blank=True,
    )
    shared_at = models.DateTimeField("法人との共有日時", null=True, blank=True)
    state = models.CharField("状態", max_length=20, choices=State, default=State.DRAFT)
    sequence = models.PositiveIntegerField("順番", null=True, blank=True)
    decided_on = models.DateField("決定日", null=True, blank=True)
    effective_on = models.DateField("適用日", null=True, blank=True)
    recorded_at = models.DateTimeField("登録日時", null=True, blank=True)
    published_on = models.DateField("公表日", null=True, blank=True)

    history = Records()
    objects = AmendmentQuerySet.as_manager()

    class Meta:
        verbose_name = "変更"
        verbose_name_plural = "変更"
        ordering = [F("sequence").asc(nulls_last=True), "paper_date", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "slug"],
                name="amendment_slug_unique",
                violation_error_message="この期間には同じ識別名の変更がすでにあります。",
            ),
            models.UniqueConstraint(
                fields=["period", "sequence"],
                name="amendment_sequence_unique",
                violation_error_message="この期間には同じ順番の決定済みの変更がすでにあります。",
            ),
            models.UniqueConstraint(
                fields=["period"],
                condition=Q(kind="baseline"),
                name="amendment_one_baseline",
                violation_error_message="登録の起点は、期間ごとに一つだけです。",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["baseline", "amendment", "correction"])
                & Q(state__in=["draft", "submitted", "approved", "decided", "withdrawn"]),
                name="amendment_kind_and_state_known",
                violation_error_message="種類と状態は、一覧にあるものから選んでください。",
            ),
            models.CheckConstraint(
                condition=Q(
                    state="decided",
                    sequence__isnull=False,
                    decided_on__isnull=False,
                    effective_on__isnull=False,
                    recorded_at__isnull=False,
                )
                | (
                    ~Q(state="decided")
                    & Q(
                        sequence__isnull=True,
                        decided_on__isnull=True,
                        effective_on__isnull=True,
                        recorded_at__isnull=True,
                    )
                ),
                name="amendment_decided_has_its_dates",
                violation_error_message="決定には順番・決定日・適用日・登録日時のすべてが要り、決定前にはどれも入力できません。",
            ),
            models.CheckConstraint(
                condition=Q(published_on__isnull=True) | Q(state="decided"),
                name="amendment_published_after_decision",
                violation_error_message="公表できるのは、決定した変更だけです。",
            ),
            models.CheckConstraint(
                condition=Q(published_on__isnull=True) | Q(published_on__gte=F("decided_on")),
                name="amendment_published_no_earlier_than_decided",
                violation_error_message="公表日は、決定日以後の日付にしてください。",
            ),
            models.CheckConstraint(
                condition=~Q(kind="baseline") | Q(sequence__isnull=True) | Q(sequence=1),
                name="amendment_baseline_comes_first",
                violation_error_message="登録の起点は、最初の決定でなければなりません。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("amendment", args=[self.period.agency.code, self.period.number, self.slug])

    @property
    def is_decided(self) -> bool:
        return self.state == self.State.DECIDED

    @property
    def is_restricted(self) -> bool:
        """Whether only named people read it (a query, unless `restriction` was selected)."""
        restriction = getattr(self, "restriction", None)  # none there is no attribute either
        return restriction is not None and restriction.holds


class Wording(models.Model):
    """What one amendment says of one clause: its place, its own number and its text.

    `base` is the wording that stood for the clause when this one was drafted, the head of the chain of
    decided amendments; it is null only where the amendment introduces the clause. `corrects` names the
    wording that a CORRECTION replaces wherever that applied.
    """

    clause = models.ForeignKey(Clause, models.PROTECT, related_name="wordings", verbose_name="条項")
    amendment = models.ForeignKey(
        Amendment, models.PROTECT, related_name="wordings", verbose_name="変更"
    )
    parent = models.ForeignKey(
        Clause, models.PROTECT, related_name="+", verbose_name="親", null=True, blank=True
    )
    rank = models.CharField("並び順", max_length=100)
    label = models.CharField("番号", max_length=20, blank=True)
    text = models.TextField("文言", error_messages={"blank": NO_TEXT})
    repealed = models.BooleanField("削る", default=False)
    excerpt = models.BooleanField("資料にある部分のみ", default=False)
    reason = models.ForeignKey(
        "evaluation.AmendmentReason",
        models.PROTECT,
        related_name="wordings",
        verbose_name="変更理由",
        null=True,
        blank=True,
    )
    base = models.ForeignKey(
        "self", models.PROTECT, related_name="+", verbose_name="元の文言", null=True, blank=True
    )
    corrects = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="corrections",
        verbose_name="正す文言",
        null=True,
        blank=True,
    )
    revision = models.PositiveIntegerField("版", default=1)
    folded = FoldedField("検索用", sources=("text",))

    history = Records(excluded_fields=["folded"])
    objects = WordingQuerySet.as_manager()

    class Meta:
        verbose_name = "文言"
        verbose_name_plural = "文言"
        constraints = [
            models.UniqueConstraint(
                fields=["clause", "amendment"],
                name="wording_once_per_amendment",
                violation_error_message="この変更には、この条項の文言がすでにあります。",
            ),
            models.CheckConstraint(
                condition=~Q(text=""),
                name="wording_text_not_empty",
                violation_error_message=NO_TEXT,
            ),
            models.CheckConstraint(
                condition=~Q(rank="") & ~Q(rank__endswith="0"),
                name="wording_rank_leaves_room",
                violation_error_message="並び順は、0で終わらない英数字にしてください。",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("clause")),
                name="wording_not_its_own_parent",
                violation_error_message="条項を、それ自身の下に置くことはできません。",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:30]


class ItemProgram(models.Model):
    """Which programme carries an item out, versioned like the text."""

    clause = models.ForeignKey(
        Clause, models.PROTECT, related_name="item_programs", verbose_name="項目"
    )
    program = models.ForeignKey(
        Program, models.PROTECT, related_name="item_programs", verbose_name="事業"
    )
    amendment = models.ForeignKey(
        Amendment, models.PROTECT, related_name="item_programs", verbose_name="変更"
    )
    removed = models.BooleanField("外す", default=False)

    history = Records()
    objects = ItemProgramQuerySet.as_manager()

    class Meta:
        verbose_name = "項目の事業"
        verbose_name_plural = "項目の事業"
        constraints = [
            models.UniqueConstraint(
                fields=["clause", "program", "amendment"],
                name="item_program_once_per_amendment",
                violation_error_message="この変更には、この項目と事業の組がすでにあります。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clause}：{self.program}"


class Contribution(models.Model):
    """Who drafted an amendment; its approver is none of them."""

    amendment = models.ForeignKey(
        Amendment, models.PROTECT, related_name="contributions", verbose_name="変更"
    )
    user = models.ForeignKey(
        User, models.PROTECT, related_name="contributions", verbose_name="利用者"
    )

    history = Records()

    class Meta:
        verbose_name = "起案への関与"
        verbose_name_plural = "起案への関与"
        constraints = [
            models.UniqueConstraint(
                fields=["amendment", "user"],
                name="contribution_once",
                violation_error_message="この利用者の関与は、すでに記録されています。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amendment}：{self.user}"
