"""Which text a page shows: in force on a date as known at a moment, or with an amendment."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from evaluation.comparison.alignment import Kind, align
from evaluation.documents.versions import reads_draft_at, texts_at
from evaluation.forms.editions import EditionForm
from evaluation.lifespans import known_by
from evaluation.models import Amendment, ObjectivePeriod, Wording
from evaluation.models.measures import RESULT_READERS
from evaluation.models.texts import Node, Text, texts_around
from evaluation.permissions import (
    PortalRequest,
    roles_of,
    visible_amendment,
    visible_period,
)
from programs.access import Hidden


@dataclass(frozen=True)
class Edition:
    """A text with the one it is compared with (the same one where nothing is compared).

    `on` and `known` are the two clocks: in force on the one, as known at the other (None: now).
    """

    period: ObjectivePeriod
    text: Text
    before: Text
    on: dt.date
    amendment: Amendment | None = None
    published: bool = False
    known: dt.datetime | None = None
    form: EditionForm = field(default_factory=EditionForm, compare=False)
    reads_results: bool = False

    @classmethod
    def of(cls, amendment: Amendment, known: dt.datetime | None = None, **said: Any) -> "Edition":
        """Return the text with an amendment, or with a draft as it stood at a moment; the baseline is
        compared with nothing. Raises ValidationError for a moment before the draft began."""
        before, text = texts_at(amendment, known) if known else texts_around(amendment)
        if amendment.kind == Amendment.Kind.BASELINE:
            before = text
        on = amendment.effective_on or timezone.localdate()
        return cls(amendment.period, text, before, on, amendment, known=known, **said)

    @property
    def query(self) -> str:
        """Return the query string that keeps a reader in this edition, with its "?"."""
        asked = {"amendment": self.amendment.slug} if self.amendment else {}
        if not self.amendment and (self.on != timezone.localdate() or self.known):
            asked["on"] = str(self.on)
        if self.known:
            local = timezone.localtime(self.known)
            whole_day = local.time() == dt.time.max
            asked["known"] = str(local.date()) if whole_day else known_by(self.known)
        return "?" + urlencode(asked) if asked else ""

    @property
    def name(self) -> str:
        """Return the edition's name for a title: 「現行」, 「2026-01-28を反映」 or 「2026-04-01現在」."""
        if self.amendment:
            return f"{self.amendment.slug}を反映"
        return "現行" if self.is_todays else f"{self.on}現在"

    @property
    def is_todays(self) -> bool:
        return not self.amendment and self.on == timezone.localdate() and not self.known

    @cached_property
    def lasting_moment(self) -> dt.datetime | None:
        """Return the moment of the last thing that was known, which a lasting address fixes; None where
        it needs none, since what is decided stays."""
        if self.amendment and self.amendment.is_decided:
            return self.known
        return self._last_known()

    @property
    def lasting(self) -> str:
        """Return the query string under which these words stay, whatever is decided or drafted later:
        the date and the moment of the last thing that was known."""
        if self.amendment and self.amendment.is_decided:
            return self.query
        last = self.lasting_moment
        named = {"amendment": self.amendment.slug} if self.amendment else {"on": str(self.on)}
        return "?" + urlencode(named | ({"known": known_by(last)} if last else {}))

    def _last_known(self) -> dt.datetime | None:
        """Return when the last amendment was recorded that this edition may show, and the draft that
        it shows was last changed."""
        decided = self.period.amendments.decided()
        if self.published:
            decided = decided.published()
        if self.known:
            decided = decided.filter(recorded_at__lte=self.known)
        times = [decided.aggregate(last=Max("recorded_at"))["last"]]
        if self.amendment:
            drafted = Wording.history.filter(amendment=self.amendment)
            for rows in (drafted, Amendment.history.filter(id=self.amendment.pk)):
                rows = rows.filter(history_date__lte=self.known) if self.known else rows
                times.append(rows.aggregate(last=Max("history_date"))["last"])
        return max((time for time in times if time), default=None)

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        """Return what happened to each clause that the amendment changes, by public id."""
        pairs = align(self.before.document(""), self.text.document(""))
        return {pair.id: pair.kind for pair in pairs if pair.kind is not Kind.SAME}

    @property
    def deleted(self) -> list[Node]:
        """Return the clauses that the amendment deletes, in the order of the text before."""
        return [n for n in self.before.order if self.kinds.get(n.public_id) is Kind.DELETED]


class Unreadable(Exception):  # noqa: N818 - an answer, not a fault
    """The query asks for no text: its form says why."""

    def __init__(self, period: ObjectivePeriod, form: EditionForm) -> None:
        self.period, self.form = period, form


def reading(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate a page of the text: it is given the edition; a query that names none keeps its form."""

    @wraps(view)
    def page(request: PortalRequest, agency: str, number: int, **named: str) -> HttpResponse:
        try:
            edition = edition_of(request, agency, number)
        except Unreadable as error:
            context = {"period": error.period, "form": error.form}
            return render(request, "evaluation/unreadable.html", context, status=404)
        return view(request, edition, **named)

    return page


def edition_of(request: PortalRequest, agency: str, number: int) -> Edition:
    """Read the edition from a page's query: `?amendment=slug`, `?on=令和8年4月1日`, `&known=…`, or
    today's text.

    Who has no role for the agency reads what is published. Raises Hidden for what the user may not
    see, and Unreadable.
    """
    form = EditionForm(
        {name: request.GET[name] for name in EditionForm.base_fields if name in request.GET}
    )
    if slug := request.GET.get("amendment"):
        amendment = visible_amendment(request, agency, number, slug)
        return _with(request, amendment, _checked(amendment.period, form))
    period = visible_period(request, agency, number)
    _checked(period, form)
    on = form.cleaned_data["on"] or timezone.localdate()
    known = form.cleaned_data["known"]
    roles = roles_of(request.user, period.agency)
    text = Text.of(Wording.objects.in_force_on(period, on, known, published=not roles))
    reads = not roles.isdisjoint(RESULT_READERS)
    return Edition(
        period, text, text, on, published=not roles, reads_results=reads, known=known, form=form
    )


def _checked(period: ObjectivePeriod, form: EditionForm) -> EditionForm:
    if not form.is_valid():
        raise Unreadable(period, form)
    return form


def _with(request: PortalRequest, amendment: Amendment, form: EditionForm) -> Edition:
    """Return the text with an amendment; where it was not decided at the moment asked for, the draft
    as it stood then, to who may read that."""
    known = form.cleaned_data["known"]
    if known is None or (amendment.recorded_at and amendment.recorded_at <= known):
        return Edition.of(amendment, form=form)
    if not reads_draft_at(roles_of(request.user, amendment.period.agency), amendment, known):
        raise Hidden("この変更は、登録されていないか、見る権限がありません。")
    try:
        return Edition.of(amendment, known, form=form)
    except ValidationError as error:
        form.add_error("known", error)
        raise Unreadable(amendment.period, form) from None
