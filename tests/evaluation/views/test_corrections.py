"""正誤: started from a decided wording, and shown in both clocks."""

import datetime as dt

import pytest

from evaluation import amending, procedure
from evaluation.models import Amendment, Wording
from evaluation.models.texts import Text
from evaluation.templatetags.calendars import both_calendars
from tests.evaluation.views.drafts import address, errors, words
from tests.factories import DAY, decide, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def period():
    return make_period()


@pytest.fixture
def baseline(period):
    return make_baseline(period, items=1)[0]


@pytest.fixture
def item(baseline):
    return baseline.wordings.get(text="項目1の推進").clause


@pytest.fixture
def client(client, period):
    client.force_login(make_user(period.agency, "editor"))
    return client


DATA = {"text": "項目1の促進", "title": "正誤", "slug": "seigo"}


def page(baseline, item):
    return address(baseline, "corrections", item.public_id)


def test_a_correction_is_started_from_a_decided_wording(client, baseline, item):
    response = client.post(page(baseline, item), DATA)
    draft = Amendment.objects.get(slug="seigo")
    assert response["Location"] == address(draft)
    wording = draft.wordings.get()
    assert (draft.kind, wording.text, wording.corrects) == (
        "correction",
        "項目1の促進",
        baseline.wordings.get(clause=item),
    )


def test_another_one_goes_into_the_same_draft(client, baseline, item):
    client.post(page(baseline, item), DATA)
    draft = Amendment.objects.get(slug="seigo")
    body = baseline.wordings.get(text="項目1を推進する。").clause
    data = {"text": "項目1を促進する。", "draft": draft.pk}
    assert client.post(page(baseline, body), data)["Location"] == address(draft)
    assert draft.wordings.count() == 2


def test_what_corrects_nothing_is_refused(client, baseline, item):
    response = client.post(page(baseline, item), DATA | {"text": "項目1の推進"})
    assert errors(response) == ["文言が変わっていません。正しい文言を入力してください。"]
    missing = client.post(page(baseline, item), {"text": ""})
    assert errors(missing)[0] == "正しい文言を入力してください。"
    assert Amendment.objects.count() == 1


def test_only_what_is_decided_is_corrected(client, period, baseline, item):
    draft = make_draft(period)
    amending.reword(draft, item, "項目1の転換", by=None)
    assert client.get(address(draft, "corrections")).status_code == 404
    assert client.get(page(draft, item)).status_code == 404
    decided = decide(make_draft(period))
    assert client.get(page(decided, item)).status_code == 404


def test_both_clocks_are_shown(client, period, baseline, item):
    client.post(page(baseline, item), DATA)
    correction = decide(Amendment.objects.get(slug="seigo"), dt.date(2024, 6, 1))
    told = words(client.get(address(baseline, "corrections")))
    assert "項目1の推進 正される前" in told
    assert f"項目1の促進 {told_at(correction)}から 令和4年4月1日（2022年） 正誤" in told

    def on(known_at):
        return Text.of(Wording.objects.in_force_on(period, DAY, known_at)).nodes[item.pk].text

    before = correction.recorded_at - dt.timedelta(microseconds=1)
    assert (on(before), on(correction.recorded_at)) == ("項目1の推進", "項目1の促進")


def told_at(correction):
    return both_calendars(correction.recorded_at)


def test_the_public_reads_a_correction_once_it_is_published(client, period, baseline, item):
    client.post(page(baseline, item), DATA)
    correction = decide(Amendment.objects.get(slug="seigo"), dt.date(2024, 6, 1))
    approver = make_user(period.agency, "approver")
    procedure.publish(baseline, by=approver, published_on=DAY)
    client.logout()
    assert "正された文言はありません。" in words(client.get(address(baseline, "corrections")))
    procedure.publish(correction, by=approver, published_on=dt.date(2024, 6, 2))
    assert "項目1の促進" in words(client.get(address(baseline, "corrections")))
    assert "正誤を起案する" not in words(client.get(address(baseline, "corrections")))
