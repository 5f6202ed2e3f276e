"""The pages of grades: writing, issuing and hiding, facts of items, remedies, checks, files."""

import copy
import re

import pytest
from django.test import Client
from django.urls import reverse

from evaluation import grading, valuing
from evaluation.models import ItemInput, ItemPlan, ItemProfile, Rating, RatingStep, Remedy, StepKind
from jst_objectives import history
from programs.models import AccessRecord
from tests.evaluation.grading.scenes import Graded
from tests.factories import make_user, make_value

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

SELF = {"grade": "A", "results": "論文を発表した。", "grounds": "目標を上回った。", "seen": "0"}
MINISTER = {"grade": "B", "grounds": "目標の水準である。", "seen": "0"}


@pytest.fixture(scope="module")
def made(module_rows: None) -> Graded:
    return Graded.made()


class Pages:
    """The scene with its people signed in."""

    def __init__(self, scene: Graded) -> None:
        self.scene = scene
        self.clients = {role: Client() for role in ("agency", "assessor", "auditor")}
        self.clients["agency"].force_login(scene.agency)
        self.clients["assessor"].force_login(scene.assessor)
        self.clients["auditor"].force_login(make_user(scene.period.agency, "auditor"))

    def address(self, name, *more):
        return reverse(name, args=[self.scene.period.agency.code, self.scene.period.number, *more])

    def of(self, name, *more, item=None, year=2024, kind="yearly"):
        clause = item or self.scene.item
        return self.address(name, clause.public_id, year, kind, *more)

    def get(self, role, address, status=200):
        response = self.clients[role].get(address)
        assert (address, response.status_code) == (address, status)
        return response.content.decode()

    def post(self, role, address, **fields):
        return self.clients[role].post(address, fields)


@pytest.fixture
def pages(made):
    return Pages(copy.deepcopy(made))


# --- Writing and issuing --------------------------------------------------------------------------
def test_a_self_evaluation_is_written_issued_and_then_seen_by_the_minister(pages):
    page = pages.of("grade", "self")
    assert pages.post("agency", page, **SELF)["Location"] == page
    row = Rating.objects.get()
    assert (row.grade, row.side, row.written_by) == ("A", "self", pages.scene.agency)
    sheet = pages.of("assessment")
    assert "論文を発表した。" in pages.get("agency", sheet)
    assert "論文を発表した。" in pages.get("auditor", sheet)
    assert "論文を発表した。" not in pages.get("assessor", sheet)
    assert pages.post("agency", pages.of("issue_grade", "self"), seen="1")["Location"] == sheet
    beside = pages.get("assessor", pages.of("grade", "minister"))
    assert "論文を発表した。" in beside
    assert "目標を上回った。" in beside


def test_the_note_of_a_value_is_seen_where_it_is_graded(pages):
    pages.scene.target(pages.scene.measure, 10)
    make_value(pages.scene.measure, 2024, 12, note="年度末の数")
    assert "注：年度末の数" in pages.get("agency", pages.of("grade", "self"))


def test_what_has_a_target_but_no_value_stays_among_what_has_one(pages):
    measure, grade = pages.scene.measure, pages.of("grade", "self")

    def told():
        figures = pages.get("agency", grade).partition('id="figures"')[2].partition("</section>")[0]
        return re.findall(r'data-name="[^"]*">([^<]*)<', figures)

    assert "この年度に、達成目標のある指標はありません。" in pages.get("agency", grade)
    pages.scene.target(measure, 10)
    assert told() == ["－", "10", "－"]
    valuing.record(measure, 2024, by=None, state="not_applicable")
    assert told() == ["該当なし（速報）", "10", "－"]
    make_value(measure, 2024, -1)
    assert told() == ["△1（速報）", "10", "△10.0%"]


def test_the_ministers_grade_is_the_agencys_to_see_when_it_is_issued(pages):
    pages.post("assessor", pages.of("grade", "minister"), **MINISTER)
    for address in (pages.of("assessment"), pages.address("grades")):
        assert "目標の水準である。" not in pages.get("agency", address)
    assert "B" not in Rating.objects.exclude(side="minister").values_list("grade", flat=True)
    pages.scene.write(pages.scene.item)
    issue = pages.of("issue_grade", "minister")
    waits = "法人の自己評価がまだ確定していません。"
    assert waits in pages.get("assessor", issue)
    pages.scene.issue(pages.scene.item)
    assert waits not in pages.get("assessor", issue)
    pages.post("assessor", issue, seen="1")
    assert "目標の水準である。" in pages.get("agency", pages.of("assessment"))


def test_who_was_slower_keeps_what_was_typed(pages):
    page = pages.of("grade", "self")
    pages.post("agency", page, **SELF)
    response = pages.post("agency", page, **SELF | {"grounds": "別の根拠。"})
    html = response.content.decode()
    assert (response.status_code, "ほかの人が先にこの評定を変更しました" in html) == (409, True)
    assert "別の根拠。</textarea>" in html
    told = html.partition('<div class="notice warning" role="alert">')[2].partition("<form")[0]
    assert SELF["grounds"] in told  # what a second press would replace
    seen = response.context["form"]["seen"].value()
    assert pages.post("agency", page, **SELF | {"seen": seen, "grade": "B"}).status_code == 302


def test_what_was_typed_is_saved_on_the_way_to_issuing(pages):
    page = pages.of("grade", "self")
    response = pages.post("agency", page, **SELF, then="issue")
    assert response["Location"] == pages.of("issue_grade", "self")
    assert Rating.objects.get().grounds == SELF["grounds"]


def test_who_wrote_while_it_was_issued_keeps_what_was_typed(pages):
    page = pages.of("grade", "self")
    pages.post("agency", page, **SELF)
    pages.scene.issue(pages.scene.item)
    response = pages.post("agency", page, **SELF | {"grounds": "別の根拠。", "seen": "1"})
    html = response.content.decode()
    assert (response.status_code, "あなたの入力は、保存していません。" in html) == (409, True)
    assert "別の根拠。</textarea>" in html
    assert "もう一度保存すると" not in html  # it would be refused
    again = {"seen": response.context["form"]["seen"].value(), "grounds": "別の根拠。"}
    refused = pages.post("agency", page, **SELF | again).content.decode()
    assert ("確定した評定です。" in refused, "別の根拠。</textarea>" in refused) == (True, True)


def test_what_stands_in_the_way_is_listed_before_issuing(pages):
    pages.post("agency", pages.of("grade", "self"), **SELF | {"grounds": ""})
    page = pages.of("issue_grade", "self")
    html = pages.get("agency", page)
    assert "標準はBです。Aとする根拠がありません。" in html
    assert "年度計画</a>" in html
    assert "この内容で確定する" not in html
    response = pages.post("agency", page, seen="1")
    assert response.context["form"].errors == {
        "__all__": ["標準はBです。Aとする根拠がありません。"]
    }
    assert Rating.objects.get().stage == "draft"


def test_an_issued_grade_is_opened_again_with_words(pages):
    pages.scene.write(pages.scene.item)
    pages.scene.issue(pages.scene.item)
    page = pages.of("grade", "self")
    assert "<textarea" not in pages.get("agency", page)
    response = pages.post("agency", page, **SELF | {"seen": "2"})
    assert "確定した評定です。" in response.content.decode()
    reopen = pages.of("reopen_grade", "self")
    assert pages.post("agency", reopen, why="", seen="2").status_code == 200
    assert pages.post("agency", reopen, why="数の訂正", seen="2")["Location"] == page
    assert "<textarea" in pages.get("agency", page)


def test_an_own_evaluation_under_the_ministers_is_not_opened(pages):
    pages.scene.write(pages.scene.item, side="minister")
    pages.scene.issue(pages.scene.item, side="minister")
    page = pages.of("reopen_grade", "self")
    told = "先に主務大臣による評価の確定を取り消すよう、主務大臣の側に依頼してください。"
    html = pages.get("agency", page)
    assert (told in html, "<textarea" in html) == (True, False)
    assert "<textarea" in pages.get("assessor", pages.of("reopen_grade", "minister"))
    assert told in pages.post("agency", page, why="誤記", seen="2").content.decode()
    assert Rating.objects.get(side="self").stage == "issued"


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"grade": "E"}, {"grade": ["評定は、S・A・B・C・Dから選んでください。"]}),
        (
            {"seen": "x"},
            {"seen": ["ページを開き直してから、もう一度やり直してください。"]},
        ),
        (
            {"raised": "on"},
            {"__all__": ["困難度により引き上げるときは、その根拠を入力してください。"]},
        ),
    ],
)
def test_what_is_no_evaluation_comes_back(pages, fields, errors):
    response = pages.post("agency", pages.of("grade", "self"), **SELF | fields)
    assert response.context["form"].errors == errors
    assert not Rating.objects.exists()


def test_only_the_own_side_is_written(pages):
    for role, side in (("agency", "minister"), ("assessor", "self")):
        for name in ("grade", "issue_grade", "reopen_grade"):
            assert pages.post(role, pages.of(name, side), **SELF).status_code == 403
    assert not Rating.objects.exists()


@pytest.mark.parametrize("role", ["agency", "assessor", "auditor"])
def test_a_page_leads_only_where_its_reader_may_go(pages, role):
    pages.scene.write(pages.scene.item)
    overall = pages.address("assessment", "overall", 2024, "yearly")
    for page in (pages.of("assessment"), overall, pages.address("grades")):
        links = set(re.findall(r'<a[^>]* href="(/[^"#?]+)', pages.get(role, page)))
        refused = [link for link in links if pages.clients[role].get(link).status_code == 403]
        assert (page, refused) == (page, [])


def test_what_falls_not_due_is_not_there(pages):
    scene = pages.scene
    pages.get("agency", pages.of("assessment", kind="final"), 404)
    pages.get("agency", pages.of("assessment", year=2030), 404)
    grading.save_profile(scene.below, 2022, by=None, graded=False)
    pages.get("agency", pages.of("assessment", item=scene.below), 404)
    pages.get("agency", pages.of("assessment", item=scene.indicator), 404)


# --- The agency as a whole, and files -------------------------------------------------------------
def test_the_overall_grade_has_a_page_and_stands_in_the_table(pages):
    scene = pages.scene
    for item in (scene.item, scene.below, scene.other, None):
        scene.write(item, side="minister", grounds="総じて着実である。")
        scene.issue(item, side="minister")
    overall = pages.address("assessment", "overall", 2024, "yearly")
    assert "総じて着実である。" in pages.get("agency", overall)
    grounds = pages.get("agency", pages.address("grades")).partition("総合評定の根拠")[2]
    assert re.findall("<summary>([^<]+)<", grounds) == ["令和6年度"]
    assert "総じて着実である。" in grounds
    assert "<a " not in grounds.partition("</section>")[0]  # only the minister writes them
    for name in ("assessment_pdf", "assessment_word"):
        pages.get("agency", pages.address(name, "overall", 2024, "yearly"), 404)


@pytest.mark.parametrize(
    ("name", "mime", "begins"),
    [
        ("grades_pdf", "application/pdf", b"%PDF-"),
        ("assessment_pdf", "application/pdf", b"%PDF-"),
        ("grades_word", "wordprocessingml.document", b"PK"),
        ("assessment_word", "wordprocessingml.document", b"PK"),
    ],
)
def test_files_are_handed_over_and_that_is_recorded(pages, name, mime, begins):
    address = pages.of(name) if name.startswith("assessment") else pages.address(name)
    response = pages.clients["agency"].get(address)
    assert mime in response["Content-Type"]
    assert response.content.startswith(begins)
    record = AccessRecord.objects.get(kind="export")
    assert (record.user, "未発行" in record.detail) == (pages.scene.agency, True)


def test_the_table_has_columns_of_marks_where_any_item_is_marked(pages):
    scene = pages.scene
    assert "重要度</th>" not in pages.get("agency", pages.address("grades"))
    grading.save_profile(scene.item, 2022, by=None, important=True, importance_grounds="柱")
    html = pages.get("agency", pages.address("grades"))
    assert ("重要度</th>" in html, '<td class="mark">重要</td>' in html) == (True, True)


def test_a_sheets_file_says_which_evaluation_it_is(pages):
    address = pages.of("assessment_word", year=2025, kind="prospective")
    assert pages.clients["agency"].get(address).status_code == 200
    record = AccessRecord.objects.get(kind="export")
    assert record.detail == "評定調書_1_令和7年度_見込評価_未発行.docx"


def test_the_checks_of_a_year(pages):
    scene = pages.scene
    pointed_out(scene)
    scene.write(scene.item, side="self", grade="A", grounds="")
    html = pages.get("agency", pages.address("grade_checks", 2024))
    assert "標準はBです。Aとする根拠がありません。" in html
    assert "令和5年度の指摘「発信を強めること」の、令和6年度の改善の状況がありません。" in html
    heads = [re.sub(r"\s+", " ", head) for head in re.findall("<h2[^>]*>([^<]+)</h2>", html)]
    assert heads == [
        "評定の単位と指摘事項（1件）",
        "年度評価：自己評価（未確定 3項目と総合評定、確認 1件）",
        "年度評価：主務大臣による評価（未確定 3項目と総合評定）",
    ]
    assert html.count('<span class="chip draft">作成中</span>') == 1
    for item in (scene.item, scene.below, scene.other):
        scene.write(item, side="self", grade="B", grounds="着実である。")
        scene.issue(item)
    html = pages.get("agency", pages.address("grade_checks", 2024))
    assert "年度評価：自己評価（未確定 総合評定" in html
    scene.write(None)
    scene.issue(None)
    html = pages.get("agency", pages.address("grade_checks", 2024))
    assert "年度評価：自己評価（すべて確定" in html


def test_a_draft_of_the_other_side_is_no_part_of_the_checks(pages):
    scene = pages.scene
    scene.write(scene.item, side="self", grade="A", grounds="")
    hidden = pages.get("assessor", pages.address("grade_checks", 2024))
    assert '<span class="chip draft">作成中</span>' not in hidden
    assert "標準はBです。Aとする根拠がありません。" not in hidden
    pages.get("agency", pages.address("grade_checks", 2030), 404)


def test_an_opinion_that_nobody_recorded_is_told_once(pages):
    scene = pages.scene
    kind = StepKind(agency=scene.period.agency, position=1, name="審議会の意見", of_rating=True)
    kind.required = True
    history.save(kind, by=None, reason="試験")
    for item in (scene.item, scene.below, scene.other, None):
        scene.write(item, side="minister")
    words = "「審議会の意見」の記録がありません。先に済ませて記録してください（記録がないままでも確定できます）。"
    assert pages.get("assessor", pages.address("grade_checks", 2024)).count(words) == 1
    assert words in pages.get("assessor", pages.of("issue_grade", "minister"))


def pointed_out(scene):
    """Point something out in the minister's evaluation of 2023, which is issued."""
    row = grading.point_out(scene.period, scene.item, 2023, by=None, issue="発信を強めること")
    scene.write(scene.item, 2023, side="minister")
    scene.issue(scene.item, 2023, side="minister")
    return row


def test_what_is_pointed_out_is_the_agencys_to_see_with_the_grade(pages):
    scene = pages.scene
    told = {"issue": "発信を強めること"}
    row = grading.point_out(scene.period, scene.item, 2023, by=None, **told)
    places = [
        pages.address("remedies"),
        pages.address("remedy", row.pk),
        pages.of("assessment", year=2023),
        pages.address("grade_checks", 2024),
    ]
    for place in places:
        assert told["issue"] in pages.get("assessor", place)
    assert told["issue"] not in pages.get("agency", places[0])
    pages.get("agency", places[1], 404)
    for place in places[2:]:
        assert told["issue"] not in pages.get("agency", place)
    scene.write(scene.item, 2023, side="minister")
    scene.issue(scene.item, 2023, side="minister")
    for place in places:
        assert told["issue"] in pages.get("agency", place)
    grading.report(row, 2024, by=None, words="強めた。")
    key = (scene.period, scene.item, 2023, "yearly", "minister")
    grading.reopen(*key, by=None, why="誤記")
    assert told["issue"] in pages.get("agency", places[1])


# --- Facts of items -------------------------------------------------------------------------------
def test_how_an_item_is_judged_is_set_from_a_year_on(pages):
    page = pages.address("item_profile", pages.scene.item.public_id) + "?year=2024"
    seen = pages.clients["assessor"].get(page).context["form"]["seen"].value()
    told = {"graded": "on", "research": "on", "important": "on", "seen": seen}
    response = pages.post("assessor", page, **told)
    assert response.context["form"].errors == {
        "importance_grounds": ["重要度を高とする理由を入力してください。"]
    }
    told |= {"importance_grounds": "基本計画の柱", "legal_basis": "第23条"}
    assert pages.post("assessor", page, **told)["Location"] == pages.address("grades")
    row = ItemProfile.objects.get(item=pages.scene.item)
    assert (row.first_fiscal_year, row.important, row.difficult) == (2024, True, False)
    sheet = pages.get("agency", pages.of("assessment"))
    assert "高（基本計画の柱）" in sheet
    assert "高（基本計画の柱）" not in pages.get("agency", pages.of("assessment", year=2023))
    again = pages.post("assessor", page, **told | {"legal_basis": "第24条"})
    assert "ほかの人が先にこの項目の評価上の扱いを変更しました" in again.content.decode()


def test_inputs_are_typed_as_people_type_them(pages):
    page = pages.address("item_inputs", pages.scene.item.public_id)
    form = pages.clients["agency"].get(page).context["form"]
    fields = {bound.html_name: bound.value() or "" for bound in form}
    fields |= {f"seen-{name}": "0" for name in fields if name.startswith("input-")}
    typed = {
        "input-budget-2024": "１２億３,４００万円",
        "input-settlement-2024": "０",
        "input-ordinary_profit-2024": "△５百万円",
        "input-staff-2024": "12.5人",
        "input-budget-2023": "3,914,000",
    }
    assert pages.post("agency", page, **fields | typed).status_code == 302
    rows = {(row.kind, row.fiscal_year): row.amount for row in ItemInput.objects.all()}
    assert rows == {
        ("budget", 2023): 3_914_000_000,  # thousands, as every page prints them
        ("budget", 2024): 1_234_000_000,
        ("settlement", 2024): 0,
        ("ordinary_profit", 2024): -5_000_000,
        ("staff", 2024): 12.5,
    }
    shown = pages.clients["agency"].get(page).context["form"]
    assert [shown[name].value() for name in sorted(typed)] == [
        "3,914,000",
        "1,234,000",
        "△5,000",
        "0",
        "12.50",
    ]
    sent = fields | {f"initial-{name}": "" for name in fields if name.startswith("input-")}
    other = {"input-ordinary_cost-2024": "3"}  # with what others entered left as it was shown
    assert pages.post("agency", page, **sent | other).status_code == 302
    assert ItemInput.objects.get(kind="ordinary_cost").amount == 3_000
    theirs = pages.post("agency", page, **sent | {"input-settlement-2024": "7"}).context["form"]
    assert theirs.errors == {
        "input-settlement-2024": [
            (
                "ほかの人が先に変更しました（いまの値：0千円）。"
                "入力したとおりにするには、もう一度保存してください。"
            )
        ]
    }
    assert theirs["seen-input-settlement-2024"].value() == "1"
    ItemInput.objects.filter(kind="ordinary_cost").delete()
    sheet = pages.get("agency", pages.of("assessment"))
    for printed in (">1,234,000<", ">0<", ">△5,000<", ">12.50<"):
        assert printed in sheet
    wrong = pages.post("agency", page, **fields | {"input-budget-2023": "約10"})
    assert wrong.context["form"].errors == {
        "input-budget-2023": ["「約」は付けられません。「1,234.567千円」のように入力してください。"]
    }


def test_what_is_kept_of_a_closed_year_is_shown_and_not_asked_for(pages):
    item, closed = pages.scene.item, "令和4年度は締め切られています（理由：提出済み）。"
    plans = pages.address("item_plans", item.public_id, 2022)
    seen = pages.clients["agency"].get(plans).context["form"]["seen"].value()
    valuing.close(pages.scene.period, 2022, by=None, reason="提出済み")
    page = pages.address("item_inputs", item.public_id)
    html = pages.get("agency", page)
    assert html.count(closed) == 1
    assert ('name="input-budget-2022"' in html, 'name="input-budget-2023"' in html) == (False, True)
    # The form was open before the year was closed.
    late = pages.post("agency", page, **{"input-budget-2022": "5", "seen-input-budget-2022": "0"})
    assert late.content.decode().count(closed) == 2  # in the summary of errors too
    assert late.context["form"]["input-budget-2022"].value() == "5"  # not lost
    assert not ItemInput.objects.filter(kind="budget", fiscal_year=2022).exists()
    html = pages.get("agency", plans)
    assert (html.count(closed), "<textarea" in html) == (1, False)
    late = pages.post("agency", plans, medium="計画", annual="", seen=seen)
    assert closed in late.content.decode()


def test_what_others_entered_before_a_year_was_shut_refuses_nobody(pages):
    """An older page sends the field of the shut year as it was shown there."""
    item = pages.scene.item
    page = pages.address("item_inputs", item.public_id)
    sent = {f"{before}input-budget-2022": "" for before in ("", "initial-")}
    sent["seen-input-budget-2022"] = "0"
    grading.record_inputs(item, [grading.InputCell("budget", 2022, 5_000)], by=None)
    valuing.close(pages.scene.period, 2022, by=None, reason="提出済み")
    form = pages.clients["agency"].get(page).context["form"]
    sent |= {name: "0" if name.startswith("seen-") else "" for name in form.fields}
    assert pages.post("agency", page, **sent | {"input-staff-2023": "3"}).status_code == 302
    assert ItemInput.objects.get(kind="staff").amount == 3


def test_a_plan_that_holds_in_a_year_with_an_issued_grade_is_shown_and_not_asked_for(pages):
    """中長期計画 of 2023 is that of 2024 too; 年度計画 of 2023 is not, and is still written."""
    scene = pages.scene
    grading.save_plans(scene.item, 2023, by=None, medium="中長期の計画。", annual="")
    scene.write(scene.item)
    scene.issue(scene.item)
    page = pages.address("item_plans", scene.item.public_id, 2023)
    html = pages.get("agency", page)
    words = "中長期計画は、令和6年度の計画でもあります。令和6年度の自己評価の評定が確定しています。"
    assert html.count(words) == 1
    assert ('name="medium"' in html, 'name="annual"' in html) == (False, True)
    assert '<p class="text">中長期の計画。</p>' in html
    seen = pages.clients["agency"].get(page).context["form"]["seen"].value()
    assert pages.post("agency", page, annual="年度の計画。", seen=seen)["Location"] == page
    assert {row.text for row in ItemPlan.objects.all()} == {"中長期の計画。", "年度の計画。"}
    seen = pages.clients["agency"].get(page).context["form"]["seen"].value()
    late = {"medium": "別の計画。", "annual": "年度の計画。", "seen": seen}
    refused = pages.post("agency", page, **late).content.decode()
    assert (words in refused, "別の計画。" in refused) == (True, True)


def test_plans_are_written_by_year(pages):
    page = pages.address("item_plans", pages.scene.item.public_id, 2024)
    seen = pages.clients["agency"].get(page).context["form"]["seen"].value()
    told = {"medium": "中長期の計画。", "annual": "年度の計画。", "seen": seen}
    assert pages.post("agency", page, **told)["Location"] == page
    assert ItemPlan.objects.count() == 2
    assert "年度の計画。" in pages.get("assessor", pages.of("assessment"))
    again = pages.post("agency", page, **told | {"annual": "別の計画。"})
    assert "ほかの人が先にこの項目の計画を変更しました" in again.content.decode()
    pages.get("agency", pages.address("item_plans", pages.scene.item.public_id, 2030), 404)


# --- Remedies and steps ---------------------------------------------------------------------------
def test_a_remedy_from_its_beginning_to_its_end(pages):
    item = pages.scene.item.public_id
    new = pages.address("new_remedy")
    told = {"item": item, "fiscal_year": "2023", "issue": "発信を強めること"}
    wrong = pages.post("assessor", new, **told | {"issue": "", "item": "x"})
    assert sorted(wrong.context["form"].errors) == ["issue", "item"]
    page = pages.post("assessor", new, **told)["Location"]
    row = Remedy.objects.get()
    assert (row.item, row.fiscal_year, row.issue) == (pages.scene.item, 2023, "発信を強めること")
    pages.scene.write(pages.scene.item, 2023, side="minister")
    pages.scene.issue(pages.scene.item, 2023, side="minister")
    steps = [
        {"act": "remedy", "remedy-remedy": "広報官を置く"},
        {"act": "report", "report-fiscal_year": "2024", "report-words": "置いた。"},
        {"act": "finish", "finish-fiscal_year": "2025", "finish-words": "発信が倍になった。"},
    ]
    for number, fields in enumerate(steps, start=1):
        act = {f"{fields['act']}-seen": str(number)}
        assert pages.post("agency", page, **fields | act)["Location"] == page
    html = pages.get("auditor", pages.address("remedies"))
    for words in ("完了（1件）", "令和6年度：置いた。", "令和7年度に完了：発信が倍になった。"):
        assert words in html
    again = {"act": "again", "again-why": "数の誤り", "again-seen": "4"}
    assert pages.post("agency", page, **again).status_code == 403
    assert pages.post("assessor", page, **again)["Location"] == page


def test_what_is_sent_twice_is_kept_once(pages):
    """By a double click the second answer is the first one; of two tabs the second one is told."""
    kind = StepKind(agency=pages.scene.period.agency, position=1, name="意見", of_rating=True)
    history.save(kind, by=None, reason="試験")
    row = pointed_out(pages.scene)
    sent = [
        ("assessor", pages.address("new_remedy"), {"fiscal_year": "2023", "issue": "人を増やす"}),
        (
            "assessor",
            pages.address("record_rating_step", 2024, "yearly"),
            {"kind": kind.pk, "date": "R7.7.15"},
        ),
        (
            "agency",
            pages.address("remedy", row.pk),
            {
                "act": "report",
                "report-fiscal_year": "2024",
                "report-words": "x",
                "report-seen": "1",
            },
        ),
    ]
    for role, page, fields in sent:
        assert 'name="form_token"' in pages.get(role, page)
        statuses = [
            pages.post(role, page, **fields, form_token=token).status_code for token in "aab"
        ]
        assert (page, statuses) == (page, [302, 302, 200])
    assert (Remedy.objects.count(), RatingStep.objects.count()) == (2, 1)
    assert row.progress.count() == 1


def test_acts_on_a_remedy_are_of_one_side(pages):
    row = pointed_out(pages.scene)
    page = pages.address("remedy", row.pk)
    acts = {
        role: [
            act
            for act in ("issue", "remedy", "report", "finish")
            if f'name="act" value="{act}"' in pages.get(role, page)
        ]
        for role in pages.clients
    }
    assert acts == {
        "agency": ["remedy", "report", "finish"],
        "assessor": ["issue"],
        "auditor": [],
    }
    issue = {"act": "issue", "issue-issue": "x", "issue-seen": "1"}
    assert pages.post("agency", page, **issue).status_code == 403
    assert pages.post("agency", page, act="none").status_code == 403
    wrong = {"act": "report", "report-fiscal_year": "2022", "report-words": "x", "report-seen": "1"}
    assert list(pages.post("agency", page, **wrong).context["form"].errors) == ["fiscal_year"]
    pages.get("agency", pages.address("remedy", row.pk + 1), 404)


def test_the_procedure_of_an_evaluation_is_recorded(pages):
    kind = StepKind(
        agency=pages.scene.period.agency, position=1, name="審議会の意見", of_rating=True
    )
    history.save(kind, by=None, reason="試験")
    page = pages.address("rating_steps", 2024, "yearly")
    told = {"kind": kind.pk, "date": "R7.7.15", "opinion": "妥当である。"}
    new = pages.address("record_rating_step", 2024, "yearly")
    assert pages.post("assessor", new, **told)["Location"] == page
    assert "妥当である。" in pages.get("agency", page)
    assert "審議会の意見：令和7年7月15日" in pages.get("agency", pages.of("assessment"))
    future = pages.post("assessor", new, **told | {"date": "2099-01-01"})
    assert list(future.context["form"].errors) == ["date"]
    step = RatingStep.objects.get()
    remove = pages.address("remove_rating_step", 2024, "yearly", step.pk)
    seen = grading.fingerprint_of_step(step)
    assert pages.post("assessor", remove, why="日付の誤り", seen=seen)["Location"] == page
    assert not RatingStep.objects.exists()
    pages.get("assessor", remove, 404)
    pages.get("assessor", pages.address("rating_steps", 2024, "final"), 404)
