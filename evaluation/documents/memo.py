"""変更について: the cover memo of an amendment, its page references read from the rendering."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from evaluation.comparison.rows import INDICATORS, Table
from evaluation.documents.appendix import Appendix
from evaluation.eras import written
from evaluation.models import Amendment, AmendmentReason, Wording

# What begins the ids of clauses where the table and the appendix print them.
IN_TABLE, IN_APPENDIX = "table-", "appendix-"
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


@dataclass(frozen=True)
class MemoReason:
    """One ○ of the memo: `clauses` are the public ids of what is changed for this reason."""

    title: str
    text: str
    printed_pages: str
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class MemoGroup:
    number: int
    title: str
    introduction: str
    reasons: tuple[MemoReason, ...]


@dataclass(frozen=True)
class Memo:
    """The memo without its page numbers, which depend on what is printed beside it."""

    title: str
    day: str
    office: str
    groups: tuple[MemoGroup, ...]


def memo(amendment: Amendment) -> Memo:
    """Return the memo of an amendment (three queries)."""
    changed: dict[int, list[str]] = defaultdict(list)
    wordings = Wording.objects.filter(amendment=amendment, reason__isnull=False)
    for reason, clause in wordings.values_list("reason", "clause__public_id"):
        changed[reason].append(clause)
    groups = amendment.reason_groups.prefetch_related("reasons")
    return Memo(
        amendment.memo_title or amendment.title,
        written(amendment.paper_date) if amendment.paper_date else "",
        amendment.office,
        tuple(
            MemoGroup(
                group.position,
                group.title,
                group.introduction,
                tuple(_reason(reason, changed[reason.pk]) for reason in group.reasons.all()),
            )
            for group in groups
        ),
    )


def _reason(reason: AmendmentReason, clauses: list[str]) -> MemoReason:
    return MemoReason(reason.title, reason.text, reason.printed_pages, tuple(sorted(clauses)))


# --- Page references ------------------------------------------------------------------------------
def anchors(table: Table, appendix: Appendix) -> dict[str, set[str]]:
    """Return for each clause the ids by which the printed table and appendix show where it stands.

    In the table that is its place in the text, not where its indicators are listed.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for row in table.rows:
        if row.clause_id and row.level not in INDICATORS:
            found[row.clause_id].add(IN_TABLE + row.clause_id)
    for line in appendix.rows:
        lists = (line.axes, line.evaluation_indicators, line.monitoring_indicators)
        entries = [entry.clause_id for entries in lists for entry in entries]
        for clause in (line.sub_item_id or line.item_id, *entries):
            found[clause].add(IN_APPENDIX + clause)
    return found


def with_pages(
    memo: Mapping[str, Any], places: Mapping[str, set[str]], pages: Mapping[str, int]
) -> dict[str, Any]:
    """Return a memo (as plain data) with the page references of each reason: for each part where
    something of it stands, its name and its pages, each as number and id of what stands there.

    `pages` are those of the parts as rendered (`pdf.read_pages`), numbered as they are printed there:
    the table's 1, 2, 3, the appendix's i, ii, iii.
    """

    def referring(reason: Mapping[str, Any]) -> dict[str, Any]:
        ids = sorted(place for clause in reason["clauses"] for place in places.get(clause, ()))
        table = [place for place in ids if place.startswith(IN_TABLE)]
        appendix = [place for place in ids if place.startswith(IN_APPENDIX)]
        parts = {
            "新旧対照表": _pages(table, pages, str),
            "評価軸等": _pages(appendix, pages, roman),
        }
        return {**reason, "references": [[part, found] for part, found in parts.items() if found]}

    groups = [
        {**group, "reasons": [referring(reason) for reason in group["reasons"]]}
        for group in memo["groups"]
    ]
    return {**memo, "groups": groups}


def _pages(
    ids: Iterable[str], pages: Mapping[str, int], printed: Callable[[int], str]
) -> list[tuple[str, str]]:
    first: dict[int, str] = {}
    for place in ids:
        if place in pages:
            first.setdefault(pages[place], place)
    return [(printed(page), first[page]) for page in sorted(first)]


def roman(number: int) -> str:
    """Return a page number as the appendix prints it: i, ii, iii …"""
    letters = ""
    for value, letter in _ROMAN:
        while number >= value:
            letters, number = letters + letter, number - value
    return letters


def memo_html(content: Mapping[str, Any], *, linked: bool = False, **identity: Any) -> str:
    """Return the printed memo (A4 portrait), of `with_pages`, as HTML for `pdf.render_pdf`; `linked`:
    the pages that it refers to are in the same file."""
    context = {"memo": content, "linked": linked, **identity}
    return render_to_string("evaluation/memo_print.html", context)
