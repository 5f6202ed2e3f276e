"""From when to when wordings apply, and in which words that is said."""

import datetime as dt

import pytest
from django.utils import timezone

from evaluation import amending
from evaluation.lifespans import known_by, lifespans
from evaluation.models import Amendment, Wording
from evaluation.models.texts import Text
from tests.factories import decide, make_baseline, make_draft, make_period

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    period = make_period()
    _, (_, one, *_) = make_baseline(period)
    return period, one


def reworded(scene, text: str, *on: dt.date) -> Amendment:
    draft = make_draft(scene[0])
    amending.reword(draft, scene[1], text, by=None)
    return decide(draft, *on) if on else draft


def spans_of(clause):
    rows = Wording.objects.placed().filter(clause=clause).select_related("amendment", "base")
    return sorted(lifespans(rows).values(), key=lambda span: span.wording.pk)


def said(clause) -> list[tuple[str, str, dict[str, str]]]:
    return [(span.wording.text, span.words, span.query) for span in spans_of(clause)]


def test_past_current_coming_and_drafted(scene):
    reworded(scene, "二", dt.date(2024, 4, 1))
    reworded(scene, "三", dt.date(2027, 3, 31))
    draft = reworded(scene, "四")
    assert said(scene[1]) == [
        ("項目1の推進", "過去（令和4年4月1日から令和6年3月31日まで）", {"on": "2022-04-01"}),
        ("二", "現行（令和6年4月1日から令和9年3月30日まで）", {}),
        ("三", "適用前（令和9年3月31日から）", {"on": "2027-03-31"}),
        ("四", f"変更案（{draft.slug}）", {"amendment": draft.slug}),
    ]
    spans = spans_of(scene[1])
    assert [span.before and span.before.text for span in spans] == [None, "項目1の推進", "二", "三"]


def test_what_was_changed_on_its_own_day_never_applied(scene):
    first = reworded(scene, "二", dt.date(2024, 4, 1))
    reworded(scene, "三", dt.date(2024, 4, 1))
    assert said(scene[1])[1] == (
        "二",
        "令和6年4月1日のうちに改められた",
        {"amendment": first.slug},
    )


def test_a_correction_stands_in_the_place_of_what_it_corrects(scene):
    wrong = reworded(scene, "誤", dt.date(2024, 4, 1))
    reworded(scene, "後", dt.date(2025, 4, 1))
    correction = make_draft(scene[0], kind=Amendment.Kind.CORRECTION)
    amending.correct(correction, wrong.wordings.get(), text="正", by=None)
    decide(correction, dt.date(2025, 6, 1))
    correction.refresh_from_db()
    wrong.refresh_from_db()
    assert correction.recorded_at
    today = timezone.localtime(correction.recorded_at)
    words = f"正誤の前（令和{today.year - 2018}年{today.month}月{today.day}日に正された）"
    known = known_by(wrong.recorded_at)
    assert said(scene[1])[1:] == [
        ("誤", words, {"on": "2024-04-01", "known": known}),
        ("後", "現行（令和7年4月1日から）", {}),
        ("正", "過去（令和6年4月1日から令和7年3月31日まで）", {"on": "2024-04-01"}),
    ]
    corrected = spans_of(scene[1])[3]
    assert corrected.before is not None
    assert corrected.before.text == "誤"


def test_the_address_of_a_wording_leads_to_a_text_that_has_it(scene):
    wrong = reworded(scene, "誤", dt.date(2024, 4, 1))
    correction = make_draft(scene[0], kind=Amendment.Kind.CORRECTION)
    amending.correct(correction, wrong.wordings.get(), text="正", by=None)
    decide(correction, dt.date(2025, 6, 1))
    for span in spans_of(scene[1]):
        on = dt.date.fromisoformat(span.query.get("on", "2026-04-01"))
        wrong.refresh_from_db()
        known = wrong.recorded_at if "known" in span.query else None
        text = Text.of(Wording.objects.in_force_on(scene[0], on, known))
        assert text.nodes[scene[1].pk].text == span.wording.text


def test_moments_are_told_to_the_second_and_never_too_early():
    moment = dt.datetime(2026, 2, 1, 10, 0, 59, 1, tzinfo=timezone.get_current_timezone())
    assert known_by(moment) == "2026-02-01T10:01:00"
    assert known_by(moment.replace(microsecond=0)) == "2026-02-01T10:00:59"
