"""References between clauses, 「2.4」「前条」: found in a text, followed in one tree, written anew for another.

Pure Python: a tree is a `Document` of the comparison engine. When numbers move, a reference keeps its
target and must be written anew; one that still says the old number is forgotten (条ズレ).
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from evaluation.comparison.alignment import Document, Unit, UnitKind
from evaluation.comparison.text import fold


class Form(StrEnum):
    """How a reference names its target."""

    NUMBER = "number"  # 「2. 4.」, 「Ⅲ. 2.4」, 「上記2.」, 「1から3まで」
    NAMED = "named"  # 「第3条」: the target's own number says it whole
    NEIGHBOUR = "neighbour"  # 「前条」「次項」


@dataclass(frozen=True, slots=True)
class Reference:
    """A stretch `start:end` of a text that names another clause.

    `path`: of a number its parts in half-width digits, ("2", "4"); of a name the number that it says,
    ("第3条",). `chapter`: the numeral of the chapter where one is named, else "".
    """

    start: int
    end: int
    text: str
    form: Form
    path: tuple[str, ...] = ()
    chapter: str = ""


class State(StrEnum):
    """What became of a reference."""

    FORGOTTEN = "forgotten"  # its target has another number now
    LOST = "lost"  # its target does not stand any more
    DOUBLED = "doubled"  # its target shares its number with another clause now


@dataclass(frozen=True, slots=True)
class Finding:
    """A reference in the clause `holder` that no longer says what it was written for.

    `target` is the clause it was written for, `now` the one that its words name now, if any; `words`
    are those that name the target, "" where a person must find them.
    """

    holder: str
    reference: Reference
    state: State
    target: str
    now: str | None
    words: str


# --- Finding --------------------------------------------------------------------------------------
_DIGIT = "[0-9０-９]"
_SPACE = "[ 　]"
_PART = f"{_DIGIT}{{1,2}}+"
_DOT = "[.．]"
_ROMAN = "[Ⅰ-Ⅻ]"
_ANY = f"(?:{_DIGIT}{{1,3}}|[一二三四五六七八九十百]{{1,5}}|{_ROMAN})"
# What a number counts or measures is no clause: 「2.4％」, 「1.5倍」, 「3.2兆円」, 「2.4GHz」.
_COUNTED = (
    f"{_SPACE}?(?:[%％‰倍割億万兆千円人名件社校年度期点歳回本台個枚冊℃㎡㎞㎏]|ポイント|[かカヶヵ][所年国]|時間|分の)"
    "|[A-Za-zａ-ｚＡ-Ｚμ]"
)
# Behind a letter it is a version: 「Society 5.0」, 「Ver. 2.4」.
_BEFORE = f"(?<![0-9０-９A-Za-zＡ-Ｚａ-ｚ.．,，第約±+＋−-])(?<![A-Za-z]{_SPACE})(?<![A-Za-z]{_DOT}{_SPACE})"
_END = f"(?:{_DOT}(?!{_DIGIT})|(?!{_DIGIT}|{_DOT}|{_COUNTED}))"
_ALONE = f"{_PART}(?:{_DOT}(?!{_DIGIT})|(?=[のにをとで、。及]))"
_FORMS = {
    "2. 4.": (
        f"{_BEFORE}(?:(?P<chapter>{_ROMAN}){_SPACE}?{_DOT}?{_SPACE}?)?"
        f"(?P<number>{_PART}(?:{_SPACE}?{_DOT}{_SPACE}?{_PART})++{_END})"
    ),
    "Ⅲ. 2.": (
        f"(?P<its_chapter>{_ROMAN}){_SPACE}?{_DOT}?{_SPACE}?(?P<its_number>{_PART}{_DOT}(?!{_DIGIT}))"
    ),
    "上記2.": f"(?:(?<=[上前下]記)|(?<=[上前下]記{_SPACE}))(?P<above>{_ALONE})",
    "1から3まで": (
        f"{_BEFORE}(?P<first>{_PART}{_DOT}?)(?={_SPACE}?(?:から|[〜～~]){_SPACE}?{_PART}{_DOT}?まで)"
        f"|(?:(?<=から)|(?<=[〜～~]))(?P<last>{_PART}{_DOT}?)(?=まで)"
    ),
    # Behind a law or another number of one it is that law's: 「法律第63号）第27条の2第1項」.
    "第3条": (
        "(?<![法律令則程準例憲約）)条項号款節章0-9０-９])"
        f"(?P<name>第{_ANY}[編章節款条項号](?:の{_ANY})*)"
    ),
    "前条": "(?<![以午直事])(?P<neighbour>[前次](?:条(?!件|例|約)|項(?!目)|号(?!車)|章|節(?!約|句)))",
}
_REFERENCE = re.compile("|".join(f"(?:{form})" for form in _FORMS.values()))
_NUMBERS = ("number", "its_number", "above", "first", "last")


def find(text: str) -> list[Reference]:
    """Return what may be references in a text, in order; which are, a tree tells (`Numbers.target`)."""
    return [_reference(match) for match in _REFERENCE.finditer(text)]


def _reference(match: re.Match[str]) -> Reference:
    start, end = match.span()
    if name := match["name"]:
        return Reference(start, end, name, Form.NAMED, (fold(name).text,))
    if match["neighbour"]:
        return Reference(start, end, match.group(), Form.NEIGHBOUR)
    number = next(match[group] for group in _NUMBERS if match[group])
    path = tuple(re.findall("[0-9]+", fold(number).text))
    chapter = match["chapter"] or match["its_chapter"] or ""
    return Reference(start, end, match.group(), Form.NUMBER, path, chapter)


# --- Following ------------------------------------------------------------------------------------
class Numbers:
    """The clauses of one tree by the numbers that name them."""

    def __init__(self, document: Document) -> None:
        self.units = {unit.id: unit for unit in document.units}
        self._below: defaultdict[str | None, list[Unit]] = defaultdict(list)
        for unit in sorted(document.units, key=lambda unit: (unit.rank, unit.id)):
            self._below[unit.parent].append(unit)
        self._by_path: defaultdict[tuple[str, ...], list[Unit]] = defaultdict(list)
        for unit in document.units:
            if path := self.path(unit):
                self._by_path[path].append(unit)

    def path(self, unit: Unit) -> tuple[str, ...]:
        """Return the parts of an item's printed number, outermost first; () for any other clause."""
        parts: list[str] = []
        above: Unit | None = unit
        while above and above.kind is UnitKind.ITEM:
            parts.insert(0, above.label)
            above = self.units.get(above.parent or "")
        return tuple(parts)

    def chapter(self, unit: Unit) -> Unit | None:
        """Return the chapter in which a clause stands."""
        above: Unit | None = unit
        while above and above.kind is not UnitKind.CHAPTER:
            above = self.units.get(above.parent or "")
        return above

    def target(self, holder: str, reference: Reference) -> str | None:
        """Return the clause that a reference in the clause `holder` names; None for none, or several."""
        here = self.units.get(holder)
        if here is None:
            return None
        if reference.form is Form.NEIGHBOUR:
            found = self._neighbour(here, reference.text)
            return found.id if found else None
        if reference.form is Form.NAMED:
            named = [unit for unit in self.units.values() if unit.label == reference.path[0]]
        else:
            named = self._numbered(here, reference)
        return named[0].id if len(named) == 1 else None

    def _numbered(self, here: Unit, reference: Reference) -> list[Unit]:
        """Without a chapter's name a number is first of all one of the own chapter."""
        found = self._by_path.get(reference.path, [])
        if reference.chapter:
            return [unit for unit in found if self._numeral(unit) == reference.chapter]
        own = [unit for unit in found if self.chapter(unit) == self.chapter(here)]
        return own or found

    def _numeral(self, unit: Unit) -> str:
        chapter = self.chapter(unit)
        return chapter.label if chapter else ""

    def _neighbour(self, here: Unit, words: str) -> Unit | None:
        """項: the paragraph before or behind, else the item; 号: the entry of a list; 条, 節: the item."""
        step = -1 if words[0] == "前" else 1
        kinds = {"章": UnitKind.CHAPTER, "条": UnitKind.ITEM, "節": UnitKind.ITEM}
        if words[1] in "項号" and here.kind not in (UnitKind.ITEM, UnitKind.CHAPTER):
            beside = self._beside(here, step)
            if beside or words[1] == "号":
                return beside
        kind = kinds.get(words[1], UnitKind.ITEM)
        owner: Unit | None = here
        while owner and owner.kind is not kind:
            owner = self.units.get(owner.parent or "")
        return self._beside(owner, step) if owner else None

    def _beside(self, unit: Unit, step: int) -> Unit | None:
        alike = [other for other in self._below[unit.parent] if other.kind is unit.kind]
        place = [other.id for other in alike].index(unit.id) + step
        return alike[place] if 0 <= place < len(alike) else None

    # --- Writing ----------------------------------------------------------------------------------
    def words(self, holder: str, target: str, reference: Reference) -> str:
        """Return the words that name `target` where `reference` stands, in its manner; "" for none."""
        unit, here = self.units.get(target), self.units.get(holder)
        if unit is None or here is None:
            return ""
        for words in self._ways(here, unit, reference):
            if any(self.target(holder, found) == target for found in find_at(words, reference)):
                return words
        return ""

    def _ways(self, here: Unit, unit: Unit, reference: Reference) -> Iterator[str]:
        if reference.form is Form.NEIGHBOUR:
            yield reference.text
            yield ("次" if reference.text[0] == "前" else "前") + reference.text[1:]
        if reference.form is not Form.NUMBER:
            yield unit.label  # 「第3条」
        path, chapter = self.path(unit), self._numeral(unit)
        if path:
            if not reference.chapter:
                yield written(path, reference)
            yield written(path, reference, chapter)


def find_at(words: str, reference: Reference) -> list[Reference]:
    """Return the reference that new words are in the place of another one."""
    frame = "上記" if reference.form is Form.NUMBER and len(reference.path) == 1 else ""
    found = find(f"{frame}{words}の")
    return [one for one in found if one.start == len(frame) and one.end == len(frame) + len(words)]


def written(path: Sequence[str], like: Reference, chapter: str = "") -> str:
    """Return a number in the manner of a reference: its dots, spaces and width of digits."""
    number = re.sub(f"^{_ROMAN}{_SPACE}?{_DOT}?{_SPACE}?", "", like.text)
    if like.form is not Form.NUMBER:
        number = "1. 1."
    between = re.search(f"(?<={_DIGIT}){_SPACE}?{_DOT}{_SPACE}?(?={_DIGIT})", number)
    wide = bool(re.search("[０-９]", number))
    dots = re.search(f"{_DOT}$", number)
    dot = "．" if wide and not dots else "."
    separator = between.group() if between else (f"{dots.group()} " if dots else dot)
    printed = separator.join(path) + (dots.group() if dots else "")
    if wide:
        printed = printed.translate({code: code + 0xFEE0 for code in b"0123456789"})
    head = like.text[: len(like.text) - len(number)] if like.chapter else f"{chapter}. "
    return f"{chapter}{head[1:]}{printed}" if chapter else printed


# --- What is forgotten ----------------------------------------------------------------------------
Version = tuple[str, Numbers]


def carried(holder: str, versions: Sequence[Version]) -> list[tuple[Reference, str | None]]:
    """Return the references of the last version of a clause's text, each with its target.

    `versions`: the texts that the clause had, oldest first, each with the tree that stood when it was
    written. A reference that was already in the version before keeps the target that it had there.
    """
    known: list[tuple[Reference, str | None]] = []
    for text, numbers in versions:
        found = find(text)
        kept = _kept([reference for reference, _ in known], found)
        known = [
            (
                reference,
                known[kept[place]][1] if place in kept else numbers.target(holder, reference),
            )
            for place, reference in enumerate(found)
        ]
    return known


def _kept(old: Sequence[Reference], new: Sequence[Reference]) -> dict[int, int]:
    """Return for places of new references those of the old ones that they are.

    Of as many as before each is the one at its place: when two changed places, the words of one may be
    those that the other had.
    """
    if len(old) == len(new):
        pairs = enumerate(zip(old, new, strict=True))
        return {place: place for place, (one, other) in pairs if one.text == other.text}
    matcher = SequenceMatcher(
        None, [one.text for one in old], [one.text for one in new], autojunk=False
    )
    return {
        block.b + step: block.a + step
        for block in matcher.get_matching_blocks()
        for step in range(block.size)
    }


def findings(
    holder: str, known: Sequence[tuple[Reference, str | None]], now: Numbers
) -> list[Finding]:
    """Return which of a clause's references, with their targets, are wrong in the tree as it is now."""
    found = []
    for reference, target in known:
        named = now.target(holder, reference)
        if target is None or named == target:
            continue
        words = now.words(holder, target, reference)
        state = _state(target, reference, now)
        found.append(Finding(holder, reference, state, target, named, words))
    return found


def _state(target: str, reference: Reference, now: Numbers) -> State:
    if target not in now.units:
        return State.LOST
    same = reference.form is Form.NUMBER and now.path(now.units[target]) == reference.path
    return State.DOUBLED if same else State.FORGOTTEN


def repaired(text: str, found: Sequence[Finding]) -> str:
    """Return a clause's text with the words that its findings propose; those without stay."""
    for finding in sorted(found, key=lambda finding: -finding.reference.start):
        if finding.words:
            reference = finding.reference
            text = text[: reference.start] + finding.words + text[reference.end :]
    return text
