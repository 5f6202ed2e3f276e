"""What happened, for auditors: every change of every object, and the access log, in one list."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from urllib.parse import unquote_plus

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from evaluation.forms.history import HistoryForm
from evaluation.models.amendments import restricted_from
from evaluation.permissions import SignedInRequest, audited_agencies
from evaluation.trail import Change, Entry, Found, entries, found
from evaluation.withholding import entries_without
from jst_objectives.tables import as_csv, as_xlsx
from programs.access import record
from programs.models import AccessRecord

PER_PAGE = 50
MOST_EXPORTED = 20_000  # a file of so many takes a few seconds
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def history(request: SignedInRequest) -> HttpResponse:
    """What the filters of the query find, newest first."""
    return _page(request, _form(request))


@require_safe
def export(request: SignedInRequest) -> HttpResponse:
    """The same as a file, a line per changed field: `?format=xlsx`, else CSV. It is recorded."""
    form = _form(request)
    if form.is_valid() and (number := found(form.search).count()) > MOST_EXPORTED:
        limit = f"一度に出力できる{MOST_EXPORTED:,}件を超えています"
        form.add_error(None, f"該当する{number:,}件は、{limit}。日付などで絞り込んでください。")
    if not form.is_valid():
        return _page(request, form)
    rows = list(found(form.search))
    agencies = form.asked_agencies
    conditions = unquote_plus(request.META["QUERY_STRING"])
    record(
        request,
        AccessRecord.Kind.EXPORT,
        agency=agencies[0] if len(agencies) == 1 else None,
        detail=f"履歴{len(rows)}件（{conditions}）",
    )
    found_lines = lines(rows, read=lambda part: entries_without(part, form.hidden))
    return _file(request.GET.get("format", ""), found_lines)


def _form(request: SignedInRequest) -> HistoryForm:
    agencies, hidden = audited_agencies(request), list(restricted_from(request.user))
    return HistoryForm(request.GET, agencies=agencies, hidden=hidden)


def _page(request: SignedInRequest, form: HistoryForm) -> HttpResponse:
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        page = Paginator(found(form.search), PER_PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "entries": entries_without(page, form.hidden)}
    return render(request, "evaluation/history.html", context)


# --- Taking out -----------------------------------------------------------------------------------
HEADER = (
    "日時",
    "操作した人",
    "行為",
    "種類",
    "対象",
    "項目",
    "前",
    "後",
    "理由・内容",
    "変更",
    "事業",
    "法人",
    "ページ",
    "対象の番号",
)


def lines(
    rows: Sequence[Found], size: int = 500, read: Callable[[Sequence[Found]], list[Entry]] = entries
) -> Iterator[tuple[str, ...]]:
    """Yield a line for each changed field of what was found, and one for what changed none."""
    for start in range(0, len(rows), size):
        for entry in read(rows[start : start + size]):
            moment = f"{timezone.localtime(entry.moment):%Y-%m-%d %H:%M:%S}"
            head = moment, entry.actor, entry.act, entry.kind, entry.name
            where = entry.amendment, entry.program, entry.agency, entry.path, entry.subject
            for change in entry.changes or (Change("", "", ""),):
                yield (*head, change.label, change.old, change.new, entry.reason, *where)


def _file(format: str, rows: Iterable[Sequence[str]]) -> HttpResponse:
    kind = "xlsx" if format == "xlsx" else "csv"
    name = f"履歴_{timezone.localtime():%Y%m%d-%H%M%S}.{kind}"
    if kind == "xlsx":
        answer = HttpResponse(as_xlsx(HEADER, rows, "履歴"), content_type=XLSX)
    else:
        answer = HttpResponse(as_csv(HEADER, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(True, name)
    return answer
