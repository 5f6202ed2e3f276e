"""What drafters do to the sentences of the ministry's document, drawn from a seed."""

import json
import random
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parents[3] / "fixtures"
SENTENCE = re.compile("[^。]{15,}。?")
CONNECTIVE = re.compile("及び|並びに|又は|や|、")
CITATION = re.compile("第 ?[0-9０-９]+ ?条(?:の ?[0-9０-９]+)?(?: ?第 ?[0-9０-９]+ ?項)?")
DATE = re.compile("(?:平成|令和) ?[0-9０-９元]+ ?年(?:度|[0-9０-９]+月[0-9０-９]+日)?")
NUMBER = re.compile("[0-9０-９,]+")
BRACKETED = re.compile("（[^（）]*）")
NOUN = re.compile("[一-鿿]{2,6}(?=[をのにはがと、及])")
ELEMENTS = (
    "民間企業 研究環境 研究インテグリティ 国立大学法人 GX技術 データ基盤 特許出願件数".split()
)
PREFIXES = "先端 次世代 総合 国際".split()
NOTES = "以下同じ。 令和７年法律第12号 外部の有識者を含む。 ELSIを除く。".split()

Edit = Callable[[random.Random, str], str]


@cache
def sentences() -> tuple[str, ...]:
    """All sentences of the source document, as loaded."""
    files = (FIXTURES / "objectives.json", FIXTURES / "amendment_2026-01-28.json")
    texts = [text for file in files for text in strings(json.loads(file.read_text("utf-8")))]
    return tuple(sorted({match.group() for text in texts for match in SENTENCE.finditer(text)}))


def strings(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, list | dict):
        for member in data.values() if isinstance(data, dict) else data:
            yield from strings(member)


def pair(seed: int) -> tuple[str, str]:
    """An old and a new text: one to three sentences with one to four edits, or swapped."""
    chance = random.Random(seed)
    old = "".join(chance.choices(sentences(), k=chance.randint(1, 3)))
    new = old
    for _ in range(chance.randint(1, 4)):
        new = chance.choice(EDITS)(chance, new)
    return (old, new) if chance.random() < 0.5 else (new, old)


def _somewhere(pattern: re.Pattern[str], chance: random.Random, text: str) -> re.Match[str] | None:
    found = list(pattern.finditer(text))
    return chance.choice(found) if found else None


def _replaced(text: str, match: re.Match[str] | None, words: str) -> str:
    return text if match is None else text[: match.start()] + words + text[match.end() :]


def add_to_list(chance: random.Random, text: str) -> str:
    match = _somewhere(NOUN, chance, text)
    joined = chance.choice(["{}、{}", "{}及び{}", "{}・{}", "{}、{}その他", "{}や{}"])
    element = chance.choice(ELEMENTS)
    return _replaced(text, match, joined.format(match.group(), element) if match else "")


def change_connective(chance: random.Random, text: str) -> str:
    match = _somewhere(CONNECTIVE, chance, text)
    return _replaced(text, match, chance.choice(["及び", "並びに", "又は", "、", "や"]))


def change_citation(chance: random.Random, text: str) -> str:
    match = _somewhere(CITATION, chance, text) or _somewhere(NOUN, chance, text)
    return _replaced(text, match, f"第{chance.randint(1, 40)}条第{chance.randint(1, 9)}項")


def change_date(chance: random.Random, text: str) -> str:
    match = _somewhere(DATE, chance, text) or _somewhere(NOUN, chance, text)
    return _replaced(text, match, f"令和{chance.randint(1, 12)}年{chance.randint(1, 12)}月１日")


def change_number(chance: random.Random, text: str) -> str:
    match = _somewhere(NUMBER, chance, text)
    return _replaced(text, match, str(chance.randint(1, 3000)))


def bracket(chance: random.Random, text: str) -> str:
    match = _somewhere(BRACKETED, chance, text)
    if match and chance.random() < 0.6:
        return _replaced(text, match, chance.choice(["", f"（{chance.choice(NOTES)}）"]))
    noun = _somewhere(NOUN, chance, text)
    marks = chance.choice(["{}（" + chance.choice(NOTES) + "）", "「{}」"])
    return _replaced(text, noun, marks.format(noun.group()) if noun else "")


def append_suffix(chance: random.Random, text: str) -> str:
    match = _somewhere(NOUN, chance, text)
    return _replaced(text, match, f"{match.group()}等" if match else "")


def prefix(chance: random.Random, text: str) -> str:
    match = _somewhere(NOUN, chance, text)
    return _replaced(text, match, chance.choice(PREFIXES) + match.group() if match else "")


def delete_words(chance: random.Random, text: str) -> str:
    return _replaced(
        text, _somewhere(re.compile("[^、。（）「」]{2,12}[、をにの]"), chance, text), ""
    )


def respace(chance: random.Random, text: str) -> str:
    return text.replace("（", " (").replace("1", "１") if chance.random() < 0.5 else text + "\n"


EDITS: tuple[Edit, ...] = (
    add_to_list,
    change_connective,
    change_citation,
    change_date,
    change_number,
    bracket,
    append_suffix,
    prefix,
    delete_words,
    respace,
)
