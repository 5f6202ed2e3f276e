"""Where a clause may stand, and under which number."""

import copy

import pytest

from evaluation import amending
from evaluation.placing import Place, free_number, namesake, place_of, places
from tests.factories import make_baseline, make_draft, make_period

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(module_rows):
    period = make_period()
    _, clauses = make_baseline(period)
    draft = make_draft(period)
    text = amending.text_of(draft)
    return draft, text, [text.nodes[clause.pk] for clause in clauses]


@pytest.fixture
def scene(made):
    return copy.deepcopy(made)


def named(place):
    return tuple(node.text if node else None for node in (place.parent, place.after))


def test_a_chapter_stands_at_the_top(scene):
    _, text, (chapter, *_) = scene
    assert list(places(text, "chapter")) == [Place(None, None), Place(None, chapter)]


def test_an_item_goes_neither_into_itself_nor_right_behind_itself(scene):
    _, text, (chapter, one, two, _) = scene
    found = list(places(text, "item", moving=two))
    assert all(two not in (place.parent, place.after) for place in found)
    assert Place(chapter, one) in found
    assert Place(one, None) in found


def test_an_axis_is_ordered_among_axes_only(scene):
    draft, text, (_, one, *_) = scene
    clause = one.wording.clause
    axis = amending.insert(draft, "evaluation_axis", parent=clause, text="進んだか。", by=None)
    text = amending.text_of(draft)
    below_one = [named(p) for p in places(text, "evaluation_axis") if p.parent == one]
    assert below_one == [("項目1の推進", None), ("項目1の推進", "進んだか。")]
    assert place_of(text, text.nodes[axis.pk]).after is None


def test_the_first_free_number_comes_after_the_sibling(scene):
    _, text, (chapter, one, _, three) = scene
    assert free_number(text, "item", Place(chapter, three)) == "4"
    assert free_number(text, "item", Place(chapter, one)) == "4"
    assert free_number(text, "item", Place(one, None)) == "1"
    assert free_number(text, "chapter", Place(None, chapter)) == "Ⅳ"
    assert namesake(text, "item", chapter.clause_id, "2").text == "項目2の推進"
    assert namesake(text, "item", chapter.clause_id, "4") is None
