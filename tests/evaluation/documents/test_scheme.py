import itertools
import re

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from evaluation.documents.scheme import (
    BOX_WIDTH,
    EDGE,
    GAP,
    NAME_WIDTH,
    Flow,
    draw,
)
from evaluation.wrapping import NOT_FIRST, NOT_LAST, width_of, wrap

PRINTED = [
    Flow("国", "国立研究開発法人科学技術振興機構（JST）", "補助"),
    Flow("国立研究開発法人科学技術振興機構（JST）", "大学・企業等（研究者・技術者）", "委託"),
]
FAN = [
    Flow("国", "機構", "補助"),
    Flow("機構", "大学", "委託"),
    Flow("機構", "企業", "委託"),
    Flow("機構", "病院", "補助"),
    Flow("企業", "大学", "委託"),
    Flow("国", "病院", "補助"),
]


def lines(scheme):
    return [[line.text for line in box.lines] for box in scheme.boxes]


def ys(points):
    return [int(point.split(",")[1]) for point in points.split()]


# --- Lines of a name ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("国", ["国"]),
        ("大学・企業等（研究者・技術者）", ["大学・企業等（研究者・技術者）"]),
        (
            "国立研究開発法人科学技術振興機構（JST）",
            ["国立研究開発法人科学技術振興機構", "（JST）"],
        ),
        (
            "産業技術総合研究所（National Institute of Advanced Industrial Science）",
            ["産業技術総合研究所", "（National Institute of", "Advanced Industrial", "Science）"],
        ),
        (
            "あいうえおかきくけこさしすせそた、ち",
            ["あいうえおかきくけこさしすせそ", "た、ち"],
        ),
        (
            "あいうえおかきくけこさしすせそ「たち」",
            ["あいうえおかきくけこさしすせそ", "「たち」"],
        ),
        ("", [""]),
    ],
)
def test_wrap(name, expected):
    assert wrap(name, NAME_WIDTH) == expected


@given(st.text(alphabet="国立大学、。（）「」ー・abcW 1", max_size=60), st.integers(4, 20))
def test_no_line_is_wider_than_its_box_and_nothing_is_lost(name, width):
    wrapped = wrap(name, width)
    assert "".join(wrapped).replace(" ", "") == name.replace(" ", "")
    assert max(map(width_of, wrapped)) <= width


@given(
    st.lists(
        st.sampled_from(["国", "立、", "（大学）", "「国」", "データ", "・", "JST "]), min_size=1
    )
)
def test_no_line_begins_or_ends_where_japanese_allows_no_break(words):
    wrapped = wrap("国".join(words), 12)
    assert [line for line in wrapped[1:] if line[0] in NOT_FIRST] == []
    assert [line for line in wrapped[:-1] if line[-1] in NOT_LAST] == []


# --- The drawing ----------------------------------------------------------------------------------
def test_nothing_is_drawn_of_nothing():
    assert draw([]) is None


def test_the_printed_scheme():
    scheme = draw(PRINTED)
    assert lines(scheme) == [
        ["国"],
        ["国立研究開発法人科学技術振興機構", "（JST）"],
        ["大学・企業等（研究者・技術者）"],
    ]
    assert [[label.text for label in arrow.labels] for arrow in scheme.arrows] == [
        ["補助"],
        ["委託"],
    ]
    assert scheme.width == BOX_WIDTH + 2 * EDGE == 288
    assert scheme.description == (
        "国から国立研究開発法人科学技術振興機構（JST）へ補助。"
        "国立研究開発法人科学技術振興機構（JST）から大学・企業等（研究者・技術者）へ委託。"
    )


def test_an_arrow_leads_from_box_to_box():
    scheme = draw(PRINTED)
    pairs = itertools.pairwise(scheme.boxes)
    for arrow, (above, below) in zip(scheme.arrows, pairs, strict=True):
        (stroke,) = arrow.strokes
        assert min(ys(stroke)) == above.y + above.height
        assert max(ys(arrow.head)) == below.y == above.y + above.height + GAP


def test_it_grows_with_the_boxes_and_not_in_width():
    chain = [Flow(str(n), str(n + 1), "補助") for n in range(20)]
    scheme, longer = draw(chain[:10]), draw(chain)
    assert (len(scheme.boxes), len(longer.boxes)) == (11, 21)
    assert longer.height > scheme.height
    assert longer.width == scheme.width


def test_flows_between_the_same_two_are_one_arrow():
    scheme = draw([Flow("国", "機構", "補助"), Flow("国", "機構", "委託")])
    assert [label.text for arrow in scheme.arrows for label in arrow.labels] == ["補助・委託"]


def test_what_does_not_go_to_the_next_box_goes_by_a_lane():
    scheme = draw(FAN)
    assert lines(scheme) == [["国"], ["機構"], ["大学"], ["企業"], ["病院"]]
    assert [len(arrow.strokes) for arrow in scheme.arrows] == [1, 1, 2, 2, 2, 2]
    labels = [label.text for arrow in scheme.arrows for label in arrow.labels]
    assert sorted(labels) == sorted(flow.label for flow in FAN)


def test_lanes_do_not_touch_each_other():
    """No two strokes lie on one line, and every label stands alone."""
    arrows = [arrow for arrow in draw(FAN).arrows if len(arrow.strokes) == 2]
    verticals = {int(arrow.strokes[0].split()[-1].split(",")[0]) for arrow in arrows}
    ends = [ys(arrow.strokes[0])[0] for arrow in arrows]
    ends += [ys(arrow.strokes[1])[-1] for arrow in arrows]
    assert len(verticals) == len(arrows)
    assert len(set(ends)) == len(ends)


def test_a_circle_is_drawn():
    scheme = draw([Flow("国", "機構", "補助"), Flow("機構", "国", "委託")])
    assert [len(arrow.strokes) for arrow in scheme.arrows] == [1, 2]
    assert scheme.height > max(max(ys(s)) for arrow in scheme.arrows for s in arrow.strokes)


@given(
    st.lists(
        st.builds(
            Flow, st.sampled_from("甲乙丙丁戊"), st.sampled_from("己庚辛壬"), st.just("補助")
        ),
        min_size=1,
        max_size=12,
    )
)
def test_all_stays_inside_the_drawing(flows):
    scheme = draw(flows)
    for arrow in scheme.arrows:
        points = [p.split(",") for s in (*arrow.strokes, arrow.head) for p in s.split()]
        assert all(0 <= int(x) <= scheme.width and 0 <= int(y) <= scheme.height for x, y in points)


def test_the_image_is_named_and_carries_no_style():
    flows = [Flow("<script>", '"&', "補助")]
    svg = render_to_string(
        "evaluation/scheme.svg", {"scheme": draw(flows), "program": {"name": "X"}}
    )
    assert '<title id="scheme-title">Xの資金の流れ</title>' in svg
    assert "&lt;script&gt;から&quot;&amp;へ補助。" in svg
    assert 'role="img" aria-labelledby="scheme-title scheme-text"' in svg
    assert re.search(r"<style|<script|style=|on\w+=|class=|href", svg) is None


LONG = [
    Flow("国", "国立研究開発法人" + "科学技術振興" * 12 + "機構（JST）", "補助"),
    Flow("国立大学法人", "WWW MMMM " * 9 + "W" * 60, "委託"),
    Flow("国", "W" * 60, "委託"),
    *FAN,
]


@pytest.mark.parametrize("family", ["BIZ UDPGothic", "Noto Sans CJK JP", "DejaVu Sans"])
def test_no_name_leaves_its_box(page, family):
    """Measured by the browser, in fonts of different widths."""
    svg = render_to_string(
        "evaluation/scheme.svg", {"scheme": draw(LONG), "program": {"name": "X"}}
    )
    page.set_content(f'<body style="font-family: {family}; letter-spacing: .02em">{svg}')
    texts = page.evaluate("""() => {
        const box = e => { const b = e.getBBox(); return [b.x, b.y, b.x + b.width, b.y + b.height] }
        const rects = [...document.querySelectorAll('rect')].map(box)
        const size = document.querySelector('svg').viewBox.baseVal
        return [...document.querySelectorAll('text')].map(text => {
            const [x1, y1, x2, y2] = box(text)
            const home = text.getAttribute('font-size') === '16' ? rects : [[0, 0, size.width, size.height]]
            return [text.textContent, home.some(r => r[0] <= x1 && r[1] <= y1 && x2 <= r[2] && y2 <= r[3])]
        })
    }""")
    assert len(texts) > 20
    assert [text for text, inside in texts if not inside] == []
