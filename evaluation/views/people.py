"""The page of the person who has signed in."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from evaluation.permissions import SignedInRequest
from jst_objectives import history
from programs.models import AccessRecord, Role, User

ABILITIES = {
    Role.Kind.EDITOR: "変更案を起案し、編集し、法人と共有し、承認を求めて提出する",
    Role.Kind.APPROVER: "提出された変更案を承認し、決定する（起案に関わったものを除く）。差し戻し、公表する",
    Role.Kind.AGENCY: "共有された変更案を読む。実績を入力して提出し、自己評価を書く",
    Role.Kind.ASSESSOR: "公表前のものも含めて決定された変更を読む。実績を確かめて確定し、主務大臣による評価を書く",
    Role.Kind.AUDITOR: "変更案も含めてすべてを読み、変更の履歴とアクセスの記録を調べる（変更はしない）",
    Role.Kind.MAINTAINER: "利用者、役割、事業などの基礎の情報を保守する",
}
SIGN_INS_SHOWN = 10


@require_safe
def account(request: SignedInRequest) -> HttpResponse:
    """Name, roles, means to sign in and last sign-ins of the request's user."""
    user = request.user
    roles = user.roles.select_related("agency").order_by("agency__code", "role")
    sign_ins = AccessRecord.objects.filter(user=user, kind=AccessRecord.Kind.SIGN_IN)
    context = {
        "roles": [(role, ABILITIES[Role.Kind(role.role)]) for role in roles],
        "authenticators": authenticators(user),
        "sign_ins": sign_ins[:SIGN_INS_SHOWN],
        "idle_minutes": settings.SESSION_IDLE_MINUTES,
        "hours": settings.SESSION_HOURS,
    }
    return render(request, "evaluation/account.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: SignedInRequest) -> HttpResponse:
    """Switch on or off that the user is told by e-mail what waits."""
    if request.method == "POST":
        user = User.objects.get(pk=request.user.pk)
        user.wants_mail = request.POST.get("wants_mail") == "yes"
        history.save(user, by=user, reason="お知らせメールの設定")
        messages.success(request, "お知らせメールの設定を変えました。")
    return redirect("account")


def authenticators(user: User) -> dict[str, Any]:
    """Return the user's second factors by type, as allauth's own page gets them."""
    found: dict[str, Any] = {}
    for each in Authenticator.objects.filter(user=user):
        if each.type == Authenticator.Type.WEBAUTHN:
            found.setdefault(each.type, []).append(each.wrap())
        else:
            found[each.type] = each.wrap()
    return found
