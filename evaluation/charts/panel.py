"""A series large enough to be read: its line with target and baseline and what amendments did to it, and
under each year its figure and how it came out. Panels of one width stand beside each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from evaluation.charts.drawing import (
    Drawing,
    Scale,
    Shape,
    Stroke,
    Words,
    described,
    figures_of,
    line,
    number,
    runs,
    shape,
    short_year,
    verdict,
)
from evaluation.eras import year_name
from evaluation.numbers import written
from evaluation.series import Break, Point, Series
from evaluation.wrapping import width_of, wrap

WIDTH = 320
EDGE = 10
FONT, SMALL = 14, 12
LINE = 18  # from one line of words to the next
PLOT = 96  # height of what is drawn
DASHES = {"target": "6 4", "baseline": "1.5 3"}
SIGNS = "①②③④⑤⑥⑦⑧⑨"
STAGES = {"preliminary": "速報", "corrected": "訂正"}
Drawn = Stroke | Shape | Words


@dataclass(frozen=True)
class Ground:
    """Where things stand: the scale, and the middle of each year's column."""

    scale: Scale
    column: float
    tiers: int  # 2 where the figures are too wide to stand beside each other
    judged: bool  # some year is held against a target

    def x(self, place: int) -> float:
        return EDGE + self.column * (place + 0.5)

    @property
    def bottom(self) -> int:
        return self.scale.bottom

    @property
    def years(self) -> int:
        return self.bottom + LINE + 2

    @property
    def verdicts(self) -> int:
        return self.years + LINE * (self.tiers + 1)


def panel(
    series: Series, baseline: Decimal | None = None, baseline_year: int | None = None
) -> Drawing:
    """Return the drawing of a series of numbers."""
    ground = _ground(series, baseline)
    told = [(point, b) for point in series.points for b in point.breaks]
    drawn: list[Drawn] = [*_frame(series, ground), *_levels(series, ground, baseline)]
    drawn += _line(series, ground)
    for sign, (point, one) in zip(SIGNS, told, strict=False):
        drawn += _break(sign, series.points.index(point), one, ground)
    for place, point in enumerate(series.points):
        drawn += _year(place, point, ground)
    rows = ground.judged + any(p.stage in STAGES for p in series.points)
    y = ground.verdicts + LINE * (rows - 1)
    notes = [*_legend(series, baseline, baseline_year), *_notes(told)]
    for dash, text in notes:
        y += LINE
        drawn += _note(dash, text, y)
    return _drawing(series, drawn, y + LINE // 2)


def _drawing(series: Series, drawn: Sequence[Drawn], height: int) -> Drawing:
    shapes = [one for one in drawn if isinstance(one, Shape)]
    return Drawing(
        WIDTH,
        height,
        described(series),
        tuple(one for one in drawn if isinstance(one, Stroke)),
        tuple(shapes),
        tuple(one for one in drawn if isinstance(one, Words)),
    )


def _ground(series: Series, baseline: Decimal | None) -> Ground:
    column = (WIDTH - 2 * EDGE) / len(series.points)
    widest = max(width_of(point.figure_words) for point in series.points) * FONT
    above = LINE + LINE // 2
    scale = Scale.of(figures_of(series, baseline), above, above + PLOT)
    return Ground(scale, column, 1 + (widest + FONT / 2 > column), any(map(verdict, series.points)))


# --- What stands behind the line ------------------------------------------------------------------
def _frame(series: Series, ground: Ground) -> Iterator[Drawn]:
    zero = ground.scale.y(Decimal(0))
    yield Stroke(line((EDGE, zero), (WIDTH - EDGE, zero)))
    for place, point in enumerate(series.points):
        x = ground.x(place)
        yield Stroke(line((x, zero), (x, zero + 4)))
        yield _words(x, ground.years, short_year(point.fiscal_year))


def _levels(series: Series, ground: Ground, baseline: Decimal | None) -> Iterator[Drawn]:
    """Yield the baseline, and the target of each run of years that has the same one."""
    if baseline is not None and not _is_target(series, baseline):
        y = ground.scale.y(baseline)
        yield Stroke(line((EDGE, y), (WIDTH - EDGE, y)), "1.5", DASHES["baseline"])
    half = ground.column / 2
    places: list[tuple[float, float]] = []
    for place, point in enumerate(series.points):
        if point.target is None or point.target.number is None:
            if places:
                yield Stroke(line(*places), "1.5", DASHES["target"])
            places = []
            continue
        x, y = ground.x(place), ground.scale.y(point.target.number)
        places += [(x - half, y), (x + half, y)]
    if places:
        yield Stroke(line(*places), "1.5", DASHES["target"])


def _is_target(series: Series, baseline: Decimal) -> bool:
    """Tell whether the baseline is every year's target: drawn over each other, they would look like a
    third thing."""
    return all(p.target is not None and p.target.number == baseline for p in series.points)


def _line(series: Series, ground: Ground) -> Iterator[Drawn]:
    for run in runs(series):
        places = [(ground.x(n), ground.scale.y(p.figure)) for n, p in run if p.figure is not None]
        if len(places) > 1:
            yield Stroke(line(*places), "2")


def _break(sign: str, place: int, one: Break, ground: Ground) -> Iterator[Drawn]:
    """Yield what an amendment did before a year: one line where the series goes on, two where not."""
    x = ground.x(place) - ground.column / 2
    lines = (x,) if one.continues else (x - 2, x + 2)
    for at in lines:
        yield Stroke(line((at, LINE), (at, ground.years + 2)), "1", "3 2")
    yield _words(max(x, EDGE + FONT / 2), LINE - 4, sign)


# --- Years ----------------------------------------------------------------------------------------
def _year(place: int, point: Point, ground: Ground) -> Iterator[Drawn]:
    """Yield a year's mark, and below its name its figure and how it came out."""
    x, y = ground.x(place), ground.scale.y(point.figure or Decimal(0))
    if point.figure is not None:
        yield from shape(point.status, x, y)
    elif point.state:
        yield from shape("state", x, y, 3.5)
    tier = 1 + place % ground.tiers
    yield _figure(point, x, ground.years + LINE * tier)
    if words := verdict(point):
        yield _words(x, ground.verdicts, words)
    if stage := STAGES.get(point.stage):
        yield _words(x, ground.verdicts + LINE * ground.judged, stage)


def _figure(point: Point, x: float, y: float) -> Words:
    """Return a figure in words, all of it inside the drawing."""
    half = width_of(point.figure_words) * FONT / 2
    x = min(max(x, half), WIDTH - half)
    bold = point.figure is not None
    return Words(number(x), number(y), point.figure_words, FONT, bold=bold)


# --- Words under the years ------------------------------------------------------------------------
def _legend(
    series: Series, baseline: Decimal | None, baseline_year: int | None
) -> Iterator[tuple[str, str]]:
    """Yield what the levels are, each with its dash."""
    measure = series.measure
    targets = [p.target_words for p in series.points if p.target and p.target.number is not None]
    year = f"（{year_name(baseline_year)}）" if baseline_year else ""
    is_one = baseline is not None and _is_target(series, baseline)
    if targets:
        name = f"目標・基準値{year}" if is_one else "目標"
        yield DASHES["target"], f"{name}　{'→'.join(dict.fromkeys(targets))}{measure.unit}"
    if baseline is not None and not is_one:
        words = written(baseline, measure.decimals, measure.unit)
        yield DASHES["baseline"], f"基準値　{words}{year}"


def _notes(told: Sequence[tuple[Point, Break]]) -> Iterator[tuple[str, str]]:
    """Yield what amendments did, each naming its amendment, in lines."""
    for sign, (point, one) in zip(SIGNS, told, strict=False):
        words = f"{sign}{year_name(point.fiscal_year)}：{one.words}"
        for text in (words, *wrap(f"「{one.amendment}」", (WIDTH - 4 * EDGE) / SMALL)):
            yield ("", text)


def _note(dash: str, text: str, y: int) -> Iterator[Drawn]:
    start = EDGE
    if dash:
        yield Stroke(line((EDGE, y - 4), (EDGE + 30, y - 4)), "1.5", dash)
        start += 38
    elif text[0] not in SIGNS:
        start += SMALL
    yield Words(number(start), number(y), text, SMALL, "start")


def _words(x: float, y: float, text: str) -> Words:
    return Words(number(x), number(y), text, SMALL)
