"""The grid of values: every item at once, or one item as a plain form. Both send the same fields."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from evaluation import entering
from evaluation.comparison.alignment import UnitKind
from evaluation.entering import Answer, Section, Sheet, Told, Typed, field_name, typed_in
from evaluation.entering.marks import CLOSED, WAITING, mark_of
from evaluation.entering.sheet import NONE, Standing
from evaluation.figures import Figures
from evaluation.forms.values import WhyForm
from evaluation.models import IndicatorValue, ObjectivePeriod, YearlyResult
from evaluation.models.texts import Node
from evaluation.numbers import NOTHING, remark_on
from evaluation.permissions import SignedInRequest, entering_period
from evaluation.remarkable import warnings
from evaluation.valuing import year_name
from evaluation.views.typed import take_typed

ONLY = "only"  # the fields to be saved now; the others are sent along so that a sign-in loses none
PREVIEW = "preview"


# --- All items ------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def grid(request: SignedInRequest, agency: str, number: int) -> HttpResponse:
    """Show the values of a period as fields; a POST is one of the page's script, answered as JSON."""
    period = entering_period(request, agency, number)
    if request.method == "POST":
        return _answered(request, period)
    sheet = Sheet.of(period, request.user)
    context = _context(sheet) | {
        "sections": [Section.of(sheet, item).shown for item, _ in sheet.items],
        "typed": _kept(request, sheet),
    }
    return render(request, "evaluation/grid.html", context)


def _answered(request: SignedInRequest, period: ObjectivePeriod) -> HttpResponse:
    wanted = set(request.POST.getlist(ONLY))
    fields = [one for one in typed_in(request.POST) if one.key in wanted]
    work = entering.compare if PREVIEW in request.POST else entering.save
    sheet, answers = work(period, fields, by=request.user, **_why(request))
    cells = {answer.typed.key: _told(sheet, answer) for answer in answers}
    return JsonResponse({"refused": any(a.is_refused for a in answers), "cells": cells})


def _told(sheet: Sheet, answer: Answer) -> dict[str, Any]:
    """Return what the script needs of an answer. `name` is the field with the stamp of what stands now."""
    now, cell, line = _standing(answer.stands), answer.cell, answer.line
    decimals = line.decimals if line else 0
    wanted = Standing(cell.number, cell.text, cell.state) if cell else NONE
    return {
        "told": answer.told,
        "message": answer.message,
        "warnings": answer.warnings,
        "name": field_name(answer.typed.key, now.revision),
        "shown": now.shown(decimals),
        "wanted": wanted.shown(decimals) if cell else answer.typed.words,
        "mark": mark_of(now.stage, now.note),
        "theirs": _theirs(answer, now.shown(decimals)) if answer.told is Told.CONFLICT else "",
    }


def _standing(row: IndicatorValue | None) -> Standing:
    return Standing(*(getattr(row, name) for name in Standing._fields)) if row else NONE


def _theirs(answer: Answer, shown: str) -> str:
    """Return who was faster, when, and with what."""
    row = answer.stands
    if row is None:
        return "ほかの人が値を消しました。"
    who = f"{row.entered_by.get_full_name()}さん" if row.entered_by else "システム"
    when = timezone.localtime(row.entered_at)
    return f"{who}が{when.month}月{when.day}日{when:%H:%M}に「{shown}」にしました。"


# --- One item -------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def grid_item(request: SignedInRequest, agency: str, number: int, public_id: str) -> HttpResponse:
    """The values of one item as a plain form, with its yearly texts and what there is to ask back."""
    period = entering_period(request, agency, number)
    sheet = Sheet.of(period, request.user)
    item = _item(sheet, public_id)
    answers: list[Answer] = []
    if request.method == "POST":
        fields = typed_in(request.POST)
        sheet, answers = entering.save(period, fields, by=request.user, **_why(request))
        if not any(answer.is_refused for answer in answers):
            _say(request, answers)
            return redirect("grid_item", agency, number, public_id)
    open_fields = {a.typed.key: a for a in answers if a.told is not Told.UNCHANGED}
    context = (
        _context(sheet)
        | _of_item(sheet, item)
        | {
            "refused": [_refusal(sheet, a) for a in answers if a.is_refused],
            "typed": {k: _restamped(a) for k, a in open_fields.items()} or _kept(request, sheet),
            "why_form": WhyForm(request.POST if request.method == "POST" else None),
        }
    )
    return render(request, "evaluation/grid_item.html", context)


def _item(sheet: Sheet, public_id: str) -> Node:
    nodes = (node for node in sheet.text.order if node.kind is UnitKind.ITEM)
    found = next((node for node in nodes if node.public_id == public_id), None)
    if found is None:
        raise Http404("この項目は、決定した本文にありません。")
    return found


def _of_item(sheet: Sheet, item: Node) -> dict[str, Any]:
    section = Section.of(sheet, item)
    lines = [line for _, lines in section.groups for line in lines]
    figures = Figures.of(sheet.period)
    asked = [
        (f"{sheet.name(line)}（{year_name(year)}）", words, line.pk)
        for line in lines
        for year in sheet.years
        for words in warnings(figures.lines[line.pk], year)
    ]
    results = [
        (node, [_told_in(sheet, figures, item, node, year) for year in sheet.years])
        for node in figures.indicators_of(item)
        if node.kind is UnitKind.EVALUATION_INDICATOR
    ]
    asks_why = any(sheet.asks_why(line, year) for line in lines for year in sheet.years)
    return {
        "item": item,
        "section": section,
        "results": results,
        "asked": asked,
        "asks_why": asks_why,
    }


def _told_in(
    sheet: Sheet, figures: Figures, item: Node, node: Node, year: int
) -> tuple[int, YearlyResult | None, str]:
    """Return what is told of a year, and in a mark why nothing can be where that is so."""
    result = figures.results.get((node.clause_id, year))
    if result or not figures.exists(node, year):
        return year, result, "" if result else NOTHING
    row = sheet.gates.years.get((item.clause_id, year))
    if row and row.state == row.State.SUBMITTED:
        return year, None, WAITING
    return year, None, CLOSED if sheet.gates.is_shut(node.clause_id, year) else ""


def _say(request: SignedInRequest, answers: Iterable[Answer]) -> None:
    written = [answer for answer in answers if answer.writes]
    if not written:
        messages.info(request, "変わった値はありません。")
        return
    remarks = {remark_on(answer.typed.words) for answer in written}
    messages.success(request, f"{len(written)}件の値を保存しました。{''.join(sorted(remarks))}")


def _refusal(sheet: Sheet, answer: Answer) -> dict[str, str]:
    """Return what the summary says of a refused field, with theirs and mine where they differ."""
    line, typed = answer.line, answer.typed
    if line is None:
        return {"key": "", "words": answer.message}
    place = f"{sheet.name(line)}（{year_name(typed.fiscal_year)}）"
    words = f"{place}：{answer.message}"
    if answer.told is Told.CONFLICT:
        theirs = _theirs(answer, _standing(answer.stands).shown(line.decimals))
        words = f"{place}：{theirs}あなたの値は「{typed.words}」です。"
    return {"key": typed.key, "words": words}


def _restamped(answer: Answer) -> Typed:
    """Return what was typed with the stamp of what stands: who has read whose value it is may go on."""
    if answer.told is not Told.CONFLICT:
        return answer.typed
    return replace(answer.typed, seen=_standing(answer.stands).revision)


# --- Both -----------------------------------------------------------------------------------------
def _why(request: SignedInRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "").strip() for name in ("why_code", "why")}


def _context(sheet: Sheet) -> dict[str, Any]:
    base = reverse("indicators", args=[sheet.period.agency.code, sheet.period.number])
    return {"period": sheet.period, "sheet": sheet, "base": base, "closed": sheet.gates.closed}


def _kept(request: SignedInRequest, sheet: Sheet) -> dict[str, Typed]:
    """Return what was typed before a sign-in and says something else than what stands."""
    found = {}
    for typed in typed_in(take_typed(request) or {}):
        line = sheet.by_pk.get(typed.measure_id)
        if line and typed.words != sheet.standing(line, typed.fiscal_year).shown(line.decimals):
            found[typed.key] = typed
    return found
