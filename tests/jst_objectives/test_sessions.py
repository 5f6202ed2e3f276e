"""How long a session lasts, and what it does not outlive."""

import pytest
from django.urls import reverse

from jst_objectives.sessions import SEEN_AT, SIGNED_IN_AT
from programs.models import AccessRecord
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    """Set what time it is, in seconds."""

    class Clock:
        now = 1_800_000_000

    monkeypatch.setattr("jst_objectives.sessions.time.time", lambda: Clock.now)
    return Clock


@pytest.fixture
def visitor(client, clock):
    client.force_login(make_user(username="person"))
    assert client.get(reverse("account")).status_code == 200
    return client


def test_a_session_ends_after_half_an_hour_without_a_request(visitor, clock):
    clock.now += 30 * 60 - 1
    assert visitor.get(reverse("account")).status_code == 200
    clock.now += 30 * 60
    response = visitor.get(reverse("account") + "?x=1", follow=True)
    assert response.redirect_chain == [("/accounts/login/?next=%2Faccount%2F%3Fx%3D1", 302)]
    assert "30分間操作がなかったため、サインアウトしました。" in response.content.decode()
    record = AccessRecord.objects.get()
    assert (record.kind, record.actor_name, record.detail) == (
        "sign_out",
        "試験 太郎（person）",
        "30分間操作がなかったため",
    )


def test_a_session_ends_twelve_hours_after_the_sign_in_whatever_is_done(visitor, clock):
    for _ in range(12 * 3 - 1):
        clock.now += 20 * 60
        assert visitor.get(reverse("account")).status_code == 200
    clock.now += 20 * 60
    response = visitor.get(reverse("account"), follow=True)
    assert "サインインから12時間たったため、サインアウトしました。" in response.content.decode()


def test_what_was_sent_too_late_is_said_to_be_lost(visitor, clock):
    clock.now += 30 * 60
    response = visitor.post(reverse("account_change_password"), {"oldpassword": "x"}, follow=True)
    assert "送信した内容は保存されていません。" in response.content.decode()


def test_from_the_sign_in_page_no_way_leads_back_to_it(visitor, clock):
    clock.now += 30 * 60
    assert visitor.get(reverse("account_login"))["Location"] == reverse("account_login")


def test_the_limits_are_settings(visitor, clock, settings):
    settings.SESSION_IDLE_MINUTES = 5
    clock.now += 5 * 60
    response = visitor.get(reverse("account"), follow=True)
    assert "5分間操作がなかったため" in response.content.decode()


def test_reading_writes_the_session_once_a_minute(visitor, clock, django_assert_num_queries):
    seen = visitor.session[SEEN_AT]
    clock.now += 59
    visitor.get(reverse("account"))
    assert visitor.session[SEEN_AT] == seen
    clock.now += 1
    visitor.get(reverse("account"))
    assert visitor.session[SEEN_AT] == seen + 60
    assert visitor.session[SIGNED_IN_AT] == seen


def test_who_has_not_signed_in_gets_no_session(client):
    client.get(reverse("account_login"))
    assert "sessionid" not in client.cookies


def test_stopping_a_user_counts_from_the_next_request(visitor):
    user = AccessRecord.user.field.related_model.objects.get()
    user.is_active = False
    user.save()
    assert visitor.get(reverse("account")).status_code == 302
