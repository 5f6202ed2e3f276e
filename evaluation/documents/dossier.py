"""資料: the documents of a snapshot, each alone and all together in the official order; those of an
evaluation are laid out by `evaluation.documents.evaluation`.

Nothing but the snapshot's content goes into any of them.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Exists

from evaluation.documents.appendix import appendix_from_data, appendix_html
from evaluation.documents.comparison import comparison_html, from_data
from evaluation.documents.evaluation import evaluation_html
from evaluation.documents.memo import anchors, memo_html, with_pages
from evaluation.documents.pdf import Heard, is_kept, read_pages_cached
from evaluation.documents.sheets import (
    named_programmes,
    overview_html,
    policy_html,
    programme_html,
    whole_hierarchies,
)
from evaluation.models import Amendment, IssuedDocument
from evaluation.models.documents import OF_AMENDMENT, OF_EVALUATION

Kind = IssuedDocument.Kind
Content = Mapping[str, Any]  # of a snapshot, see `issuing.current_content`
REFERRED = ("ページの読取り：新旧対照表", "ページの読取り：別紙")
# Rows that a small machine lays out in about half a second; the processes that answer are few.
LONGEST_IN_A_REQUEST = 150
MISSING = {
    Kind.POLICY: "この期間に、政策体系の文章は登録されていません。",
    Kind.PROGRAMMES: "この変更に、事業は登録されていません。",
    Kind.OVERVIEW: "この変更に、全体像の資料は登録されていません。",
}


def cache() -> Path:
    """Return the folder in which renderings are kept."""
    return Path(settings.DATA_DIR) / "cache" / "pdf"


def present(content: Content) -> list[Kind]:
    """Return the kinds of document that an amendment's snapshot has anything for, in order."""
    return [kind for kind in OF_AMENDMENT if kind not in MISSING or content.get(kind)]


def kinds_of(amendment: Amendment) -> list[Kind]:
    """Return the kinds of document that an amendment has anything for, in order (one query)."""
    there = {
        Kind.POLICY: Exists(whole_hierarchies().filter(pk=amendment.period_id)),
        Kind.PROGRAMMES: Exists(named_programmes(amendment)),
        Kind.OVERVIEW: Exists(amendment.overview_sheets.all()),
    }
    named = {kind.value: exists for kind, exists in there.items()}
    found = Amendment.objects.filter(pk=amendment.pk).values(**named).get()
    return [kind for kind in OF_AMENDMENT if found.get(kind.value, True)]


def is_long(content: Content, kind: str) -> bool:
    """Tell whether a document takes longer to make than a request should: the whole always does."""
    if kind in OF_EVALUATION:
        return kind == Kind.EVALUATION
    rows = {
        Kind.COMPARISON: len(content["comparison"]["rows"]),
        Kind.APPENDIX: len(content["appendix"]["rows"]),
    }
    rows[Kind.MEMO] = sum(rows.values())
    return kind == Kind.DOSSIER or rows.get(Kind(kind), 0) > LONGEST_IN_A_REQUEST


def steps_of(content: Content, kind: str) -> list[str]:
    """Return what is laid out one after the other to make a document: where it has a memo, first the
    pages to which that refers."""
    refers = kind in {Kind.MEMO, Kind.DOSSIER}
    return [*(REFERRED if refers else ()), *_names(content, kind)]


def _names(content: Content, kind: str) -> list[str]:
    if kind == Kind.PROGRAMMES:
        return [f"事業：{sheet['name']}" for sheet in content["programmes"]]
    if kind == Kind.OVERVIEW:
        return [f"全体像{sheet['number']}" for sheet in content["overview"]]
    if kind == Kind.DOSSIER:
        return [name for one in present(content)[:-1] for name in _names(content, one)]
    return [Kind(kind).label]


def parts_of(
    content: Content, kind: str, identity: Mapping[str, Any], heard: Heard = lambda done: None
) -> list[str]:
    """Return the HTML of a document's parts in the official order, for `pdf.render_pdf`.

    `identity`: what the foot of each page says, see `comparison_html`. `heard` is told how many steps
    are done. Raises ValidationError where the snapshot holds nothing for this document, PdfError as
    `pdf.read_pages` does.
    """
    if kind in OF_EVALUATION:
        return [evaluation_html(content, kind, **identity)]
    if kind in MISSING and not content.get(kind):
        raise ValidationError(MISSING[Kind(kind)])
    title = f"{content['memo']['title']}（{Kind(kind).label}）"
    match kind:
        case Kind.MEMO:
            return [memo_html(paged_memo(content, heard), **identity)]
        case Kind.DOSSIER:
            memo = paged_memo(content, heard)
            whole = {**identity, "in_dossier": True}
            others = [html for one in present(content)[1:-1] for html in _html(content, one, whole)]
            return [memo_html(memo, linked=True, document_title=title, **whole), *others]
        case Kind.PROGRAMMES | Kind.OVERVIEW:
            return _html(content, kind, {**identity, "document_title": title})
        case _:
            return _html(content, kind, identity)


def _html(content: Content, kind: str, identity: Mapping[str, Any]) -> list[str]:
    """Return the parts of one document that refers to no page."""
    match kind:
        case Kind.COMPARISON:
            return [_table_html(content, identity)]
        case Kind.APPENDIX:
            return [_appendix_html(content, identity)]
        case Kind.POLICY:
            return [policy_html(content[kind], **identity)]
        case Kind.PROGRAMMES:
            return [programme_html(sheet, **identity) for sheet in content[kind]]
        case _:
            return [overview_html(sheet, **identity) for sheet in content[kind]]


def paged_memo(content: Content, heard: Heard = lambda done: None) -> dict[str, Any]:
    """Return the memo as plain data with its page references, read from the rendered table and
    appendix. Raises PdfError as `pdf.read_pages` does."""
    pages = read_pages_cached(*_referred(content), folder=cache(), heard=heard)
    table, appendix = from_data(content["comparison"]), appendix_from_data(content["appendix"])
    return with_pages(content["memo"], anchors(table, appendix), pages)


def are_pages_known(content: Content) -> bool:
    """Tell whether `paged_memo` has been asked for this content before, so that it takes no time."""
    return is_kept(*_referred(content), folder=cache(), suffix="json")


def _referred(content: Content) -> tuple[str, str]:
    """Return what the memo refers to, without what the foot of a page says: it moves no line."""
    return _table_html(content, {}), _appendix_html(content, {})


def _linked(content: Content) -> set[str]:
    """Return the public ids of the clauses to which the memo refers: only these are anchored."""
    groups = content["memo"]["groups"]
    return {clause for g in groups for reason in g["reasons"] for clause in reason["clauses"]}


def _table_html(content: Content, identity: Mapping[str, Any]) -> str:
    table = from_data(content["comparison"])
    return comparison_html(table, linked=_linked(content), **identity)


def _appendix_html(content: Content, identity: Mapping[str, Any]) -> str:
    appendix = appendix_from_data(content["appendix"])
    return appendix_html(appendix, linked=_linked(content), **identity)
