"""The part of a text that is shown: its beginning, or where the words of a search stand, those marked."""

from collections.abc import Iterator

from evaluation.comparison.rows import Cell, Role, Run
from jst_objectives.folding import places

WHOLE = 160  # characters: a text no longer than this is shown whole
AROUND = 40  # characters shown on each side of a place
MOST = 3  # stretches shown of one text
CUT = Run("…", role=Role.ELLIPSIS)


def shortened(text: str, length: int) -> str:
    """Return the beginning of a text in at most `length` characters, the last one … where it goes on."""
    return text if len(text) <= length else text[: length - 1] + "…"


def excerpt(text: str, words: list[str]) -> Cell:
    """Return a text as runs, the places of the folded words marked: whole if it is short, else the
    first stretches around the places."""
    found = places(text, words)
    if len(text) <= WHOLE:
        return tuple(_runs(text, 0, len(text), found))
    stretches = _stretches(len(text), found)[:MOST]
    runs: list[Run] = []
    for start, end in stretches:
        if start > 0:
            runs.append(CUT)
        runs += _runs(text, start, end, found)
    if stretches[-1][1] < len(text):
        runs.append(CUT)
    return tuple(runs)


def _stretches(length: int, found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return what is shown of a long text: what is around each place, or its beginning."""
    joined: list[tuple[int, int]] = []
    for first, last in found or [(0, 2 * AROUND)]:
        start, end = max(first - AROUND, 0), min(last + AROUND, length)
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined


def _runs(text: str, start: int, end: int, found: list[tuple[int, int]]) -> Iterator[Run]:
    position = start
    for first, last in found:
        if start <= first and last <= end:
            if position < first:
                yield Run(text[position:first])
            yield Run(text[first:last], marked=True)
            position = last
    if position < end:
        yield Run(text[position:end])
