"""What official text may hold. Refusals name the place and the character."""

import re
import unicodedata

from django.core.exceptions import ValidationError

from jst_objectives.fonts import unprintable
from jst_objectives.plain_text import character_name, refusal

LONGEST_HEADING = 200  # characters of a chapter or item; the real text's have fewer than 40
LONGEST = 20_000  # characters; the longest paragraph of the real text has fewer than 1,000
# What is kept, since a text may need it, but told to whoever enters it: by names that say more to a
# Japanese reader than Unicode's.
INVISIBLE_NAMES = {
    "\u00a0": "改行しない空白",
    "\u00ad": "ソフトハイフン",
    "\u200b": "ゼロ幅スペース",
    "\u200c": "ゼロ幅非接合子",
    "\u200d": "ゼロ幅接合子",
    "\u202f": "改行しない狭い空白",
    "\u2060": "単語結合子",
    "\ufeff": "バイト順マーク（BOM）",
}
# Letters and symbols that show nothing: fillers of Hangul, the blank of Braille, joiners of marks.
BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
ZERO_WIDTH_JOINER = "\u200d"
FORMS_OF_SYMBOLS = "\ufe0e\ufe0f"  # as text, as emoji
EMOJI = {"So", "Sk", "Mn"}


def tidied(text: str) -> str:
    """Return what a browser sent with plain line breaks, and without empty lines around it.

    A full-width space at the beginning stays: a paragraph may begin with it.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"\A(?:[^\S\n]*\n)+", "", lines).rstrip()


def check_heading(text: str) -> None:
    """Raise ValidationError where the heading of a chapter or item is longer than a heading."""
    if len(text) > LONGEST_HEADING:
        raise ValidationError(
            f"見出しは{LONGEST_HEADING}文字までです（いま{len(text):,}文字）。"
            "長い文は、本文の段落に入れてください。"
        )


def check_text(text: str, field: str) -> None:
    """Raise ValidationError where a text holds what cannot be stored, shown or printed."""
    if len(text) > LONGEST:
        raise ValidationError(
            f"{field}は{LONGEST:,}文字までです（いま{len(text):,}文字）。分けて入力してください。"
        )
    if words := refusal(text) or unprintable(text):
        raise ValidationError(f"{field}の{words}")


def invisible_characters(text: str) -> list[str]:
    """Name the characters of a text that are kept but cannot be seen, each with its position."""
    return [
        f"{index + 1}文字目：{_name(character)}"
        for index, character in enumerate(text)
        if _is_invisible(text, index)
    ]


def _is_invisible(text: str, index: int) -> bool:
    character, before, behind = text[index], text[index - 1 : index], text[index + 1 : index + 2]
    category = unicodedata.category(character)
    if character in BLANKS:
        return True
    if _is_selector(character):
        return not _takes_selector(before, character)
    if character == ZERO_WIDTH_JOINER:
        return not {_category(before), _category(behind)} <= EMOJI
    return category == "Cf" or (category == "Zs" and character not in " \u3000")


def _is_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _takes_selector(base: str, selector: str) -> bool:
    """Whether a variation selector chooses a form of the character before it (UTS #37, UTS #51)."""
    if selector in FORMS_OF_SYMBOLS:
        return _category(base) in {"So", "Sm", "Po", "Nd"}
    return bool(base) and unicodedata.name(base, "").startswith("CJK ")


def _category(character: str) -> str:
    return unicodedata.category(character) if character else ""


def _name(character: str) -> str:
    own = INVISIBLE_NAMES.get(character)
    return f"U+{ord(character):04X}（{own}）" if own else character_name(character)
