"""Issuing a document and verifying it later: snapshot, PDF, record."""

import hashlib
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from evaluation.comparison import ENGINE_VERSION
from evaluation.documents.appendix import amended_appendix
from evaluation.documents.comparison import comparison_table, settings_of
from evaluation.documents.dossier import cache, parts_of, steps_of
from evaluation.documents.memo import memo
from evaluation.documents.pdf import Heard, render_pdf_cached, renderer_versions
from evaluation.documents.sheets import overview_sheets, policy_sheet, programme_sheets
from evaluation.models import Amendment, IssuedDocument, Snapshot, Wording
from evaluation.models.texts import Text
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


def torn_places(amendment: Amendment, text: Text | None = None) -> list[str]:
    """Return why a draft's clauses make no tree, each reason with its place; [] where they do. `text`:
    the text with it, where that is read already."""
    if amendment.is_decided:
        return []
    return torn(text or Text.of(Wording.objects.as_amended_by(amendment)))


def torn(text: Text) -> list[str]:
    """Return why the clauses of a text make no tree, each reason with its place; [] where they do."""
    return [str(conflict) for conflict in text.torn]


def current_content(amendment: Amendment) -> dict[str, Any]:
    """Return what the amendment's documents say as plain data: the changes, the memo, and what stands
    around the text."""
    return changes(amendment) | {
        "memo": asdict(memo(amendment)),
        "policy": policy_sheet(amendment),
        "programmes": programme_sheets(amendment),
        "overview": overview_sheets(amendment),
    }


def changes(amendment: Amendment) -> dict[str, Any]:
    """Return the amendment's table, the settings it is drawn up in, and its appendix as plain data."""
    settings = settings_of(amendment)
    return {
        "comparison": asdict(comparison_table(amendment, settings)),
        "settings": asdict(settings),
        "appendix": asdict(amended_appendix(amendment)),
    }


def issue(
    snapshot: Snapshot, kind: str, *, by: User | None, heard: Heard = lambda done: None
) -> IssuedDocument:
    """Return the PDF of a snapshot, made and recorded if it has not been issued yet.

    `heard` is told at least every two seconds how many of `dossier.steps_of` are done; what it raises
    ends the work, and nothing is recorded. Raises `pdf.PdfError` where the PDF cannot be made,
    ValidationError where the snapshot holds nothing for it.
    """
    data = snapshot.data
    parts = parts_of(data, kind, identity_of(snapshot), heard)
    before = len(steps_of(data, kind)) - len(parts)
    content = render_pdf_cached(*parts, folder=cache(), heard=lambda done: heard(before + done))
    heard(before + len(parts))
    document, _ = IssuedDocument.objects.get_or_create(
        snapshot=snapshot,
        kind=kind,
        sha256=hashlib.sha256(content).hexdigest(),
        defaults={
            "content": content,
            "versions": renderer_versions() | {"engine": snapshot.engine_version},
            "issued_at": timezone.now(),
            "issued_by": by,
        },
    )
    return document


def identity_of(snapshot: Snapshot) -> dict[str, Any]:
    """Return what the foot of each page and the file itself say of a snapshot."""
    taken = timezone.localtime(snapshot.taken_at)
    return {
        "document_id": str(snapshot),
        "content_hash": snapshot.sha256,
        "created": taken,
        "modified": taken,
    }


def unissued(name: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return what the foot of a page says that is not recorded as issued."""
    return {"document_id": f"{name}（未発行）", "content_hash": Snapshot.canonical(data)[1]}


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
    current = current_content(snapshot.amendment)
    # A snapshot of an earlier version of the portal kept less.
    _, digest = Snapshot.canonical({name: current[name] for name in snapshot.data})
    return digest != snapshot.sha256
