"""Numbers of a draft that fell out of order, and references that the moving numbers left behind."""

import re
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from evaluation import amending
from evaluation.amending.batches import batch_fingerprint
from evaluation.amending.referring import Referring
from evaluation.comparison.alignment import Kind
from evaluation.comparison.elision import cells
from evaluation.comparison.marking import mark
from evaluation.comparison.rows import Level, Row, Settings, Table
from evaluation.models import Amendment, Clause
from evaluation.models.texts import Node, Text, texts_around
from evaluation.numbering import Renumbering, renumberings, uncounted
from evaluation.permissions import SignedInRequest, changeable_draft
from evaluation.references import Finding
from evaluation.views.once import Refused, once
from evaluation.views.voiding import telling_of_voided

UNDO = "undo"  # the button that takes the last batch back


# --- Numbers --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Offer:
    """New numbers for some siblings, as the page shows them: heading, printed numbers old and new."""

    found: Renumbering
    text: Text

    @property
    def place(self) -> str:
        return self.text.place(self.found.parent) if self.found.parent else "いちばん上"

    @property
    def parent_id(self) -> str:
        return self.found.parent.public_id if self.found.parent else ""

    @property
    def seen(self) -> str:
        return amending.digest(self.found.shown)

    @property
    def lines(self) -> list[tuple[str, str, Node]]:
        return [
            (self.text.number(node), self._renumbered(node, label), node)
            for node, label in self.found.labels
        ]

    def _renumbered(self, node: Node, label: str) -> str:
        printed = self.text.number(node)
        return f"{printed.removesuffix(f'{node.label}.')}{label}."


@once
@require_http_methods(["GET", "HEAD", "POST"])
def numbers(request: SignedInRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """Siblings whose numbers do not follow their order, each list with its new numbers to be taken."""
    draft = changeable_draft(request, agency, number, slug)
    if request.method == "POST":
        try:
            with telling_of_voided(request, draft):
                messages.success(request, _renumber(request, draft))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return Refused(request.path)
        return redirect("numbers", agency, number, slug)
    before, text = texts_around(draft)
    last = amending.last_renumbering(draft)
    context = {
        "offers": [Offer(found, text) for found in renumberings(before, text)],
        "uncounted": list(uncounted(before, text)),
        "last": [(text.nodes[one.clause.pk], one) for one in last if one.clause.pk in text.nodes],
        "last_seen": batch_fingerprint(last),
        "referring": amending.forgotten_in(draft, before, text),
    }
    return render(request, "evaluation/numbers.html", _of(draft) | context | {"text": text})


def _renumber(request: SignedInRequest, draft: Amendment) -> str:
    seen = request.POST.get("seen", "")
    if UNDO in request.POST:
        count = amending.undo_renumbering(draft, by=request.user, seen=seen)
        return f"番号を付け直す前に戻しました（{count}件）。"
    public_id, kind = request.POST.get("parent", ""), request.POST.get("kind", "")
    parent = Clause.objects.filter(period=draft.period, public_id=public_id).first()
    count = amending.renumber(draft, parent=parent, kind=kind, by=request.user, seen=seen)
    return f"番号を付け直しました（{count}件）。"


# --- References -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Shown:
    """A clause with forgotten references: its text as it is and repaired, and each of them in words."""

    one: Referring
    before: Text
    text: Text

    @property
    def place(self) -> str:
        return self.text.place(self.one.node)

    @property
    def table(self) -> Table:
        old, new = self.one.node.text, self.one.text
        current, proposed = cells(old, new, mark(old, new), elide=False)
        row = Row(Kind.REVISED, Level.BODY, self.one.node.public_id, proposed, current)
        return Table("", Settings.note, ("直した後", "いまの文言"), (row,))

    @property
    def lines(self) -> list[tuple[Finding, str, str]]:
        """Return each finding with the heading that it was written for, and what its words name now."""
        return [(one, self._named(one.target), self._named(one.now)) for one in self.one.found]

    def _named(self, public_id: str | None) -> str:
        for tree in (self.text, self.before):
            for node in tree.nodes.values():
                if node.public_id == public_id:
                    return tree.place(node)
        return ""


@once
@require_http_methods(["GET", "HEAD", "POST"])
def references(request: SignedInRequest, agency: str, number: int, slug: str) -> HttpResponse:
    """References whose targets have another number now, or none: old and new text, to be repaired."""
    draft = changeable_draft(request, agency, number, slug)
    if request.method == "POST":
        try:
            with telling_of_voided(request, draft):
                messages.success(request, _repair(request, draft))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return Refused(request.path)
        return redirect("references", agency, number, slug)
    before, text = texts_around(draft)
    found = amending.forgotten_in(draft, before, text)
    last = amending.last_repair(draft)
    context = {
        "shown": [Shown(one, before, text) for one in found],
        "seen": amending.references_fingerprint(found),
        "repairable": sum(bool(f.words) for one in found for f in one.found),
        "last": [(text.nodes[one.clause.pk], one) for one in last if one.clause.pk in text.nodes],
        "last_seen": batch_fingerprint(last),
    }
    return render(request, "evaluation/references.html", _of(draft) | context | {"text": text})


def _repair(request: SignedInRequest, draft: Amendment) -> str:
    seen = request.POST.get("seen", "")
    if UNDO in request.POST:
        count = amending.undo_repair(draft, by=request.user, seen=seen)
        return f"直す前の文言に戻しました（{count}件）。"
    public_id, _, start = request.POST.get("only", "").partition(":")
    is_place = re.fullmatch("[0-9]{1,6}", start)  # no text is longer than that
    only = (public_id, int(start) if is_place else -1) if public_id else None
    count = amending.repair(draft, by=request.user, only=only, seen=seen)
    return f"参照を直しました（{count}条項）。"


def _of(draft: Amendment) -> dict[str, object]:
    return {"amendment": draft, "period": draft.period}
