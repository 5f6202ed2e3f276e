"""Where clauses came from, as the comparison table and the pages of items say it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from evaluation.comparison.alignment import Kind
from evaluation.comparison.succession import Succession as Joined
from evaluation.excerpts import shortened
from evaluation.models import Amendment, Succession
from evaluation.models.texts import Node, Text

JOINED: dict[str, Literal[Kind.SPLIT, Kind.MERGED]] = {
    Succession.Kind.SPLIT: Kind.SPLIT,
    Succession.Kind.MERGED: Kind.MERGED,
}
NAMED = 24  # characters that name a clause
VERBS: dict[str, str] = {
    Succession.Kind.SPLIT: "から分かれた",
    Succession.Kind.MERGED: "を統合した",
    Succession.Kind.REPLACED: "に代わる",
}


@dataclass(frozen=True)
class Origin:
    """What one amendment says of where a clause came from: `node` as it stood before."""

    row: Succession
    node: Node

    @property
    def words(self) -> str:
        """Return 「「論文数」から分かれた」; of a rewording only that."""
        if self.row.kind == Succession.Kind.REWORDED:
            return "文言が改められた"
        return f"「{shortened(self.node.text, NAMED)}」{VERBS[self.row.kind]}"

    @property
    def series(self) -> str:
        return "系列は続く" if self.row.continues else "系列はここで切れる"

    @property
    def is_series(self) -> bool:
        """Tell whether the clause has yearly values."""
        return self.row.to_clause.kind == "monitoring_indicator"


def origins_of(rows: Iterable[Succession], *texts: Text) -> dict[str, list[Origin]]:
    """Return the origins of clauses by public id; the texts, the first that has a clause, name them."""
    found: defaultdict[str, list[Origin]] = defaultdict(list)
    for row in rows:
        nodes = (text.nodes.get(row.from_clause_id) for text in texts)
        if node := next(filter(None, nodes), None):
            found[row.to_clause.public_id].append(Origin(row, node))
    return dict(found)


def own_successions(amendment: Amendment) -> list[Succession]:
    """Return what an amendment says of origins (one query)."""
    rows = amendment.successions.select_related("amendment", "from_clause", "to_clause")
    return list(rows.order_by("pk"))


def joined(rows: Sequence[Succession]) -> tuple[Joined, ...]:
    """Return the splits and mergers as the comparison engine reads them."""
    return tuple(
        Joined(row.from_clause.public_id, row.to_clause.public_id, JOINED[row.kind])
        for row in rows
        if row.kind in JOINED
    )


def remarked(
    remarks: Mapping[str, str], rows: Sequence[Succession], before: Text, text: Text
) -> dict[str, str]:
    """Return the remarks of a table, with what takes the place of what."""
    said = defaultdict(list, {key: [words] for key, words in remarks.items()})
    for row in rows:
        old, new = before.nodes.get(row.from_clause_id), text.nodes.get(row.to_clause_id)
        if row.kind == Succession.Kind.REPLACED and old and new:
            said[old.public_id].append(f"「{shortened(new.text, NAMED)}」に置換え")
            said[new.public_id].append(f"「{shortened(old.text, NAMED)}」に代わるもの")
    return {key: "\n".join(words) for key, words in said.items()}
