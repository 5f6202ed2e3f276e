"""The pages of issued papers of an evaluation: asking, listing, handing over, verifying, printing."""

import copy
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import reverse

from evaluation import grading, rendering
from evaluation.documents.issuing import issue, take_rating_snapshot
from evaluation.models import IssuedDocument, Rating, Rendering
from programs.models import AccessRecord
from tests.evaluation.grading.scenes import Graded

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

IMMEDIATE = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
CHANGED = "この発行の後に、印刷した内容が変わりました。"
TICK = {"incomplete": "on"}


@pytest.fixture(scope="module")
def made(module_rows: None) -> Graded:
    """The year 2024 graded by the minister; by the agency but for the whole."""
    scene = Graded.made()
    graded = (scene.item, scene.below, scene.other)
    for item in graded:
        scene.write(item, results="実績")
        scene.issue(item)
    for judged in (*graded, None):
        scene.write(judged, side="minister")
        scene.issue(judged, side="minister")
    return scene


class Pages:
    """The scene with its people signed in."""

    def __init__(self, scene: Graded) -> None:
        self.scene = scene
        self.clients = {"agency": Client(), "assessor": Client(), "nobody": Client()}
        self.clients["agency"].force_login(scene.agency)
        self.clients["assessor"].force_login(scene.assessor)

    def address(self, name: str, *more: object) -> str:
        place = [self.scene.period.agency.code, self.scene.period.number]
        return reverse(name, args=[*place, *more])

    def of(self, name: str, *more: object) -> str:
        return self.address(name, self.scene.item.public_id, 2024, "yearly", *more)

    def whole(self, paper: str) -> str:
        return self.address("issue_paper", "overall", 2024, "yearly", paper)

    def get(self, role: str, address: str, status: int = 200) -> str:
        response = self.clients[role].get(address)
        assert (address, response.status_code) == (address, status)
        return str(response.content.decode())

    def post(self, role: str, address: str, **fields: Any) -> Any:
        return self.clients[role].post(address, fields)

    def issued(self) -> IssuedDocument:
        ratings = Rating.objects.filter(item=self.scene.item, side="minister")
        snapshot = take_rating_snapshot(ratings.get(), by=self.scene.assessor)
        return issue(snapshot, "assessment", by=self.scene.assessor)

    def reopen(self, side: str = "minister") -> None:
        for item in (None, self.scene.item):
            rows = self.scene.period.ratings.filter(item=item, side=side, stage="issued")
            if rows.exists():
                grading.reopen(self.scene.period, item, 2024, "yearly", side, by=None, why="誤り")


@pytest.fixture
def pages(made: Graded) -> Pages:
    return Pages(copy.deepcopy(made))


# --- A sheet --------------------------------------------------------------------------------------
def test_a_sheet_is_issued_once_its_blanks_were_seen(pages: Pages) -> None:
    address, sheet = pages.of("issue_paper", "assessment"), pages.of("assessment")
    assert address in pages.get("assessor", sheet)
    assert address not in pages.get("agency", sheet)
    html = pages.get("assessor", address)
    assert "基本情報：根拠条文" in html
    refused = pages.post("assessor", address)
    assert refused.status_code == 200
    assert "空欄を埋めるか、「空欄のまま発行する」を選んでください。" in refused.content.decode()
    assert IssuedDocument.objects.count() == 0
    response = pages.post("assessor", address, **TICK)
    assert response["Location"] == f"{sheet}#documents"
    document = IssuedDocument.objects.get()
    assert (document.kind, document.issued_by) == ("assessment", pages.scene.assessor)
    told = AccessRecord.objects.filter(kind="export").values_list("detail", "actor_name")
    assert [detail for detail, _ in told] == [f"{document}の発行"]
    again = pages.post("assessor", address, **TICK)
    assert (again.status_code, IssuedDocument.objects.count()) == (302, 1)


def test_who_issues_the_same_again_is_led_to_the_paper_that_there_is(pages: Pages) -> None:
    old = pages.issued()
    answer = pages.clients["assessor"].post(
        pages.of("issue_paper", "assessment"), TICK, follow=True
    )
    html = answer.content.decode()
    assert f"前に発行した「{old}」と同じ内容のため、それを使ってください。" in html
    assert (f"「{old}」を発行しました。" in html, IssuedDocument.objects.count()) == (False, 1)


def test_an_issued_sheet_is_listed_and_handed_over_as_it_is(pages: Pages) -> None:
    document = pages.issued()
    html = pages.get("agency", pages.of("assessment"))
    address = reverse("document", args=[document.sha256])
    assert f'<a href="{address}">項目別評定調書 1_令和6年度_年度評価-1</a>' in html
    assert "<td>第1版</td>" in html
    assert document.sha256 in html
    assert pages.clients["agency"].get(address).content == bytes(document.content)
    assert pages.clients["nobody"].get(address)["Location"].startswith("/accounts/login/")
    other = pages.address("assessment", pages.scene.other.public_id, 2024, "yearly")
    assert address not in pages.get("agency", other)
    assert address not in pages.get("agency", pages.address("grades"))


def test_the_list_says_that_the_grade_was_opened_since(pages: Pages) -> None:
    pages.issued()
    assert CHANGED not in pages.get("agency", pages.of("assessment"))
    pages.reopen()
    assert CHANGED in pages.get("agency", pages.of("assessment"))


def test_what_is_not_issued_has_no_paper_and_says_so(pages: Pages) -> None:
    pages.reopen()
    address = pages.of("issue_paper", "assessment")
    words = "主務大臣による評価が確定していないため、発行できません。"
    assert words in pages.get("assessor", address)
    response = pages.post("assessor", address, **TICK)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert IssuedDocument.objects.count() == 0


def test_each_paper_has_its_place(pages: Pages) -> None:
    for paper in ("grades", "evaluation"):
        pages.get("assessor", pages.of("issue_paper", paper), 404)
    pages.get("assessor", pages.whole("assessment"), 404)
    pages.get("agency", pages.whole("grades"), 403)


# --- Verifying ------------------------------------------------------------------------------------
def verified(pages: Pages, role: str, content: bytes) -> str:
    file = SimpleUploadedFile("調書.pdf", content, content_type="application/pdf")
    return str(pages.post(role, reverse("verification"), file=file).content.decode())


def test_verifying_tells_the_evaluation_and_whether_its_grade_has_changed(pages: Pages) -> None:
    document = pages.issued()
    content = bytes(document.content)
    html = verified(pages, "agency", content)
    assert "✓ 真正" in html
    assert f"{pages.scene.period}　令和6年度　年度評価</a>" in html
    assert f'href="{pages.of("assessment")}#documents"' in html
    assert document.snapshot.sha256 in html
    assert CHANGED not in html
    assert "✕ 発行記録なし" in verified(pages, "agency", content + b"\n")
    assert "✕ 発行記録なし" in verified(pages, "nobody", content)
    pages.reopen()
    assert CHANGED in verified(pages, "agency", content)


# --- Table and whole ------------------------------------------------------------------------------
def test_the_table_lacks_the_grades_that_are_not_issued(pages: Pages) -> None:
    """The agency's own overall grade, which nobody has to write, is none of them."""
    html = pages.get("assessor", pages.whole("grades"))
    assert (html.count("の評定</a>"), "空欄のまま発行する" in html) == (0, False)
    scene, year = pages.scene, (2023, "yearly", "minister")
    for item in (scene.item, scene.below, scene.other, None):
        scene.write(item, 2023, side="minister", grade="-" if item else "B")
        grading.issue(scene.period, item, *year, by=None)
    html = pages.get("assessor", pages.address("issue_paper", "overall", 2023, "yearly", "grades"))
    assert html.count("の評定</a>") == 3
    assert "1. 研究開発の推進：自己評価の評定</a>" in html


def test_the_table_is_issued_and_verified(pages: Pages) -> None:
    response = pages.post("assessor", pages.whole("grades"))
    assert response["Location"] == pages.address("grades") + "#documents"
    document = IssuedDocument.objects.get()
    assert reverse("document", args=[document.sha256]) in pages.get(
        "agency", pages.address("grades")
    )
    html = verified(pages, "assessor", bytes(document.content))
    assert f'href="{pages.address("grades")}#documents"' in html


@override_settings(TASKS=IMMEDIATE)
def test_the_whole_is_issued_in_the_background(pages: Pages) -> None:
    html = pages.get("assessor", pages.whole("evaluation"))
    assert "1. 研究開発の推進：" in html
    response = pages.post("assessor", pages.whole("evaluation"), **TICK)
    begun = Rendering.objects.get()
    page = pages.address("evaluation_rendering", begun.pk)
    assert response["Location"] == page
    document = IssuedDocument.objects.get(kind="evaluation")
    html = pages.get("assessor", page)
    assert "作成し、発行しました。" in html
    assert reverse("document", args=[document.sha256]) in html
    pages.get("agency", page, 403)


def test_what_failed_leads_back_to_the_form_that_asks_for_its_blanks(pages: Pages) -> None:
    pages.post("assessor", pages.whole("evaluation"), **TICK)
    begun = Rendering.objects.get()
    rendering.cancel(begun)
    html = pages.get("assessor", pages.address("evaluation_rendering", begun.pk))
    assert f'<a class="primary" href="{pages.whole("evaluation")}">もう一度作成する</a>' in html
    assert f'action="{pages.whole("evaluation")}"' not in html


def test_what_is_overall_open_offers_no_issue(pages: Pages) -> None:
    address = pages.address("grades")
    assert pages.whole("grades") in pages.get("assessor", address)
    assert pages.whole("grades") not in pages.get("agency", address)
    pages.reopen()
    html = pages.get("assessor", address)
    assert pages.whole("grades") not in html
    assert "総合評定が確定していません" in html


# --- As it stands ---------------------------------------------------------------------------------
@override_settings(TASKS=IMMEDIATE)
def test_the_whole_is_printed_as_its_reader_sees_it(pages: Pages) -> None:
    address = pages.address("evaluation_pdf", 2024, "yearly")
    assert address in pages.get("agency", pages.address("grades"))
    response = pages.post("agency", address)
    begun = Rendering.objects.get()
    page = pages.address("evaluation_rendering", begun.pk)
    assert response["Location"] == page
    html = pages.get("agency", page)
    assert "作成しました。" in html
    assert f'href="{address}"' in html
    pages.get("assessor", page, 404)  # it is its own person's
    file = pages.clients["agency"].get(address)
    assert file.content[:5] == b"%PDF-"
    code = pages.scene.period.agency.code
    name = f"評価書_{code}_5_令和6年度_年度評価_未発行.pdf"
    assert AccessRecord.objects.filter(kind="export", detail=name).count() == 1
    assert pages.post("agency", address)["Location"] == address  # it is kept
    assert IssuedDocument.objects.count() == 0


def test_what_has_changed_since_is_made_anew(pages: Pages) -> None:
    address = pages.address("evaluation_pdf", 2023, "yearly")
    response = pages.clients["agency"].get(address, follow=True)
    assert response.redirect_chain == [(pages.address("grades") + "#papers", 302)]
    assert "いまの内容の評価書は、まだ作成されていません。" in response.content.decode()
    pages.get("agency", pages.address("evaluation_pdf", 2024, "final"), 404)


def test_a_print_is_stopped_by_its_person(pages: Pages) -> None:
    pages.post("agency", pages.address("evaluation_pdf", 2022, "yearly"))
    begun = Rendering.objects.get()
    stop = pages.address("cancel_evaluation_rendering", begun.pk)
    page = pages.address("evaluation_rendering", begun.pk)
    assert stop in pages.get("agency", page)
    assert pages.post("assessor", stop).status_code == 404
    assert pages.post("agency", stop)["Location"] == page
    begun.refresh_from_db()
    assert begun.state == "cancelled"
    assert pages.address("evaluation_pdf", 2022, "yearly") in pages.get("agency", page)
