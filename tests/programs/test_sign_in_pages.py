"""Every page around signing in is Japanese: no word of allauth's English is left."""

import re
from html.parser import HTMLParser
from typing import Any

import allauth.urls
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.test import Client
from django.urls import reverse

from programs.models import User
from tests.factories import make_user
from tests.programs.test_sign_in import NEW_PASSWORD, PASSWORD, SECRET, prove, sign_in

pytestmark = pytest.mark.django_db

LATIN = {"TOTP", "QR", "PDF", "JavaScript", "person", "example", "go", "jp", "new", "https", "http"}
OUTSIDE = [
    "account_login",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_email_verification_sent",
]
INSIDE = [
    "account",
    "account_logout",
    "account_reauthenticate",
    "account_change_password",
    "account_email",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_generate_recovery_codes",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
]
ONWARD = {
    "account_confirm_login_code": "/accounts/login/",
    "account_set_password": "/accounts/password/change/",
    "mfa_authenticate": "/accounts/login/",
    "mfa_login_webauthn": "/accounts/login/",
    "account_confirm_email": "",
    "account_reset_password_from_key": "",
}


class Words(HTMLParser):
    """Collects what is read on a page or aloud, but for codes, scripts and the SVG's path."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.found = 0, []  # type: int, list[str]

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.inside += tag in {"script", "style", "code"}
        named = ("alt", "title", "aria-label", "placeholder")
        self.found += [value for name, value in attrs if name in named and value]

    def handle_endtag(self, tag: str) -> None:
        self.inside -= tag in {"script", "style", "code"}

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.found.append(data)


def latin_words(page: str) -> set[str]:
    words = Words()
    words.feed(page)
    return set(re.findall(r"[A-Za-z]{2,}", " ".join(words.found))) - LATIN


@pytest.fixture
def person() -> User:
    user = make_user(username="person")
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def test_every_page_of_signing_in_is_listed_here():
    def names(patterns: Any) -> set[str]:
        found = (
            names(p.url_patterns) if hasattr(p, "url_patterns") else {p.name} for p in patterns
        )
        return set().union(*found)

    assert names(allauth.urls.urlpatterns) == {*OUTSIDE, *INSIDE, *ONWARD} - {"account"}


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_page_on_the_way_in_is_japanese(client, name):
    response = client.get(reverse(name))
    assert (response.status_code, latin_words(response.content.decode())) == (200, set())


@pytest.fixture
def inside(client: Client, person: User) -> Client:
    """A browser of somebody with an app, a passkey and recovery codes, who just said the password."""
    sign_in(client)
    prove(client)
    TOTP.activate(person, SECRET)
    RecoveryCodes.activate(person)
    return client


@pytest.mark.parametrize("name", INSIDE)
def test_a_page_of_the_account_is_japanese(inside, person, name, monkeypatch):
    keyed = name in {"mfa_edit_webauthn", "mfa_remove_webauthn"}
    key = WebAuthn.add(person, "執務室のパソコン", {"clientExtensionResults": {}}).instance
    monkeypatch.setattr("allauth.mfa.webauthn.internal.auth.get_credentials", lambda _: [])
    if name == "mfa_activate_totp":
        Authenticator.objects.filter(type="totp").delete()
    response = inside.get(reverse(name, args=[key.pk] if keyed else []))
    assert (response.status_code, latin_words(response.content.decode())) == (200, set())


def test_pages_that_lead_on(client, inside):
    for name, address in ONWARD.items():
        if address:
            browser = inside if name == "account_set_password" else Client()
            assert (name, browser.get(reverse(name))["Location"]) == (name, address)
    stale = client.get(reverse("account_confirm_email", args=["stale"]))
    assert latin_words(stale.content.decode()) == set()
    stale = client.get(reverse("account_reset_password_from_key", args=["1", "stale"]))
    assert latin_words(stale.content.decode()) == set()


def test_the_second_step_is_japanese(client, person):
    TOTP.activate(person, SECRET)
    sign_in(client)
    assert latin_words(client.get(reverse("mfa_authenticate")).content.decode()) == set()


def test_a_user_without_a_password_sets_one(client, person):
    person.set_unusable_password()
    person.save()
    client.force_login(person)
    page = client.get(reverse("account_change_password"), follow=True)
    assert latin_words(page.content.decode()) == set()
    data = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    client.post(reverse("account_set_password"), data)
    assert person.history.first().history_change_reason == "パスワードの設定"
