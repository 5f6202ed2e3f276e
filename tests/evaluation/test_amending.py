"""Drafting: only changed clauses have a row, and every change has its history."""

import copy
import re

import pytest
from django.core.exceptions import ValidationError

from evaluation import amending, drafting, reasoning
from evaluation.models import Amendment, Clause, Contribution, Succession, TableForm, Wording
from evaluation.models.objectives import Item
from evaluation.models.table_forms import form_of
from jst_objectives import history
from programs.models import Program
from tests.factories import decide, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(module_rows):
    """A draft on a baseline of chapter Ⅲ with items 1, 2, 3."""
    period = make_period()
    _, clauses = make_baseline(period)
    return make_draft(period), *clauses


@pytest.fixture
def scene(made):
    return copy.deepcopy(made)


def make_reason(draft):
    fields = {"title": "予算", "text": "補正予算による。", "kind": "supplementary_budget"}
    return reasoning.add(draft, group="補正予算に伴う変更", by=None, **fields)


def make_program(agency):
    program = Program(agency=agency, slug="p1", name="試験事業")
    history.save(program, by=None, reason="試験")
    return program


def order(draft):
    text = amending.text_of(draft)
    return [f"{text.number(node)} {node.text}" for node in text.order if node.kind == "item"]


def test_an_unchanged_text_has_no_row(scene):
    draft, _, one, *_ = scene
    amending.reword(draft, one, "項目1の一層の推進", by=None)
    assert draft.wordings.count() == 1
    amending.reword(draft, one, "項目1の推進", by=None)
    assert draft.wordings.count() == 0


def test_reword_relabel_and_move_share_one_row_on_the_base(scene):
    draft, _, one, _, three = scene
    base = Wording.objects.get(clause=one)
    amending.reword(draft, one, "項目1の一層の推進", by=None)
    amending.relabel(draft, one, "4", by=None)
    amending.move(draft, one, parent=scene[1], after=three, by=None)
    row = draft.wordings.get()
    assert (row.base, row.revision) == (base, 3)
    assert order(draft) == ["2. 項目2の推進", "3. 項目3の推進", "4. 項目1の一層の推進"]


def test_inserting_puts_a_clause_right_after_its_neighbour(scene):
    draft, chapter, one, *_ = scene
    amending.insert(draft, "item", parent=chapter, after=one, label="1の2", text="甲", by=None)
    amending.insert(draft, "item", parent=chapter, after=None, label="0", text="乙", by=None)
    assert order(draft) == [
        "0. 乙",
        "1. 項目1の推進",
        "1の2. 甲",
        "2. 項目2の推進",
        "3. 項目3の推進",
    ]


def test_repealing_takes_all_that_is_below_and_restoring_gives_it_back(scene):
    draft, chapter, one, *_ = scene
    amending.repeal(draft, chapter, by=None)
    assert amending.text_of(draft).order == []
    assert draft.wordings.filter(repealed=True).count() == 7
    with pytest.raises(
        ValidationError, match="先に、上の「研究開発の成果の最大化」を戻してください。"
    ):
        amending.restore(draft, one, by=None)
    amending.restore(draft, chapter, by=None)
    assert draft.wordings.count() == 0
    with pytest.raises(ValidationError, match="この変更案で削られていません"):
        amending.restore(draft, one, by=None)


def test_a_clause_moved_out_first_survives_the_repeal(scene):
    draft, chapter, _, two, _ = scene
    amending.move(draft, two, parent=None, by=None)
    amending.repeal(draft, chapter, by=None)
    assert order(draft) == ["2. 項目2の推進"]


def test_what_the_draft_introduced_vanishes_when_it_is_repealed(scene):
    draft, chapter, *_ = scene
    before = Clause.objects.count()
    item = amending.insert(draft, "item", parent=chapter, label="9", text="甲", by=None)
    amending.insert(draft, "evaluation_axis", parent=item, text="進んだか。", by=None)
    amending.repeal(draft, item, by=None)
    assert Clause.objects.count() == before
    assert draft.wordings.count() == 0


def seen(draft, clause, **options):
    return amending.fingerprint(amending.text_of(draft), clause.pk, **options)


def test_what_changed_since_it_was_seen_is_refused_and_nothing_is_written(scene):
    draft, _, one, *_ = scene
    opened = seen(draft, one)
    amending.reword(draft, one, "甲", by=None, seen=opened)
    with pytest.raises(amending.Stale, match="ほかの人が先にこの条項を変更しました") as stale:
        amending.reword(draft, one, "乙", by=None, seen=opened)
    assert stale.value.current.text == draft.wordings.get().text == "甲"
    assert stale.value.seen == seen(draft, one)
    amending.reword(draft, one, "乙", by=None, seen=stale.value.seen)
    assert draft.wordings.get().text == "乙"


@pytest.mark.parametrize("verb", ["relabel", "move", "repeal", "restore", "undo", "explain"])
def test_every_change_refuses_what_is_stale(scene, verb):
    draft, chapter, one, *_ = scene
    options = {
        "relabel": {"label": "8"},
        "move": {"parent": chapter},
        "explain": {"reason": None},
    }.get(verb, {})
    opened = seen(draft, one, below=verb == "repeal")
    amending.reword(draft, one, "甲", by=None)
    with pytest.raises(amending.Stale):
        getattr(amending, verb)(draft, one, by=None, seen=opened, **options)
    assert [(row.text, row.label, row.repealed) for row in draft.wordings.all()] == [
        ("甲", "1", False)
    ]


def test_a_decision_made_meanwhile_is_seen_too(scene):
    draft, _, one, *_ = scene
    opened = seen(draft, one)
    rival = make_draft(draft.period)
    amending.reword(rival, one, "乙", by=None)
    decide(rival)
    with pytest.raises(amending.Stale):
        amending.reword(draft, one, "甲", by=None, seen=opened)


def test_a_deletion_has_to_see_all_that_goes_with_it(scene):
    draft, _, one, *_ = scene
    opened = seen(draft, one, below=True)
    amending.insert(draft, "evaluation_axis", parent=one, text="進んだか。", by=None)
    with pytest.raises(amending.Stale):
        amending.repeal(draft, one, by=None, seen=opened)
    amending.repeal(draft, one, by=None, seen=seen(draft, one, below=True))
    assert order(draft) == ["2. 項目2の推進", "3. 項目3の推進"]


def test_what_is_saved_unchanged_makes_nobody_a_drafter():
    period = make_period()
    _, (chapter, one, two, _) = make_baseline(period)
    draft, user = make_draft(period), make_user(period.agency, "editor")
    place = {"parent": chapter, "after": two, "label": "9", "text": "甲", "by": None}
    new = amending.insert(draft, "item", **place)
    amending.derive(draft, new, [one], "split", by=None)
    amending.repeal(draft, two, by=None)
    form = form_of(draft)
    history.save(form, by=None, reason="試験")
    rows = Wording.history.count(), Succession.history.count(), Amendment.history.count()
    amending.reword(draft, one, "項目1の推進", by=user)
    amending.relabel(draft, new, "9", by=user)
    amending.repeal(draft, two, by=user)
    amending.undo(draft, one, by=user)
    amending.derive(draft, new, [one], "split", by=user)
    drafting.change_facts(draft, by=user, title=draft.title, office=draft.office)
    drafting.change_table_form(draft, by=user, **form.values())
    drafting.change_table_form(make_draft(period), by=user, remarks="")
    assert not Contribution.objects.filter(user=user).exists()
    assert TableForm.history.count() == 1
    now = Wording.history.count(), Succession.history.count(), Amendment.history.count()
    assert now == (*rows[:2], rows[2] + 1)


def test_only_a_draft_can_be_changed(scene):
    draft, _, one, *_ = scene
    decide(draft)
    with pytest.raises(
        ValidationError,
        match="は決定のため、この操作はできません（起案中の変更案だけができます）。",
    ):
        amending.reword(draft, one, "甲", by=None)


def test_a_draft_that_somebody_has_deleted_is_named(scene):
    draft, _, one, *_ = scene
    drafting.delete(Amendment.objects.get(pk=draft.pk), by=make_user())
    with pytest.raises(ValidationError, match=f"「{draft.title}」は、すでに削除されています。"):
        amending.reword(draft, one, "甲", by=None)


def test_an_item_is_carried_out_by_programmes_of_its_agency(scene):
    draft, chapter, *_ = scene
    foreign = Program(agency=make_period().agency, slug="p", name="よその事業")
    history.save(foreign, by=None, reason="試験")
    before = Clause.objects.count()
    with pytest.raises(ValidationError, match=r"「よその事業」は、試験.*のものではありません。"):
        amending.insert_item(
            draft, parent=chapter, label="9", text="新", parts={}, programs=[foreign], by=None
        )
    assert (Clause.objects.count(), draft.item_programs.count()) == (before, 0)


def test_a_clause_cannot_go_below_itself(scene):
    draft, _, one, *_ = scene
    below = amending.insert(draft, "item", parent=one, label="1", text="甲", by=None)
    for parent in (one, below):
        with pytest.raises(ValidationError, match="それ自身やその下の項目の中へ"):
            amending.move(draft, one, parent=parent, by=None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "文言を入力してください。条項をなくすときは「削る」を選びます。"),
        (
            "研究\u202e開発",
            "文言の3文字目の文字（U+202E）は文字の並ぶ向きを変える",
        ),
        ("研究\x00開発", "文言の3文字目の文字（U+0000）は制御文字や未定義の文字"),
        ("研究🎌開発", "文言の「🎌」（U+1F38C）は、印刷に使う書体にありません"),
    ],
)
def test_what_cannot_be_stored_or_printed_is_refused_by_name(scene, text, message):
    draft, _, one, *_ = scene
    with pytest.raises(ValidationError, match=re.escape(message)):
        amending.reword(draft, one, text, by=None)
    assert draft.wordings.count() == 0


@pytest.mark.parametrize(
    "text", ["𠮷田", "葛\U000e0100城", "①Ⅲ㈱㎡〜～", "か\u3099", "一行目\n二行目"]
)
def test_what_can_be_printed_is_accepted_as_it_is(scene, text):
    draft, _, one, *_ = scene
    amending.reword(draft, one, text, by=None)
    assert draft.wordings.get().text == text


def test_an_item_needs_its_number(scene):
    draft, chapter, one, *_ = scene
    with pytest.raises(ValidationError, match="章と項目には番号を入力してください"):
        amending.insert(draft, "item", parent=chapter, text="甲", by=None)
    with pytest.raises(ValidationError, match="章と項目には番号を入力してください"):
        amending.relabel(draft, one, "", by=None)


def test_every_change_has_its_history_and_its_drafter(scene):
    draft, _, one, *_ = scene
    user = make_user()
    amending.reword(draft, one, "甲", by=user)
    amending.reword(draft, one, "項目1の推進", by=user)
    rows = Wording.history.filter(clause=one, amendment=draft).order_by("history_id")
    assert [(r.history_type, r.text, r.history_user, r.history_change_reason) for r in rows] == [
        ("+", "甲", user, "文言の変更"),
        ("-", "甲", user, "文言の変更"),
    ]
    assert {row.actor_name for row in rows} == {f"試験 太郎（{user.username}）"}
    assert [c.user for c in draft.contributions.all()] == [user]


def test_a_proxy_gives_its_kind_and_its_clauses_only(scene):
    draft, *_ = scene
    item = Item.objects.create(period=draft.period, introduced_by=draft)
    assert item.kind == "item"
    assert Item.objects.filter(period=draft.period).count() == 4
    assert Clause.history.filter(id=item.pk).count() == 1


def stale(draft, clause, **decided):
    """Decide another amendment of the clause after the draft has changed it."""
    rival = make_draft(draft.period)
    if decided.pop("repealed", False):
        amending.repeal(rival, clause, by=None)
    for label in decided.pop("label", []):
        amending.relabel(rival, clause, label, by=None)
    for text in decided.pop("text", []):
        amending.reword(rival, clause, text, by=None)
    decide(rival)


def test_a_text_conflict_is_settled_by_a_new_text(scene):
    draft, _, one, *_ = scene
    amending.reword(draft, one, "甲", by=None)
    stale(draft, one, text=["乙"])
    assert len(amending.text_of(draft).conflicts) == 1
    amending.relabel(draft, one, "8", by=None)
    assert len(amending.text_of(draft).conflicts) == 1
    amending.reword(draft, one, "甲及び乙", by=None)
    assert amending.text_of(draft).conflicts == ()
    decide(draft)
    assert Wording.objects.get(clause=one, amendment=draft).text == "甲及び乙"


def test_a_value_put_back_on_a_stale_row_is_said(scene):
    draft, _, one, *_ = scene
    amending.reword(draft, one, "甲", by=None)
    stale(draft, one, label=["9"])
    amending.relabel(draft, one, "1", by=None)
    assert order(draft)[0] == "1. 甲"


def test_a_deletion_elsewhere_is_accepted_or_undone(scene):
    draft, _, one, two, _ = scene
    for clause in (one, two):
        amending.reword(draft, clause, "甲", by=None)
        stale(draft, clause, repealed=True)
    assert len(amending.text_of(draft).conflicts) == 2
    amending.repeal(draft, one, by=None)
    amending.restore(draft, two, by=None)
    assert amending.text_of(draft).conflicts == ()
    assert order(draft) == ["2. 甲", "3. 項目3の推進"]
    assert [row.clause for row in draft.wordings.all()] == [two]


def test_a_clause_moved_below_a_new_item_returns_when_that_vanishes(scene):
    draft, chapter, one, two, _ = scene
    new = amending.insert(draft, "item", parent=chapter, after=None, label="9", text="甲", by=None)
    amending.move(draft, one, parent=new, by=None)
    amending.move(draft, two, parent=new, by=None)
    amending.repeal(draft, two, by=None)
    amending.repeal(draft, new, by=None)
    amending.restore(draft, one, by=None)
    amending.restore(draft, two, by=None)
    assert order(draft) == ["1. 項目1の推進", "2. 項目2の推進", "3. 項目3の推進"]
    assert draft.wordings.count() == 0


def test_a_revision_is_never_used_twice(scene):
    draft, _, one, *_ = scene
    amending.reword(draft, one, "甲", by=None)
    amending.reword(draft, one, "項目1の推進", by=None)
    amending.reword(draft, one, "乙", by=None)
    assert draft.wordings.get().revision == 2


def test_what_changes_nothing_leaves_no_trace(scene):
    draft, chapter, one, two, _ = scene
    amending.reword(draft, one, "甲", by=None)
    rows = Wording.history.count()
    amending.reword(draft, one, "甲", by=None)
    amending.move(draft, two, parent=chapter, after=one, by=None)
    assert (draft.wordings.get().revision, Wording.history.count()) == (1, rows)


def test_a_clause_that_goes_is_not_changed(scene):
    draft, _, one, *_ = scene
    amending.repeal(draft, one, by=None)
    with pytest.raises(ValidationError, match="先に「戻す」を選んでください。"):
        amending.reword(draft, one, "甲", by=None)


def test_an_excerpt_stays_one_while_its_ellipsis_stands(scene):
    draft, _, one, *_ = scene
    text = amending.insert(draft, "body", parent=one, text="甲・・・乙", by=None)
    Wording.objects.filter(clause=text).update(excerpt=True)
    amending.reword(draft, text, "甲・・・丙", by=None)
    assert Wording.objects.get(clause=text).excerpt
    amending.reword(draft, text, "甲乙丙", by=None)
    assert not Wording.objects.get(clause=text).excerpt


def test_a_reason_is_given_kept_and_taken_away(scene):
    draft, _, one, two, _ = scene
    reason = make_reason(draft)
    amending.reword(draft, one, "甲", by=None, reason=reason)
    amending.relabel(draft, one, "8", by=None)
    assert draft.wordings.get().reason == reason
    amending.explain(draft, one, reason=None, by=None)
    assert draft.wordings.get().reason is None
    with pytest.raises(ValidationError, match="この条項は、この変更案で変わっていません。"):
        amending.explain(draft, two, reason=reason, by=None)


def test_undoing_gives_the_text_in_force_back(scene):
    draft, _, one, two, _ = scene
    amending.reword(draft, one, "甲", by=None)
    amending.move(draft, one, parent=two, by=None)
    amending.undo(draft, one, by=None)
    amending.repeal(draft, two, by=None)
    amending.undo(draft, two, by=None)
    assert order(draft) == ["1. 項目1の推進", "2. 項目2の推進", "3. 項目3の推進"]
    assert draft.wordings.count() == 0
    new = amending.insert(draft, "item", parent=two, label="1", text="甲", by=None)
    amending.undo(draft, new, by=None)
    assert not Clause.objects.filter(pk=new.pk).exists()


def test_undoing_does_not_tear_the_text(scene):
    draft, chapter, one, two, _ = scene
    amending.move(draft, one, parent=None, by=None)
    amending.move(draft, two, parent=one, by=None)
    amending.move(draft, chapter, parent=None, after=one, by=None)
    amending.repeal(draft, chapter, by=None)
    with pytest.raises(ValidationError, match="元に戻すと、本文がつながらなくなります。"):
        amending.undo(draft, one, by=None)
    assert order(draft) == ["1. 項目1の推進", "1.2. 項目2の推進"]


def test_an_item_comes_with_all_that_hangs_on_it(scene):
    draft, chapter, one, *_ = scene
    user = make_user(draft.period.agency, "editor")
    program = make_program(draft.period.agency)
    reason = make_reason(draft)
    item = amending.insert_item(
        draft,
        parent=chapter,
        after=one,
        label="1の2",
        text="新しい項目",
        reason=reason,
        parts={"body": ["一", "二"], "evaluation_axis": ["軸"], "monitoring_indicator": ["数"]},
        programs=[program],
        by=user,
    )
    below = amending.text_of(draft).children[item.pk]
    assert [(node.kind, node.text) for node in below] == [
        ("body", "一"),
        ("body", "二"),
        ("evaluation_axis", "軸"),
        ("monitoring_indicator", "数"),
    ]
    assert {row.reason for row in draft.wordings.all()} == {reason}
    link = item.item_programs.get()
    assert (link.program, link.amendment, link.history.get().history_user) == (program, draft, user)


def test_an_item_with_one_bad_line_is_not_begun(scene):
    draft, chapter, *_ = scene
    before = Clause.objects.count()
    with pytest.raises(ValidationError, match=re.escape("U+202E")):
        amending.insert_item(
            draft,
            parent=chapter,
            label="9",
            text="新しい項目",
            parts={"body": ["一", "二\u202e"]},
            by=None,
        )
    assert (Clause.objects.count(), draft.wordings.count()) == (before, 0)


@pytest.mark.parametrize(
    ("kind", "below", "message"),
    [
        ("body", None, "本文を、いちばん上に置くことはできません。"),
        ("evaluation_axis", "chapter", "評価軸を、章の中に置くことはできません。"),
        ("chapter", "item", "章を、項目の中に置くことはできません。"),
    ],
)
def test_what_may_stand_below_what(scene, kind, below, message):
    draft, chapter, one, *_ = scene
    parent = {None: None, "chapter": chapter, "item": one}[below]
    with pytest.raises(ValidationError, match=message):
        amending.insert(draft, kind, parent=parent, label="1", text="甲", by=None)


def test_only_decided_wordings_of_the_period_are_corrected(scene):
    draft, _, one, *_ = scene
    amending.reword(draft, one, "甲", by=None)
    correction = make_draft(draft.period, kind="correction")
    with pytest.raises(ValidationError, match="決定した変更の文言だけ"):
        amending.correct(correction, draft.wordings.get(), text="乙", by=None)


def test_a_heading_is_no_paragraph(scene):
    draft, chapter, one, *_ = scene
    amending.reword(draft, one, "長" * 200, by=None)
    told = "見出しは200文字までです（いま201文字）"
    with pytest.raises(ValidationError, match=told):
        amending.reword(draft, one, "長" * 201, by=None)
    place = {"parent": chapter, "label": "9", "text": "長" * 201, "by": None}
    with pytest.raises(ValidationError, match=told):
        amending.insert(draft, "item", **place)
