"""Sparklines: a line, its target, its breaks, and the mark of the last year that has a figure."""

import pytest

from evaluation.charts import sparkline
from evaluation.charts.sparkline import HEIGHT, WIDTH
from tests.evaluation.charts.drawn import GOLDEN, SERIES, made, svg


@pytest.mark.parametrize("name", SERIES)
def test_the_golden_drawings(name):
    """Renewed by writing `svg(sparkline(SERIES[name]))` into the file, and looked at in a browser."""
    golden = (GOLDEN / f"sparkline-{name}.svg").read_text(encoding="utf-8")
    assert svg(sparkline(SERIES[name])) == golden


@pytest.mark.parametrize("name", SERIES)
def test_everything_is_inside(name):
    drawing = sparkline(SERIES[name])
    marks = (*drawing.strokes, *drawing.shapes)
    places = [p for one in marks for p in (one.points.split() or [f"{one.x},{one.y}"])]
    found = [tuple(map(float, place.split(","))) for place in places]
    assert [p for p in found if not (0 <= p[0] <= WIDTH and 0 <= p[1] <= HEIGHT)] == []
    assert (drawing.words, drawing.width, drawing.height) == ((), WIDTH, HEIGHT)


def test_a_year_between_two_that_have_none_is_a_dot():
    drawing = sparkline(made(1, None, 2, None, 3))
    assert [one.radius for one in drawing.shapes] == ["1.5", "1.5", "1.5", "4"]
    assert [one for one in drawing.strokes if one.width == "2"] == []


def test_the_last_figure_is_marked_by_how_it_came_out():
    reached, missed = (sparkline(SERIES[name]) for name in ("cumulative", "zero"))
    assert [bool(d.shapes[-1].points) for d in (reached, missed)] == [False, True]
