"""The marks that drafters drew, beside the texts that they drew them on."""

from dataclasses import dataclass, field
from functools import cached_property

from evaluation.comparison.correcting import fingerprint, warnings
from evaluation.comparison.marking import Marks
from evaluation.models import Amendment, Marking
from evaluation.models.texts import Node, Text


@dataclass(frozen=True)
class Drawn:
    """One clause whose marks were drawn by hand, with both of its texts as they are now."""

    marking: Marking
    old: Node
    new: Node

    @property
    def is_stale(self) -> bool:
        return self.marking.fingerprint != fingerprint(self.old.text, self.new.text)

    @property
    def warnings(self) -> list[str]:
        return warnings(self.old.text, self.new.text, self.marking.marks)


@dataclass(frozen=True)
class Hand:
    """All marks drawn by hand in an amendment, of clauses that it rewords."""

    drawn: tuple[Drawn, ...]
    before: Text = field(repr=False)
    text: Text = field(repr=False)

    @classmethod
    def of(cls, amendment: Amendment, before: Text, text: Text) -> "Hand":
        """Read them with one query."""
        found = Marking.objects.filter(amendment=amendment).select_related("drawn_by")
        pairs = (
            (marking, before.nodes.get(marking.clause_id), text.nodes.get(marking.clause_id))
            for marking in found
        )
        drawn = (
            Drawn(mark, old, new) for mark, old, new in pairs if new and new.rewords(old) and old
        )
        return cls(tuple(drawn), before, text)

    @cached_property
    def reworded(self) -> set[str]:
        """The clauses of which single words are marked, by public id."""
        nodes = self.text.nodes.items()
        return {node.public_id for key, node in nodes if node.rewords(self.before.nodes.get(key))}

    @cached_property
    def marks(self) -> dict[str, Marks]:
        """The marks in use, by public id of their clause: the stale ones are not."""
        return {one.new.public_id: one.marking.marks for one in self.drawn if not one.is_stale}

    @property
    def stale(self) -> list[Node]:
        return [one.new for one in self.drawn if one.is_stale]

    @cached_property
    def warned(self) -> list[tuple[Node, list[str]]]:
        """Clauses of which a change goes unseen, each with what is missing."""
        used = ((one.new, one.warnings) for one in self.drawn if not one.is_stale)
        return [(node, words) for node, words in used if words]

    def find(self, public_id: str) -> Drawn | None:
        return next((one for one in self.drawn if one.new.public_id == public_id), None)
