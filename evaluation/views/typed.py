"""What somebody typed is not lost when the session ends before it is sent."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import resolve_url

from evaluation.forms.texts import WORDS

KEY = "typed"
LONGEST = 500_000  # bytes of a form that a session keeps; a character takes nine


def keep_typed(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware between those of sessions and of their limits: where a form is answered by the sign-in,
    keep what was typed until its page is opened again."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method == "POST" and _leads_to_sign_in(response):
            _keep(request)
        return response

    return middleware


def take_typed(request: HttpRequest) -> QueryDict | None:
    """Return what was typed on this page before the sign-in, once; it has not been saved."""
    kept = request.session.get(KEY)
    if not kept or kept["path"] != request.path:
        return None
    del request.session[KEY]
    return QueryDict(kept["fields"])


def _leads_to_sign_in(response: HttpResponse) -> bool:
    sign_in = resolve_url(settings.LOGIN_URL)
    return response.status_code == 302 and response["Location"].startswith(sign_in)


def _keep(request: HttpRequest) -> None:
    fields = request.POST.copy()
    fields.pop("csrfmiddlewaretoken", None)
    encoded = fields.urlencode()
    if any(fields.get(name) for name in WORDS) and len(encoded) <= LONGEST:
        request.session[KEY] = {"path": request.path, "fields": encoded}
