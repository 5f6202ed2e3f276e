"""Which numbers siblings should have after some were inserted, moved or deleted."""

import pytest

from evaluation import amending
from evaluation.models.texts import texts_around
from evaluation.numbering import renumbering, renumberings, uncounted
from tests.factories import decide, make_draft, make_period

pytestmark = pytest.mark.django_db


def stands(*labels):
    """A draft on a decided text of items with these numbers below chapter Ⅲ; chapter and items."""
    period = make_period()
    baseline = make_draft(period, kind="baseline")
    chapter = amending.insert(baseline, "chapter", parent=None, label="Ⅲ", text="章", by=None)
    items = []
    for label in labels:
        after = items[-1] if items else None
        place = {"parent": chapter, "after": after, "label": label}
        items.append(amending.insert(baseline, "item", text=f"項目{label}", by=None, **place))
    decide(baseline)
    return make_draft(period), chapter, items


def insert(draft, chapter, after, label):
    return amending.insert(
        draft, "item", parent=chapter, after=after, label=label, text=f"新{label}", by=None
    )


def proposed(draft, parent, kind="item"):
    found = renumbering(*texts_around(draft), parent.pk if parent else None, kind)
    return [(node.text, node.label, label) for node, label in found.labels] if found else []


def test_what_was_inserted_pushes_those_behind():
    draft, chapter, (one, *_) = stands("1", "2", "3")
    assert proposed(draft, chapter) == []
    insert(draft, chapter, one, "2")
    assert proposed(draft, chapter) == [("項目2", "2", "3"), ("項目3", "3", "4")]


def test_a_number_out_of_order_is_set_right_too():
    draft, chapter, (one, *_) = stands("1", "2")
    insert(draft, chapter, one, "9")
    assert proposed(draft, chapter) == [("新9", "9", "2"), ("項目2", "2", "3")]


def test_what_was_deleted_lets_those_behind_come_up():
    draft, chapter, (_, two, _) = stands("1", "2", "3")
    amending.repeal(draft, two, by=None)
    assert proposed(draft, chapter) == [("項目3", "3", "2")]


def test_what_moved_is_counted_at_its_place():
    draft, chapter, (one, _, three) = stands("1", "2", "3")
    amending.move(draft, one, parent=chapter, after=three, by=None)
    assert proposed(draft, chapter) == [
        ("項目2", "2", "1"),
        ("項目3", "3", "2"),
        ("項目1", "1", "3"),
    ]


def test_gaps_of_an_excerpt_stay():
    draft, chapter, (two, five) = stands("2", "5")
    insert(draft, chapter, None, "1")
    assert proposed(draft, chapter) == [("新1", "1", "2"), ("項目2", "2", "3"), ("項目5", "5", "6")]
    amending.repeal(draft, two, by=None)
    assert proposed(draft, chapter) == [("新1", "1", "4")]
    assert proposed(draft, None, "chapter") == []
    amending.repeal(draft, five, by=None)
    assert proposed(draft, chapter) == [("新1", "1", "4")]


def test_a_number_that_was_changed_alone_can_be_counted_again():
    draft, chapter, (one, two) = stands("1", "2")
    for label in "71":
        amending.relabel(draft, two, label, by=None)
        assert proposed(draft, chapter) == [("項目2", label, "2")]
    assert proposed(draft, one) == []


def told(draft):
    return [
        (one.parent and one.parent.text, one.odd.text) for one in uncounted(*texts_around(draft))
    ]


def test_what_cannot_be_counted_is_told_by_its_odd_number():
    draft, chapter, (one, two) = stands("1", "2")
    assert told(draft) == []
    insert(draft, chapter, one, "あ")
    assert told(draft) == [("章", "新あ")]
    draft, chapter, (two, _) = stands("2", "1")
    assert told(draft) == []
    insert(draft, chapter, two, "3")
    assert told(draft) == [("章", "項目1")]
    draft, chapter, (one, _) = stands("あ", "い")
    insert(draft, chapter, one, "う")
    assert told(draft) == [("章", "項目あ")]


def test_numbers_that_are_not_counted_in_one_manner_stay():
    draft, chapter, (one, _) = stands("1", "2")
    amending.relabel(draft, insert(draft, chapter, one, "2"), "1の2", by=None)
    assert proposed(draft, chapter) == []
    draft, chapter, (two, _) = stands("2", "1")
    insert(draft, chapter, two, "3")
    assert proposed(draft, chapter) == []


def test_articles_and_chapters_are_counted_in_their_own_manner():
    draft, chapter, (one, _) = stands("第1条", "第2条")
    insert(draft, chapter, one, "第2条")
    assert proposed(draft, chapter) == [("項目第2条", "第2条", "第3条")]
    amending.insert(draft, "chapter", parent=None, label="Ⅲ", text="前の章", by=None)
    assert [(n.text, label) for n, label in next(renumberings(*texts_around(draft))).labels] == [
        ("章", "Ⅳ")
    ]


def test_there_are_twelve_chapters_and_no_more():
    draft, chapter, _ = stands("1")
    amending.relabel(draft, chapter, "Ⅻ", by=None)
    decide(draft)
    late = make_draft(draft.period)
    amending.insert(late, "chapter", parent=None, label="Ⅻ", text="前の章", by=None)
    assert proposed(late, None, "chapter") == []


def test_a_new_list_begins_with_its_own_number():
    draft, chapter, _ = stands("1")
    parent = insert(draft, chapter, None, "2")
    insert(draft, parent, insert(draft, parent, None, "3"), "3")
    assert proposed(draft, parent) == [("新3", "3", "4")]
