"""What differs where nothing is marked: differences that folding takes away, in words for a reader."""

import re
import unicodedata
from collections.abc import Callable

import regex

from evaluation.comparison.text import (
    IDEOGRAPHS,
    INVISIBLE,
    SIGNS,
    SPACES,
    VARIATIONS,
    WIDTHS,
    fold,
)


def _wide(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", match.group())


def _composed(match: regex.Match[str]) -> str:
    return unicodedata.normalize("NFC", match.group())


_IDLE = re.compile(" +")
_NARROW_VOICED = re.compile("[ｦ-ﾝ][ﾞﾟ]")
_COMPOSED = regex.compile(r"\P{M}\p{M}+")
# What `fold` does, step by step in its order.
_STEPS: dict[str, Callable[[str], str]] = {
    "目に見えない文字": lambda text: INVISIBLE.sub("", text),
    "異体字の指定": lambda text: VARIATIONS.sub("", text),
    "全角・半角": lambda text: _NARROW_VOICED.sub(_wide, text).translate(WIDTHS),
    "字形の近い漢字（互換漢字・部首）": lambda text: text.translate(IDEOGRAPHS),
    "形の似た記号": lambda text: text.translate(SIGNS),
    "空白・改行": lambda text: _IDLE.sub("", text.translate(SPACES)),
    "濁点・アクセントの合成": lambda text: _COMPOSED.sub(_composed, text),
}


def invisible_difference(old: str, new: str) -> str:
    """Say of two texts that fold to the same in what they differ: 「全角・半角のみの差」.

    "" where they are one text, or where they differ visibly.
    """
    if old == new or fold(old).text != fold(new).text:
        return ""
    named = [name for name in _STEPS if _without(name, old) != _without(name, new)]
    return "、".join(named or ["文字の表し方"]) + "のみの差"


def _without(name: str, text: str) -> str:
    for other, step in _STEPS.items():
        if other != name:
            text = step(text)
    return text
