"""The papers of an evaluation: issued byte by byte, verified later, and all of a year in one PDF."""

import copy
import datetime as dt
import json

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluation import amending, grading
from evaluation.documents.background import Background
from evaluation.documents.evaluation import evaluation_html, whole
from evaluation.documents.grade_table import grade_table, table_from
from evaluation.documents.issuing import (
    NOT_ISSUED,
    Verdict,
    evaluation_print,
    issue,
    outdated,
    take_rating_snapshot,
    verify,
)
from evaluation.documents.pdf import render_pdf
from evaluation.grading import Gradebook
from evaluation.models import Clause, IssuedDocument, Rating, Snapshot
from tests.evaluation.documents.papers import pages, squeeze
from tests.evaluation.grading.scenes import Graded
from tests.factories import decide, make_draft, make_user

pytestmark = pytest.mark.django_db

YEAR = 2024
MINISTER = "minister"
SAMPLE = "【見本】実際の値ではありません。"
DRAFT = "【作成中】確定していない評定があります。"


@pytest.fixture(scope="module")
def made(module_rows: None) -> Graded:
    """The year 2024 graded by both sides, but of the agency as a whole its own evaluation is a draft; of
    2025 there is a draft of the agency's."""
    scene = Graded.made()
    scene.value(scene.measure, 1234)
    for side in ("self", MINISTER):
        for item in (scene.item, scene.below, scene.other, None):
            results = "論文を発表した。" if side == "self" else ""
            scene.write(item, side=side, grade="A" if side == "self" else "B", results=results)
            if item or side == MINISTER:
                scene.issue(item, side=side)
    scene.write(None, results="秘密の総括")
    scene.write(scene.item, 2025, results="秘密の案", grade="S")
    return scene


@pytest.fixture
def scene(made: Graded) -> Graded:
    return copy.deepcopy(made)


def rating_of(scene: Graded, item: Clause | None, side: str = MINISTER, year: int = YEAR) -> Rating:
    return Rating.objects.get(
        period=scene.period, item=item, fiscal_year=year, kind="yearly", side=side
    )


def issued(scene: Graded, item: Clause | None, kind: str) -> IssuedDocument:
    snapshot = take_rating_snapshot(rating_of(scene, item), by=scene.assessor)
    return issue(snapshot, kind, by=scene.assessor)


def reopen(scene: Graded, item: Clause | None, side: str) -> None:
    grading.reopen(scene.period, item, YEAR, "yearly", side, by=None, why="誤り")


# --- Issuing --------------------------------------------------------------------------------------
def test_a_sheet_is_issued_once_with_number_and_name(scene: Graded) -> None:
    made = issued(scene, scene.item, "assessment")
    assert (str(made), made.filename) == (
        "項目別評定調書 1_令和6年度_年度評価-1",
        "項目別評定調書_1_令和6年度_年度評価-1.pdf",
    )
    assert (made.issued_by, made.snapshot.taken_by) == (scene.assessor, scene.assessor)
    assert issued(scene, scene.item, "assessment") == made
    paper = pages(bytes(made.content))
    foot = f"版：1_令和6年度_年度評価-1　内容のSHA-256：{made.snapshot.sha256}"
    assert [squeeze(foot) in squeeze(page) for page in paper] == [True] * len(paper)
    assert "1,234（速報）" in squeeze(paper[0])


def test_table_and_whole_are_of_the_agency(scene: Graded) -> None:
    table, book = (issued(scene, None, kind) for kind in ("grades", "evaluation"))
    assert table.snapshot == book.snapshot
    place = f"{scene.period.agency.code}-{scene.period.number}"
    assert str(table) == f"総括表 {place}_令和6年度_年度評価-1"
    assert str(book) == f"評価書 {place}_令和6年度_年度評価-1"


def test_what_is_not_issued_is_in_no_paper(scene: Graded) -> None:
    taken = take_rating_snapshot(rating_of(scene, None), by=scene.agency)
    assert (taken.data["draft"], "秘密の" in taken.content) == ("", False)
    scene.issue(None)
    again = take_rating_snapshot(rating_of(scene, None), by=scene.agency)
    assert (again.number, "秘密の総括" in again.content) == (2, True)


def test_a_draft_and_the_agencys_own_are_not_issued(scene: Graded) -> None:
    own = rating_of(scene, scene.item, "self")
    reopen(scene, None, MINISTER)
    for rating in (own, rating_of(scene, None)):
        with pytest.raises(ValidationError, match=NOT_ISSUED):
            take_rating_snapshot(rating, by=None)
    assert list(scene.period.ratings.filter(snapshots__isnull=False)) == []


# --- Verifying ------------------------------------------------------------------------------------
@pytest.mark.both
def test_an_issued_sheet_is_genuine_until_its_grade_changes(scene: Graded) -> None:
    made = issued(scene, scene.item, "assessment")
    content, documents = bytes(made.content), IssuedDocument.objects.all()

    def verdict() -> tuple[Verdict, bool]:
        told = verify(content, documents)
        return told.verdict, told.changed_since

    assert verdict() == (Verdict.GENUINE, False)
    assert verify(content + b"\n", documents).verdict is Verdict.UNKNOWN
    reopen(scene, None, MINISTER)
    assert verdict() == (Verdict.GENUINE, False)  # the sheet does not print the overall grade
    reopen(scene, scene.item, MINISTER)
    assert verdict() == (Verdict.GENUINE, True)
    scene.write(scene.item, side=MINISTER, grade="A")
    scene.issue(scene.item, side=MINISTER)
    newer = issued(scene, scene.item, "assessment")
    assert str(newer) == "項目別評定調書 1_令和6年度_年度評価-2"
    told = verify(content, documents)
    assert (told.verdict, told.document, told.newer) == (Verdict.REPLACED, made, newer)


def is_outdated(document: IssuedDocument) -> bool:
    return outdated([document.snapshot]) == {document.snapshot}


@pytest.mark.both
def test_a_paper_is_outdated_by_what_it_prints(scene: Graded) -> None:
    sheet, table = issued(scene, scene.item, "assessment"), issued(scene, None, "grades")
    scene.write(None, results="別の案")  # never issued: nobody's grade
    assert (is_outdated(sheet), is_outdated(table)) == (False, False)
    scene.issue(None)
    assert (is_outdated(sheet), is_outdated(table)) == (False, True)
    reopen(scene, None, MINISTER)
    reopen(scene, scene.item, MINISTER)
    assert (is_outdated(sheet), is_outdated(table)) == (True, True)


def test_what_is_issued_again_unchanged_is_not_outdated(scene: Graded) -> None:
    sheet = issued(scene, scene.item, "assessment")
    reopen(scene, None, MINISTER)
    reopen(scene, scene.item, MINISTER)
    assert is_outdated(sheet)
    scene.issue(scene.item, side=MINISTER)
    assert issued(scene, scene.item, "assessment") == sheet
    assert not is_outdated(sheet)


def test_the_other_sides_draft_outdates_nothing(scene: Graded) -> None:
    scene.write(scene.item, 2023, results="論文")
    scene.issue(scene.item, 2023)
    grading.reopen(scene.period, scene.item, 2023, "yearly", "self", by=None, why="誤り")
    table = issued(scene, None, "grades")
    scene.write(scene.item, 2023, results="秘密の新しい案")
    assert not is_outdated(table)


def test_a_paper_is_outdated_by_a_value_that_it_prints(scene: Graded) -> None:
    sheet, other = (issued(scene, item, "assessment") for item in (scene.item, scene.other))
    scene.value(scene.measure, 999999)
    assert (is_outdated(sheet), is_outdated(other)) == (True, False)
    told = verify(bytes(sheet.content), IssuedDocument.objects.all())
    assert (told.verdict, told.changed_since) == (Verdict.GENUINE, True)
    assert str(issued(scene, scene.item, "assessment").snapshot).endswith("-2")


def test_many_papers_ask_no_more_than_one_of_each_evaluation(scene: Graded) -> None:
    def asked(snapshots: list[Snapshot]) -> int:
        with CaptureQueriesContext(connection) as told:
            outdated(snapshots, scene.book())
        return len(told)

    first = issued(scene, scene.item, "assessment").snapshot
    for number in (1, 2, 3):
        scene.value(scene.measure, number)
        issued(scene, scene.item, "assessment")
    every = Snapshot.objects.select_related("rating__period__agency")
    one, many = every.filter(pk=first.pk), every.filter(rating=first.rating_id)
    assert (len(one), len(many)) == (1, 4)
    assert asked(list(one)) == asked(list(many))


@pytest.mark.parametrize("drafts", [("self",), (MINISTER,), ("self", MINISTER)])
def test_a_book_without_its_drafts_is_that_of_who_reads_none(
    scene: Graded, drafts: tuple[str, ...]
) -> None:
    for item in (scene.item, scene.other):
        grading.point_out(scene.period, item, 2024, by=None, issue="指摘", remedy="方策")
    reopen(scene, None, MINISTER)
    reopen(scene, scene.item, MINISTER)
    public, nobodys = Gradebook.of(scene.period, drafts).issued(), Gradebook.of(scene.period, ())
    assert (public.ratings, public.remedies, public.drafts) == (
        nobodys.ratings,
        nobodys.remedies,
        frozenset(),
    )


@pytest.mark.both
def test_the_table_is_outdated_by_an_earlier_year_that_it_prints(scene: Graded) -> None:
    scene.write(scene.item, 2023, results="論文")
    scene.issue(scene.item, 2023)
    table, sheet = issued(scene, None, "grades"), issued(scene, scene.item, "assessment")
    grading.reopen(scene.period, scene.item, 2023, "yearly", "self", by=None, why="誤り")
    assert (is_outdated(table), is_outdated(sheet)) == (True, False)


@pytest.mark.both
def test_who_reads_the_results_has_the_papers(scene: Graded) -> None:
    made = issued(scene, scene.item, "assessment")
    roles = ("assessor", "agency", "auditor", "editor", "approver", "maintainer")
    seen = [
        list(IssuedDocument.objects.visible_to(make_user(scene.period.agency, role)))
        for role in roles
    ]
    assert seen == [[made], [made], [made], [made], [made], []]


# --- All of a year --------------------------------------------------------------------------------
def test_the_contents_tell_the_page_of_every_sheet_in_the_order_of_the_document(
    scene: Graded,
) -> None:
    paper = pages(bytes(issued(scene, None, "evaluation").content))
    forms = ("様式2－1－4－1", "様式2－1－4－1", "様式2－1－4－2")
    names = [scene.book().label(node) for node in scene.book().graded(YEAR)]
    assert names == ["1. 研究開発の推進", "1.1. 戦略の立案", "2. 業務の効率化"]
    table = f"{scene.period} 項目別評定総括表・総合評定"
    heads = [
        table,
        *(f"{form} {name}（令和6年度）" for form, name in zip(forms, names, strict=True)),
    ]
    on = {
        head: [n for n, page in enumerate(paper, 1) if head in page.splitlines()] for head in heads
    }
    entries = zip([table, *names], on.values(), strict=True)
    assert paper[1].splitlines()[-7:] == [
        "目次",
        *(f"{name} {page}" for name, (page,) in entries),
        "2",
        paper[2].splitlines()[-1],
    ]


def test_the_cover_says_whose_evaluation_of_which_year(scene: Graded) -> None:
    agency = scene.period.agency
    cover = pages(bytes(issued(scene, None, "evaluation").content))[0].splitlines()[:4]
    assert cover == [
        str(scene.period),
        agency.name,
        "令和6年度 年度評価 評価書",
        f"主務大臣 {agency.competent_minister}",
    ]


@pytest.mark.parametrize(
    ("year", "sample", "mark"),
    [(2024, False, ""), (2024, True, SAMPLE), (2025, False, DRAFT), (2025, True, SAMPLE + DRAFT)],
)
def test_every_page_says_that_values_are_made_up_and_grades_not_issued(
    scene: Graded, year: int, sample: bool, mark: str
) -> None:
    scene.period.sample_results = sample
    paper = pages(render_pdf(evaluation_print(scene.book(MINISTER), year, "yearly")))
    told = [page.splitlines()[-2] for page in paper]  # above the foot, in the order of the content
    numbers = range(2, len(paper) + 1)
    assert told[1:] == [f"{mark} {number}".strip() for number in numbers]
    minister = scene.period.agency.competent_minister
    assert told[0] == (mark or f"主務大臣 {minister}")  # the cover has no number


def test_whoever_reads_no_drafts_prints_none(scene: Graded) -> None:
    def printed(*drafts: str) -> str:
        return evaluation_print(scene.book(*drafts), 2025, "yearly")

    assert "秘密の案" in printed("self")
    assert "秘密の案" not in printed(MINISTER)


def test_the_table_of_a_year_holds_nothing_of_later_ones(scene: Graded) -> None:
    scene.write(scene.item, 2023, results="論文")
    scene.issue(scene.item, 2023)
    table = grade_table(scene.book(), (2023, "yearly"))
    assert [cell.words for cell in table.rows[0].grades] == ["", "（B）", "", "", "", "", ""]
    assert [head for head, _ in table.grounds] == []
    assert [head for head, _ in grade_table(scene.book(), (2024, "yearly")).grounds] == [
        "令和6年度"
    ]


def test_the_table_of_a_year_has_no_row_of_an_item_that_is_graded_later() -> None:
    scene = Graded.made()
    grading.save_profile(scene.below, 2022, by=None, graded=False)
    grading.save_profile(scene.below, 2026, by=None, graded=True)
    rows = [
        [row.item.words for row in grade_table(scene.book(), (year, "yearly")).rows]
        for year in (2024, 2026)
    ]
    heads = ["1. 研究開発の推進", "1.1. 戦略の立案", "2. 業務の効率化"]
    assert rows == [[heads[0], heads[2]], heads]


def test_ten_items_ask_no_more_than_three(scene: Graded) -> None:
    def asked() -> int:
        scene.value(scene.measure, 1235, 2023)
        book = scene.book()
        with CaptureQueriesContext(connection) as told:
            data = whole(book, YEAR, "yearly", Background(scene.period))
        assert data["sheets"][0]["columns"][-1]["lines"][2]["words"] == (
            "〈評定の確定の後に変わった値〉"
        )
        return len(told)

    three = asked()
    reopen(scene, None, MINISTER)
    draft = make_draft(scene.period)
    items = [
        amending.insert(draft, "item", parent=scene.item, label=str(n), text="加えた項目", by=None)
        for n in range(2, 9)
    ]
    for item in items:
        amending.insert(draft, "monitoring_indicator", parent=item, text="件数", by=None)
    decide(draft, effective_on=dt.date(2023, 4, 1))
    for item in items:
        scene.write(item, side=MINISTER)
        scene.issue(item, side=MINISTER)
    assert len(scene.book().graded(YEAR)) == 10
    assert (three, asked()) == (8, 8)


def test_a_snapshot_gives_the_same_paper_as_the_data(scene: Graded) -> None:
    data = whole(scene.book(), YEAR, "yearly", Background(scene.period))
    back = json.loads(Snapshot.canonical(data)[0])
    assert evaluation_html(back, "evaluation") == evaluation_html(data, "evaluation")
    assert evaluation_html(back, "grades") == evaluation_html(data, "grades")
    assert table_from(back["table"]).rows[0].grades[2].words == "B（A）"
