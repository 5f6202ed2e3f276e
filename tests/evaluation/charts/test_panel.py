"""Panels: every figure in words where it stands, levels, breaks by name, and how each year came out."""

import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.charts import panel
from evaluation.charts.panel import DASHES, WIDTH
from evaluation.numbers import written
from evaluation.wrapping import width_of
from tests.evaluation.charts.drawn import AMENDMENT, GOLDEN, SERIES, made, svg, target

BASELINES = {"zero": (Decimal(100), 2021), "negative": (Decimal(0), 2020)}


def drawn(name):
    return panel(SERIES[name], *BASELINES.get(name, (None, None)))


def words(drawing):
    return [one.text for one in drawing.words]


@pytest.mark.parametrize("name", SERIES)
def test_the_golden_drawings(name):
    """Renewed by writing `svg(drawn(name))` into the file, and looked at in a browser."""
    assert svg(drawn(name)) == (GOLDEN / f"panel-{name}.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SERIES)
def test_it_is_svg_without_styles_scripts_and_colours(name):
    tree = ElementTree.fromstring(svg(drawn(name)))
    found = list(tree.iter())
    tags = {one.tag.removeprefix("{http://www.w3.org/2000/svg}") for one in found}
    assert tags <= {"svg", "polyline", "polygon", "circle", "text"}
    assert {name for one in found for name in one.attrib} & {"style", "href", "onload"} == set()
    paints = {
        one.attrib[name] for one in found for name in ("fill", "stroke") if name in one.attrib
    }
    assert paints <= {"none", "currentColor", "#fff"}


def test_zero_is_drawn_and_nothing_is_a_dash():
    drawing = drawn("zero")
    assert [w for w in words(drawing) if re.fullmatch("[0-9,－]+", w)] == [
        "100",
        "90",
        "130",
        "0",
        "－",
    ]
    assert words(drawn("nothing")).count("－") == 5
    assert (drawn("nothing").shapes, words(drawn("nothing"))[:5]) == (
        (),
        ["令和4", "令和5", "令和6", "令和7", "令和8"],
    )


def test_each_year_says_how_it_came_out_by_shape_and_word():
    drawing = drawn("zero")
    assert [w for w in words(drawing) if w in ("達成", "未達")] == ["未達", "未達", "達成", "未達"]
    marks = [one for one in drawing.shapes if not one.hollow]
    assert [bool(one.points) for one in marks] == [True, True, False, True]
    assert drawing.title == (
        "論文数（本）：令和4年度 100 未達、令和5年度 90 未達、令和6年度 130 達成、令和7年度 0 未達、令和8年度 －"
    )


def test_a_baseline_that_is_the_target_is_drawn_once():
    series = made(100, 90, targets=[target(100)])
    both, apart = (panel(series, Decimal(base), 2021) for base in (100, 95))
    dashes = [[one.dash for one in drawing.strokes if one.dash] for drawing in (both, apart)]
    assert dashes == [["6 4", "6 4"], ["1.5 3", "6 4", "6 4", "1.5 3"]]
    assert words(both)[-1:] == ["目標・基準値（令和3年度）　100本"]
    assert words(apart)[-2:] == ["目標　100本", "基準値　95本（令和3年度）"]


def test_a_state_is_crossed_and_told():
    drawing = drawn("states")
    assert words(drawing).count("未集計") == 1
    assert [one.width for one in drawing.strokes].count("2") == 3  # the cross, and one line


def test_targets_follow_their_years_and_say_what_they_were():
    drawing = drawn("states")
    (level,) = [s for s in drawing.strokes if s.dash == DASHES["target"] and len(s.points) > 40]
    heights = [place.split(",")[1] for place in level.points.split()]
    assert len(set(heights)) == 2
    assert heights == sorted(heights, key=float, reverse=True)
    assert "目標　110→150本" in words(drawing)


def test_the_line_ends_at_a_break_which_names_the_amendment():
    broken, kept = drawn("broken"), drawn("cumulative")
    notes = [w for w in words(broken) if w.startswith(("①令和", "「", "変更"))]
    assert words(broken).count("①") == 1
    assert notes[0] == "①令和7年度：分割（系列はここで切れます）"
    assert "".join(words(broken)[-2:]) == f"「{AMENDMENT}」"
    assert "①令和6年度：文言を変更（系列は続きます）" in words(kept)
    breaks = [[s for s in d.strokes if s.dash == "3 2"] for d in (broken, kept)]
    assert [len(lines) for lines in breaks] == [2, 1]
    lines = [[s for s in d.strokes if s.width == "2"] for d in (broken, kept)]
    assert [[len(s.points.split()) for s in found] for found in lines] == [[3], [4]]


def test_what_accumulates_shows_its_running_total():
    assert [w for w in words(drawn("cumulative")) if w.isdecimal()] == ["10", "30", "60", "100"]


def test_below_zero_stands_below_the_axis():
    drawing = drawn("negative")
    axis = float(drawing.strokes[0].points.split()[0].split(",")[1])
    ys = [float(s.y) for s in drawing.shapes if s.y]
    assert [y > axis for y in ys] == [True, True]
    assert "△1.5" in words(drawing)


@given(
    st.lists(
        st.none()
        | st.decimals(-(10**15), 10**15, places=2)
        | st.sampled_from(["not_yet", "withheld", "not_applicable"]),
        max_size=5,
    ),
    st.none() | st.integers(-(10**9), 10**9),
)
def test_everything_is_inside_and_every_figure_is_told(given, aimed):
    numbers = [None if one is None else one if isinstance(one, str) else str(one) for one in given]
    plain = [
        n if n in (None, "not_yet", "withheld", "not_applicable") else float(n) for n in numbers
    ]
    line = made(*plain, decimals=2, targets=[] if aimed is None else [target(aimed)])
    drawing = panel(line, Decimal(1), 2021)
    places = [place for one in (*drawing.strokes, *drawing.shapes) for place in one.points.split()]
    coordinates = [tuple(map(float, place.split(","))) for place in places]
    assert [
        (x, y) for x, y in coordinates if not (0 <= x <= WIDTH and 0 <= y <= drawing.height)
    ] == []
    told = words(drawing)
    for point in line.points:
        if point.number is not None:
            assert written(point.number, 2) in told
    for one in drawing.words:
        assert 0 <= float(one.y) <= drawing.height
        if one.anchor == "middle" and width_of(one.text) * one.size <= WIDTH:
            half = width_of(one.text) * one.size / 2
            assert float(one.x) - half >= -0.1
            assert float(one.x) + half <= WIDTH + 0.1
