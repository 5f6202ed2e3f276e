"""The reasons of a draft, in their groups, each step with its history."""

import pytest
from django.core.exceptions import ValidationError

from evaluation import amending, reasoning
from evaluation.models import AmendmentReason, ReasonGroup
from tests.factories import decide, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db
FIELDS = {"title": "半導体", "text": "補正予算による。", "kind": "supplementary_budget"}


@pytest.fixture
def draft():
    period = make_period()
    make_baseline(period)
    return make_draft(period)


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
        ({"text": "\u202e"}, "説明の1文字目のU\\+202E"),
        ({"title": "あ\x00"}, "変更事項の2文字目のU\\+0000"),
        ({"group": "\u200f"}, "区分の見出しの1文字目のU\\+200F"),
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
        with pytest.raises(ValidationError, match="変更できるのは、起案中の変更案だけです。"):
            act()
