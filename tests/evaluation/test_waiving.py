"""整合性チェック of an amendment: the real one's findings, and waivers."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from evaluation import amending, drafting, waiving
from evaluation.consistency import check
from evaluation.loading import load_source
from evaluation.models import Amendment, Waiver
from tests.factories import decide, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db

ITEM_2_5 = "2.5. AI駆動型研究の高度化に向けた研究開発の推進"
ITEM_4_4 = "4.4. 先端研究設備・機器の整備・共用・高度化を通じた研究開発の推進"
SHARED = f"{ITEM_4_4}の評価指標「先端的な研究設備・機器の整備・共有・高度化を通…」"


@pytest.fixture
def real():
    load_source()
    return Amendment.objects.select_related("period__agency").get(slug="2026-01-28")


def test_the_findings_of_the_real_amendment(real):
    report = check(real)
    assert [(one.finding.rule, one.finding.place) for one in report.open] == [
        ("title", ITEM_2_5),
        ("quotation", f"{ITEM_2_5}の評価指標「国が定める基本方針に基づく、科学基盤モデル等の…」"),
        ("title", ITEM_4_4),
        ("quotation", SHARED),
        ("near_term", SHARED),
        (
            "quotation",
            "2. 内部統制の充実・強化の本文「・・・、オープンサイエンスを推進する上で、適切…」",
        ),
    ]
    assert [one.finding.message for one in report.open if one.title == "よく似た用語"] == [
        f"「共有」と、よく似た「共用」があります（{ITEM_4_4}）。"
    ]
    assert (report.waived, report.ended) == ([], ())


def test_it_asks_the_database_as_often_for_any_amendment(real):
    with CaptureQueriesContext(connection) as captured:
        check(real)
    assert len(captured) == 8


@pytest.fixture
def scene():
    """A draft whose one paragraph is written with half-width brackets, for no reason."""
    period = make_period()
    _, (_, item, *_) = make_baseline(period, items=1)
    editor = make_user(period.agency, "editor")
    draft = make_draft(period, by=editor)
    body = amending.insert(draft, "body", parent=item, text="技術(AI)を進める。", by=editor)
    return draft, body, editor


def variant(draft):
    return next(one for one in check(draft).judged if one.finding.rule == "variant")


def waive(draft, by, reason="正式な表記のため"):
    return waiving.waive(draft, variant(draft).finding.fingerprint, by=by, reason=reason)


def test_a_waiver_keeps_reason_person_and_what_was_shown(scene):
    draft, _, editor = scene
    waiver = waive(draft, editor)
    judged = variant(draft)
    assert (judged.waiver, judged in check(draft).open) == (waiver, False)
    assert (waiver.rule, waiver.waived_by) == ("variant", editor)
    assert (waiver.place, waiver.message) == (
        "1. 項目1の推進の本文「技術(AI)を進める。」",
        "半角の括弧があります：「術(」",
    )
    row = Waiver.history.get()
    assert (row.history_user, row.history_change_reason) == (editor, "指摘の確認：正式な表記のため")
    assert str(waiver) == f"{draft}：{waiver.place}"


def test_a_waiver_holds_only_as_long_as_the_finding_is_the_same(scene):
    draft, body, editor = scene
    waiver = waive(draft, editor)
    amending.reword(draft, body, "技術(AI)を大いに進める。", by=editor)
    report = check(draft)
    assert (report.waived, report.ended, variant(draft).waiver) == ([], (waiver,), None)
    amending.reword(draft, body, "技術(AI)を進める。", by=editor)
    assert (variant(draft).waiver, check(draft).ended) == (waiver, ())


def test_a_waiver_can_be_taken_back_once(scene):
    draft, _, editor = scene
    fingerprint = waive(draft, editor).fingerprint
    waiving.withdraw(draft, fingerprint, by=editor)
    assert (variant(draft).waiver, Waiver.objects.count(), Waiver.history.count()) == (None, 0, 2)
    with pytest.raises(ValidationError, match="すでに取り消されています"):
        waiving.withdraw(draft, fingerprint, by=editor)


def test_what_cannot_be_waived_says_why(scene):
    draft, _, editor = scene
    chapter = draft.period.clauses.get(kind="chapter")
    amending.insert(draft, "item", parent=chapter, label="1", text="項目", by=editor)
    (error,) = [one.finding for one in check(draft).open if one.finding.error]
    assert error.rule == "repeated_number"
    for fingerprint, words in ((error.fingerprint, "直さなければ"), ("0" * 64, "もうありません")):
        with pytest.raises(ValidationError, match=words):
            waiving.waive(draft, fingerprint, by=editor, reason="理由")
    with pytest.raises(ValidationError, match="そのままでよい理由"):
        waive(draft, editor, reason="")
    waive(draft, editor)
    with pytest.raises(ValidationError, match="すでに確認済み"):
        waive(draft, editor)
    assert Waiver.objects.count() == 1


def test_who_waives_has_drafted(scene):
    draft, _, _ = scene
    other = make_user(draft.period.agency, "editor")
    waive(draft, other)
    assert draft.contributions.filter(user=other).count() == 1


def test_waivers_are_frozen_with_the_decision(scene):
    draft, _, editor = scene
    waiver = waive(draft, editor)
    decide(draft)
    for refused in (
        lambda: Waiver.objects.filter(pk=waiver.pk).update(reason="別の理由"),
        lambda: Waiver.objects.filter(pk=waiver.pk)._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="決定した変更は"), transaction.atomic():
            refused()
    with pytest.raises(ValidationError, match="決定のため"):
        waiving.withdraw(draft, waiver.fingerprint, by=editor)


def test_waivers_go_with_their_draft(scene):
    draft, _, editor = scene
    waive(draft, editor)
    drafting.delete(draft, by=editor)
    assert (Waiver.objects.count(), Waiver.history.count()) == (0, 2)


def test_a_clause_with_a_waiver_can_be_taken_out_again(scene):
    draft, body, editor = scene
    waiver = waive(draft, editor)
    amending.undo(draft, body, by=editor)
    assert check(draft).ended == (waiver,)
