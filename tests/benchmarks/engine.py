"""`./portal bench --only engine`: what marking costs, beside difflib in the same process.

CPU time, the least of several runs. Sentences are the ministry's, edits those of
`tests/evaluation/comparison/edits.py`, drawn from fixed seeds.
"""

import difflib
import random
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from evaluation.comparison.marking import mark, mark_many
from evaluation.comparison.text import fold, tokens
from tests.evaluation.comparison import edits

Named = tuple[str, float, float | None, bool]  # text, figure, bar, whether it is the least allowed
KANJI = [chr(0x4E00 + k) for k in range(2000)]


def figures() -> Iterator[Named]:
    pairs = _pairs(300)
    characters = cpu(lambda: [_difflib(old, new) for old, new in pairs])
    batched = cpu(lambda: mark_many(pairs))
    single = cpu(lambda: [mark(old, new) for old, new in pairs])
    yield "pair of 400–500, 3 edits, batched / difflib", batched / characters, 3, False
    yield "pair of 400–500, 3 edits, one by one / difflib", single / characters, 5, False
    one = single / len(pairs)
    old, new = _long(49_000)
    ours = cpu(lambda: mark(old, new))
    theirs = cpu(lambda: _difflib(_words(old), _words(new)), runs=1)
    yield "49,000 characters whole, difflib on words / ours", theirs / ours, 50, True
    old = ("研究開発を推進し、社会課題の解決に取り組む。" * 100)[:2000]
    new = old.replace("社会課題", "社会的課題")
    ours, theirs = cpu(lambda: mark(old, new)), cpu(lambda: _difflib(old, new), runs=1)
    yield "2,000 repetitive characters, difflib / ours", theirs / ours, 20, True
    for name, (old, new) in _unrelated().items():
        yield f"{name} / one pair", cpu(partial(mark, old, new)) / one, 50, False
    yield from _adversarial()


def _adversarial() -> Iterator[Named]:
    """The worst that we know of, beside 100,000 characters of ordinary text."""
    old, new = _long(100_000)
    ordinary = cpu(lambda: mark(old, new))
    chance = random.Random(5)
    shuffled = [list(edits.sentences() * 8) for _ in range(2)]
    for side in shuffled:
        chance.shuffle(side)
    worst = {
        "sentences shuffled": tuple("".join(side)[:100_000] for side in shuffled),
        "two letters": tuple("".join(chance.choices("甲乙", k=20_000)) for _ in range(2)),
        "unrelated": tuple("".join(chance.choices(KANJI, k=100_000)) for _ in range(2)),
        "one sentence 5,000 times": ("研究を行う。" * 5000, "研究も行う。" * 5000),
    }
    for name, (old, new) in worst.items():
        cost = cpu(partial(mark, old, new), runs=1)
        yield f"adversarial: {name} / 100,000 ordinary", cost / ordinary, 1, False


def _unrelated() -> dict[str, tuple[str, str]]:
    chance = random.Random(4)
    return {
        "10,000 characters, unrelated": tuple(  # type: ignore[dict-item]
            "".join(chance.choices(KANJI, k=10_000)) for _ in range(2)
        ),
    }


def _pairs(count: int) -> list[tuple[str, str]]:
    chance = random.Random(1)
    pairs: list[tuple[str, str]] = []
    while len(pairs) < count:
        old = ""
        while len(old) < 420:
            old += chance.choice(edits.sentences())
        old = new = old[:500]
        for _ in range(3):
            new = chance.choice(edits.EDITS)(chance, new)
        if old != new:
            pairs.append((old, new))
    return pairs


def _long(size: int) -> tuple[str, str]:
    """A text of sentences of which 8 % are edited once."""
    chance = random.Random(2)
    old: list[str] = []
    new: list[str] = []
    while sum(map(len, old)) < size:
        sentence = f"{len(old)}番目に、{chance.choice(edits.sentences())}"
        old.append(sentence)
        new.append(chance.choice(edits.EDITS)(chance, sentence) if len(old) % 12 == 0 else sentence)
    return "".join(old), "".join(new)


def _words(text: str) -> list[str]:
    return [token.text for token in tokens(fold(text).text)]


def _difflib(old: Sequence[str], new: Sequence[str]) -> object:
    return difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()


def cpu(act: Callable[[], object], runs: int = 3) -> float:
    """Seconds of this process that an act takes, the least of several runs."""
    times = []
    for _ in range(runs):
        start = time.process_time()
        act()
        times.append(time.process_time() - start)
    return min(times)
