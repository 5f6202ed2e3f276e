"""指摘事項 are carried over the years until they are done (JST省令第7条); steps go in the law's order."""

import copy
import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from evaluation import grading
from evaluation.models import RatingStep, Remedy, RemedyProgress, StepKind, StepOrder
from jst_objectives import history

pytestmark = pytest.mark.django_db


@pytest.fixture
def remedy(scene):
    return grading.point_out(
        scene.period, scene.item, 2023, by=None, issue="発信を強めること", remedy="体制の強化"
    )


def carried(scene):
    book, node = scene.book(), scene.node(scene.item)
    return [year for year in book.figures.years if book.remedies_of(node, year)]


def test_a_remedy_is_carried_until_it_is_done(scene, remedy):
    assert carried(scene) == [2023, 2024, 2025, 2026]
    grading.report(remedy, 2024, by=None, words="広報官を置いた。")
    grading.finish(remedy, 2025, by=None, words="発信が倍になった。")
    assert carried(scene) == [2023, 2024, 2025]
    grading.take_up_again(remedy, by=None, why="数の誤り")
    assert carried(scene) == [2023, 2024, 2025, 2026]
    assert [row.history_change_reason for row in remedy.history.all()] == [
        "改善の完了の取消し：数の誤り",
        "改善の完了（令和7年度）",
        "改善の状況の記入",
        "指摘事項の登録",
    ]


def test_what_gets_no_grade_is_pointed_out_above(scene):
    grading.save_profile(scene.below, 2023, by=None, graded=False)
    with pytest.raises(ValidationError, match="この項目は、令和5年度に評定しません。"):
        grading.point_out(scene.period, scene.below, 2023, by=None, issue="x")


def test_years_without_a_word_are_told(scene, remedy):
    def silent():
        book = scene.book()
        return [year for year in book.figures.years if book.unreported(year)]

    assert silent() == [2024, 2025, 2026]
    grading.report(remedy, 2024, by=None, words="実施した。")
    grading.report(remedy, 2024, by=None, words="実施し、効果を確かめた。")
    grading.finish(remedy, 2026, by=None, words="完了した。")
    assert silent() == [2025]
    assert RemedyProgress.objects.get().words == "実施し、効果を確かめた。"


def test_progress_is_not_told_of_a_year_before(scene, remedy):
    with pytest.raises(ValidationError, match="令和5年度の指摘です。"):
        grading.report(remedy, 2022, by=None, words="x")
    with pytest.raises(ValidationError, match="令和5年度の指摘です。"):
        grading.finish(remedy, 2022, by=None, words="x")


def test_nothing_is_done_before_what_was_still_told_of_it(scene, remedy):
    grading.report(remedy, 2025, by=None, words="広報官を置いた。")
    with pytest.raises(ValidationError) as caught:
        grading.finish(remedy, 2024, by=None, words="完了した。")
    assert caught.value.message_dict == {
        "fiscal_year": [
            "令和7年度の改善の状況が書かれています。完了した年度は、それ以後にしてください。"
        ]
    }
    assert grading.finish(remedy, 2025, by=None, words="完了した。").done_fiscal_year == 2025


def test_the_same_is_pointed_out_once(scene, remedy):
    told = {"by": None, "issue": "発信を強めること"}
    with pytest.raises(ValidationError) as caught:
        grading.point_out(scene.period, scene.item, 2023, **told)
    assert caught.value.message_dict == {
        "issue": ["同じ対象と年度の同じ指摘事項が、すでに登録されています。"]
    }
    for item, year in ((scene.item, 2024), (scene.below, 2023), (None, 2023)):
        grading.point_out(scene.period, item, year, **told)
    with pytest.raises(ValidationError, match="すでに登録されています。"):
        grading.point_out(scene.period, None, 2023, **told)
    assert Remedy.objects.count() == 4


def test_what_is_done_is_not_changed(scene, remedy):
    grading.finish(remedy, 2024, by=None, words="完了した。")
    for act in (
        lambda: grading.rewrite(remedy, by=None, issue="x"),
        lambda: grading.report(remedy, 2024, by=None, words="x"),
        lambda: grading.finish(remedy, 2024, by=None, words="x"),
    ):
        with pytest.raises(ValidationError, match="完了した指摘事項です。"):
            act()


def test_done_says_how_and_undone_says_why(scene, remedy):
    with pytest.raises(ValidationError, match="完了の説明を入力してください。"):
        grading.finish(remedy, 2024, by=None, words="")
    with pytest.raises(ValidationError, match="この指摘事項は、完了していません。"):
        grading.take_up_again(remedy, by=None, why="x")
    grading.finish(remedy, 2024, by=None, words="完了した。")
    with pytest.raises(ValidationError, match="完了を取り消す理由を入力してください。"):
        grading.take_up_again(remedy, by=None, why="")


def test_who_was_slower_is_told(scene, remedy):
    grading.rewrite(remedy, by=None, remedy="広報官を置く", seen=remedy.revision)
    with pytest.raises(grading.Stale):
        grading.rewrite(remedy, by=None, remedy="会議を開く", seen=remedy.revision)
    assert Remedy.objects.get().remedy == "広報官を置く"


# --- Steps ----------------------------------------------------------------------------------------
@pytest.fixture
def kinds(scene):
    made = [
        StepKind(agency=scene.period.agency, position=n, name=name, of_rating=n < 3, required=True)
        for n, name in enumerate(("審議会の意見", "通知", "変更の決定"), start=1)
    ]
    for kind in made:
        history.save(kind, by=None, reason="試験")
    order = StepOrder(earlier=made[0], later=made[1], legal_basis="第35条の6第6項")
    history.save(order, by=None, reason="試験")
    return made


def record(scene, kind, day, **said):
    return grading.record_step(
        scene.period, 2024, "yearly", kind, by=None, date=dt.date(2025, *day), **said
    )


def test_steps_are_recorded_in_the_order_of_the_law(scene, kinds):
    with pytest.raises(ValidationError, match="先に「審議会の意見」を記録するか"):
        record(scene, kinds[1], (8, 1))
    heard = record(scene, kinds[0], (7, 15), opinion="妥当である。")
    record(scene, kinds[1], (8, 1))
    recorded = grading.steps_of(scene.period, 2024, "yearly")
    assert [(str(one.kind), len(one.steps), one.is_missing) for one in recorded] == [
        ("審議会の意見", 1, False),
        ("通知", 1, False),
    ]
    assert [one.is_missing for one in grading.steps_of(scene.period, 2023, "yearly")] == [
        True,
        True,
    ]
    with pytest.raises(ValidationError, match="先に「審議会の意見」を記録するか"):
        grading.remove_step(heard, by=None, why="誤り")


def test_the_minister_is_told_of_an_opinion_that_nobody_has_recorded(scene, kinds):
    def told(item, side):
        scene.write(item, side=side)
        found = scene.book().findings_of(scene.node(item), 2024, "yearly", side)
        return [finding.message for finding in found if finding.rule == "unheard"]

    words = "「審議会の意見」「通知」の記録がありません。先に済ませて記録してください（記録がないままでも確定できます）。"
    assert told(scene.item, "minister") == [words]
    assert told(scene.item, "self") == told(scene.other, "minister") == []
    history.save(set_after(kinds[1]), by=None, reason="試験")
    record(scene, kinds[0], (7, 15))
    assert told(scene.item, "minister") == []


@pytest.mark.parametrize(
    ("year", "kind", "first"),
    [(2024, "yearly", dt.date(2025, 4, 1)), (2025, "prospective", dt.date(2026, 4, 1))],
)
def test_nobody_is_heard_of_a_year_that_is_not_over(scene, kinds, year, kind, first):
    def heard(day):
        return grading.record_step(scene.period, year, kind, kinds[0], by=None, date=day)

    with pytest.raises(ValidationError) as caught:
        heard(first - dt.timedelta(days=1))
    (words,) = caught.value.message_dict["date"]
    assert words == (
        f"令和{year - 2018}年度の評価の手続は、年度が終わった令和{year - 2017}年4月1日から記録できます。"
        "年度か日付を確かめてください。"
    )
    assert heard(first).date == first


def test_the_same_step_is_recorded_once(scene, kinds):
    record(scene, kinds[0], (7, 15), number="第1回")
    with pytest.raises(
        ValidationError, match="「審議会の意見」の同じ内容の記録が、すでにあります。"
    ):
        record(scene, kinds[0], (7, 15), number="第1回")
    record(scene, kinds[0], (7, 15), number="第2回")
    assert RatingStep.objects.count() == 2


def test_what_was_issued_without_an_opinion_says_so(scene, kinds):
    scene.write(scene.item, side="minister")
    scene.issue(scene.item, side="minister")
    found = scene.book().findings_of(scene.node(scene.item), 2024, "yearly", "minister")
    words = [finding.message for finding in found if finding.rule == "unheard"]
    assert words == ["「審議会の意見」「通知」の記録がないまま確定しています。"]


def set_after(kind):
    kind.after_decision = True
    return kind


def test_grades_are_made_known_when_all_are_issued(scene, kinds):
    history.save(set_after(kinds[1]), by=None, reason="試験")
    record(scene, kinds[0], (7, 15))
    for item in (scene.item, scene.below, scene.other):
        scene.write(item, side="minister")
        scene.issue(item, side="minister")
    scene.write(None, side="minister")
    words = (
        "「通知」は、主務大臣による評価をすべて確定してから記録します。確定していない評定：総合評定"
    )
    with pytest.raises(ValidationError) as error:
        record(scene, kinds[1], (8, 1))
    assert error.value.messages == [words]
    scene.issue(None, side="minister")
    record(scene, kinds[1], (8, 1))


def test_a_wrong_record_is_removed_with_words(scene, kinds):
    step = record(scene, kinds[0], (7, 15))
    seen = grading.fingerprint_of_step(step)
    grading.remove_step(copy.copy(step), by=None, why="日付の誤り", seen=seen)
    with pytest.raises(grading.Stale, match="ほかの人が先にこの手続の記録を変更しました。"):
        grading.remove_step(step, by=None, why="日付の誤り", seen=seen)
    assert not RatingStep.objects.exists()
    reasons = RatingStep.history.values_list("history_change_reason", flat=True)
    assert reasons.first() == "評価の手続の記録の取消し：日付の誤り"


def test_only_what_has_happened_is_recorded(scene, kinds):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    with pytest.raises(ValidationError, match="これから先の日付は記録できません。"):
        grading.record_step(scene.period, 2024, "yearly", kinds[0], by=None, date=tomorrow)
    with pytest.raises(ValidationError, match="令和6年度に、期間実績評価はありません。"):
        grading.record_step(
            scene.period, 2024, "final", kinds[0], by=None, date=dt.date(2025, 7, 1)
        )


def test_a_step_of_amendments_is_none_of_an_evaluation(scene, kinds):
    words = "評価の手続の種類は、同じ法人の、評価の手続のものにしてください。"
    with pytest.raises(IntegrityError, match=words), transaction.atomic():
        record(scene, kinds[2], (7, 15))
