"""How large a request may be."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from jst_objectives.headers import Answer

MEGABYTE = 1024 * 1024


def refuse_large_bodies(get_response: Answer) -> Answer:
    """Middleware before all that reads a body: refuse a large one by the length that it announces.

    Looking for the CSRF token reads a form with all its files, whoever sends it and to whatever page.
    A body that announces no length is left to the server, which gives Django none of it.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) <= settings.LARGEST_BODY:
            return get_response(request)
        # Without the request: who sends it is not known yet.
        page = render_to_string("413.html", {"largest": settings.LARGEST_BODY // MEGABYTE})
        return HttpResponse(page, status=413)

    return middleware
