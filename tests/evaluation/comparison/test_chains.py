import itertools

from hypothesis import given
from hypothesis import strategies as st

from evaluation.comparison.chains import heaviest_chain, once

MATCHES = st.lists(st.tuples(st.integers(0, 6), st.integers(1, 9)), max_size=7)


def test_what_moved_is_left_out_of_the_chain() -> None:
    assert heaviest_chain([(3, 1), (0, 1), (1, 1), (2, 1)]) == [1, 2, 3]
    assert heaviest_chain([(3, 9), (0, 1), (1, 1), (2, 1)]) == [0]
    assert heaviest_chain([]) == []


@given(MATCHES)
def test_no_chain_is_heavier(matches: list[tuple[int, int]]) -> None:
    found = heaviest_chain(matches)
    places = [matches[position][0] for position in found]
    assert found == sorted(set(found))
    assert places == sorted(set(places))
    chains = (
        chain
        for size in range(len(matches) + 1)
        for chain in itertools.combinations(matches, size)
        if all(one[0] < other[0] for one, other in itertools.pairwise(chain))
    )
    heaviest = max(sum(weight for _, weight in chain) for chain in chains)
    assert sum(matches[position][1] for position in found) == heaviest


def test_texts_that_stand_once() -> None:
    assert once(enumerate(["甲", "乙", "甲", "丙"])) == {"乙": 1, "丙": 3}
