"""Headers of every answer: pages, errors, redirects and static files."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.factories import make_user

pytestmark = pytest.mark.django_db

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
}


def check(response) -> None:
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    rules = response.headers["Content-Security-Policy"].split("; ")
    assert dict(rule.split(" ", 1) for rule in rules) == POLICY
    assert "geolocation=()" in response.headers["Permissions-Policy"].split(", ")


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/accounts/login/", 200),
        ("/account/", 302),
        ("/none/", 404),
        ("/accounts/none/", 404),
    ],
)
def test_pages_redirects_and_errors(client, address, status):
    response = client.get(address)
    assert response.status_code == status
    check(response)


def test_a_wrong_host(client):
    response = client.get("/", headers={"host": "elsewhere.example"})
    assert response.status_code == 400
    check(response)


def test_a_missing_token():
    response = Client(enforce_csrf_checks=True).post("/accounts/login/")
    assert response.status_code == 403
    check(response)


def test_a_view_that_breaks(monkeypatch):
    def broken(*_, **__):
        raise RuntimeError

    monkeypatch.setattr("evaluation.views.people.authenticators", broken)
    client = Client(raise_request_exception=False)
    client.force_login(make_user())
    response = client.get(reverse("account"))
    assert response.status_code == 500
    check(response)
    assert response["Cache-Control"] == "no-store"


def test_static_files_have_them_and_may_be_kept():
    (settings.STATIC_ROOT / "headers.css").write_text("p { margin: 0 }")
    client = Client()
    client.force_login(make_user())
    response = client.get("/static/headers.css")
    assert response.status_code == 200
    check(response)
    assert response["Cache-Control"] == "max-age=60, public"
    assert "Access-Control-Allow-Origin" not in response.headers
    response.close()


@pytest.mark.parametrize("address", ["/account/", "/", "/none/", "/accounts/2fa/"])
def test_nothing_made_for_somebody_is_kept(client, address):
    client.force_login(make_user())
    assert client.get(address)["Cache-Control"] == "no-store"
