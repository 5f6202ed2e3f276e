"""Reminders: to whom, of what, once a day at most, and with no value in them."""

import datetime as dt

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from evaluation import reminding, valuing
from evaluation.models import Reminder
from evaluation.reminding import Outcome, remind
from evaluation.waiting import What
from jst_objectives import history
from tests.factories import make_indicators, make_measure, make_period, make_user, make_value

pytestmark = pytest.mark.django_db
YEAR = 2024


def person(period, role, **fields):
    user = make_user(period.agency, role)
    user.email = f"{user.username}@example.go.jp"
    for name, value in fields.items():
        setattr(user, name, value)
    history.save(user, by=None, reason="試験")
    return user


@pytest.fixture
def place():
    period = make_period()
    item, (indicator,) = make_indicators(period, "論文数")
    return period, item, indicator


def due_in(place, days, **options):
    due = timezone.localdate() + dt.timedelta(days=days)
    valuing.assign(place[1], YEAR, by=None, due_on=due, **({"person": None} | options))
    return due


@pytest.mark.parametrize(
    ("days", "sent"), [(8, 0), (7, 1), (0, 1), (-100, 1)], ids="before soon today late".split()
)
def test_what_is_due_within_a_week_or_late_is_reminded_of(place, days, sent):
    person(place[0], "agency")
    due_in(place, days)
    assert remind() == Outcome(sent, 0, 0)
    assert len(mail.outbox) == sent


def test_it_is_sent_once_a_day_at_most(place):
    user = person(place[0], "agency")
    due_in(place, 0)
    assert [remind(), remind()] == [Outcome(1, 0, 0), Outcome(0, 1, 0)]
    assert len(mail.outbox) == 1
    row = Reminder.objects.get()
    assert (row.user, row.sent_on, row.tasks) == (user, timezone.localdate(), 1)
    Reminder.objects.update(sent_on=timezone.localdate() - dt.timedelta(days=1))
    assert remind() == Outcome(1, 0, 0)


def test_what_waits_to_be_checked_is_reminded_of_after_a_week(place, monkeypatch):
    person(place[0], "agency")
    assessor = person(place[0], "assessor")
    valuing.submit(place[1], YEAR, by=None)
    assert remind() == Outcome(0, 0, 0)
    today = timezone.localdate()
    monkeypatch.setattr(
        timezone,
        "localdate",
        lambda moment=None: today if moment else today + dt.timedelta(days=7),
    )
    assert remind() == Outcome(1, 0, 0)
    assert [sent.to for sent in mail.outbox] == [[assessor.email]]


def test_what_has_no_day_is_reminded_of_once_a_week(place, monkeypatch):
    """What was given back was told the same day; that nobody is to enter a year, on 8, 15, 22 April …"""
    period, item, indicator = place
    user = person(period, "agency")
    make_measure(indicator)
    valuing.submit(item, YEAR, by=None)
    valuing.send_back(item, YEAR, by=None, words="秘密の言葉")
    today, sent = timezone.localdate(), []
    for days in range(16):
        day = today + dt.timedelta(days=days)
        monkeypatch.setattr(
            timezone, "localdate", lambda moment=None, day=day: today if moment else day
        )
        sent.append(_only(What.CORRECT).sent)
    assert [days for days, count in enumerate(sent) if count] == [7, 14]
    assert {message.to[0] for message in mail.outbox} == {user.email}


def _only(what):
    """Remind of one thing that waits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reminding, "REMINDED", (what,))
        return remind()


def test_a_mail_says_what_and_until_when_and_no_value(place, settings):
    settings.PORTAL_ADDRESS = "https://portal.example"
    period, item, indicator = place
    make_value(make_measure(indicator), YEAR, 987654)
    user = person(period, "agency")
    valuing.assign(item, YEAR, by=None, person=user, due_on=dt.date(2025, 6, 30))
    remind()
    (sent,) = mail.outbox
    assert sent.subject == "［中長期目標ポータル］実績の入力・確認が待っています"
    tasks = [line for line in sent.body.splitlines() if line.startswith("・")]
    assert tasks[0] == f"・{period}　実績を入力して提出する（期限：令和7年6月30日）"
    assert "https://portal.example/\n" in sent.body
    assert [word for word in ("987654", "987,654", "論文数") if word in sent.body] == []


@pytest.mark.parametrize(
    "fields", [{"wants_mail": False}, {"email": ""}], ids=lambda f: next(iter(f))
)
def test_who_wants_no_mails_gets_none_and_is_not_asked_for(
    place, fields, django_assert_num_queries
):
    person(place[0], "agency", **fields)
    due_in(place, 0)
    with django_assert_num_queries(1):
        assert remind() == Outcome(0, 0, 0)


def test_a_mail_that_fails_is_tried_again_and_stops_no_other(place, monkeypatch, caplog):
    one, other = (person(place[0], "agency") for _ in range(2))
    due_in(place, 0)
    send = mail.EmailMessage.send

    def broken(message, **options):
        if message.to == [one.email]:
            raise ConnectionRefusedError("no mail today")
        return send(message, **options)

    monkeypatch.setattr(mail.EmailMessage, "send", broken)
    with pytest.raises(CommandError, match="1人に送れませんでした"):
        call_command("remind")
    assert [sent.to for sent in mail.outbox] == [[other.email]]
    assert "no mail today" in caplog.text
    monkeypatch.setattr(mail.EmailMessage, "send", send)
    assert remind() == Outcome(1, 1, 0)


def test_the_command_says_how_many(place, capsys):
    person(place[0], "agency")
    due_in(place, 0)
    for expected in (
        "1人に送りました（今日すでに送った人：0人）。\n",
        "0人に送りました（今日すでに送った人：1人）。\n",
    ):
        call_command("remind")
        assert capsys.readouterr().out == expected
