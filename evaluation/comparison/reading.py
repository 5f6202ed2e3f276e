"""Plain text as paragraphs, the number in front of each split off: numbers are not compared."""

import re
from dataclasses import dataclass

_DIGITS = "[0-9０-９]+"
_KANJI = "[〇一二三四五六七八九十百千]+"
_COUNTED = "[億兆万千百円年月日時分秒件人名社回項条号か箇ヶ個台倍歳%％〜～~]"  # 10 億円 is no number of a paragraph
_END = r"(?=[\s　]|$)"

# Each form of a number with what it looks like; the first that fits is split off.
FORMS = {
    "第3条の2": rf"第[ 　]?(?:{_DIGITS}|{_KANJI})[ 　]?[編章節款目条項号](?:の(?:{_DIGITS}|{_KANJI}))*(?=[\s　（(]|$)",
    "Ⅲ．": rf"[Ⅰ-Ⅻ][ 　]?[.．]|[Ⅰ-Ⅻ]{_END}|[IVX]{{1,4}}[ 　]?[.．](?=[\s　])",
    "2. 4.": rf"{_DIGITS}(?:[ 　]?[.．][ 　]?{_DIGITS})*[ 　]?[.．](?![0-9０-９])",
    "2.4": rf"{_DIGITS}(?:[.．‐－-]{_DIGITS})*(?=　| +(?!{_COUNTED}))",
    "(1)": rf"[（(][ 　]?(?:{_DIGITS}|{_KANJI}|[ア-ン]|[a-zA-Zａ-ｚ])[ 　]?[）)]",
    "①": "[①-⑳㉑-㉟]",
    "ア．": rf"[ア-ン](?:[.．]|{_END})",
    "a.": r"[a-zａ-ｚ][.．)](?=[\s　])",
    "一　": f"{_KANJI}(?=　)",
    "・": "[・○◯●■□◆◇※▪](?!・)",
}
_NUMBER = re.compile(rf"[\s　]*({'|'.join(FORMS.values())})[\s　]*(?=\S)")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line of a text: its number as printed, "" where it has none, and what follows."""

    number: str
    text: str


def paragraphs(text: str) -> tuple[Paragraph, ...]:
    """The lines of a text that are not blank, in order; white space around them goes."""
    lines = (line.strip() for line in text.removeprefix("\ufeff").splitlines())
    return tuple(_paragraph(line) for line in lines if line)


def _paragraph(line: str) -> Paragraph:
    number = _NUMBER.match(line)
    if number is None:
        return Paragraph("", line)
    return Paragraph(number[1], line[number.end() :])
