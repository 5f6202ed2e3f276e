"""From when to when each wording of a clause applies, as its reader may know."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils import timezone

from evaluation.eras import FIRST_YEAR, LAST_YEAR, written
from evaluation.models import Amendment, Wording

ONE_DAY = dt.timedelta(days=1)
# A moment of Asia/Tokyo as an address writes it: 「2026-02-01T10:00」, also with seconds.
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?"


@dataclass(frozen=True)
class Lifespan:
    """A wording, the one that it changes (`before`), and the days on which it applies.

    `first` is null of a draft, `end`, the day on which it no longer applies, of what has no end yet.
    `corrected` is the correction (正誤) that replaces it.
    """

    wording: Wording
    before: Wording | None
    first: dt.date | None = None
    end: dt.date | None = None
    corrected: Amendment | None = None

    @property
    def is_current(self) -> bool:
        today = timezone.localdate()
        applies = self.first is not None and self.first <= today
        return applies and not self.corrected and (self.end is None or today < self.end)

    @property
    def words(self) -> str:
        """Say for a person when it applies: 「現行（令和8年1月28日から）」."""
        if self.first is None:
            return f"変更案（{self.wording.amendment.slug}）"
        if self.corrected:
            assert self.corrected.recorded_at
            day = timezone.localtime(self.corrected.recorded_at).date()
            return f"正誤の前（{written(day)}に正された）"
        if self.end == self.first:
            return f"{written(self.first)}のうちに改められた"
        days = f"{written(self.first)}から"
        if self.end:
            days += f"{written(self.end - ONE_DAY)}まで"
        if self.is_current:
            return f"現行（{days}）"
        return f"適用前（{days}）" if self.first > timezone.localdate() else f"過去（{days}）"

    @property
    def query(self) -> dict[str, str]:
        """Return what an address asks for to show a text that has it; nothing for today's text."""
        amendment = self.wording.amendment
        if self.first is None or self.end == self.first:
            return {"amendment": amendment.slug}
        if self.corrected:
            assert amendment.recorded_at
            return {"on": str(self.first), "known": known_by(amendment.recorded_at)}
        return {} if self.is_current else {"on": str(self.first)}


def known_by(moment: dt.datetime) -> str:
    """Return a moment to the second, as an address writes it, not before it: Asia/Tokyo."""
    local = timezone.localtime(moment)
    if local.microsecond:
        local = local.replace(microsecond=0) + dt.timedelta(seconds=1)
    return f"{local:%Y-%m-%dT%H:%M:%S}"


def read_moment(written: str) -> dt.datetime:
    """Return the moment that a text of the form `MOMENT` means. Raises ValueError for one that there is
    not, and for years that nobody means: databases do not know all of them."""
    moment = dt.datetime.fromisoformat(written)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"year {moment.year}")
    return timezone.make_aware(moment)


def lifespans(wordings: Iterable[Wording]) -> dict[int, Lifespan]:
    """Return by primary key the lifespans of wordings, all those of their clauses that a reader may
    know: rows of `placed`, with their amendments. Drafts change what was decided last."""
    by_clause: dict[int, list[Any]] = defaultdict(list)
    for wording in wordings:
        by_clause[wording.clause_id].append(wording)
    found: dict[int, Lifespan] = {}
    for rows in by_clause.values():
        decided = sorted(
            (row for row in rows if row.stands), key=lambda row: (row.place, row.amendment.sequence)
        )
        found |= _decided(decided)
        head = decided[-1] if decided else None
        found |= {row.pk: Lifespan(row, row.base or head) for row in rows if not row.stands}
    return found


def _decided(rows: list[Any]) -> dict[int, Lifespan]:
    """Rows of the same place are corrected one by the next; the last of each place stands."""
    corrected = {a.pk: b.amendment for a, b in pairwise(rows) if a.place == b.place}
    standing = [row for row in rows if row.pk not in corrected]
    ends = {a.pk: b.from_date for a, b in pairwise(standing)}
    befores = dict(zip((row.pk for row in rows[1:]), rows, strict=False))
    return {
        row.pk: Lifespan(
            row, befores.get(row.pk), row.from_date, ends.get(row.pk), corrected.get(row.pk)
        )
        for row in rows
    }
