"""Any two versions of a text: which one an address or a command means, its name, and its text."""

import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.utils import timezone

from evaluation.comparison.rows import NATIONAL, Settings, Table
from evaluation.comparison.table import compare
from evaluation.documents.hand import Hand
from evaluation.documents.origins import joined, own_successions
from evaluation.eras import written
from evaluation.lifespans import MOMENT, read_moment
from evaluation.models import (
    Amendment,
    Clause,
    ItemProgram,
    ObjectivePeriod,
    Succession,
    Wording,
)
from evaluation.models.amendments import DRAFT_READERS
from evaluation.models.standing import DECIDED, newest
from evaluation.models.texts import Text, texts_around
from evaluation.permissions import roles_of
from programs.access import Hidden
from programs.models import Program, Role, User

Reader = User | AnonymousUser | None  # None: the command line, which reads everything

EXPECTED = (
    "版は、「on:2026-04-01」（その日に適用される本文）、「on:2026-04-01@2026-05-01T00:00」"
    "（その日時までに登録されたもの）、「with:識別名」（変更を反映した本文）、"
    "「before:識別名」（変更前の本文）、「with:識別名@3」（控えの第3版のとき）、"
    "「with:識別名@2026-02-01T10:00」（その日時のとき）の形で指定してください。"
)
UNREADABLE = "unreadable"  # the code of an error that names the forms expected
_SPEC = re.compile(
    rf"on:(?P<day>\d{{4}}-\d\d-\d\d)(?:@(?P<known>{MOMENT}))?"
    r"|(?P<side>with|before):(?P<slug>[-\w]+)"
    rf"(?:@(?:(?P<number>\d{{1,6}})|(?P<moment>{MOMENT})))?",
    re.ASCII,
)
NO_SUCH = "この変更は、登録されていないか、見る権限がありません。"


@dataclass(frozen=True)
class Version:
    """One version of a period's text.

    Of `day`, as known at `moment` where one is given; or of `amendment`: with it or, if `before`, the
    text that it changes, as it stood at `moment`, which may be that of the snapshot `number`.
    """

    spec: str
    period: ObjectivePeriod
    day: dt.date | None = None
    published: bool = False
    amendment: Amendment | None = None
    before: bool = False
    moment: dt.datetime | None = None
    number: int | None = None

    @classmethod
    def parse(cls, spec: str, period: ObjectivePeriod, reader: Reader) -> "Version":
        """Return what a text like 「with:2026-01-28@3」 means to a reader.

        Raises ValidationError naming the forms expected, and Hidden for what the reader may not see.
        """
        found = _SPEC.fullmatch(spec.strip())
        if found is None:
            raise ValidationError(f"「{spec[:60]}」を読み取れません。{EXPECTED}", UNREADABLE)
        if found["day"]:
            published = reader is not None and not roles_of(reader, period.agency)
            known = _moment(found["known"]) if found["known"] else None
            return cls(spec, period, day=_day(found["day"]), moment=known, published=published)
        amendment = _amendment(found["slug"], period, reader)
        version = cls(spec, period, amendment=amendment, before=found["side"] == "before")
        if found["number"]:
            number = int(found["number"])
            version = replace(version, moment=_taken_at(amendment, number), number=number)
        elif found["moment"]:
            version = replace(version, moment=_moment(found["moment"]))
        return version._checked(reader)

    def _checked(self, reader: Reader) -> "Version":
        """Raise Hidden for the state of a draft that the reader may not see."""
        moment, amendment = self.moment, self.amendment
        if moment is None or amendment is None:
            return self
        if self.before:
            words = f"「{self.spec}」：変更前の本文には、版や日時を付けられません。"
            raise ValidationError(f"{words}{EXPECTED}", UNREADABLE)
        if amendment.recorded_at and amendment.recorded_at <= moment:
            return replace(self, moment=None)  # decided by then, and for ever the same
        roles = None if reader is None else roles_of(reader, amendment.period.agency)
        if not reads_draft_at(roles, amendment, moment):
            raise Hidden(NO_SUCH)
        return self

    @property
    def name(self) -> str:
        """Return what heads its column: 「令和8年4月1日現在」, 「変更案（2026-01-28）第3版」."""
        return self._called(f"（{self.amendment.slug}）" if self.amendment else "")

    @property
    def title(self) -> str:
        """Return what heads a page of it, with the title of its amendment: 「変更案「…」第3版」."""
        return self._called(f"「{self.amendment.title}」" if self.amendment else "")

    def _called(self, amendment: str) -> str:
        if self.day and self.moment:
            known = timezone.localtime(self.moment)
            return f"{written(self.day)}現在（{written(known.date())}{known:%H:%M}までの登録）"
        if self.day:
            return f"{written(self.day)}現在"
        assert self.amendment
        if self.before:
            return f"変更前{amendment}"
        if self.amendment.kind == Amendment.Kind.BASELINE:
            return "登録の起点"
        if self.moment is None:
            return f"{'変更後' if self.amendment.is_decided else '変更案'}{amendment}"
        if self.number:
            return f"変更案{amendment}第{self.number}版"
        local = timezone.localtime(self.moment)
        return f"変更案{amendment}{written(local.date())}{local:%H:%M}現在"

    def _text_of_day(self) -> Text:
        assert self.day
        rows = Wording.objects.in_force_on(
            self.period, self.day, self.moment, published=self.published
        )
        text = Text.of(rows)
        if not text.order:
            raise ValidationError(f"「{self.name}」：この日の本文は登録されていません。")
        return text

    @property
    def is_draft(self) -> bool:
        """Whether it shows what was not decided."""
        undecided = self.amendment is not None and not self.amendment.is_decided
        earlier = self.moment is not None and self.day is None
        return (undecided and not self.before) or earlier

    def text(self) -> Text:
        """Return the text itself. Raises ValidationError for a moment before the draft began, and for
        a day of which no text is registered."""
        if self.amendment is None:
            return self._text_of_day()
        if self.moment is None:
            return texts_around(self.amendment)[0 if self.before else 1]
        return text_at(self.amendment, self.moment)


def compare_texts(
    old: Version, new: Version, before: Text, after: Text, settings: Settings = NATIONAL
) -> Table:
    """Return the table of what the new version changes in the old one, whose texts are given; its
    columns are their names."""
    title = new.period.title
    settings = replace(settings, heading="新旧対照表", columns=(new.name, old.name))
    drawn = Hand.of(new.amendment, before, after).marks if new.amendment else {}
    successions = joined(_own_successions(new))
    texts = before.document(title), after.document(title)
    return compare(*texts, settings, drawn, successions=successions)


def _own_successions(version: Version) -> list[Succession]:
    """Return what the version's amendment says of origins, or said at the moment that is shown."""
    if version.amendment is None:
        return []
    if version.moment is None:
        return own_successions(version.amendment)
    return _own_successions_at(version.amendment, version.moment)


# --- A draft as it stood --------------------------------------------------------------------------
def reads_draft_at(roles: set[str] | None, amendment: Amendment, moment: dt.datetime) -> bool:
    """Tell whether a reader with these roles (None: the command line) may see how a draft stood at a
    moment: who reads drafts, any; the agency those since it was shared, while it is not decided."""
    if roles is None or not roles.isdisjoint(DRAFT_READERS):
        return True
    shared = amendment.shared_at is not None and amendment.shared_at <= moment
    return shared and not amendment.is_decided and Role.Kind.AGENCY in roles


def text_at(amendment: Amendment, moment: dt.datetime) -> Text:
    """Return the text with a draft as `texts_at` does."""
    return texts_at(amendment, moment)[1]


def texts_at(amendment: Amendment, moment: dt.datetime) -> tuple[Text, Text]:
    """Return the text that a draft changed and the text with it as both stood at a moment, from what
    was decided and recorded by then and from the audit history of the draft's wordings.

    Raises ValidationError for a moment before the draft began.
    """
    if not Amendment.history.filter(id=amendment.pk, history_date__lte=moment).exists():
        when = f"{written(timezone.localtime(moment).date())} {timezone.localtime(moment):%H:%M}"
        raise ValidationError(f"「{amendment}」は、{when}にはまだありませんでした。")
    decided = Wording.objects.placed().filter(
        DECIDED, amendment__period=amendment.period_id, amendment__recorded_at__lte=moment
    )
    standing = list(newest(decided, "clause"))
    return Text.of(standing), Text.of([*standing, *_drafted(amendment, moment)])


def _drafted(amendment: Amendment, moment: dt.datetime) -> list[Wording]:
    """Return the draft's own rows as they stood, with what `Text.of` reads of each."""
    wordings: list[Wording] = _own_rows_at(Wording, amendment, moment)
    clauses = _clauses_of({wording.clause_id for wording in wordings}, moment)
    named = {pk for w in wordings for pk in (w.base_id, w.corrects_id) if pk}
    decided = Wording.objects.select_related("amendment").in_bulk(named)
    for wording in wordings:
        wording.clause = clauses[wording.clause_id]
        wording.base = decided[wording.base_id] if wording.base_id else None
        wording.corrects = decided[wording.corrects_id] if wording.corrects_id else None
        corrected = wording.corrects.amendment if wording.corrects else None
        wording.place = corrected.sequence if corrected else None  # type: ignore[attr-defined]
        wording.stands, wording.introduced = False, None  # type: ignore[attr-defined]
    return wordings


def successions_at(amendment: Amendment, moment: dt.datetime) -> list[Succession]:
    """Return the successions of the text with a draft, as they stood at a moment."""
    decided = Succession.objects.as_amended_by(amendment).filter(
        DECIDED, amendment__recorded_at__lte=moment
    )
    return [*decided, *_own_successions_at(amendment, moment)]


def _own_successions_at(amendment: Amendment, moment: dt.datetime) -> list[Succession]:
    rows: list[Succession] = _own_rows_at(Succession, amendment, moment)
    clauses = _clauses_of(
        {pk for row in rows for pk in (row.from_clause_id, row.to_clause_id)}, moment
    )
    for row in rows:
        row.amendment = amendment
        row.from_clause, row.to_clause = clauses[row.from_clause_id], clauses[row.to_clause_id]
    return rows


def item_programs_at(amendment: Amendment, moment: dt.datetime) -> list[ItemProgram]:
    """Return the items' programmes of the text with a draft, as they stood at a moment; but for
    programmes that are gone today."""
    rows: list[ItemProgram] = _own_rows_at(ItemProgram, amendment, moment)
    programs = Program.objects.in_bulk({row.program_id for row in rows})
    decided = ItemProgram.objects.in_force_on(amendment.period, dt.date.max, moment)
    by_pair = {(row.clause_id, row.program_id): row for row in decided}
    for row in rows:
        if program := programs.get(row.program_id):
            row.amendment, row.program = amendment, program
            by_pair[row.clause_id, row.program_id] = row
    return [row for row in by_pair.values() if not row.removed]


def _own_rows_at(model: Any, amendment: Amendment, moment: dt.datetime) -> list[Any]:
    """Return an amendment's rows of a model as they stood at a moment, from their histories."""
    rows = model.history.filter(amendment_id=amendment.pk, history_date__lte=moment)
    standing = rows.latest_of_each().exclude(history_type="-").order_by("id")
    return [
        model(**{field.attname: getattr(row, field.attname) for field in row.tracked_fields})
        for row in standing
    ]


def _clauses_of(ids: set[int], moment: dt.datetime) -> dict[int, Clause]:
    """Return clauses by their keys, those that are gone today from their histories."""
    found = Clause.objects.in_bulk(ids)
    if gone := ids - found.keys():
        rows = Clause.history.filter(id__in=gone, history_date__lte=moment).latest_of_each()
        for row in rows:
            values = {f.attname: getattr(row, f.attname) for f in row.tracked_fields}
            found[row.id] = Clause(**values)
    return found


# --- Reading --------------------------------------------------------------------------------------
def _amendment(slug: str, period: ObjectivePeriod, reader: Reader) -> Amendment:
    amendments = Amendment.objects.all() if reader is None else Amendment.objects.visible_to(reader)
    known = amendments.select_related("period__agency", "table_form")
    found = known.filter(period=period, slug=slug).first()
    if found is None:
        raise Hidden(NO_SUCH)
    return found


def _taken_at(amendment: Amendment, number: int) -> dt.datetime:
    snapshot = amendment.snapshots.filter(number=number).only("taken_at").first()
    if snapshot is None:
        raise Hidden(NO_SUCH)
    return snapshot.taken_at


def _day(typed: str) -> dt.date:
    try:
        return dt.date.fromisoformat(typed)
    except ValueError:
        raise ValidationError(f"「{typed}」という日はありません。{EXPECTED}", UNREADABLE) from None


def _moment(typed: str) -> dt.datetime:
    try:
        moment = read_moment(typed)
    except ValueError:
        raise ValidationError(
            f"「{typed}」という日時はありません。{EXPECTED}", UNREADABLE
        ) from None
    if moment > timezone.now():
        raise ValidationError(
            f"「{typed}」は、これから先の日時です。過ぎた日時を指定してください。"
        )
    return moment
