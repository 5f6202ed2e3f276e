"""Plain text as paragraphs, the number in front of each split off: numbers are not compared."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from evaluation.comparison.text import fold

# More digits are a year or an amount, never a number of a paragraph.
_DIGITS = "[0-9０-９]{1,3}"
_KANJI = "[〇一二三四五六七八九十百千]{1,7}"
_ANY = f"(?:{_DIGITS}|{_KANJI})"
_KANA = "[ア-ンｱ-ﾝ]"
_SPACE = r"[ \t　]"
_WIDE = r"(?:[\t　]|  )"  # space that nobody types inside a sentence
# Behind a number and one narrow space these count something: 「10 億円」, 「3 つの柱」, 「5 期」.
_COUNTED = (
    "(?:[億兆百円秒倍歳%％〜～~期版]|万(?!一)|千(?!葉)|[つ][のがをに、]|[かカヶ箇][所国年月]|年(?!次)|月(?!次)"
    "|日(?!本|常)|時間|分[のがを]|件(?!名)|名(?!称|古)|個(?!人|別)|台(?!帳|風)|点(?!検)|枚|冊|割(?!り当)|校(?!正|長)"
    "|人[のがをに以程、]|社(?!会)|回(?!答|収|復)|項(?!目)|号|条(?!件|例|約)|章|節|次[のにで])"
)
# What no paragraph begins with: the number before it is a word of the sentence, 「第3条 の規定により」.
_GOES_ON = (
    "(?![のを、。，．～〜]|が(?!ん)|へ(?!き)|に(?!ぎ|ほ|わ)|は[、，次当前同]|も、|で[、あ]|と[はすし（(①-⑳]|や[（(①-⑳]"
    "|から(?!だ)|まで|など|等[のをがに、]|及び|並びに|又は|若しくは|および|ならびに|または|もしくは|以[外上下降前後])"
)

# Each form of a number under the name of an example; the first that fits is split off.
FORMS = {
    "第3条の2": (
        rf"第{_SPACE}?{_ANY}{_SPACE}?[編章節款目条項号](?:の{_ANY})*"
        rf"(?:(?={_SPACE})(?!{_SPACE}*第{_ANY}{_SPACE}?[項号])|(?=[（(][^（()）]*[)）]$))"
    ),
    "第１": rf"第{_SPACE}?{_ANY}(?:(?={_WIDE})|(?= (?!{_COUNTED})))",
    "Ⅲ．": rf"[Ⅰ-Ⅻ](?:{_SPACE}?[.．‐－-]{_SPACE}?{_DIGITS})*{_SPACE}?[.．](?![0-9０-９])",
    "Ⅲ": rf"[Ⅰ-Ⅻ](?:[.．‐－-]{_DIGITS})*(?={_SPACE}+(?![期型類種相]))",
    "IV.": r"[IVX]{1,5}[.．](?![A-Za-z0-9.])",
    "2. 4.": rf"{_DIGITS}(?:{_SPACE}?[.．]{_SPACE}?{_DIGITS})*{_SPACE}?[.．](?![0-9０-９])",
    "2.4": rf"{_DIGITS}(?:[.．‐－−-]{_DIGITS})*(?:の{_DIGITS})*(?:(?={_WIDE})|(?= (?!{_COUNTED})))",
    "(1)": (
        rf"[（(]{_SPACE}?(?:{_ANY}|{_KANA}|[a-zA-Zａ-ｚＡ-Ｚ]|[ⅰ-ⅻⅠ-Ⅻ]|[ivx]{{1,4}}){_SPACE}?[）)]"
    ),
    "1)": rf"(?:{_DIGITS}|{_KANA}|[a-zａ-ｚ])[)）]",
    "【1】": rf"[【〔\[［]{_DIGITS}[】〕\]］]",
    "①": "[①-⒇⓪❶-❿㉑-㉟㊱-㊿]",
    "ア．": rf"{_KANA}(?:[.．](?![ァ-ヺー])|(?={_WIDE})|(?= (?![ァ-ヺー])))",
    "a.": r"[a-zａ-ｚ][.．](?![A-Za-z0-9.])",
    "A.": r"[A-ZＡ-Ｚ][.．](?![A-Za-z0-9.]| [A-Z][a-z])",  # not 「J. Smith」
    "Ａ": rf"(?:[A-ZＡ-Ｚａ-ｚ]|[IVX]{{2,5}})(?={_WIDE})",
    "一": rf"{_KANJI}(?:の{_KANJI})*(?=　)",
    # A sign that is repeated stands for something left out: 「・・・」, 「○○大学」.
    "・": r"(?P<sign>[・○◯●◎◇◆□■▽▼☆★※▪•])(?!(?P=sign)|(?<=[○◯●])(?:年(?!度|次)|月|日(?!本|常)))",
    "△": "[△▲](?![△▲0-9０-９])",  # 「△10％」 is minus ten
    "－": rf"[-－−‐–—―*＊](?={_SPACE})",
}
_NUMBER = re.compile(rf"(?P<number>{'|'.join(FORMS.values())}){_SPACE}*{_GOES_ON}(?=\S)")
# What tells numbers of one form apart, and what stands for it in the form.
_COUNTERS = {
    rf"の{_ANY}": "",
    "[0-9]+": "1",
    _KANJI: "一",
    _KANA: "ア",
    "[①-⒇⓪❶-❿㉑-㉟㊱-㊿]": "①",
    "[Ⅰ-ⅻ]": "Ⅰ",
    "[A-Za-z]+": "a",
}
_FIRST = frozenset("".join(_COUNTERS.values()))


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line of a text: its number as printed, "" where it has none, and what follows."""

    number: str
    text: str


def paragraphs(text: str) -> tuple[Paragraph, ...]:
    """The lines of a text that are not blank, in order; white space around them goes.

    A line that is nothing but a number is a text without one.
    """
    lines = (line.strip() for line in text.removeprefix("\ufeff").splitlines())
    return tuple(_paragraph(line) for line in lines if line)


def _paragraph(line: str) -> Paragraph:
    number = _NUMBER.match(line)
    if number is None:
        return Paragraph("", line)
    return Paragraph(number["number"], line[number.end() :])


def headings(found: Sequence[Paragraph]) -> list[int | None]:
    """For each paragraph the place of the numbered one that it stands under, None at the top.

    Numbers of one form stand on one level; a form that comes anew is a level below. What has no
    number stands under the last number, and so does a bullet. A number that holds another, 「2. 5.」
    after 「2.」, stands under what is above that: it says itself where it belongs.
    """
    levels: list[tuple[str, int]] = []  # forms and places of the numbers that may have some below
    under: list[int | None] = []
    for place, paragraph in enumerate(found):
        form = _form(paragraph.number)
        if levels and not _is_bullet(form):
            levels = [level for level in levels if not _is_bullet(level[0])]
        forms = [other for other, _ in levels]
        if form in forms:
            del levels[forms.index(form) :]
        above = [k for _, k in levels if not _holds(paragraph.number, found[k].number)]
        under.append(above[-1] if above else None)
        if form:
            levels.append((form, place))
    return under


@lru_cache(maxsize=10_000)
def _form(number: str) -> str:
    """The number 1 in its place: 「(1)」 for 「（12）」, 「第1条」 for 「第3条の2」."""
    form = fold(number).text
    for pattern, first in _COUNTERS.items():
        form = re.sub(pattern, first, form)
    return form


def _is_bullet(form: str) -> bool:
    return bool(form) and _FIRST.isdisjoint(form)


def _holds(number: str, other: str) -> bool:
    return number.startswith(other) and not number[len(other) : len(other) + 1].isdigit()
