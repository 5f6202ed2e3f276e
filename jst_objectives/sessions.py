"""How long a session lasts: SESSION_IDLE_MINUTES without a request, SESSION_HOURS at most."""

import time
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from jst_objectives.headers import Answer
from programs.access import record
from programs.models import AccessRecord

SIGNED_IN_AT, SEEN_AT = "signed_in_at", "seen_at"  # in the session, seconds since 1970
# When somebody was last seen is known to the minute, so that reading does not write on every request.
SEEN_EVERY = 60
UNATTENDED = "is_unattended"


class SessionLimits:
    """Middleware after those of sessions, users and messages: ends a session that is over its time."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        now = int(time.time())
        try:
            reason = over(request, now)
        except Error:  # what needs no database is answered without one
            return self.get_response(request)
        if reason:
            return end(request, reason)
        response = self.get_response(request)
        if not getattr(request, UNATTENDED, False):
            note(request, now)
        return response


def unattended(request: HttpRequest) -> None:
    """Say that a page, and no person, has sent the request: it does not keep a session from ending."""
    setattr(request, UNATTENDED, True)


def over(request: HttpRequest, now: int) -> str:
    """Return why the session of the request has ended, or "" where it goes on or there is none."""
    if SESSION_KEY not in request.session:
        return ""
    if now - request.session.get(SIGNED_IN_AT, now) >= settings.SESSION_HOURS * 3600:
        return f"サインインから{settings.SESSION_HOURS}時間たったため"
    if now - request.session.get(SEEN_AT, now) >= settings.SESSION_IDLE_MINUTES * 60:
        return f"{settings.SESSION_IDLE_MINUTES}分間操作がなかったため"
    return ""


def end(request: HttpRequest, reason: str) -> HttpResponse:
    """Sign out, and lead to the sign-in and from there back to the page."""
    record(request, AccessRecord.Kind.SIGN_OUT, detail=reason)
    logout(request)
    text = f"{reason}、サインアウトしました。続けるには、もう一度サインインしてください。"
    if request.method not in {"GET", "HEAD"}:
        text += "送信した内容は保存されていません。"
    messages.warning(request, text)
    sign_in = reverse(settings.LOGIN_URL)
    if request.path in {sign_in, reverse("account_logout")}:
        return HttpResponseRedirect(sign_in)
    return HttpResponseRedirect(f"{sign_in}?{urlencode({'next': request.get_full_path()})}")


def note(request: HttpRequest, now: int) -> None:
    """Keep in the session when its user signed in and was last seen."""
    if SESSION_KEY not in request.session:
        return
    if SIGNED_IN_AT not in request.session:
        request.session[SIGNED_IN_AT] = now
    if now - request.session.get(SEEN_AT, 0) >= SEEN_EVERY:
        request.session[SEEN_AT] = now
