"""資料: the papers of an amendment, each on screen, as PDF and in Word, and all of them in one PDF."""

from dataclasses import asdict, dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import rendering
from evaluation.documents import word as docx
from evaluation.documents.appendix import amended_appendix
from evaluation.documents.comparison import comparison_table
from evaluation.documents.dossier import are_pages_known, is_long, kinds_of, paged_memo
from evaluation.documents.issuing import (
    current_content,
    issue,
    take_snapshot,
    torn_places,
    unissued,
)
from evaluation.documents.memo import memo as memo_of
from evaluation.documents.pdf import PdfError
from evaluation.documents.word_paper import MIME
from evaluation.models import Amendment, IssuedDocument, Rendering
from evaluation.permissions import (
    Act,
    PortalRequest,
    SignedInRequest,
    require,
    visible_change,
)
from programs.access import record
from programs.models import AccessRecord

Kind = IssuedDocument.Kind
IN_WORD = (Kind.MEMO, Kind.COMPARISON, Kind.APPENDIX)
PAGES_FIRST = (
    "この変更は大きいため、先に「変更について」のPDFを発行してください。"
    "ページ番号をそこから読み取った後に、Wordで出せます。"
)


@dataclass(frozen=True)
class Paper:
    """One document of an amendment: where it is on screen, whether it comes in Word, and whether it is
    being made now."""

    kind: Kind
    screen: str
    in_word: bool
    under_way: Rendering | None


def papers_of(amendment: Amendment, *, inside: bool) -> list[Paper]:
    """Return the documents that an amendment has anything for, in the official order; for who is
    `inside` the agency with what is being made of them (two queries)."""
    if amendment.kind == Amendment.Kind.BASELINE:
        return []
    under_way: dict[str, Rendering] = {}
    if inside:
        active = Rendering.objects.filter(state__in=rendering.ACTIVE)
        made = active.filter(snapshot__amendment=amendment).order_by("pk")
        under_way = {one.kind: one for one in made if not rendering.is_lost(one)}
    return [
        Paper(kind, _screen(amendment, kind), kind in IN_WORD, under_way.get(kind))
        for kind in kinds_of(amendment)
    ]


def _screen(amendment: Amendment, kind: Kind) -> str:
    """Return the address of the page that shows the same, or "" where there is none."""
    period = [amendment.period.agency.code, amendment.period.number]
    match kind:
        case Kind.APPENDIX:
            return f"{reverse('appendix', args=period)}?amendment={amendment.slug}"
        case Kind.POLICY:
            return f"{reverse('policy', args=period)}?amendment={amendment.slug}"
        case Kind.PROGRAMMES:  # each has a page of its own
            return f"{reverse('programmes')}#agency-{amendment.period.agency_id}"
        case Kind.DOSSIER:
            return ""
        case _:
            return reverse(kind.value, args=[*period, amendment.slug])


@login_not_required
@require_safe
def memo(request: PortalRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """変更について: why the amendment is made, as the memo to the council says it."""
    amendment = visible_change(request, agency, number, slug)
    context = {
        "amendment": amendment,
        "period": amendment.period,
        "memo": asdict(memo_of(amendment)),
    }
    return render(request, "evaluation/memo.html", context)


# --- PDF ------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def issue_document(
    request: SignedInRequest, agency: str, number: int, slug: str, kind: str
) -> HttpResponse:
    """Issue one document as PDF, which its amendment's page hands over; a long one is made later."""
    amendment = visible_change(request, agency, number, slug)
    if request.method != "POST":
        # Where a sign-in that interrupted the button leads back to.
        return redirect("amendment", agency, number, slug)
    require(request, Act.ISSUE, amendment)
    try:
        return _issued(request, amendment, kind)
    except (PdfError, ValidationError) as error:
        words = error.messages if isinstance(error, ValidationError) else [str(error)]
        messages.error(request, "PDFを発行できません。" + "　".join(words))
        return redirect("amendment", agency, number, slug)


def _issued(request: SignedInRequest, amendment: Amendment, kind: str) -> HttpResponse:
    snapshot = take_snapshot(amendment, by=request.user)
    name = f"{Kind(kind).label} {snapshot}"
    exported = AccessRecord.Kind.EXPORT
    record(request, exported, agency=amendment.period.agency, detail=f"{name}の発行")
    if is_long(snapshot.data, kind):
        begun = rendering.start(snapshot, kind, by=request.user)
        period = amendment.period
        return redirect("rendering", period.agency.code, period.number, amendment.slug, begun.pk)
    document = issue(snapshot, kind, by=request.user)
    place = [amendment.period.agency.code, amendment.period.number, amendment.slug]
    return redirect(f"{reverse('amendment', args=place)}?issued={document.sha256}#documents")


# --- Word -----------------------------------------------------------------------------------------
@require_safe
def word(request: SignedInRequest, agency: str, number: int, slug: str, kind: str) -> HttpResponse:
    """Hand one document over in Word, not recorded as issued."""
    amendment = visible_change(request, agency, number, slug)
    require(request, Act.ISSUE, amendment)
    try:
        content = _in_word(amendment, kind)
    except (PdfError, ValidationError) as error:
        words = error.messages if isinstance(error, ValidationError) else [str(error)]
        messages.error(request, "Wordで出せません。" + "　".join(words))
        return redirect("amendment", agency, number, slug)
    name = f"{Kind(kind).label}_{slug}_未発行.docx"
    record(request, AccessRecord.Kind.EXPORT, agency=amendment.period.agency, detail=name)
    response = HttpResponse(content, content_type=MIME)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def _in_word(amendment: Amendment, kind: str) -> bytes:
    """Return a document in Word. Raises ValidationError where the draft's tree is torn or the memo's
    pages are too many to be read in a request; PdfError where they cannot be read."""
    if torn := torn_places(amendment):
        raise ValidationError(torn)
    content = current_content(amendment)
    identity = unissued(amendment.slug, content)
    if kind == Kind.COMPARISON:
        return docx.comparison_docx(comparison_table(amendment), identity)
    if kind == Kind.APPENDIX:
        return docx.appendix_docx(amended_appendix(amendment), identity)
    if is_long(content, kind) and not are_pages_known(content):
        raise ValidationError(PAGES_FIRST)
    return docx.memo_docx(paged_memo(content), identity)
