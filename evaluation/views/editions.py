"""Which text a page shows: in force on a date, or as amended by an amendment."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.http import Http404
from django.utils import timezone

from evaluation.comparison.alignment import Kind, align
from evaluation.models import Amendment, ObjectivePeriod, Wording
from evaluation.models.measures import RESULT_READERS
from evaluation.models.texts import Node, Text, texts_around
from evaluation.permissions import (
    PortalRequest,
    roles_of,
    visible_amendment,
    visible_period,
)


@dataclass(frozen=True)
class Edition:
    """A text with the one it is compared with (the same one where nothing is compared)."""

    period: ObjectivePeriod
    text: Text
    before: Text
    on: dt.date
    amendment: Amendment | None = None
    published: bool = False
    reads_results: bool = False

    @classmethod
    def of(cls, amendment: Amendment) -> "Edition":
        """Return the text with an amendment; the baseline is compared with nothing."""
        before, text = texts_around(amendment)
        if amendment.kind == Amendment.Kind.BASELINE:
            before = text
        on = amendment.effective_on or timezone.localdate()
        return cls(amendment.period, text, before, on, amendment)

    @property
    def query(self) -> str:
        """Return the query string that keeps a reader in this edition, with its "?"."""
        if self.amendment:
            return "?" + urlencode({"amendment": self.amendment.slug})
        return "" if self.on == timezone.localdate() else "?" + urlencode({"on": self.on})

    @property
    def name(self) -> str:
        """Return the edition's name for a title: 「現行」, 「2026-01-28を反映」 or 「2026-04-01現在」."""
        if self.amendment:
            return f"{self.amendment.slug}を反映"
        return "現行" if self.on == timezone.localdate() else f"{self.on}現在"

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        """Return what happened to each clause that the amendment changes, by public id."""
        pairs = align(self.before.document(""), self.text.document(""))
        return {pair.id: pair.kind for pair in pairs if pair.kind is not Kind.SAME}

    @property
    def deleted(self) -> list[Node]:
        """Return the clauses that the amendment deletes, in the order of the text before."""
        return [n for n in self.before.order if self.kinds.get(n.public_id) is Kind.DELETED]


def edition_of(request: PortalRequest, agency: str, number: int) -> Edition:
    """Read the edition from a page's query: `?amendment=slug`, `?on=2026-04-01`, or today's text.

    Who has no role for the agency reads what is published. Raises Http404 for what the user may not
    see and for a date that is none.
    """
    if slug := request.GET.get("amendment"):
        return Edition.of(visible_amendment(request, agency, number, slug))
    period = visible_period(request, agency, number)
    on = _date(request.GET.get("on"))
    roles = roles_of(request.user, period.agency)
    text = Text.of(Wording.objects.in_force_on(period, on, published=not roles))
    reads = not roles.isdisjoint(RESULT_READERS)
    return Edition(period, text, text, on, published=not roles, reads_results=reads)


def _date(value: str | None) -> dt.date:
    if not value:
        return timezone.localdate()
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise Http404(
            f"日付「{value[:20]}」を読み取れません。「2026-04-01」の形で指定してください。"
        ) from None
