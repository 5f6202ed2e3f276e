"""政策体系・事業・全体像 on paper: what the data says, in its order, and nothing invented."""

import pytest

from evaluation.documents.dossier import kinds_of
from evaluation.documents.pdf import render_pdf
from evaluation.documents.sheets import (
    named_programmes,
    overview_html,
    overview_sheets,
    policy_html,
    policy_sheet,
    programme_html,
    programme_sheet,
    programme_sheets,
)
from evaluation.models import Amendment, PolicyText
from jst_objectives import history
from programs.models import Program
from tests.evaluation.documents.papers import pages, poppler, squeeze
from tests.factories import make_baseline, make_draft, make_period

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture
def real(source_document: None) -> Amendment:
    return Amendment.objects.get(slug="2026-01-28")


def printed(html: str) -> str:
    return squeeze("".join(pages(render_pdf(html))))


def test_the_policy_hierarchy_ends_with_the_items_as_amended(real: Amendment) -> None:
    sheet = policy_sheet(real)
    assert [step["heading"] for step in sheet["steps"]] == [
        "科学技術・イノベーション基本法",
        "第6期科学技術・イノベーション基本計画",
        "国立研究開発法人科学技術振興機構法",
    ]
    assert sheet["objectives"]["items_listed"] == [
        "1. 社会変革に資する研究開発戦略の立案と社会との共創",
        "2. 社会変革に資する研究開発による新たな価値創造の推進",
        "3. 新たな価値創造の源泉となる研究開発の推進",
        "4. 多様な人材の支援・育成",
        "5. 科学技術・イノベーション基盤の強化",
        "6. 大学ファンドによる世界レベルの研究基盤の構築",
    ]
    text = printed(policy_html(sheet))
    texts = [sheet["heading"], sheet["body"], *(s["heading"] for s in sheet["steps"])]
    places = [
        text.index(squeeze(one)) for one in [*texts, "第4条", *sheet["objectives"]["items_listed"]]
    ]
    assert places == sorted(places)


def test_a_period_without_a_hierarchy_has_no_sheet() -> None:
    period = make_period()
    make_baseline(period)
    draft = make_draft(period)
    assert (policy_sheet(draft), programme_sheets(draft), overview_sheets(draft)) == ({}, [], [])


@pytest.mark.parametrize(("number", "there"), [(1, False), (2, True)])
def test_the_hierarchy_is_offered_where_it_has_a_caption_and_objectives(number, there) -> None:
    period = make_period()
    make_baseline(period)
    draft = make_draft(period)
    for position in range(1, number + 1):
        text = PolicyText(period=period, position=position, heading=f"段{position}")
        history.save(text, by=None, reason="試験")
    assert ("policy" in kinds_of(draft), bool(policy_sheet(draft))) == (there, there)


def test_programmes_come_in_the_order_of_the_memo(real: Amendment) -> None:
    assert [sheet["name"] for sheet in programme_sheets(real)] == [
        "AI for Scienceによる科学研究革新プログラム",
        "産業・科学革新人材事業",
        "先端研究基盤刷新事業",
    ]
    assert named_programmes(real).count() == 3


def test_a_programme_sheet_prints_what_is_known_and_says_what_is_not(real: Amendment) -> None:
    ai = programme_sheet(Program.objects.get(slug="ai-for-science"))
    text = printed(programme_html(ai))
    for words in (
        "370億円",
        "76億円",
        "別途計上",
        "プロジェクト型",
        "320億円",
        "対象資料に記載なし",
    ):
        assert words in text
    assert "事業スキーム国" not in text, "no scheme is drawn where none is printed"
    assert poppler("pdfinfo", render_pdf(programme_html(ai)), "-struct").count("Figure") == 0
    drawn = programme_sheet(Program.objects.get(slug="industry-science-talent"))
    assert drawn["flows"][0][2] == "補助"
    structure = poppler("pdfinfo", render_pdf(programme_html(drawn)), "-struct")
    assert structure.count("Figure") == 1
    assert "国立研究開発法人科学技術振興機構（JST）" in printed(programme_html(drawn))


def test_overview_sheets_quote_the_source_sheet_by_sheet(real: Amendment) -> None:
    sheets = overview_sheets(real)
    assert [(s["number"], s["program"]) for s in sheets] == [
        (1, "AI for Scienceによる科学研究革新プログラム"),
        (2, "産業・科学革新人材事業"),
        (3, "先端研究基盤刷新事業"),
    ]
    for sheet in sheets:
        text = printed(overview_html(sheet))
        parts = [
            part for s in sheet["sections"] for part in (s["heading"], *s["body"].splitlines())
        ]
        assert [part for part in parts if squeeze(part) not in text] == []
