"""整合性チェック and 照合: what contradicts itself in an amendment, and what contradicts it outside."""

from itertools import groupby

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import waiving
from evaluation.checking.disagreements import Disagreement, How, Reconciliation
from evaluation.comparison.alignment import Kind
from evaluation.comparison.elision import cells
from evaluation.comparison.rows import Level, Row, Run, Table
from evaluation.consistency import Judged, check, reconcile_with
from evaluation.forms.checks import ReconciliationForm, WaiverForm
from evaluation.models import Amendment
from evaluation.models.amendments import DRAFT_READERS
from evaluation.permissions import (
    Act,
    Hidden,
    SignedInRequest,
    refusals,
    require,
    roles_of,
    visible_change,
)
from evaluation.views.once import Refused, once
from evaluation.views.typed import take_typed

COLUMNS = ("変更案", "資料")
NONE = (Run("（なし）"),)
INSIDE_ONLY = "整合性チェックと照合は、変更案を読む人（起案者・承認者・監査者）だけのものです。"


@require_safe
def checks(request: SignedInRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """All findings of an amendment by their place, those waived with the reason."""
    amendment = readable_change(request, agency, number, slug)
    report = check(amendment)
    places = [(place, list(of)) for place, of in groupby(report.open, _place)]
    may_edit = not refusals(request.user, amendment)[Act.EDIT]
    context = {"report": report, "places": places, "may_edit": may_edit}
    return render(request, "evaluation/checks.html", _of(amendment) | context)


def _place(judged: Judged) -> tuple[str, str]:
    return judged.finding.place, judged.finding.unit


@once
@require_http_methods(["GET", "HEAD", "POST"])
def waiver(
    request: SignedInRequest, agency: str, number: int, slug: str, fingerprint: str
) -> HttpResponse:
    """Let one finding stand for a reason, or take that back."""
    draft = readable_change(request, agency, number, slug)
    require(request, Act.EDIT, draft)
    form = WaiverForm(request.POST if request.method == "POST" else take_typed(request))
    if request.method == "POST" and ("withdraw" in request.POST or form.is_valid()):
        try:
            _write(request, draft, fingerprint, form)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("checks", agency, number, slug)
    judged = check(draft).find(fingerprint)
    stored = draft.waivers.filter(fingerprint=fingerprint).first()
    shown = stored or (judged and judged.finding)
    if shown is None:
        messages.info(request, waiving.GONE)
        return Refused(reverse("checks", args=(agency, number, slug)))
    context = {"shown": shown, "judged": judged, "stored": stored, "form": form}
    return render(request, "evaluation/waiver.html", _of(draft) | context)


def _of(amendment: Amendment) -> dict[str, object]:
    return {"amendment": amendment, "period": amendment.period}


def _write(request: SignedInRequest, draft: Amendment, fingerprint: str, form: WaiverForm) -> None:
    if "withdraw" in request.POST:
        waiving.withdraw(draft, fingerprint, by=request.user)
        messages.success(request, "確認を取り消しました。")
    else:
        reason = form.cleaned_data["reason"]
        waiving.waive(draft, fingerprint, by=request.user, reason=reason)
        messages.success(request, "確認済みにしました。")


@require_http_methods(["GET", "HEAD", "POST"])
def reconciliation(request: SignedInRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """Compare an outside document with the amendment; nothing of it is stored."""
    amendment = readable_change(request, agency, number, slug)
    form, result = ReconciliationForm(), None
    if request.method == "POST":
        form = ReconciliationForm(request.POST, request.FILES)
        if form.is_valid():
            result = reconcile_with(amendment, form.passages)
    context = {
        "form": form,
        "result": result,
        "table": table_of(result) if result else None,
        "spelled": sum(one.how is How.SPELLING for one in result.found) if result else 0,
        "file": request.FILES.get("file"),
    }
    return render(request, "evaluation/reconciliation.html", _of(amendment) | context)


def readable_change(request: SignedInRequest, agency: str, number: int, slug: str) -> Amendment:
    """Return a change whose drafts the user reads. Raises Hidden: nobody else looks into its kitchen."""
    amendment = visible_change(request, agency, number, slug)
    if roles_of(request.user, amendment.period.agency).isdisjoint(DRAFT_READERS):
        raise Hidden(INSIDE_ONLY)
    return amendment


def table_of(result: Reconciliation) -> Table:
    """Return what disagrees as a table: the amendment left, the document right, how and where beside.
    What is only written otherwise comes last."""
    found = sorted(result.found, key=lambda one: one.how is How.SPELLING)
    return Table("", "", COLUMNS, tuple(map(_row, found)), remarks="違い")


def _row(one: Disagreement) -> Row:
    expected, printed = cells(one.expected, one.printed, one.marks, elide=bool(one.marks.old))
    told = [
        one.how.label,
        f"資料：{one.where}",
        f"変更案：{one.place}" if one.place else "",
        one.message,
    ]
    remark = "\n".join(filter(None, told))
    return Row(Kind.REVISED, Level.PARAGRAPH, None, expected or NONE, printed or NONE, remark)
