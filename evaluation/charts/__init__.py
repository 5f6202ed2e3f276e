"""Series as drawings: small ones for a row of a table, larger ones that stand beside each other.

Pure. A drawing is strokes, shapes and words with their places; `templates/evaluation/drawing.svg` turns it
into SVG, the same on screen and on paper. It has no colour of its own: what a year has come to is told by
a shape and a word.
"""

from evaluation.charts.drawing import SHAPES, Drawing, shape
from evaluation.charts.panel import panel
from evaluation.charts.sparkline import sparkline

__all__ = ["SHAPES", "Drawing", "panel", "shape", "sparkline"]
