"""The grid and the form of one item: the same fields, answered as JSON or as a page."""

import copy
import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from evaluation import valuing
from evaluation.entering.saving import OUTSIDE
from evaluation.models import IndicatorValue, ItemYear, ObjectivePeriod
from evaluation.views import typed as typed_before
from tests.factories import make_indicators, make_measure, make_period, make_user, make_value

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
FIELD = re.compile(r'name="(v-\d+-\d+-\d+)" value="([^"]*)"')


class Scene:
    """An item with two measures, and the windows of an evaluator and of a colleague."""

    def __init__(self) -> None:
        self.period = make_period()
        self.item, (self.indicator,) = make_indicators(self.period, "論文数")
        self.count = make_measure(self.indicator, "論文数")
        self.text = make_measure(self.indicator, "取組", unit="", nature="qualitative")
        self.user = make_user(self.period.agency, "agency")
        self.colleague = make_user(self.period.agency, "agency")
        self.place = f"/{self.period.agency.code}/5/"
        self.grid = f"{self.place}results/entry/"
        self.form = f"{self.place}results/entry/{self.item.public_id}/"

    def client(self) -> Client:
        client = Client()
        client.force_login(self.user)
        return client

    def name(self, year: int, seen: int = 0, measure: Any = None) -> str:
        return f"v-{(measure or self.count).pk}-{year}-{seen}"

    def key(self, year: int) -> str:
        return f"{self.count.pk}-{year}"


@pytest.fixture(scope="module")
def made(module_rows: None) -> Scene:
    return Scene()


@pytest.fixture
def scene(made: Scene) -> Scene:
    return copy.deepcopy(made)


def page(response: Any) -> str:
    assert response.status_code == 200
    return unescape(response.content.decode())


def numbers() -> dict[int, Any]:
    return {row.fiscal_year: row.number for row in IndicatorValue.objects.all()}


# --- The grid -------------------------------------------------------------------------------------
def test_every_year_is_a_field_with_the_stamp_of_what_stands(scene):
    make_value(scene.count, 2022, 0, stage="final")
    make_value(scene.count, 2023, 1234, note="暫定")
    valuing.record(scene.count, 2024, by=None, state="not_yet")
    html = page(scene.client().get(scene.grid))
    assert FIELD.findall(html) == [
        (scene.name(2022, 1), "0"),
        (scene.name(2023, 1), "1,234"),
        (scene.name(2024, 1), "未集計"),
        (scene.name(2025), ""),
        (scene.name(2026), ""),
    ]
    marks = re.findall(r"<small>([^<]*)", html)[:5]
    assert marks == ["● 確定", "◐ 速報・注", "◐ 速報", "○ 未入力", "○ 未入力"]


def test_a_text_is_a_field_of_several_lines_and_stays_text(scene):
    valuing.record(scene.text, 2022, by=None, text='\n一行目\n<b>"{0}"')
    html = scene.client().get(scene.grid).content.decode()
    assert html.count(">\n\n一行目\n&lt;b&gt;&quot;{0}&quot;</textarea>") == 1


def test_what_is_shut_is_no_field_and_says_why(scene):
    make_value(scene.count, 2022, 5)
    valuing.close(scene.period, 2022, by=None, reason="評価の時点")
    valuing.submit(scene.item, 2023, by=None)
    html = page(scene.client().get(scene.grid))
    assert [name for name, _ in FIELD.findall(html)] == [scene.name(y) for y in (2024, 2025, 2026)]
    assert html.count("令和4年度は締め切られています（理由：評価の時点）。") == 1
    assert html.count("令和5年度は確認待ちのため、変更できません。") == 1
    assert re.findall(r'<td class="locked">(.) <small>([^<]*)', html)[:2] == [
        ("5", "■ 締切"),
        ("－", "■ 確認待ち"),
    ]


def test_a_ratio_is_shown_as_it_is_printed_everywhere(scene):
    more = make_measure(scene.indicator, "国際共著論文数")
    parts = {"numerator": more, "denominator": scene.count}
    make_measure(scene.indicator, "割合", unit="%", decimals=1, nature="ratio", **parts)
    make_value(scene.count, 2022, 3)
    make_value(more, 2022, 2)
    assert page(scene.client().get(scene.grid)).count('<td class="locked">66.7</td>') == 1


def test_one_field_is_saved_and_the_others_are_only_carried_along(scene):
    sent = {scene.name(2022): "１２", scene.name(2023): "34", "only": scene.key(2022)}
    answer = scene.client().post(scene.grid, sent).json()
    assert answer == {
        "refused": False,
        "cells": {
            scene.key(2022): {
                "told": "new",
                "message": "",
                "warnings": [],
                "name": scene.name(2022, 1),
                "shown": "12",
                "wanted": "12",
                "mark": "◐ 速報",
                "theirs": "",
            }
        },
    }
    assert numbers() == {2022: Decimal(12)}


def test_a_preview_stores_nothing(scene):
    sent = {scene.name(2022): "12", "only": scene.key(2022), "preview": "1"}
    cell = scene.client().post(scene.grid, sent).json()["cells"][scene.key(2022)]
    assert (cell["told"], cell["shown"], cell["wanted"]) == ("new", "", "12")
    assert numbers() == {}


def test_a_conflict_names_who_was_faster_and_the_stamp_to_go_on_with(scene):
    valuing.record(scene.count, 2022, by=scene.colleague, number=Decimal(7))
    sent = {scene.name(2022): "12", "only": scene.key(2022)}
    answer = scene.client().post(scene.grid, sent).json()
    cell = answer["cells"][scene.key(2022)]
    assert (answer["refused"], cell["told"], cell["name"]) == (
        True,
        "conflict",
        scene.name(2022, 1),
    )
    assert re.fullmatch(
        r"試験 太郎さんが\d+月\d+日\d\d:\d\dに「7」にしました。".replace(" ", " ?"), cell["theirs"]
    )
    assert numbers() == {2022: Decimal(7)}


def test_fields_that_are_none_and_years_outside_are_told(scene):
    client = scene.client()
    sent = {"v-999999-2022-0": "1", "only": "999999-2022"}
    cell = client.post(scene.grid, sent).json()["cells"]["999999-2022"]
    assert (cell["told"], cell["message"][:6]) == ("error", "測定項目が、")
    for year in ("2031", "1500", "0000"):
        field = f"v-{scene.count.pk}-{year}-0"
        sent = {field: "1", "only": f"{scene.count.pk}-{int(year)}"}
        (cell,) = client.post(scene.grid, sent).json()["cells"].values()
        assert (cell["told"], cell["message"]) == ("error", OUTSIDE)
        assert page(client.post(scene.form, {field: "1"})).count(OUTSIDE) == 1
    assert numbers() == {}
    assert client.post(scene.grid, {"only": "x"}).json() == {"refused": False, "cells": {}}


# --- The form of an item --------------------------------------------------------------------------
def test_without_a_script_an_item_is_saved_as_a_form(scene):
    response = scene.client().post(
        scene.form, {scene.name(2022): "１，２３４件", scene.name(2023): ""}, follow=True
    )
    assert page(response).count("1件の値を保存しました。") == 1
    assert numbers() == {2022: Decimal(1234)}
    again = {scene.name(2022, 1): "1,234"}
    assert page(scene.client().post(scene.form, again, follow=True)).count(
        "変わった値はありません。"
    )


def test_what_is_wrong_is_listed_and_all_that_was_typed_stays(scene):
    html = page(scene.client().post(scene.form, {scene.name(2022): "約3", scene.name(2023): "4"}))
    assert re.findall(r'<a href="#c-([\d-]+)">([^<]*)', html) == [
        (
            scene.key(2022),
            "論文数（令和4年度）：「約」は付けられません。「1,234件」のように入力してください。",
        )
    ]
    assert FIELD.findall(html)[:2] == [(scene.name(2022), "約3"), (scene.name(2023), "4")]
    assert f'id="c-{scene.key(2022)}"' in html
    assert " data-guarded data-unsaved>" in html  # leaving the page is asked about
    assert " data-guarded>" in page(scene.client().get(scene.form))
    assert numbers() == {}


def test_a_conflict_shows_theirs_and_mine_and_who_has_read_it_may_go_on(scene):
    valuing.record(scene.count, 2022, by=scene.colleague, number=Decimal(7))
    valuing.record(scene.count, 2023, by=scene.colleague, number=Decimal(8))
    fields = {scene.name(2022): "12", scene.name(2023): ""}
    html = page(scene.client().post(scene.form, fields))
    assert html.count("に「7」にしました。あなたの値は「12」です。") == 1
    # Mine with the stamp of theirs; what I did not touch is as they made it.
    assert FIELD.findall(html)[:2] == [(scene.name(2022, 1), "12"), (scene.name(2023, 1), "8")]
    scene.client().post(scene.form, dict(FIELD.findall(html)))
    assert numbers() == {2022: Decimal(12), 2023: Decimal(8)}


def test_a_confirmed_value_is_changed_with_a_coded_reason(scene):
    make_value(scene.count, 2022, 7, stage="final")
    field = {scene.name(2022, 1): "8"}
    html = page(scene.client().post(scene.form, field))
    assert html.count("確定または締切の後に直すときは、理由の種類") == 1
    why = {"why_code": "mistake", "why": "転記の誤り"}
    assert scene.client().post(scene.form, field | why).status_code == 302
    assert IndicatorValue.objects.get().why == "転記の誤り"


def test_an_item_lists_what_to_look_at_again_and_the_texts_to_write(scene):
    _, (evaluated,) = make_indicators(make_period(), "成果", kind="evaluation_indicator")
    make_value(scene.count, 2022, 100)
    make_value(scene.count, 2023, 10)
    html = page(scene.client().get(scene.form))
    assert html.count("前年度（100）から△90.0%と、大きく変わっています。") == 1
    other = ObjectivePeriod.objects.get(clauses=evaluated)
    client = Client()
    client.force_login(make_user(other.agency, "agency"))
    item = evaluated.wordings.get().parent.public_id
    html = page(client.get(f"/{other.agency.code}/5/results/entry/{item}/"))
    assert re.findall(rf"indicators/{evaluated.public_id}/(\d+)/", html) == [
        "2022",
        "2023",
        "2024",
        "2025",
        "2026",
    ]


def test_an_item_that_is_none_is_not_found(scene):
    assert scene.client().get(f"{scene.grid}none/").status_code == 404


# --- An ended session -----------------------------------------------------------------------------
@pytest.mark.parametrize("where", ["grid", "form"])
def test_what_was_typed_survives_an_ended_session(scene, where):
    address, client = getattr(scene, where), scene.client()
    client.get("/account/")
    session = client.session
    session["seen_at"] = 0
    session.save()
    sent = {scene.name(2022): "12", scene.name(2023): "34", "only": scene.key(2022)}
    assert client.post(address, sent).status_code == 302
    assert typed_before.KEY in client.session
    valuing.record(scene.count, 2023, by=scene.colleague, number=Decimal(8))
    client.force_login(scene.user)
    html = page(client.get(address))
    # With the stamp that its person saw, so that the colleague's value is not overwritten unseen.
    assert FIELD.findall(html)[:2] == [(scene.name(2022), "12"), (scene.name(2023), "34")]
    assert (html.count("✎ 未保存</small>"), html.count("まだ保存していません")) == (2, 1)
    assert numbers() == {2023: Decimal(8)}
    assert "✎ 未保存</small>" not in page(client.get(address))


# --- Samples, and nothing -------------------------------------------------------------------------
def test_samples_are_marked_on_every_page_of_entering(client):
    call_command("load_source", verbosity=0)
    call_command("load_sample_results", verbosity=0)
    period = ObjectivePeriod.objects.get(sample_results=True)
    client.force_login(make_user(period.agency, "agency"))
    value = IndicatorValue.objects.filter(measure__indicator__period=period)[0]
    place = f"/jst/5/indicators/{value.measure.indicator.public_id}/"
    item = valuing.heads_of([value.measure.indicator_id])[value.measure.indicator_id].parent
    pages = [
        "/jst/5/results/entry/",
        f"/jst/5/results/entry/{item.public_id}/",
        f"{place}measures/{value.measure.position}/{value.fiscal_year}/",
        f"{place}{value.fiscal_year}/evidence/?measure={value.measure.position}",
    ]
    assert [page(client.get(address)).count("見本の値です。") for address in pages] == [1] * 4


def test_a_period_without_measures_says_so(scene):
    period = make_period()
    make_indicators(period)
    client = Client()
    client.force_login(make_user(period.agency, "agency"))
    html = page(client.get(f"/{period.agency.code}/5/results/entry/"))
    assert html.count("測定項目が、まだ決まっていません。") == 1
    assert ItemYear.objects.count() == 0


def test_no_text_is_offered_for_a_year_that_is_closed_or_handed_in(scene):
    _, (evaluated,) = make_indicators(make_period(), "成果", kind="evaluation_indicator")
    period, item = evaluated.period, evaluated.wordings.get().parent
    valuing.close(period, 2022, by=None, reason="提出済み")
    valuing.record_result(evaluated, 2023, "実施した。", by=None)
    valuing.close(period, 2023, by=None, reason="提出済み")
    valuing.submit(item, 2024, by=None)
    client = Client()
    client.force_login(make_user(period.agency, "agency"))
    html = page(client.get(f"/{period.agency.code}/5/results/entry/{item.public_id}/"))
    linked = re.findall(rf"indicators/{evaluated.public_id}/(\d+)/", html)
    assert linked == ["2023", "2025", "2026"]
    assert re.findall(r"<td>(■ .*?)</td>", html) == ["■ 締切", "■ 確認待ち"]
