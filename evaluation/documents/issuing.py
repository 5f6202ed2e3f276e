"""Issuing a document and verifying it later: snapshot, PDF, record."""

import hashlib
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from evaluation.comparison import ENGINE_VERSION
from evaluation.comparison.alignment import Kind
from evaluation.comparison.rows import Role, Run
from evaluation.documents.appendix import (
    Appendix,
    AppendixRow,
    Entry,
    amended_appendix,
    appendix_html,
)
from evaluation.documents.comparison import (
    comparison_html,
    comparison_table,
    from_data,
    settings_of,
)
from evaluation.documents.pdf import render_pdf_cached, renderer_versions
from evaluation.models import Amendment, IssuedDocument, Snapshot, Wording
from evaluation.models.texts import ConflictKind, Text
from programs.models import User


@transaction.atomic
def take_snapshot(amendment: Amendment, *, by: User | None) -> Snapshot:
    """Keep the amendment's documents as they stand; the last snapshot is reused if nothing changed.

    What is kept is the row as it is under the lock: it may have been decided since it was read.

    Raises ValidationError where the draft's tree is torn: its table would show deletions that
    nobody made.
    """
    locked = Amendment.objects.select_for_update()
    amendment = locked.select_related("period__agency").get(pk=amendment.pk)
    if torn := torn_places(amendment):
        raise ValidationError(torn)
    content, digest = Snapshot.canonical(current_content(amendment))
    last = amendment.snapshots.last()
    if last is not None and last.sha256 == digest:
        return last
    return Snapshot.objects.create(
        amendment=amendment,
        number=last.number + 1 if last else 1,
        content=content,
        sha256=digest,
        engine_version=ENGINE_VERSION,
        taken_at=timezone.now(),
        taken_by=by,
    )


def torn_places(amendment: Amendment) -> list[str]:
    """Return why a draft's clauses make no tree, each reason with its place; [] where they do."""
    if amendment.is_decided:
        return []
    return torn(Text.of(Wording.objects.as_amended_by(amendment)))


def torn(text: Text) -> list[str]:
    """Return why the clauses of a text make no tree, each reason with its place; [] where they do."""
    kinds = {ConflictKind.CYCLE, ConflictKind.PARENT_MISSING}
    return [str(conflict) for conflict in text.conflicts if conflict.kind in kinds]


def current_content(amendment: Amendment) -> dict[str, Any]:
    """Return the amendment's table, the settings it is drawn up in, and its appendix as plain data."""
    settings = settings_of(amendment)
    return {
        "comparison": asdict(comparison_table(amendment, settings)),
        "settings": asdict(settings),
        "appendix": asdict(amended_appendix(amendment)),
    }


def issue(snapshot: Snapshot, kind: str, *, by: User | None) -> IssuedDocument:
    """Return the PDF of a snapshot, made and recorded if it has not been issued yet.

    Raises `pdf.PdfError` where it cannot be made.
    """
    content = render_pdf_cached(html_of(snapshot, kind), settings.DATA_DIR / "cache" / "pdf")
    digest = hashlib.sha256(content).hexdigest()
    document, _ = IssuedDocument.objects.get_or_create(
        snapshot=snapshot,
        kind=kind,
        sha256=digest,
        defaults={
            "content": content,
            "versions": renderer_versions() | {"engine": snapshot.engine_version},
            "issued_at": timezone.now(),
            "issued_by": by,
        },
    )
    return document


def html_of(snapshot: Snapshot, kind: str) -> str:
    """Return the printed HTML of one document of a snapshot; nothing but the snapshot goes in."""
    identity: dict[str, Any] = {
        "document_id": str(snapshot),
        "content_hash": snapshot.sha256,
        "created": timezone.localtime(snapshot.taken_at),
        "modified": timezone.localtime(snapshot.taken_at),
    }
    if kind == IssuedDocument.Kind.APPENDIX:
        return appendix_html(_appendix(snapshot.data["appendix"]), **identity)
    return comparison_html(from_data(snapshot.data["comparison"]), **identity)


class Verdict(StrEnum):
    GENUINE = "genuine"
    REPLACED = "replaced"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Verification:
    """What the records say of a file. `newer` is the latest issue where it has been replaced;
    `changed_since` tells that the amendment has changed since the file was issued."""

    verdict: Verdict
    sha256: str
    document: IssuedDocument | None = None
    newer: IssuedDocument | None = None
    changed_since: bool = False


def verify(content: bytes, documents: Any) -> Verification:
    """Compare a file byte by byte with the issued `documents` (a queryset of what may be seen)."""
    digest = hashlib.sha256(content).hexdigest()
    document = documents.filter(sha256=digest).select_related("snapshot__amendment__period").first()
    if document is None:
        return Verification(Verdict.UNKNOWN, digest)
    snapshot = document.snapshot
    of_this = documents.filter(snapshot__amendment=snapshot.amendment_id, kind=document.kind)
    newest = of_this.order_by("snapshot__number", "pk").last()
    if newest != document:
        return Verification(Verdict.REPLACED, digest, document, newest)
    changed = _changed_since(snapshot)
    return Verification(Verdict.GENUINE, digest, document, changed_since=changed)


def _changed_since(snapshot: Snapshot) -> bool:
    """Tell whether a draft has changed; what is decided cannot, whatever a newer engine marks."""
    if snapshot.amendment.is_decided or snapshot.engine_version != ENGINE_VERSION:
        return False
    _, current = Snapshot.canonical(current_content(snapshot.amendment))
    return current != snapshot.sha256


def _runs(data: list[dict[str, Any]]) -> tuple[Run, ...]:
    return tuple(Run(run["text"], run["marked"], Role(run["role"])) for run in data)


def _appendix(data: dict[str, Any]) -> Appendix:
    rows = (
        AppendixRow(
            item_id=row["item_id"],
            item=_runs(row["item"]),
            sub_item_id=row["sub_item_id"],
            sub_item=_runs(row["sub_item"]),
            first_of_item=row["first_of_item"],
            axes=_entries(row["axes"]),
            evaluation_indicators=_entries(row["evaluation_indicators"]),
            monitoring_indicators=_entries(row["monitoring_indicators"]),
        )
        for row in data["rows"]
    )
    return Appendix(data["title"], data["note"], tuple(rows))


def _entries(data: list[dict[str, Any]]) -> tuple[Entry, ...]:
    return tuple(Entry(Kind(e["kind"]), e["clause_id"], _runs(e["runs"])) for e in data)
