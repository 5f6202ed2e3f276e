"""A series as small as a word: its line, where it breaks, its target, and how the last year came out."""

from decimal import Decimal

from evaluation.charts.drawing import (
    Drawing,
    Scale,
    Shape,
    Stroke,
    described,
    figures_of,
    line,
    number,
    runs,
    shape,
)
from evaluation.series import Point, Series

WIDTH, HEIGHT = 120, 48
EDGE = 7  # a mark at the end of the line fits in
DOT = 1.5  # a year that no line joins to another


def sparkline(series: Series) -> Drawing:
    """Return the drawing of a series; only its axis where no year has a figure."""
    scale = Scale.of(figures_of(series), EDGE, HEIGHT - EDGE)
    step = (WIDTH - 2 * EDGE) / max(len(series.points) - 1, 1)
    zero = scale.y(Decimal(0))
    drawn: list[Stroke | Shape] = [Stroke(line((0, zero), (WIDTH, zero)), "0.5")]
    for place, point in enumerate(series.points):
        drawn += _surroundings(point, EDGE + place * step, step / 2, scale)
    for run in runs(series):
        places = [(EDGE + n * step, scale.y(p.figure)) for n, p in run if p.figure is not None]
        x, y = places[0]
        alone = Shape(number(x), number(y), number(DOT))
        drawn.append(Stroke(line(*places), "2") if len(places) > 1 else alone)
    if (last := series.latest) and last.figure is not None:
        x = EDGE + series.points.index(last) * step
        drawn += shape(last.status, x, scale.y(last.figure), 4)
    return Drawing(
        WIDTH,
        HEIGHT,
        described(series),
        tuple(one for one in drawn if isinstance(one, Stroke)),
        tuple(one for one in drawn if isinstance(one, Shape)),
    )


def _surroundings(point: Point, x: float, half: float, scale: Scale) -> list[Stroke | Shape]:
    """Return what stands around a year's figure: the break before it, and its target."""
    found: list[Stroke | Shape] = []
    if point.breaks:
        left = max(x - half, 1)
        found.append(Stroke(line((left, 0), (left, HEIGHT)), "1", "2 2"))
    if point.target and point.target.number is not None:
        y = scale.y(point.target.number)
        found.append(Stroke(line((max(x - half, 0), y), (min(x + half, WIDTH), y)), "1", "4 3"))
    return found
