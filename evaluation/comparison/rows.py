"""Rows of a comparison table: all that a rendering on screen or paper may know of a comparison."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from evaluation.comparison.alignment import Kind

Side = Literal["proposed", "current"]
Unchanged = Literal["drop", "run", "full"]
Moves = Literal["apart", "track"]


class Role(StrEnum):
    """Whose words a run holds: the text's own, or the engine's."""

    TEXT = "text"
    ELLIPSIS = "ellipsis"  # the engine's 「・・・」; one that the source prints is text
    NOTE = "note"  # （新設）（削る）（同左）（略）, in place of a text
    ORIGIN = "origin"  # （2. 2. から移動）, before the text of what has no number to be marked


class Level(StrEnum):
    """The place of a row in the table, outermost first."""

    TITLE = "title"  # the first row
    CHAPTER = "chapter"
    ITEM = "item"
    BODY = "body"
    PARAGRAPH = "paragraph"  # of a plain text
    SECTION = "section"  # 【指標】
    LABEL = "label"  # ○項目, ○評価軸 …
    ENTRY = "entry"  # the item named under ○項目
    BULLET = "bullet"  # one axis or indicator


# Where the table lists the indicators of the items that its text part has shown already.
INDICATORS = frozenset({Level.SECTION, Level.LABEL, Level.ENTRY, Level.BULLET})


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of one cell; the runs of a cell join to what it prints."""

    text: str
    marked: bool = False
    role: Role = Role.TEXT


Cell = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One paragraph of the proposed text and of the current one; an empty side has no runs.

    `remark` is what 備考 says of it, one remark per line.
    """

    kind: Kind
    level: Level
    clause_id: str | None
    proposed: Cell
    current: Cell
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a reader of the table must be told of one text.

    `notices` of a table: it is stored differently on both sides and counts as unchanged. `by_sentence`:
    both sides are so unlike that whole sentences are marked. `place` is the printed number of the item
    in which it stands, `words` what is told.
    """

    clause_id: str
    place: str
    text: str
    words: str


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` are the titles of the proposed and the current side; `first` is printed left.

    `remarks` is the title of the column of remarks, "" where there is none.
    """

    title: str
    note: str
    columns: tuple[str, str]
    rows: tuple[Row, ...]
    first: Side = "proposed"
    remarks: str = ""
    notices: tuple[Notice, ...] = ()
    by_sentence: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class Settings:
    """The words and choices of a comparison table; the defaults are the ministry's own form.

    `same` stands right of an unchanged text, `omitted` where neither side prints it.
    `unchanged_siblings`: left out, one row a run 「１～４　（略）」, or in full on both sides.
    `moves`: what moved is new here and deleted there, or followed to its new place.
    """

    heading: str = "新旧対照表（案）"
    columns: tuple[str, str] = ("変更案", "現行")
    note: str = "（赤字・下線部分は変更部分）"
    same: str = "（同左）"
    omitted: str = "（略）"
    new: str = "（新設）"
    deleted: str = "（削る）"
    unchanged_siblings: Unchanged = "drop"
    elide: bool = True
    first: Side = "proposed"
    moves: Moves = "apart"
    remarks: str = ""


NATIONAL = Settings()
