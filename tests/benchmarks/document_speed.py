"""What two plain texts cost to compare, by their length and by how unkind they are."""

import difflib
import math
import random
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache, partial

from fast_diff_match_patch import diff

from evaluation.comparison.plain import compare_plain
from evaluation.comparison.text import fold, tokens
from tests.benchmarks.children import Cost, python, run
from tests.benchmarks.documents import Documents, documents
from tests.evaluation.comparison import edits

ITEMS = {"49k": 440, "100k": 920, "1M": 9200}  # paragraphs, by characters of the old text
NUMBER = re.compile(r"^\d+\. ", re.MULTILINE)
LINE = "研究開発を推進"
KANJI = "研究開発成果最大化向若手支援強推進国際共同世界課題解決貢献知的財産適切管理活用"
KANA = "のをにはがでとへもやかられするしたこのそためまでよりつけさせいうえお"
COUNT = 10_000  # lines of a text of short ones

CODE = """
from tests.benchmarks.document_speed import text
from evaluation.comparison.plain import compare_plain
compare_plain(*text("1M"), "")
"""

Texts = tuple[str, str]


def text(size: str) -> Texts:
    made = _made(size)
    return made.old, made.new


@cache
def _made(size: str) -> Documents:
    return documents(ITEMS[size])


def unkind() -> dict[str, Texts]:
    """Texts of about 100,000 characters in which little can be told by what is equal."""
    chance = random.Random(1)
    sentences = list(edits.sentences())
    chance.shuffle(sentences)
    half = len(sentences) // 2
    many = [LINE] * COUNT
    edited, other = list(many), list(many)
    for k in range(500, COUNT, 2000):
        edited[k] += "例"
        other[k - 100] += "等"
    pair = [LINE, f"{LINE}する"]
    return {
        "unrelated letters": _texts(_random(chance, KANJI), _random(chance, KANA)),
        "unrelated sentences": _texts(
            _mixed(chance, sentences[:half]), _mixed(chance, sentences[half:])
        ),
        "one line 10,000 times": _texts(many, many[1:]),
        "one line 10,000 times, some edited": _texts(edited, other),
        "alternating lines": _texts(pair * (COUNT // 2), pair[::-1] * (COUNT // 2)),
        "one line of 100,000 unrelated letters": (
            "".join(_random(chance, KANJI)),
            "".join(_random(chance, KANA)),
        ),
    }


def _texts(old: list[str], new: list[str]) -> Texts:
    return "\n".join(old), "\n".join(new)


def _random(chance: random.Random, letters: str) -> list[str]:
    return ["".join(chance.choices(letters, k=110)) for _ in range(920)]


def _mixed(chance: random.Random, sentences: list[str]) -> list[str]:
    """Paragraphs of three sentences, 100,000 characters of them."""
    lines: list[str] = []
    size = 0
    while size < 100_000:
        lines.append("".join(chance.sample(sentences, 3)).replace("\n", ""))
        size += len(lines[-1])
    return lines


def _work() -> dict[str, Callable[[], object]]:
    whole = text("1M")
    plain = NUMBER.sub("", whole[0]), NUMBER.sub("", whole[1])
    old, new = ([word.text for word in tokens(fold(side).text)] for side in text("49k"))
    work: dict[str, Callable[[], object]] = {
        "1M, dmp": partial(diff, *whole, counts_only=False),
        "1M without numbers, dmp": partial(diff, *plain, counts_only=False),
        "49k, difflib": difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes,
    }
    ours = {size: text(size) for size in ITEMS} | {"1M without numbers": plain} | unkind()
    return work | {name: partial(compare_plain, *texts, "") for name, texts in ours.items()}


def measured(repeat: int) -> dict[str, float]:
    """Return processor seconds by name: the median of `repeat` runs, taken in turns."""
    runs: defaultdict[str, list[float]] = defaultdict(list)
    for _ in range(repeat):
        for name, one in _work().items():  # made anew: difflib keeps what it has found
            start = time.process_time()
            one()
            runs[name].append(time.process_time() - start)
    return {name: statistics.median(times) for name, times in runs.items()}


def figures(repeat: int) -> Iterator[tuple[str, float, float | None, bool]]:
    """Yield a text, a figure, its bar (None: none), and whether the bar is the least allowed.

    A whole text whose numbers stay is what a character diff is made for: shown without a bar.
    """
    times = measured(repeat)
    ratios: tuple[tuple[str, float | None], ...] = (("1M", 1.5), ("1M without numbers", None))
    for name, bar in ratios:
        text_of = f"{name} ({times[name]:.2f} s) / fast-diff-match-patch"
        yield text_of, times[name] / times[f"{name}, dmp"], bar, False
    grown = times["1M"] / times["100k"], len(text("1M")[0]) / len(text("100k")[0])
    exponent = math.log(grown[0]) / math.log(grown[1])
    yield f"100k ({times['100k']:.2f} s) to 1M characters, exponent", exponent, 1.1, False
    yield "49k: difflib on the same tokens / ours", times["49k, difflib"] / times["49k"], 50, True
    for name, bar in UNKIND.items():
        yield f"{name} / ordinary 100k", times[name] / times["100k"], bar, False


# A third above what was measured; what costs more than ordinary text has ten times its paragraphs,
# or shares most of its words with all others.
UNKIND = {
    "unrelated letters": 1,
    "unrelated sentences": 3.5,
    "one line 10,000 times": 2.4,
    "one line 10,000 times, some edited": 3,
    "alternating lines": 3,
    "one line of 100,000 unrelated letters": 1,
}


def whole_process() -> Cost:
    """Return the cost of a process that makes and compares 1,000,000 characters."""
    return run(python(CODE))
