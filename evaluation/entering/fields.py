"""The fields of the grid. The name of each carries measure, year, and the revision that its person saw:
`v-12-2024-3`. No field can be sent without its stamp."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from evaluation.entering.sheet import QUALITATIVE, RATIO, Line
from evaluation.numbers import Reading, read

VALUE = "v-"
NAME = re.compile(VALUE + r"([1-9]\d{0,17})-(\d{4})-(\d{1,9})")


@dataclass(frozen=True)
class Typed:
    """What a field of the grid brought."""

    measure_id: int
    fiscal_year: int
    seen: int
    words: str

    @property
    def key(self) -> str:
        return key_of(self.measure_id, self.fiscal_year)

    def reading(self, line: Line) -> tuple[Reading, str]:
        """Return what was typed as number, state or error, and as a text of a qualitative measure."""
        if line.nature != QUALITATIVE:
            unit = "" if line.nature == RATIO else line.unit
            return read(self.words, unit, line.decimals), ""
        text = self.words.replace("\r\n", "\n")
        said = read(text)
        if said.state or not text.strip():
            return Reading(state=said.state), ""
        return Reading(), text


def key_of(measure_id: int, fiscal_year: int) -> str:
    return f"{measure_id}-{fiscal_year}"


def field_name(key: str, seen: int) -> str:
    return f"{VALUE}{key}-{seen}"


def typed_in(data: Mapping[str, str]) -> list[Typed]:
    """Return the fields of the grid among those of a form; what is named otherwise is none."""
    found = []
    for name in data:
        if match := NAME.fullmatch(name):
            measure, year, seen = (int(part) for part in match.groups())
            found.append(Typed(measure, year, seen, data[name]))
    return found
