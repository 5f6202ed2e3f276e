"""What is decided while a draft is written: merged where it can be, and only when a person has seen it."""

import copy

import pytest
from django.core.exceptions import ValidationError

from evaluation import amending
from evaluation.amending.overtaken import MINE, THEIRS
from evaluation.comparison.merging import Origin
from evaluation.models import Clause, Wording
from tests.factories import decide, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db
BODY = "第一の段落である。\n第二の段落である。"


@pytest.fixture(scope="module")
def made(module_rows):
    """A draft and a rival on one base, and a body of two paragraphs."""
    period = make_period()
    baseline, (_, one, two, _) = make_baseline(period)
    first = make_draft(period)
    body = Clause.objects.get(kind="body", wordings__amendment=baseline, wordings__parent=one)
    amending.reword(first, body, BODY, by=None)
    decide(first)
    return make_draft(period), make_draft(period), body, one, two


@pytest.fixture
def scene(made):
    return copy.deepcopy(made)


def reword(draft, clause, old, new, by=None):
    text = amending.text_of(draft).nodes[clause.pk].text
    amending.reword(draft, clause, text.replace(old, new), by=by)


def only(draft):
    (found,) = amending.overtaken(draft)
    return found


def test_nothing_is_overtaken_where_nothing_was_decided(scene):
    draft, _, body, *_ = scene
    reword(draft, body, "第一", "最初")
    assert amending.overtaken(draft) == []


def test_paragraphs_changed_apart_merge_once_they_are_accepted(scene):
    draft, rival, body, *_ = scene
    reword(draft, body, "第一の", "最初の")
    reword(rival, body, "第二の", "次の")
    decide(rival)
    assert [str(c.aspect) for c in amending.text_of(draft).conflicts] == ["文言"]
    found = only(draft)
    assert (found.open, found.decisions) == ((), (rival,))
    assert (found.changed_here, found.changed_there) == (["文言"], ["文言"])
    assert [p.origin for p in found.texts.passages] == [Origin.MINE, Origin.THEIRS]
    editor = make_user()
    amending.accept(draft, {body.public_id: found.seen}, by=editor)
    row = draft.wordings.get()
    assert row.text == "最初の段落である。\n次の段落である。"
    assert row.base == rival.wordings.get()
    assert (amending.overtaken(draft), amending.text_of(draft).conflicts) == ([], ())
    last = Wording.history.filter(clause=body, amendment=draft).first()
    assert (last.history_user, last.history_change_reason) == (editor, "決定済みの変更との統合")
    assert draft.contributions.filter(user=editor).exists()


def test_what_both_changed_differently_is_not_accepted_but_settled(scene):
    draft, rival, body, *_ = scene
    reword(draft, body, "第一の", "最初の")
    reword(rival, body, "第一の", "初めの")
    decide(rival)
    found = only(draft)
    with pytest.raises(
        ValidationError, match="「文言」が、起案の後に決定された変更でも改められています"
    ):
        amending.accept(draft, {body.public_id: found.seen}, by=make_user())
    text = "最初の、初めの段落である。"
    amending.settle(draft, body, text, by=make_user(), seen=found.seen)
    assert (draft.wordings.get().text, amending.text_of(draft).conflicts) == (text, ())


def test_all_that_both_changed_is_settled_at_once(scene):
    draft, rival, _, one, _ = scene
    for amendment, text, label in ((draft, "甲", "7"), (rival, "乙", "8")):
        amending.reword(amendment, one, text, by=None)
        amending.relabel(amendment, one, label, by=None)
    decide(rival)
    amending.reword(draft, one, "丙", by=None)
    amending.relabel(draft, one, "9", by=None)
    found = only(draft)
    assert [conflict.aspect for conflict in found.open] == ["番号", "文言"]
    with pytest.raises(ValidationError, match="「番号」が"):
        amending.settle(draft, one, "甲乙", by=make_user(), seen=found.seen)
    amending.settle(draft, one, "甲乙", by=make_user(), seen=found.seen, chosen={"番号": THEIRS})
    row = draft.wordings.get()
    assert (row.text, row.label, row.base) == ("甲乙", "8", rival.wordings.get(clause=one))
    assert amending.text_of(draft).conflicts == ()


@pytest.mark.parametrize(("side", "left"), [(MINE, ("甲", False)), (THEIRS, None)])
def test_what_was_reworded_and_then_deleted_is_kept_or_goes(scene, side, left):
    draft, rival, body, *_ = scene
    amending.reword(draft, body, "甲", by=None)
    amending.reword(rival, body, "乙", by=None)
    decide(rival)
    third = make_draft(draft.period)
    amending.repeal(third, body, by=None)
    decide(third)
    found = only(draft)
    assert [conflict.aspect for conflict in found.open] == ["文言", "削除"]
    amending.settle(draft, body, "甲", by=make_user(), seen=found.seen, chosen={"削除": side})
    row = draft.wordings.first()
    assert (row and (row.text, row.repealed)) == left
    assert amending.text_of(draft).conflicts == ()


def test_other_aspects_merge_by_themselves_and_are_shown_too(scene):
    draft, rival, _, one, two = scene
    amending.relabel(draft, one, "7", by=None)
    amending.reword(rival, one, "改められた見出し", by=None)
    amending.relabel(rival, two, "8", by=None)
    decide(rival)
    found = only(draft)
    assert (found.texts, found.open, found.text) == (None, (), "改められた見出し")
    assert (found.changed_here, found.changed_there) == (["番号"], ["文言"])
    amending.accept(draft, {one.public_id: found.seen}, by=make_user())
    row = draft.wordings.get()
    assert (row.label, row.text, row.base) == (
        "7",
        "改められた見出し",
        rival.wordings.get(clause=one),
    )


def test_a_number_that_both_changed_stays_open(scene):
    draft, rival, _, one, _ = scene
    amending.relabel(draft, one, "7", by=None)
    amending.relabel(rival, one, "8", by=None)
    decide(rival)
    found = only(draft)
    assert [conflict.aspect for conflict in found.open] == ["番号"]
    with pytest.raises(ValidationError, match="「番号」が"):
        amending.accept(draft, {one.public_id: found.seen}, by=make_user())


def test_both_decisions_since_are_named(scene):
    draft, rival, body, *_ = scene
    reword(draft, body, "第一の", "最初の")
    reword(rival, body, "第二の", "次の")
    decide(rival)
    third = make_draft(draft.period)
    reword(third, body, "次の", "続く")
    decide(third)
    assert only(draft).decisions == (rival, third)


def test_a_merge_that_reads_otherwise_now_is_stale(scene):
    draft, rival, body, *_ = scene
    reword(draft, body, "第一の", "最初の")
    reword(rival, body, "第二の", "次の")
    decide(rival)
    seen = only(draft).seen
    third = make_draft(draft.period)
    reword(third, body, "次の", "続く")
    decide(third)
    for act in (
        lambda: amending.accept(draft, {body.public_id: seen}, by=make_user()),
        lambda: amending.settle(draft, body, "甲", by=make_user(), seen=seen),
    ):
        with pytest.raises(amending.Stale):
            act()
    assert draft.wordings.get().text == "最初の段落である。\n第二の段落である。"


def test_what_waits_for_nothing_is_refused(scene):
    draft, _, body, *_ = scene
    for act in (
        lambda: amending.accept(draft, {body.public_id: "x"}, by=make_user()),
        lambda: amending.settle(draft, body, "甲", by=make_user(), seen="x"),
    ):
        with pytest.raises(ValidationError, match="統合を待っている決定済みの変更がありません"):
            act()


def test_all_or_nothing(scene):
    draft, rival, body, one, _ = scene
    reword(draft, body, "第一の", "最初の")
    amending.relabel(draft, one, "7", by=None)
    reword(rival, body, "第二の", "次の")
    amending.relabel(rival, one, "8", by=None)
    decide(rival)
    seen = {found.node.public_id: found.seen for found in amending.overtaken(draft)}
    with pytest.raises(ValidationError, match="「番号」が"):
        amending.accept(draft, seen, by=make_user())
    assert len(amending.overtaken(draft)) == 2


def test_an_accepted_merge_that_says_nothing_more_goes(scene):
    draft, rival, body, *_ = scene
    reword(draft, body, "第一の", "最初の")
    reword(rival, body, "第一の", "最初の")
    decide(rival)
    found = only(draft)
    assert (found.open, found.texts) == ((), None)
    amending.accept(draft, {body.public_id: found.seen}, by=make_user())
    assert not draft.wordings.exists()
