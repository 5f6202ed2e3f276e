"""What is answered when a request cannot be: why, and a way on. Refusals are recorded.

The pages of 404 and 500 need no database: it may be what is broken.
"""

import logging
import secrets
import sys
from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone

from evaluation import restricting
from evaluation.models import Amendment
from evaluation.permissions import Hidden
from programs.access import record
from programs.models import AccessRecord, Agency, User

logger = logging.getLogger(__name__)
RESTRICTION = "この変更案の閲覧制限"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse(_page(request, 400), status=400)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Handler of PermissionDenied: say why."""
    reason = _reason(exception)
    _record_refusal(request, reason)
    return HttpResponse(_page(request, 403, reason), status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Handler of Http404. What is hidden from somebody may be there for who signs in."""
    reason = _reason(exception)
    if isinstance(exception, Hidden):
        if not isinstance(request.user, User):
            return redirect_to_login(request.get_full_path())
        _record_refusal(request, reason)
    return HttpResponse(_page(request, 404, reason), status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Handler of every other exception: nothing of it is shown but a number found in the log."""
    reference = secrets.token_hex(4)
    kind = sys.exc_info()[0]
    name = kind.__name__ if kind else ""
    logger.error("%s: %s %s %s", reference, request.method, request.get_full_path(), name)
    try:
        style = static("evaluation/site.css")
    except ValueError:  # no static files were collected
        style = ""
    context = {"reference": reference, "at": timezone.now(), "style": style}
    return HttpResponse(render_to_string("500.html", context), status=500)


def explain_refused_methods(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: the page of 405, for which Django has no handler."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            response.content = _page(request, 405, readable="GET" in response["Allow"])
        return response

    return middleware


def _page(request: HttpRequest, status: int, reason: str = "", **context: object) -> str:
    context |= {"reason": reason}
    try:
        ways_back = _ways_back(request) if status in {403, 404} else []
        context |= {
            "ways_back": ways_back,
            "is_restricted": RESTRICTION in dict(ways_back).values(),
        }
        return render_to_string(f"{status}.html", context, request)
    except Error:  # who has signed in cannot be read
        return render_to_string(f"{status}.html", context)


def _ways_back(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the page of the amendment that the address is in, as address and name, to who may read it;
    to auditors who may not the page of its restriction."""
    place = request.resolver_match.kwargs if request.resolver_match else {}
    if not {"agency", "number", "slug"} <= place.keys():
        return []
    keys = (place["agency"], place["number"], place["slug"])
    fields = ("period__agency__code", "period__number", "slug")
    named = dict(zip(fields, keys, strict=True))
    if amendment := Amendment.objects.visible_to(request.user).filter(**named).first():
        return [(reverse("amendment", args=keys), amendment.title)]
    if not isinstance(request.user, User):
        return []
    restricted = restricting.restricted_for(request.user).filter(**named).first()
    return [(reverse("restriction", args=keys), RESTRICTION)] if restricted else []


def _reason(exception: Exception) -> str:
    """Return the words of our own exceptions; Django's are English and for developers."""
    words = exception.args[0] if exception.args else ""
    return words if isinstance(words, str) and not words.isascii() else ""


def _record_refusal(request: HttpRequest, reason: str) -> None:
    """Record a refusal; where that fails, the answer must not fail with it.

    The reason may name a draft: the agency of the address decides whose auditors read it.
    """
    try:
        code = request.resolver_match.kwargs.get("agency") if request.resolver_match else None
        agency = Agency.objects.filter(code=code).first()
        record(request, AccessRecord.Kind.REFUSED, agency=agency, detail=reason)
    except Error:
        logger.exception("a refusal could not be recorded: %s", request.get_full_path())
