"""Plain text as Word gives it, read as clauses, beside the clauses that stand: what it would change.

Pure Python. `read` splits the text, `plan` pairs it with the clauses below the chosen one. Nothing is
deleted and no difference of one character is taken over unless somebody says so.
"""

import re
from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from rapidfuzz.distance import Levenshtein

from evaluation.comparison.alignment import Document, Unit, UnitKind
from evaluation.comparison.likeness import alike
from evaluation.comparison.notices import invisible_difference
from evaluation.comparison.pairing import paired
from evaluation.comparison.reading import Paragraph, paragraphs
from evaluation.comparison.text import fold
from evaluation.ranks import rank_between

LISTS = {
    "評価軸": UnitKind.EVALUATION_AXIS,
    "評価指標": UnitKind.EVALUATION_INDICATOR,
    "モニタリング指標": UnitKind.MONITORING_INDICATOR,
}
SECTIONS: dict[str, UnitKind] = {
    "本文": UnitKind.BODY,
    "項目": UnitKind.BODY,
    "指標": UnitKind.BODY,
    **LISTS,
}
KINDS = (UnitKind.BODY, *LISTS.values(), UnitKind.ITEM)
ONE_CHARACTER = "現行と一字だけ違います"
LONGEST_HEADING = 80  # characters; what is longer is a paragraph
LIKE_HEADING, VERY_LIKE_HEADING = 0.5, 0.75
_PATH = re.compile(r"(?:[0-9]{1,3}\.)*[0-9]{1,3}\.?")
_BULLETS = "・●•◦‣･"


class Fate(StrEnum):
    """What a pasted paragraph would do; MISSING is a clause that the pasted text has not."""

    SAME = "same"
    REVISED = "revised"
    NEAR = "near"  # differs by one character, or in width or space only
    NEW = "new"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Pasted:
    """One paragraph: `label` is the own number of an item, `above` the place of the item it stands under
    (None: the chosen clause). `of_chosen`: the heading of the chosen clause itself."""

    kind: UnitKind
    label: str
    text: str
    above: int | None = None
    of_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plan. `id` names the clause, or one to come (`new-3`); `after` the sibling before it.

    `old` is what the draft says, "" for a new clause; `remark` what a person should know.
    """

    fate: Fate
    kind: UnitKind
    id: str
    parent: str
    label: str
    text: str
    old: str = ""
    old_label: str = ""
    after: str | None = None
    remark: str = ""


# --- Reading --------------------------------------------------------------------------------------
def read(text: str, path: Sequence[str]) -> tuple[Pasted, ...]:
    """Return the paragraphs of a pasted text; `path`: the parts of the chosen clause's number, () for
    a chapter.

    「4. 3. …」 heads an item, ○評価軸 and the like say what follows, and a bullet goes there. Raises
    ValueError with the number of an item that does not stand below the chosen clause.
    """
    found: list[Pasted] = []
    items: dict[tuple[str, ...], int | None] = {}
    above: int | None = None
    section = UnitKind.BODY
    for line, paragraph in _lines(text):
        if (named := _section(paragraph)) is not None:
            section = named
        elif (number := _item(paragraph)) and (
            len(number) > 1 or number in items or section is UnitKind.BODY
        ):
            section = UnitKind.BODY
            if number not in items:
                items[number] = None if number == tuple(path) else len(found)
                found.append(_heading(paragraph, number, tuple(path), items))
            above = items[number]
        elif section is UnitKind.BODY:
            found.append(Pasted(section, "", line, above))
        else:
            found.append(Pasted(section, "", line.lstrip(_BULLETS + " \u3000"), above))
    return tuple(found)


def _lines(text: str) -> Iterator[tuple[str, Paragraph]]:
    for line in text.removeprefix("\ufeff").replace("\xa0", " ").splitlines():
        for paragraph in paragraphs(line):
            whole, text = (re.sub("\t+", "\u3000", part) for part in (line.strip(), paragraph.text))
            yield whole, Paragraph(paragraph.number, text)


def _section(paragraph: Paragraph) -> UnitKind | None:
    words = fold(paragraph.number + paragraph.text).text.strip("○〇◯●【】[]〔〕:")
    return SECTIONS.get(words)


def _item(paragraph: Paragraph) -> tuple[str, ...]:
    """Return the parts of the number that heads an item; () for what is no heading."""
    number = fold(paragraph.number).text.replace(" ", "").replace("．", ".")
    heading = len(paragraph.text) <= LONGEST_HEADING and not paragraph.text.endswith("。")
    return tuple(re.findall("[0-9]+", number)) if heading and _PATH.fullmatch(number) else ()


def _heading(
    paragraph: Paragraph,
    number: tuple[str, ...],
    path: tuple[str, ...],
    items: Mapping[tuple[str, ...], int | None],
) -> Pasted:
    if number == path:
        return Pasted(UnitKind.ITEM, number[-1], paragraph.text, None, of_chosen=True)
    if number[:-1] != path and number[:-1] not in items:
        raise ValueError(paragraph.number)
    return Pasted(UnitKind.ITEM, number[-1], paragraph.text, items.get(number[:-1]))


# --- Pairing --------------------------------------------------------------------------------------
@dataclass
class _Planner:
    """Pairs the pasted paragraphs with the clauses of a draft, from the chosen clause downwards."""

    pasted: Sequence[Pasted]
    document: Document
    standing: Mapping[str, str]
    lines: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.below: defaultdict[tuple[str | None, UnitKind], list[Unit]] = defaultdict(list)
        for unit in sorted(self.document.units, key=lambda unit: (unit.rank, unit.id)):
            self.below[unit.parent, unit.kind].append(unit)
        self.under: defaultdict[tuple[int | None, UnitKind], list[int]] = defaultdict(list)
        for place, one in enumerate(self.pasted):
            if not one.of_chosen:
                self.under[one.above, one.kind].append(place)

    def add_all(self, chosen: Unit) -> None:
        for one in self.pasted:
            if one.of_chosen:
                self.lines.append(self._pair(chosen, one, None))
        self._add_below(None, chosen.id)

    def _add_below(self, above: int | None, parent: str) -> None:
        """Add what stands below one clause: its lists one after the other, behind each item what is its."""
        for kind in KINDS:
            if places := self.under[above, kind]:
                self._add_list(places, parent, kind)

    def _add_list(self, places: Sequence[int], parent: str, kind: UnitKind) -> None:
        units = self.below[parent, kind]
        unit_of = self._paired(units, places, kind)
        texts = self.below[parent, UnitKind.BODY] if kind is UnitKind.ITEM else []
        after = texts[-1].id if texts else None
        for place in places:
            one = self.pasted[place]
            if place in unit_of:
                line = self._pair(unit_of[place], one, after)
            else:
                if kind is UnitKind.ITEM:
                    after = self._before(one.label, parent, units) or after
                line = Line(
                    Fate.NEW, kind, f"new-{place}", parent, one.label, one.text, after=after
                )
            self.lines.append(line)
            after = line.id
            if kind is UnitKind.ITEM:
                self._add_below(place, line.id)
        found = {unit.id for unit in unit_of.values()}
        only_new = kind is UnitKind.ITEM and not found  # nobody pastes all others to add one
        for unit in units:
            if unit.id not in found and not only_new:
                said = (parent, unit.label, unit.text, unit.text, unit.label)
                self.lines.append(Line(Fate.MISSING, kind, unit.id, *said))

    def _before(self, label: str, parent: str, units: Sequence[Unit]) -> str | None:
        """Return the item with the next smaller number, of those that stand and those to come."""
        labels = {unit.id: unit.label for unit in units}
        labels |= {line.id: line.label for line in self.lines if line.parent == parent}
        smaller = {id: int(own) for id, own in labels.items() if own.isdecimal()}
        smaller = {id: own for id, own in smaller.items() if own < int(label)}
        return max(smaller, key=smaller.__getitem__, default=None)

    def _paired(
        self, units: Sequence[Unit], places: Sequence[int], kind: UnitKind
    ) -> dict[int, Unit]:
        """Return for places of pasted paragraphs the clauses that they are."""
        if kind is UnitKind.ITEM:
            return _same_items(units, {place: self.pasted[place] for place in places})
        became = paired(
            [Paragraph("", unit.text) for unit in units],
            [Paragraph("", self.pasted[place].text) for place in places],
        ).pairs
        return {places[new]: units[old] for old, new in became.items()}

    def _pair(self, unit: Unit, one: Pasted, after: str | None) -> Line:
        stands = self.standing.get(unit.id, unit.text)
        fate, remark = _fate(unit.text, one.text, stands)
        label = one.label or unit.label
        if fate is Fate.SAME and label != unit.label:
            fate = Fate.REVISED
        said = (unit.parent or "", label, one.text, unit.text, unit.label)
        return Line(fate, unit.kind, unit.id, *said, after=after, remark=remark)


def _same_items(units: Sequence[Unit], pasted: Mapping[int, Pasted]) -> dict[int, Unit]:
    """Pair items by their headings, which are short and end alike (「…研究開発の推進」): equal ones first,
    then like ones of the same number, then those that are very like."""
    found: dict[int, Unit] = {}
    for least, same_number in ((1.0, False), (LIKE_HEADING, True), (VERY_LIKE_HEADING, False)):
        for place, one in pasted.items():
            free = [unit for unit in units if unit not in found.values()]
            if same_number:
                free = [unit for unit in free if unit.label == one.label]
            if place not in found and free:
                likeness = [alike(fold(unit.text).text, fold(one.text).text) for unit in free]
                if max(likeness) >= least:
                    found[place] = free[likeness.index(max(likeness))]
    return found


def _fate(text: str, pasted: str, stands: str) -> tuple[Fate, str]:
    """Compare a pasted text with the draft's own and, for what may be a slip, with the one in force."""
    if pasted == text:
        return Fate.SAME, ""
    if words := slip(stands, pasted):
        return Fate.NEAR, words
    return Fate.REVISED, "　".join(_slips(stands, pasted))


def slip(stands: str, pasted: str) -> str:
    """Say of two texts that differ in what nobody means to change; "" for any other difference."""
    if words := invisible_difference(stands, pasted):
        return f"現行との間に{words}があります"
    if Levenshtein.distance(stands, pasted, score_cutoff=1) == 1:
        return ONE_CHARACTER
    return ""


def _slips(stands: str, pasted: str) -> Iterator[str]:
    """Yield the sentences of a revised paragraph that nobody may have meant to change."""
    old, new = (re.findall("[^。]+。?", text) for text in (stands, pasted))
    if len(old) > 1:
        for sentence in new:
            if sentence not in old:
                words = next(filter(None, (slip(other, sentence) for other in old)), "")
                if words:
                    yield f"「{sentence}」は、{words}。"


def plan(
    pasted: Sequence[Pasted], document: Document, chosen: str, standing: Mapping[str, str]
) -> tuple[Line, ...]:
    """Return what pasted paragraphs would change below a clause of a draft.

    `standing`: the texts in force by id. Of lists that the pasted text has not at all nothing is missing.
    """
    planner = _Planner(pasted, document, standing)
    planner.add_all(next(unit for unit in document.units if unit.id == chosen))
    return tuple(planner.lines)


# --- What it would change -------------------------------------------------------------------------
def taken(lines: Iterable[Line], chosen: Iterable[str]) -> tuple[Line, ...]:
    """Return the lines that change something: all but what is the same, near and missing, and of those
    the ones chosen by id; a near one that is left has its number only. What is missing comes last: what
    is new may stand behind it."""
    ids = set(chosen)
    found = []
    for line in lines:
        if line.fate is Fate.NEAR and line.id not in ids:
            line = replace(line, text=line.old)
        changes = line.text != line.old or line.label != line.old_label
        if line.fate is Fate.MISSING:
            changes = line.id in ids
        if changes:
            found.append(line)
    return tuple(sorted(found, key=lambda line: line.fate is Fate.MISSING))


def applied(document: Document, lines: Iterable[Line]) -> Document:
    """Return a draft's document with the lines that were `taken`, to be compared with it."""
    units = {unit.id: unit for unit in document.units}
    ranks: defaultdict[str | None, list[tuple[str, str]]] = defaultdict(list)
    for unit in sorted(document.units, key=lambda unit: (unit.rank, unit.id)):
        ranks[unit.parent].append((unit.rank, unit.id))
    for line in lines:
        if line.fate is Fate.NEW:
            units[line.id] = new = _placed(ranks[line.parent], line)
            insort(ranks[line.parent], (new.rank, new.id))
        elif line.fate is Fate.MISSING:
            for id in _with_all_below(units.values(), line.id):
                del units[id]
        else:
            units[line.id] = replace(units[line.id], label=line.label, text=line.text)
    return Document(document.title, tuple(units.values()))


def _placed(ranks: Sequence[tuple[str, str]], line: Line) -> Unit:
    before = next((rank for rank, id in ranks if id == line.after), None)
    behind = next((rank for rank, _ in ranks if before is None or rank > before), None)
    rank = rank_between(before, behind, tail="i")
    return Unit(line.id, line.kind, line.parent, rank, line.label, line.text)


def _with_all_below(units: Iterable[Unit], id: str) -> list[str]:
    below: defaultdict[str | None, list[str]] = defaultdict(list)
    for unit in units:
        below[unit.parent].append(unit.id)
    found = [id]
    for one in found:
        found += below[one]
    return found
