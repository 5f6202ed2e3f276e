"""Splitting, merging, replacing a clause and recording its origin, by the forms of its page."""

import pytest

from evaluation import amending
from evaluation.models import Succession
from tests.factories import decide, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db


class Scene:
    def __init__(self, client):
        period = make_period()
        _, (_, self.one, *_) = make_baseline(period)
        first = make_draft(period)
        self.indicators = []
        for text in ("論文数、特許数", "研究者の数"):
            after = self.indicators[-1] if self.indicators else None
            place = {"parent": self.one, "after": after, "text": text, "by": None}
            self.indicators.append(amending.insert(first, "monitoring_indicator", **place))
        decide(first)
        self.draft = make_draft(period)
        self.client = client
        client.force_login(make_user(period.agency, "editor"))
        self.address = f"/{period.agency.code}/5/amendments/{self.draft.slug}/clauses/"

    def send(self, clause, verb, **data):
        address = f"{self.address}{clause.public_id}/{verb}/"
        page = self.client.get(address).content.decode()
        seen = page.split('name="seen" value="')[1].split('"')[0]
        return self.client.post(address, {"seen": seen} | data, follow=True).content.decode()

    def page(self, clause):
        return self.client.get(f"{self.address}{clause.public_id}/").content.decode()

    def texts(self):
        nodes = amending.text_of(self.draft).children[self.one.pk]
        return [node.text for node in nodes if node.kind == "monitoring_indicator"]


@pytest.fixture
def scene(client):
    return Scene(client)


def test_an_indicator_is_split(scene):
    one, _ = scene.indicators
    refused = scene.send(one, "split", parts="論文数", continues="breaks")
    assert "二つ以上に分けてください" in refused
    assert "系列を続けるか、切るかを選んでください。" in scene.send(one, "split", parts="論\n特")
    html = scene.send(one, "split", parts="論文数\r\n特許数", continues="breaks")
    assert "分けました。" in html
    assert scene.texts() == ["論文数", "特許数", "研究者の数"]
    row = Succession.objects.get()
    assert (row.kind, row.from_clause, row.continues) == ("split", one, False)
    html = scene.page(row.to_clause)
    assert "「論文数、特許数」から分かれた条項です。系列はここで切れる。" in html
    assert html.count("<tr") == 2  # both parts in one row, on the page of either


def test_where_nothing_can_be_merged_it_is_said_and_not_offered(scene):
    one, other = scene.indicators
    assert "ほかの条項を統合する" in scene.page(one)
    amending.repeal(scene.draft, other, by=None)
    assert "ほかの条項を統合する" not in scene.page(one)
    page = scene.client.get(f"{scene.address}{one.public_id}/merge/").content.decode()
    assert "同じ項目に、統合できるモニタリング指標がほかにありません。" in page
    assert "統合して削る条項" not in page


def test_indicators_are_merged(scene):
    one, other = scene.indicators
    assert "統合する条項を選んでください。" in scene.send(
        one, "merge", text="数", continues="continues"
    )
    data = {"others": other.public_id, "text": "論文数と研究者の数", "continues": "continues"}
    assert "統合しました。" in scene.send(one, "merge", **data)
    assert scene.texts() == ["論文数と研究者の数"]
    assert Succession.objects.get().kind == "merged"


def test_an_indicator_is_replaced(scene):
    one, _ = scene.indicators
    html = scene.send(one, "replace", text="成果の創出の状況", continues="breaks")
    assert "置き換えました。" in html
    new = Succession.objects.get().to_clause.public_id
    assert f"/clauses/{new}/reword/" in html  # the page is that of the new one
    assert scene.texts() == ["成果の創出の状況", "研究者の数"]


def test_what_was_overtaken_is_not_split(scene):
    one, _ = scene.indicators
    amending.reword(scene.draft, one, "論文の数", by=None)
    response = scene.client.post(
        f"{scene.address}{one.public_id}/split/",
        {"seen": "x", "parts": "論文数\n特許数", "continues": "breaks"},
    )
    assert response.status_code == 409
    assert "論文数\n特許数" in response.content.decode()
    assert scene.texts() == ["論文の数", "研究者の数"]


@pytest.mark.parametrize("verb", ["merge", "replace"])
def test_what_was_overtaken_is_asked_again_and_not_reworded(scene, verb):
    one, other = scene.indicators
    amending.reword(scene.draft, one, "論文の数", by=None)
    data = {"seen": "x", "text": "成果の状況", "others": other.public_id, "continues": "breaks"}
    response = scene.client.post(f"{scene.address}{one.public_id}/{verb}/", data)
    assert (response.status_code, response.context["verb"]) == (409, verb)
    assert response.context["form"]["text"].value() == "成果の状況"
    assert scene.texts() == ["論文の数", "研究者の数"]


def test_the_series_and_the_origin_are_recorded(scene):
    one, other = scene.indicators
    assert "実績の系列を続けるか" not in scene.page(one)
    amending.reword(scene.draft, one, "論文の数", by=None)
    assert "実績の系列を続けるか" in scene.page(one)
    assert "系列の扱いを記録しました。" in scene.send(one, "series", continues="breaks")
    assert "文言が改められた条項です。系列はここで切れる。" in scene.page(one)
    place = {"parent": scene.one, "after": other, "by": None}
    new = amending.insert(scene.draft, "monitoring_indicator", text="若手の数", **place)
    data = {"sources": other.public_id, "kind": "split", "continues": "continues"}
    assert "由来を記録しました。" in scene.send(new, "derive", **data)
    assert "「研究者の数」から分かれた条項です。系列は続く。" in scene.page(new)
