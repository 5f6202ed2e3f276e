"""What drawings are made of. All lengths are pixels; a drawing shrinks as a whole where it must."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from evaluation.eras import year_name
from evaluation.series import Point, Series

# How a year's figure is marked, by `Point.status`, with what the shape says.
SHAPES = {
    "reached": ("disc", "達成"),
    "missed": ("triangle", "未達"),
    "open": ("ring", "判定なし"),
    "state": ("cross", "値なし（理由あり）"),
}


@dataclass(frozen=True)
class Stroke:
    """A line through points, as SVG writes them. `dash` is "" for a solid one."""

    points: str
    width: str = "1"
    dash: str = ""


@dataclass(frozen=True)
class Shape:
    """A mark: a disc, or a ring where it is hollow, around a place, or a polygon."""

    x: str = ""
    y: str = ""
    radius: str = ""
    points: str = ""
    hollow: bool = False


@dataclass(frozen=True)
class Words:
    """A line of text with its baseline at y; `anchor` is start, middle or end."""

    x: str
    y: str
    text: str
    size: int = 12
    anchor: str = "middle"
    bold: bool = False


@dataclass(frozen=True)
class Drawing:
    """A drawing, and the same in words for who does not see it."""

    width: int
    height: int
    title: str
    strokes: tuple[Stroke, ...] = ()
    shapes: tuple[Shape, ...] = ()
    words: tuple[Words, ...] = ()


@dataclass(frozen=True)
class Scale:
    """How high on the paper a figure stands: `bottom` is the lowest one's place, `top` the highest's."""

    lowest: Decimal
    highest: Decimal
    top: int
    bottom: int

    @classmethod
    def of(cls, figures: Iterable[Decimal], top: int, bottom: int) -> "Scale":
        """Zero is always on it, so that twice as much stands twice as high."""
        found = [Decimal(0), *figures]
        lowest, highest = min(found), max(found)
        return cls(lowest, highest if highest > lowest else lowest + 1, top, bottom)

    def y(self, figure: Decimal) -> float:
        share = float((figure - self.lowest) / (self.highest - self.lowest))
        return self.bottom - share * (self.bottom - self.top)


def number(length: float) -> str:
    """Return a length as SVG writes it, to a tenth of a pixel."""
    return f"{round(length, 1):g}"


def line(*places: tuple[float, float]) -> str:
    return " ".join(f"{number(x)},{number(y)}" for x, y in places)


def shape(status: str, x: float, y: float, size: float = 4.5) -> Iterator[Stroke | Shape]:
    """Yield what marks a year that has come to `status` (`Point.status`) at a place."""
    name = SHAPES.get(status, SHAPES["state"])[0]
    if name == "disc" or name == "ring":
        at = {"x": number(x), "y": number(y), "radius": number(size)}
        yield Shape(**at, hollow=name == "ring")
    elif name == "triangle":
        wide, high = size * 1.25, size * 1.1
        yield Shape(points=line((x - wide, y - high), (x + wide, y - high), (x, y + high)))
    else:
        yield Stroke(line((x - size, y - size), (x + size, y + size)), "2")
        yield Stroke(line((x - size, y + size), (x + size, y - size)), "2")


def runs(series: Series) -> list[list[tuple[int, Point]]]:
    """Return the points with a figure that a line joins, each with its place: it ends where a year has
    none, and at a break."""
    found: list[list[tuple[int, Point]]] = []
    for place, point in enumerate(series.points):
        if point.figure is None:
            continue
        joined = found and found[-1][-1][0] == place - 1 and not point.cut
        if not joined:
            found.append([])
        found[-1].append((place, point))
    return found


def figures_of(series: Series, baseline: Decimal | None = None) -> list[Decimal]:
    """Return every figure that a drawing holds: of the years, of their targets, and the baseline."""
    targets = [point.target.number for point in series.points if point.target]
    figures = [*(point.figure for point in series.points), *targets, baseline]
    return [figure for figure in figures if figure is not None]


def short_year(fiscal_year: int) -> str:
    """Return 「令和7」."""
    return year_name(fiscal_year).removesuffix("年度")


def described(series: Series) -> str:
    """Return a series in words: 「論文数（件）：令和4年度 100 達成、令和5年度 －」."""
    measure = series.measure
    unit = f"（{measure.unit}）" if measure.unit else ""
    told = [
        " ".join(filter(None, [year_name(p.fiscal_year), p.figure_words, verdict(p)]))
        for p in series.points
    ]
    return f"{measure.label}{unit}：{'、'.join(told)}"


def verdict(point: Point) -> str:
    """Return whether a target is reached, in a word; "" where nothing is held against one."""
    return point.status_words if point.status in ("reached", "missed") else ""
