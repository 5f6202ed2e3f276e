"""Short ways to write documents and to read tables."""

from evaluation.comparison.alignment import Document, Unit, UnitKind
from evaluation.comparison.rows import Cell, Role, Row, Table

TITLE = "第5期中長期目標"


def document(*units: Unit, title: str = TITLE) -> Document:
    return Document(title, units)


def unit(
    id: str,
    text: str = "",
    *,
    label: str = "",
    parent: str | None = None,
    rank: str = "",
    kind: UnitKind = UnitKind.ITEM,
) -> Unit:
    """A unit that stands where its id sorts, unless it has a rank."""
    return Unit(id, kind, parent, rank or id, label, text or f"{id}の文")


def body(id: str, text: str = "", *, parent: str | None = None, rank: str = "") -> Unit:
    return unit(id, text, parent=parent, rank=rank, kind=UnitKind.BODY)


def shown(cell: Cell) -> str:
    """Marks as [ ], notes as { }."""
    forms = {Role.TEXT: "{}", Role.NOTE: "{{{}}}", Role.ELLIPSIS: "…", Role.ORIGIN: "<{}>"}
    return "".join(
        f"[{run.text}]" if run.marked else forms[run.role].format(run.text) for run in cell
    )


def read(row: Row) -> tuple[str, str, str]:
    return row.kind.value, shown(row.proposed), shown(row.current)


def rows(table: Table) -> list[tuple[str, str, str]]:
    """Kind and both sides of each row below the title."""
    return [read(row) for row in table.rows[1:]]
