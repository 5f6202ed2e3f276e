"""What a text may hold. Refusals name the place and the character."""

import unicodedata
from functools import cache

from django.core.exceptions import ValidationError

from evaluation.fonts import missing_glyphs

# Characters that change how their neighbours are shown could make a comparison table lie.
BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def check_text(text: str, field: str) -> None:
    """Raise ValidationError where a text holds what cannot be stored, shown or printed."""
    for character in sorted(set(text)):
        reason = _refusal(character)
        if reason:
            position = text.index(character) + 1
            raise ValidationError(f"{field}の{position}文字目の{_name(character)}は{reason}")
    missing = missing_glyphs(text)
    if missing:
        names = "、".join(f"「{character}」{_name(character)}" for character in missing)
        raise ValidationError(
            f"{field}の{names}は、印刷に使う書体にありません。別の字にしてください。"
        )


@cache
def _refusal(character: str) -> str:
    if character in BIDI_CONTROLS:
        return "文字の並ぶ向きを変える文字のため、使えません。削除してください。"
    if (
        unicodedata.category(character) in {"Cc", "Cs", "Cn", "Co", "Zl", "Zp"}
        and character != "\n"
    ):
        return "制御文字や未定義の文字のため、使えません。削除してください。"
    return ""


def _name(character: str) -> str:
    return f"U+{ord(character):04X}（{unicodedata.name(character, '名前のない文字')}）"
