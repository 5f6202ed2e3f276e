"""What a page of found texts tells: where each stands, the places of the words, and its times."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from evaluation.comparison.rows import Cell
from evaluation.excerpts import excerpt
from evaluation.lifespans import Lifespan, lifespans
from evaluation.models import Amendment, AmendmentReason, PolicyText, ReasonGroup
from evaluation.models.texts import NUMBERED, Text
from evaluation.searching.asking import (
    CLAUSE,
    GROUP,
    POLICY,
    PROGRAM,
    REASON,
    Found,
    Search,
    visible_wordings,
)
from programs.models import Program, ProgramSection


@dataclass(frozen=True)
class Version:
    """One text of a clause that holds the words, with the times at which it says so."""

    runs: Cell
    times: list[tuple[Lifespan, str]] = field(default_factory=list)  # with the page's address


@dataclass(frozen=True)
class Result:
    """One thing found: what it is, its heading, and what it says; `versions` of a clause only.

    `drafts` are the undecided amendments whose words are shown.
    """

    kind: str
    name: Cell
    address: str
    owner: str
    versions: list[Version]
    runs: Cell = ()
    drafts: tuple[Amendment, ...] = ()


def results(search: Search, page: Iterable[Found]) -> list[Result]:
    """Return what a page of `found` tells, in its order."""
    page = list(page)
    by_branch: dict[int, list[int]] = defaultdict(list)
    for branch, key in page:
        by_branch[branch].append(key)
    words = list(search.words)
    read = {
        CLAUSE: lambda keys: _read_clauses(search, keys),
        GROUP: lambda keys: _read_groups(words, keys),
        REASON: lambda keys: _read_reasons(words, keys),
        POLICY: lambda keys: _read_policies(words, keys),
        PROGRAM: lambda keys: _read_programs(search, keys),
    }
    made = {branch: read[branch](keys) for branch, keys in by_branch.items()}
    return [made[branch][key] for branch, key in page]


# --- Clauses --------------------------------------------------------------------------------------
def _read_clauses(search: Search, keys: list[int]) -> dict[int, Result]:
    spans = lifespans(_with_all_above(search, keys))
    by_clause: dict[int, list[Lifespan]] = defaultdict(list)
    for span in spans.values():
        by_clause[span.wording.clause_id].append(span)
    # Wordings of any time stand together here, to read the numbers and headings above a clause.
    latest: list[Any] = [_latest(several).wording for several in by_clause.values()]
    for wording in latest:
        wording.stands = True
    text = Text.of(latest)
    return {key: _clause(search, text, key, by_clause[key]) for key in keys}


def _with_all_above(search: Search, keys: Iterable[int]) -> list[Any]:
    """Return the wordings of clauses and of what stands above them: a query per level."""
    wordings: list[Any] = []
    wanted, read = set(keys), set[int]()
    visible = visible_wordings(search.reader).placed()
    named = ("clause", "parent", "amendment__period__agency", "base", "corrects")
    while wanted:
        rows = list(visible.filter(clause__in=wanted).select_related(*named))
        wordings += rows
        read |= wanted
        wanted = {row.parent_id for row in rows if row.parent_id} - read
    return wordings


def _latest(spans: list[Lifespan]) -> Lifespan:
    """The current wording, else the one that was decided last, else the drafted one."""
    return max(
        spans,
        key=lambda s: (s.is_current, s.first is not None and not s.corrected, s.wording.pk),
    )


def _clause(search: Search, text: Text, key: int, spans: list[Lifespan]) -> Result:
    node = text.nodes[key]
    versions: dict[str, Version] = {}
    drafts: dict[int, Amendment] = {}
    for span in sorted(spans, key=_newest_first):
        wording = span.wording
        if wording.repealed or not all(word in wording.folded for word in search.words):
            continue
        if search.amendment not in (None, wording.amendment_id):
            continue
        runs = excerpt(wording.text, list(search.words))
        version = versions.setdefault(wording.text, Version(runs))
        version.times.append((span, _address(span)))
        if span.first is None:
            drafts[wording.amendment_id] = wording.amendment
    found = list(versions.values())
    return Result(
        kind=node.wording.clause.get_kind_display(),
        name=excerpt(_place(text, key), list(search.words)),
        address=found[0].times[0][1],
        owner=str(node.wording.amendment.period),
        versions=found,
        drafts=tuple(drafts.values()),
    )


def _newest_first(span: Lifespan) -> tuple[Any, ...]:
    return (not span.is_current, span.first is None, -(span.wording.amendment.sequence or 0))


def _place(text: Text, key: int) -> str:
    node = text.nodes[key]
    owner = node if node.kind in NUMBERED else text.nodes.get(node.parent_id or 0, node)
    return f"{text.number(owner)} {owner.text}".strip() if owner.kind in NUMBERED else owner.text


def _address(span: Lifespan) -> str:
    """Return the page that has a wording: its item or chapter, or that above it, at its time."""
    wording = span.wording
    clause = wording.clause
    owner = clause if clause.kind in NUMBERED or wording.parent is None else wording.parent
    period = wording.amendment.period
    page = reverse("item", args=[period.agency.code, period.number, owner.public_id])
    query = f"?{urlencode(span.query)}" if span.query else ""
    return f"{page}{query}" if owner is clause else f"{page}{query}#clause-{clause.public_id}"


# --- All else -------------------------------------------------------------------------------------
def _amendment_page(amendment: Amendment, part: str) -> str:
    return f"{amendment.get_absolute_url()}#{part}"


def _drafts(amendment: Amendment) -> tuple[Amendment, ...]:
    return () if amendment.is_decided else (amendment,)


def _read_groups(words: list[str], keys: list[int]) -> dict[int, Result]:
    rows = ReasonGroup.objects.select_related("amendment__period__agency").in_bulk(keys)
    return {
        pk: Result(
            kind="変更理由の区分",
            name=excerpt(str(row), words),
            address=_amendment_page(row.amendment, "reasons"),
            owner=str(row.amendment),
            versions=[],
            runs=_of(words, row.introduction),
            drafts=_drafts(row.amendment),
        )
        for pk, row in rows.items()
    }


def _read_reasons(words: list[str], keys: list[int]) -> dict[int, Result]:
    rows = AmendmentReason.objects.select_related("group__amendment__period__agency").in_bulk(keys)
    return {
        pk: Result(
            kind="変更理由",
            name=excerpt(row.title, words),
            address=_amendment_page(row.group.amendment, "reasons"),
            owner=str(row.group.amendment),
            versions=[],
            runs=_of(words, row.text),
            drafts=_drafts(row.group.amendment),
        )
        for pk, row in rows.items()
    }


def _read_policies(words: list[str], keys: list[int]) -> dict[int, Result]:
    rows = PolicyText.objects.select_related("period__agency").in_bulk(keys)
    return {
        pk: Result(
            kind="政策体系",
            name=excerpt(row.heading, words),
            address=reverse("policy", args=[row.period.agency.code, row.period.number]),
            owner=str(row.period),
            versions=[],
            runs=_of(words, row.body),
        )
        for pk, row in rows.items()
    }


def _read_programs(search: Search, keys: list[int]) -> dict[int, Result]:
    rows = Program.objects.select_related("agency").in_bulk(keys)
    sections: dict[int, list[str]] = defaultdict(list)
    for part in ProgramSection.objects.filter(program__in=keys):
        if all(word in part.folded for word in search.words):
            sections[part.program_id] += [part.heading, part.body]
    return {
        pk: Result(
            kind="事業",
            name=excerpt(row.name, list(search.words)),
            address=reverse("programme", args=[row.agency.code, row.slug]),
            owner=str(row.agency),
            versions=[],
            runs=_of(list(search.words), row.subtitle, row.target, *sections[pk]),
        )
        for pk, row in rows.items()
    }


def _of(words: list[str], *texts: str) -> Cell:
    """Return an excerpt of the texts of one row; nothing where it has none."""
    text = "\n".join(filter(None, texts))
    return excerpt(text, words) if text else ()
