"""「元に戻す」: whatever an act wrote, taking it back gives the draft what it was before."""

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Max
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluation import amending, reasoning
from evaluation.amending import Stale, performed, take_back
from evaluation.amending.succeeding import mergeable
from evaluation.models import Clause, ItemProgram, Succession, Wording
from jst_objectives import history
from programs.models import Program
from tests.factories import decide, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    """A draft, and a chapter with three items, of which the first has two paragraphs."""
    period = make_period()
    _, clauses = make_baseline(period)
    first = make_draft(period)
    amending.insert(first, "body", parent=clauses[1], text="別の段落を置く。", by=None)
    decide(first)
    return make_draft(period), clauses


def bodies(draft, item):
    return [n.wording.clause for n in amending.text_of(draft).children[item.pk] if n.kind == "body"]


def said(draft):
    """Return all that the draft says: its wordings without their revision, clauses, programmes, origins."""
    fields = "clause parent rank label text repealed excerpt reason base".split()
    return (
        set(draft.wordings.values_list(*fields)),
        set(draft.introduced.values_list("pk", "public_id", "kind")),
        set(draft.item_programs.values_list("pk", "clause", "program", "removed")),
        set(draft.successions.values_list("from_clause", "to_clause", "kind", "continues")),
    )


def done(draft, verb, *args, **options):
    return performed(draft, lambda: verb(draft, *args, by=None, **options))


def test_an_act_is_what_was_written(scene):
    draft, (_, one, *_) = scene
    assert done(draft, amending.reword, one, "項目1の推進") == (None, None)
    _, first = done(draft, amending.reword, one, "甲")
    _, second = done(draft, amending.reword, one, "乙")
    assert (first.after, first.last, second.last > first.last) == (0, second.after, True)


def test_the_last_of_two_acts_gives_back_the_first(scene):
    draft, (_, one, *_) = scene
    reasoning.add(draft, group="区分", title="予算", text="説明", kind="law", by=None)
    done(draft, amending.reword, one, "甲")
    _, act = done(draft, amending.reword, one, "乙")
    user = make_user()
    take_back(draft, act, by=user)
    row = draft.wordings.get()
    assert (row.text, row.revision) == ("甲", 3)
    last = Wording.history.latest("history_id")
    assert (last.history_user, last.history_change_reason) == (user, "元に戻す")
    assert draft.contributions.get().user == user


@pytest.mark.parametrize(
    "verb",
    ["reword", "relabel", "move", "shift", "repeal", "insert", "undo", "split", "merge", "replace"],
)
def test_every_act_is_taken_back_and_that_too(scene, verb):
    draft, (chapter, one, two, three) = scene
    amending.reword(draft, three, "項目3の一層の推進", by=None)
    paragraph, other = bodies(draft, one)
    acts = {
        "reword": (amending.reword, two, "甲"),
        "relabel": (amending.relabel, two, "8"),
        "shift": (amending.shift, two, 1),
        "repeal": (amending.repeal, chapter),
        "undo": (amending.undo, three),
        "split": (amending.split, paragraph, ["甲", "乙", "丙"]),
        "merge": (amending.merge, paragraph, [other], "甲"),
        "replace": (amending.replace, paragraph, "甲"),
    }
    before = said(draft)
    if verb == "move":
        _, act = done(draft, amending.move, two, parent=one)
    elif verb == "insert":
        new = {"parent": chapter, "after": one, "label": "9", "text": "新しい項目"}
        _, act = done(draft, amending.insert_item, parts={"body": ["甲", "乙"]}, **new)
    else:
        name, *args = acts[verb]
        _, act = done(draft, name, *args)
    after = said(draft)
    assert after != before
    _, back = performed(draft, lambda: take_back(draft, act, by=None))
    assert said(draft) == before
    _, again = performed(draft, lambda: take_back(draft, back, by=None))
    assert said(draft) == after
    take_back(draft, again, by=None)
    assert said(draft) == before


def test_an_item_that_was_given_up_comes_back_with_all_that_hung_on_it(scene):
    draft, (chapter, one, *_) = scene
    program = Program(agency=draft.period.agency, slug="p", name="事業")
    history.save(program, by=None, reason="試験")
    parts = {"body": ["段落"], "evaluation_axis": ["進んだか。"]}
    new = {"parent": chapter, "after": one, "label": "9", "text": "新しい項目"}
    item = amending.insert_item(draft, parts=parts, programs=[program], by=None, **new)
    before = said(draft)
    _, act = done(draft, amending.undo, item)
    assert (draft.introduced.count(), ItemProgram.objects.count()) == (0, 0)
    take_back(draft, act, by=None)
    assert said(draft) == before
    assert Clause.objects.get(pk=item.pk).public_id == item.public_id


def test_a_part_that_was_given_up_comes_back_with_its_origin(scene):
    draft, (_, one, *_) = scene
    (new,) = amending.split(draft, bodies(draft, one)[0], ["甲", "乙"], by=None)
    before = said(draft)
    _, act = done(draft, amending.undo, new)
    assert not draft.successions.exists()
    take_back(draft, act, by=None)
    assert said(draft) == before


def test_an_origin_is_an_act_of_its_own_and_what_was_said_since_stays(scene):
    draft, (chapter, one, two, _) = scene
    place = {"parent": chapter, "after": two, "label": "9", "text": "甲", "by": None}
    new = amending.insert(draft, "item", **place)
    before = said(draft)
    _, first = done(draft, amending.derive, new, [one], "split")
    after = said(draft)
    _, second = done(draft, amending.derive, new, [one], "merged")
    with pytest.raises(ValidationError, match="その後に条項の由来が変わったため"):
        take_back(draft, first, by=None)
    take_back(draft, second, by=None)
    assert said(draft) == after
    assert done(draft, amending.derive, new, [one], "split") == (None, None)
    take_back_newest(draft, first)
    assert said(draft) == before


def test_what_somebody_changed_since_is_not_overwritten(scene):
    draft, (_, one, *_) = scene
    _, act = done(draft, amending.reword, one, "甲")
    amending.reword(draft, one, "乙", by=make_user())
    with pytest.raises(Stale) as caught:
        take_back(draft, act, by=None)
    assert (caught.value.current.text, draft.wordings.get().text) == ("乙", "乙")


def test_what_was_added_below_since_is_not_lost(scene):
    draft, (chapter, *_) = scene
    new, act = done(draft, amending.insert, "item", parent=chapter, label="9", text="甲")
    amending.insert(draft, "body", parent=new, text="段落", by=None)
    with pytest.raises(ValidationError, match="この条項に付けられたもの"):
        take_back(draft, act, by=None)
    assert draft.wordings.count() == 2


def test_what_hangs_on_a_place_that_has_gone_stays(scene):
    draft, (_, one, two, _) = scene
    _, repealed = done(draft, amending.repeal, one)
    take_back(draft, repealed, by=None)
    _, moved = done(draft, amending.move, two, parent=one)
    _, back = done(draft, take_back, moved)
    amending.repeal(draft, one, by=None)
    with pytest.raises(ValidationError, match="元に戻すと、本文がつながらなくなります。"):
        take_back(draft, back, by=None)
    assert draft.wordings.filter(clause=two).count() == 0


def test_what_was_never_written_cannot_be_taken_back(scene):
    draft, (_, one, *_) = scene
    _, act = done(make_draft(draft.period), amending.reword, one, "甲")
    with pytest.raises(ValidationError, match="元に戻すものがありません。"):
        take_back(draft, act, by=None)


def test_a_decided_amendment_takes_nothing_back(scene):
    draft, (_, one, *_) = scene
    _, act = done(draft, amending.reword, one, "甲")
    decide(draft)
    with pytest.raises(ValidationError, match="起案中の変更案だけができます"):
        take_back(draft, act, by=None)


VERBS = "reword relabel shift repeal undo insert split merge replace".split()
STEPS = st.lists(
    st.tuples(
        st.sampled_from(VERBS),
        st.integers(0, 9),
        st.sampled_from([-1, 1]),
    ),
    min_size=1,
    max_size=6,
)


@pytest.mark.sqlite
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_a_course_of_acts_is_walked_back_to_where_it_began(scene, steps):
    draft, _ = scene
    beginning, walked = said(draft), []
    for verb, which, step in steps:
        nodes = amending.text_of(draft).order
        if not nodes:
            break
        node = nodes[which % len(nodes)]
        clause = node.wording.clause
        others = [n.wording.clause for n in mergeable(draft, amending.text_of(draft), node)]
        options = {
            "reword": lambda c=clause, w=which: (amending.reword, c, f"文言{w}"),
            "relabel": lambda c=clause, w=which: (amending.relabel, c, str(w + 20)),
            "shift": lambda c=clause, s=step: (amending.shift, c, s),
            "repeal": lambda c=clause: (amending.repeal, c),
            "undo": lambda c=clause: (amending.undo, c),
            "split": lambda c=clause: (amending.split, c, ["甲", "乙"]),
            "merge": lambda c=clause, o=others: (amending.merge, c, o, "甲"),
            "replace": lambda c=clause: (amending.replace, c, "甲"),
            "insert": lambda: (amending.insert, "chapter"),
        }
        name, *args = options[verb]()
        more = {"parent": None, "label": "Ⅸ", "text": "章"} if verb == "insert" else {}
        before = said(draft)
        try:
            _, act = done(draft, name, *args, **more)
        except ValidationError:
            continue
        if act:
            walked.append((before, act))
    for before, act in reversed(walked):
        take_back_newest(draft, act)
        assert said(draft) == before
    assert said(draft) == beginning


def take_back_newest(draft, act):
    """Take an act back whose clauses later acts changed and gave back: what it wrote is the newest."""
    last, last_origin = (
        model.history.filter(amendment=draft).aggregate(last=Max("history_id"))["last"] or 0
        for model in (Wording, Succession)
    )
    take_back(draft, amending.Act(act.after, last, act.after_origin, last_origin), by=None)
