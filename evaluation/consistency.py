"""整合性チェック and 照合 of an amendment: what `evaluation.checking` needs, read from the database."""

from dataclasses import dataclass
from functools import cached_property

from evaluation.checking.disagreements import Reconciliation
from evaluation.checking.findings import Drawn, Finding, Matter, Programme, Sheet
from evaluation.checking.reading import Passage
from evaluation.checking.reconciling import reconcile
from evaluation.checking.rules import TITLES, findings
from evaluation.checking.tree import Tree
from evaluation.documents.hand import Hand
from evaluation.documents.sayings import lines_of, parts_of
from evaluation.models import Amendment, AmendmentReason, ItemProgram, Waiver
from evaluation.models.texts import Text, texts_around


@dataclass(frozen=True)
class Judged:
    """A finding with the waiver that holds for it, if somebody gave one."""

    finding: Finding
    waiver: Waiver | None = None

    @property
    def title(self) -> str:
        return TITLES[self.finding.rule]


@dataclass(frozen=True)
class Report:
    """All findings of an amendment in the order of the text, with their waivers.

    `ended` are waivers of findings that are no longer there, or are others now.
    """

    judged: tuple[Judged, ...]
    ended: tuple[Waiver, ...] = ()

    @cached_property
    def open(self) -> list[Judged]:
        return [one for one in self.judged if one.waiver is None]

    @cached_property
    def waived(self) -> list[Judged]:
        return [one for one in self.judged if one.waiver is not None]

    def of(self, public_id: str) -> list[Judged]:
        """Return the open findings of one clause."""
        return [one for one in self.open if one.finding.unit == public_id]

    def find(self, fingerprint: str) -> Judged | None:
        return next((one for one in self.judged if one.finding.fingerprint == fingerprint), None)


def check(amendment: Amendment, texts: tuple[Text, Text] | None = None) -> Report:
    """Return what the rules find in an amendment (a fixed number of queries).

    `texts`: before and after, where the caller has read them already.
    """
    before, after = texts or texts_around(amendment)
    found = findings(matter_of(amendment, before, after))
    waivers = amendment.waivers.select_related("waived_by")
    by_fingerprint = {waiver.fingerprint: waiver for waiver in waivers}
    judged = tuple(Judged(one, by_fingerprint.get(one.fingerprint)) for one in found)
    held = {one.finding.fingerprint for one in judged}
    ended = tuple(w for key, w in by_fingerprint.items() if key not in held)
    return Report(judged, ended)


def matter_of(amendment: Amendment, before: Text, after: Text) -> Matter:
    """Return an amendment as the rules look at it."""
    own = [node for node in after.nodes.values() if node.wording.amendment_id == amendment.pk]
    agency = amendment.period.agency
    return Matter(
        before=Tree(before.document("")),
        after=Tree(after.document("")),
        changed=frozenset(node.public_id for node in own),
        unexplained=frozenset(n.public_id for n in own if n.wording.reason_id is None),
        programmes=_programmes(amendment),
        sheets=tuple(
            Sheet(f"全体像{sheet.position}", tuple(lines_of(sheet)))
            for sheet in amendment.overview_sheets.prefetch_related("sections")
        ),
        drawn=_drawn(Hand.of(amendment, before, after)),
        papers=_papers(amendment),
        sources=(agency.purpose, f"（{agency.short_name}）"),
    )


def _programmes(amendment: Amendment) -> tuple[Programme, ...]:
    items: dict[int, list[str]] = {}
    links = ItemProgram.objects.as_amended_by(amendment)
    for link in links:
        items.setdefault(link.program_id, []).append(link.clause.public_id)
    programs = amendment.period.agency.programs.filter(pk__in=items).select_related("fund")
    return tuple(
        Programme(
            name=program.name,
            items=tuple(items[program.pk]),
            fund=program.fund.name if program.fund else "",
            legal_basis=program.fund.legal_basis if program.fund else "",
        )
        for program in programs
    )


def _drawn(hand: Hand) -> tuple[Drawn, ...]:
    return tuple(
        Drawn(one.new.public_id, one.old.text, one.new.text, one.marking.marks, one.is_stale)
        for one in hand.drawn
    )


def _papers(amendment: Amendment) -> tuple[tuple[str, str], ...]:
    """Return the words of the amendment beside its text: titles and reasons."""
    reasons = AmendmentReason.objects.filter(group__amendment=amendment).select_related("group")
    papers = [("件名", amendment.title), ("説明資料の表題", amendment.memo_title)]
    for reason in reasons:
        place = f"変更理由「{reason.title}」"
        papers += [(place, reason.title), (place, reason.text)]
    return tuple((place, text) for place, text in papers if text)


def reconcile_with(amendment: Amendment, passages: tuple[Passage, ...]) -> Reconciliation:
    """Compare an outside document with all that an amendment says."""
    return reconcile(passages, parts_of(amendment))
