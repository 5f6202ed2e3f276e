"""Rules about how text is written: width, space, roman numerals, and the form of a citation."""

import re
from collections import defaultdict
from collections.abc import Iterator

from evaluation.checking.findings import Finding, Matter
from evaluation.comparison.notices import invisible_difference
from evaluation.comparison.text import fold
from evaluation.excerpts import shortened

_J = "\u3005-\u30ff\u3400-\u9fff"  # Japanese letters, without signs
VARIANTS = {
    "半角の括弧": re.compile(rf"[{_J}、。][()]|[()][{_J}]"),
    "全角の英数字": re.compile("[０-９Ａ-Ｚａ-ｚ]+"),
    "半角のカタカナ": re.compile("[ｦ-ﾟ]+"),
    "「，」「．」": re.compile("[，．]"),
    "和文と英数字の間の空白": re.compile(rf"[{_J}]+ +[A-Za-z0-9]+|[A-Za-z0-9]+ +[{_J}]+"),
    "余分な空白": re.compile(rf"\S*(?:[ \u3000]{{2,}}|[{_J}、。）] (?=[{_J}（]))\S*|[ \u3000]+\Z"),
    "英字によるローマ数字": re.compile(r"(?<![A-Za-z])(?:II|III|IV|VI|VII|VIII|IX)(?![A-Za-z])"),
}
_SHOWN = 12

_KANJI_NUMBER = "一二三四五六七八九十百千〇"
# The end of a law's name tells it from others; where the name begins in a sentence is not to be seen.
_LAW = re.compile(r"([一-鿿ぁ-んァ-ヶー・]{1,12}(?:法律|法))\(([^()]*法律[^()]*号)\)")
_LAW_NUMBER = re.compile("(?:明治|大正|昭和|平成|令和)(?:元|[0-9]+)年法律第[0-9]+号")
_WITHOUT_ORDINAL = re.compile(rf"(?<![第0-9{_KANJI_NUMBER}箇か])[0-9]+条(?:の[0-9]+)?(?![例件約])")
_ARABIC = re.compile("第[0-9]+(?:条|項)")
_KANJI = re.compile(f"第[{_KANJI_NUMBER}]+(?:条|項)")
_WESTERN = re.compile(r"」\((?:[^()]*?)([12][0-9]{3}年[0-9]+月[0-9]+日)")


def variants(matter: Matter) -> Iterator[Finding]:
    """Another width, idle space or letters for a roman numeral, in what the amendment says."""
    for unit in matter.units:
        place = matter.after.place(unit)
        written = f"{unit.label}. {unit.text}" if unit.label else unit.text
        for name, pattern in VARIANTS.items():
            if found := pattern.search(written):
                message = f"{name}があります：「{shortened(found.group(), _SHOWN)}」"
                yield Finding("variant", place, message, unit.id, (written,))
        old = matter.before.units.get(unit.id)
        if old and (words := invisible_difference(old.text, unit.text)):
            message = f"現行との違いは、{words}です。"
            yield Finding("variant", place, message, unit.id, (old.text, unit.text))


def citations(matter: Matter) -> Iterator[Finding]:
    """A law or a paper that is not cited as usual, or one law by two numbers."""
    numbers: dict[str, set[str]] = defaultdict(set)
    for programme in matter.programmes:
        for name, number in _LAW.findall(fold(programme.legal_basis).text):
            numbers[name].add(number)
    texts = [(unit, place, fold(text).text) for unit, place, text in matter.texts()]
    for _, _, text in texts:
        for name, number in _LAW.findall(text):
            numbers[name].add(number)
    kanji_too = any(_ARABIC.search(text) for _, _, text in texts)
    for unit, place, text in texts:
        for message in _citation_faults(text, numbers, kanji_too=kanji_too):
            yield Finding("citation", place, message, unit.id if unit else "", (text,))


def _citation_faults(text: str, numbers: dict[str, set[str]], *, kanji_too: bool) -> Iterator[str]:
    for name, number in _LAW.findall(text):
        if not _LAW_NUMBER.fullmatch(number):
            yield f"法律番号「{number}」は、「平成20年法律第63号」のように書きます。"
        elif len(numbers[name]) > 1:
            others = "」「".join(sorted(numbers[name] - {number}))
            yield f"「{name}」の法律番号が「{number}」です。ほかでは「{others}」とあります。"
    for article in _WITHOUT_ORDINAL.findall(text):
        yield f"「{article}」に「第」がありません。"
    if kanji_too and (article := _KANJI.search(text)):
        yield f"「{article.group()}」は漢数字です。ほかでは算用数字で引いています。"
    for day in _WESTERN.findall(text):
        yield f"引用した文書の日付「{day}」が西暦です。元号で書きます。"
