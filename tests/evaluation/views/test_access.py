"""Every page: works for who may see it, 404 to a stranger, sign-in first, other methods refused."""

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from evaluation import amending
from evaluation.documents.issuing import issue, take_snapshot
from tests.factories import make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db

OPEN = {"login"}  # before sign-in
UNSAFE = {"login", "logout", "verification", "issue_document"}  # answer POST

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


@pytest.fixture
def portal():
    """Addresses of one draft, by the name of the page."""
    period = make_period()
    _, (chapter, one, *_) = make_baseline(period)
    draft = make_draft(period)
    amending.reword(draft, one, "項目1の一層の推進", by=None)
    document = issue(take_snapshot(draft, by=None), "comparison", by=None)
    place = [period.agency.code, period.number]
    addresses = {name: reverse(name) for name in ("home", "login", "logout", "verification")}
    addresses["document"] = reverse("document", args=[document.sha256])
    addresses["objectives"] = reverse("objectives", args=place)
    addresses["item"] = reverse("item", args=[*place, chapter.public_id])
    addresses["appendix"] = reverse("appendix", args=place)
    addresses["amendment"] = reverse("amendment", args=[*place, draft.slug])
    addresses["comparison"] = reverse("comparison", args=[*place, draft.slug])
    addresses["issue_document"] = reverse("issue_document", args=[*place, draft.slug, "appendix"])
    return period, draft, addresses


def test_every_page_has_an_entry(portal):
    _, _, addresses = portal
    names = {key for key in get_resolver().reverse_dict if isinstance(key, str)}
    assert names == set(addresses)


def test_sign_in_comes_first(portal, client):
    _, _, addresses = portal
    for name, address in addresses.items():
        if name not in OPEN:
            response = client.get(address)
            assert (name, response.status_code) == (name, 302)
            assert response["Location"].startswith(reverse("login"))


@pytest.mark.parametrize(
    "role", ["editor", "approver", "agency", "assessor", "auditor", "maintainer"]
)
def test_every_role_of_the_agency_reads(portal, client, role):
    period, _, addresses = portal
    client.force_login(make_user(period.agency, role))
    for name, address in addresses.items():
        if name not in {"login", "logout", "issue_document"}:
            assert (name, client.get(address).status_code) == (name, 200)
    issued = client.post(addresses["issue_document"])
    assert issued.status_code == 302
    assert client.get(issued["Location"])["Content-Type"] == "application/pdf"


def test_a_stranger_learns_nothing(portal, client):
    _, draft, addresses = portal
    client.force_login(make_user(make_period().agency, "editor"))
    for name in ("objectives", "item", "appendix", "amendment", "comparison", "document"):
        assert (name, client.get(addresses[name]).status_code) == (name, 404)
    assert client.post(addresses["issue_document"]).status_code == 404
    query = f"?amendment={draft.slug}"
    assert client.get(addresses["objectives"] + query).status_code == 404
    assert draft.title not in client.get(addresses["home"]).content.decode()


def test_a_role_taken_away_counts_from_the_next_request(portal, client):
    period, _, addresses = portal
    user = make_user(period.agency, "editor")
    client.force_login(user)
    assert client.get(addresses["amendment"]).status_code == 200
    user.roles.all().delete()
    assert client.get(addresses["amendment"]).status_code == 404


def test_other_methods_are_refused(portal, client):
    period, _, addresses = portal
    client.force_login(make_user(period.agency, "editor"))
    for name, address in addresses.items():
        if name not in UNSAFE:
            assert (name, client.post(address).status_code) == (name, 405)
    # A sign-in that interrupted the button leads back here.
    assert client.get(addresses["issue_document"])["Location"] == addresses["amendment"]
    assert client.get(addresses["logout"]).status_code == 405


def test_changes_need_the_token(portal):
    period, _, addresses = portal
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user(period.agency, "editor"))
    for name in ("issue_document", "verification", "logout"):
        response = client.post(addresses[name])
        assert (name, response.status_code) == (name, 403)
        assert "もう一度やり直してください" in response.content.decode()


def test_every_answer_carries_the_headers(portal, client):
    period, _, addresses = portal
    client.force_login(make_user(period.agency, "editor"))
    for address in [*addresses.values(), "/none/"]:
        headers = client.get(address).headers
        policy = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
        assert policy == POLICY
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
