"""Rules about words: near-identical terms, 中期 for 中長期, short names that nobody has explained."""

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from evaluation.checking.findings import Finding, Matter
from evaluation.comparison.alignment import Unit
from evaluation.comparison.text import Token, TokenClass, fold, tokens

_TERMS = (TokenClass.KANJI, TokenClass.KATAKANA, TokenClass.LATIN)
_LONG = 6  # characters of a word in katakana that no other word resembles by chance
_MEDIUM_TERM = re.compile("中期(?:目標|計画)")
_ABBREVIATION = re.compile("(?<![A-Za-z0-9])[A-Z][A-Z&]{1,7}(?![A-Za-z0-9])")
_EXPLAINED = re.compile(r"\(([A-Za-z][A-Za-z0-9&\- ]*)\)|「([^「」]{1,20})」という")
_DEFINED = re.compile(r"以下、?(?:単に)?「([^「」]{1,20})」という")
# Short names that stand in official text without being explained.
COMMON = frozenset("AI IT ICT IoT HP PC DX SNS URL PDCA DNA RNA EU UN OECD WHO".split())


def near_terms(matter: Matter) -> Iterator[Finding]:
    """Two terms with one character of difference between the same words, one of them in the
    amendment: 「整備・共用・高度化」 and 「整備・共有・高度化」; or two long words in katakana."""
    by_context: dict[tuple[str, ...], dict[str, list[Unit]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for unit in matter.after.order:
        for context, term in _terms(unit.text):
            by_context[context][term].append(unit)
    told = set()
    for terms in by_context.values():
        for pair in itertools.combinations(sorted(terms), 2):
            if Levenshtein.distance(*pair) != 1 or pair in told:
                continue
            common, rare = sorted(pair, key=lambda term: -len(terms[term]))
            own = [unit for unit in terms[rare] if unit.id in matter.changed] or [
                unit for unit in terms[common] if unit.id in matter.changed
            ]
            if own:
                told.add(pair)
                yield _near(matter, own[0], rare, common, terms)


def _near(
    matter: Matter, unit: Unit, rare: str, common: str, terms: dict[str, list[Unit]]
) -> Finding:
    here, there = (rare, common) if unit in terms[rare] else (common, rare)
    other = matter.after.place(terms[there][0])
    message = f"「{here}」と、よく似た「{there}」があります（{other}）。"
    place = matter.after.place(unit)
    return Finding("near_term", place, message, unit.id, (unit.text, terms[there][0].text))


@lru_cache(maxsize=20_000)  # most texts are the same at the next save
def _terms(text: str) -> tuple[tuple[tuple[str, ...], str], ...]:
    """Return the terms of a text, each between the two words before and behind it; long words in
    katakana stand for themselves."""
    found: list[tuple[tuple[str, ...], str]] = []
    folded = fold(text)
    words: list[Token] = tokens(folded.text, folded.gaps)
    for n, word in enumerate(words):
        if word.cls not in _TERMS or len(word.text) < 2:
            continue
        around = [*words[max(n - 2, 0) : n], *words[n + 1 : n + 3]]
        if len(around) == 4:
            found.append((tuple(token.text for token in around), word.text))
        if word.cls is TokenClass.KATAKANA and len(word.text) >= _LONG:
            found.append(((), word.text))
    return tuple(found)


def medium_terms(matter: Matter) -> Iterator[Finding]:
    """中期目標 and 中期計画 are those of another kind of agency; this one has 中長期目標."""
    texts = [
        *matter.texts(),
        *((None, sheet.name, line) for sheet in matter.sheets for line in sheet.lines),
    ]
    for unit, place, text in texts:
        for word in dict.fromkeys(_MEDIUM_TERM.findall(text)):
            right = word.replace("中期", "中長期")
            message = f"「{word}」とあります。国立研究開発法人では「{right}」です。"
            yield Finding("medium_term", place, message, unit.id if unit else "", (text,))


def short_names(matter: Matter) -> Iterator[Finding]:
    """A short name that the amendment brings in and nobody explains: an abbreviation in Latin letters,
    or one that only another paper explains (「以下「国研」という。」)."""
    known = set(COMMON)
    for unit in matter.before.order:
        known |= set(_ABBREVIATION.findall(fold(unit.text).text)) | _explained(unit.text)
    for source in matter.sources:
        known |= _explained(source)
    everywhere = "".join(unit.text for unit in matter.before.order)
    elsewhere = {name for _, text in matter.papers for name in _DEFINED.findall(text)}
    elsewhere = {name for name in elsewhere if name not in everywhere}
    for unit in matter.units:
        known |= _explained(unit.text)
        used = Counter(_ABBREVIATION.findall(fold(unit.text).text))
        used |= Counter({name: 1 for name in elsewhere if name in unit.text})
        for name in sorted(used.keys() - known):
            message = f"略称「{name}」の説明が、本文にありません。"
            place = matter.after.place(unit)
            yield Finding("short_name", place, message, unit.id, (unit.text,))


def _explained(text: str) -> set[str]:
    found = _EXPLAINED.findall(fold(text).text)
    return {name for pair in found for name in pair if name}
