"""The years of items that a person is to enter, correct or check, per role."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from evaluation.models import (
    Admission,
    IndicatorValue,
    ItemYear,
    YearClosing,
    YearlyResult,
)
from evaluation.valuing import clause_name, heads_of, name_of, year_name
from evaluation.waiting.last_year import of_last_year
from evaluation.waiting.tasks import Waiting, What
from programs.models import Role, User

State = ItemYear.State
R = Role.Kind


def of_results(
    user: User, roles: Mapping[int, set[str]], only: Collection[What] = tuple(What)
) -> Iterator[Waiting]:
    """Yield what waits for a user with these roles by agency; of the last year that ended, one of `only`.
    Of items without a person, it waits for everybody of the agency."""
    entering = [agency for agency, held in roles.items() if R.AGENCY in held]
    checking = [agency for agency, held in roles.items() if R.ASSESSOR in held]
    if not entering and not checking:
        return
    yield from of_last_year(entering, checking, only)
    rows = list(_open_years(user, entering, checking))
    heads = heads_of({row.item_id for row in rows}) if rows else {}
    names = {pk: head.text for pk, head in heads.items()}
    grouped: defaultdict[tuple[What, int, int], list[ItemYear]] = defaultdict(list)
    for row in rows:
        if row.state == State.RETURNED:
            yield _waiting(What.CORRECT, [row], names, row.words)
        else:
            what = What.CHECK if row.state == State.SUBMITTED else What.ENTER
            grouped[what, row.item.period_id, row.fiscal_year].append(row)
    for (what, _, _), found in grouped.items():
        yield _waiting(what, found, names)
    yield from _admitted(user, entering)


def _open_years(
    user: User, entering: Collection[int], checking: Collection[int]
) -> QuerySet[ItemYear]:
    """Return the years of items that wait for a user, each with since when (`since`): of a closed year
    what was given back, and what is to be checked."""
    closings = YearClosing.objects.filter(
        period=OuterRef("item__period"), fiscal_year=OuterRef("fiscal_year")
    )
    enterable = Q(state=State.RETURNED) | Q(~Exists(closings), state=State.ENTERING)
    mine = enterable & Q(item__period__agency__in=entering)
    mine &= Q(person=user) | Q(person__isnull=True)
    theirs = Q(item__period__agency__in=checking, state=State.SUBMITTED)
    steps = ItemYear.history.filter(id=OuterRef("pk")).order_by("-history_date", "-history_id")
    rows = ItemYear.objects.filter(mine | theirs).annotate(since=steps.values("history_date")[:1])
    return rows.select_related("item__period__agency").order_by("fiscal_year", "pk")


def _waiting(
    what: What, rows: list[ItemYear], names: Mapping[int, str], words: str = ""
) -> Waiting:
    """Return one thing to do for items of one year: at the item's page, or at the year's for several."""
    first, period = rows[0], rows[0].item.period
    year = [period.agency.code, period.number, first.fiscal_year]
    name = f"{year_name(first.fiscal_year)}：{names.get(first.item_id, str(first.item))}"
    if len(rows) == 1:
        link = reverse("item_year", args=[*year, first.item.public_id])
    else:
        name += f"（ほか{len(rows) - 1}項目）"
        link = reverse("result_year", args=year) + "?only=mine"
    since = min(_since(row) for row in rows)
    due = min((row.due_on for row in rows if row.due_on), default=None)
    return Waiting(what, name, period, link, since, words, None if what is What.CHECK else due)


def _since(row: ItemYear) -> dt.datetime:
    return row.since or timezone.now()  # type: ignore[attr-defined]  # by `_open_years`


def _admitted(user: User, agencies: Collection[int]) -> Iterator[Waiting]:
    """Yield the values and yearly texts of closed years that a user may still change, and has not since
    they may."""
    since: dict[str, Any] = {
        "fiscal_year": OuterRef("fiscal_year"),
        "entered_by": user,
        "entered_at__gte": OuterRef("given_at"),
    }
    values = IndicatorValue.objects.filter(measure=OuterRef("measure"), **since)
    texts = YearlyResult.objects.filter(indicator=OuterRef("indicator"), **since)
    rows = Admission.objects.filter(
        ~Exists(values),
        Q(measure__isnull=False) | ~Exists(texts),
        user=user,
        until__gt=timezone.now(),
        indicator__period__agency__in=agencies,
    )
    for row in rows.select_related("indicator__period__agency", "measure__indicator"):
        indicator = row.indicator
        name = name_of(row.measure) if row.measure else clause_name(indicator)
        place = [indicator.period.agency.code, indicator.period.number, indicator.public_id]
        yield Waiting(
            What.CHANGE,
            f"{year_name(row.fiscal_year)}：{name}",
            indicator.period,
            reverse("indicator", args=place),
            row.given_at,
            row.reason,
            timezone.localdate(row.until),
        )
