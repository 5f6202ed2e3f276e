"""The assessment sheet of an item and a year, and the table of grades: on screen, as PDF, in Word;
and 評価書, all of them in one PDF, as it stands."""

from dataclasses import asdict

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import rendering
from evaluation.documents.assessment import Sheet, assessment_html
from evaluation.documents.assessment import assessment as sheet_of
from evaluation.documents.assessment_word import assessment_docx, grade_table_docx
from evaluation.documents.background import Background
from evaluation.documents.blanks import blanks
from evaluation.documents.dossier import cache
from evaluation.documents.grade_table import grade_table, grade_table_html
from evaluation.documents.issuing import evaluation_print, unissued
from evaluation.documents.pdf import PdfError, UnprintableError, is_kept, render_pdf_cached
from evaluation.documents.word_paper import MIME
from evaluation.grades import Finding
from evaluation.grading import KINDS_IN_WORDS
from evaluation.models import ObjectivePeriod, Rating
from evaluation.permissions import ResultAct, SignedInRequest, result_refusals, results_period
from evaluation.valuing import year_name
from evaluation.views.grade_papers import evaluations, issued_papers
from evaluation.views.grade_scene import GradeScene, book_of, evaluated_period
from programs.access import record
from programs.models import AccessRecord

NOT_KEPT = "いまの内容の評価書は、まだ作成されていません。下の「作成」を押してください。"


@require_safe
def grades(request: SignedInRequest, agency: str, number: int) -> HttpResponse:
    """総括表: the grades of every item and year, with the overall ones."""
    period = results_period(request, agency, number)
    book = book_of(request, period)
    refusals = result_refusals(request.user, period)
    context = {"period": period, "table": grade_table(book), "years": book.figures.years}
    context["may_profile"] = not refusals[ResultAct.PROFILE]
    context["may_issue"] = not refusals[ResultAct.ISSUE]
    context["evaluations"] = evaluations(book)
    context |= issued_papers(request, book, period=period, item=None)
    return render(request, "evaluation/grades.html", context)


@require_safe
def grades_pdf(request: SignedInRequest, agency: str, number: int) -> HttpResponse:
    """The same on paper."""
    period = results_period(request, agency, number)
    table = grade_table(book_of(request, period))
    html = grade_table_html(table, **unissued("総括表", asdict(table)))
    return _pdf(request, period, html, f"総括表_{period.agency.code}_{period.number}")


@require_safe
def grades_word(request: SignedInRequest, agency: str, number: int) -> HttpResponse:
    """The same in Word."""
    period = results_period(request, agency, number)
    table = grade_table(book_of(request, period))
    content = grade_table_docx(table, unissued("総括表", asdict(table)))
    return _word(request, period, content, f"総括表_{period.agency.code}_{period.number}")


@require_http_methods(["GET", "HEAD", "POST"])
def evaluation_pdf(
    request: SignedInRequest, agency: str, number: int, fiscal_year: int, kind: str
) -> HttpResponse:
    """Hand 評価書 over as it stands; begin its making where that is asked for."""
    period = evaluated_period(request, agency, number, fiscal_year, kind)
    html = evaluation_print(book_of(request, period), fiscal_year, kind)
    kept = is_kept(html, folder=cache(), suffix="pdf")
    if request.method == "POST" and not kept:
        begun = rendering.start_print(period, fiscal_year, kind, by=request.user)
        return redirect("evaluation_rendering", agency, number, begun.pk)
    if request.method == "POST":
        return redirect("evaluation_pdf", agency, number, fiscal_year, kind)
    if not kept:
        messages.info(request, NOT_KEPT)
        return redirect(f"{reverse('grades', args=[agency, number])}#papers")
    told = f"{year_name(fiscal_year)}_{KINDS_IN_WORDS[kind]}"
    return _pdf(request, period, html, f"評価書_{agency}_{number}_{told}")


@require_safe
def assessment(
    request: SignedInRequest, agency: str, number: int, public_id: str, fiscal_year: int, kind: str
) -> HttpResponse:
    """項目別評定調書 of an item; of the agency as a whole, both sides' overall evaluation."""
    scene = GradeScene.of(request, agency, number, public_id, fiscal_year, kind)
    context = scene.context(request) | {"findings": _findings(scene)}
    if scene.node is None:
        context["remedies"] = scene.book.remedies_of(None, fiscal_year)
        return render(request, "evaluation/overall.html", context)
    context |= {
        "sheet": sheet_of(scene.book, scene.node, fiscal_year, kind, Background(scene.period)),
        "blanks": blanks(scene.book, scene.node, fiscal_year, kind),
    }
    this = {"item": scene.clause, "fiscal_year": fiscal_year, "kind": kind}
    context |= issued_papers(request, scene.book, **this)
    return render(request, "evaluation/assessment.html", context)


@require_safe
def assessment_pdf(
    request: SignedInRequest, agency: str, number: int, public_id: str, fiscal_year: int, kind: str
) -> HttpResponse:
    """The sheet on paper."""
    scene = GradeScene.of(request, agency, number, public_id, fiscal_year, kind)
    sheet, name = _sheet(scene)
    html = assessment_html(sheet, **unissued(name, asdict(sheet)))
    return _pdf(request, scene.period, html, name)


@require_safe
def assessment_word(
    request: SignedInRequest, agency: str, number: int, public_id: str, fiscal_year: int, kind: str
) -> HttpResponse:
    """The sheet in Word."""
    scene = GradeScene.of(request, agency, number, public_id, fiscal_year, kind)
    sheet, name = _sheet(scene)
    content = assessment_docx(sheet, unissued(name, asdict(sheet)))
    return _word(request, scene.period, content, name)


def _sheet(scene: GradeScene) -> tuple[Sheet, str]:
    """Return the sheet of an item with the name of its file. Raises Http404 for the agency as a whole."""
    if scene.node is None:
        raise Http404("総合評定は、総括表にあります。")
    background = Background(scene.period)
    sheet = sheet_of(scene.book, scene.node, scene.fiscal_year, scene.kind, background)
    item = scene.book.figures.text.number(scene.node).rstrip(".")
    told = [year_name(scene.fiscal_year), KINDS_IN_WORDS[scene.kind]]
    return sheet, "_".join(["評定調書", item, *told])


def _findings(scene: GradeScene) -> list[tuple[str, Finding]]:
    """Return what is wrong with each side's grade that the reader sees."""
    found = []
    for side, label in Rating.Side.choices:
        if scene.rating(side):
            told = scene.book.findings_of(scene.node, scene.fiscal_year, scene.kind, side)
            found += [(label, finding) for finding in told]
    return found


# --- Files ----------------------------------------------------------------------------------------
def _pdf(request: SignedInRequest, period: ObjectivePeriod, html: str, name: str) -> HttpResponse:
    try:
        content = render_pdf_cached(html, folder=cache())
    except PdfError as error:
        status = 422 if isinstance(error, UnprintableError) else 500
        context = {"period": period, "refusal": str(error)}
        return render(request, "evaluation/pdf_refused.html", context, status=status)
    return _handed_over(request, period, content, "application/pdf", f"{name}_未発行.pdf")


def _word(
    request: SignedInRequest, period: ObjectivePeriod, content: bytes, name: str
) -> HttpResponse:
    return _handed_over(request, period, content, MIME, f"{name}_未発行.docx")


def _handed_over(
    request: SignedInRequest, period: ObjectivePeriod, content: bytes, mime: str, name: str
) -> HttpResponse:
    record(request, AccessRecord.Kind.EXPORT, agency=period.agency, detail=name)
    response = HttpResponse(content, content_type=mime)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
