"""Issuing the papers of an evaluation: the sheet of an item, and 総括表 and 評価書 of a year."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from evaluation import rendering
from evaluation.documents.assessment import SIDES, Cell
from evaluation.documents.blanks import blanks
from evaluation.documents.dossier import is_long
from evaluation.documents.grade_table import evaluations_of, head_of
from evaluation.documents.issuing import NOT_ISSUED, issue, outdated, take_rating_snapshot
from evaluation.documents.pdf import PdfError
from evaluation.forms.clauses import refuse
from evaluation.forms.grading import PaperForm
from evaluation.grading import Gradebook
from evaluation.grading.gradebook import OVERALL
from evaluation.models import IssuedDocument, Rating
from evaluation.models.texts import Node
from evaluation.permissions import (
    ResultAct,
    SignedInRequest,
    require_result,
    visible_documents,
)
from evaluation.views.grade_scene import GradeScene
from programs.access import record
from programs.models import AccessRecord

Kind = IssuedDocument.Kind


@dataclass(frozen=True)
class Evaluation:
    """An evaluation of which anything is written; `issuable`: its overall grade is issued."""

    head: str
    fiscal_year: int
    kind: str
    issuable: bool


def evaluations(book: Gradebook) -> list[Evaluation]:
    """Return the evaluations of which the reader sees anything, the latest first."""
    written = {(year, kind) for _, year, kind, _ in book.ratings}
    return [
        Evaluation(head_of(one), *one, book.is_issued(None, *one, Rating.Side.MINISTER))
        for one in reversed(evaluations_of(book))
        if one in written
    ]


def issued_papers(request: SignedInRequest, book: Gradebook, **rating: Any) -> dict[str, Any]:
    """Return the issued papers of ratings of the book, the newest first, and which of their snapshots
    are `outdated`."""
    asked = {f"snapshot__rating__{name}": value for name, value in rating.items()}
    papers = visible_documents(request.user).filter(**asked)
    papers = papers.select_related("snapshot__rating__period__agency", "issued_by")
    documents = list(papers.order_by("-issued_at", "-pk").defer("content", "snapshot__content"))
    return {
        "documents": documents,
        "outdated": outdated([document.snapshot for document in documents], book),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def issue_paper(request: SignedInRequest, paper: str, **place: Any) -> HttpResponse:
    """Show what a paper lacks, and issue it; a long one is made later."""
    scene = GradeScene.of(request, **place)
    require_result(request, ResultAct.ISSUE, scene.period)
    if (paper == Kind.ASSESSMENT) != (scene.node is not None):
        raise Http404("調書は項目のもの、総括表と評価書は総合評定のものです。")
    lacking = _blanks(scene, paper)
    form = PaperForm(request.POST if request.method == "POST" else None, complete=not lacking)
    if request.method == "POST" and form.is_valid():
        try:
            return _issued(request, scene, paper)
        except ValidationError as error:
            refuse(form, error)
        except PdfError as error:
            form.add_error(None, str(error))
    context = scene.context(request) | {"form": form, "blanks": lacking, "paper": Kind(paper)}
    evaluation = (scene.fiscal_year, scene.kind)
    issued = scene.book.is_issued(scene.node, *evaluation, Rating.Side.MINISTER)
    context["issuable"] = issued
    return render(request, "evaluation/paper_issue.html", context)


def _issued(request: SignedInRequest, scene: GradeScene, paper: str) -> HttpResponse:
    """Issue a paper. Raises ValidationError where the rating is not issued, and PdfError."""
    rating = scene.rating(Rating.Side.MINISTER)
    if rating is None:
        raise ValidationError(NOT_ISSUED)
    snapshot = take_rating_snapshot(rating, by=request.user)
    detail = f"{Kind(paper).label} {snapshot}の発行"
    record(request, AccessRecord.Kind.EXPORT, agency=scene.period.agency, detail=detail)
    period = [scene.period.agency.code, scene.period.number]
    if is_long(snapshot.data, paper):
        begun = rendering.start(snapshot, paper, by=request.user)
        return redirect("evaluation_rendering", *period, begun.pk)
    asked_at = timezone.now()
    document = issue(snapshot, paper, by=request.user)
    if document.issued_at < asked_at:
        messages.info(
            request, f"前に発行した「{document}」と同じ内容のため、それを使ってください。"
        )
    else:
        messages.success(request, f"「{document}」を発行しました。")
    page = scene.address("assessment") if scene.node else reverse("grades", args=period)
    return redirect(f"{page}#documents")


# --- What is lacking --------------------------------------------------------------------------------
def _blanks(scene: GradeScene, paper: str) -> list[Cell]:
    """Return what a paper lacks: a sheet its blanks, the table grades, the whole how many of each sheet."""
    book, year, kind = scene.book, scene.fiscal_year, scene.kind
    if scene.node:
        return blanks(book, scene.node, year, kind)
    items = book.graded(year)
    if paper == Kind.GRADES:
        return [
            Cell(f"{book.label(node) if node else OVERALL}：{name}の評定", _sheet(scene, node))
            for node in (*items, None)
            for side, name in SIDES.items()
            if node
            or side == Rating.Side.MINISTER  # the law asks for no overall grade of the agency's
            if not book.is_issued(node, year, kind, side)
        ]
    counted = [(node, len(blanks(book, node, year, kind))) for node in items]
    return [
        Cell(f"{book.label(node)}：{count}か所", _sheet(scene, node))
        for node, count in counted
        if count
    ]


def _sheet(scene: GradeScene, node: Node | None) -> str:
    return GradeScene(scene.period, scene.book, node, scene.fiscal_year, scene.kind).address(
        "assessment"
    )
