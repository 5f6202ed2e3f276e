"""The fonts of our paper documents, and which characters they can print.

BIZ UD has one glyph for each code point, so the text of a PDF comes back exactly; it lacks names of
JIS X 0213 such as 𠮷, for which a Noto serif stands last (docs/decisions/0005-pdf.md).
"""

import unicodedata
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

SHARE = Path("/usr/share/fonts")
# File, and the Debian package that brings it.
FONTS = {
    SHARE / "truetype/bizud-mincho/BIZUDMincho-Regular.ttf": "fonts-morisawa-bizud-mincho",
    SHARE / "truetype/bizud-gothic/BIZUDGothic-Regular.ttf": "fonts-morisawa-bizud-gothic",
    SHARE / "truetype/bizud-gothic/BIZUDGothic-Bold.ttf": "fonts-morisawa-bizud-gothic",
    SHARE / "opentype/noto/NotoSerifCJK-Regular.ttc": "fonts-noto-cjk",
}


def missing_glyphs(text: str) -> list[str]:
    """Return the characters of a text that no font of ours can print, in the order of the text.

    Invisible format characters and variation selectors need no glyph of their own.
    """
    if not all(file.exists() for file in FONTS):
        return []  # nothing can be printed here at all: `check_renderer` says so
    missing = [character for character in dict.fromkeys(text) if ord(character) not in printable()]
    return [c for c in missing if c != "\n" and unicodedata.category(c) not in {"Cf", "Mn"}]


def unprintable(text: str) -> str:
    """Return why a text cannot be printed, naming each character; "" where it can."""
    missing = missing_glyphs(text)
    names = "、".join(f"「{character}」（U+{ord(character):04X}）" for character in missing)
    return f"{names}は、印刷に使う書体にありません。別の字にしてください。" if missing else ""


@cache
def printable() -> frozenset[int]:
    """Return the code points of all fonts; reading the tables takes about a second, once."""
    code_points: set[int] = set()
    for file in FONTS:
        with TTFont(file, fontNumber=0, lazy=True) as font:
            code_points |= font.getBestCmap().keys()
    return frozenset(code_points)
