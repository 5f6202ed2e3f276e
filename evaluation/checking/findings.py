"""What the rules look at, and what they find."""

import hashlib
from dataclasses import dataclass

from evaluation.checking.tree import Tree
from evaluation.comparison.alignment import Unit
from evaluation.comparison.marking import Marks


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that contradicts itself, or what is usual: `place` and `message` are for a person.

    `unit` is the id of the clause that would be changed, "" for none. `evidence` are the texts that were
    judged: while they and the message stay, the finding is the same one. `error`: it must be put right
    before the decision; anything else may be right as it is.
    """

    rule: str
    place: str
    message: str
    unit: str = ""
    evidence: tuple[str, ...] = ()
    error: bool = False

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what was found; a waiver names it and ends when it is another."""
        said = (self.rule, self.unit, self.message, *self.evidence)
        joined = "".join(f"{len(text)}:{text}" for text in said)
        return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme, the items that it carries out, and its fund: `legal_basis` is "" where none is
    registered, `fund` "" where there is no fund."""

    name: str
    items: tuple[str, ...] = ()
    fund: str = ""
    legal_basis: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page about the amendment that quotes its text, line by line."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Marks drawn by hand on a clause; `stale` where they were drawn on other texts."""

    unit: str
    old: str
    new: str
    marks: Marks
    stale: bool


@dataclass(frozen=True)
class Matter:
    """An amendment as the rules look at it.

    `changed` are the clauses that it adds or changes, `unexplained` those of them without a reason.
    `papers` are its own words beside the text (title, reasons …) by their place, `sources` texts of the
    agency in which short names are explained.
    """

    before: Tree
    after: Tree
    changed: frozenset[str] = frozenset()
    unexplained: frozenset[str] = frozenset()
    programmes: tuple[Programme, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    drawn: tuple[Drawn, ...] = ()
    papers: tuple[tuple[str, str], ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def units(self) -> list[Unit]:
        """Return what the amendment adds or changes and lets stand, in the order of the document."""
        return [unit for unit in self.after.order if unit.id in self.changed]

    def texts(self) -> list[tuple[Unit | None, str, str]]:
        """Return unit, place and text of all that the amendment itself says."""
        own = [(unit, self.after.place(unit), unit.text) for unit in self.units]
        return [*own, *((None, place, text) for place, text in self.papers)]
