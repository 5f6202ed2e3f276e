"""What an amendment says, as its documents print it: parts of sayings in the order of print."""

from dataclasses import dataclass

from evaluation.checking.reading import Side, Span


@dataclass(frozen=True, slots=True)
class Saying:
    """One statement: `place` tells a person where the amendment says it.

    `group` names what is printed together, such as the evaluation axes of 2.5. `required`: a document
    that prints its group, or its part, must print it; words of a form are not. `repeats`: it may be
    printed again, as a note on every page is.
    """

    place: str
    text: str
    group: str = ""
    marks: tuple[Span, ...] = ()
    required: bool = True
    repeats: bool = False


@dataclass(frozen=True)
class Part:
    """A document or a column of one. `marked`: what changes is underlined in it.

    `whole`: who prints more than half of it means to print all of it; else it is quoted from.
    """

    name: str
    sayings: tuple[Saying, ...]
    side: Side = ""
    marked: bool = False
    whole: bool = True
