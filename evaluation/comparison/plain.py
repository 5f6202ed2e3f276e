"""Two plain texts as documents whose units carry identities: pairing gives them, tables need them."""

from typing import Literal

from evaluation.comparison.alignment import Document, Kind, Unit, UnitKind
from evaluation.comparison.pairing import Pairing, paired
from evaluation.comparison.reading import Paragraph, headings, paragraphs
from evaluation.comparison.rows import NATIONAL, Settings, Table
from evaluation.comparison.succession import Succession
from evaluation.comparison.table import compare


def compare_plain(old: str, new: str, title: str, settings: Settings = NATIONAL) -> Table:
    """The table of what one text changes in another, a paragraph a row.

    Numbers in front of paragraphs are not compared, so that a new paragraph renumbers those behind
    it and changes none; where nothing changes the table has no rows.
    """
    before, after = paragraphs(old), paragraphs(new)
    pairing = paired(before, after)
    became = {old_place: f"n{new_place}" for old_place, new_place in pairing.pairs.items()}
    old_ids = [became.get(place, f"o{place}") for place in range(len(before))]
    new_ids = [f"n{place}" for place in range(len(after))]
    return compare(
        _document(title, before, old_ids, "o"),
        _document(title, after, new_ids, "n"),
        settings,
        successions=_successions(pairing, old_ids, new_ids),
        headings=_headings(before, old_ids) | _headings(after, new_ids),
    )


def _document(
    title: str, found: tuple[Paragraph, ...], ids: list[str], side: Literal["o", "n"]
) -> Document:
    """All paragraphs stand side by side: a heading that is new must not move what is below it.

    No rank is one of the other text: that a paragraph is the 12th of both says nothing.
    """
    units = (
        Unit(id, UnitKind.PARAGRAPH, None, f"{place:08}{side}", paragraph.number, paragraph.text)
        for place, (id, paragraph) in enumerate(zip(ids, found, strict=True))
    )
    return Document(title, tuple(units))


def _headings(found: tuple[Paragraph, ...], ids: list[str]) -> dict[str, str]:
    places = enumerate(headings(found))
    return {ids[place]: ids[heading] for place, heading in places if heading is not None}


def _successions(
    pairing: Pairing, old_ids: list[str], new_ids: list[str]
) -> tuple[Succession, ...]:
    split = [
        Succession(old_ids[one], new_ids[part], Kind.SPLIT)
        for one, parts in pairing.splits.items()
        for part in parts
    ]
    merged = [
        Succession(old_ids[part], new_ids[one], Kind.MERGED)
        for one, parts in pairing.mergers.items()
        for part in parts
    ]
    return (*split, *merged)
