"""事業スキーム: who gives money to whom, as a drawing that a template turns into SVG.

Boxes stand below each other in the order in which the document names them. An arrow to the next box
goes straight down; any other one goes by a lane of its own at the right. So the drawing grows
downwards with the boxes and is readable at 320 px, whatever flows there are. All lengths are pixels.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from evaluation.wrapping import wrap

FONT, LABEL_FONT = 16, 14
LINE = 24  # from one line of a name to the next
PADDING = 14
EDGE = 1  # half of it is a box's stroke
BOX_WIDTH = 286  # with its edges what a screen of 320 px leaves
GAP = 56  # between boxes, for the arrow and its label
LANE = 44
HEAD = 9  # length of an arrow's head, and its width
PORT = 24  # between lanes that end at one box
NAME_WIDTH = (BOX_WIDTH - 2 * PADDING) / FONT  # in em


@dataclass(frozen=True)
class Flow:
    """Money that goes from one to another; `label` is how: 補助 or 委託."""

    source: str
    destination: str
    label: str


@dataclass(frozen=True)
class Line:
    """A line of text, its baseline at y."""

    x: int
    y: int
    text: str


@dataclass(frozen=True)
class Box:
    y: int
    height: int
    lines: tuple[Line, ...]
    x: int = EDGE
    width: int = BOX_WIDTH


@dataclass(frozen=True)
class Arrow:
    """`strokes` and `head` are points as SVG writes them; a lane leaves its label's place free."""

    strokes: tuple[str, ...]
    head: str
    anchor: str
    labels: tuple[Line, ...]


@dataclass(frozen=True)
class Scheme:
    """A drawing, and the same in words."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    description: str


@dataclass(frozen=True)
class Edge:
    """All flows from one box to another, the boxes given by their numbers."""

    source: int
    destination: int
    labels: tuple[str, ...]

    @property
    def is_straight(self) -> bool:
        return self.destination == self.source + 1

    @property
    def ends(self) -> tuple[int, int]:
        return min(self.source, self.destination), max(self.source, self.destination)


def draw(flows: Iterable[Flow]) -> Scheme | None:
    """Return the drawing of the flows; None where there are none, so that nothing is invented."""
    flows = list(flows)
    if not flows:
        return None
    names = list(dict.fromkeys(name for flow in flows for name in (flow.source, flow.destination)))
    edges = _edges(flows, names)
    lanes = _lanes([edge for edge in edges if not edge.is_straight])
    ports = _ports(lanes)
    boxes = tuple(_boxes(names, ports))
    arrows = [_straight(edge, boxes) for edge in edges if edge.is_straight]
    arrows += [_by_lane(edge, lane, boxes, ports) for edge, lane in lanes.items()]
    return Scheme(
        width=BOX_WIDTH + 2 * EDGE + LANE * len(set(lanes.values())),
        height=boxes[-1].y + boxes[-1].height + EDGE,
        boxes=boxes,
        arrows=tuple(arrows),
        description="".join(f"{f.source}から{f.destination}へ{f.label}。" for f in flows),
    )


def _edges(flows: list[Flow], names: list[str]) -> list[Edge]:
    number = {name: n for n, name in enumerate(names)}
    labels: dict[tuple[int, int], dict[str, None]] = defaultdict(dict)
    for flow in flows:
        labels[number[flow.source], number[flow.destination]][flow.label] = None
    return [Edge(*pair, tuple(found)) for pair, found in labels.items()]


def _lanes(edges: list[Edge]) -> dict[Edge, int]:
    """Give each edge a lane, the shortest the innermost; edges that share a box share no lane."""
    lanes: dict[Edge, int] = {}
    for edge in sorted(edges, key=lambda e: (e.ends[1] - e.ends[0], e.ends, e.source)):
        first, last = edge.ends
        taken = {lanes[e] for e in lanes if e.ends[0] <= last and first <= e.ends[1]}
        lanes[edge] = next(lane for lane in itertools.count() if lane not in taken)
    return lanes


def _ports(lanes: dict[Edge, int]) -> dict[int, list[Edge]]:
    """Return the edges that end at the side of each box, from top to bottom.

    What comes from above ends above what goes below, the outer lane outside: nothing crosses twice.
    """
    ports: dict[int, list[Edge]] = defaultdict(list)
    for edge in lanes:
        for box in edge.ends:
            ports[box].append(edge)
    for box, edges in ports.items():
        edges.sort(key=lambda e: (-1, lanes[e]) if e.ends[1] == box else (1, -lanes[e]))
    return ports


def _boxes(names: list[str], ports: dict[int, list[Edge]]) -> Iterator[Box]:
    y = EDGE
    for number, name in enumerate(names):
        lines = wrap(name, NAME_WIDTH)
        written = LINE * len(lines)
        height = max(written + 2 * PADDING, PORT * (len(ports[number]) + 1))
        # The middle of a line is about a third of the font above its baseline.
        first = y + (height - written) // 2 + LINE // 2 + FONT // 3
        middle = EDGE + BOX_WIDTH // 2
        yield Box(
            y=y,
            height=height,
            lines=tuple(Line(middle, first + LINE * n, text) for n, text in enumerate(lines)),
        )
        y += height + GAP


def _straight(edge: Edge, boxes: tuple[Box, ...]) -> Arrow:
    above, below = boxes[edge.source], boxes[edge.destination]
    x, start, end = EDGE + BOX_WIDTH // 2, above.y + above.height, below.y
    label = Line(x + LABEL_FONT, (start + end) // 2 + LABEL_FONT // 3, "・".join(edge.labels))
    return Arrow(
        strokes=(_points((x, start), (x, end - HEAD)),),
        head=_points((x, end), (x - HEAD // 2, end - HEAD), (x + HEAD // 2, end - HEAD)),
        anchor="start",
        labels=(label,),
    )


def _by_lane(edge: Edge, lane: int, boxes: tuple[Box, ...], ports: dict[int, list[Edge]]) -> Arrow:
    """Out of a box's right side, along the lane, and into the other box's right side."""
    side = EDGE + BOX_WIDTH
    x = side + LANE * lane + LANE // 2
    start, end = (_port(boxes[n], ports[n], edge) for n in (edge.source, edge.destination))
    # The label stands in the gap before the destination: no other line passes there across.
    down = start < end
    target = boxes[edge.destination]
    middle = target.y - GAP // 2 if down else target.y + target.height + GAP // 2
    half = (LABEL_FONT + 4) * len(edge.labels) // 2 + 3
    before, after = (middle - half, middle + half) if down else (middle + half, middle - half)
    top = middle - half + 3 + LABEL_FONT
    return Arrow(
        strokes=(
            _points((side, start), (x, start), (x, before)),
            _points((x, after), (x, end), (side + HEAD, end)),
        ),
        head=_points((side, end), (side + HEAD, end - HEAD // 2), (side + HEAD, end + HEAD // 2)),
        anchor="middle",
        labels=tuple(
            Line(x, top + (LABEL_FONT + 4) * n, text) for n, text in enumerate(edge.labels)
        ),
    )


def _port(box: Box, edges: list[Edge], edge: Edge) -> int:
    return box.y + box.height * (edges.index(edge) + 1) // (len(edges) + 1)


def _points(*points: tuple[int, int]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
