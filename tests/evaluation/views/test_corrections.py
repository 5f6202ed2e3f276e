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
    assert "項目1の推進 訂正の前" in told
    assert f"項目1の促進 {told_at(correction)}から 令和4年4月1日（2022年） 正誤" in told

    def on(known_at):
        return Text.of(Wording.objects.in_force_on(period, DAY, known_at)).nodes[item.pk].text

    before = correction.recorded_at - dt.timedelta(microseconds=1)
    assert (on(before), on(correction.recorded_at)) == ("項目1の推進", "項目1の促進")


def test_one_that_names_no_wording_is_listed_with_its_own_day(client, period, baseline, item):
    correction = make_draft(period, kind="correction")
    amending.reword(correction, item, "項目1の促進", by=None)
    decide(correction, dt.date(2024, 6, 1))
    told = words(client.get(address(baseline, "corrections")))
    day = both_calendars(dt.date(2024, 6, 1))
    assert f"項目1の促進 {told_at(correction)}から {day} {correction}" in told


def decision(client, draft):
    """Return the page on which the decision of a draft is asked for, to who may decide it."""
    procedure.submit(draft, by=make_user())
    procedure.approve(draft, by=make_user())
    client.force_login(make_user(draft.period.agency, "approver"))
    return client.get(
        address(draft, "steps", "decide") + "?decided_on=2024-06-01&effective_on=2026-01-01"
    )


def test_its_decision_applies_from_the_day_of_what_it_corrects(client, baseline, item):
    client.post(page(baseline, item), DATA)
    draft = Amendment.objects.get(slug="seigo")
    asked = decision(client, draft)
    told = words(asked)
    assert "元の文言と同じ日（令和4年4月1日）から適用されます。この日付は選べません。" in told
    assert "適用日まで、現行の本文が適用されます。" not in told
    assert "適用日から、新しい本文が中長期目標として効力をもちます。" not in told
    data = {"decided_on": "2024-06-01", "effective_on": "2026-01-01"}
    data["seen"] = asked.context["seen"]
    assert client.post(address(draft, "steps", "decide"), data).status_code == 302
    draft.refresh_from_db()
    assert draft.effective_on == DAY


def test_its_record_follows_the_order_of_decisions(client, period, baseline, item):
    between = make_draft(period)
    amending.reword(between, item, "項目1の転換", by=None)
    decide(between, dt.date(2024, 5, 1))
    body = baseline.wordings.get(text="項目1を推進する。").clause
    client.post(page(baseline, body), DATA)
    told = words(decision(client, Amendment.objects.get(slug="seigo")))
    assert "決定の適用日は、前の変更と同じ令和6年5月1日と記録します。" in told


def test_a_correction_that_changes_more_has_a_day_of_its_own(period, baseline, item):
    draft = make_draft(period, kind="correction")
    amending.correct(draft, baseline.wordings.get(clause=item), text="正", by=None)
    assert procedure.day_of_correction(draft) == DAY
    body = baseline.wordings.get(text="項目1を推進する。").clause
    amending.reword(draft, body, "項目1を進める。", by=None)
    assert procedure.day_of_correction(draft) is None


def told_at(correction):
    return both_calendars(correction.recorded_at)


def test_the_public_reads_a_correction_once_it_is_published(client, period, baseline, item):
    client.post(page(baseline, item), DATA)
    correction = decide(Amendment.objects.get(slug="seigo"), dt.date(2024, 6, 1))
    approver = make_user(period.agency, "approver")
    procedure.publish(baseline, by=approver, published_on=DAY)
    client.logout()
    assert "訂正した文言はありません。" in words(client.get(address(baseline, "corrections")))
    procedure.publish(correction, by=approver, published_on=dt.date(2024, 6, 2))
    assert "項目1の促進" in words(client.get(address(baseline, "corrections")))
    assert "正誤を起案する" not in words(client.get(address(baseline, "corrections")))
