"""What a person should look at again in values that are to stand, in words; nothing is refused."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from evaluation.figures import Figures
from evaluation.models import ObjectivePeriod
from evaluation.remarkable import warnings
from evaluation.series import Entry
from evaluation.valuing.many import Cell


def asked_back(
    period: ObjectivePeriod, cells: Iterable[Cell], indicators: Collection[int]
) -> dict[tuple[int, int], tuple[str, ...]]:
    """Return the warnings of numbers that are to stand, by measure and year, each held against the others
    that are to stand with it. `indicators`: those of the cells' measures."""
    entries: dict[int, list[Entry]] = defaultdict(list)
    asked = []
    for cell in cells:
        own = Entry(cell.fiscal_year, cell.number, cell.state, cell.text)
        entries[cell.measure_id].append(own)
        if cell.number is not None:
            asked.append((cell.measure_id, cell.fiscal_year))
    if not asked:
        return {}
    figures = Figures.of(period, only=indicators)
    measures = (m for ms in figures.measures.values() for m in ms if m.pk in entries)
    lines = {m.pk: figures.line_with(m, entries[m.pk]) for m in measures}
    found = {key: warnings(lines[key[0]], key[1]) for key in asked}
    return {key: words for key, words in found.items() if words}
