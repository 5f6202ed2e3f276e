"""照合: every statement of an outside document that disagrees with the amendment, cell by cell."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from evaluation.checking.claims import claims
from evaluation.checking.disagreements import Disagreement, How, Reconciliation
from evaluation.checking.matching import Match, Place, Sayings, key, match
from evaluation.checking.reading import OPPOSITE, Passage, Span, words_of
from evaluation.checking.sayings import Part, Saying
from evaluation.comparison.marking import mark
from evaluation.comparison.notices import invisible_difference
from evaluation.comparison.text import fold

PRESENT = 0.5  # of what a part must say, printed: it is meant to be whole
NEARLY_WHOLE = 0.8  # of a text that other documents quote from
SHORTEST = 3  # characters of a mark or number, which a table may hold many times
SURE = 0.75  # a passage as like as this prints a saying, wherever it stands


def reconcile(passages: Sequence[Passage], parts: Sequence[Part]) -> Reconciliation:
    """Compare a document with what the amendment says."""
    return _Reading(passages, parts).result


class _Reading:
    """One document on its way: what was matched, part by part."""

    def __init__(self, passages: Sequence[Passage], parts: Sequence[Part]) -> None:
        self.passages = passages
        self.parts = parts
        self.sayings = Sayings(parts)
        self.matches = match(passages, self.sayings)
        self.printed: dict[int, dict[int, Match]] = defaultdict(dict)
        for found in self.matches:
            self._print(found)
        self.others = self._late(self._unmatched())

    def _print(self, found: Match) -> None:
        self.printed[found.place[0]].setdefault(found.place[1], found)

    def _saying(self, place: Place) -> Saying:
        return self.parts[place[0]].sayings[place[1]]

    def _unmatched(self) -> list[int]:
        covered = {n for one in self.matches for n in range(one.start, one.end)}
        return [n for n in range(len(self.passages)) if n not in covered]

    def _late(self, others: list[int]) -> list[int]:
        """Take what is printed out of the order of the amendment; return what is left."""
        left = []
        for n in others:
            found = self._in_its_place(n) or self._in_another_place(n)
            if found is None:
                left.append(n)
            else:
                self.matches.append(found)
                self._print(found)
        return left

    def _in_another_place(self, n: int) -> Match | None:
        """Take what a sheet prints in another order, or what stands alone: a cell, a sentence."""
        passage = self.passages[n]
        sure = [(place, like) for place, like in self.sayings.like(passage) if like >= SURE]
        new = all(index not in self.printed[part] for (part, index), _ in sure)
        for place, likeness in sure:
            if new or self._may_be_late(*place):
                return Match(n, n + 1, passage, place, likeness)
        return None

    def _may_be_late(self, part: int, index: int) -> bool:
        """Whether a saying may stand in another place of its part, and is not printed yet."""
        loose = not self.parts[part].marked or self._saying((part, index)).repeats
        return bool(self.printed[part]) and index not in self.printed[part] and loose

    def _in_its_place(self, n: int) -> Match | None:
        """Take other words that a table prints where a saying is missing."""
        before, after = self._around(n)
        if not before or not after or before.place[0] != after.place[0]:
            return None
        part = before.place[0]
        needed = self.parts[part].sayings
        between = range(before.place[1] + 1, after.place[1]) if self.parts[part].marked else ()
        free = [k for k in between if needed[k].required and k not in self.printed[part]]
        return Match(n, n + 1, self.passages[n], (part, free[0]), 0.0) if free else None

    def _around(self, n: int) -> tuple[Match | None, Match | None]:
        """Return the matches before and behind a passage."""
        before = max((m for m in self.matches if m.end <= n), key=lambda m: m.end, default=None)
        after = min((m for m in self.matches if m.start > n), key=lambda m: m.start, default=None)
        return before, after

    @property
    def result(self) -> Reconciliation:
        found = [*self._of_matches(), *self._of_missing(), *self._of_others()]
        found += self._of_twins({n for n, one in found if one.how is How.REPEATED})
        told = {n for n, finding in found if finding.how in _OF_OTHERS}
        left = tuple(self.passages[n] for n in self.others if n not in told)
        names = [part.name for number, part in enumerate(self.parts) if self.printed[number]]
        return Reconciliation(
            found=tuple(finding for _, finding in sorted(found, key=lambda pair: pair[0])),
            compared=len(self.passages) - len(left),
            not_compared=left,
            parts=tuple(names),
        )

    # --- What is printed in other words -----------------------------------------------------------
    def _of_matches(self) -> Iterator[tuple[int, Disagreement]]:
        marked = {
            part
            for part, found in self.printed.items()
            if self.parts[part].marked and any(one.passage.marks for one in found.values())
        }
        for found in self.matches:
            saying = self._saying(found.place)
            if finding := self._words(found, saying):
                yield found.start, finding
            if found.place[0] in marked and (words := missing_marks(found.passage, saying)):
                yield found.start, _finding(How.MARKS, found.passage, saying, words)

    def _words(self, found: Match, saying: Saying) -> Disagreement | None:
        printed, expected = words_of(found.passage.text), words_of(saying.text)
        if found.likeness == 1:
            words = spelled_otherwise(expected, printed)
            return _finding(How.SPELLING, found.passage, saying, words) if words else None
        if other := self._elsewhere(found.passage, found.place[0]):
            words = f"{other.place}の文言です。"
            return _finding(How.MISPLACED, found.passage, saying, words)
        return replace(
            _finding(How.WORDS, found.passage, saying, ""),
            marks=mark(expected, printed),
        )

    def _elsewhere(self, passage: Passage, part: int) -> Saying | None:
        """Return the saying of the same part that a passage prints word for word."""
        for place, likeness in self.sayings.like(passage):
            if likeness == 1 and place[0] == part:
                return self._saying(place)
        return None

    # --- What is not printed ----------------------------------------------------------------------
    def _of_missing(self) -> Iterator[tuple[int, Disagreement]]:
        for number, part in enumerate(self.parts):
            found = self.printed[number]
            printed = {n for n in found if part.sayings[n].required}
            needed = [n for n, saying in enumerate(part.sayings) if saying.required]
            least = PRESENT if part.whole else NEARLY_WHOLE
            is_whole = bool(printed) and len(printed) >= least * len(needed)
            groups = _groups_in(part, printed) if part.whole else set()
            for n in needed:
                saying = part.sayings[n]
                if n not in printed and (is_whole or saying.group in groups):
                    place = max((m.end for k, m in found.items() if k < n), default=0)
                    yield place, self._missing(saying, place)

    def _missing(self, saying: Saying, place: int) -> Disagreement:
        where = f"{self.passages[place - 1].where}の後" if place else "はじめ"
        return Disagreement(How.MISSING, where, saying.place, "", saying.text)

    # --- What prints no saying, or one a second time ----------------------------------------------
    def _of_others(self) -> Iterator[tuple[int, Disagreement]]:
        for n in self.others:
            finding = self._other(n)
            if finding:
                yield n, finding
            else:
                for claim in claims(self.passages[n], self.parts):
                    yield n, claim

    def _of_twins(self, told: set[int]) -> Iterator[tuple[int, Disagreement]]:
        """What stands twice on end, whatever of the amendment it is, or none of it."""
        for n, (first, second) in enumerate(pairwise(self.passages), 1):
            words = key(second.text)
            alike = len(words) > SHORTEST and words == key(first.text)
            if alike and not OPPOSITE.search(second.text) and told.isdisjoint({n - 1, n}):
                place = first.where, first.where, second.text, second.text
                yield n, Disagreement(How.REPEATED, *place, "同じ文言が、続けて二度あります。")

    def _other(self, n: int) -> Disagreement | None:
        passage = self.passages[n]
        before, after = self._around(n)
        for beside in (before, after):
            if beside and key(beside.passage.text) == key(passage.text):
                saying = self._saying(beside.place)
                return _repeated(passage, saying) if saying.required else None
        around = {m.place[0] for m in (before, after) if m}
        like = self.sayings.like(passage)
        for place, likeness in like:
            if place[0] in around and likeness >= SURE and place[1] in self.printed[place[0]]:
                return self._again(passage, place, before)
        inside = before and after and before.place[0] == after.place[0] and after
        if inside and self.parts[inside.place[0]].marked:
            known = [self._saying(place) for place, likeness in like if likeness >= SURE]
            return self._stray(passage, known)
        return self._unlike(passage, like)

    def _again(self, passage: Passage, place: Place, before: Match | None) -> Disagreement | None:
        """A saying that is printed already: beside itself it is repeated, elsewhere it is misplaced."""
        saying = self._saying(place)
        if saying.repeats or not saying.required:
            return None
        beside = before is not None and abs(before.place[1] - place[1]) <= 1
        if beside or not self.parts[place[0]].marked:
            return _repeated(passage, saying)
        words = f"{saying.place}の文言です。"
        return _finding(How.MISPLACED, passage, saying, words)

    def _stray(self, passage: Passage, known: list[Saying]) -> Disagreement | None:
        if OPPOSITE.search(passage.text):
            return None
        place = known[0].place if known else ""
        words = f"{place}の文言です。" if known else "変更案に、この文言はありません。"
        kind = How.MISPLACED if known else How.UNKNOWN
        return Disagreement(kind, passage.where, place, passage.text, "", words)

    def _unlike(self, passage: Passage, like: list[tuple[Place, float]]) -> Disagreement | None:
        """A passage out of all order that has nearly the words of a saying."""
        place, likeness = max(like, key=lambda pair: pair[1], default=((0, 0), 1.0))
        if not SURE <= likeness < 1:
            return None
        saying = self._saying(place)
        return replace(
            _finding(How.WORDS, passage, saying, ""),
            marks=mark(words_of(saying.text), words_of(passage.text)),
        )


_OF_OTHERS = set(How) - {How.MISSING, How.MARKS}


def _finding(kind: How, passage: Passage, saying: Saying, words: str) -> Disagreement:
    expected = words_of(saying.text)
    return Disagreement(kind, passage.where, saying.place, passage.text, expected, words)


def _repeated(passage: Passage, saying: Saying) -> Disagreement:
    return _finding(How.REPEATED, passage, saying, "同じ文言が、二度あります。")


def _groups_in(part: Part, printed: set[int]) -> set[str]:
    """Return the groups of which at least two sayings and half of all are printed."""
    needed = Counter(saying.group for saying in part.sayings if saying.required and saying.group)
    had = Counter(part.sayings[n].group for n in printed)
    return {group for group, count in needed.items() if had[group] >= max(2, count * PRESENT)}


def spelled_otherwise(expected: str, printed: str) -> str:
    """Say in what two strings differ that say the same, "" where in nothing but idle space."""
    if _without_space(expected) == _without_space(printed):
        return ""
    if words := invisible_difference(_without_space(expected), _without_space(printed)):
        return f"{words}です。"
    return "ローマ数字の書き方が違います。"


def _without_space(text: str) -> str:
    """The characters of a text that are not idle space, in their own width."""
    folded = fold(text)
    kept = dict.fromkeys(zip(folded.starts, folded.ends, strict=True))
    return "".join(text[start:end] for start, end in kept)


def missing_marks(passage: Passage, saying: Saying) -> str:
    """Say what of a passage is underlined that does not change, or changes and is not underlined."""
    if saying.marks and not passage.marks:
        return "資料の変更部分に、下線がありません。"
    if passage.marks and not saying.marks:
        return "資料の変わらない文言に、下線があります。"
    unseen = [
        saying.text[slice(*span)] for span in saying.marks if not _touched(passage, saying, span)
    ]
    return f"「{'」「'.join(unseen)}」に、下線がありません。" if unseen else ""


def _touched(passage: Passage, saying: Saying, span: Span) -> bool:
    """Whether a changed stretch is underlined at all, counted in folded characters."""
    start, end = (len(fold(saying.text[:edge]).text) for edge in span)
    ahead = len(fold(saying.text).text) - len(fold(words_of(saying.text)).text)
    for mark_start, mark_end in passage.marks:
        first = len(fold(passage.text[:mark_start]).text) + ahead
        last = len(fold(passage.text[:mark_end]).text) + ahead
        if first < end and start < last:
            return True
    return False
