"""Issuing a document and verifying it later: snapshot, PDF, record."""

import hashlib
from collections.abc import Collection
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from evaluation.comparison import ENGINE_VERSION
from evaluation.documents.appendix import amended_appendix
from evaluation.documents.background import Background
from evaluation.documents.comparison import comparison_table, settings_of
from evaluation.documents.dossier import cache, parts_of, steps_of
from evaluation.documents.evaluation import evaluation_html, name_of, papers_of, whole
from evaluation.documents.memo import memo
from evaluation.documents.pdf import Heard, render_pdf_cached, renderer_versions
from evaluation.documents.sheets import overview_sheets, policy_sheet, programme_sheets
from evaluation.grading import Gradebook
from evaluation.models import Amendment, IssuedDocument, Rating, Snapshot, Wording
from evaluation.models.texts import Text
from evaluation.valuing import lock_period
from programs.models import User

NOT_ISSUED = "主務大臣による評価が確定していないため、発行できません。評価を確定してから、もう一度発行してください。"


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
    return _kept(amendment.snapshots, current_content(amendment), by)


@transaction.atomic
def take_rating_snapshot(rating: Rating, *, by: User | None) -> Snapshot:
    """Keep the papers of an evaluation likewise: an item's, or those of the agency as a whole.

    Raises ValidationError where the minister's rating is not issued.
    """
    lock_period(rating.period_id)
    rating = Rating.objects.select_related("period__agency").get(pk=rating.pk)
    if rating.side != Rating.Side.MINISTER or rating.stage != Rating.Stage.ISSUED:
        raise ValidationError(NOT_ISSUED)
    book = Gradebook.of(rating.period, ())
    data = papers_of(rating, book, Background(rating.period))
    return _kept(rating.snapshots, data, by, name=name_of(rating, book))


def _kept(taken: Any, data: dict[str, Any], by: User | None, **named: str) -> Snapshot:
    """Return the last of the snapshots that are `taken`, or a new one where the data has changed."""
    content, digest = Snapshot.canonical(data)
    last: Snapshot | None = taken.last()
    if last is not None and last.sha256 == digest:
        return last
    made: Snapshot = taken.create(
        number=last.number + 1 if last else 1,
        content=content,
        sha256=digest,
        engine_version=ENGINE_VERSION,
        taken_at=timezone.now(),
        taken_by=by,
        **named,
    )
    return made


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
    ValidationError where the snapshot holds nothing for it, and where its rating was opened since.
    """
    data = snapshot.data
    parts = parts_of(data, kind, identity_of(snapshot), heard)
    before = len(steps_of(data, kind)) - len(parts)
    content = render_pdf_cached(*parts, folder=cache(), heard=lambda done: heard(before + done))
    heard(before + len(parts))
    if snapshot.rating and Rating.objects.get(pk=snapshot.rating.pk).stage == Rating.Stage.DRAFT:
        raise ValidationError(NOT_ISSUED)
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


def evaluation_print(book: Gradebook, fiscal_year: int, kind: str) -> str:
    """Return the HTML of 評価書 of a year as the reader of the book sees it, not issued."""
    data = whole(book, fiscal_year, kind, Background(book.figures.period))
    return evaluation_html(data, IssuedDocument.Kind.EVALUATION, **unissued("評価書", data))


class Verdict(StrEnum):
    GENUINE = "genuine"
    REPLACED = "replaced"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Verification:
    """What the records say of a file. `newer` is the latest issue where it has been replaced;
    `changed_since` tells that the content of its documents is no longer what was issued."""

    verdict: Verdict
    sha256: str
    document: IssuedDocument | None = None
    newer: IssuedDocument | None = None
    changed_since: bool = False


def verify(content: bytes, documents: Any) -> Verification:
    """Compare a file byte by byte with the issued `documents` (a queryset of what may be seen)."""
    digest = hashlib.sha256(content).hexdigest()
    told = documents.select_related(
        "snapshot__amendment__period__agency",
        "snapshot__rating__period__agency",
        "snapshot__rating__item",
    )
    document = told.filter(sha256=digest).first()
    if document is None:
        return Verification(Verdict.UNKNOWN, digest)
    snapshot = document.snapshot
    subject = {"snapshot__amendment": snapshot.amendment_id, "snapshot__rating": snapshot.rating_id}
    of_this = documents.filter(**subject, kind=document.kind)
    newest = of_this.order_by("snapshot__number", "pk").last()
    if newest != document:
        return Verification(Verdict.REPLACED, digest, document, newest)
    changed = snapshot in outdated([snapshot]) if snapshot.rating_id else _changed_since(snapshot)
    return Verification(Verdict.GENUINE, digest, document, changed_since=changed)


def outdated(snapshots: Collection[Snapshot], book: Gradebook | None = None) -> set[Snapshot]:
    """Return which snapshots of ratings of one period hold what would not be kept now:
    a grade was opened or issued otherwise, or a value, a plan or whatever else they print is another.

    `book`: the period's, where it is read already. Asks as much for many snapshots as for one of each
    evaluation.
    """
    ratings = {snapshot.rating for snapshot in snapshots if snapshot.rating}
    if not ratings:
        return set()
    period = next(iter(ratings)).period
    book, background = book.issued() if book else Gradebook.of(period, ()), Background(period)
    now = {
        rating.pk: Snapshot.canonical(papers_of(rating, book, background))[1] for rating in ratings
    }
    return {one for one in snapshots if one.rating_id and one.sha256 != now[one.rating_id]}


def _changed_since(snapshot: Snapshot) -> bool:
    """Tell whether a draft has changed; what is decided cannot, whatever a newer engine marks."""
    assert snapshot.amendment, "else it is of a rating"
    if snapshot.amendment.is_decided or snapshot.engine_version != ENGINE_VERSION:
        return False
    current = current_content(snapshot.amendment)
    # A snapshot of an earlier version of the portal kept less.
    _, digest = Snapshot.canonical({name: current[name] for name in snapshot.data})
    return digest != snapshot.sha256
