"""Amendments in parallel: what is decided, what conflicts, what comes into force."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from evaluation import amending, procedure
from evaluation.models import Amendment, Wording
from evaluation.models.texts import ConflictKind, Text
from tests.factories import DAY, decide, make_baseline, make_draft, make_period, make_user, submit

pytestmark = pytest.mark.django_db


def texts(text):
    return [f"{text.number(node)}{node.text}" for node in text.order]


def in_force(period, on=DAY, known_at=None):
    return Text.of(Wording.objects.in_force_on(period, on, known_at))


def test_the_text_in_force_follows_from_the_date():
    period = make_period()
    _, (_, one, *_) = make_baseline(period, items=1)
    draft = make_draft(period)
    amending.reword(draft, one, "項目1の一層の推進", by=None)
    decide(draft, dt.date(2024, 4, 1))

    assert texts(in_force(period, dt.date(2022, 3, 31))) == []
    before = texts(in_force(period, dt.date(2024, 3, 31)))
    assert before == ["Ⅲ.研究開発の成果の最大化", "1.項目1の推進", "項目1を推進する。"]
    after = texts(in_force(period, dt.date(2024, 4, 1)))
    assert after == ["Ⅲ.研究開発の成果の最大化", "1.項目1の一層の推進", "項目1を推進する。"]


def test_a_correction_applies_wherever_the_corrected_wording_did_once_it_is_known():
    period = make_period()
    _, (_, one, *_) = make_baseline(period, items=1)
    later = make_draft(period)
    amending.reword(later, one, "項目1の見直し", by=None)
    decide(later, dt.date(2024, 4, 1))
    wrong = Wording.objects.get(clause=one, amendment__sequence=1)
    correction = make_draft(period, kind="correction")
    amending.correct(correction, wrong, text="項目1の促進", by=None)
    decide(correction, dt.date(2024, 6, 1))

    known_before = correction.recorded_at - dt.timedelta(microseconds=1)
    assert in_force(period, dt.date(2023, 1, 1), known_before).nodes[one.pk].text == "項目1の推進"
    assert in_force(period, dt.date(2023, 1, 1)).nodes[one.pk].text == "項目1の促進"
    assert in_force(period, dt.date(2024, 5, 1)).nodes[one.pk].text == "項目1の見直し"
    assert in_force(period, dt.date(2025, 1, 1)).nodes[one.pk].text == "項目1の見直し"


def test_different_aspects_of_a_clause_merge_and_the_rest_is_a_conflict():
    period = make_period()
    _, (_, one, two, _) = make_baseline(period)
    relabels, rewords, rival = make_draft(period), make_draft(period), make_draft(period)
    amending.relabel(relabels, one, "9", by=None)
    amending.reword(rewords, one, "項目1の転換", by=None)
    amending.reword(rival, one, "項目1の廃止を含む見直し", by=None)
    amending.reword(rival, two, "項目2の刷新", by=None)
    decide(relabels)
    decide(rewords)

    assert texts(in_force(period))[1:3] == ["9.項目1の転換", "項目1を推進する。"]
    conflicts = amending.text_of(rival).conflicts
    assert [(c.kind, c.clause_id, c.message) for c in conflicts] == [
        (
            ConflictKind.ASPECT,
            one.pk,
            "「文言」が、起案の後に決定された変更でも改められています。",
        )
    ]
    with pytest.raises(ValidationError, match="「文言」が、起案の後に決定された変更でも"):
        decide(rival)


def test_rewording_what_was_repealed_since_is_a_conflict():
    period = make_period()
    _, (_, one, *_) = make_baseline(period)
    repeals, rewords = make_draft(period), make_draft(period)
    amending.reword(rewords, one, "項目1の転換", by=None)
    amending.repeal(repeals, one, by=None)
    decide(repeals)

    kinds = [conflict.kind for conflict in amending.text_of(rewords).conflicts]
    assert kinds == [ConflictKind.REPEALED]


def test_both_repealing_one_clause_is_no_conflict():
    period = make_period()
    _, (_, one, *_) = make_baseline(period)
    first, second = make_draft(period), make_draft(period)
    amending.repeal(first, one, by=None)
    amending.repeal(second, one, by=None)
    decide(first)
    decide(second)

    assert [n.text for n in in_force(period).order if n.kind == "item"] == [
        "項目2の推進",
        "項目3の推進",
    ]
    assert second.wordings.count() == 0


def test_a_duplicate_number_and_a_missing_parent_are_named_with_their_places():
    period = make_period()
    _, (chapter, one, two, _) = make_baseline(period)
    numbers, inserts, repeals = make_draft(period), make_draft(period), make_draft(period)
    amending.insert(
        numbers, "item", parent=chapter, after=one, label="1", text="新しい項目", by=None
    )
    amending.insert(inserts, "body", parent=two, text="加える段落。", by=None)
    amending.repeal(repeals, two, by=None)
    decide(repeals)

    duplicate = [(c.kind, c.place, c.message) for c in amending.text_of(numbers).conflicts]
    assert duplicate == [
        (
            ConflictKind.DUPLICATE_NUMBER,
            "1. 新しい項目",
            "番号「1」が「項目1の推進」と重なっています。番号を改めてください。",
        )
    ]
    missing = [(c.kind, c.place) for c in amending.text_of(inserts).conflicts]
    assert missing == [
        (ConflictKind.PARENT_MISSING, "2. 項目2の推進の本文「加える段落。」"),
    ]


def test_two_moves_that_meet_in_a_cycle_are_refused():
    period = make_period()
    _, (_, one, two, _) = make_baseline(period)
    first, second = make_draft(period), make_draft(period)
    amending.move(first, one, parent=two, by=None)
    amending.move(second, two, parent=one, by=None)
    decide(first)

    kinds = {(c.kind, c.clause_id) for c in amending.text_of(second).conflicts}
    assert kinds == {(ConflictKind.CYCLE, one.pk), (ConflictKind.CYCLE, two.pk)}


def test_two_insertions_at_one_place_are_kept_and_reported():
    period = make_period()
    _, (chapter, one, *_) = make_baseline(period)
    first, second = make_draft(period), make_draft(period)
    a = amending.insert(first, "item", parent=chapter, after=one, label="8", text="甲", by=None)
    b = amending.insert(second, "item", parent=chapter, after=one, label="9", text="乙", by=None)
    decide(first)

    tree = amending.text_of(second)
    assert tree.conflicts == ()
    assert [(m.clause_id, t.clause_id) for m, t in tree.same_place_as(second)] == [(b.pk, a.pk)]
    decide(second)
    items = [n.text for n in in_force(period).order if n.kind == "item"]
    assert sorted(items[1:3]) == ["乙", "甲"]
    assert items[::3] == ["項目1の推進", "項目2の推進"]


def test_deciding_refuses_an_earlier_day_and_the_wrong_state():
    period = make_period()
    make_baseline(period)
    draft = make_draft(period)
    with pytest.raises(ValidationError, match="起案中のため、この操作はできません"):
        procedure.decide(draft, by=None, decided_on=DAY, effective_on=DAY)
    later, draft = draft, make_draft(period)
    decide(later, dt.date(2022, 5, 1))
    with pytest.raises(ValidationError, match="前の変更の決定日（令和4年5月1日）以後"):
        decide(draft, dt.date(2022, 4, 30))
    with pytest.raises(ValidationError, match="前の変更の適用日（令和4年5月1日）以後"):
        procedure.check_decision(draft, dt.date(2022, 5, 1), dt.date(2022, 4, 30))


@pytest.mark.parametrize(
    ("decided_on", "effective_on", "message"),
    [
        (dt.date(2199, 1, 1), dt.date(2026, 4, 1), "決定日に、今日より後の日付は登録できません。"),
        (DAY, dt.date(2022, 3, 31), "適用日は、目標期間（令和4年4月1日から令和9年3月31日まで）"),
        (DAY, dt.date(2027, 4, 1), "適用日は、目標期間（令和4年4月1日から令和9年3月31日まで）"),
    ],
)
def test_a_slip_of_the_year_is_no_decision(decided_on, effective_on, message):
    period = make_period()
    make_baseline(period)
    draft = make_draft(period)
    submit(draft, by=make_user())
    approver = make_user()
    procedure.approve(draft, by=approver)
    with pytest.raises(ValidationError, match=message):
        procedure.decide(draft, by=approver, decided_on=decided_on, effective_on=effective_on)
    assert draft.state == "approved"


def test_nobody_is_public_more_than_a_year_ahead():
    baseline, _ = make_baseline(make_period())
    far = timezone.localdate() + dt.timedelta(days=367)
    with pytest.raises(ValidationError, match="公表日は、今日から1年以内"):
        procedure.publish(baseline, by=make_user(), published_on=far)


def test_approval_and_decision_keep_what_was_seen_and_the_history_names_it():
    period = make_period()
    _, (_, one, *_) = make_baseline(period)
    draft = make_draft(period)
    amending.reword(draft, one, "項目1の転換", by=None)
    decide(draft)
    snapshot = draft.snapshots.get()
    rows = [row["proposed"] for row in snapshot.data["comparison"]["rows"]]
    assert any("転換" in run["text"] for runs in rows for run in runs)
    reasons = draft.history.order_by("history_id").values_list("history_change_reason", flat=True)
    assert list(reasons)[-2:] == [f"承認：控え {snapshot}", f"決定：控え {snapshot}"]


def test_who_submits_it_may_not_approve():
    draft = make_draft(make_period())
    submitter = make_user()
    submit(draft, by=submitter)
    with pytest.raises(PermissionDenied, match="起案に関わった人"):
        procedure.approve(draft, by=submitter)


def test_who_drafted_may_not_approve():
    period = make_period()
    editor, approver = make_user(), make_user()
    draft = make_draft(period, by=editor)
    submit(draft, by=editor)
    with pytest.raises(PermissionDenied):
        procedure.approve(draft, by=editor)
    procedure.approve(draft, by=approver)
    assert draft.state == "approved"


@pytest.mark.parametrize("items", [2, 30])
def test_one_query_each_whatever_the_number_of_clauses(django_assert_num_queries, items):
    period = make_period()
    baseline, (_, one, *_) = make_baseline(period, items)
    draft = make_draft(period)
    amending.reword(draft, one, "項目1の一層の推進", by=None)
    with django_assert_num_queries(1):
        texts(in_force(period))
    with django_assert_num_queries(1):
        tree = Text.of(Wording.objects.as_amended_by(draft))
        assert (tree.conflicts, tree.same_place_as(draft)) == ((), [])
    with django_assert_num_queries(1):
        texts(Text.of(Wording.objects.before(baseline)))


def test_a_refused_decision_goes_back_is_settled_and_decided():
    period = make_period()
    _, (_, one, *_) = make_baseline(period)
    first, second = make_draft(period), make_draft(period)
    amending.reword(first, one, "甲", by=None)
    amending.reword(second, one, "乙", by=None)
    decide(first)
    with pytest.raises(ValidationError, match=r"1\. 乙：「文言」が"):
        decide(second)
    assert second.state == "approved"
    procedure.send_back(second, by=make_user(), reason="文言の統合")
    amending.reword(second, one, "甲及び乙", by=None)
    decide(second)
    assert in_force(period).nodes[one.pk].text == "甲及び乙"


def test_a_withdrawn_draft_is_not_decided():
    period = make_period()
    make_baseline(period)
    draft = make_draft(period)
    procedure.withdraw(draft, by=make_user(), reason="不要")
    assert draft.history.first().history_change_reason == "取下げ：不要"
    with pytest.raises(ValidationError, match="取下げのため、この操作はできません"):
        submit(draft, by=make_user())


def test_who_drafted_may_not_decide_either():
    period = make_period()
    editor, approver = make_user(), make_user()
    draft = make_draft(period, by=editor)
    submit(draft, by=editor)
    procedure.approve(draft, by=approver)
    with pytest.raises(PermissionDenied, match="起案に関わった人は、その変更案を決定できません。"):
        procedure.decide(draft, by=editor, decided_on=DAY, effective_on=DAY)
    assert not draft.is_decided


def test_what_was_not_seen_is_neither_approved_nor_decided():
    period = make_period()
    _, (_, one, *_) = make_baseline(period)
    draft, rival = make_draft(period), make_draft(period)
    amending.reword(draft, one, "項目1の転換", by=None)
    seen = procedure.content_digest(draft)
    approver = make_user()
    submit(draft, by=make_user())
    with pytest.raises(procedure.ContentChangedError, match="内容が変わりました。"):
        procedure.approve(draft, by=approver, seen="")
    procedure.approve(draft, by=approver, seen=seen)
    amending.relabel(rival, one, "9", by=None)
    decide(rival)

    dates = {"decided_on": DAY, "effective_on": DAY}
    with pytest.raises(procedure.ContentChangedError, match="内容が変わりました。"):
        procedure.decide(draft, by=approver, seen=seen, **dates)
    assert draft.state == "approved"
    procedure.decide(draft, by=approver, seen=procedure.content_digest(draft), **dates)
    assert draft.is_decided


def test_publication_follows_the_decision_and_its_predecessors():
    period = make_period()
    baseline, (_, one, *_) = make_baseline(period)
    draft = make_draft(period)
    amending.reword(draft, one, "項目1の刷新", by=None)
    approver = make_user()
    with pytest.raises(ValidationError, match="起案中のため、この操作はできません"):
        procedure.publish(draft, by=approver, published_on=DAY)
    decide(draft, dt.date(2024, 4, 1))

    refusals = []
    for amendment, day in (
        (draft, dt.date(2024, 4, 1)),
        (baseline, dt.date(2022, 3, 31)),
        (baseline, dt.date(2024, 5, 1)),
        (draft, dt.date(2024, 4, 30)),
        (draft, dt.date(2024, 5, 1)),
        (draft, dt.date(2024, 5, 2)),
    ):
        try:
            procedure.publish(amendment, by=approver, published_on=day)
        except ValidationError as error:
            refusals.append(error.messages)
    assert refusals == [
        [f"先に決定した「{baseline}」がまだ公表されていません。先に、それを公表してください。"],
        ["公表日は、決定日（令和4年4月1日）以後の日付にしてください。"],
        [
            f"公表日は、先に決定した「{baseline}」の公表日（令和6年5月1日）以後の日付にしてください。"
        ],
        ["公表日は、すでに令和6年5月1日と決まっています。"],
    ]
    assert (baseline.published_on, draft.published_on) == (dt.date(2024, 5, 1),) * 2
    assert draft.history.first().history_change_reason == "公表"


def test_a_day_of_publication_to_come_is_public_from_that_day():
    period = make_period()
    baseline, _ = make_baseline(period)
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    procedure.publish(baseline, by=make_user(), published_on=tomorrow)
    assert list(Amendment.objects.published()) == []
    assert baseline.published_on == tomorrow


def test_what_changes_nothing_is_not_submitted():
    period = make_period()
    draft, editor = make_draft(period), make_user(period.agency, "editor")
    with pytest.raises(ValidationError, match="まだ変更がありません。"):
        procedure.submit(draft, by=editor)
    assert (draft.state, draft.contributions.count()) == ("draft", 0)
