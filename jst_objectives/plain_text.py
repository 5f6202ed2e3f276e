"""Which characters no text may hold, wherever it is stored: they would hide or turn what is read.

Unicode's bidirectional controls can make a comparison table lie; controls, line and paragraph
separators, surrogates and unassigned code points have no look at all.
"""

import unicodedata
from functools import cache

from django.core.exceptions import ValidationError
from django.db import models

BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
WITHOUT_A_LOOK = {"Cc", "Cs", "Cn", "Co", "Zl", "Zp"}


def refusal(text: str) -> str:
    """Return why a text cannot be stored, naming the character and its place; "" where it can."""
    for character in sorted(set(text)):
        if reason := _reason(character):
            position = text.index(character) + 1
            return f"{position}文字目の文字（U+{ord(character):04X}）は{reason}"
    return ""


def check_fields(instance: models.Model) -> None:
    """Raise ValidationError, keyed by field, where a text of the instance cannot be stored."""
    errors = {}
    for field in instance._meta.concrete_fields:
        value = getattr(instance, field.attname)
        is_text = isinstance(field, models.CharField | models.TextField) and isinstance(value, str)
        if is_text and (words := refusal(value)):
            errors[field.name] = f"{field.verbose_name}の{words}"
    if errors:
        raise ValidationError(errors)


def character_name(character: str) -> str:
    """Return "U+200B（ZERO WIDTH SPACE）"."""
    return f"U+{ord(character):04X}（{unicodedata.name(character, '名前のない文字')}）"


@cache
def _reason(character: str) -> str:
    if character in BIDI_CONTROLS:
        return "文字の並ぶ向きを変える文字のため、使えません。削除してください。"
    if unicodedata.category(character) in WITHOUT_A_LOOK and character != "\n":
        return "制御文字や未定義の文字のため、使えません。削除してください。"
    return ""
