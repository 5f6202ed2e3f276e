"""Writing a grade, beside what the other side says; issuing it; opening it again."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from evaluation import grading
from evaluation.documents.blanks import blanks
from evaluation.forms.clauses import refuse
from evaluation.forms.grading import IssueForm, RatingForm, ReopenForm
from evaluation.models import Rating
from evaluation.permissions import SignedInRequest
from evaluation.views.grade_scene import GradeScene, side_scene
from evaluation.views.once import once
from evaluation.views.typed import take_typed


@once
@require_http_methods(["GET", "HEAD", "POST"])
def grade(request: SignedInRequest, side: str, **place: Any) -> HttpResponse:
    """Write one side's evaluation."""
    scene, rating = side_scene(request, side, **place)
    typed = request.POST if request.method == "POST" else take_typed(request)
    form = _form(scene, side, rating, typed)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            grading.write(*scene.key, side, by=request.user, **form.cleaned_data)
        except grading.Stale as stale:
            form, status = _overtaken(scene, side, stale, request), 409
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"{Rating.Side(side).label}を保存しました。")
            then = "issue_grade" if request.POST.get("then") == "issue" else "grade"
            return redirect(scene.address(then, side))
    context = scene.context(request) | _beside(scene, side)
    context |= {"form": form, "is_stale": status == 409}
    return render(request, "evaluation/grade.html", context, status=status)


@once
@require_http_methods(["GET", "HEAD", "POST"])
def issue_grade(request: SignedInRequest, side: str, **place: Any) -> HttpResponse:
    """Show what stands in the way of issuing one side's evaluation, and issue it."""
    scene, rating = side_scene(request, side, **place)
    initial = {"seen": rating.revision if rating else 0}
    form = IssueForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            grading.issue(*scene.key, side, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"{Rating.Side(side).label}を確定しました。")
            return redirect(scene.address("assessment"))
    context = scene.context(request) | _beside(scene, side) | {"form": form}
    return render(request, "evaluation/grade_issue.html", context | _missing(scene))


@once
@require_http_methods(["GET", "HEAD", "POST"])
def reopen_grade(request: SignedInRequest, side: str, **place: Any) -> HttpResponse:
    """Open an issued evaluation to be changed, with words."""
    scene, rating = side_scene(request, side, **place)
    initial = {"seen": rating.revision if rating else 0}
    form = ReopenForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            grading.reopen(*scene.key, side, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "確定を取り消しました。直した後、もう一度確定してください。")
            return redirect(scene.address("grade", side))
    context = scene.context(request) | _beside(scene, side) | {"form": form}
    context["refusal"] = grading.standing_on(rating) if rating else ""
    return render(request, "evaluation/grade_reopen.html", context)


def _form(scene: GradeScene, side: str, rating: Rating | None, typed: Any) -> RatingForm:
    research = scene.node is None or scene.book.profile(scene.node, scene.fiscal_year).research
    return RatingForm(side, rating, typed, research=research, whole=scene.node is None)


def _overtaken(
    scene: GradeScene, side: str, stale: grading.Stale, request: SignedInRequest
) -> RatingForm:
    """Keep what was typed; the form now stands on what was stored meanwhile, which is shown beside."""
    typed = request.POST.copy()
    typed["seen"] = stale.seen
    form = _form(scene, side, stale.current, typed)
    form.add_error(None, stale.message)
    return form


def _beside(scene: GradeScene, side: str) -> dict[str, Any]:
    """Return what is shown beside the form: the figures, the proposal, the other side, what was wrong."""
    other = next(one for one in Rating.Side if one != side)
    own = scene.rating(side)
    book, node, year = scene.book, scene.node, scene.fiscal_year
    told = book.findings_of(node, year, scene.kind, side) if own else ()
    shown: dict[str, Any] = {
        "side": Rating.Side(side),
        "own": own,
        "grade_link": scene.address("grade", side),
        "issue_link": scene.address("issue_grade", side),
        "reopen_link": scene.address("reopen_grade", side),
        "other": scene.rating(other),
        "other_side": other,
        "findings": told,
        "errors": [finding for finding in told if finding.error],
    }
    if node:
        due, note = book.targeted(node, year), book.figures.note
        shown["targeted"] = [(measure, point, note(measure, year)) for measure, point in due]
        shown["judged"] = book.judgement(node, year, scene.kind, side)
    shown["remedies"] = book.remedies_of(node, year)
    return shown


def _missing(scene: GradeScene) -> dict[str, Any]:
    """Return what the sheet lacks besides the evaluations: of this one, the findings tell."""
    if scene.node is None:
        return {"blanks": []}
    found = blanks(scene.book, scene.node, scene.fiscal_year, scene.kind)
    ratings = [scene.address("grade", side) for side in Rating.Side]
    return {"blanks": [cell for cell in found if cell.href not in ratings]}
