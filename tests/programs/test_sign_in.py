"""Signing in by password, code and passkey; lock-out; what is recorded; every page in Japanese."""

import datetime as dt
import re
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from axes.models import AccessAttempt
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from programs import accounts
from programs.access import typed_name
from programs.models import AccessRecord, User
from tests.factories import make_user

pytestmark = pytest.mark.django_db

PASSWORD = "mizu-no-oto-17"
NEW_PASSWORD = "kawazu-tobikomu-18"
SECRET = "JBSWY3DPEHPK3PXP"
WRONG = "ユーザー名かパスワードが正しくありません。"
HERE = "（接続元 127.0.0.1）"


@pytest.fixture
def person() -> User:
    user = make_user(username="person")
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def sign_in(client: Client, password: str = PASSWORD, login: str = "person", **extra: str) -> Any:
    return client.post(
        reverse("account_login"), {"login": login, "password": password, **extra}, follow=False
    )


def code(moment: float | None = None) -> str:
    """Return the six digits that an authenticator app shows."""
    counter = int(time.time() if moment is None else moment) // 30
    return str(format_hotp_value(hotp_value(SECRET, counter)))


def records() -> list[tuple[str, str, str]]:
    """Return kind, name and detail, oldest first."""
    found = AccessRecord.objects.order_by("pk")
    return [(record.kind, record.actor_name, record.detail) for record in found]


def prove(client: Client) -> None:
    """Say the password again, which every change of the means to sign in needs."""
    response = client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert response.status_code == 302


# --- Passwords ------------------------------------------------------------------------------------
def test_a_user_name_and_its_password_let_in(client, person):
    response = sign_in(client, next=reverse("verification"))
    assert (response.status_code, response["Location"]) == (302, "/verification/")
    assert client.session["_auth_user_id"] == str(person.pk)
    assert records() == [("sign_in", "試験 太郎（person）", f"パスワード{HERE}")]


def test_the_session_has_a_new_key_after_signing_in(client, person):
    client.get(reverse("account_login"))
    session = client.session
    session["something"] = 1
    session.save()
    before = client.cookies["sessionid"] = session.session_key
    sign_in(client)
    assert client.session.session_key != before


def test_who_has_signed_in_is_led_on(client, person):
    sign_in(client)
    assert client.get(reverse("account_login"))["Location"] == "/"


def test_another_site_is_no_way_on(client, person):
    assert sign_in(client, next="https://elsewhere.example/")["Location"] == "/"


@pytest.mark.parametrize("login", ["person", "nobody"])
def test_a_wrong_password_and_an_unknown_name_answer_alike(client, person, login):
    response = sign_in(client, "wrong-password", login)
    text = response.content.decode()
    assert response.status_code == 200
    assert re.findall(r"<li>(.*正しくありません。)</li>", text) == [WRONG]
    assert "<title>エラー：サインイン" in text
    assert records() == [("sign_in_failed", typed_name(login), f"パスワード{HERE}")]


def test_an_unknown_name_takes_as_long_as_a_wrong_password(client, person, settings):
    """The hash is made in both cases: 5 × 40 ms and more each, against under 10 ms without."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    person.set_password(PASSWORD)
    person.save(update_fields=["password"])
    seconds = {}
    for login in ("person", "nobody"):
        start = time.process_time()
        for _ in range(3):
            sign_in(client, "wrong-password", login)
        seconds[login] = time.process_time() - start
    assert 0.5 < seconds["nobody"] / seconds["person"] < 2


def test_a_user_who_was_stopped_is_told_so_after_the_right_password_only(client, person):
    person.is_active = False
    person.save()
    assert WRONG in sign_in(client, "wrong-password").content.decode()
    response = sign_in(client)
    assert response["Location"] == reverse("account_inactive")
    assert "この利用者は停止されています" in client.get(response["Location"]).content.decode()
    assert [record[2] for record in records()] == [f"パスワード{HERE}", f"停止された利用者{HERE}"]


def test_signing_out_asks_first_and_is_recorded(client, person):
    sign_in(client)
    page = client.get(reverse("account_logout"))
    assert "サインアウトしますか" in page.content.decode()
    response = client.post(reverse("account_logout"), follow=True)
    assert "サインアウトしました。" in response.content.decode()
    assert records()[-1] == ("sign_out", "試験 太郎（person）", "")


# --- Lock-out -------------------------------------------------------------------------------------
def test_five_wrong_passwords_lock_out(client, person):
    answers = [sign_in(client, "wrong-password").status_code for _ in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    response = sign_in(client)  # the right one does not help now
    assert (response.status_code, response["Retry-After"]) == (429, "900")
    assert "15分待ってから、もう一度お試しください" in response.content.decode()
    kinds = [(kind, name) for kind, name, _ in records()]
    assert kinds == [("sign_in_failed", "person")] * 4 + [("locked_out", "person")] * 2
    assert records()[-1][2] == HERE


def test_the_lock_out_ends_after_a_quarter_of_an_hour(client, person):
    for _ in range(6):
        sign_in(client, "wrong-password")
    quarter = dt.timedelta(minutes=15, seconds=1)
    AccessAttempt.objects.update(attempt_time=timezone.now() - quarter)
    assert sign_in(client).status_code == 302
    assert not AccessAttempt.objects.exists()


def test_the_case_of_the_name_does_not_start_the_count_anew(client, person):
    names = ["person", "Person", "PERSON", "pErson", "peRson"]
    assert [sign_in(client, "wrong", name).status_code for name in names][-1] == 429


def test_others_and_other_addresses_are_not_locked_out(client, person):
    for _ in range(5):
        sign_in(client, "wrong-password")
    assert sign_in(Client(REMOTE_ADDR="192.0.2.7")).status_code == 302
    assert sign_in(client, "wrong-password", "somebody").status_code == 200


def test_an_unknown_name_is_locked_out_alike(client):
    answers = [sign_in(client, "wrong-password", "nobody").status_code for _ in range(6)]
    assert answers == [200, 200, 200, 200, 429, 429]


def elsewhere(n: int) -> Client:
    return Client(REMOTE_ADDR=f"10.0.{n}.1")


@pytest.mark.parametrize("login", ["person", "nobody"])
def test_fifty_wrong_passwords_a_day_from_everywhere_lock_the_name_out(person, login):
    answers = [sign_in(elsewhere(n), f"wrong{n}", login).status_code for n in range(52)]
    assert answers == [200] * 50 + [429] * 2
    response = sign_in(elsewhere(99), login=login.upper())  # nor does the right one help
    assert response.status_code == 429
    assert 86_000 < int(response["Retry-After"]) <= 86_400
    assert "24時間待ってから、もう一度お試しください" in response.content.decode()
    assert records()[-1] == (
        "locked_out",
        typed_name(login),
        "1日の失敗の回数（接続元 10.0.99.1）",
    )
    assert sign_in(elsewhere(99), "wrong-password", "somebody").status_code == 200


def test_the_lock_out_of_a_name_ends_after_a_day_or_by_a_maintainer(person, settings):
    settings.SIGN_IN_FAILURES_A_DAY = 3
    here = timezone.now() - dt.timedelta(hours=23, minutes=30)
    for _ in range(3):
        AccessRecord.objects.create(at=here, kind="sign_in_failed", actor_name="person", path="/")
    assert sign_in(elsewhere(1))["Retry-After"] in {"1800", "1799"}
    accounts.unlock(person, make_user())
    assert sign_in(elsewhere(1)).status_code == 302
    old = timezone.now() - dt.timedelta(hours=24, seconds=1)
    other = make_user(username="other")
    other.set_password(PASSWORD)
    other.save(update_fields=["password"])
    for _ in range(3):
        AccessRecord.objects.create(at=old, kind="sign_in_failed", actor_name="other", path="/")
    assert sign_in(elsewhere(2), login="other").status_code == 302


def test_behind_a_proxy_the_address_is_the_one_that_it_adds(client, person, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    sign_in(Client(headers={"X-Forwarded-For": "198.51.100.1, 192.0.2.9"}))
    assert records()[-1][2] == "パスワード（接続元 192.0.2.9）"


def test_what_axes_keeps_holds_no_password(client, person):
    sign_in(client, "wrong-password")
    kept = AccessAttempt.objects.get()
    assert (kept.username, kept.failures_since_start) == ("person", 1)
    assert "wrong-password" not in kept.post_data


# --- Second factors -------------------------------------------------------------------------------
def test_an_app_is_registered_with_the_code_it_shows(
    client, person, django_capture_on_commit_callbacks
):
    sign_in(client)
    address = reverse("mfa_activate_totp")
    first = f"{reverse('account_reauthenticate')}?{urlencode({'next': address})}"
    assert client.get(address)["Location"] == first
    prove(client)
    page = client.get(address).content.decode()
    secret = client.session["mfa.totp.secret"]
    assert secret in page
    assert re.search(r'<svg class="qr" viewBox="0 0 \d+ \d+" role="img"', page)
    wrong = client.post(address, {"code": "000000"})
    assert "確認できませんでした。もう一度お試しください。" in wrong.content.decode()
    good = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(address, {"code": good})
    assert response["Location"] == reverse("mfa_view_recovery_codes")
    newest = person.history.first()
    assert (newest.history_change_reason, newest.history_user) == ("認証アプリの登録", person)


def test_with_an_app_the_password_alone_is_not_enough(client, person):
    TOTP.activate(person, SECRET)
    assert sign_in(client)["Location"] == reverse("mfa_authenticate")
    assert client.get(reverse("account")).status_code == 302
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert wrong.status_code == 200
    response = client.post(reverse("mfa_authenticate"), {"code": code()})
    assert response["Location"] == "/"
    assert [(kind, detail) for kind, _, detail in records()] == [
        ("sign_in_failed", f"確認コード{HERE}"),
        ("sign_in", f"パスワード・認証アプリ{HERE}"),
    ]


def test_a_recovery_code_is_good_once(client, person):
    TOTP.activate(person, SECRET)
    first = RecoveryCodes.activate(person).get_unused_codes()[0]
    sign_in(client)
    assert client.post(reverse("mfa_authenticate"), {"code": first}).status_code == 302
    again = Client()
    sign_in(again)
    assert again.post(reverse("mfa_authenticate"), {"code": first}).status_code == 200


def test_guessing_codes_is_limited_for_all_browsers_together(client, person):
    TOTP.activate(person, SECRET)
    for _ in range(5):
        browser = Client()
        sign_in(browser)
        browser.post(reverse("mfa_authenticate"), {"code": "000000"})
    sign_in(client)
    response = client.post(reverse("mfa_authenticate"), {"code": code()})
    assert "間違いが続きました。5分ほど待ってから" in response.content.decode()
    assert client.get(reverse("account")).status_code == 302


def test_a_change_of_the_means_to_sign_in_needs_the_password_again(client, person):
    TOTP.activate(person, SECRET)
    client.force_login(person)
    for name in ("mfa_deactivate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"):
        response = client.post(reverse(name))
        assert (name, response.status_code) == (name, 302)
        assert response["Location"].startswith(reverse("account_reauthenticate"))
    assert Authenticator.objects.filter(user=person).count() == 1


def test_five_wrong_passwords_lock_out_while_signed_in_too(client, person):
    client.force_login(person)
    address = reverse("account_reauthenticate")
    answers = [client.post(address, {"password": "wrong"}).status_code for _ in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    assert records()[0] == (
        "sign_in_failed",
        "試験 太郎（person）",
        f"本人確認：パスワード{HERE}",
    )


# --- Passwords and mail addresses changed ---------------------------------------------------------
def test_a_changed_password_ends_the_other_sessions(client, person):
    other = Client()
    sign_in(other)
    sign_in(client)
    data = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    response = client.post(reverse("account_change_password"), data, follow=True)
    assert "パスワードを変更しました。" in response.content.decode()
    assert client.get(reverse("account")).status_code == 200
    assert other.get(reverse("account")).status_code == 302
    newest = person.history.first()
    assert (newest.history_change_reason, newest.history_user) == ("パスワードの変更", person)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"oldpassword": "x"}, "現在のパスワードが正しくありません。"),
        ({"password1": "short", "password2": "short"}, "このパスワードは短すぎます。"),
        ({"password2": "another-password"}, "同じパスワードを入力してください。"),
    ],
)
def test_a_password_that_is_refused_changes_nothing(client, person, change, message):
    sign_in(client)
    data = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    response = client.post(reverse("account_change_password"), {**data, **change})
    assert message in response.content.decode()
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_a_forgotten_password_is_set_anew_by_mail(client, person):
    person.email = "person@example.go.jp"
    person.save()
    for _ in range(5):
        sign_in(client, "wrong-password")
    client.post(reverse("account_reset_password"), {"email": "person@example.go.jp"})
    (sent,) = mail.outbox
    assert sent.subject == "［中長期目標ポータル］パスワードの再設定"
    link = re.search(r"http://testserver(\S+)", sent.body).group(1)
    form = client.get(link)["Location"]
    data = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert client.post(form, data).status_code == 302
    assert sign_in(Client(REMOTE_ADDR="192.0.2.7"), NEW_PASSWORD).status_code == 302
    assert person.history.first().history_change_reason == "メールによるパスワードの再設定"
    assert "このアドレスは使えません" in client.get(link).content.decode()


def test_a_mail_address_that_nobody_has_gets_the_same_answer(client, person):
    known, unknown = (
        client.post(reverse("account_reset_password"), {"email": address}, follow=True).content
        for address in ("person@example.go.jp", "nobody@example.go.jp")
    )
    hidden = rb'name="csrfmiddlewaretoken" value="\w+"'
    assert re.sub(hidden, b"", known) == re.sub(hidden, b"", unknown)
    assert "このメールアドレスで登録された利用者はいません" in mail.outbox[-1].body


def test_a_new_mail_address_counts_once_it_is_confirmed(client, person):
    sign_in(client)
    prove(client)
    data = {"email": "new@example.go.jp", "action_add": ""}
    client.post(reverse("account_email"), data)
    person.refresh_from_db()
    assert person.email == ""
    link = re.search(r"http://testserver(\S+)", mail.outbox[-1].body).group(1)
    assert "利用者「person」のメールアドレスとして登録します" in client.get(link).content.decode()
    assert client.post(link).status_code == 302
    person.refresh_from_db()
    assert person.email == "new@example.go.jp"
    newest = person.history.first()
    assert (newest.history_change_reason, newest.history_user) == ("メールアドレスの変更", person)


def test_a_portal_that_sends_no_mail_says_so(client, settings):
    settings.SENDS_MAIL = False
    assert "メールを送らない設定" in client.get(reverse("account_reset_password")).content.decode()
    assert reverse("account_reset_password") not in client.get("/accounts/login/").content.decode()


# --- A password that a maintainer issued ----------------------------------------------------------
def test_an_issued_password_is_changed_before_anything_else(client, person):
    issued = accounts.issue_password(person, make_user())
    assert sign_in(client, issued).status_code == 302
    change = reverse("account_change_password")
    assert client.get("/account/?x=1")["Location"] == f"{change}?next=%2Faccount%2F%3Fx%3D1"
    for address in ("/", "/account/", "/maintenance/", reverse("mfa_index")):
        assert client.get(address)["Location"].startswith(change)
        assert client.post(address)["Location"] == change
    page = client.get(change).content.decode()
    assert "いまのパスワードは、保守者が発行したものです。" in page
    assert "やめる" not in page
    data = {"oldpassword": issued, "password1": issued, "password2": issued}
    same = client.post(change, data).content.decode()
    assert "現在のパスワードとは別のものを入力してください。" in same
    assert client.get("/").status_code == 302
    client.post(change, {**data, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert client.get("/account/").status_code == 200
    assert "issued_password" not in client.session
    again = Client()
    sign_in(again, NEW_PASSWORD)
    assert again.get("/account/").status_code == 200


def test_who_does_not_want_to_change_it_signs_out(client, person):
    sign_in(client, accounts.issue_password(person, make_user()))
    assert client.post(reverse("account_logout")).status_code == 302
    assert client.get(reverse("account_login")).status_code == 200


def test_a_second_factor_comes_before_the_change(client, person):
    TOTP.activate(person, SECRET)
    sign_in(client, accounts.issue_password(person, make_user()))
    client.post(reverse("mfa_authenticate"), {"code": code()})
    assert client.get("/account/")["Location"].startswith(reverse("account_change_password"))


def test_another_act_of_a_maintainer_does_not_hide_the_issued_password(client, person):
    issued = accounts.issue_password(person, make_user())
    accounts.unlock(person, make_user())
    sign_in(client, issued)
    assert client.get("/account/").status_code == 302


# --- Nobody signs up ------------------------------------------------------------------------------
def test_sign_up_is_closed(client):
    data = {"username": "new", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    for response in (client.get("/accounts/signup/"), client.post("/accounts/signup/", data)):
        assert "利用者の登録は、保守者が行います" in response.content.decode()
    assert not User.objects.exists()
