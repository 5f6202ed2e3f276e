"""People at their browsers: what a browser complains of, and what leaves the server, is collected."""

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, WebError

from evaluation.loading import load_source
from evaluation.models import Amendment, ObjectivePeriod
from programs.models import User
from tests.factories import make_user

PASSWORD = "a-long-enough-password"
PERIOD = "/jst/5/"
REAL = PERIOD + "amendments/2026-01-28/"
WAIT = 10_000  # milliseconds; a page takes far less
TELL_VIOLATIONS = """document.addEventListener("securitypolicyviolation", event =>
    console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`))"""
# How a browser tells of an answer; which answers are right is judged by `Portal.on_response`.
OF_AN_ANSWER = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")


class Portal:
    """The portal with the source document, at its address, and everybody's windows.

    `complaints` must be empty in the end: messages of a browser's console, violations of the content
    security policy, broken files, failures of the server, requests to another host.
    """

    def __init__(self, address: str, new_context: Callable[..., BrowserContext]) -> None:
        load_source()
        self.address = address
        self.period = ObjectivePeriod.objects.select_related("agency").get()
        self.complaints: list[str] = []
        self._new_context = new_context

    def real_amendment(self) -> Amendment:
        return self.period.amendments.get(slug="2026-01-28")

    def person(self, role: str, name: str) -> User:
        """Return somebody with a role of the agency, called by `name`, and a password."""
        user = make_user(self.period.agency, role, username=f"{role}-{name}")
        user.last_name, user.first_name = name, ""
        user.set_password(PASSWORD)
        user.save()
        return user

    def window(self, user: User | None = None, **options: Any) -> Page:
        """Open a window of nobody, or of somebody who has signed in already."""
        context = self._new_context(base_url=self.address, **options)
        context.set_default_timeout(WAIT)
        context.add_init_script(TELL_VIOLATIONS)
        context.on("console", self.on_console)
        context.on("weberror", self.on_error)
        context.on("request", self.on_request)
        context.on("response", self.on_response)
        if user is not None:
            client = Client()
            client.force_login(user)
            key = client.cookies[settings.SESSION_COOKIE_NAME].value
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": key, "url": self.address}
            context.add_cookies([cookie])  # type: ignore[list-item]
        return context.new_page()

    def sign_in(self, user: User, **options: Any) -> Page:
        """Open a window and sign in at its door."""
        page = self.window(**options)
        page.goto("/")
        page.get_by_role("link", name="サインイン", exact=True).click()
        page.get_by_label("ユーザー名").fill(user.username)
        page.get_by_label("パスワード").fill(PASSWORD)
        page.get_by_role("button", name="サインイン", exact=True).click()
        page.wait_for_url(self.address + "/")
        return page

    def on_console(self, message: ConsoleMessage) -> None:
        if not OF_AN_ANSWER.match(message.text):
            page = message.page.url if message.page else ""
            self.complaints.append(f"{page} {message.type}: {message.text}")

    def on_error(self, error: WebError) -> None:
        self.complaints.append(f"script: {error.error}")

    def on_request(self, request: Request) -> None:
        if not request.url.startswith((self.address + "/", "data:")):
            self.complaints.append(f"left the server: {request.url}")

    def on_response(self, response: Response) -> None:
        """A page may be refused with a status of 400 to 499, and so may the sign of a window that is still
        open on a draft that was submitted; nothing else may be."""
        may_be_refused = response.request.is_navigation_request() or response.url.endswith(
            "/presence/"
        )
        limit = 500 if may_be_refused else 400
        if response.status >= limit:
            self.complaints.append(f"{response.status}: {response.url}")
