"""What is shown of a text in which words were found."""

from hypothesis import given
from hypothesis import strategies as st

from evaluation.comparison.rows import Run
from evaluation.excerpts import AROUND, CUT, MOST, WHOLE, excerpt
from jst_objectives.folding import fold, words_of


def test_a_short_text_is_shown_whole_with_its_places_marked():
    assert excerpt("研究と國際研究", ["国際", "研究"]) == (
        Run("研究", marked=True),
        Run("と"),
        Run("國際研究", marked=True),
    )
    assert excerpt("研究", ["開発"]) == (Run("研究"),)


def test_of_a_long_text_what_is_around_the_places():
    text = "あ" * 100 + "研究" + "い" * 200 + "開発" + "う" * 10
    assert excerpt(text, ["研究", "開発"]) == (
        CUT,
        Run("あ" * AROUND),
        Run("研究", marked=True),
        Run("い" * AROUND),
        CUT,
        Run("い" * AROUND),
        Run("開発", marked=True),
        Run("う" * 10),
    )


def test_no_more_than_three_stretches():
    text = ("研究" + "あ" * 200) * 5
    marked = [run for run in excerpt(text, ["研究"]) if run.marked]
    assert len(marked) == MOST


def test_the_beginning_of_a_long_text_without_a_place():
    assert excerpt("あ" * (WHOLE + 1), ["研究"]) == (Run("あ" * 3 * AROUND), CUT)


@given(st.text("研究國国aA ａあ。", min_size=1, max_size=400), st.sampled_from(["研究", "国", "a"]))
def test_an_excerpt_holds_only_the_text_and_marks_only_the_words(text, word):
    runs = excerpt(text, words_of(word))
    assert all(run.text in text for run in runs if run != CUT)
    assert all(set(fold(run.text)) <= set(word) for run in runs if run.marked)
    if len(text) <= WHOLE:
        assert "".join(run.text for run in runs) == text
