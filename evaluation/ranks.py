"""Sparse ranks: strings that order siblings, with room between any two neighbours.

A rank is made of the digits 0-9a-z, compared by code point and never ending in "0" (nothing would
fit before "a0"). Ranks are compared in Python, so the database's collation does not matter.
"""

import secrets

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def rank_between(left: str | None, right: str | None, *, tail: str | None = None) -> str:
    """Return a rank greater than `left` and less than `right` (None = no neighbour there).

    `tail` makes ranks distinct that two drafts put at the same place independently; by default
    it is random. Raises ValueError where `left` is not less than `right`.
    """
    if left is not None and right is not None and left >= right:
        raise ValueError(f"no rank fits between {left!r} and {right!r}")
    tail = tail if tail is not None else _random_tail()
    rank = _middle(left or "", right)
    while right is not None and rank + tail >= right:
        rank = _middle(rank, right)
    return rank + tail


def spread(count: int) -> list[str]:
    """Return `count` ranks in order with equal room between them."""
    width = 1
    while len(DIGITS) ** width <= 2 * (count + 1):
        width += 1
    step = len(DIGITS) ** width // (count + 1)
    return [_encode(step * (k + 1), width) for k in range(count)]


def _random_tail() -> str:
    return "".join(secrets.choice(DIGITS) for _ in range(5)) + secrets.choice(DIGITS[1:])


def _encode(number: int, width: int) -> str:
    digits = ""
    for _ in range(width):
        number, digit = divmod(number, len(DIGITS))
        digits = DIGITS[digit] + digits
    return digits if digits[-1] != "0" else digits + "i"


def _middle(left: str, right: str | None) -> str:
    """Return the shortest string strictly between two ranks, not ending in "0"."""
    prefix = ""
    position = 0
    while True:
        low = DIGITS.index(left[position]) if position < len(left) else 0
        high = DIGITS.index(right[position]) if right and position < len(right) else len(DIGITS)
        if high - low > 1:
            return prefix + DIGITS[(low + high) // 2]
        prefix += DIGITS[low]
        if high > low:
            # The digits part here: whatever follows, the result stays below `right`.
            right = None
        position += 1
