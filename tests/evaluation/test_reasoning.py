"""The reasons of a draft, in their groups, each step with its history."""

import copy

import pytest
from django.core.exceptions import ValidationError

from evaluation import amending, reasoning
from evaluation.models import AmendmentReason, ReasonGroup
from jst_objectives import history
from programs.models import Fund, Program
from tests.factories import decide, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db
FIELDS = {"title": "半導体", "text": "補正予算による。", "kind": "supplementary_budget"}


@pytest.fixture(scope="module")
def made(module_rows):
    period = make_period()
    make_baseline(period)
    return make_draft(period)


@pytest.fixture
def draft(made):
    return copy.deepcopy(made)


def add(draft, group="補正予算", **fields):
    return reasoning.add(draft, group=group, by=None, **(FIELDS | fields))


def printed(draft):
    return [
        (group.position, group.title, [(r.position, r.title) for r in group.reasons.all()])
        for group in draft.reason_groups.all()
    ]


def test_reasons_are_numbered_in_their_groups(draft):
    user = make_user()
    add(draft)
    add(draft, title="人材")
    reasoning.add(draft, group="法改正", by=user, **FIELDS)
    assert printed(draft) == [
        (1, "補正予算", [(1, "半導体"), (2, "人材")]),
        (2, "法改正", [(1, "半導体")]),
    ]
    row = AmendmentReason.history.latest("history_id")
    assert (row.history_user, row.history_change_reason) == (user, "変更理由の追加")
    assert [c.user for c in draft.contributions.all()] == [user]


def test_a_reason_moves_to_another_group_and_an_empty_group_goes(draft):
    first = add(draft)
    add(draft, group="法改正", title="人材")
    reasoning.change(first, group="法改正", title="光半導体", by=None)
    assert printed(draft) == [(1, "法改正", [(1, "人材"), (2, "光半導体")])]
    assert ReasonGroup.history.filter(history_type="-").count() == 1


def test_a_reason_that_a_change_gives_stays(draft):
    reason = add(draft)
    clause = draft.period.clauses.filter(kind="item").first()
    amending.reword(draft, clause, "甲", by=None, reason=reason)
    with pytest.raises(ValidationError, match="1件の変更がこの理由を使っているため"):
        reasoning.delete(reason, by=None)
    amending.undo(draft, clause, by=None)
    reasoning.delete(reason, by=None)
    assert printed(draft) == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"text": "\u202e"}, "説明の1文字目の文字（U\\+202E）"),
        ({"title": "あ\x00"}, "変更事項の2文字目の文字（U\\+0000）"),
        ({"group": "\u200f"}, "区分の見出しの1文字目の文字（U\\+200F）"),
        ({"kind": "whim"}, "whim"),
        ({"title": ""}, "このフィールドは空ではいけません"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_is_written(draft, fields, message):
    with pytest.raises(ValidationError, match=message):
        add(draft, **fields)
    assert (AmendmentReason.objects.count(), ReasonGroup.objects.count()) == (0, 0)


def test_only_a_draft_has_its_reasons_changed(draft):
    reason = add(draft)
    decide(draft)
    for act in (
        lambda: add(draft),
        lambda: reasoning.change(reason, group="補正予算", title="甲", by=None),
        lambda: reasoning.delete(reason, by=None),
    ):
        with pytest.raises(
            ValidationError, match="この操作はできません（起案中の変更案だけができます）"
        ):
            act()


# --- Two editors ----------------------------------------------------------------------------------
def test_who_is_slower_overwrites_nothing_and_is_shown_what_stands(draft):
    mine = add(draft)
    opened = reasoning.fingerprint(mine)
    theirs = AmendmentReason.objects.select_related("group__amendment").get(pk=mine.pk)
    reasoning.change(theirs, group="補正予算", text="先の説明", by=None, seen=opened)
    for act in (
        lambda: reasoning.change(mine, group="補正予算", text="後の説明", by=None, seen=opened),
        lambda: reasoning.delete(mine, by=None, seen=opened),
    ):
        with pytest.raises(amending.Stale) as raised:
            act()
    assert raised.value.messages == [
        "ほかの人が先にこの変更理由を変更しました。最新の内容を確かめてからやり直してください。"
    ]
    assert raised.value.current.text == "先の説明"
    reasoning.change(mine, group="補正予算", text="後の説明", by=None, seen=raised.value.seen)
    mine.refresh_from_db()
    assert mine.text == "後の説明"


def test_what_another_has_changed_stays_where_only_the_title_is_given(draft):
    mine = add(draft)
    theirs = AmendmentReason.objects.select_related("group__amendment").get(pk=mine.pk)
    reasoning.change(theirs, group="補正予算", text="先の説明", by=None)
    reasoning.change(mine, group="補正予算", title="人材", by=None)
    mine.refresh_from_db()
    assert (mine.title, mine.text) == ("人材", "先の説明")


def test_a_reason_deleted_twice_is_said_to_be_gone(draft):
    reasons = [add(draft, group=f"区分{n}") for n in range(3)]
    twice = AmendmentReason.objects.select_related("group__amendment").get(pk=reasons[0].pk)
    reasoning.delete(reasons[0], by=None)
    gone = "変更理由「半導体」は、すでに削除されています。"
    with pytest.raises(ValidationError, match=gone):
        reasoning.delete(twice, by=None)
    with pytest.raises(ValidationError, match=gone):
        reasoning.change(twice, group="区分1", title="甲", by=None)
    assert [group[:2] for group in printed(draft)] == [(1, "区分1"), (2, "区分2")]
    assert AmendmentReason.history.filter(history_type="-").count() == 1


@pytest.mark.parametrize("name", ["program", "fund"])
def test_programmes_and_funds_are_those_of_the_agency(draft, name):
    agency = make_period().agency
    program = Program(agency=agency, slug="p", name="よその事業")
    row = program if name == "program" else Fund(agency=agency, name="よその基金")
    history.save(row, by=None, reason="試験")
    with pytest.raises(ValidationError) as raised:
        add(draft, **{name: row})
    short = draft.period.agency.short_name
    assert raised.value.message_dict == {name: [f"「{row}」は、{short}のものではありません。"]}
    assert ReasonGroup.objects.count() == 0
