"""Looking for words in all texts that the reader may see."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evaluation.forms.search import SearchForm
from evaluation.permissions import PortalRequest
from evaluation.searching import Result, found, numbered, results
from programs.access import record_reading

PER_PAGE = 20


@login_not_required
@require_safe
def search(request: PortalRequest) -> HttpResponse:
    """The form, and the page of results that its words ask for: `?q=…`, newest texts first."""
    form = SearchForm(request.GET if "q" in request.GET else None, reader=request.user)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        asked = form.search
        page = Paginator(found(asked), PER_PAGE).get_page(request.GET.get("page"))
        read = results(asked, page)
        _record_readings(request, read)
        items = numbered(request.user, asked.words)
        context |= {"page": page, "results": read, "items": items}
    return render(request, "evaluation/search.html", context)


def _record_readings(request: PortalRequest, read: list[Result]) -> None:
    """Whoever is shown words of drafts has read these."""
    drafts = {draft.pk: draft for result in read for draft in result.drafts}
    for draft in drafts.values():
        record_reading(request, draft.period.agency, f"{draft.period}「{draft}」")
