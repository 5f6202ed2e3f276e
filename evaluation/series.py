"""Yearly values → points of a series: what a chart draws, a table prints and a grade stands on.

Pure. Every derived figure (running total, ratio, change, achievement) is reckoned here and nowhere else,
so that screen, export and paper show the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_FLOOR, Decimal, localcontext
from typing import Any

from evaluation.numbers import NOTHING, STATE_WORDS, rounded_to, written

BREAK_WORDS = {
    "reworded": "文言を変更",
    "split": "分割",
    "merged": "統合",
    "replaced": "置換え",
    "abolished": "廃止",
    "restored": "復活",
}
# What a year of a measure has come to → the word for it; "open" is a figure that nothing is held against.
STATUS_WORDS = {"reached": "達成", "missed": "未達", "open": "", "told": "", "empty": "未入力"}
STATUS_WORDS |= {"absent": NOTHING, **STATE_WORDS}
WITHOUT = ("not_yet", "withheld", "not_applicable")  # of two states, the earlier one is told


@dataclass(frozen=True)
class Measure:
    """What is measured, as `IndicatorMeasure` says it."""

    label: str = ""
    unit: str = ""
    decimals: int = 0
    nature: str = "quantitative"
    direction: str = "none"
    accumulation: str = "yearly"


@dataclass(frozen=True)
class Entry:
    """What was entered for a fiscal year: one of number, text and state."""

    fiscal_year: int
    number: Decimal | None = None
    state: str = ""
    text: str = ""
    stage: str = "preliminary"


@dataclass(frozen=True)
class Target:
    """What is to be reached in each year of a run; of a running total, by the last of them."""

    first_fiscal_year: int
    last_fiscal_year: int
    number: Decimal | None = None
    text: str = ""


@dataclass(frozen=True)
class Break:
    """What an amendment did to the indicator, from `fiscal_year` on. `kind` is reworded, split, merged,
    replaced, abolished or restored; a series that does not continue breaks before that year."""

    fiscal_year: int
    kind: str
    amendment: str
    continues: bool = True

    @property
    def words(self) -> str:
        """Return 「文言を変更（系列は続きます）」."""
        goes_on = "続きます" if self.continues else "ここで切れます"
        return f"{BREAK_WORDS[self.kind]}（系列は{goes_on}）"


@dataclass(frozen=True)
class Point:
    """A fiscal year of a series.

    `exists`: the indicator was there that year. `total`: running total since the first year or the last
    break, None where a year before is not known. `change` is against last year, in the measure's unit;
    `achievement` in percent, cut (not rounded) to one decimal, so that 99.96 % is not 100 %.
    `cut`: the line is not drawn from last year's point to this one.
    """

    fiscal_year: int
    measure: Measure = field(repr=False)
    exists: bool = True
    number: Decimal | None = None
    state: str = ""
    text: str = ""
    stage: str = ""
    total: Decimal | None = None
    change: Decimal | None = None
    change_percent: Decimal | None = None
    target: Target | None = None
    achievement: Decimal | None = None
    reached: bool | None = None
    breaks: tuple[Break, ...] = ()
    cut: bool = False

    @property
    def figure(self) -> Decimal | None:
        """Return what is drawn and held against the target: the running total of what accumulates."""
        return self.total if self.measure.accumulation == "cumulative" else self.number

    @property
    def is_empty(self) -> bool:
        return self.number is None and not self.state and not self.text

    @property
    def words(self) -> str:
        """Return the value as it is printed, without its unit."""
        if not self.exists and self.is_empty:
            return NOTHING
        options = {"state": self.state, "text": self.text, "stage": self.stage}
        return written(self.number, self.measure.decimals, **options)

    @property
    def total_words(self) -> str:
        return written(self.total, self.measure.decimals)

    @property
    def figure_words(self) -> str:
        """Return what is drawn as it is printed beside its mark; a state or 「－」 where nothing is."""
        return written(self.figure, self.measure.decimals, state=self.state)

    @property
    def status(self) -> str:
        """Return what the year has come to, a key of `STATUS_WORDS`."""
        if self.is_empty:
            return "empty" if self.exists else "absent"
        if self.state or self.text:
            return self.state or "told"
        return "open" if self.reached is None else "reached" if self.reached else "missed"

    @property
    def status_words(self) -> str:
        return STATUS_WORDS[self.status]

    @property
    def change_words(self) -> str:
        """Return the change against last year, 「+12（+10.0%）」; of a percentage in points."""
        if self.change is None:
            return NOTHING
        words = signed(self.change, self.measure.decimals)
        if self.measure.unit == "%":
            return f"{words}ポイント"
        percent = self.change_percent
        return words if percent is None else f"{words}（{signed(percent, 1)}%）"

    @property
    def target_words(self) -> str:
        if self.target is None:
            return NOTHING
        return written(self.target.number, self.measure.decimals, text=self.target.text)

    @property
    def achievement_words(self) -> str:
        return written(self.achievement, 1, "%")


@dataclass(frozen=True)
class Series:
    """The points of a measure, a point per fiscal year."""

    measure: Measure
    points: tuple[Point, ...]

    def at(self, fiscal_year: int) -> Point:
        return next(point for point in self.points if point.fiscal_year == fiscal_year)

    @property
    def latest(self) -> Point | None:
        """Return the last point with a figure."""
        return next((p for p in reversed(self.points) if p.figure is not None), None)


# --- Making ---------------------------------------------------------------------------------------
def series(
    measure: Measure,
    years: Iterable[int],
    entries: Iterable[Entry],
    *,
    targets: Sequence[Target] = (),
    breaks: Sequence[Break] = (),
    first_year: int | None = None,
) -> Series:
    """Return the points of a measure for these consecutive years, in their order.

    `targets` in the order in which they were set: of those for a year the last one counts.
    `first_year`: the first one of an indicator that an amendment introduced.
    """
    entered = {entry.fiscal_year: entry for entry in entries}
    points: list[Point] = []
    for year in sorted(years):
        point = _point(measure, year, entered.get(year), breaks, first_year)
        previous = points[-1] if points else None
        point = _totalled(point, previous)
        point = _compared(point, previous)
        points.append(_judged(point, holding(targets, year)))
    return Series(measure, tuple(points))


def _point(
    measure: Measure,
    year: int,
    entry: Entry | None,
    breaks: Sequence[Break],
    first_year: int | None,
) -> Point:
    here = tuple(b for b in breaks if b.fiscal_year == year)
    cut = any(not b.continues for b in here)
    exists = stands(year, breaks, first_year)
    point = Point(year, measure, exists=exists, breaks=here, cut=cut)
    if entry is None:
        return point
    return replace(
        point, number=entry.number, state=entry.state, text=entry.text, stage=entry.stage
    )


def stands(fiscal_year: int, breaks: Iterable[Break], first_year: int | None = None) -> bool:
    """Tell whether a clause was there in a fiscal year: from its first one on, not after it was
    abolished, but after it was restored again. `breaks` in their order."""
    turns = [b for b in breaks if b.kind in ("abolished", "restored")]
    past = [turn.kind for turn in turns if turn.fiscal_year <= fiscal_year]
    return past[-1:] != ["abolished"] and (first_year is None or fiscal_year >= first_year)


def _totalled(point: Point, previous: Point | None) -> Point:
    """Add the running total; 該当なし adds nothing, what is not known leaves it unknown."""
    if point.measure.accumulation == "point" or point.measure.nature != "quantitative":
        return point
    added = Decimal(0) if point.state == "not_applicable" else point.number
    begins = previous is None or point.cut or not previous.exists
    before = Decimal(0) if begins or previous is None else previous.total
    if not point.exists or added is None or before is None:
        return point
    with localcontext(prec=60):
        return replace(point, total=before + added)


def _compared(point: Point, previous: Point | None) -> Point:
    if previous is None or point.cut or point.number is None or previous.number is None:
        return point
    with localcontext(prec=60):
        change = point.number - previous.number
        percent = None
        if previous.number:
            percent = rounded_to(change / abs(previous.number) * 100, 1)
    return replace(point, change=change, change_percent=percent)


def holding(targets: Sequence[Any], year: int) -> Any:
    """Return the target (or its row) that counts for a year, of those in the order in which they were
    set; None for none."""
    found = [t for t in targets if t.first_fiscal_year <= year <= t.last_fiscal_year]
    return found[-1] if found else None


def _judged(point: Point, target: Target | None) -> Point:
    point = replace(point, target=target)
    direction = point.measure.direction
    if target is None or target.number is None or point.figure is None or direction == "none":
        return point
    aimed, figure = target.number, point.figure
    reached: bool | None = figure >= aimed if direction == "higher" else figure <= aimed
    early = (
        point.measure.accumulation == "cumulative" and point.fiscal_year < target.last_fiscal_year
    )
    if early and direction == "higher" and not reached:
        reached = None  # there is time left
    if early and direction == "lower" and reached:
        reached = None
    return replace(point, reached=reached, achievement=achievement(figure, aimed, direction))


def achievement(figure: Decimal, target: Decimal, direction: str) -> Decimal | None:
    """Return by how many percent a target is reached, cut to one decimal: figure / target, or target /
    figure where less is better. None where that says nothing: for a target or a figure not above zero."""
    over, under = (figure, target) if direction == "higher" else (target, figure)
    if target <= 0 or under <= 0:
        return None
    with localcontext(prec=60):
        return (over / under * 100).quantize(Decimal("0.1"), rounding=ROUND_FLOOR)


# --- Values made of others ------------------------------------------------------------------------
def ratio(
    numerator: Iterable[Entry], denominator: Iterable[Entry], decimals: int
) -> tuple[Entry, ...]:
    """Return the entries of a ratio in percent, for the years in which anything of it was entered.

    A state of a part is the ratio's; through zero there is none (該当なし); it is preliminary as long as
    a part is.
    """
    above = {entry.fiscal_year: entry for entry in numerator}
    below = {entry.fiscal_year: entry for entry in denominator}
    years = sorted(above.keys() | below.keys())
    found = (_ratio(year, above.get(year), below.get(year), decimals) for year in years)
    return tuple(entry for entry in found if entry is not None)


def _ratio(year: int, above: Entry | None, below: Entry | None, decimals: int) -> Entry | None:
    parts = [part for part in (above, below) if part is not None]
    stages = {part.stage for part in parts}
    stage = next((s for s in ("preliminary", "corrected") if s in stages), "final")
    states = {part.state for part in parts}
    for state in WITHOUT:
        if state in states:
            return Entry(year, state=state, stage=stage)
    if above is None or below is None or above.number is None or below.number is None:
        return None
    if not below.number:
        return Entry(year, state="not_applicable", stage=stage)
    with localcontext(prec=60):
        number = rounded_to(above.number / below.number * 100, decimals)
    return Entry(year, number=number, stage=stage)


def succeeded(
    entries: Iterable[Entry], predecessors: Sequence[Iterable[Entry]], succession: Break
) -> tuple[Entry, ...]:
    """Return a measure's entries with those that its predecessors had before the succession.

    Of merged ones the sum, where each has a number; of others the first predecessor's. A series that
    does not continue keeps its own entries only.
    """
    own = tuple(entry for entry in entries if entry.fiscal_year >= succession.fiscal_year)
    if not succession.continues:
        return own
    olds = [
        {entry.fiscal_year: entry for entry in old if entry.fiscal_year < succession.fiscal_year}
        for old in predecessors
    ]
    if succession.kind != "merged":
        return (*(olds[0].values() if olds else ()), *own)
    return (*_summed(olds), *own)


def _summed(olds: Sequence[Mapping[int, Entry]]) -> Iterable[Entry]:
    for year in sorted({year for old in olds for year in old}):
        parts = [old[year] for old in olds if year in old]
        numbers = [part.number for part in parts if part.number is not None]
        if len(numbers) == len(olds):
            stages = {part.stage for part in parts}
            stage = "preliminary" if "preliminary" in stages else "final"
            with localcontext(prec=60):
                yield Entry(year, number=sum(numbers, Decimal(0)), stage=stage)


def signed(number: Decimal, decimals: int) -> str:
    words = written(number, decimals)
    return f"+{words}" if rounded_to(number, decimals) > 0 else words
