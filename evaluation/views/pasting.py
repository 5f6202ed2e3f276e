"""Pasting a text from Word: what it would change is shown first, and stored when that is confirmed."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from evaluation import amending
from evaluation.comparison.alignment import Document
from evaluation.comparison.rows import Settings, Table
from evaluation.comparison.table import compare
from evaluation.forms.clauses import refuse
from evaluation.forms.pasting import PasteForm
from evaluation.models import Amendment, Clause
from evaluation.models.texts import NUMBERED
from evaluation.pasting import Fate, Line
from evaluation.permissions import SignedInRequest, changeable_draft
from evaluation.references import Numbers
from evaluation.views.once import once
from evaluation.views.typed import take_typed
from evaluation.views.voiding import telling_of_voided

CONFIRM = "confirm"  # the button that stores what was shown
FATES = {
    Fate.SAME: "同じ",
    Fate.REVISED: "改正",
    Fate.NEAR: "わずかな違い",
    Fate.NEW: "新設",
    Fate.MISSING: "削る候補",
}
COLUMNS = ("貼り付けた後", "いまの変更案")


@dataclass(frozen=True)
class Shown:
    """One line of the preview in words, and what may be ticked of it."""

    line: Line
    number: str
    ticked: bool

    @property
    def fate(self) -> str:
        return FATES[self.line.fate]

    @property
    def kind(self) -> str:
        return str(Clause.Kind(self.line.kind).label)

    @property
    def words(self) -> str:
        return f"{self.number} {self.line.text}" if self.number else self.line.text

    @property
    def question(self) -> str:
        """Return what a tick means; "" where there is nothing to choose."""
        if self.line.fate is Fate.NEAR:
            return "この違いのとおりに改める"
        below = "（下にあるものも）" if self.line.kind in NUMBERED else ""
        return f"削る{below}" if self.line.fate is Fate.MISSING else ""

    @property
    def chip(self) -> str:
        chips = {Fate.NEW: "new", Fate.REVISED: "revised", Fate.MISSING: "deleted"}
        return chips.get(self.line.fate, "draft" if self.line.fate is Fate.NEAR else "")


@once
@require_http_methods(["GET", "HEAD", "POST"])
def paste(request: SignedInRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """Ask for a text, show what it would change, and write it when it is confirmed."""
    draft = changeable_draft(request, agency, number, slug)
    typed = request.POST if request.method == "POST" else take_typed(request)
    place = request.GET.get("place", "")
    form = PasteForm(draft, amending.text_of(draft), typed, place)
    if request.method != "POST" or not form.is_valid():
        return _asked(request, draft, form)
    try:
        if CONFIRM in request.POST:
            with telling_of_voided(request, draft):
                _write(request, draft, form)
            return redirect("draft", agency, number, slug)
        preview = _preview(draft, form)
    except amending.Stale as stale:
        messages.warning(request, "　".join(stale.messages))
        return _shown(request, draft, form, _preview(draft, form), status=409)
    except ValidationError as error:
        refuse(form, error)
        return _asked(request, draft, form)
    return _shown(request, draft, form, preview)


def _preview(draft: Amendment, form: PasteForm) -> amending.Preview:
    return amending.Preview.of(draft, form.cleaned_data["place"], form.cleaned_data["text"])


def _write(request: SignedInRequest, draft: Amendment, form: PasteForm) -> None:
    said = form.cleaned_data
    count = amending.paste(
        draft,
        said["place"],
        said["text"],
        chosen=request.POST.getlist("chosen"),
        seen=said["seen"],
        reason=said["reason"],
        by=request.user,
    )
    if count:
        messages.success(request, f"貼り付けた文章を、{count}条項に取り込みました。")
    else:
        messages.info(request, "変わったところはありません。何も保存していません。")


def _asked(request: SignedInRequest, draft: Amendment, form: PasteForm) -> HttpResponse:
    return render(request, "evaluation/paste.html", _of(draft) | {"form": form})


def _shown(
    request: SignedInRequest,
    draft: Amendment,
    form: PasteForm,
    preview: amending.Preview,
    status: int = 200,
) -> HttpResponse:
    chosen = request.POST.getlist("chosen")
    documents = preview.documents(chosen)
    table: Table = compare(*documents, Settings(columns=COLUMNS))
    numbers = _printed(*documents)
    lines = [Shown(line, numbers[line.id], line.id in chosen) for line in preview.lines]
    counts = {fate: sum(line.line.fate is fate for line in lines) for fate in Fate}
    context = {
        "form": form,
        "place": preview.text.place(preview.chosen),
        "lines": lines,
        "counts": [(FATES[fate], count) for fate, count in counts.items() if count],
        "asked": [line for line in lines if line.question],
        "remarked": [line for line in lines if line.line.remark and not line.question],
        "table": table,
        "seen": preview.seen,
    }
    return render(request, "evaluation/paste_preview.html", _of(draft) | context, status=status)


def _printed(*documents: Document) -> dict[str, str]:
    """Return the printed number of every clause, "" for what has none; the last document counts."""
    found = {}
    for document in documents:
        numbers = Numbers(document)
        for unit in document.units:
            found[unit.id] = "".join(f"{part}." for part in numbers.path(unit))
    return found


def _of(draft: Amendment) -> dict[str, object]:
    return {"amendment": draft, "period": draft.period}
