"""The policy hierarchy and the overview sheets."""

import re

import pytest
from django.utils import timezone

from evaluation import amending, procedure
from evaluation.loading import load_source
from evaluation.models import Amendment
from programs.models import Agency
from tests.factories import decide, make_baseline, make_draft, make_period, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

OVERVIEW = "/jst/5/amendments/2026-01-28/overview/"


@pytest.fixture
def jst(client):
    load_source()
    client.force_login(make_user(Agency.objects.get(code="jst"), "auditor"))
    return client


def page(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def text_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def headings(html):
    return re.findall(r"<(h\d)[^>]*>(?:<a[^>]*>)?([^<]+)", html)


# --- Policy hierarchy -----------------------------------------------------------------------------
def test_the_hierarchy_stands_in_the_order_of_the_print(jst):
    html = page(jst, "/jst/5/policy/")
    assert headings(html) == [
        ("h1", "科学技術振興機構に係る政策体系上の位置付け"),
        ("h2", "科学技術・イノベーション基本法"),
        ("h2", "第6期科学技術・イノベーション基本計画"),
        ("h2", "国立研究開発法人科学技術振興機構法"),
        ("h2", "科学技術振興機構 中長期目標"),
    ]
    words = text_of(html)
    for expected in (
        "科学技術・イノベーション基本計画の実施において中核的な役割を担う機関",
        "① 国民の安全と安心を確保する持続可能で強靱な社会への変革 ② 知のフロンティアを",
        "（機構の目的） 第4条 国立研究開発法人科学技術振興機構（以下「機構」という。）は、",
        "令和4年度（2022年度）～令和8年度（2026年度）",
        "Ⅲ. 研究開発成果の最大化その他の業務の質の向上に関する事項 1. 社会変革に資する研究開発戦略の",
        "6. 大学ファンドによる世界レベルの研究基盤の構築 Ⅵ. その他業務運営に関する重要事項",
    ):
        assert expected in words
    assert html.count('class="policy"') == 1


def test_it_is_public_with_the_period(client):
    period = make_period()
    baseline, (_, one, *_) = make_baseline(period)
    address = f"/{period.agency.code}/5/policy/"
    assert client.get(address).status_code == 302
    procedure.publish(baseline, by=make_user(), published_on=timezone.localdate())
    html = page(client, address)
    assert f'href="/{period.agency.code}/5/items/{one.public_id}/"' in html


def test_a_stranger_does_not_see_it(client):
    period = make_period()
    client.force_login(make_user(make_period().agency, "editor"))
    words = "この中長期目標は、登録されていないか、見る権限がありません。"
    assert words in page(client, f"/{period.agency.code}/5/policy/", status=404)


def test_without_texts_there_are_the_law_and_the_objectives(client):
    period = make_period()
    client.force_login(make_user(period.agency, "editor"))
    html = page(client, f"/{period.agency.code}/5/policy/")
    assert headings(html) == [
        ("h1", "政策体系上の位置付け"),
        ("h2", "試験機構法"),
        ("h2", str(period)),
    ]
    assert "この日の本文は登録されていません" in html


def test_the_items_may_be_those_with_an_amendment(client):
    period = make_period()
    _, (_, one, *_) = make_baseline(period)
    draft = make_draft(period)
    amending.reword(draft, one, "項目1の振興", by=None)
    client.force_login(make_user(period.agency, "editor"))
    address = f"/{period.agency.code}/5/policy/"
    assert "項目1の推進" in page(client, address)
    html = page(client, f"{address}?amendment={draft.slug}")
    assert f"項目は、「{draft.title}」を反映した本文のものです。" in html
    link = f'/items/{one.public_id}/?amendment={draft.slug}"><span class="number">1.</span> 項目1の振興</a>'
    assert link in html


def test_sheets_are_only_read(jst):
    assert jst.post("/jst/5/policy/").status_code == 405
    assert jst.post(OVERVIEW).status_code == 405


# --- Overview sheets ------------------------------------------------------------------------------
def test_the_sheets_of_the_source(jst):
    html = page(jst, OVERVIEW)
    assert "資料からの引用です。本文と食い違うことがあります。" in html
    assert 'href="/jst/5/amendments/2026-01-28/comparison/"' in html
    assert [words for level, words in headings(html) if level == "h2"] == [
        "全体像1　AI for Scienceによる科学研究革新プログラム",
        "全体像2　産業・科学革新人材事業",
        "全体像3　先端研究基盤刷新事業",
    ]
    assert html.count("<blockquote") == html.count("</blockquote>") == 3
    words = text_of(html)
    for expected in (
        "表題 国立研究開発法人科学技術振興機構（JST）の中長期目標変更の全体像 目標期間 令和4～8年度",
        "表題 資料に記載なし 目標期間 資料に記載なし 事業 産業・科学革新人材事業 背景・必要性",
        "2. 5. 最先端AI技術に係る研究開発の推進",
        "○評価軸 ・ 国が定める基本方針に基づき、",
    ):
        assert expected in words
    for slug in ("ai-for-science", "epoch", "industry-science-talent"):
        assert f'href="/jst/programmes/{slug}/"' in html


def test_sections_keep_their_order(jst):
    sheets = page(jst, OVERVIEW).split('<section class="overview"')
    assert [words for level, words in headings(sheets[1]) if level == "h3"] == [
        "背景・必要性",
        "追加業務の概要",
        "AI for Scienceによる科学研究革新プログラム",
        "中長期目標の主な変更内容",
        "指標（評価指標、モニタリング指標など）",
    ]


def test_an_amendment_without_sheets_says_so(jst):
    html = page(jst, "/jst/5/amendments/baseline/overview/")
    assert "この変更に、全体像の資料は登録されていません。" in html
    assert 'href="/jst/5/amendments/baseline/"' in html


def test_who_may_not_read_the_draft_sees_no_sheet(client):
    load_source()
    agency = Agency.objects.get(code="jst")
    assert client.get(OVERVIEW).status_code == 302
    client.force_login(make_user(agency, "assessor"))
    words = "この変更は、登録されていないか、見る権限がありません。"
    assert words in page(client, OVERVIEW, status=404)


def test_published_sheets_and_their_programmes_are_public(client):
    load_source()
    draft = decide(Amendment.objects.get(slug="2026-01-28"), timezone.localdate())
    procedure.publish(draft, by=make_user(), published_on=timezone.localdate())
    html = page(client, OVERVIEW)
    for address in set(re.findall(r'href="(/jst/programmes/[^"]+)"', html)):
        page(client, address)
