"""Values by workbook: the template out, the filled file in, its preview, and storing it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from evaluation.figures import Figures, years_of
from evaluation.forms.imports import WorkbookForm, YearsForm
from evaluation.importing import keeping, working
from evaluation.importing.returning import returned
from evaluation.importing.template import template
from evaluation.models import (
    Amendment,
    Clause,
    ImportedCell,
    ObjectivePeriod,
    ValueImport,
    Wording,
)
from evaluation.models.texts import Text
from evaluation.permissions import (
    Hidden,
    ResultAct,
    SignedInRequest,
    require_result,
    results_period,
)
from evaluation.valuing import year_name
from evaluation.views.once import Refused, once
from programs.access import record
from programs.models import AccessRecord

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PER_PAGE = 50
LONGEST_KEY = 19  # digits
ASKED = "asked"  # a kind of cells beside their statuses
MOST_ASKED = 300  # cells that are all asked about for a page; of more, only those on it
MOST_LISTED = 10  # of the imports of a person
Kind, Status = Clause.Kind, ImportedCell.Status
KINDS = (Kind.CHAPTER, Kind.ITEM, Kind.MONITORING_INDICATOR, Kind.EVALUATION_INDICATOR)
MARKS = {
    Status.ERROR: "✕",
    Status.CONFLICT: "⚠",
    Status.NEW: "＋",
    Status.CHANGED: "✎",
    Status.CLEARED: "－",
    Status.UNCHANGED: "＝",
}


@dataclass(frozen=True)
class Shown:
    """A cell of the preview: its row, its mark, the number of its item, the words of its indicator, and
    what a person should look at again before it is stored."""

    row: ImportedCell
    mark: str
    item: str
    indicator: str
    asked: tuple[str, ...]

    @property
    def is_told(self) -> bool:
        """Tell whether there is more to be said of a cell than its values."""
        return bool(self.row.message or self.asked or self.row.note is not None)


@once
@require_http_methods(["GET", "HEAD", "POST"])
def value_files(request: SignedInRequest, agency: str, number: int) -> HttpResponse:
    """Download a template, upload a filled one, go on with one that was uploaded."""
    period = _period(request, agency, number)
    posted = request.method == "POST"
    form = WorkbookForm(request.POST, request.FILES) if posted else WorkbookForm()
    if posted and form.is_valid():
        name, content = form.kept
        try:
            kept = working.take_in(period, name, content, by=request.user)
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return redirect("value_import", agency, number, kept.pk)
    imports = ValueImport.objects.filter(period=period, uploaded_by=request.user)
    context = {
        "period": period,
        "form": form,
        "years": YearsForm(years_of(period)),
        "imports": imports.defer("content")[:MOST_LISTED],
    }
    return render(request, "evaluation/value_files.html", context)


@require_safe
def value_template(request: SignedInRequest, agency: str, number: int) -> HttpResponse:
    """The workbook to fill in: `?years=2025&years=2026`."""
    period = _period(request, agency, number)
    form = YearsForm(years_of(period), request.GET)
    years = form.cleaned_data["years"] if form.is_valid() else form.every
    content = template(Figures.of(period), years, by=request.user)
    named = "・".join(year_name(year) for year in years) if len(years) < len(form.every) else ""
    name = f"実績値_{period.agency.short_name}第{period.number}期{'_' * bool(named)}{named}.xlsx"
    return _workbook(request, period, name, content)


@require_safe
def value_import(request: SignedInRequest, agency: str, number: int, pk: int) -> HttpResponse:
    """What an uploaded file would change, cell by cell: `?kind=conflict&page=2`; or how far it is."""
    period = _period(request, agency, number)
    working.reap()
    kept = _import(request, period, pk)
    kind = request.GET.get("kind", "")
    every = _asked(kept)
    page = Paginator(_rows(kept, kind, every or {}), PER_PAGE).get_page(request.GET.get("page"))
    asked = every
    if asked is None:
        asked = keeping.asked_back(kept, {row.measure_id for row in page if row.measure_id})
    context = {"period": period, "kept": kept, "page": page, "cells": _shown(period, page, asked)}
    context |= {"asked": len(every or ()), "asked_by_page": every is None}
    context |= _tallies(kept, kind) | _course(kept, kind)
    return render(request, "evaluation/value_import.html", context)


@require_safe
def returned_workbook(request: SignedInRequest, agency: str, number: int, pk: int) -> HttpResponse:
    """The uploaded table as a workbook, what is wrong in it marked."""
    period = _period(request, agency, number)
    kept = _import(request, period, pk)
    if kept.state != ValueImport.State.READY:
        raise Hidden("返すファイルは、確認待ちの取込みにだけあります。")
    stem = kept.name.rpartition(".")[0] or kept.name
    return _workbook(request, period, f"{stem}_確認.xlsx", returned(kept))


# --- Acts -----------------------------------------------------------------------------------------
@once
@require_http_methods(["GET", "HEAD", "POST"])
def decide_import(request: SignedInRequest, agency: str, number: int, pk: int) -> HttpResponse:
    """Say of conflicts which side is to stand: of all (`all=mine`), or of each (`cell-12=theirs`)."""
    period = _period(request, agency, number)
    kept = _import(request, period, pk)
    place = reverse("value_import", args=[agency, number, pk]) + "?kind=conflict"
    if request.method == "POST":
        try:
            done = _decided(kept, request.POST)
        except ValidationError as error:
            messages.warning(request, "　".join(error.messages))
            return Refused(place)
        messages.success(request, f"{done}件の衝突について、選んだとおりにします。")
    return redirect(place)


@once
@require_http_methods(["GET", "HEAD", "POST"])
def save_import(request: SignedInRequest, agency: str, number: int, pk: int) -> HttpResponse:
    """Store what an import changes, all or nothing."""
    period = _period(request, agency, number)
    kept = _import(request, period, pk)
    place = reverse("value_import", args=[agency, number, pk])
    if request.method == "POST":
        try:
            saved = working.save(kept)
        except ValidationError as error:
            messages.warning(request, "　".join(error.messages))
            return Refused(place)
        if saved.state == ValueImport.State.READY:  # somebody was faster: it says so itself
            return Refused(place)
        if saved.state == ValueImport.State.DONE:
            messages.success(request, f"保存しました：{saved.name}")
    return redirect(place)


@require_http_methods(["GET", "HEAD", "POST"])
def cancel_import(request: SignedInRequest, agency: str, number: int, pk: int) -> HttpResponse:
    """Give an import up, or stop it while it is at work."""
    kept = _import(request, _period(request, agency, number), pk)
    if request.method == "POST":
        working.cancel(kept)
        messages.info(request, "取込みの中止を求めました。値は変わっていません。")
    return redirect("value_import", agency, number, pk)


# --- Finding and showing --------------------------------------------------------------------------
def _period(request: SignedInRequest, agency: str, number: int) -> ObjectivePeriod:
    period = results_period(request, agency, number)
    require_result(request, ResultAct.ENTER, period)
    return period


def _import(request: SignedInRequest, period: ObjectivePeriod, pk: int) -> ValueImport:
    """Return an import of this person. Raises Hidden for anybody else's."""
    mine = ValueImport.objects.filter(period=period, uploaded_by=request.user)
    found = mine.defer("content").filter(pk=pk).first()
    if found is None:
        raise Hidden("この取込みは、登録されていないか、ほかの人のものです。")
    return found


def _asked(kept: ValueImport) -> dict[int, tuple[str, ...]] | None:
    """Return what is asked back of cells that are to be stored; None for so many that only those of a page
    are asked about."""
    if kept.state != ValueImport.State.READY:
        return {}
    to_come = sum(kept.counts.get(kind, 0) for kind in (*ImportedCell.WRITTEN, Status.CONFLICT))
    return keeping.asked_back(kept) if to_come <= MOST_ASKED else None


def _rows(kept: ValueImport, kind: str, asked: Collection[int]) -> QuerySet[ImportedCell]:
    """Return the cells of a kind (`ASKED`: with something to look at again), in their order; without one,
    those that are not as they were."""
    rows = kept.cells.select_related("measure__indicator").order_by("row", "column", "pk")
    if kind == ASKED:
        return rows.filter(pk__in=asked)
    if kind in Status.values:
        return rows.filter(status=kind)
    return rows.exclude(status=Status.UNCHANGED)


def _tallies(kept: ValueImport, kind: str) -> dict[str, Any]:
    counts = [(kind, kept.counts.get(kind, 0), MARKS[kind]) for kind in Status]
    changing = sum(count for kind, count, _ in counts if kind != Status.UNCHANGED)
    return {"counts": [one for one in counts if one[1]], "total": changing, "kind": kind}


def _course(kept: ValueImport, kind: str) -> dict[str, Any]:
    """Return how far an import is, and what may be done with it."""
    ready = kept.state == ValueImport.State.READY
    wrong, conflicts = (kept.counts.get(status, 0) for status in (Status.ERROR, Status.CONFLICT))
    # What is decided of a file with errors would have to be decided again of the next one.
    may_decide = ready and bool(conflicts) and not wrong
    return {
        "refusal": keeping.refusal(kept) if ready else "",
        "writes": keeping.to_be_written(kept).count() if ready else 0,
        "may_decide": may_decide,
        "decides": may_decide and kind == Status.CONFLICT,
        "is_active": kept.state in working.ACTIVE,
        "heard": working.heard(kept),
        "waits_long": working.waits_long(kept),
    }


def _shown(
    period: ObjectivePeriod, page: Page[Any], asked: Mapping[int, tuple[str, ...]]
) -> list[Shown]:
    headings = Wording.objects.before(Amendment(period=period)).filter(clause__kind__in=KINDS)
    text = Text.of(headings)
    shown = []
    for row in page:
        node = text.nodes.get(row.measure.indicator_id) if row.measure else None
        item = text.nodes.get(node.parent_id or 0) if node else None
        told = (text.number(item) if item else "", node.text if node else "")
        shown.append(Shown(row, MARKS[row.status], *told, asked.get(row.pk, ())))
    return shown


def _decided(kept: ValueImport, sent: Any) -> int:
    if sent.get("all") in ImportedCell.Decision.values:
        return keeping.decide_all(kept, sent["all"])
    cells = {name.removeprefix("cell-"): said for name, said in sent.items() if name[:5] == "cell-"}
    return keeping.decide(kept, {int(pk): said for pk, said in cells.items() if _is_key(pk)})


def _is_key(words: str) -> bool:
    """Tell whether words are a key that a database can look for."""
    return words.isdecimal() and len(words) < LONGEST_KEY


def _workbook(
    request: SignedInRequest, period: ObjectivePeriod, name: str, content: bytes
) -> HttpResponse:
    record(request, AccessRecord.Kind.EXPORT, agency=period.agency, detail=name)
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = content_disposition_header(True, name)
    return answer
