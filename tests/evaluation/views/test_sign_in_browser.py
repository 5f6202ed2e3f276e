"""Passkeys, an authenticator app and the lock-out in a real browser with a virtual authenticator."""

import time
from collections.abc import Iterator

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from programs.models import AccessRecord
from tests.factories import make_user

PASSWORD = "mizu-no-oto-17"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def portal(transactional_db, live_server, page: Page, context: BrowserContext) -> Iterator[Page]:
    """A page with a passkey of its device; what the browser complains of fails the test."""
    user = make_user(username="person")
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    page.goto(live_server.url + "/accounts/login/")
    yield page
    assert [text for text in complaints if "429 (Too Many Requests)" not in text] == []


def sign_in(page: Page, password: str = PASSWORD) -> None:
    page.get_by_label("ユーザー名").fill("person")
    page.get_by_label("パスワード").fill(password)
    page.get_by_role("button", name="サインイン", exact=True).click()


def register_passkey(page: Page, live_server) -> None:
    page.goto(live_server.url + "/account/")
    page.get_by_role("link", name="パスキーを登録する").click()
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="確かめる").click()
    page.get_by_label("名前").fill("執務室のパソコン")
    page.get_by_role("button", name="登録する").click()
    expect(page.get_by_text("パスキーを登録しました。")).to_be_visible()


def accessible(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert (page.url, [violation["id"] for violation in found]) == (page.url, [])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_passkey_is_registered_and_signs_in_alone(portal: Page, live_server):
    sign_in(portal)
    register_passkey(portal, live_server)
    portal.get_by_role("button", name="サインアウト").click()
    portal.goto(live_server.url + "/accounts/login/?next=/account/")
    portal.get_by_role("button", name="パスキーでサインイン").click()
    portal.wait_for_url("**/account/")
    expect(portal.get_by_role("heading", level=1)).to_have_text("利用者ページ")
    newest = AccessRecord.objects.filter(kind="sign_in")[0]
    assert newest.detail == "パスキー（接続元 127.0.0.1）"


def test_a_passkey_is_the_second_step_after_the_password(portal: Page, live_server):
    sign_in(portal)
    register_passkey(portal, live_server)
    portal.get_by_role("button", name="サインアウト").click()
    portal.goto(live_server.url + "/accounts/login/")
    sign_in(portal)
    expect(portal.get_by_role("heading", level=1)).to_have_text("二段階認証")
    portal.get_by_role("button", name="パスキーを使う").click()
    portal.wait_for_url(live_server.url + "/")


def test_a_passkey_proves_who_it_is_and_is_renamed_and_deleted(portal: Page, live_server):
    sign_in(portal)
    register_passkey(portal, live_server)
    portal.context.clear_cookies()
    portal.goto(live_server.url + "/accounts/login/?next=/accounts/2fa/webauthn/")
    portal.get_by_role("button", name="パスキーでサインイン").click()
    portal.get_by_role("link", name="名前の変更").click()
    portal.get_by_role("link", name="パスキー", exact=True).click()
    portal.get_by_role("button", name="パスキーを使う").click()
    portal.get_by_label("名前").fill("自宅のパソコン")
    portal.get_by_role("button", name="保存する").click()
    portal.get_by_role("row", name="自宅のパソコン").get_by_role("link", name="削除").click()
    portal.get_by_role("button", name="削除する").click()
    expect(portal.get_by_text("パスキーは、まだありません。")).to_be_visible()


def test_an_unknown_passkey_is_explained(portal: Page, live_server):
    portal.get_by_role("button", name="パスキーでサインイン").click()
    alert = portal.get_by_role("alert")
    expect(alert).to_have_text(
        "パスキーの操作が取り消されたか、時間切れになりました。もう一度お試しください。"
    )


def test_an_app_is_registered_and_asked_for(portal: Page, live_server):
    sign_in(portal)
    portal.goto(live_server.url + "/accounts/2fa/totp/activate/")
    portal.get_by_label("パスワード").fill(PASSWORD)
    portal.get_by_role("button", name="確かめる").click()
    secret = portal.locator(".secret code").inner_text()
    accessible(portal)
    portal.get_by_label("確認コード").fill(shown_code(secret, -1))
    portal.get_by_role("button", name="認証アプリを登録する").click()
    expect(portal.locator(".codes li")).to_have_count(10)
    portal.get_by_role("button", name="サインアウト").click()
    portal.goto(live_server.url + "/accounts/login/")
    sign_in(portal)
    accessible(portal)
    portal.get_by_label("確認コード").fill(shown_code(secret))  # each code is good once
    portal.get_by_role("button", name="サインイン", exact=True).click()
    portal.wait_for_url(live_server.url + "/")


def shown_code(secret: str, steps: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


def test_the_lock_out_page_helps(portal: Page, live_server):
    for _ in range(5):
        portal.goto(live_server.url + "/accounts/login/")
        sign_in(portal, "wrong-password")
    expect(portal.get_by_role("heading", level=1)).to_have_text("しばらく受け付けません")
    accessible(portal)


@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_are_accessible_and_fit(portal: Page, live_server, width: int):
    portal.set_viewport_size({"width": width, "height": 800})
    accessible(portal)
    portal.get_by_role("button", name="サインイン", exact=True).click()
    accessible(portal)
    sign_in(portal)
    register_passkey(portal, live_server)
    for address in (
        "/account/",
        "/accounts/2fa/",
        "/accounts/2fa/recovery-codes/",
        "/accounts/2fa/webauthn/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/reauthenticate/",
        "/accounts/password/change/",
        "/accounts/email/",
        "/accounts/logout/",
    ):
        portal.goto(live_server.url + address)
        accessible(portal)
