"""Who may see what, and who may do what.

What a user may not see answers 404 (`Hidden`), so that its existence stays unknown; what a user sees
but may not do is refused with the reason. `docs/roles.md` lists both.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.core.validators import slug_re
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest

from evaluation.eras import written
from evaluation.models import (
    Amendment,
    AmendmentReason,
    IssuedDocument,
    ItemProgram,
    ObjectivePeriod,
    OverviewSheet,
    Rating,
)
from evaluation.models.documents import IssuedDocumentQuerySet
from evaluation.models.measures import RESULT_READERS
from evaluation.models.objectives import agencies_of
from programs.access import Hidden, record_reading
from programs.models import Agency, Program, Role, User

R = Role.Kind
HELD = "held_roles"  # on a request, once they were read
S = Amendment.State


class PortalRequest(HttpRequest):
    """What a public page gets: somebody signed in, or anybody."""

    user: User | AnonymousUser


class SignedInRequest(PortalRequest):
    """What every other page gets: the middleware lets nobody in who has not signed in."""

    user: User


# --- Seeing ---------------------------------------------------------------------------------------
def roles_of(user: User | AnonymousUser, agency: Agency) -> set[str]:
    """Return the roles that the user has for the agency now."""
    if not isinstance(user, User):
        return set()
    return set(user.roles.filter(agency=agency).values_list("role", flat=True))


def held_roles(request: HttpRequest) -> list[tuple[str, Any]]:
    """Return the roles of the request's user, each with its agency's id (a query for each request)."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return []
    if not hasattr(request, HELD):
        setattr(request, HELD, list(user.roles.values_list("role", "agency")))
    held: list[tuple[str, Any]] = getattr(request, HELD)
    return held


def people_with(role: str, agency: Agency) -> QuerySet[User]:
    """Return who holds a role for the agency now."""
    held = Role.objects.filter(agency=agency, role=role)
    return User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("username")


def visible_period(request: PortalRequest, agency: str, number: int) -> ObjectivePeriod:
    """Return a period with a published text, or of an agency for which the user has a role."""
    periods = ObjectivePeriod.objects.visible_to(request.user).select_related("agency")
    period = periods.filter(agency__code=agency, number=number).first()
    if period is None:
        raise Hidden("この中長期目標は、登録されていないか、見る権限がありません。")
    return period


def visible_amendment(request: PortalRequest, agency: str, number: int, slug: str) -> Amendment:
    """Return an amendment that the user may see, and record that a draft is read. Raises Hidden."""
    if not slug_re.match(slug):
        raise Http404("変更の識別名は、半角の英数字・ハイフン・下線で指定してください。")
    amendments = Amendment.objects.visible_to(request.user)
    amendment = (
        amendments.select_related(
            "period__agency", "based_on", "holder", "table_form", "restriction"
        )
        .filter(period__agency__code=agency, period__number=number, slug=slug)
        .first()
    )
    if amendment is None:
        raise Hidden("この変更は、登録されていないか、見る権限がありません。")
    if not amendment.is_decided:
        record_reading(request, amendment.period.agency, f"{amendment.period}「{amendment}」")
    return amendment


def visible_change(request: PortalRequest, agency: str, number: int, slug: str) -> Amendment:
    """Return a visible amendment that changes a text. Raises Http404, also for the baseline."""
    amendment = visible_amendment(request, agency, number, slug)
    if amendment.kind == Amendment.Kind.BASELINE:
        raise Http404("登録の起点には、比べる前の本文がないため、新旧対照表がありません。")
    return amendment


def visible_documents(user: User | AnonymousUser) -> IssuedDocumentQuerySet:
    """Return the issued documents that the user may have, oldest first."""
    return IssuedDocument.objects.visible_to(user)


def visible_programs(user: User | AnonymousUser) -> QuerySet[Program]:
    """Return the programmes of the user's agencies, and those that a published amendment names: as
    carrying an item out, in its reasons, or in its overview sheets."""
    published = Amendment.objects.published()
    shown = Q(pk__in=ItemProgram.objects.filter(amendment__in=published).values("program"))
    for rows in (
        AmendmentReason.objects.filter(group__amendment__in=published),
        OverviewSheet.objects.filter(amendment__in=published),
    ):
        shown |= Q(pk__in=rows.values("program"))
    if isinstance(user, User):
        shown |= Q(agency__in=agencies_of(user))
    return Program.objects.filter(shown)


# --- Doing ----------------------------------------------------------------------------------------
class Act(StrEnum):
    """What a person does to an amendment."""

    EDIT = "edit"
    COPY = "copy"
    HAND_OVER = "hand_over"
    SHARE = "share"
    SUBMIT = "submit"
    TAKE_BACK = "take_back"
    WITHDRAW = "withdraw"
    RESUME = "resume"
    RESTRICT = "restrict"
    RELEASE = "release"
    RECORD = "record"
    CORRECT = "correct"
    DELETE = "delete"
    COMMENT = "comment"
    APPLY = "apply"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    DECIDE = "decide"
    PUBLISH = "publish"
    ISSUE = "issue"


@dataclass(frozen=True)
class Rule:
    """Which roles do it, in which states, and whether a drafter of the amendment may."""

    name: str
    roles: tuple[str, ...]
    states: tuple[str, ...]
    drafters: bool = True


UNDECIDED = (S.DRAFT, S.SUBMITTED, S.APPROVED)
RULES = {
    Act.EDIT: Rule("編集", (R.EDITOR,), (S.DRAFT,)),
    Act.COPY: Rule("写しの作成", (R.EDITOR,), tuple(S)),
    Act.HAND_OVER: Rule("引継ぎ", (R.EDITOR,), UNDECIDED),
    Act.SHARE: Rule("法人との共有", (R.EDITOR,), UNDECIDED),
    Act.SUBMIT: Rule("提出", (R.EDITOR,), (S.DRAFT,)),
    Act.TAKE_BACK: Rule("引戻し", (R.EDITOR,), (S.SUBMITTED, S.APPROVED)),
    Act.WITHDRAW: Rule("取下げ", (R.EDITOR,), UNDECIDED),
    Act.RESUME: Rule("再開", (R.EDITOR,), (S.WITHDRAWN,)),
    Act.RESTRICT: Rule("閲覧の制限", (R.EDITOR,), UNDECIDED),
    Act.RELEASE: Rule("閲覧制限の解除", (R.EDITOR, R.APPROVER), (*UNDECIDED, S.WITHDRAWN)),
    Act.RECORD: Rule("手続の記録", (R.EDITOR, R.APPROVER), (*UNDECIDED, S.DECIDED)),
    Act.CORRECT: Rule("正誤の起案", (R.EDITOR,), (S.DECIDED,)),
    Act.DELETE: Rule("削除", (R.EDITOR,), (S.DRAFT, S.WITHDRAWN)),
    Act.COMMENT: Rule("コメント", (R.EDITOR, R.APPROVER, R.AGENCY), UNDECIDED),
    Act.APPLY: Rule("他の法人への用意", (R.EDITOR,), tuple(S)),
    Act.APPROVE: Rule("承認", (R.APPROVER,), (S.SUBMITTED,), drafters=False),
    Act.SEND_BACK: Rule("差戻し", (R.APPROVER,), (S.SUBMITTED, S.APPROVED)),
    Act.DECIDE: Rule("決定", (R.APPROVER,), (S.APPROVED,), drafters=False),
    Act.PUBLISH: Rule("公表", (R.APPROVER,), (S.DECIDED,)),
    Act.ISSUE: Rule("PDFの発行", tuple(R), tuple(S)),
}


# The baseline is published, and what is wrong in it is corrected.
OF_A_BASELINE = (Act.PUBLISH, Act.CORRECT)


def refusals(user: User | AnonymousUser, amendment: Amendment) -> dict[Act, str]:
    """Return for each act why the user may not do it now; "" where it may be done."""
    roles = roles_of(user, amendment.period.agency)
    drafted = isinstance(user, User) and amendment.contributions.filter(user=user).exists()
    return {act: _refusal(act, amendment, roles, drafted=drafted) for act in Act}


def _refusal(act: Act, amendment: Amendment, roles: set[str], *, drafted: bool) -> str:
    rule = RULES[act]
    if roles.isdisjoint(rule.roles):
        allowed = "・".join(R(role).label for role in rule.roles)
        agency = amendment.period.agency.short_name
        return f"{rule.name}は、{agency}を担当する{allowed}だけができます。"
    if amendment.kind == Amendment.Kind.BASELINE and act not in OF_A_BASELINE:
        return f"登録の起点は、{rule.name}の対象になりません。"
    if amendment.state not in rule.states:
        states = "・".join(S(state).label for state in rule.states)
        back = act is Act.EDIT and amendment.state in RULES[Act.TAKE_BACK].states
        return (
            f"「{amendment}」は{amendment.get_state_display()}です。"
            f"{rule.name}ができるのは、{states}の変更案だけです。"
            f"{'「編集に戻す」と、編集できます。' if back else ''}"
        )
    if drafted and not rule.drafters:
        return f"起案に関わった人は、その変更案の{rule.name}をできません。"
    if act is Act.SHARE and amendment.shared_at:
        return f"「{amendment}」は、すでに法人と共有されています。"
    if act is Act.RESTRICT and hasattr(amendment, "restriction"):
        return f"「{amendment}」には、すでに閲覧制限の記録があります。"
    if act is Act.RELEASE and not amendment.is_restricted:
        return f"「{amendment}」は、閲覧を制限されていません。"
    if act is Act.APPLY and amendment.is_restricted:
        return f"「{amendment}」は、閲覧を制限されているため、他の法人に用意できません。"
    if act is Act.PUBLISH and amendment.published_on:
        return (
            f"「{amendment}」の公表日は、すでに{written(amendment.published_on)}と決まっています。"
        )
    return ""


def require(request: SignedInRequest, act: Act, amendment: Amendment) -> None:
    """Raise PermissionDenied with the reason where the request's user may not do it."""
    if reason := refusals(request.user, amendment)[act]:
        raise PermissionDenied(reason)


def changeable_draft(request: SignedInRequest, agency: str, number: int, slug: str) -> Amendment:
    """Return a draft that the user may edit. Raises Hidden, or PermissionDenied with the reason."""
    amendment = visible_change(request, agency, number, slug)
    require(request, Act.EDIT, amendment)
    return amendment


def editable_period(request: SignedInRequest, agency: str, number: int) -> ObjectivePeriod:
    """Return a period in which the user may start drafts. Raises Hidden or PermissionDenied."""
    period = visible_period(request, agency, number)
    if R.EDITOR not in roles_of(request.user, period.agency):
        raise PermissionDenied(
            f"起案は、{period.agency.short_name}を担当する起案者だけができます。"
        )
    return period


# --- Results --------------------------------------------------------------------------------------
class ResultAct(StrEnum):
    """What a person does with measures and values."""

    ENTER = "enter"
    MEASURE = "measure"
    CHECK = "check"
    CLOSE = "close"
    PROFILE = "profile"
    PLAN = "plan"
    RATE_SELF = "rate_self"
    RATE_MINISTER = "rate_minister"
    POINT_OUT = "point_out"
    REMEDY = "remedy"
    HEAR = "hear"
    ASSIGN = "assign"
    REPORT = "report"
    ISSUE = "issue"


RESULT_RULES = {
    ResultAct.ENTER: ("値の入力と提出", (R.AGENCY,)),
    ResultAct.MEASURE: ("測定項目と目標の設定", (R.AGENCY, R.ASSESSOR)),
    ResultAct.CHECK: ("値の確認・差戻し・確定", (R.ASSESSOR,)),
    ResultAct.CLOSE: ("年度の締切と入力の許可", (R.ASSESSOR,)),
    ResultAct.PROFILE: ("評価上の扱いの設定", (R.ASSESSOR,)),
    ResultAct.PLAN: ("計画とインプット情報の入力", (R.AGENCY,)),
    ResultAct.RATE_SELF: ("自己評価の記入と確定", (R.AGENCY,)),
    ResultAct.RATE_MINISTER: ("主務大臣による評価の記入と確定", (R.ASSESSOR,)),
    ResultAct.POINT_OUT: ("指摘事項の登録", (R.ASSESSOR,)),
    ResultAct.REMEDY: ("改善方策と改善の状況の記入", (R.AGENCY,)),
    ResultAct.HEAR: ("評価の手続の記録", (R.ASSESSOR,)),
    ResultAct.ASSIGN: ("入力の担当者と期限の設定", (R.AGENCY, R.ASSESSOR)),
    ResultAct.REPORT: ("報告の作成", (R.AGENCY, R.ASSESSOR)),
    ResultAct.ISSUE: ("評定調書・総括表・評価書の発行", (R.ASSESSOR,)),
}
RATED_BY = {
    Rating.Side.SELF: ResultAct.RATE_SELF,
    Rating.Side.MINISTER: ResultAct.RATE_MINISTER,
}
# What a side has not issued yet is its own affair: the agency learns a grade when it is settled.
READERS_OF_DRAFT_RATINGS = {
    Rating.Side.SELF: (R.AGENCY, R.AUDITOR),
    Rating.Side.MINISTER: (R.ASSESSOR, R.EDITOR, R.APPROVER, R.AUDITOR),
}


NO_RESULTS = "この中長期目標の実績は、登録されていないか、見る権限がありません。"


def results_period(request: SignedInRequest, agency: str, number: int) -> ObjectivePeriod:
    """Return a period whose results the user reads. Raises Hidden for anybody else."""
    period = visible_period(request, agency, number)
    if roles_of(request.user, period.agency).isdisjoint(RESULT_READERS):
        raise Hidden(NO_RESULTS)
    return period


def entering_period(request: SignedInRequest, agency: str, number: int) -> ObjectivePeriod:
    """Return a period whose values the user enters. Raises Hidden, or PermissionDenied with the reason.

    Who has a role for an agency sees its periods: one plain query, for the grid has no time to lose, and
    what the page's frame asks for in any case.
    """
    periods = ObjectivePeriod.objects.select_related("agency")
    period = periods.filter(agency__code=agency, number=number).first()
    if period is None:
        raise Hidden(NO_RESULTS)
    roles = {role for role, agency_id in held_roles(request) if agency_id == period.agency_id}
    if roles.isdisjoint(RESULT_READERS):
        raise Hidden(NO_RESULTS)
    if reason := _result_refusal(ResultAct.ENTER, roles, period):
        raise PermissionDenied(reason)
    return period


def result_refusals(user: User | AnonymousUser, period: ObjectivePeriod) -> dict[ResultAct, str]:
    """Return for each act on results why the user may not do it; "" where it may be done."""
    roles = roles_of(user, period.agency)
    return {act: _result_refusal(act, roles, period) for act in RESULT_RULES}


def _result_refusal(act: ResultAct, roles: set[str], period: ObjectivePeriod) -> str:
    name, allowed = RESULT_RULES[act]
    if not roles.isdisjoint(allowed):
        return ""
    who = "・".join(R(role).label for role in allowed)
    return f"{name}は、{period.agency.short_name}を担当する{who}だけができます。"


def sides_read(user: User | AnonymousUser, period: ObjectivePeriod) -> frozenset[str]:
    """Return the sides whose ratings the user reads before they are issued."""
    roles = roles_of(user, period.agency)
    sides = READERS_OF_DRAFT_RATINGS.items()
    return frozenset(side for side, readers in sides if not roles.isdisjoint(readers))


def require_result(request: SignedInRequest, act: ResultAct, period: ObjectivePeriod) -> None:
    """Raise PermissionDenied with the reason where the request's user may not do it."""
    if reason := result_refusals(request.user, period)[act]:
        raise PermissionDenied(reason)


def audited_agencies(request: SignedInRequest) -> list[Agency]:
    """Return the agencies whose histories the user audits. Raises PermissionDenied where there is none."""
    agencies = list(agencies_of(request.user, R.AUDITOR))
    if not agencies:
        raise PermissionDenied("履歴を見られるのは監査者です。")
    return agencies
