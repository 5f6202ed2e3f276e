"""The data of the source document: from `fixtures/` into the database.

The unit that is loaded is a whole: the agency, a fund, a programme with its sheet, the period with
its policy texts, an amendment with its reasons, sheets, clauses and wordings. A whole that stands is
never touched, so what somebody edited in it stays edited and what somebody deleted from it stays
deleted; only a whole that is missing is created. `public_id` and `rank` of each clause are fixed in
the files: addresses are the same on every installation.

What the files give as null the document does not say. Deviations from its print are listed in
`fixtures/readings.csv`; tests/evaluation/test_completeness.py compares both, string by string.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import Max, Q

from evaluation.models import (
    Amendment,
    AmendmentReason,
    Clause,
    ItemProgram,
    ObjectivePeriod,
    OverviewSection,
    OverviewSheet,
    PolicyText,
    ReasonGroup,
    StepKind,
    StepOrder,
    Wording,
)
from jst_objectives import history
from programs.models import (
    Agency,
    Appropriation,
    Fund,
    Program,
    ProgramSection,
    SchemeFlow,
    SupportTrack,
    TrackCost,
)

FIXTURES = settings.BASE_DIR / "fixtures"
REASON = "資料（令和8年1月28日）の読み込み"
BY_LAW = "法令の定める手続の登録"  # no part of the document
PARTS_OF_AN_ITEM = {
    "bodies": Clause.Kind.BODY,
    "items": Clause.Kind.ITEM,
    "evaluation_axes": Clause.Kind.EVALUATION_AXIS,
    "evaluation_indicators": Clause.Kind.EVALUATION_INDICATOR,
    "monitoring_indicators": Clause.Kind.MONITORING_INDICATOR,
}

Data = dict[str, Any]
M = TypeVar("M", bound=models.Model)


@transaction.atomic
def load_source() -> Counter[str]:
    """Create what is missing of the source document, with history, all or nothing.

    Returns how many rows were created, by the Japanese name of their model.
    """
    loading = Loading()
    objectives, programmes = read("objectives.json"), read("programmes.json")
    agency = loading.agency(objectives["agency"])
    loading.procedure(agency, read("procedure.json"))
    loading.funds(agency, programmes["funds"])
    for programme in programmes["programmes"]:
        loading.programme(agency, programme)
    period = loading.period(agency, objectives["period"], objectives["policy_texts"])
    loading.baseline(period, objectives["baseline"], objectives["chapters"])
    loading.draft(period, read("amendment_2026-01-28.json"))
    return loading.created


def read(name: str) -> Data:
    data: Data = json.loads((FIXTURES / name).read_text(encoding="utf-8"))
    return data


@dataclass(frozen=True)
class Entry:
    """A clause of the files with what one amendment says of it; `parent` is a public id."""

    kind: Clause.Kind
    public_id: str
    parent: str | None
    rank: str
    label: str
    text: str
    excerpt: bool
    reason: str | None


def entries(
    node: Data, kind: Clause.Kind, parent: str | None, reason: str | None = None
) -> Iterator[Entry]:
    """Yield a clause of the files and all that stands below it, parents first."""
    yield Entry(
        kind=kind,
        public_id=node["public_id"],
        parent=parent,
        rank=node["rank"],
        label=node.get("label", ""),
        text=node.get("heading") or node["text"],
        excerpt=node.get("excerpt", False),
        reason=reason,
    )
    for part, part_kind in PARTS_OF_AN_ITEM.items():
        for child in node.get(part, []):
            yield from entries(child, part_kind, node["public_id"], reason)


def fields(model: type[models.Model], data: Data) -> Data:
    """Return the values of a model's plain fields: null becomes "" in a text, lines are joined."""
    values = {}
    for name, value in data.items():
        column = model._meta.get_field(name)
        assert isinstance(column, models.Field)
        if isinstance(value, list):
            value = "\n".join(value)
        if value is None and not column.null:
            value = ""
        values[name] = column.to_python(value)
    return values


def by_name(funds: Iterable[Fund]) -> dict[str | None, Fund | None]:
    """Return funds by name, None by null: a name that is not among them must fail."""
    return {None: None, **{fund.name: fund for fund in funds}}


def without(data: Data, *names: str) -> Data:
    return {name: value for name, value in data.items() if name not in names}


@dataclass
class Loading:
    """One run: creates rows with history and counts them."""

    created: Counter[str] = field(default_factory=Counter)

    def create(self, model: type[M], rows: Iterable[M], reason: str = REASON) -> Sequence[M]:
        created = history.create_all(model, rows, by=None, reason=reason)
        self.created[str(model._meta.verbose_name)] += len(created)
        return created

    def create_one(self, row: M) -> M:
        return self.create(type(row), [row])[0]

    def agency(self, data: Data) -> Agency:
        agency = Agency.objects.filter(Q(code=data["code"]) | Q(name=data["name"])).first()
        return agency or self.create_one(Agency(**fields(Agency, data)))

    def procedure(self, agency: Agency, data: Data) -> None:
        """Create the law's steps of amendments, and of evaluations, where the agency has none yet."""
        last = agency.step_kinds.aggregate(last=Max("position"))["last"] or 0
        known = set(agency.step_kinds.values_list("of_rating", flat=True))
        missing = [row for row in data["kinds"] if row.get("of_rating", False) not in known]
        rows = [
            StepKind(agency=agency, position=n, **row) for n, row in enumerate(missing, last + 1)
        ]
        kinds = {kind.name: kind for kind in self.create(StepKind, rows, BY_LAW)}
        orders = [
            StepOrder(**{**row, "earlier": kinds[row["earlier"]], "later": kinds[row["later"]]})
            for row in data["orders"]
            if row["earlier"] in kinds
        ]
        self.create(StepOrder, orders, BY_LAW)

    def funds(self, agency: Agency, data: list[Data]) -> None:
        known = set(agency.funds.values_list("name", flat=True))
        missing = [fund for fund in data if fund["name"] not in known]
        self.create(Fund, [Fund(agency=agency, **fields(Fund, fund)) for fund in missing])

    def programme(self, agency: Agency, data: Data) -> None:
        """Create a programme with its sheet: budget, ways of support, flows of money, sections."""
        if agency.programs.filter(Q(slug=data["slug"]) | Q(name=data["name"])).exists():
            return
        parts = ("fund", "appropriations", "tracks", "flows", "sections")
        funds = by_name(agency.funds.all())
        program = self.create_one(
            Program(
                agency=agency,
                fund=funds[data["fund"]],
                **fields(Program, without(data, *parts)),
            )
        )
        self.create(
            Appropriation,
            [
                Appropriation(program=program, **fields(Appropriation, row))
                for row in data["appropriations"]
            ],
        )
        self._tracks(program, funds, data["tracks"])
        self._numbered(SchemeFlow, data["flows"], program=program)
        self._numbered(ProgramSection, data["sections"], program=program)

    def _tracks(
        self, program: Program, funds: dict[str | None, Fund | None], data: list[Data]
    ) -> None:
        for position, row in enumerate(data, start=1):
            values = fields(SupportTrack, without(row, "fund", "costs"))
            track = self.create_one(
                SupportTrack(program=program, fund=funds[row["fund"]], position=position, **values)
            )
            self._numbered(TrackCost, row["costs"], track=track)

    def _numbered(self, model: type[M], data: list[Data], **owner: models.Model) -> Sequence[M]:
        """Create rows below one owner with the positions 1, 2, …"""
        return self.create(
            model,
            [
                model(position=position, **owner, **fields(model, row))
                for position, row in enumerate(data, start=1)
            ],
        )

    def period(self, agency: Agency, data: Data, policy_texts: list[Data]) -> ObjectivePeriod:
        period = agency.periods.filter(number=data["number"]).first()
        if period is None:
            period = self.create_one(
                ObjectivePeriod(agency=agency, **fields(ObjectivePeriod, data))
            )
            self._numbered(PolicyText, policy_texts, period=period)
        return period

    def baseline(self, period: ObjectivePeriod, data: Data, chapters: list[Data]) -> None:
        """Create the text in force as known from the document, and decide it.

        It is decided last: a decided amendment takes no more wordings.
        """
        if period.amendments.filter(Q(slug=data["slug"]) | Q(kind=data["kind"])).exists():
            return
        dates = ("decided_on", "effective_on", "recorded_at", "published_on")
        baseline = Amendment(period=period, **fields(Amendment, without(data, *dates)))
        self.create_one(baseline)
        self._clauses(
            baseline,
            [
                entry
                for chapter in chapters
                for entry in entries(chapter, Clause.Kind.CHAPTER, None)
            ],
        )
        baseline.state, baseline.sequence = Amendment.State.DECIDED, 1
        for name, value in fields(Amendment, {name: data[name] for name in dates}).items():
            setattr(baseline, name, value)
        history.save(baseline, by=None, reason=REASON)

    def draft(self, period: ObjectivePeriod, data: Data) -> None:
        """Create the amendment of the document as a draft on the baseline."""
        if period.amendments.filter(slug=data["slug"]).exists():
            return
        baseline = period.amendments.get(kind=Amendment.Kind.BASELINE)
        parts = ("reason_groups", "revised", "new_items", "overview_sheets")
        draft = Amendment(
            period=period, based_on=baseline, **fields(Amendment, without(data, *parts))
        )
        self.create_one(draft)
        programs = {program.slug: program for program in period.agency.programs.all()}
        reasons = self._reasons(draft, programs, data["reason_groups"])
        self._sheets(draft, programs, data["overview_sheets"])
        self._revise(draft, baseline, reasons, data["revised"])
        self._clauses(
            draft,
            [
                entry
                for new in data["new_items"]
                for entry in entries(new["item"], Clause.Kind.ITEM, new["parent"], new["reason"])
            ],
            reasons,
        )
        self._links(draft, programs, data["new_items"])

    def _clauses(
        self,
        amendment: Amendment,
        new: list[Entry],
        reasons: dict[str, AmendmentReason] | None = None,
    ) -> None:
        """Create clauses that an amendment introduces, and their first wordings."""
        self.create(
            Clause,
            [
                Clause(
                    period=amendment.period,
                    public_id=entry.public_id,
                    kind=entry.kind,
                    introduced_by=amendment,
                )
                for entry in new
            ],
        )
        clauses = {clause.public_id: clause for clause in amendment.period.clauses.all()}
        self.create(
            Wording,
            [
                Wording(
                    clause=clauses[entry.public_id],
                    amendment=amendment,
                    parent=clauses[entry.parent] if entry.parent else None,
                    rank=entry.rank,
                    label=entry.label,
                    text=entry.text,
                    excerpt=entry.excerpt,
                    reason=reasons[entry.reason] if reasons and entry.reason else None,
                )
                for entry in new
            ],
        )

    def _revise(
        self,
        draft: Amendment,
        baseline: Amendment,
        reasons: dict[str, AmendmentReason],
        data: list[Data],
    ) -> None:
        """Create the new wordings of paragraphs that keep their place."""
        bases = {
            wording.clause.public_id: wording
            for wording in baseline.wordings.select_related("clause")
        }
        rows = []
        for row in data:
            base = bases[row["clause"]]
            rows.append(
                Wording(
                    clause=base.clause,
                    amendment=draft,
                    base=base,
                    parent_id=base.parent_id,
                    rank=base.rank,
                    label=base.label,
                    text=row["text"],
                    excerpt=row["excerpt"],
                    reason=reasons[row["reason"]],
                )
            )
        self.create(Wording, rows)

    def _reasons(
        self, draft: Amendment, programs: dict[str, Program], data: list[Data]
    ) -> dict[str, AmendmentReason]:
        """Create the groups of the cover memo; returns its reasons by title."""
        funds = by_name(draft.period.agency.funds.all())
        groups = self._numbered(
            ReasonGroup, [without(group, "reasons") for group in data], amendment=draft
        )
        rows = [
            AmendmentReason(
                group=group,
                position=position,
                program=programs[row["programme"]] if row["programme"] else None,
                fund=funds[row["fund"]],
                **fields(AmendmentReason, without(row, "programme", "fund")),
            )
            for group, printed in zip(groups, data, strict=True)
            for position, row in enumerate(printed["reasons"], start=1)
        ]
        return {reason.title: reason for reason in self.create(AmendmentReason, rows)}

    def _sheets(self, draft: Amendment, programs: dict[str, Program], data: list[Data]) -> None:
        for position, row in enumerate(data, start=1):
            sheet = self.create_one(
                OverviewSheet(
                    amendment=draft,
                    position=position,
                    program=programs[row["programme"]],
                    **fields(OverviewSheet, without(row, "programme", "sections")),
                )
            )
            self._numbered(OverviewSection, row["sections"], sheet=sheet)

    def _links(self, draft: Amendment, programs: dict[str, Program], data: list[Data]) -> None:
        """Create the links of new items with the programmes that carry them out."""
        clauses = {clause.public_id: clause for clause in draft.introduced.all()}
        self.create(
            ItemProgram,
            [
                ItemProgram(
                    clause=clauses[new["item"]["public_id"]],
                    program=programs[slug],
                    amendment=draft,
                )
                for new in data
                for slug in new["programmes"]
            ],
        )
