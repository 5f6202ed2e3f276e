"""経緯 of an item: what each amendment changed in it and in its axes and indicators, who, when, why."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from evaluation.comparison.alignment import Kind
from evaluation.excerpts import shortened
from evaluation.lifespans import Lifespan, lifespans
from evaluation.models import Amendment, AmendmentReason, Clause, Wording
from evaluation.models.amendments import DRAFT_READERS
from evaluation.models.texts import NUMBERED
from evaluation.past import NAME_LENGTH
from evaluation.permissions import roles_of
from programs.models import Agency, User

CORRECTED = "正誤"
NAMES = {
    Kind.NEW: "新設",
    Kind.DELETED: "削る",
    Kind.REVISED: "改正",
    Kind.RENUMBERED: "番号変更",
    Kind.MOVED: "移動",
}


@dataclass(frozen=True)
class Change:
    """What an amendment did to one clause. `kinds`: the engine's names of it, of which a clause may
    have several; `words`: its text, or of a deleted one the text that it had."""

    clause: Clause
    kinds: tuple[Kind, ...]
    corrects: bool
    words: str
    reason: AmendmentReason | None

    @property
    def name(self) -> str:
        return f"{self.clause.get_kind_display()}「{shortened(self.words, NAME_LENGTH)}」"

    @property
    def kind_names(self) -> list[str]:
        return [*([CORRECTED] if self.corrects else []), *(NAMES[kind] for kind in self.kinds)]


@dataclass(frozen=True)
class Event:
    """One amendment in the life of an item. `drafters` and `decider` are for who reads drafts."""

    amendment: Amendment
    changes: tuple[Change, ...]
    drafters: tuple[str, ...] = ()
    decider: str = ""

    @property
    def reasons(self) -> list[AmendmentReason]:
        """Return the reasons of the changes, each once."""
        return list({c.reason.pk: c.reason for c in self.changes if c.reason}.values())


def chronicle(item: Clause, agency: Agency, reader: User | AnonymousUser) -> list[Event]:
    """Return what the amendments that a reader may see did to an item of an agency and to what hangs
    on it, the latest first, drafts before all."""
    rows = list(_wordings(item, reader))
    spans = lifespans(rows)
    by_amendment: dict[Amendment, list[Lifespan]] = defaultdict(list)
    for span in spans.values():
        by_amendment[span.wording.amendment].append(span)
    if roles_of(reader, agency).isdisjoint(DRAFT_READERS):
        drafters, deciders = {}, {}
    else:
        drafters, deciders = _drafters(spans), _deciders(by_amendment)
    events = [
        Event(
            amendment,
            tuple(_change(span) for span in sorted(several, key=lambda s: _place(item, s))),
            drafters.get(amendment.pk, ()),
            deciders.get(amendment.pk, ""),
        )
        for amendment, several in by_amendment.items()
    ]
    return sorted(events, key=_latest_first)


def _wordings(item: Clause, reader: User | AnonymousUser) -> Any:
    visible = Wording.objects.filter(amendment__in=Amendment.objects.visible_to(reader))
    below = visible.filter(parent=item).exclude(clause__kind__in=NUMBERED).values("clause")
    rows = visible.filter(Q(clause=item) | Q(clause__in=below)).placed()
    named = ("clause", "amendment__period__agency", "base", "corrects", "reason")
    return rows.select_related(*named)


def _change(span: Lifespan) -> Change:
    wording, before = span.wording, span.before
    return Change(
        clause=wording.clause,
        kinds=tuple(_kinds(wording, before)),
        corrects=wording.corrects_id is not None,
        words=before.text if wording.repealed and before else wording.text,
        reason=wording.reason,
    )


def _kinds(wording: Wording, before: Wording | None) -> Iterable[Kind]:
    """What a wording changes of the one before it, as the comparison names it."""
    if wording.repealed:
        yield Kind.DELETED
        return
    if before is None or before.repealed:
        yield Kind.NEW
        return
    if wording.text != before.text:
        yield Kind.REVISED
    if wording.label != before.label:
        yield Kind.RENUMBERED
    if (wording.parent_id, wording.rank) != (before.parent_id, before.rank):
        yield Kind.MOVED


def _place(item: Clause, span: Lifespan) -> tuple[Any, ...]:
    """The item first, then what hangs on it, in the order of the appendix."""
    order = list(Clause.Kind.values)
    clause = span.wording.clause
    return clause.pk != item.pk, order.index(clause.kind), span.wording.rank


def _latest_first(event: Event) -> tuple[int, ...]:
    return (event.amendment.is_decided, -(event.amendment.sequence or 0), -event.amendment.pk)


def _drafters(spans: dict[int, Lifespan]) -> dict[int, tuple[str, ...]]:
    """Return by amendment who wrote these wordings, in the order in which they began."""
    rows = Wording.history.filter(id__in=spans).order_by("history_date", "history_id")
    names: dict[int, dict[str, None]] = defaultdict(dict)
    for amendment, name in rows.values_list("amendment_id", "actor_name"):
        if name:
            names[amendment][name] = None
    return {amendment: tuple(found) for amendment, found in names.items()}


def _deciders(amendments: Iterable[Amendment]) -> dict[int, str]:
    """Return by amendment who recorded its decision."""
    ids = [amendment.pk for amendment in amendments]
    rows = Amendment.history.filter(id__in=ids, state=Amendment.State.DECIDED)
    found: dict[int, str] = {}
    for pk, name in rows.order_by("history_date", "history_id").values_list("id", "actor_name"):
        found.setdefault(pk, name)
    return found
