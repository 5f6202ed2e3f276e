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
    """Return the warnings of values that are to stand, or to go, by measure and year, each held against the
    others that are to stand with it. `indicators`: those of the cells' measures."""
    entries: dict[int, list[Entry]] = defaultdict(list)
    for cell in cells:
        own = Entry(cell.fiscal_year, cell.number, cell.state, cell.text)
        entries[cell.measure_id].append(own)
    if not entries:
        return {}
    figures = Figures.of(period, only=indicators)
    measures = (m for ms in figures.measures.values() for m in ms if m.pk in entries)
    lines = {m.pk: figures.line_with(m, entries[m.pk]) for m in measures}
    found = {
        (pk, entry.fiscal_year): warnings(lines[pk], entry.fiscal_year, is_due=True)
        for pk, own in entries.items()
        for entry in own
    }
    return {key: words for key, words in found.items() if words}
