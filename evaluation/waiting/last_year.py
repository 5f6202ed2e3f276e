"""What the evaluation of a year still asks for: its items shared out, the agency's own grades, then the
minister's."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import cache

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from evaluation.deadlines import report_due
from evaluation.eras import fiscal_year_of
from evaluation.grading import KINDS_IN_WORDS, Gradebook, kinds_due
from evaluation.grading.gradebook import OVERALL, WHOLE
from evaluation.models import IndicatorMeasure, ObjectivePeriod, Rating, YearClosing
from evaluation.progress import Progress
from evaluation.valuing import heads_of, year_name
from evaluation.waiting.tasks import Waiting, What

Side = Rating.Side


def of_last_year(
    entering: Collection[int], grading: Collection[int], only: Collection[What]
) -> Iterator[Waiting]:
    """Yield what waits for everybody who enters, or grades, the results of these agencies, and is one of
    `only`. A period's book, a dozen queries, is read only where something may be open."""
    year = fiscal_year_of(timezone.localdate()) - 1
    begun = list(_begun(entering, year)) if entering else []
    finished = _finished(begun, year) if What.GRADE_ITSELF in only else set()
    for period in begun:
        due = kinds_due(period, year) if What.GRADE_ITSELF in only else []
        kinds = [kind for kind in due if (period.pk, kind) not in finished]
        is_closed = period.is_closed  # type: ignore[attr-defined]  # by `_begun`
        assigning = What.ASSIGN in only and not is_closed
        if not kinds and not assigning:
            continue
        book = Gradebook.of(period)
        if assigning:
            yield from _unassigned(book, year)
        for kind in kinds:
            yield from _unwritten(book, year, kind)
    if grading and What.GRADE in only:
        yield from _ungraded(grading)


def _begun(agencies: Collection[int], ended: int) -> QuerySet[ObjectivePeriod]:
    """Return the periods with measures to which a year belongs, each with whether that is closed
    (`is_closed`)."""
    closings = YearClosing.objects.filter(period=OuterRef("pk"), fiscal_year=ended)
    periods = ObjectivePeriod.objects.filter(
        Exists(IndicatorMeasure.objects.filter(indicator__period=OuterRef("pk"))),
        agency__in=agencies,
        first_fiscal_year__lte=ended,
        last_fiscal_year__gte=ended,
    )
    return periods.annotate(is_closed=Exists(closings)).select_related("agency")


def _finished(periods: Collection[ObjectivePeriod], year: int) -> set[tuple[int, str]]:
    """Return the evaluations of a year, period and kind, with an issued overall grade: the agency's own
    stands on those of all items, the minister's on what the agency had graded itself (one query)."""
    overall = Rating.objects.filter(item=None, fiscal_year=year, stage=Rating.Stage.ISSUED)
    return set(overall.filter(period__in=periods).values_list("period", "kind"))


def _unassigned(book: Gradebook, year: int) -> Iterator[Waiting]:
    """Yield the items of an open year of which nobody has said yet who enters them."""
    period, progress = book.figures.period, Progress.of(book.figures)
    names = [one.item.text for one in progress.year(year) if one.row is None]
    if names:
        link = reverse("year_people", args=[period.agency.code, period.number, year])
        yield Waiting(What.ASSIGN, _named(year_name(year), names), period, link, _ended(year))


def _unwritten(book: Gradebook, year: int, kind: str) -> Iterator[Waiting]:
    """Yield the items of a year that the agency has not graded itself yet, due on the day of the law."""
    period = book.figures.period
    nodes = [node for node in book.graded(year) if not book.is_issued(node, year, kind, Side.SELF)]
    if nodes:
        ids = [node.public_id for node in nodes]
        title = _named(f"{year_name(year)} {KINDS_IN_WORDS[kind]}", [node.text for node in nodes])
        link = _link(period, year, kind, ids, Side.SELF)
        due = report_due(year)
        yield Waiting(What.GRADE_ITSELF, title, period, link, _ended(year), due_on=due)


def _ungraded(agencies: Collection[int]) -> Iterator[Waiting]:
    """Yield what the minister has not graded yet, whenever it was: the items that the agency has graded
    itself; once those of all items are issued, the overall grade."""
    found = _of_items(agencies)
    heads = heads_of({row.item_id for rows in found.values() for row in rows if row.item_id})
    book_of = cache(Gradebook.of)  # of a period, whatever the number of its years
    for (period, year, kind), rows in found.items():
        theirs = {row.item_id for row in rows if row.side == Side.MINISTER}
        own = [row for row in rows if row.item_id not in theirs]
        title = f"{year_name(year)} {KINDS_IN_WORDS[kind]}"
        if own:
            title = _named(title, [heads[row.item_id].text for row in own if row.item_id])
            ids = [row.item.public_id for row in own if row.item]
            since = min(row.written_at for row in own)
        elif book_of(period).drafts_of(year, kind) == [OVERALL]:
            title, ids = _named(title, [OVERALL]), [WHOLE]
            since = max(row.written_at for row in rows)
        else:
            continue
        link = _link(period, year, kind, ids, Side.MINISTER)
        yield Waiting(What.GRADE, title, period, link, since)


def _of_items(agencies: Collection[int]) -> Mapping[tuple[ObjectivePeriod, int, str], list[Rating]]:
    """Return the issued grades of items, of both sides, by period, year and evaluation; none of an
    evaluation that is finished by the minister's overall grade."""
    issued = Rating.objects.filter(stage=Rating.Stage.ISSUED, period__agency__in=agencies)
    same = {name: OuterRef(name) for name in ("period", "fiscal_year", "kind")}
    overall = issued.filter(item=None, side=Side.MINISTER, **same)
    rows = issued.filter(~Exists(overall), item__isnull=False)
    found = defaultdict(list)
    for row in rows.select_related("period__agency", "item").order_by("pk"):
        found[row.period, row.fiscal_year, row.kind].append(row)
    return found


def _named(place: str, names: list[str]) -> str:
    others = f"（ほか{len(names) - 1}項目）" if len(names) > 1 else ""
    return f"{place}：{names[0]}{others}"


def _link(period: ObjectivePeriod, year: int, kind: str, ids: list[str], side: str) -> str:
    """Return the address of the one grade that is to be written, or of the year's checks for several."""
    place = [period.agency.code, period.number]
    if len(ids) == 1:
        return reverse("grade", args=[*place, ids[0], year, kind, side])
    return reverse("grade_checks", args=[*place, year])


def _ended(year: int) -> dt.datetime:
    return dt.datetime(year + 1, 4, 1, tzinfo=timezone.get_current_timezone())
