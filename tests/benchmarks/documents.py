"""`./portal bench --only documents`: two plain texts without identities, paired and compared.

Paragraphs are made of real sentences; 8 % are edited, 2 % new, 2 % deleted, 1 % each moved, split and
merged, and a new first paragraph gives all others another number.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from evaluation.comparison.pairing import paired
from evaluation.comparison.reading import paragraphs
from evaluation.comparison.text import fold
from tests.evaluation.comparison import edits

SHARES = {"edited": 8, "deleted": 2, "new": 2, "moved": 1, "split": 1, "merged": 1}
RESTART = 500  # paragraphs: behind so many numbers begin again, as in a new chapter
FAR = 20  # paragraphs: at least so far a moved one goes
# What is new or deleted may be like something else: the sentences are drawn from few hundred.
LEAST = dict.fromkeys(("same", "edited", "moved"), 1.0)
LEAST |= {"split": 0.9, "merged": 0.85, "new": 0.8, "deleted": 0.8}


@dataclass
class Documents:
    """An old and a new text; per kind, of old and new places that belong together."""

    old: str
    new: str
    truth: dict[str, set[tuple[tuple[int, ...], tuple[int, ...]]]] = field(default_factory=dict)


@dataclass(eq=False)
class _Piece:
    """What happened to some paragraphs: one or two of a side, or none."""

    kind: str
    old: tuple[str, ...]
    new: tuple[str, ...]


def documents(items: int) -> Documents:
    """Return two texts of about `items` paragraphs, the same at every run."""
    chance = random.Random(items)
    pieces = [_piece(chance) for _ in range(items)]
    after = [_Piece("new", (), (_paragraph(chance),)), *pieces]
    for piece in [piece for piece in pieces if piece.kind == "moved"]:
        here = after.index(piece)
        far = [k for k in range(1, len(after)) if abs(k - here) >= FAR]
        after.insert(chance.choice(far), after.pop(here))
    old_places, old = _numbered((piece, piece.old) for piece in pieces)
    new_places, new = _numbered((piece, piece.new) for piece in after)
    found = Documents(old, new)
    for piece in after:
        places = old_places.get(piece, ()), new_places[piece]
        found.truth.setdefault(piece.kind, set()).add(places)
    return found


def _piece(chance: random.Random) -> _Piece:
    kinds = [*SHARES, "same"]
    kind = chance.choices(kinds, [*SHARES.values(), 100 - sum(SHARES.values())])[0]
    one, other = _paragraph(chance), _paragraph(chance)
    sides = {
        "deleted": ((one,), ()),
        "new": ((), (one,)),
        "split": ((one + other,), (one, other)),
        "merged": ((one, other), (one + other,)),
        "edited": ((one,), (_edited(chance, one),)),
    }
    return _Piece(kind, *sides.get(kind, ((one,), (one,))))


def _paragraph(chance: random.Random) -> str:
    """Two or three sentences, about 150 characters."""
    words = chance.sample(edits.sentences(), chance.randint(2, 3))
    return "".join(sentence.strip().rstrip("。") + "。" for sentence in words).replace("\n", "")


def _edited(chance: random.Random, text: str) -> str:
    for edit in chance.sample(edits.EDITS, len(edits.EDITS)):
        new = edit(chance, text).replace("\n", "")
        if fold(new).text != fold(text).text:
            return new
    return f"{text}この場合において、必要な措置を講ずる。"


def _numbered(
    pieces: Iterator[tuple[_Piece, tuple[str, ...]]],
) -> tuple[dict[_Piece, tuple[int, ...]], str]:
    places: dict[_Piece, tuple[int, ...]] = {}
    lines: list[str] = []
    for piece, texts in pieces:
        places[piece] = tuple(range(len(lines), len(lines) + len(texts)))
        lines += [f"{(len(lines) + k) % RESTART + 1}. {text}" for k, text in enumerate(texts)]
    return places, "\n".join(lines)


def found(texts: Documents) -> dict[str, tuple[int, int]]:
    """Return per kind how many were paired as they were made, and how many there are."""
    before, after = paragraphs(texts.old), paragraphs(texts.new)
    pairing = paired(before, after)
    groups = {
        (
            tuple(sorted((i, *pairing.mergers.get(j, ())))),
            tuple(sorted((j, *pairing.splits.get(i, ())))),
        )
        for i, j in pairing.pairs.items()
    }
    old_taken = {i for old, _ in groups for i in old}
    new_taken = {j for _, new in groups for j in new}
    groups |= {((i,), ()) for i in range(len(before)) if i not in old_taken}
    groups |= {((), (j,)) for j in range(len(after)) if j not in new_taken}
    return {kind: (len(made & groups), len(made)) for kind, made in sorted(texts.truth.items())}


def figures() -> Iterator[tuple[str, float, float, bool]]:
    """Yield a text, the share that was found, its bar, and that the bar is the least allowed."""
    for items in (500, 2000):
        for kind, (right, made) in found(documents(items)).items():
            text = f"{items:,} paragraphs, {kind}: {right} of {made} found"
            yield text, right / made, LEAST[kind], True
