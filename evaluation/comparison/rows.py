"""Rows of a comparison table: all that a rendering on screen or paper may know of a comparison."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from evaluation.comparison.alignment import Kind


class Role(StrEnum):
    """Whose words a run holds: the text's own, or the engine's."""

    TEXT = "text"
    ELLIPSIS = "ellipsis"  # the engine's 「・・・」; one that the source prints is text
    NOTE = "note"  # （新設）（削る）（同左）（略）


class Level(StrEnum):
    """The place of a row in the table, outermost first."""

    TITLE = "title"  # the first row
    CHAPTER = "chapter"
    ITEM = "item"
    BODY = "body"
    SECTION = "section"  # 【指標】
    LABEL = "label"  # ○項目, ○評価軸 …
    ENTRY = "entry"  # the item named under ○項目
    BULLET = "bullet"  # one axis or indicator


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of one cell; the runs of a cell join to what it prints."""

    text: str
    marked: bool = False
    role: Role = Role.TEXT


Cell = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One paragraph of the proposed text and of the current one; an empty side has no runs."""

    kind: Kind
    level: Level
    clause_id: str | None
    proposed: Cell
    current: Cell


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    note: str
    columns: tuple[str, str]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Settings:
    """The words and choices of a comparison table; the defaults are the ministry's own form."""

    heading: str = "新旧対照表（案）"
    columns: tuple[str, str] = ("変更案", "現行")
    note: str = "（赤字・下線部分は変更部分）"
    same: str = "（同左）"
    omitted: str = "（略）"
    new: str = "（新設）"
    deleted: str = "（削る）"
    unchanged_siblings: Literal["drop", "run"] = "drop"
    elide: bool = True


NATIONAL = Settings()
