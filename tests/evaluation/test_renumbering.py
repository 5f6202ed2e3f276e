"""Renumbering, the references it leaves behind, their repair, and all of it taken back; on the real text."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluation import amending
from evaluation.documents.appendix import amended_appendix
from evaluation.documents.comparison import as_text, comparison_table
from evaluation.loading import load_source
from evaluation.models import Amendment, Wording
from evaluation.references import State
from tests.factories import decide, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def real():
    """The real amendment, with a reference to 4.3 and one to the item before in texts of its own."""
    load_source()
    draft = Amendment.objects.get(slug="2026-01-28")
    amending.reword(draft, of(draft, "4."), "多様な人材の支援・育成", by=None)
    body = next(n for n in below(draft, "4.4.") if n.kind == "body")
    amending.reword(draft, body.wording.clause, "4. 3.及び前条の取組と連携する。", by=None)
    return draft


def node(draft, number):
    text = amending.text_of(draft)
    return next(n for n in text.order if n.kind == "item" and text.number(n) == number)


def of(draft, number):
    return node(draft, number).wording.clause


def below(draft, number):
    return [n for _, n in amending.text_of(draft).walk(node(draft, number).clause_id)]


def numbers(draft, number):
    text = amending.text_of(draft)
    return [f"{text.number(n)} {n.text}" for n in below(draft, number) if n.kind == "item"]


def insert_before_4_3(draft):
    return amending.insert_item(
        draft,
        parent=of(draft, "4."),
        after=of(draft, "4.2."),
        label="3",
        text="若手研究者の支援",
        parts={"body": ["若手研究者を支援する。"], "evaluation_axis": ["支援しているか。"]},
        by=None,
    )


def test_an_item_before_4_3_renumbers_those_behind_in_table_and_appendix(real):
    insert_before_4_3(real)
    assert [c.kind for c in amending.text_of(real).conflicts] == ["duplicate_number"]
    by = make_user()
    assert amending.renumber(real, parent=of(real, "4."), kind="item", by=by) == 2
    assert numbers(real, "4.") == [
        "4.1. 創発的研究の支援",
        "4.2. 多様な人材の育成",
        "4.3. 若手研究者の支援",
        "4.4. 先端技術分野における研究開発・人材育成の推進",
        "4.5. 先端研究設備・機器の整備・共用・高度化を通じた研究開発の推進",
    ]
    lines = as_text(comparison_table(real)).splitlines()
    assert (
        next(line for line in lines if "4. 3." in line) == "<u>4. 3. 若手研究者の支援</u>\t（新設）"
    )
    entries = ["".join(run.text for run in row.sub_item) for row in amended_appendix(real).rows]
    assert [entry[:4] for entry in entries if entry.startswith("4.")] == [
        "4.1.",
        "4.2.",
        "4.3.",
        "4.4.",
        "4.5.",
    ]
    assert real.contributions.filter(user=by).exists()
    reasons = Wording.history.filter(amendment=real).values_list("history_change_reason", flat=True)
    assert list(reasons[:2]) == ["番号の付け直し：多様な人材の支援・育成"] * 2


def test_clauses_in_force_that_are_renumbered_are_shown_as_such():
    load_source()
    draft = make_draft(Amendment.objects.get(slug="2026-01-28").period)
    place = {"parent": of(draft, "5."), "after": of(draft, "5.1.")}
    amending.insert(draft, "item", label="2", text="量子基盤の強化", by=None, **place)
    amending.renumber(draft, parent=place["parent"], kind="item", by=None)
    assert as_text(comparison_table(draft)).splitlines()[2:] == [
        "<u>5. 2. 量子基盤の強化</u>\t（新設）",
        "<u>5. 3.</u> （略）\t<u>5. 2.</u> （略）",
        "<u>5. 4.</u> （略）\t<u>5. 3.</u> （略）",
        "【指標】\t【指標】",
        "○項目\t○項目",
        "<u>5.3.</u> （略）\t<u>5.2.</u> （略）",
        "○項目\t○項目",
        "<u>5.4.</u> （略）\t<u>5.3.</u> （略）",
    ]


def test_undoing_gives_every_number_back(real):
    insert_before_4_3(real)
    before = amending.text_of(real).nodes
    amending.renumber(real, parent=of(real, "4."), kind="item", by=None)
    assert [(one.old, one.new) for one in amending.last_renumbering(real)] == [
        ("3", "4"),
        ("4", "5"),
    ]
    assert amending.undo_renumbering(real, by=None) == 2
    assert amending.text_of(real).nodes == before
    assert amending.last_renumbering(real) == []
    with pytest.raises(ValidationError, match="元に戻せる「番号の付け直し」がありません。"):
        amending.undo_renumbering(real, by=None)


def test_clauses_in_force_come_back_without_a_row():
    period = make_period()
    _, (chapter, one, *_) = make_baseline(period)
    draft = make_draft(period)
    new = amending.insert(draft, "item", parent=chapter, after=one, label="2", text="新", by=None)
    amending.renumber(draft, parent=chapter, kind="item", by=None)
    assert draft.wordings.count() == 3
    amending.undo_renumbering(draft, by=None)
    assert [row.clause for row in draft.wordings.all()] == [new]
    amending.renumber(draft, parent=chapter, kind="item", by=None)
    amending.repeal(draft, new, by=None)
    assert amending.renumber(draft, parent=chapter, kind="item", by=None) == 2
    assert draft.wordings.count() == 0
    assert [(one.old, one.new) for one in amending.last_renumbering(draft)] == [
        ("3", "2"),
        ("4", "3"),
    ]


def test_nothing_is_renumbered_unseen(real):
    insert_before_4_3(real)
    parent = of(real, "4.")
    with pytest.raises(amending.Stale, match="ほかの人が先にこの並びの番号を変更しました。"):
        amending.renumber(real, parent=parent, kind="item", by=None, seen="x")
    assert amending.renumber(real, parent=of(real, "5."), kind="item", by=None) == 0
    amending.renumber(real, parent=parent, kind="item", by=None)
    decide(real, dt.date(2026, 4, 1))
    with pytest.raises(ValidationError, match="決定のため"):
        amending.renumber(real, parent=parent, kind="item", by=None)


# --- References -----------------------------------------------------------------------------------
def shown(draft):
    return [
        (one.node.text, one.text, [finding.state for finding in one.found])
        for one in amending.forgotten(draft)
    ]


def test_what_the_renumbering_left_behind_is_repaired_and_can_be_taken_back(real):
    assert shown(real) == []
    insert_before_4_3(real)
    amending.renumber(real, parent=of(real, "4."), kind="item", by=None)
    assert shown(real) == [
        (
            "4. 3.及び前条の取組と連携する。",
            "4. 4.及び前条の取組と連携する。",
            [State.FORGOTTEN],
        )
    ]
    assert amending.repair(real, by=None) == 1
    assert shown(real) == []
    assert [(one.old, one.new) for one in amending.last_repair(real)] == [
        ("4. 3.及び前条の取組と連携する。", "4. 4.及び前条の取組と連携する。")
    ]
    assert amending.undo_repair(real, by=None) == 1
    assert [text for text, *_ in shown(real)] == []  # written when 4. 3. was another: see below


def test_a_text_in_force_is_followed_from_what_is_in_force():
    period = make_period()
    _baseline, (chapter, one, two, three) = make_baseline(period)
    first = make_draft(period)
    body = paragraph(first, one)
    amending.reword(first, body, "上記2.及び上記3.を進める。", by=None)
    decide(first)
    draft = make_draft(period)
    amending.repeal(draft, two, by=None)
    amending.renumber(draft, parent=chapter, kind="item", by=None)
    (one_found,) = amending.forgotten(draft)
    assert [(f.state, f.words, f.now) for f in one_found.found] == [
        (State.LOST, "", three.public_id),
        (State.FORGOTTEN, "2.", None),
    ]
    assert amending.repair(draft, by=None) == 1
    text = amending.text_of(draft).nodes[body.pk].text
    assert text == "上記2.及び上記2.を進める。"
    (left,) = amending.forgotten(draft)
    assert [f.state for f in left.found] == [State.LOST]
    with pytest.raises(ValidationError, match="直せる参照がありません。"):
        amending.repair(draft, by=None)


def paragraph(draft, item):
    nodes = amending.text_of(draft).children[item.pk]
    return next(n for n in nodes if n.kind == "body").wording.clause


def test_one_reference_alone_is_repaired():
    draft, chapter, one, body = referring("上記2.と上記3.と上記2.")
    amending.insert(draft, "item", parent=chapter, after=one, label="2", text="新", by=None)
    amending.renumber(draft, parent=chapter, kind="item", by=None)
    only = (body.public_id, len("上記2.と上記3.と上記"))
    seen = amending.references_fingerprint(amending.forgotten(draft))
    assert amending.repair(draft, only=only, seen=seen, by=None) == 1
    assert amending.text_of(draft).nodes[body.pk].text == "上記2.と上記3.と上記3."
    with pytest.raises(amending.Stale):
        amending.repair(draft, only=only, seen=seen, by=None)
    assert amending.repair(draft, by=None) == 1
    assert amending.text_of(draft).nodes[body.pk].text == "上記3.と上記4.と上記3."


def referring(words):
    """A draft on a decided text whose first paragraph says the words."""
    period = make_period()
    _, (chapter, one, *_) = make_baseline(period)
    first = make_draft(period)
    body = paragraph(first, one)
    amending.reword(first, body, words, by=None)
    decide(first)
    return make_draft(period), chapter, one, body


def test_a_reference_to_what_is_added_together_with_it_follows():
    draft, chapter, one, _ = referring("項目を進める。")
    new = amending.insert_item(
        draft,
        parent=chapter,
        after=one,
        label="9",
        text="新",
        parts={"body": ["上記8.に"]},
        by=None,
    )
    late = amending.insert(draft, "item", parent=chapter, after=new, label="8", text="後", by=None)
    assert amending.forgotten(draft) == []
    amending.relabel(draft, late, "7", by=None)
    assert shown(draft) == [("上記8.に", "上記7.に", [State.FORGOTTEN])]
    amending.repeal(draft, late, by=None)
    assert [f.state for f in amending.forgotten(draft)[0].found] == [State.LOST]


def test_a_text_that_was_taken_over_from_a_decision_is_followed_from_the_decision():
    draft, _chapter, one, body = referring("上記2.を進める。")
    amending.relabel(draft, body, "", by=None)
    other = make_draft(draft.period)
    amending.reword(other, body, "上記3.を進める。", by=None)
    amending.move(draft, body, parent=one, after=None, by=None)
    decide(other)
    assert amending.forgotten(draft) == []


@given(
    st.lists(
        st.sampled_from(["上記1.", "上記2.", "Ⅲ. 3.", "１から３まで"]), min_size=1, max_size=4
    ),
    st.lists(st.tuples(st.sampled_from("imr"), st.integers(0, 9)), min_size=1, max_size=3),
)
@pytest.mark.sqlite
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_repaired_and_undone_the_text_in_force_is_the_text_again(words, steps):
    """Whatever is inserted, moved and deleted: once all is undone and repaired, nothing differs."""
    draft, chapter, _one, body = referring("、".join(words))
    items = [n.wording.clause for n in amending.text_of(draft).children[chapter.pk]]
    new = []
    for step, place in steps:
        act(draft, chapter, step, place, items, new)
        amending.renumber(draft, parent=chapter, kind="item", by=None)
        if any(one.can_be_repaired for one in amending.forgotten(draft)):
            amending.repair(draft, by=None)
    left = [f for one in amending.forgotten(draft) for f in one.found]
    assert {finding.state for finding in left} <= {State.LOST}
    for clause in new:
        amending.undo(draft, clause, by=None)
    for clause in items:
        if amending.text_of(draft).nodes[clause.pk].wording.amendment_id == draft.pk:
            amending.undo(draft, clause, by=None)
    if any(one.can_be_repaired for one in amending.forgotten(draft)):
        amending.repair(draft, by=None)
    assert amending.text_of(draft).nodes[body.pk].text == "、".join(words)
    assert draft.wordings.count() == 0


def act(draft, chapter, step, place, items, new):
    text = amending.text_of(draft)
    standing = [n.wording.clause for n in text.children[chapter.pk]]
    chosen = standing[place % len(standing)]
    if step == "i":
        place = {"parent": chapter, "after": chosen, "label": "1"}
        new.append(amending.insert(draft, "item", text="新", by=None, **place))
    elif step == "m":
        after = None if chosen == standing[0] else standing[0]
        amending.move(draft, chosen, parent=chapter, after=after, by=None)
    elif chosen in new:
        amending.undo(draft, chosen, by=None)
        new.remove(chosen)
