"""What happened: the histories of every object and the access log, as one list for auditors.

`found` asks the database for which rows they are, over all histories at once; `entries` reads a page
of them. An auditor sees what belongs to its agencies, also where the parent is gone: belonging is
read from the histories as well.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import F, IntegerField, OuterRef, Q, Subquery, Value
from django.urls import reverse
from django.utils import timezone

from evaluation.comparison.elision import cells
from evaluation.comparison.marking import mark
from evaluation.comparison.rows import Cell, Run
from evaluation.models import Amendment, Clause, Marking, Wording
from evaluation.past import (
    Past,
    Underlined,
    history_of,
    pk_of,
    references,
    said,
    tracked_models,
    way,
    ways_by_choice,
)
from programs.models import AccessRecord, Agency, Program, Role, User

SYSTEM = "システム"
ACTS = {"+": "作成", "~": "変更", "-": "削除"}
SIDES = {"old_spans": "old", "new_spans": "new"}  # of a marking: told in words
ACCESS = -1  # the source of a row of the access log; those of the histories count from 0
ALARMING = {
    AccessRecord.Kind.REFUSED,
    AccessRecord.Kind.SIGN_IN_FAILED,
    AccessRecord.Kind.LOCKED_OUT,
}
Found = tuple[int, int, dt.datetime]  # source, key of the row, moment


# --- Asking ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Search:
    """What an auditor looks for among the agencies with these ids. Empty fields ask nothing.

    `kind` is a model's name or a kind of access record, `until` the last day that counts. `subject`, a
    model's name and an id, asks for an object and what belongs to it, `item` for a chapter or item
    with the paragraphs, axes and indicators that it ever had. Neither finds what the amendments with
    the ids in `hidden` say of them: that there is something would tell what these change.
    """

    agencies: tuple[int, ...]
    person: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    kind: str = ""
    subject: tuple[str, int] | None = None
    amendment: int | None = None
    item: int | None = None
    hidden: tuple[int, ...] = ()

    @property
    def asks_below_amendments(self) -> bool:
        """Tell whether rows are asked for by what amendments say, not by amendments themselves."""
        return self.item is not None or (
            self.subject is not None and self.subject[0] != "amendment"
        )


def found(search: Search) -> models.QuerySet[Any, Any]:
    """Return source, key and moment of what happened, newest first, to be counted and sliced."""
    branches = [
        _branch(source, history_of(model).filter(asked), "history_id", "history_date", search)
        for source, (name, model) in enumerate(tracked_models().items())
        if (asked := _asked(name, model, search)) is not None
    ]
    if search.kind not in tracked_models() and search.subject is None and search.item is None:
        records = AccessRecord.objects.filter(_access(search)).order_by()
        branches.append(_branch(ACCESS, records, "pk", "at", search))
    if not branches:
        branches.append(_branch(ACCESS, AccessRecord.objects.none(), "pk", "at", search))
    first, *rest = branches
    rows = first.union(*rest, all=True) if rest else first
    return rows.order_by("-moment", "-branch", "-row")


def _branch(
    source: int, rows: models.QuerySet[Any], key: str, moment: str, search: Search
) -> models.QuerySet[Any, Any]:
    if search.person == SYSTEM:
        rows = rows.filter(actor_name="")
    elif search.person:
        rows = rows.filter(actor_name__icontains=search.person)
    if search.since:
        rows = rows.filter(**{f"{moment}__gte": _midnight(search.since)})
    if search.until:
        rows = rows.filter(**{f"{moment}__lt": _midnight(search.until + dt.timedelta(days=1))})
    named = rows.annotate(branch=Value(source, IntegerField()), row=F(key), moment=F(moment))
    return named.values_list("branch", "row", "moment")


def _asked(name: str, model: type[models.Model], search: Search) -> Q | None:
    """Return which rows of a model's history are asked for; None for none."""
    if search.kind not in ("", name):
        return None
    asked = of_agencies(model, search.agencies)
    for target, ids in _owners_asked(search):
        of_target = belonging(model, target, ids, by_choice=target is Clause)
        if of_target is None:
            return None
        asked &= of_target
    if search.hidden and search.asks_below_amendments:
        of_hidden = belonging(model, Amendment, search.hidden)
        asked &= ~of_hidden if of_hidden is not None else Q()
    return asked


def _owners_asked(search: Search) -> Iterator[tuple[type[models.Model], list[int]]]:
    """Yield to which objects rows must belong."""
    if search.amendment is not None:
        yield Amendment, [search.amendment]
    if search.subject:
        yield tracked_models()[search.subject[0]], [search.subject[1]]
    if search.item is not None:
        below: Any = history_of(Wording).filter(parent_id=search.item)
        below = below.exclude(amendment_id__in=search.hidden)
        yield Clause, [search.item, *below.values_list("clause_id", flat=True).distinct()]


def of_agencies(model: type[models.Model], agencies: Sequence[int]) -> Q:
    """Rows that belong to agencies; people do as long as they ever had a role there."""
    if model is User:
        return pk_of(User, _people(agencies))
    of_agency = belonging(model, Agency, agencies)
    assert of_agency is not None, f"{model} belongs to no agency"
    return of_agency


def belonging(
    model: type[models.Model], target: type[models.Model], ids: Any, *, by_choice: bool = False
) -> Q | None:
    """Rows that belong to objects of another model, by the histories; None where none can. Also those that
    could do without one, `by_choice`."""
    chain = way(model, target)
    chains = ways_by_choice(model, target) if chain is None and by_choice else [chain]
    found = [_along(one, target, ids) for one in chains if one is not None]
    return reduce(or_, found) if found else None


def _along(chain: tuple[Any, ...], target: type[models.Model], ids: Any) -> Q:
    asked = pk_of(target, ids)
    for key in reversed(chain):
        parents = history_of(key.related_model).filter(asked).values(key.target_field.attname)
        asked = Q(**{f"{key.attname}__in": parents})
    return asked


def _people(agencies: Sequence[int]) -> models.QuerySet[Any, Any]:
    return history_of(Role).filter(agency__in=agencies).values("user_id")


def _access(search: Search) -> Q:
    """Records of the agencies and of their people; failed sign-ins also of names nobody has."""
    known = history_of(User).values("username")
    theirs = history_of(User).filter(pk_of(User, _people(search.agencies))).values("username")
    typed = Q(actor_name__in=theirs) | ~Q(actor_name__in=known)
    somebody = Q(user__in=_people(search.agencies)) | (Q(user__isnull=True) & typed)
    asked = Q(agency__in=search.agencies) | (Q(agency__isnull=True) & somebody)
    if search.kind:
        asked &= Q(kind=search.kind)
    if search.amendment is not None:
        asked &= _pages_of(search.amendment)
    return asked


def _pages_of(amendment_id: int) -> Q:
    """Records of an amendment's pages, by all addresses that it has had, and readings of its text."""
    past = Past([(Amendment, amendment_id)])
    rows = history_of(Amendment).filter(id=amendment_id)
    pages = Q(pk__in=[])
    for row in rows:
        amendment: Any = past.object_of(row)
        pages |= Q(path__startswith=_address(amendment))
        pages |= Q(detail=f"{amendment.period}「{amendment}」", agency=amendment.period.agency_id)
    return pages


def _address(amendment: Amendment) -> str:
    period = amendment.period
    return reverse("amendment", args=[period.agency.code, period.number, amendment.slug])


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


# --- Reading --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Change:
    """One field before and after, in words; "" = empty. `prose`: a text whose changes are marked."""

    label: str
    old: str
    new: str
    prose: bool = False

    @property
    def sides(self) -> tuple[Cell, Cell]:
        """Return the old words and the new ones as runs, changes of a text marked."""
        if self.prose and self.old and self.new:
            return cells(self.old, self.new, mark(self.old, self.new), elide=False)
        return _plain(self.old), _plain(self.new)


@dataclass(frozen=True)
class Entry:
    """What one person did at one moment, in words.

    `compared`: there are old values and new ones, also of a new wording that changes a decided one.
    `subject` ("wording-12") finds all of the same object. `amendment` and `program` are the names of
    then; `amendment_page` and `program_page` the objects of today, None where they are gone.
    """

    moment: dt.datetime
    actor: str
    act: str
    kind: str
    name: str
    reason: str = ""
    changes: tuple[Change, ...] = ()
    compared: bool = False
    subject: str = ""
    agency: str = ""
    amendment: str = ""
    amendment_page: Amendment | None = None
    program: str = ""
    program_page: Program | None = None
    path: str = ""
    alarming: bool = False
    withheld: bool = False

    @property
    def day(self) -> dt.date:
        return timezone.localtime(self.moment).date()


def entries(rows: Iterable[Found], hidden: Iterable[int] = ()) -> list[Entry]:
    """Return what rows of `found` tell, in their order; no name is made of the texts of the amendments
    with the ids in `hidden` (`evaluation.withholding` takes their own entries apart)."""
    rows = list(rows)
    by_source: dict[int, list[int]] = defaultdict(list)
    for source, key, _ in rows:
        by_source[source].append(key)
    records = AccessRecord.objects.select_related("agency").in_bulk(by_source.pop(ACCESS, []))
    reader = _Reader(by_source, hidden)
    return [
        _access_entry(records[key]) if source == ACCESS else reader.entry(source, key)
        for source, key, _ in rows
    ]


def _access_entry(record: AccessRecord) -> Entry:
    return Entry(
        moment=record.at,
        actor=record.actor_name or SYSTEM,
        act=record.get_kind_display(),
        kind=str(AccessRecord._meta.verbose_name),
        name="",
        reason=record.detail,
        agency=record.agency.short_name if record.agency else "",
        path=record.path,
        alarming=record.kind in ALARMING,
    )


class _Reader:
    """Rows of several histories, each with the one before it and all that they name."""

    def __init__(self, keys: dict[int, list[int]], hidden: Iterable[int]) -> None:
        every = list(tracked_models().values())
        self.rows: dict[tuple[int, int], Any] = {}
        self.before: dict[tuple[int, int], Any] = {}
        for source, ids in keys.items():
            self._load(source, every[source], ids)
        self._compare_with_bases()
        told = [*self.rows.values(), *self.before.values()]
        named = {key for row in told for key in references(row, _keys(row))}
        named |= {(Clause, row.id) for row in told if row.instance_type is Clause}  # for its words
        self.past = Past(named, hidden)
        self.underlined = Underlined(told)
        self.amendments = Amendment.objects.select_related("period__agency").in_bulk(
            self._owners(Amendment)
        )
        self.programs = Program.objects.select_related("agency").in_bulk(self._owners(Program))

    def _load(self, source: int, model: type[models.Model], ids: list[int]) -> None:
        pk = model._meta.pk.attname
        same = Q(history_date=OuterRef("history_date"), history_id__lt=OuterRef("history_id"))
        earlier = history_of(model).filter(
            Q(history_date__lt=OuterRef("history_date")) | same, **{pk: OuterRef(pk)}
        )
        last = earlier.order_by("-history_date", "-history_id").values("history_id")[:1]
        rows = history_of(model).filter(history_id__in=ids).annotate(last=Subquery(last))
        found = {row.history_id: row for row in rows}
        changed = {key: row for key, row in found.items() if row.history_type == "~" and row.last}
        before = history_of(model).in_bulk({row.last for row in changed.values()})
        self.rows |= {(source, key): row for key, row in found.items()}
        self.before |= {(source, key): before[row.last] for key, row in changed.items()}

    def _compare_with_bases(self) -> None:
        """The first wording of a clause in a draft changes the text that stood: tell that one too."""
        new = {
            key: row
            for key, row in self.rows.items()
            if row.instance_type is Wording and row.history_type == "+" and row.base_id
        }
        rows: Any = history_of(Wording).filter(id__in={row.base_id for row in new.values()})
        bases = {row.id: row for row in rows.latest_of_each()}
        self.before |= {key: bases[row.base_id] for key, row in new.items() if row.base_id in bases}

    def _owners(self, target: type[models.Model]) -> set[Any]:
        owners = [self._owner(row, target) for row in self.rows.values()]
        return {owner.pk for owner in owners if owner is not None}

    def _owner(self, row: Any, target: type[models.Model]) -> Any:
        """Return what the row's object belonged to, as it was then; None for nothing."""
        chain, owner = way(row.instance_type, target), self.past.object_of(row)
        if chain is None or owner is None:
            return None
        for key in chain:
            owner = getattr(owner, key.name)
        return owner

    def entry(self, source: int, key: int) -> Entry:
        row, before = self.rows[source, key], self.before.get((source, key))
        model, moment = row.instance_type, row.history_date
        pk = getattr(row, model._meta.pk.attname)
        amendment, program = self._owner(row, Amendment), self._owner(row, Program)
        agency = self._owner(row, Agency)
        return Entry(
            moment=moment,
            actor=row.actor_name or SYSTEM,
            act=ACTS[row.history_type],
            kind=str(model._meta.verbose_name),
            name=self.past.name(self.past.object_of(row), moment),
            reason=row.history_change_reason or "",
            changes=tuple(self._changes(row, before)),
            compared=row.history_type == "~" or before is not None,
            subject=f"{model._meta.model_name}-{pk}",
            agency=agency.short_name if agency else "",
            amendment=str(amendment or ""),
            amendment_page=self.amendments.get(amendment.pk) if amendment else None,
            program=str(program or ""),
            program_page=self.programs.get(program.pk) if program else None,
        )

    def _changes(self, row: Any, before: Any) -> Iterable[Change]:
        """Yield the fields that differ: of a creation all that are filled, of a deletion all that were."""
        old_row = row if row.history_type == "-" else before
        new_row = None if row.history_type == "-" else row
        for field in row.tracked_fields:
            if field.primary_key:
                continue
            old, new = (r and getattr(r, field.attname) for r in (old_row, new_row))
            words = self._words(field, old, old_row), self._words(field, new, new_row)
            if old != new and words != ("", ""):
                yield Change(field.verbose_name, *words, isinstance(field, models.TextField))

    def _words(self, field: Any, value: Any, row: Any) -> str:
        """Return a field's value as a person reads it; "" for an empty one."""
        if value is None or value == "":
            return ""
        if row.instance_type is Marking and field.name in SIDES:
            return self.underlined.words(row, SIDES[field.name])
        if isinstance(field, models.ForeignKey):
            moment = row.history_date
            return self.past.name(self.past.at(field.related_model, value, moment), moment)
        if field.choices:
            return str(dict(field.flatchoices).get(value, value))
        return said(value)


def _keys(row: Any) -> list[Any]:
    return [field for field in row.tracked_fields if isinstance(field, models.ForeignKey)]


def _plain(text: str) -> Cell:
    return (Run(text),) if text else ()
