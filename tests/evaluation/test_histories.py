"""Random histories of drafts and decisions: the text in force equals the replay in order."""

import datetime as dt
from dataclasses import dataclass, field

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluation import amending, procedure
from evaluation.comparison.alignment import Kind, align
from evaluation.models import Amendment, Clause, Wording
from evaluation.models.texts import Text
from tests.factories import DAY, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db

VERBS = ["insert", "reword", "relabel", "move", "move", "repeal", "restore", "decide"]
steps = st.lists(
    st.tuples(st.sampled_from(VERBS), st.integers(0, 1), st.integers(0, 30), st.integers(0, 30)),
    min_size=4,
    max_size=24,
)

Aspects = dict[str, object]


@dataclass
class Story:
    """A period with two open drafts, told twice: to the portal, and to plain dictionaries."""

    state: dict[int, Aspects] = field(default_factory=dict)
    drafts: list[Amendment] = field(default_factory=list)
    changes: list[dict[int, Aspects]] = field(default_factory=list)
    past: list[tuple[dt.date, dt.datetime, dict[int, Aspects]]] = field(default_factory=list)
    opened: list[int] = field(default_factory=list)
    day: dt.date = DAY

    def __post_init__(self):
        self.period = make_period()
        baseline, _ = make_baseline(self.period, items=3)
        self.approver = make_user()
        self.state = {w.clause_id: aspects(w) for w in baseline.wordings.all()}
        self.past = [(DAY, baseline.recorded_at, self.copy())]
        for n in range(2):
            self.open(n)

    def copy(self):
        return {clause: dict(told) for clause, told in self.state.items()}

    def open(self, n):
        self.drafts[n : n + 1] = [make_draft(self.period)]
        self.changes[n : n + 1] = [{}]
        self.opened[n : n + 1] = [len(self.past)]

    def tell(self, n, clause_id, *names):
        """Note what the draft now says of some aspects of a clause."""
        row = self.drafts[n].wordings.filter(clause_id=clause_id).first()
        told = self.changes[n].setdefault(clause_id, {})
        for name in names:
            if row is None:
                told.pop(name, None)
            else:
                told[name] = aspects(row)[name]

    # --- what may happen ---
    def insert(self, n, draft, node, other, items):
        parent = Clause.objects.get(pk=node.parent_id) if node.parent_id else None
        after = Clause.objects.get(pk=node.clause_id)
        label = f"新{draft.pk}-{Clause.objects.count()}"
        new = amending.insert(
            draft, "item", parent=parent, after=after, label=label, text=label, by=None
        )
        self.tell(n, new.pk, "place", "label", "text", "repealed")

    def reword(self, n, draft, node, other, items):
        amending.reword(draft, node.wording.clause, f"文言{draft.pk}-{other.clause_id}", by=None)
        self.tell(n, node.clause_id, "text")

    def relabel(self, n, draft, node, other, items):
        amending.relabel(draft, node.wording.clause, f"{draft.pk}-{node.clause_id}", by=None)
        self.tell(n, node.clause_id, "label")

    def move(self, n, draft, node, other, items):
        amending.move(draft, node.wording.clause, parent=other.wording.clause, by=None)
        self.tell(n, node.clause_id, "place")

    def repeal(self, n, draft, node, other, items):
        below = [below.clause_id for _, below in amending.text_of(draft).walk(node.clause_id)]
        amending.repeal(draft, node.wording.clause, by=None)
        for clause_id in [node.clause_id, *below]:
            if Clause.objects.filter(pk=clause_id).exists():
                self.tell(n, clause_id, "repealed")
            else:
                self.changes[n].pop(clause_id)

    def restore(self, n, draft, node, other, items):
        row = draft.wordings.filter(repealed=True).first()
        if row is not None:
            amending.restore(draft, row.clause, by=None)
            for clause_id in self.changes[n]:
                self.tell(n, clause_id, *self.changes[n][clause_id])

    def decide(self, n, draft, node, other, items):
        conflicts = amending.text_of(draft).conflicts
        # A draft that nobody overtook contradicts nothing, whatever it did.
        assert conflicts == () or self.opened[n] < len(self.past)
        procedure.submit(draft, by=make_user())
        procedure.approve(draft, by=self.approver)
        self.day += dt.timedelta(days=1)
        when = {"decided_on": self.day, "effective_on": self.day}
        if conflicts:
            with pytest.raises(ValidationError), transaction.atomic():
                procedure.decide(draft, by=self.approver, **when)
        else:
            procedure.decide(draft, by=self.approver, **when)
            for clause_id, told in self.changes[n].items():
                self.state.setdefault(clause_id, {}).update(told)
            self.past.append((self.day, draft.recorded_at, self.copy()))
            assert_no_false_move(draft, self.changes[n])
        self.open(n)


def aspects(row):
    return {
        "place": (row.parent_id, row.rank),
        "label": row.label,
        "text": row.text,
        "repealed": row.repealed,
    }


def assert_no_false_move(amendment, changes):
    """Only a clause that the draft itself put elsewhere may be shown as moved."""
    old = Text.of(Wording.objects.before(amendment)).document("")
    new = Text.of(Wording.objects.as_amended_by(amendment)).document("")
    moved = {pair.id for pair in align(old, new) if pair.kind is Kind.MOVED}
    placed = {clause_id for clause_id, told in changes.items() if "place" in told}
    public = dict(Clause.objects.filter(pk__in=placed).values_list("public_id", "pk"))
    assert moved <= public.keys()


def assert_text(period, on, known_at, state):
    text = Text.of(Wording.objects.in_force_on(period, on, known_at))
    standing = {node.clause_id: aspects(node) for node in text.order}
    assert standing == {clause: told for clause, told in state.items() if not told["repealed"]}


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(steps)
def test_the_text_in_force_equals_the_replay_in_order(told):
    with transaction.atomic():
        story = Story()
        for verb, n, one, another in told:
            draft = story.drafts[n]
            items = [node for node in amending.text_of(draft).order if node.kind != "body"]
            if not items:
                break
            node, other = items[one % len(items)], items[another % len(items)]
            try:
                with transaction.atomic():
                    getattr(story, verb)(n, draft, node, other, items)
            except ValidationError:
                pass  # a move below itself, a parent that is gone: refused, and nothing is told
        for index, (day, recorded_at, state) in enumerate(story.past):
            assert_text(story.period, day, None, state)
            last = story.past[-1][0]
            assert_text(story.period, last, recorded_at, state)
            assert index == 0 or day > story.past[index - 1][0]
        transaction.set_rollback(True)
