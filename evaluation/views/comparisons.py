"""The comparison table on screen: of an amendment, and of any two versions of a text."""

from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import amending, drafting
from evaluation.comparison.rows import NATIONAL, Table
from evaluation.documents.appendix import (
    ComparedAppendix,
    appendix_comparison,
    appendix_comparison_html,
)
from evaluation.documents.comparison import View, comparison_html, settings_of, table_and_hand
from evaluation.documents.dossier import LONGEST_IN_A_REQUEST, cache
from evaluation.documents.issuing import torn, torn_places, unissued
from evaluation.documents.offered import offered
from evaluation.documents.pdf import PdfError, UnprintableError, render_pdf_cached
from evaluation.documents.versions import Version, compare_texts
from evaluation.forms.tables import ShowForm, TableFormForm
from evaluation.forms.versions import VersionsForm
from evaluation.models import Amendment, ObjectivePeriod
from evaluation.models.table_forms import form_of
from evaluation.models.texts import texts_around
from evaluation.permissions import (
    Act,
    PortalRequest,
    SignedInRequest,
    changeable_draft,
    refusals,
    visible_change,
    visible_period,
)
from evaluation.views.once import once
from evaluation.views.voiding import telling_of_voided
from programs.access import record, record_reading
from programs.models import AccessRecord, User


@login_not_required
@require_safe
def comparison(request: PortalRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """新旧対照表 of an amendment, in the form it is issued in or in the one that is asked for."""
    amendment = visible_change(request, agency, number, slug)
    form = ShowForm(request.GET, settings_of(amendment))
    view, settings = form.shown
    refused = refusals(request.user, amendment)
    drawing = not refused[Act.EDIT]
    texts = texts_around(amendment)
    table, hand = table_and_hand(amendment, settings, texts)
    context = {
        "amendment": amendment,
        "period": amendment.period,
        "table": table,
        "hand": hand if drawing else None,
        "can_draw": drawing,
        "drawing": drawing and view == View.TABLE,
        "view": view,
        "without_marks": not form.marks_shown,
        "form": form,
        "torn": torn_places(amendment, texts[1]),
        "refusals": refused,
    }
    return render(request, "evaluation/comparison.html", context)


@once
@require_http_methods(["GET", "HEAD", "POST"])
def table_form(request: SignedInRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """In which form a draft's table is issued."""
    amendment = changeable_draft(request, agency, number, slug)
    form = TableFormForm(amendment, request.POST if request.method == "POST" else None)
    if form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            with telling_of_voided(request, amendment):
                drafting.change_table_form(amendment, by=request.user, seen=seen, **form.values())
        except amending.Stale as stale:
            return _overtaken(request, stale)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "表の書式を保存しました。")
            return redirect("comparison", agency, number, slug)
    context = {"form": form, "amendment": amendment, "period": amendment.period}
    return render(request, "evaluation/table_form.html", context)


def _overtaken(request: SignedInRequest, stale: amending.Stale) -> HttpResponse:
    """Show mine and theirs where somebody else was faster; nothing typed is lost."""
    mine, stored = request.POST.copy(), stale.current
    mine["seen"] = stale.seen
    context = {"amendment": stored, "period": stored.period, "stored": form_of(stored)}
    context["form"] = TableFormForm(stored, mine)
    return render(request, "evaluation/table_form.html", context, status=409)


# --- The appendix, cell by cell -------------------------------------------------------------------
@login_not_required
@require_safe
def appendix(request: PortalRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """別紙の対照: the axes and indicators of an amendment beside those before it."""
    amendment = visible_change(request, agency, number, slug)
    return _shown_appendix(request, _compared_appendix(request, amendment))


@login_not_required
@require_safe
def appendix_pdf(request: PortalRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """The same on paper, not recorded as issued."""
    amendment = visible_change(request, agency, number, slug)
    context = _compared_appendix(request, amendment)
    if context["torn"]:
        return _shown_appendix(request, context)
    table: ComparedAppendix = context["table"]
    if refused := _refused_length(request, amendment.period, len(table.rows)):
        return refused
    html = appendix_comparison_html(table, **unissued(amendment.slug, asdict(table)))
    return _pdf(request, amendment.period, html, f"別紙対照表_{amendment.slug}")


def _compared_appendix(request: PortalRequest, amendment: Amendment) -> dict[str, Any]:
    form = ShowForm(request.GET, settings_of(amendment))
    texts = texts_around(amendment)
    return {
        "amendment": amendment,
        "period": amendment.period,
        "table": appendix_comparison(amendment, form.shown[1], texts),
        "form": form,
        "torn": torn_places(amendment, texts[1]),
    }


def _shown_appendix(request: PortalRequest, context: dict[str, Any]) -> HttpResponse:
    return render(request, "evaluation/appendix_comparison.html", context)


# --- Any two versions -----------------------------------------------------------------------------
@login_not_required
@require_safe
def versions(request: PortalRequest, agency: str, number: int) -> HttpResponse:
    """The table of any two versions, or the form that asks which: `?old=…&new=…`."""
    period = visible_period(request, agency, number)
    form, context = _asked(request, period)
    if form.is_valid() and form.was_chosen:
        pair = {name: form.cleaned_data[name].spec for name in ("old", "new")}
        return redirect(f"{request.path}?{urlencode(pair)}")
    if form.is_valid():
        context |= _compared(request, form)
    return render(request, "evaluation/versions.html", context | {"period": period})


@login_not_required
@require_safe
def versions_pdf(request: PortalRequest, agency: str, number: int) -> HttpResponse:
    """The same on paper, not recorded as issued."""
    period = visible_period(request, agency, number)
    form, context = _asked(request, period)
    if form.is_valid():
        context |= _compared(request, form)
    if "table" not in context or context["torn"]:
        return render(request, "evaluation/versions.html", context | {"period": period})
    table: Table = context["table"]
    if refused := _refused_length(request, period, len(table.rows)):
        return refused
    specs = f"{context['old'].spec}　{context['new'].spec}"
    html = comparison_html(table, context["view"], **unissued(specs, asdict(table)))
    return _pdf(request, period, html, "新旧対照表")


def _asked(request: PortalRequest, period: ObjectivePeriod) -> tuple[VersionsForm, dict[str, Any]]:
    named = ("old", "old_on", "new", "new_on")
    asked = {name: request.GET[name] for name in named if name in request.GET}
    form = VersionsForm(asked, period, request.user, offered(period, request.user))
    return form, {"form": form}


def _compared(request: PortalRequest, form: VersionsForm) -> dict[str, Any]:
    """Return what a page shows of the two versions; a draft among them is recorded as read."""
    old: Version = form.cleaned_data["old"]
    new: Version = form.cleaned_data["new"]
    show = ShowForm(request.GET, NATIONAL)
    view, settings = show.shown
    try:
        before, after = old.text(), new.text()
    except ValidationError as error:
        form.add_error(None, error)
        return {}
    for version in (old, new):
        if version.is_draft and version.amendment:
            record_reading(request, form.period.agency, f"{form.period}「{version.amendment}」")
    table = compare_texts(old, new, before, after, settings)
    shown = {"table": table, "view": view, "show": show, "without_marks": not show.marks_shown}
    return _ways(old, new) | shown | {"torn": [*torn(before), *torn(after)]}


def _ways(old: Version, new: Version) -> dict[str, Any]:
    """Return what the links and the form of the page keep of the two versions."""
    pair = {"old": old.spec, "new": new.spec}
    swapped = urlencode({"old": new.spec, "new": old.spec})
    plain = f"?{urlencode(pair)}"
    return {"old": old, "new": new, "pair": pair.items(), "plain": plain, "swapped": swapped}


# --- Paper ----------------------------------------------------------------------------------------
def _refused_length(
    request: PortalRequest, period: ObjectivePeriod, rows: int
) -> HttpResponse | None:
    """Refuse what takes long to make to who has not signed in: the processes that answer are few."""
    if isinstance(request.user, User) or rows <= LONGEST_IN_A_REQUEST:
        return None
    words = (
        f"{LONGEST_IN_A_REQUEST}行を超える表（この表は{rows}行）のPDFは、サインインすると作れます。"
    )
    return _refused(request, period, f"{words}画面では、サインインせずに見られます。", 403)


def _refused(
    request: PortalRequest, period: ObjectivePeriod, why: str, status: int
) -> HttpResponse:
    context = {"period": period, "refusal": why}
    return render(request, "evaluation/pdf_refused.html", context, status=status)


def _pdf(request: PortalRequest, period: ObjectivePeriod, html: str, name: str) -> HttpResponse:
    try:
        content = render_pdf_cached(html, folder=cache())
    except UnprintableError as error:
        return _refused(request, period, str(error), 422)
    except PdfError as error:
        return _refused(request, period, str(error), 500)
    if isinstance(request.user, User):
        agency = period.agency
        record(request, AccessRecord.Kind.EXPORT, agency=agency, detail=f"{name}（未発行）")
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, f"{name}_未発行.pdf")
    return response
