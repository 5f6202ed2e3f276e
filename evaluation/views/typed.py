"""What somebody typed is not lost when the session ends before it is sent."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import Error
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import resolve_url

from evaluation.forms import pasting
from evaluation.forms.texts import TEXTS_SEEN, words_of

KEY = "typed"
TYPED_BY = "typed_by"  # a signed cookie: who typed, where the cookie of the session is gone
# Bytes of a form that a session keeps: whatever the longest one may hold, a character takes up to twelve.
LONGEST = 12 * pasting.LONGEST + 10_000


def keep_typed(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware between those of sessions and of their limits: where the session ended before a form,
    and the sign-in answers it, keep what was typed until its page is opened again.

    Who never signed in here leaves nothing behind, and what one person typed is not for the next at the
    same browser. A browser that was closed has forgotten the session: a signed cookie tells whose it was.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        sent = request.method == "POST" and "part" not in request.GET  # a script's question is none
        person = (_person(request) or _named_by_cookie(request)) if sent else ""
        response = get_response(request)
        if person and _leads_to_sign_in(response):
            _keep(request, person)
        elif now := _person(request):
            if sent:
                _forget_others(request)
            _name_by_cookie(request, response, now)
        return response

    return middleware


def take_typed(request: HttpRequest) -> QueryDict | None:
    """Return what its user typed on this page before the sign-in, once; it has not been saved."""
    _forget_others(request)
    kept = request.session.get(KEY)
    if not kept or kept["path"] != request.path:
        return None
    del request.session[KEY]
    return QueryDict(kept["fields"])


def _leads_to_sign_in(response: HttpResponse) -> bool:
    sign_in = resolve_url(settings.LOGIN_URL)
    return response.status_code == 302 and response["Location"].startswith(sign_in)


def _person(request: HttpRequest) -> str:
    """Return the id of who is signed in by the session; "" for nobody, or where it cannot be read."""
    try:
        return str(request.session.get(SESSION_KEY, ""))
    except Error:
        return ""


def _named_by_cookie(request: HttpRequest) -> str:
    age = settings.SESSION_COOKIE_AGE
    return str(request.get_signed_cookie(TYPED_BY, "", max_age=age))


def _name_by_cookie(request: HttpRequest, response: HttpResponse, person: str) -> None:
    if _named_by_cookie(request) == person:
        return
    response.set_signed_cookie(
        TYPED_BY,
        person,
        max_age=settings.SESSION_COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite=settings.SESSION_COOKIE_SAMESITE,
    )


def _forget_others(request: HttpRequest) -> None:
    kept = request.session.get(KEY)
    if kept and kept.get("person") != _person(request):
        del request.session[KEY]


def _keep(request: HttpRequest, person: str) -> None:
    fields = request.POST.copy()
    fields.pop("csrfmiddlewaretoken", None)
    encoded = fields.urlencode()
    worth = words_of(fields) or fields.get(TEXTS_SEEN)
    if worth and len(encoded) <= LONGEST:
        request.session[KEY] = {"path": request.path, "fields": encoded, "person": person}
