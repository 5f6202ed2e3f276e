"""Habits of drafters that a sum of costs cannot express: rules on the edits of one pair."""

import re
from bisect import bisect_left
from typing import NamedTuple

from rapidfuzz.distance import Prefix

from evaluation.comparison.costs import Edge, Phrasing
from evaluation.comparison.search import Edit
from evaluation.comparison.text import Folded, TokenClass

_CONNECTIVE = re.compile("[、，・やとか]|及び|並びに|又は|若しくは|および|ならびに|または|もしくは")
_RANKED = re.compile("及び|並びに|又は|若しくは|および|ならびに|または|もしくは")
_CONNECTIVE_FIRST = re.compile(
    "$|[、，・やと]|及び|並びに|又は|若しくは|および|ならびに|または|もしくは"
)
_BRACKETED = re.compile("[(「『][^(「『)」』]*[)」』]")
_LIST_REACH = 45  # characters between a connective that changed and the element it made room for
_ELEMENT = 15  # characters of a bare list element
_ISLAND = 300  # what an unchanged word between two edits may weigh: three kanji
_SNAP = 20
_LISTED = frozenset(
    {
        TokenClass.KANJI,
        TokenClass.SUFFIX,
        TokenClass.KATAKANA,
        TokenClass.LATIN,
        TokenClass.NUMBER,
        TokenClass.CONNECTIVE,
        TokenClass.DOT,
        TokenClass.LIMIT,
    }
)
_PHRASE = _LISTED - {TokenClass.DOT} | {TokenClass.PARTICLE}


def join_lists(old: Phrasing, new: Phrasing, edits: list[Edit]) -> list[Edit]:
    """Join edits that a drafter sees as one: a list whose connective moved, a bare element between.

    Edits and phrasings are those of one window.
    """
    joined: list[Edit] = []
    grown = False
    for edit in edits:
        last = joined[-1] if joined else None
        if last and (_moved_connective(old, new, last, edit) or _bare_element(old, last, edit)):
            joined[-1] = _union(last, edit)
            grown = True
            continue
        if grown:
            joined[-1] = _snapped(old, new, joined[-1])
        joined.append(edit)
        grown = False
    if grown:
        joined[-1] = _snapped(old, new, joined[-1])
    return joined


def _moved_connective(old: Phrasing, new: Phrasing, last: Edit, edit: Edit) -> bool:
    """G5: 「A及びB」→「A、B及びC」 marks from the connective to the end of the new element.

    One that only changed its rank, 又は→若しくは, is quoted for itself (令和２年法律第８号).
    """
    between = old.text[last.old_end : edit.old_start]
    connectives = old.text[last.old_start : last.old_end], new.text[last.new_start : last.new_end]
    return (
        len(between) <= _LIST_REACH
        and "。" not in _BRACKETED.sub("", between)
        and all(map(_CONNECTIVE.fullmatch, connectives))
        and not all(map(_RANKED.fullmatch, connectives))
        and bool(_CONNECTIVE_FIRST.match(old.text[edit.old_start : edit.old_end]))
        and bool(_CONNECTIVE_FIRST.match(new.text[edit.new_start : edit.new_end]))
    )


def _bare_element(old: Phrasing, last: Edit, edit: Edit) -> bool:
    """G4: edits on both sides of a mere list element or of one short word are one edit."""
    between = slice(last.old_end, edit.old_start)
    classes = {TokenClass(cls) for cls in old.classes[between].tolist()}
    if TokenClass.CONNECTIVE in classes and classes <= _LISTED:
        return edit.old_start - last.old_end <= _ELEMENT
    weight = int(old.weight[edit.old_start] - old.weight[last.old_end])
    return classes <= _PHRASE and weight <= _ISLAND


def _snapped(old: Phrasing, new: Phrasing, edit: Edit) -> Edit:
    """Choose the outer edges of a joined replacement anew, outwards over equal text."""
    i0, i1, j0, j1 = edit
    left = _cheaper(old, new, i0, j0, -1, Edge.REPLACE_START)
    right = _cheaper(old, new, i1, j1, 1, Edge.REPLACE_END)
    return _grown(edit, left, right)


def _cheaper(old: Phrasing, new: Phrasing, i: int, j: int, step: int, edge: Edge) -> int:
    """By how many characters an edge at (i, j) moves outwards for the least cost."""
    best, moved = int(old.edges[edge, i] + new.edges[edge, j]), 0
    for k in range(1, _SNAP + 1):
        a, b = i + step * k, j + step * k
        if not (0 <= a <= len(old.text) and 0 <= b <= len(new.text)):
            break
        passed, other = old.text[min(a, a - step)], new.text[min(b, b - step)]
        if passed != other or passed in "、。，":
            break
        grown = abs(int(old.weight[a] - old.weight[i])) + abs(int(new.weight[b] - new.weight[j]))
        cost = int(old.edges[edge, a] + new.edges[edge, b]) + grown
        if cost < best:
            best, moved = cost, k
    return moved


_LEAD = re.compile("、?(?:及び|並びに|又は|若しくは|かつ)|や|その他")


def lead_with_connectives(old: Phrasing, new: Phrasing, edits: list[Edit]) -> list[Edit]:
    """G3: what is added to a list is quoted from its connective on: 「検査をさせ」の下に
    「、又は質問させ」を加える, and not 「させ、又は質問」 though the texts would be the same."""
    led: list[Edit] = []
    for k, edit in enumerate(edits):
        i0, i1, j0, j1 = edit
        side, start, end = (new, j0, j1) if i0 == i1 else (old, i0, i1)
        if (i0 == i1) != (j0 == j1) and not _LEAD.match(side.text, start, end):
            room = (edits[k + 1].old_start if k + 1 < len(edits) else len(old.text)) - i1
            edit = edit.shifted(*(2 * [_to_connective(side, start, end, room)]))
        led.append(edit)
    return led


def _to_connective(side: Phrasing, start: int, end: int, room: int) -> int:
    """How far an insertion slides to the right, over text that it repeats, to begin with one."""
    bounds = set(side.bounds.tolist())
    for k in range(1, min(room, end - start, _SNAP) + 1):
        if side.text[start + k - 1] != side.text[end + k - 1]:
            break
        if _LEAD.match(side.text, start + k, end + k) and end + k in bounds:
            return k
    return 0


_CLAUSE = 4  # characters of the shortest clause that changes places


def mark_shorter_of_swapped(old: Phrasing, new: Phrasing, edits: list[Edit]) -> list[Edit]:
    """Of two clauses that changed places the shorter one is marked, at its place in both columns."""
    marked: list[Edit] = []
    for edit in edits:
        swapped = _swapped(old.text, new.text, marked[-1], edit) if marked else ()
        marked = [*marked[:-1], *swapped] if swapped else [*marked, edit]
    return marked


def _swapped(old: str, new: str, last: Edit, edit: Edit) -> tuple[Edit, ...]:
    """The edits of the shorter of two clauses, each with the 、 that ends it; () for no swap."""
    i, j, old_end, new_end = last.old_start, last.new_start, edit.old_end, edit.new_end
    if old_end - i != new_end - j or _replaces(last) or _replaces(edit):
        return ()
    head = Prefix.similarity(old[i:old_end], new[j:new_end])
    tail = old[old_end - 1] != "、" and old[old_end : old_end + 1] == "、"
    i, j, old_end, new_end = i + head, j + head, old_end + tail, new_end + tail
    before, after = old[i:old_end], new[j:new_end]
    size = (before + before).find(after)  # of the clause that stands first in the old text
    rest = len(before) - size
    first, second = before[:size], before[size:]
    if min(size, rest) < _CLAUSE or not (first.endswith("、") and second.endswith("、")):
        return ()
    if size <= rest:
        return Edit(i, i + size, j, j), Edit(old_end, old_end, j + rest, new_end)
    return Edit(i, i, j, j + rest), Edit(i + size, old_end, new_end, new_end)


_RANGE = re.compile("(.*[^p])(p+)n.*")


def part_ranges(old: Phrasing, new: Phrasing, edits: list[Edit]) -> list[Edit]:
    """Both ends of a range that changed are two edits: the から or 〜 before a number that was a
    number is left unmarked where the first end is, or was, a number too."""
    parted: list[Edit] = []
    for edit in edits:
        sides = _numbers(old, edit.old_start, edit.old_end), _numbers(new, *edit[2:])
        before, behind = map(_RANGE.fullmatch, sides)
        if before and behind and any(set(side[1]) == {"n"} for side in (before, behind)):
            i, i_end = (edit.old_start + before.end(group) for group in (1, 2))
            j, j_end = (edit.new_start + behind.end(group) for group in (1, 2))
            if old.text[i:i_end] == new.text[j:j_end]:
                parted.append(Edit(edit.old_start, i, edit.new_start, j))
                edit = Edit(i_end, edit.old_end, j_end, edit.new_end)
        parted.append(edit)
    return parted


def _numbers(side: Phrasing, start: int, end: int) -> str:
    letters = {TokenClass.NUMBER: "n", TokenClass.PARTICLE: "p", TokenClass.DOT: "p"}
    return "".join([letters.get(cls, "-") for cls in side.classes[start:end].tolist()])


_PAIRS = dict(zip("(「『【〔[〈《", ")」』】〕]〉》", strict=True))
_OPENING = {closing: opening for opening, closing in _PAIRS.items()}
_BRACKETS = re.compile("[" + re.escape("".join((*_PAIRS, *_OPENING))) + "]")


_FAR = 10  # characters to a partner that a drafter does not mark for the bracket's sake


def whole_brackets(old: str, new: str, edits: list[Edit]) -> list[Edit]:
    """Grow edits until none holds one bracket of a pair without the other (G6).

    They grow over equal text, so both sides in step; an edit that is reached becomes part of them.
    Where the partner stands far off and the bracket itself did not change, they part at it instead.
    A bracket that the text itself never closes asks for nothing.
    """
    partners = _partners(old), _partners(new)
    done: list[Edit] = []
    pending = edits[::-1]
    while pending:
        edit = pending.pop()
        while missing := _missing(edit, *partners):
            left, right = missing
            if left + right > _FAR and (parts := _apart(old, new, edit, *partners)):
                pending += parts[::-1]
                break
            if left and done and edit.old_start - left < done[-1].old_end:
                edit = _union(done.pop(), edit)
            elif right and pending and edit.old_end + right > pending[-1].old_start:
                edit = _union(edit, pending.pop())
            else:
                edit = _grown(edit, left, right)
        else:
            done.append(edit)
    return done


class _Partners(NamedTuple):
    """The positions of the brackets that have a partner, ascending, and where it stands."""

    places: list[int]
    of: dict[int, int]

    def inside(self, start: int, end: int) -> list[int]:
        return self.places[bisect_left(self.places, start) : bisect_left(self.places, end)]


def _partners(text: str) -> _Partners:
    partners: dict[int, int] = {}
    stack: list[int] = []
    for bracket in _BRACKETS.finditer(text):
        position, char = bracket.start(), bracket.group()
        if char in _PAIRS:
            stack.append(position)
        elif stack and text[stack[-1]] == _OPENING[char]:
            partners[position] = stack.pop()
            partners[partners[position]] = position
    return _Partners(sorted(partners), partners)


def _missing(edit: Edit, old: _Partners, new: _Partners) -> tuple[int, int] | None:
    """How far an edit must grow to the left and right to reach its brackets' partners."""
    left = right = 0
    for start, end, partners in (
        (edit.old_start, edit.old_end, old),
        (edit.new_start, edit.new_end, new),
    ):
        if found := [partners.of[place] for place in partners.inside(start, end)]:
            left = max(left, start - min(found))
            right = max(right, max(found) + 1 - end)
    return (left, right) if left or right else None


def _apart(old: str, new: str, edit: Edit, *partners: _Partners) -> list[Edit]:
    """The edits before and behind brackets that lead out of an edit alike on both sides; or none."""
    sides = edit[:2], edit[2:]
    before, behind = (
        [place for place in known.inside(*side) if not side[0] <= known.of[place] < side[1]]
        for side, known in zip(sides, partners, strict=True)
    )
    if [old[place] for place in before] != [new[place] for place in behind]:
        return []
    parts = []
    i, j = edit.old_start, edit.new_start
    for i_end, j_end in zip([*before, edit.old_end], [*behind, edit.new_end], strict=True):
        parts.append(Edit(i, i_end, j, j_end))
        i, j = i_end + 1, j_end + 1
    return [part for part in parts if old[slice(*part[:2])] != new[slice(*part[2:])]]


def _union(first: Edit, second: Edit) -> Edit:
    return Edit(first.old_start, second.old_end, first.new_start, second.new_end)


def _grown(edit: Edit, left: int, right: int) -> Edit:
    return Edit(
        edit.old_start - left, edit.old_end + right, edit.new_start - left, edit.new_end + right
    )


def whole_clusters(old: Folded, new: Folded, edits: list[Edit]) -> list[Edit]:
    """Grow edits, both sides in step, until no edge lies within a grapheme cluster."""
    whole: list[Edit] = []
    for k, edit in enumerate(edits):
        low = whole[-1].old_end if whole else 0
        high = edits[k + 1].old_start if k + 1 < len(edits) else len(old.text)
        while edit.old_start > low and _splits(old, new, edit.old_start, edit.new_start):
            edit = _grown(edit, 1, 0)
        while edit.old_end < high and _splits(old, new, edit.old_end, edit.new_end):
            edit = _grown(edit, 0, 1)
        if whole and edit.old_start == low and edit.new_start == whole[-1].new_end:
            edit = _union(whole.pop(), edit)
        whole.append(edit)
    return whole


def _splits(old: Folded, new: Folded, i: int, j: int) -> bool:
    return old.splits_cluster(i) or new.splits_cluster(j)


_QUOTES = {"「": "」", "『": "』", "(": ")"}


def take_quotes(old: str, new: str, edits: list[Edit]) -> list[Edit]:
    """G6: what is quoted or stands in brackets is replaced with its 「」 or （）."""
    return [
        _grown(edit, 1, 1)
        if _replaces(edit)
        and (quote := _around(old, edit.old_start, edit.old_end)) == _around(new, *edit[2:])
        and quote[0] in _QUOTES
        and quote[1] == _QUOTES[quote[0]]
        else edit
        for edit in edits
    ]


def _around(text: str, start: int, end: int) -> tuple[str, str]:
    return text[start - 1 : start] if start else "", text[end : end + 1]


def take_stops(old: Folded, new: Folded, edits: list[Edit]) -> list[Edit]:
    """G7: a sentence that is replaced whole takes its 。."""
    return [
        _grown(edit, 0, 1)
        if _replaces(edit)
        and _begins_sentence(old, edit.old_start)
        and _begins_sentence(new, edit.new_start)
        and old.text[edit.old_end : edit.old_end + 1] == "。"
        and new.text[edit.new_end : edit.new_end + 1] == "。"
        else edit
        for edit in edits
    ]


def _begins_sentence(folded: Folded, place: int) -> bool:
    return place == 0 or folded.text[place - 1] == "。" or place in folded.gaps


def _replaces(edit: Edit) -> bool:
    return edit.old_start < edit.old_end and edit.new_start < edit.new_end
