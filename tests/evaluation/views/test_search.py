"""The page of the search: its box on every page, its form, its results, its advice."""

import re

import pytest
from django.urls import reverse

from evaluation import amending
from evaluation.loading import load_source
from evaluation.views import search as page
from programs.models import AccessRecord, Agency
from tests.factories import make_baseline, make_draft, make_period, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def period(client):
    period = make_period()
    make_baseline(period)
    client.force_login(make_user(period.agency, "editor"))
    return period


def read(client, **query) -> str:
    response = client.get(reverse("search"), query)
    assert response.status_code == 200
    return response.content.decode()


def test_every_page_has_the_box_but_the_search_itself(client, period):
    box = '<form class="site-search" method="get" action="/search/" role="search"'
    for address in ("/", "/programmes/", f"/{period.agency.code}/5/", "/account/"):
        assert client.get(address).content.decode().count(box) == 1
    assert box not in read(client)
    assert client.get("/none/").content.decode().count(box) == 1


def test_the_form_alone_complains_of_nothing(client, period):
    html = read(client)
    assert "入力内容を確かめてください" not in html
    assert "件</strong>" not in html


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"q": ""}, "検索する言葉を入力してください。"),
        ({"q": "　\u3000"}, "検索する言葉を入力してください。"),
        ({"q": "あ" * 101}, "検索する言葉は100文字以内で入力してください。"),
        ({"q": " ".join("あいうえおかきくけこさ")}, "一度に探せる言葉は10個までです。"),
        ({"q": "推進", "kind": "x"}, "種類は、一覧から選んでください。"),
        ({"q": "推進", "chapter": "0"}, "章は、一覧から選んでください。"),
        ({"q": "推進", "amendment": "0"}, "変更は、一覧から選んでください。"),
    ],
)
def test_what_cannot_be_looked_for_keeps_the_form(client, period, query, words):
    html = read(client, **query)
    assert words in html
    assert "件</strong>" not in html


def test_a_control_character_is_named(client, period):
    assert "U+0007" in read(client, q="推進\x07")
    assert "U+0000" in read(client, q="推進\x00")


def test_the_places_are_highlighted_and_lead_to_the_text(client, period):
    item = period.clauses.filter(kind="item")[0]
    html = read(client, q="スイシン　項目1")
    assert "<strong>0件</strong>" in html
    html = read(client, q="項目1　推進")
    assert "<strong>2件</strong>" in html
    assert "<mark>項目1</mark>の<mark>推進</mark>" in html
    assert f'<a href="/{period.agency.code}/5/items/{item.public_id}/">' in html
    assert "現行（令和4年4月1日から）" in html


def test_a_paragraph_has_its_place_on_the_page_that_a_result_names(client, period):
    html = read(client, q="項目1を", kind="body")
    address, anchor = re.findall(r'<h2><a href="([^"#]+)#([^"]+)"', html)[0]
    assert f'id="{anchor}"' in client.get(address).content.decode()


def test_texts_are_inert(client, period):
    draft = make_draft(period)
    item = period.clauses.filter(kind="item")[0]
    amending.reword(draft, item, '<script>alert("&")</script>の推進', by=None)
    html = read(client, q="<script>")
    assert "<script>" not in html
    assert "<mark>&lt;script&gt;</mark>alert(&quot;&amp;&quot;)&lt;/script&gt;の推進" in html
    assert 'value="&lt;script&gt;"' in html


def test_nothing_found_is_advised_on(client, period):
    html = read(client, q="ないことば", kind="body")
    assert "「ないことば」を含む文章は、見つかりませんでした。" in html
    assert "種類・章・変更の条件を外して探す" in html
    assert "種類・章・変更の条件を外して探す" not in read(client, q="ないことば")


def test_pages(client, period, monkeypatch):
    monkeypatch.setattr(page, "PER_PAGE", 2)
    first, second = read(client, q="推進"), read(client, q="推進", page="2")
    assert "のうち 1～2件目" in first
    assert "のうち 3～4件目" in second
    assert '<ol class="results" start="3">' in second
    assert "?q=%E6%8E%A8%E9%80%B2&amp;page=2" in first
    last = read(client, q="推進", page="99")
    assert "のうち 5～6件目" in last


def test_who_is_shown_words_of_a_draft_has_read_it(client, period):
    draft = make_draft(period)
    item = period.clauses.filter(kind="item")[0]
    amending.reword(draft, item, "秘密の推進", by=None)
    read(client, q="項目2")
    assert AccessRecord.objects.filter(kind="draft_read").count() == 0
    read(client, q="秘密")
    record = AccessRecord.objects.get(kind="draft_read")
    assert (record.detail, record.path) == (f"{period}「{draft}」", "/search/")


@pytest.mark.parametrize("typed", ["2", "2.", "２．"])
def test_an_item_is_found_by_its_number(client, period, typed):
    html = read(client, q=typed)
    item = period.clauses.filter(kind="item")[1]
    address = reverse("item", args=[period.agency.code, period.number, item.public_id])
    assert f'<li><a href="{address}">2. 項目2の推進</a>{period}</li>' in html
    assert "この番号の項目" not in read(client, q=typed + "x")


def test_the_real_document(client):
    load_source()
    client.force_login(make_user(Agency.objects.get(code="jst"), "auditor"))
    assert "<mark>セキュリティ</mark>" in read(client, q="ｾｷｭﾘﾃｨ")
    assert "<mark>AI</mark>" in read(client, q="ａｉ")
    for typed in ("2.4", "2. 4.", "２．４"):
        assert ">2.4. " in read(client, q=typed)
    client.logout()
    assert "0件" in read(client, q="駆動型研究")
