"""The course of a fiscal year: handed in, checked, confirmed; shared out; closed and opened."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import remarkable, valuing
from evaluation.deadlines import calendar
from evaluation.figures import Figures
from evaluation.forms import result_years as forms
from evaluation.forms.clauses import refuse
from evaluation.models import (
    Admission,
    IndicatorValue,
    ItemYear,
    ObjectivePeriod,
    Rating,
    Stage,
)
from evaluation.permissions import (
    ResultAct,
    SignedInRequest,
    people_with,
    require_result,
    result_refusals,
    results_period,
)
from evaluation.progress import ItemProgress, Progress, blanks
from evaluation.views.once import Refused, once
from programs.models import Role

State = ItemYear.State


@dataclass(frozen=True)
class Scene:
    """A fiscal year of a period, with what the reader may not do in it, and why."""

    period: ObjectivePeriod
    fiscal_year: int
    figures: Figures
    progress: Progress
    refusals: dict[ResultAct, str]

    @classmethod
    def of(cls, request: SignedInRequest, agency: str, number: int, fiscal_year: int) -> "Scene":
        """Raises Hidden, or Http404 for a year outside the period."""
        period = results_period(request, agency, number)
        if not period.first_fiscal_year <= fiscal_year <= period.last_fiscal_year:
            raise Http404("この年度は、中長期目標期間の中にありません。")
        figures = Figures.of(period)
        refusals = result_refusals(request.user, period)
        return cls(period, fiscal_year, figures, Progress.of(figures), refusals)

    def item(self, public_id: str) -> ItemProgress:
        """Return the progress of an item. Raises Http404."""
        if one := self.progress.named(public_id, self.fiscal_year):
            return one
        raise Http404("この項目は、この年度の本文にないか、指標がありません。")

    def context(self, **more: Any) -> dict[str, Any]:
        allowed = {act.value: not words for act, words in self.refusals.items()}
        shared = {"period": self.period, "fiscal_year": self.fiscal_year, "figures": self.figures}
        shared["closing"] = self.progress.closings.get(self.fiscal_year)
        return shared | {"may": allowed, "today": timezone.localdate()} | more


@require_safe
def year(request: SignedInRequest, agency: str, number: int, fiscal_year: int) -> HttpResponse:
    """How far each item and each person has come; `?only=mine`: what waits for the reader."""
    scene = Scene.of(request, agency, number, fiscal_year)
    items = scene.progress.year(fiscal_year)
    only_mine = request.GET.get("only") == "mine"
    admissions = Admission.objects.filter(
        indicator__period=scene.period, fiscal_year=fiscal_year
    ).select_related("indicator", "measure", "user", "given_by")
    context = scene.context(
        items=[one for one in items if not only_mine or _is_mine(one, request, scene)],
        only_mine=only_mine,
        people=scene.progress.people(fiscal_year),
        admissions=admissions,
        now=timezone.now(),
        reports=scene.period.value_reports.filter(fiscal_year=fiscal_year, rating=None).defer(
            "contents"
        ),
        calendar=calendar(fiscal_year, scene.period.last_fiscal_year),
    )
    return render(request, "evaluation/result_year.html", context)


def _is_mine(one: ItemProgress, request: SignedInRequest, scene: Scene) -> bool:
    """Tell whether an item's year waits for the reader, as `evaluation.waiting` has it."""
    if one.state == State.SUBMITTED:
        return not scene.refusals[ResultAct.CHECK]
    mine = one.person in (None, request.user) and not scene.refusals[ResultAct.ENTER]
    return mine and one.state != State.CONFIRMED


# --- An item's year -------------------------------------------------------------------------------
@dataclass(frozen=True)
class Step:
    """How one act on an item's year is asked for, and in which of its states."""

    act: ResultAct
    title: str
    verb: Callable[..., ItemYear]
    states: tuple[str, ...]
    consequences: tuple[str, ...]
    done: str
    form: type[forms.SeenForm] = forms.SeenForm


STEPS = {
    "submit": Step(
        ResultAct.ENTER,
        "提出する",
        valuing.submit,
        (State.ENTERING, State.RETURNED),
        (
            "評価者が値を確かめて確定するか、理由を付けて差し戻します。",
            "差し戻されるまで、この項目のこの年度の値は、だれも変更できません。",
        ),
        "提出しました。評価者が確かめます。",
    ),
    "send-back": Step(
        ResultAct.CHECK,
        "差し戻す",
        valuing.send_back,
        (State.SUBMITTED,),
        ("入力する人が、値を直して、もう一度提出します。",),
        "差し戻しました。",
        forms.ReturnForm,
    ),
    "confirm": Step(
        ResultAct.CHECK,
        "確定する",
        valuing.confirm_year,
        (State.SUBMITTED, State.CONFIRMED),
        (
            "未集計のものを除き、速報の値と実績の文が、確定になります。",
            "確定した後に直すときは、理由の種類と説明が要ります。前の値も残ります。",
        ),
        "確定しました。",
    ),
    "open-again": Step(
        ResultAct.CHECK,
        "確定を取り消す",
        valuing.open_again,
        (State.CONFIRMED,),
        (
            "入力する人が、足りない値を入力し、直して、もう一度提出します。",
            "確定した値は確定のままで、直すには理由の種類と説明が要ります。",
        ),
        "確定を取り消しました。",
        forms.OpenAgainForm,
    ),
}


@require_safe
def item_year(
    request: SignedInRequest, agency: str, number: int, fiscal_year: int, public_id: str
) -> HttpResponse:
    """What was entered for an item in a year, what is missing or remarkable, and what may be done now."""
    scene = Scene.of(request, agency, number, fiscal_year)
    one = scene.item(public_id)
    history = one.row.history.order_by("-history_date", "-history_id") if one.row else []
    context = _shown(scene, one) | {
        "history": history,
        "steps": [(name, step, scene.refusals[step.act]) for name, step in _offered(scene, one)],
    }
    return render(request, "evaluation/item_year.html", scene.context(**context))


def _offered(scene: Scene, one: ItemProgress) -> Iterator[tuple[str, Step]]:
    """Yield the steps that an item's year is ready for: confirmed already, it is confirmed again only for
    what came late."""
    for name, step in STEPS.items():
        is_again = name == "confirm" and one.state == State.CONFIRMED
        if one.state in step.states and (not is_again or _has_late(scene, one)):
            yield name, step


def _has_late(scene: Scene, one: ItemProgress) -> bool:
    figures, year = scene.figures, one.fiscal_year
    measures = [m for node in one.nodes for m in figures.measures.get(node.clause_id, [])]
    rows: list[Any] = [figures.values.get((measure.pk, year)) for measure in measures]
    rows = [row for row in rows if row and row.state != IndicatorValue.State.NOT_YET]
    rows += [figures.results.get((node.clause_id, year)) for node in one.nodes]
    return any(row and row.stage == Stage.PRELIMINARY for row in rows)


@once
@require_http_methods(["GET", "HEAD", "POST"])
def item_year_step(
    request: SignedInRequest, agency: str, number: int, fiscal_year: int, public_id: str, step: str
) -> HttpResponse:
    """Ask whether an item's year is to be handed in, sent back or confirmed, and do it."""
    scene = Scene.of(request, agency, number, fiscal_year)
    one, plan = scene.item(public_id), STEPS.get(step)
    if plan is None:
        raise Http404("この操作はありません。")
    require_result(request, plan.act, scene.period)
    initial = {"seen": one.row.revision if one.row else 0}
    form = plan.form(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid() and (answer := _done(request, form, plan, one)):
        place = reverse("item_year", args=[agency, number, fiscal_year, public_id])
        return answer(place)
    context = _shown(scene, one) | {"form": form, "plan": plan, "refused": _refused(plan, one)}
    context["standing"] = _standing(one) if plan.verb is valuing.open_again else []
    return render(request, "evaluation/item_year_step.html", scene.context(**context))


def _standing(one: ItemProgress) -> list[Rating]:
    """Return the issued grades that rest on what was confirmed."""
    issued = Rating.objects.filter(item=one.item.clause_id, stage=Rating.Stage.ISSUED)
    return list(issued.filter(fiscal_year=one.fiscal_year).order_by("kind", "-side"))


def _done(
    request: SignedInRequest, form: forms.SeenForm, plan: Step, one: ItemProgress
) -> type[HttpResponseRedirect] | None:
    """Do what was asked for; return how the reader is led on, None to show the form again."""
    given = dict(form.cleaned_data)
    clause = one.item.wording.clause
    try:
        given["seen"] = forms.seen_of(given["seen"])
        plan.verb(clause, one.fiscal_year, by=request.user, **given)
    except valuing.Stale as stale:
        messages.warning(request, stale.message)
        return Refused
    except ValidationError as error:
        refuse(form, error)
        return None
    messages.success(request, plan.done)
    return HttpResponseRedirect


def _refused(plan: Step, one: ItemProgress) -> str:
    """Return why a step cannot be taken in the state that an item's year is in; "" where it can."""
    if one.state in plan.states:
        return ""
    states = "・".join(State(state).label for state in plan.states)
    year = valuing.year_name(one.fiscal_year)
    told = f"この項目の{year}の実績は、{one.state_words}です。"
    return f"{told}{plan.title}ことができるのは、{states}のときだけです。"


def _shown(scene: Scene, one: ItemProgress) -> dict[str, Any]:
    """Return an item's year line by line: each measure's point beside the year before, its note, and what
    to look at again; each yearly text."""
    figures, year = scene.figures, one.fiscal_year
    lines = []
    for node in one.nodes:
        measures = []
        for measure in figures.measures.get(node.clause_id, []):
            line, note = figures.lines[measure.pk], figures.note(measure, year)
            asked = remarkable.warnings(line, year, is_due=True)
            measures.append((measure, line.at(year), note, asked))
        lines.append((node, measures, figures.results.get((node.clause_id, year))))
    missing = list(blanks(figures, one))
    return {"one": one, "item": one.item, "lines": lines, "blanks": missing}


# --- The whole year -------------------------------------------------------------------------------
@once
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: SignedInRequest, agency: str, number: int, fiscal_year: int) -> HttpResponse:
    """Say who enters each item's year, and until when; the statutory day is proposed."""
    scene = Scene.of(request, agency, number, fiscal_year)
    require_result(request, ResultAct.ASSIGN, scene.period)
    form = _people_form(request, scene)
    if form.is_valid():
        try:
            count = valuing.share_out(scene.period, fiscal_year, form.shares, by=request.user)
        except valuing.Stale:  # at this very moment: read anew, the form names the row itself
            form = _people_form(request, Scene.of(request, agency, number, fiscal_year))
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"担当者と期限を保存しました（変更：{count}項目）。")
            return redirect("result_year", agency, number, fiscal_year)
    return render(request, "evaluation/year_people.html", scene.context(form=form))


def _people_form(request: SignedInRequest, scene: Scene) -> forms.PeopleForm:
    possible = people_with(Role.Kind.AGENCY, scene.period.agency)
    items = scene.progress.year(scene.fiscal_year)
    return forms.PeopleForm(items, possible, request.POST if request.method == "POST" else None)


@once
@require_http_methods(["GET", "HEAD", "POST"])
def closing(request: SignedInRequest, agency: str, number: int, fiscal_year: int) -> HttpResponse:
    """Close a year, or open one that is closed, with a reason."""
    scene = Scene.of(request, agency, number, fiscal_year)
    require_result(request, ResultAct.CLOSE, scene.period)
    now = scene.progress.closings.get(fiscal_year)
    initial = {"stands": now.pk if now else 0}
    form = forms.ClosingForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            messages.success(request, _closed_or_opened(request, scene, **form.cleaned_data))
        except valuing.Stale as stale:
            return _overtaken(request, stale)
        except ValidationError as error:
            refuse(form, error)
        else:
            return redirect("result_year", agency, number, fiscal_year)
    items = scene.progress.year(fiscal_year) if now is None else []
    context = scene.context(form=form, items=[one for one in items if one.state != State.CONFIRMED])
    return render(request, "evaluation/year_closing.html", context)


def _closed_or_opened(request: SignedInRequest, scene: Scene, *, stands: int, reason: str) -> str:
    """Do what the form was for, whatever stands now; return what was done."""
    if stands:
        now = scene.progress.closings.get(scene.fiscal_year)
        if now is None or now.pk != stands:
            raise valuing.Stale(now, "", "この年度の締切")
        valuing.reopen(now, by=request.user, reason=reason)
        return "締切を解除しました。"
    valuing.close(scene.period, scene.fiscal_year, by=request.user, reason=reason)
    return "締め切りました。"


def _overtaken(request: SignedInRequest, stale: valuing.Stale) -> Refused:
    """Show the page anew, as it is now; nothing was saved, and the same may be sent again."""
    messages.warning(request, stale.message)
    return Refused(request.path)


@once
@require_http_methods(["GET", "HEAD", "POST"])
def admission(request: SignedInRequest, agency: str, number: int, fiscal_year: int) -> HttpResponse:
    """Let one person change one value or yearly text of a closed year until the end of a day."""
    scene = Scene.of(request, agency, number, fiscal_year)
    require_result(request, ResultAct.CLOSE, scene.period)
    possible = people_with(Role.Kind.AGENCY, scene.period.agency)
    typed = request.POST if request.method == "POST" else None
    form = forms.AdmissionForm(scene.figures, possible, typed, request.GET.get("measure", ""))
    if form.is_valid():
        given = dict(form.cleaned_data)
        try:
            valuing.admit(given.pop("measure"), fiscal_year, by=request.user, **given)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "許可しました。期限まで、この値だけを直せます。")
            return redirect("result_year", agency, number, fiscal_year)
    return render(request, "evaluation/year_admission.html", scene.context(form=form))
