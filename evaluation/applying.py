"""A change prepared once for several agencies: what of it fits another agency's text, and its draft there.

Clauses of two agencies have nothing in common but what they say. One is the counterpart of another where
it has the same kind and the same words, or words so like that both can be merged; all else is listed as
not fitting, with the reason, and is left to a person.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from django.core.exceptions import ValidationError
from django.db import transaction

from evaluation import amending, drafting
from evaluation.comparison.likeness import alike
from evaluation.comparison.merging import merge
from evaluation.comparison.text import fold
from evaluation.models import Amendment, AmendmentReason, Clause, ObjectivePeriod, Wording
from evaluation.models.objectives import agencies_of
from evaluation.models.texts import Node, Text, texts_around
from evaluation.placing import NUMBERED, Place, free_number, siblings
from programs.models import Role, User

ALIKE = 0.6  # of two clauses: less, and they are not about the same
WHY = "他の法人に用意した変更"


class How(StrEnum):
    """How a change stands in the other text; the values are what the page says."""

    REWORDED = "同じ文言を改める"
    MERGED = "統合して改める"
    NEW = "新設する"
    DELETED = "削る"
    NOT = "当てはまらない"


@dataclass(frozen=True)
class Fit:
    """One change of the source: on `target`, or below it for a new clause, with `text`; or why not."""

    how: How
    node: Node
    place: str
    target: Node | None = None
    text: str = ""
    why: str = ""


@dataclass(frozen=True)
class Plan:
    """What an amendment would be in the text of another agency's period."""

    source: Amendment
    period: ObjectivePeriod
    fits: tuple[Fit, ...]

    @property
    def fitting(self) -> list[Fit]:
        return [fit for fit in self.fits if fit.how is not How.NOT]

    @property
    def not_fitting(self) -> list[Fit]:
        return [fit for fit in self.fits if fit.how is How.NOT]

    @property
    def seen(self) -> str:
        """Return a digest of what a person sees of the plan."""
        told = [
            (fit.how, fit.place, fit.target.public_id if fit.target else "", fit.text, fit.why)
            for fit in self.fits
        ]
        return amending.digest([self.source.title, told])


def periods_for(source: Amendment, user: User) -> list[ObjectivePeriod]:
    """Return the latest period with a text of each other agency of which the user is an editor."""
    editing = agencies_of(user, Role.Kind.EDITOR).exclude(pk=source.period.agency_id)
    decided = Amendment.objects.decided().values("period")
    periods = ObjectivePeriod.objects.filter(agency__in=editing, pk__in=decided)
    latest = {
        period.agency_id: period for period in periods.select_related("agency").order_by("number")
    }
    return sorted(latest.values(), key=lambda period: period.agency.code)


def plan(source: Amendment, period: ObjectivePeriod) -> Plan:
    """Return what of an amendment fits another period's text as last decided."""
    before, after = texts_around(source)
    target = Text.of(Wording.objects.before(Amendment(period=period)))
    return Plan(source, period, tuple(_Fitting(source, before, after, target).fits()))


@transaction.atomic
def apply(source: Amendment, period: ObjectivePeriod, *, by: User, seen: str) -> Amendment:
    """Start a draft in another period that says what fits of `source`, and return it.

    `seen` is the digest of the plan that a person saw: raises ValidationError where it is another now.
    The drafters of the source are drafters of it too. Reasons come along without programme and fund.
    """
    locked = ObjectivePeriod.objects.select_for_update().get(pk=period.pk)
    # Nobody restricts it meanwhile: its words are read only where that was not done before.
    source = amending.lock(source, tuple(Amendment.State))
    if source.is_restricted:
        raise ValidationError("閲覧を制限した変更案は、他の法人に用意できません。")
    made = plan(source, locked)
    if made.seen != seen:
        raise ValidationError(
            "その間に、本文か変更案が変わりました。いまの内容を確かめてください。"
        )
    if not made.fitting:
        raise ValidationError(f"{locked}には、当てはまる変更がありません。")
    same = {name: getattr(source, name) for name in ("memo_title", "office", "title")}
    draft = amending.start(locked, slug=_slug(source, locked), by=by, holder=by, **same)
    for contribution in source.contributions.select_related("user"):
        amending.contribute(draft, contribution.user, recorded_by=by)
    new_ids = drafting.copy_reasons(source, draft, by, WHY, program=None, fund=None)
    reasons = AmendmentReason.objects.in_bulk(new_ids.values())
    writer = _Writer(source, draft, by, {old: reasons[new] for old, new in new_ids.items()})
    for fit in made.fitting:
        writer.write(fit)
    return draft


def _slug(source: Amendment, period: ObjectivePeriod) -> str:
    taken = set(period.amendments.values_list("slug", flat=True))
    names = [source.slug, *(f"{source.slug[:46]}-{n}" for n in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


# --- Fitting --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Fitting:
    """The source's two texts beside the other agency's."""

    source: Amendment
    before: Text
    after: Text
    target: Text
    introduced: set[int] = field(
        default_factory=set
    )  # new clauses that fit: what hangs on them does

    def fits(self) -> Iterator[Fit]:
        order = [*self.after.order, *(node for node in self.before.order if self._is_gone(node))]
        for node in order:
            now = self.after.nodes[node.clause_id]
            if now.wording.amendment_id == self.source.pk:
                yield from self._fits(now)

    def _is_gone(self, node: Node) -> bool:
        return self.after.nodes[node.clause_id].repealed

    def _fits(self, node: Node) -> Iterator[Fit]:
        was = self.before.nodes.get(node.clause_id)
        if was is None:
            yield self._new(node)
        elif node.repealed:
            above = self.after.nodes.get(node.parent_id or 0)
            if above is None or not above.repealed:
                yield self._deleted(node, was)
        else:
            if node.text != was.text:
                yield self._reworded(node, was)
            if (node.label, node.parent_id, node.rank) != (was.label, was.parent_id, was.rank):
                yield self._not(node, "番号や場所の変更は、法人ごとに行います。")

    def _reworded(self, node: Node, was: Node) -> Fit:
        target = self.counterpart(was)
        if target is None:
            return self._not(node, "同じ条項が見つかりません。")
        merged = merge(was.text, node.text, target.text)
        if merged.conflicts:
            return self._not(node, "文言が違うため、統合できません。", target)
        if merged.text == target.text:
            return self._not(node, "すでに同じ文言です。", target)
        how = How.REWORDED if target.text == was.text else How.MERGED
        return Fit(how, node, self.after.place(node), target, merged.text)

    def _deleted(self, node: Node, was: Node) -> Fit:
        target = self.counterpart(was)
        if target is None or _folded(target) != _folded(was):
            return self._not(node, "同じ条項が見つかりません。", target)
        below = {_folded(each) for _, each in self.before.walk(was.clause_id)}
        others = [
            each for _, each in self.target.walk(target.clause_id) if _folded(each) not in below
        ]
        if others:
            return self._not(
                node, f"その下に、この法人だけの条項が{len(others)}件あります。", target
            )
        return Fit(How.DELETED, node, self.before.place(was), target, target.text)

    def _new(self, node: Node) -> Fit:
        above = self.after.nodes.get(node.parent_id or 0)
        if above is not None and above.wording.clause.introduced_by_id == self.source.pk:
            parent_fits = above.clause_id in self.introduced
            target = None
        else:
            target = (
                self.counterpart(self.before.nodes.get(above.clause_id, above)) if above else None
            )
            parent_fits = above is None or target is not None
        if not parent_fits:
            return self._not(node, "置き場所の項目が見つかりません。")
        below = self.target.children.get(target.clause_id if target else None, [])
        if (above is None or target) and _folded(node) in {_folded(each) for each in below}:
            return self._not(node, "すでに同じ条項があります。", target)
        self.introduced.add(node.clause_id)
        return Fit(How.NEW, node, self.after.place(node), target, node.text)

    def _not(self, node: Node, why: str, target: Node | None = None) -> Fit:
        tree = self.before if node.repealed else self.after
        return Fit(How.NOT, node, tree.place(node), target, node.text, why)

    def counterpart(self, node: Node) -> Node | None:
        """Return the one clause of the target that stands for a node: of the same words, or else so like
        them as no other is. Of several with the same words only one of the same number is sure."""
        kind, words = _folded(node)
        same = [each for folded, each in self._kin[kind] if folded == words]
        if len(same) > 1:
            same = [each for each in same if node.label and each.label == node.label]
            return same[0] if len(same) == 1 else None
        if same:
            return same[0]
        likely = [(alike(words, folded, ALIKE), each) for folded, each in self._kin[kind]]
        best = max((likeness for likeness, _ in likely), default=0)
        found = [each for likeness, each in likely if likeness and likeness == best]
        return found[0] if len(found) == 1 else None

    @cached_property
    def _kin(self) -> dict[str, list[tuple[str, Node]]]:
        """Return the clauses of the target with their folded words, by kind."""
        kin: defaultdict[str, list[tuple[str, Node]]] = defaultdict(list)
        for node in self.target.order:
            kind, words = _folded(node)
            kin[kind].append((words, node))
        return kin


def _folded(node: Node) -> tuple[str, str]:
    return node.kind.value, fold(node.text).text


# --- Writing --------------------------------------------------------------------------------------
class _Writer:
    """Writes what fits into the draft; knows which clause of the source became which."""

    def __init__(
        self,
        source: Amendment,
        draft: Amendment,
        by: User,
        reasons: dict[int | None, AmendmentReason],
    ) -> None:
        self.draft, self.by, self.reasons = draft, by, reasons
        self.after = amending.text_of(source)
        self.new: dict[int, Clause] = {}

    def write(self, fit: Fit) -> None:
        reason = self.reasons.get(fit.node.wording.reason_id)
        if fit.how is How.NEW:
            self._insert(fit, reason)
            return
        assert fit.target is not None
        clause = fit.target.wording.clause
        if fit.how is How.DELETED:
            amending.repeal(self.draft, clause, by=self.by, reason=reason)
        else:
            amending.reword(self.draft, clause, fit.text, by=self.by, reason=reason)

    def _insert(self, fit: Fit, reason: AmendmentReason | None) -> None:
        tree = amending.text_of(self.draft)
        node = fit.node
        parent = fit.target.wording.clause if fit.target else self.new.get(node.parent_id or 0)
        place = Place(tree.nodes[parent.pk] if parent else None, self._after(tree, node, parent))
        self.new[node.clause_id] = amending.insert(
            self.draft,
            node.kind,
            parent=parent,
            after=place.after.wording.clause if place.after else None,
            text=fit.text,
            label=free_number(tree, node.kind, place) if node.kind in NUMBERED else "",
            reason=reason,
            by=self.by,
        )

    def _after(self, tree: Text, node: Node, parent: Clause | None) -> Node | None:
        """Return behind which clause a new one stands: the nearest one before it that stands here too."""
        here = siblings(tree, node.kind, parent.pk if parent else None)
        there = siblings(self.after, node.kind, node.parent_id)
        before = there[: [each.clause_id for each in there].index(node.clause_id)]
        for each in reversed(before):
            if each.clause_id in self.new:
                return tree.nodes[self.new[each.clause_id].pk]
            known = [one for one in here if _folded(one) == _folded(each)]
            if known:
                return known[0]
        return here[-1] if here and before else None
