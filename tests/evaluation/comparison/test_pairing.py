import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.comparison import likeness, pairing
from evaluation.comparison.pairing import Pairing, paired
from evaluation.comparison.reading import Paragraph, paragraphs
from tests.evaluation.comparison import edits

ONE = "研究開発の成果の最大化に向けて、若手研究者の支援を強化する。"
TWO = "国際共同研究を推進し、世界の課題の解決に貢献する取組を行う。"
THREE = "知的財産の適切な管理及び活用を図るため、必要な体制を整える。"
OTHER = "情報公開請求に係る手数料の額は、別に定めるところによる。"


def pairs(old: list[str], new: list[str]) -> Pairing:
    return paired(paragraphs("\n".join(old)), paragraphs("\n".join(new)))


def test_equal_paragraphs_whatever_their_numbers() -> None:
    found = pairs([f"(1) {ONE}", f"(2) {TWO}"], [f"(1) {OTHER}", f"(2) {ONE}", f"(3) {TWO}"])
    assert found == Pairing({0: 1, 1: 2})


def test_repeated_neighbours_of_equal_paragraphs() -> None:
    labels = ["○項目", ONE, "○評価軸", TWO, "○項目", THREE, "○評価軸"]
    assert pairs(labels, [OTHER, *labels]) == Pairing({k: k + 1 for k in range(7)})


def test_edited_paragraphs_between_equal_ones() -> None:
    old = [ONE, TWO, THREE]
    new = [ONE, TWO.replace("国際", "国内外の"), OTHER, THREE]
    assert pairs(old, new) == Pairing({0: 0, 1: 1, 2: 3})


def test_an_equal_number_decides_between_like_paragraphs() -> None:
    old = ["(1) 甲大学を支援する。", "(2) 乙大学を支援する。"]
    assert pairs(old, ["(2) 丙大学を支援する。"]) == Pairing({1: 0})


def test_what_is_not_alike_is_new_and_deleted() -> None:
    assert pairs([ONE, TWO], [ONE, OTHER]) == Pairing({0: 0})


def test_moved_paragraphs_are_found_equal_and_edited() -> None:
    filler = [f"第{k}の事業について、{text}" for k, text in enumerate(edits.sentences()[:12])]
    old = [ONE, TWO, *filler]
    new = [*filler, ONE, TWO.replace("国際共同研究", "国際連携研究")]
    assert {place: pairs(old, new).pairs.get(place) for place in (0, 1)} == {0: 12, 1: 13}


def test_the_more_alike_of_two_moves_there() -> None:
    filler = [f"第{k}の事業について、{text}" for k, text in enumerate(edits.sentences()[:12])]
    other = TWO.replace("国際共同研究", "国際的な連携")
    found = pairs([TWO, other, *filler], [*filler, TWO.replace("課題", "諸課題")])
    assert (found.pairs.get(0), found.pairs.get(1)) == (12, None)


def test_short_paragraphs_do_not_move() -> None:
    assert pairs(["予算", ONE, TWO], [ONE, TWO, "予算"]) == Pairing({1: 0, 2: 1})


def test_a_split_and_a_merger() -> None:
    assert pairs([ONE + TWO, THREE], [ONE, TWO, THREE]) == Pairing({0: 0, 1: 2}, {0: [1]})
    assert pairs([ONE, TWO, THREE], [ONE + TWO, THREE]) == Pairing({0: 0, 2: 1}, {}, {0: [1]})
    assert pairs([ONE + TWO + THREE, OTHER], [ONE, TWO, THREE, OTHER]).splits == {0: [1, 2]}


def test_a_large_gap_is_paired_like_a_small_one(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(7)
    old = [text for text in edits.sentences() if len(text) > 40][:60]
    new = [text.replace("研究", "調査研究").replace("推進", "促進") for text in old]
    del new[chance.randrange(60)]
    small = pairs(old, new).pairs
    monkeypatch.setattr(pairing, "GAP", 0)
    large = pairs(old, new).pairs
    assert sum(large.get(k) == v for k, v in small.items()) >= 0.9 * len(small)


def test_a_sequence_that_many_share_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing, "GAP", 0)
    monkeypatch.setattr(likeness, "_COMMON", 0)
    assert pairs([ONE, TWO], [ONE + "等", TWO + "等"]) == Pairing()


def test_repeated_lines_are_paired_in_turn_around_what_is_new_and_edited() -> None:
    line, count = "研究開発を推進", 400
    old = [line] * count
    old[200] = ONE
    new = list(old)
    new[200] = ONE + "以上"
    new[100:100] = [OTHER]
    new[300:300] = [TWO]
    found = pairs(old, new).pairs
    assert sorted(found) == list(range(count))
    assert [found[k] for k in range(count)] == [j for j in range(count + 2) if j not in (100, 300)]


def test_what_is_edited_among_many_repeated_lines_is_found() -> None:
    line, count = "研究開発を推進", 300
    old = [f"{ONE}{k}" if k in (50, 250) else line for k in range(count)]
    new = [f"{ONE}等{k}" if k in (50, 250) else line for k in range(count)]
    assert pairs(old, new).pairs == {k: k for k in range(count)}


def test_long_paragraphs_are_compared_by_their_sequences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likeness, "LONG", 0)
    assert pairs([ONE, TWO], [ONE + "等", TWO, OTHER]) == Pairing({0: 0, 1: 1})
    assert pairs([ONE], [OTHER]) == Pairing()
    assert pairs([ONE], [ONE + "等"]) == Pairing({0: 0})


def test_two_single_paragraphs_that_are_not_alike() -> None:
    assert pairs([ONE], [OTHER]) == Pairing()


@given(
    st.lists(st.sampled_from([ONE, TWO, THREE, OTHER, "(1) " + ONE, "予算"]), max_size=8),
    st.lists(st.sampled_from([ONE, TWO, THREE, OTHER, ONE + TWO, "予算"]), max_size=8),
)
def test_each_paragraph_is_taken_once(old: list[str], new: list[str]) -> None:
    found = pairs(old, new)
    before = [*found.pairs, *(k for parts in found.mergers.values() for k in parts)]
    after = [*found.pairs.values(), *(k for parts in found.splits.values() for k in parts)]
    assert (len(before), len(after)) == (len(set(before)), len(set(after)))
    assert set(before) <= set(range(len(old)))
    assert set(after) <= set(range(len(new)))
    assert found.splits.keys() <= found.pairs.keys()
    assert found.mergers.keys() <= set(found.pairs.values())


@given(st.lists(st.text(min_size=1, max_size=9), max_size=9))
def test_a_text_is_paired_with_itself(lines: list[str]) -> None:
    text = [Paragraph("", line) for line in lines]
    assert paired(text, text).pairs == {k: k for k in range(len(text))}
