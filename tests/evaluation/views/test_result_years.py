"""The pages of a year's course: shared out, handed in, sent back, confirmed; closed, and opened again."""

import copy
import datetime as dt
import re
from dataclasses import dataclass

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evaluation import valuing
from evaluation.models import (
    Admission,
    Clause,
    IndicatorMeasure,
    ItemYear,
    ObjectivePeriod,
    YearClosing,
)
from programs.models import User
from tests.factories import make_indicators, make_measure, make_period, make_user, make_value

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
YEAR = 2024


@dataclass
class Place:
    period: ObjectivePeriod
    item: Clause
    measure: IndicatorMeasure
    agency: User
    assessor: User

    def address(self, name, *more):
        return reverse(name, args=[self.period.agency.code, self.period.number, YEAR, *more])

    def step(self, step):
        return self.address("item_year_step", self.item.public_id, step)

    @property
    def item_address(self):
        return self.address("item_year", self.item.public_id)

    def client(self, user):
        client = Client()
        client.force_login(user)
        return client


@pytest.fixture(scope="module")
def made(module_rows):
    period = make_period()
    item, (indicator,) = make_indicators(period, "論文数")
    measure = make_measure(indicator)
    make_value(measure, YEAR)
    people = [make_user(period.agency, role) for role in ("agency", "assessor")]
    return Place(period, item, measure, *people)


@pytest.fixture
def place(made):
    return copy.deepcopy(made)


@pytest.fixture
def agency(place):
    return place.client(place.agency)


@pytest.fixture
def assessor(place):
    return place.client(place.assessor)


def html(response):
    return response.content.decode()


def state():
    return ItemYear.objects.get().state


def send(client, address, **fields):
    """Send a form with what its page carries."""
    form = client.get(address).context["form"]
    seen = {"seen": form["seen"].value()} if "seen" in form.fields else {}
    return client.post(address, seen | fields, follow=True)


# --- An item's year -------------------------------------------------------------------------------
def test_handed_in_returned_with_words_and_confirmed(place, agency, assessor):
    answer = send(agency, place.step("submit"))
    assert (state(), "提出しました。" in html(answer)) == ("submitted", True)
    assert "提出する" not in html(agency.get(place.item_address))
    answer = send(assessor, place.step("send-back"), words="根拠がありません。\n直してください。")
    assert state() == "returned"
    page = html(agency.get(place.item_address))
    assert "根拠がありません。<br>直してください。" in page
    send(agency, place.step("submit"))
    answer = send(assessor, place.step("confirm"))
    assert (state(), "確定しました。" in html(answer)) == ("confirmed", True)
    place.measure.refresh_from_db()
    assert place.measure.values.get().stage == "final"
    course = re.findall(r"<strong>([^<]*)</strong></p><p class=\"source\">", html(answer))
    assert course == [
        "項目の年度の確定",
        "値の提出",
        "値の差戻し：根拠がありません。\n直してください。",
        "値の提出",
    ]


def test_what_is_missing_or_remarkable_is_shown_before_it_is_handed_in(place, agency):
    make_measure(Clause.objects.get(pk=place.measure.indicator_id), "著書数")
    make_value(place.measure, 2023, 100)
    page = html(agency.get(place.step("submit")))
    assert "まだ入力されていないもの（1）" in page
    assert "論文数：著書数" in page
    assert "大きく変わっています。" in page
    send(agency, place.step("submit"))
    assert state() == "submitted"  # what is asked back blocks nothing


def test_returning_needs_words(place, agency, assessor):
    send(agency, place.step("submit"))
    answer = send(assessor, place.step("send-back"), words=" ")
    assert answer.context["form"].errors == {"words": ["差し戻す理由を入力してください。"]}
    assert state() == "submitted"


def test_who_handed_it_in_does_not_confirm_it(place):
    both = make_user(place.period.agency, "agency", "assessor")
    client = place.client(both)
    send(client, place.step("submit"))
    form = client.get(place.step("confirm")).context["form"]
    answer = client.post(place.step("confirm"), {"seen": form["seen"].value()})
    assert answer.status_code == 403
    assert "提出した人は、その項目の年度を確定できません。" in html(answer)
    assert state() == "submitted"


def test_who_was_slower_is_told_and_overwrites_nothing(place, agency):
    seen = agency.get(place.step("submit")).context["form"]["seen"].value()
    valuing.assign(place.item, YEAR, by=None, person=place.agency, due_on=None)
    answer = agency.post(place.step("submit"), {"seen": seen}, follow=True)
    assert "ほかの人が先に" in html(answer)
    assert state() == "entering"


@pytest.mark.parametrize("seen", ["", "x", "²", "-1"])
def test_a_form_that_lost_what_it_saw_is_refused(place, agency, seen):
    answer = agency.post(place.step("submit"), {"seen": seen})
    assert "ページを開き直してから、もう一度やり直してください。" in html(answer)
    assert not ItemYear.objects.exists()


def test_a_step_out_of_order_says_why(place, assessor):
    page = html(assessor.get(place.step("confirm")))
    assert "この項目の令和6年度の実績は、入力中です。確定するのは、確認待ちのときだけです。" in page
    assert assessor.post(place.step("confirm"), {"seen": "0"}).status_code == 200
    assert not ItemYear.objects.exists()


def test_what_is_not_there_is_not_found(place, agency):
    for address in (
        place.step("none"),
        place.address("item_year", "none"),
        place.address("result_year").replace(str(YEAR), "2030"),
    ):
        assert agency.get(address).status_code == 404


# --- People and deadlines -------------------------------------------------------------------------
def test_the_statutory_day_is_proposed_and_people_are_chosen(place, assessor):
    address = place.address("year_people")
    form = assessor.get(address).context["form"]
    pk = place.item.pk
    assert form[f"due_{pk}"].value() == "令和7年6月30日"
    assert [str(key) for key, _ in form.fields[f"person_{pk}"].choices] == [
        "",
        str(place.agency.pk),
    ]
    fields = {f"person_{pk}": place.agency.pk, f"due_{pk}": "令和7年5月31日", f"seen_{pk}": "0"}
    answer = assessor.post(address, fields, follow=True)
    assert "担当者と期限を保存しました（変更：1項目）。" in html(answer)
    row = ItemYear.objects.get()
    assert (row.person, row.due_on) == (place.agency, dt.date(2025, 5, 31))
    fields[f"seen_{pk}"] = "1"
    answer = assessor.post(address, fields, follow=True)
    assert "（変更：0項目）" in html(answer)
    assert ItemYear.objects.get().revision == 1


def test_what_is_no_day_or_nobody_of_the_agency_is_told_at_its_item(place, assessor):
    pk = place.item.pk
    fields = {f"person_{pk}": place.assessor.pk, f"due_{pk}": "6月末", f"seen_{pk}": "0"}
    form = assessor.post(place.address("year_people"), fields).context["form"]
    assert form.errors == {
        f"person_{pk}": ["担当者を、法人担当者の一覧から選んでください。"],
        f"due_{pk}": [
            "「項目1の推進」の期限の「6月末」を読み取れません。「2026-04-01」か「令和8年4月1日」の形で入力してください。"
        ],
    }
    assert not ItemYear.objects.exists()


def test_a_day_that_was_taken_away_is_not_proposed_again(place, assessor):
    valuing.assign(place.item, YEAR, by=None, person=place.agency, due_on=None)
    form = assessor.get(place.address("year_people")).context["form"]
    assert form[f"due_{place.item.pk}"].value() is None


def test_the_year_shows_items_people_and_what_is_late(place, agency):
    valuing.assign(place.item, YEAR, by=None, person=place.agency, due_on=dt.date(2025, 6, 30))
    page = html(agency.get(place.address("result_year")))
    assert page.count("期限を過ぎています") == 1
    assert page.count("1/1") == 2  # of the item, and of the person
    assert "令和7年6月30日まで" in page
    mine = agency.get(place.address("result_year") + "?only=mine")
    assert [one.item.text for one in mine.context["items"]] == ["項目1の推進"]
    valuing.submit(place.item, YEAR, by=place.agency)
    assert not agency.get(place.address("result_year") + "?only=mine").context["items"]


# --- Closing --------------------------------------------------------------------------------------
def test_a_closed_year_says_why_and_one_value_is_let_in_for_one_person(place, agency, assessor):
    send(assessor, place.address("year_closing"), reason="業務実績等報告書の提出")
    for page in (place.address("result_year"), place.item_address, place.step("submit")):
        assert "理由：業務実績等報告書の提出" in html(agency.get(page))
    assert "締め切られています" in html(send(agency, place.step("submit")))
    assert not ItemYear.objects.exists()
    day = timezone.localdate() + dt.timedelta(days=30)
    fields = {"measure": place.measure.pk, "user": place.agency.pk, "reason": "元の資料の訂正"}
    answer = send(assessor, place.address("year_admission"), until=day.isoformat(), **fields)
    assert "許可しました。" in html(answer)
    row = Admission.objects.get()
    assert (row.user, row.measure, row.reason) == (place.agency, place.measure, "元の資料の訂正")
    local = timezone.localtime(row.until)
    assert (local.date(), local.hour, local.minute) == (day, 23, 59)
    assert "有効" in html(answer)
    send(assessor, place.address("year_closing"), reason="差戻しのため")
    assert not YearClosing.objects.exists()


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"measure": ""}, {"measure": ["値を選んでください。"]}),
        ({"measure": "0"}, {"measure": ["一覧から選んでください。"]}),
        ({"user": ""}, {"user": ["許可を受ける者を選んでください。"]}),
        (
            {"until": "2020-01-01"},
            {"until": ["期限は、いまより後、31日以内の日時にしてください。"]},
        ),
        ({"reason": ""}, {"reason": ["許可の理由を入力してください。"]}),
    ],
)
def test_who_is_let_in_to_what_until_when_and_why_is_asked_for(place, assessor, fields, errors):
    given = {
        "measure": place.measure.pk,
        "user": place.agency.pk,
        "until": (timezone.localdate() + dt.timedelta(days=1)).isoformat(),
        "reason": "訂正",
    }
    answer = assessor.post(place.address("year_admission"), given | fields)
    assert answer.context["form"].errors == errors
    assert not Admission.objects.exists()


@pytest.mark.parametrize("closed", [False, True])
def test_closing_and_opening_need_a_reason(place, assessor, closed):
    if closed:
        valuing.close(place.period, YEAR, by=None, reason="提出")
    answer = assessor.post(place.address("year_closing"), {"reason": ""})
    assert answer.context["form"].errors == {"reason": ["理由を入力してください。"]}
    assert YearClosing.objects.exists() == closed


# --- Mails ----------------------------------------------------------------------------------------
def test_each_step_tells_those_who_go_on(
    place, agency, assessor, django_capture_on_commit_callbacks
):
    for person in (place.agency, place.assessor):
        User.objects.filter(pk=person.pk).update(email=f"{person.username}@example.go.jp")

    def told(client, address, **fields):
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            send(client, address, **fields)
        return [
            (sent.to[0].partition("@")[0], sent.subject.partition("］")[2]) for sent in mail.outbox
        ]

    pk = place.item.pk
    people = {f"person_{pk}": place.agency.pk, f"due_{pk}": "", f"seen_{pk}": "0"}
    assert told(assessor, place.address("year_people"), **people) == [
        (place.agency.username, "あなたが実績の入力の担当者になりました")
    ]
    assert told(agency, place.step("submit")) == [
        (place.assessor.username, "実績が提出され、確認を待っています")
    ]
    assert told(assessor, place.step("send-back"), words="秘密の理由") == [
        (place.agency.username, "実績が差し戻され、手直しを待っています")
    ]
    body = mail.outbox[0].body
    assert ("秘密" in body, "このメールには、実績の内容を載せていません。" in body) == (False, True)
    assert place.item_address in body
