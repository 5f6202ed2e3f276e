"""Several people at several drafts, in any order: what must hold whatever they do.

The text in force is the original and the amendments in order; every acknowledged save is in the history,
and its words in the text; nobody approves or decides what they drafted. Told twice: to the portal, and
to plain dictionaries.
"""

import datetime as dt
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from evaluation import amending, approving, procedure
from evaluation.comparison.merging import Merge, Origin, merge
from evaluation.models import Amendment, Clause, Wording
from evaluation.models.texts import Text
from programs.models import User
from tests.factories import DAY, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db
BODY = "第一の段落である。\n第二の段落である。\n第三の段落である。"
VERBS = "open save save meet meet meet merge merge finish finish submit approve decide send_back".split()
numbers = st.integers(0, 4)
steps = st.lists(
    st.tuples(st.sampled_from(VERBS), numbers, numbers, numbers), min_size=18, max_size=30
)
# Two drafts of one clause; the second is decided first, the first is merged with it and decided then.
OVERTAKEN = [
    *[("meet", 0, 0, 0), ("meet", 2, 1, 0), ("meet", 1, 0, 1), ("finish", 4, 1, 0)],
    *[("merge", 0, 0, 0), ("meet", 0, 0, 2), ("finish", 2, 0, 0)],
]
S = Amendment.State


@dataclass
class Page:
    """A clause as somebody has it open."""

    draft: Amendment
    clause: Clause
    text: str
    seen: str


@dataclass
class Office:
    """Five people, each an editor and an approver, and two drafts on one text."""

    said: dict[int, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    saved: dict[tuple[int, int], list[tuple[str, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    words: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    drafters: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    past: list[tuple[dt.date, dict[int, str], set[str]]] = field(default_factory=list)
    pages: dict[int, Page] = field(default_factory=dict)
    count: int = 0

    def __post_init__(self):
        self.period = make_period()
        _, (_, *items) = make_baseline(self.period, items=2)
        first = make_draft(self.period)
        self.bodies = [Clause.objects.get(kind="body", wordings__parent=item) for item in items]
        for body in self.bodies:
            amending.reword(first, body, BODY, by=None)
        procedure.submit(first, by=make_user())
        procedure.approve(first, by=make_user())
        procedure.decide(first, by=None, decided_on=DAY, effective_on=DAY)
        self.people = [make_user(self.period.agency, "editor", "approver") for _ in range(5)]
        self.state = {body.pk: BODY for body in self.bodies}
        self.drafts = [make_draft(self.period) for _ in range(2)]
        self.day = DAY

    # --- Editing ---
    def open(self, person: User, n: int, k: int):
        draft, clause = self.drafts[n % 2], self.bodies[k % 2]
        tree = amending.text_of(draft)
        text, seen = tree.nodes[clause.pk].text, amending.fingerprint(tree, clause.pk)
        self.pages[person.pk] = Page(draft, clause, text, seen)

    def save(self, person: User, n: int, k: int):
        """Write a new word at the end of a paragraph of the open page; where it is late, merge."""
        page = self.pages.get(person.pk)
        if page is None:
            return
        paragraphs = page.text.split("\n")
        word = self.word()
        paragraphs[k % len(paragraphs)] += word
        mine = "\n".join(paragraphs)
        try:
            with transaction.atomic():
                amending.reword(page.draft, page.clause, mine, by=person, seen=page.seen)
        except amending.Stale as stale:
            mine = settled(merge(page.text, mine, stale.current.text))
            amending.reword(page.draft, page.clause, mine, by=person, seen=stale.seen)
        self.acknowledge(page.draft, page.clause, mine, person)
        self.words[page.draft.pk].add(word)
        del self.pages[person.pk]

    def meet(self, person: User, n: int, k: int):
        """Two people open the same clause and save one after the other."""
        other = self.people[(self.people.index(person) + 1) % 5]
        for each in (person, other):
            self.open(each, n, k)
        self.save(person, n, k)
        self.save(other, n, k + n)

    def word(self) -> str:
        self.count += 1
        return f"〔{self.count}〕"

    def merge(self, person: User, n: int, k: int):
        """Accept what merges with what was decided since, and settle the rest."""
        draft = self.drafts[n % 2]
        for one in amending.overtaken(draft):
            if one.open:
                assert one.texts is not None
                text = settled(one.texts)
                amending.settle(draft, one.clause, text, by=person, seen=one.seen)
            else:
                text = one.text
                amending.accept(draft, {one.node.public_id: one.seen}, by=person)
            self.acknowledge(draft, one.clause, text, person)

    def acknowledge(self, draft: Amendment, clause: Clause, text: str, person: User):
        self.said[draft.pk][clause.pk] = text
        self.saved[draft.pk, clause.pk].append((text, person.pk))
        self.drafters[draft.pk].add(person.pk)

    # --- The procedure ---
    def submit(self, person: User, n: int, k: int):
        procedure.submit(self.drafts[n % 2], by=person)
        self.drafters[self.drafts[n % 2].pk].add(person.pk)

    def send_back(self, person: User, n: int, k: int):
        procedure.send_back(self.drafts[n % 2], by=person, reason="直す")

    def approve(self, person: User, n: int, k: int):
        draft = self.drafts[n % 2]
        self.refused_to_drafters(
            draft, person, S.SUBMITTED, lambda: procedure.approve(draft, by=person)
        )

    def decide(self, person: User, n: int, k: int):
        draft = self.drafts[n % 2]
        day = self.day + dt.timedelta(days=1)
        when = {"decided_on": day, "effective_on": day}
        if self.refused_to_drafters(
            draft, person, S.APPROVED, lambda: procedure.decide(draft, by=person, **when)
        ):
            return
        self.day = day
        self.state |= self.said[draft.pk]
        self.past.append((day, dict(self.state), self.words[draft.pk]))
        self.drafts[n % 2] = make_draft(self.period)

    def finish(self, person: User, n: int, k: int):
        """Take a draft as far as it goes: everybody in turn tries what is next."""
        first = self.people.index(person)
        for act in (self.submit, self.approve, self.decide):
            for each in self.people[first:] + self.people[:first]:
                with suppress(ValidationError), transaction.atomic():
                    act(each, n, k)

    def refused_to_drafters(self, draft: Amendment, person: User, state: str, act) -> bool:
        """Do something that no drafter may do; tell whether it was refused, as it must be."""
        draft.refresh_from_db()
        if draft.state == state and person.pk in self.drafters[draft.pk]:
            with pytest.raises(PermissionDenied), transaction.atomic():
                act()
            return True
        act()
        return False


def settled(merged: Merge) -> str:
    """Keep both sides of what both changed, so that no word is lost."""
    chosen = {
        place: f"{passage.mine}{passage.theirs}"
        for place, passage in enumerate(merged.passages)
        if passage.origin is Origin.CONFLICT
    }
    return merged.settled(chosen)


def assert_the_text_is_the_amendments_in_order(office: Office):
    words: set[str] = set()
    for day, state, new in office.past:
        text = Text.of(Wording.objects.in_force_on(office.period, day))
        assert {pk: text.nodes[pk].text for pk in state} == state
        words |= new
        assert [word for word in words if word not in "".join(state.values())] == []


def assert_every_acknowledged_save_is_in_the_history(office: Office):
    for (draft, clause), saved in office.saved.items():
        rows = Wording.history.filter(amendment=draft, clause=clause).order_by("history_id")
        assert list(rows.values_list("text", "history_user")) == saved


def assert_what_is_open_has_every_word(office: Office):
    for draft in office.drafts:
        tree = amending.text_of(draft)
        text = "".join(tree.nodes[body.pk].text for body in office.bodies)
        assert [word for word in office.words[draft.pk] if word not in text] == []


def assert_nobody_decided_what_they_drafted(office: Office):
    for amendment in Amendment.objects.filter(period=office.period):
        # An approval ends when who gave it drafts: what counts is what stands, and who decided.
        rows = amendment.history.filter(history_change_reason__startswith="決定：")
        deciding = {row.history_user_id for row in rows}
        deciding |= {approval.approved_by_id for approval in approving.standing(amendment)}
        assert deciding & office.drafters[amendment.pk] == set()
        stored = set(amendment.contributions.values_list("user", flat=True))
        assert office.drafters[amendment.pk] <= stored


@pytest.mark.sqlite
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(steps)
@example(OVERTAKEN)
def test_whatever_people_do_together_nothing_is_lost(told):
    with transaction.atomic():
        office = Office()
        for verb, who, n, k in told:
            try:
                with transaction.atomic():
                    getattr(office, verb)(office.people[who], n, k)
            except ValidationError:
                pass  # not a draft any more, or conflicts stand against it: refused, nothing is told
        assert_the_text_is_the_amendments_in_order(office)
        assert_every_acknowledged_save_is_in_the_history(office)
        assert_what_is_open_has_every_word(office)
        assert_nobody_decided_what_they_drafted(office)
        transaction.set_rollback(True)
