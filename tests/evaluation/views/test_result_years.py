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

from evaluation import amending, grading, valuing
from evaluation.models import (
    Admission,
    Clause,
    IndicatorMeasure,
    ItemYear,
    ObjectivePeriod,
    YearClosing,
)
from programs.models import User
from tests.factories import (
    decide,
    make_baseline,
    make_draft,
    make_indicators,
    make_measure,
    make_period,
    make_user,
    make_value,
)

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
    seen = {n: form[n].value() for n in ("seen", "stands") if n in form.fields}
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
    make_value(place.measure, 2024, -5)
    page = html(agency.get(place.step("submit")))
    assert "マイナス（△5件）です。" in page
    assert "まだ入力されていないもの（1）" in page
    assert "論文数：著書数" in page
    assert "大きく変わっています。" in page
    send(agency, place.step("submit"))
    assert state() == "submitted"  # what is asked back blocks nothing


def test_the_note_of_a_value_is_seen_where_it_is_handed_in_and_confirmed(place, agency, assessor):
    words = make_measure(
        Clause.objects.get(pk=place.measure.indicator_id), "取組", nature="qualitative", unit=""
    )
    make_value(place.measure, YEAR, 9, note="年度末の数")
    valuing.record(words, YEAR, by=None, text="実施した。", note="見込み")
    for client, step in ((agency, "submit"), (assessor, "confirm")):
        for address in (place.item_address, place.step(step)):
            page = html(client.get(address))
            assert re.findall(r">注：([^<]*)<", page) == ["年度末の数", "見込み"]
        send(client, place.step(step))


def test_a_value_that_is_none_any_more_is_asked_about(place, agency):
    make_value(place.measure, 2023, 100)
    valuing.record(place.measure, YEAR, by=None, state="not_applicable")
    told = "令和5年度の値があります。値がないことを確かめてください。"
    assert f"「該当なし」ですが、{told}" in html(agency.get(place.step("submit")))
    valuing.clear(place.measure, YEAR, by=None)
    assert f"値がありませんが、{told}" in html(agency.get(place.step("submit")))


def test_what_was_confirmed_is_opened_again(place, agency, assessor):
    send(agency, place.step("submit"))
    send(assessor, place.step("confirm"))
    page = html(assessor.get(place.item_address))
    assert re.findall(rf"{YEAR}/items/[^/]+/([a-z-]+)/", page) == ["open-again"]
    answer = send(assessor, place.step("open-again"), words=" ")
    assert answer.context["form"].errors == {"words": ["確定を取り消す理由を入力してください。"]}
    answer = send(assessor, place.step("open-again"), words="値が抜けています。")
    assert (state(), "確定を取り消しました。" in html(answer)) == ("returned", True)
    assert "値が抜けています。" in html(agency.get(place.item_address))


def test_who_opens_it_again_is_told_of_the_grade_that_rests_on_it(place, agency, assessor):
    send(agency, place.step("submit"))
    send(assessor, place.step("confirm"))
    told = "この実績による評定が確定しています"
    assert told not in html(assessor.get(place.step("open-again")))
    key = (place.period, place.item, YEAR, "yearly", "self")
    grading.write(*key, by=None, grade="B", grounds="計画どおりの実績")
    grading.issue(*key, by=None)
    page = html(assessor.get(place.step("open-again")))
    assert f"<strong>{told}</strong>（年度評価・自己評価）。" in page


def test_what_came_after_the_confirmation_is_confirmed_by_itself(place, agency, assessor):
    send(agency, place.step("submit"))
    send(assessor, place.step("confirm"))
    other = make_measure(Clause.objects.get(pk=place.measure.indicator_id), "著書数")
    make_value(other, YEAR, why_code="late", why="集計の遅れ")
    assert place.step("confirm") in html(assessor.get(place.item_address))
    send(assessor, place.step("confirm"))
    assert other.values.get().stage == "final"


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
    for _ in range(2):  # what was refused is not told as saved when it is sent again
        sent = {"seen": seen, "form_token": "t"}
        answer = agency.post(place.step("submit"), sent, follow=True)
        assert [str(message) for message in answer.context["messages"]] == [
            "ほかの人が先にこの項目の年度を変更しました。最新の内容を確かめてからやり直してください。"
        ]
    assert state() == "entering"


@pytest.mark.parametrize("seen", ["", "x", "²", "-1", "9" * 10, "9" * 5000])
def test_a_form_that_lost_what_it_saw_is_refused(place, agency, seen):
    answer = agency.post(place.step("submit"), {"seen": seen})
    assert "ページを開き直してから、もう一度やり直してください。" in html(answer)
    assert not ItemYear.objects.exists()


def test_a_step_out_of_order_says_why(place, assessor):
    page = html(assessor.get(place.step("confirm")))
    assert (
        "この項目の令和6年度の実績は、入力中です。確定することができるのは、確認待ち・確定のときだけです。"
        in page
    )
    assert assessor.post(place.step("confirm"), {"seen": "0"}).status_code == 200
    assert not ItemYear.objects.exists()


def test_an_item_that_was_handed_in_and_is_gone_is_still_confirmed(place, agency, assessor):
    valuing.submit(place.item, YEAR, by=place.agency)
    draft = make_draft(place.item.period)
    amending.repeal(draft, place.item, by=None)
    decide(draft, dt.date(2026, 4, 1))
    seen = assessor.get(place.step("confirm")).context["form"]["seen"].value()
    assert assessor.post(place.step("confirm"), {"seen": seen}).status_code == 302
    assert state() == "confirmed"


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
            "「項目1の推進」の期限の「6月末」を読み取れません。「令和8年4月1日」「2026/4/1」「R8.4.1」のどれかの形で入力してください。"
        ],
    }
    assert not ItemYear.objects.exists()


def test_what_others_shared_out_meanwhile_is_left_to_them_and_told_where_it_differs(assessor):
    period = make_period()
    _, (_, one, two, *_) = make_baseline(period)
    draft = make_draft(period)
    kind, said = "monitoring_indicator", {"text": "論文数", "by": None}
    indicators = [amending.insert(draft, kind, parent=item, **said) for item in (one, two)]
    decide(draft)
    for indicator in indicators:
        make_measure(indicator)
    mine, theirs = (make_user(period.agency, "agency") for _ in range(2))
    assessor.force_login(make_user(period.agency, "assessor"))
    address = reverse("year_people", args=[period.agency.code, 5, YEAR])
    page = assessor.get(address)
    sent = {bound.name: bound.value() or "" for bound in page.context["form"]}
    shown = [name for name in sent if not name.startswith("seen_")]
    assert [f'name="initial-{name}"' in html(page) for name in shown] == [True] * 4
    sent |= {f"initial-{name}": sent[name] for name in shown}
    sent |= {f"seen_{item.pk}": "0" for item in (one, two)}
    valuing.assign(one, YEAR, by=None, person=theirs, due_on=None)  # somebody else, another item
    answer = assessor.post(address, sent | {f"person_{two.pk}": mine.pk}, follow=True)
    assert "担当者と期限を保存しました（変更：1項目）。" in html(answer)
    rows = ItemYear.objects.order_by("item_id").values_list("person", "due_on")
    assert list(rows) == [(theirs.pk, None), (mine.pk, dt.date(2025, 6, 30))]
    # The same item: what was typed stays, theirs is named, and it can be sent again.
    answer = assessor.post(address, sent | {f"person_{one.pk}": mine.pk})
    form = answer.context["form"]
    assert form.errors == {
        f"person_{one.pk}": [
            (
                "ほかの人が先に変更しました（いまの担当者：試験 太郎、期限：決まっていません）。"
                "入力したとおりにするには、もう一度保存してください。"
            )
        ]
    }
    assert [form[f"{name}_{one.pk}"].value() for name in ("person", "seen")] == [str(mine.pk), "1"]
    assessor.post(address, sent | {f"person_{one.pk}": mine.pk, f"seen_{one.pk}": "1"})
    assert ItemYear.objects.get(item=one).person == mine


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


def test_a_yearly_text_is_let_in_like_a_value(assessor):
    period = make_period()
    _, (indicator,) = make_indicators(period, "成果の状況", kind="evaluation_indicator")
    agency, checker = (make_user(period.agency, role) for role in ("agency", "assessor"))
    valuing.close(period, YEAR, by=None, reason="提出")
    assessor.force_login(checker)
    address = reverse("year_admission", args=[period.agency.code, 5, YEAR])
    choices = assessor.get(address).context["form"].fields["measure"].choices
    assert choices[1:] == [("1. 項目1の推進", [(f"text-{indicator.pk}", "成果の状況：実績の文")])]
    day = (timezone.localdate() + dt.timedelta(days=1)).isoformat()
    sent = {"measure": f"text-{indicator.pk}", "user": agency.pk, "until": day, "reason": "訂正"}
    answer = assessor.post(address, sent, follow=True)
    assert ("許可しました。" in html(answer), ">実績の文</a>" in html(answer)) == (True, True)
    assessor.force_login(agency)
    assert "締切後に許可された値を直す" in html(assessor.get("/"))
    page = reverse("yearly_result", args=[period.agency.code, 5, indicator.public_id, YEAR])
    assessor.post(
        page, {"seen": "0", "text": "実施した。", "why_code": "late", "why": "集計の遅れ"}
    )
    assert indicator.yearly_results.get().text == "実施した。"
    assert "締切後に許可された値を直す" not in html(assessor.get("/"))


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"measure": ""}, {"measure": ["直してよい値を選んでください。"]}),
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


def test_what_a_closing_shuts_out_is_listed_before(place, assessor):
    address = place.address("year_closing")
    make_measure(place.measure.indicator, "被引用数")

    def listed():
        found = re.findall(r"<tbody>(.*?)</tbody>", html(assessor.get(address)), re.DOTALL)
        rows = re.findall(r"<tr>(.*?)</tr>", "".join(found), re.DOTALL)
        cells = [re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
        return [[re.sub(r"<.*?>|\s+", "", cell) for cell in row][1:4] for row in cells]

    assert listed() == [["入力中", "1/2", "1件"]]
    valuing.submit(place.item, YEAR, by=None)
    assert listed()[0] == ["→確認待ち", "1/2", "1件"]
    valuing.send_back(place.item, YEAR, by=None, words="直す")
    assert listed()[0] == ["↩差戻し", "1/2", "1件"]
    valuing.submit(place.item, YEAR, by=None)
    valuing.confirm_year(place.item, YEAR, by=None)
    assert (listed(), "すべての項目が確定しています。" in html(assessor.get(address))) == ([], True)
    valuing.close(place.period, YEAR, by=None, reason="提出")
    assert "まだ確定していない項目" not in html(assessor.get(address))


@pytest.mark.parametrize("closed", [False, True])
def test_closing_and_opening_need_a_reason(place, assessor, closed):
    if closed:
        valuing.close(place.period, YEAR, by=None, reason="提出")
    answer = send(assessor, place.address("year_closing"), reason="")
    assert answer.context["form"].errors == {"reason": ["理由を入力してください。"]}
    assert YearClosing.objects.exists() == closed


def test_who_meant_to_close_a_year_does_not_open_one_that_was_closed_meanwhile(place, assessor):
    address = place.address("year_closing")
    sent = {"stands": assessor.get(address).context["form"]["stands"].value(), "form_token": "t"}
    assert sent["stands"] == 0
    closing = valuing.close(place.period, YEAR, by=None, reason="提出")
    for _ in range(2):  # what was refused is not told as saved when it is sent again
        answer = assessor.post(address, sent | {"reason": "報告の後のため"}, follow=True)
        assert [str(message) for message in answer.context["messages"]] == [
            "ほかの人が先にこの年度の締切を変更しました。最新の内容を確かめてからやり直してください。"
        ]
    assert YearClosing.objects.get() == closing
    sent["stands"] = assessor.get(address).context["form"]["stands"].value()
    valuing.reopen(closing, by=None, reason="差戻し")
    again = valuing.close(place.period, YEAR, by=None, reason="再提出")
    assert "ほかの人が先に" in html(assessor.post(address, sent | {"reason": "x"}, follow=True))
    assert YearClosing.objects.get() == again
    other = valuing.close(make_period(), YEAR, by=None, reason="ほかの法人")
    assessor.post(address, {"stands": other.pk, "reason": "x"})
    assert set(YearClosing.objects.all()) == {again, other}


@pytest.mark.parametrize("stands", ["", "x", "9" * 5000, "-1"])
def test_a_form_that_lost_what_stood_closes_nothing(place, assessor, stands):
    answer = assessor.post(place.address("year_closing"), {"reason": "x", "stands": stands})
    assert answer.status_code == 200
    assert not YearClosing.objects.exists()


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
