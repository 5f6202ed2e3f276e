"""Entering values by hand: what the grid shows, what its fields say, and what saving them comes to."""

from evaluation.entering.fields import Typed, field_name, key_of, typed_in
from evaluation.entering.saving import Answer, Told, compare, save
from evaluation.entering.sheet import Line, Section, Sheet, Standing

__all__ = [
    "Answer",
    "Line",
    "Section",
    "Sheet",
    "Standing",
    "Told",
    "Typed",
    "compare",
    "field_name",
    "key_of",
    "save",
    "typed_in",
]
