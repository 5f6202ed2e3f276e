"""Who may see what. What a user may not see answers 404, so that its existence stays unknown."""

from typing import Any

from django.core.validators import slug_re
from django.http import Http404, HttpRequest

from evaluation.models import Amendment, IssuedDocument, ObjectivePeriod
from programs.models import User


class SignedInRequest(HttpRequest):
    """What a view gets: the middleware lets nobody in who has not signed in."""

    user: User


def visible_period(user: User, agency: str, number: int) -> ObjectivePeriod:
    """Return a period of an agency for which the user has a role. Raises Http404."""
    periods = ObjectivePeriod.objects.visible_to(user).select_related("agency")
    period = periods.filter(agency__code=agency, number=number).first()
    if period is None:
        raise Http404("この中長期目標は、登録されていないか、見る権限がありません。")
    return period


def visible_amendment(user: User, agency: str, number: int, slug: str) -> Amendment:
    """Return an amendment of a visible period. Raises Http404."""
    if not slug_re.match(slug):
        raise Http404("変更の識別名は、半角の英数字・ハイフン・下線で指定してください。")
    amendments = Amendment.objects.visible_to(user).select_related("period__agency", "based_on")
    amendment = amendments.filter(
        period__agency__code=agency, period__number=number, slug=slug
    ).first()
    if amendment is None:
        raise Http404("この変更は、登録されていないか、見る権限がありません。")
    return amendment


def visible_change(user: User, agency: str, number: int, slug: str) -> Amendment:
    """Return a visible amendment that changes a text. Raises Http404, also for the baseline."""
    amendment = visible_amendment(user, agency, number, slug)
    if amendment.kind == Amendment.Kind.BASELINE:
        raise Http404("登録の起点には、比べる前の本文がないため、新旧対照表がありません。")
    return amendment


def visible_documents(user: User) -> Any:
    """Return the issued documents of visible amendments, oldest first."""
    visible = Amendment.objects.visible_to(user)
    return IssuedDocument.objects.filter(snapshot__amendment__in=visible)
