"""Lines of a drawing's text, broken by the rules of official Japanese. Pure."""

import itertools
import unicodedata
from collections.abc import Iterator

# Where official Japanese allows no break (JIS X 4051): before these, and after those.
NOT_FIRST = "、。，．・：；！？!?,.:;々ー～）)］]｝}〉》」』】〕ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
NOT_LAST = "（(［[｛{〈《「『【〔"
OPENING = "（(〔［["  # a new line begins here first: 「国立研究開発法人…（JST）」


def wrap(text: str, width: float) -> list[str]:
    """Break a text into lines of at most `width` em by the rules of official Japanese.

    A text that does not fit is broken before its brackets first; a Latin word stays whole while a
    line can hold it.
    """
    text = " ".join(text.split())
    if width_of(text) <= width:
        return [text]
    lines = [""]
    for phrase in _phrases(text):
        if lines[-1] and width_of(lines[-1] + phrase) > width and phrase[0] in OPENING:
            lines.append("")
        for piece in _pieces(phrase, width):
            if lines[-1] and width_of((lines[-1] + piece).rstrip()) > width:
                lines.append("")
            lines[-1] += piece
    return [line.strip() for line in lines]


def _phrases(text: str) -> Iterator[str]:
    """Yield the text cut before each bracket that opens."""
    starts = [0, *(n for n, char in enumerate(text) if n and char in OPENING), len(text)]
    return (text[start:end] for start, end in itertools.pairwise(starts))


def _pieces(text: str, width: float) -> Iterator[str]:
    """Yield what must stay on one line: a character with those bound to it, or a Latin word.

    A piece wider than a line is given out character by character.
    """
    piece = ""
    for char in text:
        if piece and _may_break(piece[-1], char):
            yield from [piece] if width_of(piece) <= width else piece
            piece = ""
        piece += char
    yield from [piece] if width_of(piece) <= width else piece


def _may_break(before: str, after: str) -> bool:
    if not _advance(after) or after in NOT_FIRST or before in NOT_LAST or after == " ":
        return False
    return before == " " or _is_wide(before) or _is_wide(after)


def width_of(text: str) -> float:
    """Return the width of a text in em."""
    return sum(map(_advance, text))


def _advance(char: str) -> float:
    """Return the width of a character in em, in the widest of the fonts that a page may have."""
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    if _is_wide(char) or char in "MWmw@%&":
        return 1
    return 0.75 if char.isupper() else 0.65


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WFA"
