"""The list of programmes and their sheets."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from evaluation import procedure, reasoning
from evaluation.documents.sheets import Total, total_of
from evaluation.loading import load_source
from evaluation.models import (
    AmendmentReason,
    ItemProgram,
    OverviewSheet,
    ReasonGroup,
)
from evaluation.views.programmes import latest_budget
from jst_objectives import history
from programs.models import AccessRecord, Agency, Appropriation, Program
from tests.factories import decide, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db

ALL_PUBLISHED = "公表された事業はまだありません。"


def save(row):
    history.save(row, by=None, reason="試験")
    return row


def make_program(agency, slug="p", **values):
    return save(Program(agency=agency, slug=slug, name=f"事業{slug}", **values))


def link(program, clause, amendment, **values):
    return save(ItemProgram(program=program, clause=clause, amendment=amendment, **values))


def publish(amendment):
    procedure.publish(amendment, by=make_user(), published_on=timezone.localdate())


@pytest.fixture
def period():
    return make_period()


@pytest.fixture
def editor(client, period):
    client.force_login(make_user(period.agency, "editor"))
    return client


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
    """The words of a page, as one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


# --- List -----------------------------------------------------------------------------------------
def test_the_programmes_of_the_source(jst):
    html = page(jst, "/programmes/")
    for slug in ("ai-for-science", "epoch", "industry-science-talent"):
        assert f'href="/jst/programmes/{slug}/"' in html
    words = text_of(html)
    for expected in (
        "370億円 37,000,000,000円 令和7年度（2025年度）補正予算 別途計上 76億円",
        "530億円 53,000,000,000円",
        "資料に記載なし 令和7年度（2025年度）補正予算 ～令和13年度",
        (
            "合計 900億円 90,000,000,000円 令和7年度（2025年度）。別途計上を含みません。"
            "金額が資料にない1件を含みません。"
        ),
        "2.5. AI駆動型研究の高度化に向けた研究開発の推進 起案中",
    ):
        assert expected in words


def test_nobody_sees_what_is_not_published(client, period):
    baseline, (_, one, *_) = make_baseline(period)
    publish(baseline)
    program = make_program(period.agency)
    draft = make_draft(period)
    link(program, one, draft)
    html = page(client, "/programmes/")
    assert "事業p" not in html
    assert ALL_PUBLISHED in html
    # A hidden address and one that is none are answered alike: by the sign-in.
    assert client.get(f"/{period.agency.code}/programmes/p/").status_code == 302
    assert client.get(f"/{period.agency.code}/programmes/q/").status_code == 302
    publish(decide(draft))
    assert "事業p" in page(client, "/programmes/")
    assert "項目1の推進" in page(client, f"/{period.agency.code}/programmes/p/")


def test_without_an_agency_the_list_says_so(client):
    assert ALL_PUBLISHED in page(client, "/programmes/")
    client.force_login(make_user())
    assert "役割の設定を保守者に依頼してください。" in page(client, "/programmes/")


def test_without_a_programme_the_list_says_so(editor):
    assert "登録された事業はありません。" in page(editor, "/programmes/")


def test_a_stranger_does_not_see_them(client, period):
    make_program(period.agency)
    client.force_login(make_user(make_period().agency, "editor"))
    assert "事業p" not in page(client, "/programmes/")
    assert "この事業は、登録されていないか、見る権限がありません。" in page(
        client, f"/{period.agency.code}/programmes/p/", status=404
    )


def test_what_a_published_reason_names_is_public(client, period):
    amendment = make_draft(period)
    group = save(ReasonGroup(amendment=amendment, position=1, title="補正予算に伴う変更"))
    save(
        AmendmentReason(
            group=group,
            position=1,
            title="記載の追加",
            text="加える。",
            kind="supplementary_budget",
            program=make_program(period.agency, "named"),
        )
    )
    save(
        OverviewSheet(
            amendment=amendment, position=1, program=make_program(period.agency, "summed")
        )
    )
    make_program(period.agency, "other")
    publish(decide(amendment))
    words = page(client, "/programmes/")
    assert re.findall(r"/programmes/(\w+)/", words) == ["named", "summed"]
    assert "記載の追加" in page(client, f"/{period.agency.code}/programmes/named/")
    html = page(client, f"/{period.agency.code}/programmes/summed/")
    assert f"/amendments/{amendment.slug}/overview/#sheet-1" in html


def test_programmes_are_only_read(editor, period):
    make_program(period.agency)
    assert editor.post("/programmes/").status_code == 405
    assert editor.post(f"/{period.agency.code}/programmes/p/").status_code == 405


# --- Sheet ----------------------------------------------------------------------------------------
def test_the_sheet_of_a_programme(jst):
    words = text_of(page(jst, "/jst/programmes/epoch/"))
    for expected in (
        "～全国の研究者が挑戦できる研究基盤への刷新～",
        "EPOCH: Empowering Research Platform for Outstanding Creativity &amp; Harmonization",
        (
            "担当 科学技術・学術政策局参事官（研究環境担当）付 事業実施期間 10年間 対象 研究大学等 "
            "採択件数 15件程度（①10件②5件） 基金 創発的研究推進基金 補助金：創発的研究推進基金補助金 "
            "根拠規定：科学技術・イノベーション創出の活性化に関する法律（平成20年法律第63号）第27条の2第1項"
        ),
        "令和7年度（2025年度） 補正予算 530億円 53,000,000,000円",
        (
            "既存施設 金額 資料に記載なし 支援件数 10件 支援期間 資料に記載なし 基金 資料に記載なし "
            "事業費 約30億円 1件当たり 3,000,000,000円 ※当初3年分をJSTを通じて実施"
        ),
        "施設整備 約20億円 1件当たり 2,000,000,000円",
        "資金の流れ 資料に記載なし",
        "背景・課題 ・ 我が国の研究力強化のためには、",
    ):
        assert expected in words


def test_what_is_appropriated_outside_is_not_added(jst):
    words = text_of(page(jst, "/jst/programmes/ai-for-science/"))
    assert (
        "370億円 37,000,000,000円 － － 事業の外に別途計上（この事業の予算額に含みません） "
        "令和7年度（2025年度） 補正予算 76億円 7,600,000,000円" in words
    )
    assert "446億円" not in words
    assert "プロジェクト型" in words
    assert "金額 320億円 32,000,000,000円 支援件数 5領域×3チーム程度（又は個人）" in words


def test_a_scheme_is_drawn_only_where_one_is_printed(jst):
    html = page(jst, "/jst/programmes/industry-science-talent/")
    assert html.count("<svg") == html.count('role="img"') == 1
    drawing, table = html.split("</svg>")
    drawn = re.findall(r"<text[^>]*>([^<]+)</text>", drawing)
    told = re.findall(r"<td[^>]*>([^<]+)</td>", table.split("</table>")[0])
    assert drawn == [
        "国",
        "国立研究開発法人科学技術振興機構",
        "（JST）",
        "大学・企業等（研究者・技術者）",
        "補助",
        "委託",
    ]
    assert told == [
        "国",
        "国立研究開発法人科学技術振興機構（JST）",
        "補助",
        "国立研究開発法人科学技術振興機構（JST）",
        "大学・企業等（研究者・技術者）",
        "委託",
    ]
    for slug in ("ai-for-science", "epoch"):
        assert "<svg" not in page(jst, f"/jst/programmes/{slug}/")


def test_an_empty_sheet_invents_nothing(editor, period):
    make_program(period.agency)
    words = text_of(page(editor, f"/{period.agency.code}/programmes/p/"))
    for label in ("担当", "事業実施期間", "対象", "採択件数", "基金", "予算額", "支援の型"):
        assert f"{label} 資料に記載なし" in words
    assert "この事業を挙げた変更は、見ることのできるものの中にありません。" in words
    assert "この事業が担う項目は、見ることのできる本文と変更案にありません。" in words


def test_names_are_text(editor, period):
    make_program(period.agency, target="<script>alert(1)</script>")
    html = page(editor, f"/{period.agency.code}/programmes/p/")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>" not in html


# --- Items and amendments -------------------------------------------------------------------------
def test_items_in_force_and_to_come_name_their_amendment(editor, period):
    _, (_, one, two, three) = make_baseline(period)
    program = make_program(period.agency)
    first, second, given_up = (make_draft(period) for _ in range(3))
    link(program, three, first)
    link(program, one, first)
    decide(first)
    link(program, two, second)
    link(program, one, second, removed=True)
    link(program, two, given_up)
    procedure.withdraw(given_up, by=make_user(), reason="見送り")
    html = page(editor, f"/{period.agency.code}/programmes/p/")
    words = text_of(html.split('id="items"')[1].split("</section>")[0])
    assert re.findall(r"(\d\.) (項目\d)の推進 (起案中)?", words) == [
        ("1.", "項目1", ""),
        ("3.", "項目3", ""),
        ("1.", "項目1", "起案中"),
        ("2.", "項目2", "起案中"),
    ]
    assert words.count(f"現行（ {first.title} による）") == 2
    assert f"{second.title} で外す" in words
    assert f"{second.title} で加える" in words
    query = f"?amendment={second.slug}"
    items = f"/{period.agency.code}/5/items/"
    assert f'href="{items}{two.public_id}/{query}"' in html
    assert f'href="{items}{one.public_id}/{query}"' not in html


def test_a_decision_of_the_future_is_not_in_force(editor, period):
    _, (_, one, *_) = make_baseline(period)
    program = make_program(period.agency)
    amendment = make_draft(period)
    link(program, one, amendment)
    decide(amendment, timezone.localdate() + dt.timedelta(days=1))
    words = text_of(page(editor, f"/{period.agency.code}/programmes/p/"))
    assert f"{amendment.title} で加える" in words
    assert "現行（" not in words


def test_drafts_are_for_those_who_read_them(client, period):
    _, (_, one, *_) = make_baseline(period)
    program = make_program(period.agency)
    draft = make_draft(period)
    link(program, one, draft)
    for role, visible in {"editor": True, "agency": False, "assessor": False}.items():
        client.force_login(make_user(period.agency, role))
        for address in ("/programmes/", f"/{period.agency.code}/programmes/p/"):
            assert ("項目1の推進" in page(client, address)) is visible


def test_item_and_programme_lead_to_each_other(jst):
    html = page(jst, "/jst/programmes/ai-for-science/")
    address = re.search(r'href="(/jst/5/items/\w+/\?amendment=2026-01-28)"', html)[1]
    assert 'href="/jst/programmes/ai-for-science/"' in page(jst, address)
    assert 'href="/jst/5/amendments/2026-01-28/"' in html
    assert 'href="/jst/5/amendments/2026-01-28/overview/#sheet-1"' in html
    assert "AI for Scienceによる科学研究革新プログラムに係る記載の追加" in html


# --- Budget ---------------------------------------------------------------------------------------
def budget(*amounts, year=2025, **values):
    return [Appropriation(fiscal_year=year, yen=yen, **values) for yen in amounts]


def test_only_the_latest_fiscal_year_is_listed():
    new = budget(5, None)
    assert latest_budget([*budget(7, year=2024), *new]) == new
    assert latest_budget([]) == []


def test_totals():
    outside = budget(76, outside_programme=True)
    assert total_of([*budget(370, 530, None), *outside]) == Total(2025, 900, 1)
    assert total_of([*budget(370), *outside]) is None
    assert total_of([*budget(370), *budget(530, year=2024)]) is None
    assert total_of([]) is None


def test_a_programme_of_several_appropriations_has_a_total(editor, period):
    program = make_program(period.agency)
    for kind, yen in (("initial", 100_000_000), ("supplementary", 50_000_000)):
        save(Appropriation(program=program, fiscal_year=2025, kind=kind, yen=yen))
    words = text_of(page(editor, f"/{period.agency.code}/programmes/p/"))
    assert "合計 令和7年度（2025年度） 1億5,000万円 150,000,000円" in words


# --- Readings -------------------------------------------------------------------------------------
def readings(user):
    records = AccessRecord.objects.filter(user=user, kind=AccessRecord.Kind.DRAFT_READ)
    return sorted(records.values_list("detail", flat=True))


def test_who_reads_headings_or_reasons_of_a_draft_here_is_recorded_once(client, period):
    _, (_, one, *_) = make_baseline(period)
    program, unseen = make_program(period.agency), make_program(period.agency, "q")
    decided, linked, reasoned, other = (make_draft(period) for _ in range(4))
    link(program, one, decided)
    decide(decided)
    link(program, one, linked)
    link(unseen, one, other)
    reasoning.add(
        reasoned, group="区分", title="題", text="説明", kind="law", program=program, by=None
    )
    sheet, every = f"/{period.agency.code}/programmes/p/", "/programmes/"
    expected = {
        sheet: [f"{period}「{amendment}」" for amendment in (linked, reasoned)],
        every: [f"{period}「{amendment}」" for amendment in (linked, other)],
    }
    for address, details in expected.items():
        reader = make_user(period.agency, "editor")
        client.force_login(reader)
        for _ in range(2):
            page(client, address)
        assert readings(reader) == sorted(details)


def test_the_newest_amendment_stands_first_whenever_it_was_begun(editor, period):
    make_baseline(period)
    program = make_program(period.agency)
    early, late, draft = (make_draft(period) for _ in range(3))
    for amendment in (early, late, draft):
        fields = {"title": "題", "text": "説明", "kind": "law", "program": program}
        reasoning.add(amendment, group="区分", by=None, **fields)
    decide(late)
    decide(early)
    response = editor.get(f"/{period.agency.code}/programmes/p/")
    shown = [relation.amendment for relation in response.context["relations"]]
    assert shown == [draft, early, late]
