import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.ranks import DIGITS, rank_between, spread

ranks = st.text(DIGITS, min_size=1, max_size=6).filter(lambda rank: rank[-1] != "0")


@given(ranks, ranks)
def test_a_rank_fits_between_any_two(one, other):
    left, right = sorted((one, other))
    if left == right:
        with pytest.raises(ValueError, match="no rank fits between"):
            rank_between(left, right)
    else:
        rank = rank_between(left, right)
        assert left < rank < right
        assert rank[-1] != "0"


@given(ranks)
def test_there_is_room_before_and_after_every_rank(rank):
    assert rank_between(None, rank) < rank < rank_between(rank, None)


@given(st.lists(st.integers(0, 50), max_size=60))
def test_ranks_stay_short_and_distinct_whatever_is_inserted(places):
    order: list[str] = []
    for place in places:
        place %= len(order) + 1
        left = order[place - 1] if place else None
        right = order[place] if place < len(order) else None
        order.insert(place, rank_between(left, right))
    assert order == sorted(set(order))
    assert all(len(rank) <= 100 for rank in order)


def test_two_drafts_at_one_place_get_different_ranks():
    assert rank_between("a", "c") != rank_between("a", "c")
    assert rank_between("a", "c", tail="1") == "b1"


@pytest.mark.parametrize("count", [1, 2, 35, 36, 700])
def test_spread_leaves_equal_room(count):
    order = spread(count)
    assert order == sorted(set(order))
    assert len(order) == count
    assert all(rank[-1] != "0" for rank in order)
