"""The drafter's hand: the marks of one clause, drawn anew or given back to the engine."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from evaluation import amending
from evaluation.amending.marking import NOT_REVISED
from evaluation.comparison.correcting import fingerprint
from evaluation.comparison.marking import Marks, mark
from evaluation.documents.hand import Hand
from evaluation.forms.marks import BY, PROPOSAL, MarksForm
from evaluation.forms.texts import TEXTS_SEEN
from evaluation.models import Amendment, Marking
from evaluation.permissions import Hidden, SignedInRequest, changeable_draft
from evaluation.views.clause_page import ClausePage
from evaluation.views.once import once
from evaluation.views.typed import take_typed
from evaluation.views.voiding import telling_of_voided


@dataclass(frozen=True)
class MarksPage:
    """A clause that its draft rewords, with the marks that stand."""

    page: ClausePage
    old: str
    new: str
    marking: Marking | None

    @classmethod
    def of(cls, draft: Amendment, public_id: str) -> "MarksPage":
        """Raises Hidden for a clause of which nothing is marked word by word."""
        page = ClausePage.of(draft, public_id)
        before = page.in_force
        if before is None or not page.can_be_marked:
            raise Hidden(NOT_REVISED)
        stored = Marking.objects.filter(amendment=draft, clause=page.clause).first()
        return cls(page, before.text, page.node.text, stored)

    @property
    def proposal(self) -> Marks:
        return mark(self.old, self.new)

    @property
    def drawn(self) -> Marks:
        return self.page.outline.hand.marks.get(self.page.node.public_id) or self.proposal

    def form(self, typed: object = None, why: str = "") -> MarksForm:
        seen = amending.marking_fingerprint(self.old, self.new, self.marking)
        why = why or (self.marking.why if self.marking else "")
        return MarksForm((self.old, self.new), self.drawn, seen, typed, why)


@once
@require_http_methods(["GET", "HEAD", "POST"])
def marks(
    request: SignedInRequest, agency: str, number: int, slug: str, public_id: str
) -> HttpResponse:
    """Draw the marks of a clause; `?part=form` is the form alone, for the row of the table."""
    draft = changeable_draft(request, agency, number, slug)
    bench = MarksPage.of(draft, public_id)
    sent = request.POST if request.method == "POST" else None
    form = bench.form(sent) if sent is not None else _resumed(request, bench, take_typed(request))
    if request.method == "POST" and BY not in request.POST and form.is_valid():
        try:
            with telling_of_voided(request, draft):
                _write(request, draft, bench, form)
        except amending.Stale as stale:
            return _overtaken(request, draft, public_id, stale)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect(_back(request, draft, public_id))
    return _shown(request, draft, bench, form)


def _write(request: SignedInRequest, draft: Amendment, bench: MarksPage, form: MarksForm) -> None:
    clause, seen = bench.page.clause, form.cleaned_data["seen"]
    if PROPOSAL in request.POST:
        amending.return_to_proposal(draft, clause, by=request.user, seen=seen)
        messages.success(request, "下線を自動の案に戻しました。")
        return
    why = form.cleaned_data["why"]
    if not amending.draw(draft, clause, form.marks, by=request.user, why=why, seen=seen):
        messages.success(request, "自動の案と同じです。自動の案の下線を使います。")
        return
    messages.success(request, "下線を保存しました。")
    hand = Hand.of(draft, bench.page.outline.before, bench.page.outline.text)
    drawn = hand.find(bench.page.node.public_id)
    if drawn and (words := drawn.warnings):
        messages.warning(request, "　".join(words))


def _overtaken(
    request: SignedInRequest, draft: Amendment, public_id: str, stale: amending.Stale
) -> HttpResponse:
    """Show what stands now, and what was ticked if it was on the same texts; nothing was stored."""
    bench = MarksPage.of(draft, public_id)
    mine = request.POST.copy()
    mine["seen"] = stale.seen
    messages.warning(request, "　".join(stale.messages))
    return _shown(request, draft, bench, _resumed(request, bench, mine), status=409)


def _resumed(request: SignedInRequest, bench: MarksPage, sent: QueryDict | None) -> MarksForm:
    """Return the form with what was sent before; of ticks on other texts only the reason is left."""
    if sent is None or sent.get(TEXTS_SEEN) == fingerprint(bench.old, bench.new):
        return bench.form(sent)
    messages.warning(
        request, "文言が変わったため、下線は選び直してください。理由は残してあります。"
    )
    return bench.form(why=sent.get("why", ""))


def _back(request: SignedInRequest, draft: Amendment, public_id: str) -> str:
    """Return the clause's page, or its row of the table, which is shown as it was before."""
    address = draft.period.agency.code, draft.period.number, draft.slug
    if "table" not in request.GET:
        return reverse("clause", args=[*address, public_id])
    shown = QueryDict(request.GET["table"]).urlencode()
    return f"{reverse('comparison', args=address)}{shown and '?'}{shown}#marks-{public_id}"


def _action(request: SignedInRequest, by: str) -> str:
    """Return the form's address, by word or by character; it leads back to where the form is from."""
    table = {"table": request.GET["table"]} if "table" in request.GET else {}
    return f"{request.path}?{urlencode({'by': by} | table)}"


def _shown(
    request: SignedInRequest,
    draft: Amendment,
    bench: MarksPage,
    form: MarksForm,
    status: int = 200,
) -> HttpResponse:
    by = request.POST.get(BY) or request.GET.get(BY, "word")
    by_character = by == "character"
    context = {
        "amendment": draft,
        "period": draft.period,
        "page": bench.page,
        "bench": bench,
        "form": form,
        "sides": form.sides(by_character=by_character),
        "by_character": by_character,
        "from_table": "table" in request.GET,
        "action": _action(request, by),
        "back": _back(request, draft, bench.page.node.public_id),
        "proposed": bench.form().proposed(bench.proposal),
    }
    alone = request.GET.get("part") == "form" and (request.method == "GET" or BY in request.POST)
    template = "evaluation/_marks_form.html" if alone else "evaluation/marks.html"
    return render(request, template, context, status=status)
