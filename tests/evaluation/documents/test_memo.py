"""変更について: its groups and reasons, and which pages each of them refers to."""

from dataclasses import asdict
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluation.documents.appendix import amended_appendix
from evaluation.documents.comparison import comparison_table
from evaluation.documents.memo import Memo, anchors, memo, memo_html, with_pages
from evaluation.models import Amendment
from tests.factories import make_baseline, make_draft, make_period

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture
def real(source_document: None) -> Amendment:
    return Amendment.objects.get(slug="2026-01-28")


def test_the_real_memo(real: Amendment) -> None:
    with CaptureQueriesContext(connection) as queries:
        made = memo(real)
    assert len(queries) == 3
    assert (made.title, made.day, made.office) == (
        "国立研究開発法人科学技術振興機構（JST）中長期目標の変更について",
        "令和8年1月28日",
        "科学技術・学術政策局人材政策課",
    )
    assert [(g.number, g.title, len(g.reasons)) for g in made.groups] == [
        (1, "令和7年度補正予算に伴う変更", 3),
        (2, "研究セキュリティ・研究インテグリティに係る変更", 1),
    ]
    assert [len(reason.clauses) for group in made.groups for reason in group.reasons] == [
        6,
        7,
        6,
        1,
    ]
    assert made.groups[0].reasons[0].printed_pages == "本文：3、5ページ、評価軸等：iiiページ"


def test_without_a_title_of_its_own_a_day_and_an_office_it_has_the_amendments() -> None:
    period = make_period()
    make_baseline(period)
    draft = make_draft(period)
    assert memo(draft) == Memo(draft.title, "", "", ())


def test_the_text_and_the_indicators_of_an_item_are_told_apart(real: Amendment) -> None:
    places = anchors(comparison_table(real), amended_appendix(real))
    item = real.wordings.get(clause__kind="item", label="5").clause.public_id
    axis = real.wordings.filter(clause__kind="evaluation_axis")[0].clause.public_id
    body = real.wordings.filter(clause__kind="body")[0].clause.public_id
    assert places[item] == {f"table-{item}", f"appendix-{item}"}
    assert places[axis] == {f"appendix-{axis}"}
    assert places[body] == {f"table-{body}"}


def referring(*clauses: str) -> dict[str, Any]:
    reason = {"title": "事項", "text": "説明", "printed_pages": "", "clauses": clauses}
    return {
        "title": "件名",
        "day": "",
        "office": "",
        "groups": [{"number": 1, "title": "区分", "introduction": "", "reasons": [reason]}],
    }


def test_a_page_is_named_once_in_order_as_it_is_printed() -> None:
    places = {c: {f"table-{c}", f"appendix-{c}"} for c in "abcd"}
    pages = {"table-a": 11, "table-b": 2, "table-c": 2, "appendix-a": 4, "appendix-d": 3}
    found = with_pages(referring(*"abcd"), places, pages)["groups"][0]["reasons"][0]["references"]
    assert found == [
        ["新旧対照表", [("2", "table-b"), ("11", "table-a")]],
        ["評価軸等", [("iii", "appendix-d"), ("iv", "appendix-a")]],
    ]


def test_what_stands_on_no_page_is_not_referred_to() -> None:
    found = with_pages(referring("gone"), {}, {})["groups"][0]["reasons"][0]["references"]
    assert found == []
    assert "【" not in memo_html(with_pages(referring("gone"), {}, {}))


def test_the_memo_links_only_to_what_is_in_the_same_file() -> None:
    paged = with_pages(referring("a"), {"a": {"table-a"}}, {"table-a": 3})
    assert "○事項【新旧対照表：3ページ】" in memo_html(paged)
    assert '【新旧対照表：<a href="#table-a">3</a>ページ】' in memo_html(paged, linked=True)


def test_the_printed_pages_of_the_source_stay_a_quotation_for_the_screen(real: Amendment) -> None:
    html = memo_html(with_pages(asdict(memo(real)), {}, {}))
    assert "3、5ページ" not in html
