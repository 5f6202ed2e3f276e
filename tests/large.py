"""A period as large as one likes: its text, two drafts and an approved one, and much of all else."""

import datetime as dt
import random
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from evaluation import amending, procedure, ranks, valuing
from evaluation.importing import keeping
from evaluation.importing.comparing import contents_of
from evaluation.models import (
    Admission,
    Amendment,
    AmendmentReason,
    Attachment,
    Clause,
    Comment,
    ImportedCell,
    IndicatorMeasure,
    IndicatorValue,
    IssuedDocument,
    ItemInput,
    ItemProgram,
    ItemYear,
    ObjectivePeriod,
    OverviewSection,
    OverviewSheet,
    PolicyText,
    ProcedureStep,
    Rating,
    RatingStep,
    ReasonGroup,
    Remedy,
    RemedyProgress,
    Rendering,
    RestrictedReader,
    Restriction,
    Snapshot,
    StepKind,
    Wording,
    YearlyResult,
)
from evaluation.workbook.sheets import KEY
from jst_objectives import history
from programs.models import (
    AccessRecord,
    Agency,
    Appropriation,
    Fund,
    Program,
    ProgramSection,
    Role,
    SchemeFlow,
    SupportTrack,
    TrackCost,
    User,
)
from tests.benchmarks.table_page import sentences
from tests.factories import DAY, decide, make_draft, make_period, make_user

K = Clause.Kind
# What hangs on each item; with the item itself these are ten clauses.
BELOW = (
    *(K.BODY, K.BODY, K.BODY),
    *(K.EVALUATION_AXIS, K.EVALUATION_AXIS),
    *(K.EVALUATION_INDICATOR, K.EVALUATION_INDICATOR),
    *(K.MONITORING_INDICATOR, K.MONITORING_INDICATOR),
)


@dataclass(frozen=True)
class Large:
    """A period of `items` items with ten clauses each, and `many` of whatever a page lists."""

    items: int
    many: int
    period: ObjectivePeriod
    drafter: User

    @classmethod
    def made(cls, items: int, many: int, **period: Any) -> "Large":
        made = make_period(**period)
        large = cls(items, many, made, make_user(made.agency, "editor"))
        large.fill()
        # As a server does by itself after many writes, which are not yet committed here.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        return large

    @property
    def agency(self) -> Agency:
        return self.period.agency

    def fill(self) -> None:
        programs = self.programmes()
        text = self.baseline(programs)
        for state in ("draft", "submitted", "approved"):
            self.change(state, text, programs)
        self.amendments()
        self.results(text)
        self.grades(text)
        self.people()

    def rows(self, model: type[Any], count: int = 0, **fields: Any) -> list[Any]:
        """Add many rows of a model: a position, name or title counts them."""
        numbered = {f.name for f in model._meta.fields} & {"position", "name", "title", "slug"}
        made = []
        for number in range(1, (count or self.many) + 1):
            own = {n: number if n == "position" else f"n{number}" for n in numbered - fields.keys()}
            made.append(model(**own, **fields))
        if not hasattr(model, "history"):
            return list(model.objects.bulk_create(made))
        return list(history.create_all(model, made, by=self.drafter, reason="試験"))

    # --- Programmes -------------------------------------------------------------------------------
    def programmes(self) -> list[Program]:
        funds = self.rows(Fund, agency=self.agency)
        programs = self.rows(Program, agency=self.agency, fund=funds[0])
        one = {"program": programs[0]}
        self.rows(ProgramSection, **one)
        self.rows(SchemeFlow, **one, source="国", destination="法人", label="subsidy")
        for track in self.rows(SupportTrack, **one, fund=funds[0]):
            self.rows(TrackCost, 2, track=track)
        for number, program in enumerate(programs):
            budget = {"program": program, "kind": "initial", "yen": number}
            for year in range(2024, 2026):
                self.rows(Appropriation, 1, **budget, fiscal_year=year)
        self.rows(PolicyText, period=self.period, heading="計画")
        return programs

    # --- Text -------------------------------------------------------------------------------------
    def baseline(self, programs: list[Program]) -> list[Wording]:
        """Decide and publish the text that the amendments change; return its wordings."""
        baseline = make_draft(self.period, kind=Amendment.Kind.BASELINE)
        chapter = amending.insert(
            baseline, "chapter", parent=None, label="Ⅲ", text="成果の最大化", by=None
        )
        choose = random.Random(20260128)
        places = ranks.spread(self.items)
        items = self.rows(Clause, self.items, **self.new(baseline), kind=K.ITEM)
        rows = [
            Wording(parent=chapter, clause=item, rank=place, label=str(n), text=f"項目{n}")
            for n, (item, place) in enumerate(zip(items, places, strict=True), 1)
        ]
        below = [(item, kind) for item in items for kind in BELOW]
        clauses = [Clause(**self.new(baseline), kind=kind) for _, kind in below]
        history.create_all(Clause, clauses, by=self.drafter, reason="試験")
        places = ranks.spread(len(BELOW)) * self.items
        rows += [
            Wording(parent=item, clause=clause, rank=place, text=sentences(choose)[1])
            for (item, _), clause, place in zip(below, clauses, places, strict=True)
        ]
        self.words(baseline, rows)
        self.explain(baseline, programs)
        self.carry(baseline, items, programs)
        decide(baseline)
        procedure.publish(baseline, by=self.drafter, published_on=DAY)
        self.record(baseline)
        return rows

    def change(self, slug: str, text: list[Wording], programs: list[Program]) -> None:
        """Make a draft that changes three clauses of each item: reworded, repealed, new."""
        by = {"by": self.drafter, "holder": self.drafter}
        draft = amending.start(self.period, slug=slug, title=slug, **by)
        reasons = self.explain(draft, programs)
        choose = random.Random(20260128)
        items = [row.clause for row in text if row.clause.kind == K.ITEM]
        first = {row.parent_id: row for row in reversed(text) if row.clause.kind == K.BODY}
        last = {row.parent_id: row for row in text if row.clause.kind == K.MONITORING_INDICATOR}
        new = self.rows(Clause, self.items, **self.new(draft), kind=K.EVALUATION_AXIS)
        rows = []
        for number, (item, clause) in enumerate(zip(items, new, strict=True)):
            reason = {"reason": reasons[number % len(reasons)]}
            rows += [
                changed(first[item.pk], text=sentences(choose)[0], **reason),
                changed(last[item.pk], repealed=True, **reason),
                Wording(clause=clause, parent=item, rank="zz", text="新しい評価軸", **reason),
            ]
        self.words(draft, rows)
        self.carry(draft, items, programs)
        self.record(draft)
        self.comment(draft, first[items[0].pk].clause)
        if slug != "draft":
            procedure.submit(draft, by=self.drafter)
        if slug == "approved":
            procedure.approve(draft, by=make_user(self.agency, "approver"))

    def new(self, amendment: Amendment) -> dict[str, Any]:
        return {"period": self.period, "introduced_by": amendment}

    def words(self, amendment: Amendment, rows: list[Wording]) -> None:
        for row in rows:
            row.amendment = amendment
        history.create_all(Wording, rows, by=self.drafter, reason="試験")

    def carry(self, amendment: Amendment, items: list[Clause], programs: list[Program]) -> None:
        links = [
            ItemProgram(amendment=amendment, clause=items[number % len(items)], program=program)
            for number, program in enumerate(programs)
        ]
        history.create_all(ItemProgram, links, by=self.drafter, reason="試験")

    # --- What hangs on an amendment ---------------------------------------------------------------
    def explain(self, amendment: Amendment, programs: list[Program]) -> list[AmendmentReason]:
        """Add groups of reasons and overview sheets; return the reasons."""
        reasons = []
        for group in self.rows(ReasonGroup, amendment=amendment):
            words = {"text": "説明", "kind": "law", "program": programs[0]}
            reasons += self.rows(AmendmentReason, 2, group=group, **words)
        for sheet in self.rows(OverviewSheet, amendment=amendment, program=programs[0]):
            self.rows(OverviewSection, 2, sheet=sheet)
        return reasons

    def comment(self, amendment: Amendment, clause: Clause) -> None:
        """Add comments on a clause, each with an answer."""
        said: dict[str, Any] = {
            "amendment": amendment,
            "text": "言葉",
            "written_at": timezone.now(),
        }
        on: dict[str, Any] = {"clause": clause, "place": "場所", "author": self.drafter}
        for thread in self.rows(Comment, **on, **said):
            self.rows(Comment, 1, answers_to=thread, author=make_user(), **said)

    def record(self, amendment: Amendment) -> None:
        """Add snapshots and issued documents without the work of printing."""
        now = timezone.now()
        taken = {"content": "{}", "sha256": "0" * 64, "engine_version": "1", "taken_at": now}
        kept = amendment.snapshots.count()
        for number in range(kept + 1, kept + self.many + 1):
            fields = {"amendment": amendment, "number": number, "taken_by": self.drafter}
            fields |= {"name": ""}
            (snapshot,) = self.rows(Snapshot, 1, **fields, **taken)
            sha256 = f"{amendment.pk:032}{number:032}"
            issued = {"sha256": sha256, "content": b"%PDF-", "versions": {}, "issued_at": now}
            fields = {"snapshot": snapshot, "kind": "comparison", "issued_by": self.drafter}
            self.rows(IssuedDocument, 1, **fields, **issued)
            begun = {"requested_by": self.drafter, "requested_at": now, "total": 1}
            self.rows(Rendering, 1, snapshot=snapshot, kind="dossier", **begun)

    def amendments(self) -> None:
        """Add amendments of each state that change nothing, so that all drafts stand on the head."""
        own = {"period": self.period, "holder": self.drafter}
        dates = {"decided_on": DAY, "effective_on": DAY, "recorded_at": timezone.now()}
        rows = []
        for n in range(2, self.many + 2):
            rows.append(Amendment(slug=f"d{n}", state="decided", sequence=n, **dates, **own))
            rows += [
                Amendment(slug=f"{state}{n}", state=state, **own)
                for state in ("draft", "withdrawn", "submitted", "approved")
            ]
        for row in rows:
            row.title = row.slug
        history.create_all(Amendment, rows, by=self.drafter, reason="起案")

    # --- Results ----------------------------------------------------------------------------------
    def results(self, text: list[Wording]) -> None:
        """Add `many` measures with targets and values to the first indicator, and to each other one."""
        now, years = timezone.now(), range(2022, 2027)
        monitored = [row.clause for row in text if row.clause.kind == K.MONITORING_INDICATOR]
        owners = [*monitored[1:], *([monitored[0]] * self.many)]
        measures = [
            IndicatorMeasure(indicator=owner, position=n, label=f"n{n}", unit="件")
            for n, owner in zip(
                [*[1] * (len(monitored) - 1), *range(1, self.many + 1)], owners, strict=True
            )
        ]
        history.create_all(IndicatorMeasure, measures, by=self.drafter, reason="試験")
        values = [
            IndicatorValue(measure=measure, fiscal_year=year, number=year, entered_at=now)
            for measure in measures
            for year in years
        ]
        history.create_all(IndicatorValue, values, by=self.drafter, reason="試験")
        for measure in measures[-self.many :]:
            valuing.set_target(
                measure,
                by=None,
                first_fiscal_year=2022,
                last_fiscal_year=2026,
                number=Decimal(1),
                reason="試験",
            )
        valuing.attach_link(values[0], by=None, title="資料", url="https://www.jst.go.jp/")
        valuing.attach_file(values[0], by=None, title="資料", name="a.pdf", content=b"%PDF-")
        evaluated = [row.clause for row in text if row.clause.kind == K.EVALUATION_INDICATOR]
        results = [
            YearlyResult(indicator=evaluated[0], fiscal_year=y, text="文", entered_at=now)
            for y in years
        ]
        history.create_all(YearlyResult, results, by=self.drafter, reason="試験")
        self.course(text, measures)

    def course(self, text: list[Wording], measures: list[IndicatorMeasure]) -> None:
        """Hand in each item's year, add inputs, reports, and people let in."""
        items = [row.clause for row in text if row.clause.kind == K.ITEM]
        years = [
            ItemYear(item=item, fiscal_year=year, state=state)
            for item in items
            for year, state in ((2023, "submitted"), (2024, "submitted"), (2025, "entering"))
        ]
        history.create_all(ItemYear, years, by=self.drafter, reason="試験")
        inputs = [
            ItemInput(item=item, fiscal_year=2024, kind=kind, amount=1000)
            for item in items
            for kind in ItemInput.Kind
        ]
        history.create_all(ItemInput, inputs, by=self.drafter, reason="試験")
        report = valuing.make_report(self.period, 2024, by=self.drafter, title="n1")
        for number in range(2, self.many + 1):
            report.pk, report.title = None, f"n{number}"
            report.save(force_insert=True)
        valuing.close(self.period, 2023, by=self.drafter, reason="試験")
        until = timezone.now() + dt.timedelta(days=1)
        let_in = {
            "user": self.drafter,
            "until": until,
            "reason": "試験",
            "given_at": timezone.now(),
        }
        admissions = [
            Admission(
                indicator=measure.indicator,
                measure=measure,
                fiscal_year=2024,
                given_by=self.drafter,
                **let_in,
            )
            for measure in measures[-self.many :]
        ]
        history.create_all(Admission, admissions, by=self.drafter, reason="試験")
        changed_values = IndicatorValue.objects.filter(measure__in=measures[-self.many :])
        changed_values.filter(fiscal_year=2024).update(number=1)
        self.imported(measures)

    def grades(self, text: list[Wording]) -> None:
        """Add grades, inputs and plans to the first item; remedies and steps come in many."""
        item = next(row.clause for row in text if row.clause.kind == K.ITEM)
        rated = {"period": self.period, "item": item, "written_at": timezone.now(), "grade": "B"}
        kept = {"stage": "issued", "issued_on": DAY, "grounds": "根拠"}
        ratings = [
            Rating(**rated, **kept, fiscal_year=year, side=side)
            for year in range(2022, 2025)
            for side in Rating.Side
        ]
        history.create_all(Rating, ratings, by=self.drafter, reason="試験")
        overall = {name: value for name, value in rated.items() if name != "item"}
        rows = [Rating(**overall, **kept, fiscal_year=2024, side="minister")]
        history.create_all(Rating, rows, by=self.drafter, reason="試験")
        self.papers()
        for remedy in self.rows(Remedy, period=self.period, item=item, fiscal_year=2023, issue="x"):
            self.rows(RemedyProgress, 1, remedy=remedy, fiscal_year=2024, words="x")
        (kind,) = self.rows(
            StepKind, 1, agency=self.agency, position=999, name="通知", of_rating=True
        )
        place: dict[str, Any] = {"period": self.period, "rating_kind": "yearly"}
        self.rows(RatingStep, kind=kind, fiscal_year=2024, date=DAY, **place)

    def papers(self) -> None:
        """Add issued papers of 2024 without the work of printing, each with 評価書 on its way."""
        now = timezone.now()
        ratings = Rating.objects.filter(period=self.period, fiscal_year=2024, side="minister")
        taken = {"content": "{}", "sha256": "0" * 64, "engine_version": "1", "taken_at": now}
        for rating in ratings:
            for number in range(1, self.many + 1):
                fields = {"rating": rating, "name": "調書", "taken_by": self.drafter}
                (snapshot,) = self.rows(Snapshot, 1, number=number, **fields, **taken)
                kind = "assessment" if rating.item_id else "evaluation"
                issued = {"content": b"%PDF-", "versions": {}, "issued_at": now}
                issued |= {"sha256": f"a{rating.pk:031}{number:032}", "issued_by": self.drafter}
                self.rows(IssuedDocument, 1, snapshot=snapshot, kind=kind, **issued)
                begun = {"requested_by": self.drafter, "requested_at": now, "total": 1}
                self.rows(Rendering, 1, snapshot=snapshot, kind=kind, **begun)

    def imported(self, measures: list[IndicatorMeasure]) -> None:
        """Leave a file with many errors and conflicts, to be confirmed."""
        person = make_user(self.agency, Role.Kind.AGENCY)
        lines = [f"{KEY},令和8年度", *("k1,x" for _ in measures)]
        kept, _ = keeping.keep(self.period, "値.csv", "\n".join(lines).encode(), by=person)
        kept.state, kept.counts = "ready", {"error": len(measures), "conflict": len(measures)}
        kept.save()
        ImportedCell.objects.bulk_create(
            ImportedCell(
                value_import=kept,
                row=row,
                column=column,
                status=status,
                measure=measure,
                fiscal_year=2026,
                typed="x",
                message="誤り",
                contents=contents_of(valuing.Cell(measure.pk, 2026, Decimal(row)))
                if column == 2
                else None,
            )
            for row, measure in enumerate(measures, start=2)
            for column, status in ((1, "error"), (2, "conflict"))
        )

    # --- People -----------------------------------------------------------------------------------
    def people(self) -> None:
        for _ in range(self.many):
            make_user(self.agency, *Role.Kind.values)
        kinds = self.rows(StepKind, agency=self.agency)
        draft = self.period.amendments.get(slug="draft")
        shown = {"amendment": draft, "date": DAY, "snapshot": draft.snapshots.last()}
        (step, *_) = [self.rows(ProcedureStep, 1, **shown, kind=kind)[0] for kind in kinds]
        for number in range(self.many):
            kept = {"suffix": "pdf", "size": 5, "content": b"%PDF-", "added_at": timezone.now()}
            self.rows(Attachment, 1, step=step, sha256=f"{number:064}", **kept)
        self.restrict(self.period.amendments.get(slug="draft2"))
        record: dict[str, Any] = {
            "at": timezone.now(),
            "agency": self.agency,
            "path": "/",
            "user": self.drafter,
        }
        for access in ("sign_in", "export"):
            self.rows(AccessRecord, **record, kind=access, actor_name="試験")

    def restrict(self, draft: Amendment) -> None:
        """Restrict a draft to its drafter and everybody who can be named."""
        since = timezone.now()
        (restriction,) = self.rows(Restriction, 1, amendment=draft, why="市場", since=since)
        people = User.objects.filter(roles__agency=self.agency, roles__role="approver")
        for person in [self.drafter, *people[: self.many]]:
            self.rows(RestrictedReader, 1, restriction=restriction, user=person)


def changed(row: Wording, **fields: Any) -> Wording:
    """Return a draft's wording of a clause, on the one that stands."""
    same = {"clause": row.clause, "parent": row.parent, "rank": row.rank, "label": row.label}
    return Wording(**{**same, "text": row.text, "base": row, **fields})
