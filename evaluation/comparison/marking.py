"""Phrase-level marks: what a Japanese drafter underlines in an old and a new text."""

from collections.abc import Iterable
from dataclasses import dataclass

from evaluation.comparison.costs import Phrasing, phrasing
from evaluation.comparison.drafting import (
    join_lists,
    lead_with_connectives,
    mark_shorter_of_swapped,
    part_ranges,
    take_quotes,
    take_stops,
    whole_brackets,
    whole_clusters,
)
from evaluation.comparison.search import Edit, Job, cheapest
from evaluation.comparison.text import Folded, fold
from evaluation.comparison.windows import Plan, Window, plan

Span = tuple[int, int]
# What a sum of costs cannot express, in this order.
WINDOW_RULES = (join_lists, lead_with_connectives, mark_shorter_of_swapped, part_ranges)


@dataclass(frozen=True, slots=True)
class Marks:
    """Marked stretches of both texts, as code-point offsets: sorted, apart, never empty.

    What they leave unmarked is equal on both sides after folding. `by_sentence` tells that the texts
    were too unlike to be searched exactly: whole sentences are marked in some places.
    """

    old: tuple[Span, ...] = ()
    new: tuple[Span, ...] = ()
    by_sentence: bool = False


def mark(old: str, new: str) -> Marks:
    """Marks of one pair; swapping the texts mirrors them."""
    return mark_many([(old, new)])[0]


def mark_many(pairs: Iterable[tuple[str, str]]) -> list[Marks]:
    """The marks that `mark` draws, for many pairs at once."""
    comparisons = [_Comparison(old, new) for old, new in pairs]
    places = [(one, window) for one in comparisons for window in one.plan.windows]
    jobs = [comparison.job(window) for comparison, window in places]
    for (comparison, window), job, edits in zip(places, jobs, cheapest(jobs), strict=True):
        for rule in WINDOW_RULES:
            edits = rule(*job, edits)
        comparison.edits += [edit.shifted(window.old_start, window.new_start) for edit in edits]
    return [comparison.marks() for comparison in comparisons]


def underlined(text: str, spans: Iterable[Span]) -> str:
    """A text with `<u>…</u>` around its marks."""
    pieces: list[str] = []
    position = 0
    for start, end in spans:
        pieces += [text[position:start], "<u>", text[start:end], "</u>"]
        position = end
    return "".join([*pieces, text[position:]])


class _Comparison:
    """One pair on its way: folded texts, windows still to be searched, edits found."""

    def __init__(self, old: str, new: str) -> None:
        sides = fold(old), fold(new)
        # Of marks that cost the same one must be chosen, and the same one with the sides swapped.
        self.mirrored = sides[0].text > sides[1].text
        self.old, self.new = sides[::-1] if self.mirrored else sides
        self.plan = Plan([], [])
        if self.old.text != self.new.text:
            self.plan = plan(self.old.text, self.new.text)
        self.edits = [Edit(*window) for window in self.plan.whole]

    def job(self, window: Window) -> Job:
        return Job(_read(self.old, *window[:2]), _read(self.new, *window[2:]))

    def marks(self) -> Marks:
        texts = self.old.text, self.new.text
        edits = whole_brackets(*texts, sorted(self.edits))
        edits = take_stops(self.old, self.new, take_quotes(*texts, edits))
        edits = whole_clusters(self.old, self.new, edits)
        old = _spans(self.old, [(edit.old_start, edit.old_end) for edit in edits])
        new = _spans(self.new, [(edit.new_start, edit.new_end) for edit in edits])
        sides = (new, old) if self.mirrored else (old, new)
        return Marks(*sides, by_sentence=self.plan.by_sentence)


def _read(folded: Folded, start: int, end: int) -> Phrasing:
    return phrasing(folded.text[start:end], folded.gaps_within(start, end))


def _spans(folded: Folded, stretches: Iterable[Span]) -> tuple[Span, ...]:
    """Offsets in the original text."""
    return tuple(folded.span(start, end) for start, end in stretches if start < end)
