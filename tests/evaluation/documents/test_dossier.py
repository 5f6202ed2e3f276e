"""資料: the real dossier, its order, its pages, and the references of the memo to them."""

import re
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

import pypdf
import pytest

from evaluation import amending
from evaluation.documents.dossier import (
    LONGEST_IN_A_REQUEST,
    are_pages_known,
    is_long,
    kinds_of,
    paged_memo,
    parts_of,
    present,
    steps_of,
)
from evaluation.documents.issuing import current_content, identity_of, take_snapshot
from evaluation.documents.memo import roman
from evaluation.documents.pdf import render_pdf
from evaluation.models import Amendment
from jst_objectives import history
from tests.evaluation.documents.papers import pages, poppler, squeeze
from tests.factories import make_baseline, make_draft, make_period

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

EVERYTHING = "memo comparison policy appendix programmes overview dossier".split()
# What the memo refers to: the pages of the table and of the appendix as they are printed.
REFERENCES = {
    "AI for Scienceによる科学研究革新プログラムに係る記載の追加": (
        "【新旧対照表：1ページ、評価軸等：iiiページ】"
    ),
    "産業・科学革新人材事業に係る記載の追加": "【新旧対照表：1ページ、評価軸等：vページ】",
    "先端研究基盤刷新事業に係る記載の追加": "【新旧対照表：1ページ、評価軸等：viページ】",
    "研究セキュリティに係る記載の追加": "【新旧対照表：2ページ】",
}
# What each of them is about, where the table and the appendix print it.
ITEMS = ["2.5.AI駆動型", "4.3.先端技術分野", "4.4.先端研究設備", "オープンサイエンスを推進する"]
HEADINGS = ["2.5.AI駆動型", "4.3.先端技術分野", "4.4.先端研究設備", "適切な技術流出対策等"]


@pytest.fixture
def real(source_document: None) -> Amendment:
    return Amendment.objects.get(slug="2026-01-28")


def rendered(amendment: Amendment, kind: str) -> bytes:
    snapshot = take_snapshot(amendment, by=None)
    return render_pdf(*parts_of(snapshot.data, kind, identity_of(snapshot)))


@pytest.fixture(scope="module")
def paper(source_document: None) -> Callable[[str], bytes]:
    """Print a kind of paper of the real amendment, each once for all tests."""
    snapshot = take_snapshot(Amendment.objects.get(slug="2026-01-28"), by=None)
    return cache(lambda kind: render_pdf(*parts_of(snapshot.data, kind, identity_of(snapshot))))


def page_number(page: str) -> str:
    """Return what stands under a page's text: its number, where it has one there."""
    return page.split("版：")[0].split()[-1]


def test_the_real_dossier_page_by_page(paper: Callable[[str], bytes]) -> None:
    document = paper("dossier")
    texts = pages(document)
    outline = pypdf.PdfReader(BytesIO(document))
    parts = [entry for entry in outline.outline if not isinstance(entry, list)]
    assert [
        (outline.get_destination_page_number(e), str(e.title).split("　")[0]) for e in parts
    ] == [
        (0, "国立研究開発法人科学技術振興機構（JST）中長期目標の変更について"),
        (1, "国立研究開発法人 科学技術振興機構 第5期中長期目標 新旧対照表（案）"),
        (4, "科学技術振興機構に係る政策体系上の位置付け"),
        (5, "（別紙）国立研究開発法人科学技術振興機構における評価軸"),
        (13, "AI for Scienceによる科学研究革新プログラム"),
        (16, "産業・科学革新人材事業"),
        (18, "先端研究基盤刷新事業"),
        (20, "全体像1"),
        (21, "全体像2"),
        (23, "国立研究開発法人科学技術振興機構（JST）の中長期目標変更の全体像"),
    ]
    assert len(texts) == 25
    assert [page_number(page) for page in texts[1:4]] == ["1", "2", "3"]
    numbers = "i ii iii iv v vi vii viii".split()
    assert [page_number(page) for page in texts[5:13]] == numbers
    # The others are numbered from their second page on.
    second = [n for n, page in enumerate(texts[13:], start=13) if page_number(page) in {"2", "3"}]
    assert second == [14, 15, 17, 19, 22, 24]


def test_the_memo_refers_to_the_pages_that_are_printed(paper: Callable[[str], bytes]) -> None:
    alone = [squeeze("".join(pages(paper(kind)))) for kind in ("memo", "dossier")]
    for text in alone:
        for title, reference in REFERENCES.items():
            assert squeeze(f"○{title}{reference}") in text
    table, appendix = (pages(paper(kind)) for kind in ("comparison", "appendix"))
    for reference, heading in zip(REFERENCES.values(), HEADINGS, strict=True):
        shown = [page_number(page) for page in table if heading in squeeze(page)]
        assert f"新旧対照表：{shown[0]}ページ" in reference
        shown = [page_number(page) for page in appendix if heading in squeeze(page)]
        assert [f"評価軸等：{number}ページ" in reference for number in shown] == [True] * len(shown)


def test_references_follow_the_pages_when_the_text_grows(real: Amendment) -> None:
    body = real.wordings.get(clause__kind="body", text__contains="グリーントランスフォーメーション")
    long = body.text.replace("・・・", "大胆な発想に基づく研究開発を行い、" * 120)
    amending.reword(real, body.clause, long, by=None)
    memo = paged_memo(current_content(real))
    found = [reason["references"] for group in memo["groups"] for reason in group["reasons"]]
    numbers = [[[number for number, _ in pages] for _, pages in parts] for parts in found]
    table = [*map(squeeze, pages(rendered(real, "comparison")))]
    places = [next(str(n) for n, p in enumerate(table, start=1) if h in p) for h in ITEMS]
    assert "1" not in places
    assert numbers == [
        [["1", places[0]], ["iii"]],
        [[places[1]], ["v"]],
        [[places[2]], ["vi"]],
        [[places[3]]],
    ]


def test_in_one_file_the_references_lead_to_what_they_name(paper: Callable[[str], bytes]) -> None:
    document = pypdf.PdfReader(BytesIO(paper("dossier")))
    first: Any = document.pages[0]
    targets = [link.get_object()["/Dest"] for link in first["/Annots"]]
    places = [document.named_destinations[target] for target in targets]
    assert [document.get_destination_page_number(place) for place in places] == [
        1,
        7,
        1,
        9,
        1,
        10,
        2,
    ]


def test_below_a_part_the_bookmarks_name_what_is_changed_in_it(
    paper: Callable[[str], bytes],
) -> None:
    outline = pypdf.PdfReader(BytesIO(paper("dossier"))).outline
    below = [entry for entry in outline if isinstance(entry, list)]

    def titles(entries: Any) -> list[Any]:
        return [titles(e) if isinstance(e, list) else e.title for e in entries]

    assert titles(below[0]) == [
        "1. 令和7年度補正予算に伴う変更",
        "2. 研究セキュリティ・研究インテグリティに係る変更",
    ]
    assert titles(below[1])[:2] == [
        "Ⅲ. 研究開発成果の最大化その他の業務の質の向上に関する事項",
        [
            "2. 社会変革に資する研究開発による新たな価値創造の推進",
            ["本文"],
            "2. 5. AI駆動型研究の高度化に向けた研究開発の推進",
            ["本文"],
            "4. 3. 先端技術分野における研究開発・人材育成の推進",
            ["本文"],
            "4. 4. 先端研究設備・機器の整備・共用・高度化を通じた研究開発の推進",
            ["本文"],
        ],
    ]


def test_the_whole_is_tagged_titled_and_the_same_each_time(
    real: Amendment, paper: Callable[[str], bytes]
) -> None:
    snapshot = real.snapshots.get()  # the one of the paper
    parts = parts_of(snapshot.data, "dossier", identity_of(snapshot))
    document = paper("dossier")
    assert render_pdf(*parts) == document
    facts = poppler("pdfinfo", document)
    title = "国立研究開発法人科学技術振興機構（JST）中長期目標の変更について（資料一式）"
    assert re.search(rf"^Title: +{title}$", facts, re.MULTILINE)
    assert re.search("^Tagged: +yes$", facts, re.MULTILINE)
    structure = poppler("pdfinfo", document, "-struct")
    assert structure.count("H1 (block)") == len(parts)
    assert "Figure" in structure, "the scheme"


def test_each_alone_says_what_it_says_in_the_whole(paper: Callable[[str], bytes]) -> None:
    whole = squeeze("".join(pages(paper("dossier"))))
    for kind in EVERYTHING[:-1]:
        assert squeeze("".join(pages(paper(kind)))) in whole


def test_what_is_there_is_offered(real: Amendment) -> None:
    content = current_content(real)
    assert [*kinds_of(real)] == [*present(content)] == EVERYTHING
    assert steps_of(content, "dossier")[:6] == [
        "ページの読取り：新旧対照表",
        "ページの読取り：別紙",
        "変更について",
        "新旧対照表",
        "政策体系",
        "別紙",
    ]
    period = make_period()
    make_baseline(period)
    bare = make_draft(period)
    assert (
        [*kinds_of(bare)]
        == [*present(current_content(bare))]
        == [
            "memo",
            "comparison",
            "appendix",
            "dossier",
        ]
    )


def test_a_long_document_is_one_of_many_rows(real: Amendment) -> None:
    content = current_content(real)
    assert [kind for kind in EVERYTHING if is_long(content, kind)] == ["dossier"]
    rows = content["comparison"]["rows"] * (LONGEST_IN_A_REQUEST // 20)
    content["comparison"]["rows"] = rows
    assert [k for k in EVERYTHING if is_long(content, k)] == ["memo", "comparison", "dossier"]


def test_pages_are_read_once(real: Amendment) -> None:
    history.save(real.period, by=None, reason="試験")
    content = current_content(real)
    content["comparison"]["title"] = "まだ組んでいない表題"
    assert not are_pages_known(content)
    paged_memo(content)
    assert are_pages_known(content)


def test_roman_numbers() -> None:
    assert [roman(n) for n in (1, 4, 8, 9, 14, 40)] == ["i", "iv", "viii", "ix", "xiv", "xxxx"]
