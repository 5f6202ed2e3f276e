"""Writing ratings: in due years, one side each, issued when nothing is wrong, opened again with words."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from evaluation import grading, valuing
from evaluation.models import Rating

pytestmark = pytest.mark.django_db


def refused(words, act, *arguments, **options):
    with pytest.raises(ValidationError) as caught:
        act(*arguments, **options)
    assert words in " ".join(caught.value.messages)


def test_a_rating_is_written_with_its_history(scene):
    row = scene.write(scene.item, results="論文を発表した。\r\n")
    assert (row.grade, row.results, row.revision, row.stage) == (
        "B",
        "論文を発表した。",
        1,
        "draft",
    )
    assert row.history.get().history_change_reason == "自己評価の記入"
    assert scene.write(scene.item, results="論文を発表した。").revision == 1
    assert scene.write(scene.item, grade="A").revision == 2
    assert Rating.objects.count() == 1


def test_who_was_slower_is_told(scene):
    seen = scene.write(scene.item).revision
    scene.write(scene.item, grade="A")
    with pytest.raises(grading.Stale, match="ほかの人が先にこの評定を変更しました"):
        scene.write(scene.item, grade="C", seen=seen)
    assert Rating.objects.get().grade == "A"


@pytest.mark.parametrize(
    ("year", "kind", "words"),
    [
        (2021, "yearly", "年度は2022から2026までにしてください（2021とあります）。"),
        (2024, "prospective", "令和6年度に、見込評価はありません。"),
        (2025, "final", "令和7年度に、期間実績評価はありません。"),
    ],
)
def test_only_what_falls_due_is_rated(scene, year, kind, words):
    refused(words, scene.write, scene.item, year, kind=kind)


def test_an_item_graded_above_gets_no_grade(scene):
    grading.save_profile(scene.below, 2024, by=None, graded=False)
    refused("この項目は、令和6年度に評定しません。", scene.write, scene.below)
    refused("評価の対象は、項目です。", scene.write, scene.indicator)


def test_text_that_cannot_be_printed_is_refused_by_name(scene):
    with pytest.raises(ValidationError) as caught:
        scene.write(scene.item, grounds="根拠\u202e")
    assert list(caught.value.message_dict) == ["grounds"]


# --- Issuing --------------------------------------------------------------------------------------
def test_a_rating_is_issued_when_nothing_is_wrong(scene):
    scene.write(scene.item, grounds="", grade="A")
    refused("標準はBです。Aとする根拠がありません。", scene.issue, scene.item)
    scene.write(scene.item, grade="A")
    row = scene.issue(scene.item)
    assert (row.stage, row.issued_on) == ("issued", timezone.localdate())
    assert row.history.first().history_change_reason == "自己評価の確定"
    refused("この評定は、すでに確定しています。", scene.issue, scene.item)


def test_nothing_is_issued_in_the_future(scene):
    scene.write(scene.item)
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    refused(
        "これから先の日付では確定できません。",
        grading.issue,
        scene.period,
        scene.item,
        2024,
        "yearly",
        "self",
        by=None,
        issued_on=tomorrow,
    )


def test_nothing_is_issued_before_its_year_is_over(scene):
    scene.write(scene.item)
    key = (scene.period, scene.item, 2024, "yearly", "self")
    with pytest.raises(ValidationError) as caught:
        grading.issue(*key, by=None, issued_on=dt.date(2025, 3, 31))
    assert caught.value.message_dict == {
        "issued_on": ["令和6年度の評定は、年度が終わった令和7年4月1日から確定できます。"]
    }
    assert grading.issue(*key, by=None, issued_on=dt.date(2025, 4, 1)).stage == "issued"


def test_nothing_is_issued_before_that_on_which_it_stands(scene):
    items, key = (scene.item, scene.below, scene.other), (2024, "yearly")
    june, july = dt.date(2025, 6, 30), dt.date(2025, 7, 31)

    def issue(item, side, day):
        scene.write(item, side=side)
        grading.issue(scene.period, item, *key, side, by=None, issued_on=day)

    for item in items:
        issue(item, "self", june)
    own = "自己評価の確定日（令和7年6月30日）以後の日付にしてください。"
    refused(own, issue, scene.item, "minister", dt.date(2025, 6, 29))
    for item in items:
        issue(item, "minister", july)
    below = "項目の評定の確定日（令和7年7月31日）以後の日付にしてください。"
    refused(below, issue, None, "minister", june)
    issue(None, "minister", july)


def test_what_is_not_written_is_not_issued(scene):
    refused("評定がありません。", scene.issue, scene.item)


def test_the_overall_grade_is_capped(scene):
    grading.save_profile(scene.item, 2022, by=None, important=True, importance_grounds="柱")
    for item in (scene.item, scene.below, scene.other):
        scene.write(item, side="minister", grade="C", agency_wide=item == scene.item)
        scene.issue(item, side="minister")
    scene.write(None, side="minister", grade="A")
    words = "法人全体のマネジメントに起因するため、総合評定はB以下にします。"
    refused(words, scene.issue, None, side="minister")
    scene.write(None, side="minister", grade="B")
    assert scene.issue(None, side="minister").stage == "issued"


def test_an_issued_grade_pins_the_values_it_stands_on(scene):
    scene.target(scene.measure, 10)
    for measure in (scene.measure, scene.counted):
        scene.value(measure, 5)
    scene.write(scene.item)
    row = scene.issue(scene.item)
    report = row.value_reports.get()
    assert (report.title, report.fiscal_year) == (
        "年度評価・自己評価の確定：1. 研究開発の推進",
        2024,
    )
    for measure in (scene.measure, scene.counted):
        scene.value(measure, 6)
    changed = [(one.name, one.before, one.now) for one in valuing.changed_since(report)]
    assert changed == [("論文数", "5件（速報）", "6件（速報）")]
    grading.reopen(scene.period, scene.item, 2024, "yearly", "self", by=None, why="値の訂正")
    scene.issue(scene.item)
    assert [len(valuing.changed_since(one)) for one in row.value_reports.all()] == [0, 1]


def issued_whole(scene):
    """Issue the minister's grades of every item, then the overall one."""
    for item in (scene.item, scene.below, scene.other, None):
        scene.write(item, side="minister")
        scene.issue(item, side="minister")


def test_the_overall_grade_is_issued_after_those_of_the_items(scene):
    for item in (scene.item, scene.below, scene.other, None):
        scene.write(item, side="minister")
    scene.issue(scene.item, side="minister")
    words = "項目別の評定が確定していません。先に確定してください：1.1. 戦略の立案、2. 業務の効率化"
    refused(words, scene.issue, None, side="minister")


def test_a_grade_under_an_issued_overall_one_stays_until_that_is_opened(scene):
    issued_whole(scene)
    key = (scene.period, scene.item, 2024, "yearly", "minister")
    words = "先に総合評定の確定を取り消してください。"
    refused(words, grading.reopen, *key, by=None, why="誤記")
    whole = (scene.period, None, 2024, "yearly", "minister")
    grading.reopen(*whole, by=None, why="誤記")
    grading.reopen(*key, by=None, why="誤記")
    scene.write(None)
    assert scene.issue(None).stage == "issued"  # the other side's stands on its own


def test_the_database_keeps_the_grades_under_an_issued_overall_one(scene):
    issued_whole(scene)
    words = "総合評定が確定している間は"
    with pytest.raises(IntegrityError, match=words), transaction.atomic():
        Rating.objects.filter(item=scene.item).update(stage="draft", issued_on=None)


def test_the_minister_evaluates_an_item_after_the_agency_itself(scene):
    scene.write(scene.item, side="minister")
    key = (scene.period, scene.item, 2024, "yearly")
    words = "法人の自己評価がまだ確定していません。自己評価の確定を待ってから確定してください"
    refused(words, grading.issue, *key, "minister", by=None)
    scene.write(scene.item)
    refused(words, grading.issue, *key, "minister", by=None)
    scene.issue(scene.item)
    assert grading.issue(*key, "minister", by=None).stage == "issued"


def test_what_the_agency_does_not_grade_itself_needs_no_evaluation_of_its_own(scene):
    key = (scene.period, scene.item, 2024, "yearly", "minister")
    scene.write(scene.item, side="minister", grade="-")
    assert grading.issue(*key, by=None).stage == "issued"


def test_the_agency_keeps_what_the_minister_evaluated_until_that_is_opened(scene):
    issued_whole(scene)
    own = (scene.period, scene.item, 2024, "yearly", "self")
    words = "先に主務大臣による評価の確定を取り消すよう、主務大臣の側に依頼してください。"
    refused(words, grading.reopen, *own, by=None, why="誤記")
    for item in (None, scene.item):
        grading.reopen(scene.period, item, 2024, "yearly", "minister", by=None, why="誤記")
    assert grading.reopen(*own, by=None, why="誤記").stage == "draft"


def test_the_agency_opens_its_own_overall_grade_under_the_ministers(scene):
    """総合評定 has no order of the sides: none stands on the other."""
    issued_whole(scene)
    scene.write(None)
    scene.issue(None)
    own = (scene.period, None, 2024, "yearly", "self")
    assert grading.reopen(*own, by=None, why="誤記").stage == "draft"


def test_the_database_keeps_the_agencys_evaluation_before_the_ministers(scene):
    scene.write(scene.item, side="minister")
    words = "法人の自己評価が確定した後に確定します。"
    issued = {"stage": "issued", "issued_on": dt.date(2025, 8, 1)}
    minister = Rating.objects.filter(side="minister")
    with pytest.raises(IntegrityError, match=words), transaction.atomic():
        minister.update(**issued)
    scene.issue(scene.item, side="minister")
    words = "自己評価の確定を取り消すことはできません。"
    with pytest.raises(IntegrityError, match=words), transaction.atomic():
        Rating.objects.filter(side="self").update(stage="draft", issued_on=None)


def test_an_issued_rating_changes_only_after_it_is_opened_with_words(scene):
    scene.write(scene.item)
    row = scene.issue(scene.item)
    refused("確定した評定です。", scene.write, scene.item, grade="A")
    key = (scene.period, scene.item, 2024, "yearly", "self")
    refused("確定を取り消す理由を入力してください。", grading.reopen, *key, by=None, why=" ")
    grading.reopen(*key, by=None, why="数の訂正")
    refused("この評定は、確定していません。", grading.reopen, *key, by=None, why="x")
    assert scene.write(scene.item, grade="A").grade == "A"
    assert row.history.all()[1].history_change_reason == "自己評価の確定の取消し：数の訂正"


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE evaluation_rating SET grade = 'S'", "確定した評定は、変更も削除もできません。"),
        ("UPDATE evaluation_rating SET grounds = 'x'", "確定した評定は、変更も削除もできません。"),
        ("DELETE FROM evaluation_rating", "確定した評定は、変更も削除もできません。"),
        (
            "UPDATE evaluation_rating SET fiscal_year = 2023",
            "評定の項目・年度・評価の種類・評価者は変えられません。",
        ),
        (
            "UPDATE evaluation_rating SET side = 'minister'",
            "評定の項目・年度・評価の種類・評価者は変えられません。",
        ),
    ],
)
def test_the_database_keeps_what_is_issued(scene, statement, words):
    scene.write(scene.item)
    scene.issue(scene.item)
    with (
        pytest.raises(IntegrityError, match=words),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
