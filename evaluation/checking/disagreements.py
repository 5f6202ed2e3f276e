"""How an outside document disagrees with an amendment."""

from dataclasses import dataclass
from enum import StrEnum

from evaluation.checking.reading import Passage
from evaluation.comparison.marking import Marks

NO_MARKS = Marks()


class How(StrEnum):
    """How a document and the amendment disagree."""

    WORDS = "words"
    SPELLING = "spelling"
    MISSING = "missing"
    REPEATED = "repeated"
    MISPLACED = "misplaced"
    UNKNOWN = "unknown"
    MARKS = "marks"

    @property
    def label(self) -> str:
        return {
            "words": "文言が違う",
            "spelling": "字の書き方が違う",
            "missing": "抜けている",
            "repeated": "重なっている",
            "misplaced": "別の箇所の文言",
            "unknown": "変更案にない",
            "marks": "下線が違う",
        }[self]


@dataclass(frozen=True)
class Disagreement:
    """One statement that disagrees: where the document prints it, what it prints and what is said here.

    `message` says more than `how` does, or nothing.

    `marks` are those of the engine on both: `old` on what is expected, `new` on what is printed.
    """

    how: How
    where: str
    place: str
    printed: str
    expected: str
    message: str = ""
    marks: Marks = NO_MARKS


@dataclass(frozen=True)
class Reconciliation:
    """What disagrees, in the order of the document, and how much of it was compared."""

    found: tuple[Disagreement, ...]
    compared: int
    not_compared: tuple[Passage, ...]
    parts: tuple[str, ...]
