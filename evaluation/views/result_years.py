"""The course of a fiscal year: handed in, checked, confirmed; shared out; closed and opened."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import series, valuing
from evaluation.deadlines import calendar
from evaluation.figures import Figures
from evaluation.forms import result_years as forms
from evaluation.forms.clauses import refuse
from evaluation.models import Admission, ItemYear, ObjectivePeriod
from evaluation.permissions import (
    ResultAct,
    SignedInRequest,
    people_with,
    require_result,
    result_refusals,
    results_period,
)
from evaluation.progress import ItemProgress, Progress, blanks
from evaluation.views.once import once
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
        for item, nodes in self.figures.items:
            if item.public_id == public_id:
                return self.progress.at(item, nodes, self.fiscal_year)
        raise Http404("この項目は、決定した本文にないか、指標がありません。")

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
        measure__indicator__period=scene.period, fiscal_year=fiscal_year
    ).select_related("measure__indicator", "user", "given_by")
    context = scene.context(
        items=[one for one in items if not only_mine or _is_mine(one, request, scene)],
        only_mine=only_mine,
        people=scene.progress.people(fiscal_year),
        admissions=admissions,
        now=timezone.now(),
        reports=scene.period.value_reports.filter(fiscal_year=fiscal_year).defer("contents"),
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
        (State.SUBMITTED,),
        (
            "未集計のものを除き、速報の値と実績の文が、確定になります。",
            "確定した後に直すときは、理由の種類と説明が要ります。前の値も残ります。",
        ),
        "確定しました。",
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
        "steps": [
            (name, step, scene.refusals[step.act])
            for name, step in STEPS.items()
            if one.state in step.states
        ],
    }
    return render(request, "evaluation/item_year.html", scene.context(**context))


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
    if form.is_valid() and _is_done(request, form, plan, one):
        return redirect("item_year", agency, number, fiscal_year, public_id)
    context = _shown(scene, one) | {"form": form, "plan": plan, "refused": _refused(plan, one)}
    return render(request, "evaluation/item_year_step.html", scene.context(**context))


def _is_done(request: SignedInRequest, form: forms.SeenForm, plan: Step, one: ItemProgress) -> bool:
    """Do what was asked for; tell whether the reader is to be led on."""
    given = dict(form.cleaned_data)
    clause = one.item.wording.clause
    try:
        given["seen"] = forms.seen_of(given["seen"])
        plan.verb(clause, one.fiscal_year, by=request.user, **given)
    except valuing.Stale as stale:
        messages.warning(request, stale.message)
    except ValidationError as error:
        refuse(form, error)
        return False
    else:
        messages.success(request, plan.done)
    return True


def _refused(plan: Step, one: ItemProgress) -> str:
    """Return why a step cannot be taken in the state that an item's year is in; "" where it can."""
    if one.state in plan.states:
        return ""
    states = "・".join(State(state).label for state in plan.states)
    year = valuing.year_name(one.fiscal_year)
    told = f"この項目の{year}の実績は、{one.state_words}です。"
    return f"{told}{plan.title}のは、{states}のときだけです。"


def _shown(scene: Scene, one: ItemProgress) -> dict[str, Any]:
    """Return an item's year line by line: each measure's point beside the year before, and what to look
    at again; each yearly text."""
    figures, year = scene.figures, one.fiscal_year
    lines = []
    for node in one.nodes:
        measures = [
            (measure, (line := figures.lines[measure.pk]).at(year), series.warnings(line, year))
            for measure in figures.measures.get(node.clause_id, [])
        ]
        text = figures.results.get((node.clause_id, year))
        if year >= figures.first_years[node.clause_id]:
            lines.append((node, measures, text))
    missing = list(blanks(figures, one))
    return {"one": one, "item": one.item, "lines": lines, "blanks": missing}


# --- The whole year -------------------------------------------------------------------------------
@once
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: SignedInRequest, agency: str, number: int, fiscal_year: int) -> HttpResponse:
    """Say who enters each item's year, and until when; the statutory day is proposed."""
    scene = Scene.of(request, agency, number, fiscal_year)
    require_result(request, ResultAct.ASSIGN, scene.period)
    possible = people_with(Role.Kind.AGENCY, scene.period.agency)
    items = scene.progress.year(fiscal_year)
    form = forms.PeopleForm(items, possible, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            shares = form.shares()
            count = valuing.share_out(scene.period, fiscal_year, shares, by=request.user)
        except valuing.Stale as stale:
            messages.warning(request, stale.message)
            return redirect("year_people", agency, number, fiscal_year)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"担当者と期限を保存しました（変更：{count}項目）。")
            return redirect("result_year", agency, number, fiscal_year)
    return render(request, "evaluation/year_people.html", scene.context(form=form))


@once
@require_http_methods(["GET", "HEAD", "POST"])
def closing(request: SignedInRequest, agency: str, number: int, fiscal_year: int) -> HttpResponse:
    """Close a year, or open one that is closed, with a reason."""
    scene = Scene.of(request, agency, number, fiscal_year)
    require_result(request, ResultAct.CLOSE, scene.period)
    stands = scene.progress.closings.get(fiscal_year)
    form = forms.ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            if stands:
                valuing.reopen(stands, by=request.user, reason=reason)
            else:
                valuing.close(scene.period, fiscal_year, by=request.user, reason=reason)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "締切を解除しました。" if stands else "締め切りました。")
            return redirect("result_year", agency, number, fiscal_year)
    return render(request, "evaluation/year_closing.html", scene.context(form=form))


@once
@require_http_methods(["GET", "HEAD", "POST"])
def admission(request: SignedInRequest, agency: str, number: int, fiscal_year: int) -> HttpResponse:
    """Let one person change one value of a closed year until the end of a day."""
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
