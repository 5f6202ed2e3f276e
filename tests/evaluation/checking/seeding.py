"""A generator of faults: statements of a document dropped, doubled, with another term, number or width.

One seed gives thirty faults, six of each kind, each in a statement of its own, chosen over all
statements of the document alike.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

FAULTS = 30
KANJI = re.compile("[一-鿿]{2,}")
NUMBER = re.compile("[0-9]")
WIDE = re.compile(r"[0-9A-Za-z()（）ァ-ヶ](?!>)")
SHORTEST = 4  # characters of a statement; shorter strings are words of a form or of a figure
FORM = {
    "項目",
    "評価軸",
    "評価指標",
    "モニタリング指標",
    "指標",
    "変更案",
    "現行",
    "図",
    "事業実施期間",
}
TAGS = re.compile("</?u>")
NOTES = re.compile(r".*[（(](?:新設|同左|削る|略)[）)]")


@dataclass(frozen=True)
class Fault:
    """What was done to the statement at `index`: `was` it, `now` it reads so ("" where it is gone)."""

    kind: str
    index: int
    was: str
    now: str


def seeded(statements: Sequence[str], seed: int) -> list[Fault]:
    """Return thirty faults of a document's statements, in the order of the document."""
    choose = random.Random(seed)
    places = [n for n, text in enumerate(statements) if is_statement(text)]
    choose.shuffle(places)
    terms = sorted({term for text in statements for term in KANJI.findall(text)})
    kinds = [kind for kind in MAKERS for _ in range(FAULTS // len(MAKERS))]
    faults = []
    for kind in kinds:
        for n in list(places):
            now = MAKERS[kind](statements[n], choose, terms)
            if now is not None:
                places.remove(n)
                faults.append(Fault(kind, n, statements[n], now))
                break
    return sorted(faults, key=lambda fault: fault.index)


def is_statement(text: str) -> bool:
    words = TAGS.sub("", text).strip("○【】 ")
    return len(words) >= SHORTEST and words not in FORM and not NOTES.fullmatch(words)


def dropped(text: str, choose: random.Random, terms: list[str]) -> str:
    return ""


def doubled(text: str, choose: random.Random, terms: list[str]) -> str:
    return f"{text}\n{text}"


def swapped(text: str, choose: random.Random, terms: list[str]) -> str | None:
    """Put another word of the document in the place of one."""
    found = list(KANJI.finditer(text))
    if not found:
        return None
    term = choose.choice(found)
    other = choose.choice([t for t in terms if t != term.group()])
    return text[: term.start()] + other + text[term.end() :]


def shifted(text: str, choose: random.Random, terms: list[str]) -> str | None:
    """Make one digit one more or one less."""
    found = list(NUMBER.finditer(text))
    if not found:
        return None
    digit = choose.choice(found)
    value = (int(digit.group()) + choose.choice((1, 9))) % 10
    return text[: digit.start()] + str(value) + text[digit.end() :]


def widened(text: str, choose: random.Random, terms: list[str]) -> str | None:
    """Give one character its other width."""
    found = [match for match in WIDE.finditer(text) if other_width(match.group())]
    if not found:
        return None
    sign = choose.choice(found)
    return text[: sign.start()] + other_width(sign.group()) + text[sign.end() :]


FULL_TO_HALF_KANA = dict(
    zip(
        "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン",
        "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝ",
        strict=True,
    )
)


def other_width(sign: str) -> str:
    if sign.isascii():
        return chr(ord(sign) + 0xFEE0)
    if sign in "（）":
        return chr(ord(sign) - 0xFEE0)
    return FULL_TO_HALF_KANA.get(sign, "")


MAKERS: dict[str, Callable[[str, random.Random, list[str]], str | None]] = {
    "drop": dropped,
    "duplicate": doubled,
    "swap": swapped,
    "number": shifted,
    "width": widened,
}
