"""The page of one value and of one yearly text: note, stage, reason, evidence, history."""

import copy
import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from evaluation import valuing
from evaluation.models import Evidence, IndicatorValue, YearlyResult
from programs.models import AccessRecord
from tests.factories import make_indicators, make_measure, make_period, make_user, make_value

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


class Scene:
    """A monitoring indicator with a measure, an evaluation indicator, and people of the agency."""

    def __init__(self) -> None:
        self.period = make_period()
        _, (self.indicator,) = make_indicators(self.period, "論文数")
        self.measure = make_measure(self.indicator, "論文数")
        other = make_period()
        _, (self.evaluated,) = make_indicators(other, "成果の創出", kind="evaluation_indicator")
        self.user = make_user(self.period.agency, "agency")
        self.writer = make_user(other.agency, "agency")
        indicators = f"/{self.period.agency.code}/5/indicators/{self.indicator.public_id}/"
        self.value = f"{indicators}measures/1/2024/"
        self.add = f"{indicators}2024/evidence/?measure=1"
        self.text = f"/{other.agency.code}/5/indicators/{self.evaluated.public_id}/2024/"

    def client(self, user: Any = None) -> Client:
        client = Client()
        client.force_login(user or self.user)
        return client


@pytest.fixture(scope="module")
def made(module_rows: None) -> Scene:
    return Scene()


@pytest.fixture
def scene(made: Scene) -> Scene:
    return copy.deepcopy(made)


def page(response: Any) -> str:
    assert response.status_code == 200
    return unescape(response.content.decode())


def errors(response: Any) -> dict[str, list[str]]:
    return dict(response.context["form"].errors)


FORM = {"seen": "0", "value": "１，２３４件", "state": "", "note": "暫定"}


# --- A value --------------------------------------------------------------------------------------
def test_a_value_is_saved_with_its_note_as_preliminary_whatever_is_sent(scene):
    response = scene.client().post(scene.value, FORM | {"stage": "final"})
    assert (response.status_code, response["Location"]) == (302, scene.value)
    row = IndicatorValue.objects.get()
    assert (row.number, row.stage, row.note, row.entered_by) == (
        Decimal(1234),
        "preliminary",
        "暫定",
        scene.user,
    )


def test_a_state_is_chosen_or_typed(scene):
    scene.client().post(scene.value, FORM | {"value": "", "state": "withheld"})
    assert IndicatorValue.objects.get().state == "withheld"
    scene.client().post(scene.value, FORM | {"value": "未集計", "seen": "1"})
    assert IndicatorValue.objects.get().state == "not_yet"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"value": "1.5"}, {"value": ["整数で入力してください（例：1,234件）。"]}),
        (
            {"state": "not_yet"},
            {"state": ["値と、値のない理由の、どちらか一つだけを入力してください。"]},
        ),
        (
            {"value": "未集計", "state": "withheld"},
            {"state": ["値と、値のない理由の、どちらか一つだけを入力してください。"]},
        ),
        ({"value": ""}, {"value": ["値を入力するか、値のない理由を選んでください。"]}),
    ],
)
def test_what_is_wrong_stays_with_its_place(scene, fields, expected):
    response = scene.client().post(scene.value, FORM | fields)
    assert errors(response) == expected
    assert page(response).count("暫定</textarea>") == 1
    assert not IndicatorValue.objects.exists()


def test_an_empty_value_takes_it_away_and_its_history_stays(scene):
    make_value(scene.measure, 2024, 5)
    sent = FORM | {"value": "", "note": "", "seen": "1"}
    html = page(scene.client().post(scene.value, sent, follow=True))
    assert not IndicatorValue.objects.exists()
    assert (html.count("（消去）"), html.count("5件（速報）")) == (1, 1)


def test_theirs_is_shown_above_mine_and_nothing_is_saved(scene):
    colleague = make_user(scene.period.agency, "agency")
    valuing.record(scene.measure, 2024, by=colleague, number=Decimal(7))
    response = scene.client().post(scene.value, FORM)
    html = page(response)
    assert "いまの内容：<strong>7件（速報）</strong>（" in html
    assert re.findall(r'name="(seen|value)" value="([^"]*)"', html) == [
        ("value", "１，２３４件"),
        ("seen", "1"),
    ]
    assert IndicatorValue.objects.get().number == 7
    assert scene.client().post(scene.value, FORM | {"seen": "1"}).status_code == 302
    assert IndicatorValue.objects.get().number == 1234


def test_after_confirmation_both_parts_of_the_reason_are_asked_for(scene):
    make_value(scene.measure, 2024, 5, stage="final")
    sent = {"seen": "1", "value": "6", "state": "", "note": ""}
    assert errors(scene.client().post(scene.value, sent)) == {
        "why_code": ["確定または締切の後に直すときは、直す理由の種類が要ります。"],
        "why": ["確定または締切の後に直すときは、直す理由の説明が要ります。"],
    }
    scene.client().post(scene.value, sent | {"why_code": "source", "why": "元の資料の訂正"})
    row = IndicatorValue.objects.get()
    assert (row.number, row.stage, row.why_code) == (Decimal(6), "corrected", "source")


def test_a_closed_year_shows_its_reason_in_the_place_of_the_form(scene):
    make_value(scene.measure, 2024, 5)
    valuing.close(scene.period, 2024, by=None, reason="評価の時点")
    client = scene.client()
    closed = "令和6年度は締め切られています（理由：評価の時点）。"
    html = page(client.get(scene.value))
    assert (html.count(closed), html.count('name="value"')) == (1, 0)
    html = page(client.post(scene.value, FORM))
    assert html.count(closed) == 2  # where the form stood, and as a message
    assert IndicatorValue.objects.get().number == 5


def test_the_panel_is_the_page_without_the_frame_and_tells_the_grid(scene):
    html = page(scene.client().post(f"{scene.value}?part=panel", FORM, follow=True))
    key = f"{scene.measure.pk}-2024"
    assert html.startswith(
        f'<div class="value" data-key="{key}" data-name="v-{key}-1" data-shown="1,234"'
        ' data-mark="◐ 速報・注">'
    )
    assert (html.count("<html"), html.count("保存しました。")) == (0, 1)


def test_last_values_target_and_warnings_stand_beside(scene):
    for year, number in ((2023, 100), (2024, 10)):
        make_value(scene.measure, year, number)
    html = page(scene.client().get(scene.value))
    assert html.count("前年度（100）から△90.0%と、大きく変わっています。") == 1
    assert re.findall(r'<td class="amount">([^<]*)</td><td class="amount">－</td>', html) == [
        "－",
        "100（速報）",
        "10（速報）",
        "－",
        "－",
    ]


NEGATIVE = "「件」で数える値が、マイナス（△5件）です。符号を確かめてください。"


@pytest.mark.parametrize("part", ["", "?part=panel"])
def test_what_is_remarkable_of_the_value_that_stands_is_shown_whenever_it_is_opened(scene, part):
    client = scene.client()
    client.post(scene.value, FORM | {"value": "△5"})
    for _ in range(2):
        assert page(client.get(scene.value + part)).count(NEGATIVE) == 1


def test_it_is_told_how_a_dash_was_read(scene):
    html = page(scene.client().post(scene.value, FORM | {"value": "－"}, follow=True))
    assert html.count("保存しました。「－」は、該当なしとして読みました。") == 1


def test_readers_see_it_and_change_nothing(scene):
    make_value(scene.measure, 2024, 5)
    client = scene.client(make_user(scene.period.agency, "assessor"))
    html = page(client.get(scene.value))
    assert (html.count("<strong>5件（速報）</strong>"), html.count("保存する")) == (1, 0)
    assert client.post(scene.value, FORM).status_code == 403


@pytest.mark.parametrize("more", ["measures/9/2024/", "measures/1/2031/", "2024/", "2031/"])
def test_what_is_not_there_is_not_found(scene, more):
    place = scene.value.removesuffix("measures/1/2024/")
    assert scene.client().get(place + more).status_code == 404


def test_it_survives_an_ended_session(scene):
    client = scene.client()
    client.get("/account/")
    session = client.session
    session["seen_at"] = 0
    session.save()
    assert client.post(scene.value, FORM).status_code == 302
    client.force_login(scene.user)
    html = page(client.get(scene.value))
    assert (html.count("暫定</textarea>"), html.count('value="１，２３４件"')) == (1, 1)
    assert html.count("サインインし直す前に入力した内容です。") == 1


# --- A yearly text --------------------------------------------------------------------------------
TEXT = {"seen": "0", "text": "一行目\n二行目"}


def test_a_yearly_text_is_written_corrected_and_taken_away(scene):
    client = scene.client(scene.writer)
    assert client.post(scene.text, TEXT).status_code == 302
    assert YearlyResult.objects.get().text == "一行目\n二行目"
    assert client.post(scene.text, TEXT | {"text": "", "seen": "1"}).status_code == 302
    assert not YearlyResult.objects.exists()
    assert errors(client.post(scene.text, TEXT | {"text": ""})) == {
        "text": ["実績を入力してください。"]
    }


def test_a_colleague_who_was_faster_is_shown(scene):
    valuing.record_result(scene.evaluated, 2024, "同僚の文", by=None)
    html = page(scene.client(scene.writer).post(scene.text, TEXT))
    assert html.count("同僚の文") == 2  # above mine, and in the history
    assert html.count("二行目</textarea>") == 1
    assert YearlyResult.objects.get().text == "同僚の文"


# --- Evidence -------------------------------------------------------------------------------------
def pdf(content: bytes = b"%PDF-1.7") -> SimpleUploadedFile:
    return SimpleUploadedFile("集計.pdf", content)


def test_evidence_is_a_link_or_a_file_of_its_own_date(scene):
    make_value(scene.measure, 2024, 5)
    client = scene.client()
    named = {"title": "集計表", "dated_on": "令和7年3月31日"}
    response = client.post(scene.add, named | {"url": "https://example.jp/a"})
    assert (response.status_code, response["Location"]) == (302, scene.value)
    client.post(scene.add, named | {"file": pdf()})
    link, file = Evidence.objects.all()
    assert (link.url, file.suffix, str(file.dated_on)) == (
        "https://example.jp/a",
        "pdf",
        "2025-03-31",
    )
    html = page(client.get(scene.value))
    assert (html.count(">集計表</a>"), html.count("令和7年3月31日")) == (2, 2)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"__all__": ["リンクかファイルの、どちらか一つを付けてください。"]}),
        (
            {"url": "javascript:alert(1)"},
            {"url": ["リンクは「https://…」の形で入力してください。"]},
        ),
        (
            {"url": "https://example.jp/", "title": ""},
            {"title": ["資料の名前を入力してください。"]},
        ),
    ],
)
def test_what_is_no_evidence_is_told(scene, fields, expected):
    make_value(scene.measure, 2024, 5)
    assert errors(scene.client().post(scene.add, {"title": "集計表"} | fields)) == expected
    wrong = scene.client().post(scene.add, {"title": "集計表", "file": pdf(b"MZ")})
    assert list(errors(wrong)) == ["__all__"]
    assert not Evidence.objects.exists()


def test_a_file_is_handed_over_to_who_reads_results_and_recorded(scene):
    row = make_value(scene.measure, 2024, 5)
    kept = {"title": "集計表", "name": "a.pdf", "content": b"%PDF-1.7"}
    file = valuing.attach_file(row, by=scene.user, **kept)
    address = f"/{scene.period.agency.code}/5/evidence/{file.pk}/"
    response = scene.client(make_user(scene.period.agency, "assessor")).get(address)
    assert (response.content, response["X-Content-Type-Options"]) == (b"%PDF-1.7", "nosniff")
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert AccessRecord.objects.filter(kind="export", detail="根拠資料：集計表").count() == 1
    assert scene.client(make_user(make_period().agency, "agency")).get(address).status_code == 404


def test_evidence_is_taken_off_with_words_and_before_the_value_is_confirmed(scene):
    row = make_value(scene.measure, 2024, 5)
    link = valuing.attach_link(row, by=scene.user, title="集計表", url="https://example.jp/")
    address = f"/{scene.period.agency.code}/5/evidence/{link.pk}/remove/"
    client = scene.client()
    assert page(client.get(address)).count("「集計表」") == 1
    assert list(errors(client.post(address, {"why": " "}))) == ["why"]
    assert client.post(address, {"why": "別の資料"}).status_code == 302
    assert not Evidence.objects.exists()


def test_evidence_waits_for_its_value(scene):
    assert scene.client().get(scene.add).status_code == 404
    far = scene.add.replace("measure=1", f"measure={'9' * 5000}")
    assert scene.client().get(far).status_code == 404


def test_evidence_of_a_closed_year_is_told_instead_of_asked_for(scene):
    row = make_value(scene.measure, 2024, 5)
    link = valuing.attach_link(row, by=None, title="集計", url="https://example.jp/a")
    valuing.close(scene.period, 2024, by=None, reason="提出済み")
    client = scene.client()
    remove = f"/{scene.period.agency.code}/5/evidence/{link.pk}/remove/"
    for address in (scene.add, remove):
        html = page(client.get(address))
        assert html.count("令和6年度は締め切られています（理由：提出済み）。") == 1
        assert "<textarea" not in html.partition("<main")[2]
        assert '<form method="post"' not in html.partition("<main")[2]
