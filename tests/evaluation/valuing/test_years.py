"""The course of a year: handed in, sent back, confirmed; closed, and a person let in again."""

import copy
import datetime as dt
from decimal import Decimal

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from evaluation import amending, valuing
from evaluation.models import IndicatorValue, ItemYear, YearClosing
from tests.factories import (
    decide,
    make_baseline,
    make_draft,
    make_indicators,
    make_measure,
    make_period,
    make_user,
    make_value,
)

pytestmark = pytest.mark.django_db
WHY = {"why_code": "late", "why": "集計が終わった"}


@pytest.fixture
def place():
    period = make_period()
    item, indicators = make_indicators(period, "論文数", "特許数")
    return period, item, [make_measure(i, f"測{n}") for n, i in enumerate(indicators)]


@pytest.fixture
def two_items():
    """A period, two items, and a measure of an indicator under the first of them."""
    period = make_period()
    _, (_, one, other, *_) = make_baseline(period)
    draft = make_draft(period)
    indicator = amending.insert(draft, "monitoring_indicator", parent=one, text="論文数", by=None)
    decide(draft)
    return period, (one, other), make_measure(indicator)


def test_what_is_handed_in_waits_untouched_and_comes_back_with_words(place):
    _, item, (measure, _) = place
    make_value(measure)
    row = valuing.submit(item, 2024, by=make_user(), seen=0)
    assert (row.state, row.revision) == ("submitted", 1)
    with pytest.raises(ValidationError) as error:
        make_value(measure, number=11)
    assert error.value.messages == [
        "測0（令和6年度）：確認待ちのため、変更できません。直すには、評価者に差戻しを求めてください。"
    ]
    make_value(measure, 2023)  # another year is open
    with pytest.raises(ValidationError, match="差し戻す理由を入力してください。"):
        valuing.send_back(item, 2024, by=None, words=" ")
    row = valuing.send_back(item, 2024, by=None, words="根拠がありません。", seen=1)
    assert (row.state, row.words) == ("returned", "根拠がありません。")
    make_value(measure, number=11)
    assert valuing.submit(item, 2024, by=None).words == ""


def test_confirming_makes_final_all_but_what_is_not_counted_yet(place):
    _, item, (one, other) = place
    agency, ministry = make_user(), make_user()
    make_value(one)
    make_value(one, 2023)
    valuing.record(other, 2024, by=None, state="not_yet")
    valuing.submit(item, 2024, by=agency)
    with pytest.raises(PermissionDenied, match="提出した人は"):
        valuing.confirm_year(item, 2024, by=agency)
    row = valuing.confirm_year(item, 2024, by=ministry)
    assert row.state == "confirmed"
    values = IndicatorValue.objects.order_by("measure", "fiscal_year")
    assert [(v.fiscal_year, v.stage, v.revision) for v in values] == [
        (2023, "preliminary", 1),
        (2024, "final", 2),
        (2024, "preliminary", 1),
    ]
    newest = IndicatorValue.history.order_by("-history_id")[0]
    assert (newest.stage, newest.history_change_reason) == ("final", "項目の年度の確定")
    with pytest.raises(ValidationError, match="確定または締切の後に直すときは"):
        make_value(other, number=3)
    assert make_value(other, number=3, **WHY).number == 3


def test_nobody_makes_final_what_they_entered(place):
    _period, item, (one, other) = place
    both, agency = make_user(), make_user()
    words = "「確定」は、評価者が項目の年度を確定すると付きます。「速報」で入力してください。"
    with pytest.raises(ValidationError, match=words):
        valuing.record(one, 2024, by=both, number=Decimal(7), stage="final")
    valuing.record(one, 2024, by=both, number=Decimal(7))
    make_value(other)
    valuing.submit(item, 2024, by=agency)
    refused = "入力した人は、その値を確定できません。ほかの評価者に確定を求めてください。"
    with pytest.raises(PermissionDenied, match=refused):
        valuing.confirm_year(item, 2024, by=both)
    assert set(IndicatorValue.objects.values_list("stage", flat=True)) == {"preliminary"}
    with pytest.raises(ValidationError, match=words):
        valuing.record(one, 2023, by=both, number=Decimal(7), stage="final")


def test_nobody_makes_final_the_text_they_wrote():
    item, (indicator,) = make_indicators(make_period(), kind="evaluation_indicator")
    both = make_user()
    words = "「確定」は、評価者が項目の年度を確定すると付きます。「速報」で入力してください。"
    with pytest.raises(ValidationError, match=words):
        valuing.record_result(indicator, 2024, "実施した。", by=both, stage="final")
    valuing.record_result(indicator, 2024, "実施した。", by=both)
    valuing.submit(item, 2024, by=None)
    with pytest.raises(PermissionDenied, match="入力した人は、その値を確定できません。"):
        valuing.confirm_year(item, 2024, by=both)


def test_what_was_counted_late_is_confirmed_too(place):
    _, item, (one, _) = place
    agency, assessor = make_user(), make_user()
    valuing.record(one, 2024, by=agency, state="not_yet")
    valuing.submit(item, 2024, by=agency)
    valuing.confirm_year(item, 2024, by=assessor)
    with pytest.raises(ValidationError, match="まだ確定していないものが、ありません。"):
        valuing.confirm_year(item, 2024, by=assessor)
    valuing.record(one, 2024, by=agency, number=Decimal(3), **WHY)
    with pytest.raises(PermissionDenied, match="提出した人は"):
        valuing.confirm_year(item, 2024, by=agency)
    assert valuing.confirm_year(item, 2024, by=assessor).state == "confirmed"
    assert (one.values.get().number, one.values.get().stage) == (Decimal(3), "final")


def test_what_was_confirmed_is_opened_again_with_words_in_a_closed_year_too(place):
    period, item, (one, _) = place
    make_value(one)
    valuing.submit(item, 2024, by=None)
    with pytest.raises(ValidationError, match="確定の取消しができるのは、確定のときだけです。"):
        valuing.open_again(item, 2024, by=None, words="x")
    valuing.confirm_year(item, 2024, by=None)
    valuing.close(period, 2024, by=None, reason="提出")
    row = valuing.open_again(item, 2024, by=None, words="抜けています。", seen=2)
    assert (row.state, row.words) == ("returned", "抜けています。")
    assert one.values.get().stage == "final"
    valuing.submit(item, 2024, by=None)
    valuing.send_back(item, 2024, by=None, words="まだです。")
    valuing.submit(item, 2024, by=None)
    assert valuing.confirm_year(item, 2024, by=None).state == "confirmed"


def test_a_year_belongs_to_the_item_in_which_its_indicators_stood(two_items):
    period, (old, new), measure = two_items
    for year in (2023, 2025, 2026):
        make_value(measure, year)
    valuing.submit(old, 2023, by=None)
    draft = make_draft(period)
    amending.move(draft, measure.indicator, parent=new, by=None)
    decide(draft, dt.date(2025, 10, 1))
    with pytest.raises(ValidationError, match="確認待ちのため、変更できません。"):
        make_value(measure, 2023, 99)
    valuing.confirm_year(old, 2023, by=None)
    for year in (2025, 2026):  # where it stands at the end of a year
        valuing.submit(old, year, by=None)
        valuing.confirm_year(old, year, by=None)
    stages = measure.values.values_list("fiscal_year", "stage")
    assert list(stages) == [(2023, "final"), (2025, "preliminary"), (2026, "preliminary")]
    valuing.submit(new, 2025, by=None)
    valuing.confirm_year(new, 2025, by=None)
    assert measure.values.get(fiscal_year=2025).stage == "final"


def test_steps_out_of_order_are_refused(place):
    _, item, _ = place
    with pytest.raises(ValidationError) as error:
        valuing.confirm_year(item, 2024, by=None)
    assert error.value.messages == [
        "この項目の令和6年度は入力中です。確定ができるのは、確認待ち・確定のときだけです。"
    ]
    valuing.submit(item, 2024, by=None)
    with pytest.raises(valuing.Stale):
        valuing.submit(item, 2024, by=None, seen=0)
    with pytest.raises(ValidationError, match="提出ができるのは、入力中・差戻しのときだけです。"):
        valuing.submit(item, 2024, by=None)


def test_a_person_and_a_deadline_are_set(place):
    _, item, _ = place
    person, due = make_user(), dt.date(2025, 5, 31)
    valuing.assign(item, 2024, by=None, person=person, due_on=due)
    row = ItemYear.objects.get()
    assert (row.person, row.due_on, row.state) == (person, due, "entering")


def test_who_is_to_enter_many_items_is_told_once(two_items, django_capture_on_commit_callbacks):
    period, items, _ = two_items
    person, assessor = (make_user(period.agency, role) for role in ("agency", "assessor"))
    person.email = "a@example.go.jp"
    person.save()
    shares = [valuing.Share(item, person, None, 0) for item in items]
    with django_capture_on_commit_callbacks(execute=True):
        assert valuing.share_out(period, 2024, shares, by=assessor) == 2
    assert len(mail.outbox) == 1
    assert "/results/years/2024/?only=mine" in mail.outbox[0].body


# --- Closing --------------------------------------------------------------------------------------
def test_a_closed_year_says_why_and_lets_in_one_person_for_one_value_until_a_time(place):
    period, item, (measure, other) = place
    make_value(measure)
    person, until = make_user(), timezone.now() + dt.timedelta(days=1)
    closing = valuing.close(period, 2024, by=None, reason="業務実績等報告書の提出")
    refused = (
        "測0（令和6年度）：令和6年度は締め切られています（理由：業務実績等報告書の提出）。"
        "直すには、評価者に許可を求めてください。"
    )
    with pytest.raises(ValidationError) as error:
        valuing.record(measure, 2024, by=person, number=Decimal(11), **WHY)
    assert error.value.messages == [refused]
    with pytest.raises(ValidationError, match="締め切られています"):
        valuing.submit(item, 2024, by=None)
    valuing.admit(measure, 2024, user=person, until=until, reason="誤りの訂正", by=None)
    for who, which in ((make_user(), measure), (person, other)):
        with pytest.raises(ValidationError, match="締め切られています"):
            valuing.record(which, 2024, by=who, number=Decimal(11), **WHY)
    with pytest.raises(ValidationError, match="確定または締切の後に直すときは"):
        valuing.record(measure, 2024, by=person, number=Decimal(11))
    assert valuing.record(measure, 2024, by=person, number=Decimal(11), **WHY).why_code == "late"
    with pytest.raises(valuing.Stale, match="ほかの人が先にこの年度の締切を変更しました。"):
        valuing.close(period, 2024, by=None, reason="x")
    valuing.reopen(copy.copy(closing), by=None, reason="差戻しのため")
    with pytest.raises(valuing.Stale, match="ほかの人が先にこの年度の締切を変更しました。"):
        valuing.reopen(closing, by=None, reason="x")
    assert [row.history_type for row in YearClosing.history.all()] == ["-", "+"]
    assert make_value(other).number == 10


def test_who_was_let_in_is_shut_out_when_the_time_is_over(place, monkeypatch):
    period, _, (measure, _) = place
    person, now = make_user(), timezone.now()
    valuing.close(period, 2024, by=None, reason="提出")
    until = now + dt.timedelta(hours=1)
    valuing.admit(measure, 2024, user=person, until=until, reason="訂正", by=None)
    monkeypatch.setattr(timezone, "now", lambda: until)
    with pytest.raises(ValidationError, match="締め切られています"):
        valuing.record(measure, 2024, by=person, number=Decimal(11), **WHY)


def test_who_is_let_in_to_a_closed_year_waits_for_what_is_being_checked(place):
    period, item, (measure, _) = place
    person, until = make_user(), timezone.now() + dt.timedelta(days=1)
    let_in = {"user": person, "until": until, "reason": "訂正", "by": None}
    with pytest.raises(ValidationError) as error:
        valuing.admit(measure, 2024, **let_in)
    assert error.value.messages == [
        (
            "令和6年度は締め切られていないため、許可は要りません。"
            "確認待ちの項目の値を直すには、差し戻してください。"
        )
    ]
    valuing.submit(item, 2024, by=None)
    valuing.close(period, 2024, by=None, reason="提出")
    valuing.admit(measure, 2024, **let_in)
    with pytest.raises(ValidationError, match="確認待ちのため、変更できません。"):
        valuing.record(measure, 2024, by=person, number=Decimal(1), **WHY)
    valuing.send_back(item, 2024, by=None, words="直してください。")
    assert valuing.record(measure, 2024, by=person, number=Decimal(1), **WHY).number == 1


def test_the_text_of_a_closed_year_is_let_in_by_itself():
    period = make_period()
    _, (indicator,) = make_indicators(period, kind="evaluation_indicator")
    measure, person = make_measure(indicator), make_user()
    valuing.close(period, 2024, by=None, reason="提出")
    until = timezone.now() + dt.timedelta(days=1)
    let_in = {"user": person, "until": until, "reason": "訂正", "by": None}
    valuing.admit(measure, 2024, **let_in)
    with pytest.raises(ValidationError, match="評価者に許可を求めてください。"):
        valuing.record_result(indicator, 2024, "実施した。", by=person, **WHY)
    valuing.admit(indicator, 2024, **let_in)
    assert valuing.record_result(indicator, 2024, "実施した。", by=person, **WHY).revision == 1
    with pytest.raises(ValidationError, match="評価者に許可を求めてください。"):
        valuing.record_result(indicator, 2024, "実施せず。", by=make_user(), **WHY)


@pytest.mark.parametrize("days", [-1, 32])
def test_nobody_is_let_in_for_the_past_or_for_long(place, days):
    _, _, (measure, _) = place
    until = timezone.now() + dt.timedelta(days=days)
    with pytest.raises(ValidationError, match="31日以内"):
        valuing.admit(measure, 2024, user=make_user(), until=until, reason="訂正", by=None)
