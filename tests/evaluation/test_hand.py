"""Marks drawn by hand: who writes them, where they are used, when they are stale."""

import pytest
from django.core.exceptions import ValidationError

from evaluation import amending, drafting
from evaluation.comparison.correcting import fingerprint
from evaluation.comparison.marking import Marks
from evaluation.documents.appendix import amended_appendix
from evaluation.documents.comparison import as_text, comparison_table
from evaluation.documents.hand import Hand
from evaluation.documents.issuing import current_content
from evaluation.models import Marking
from evaluation.models.markings import read_spans, written_spans
from evaluation.models.texts import texts_around
from evaluation.trail import Search, entries, found
from jst_objectives import history
from tests.factories import decide, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db
OLD, NEW = "項目1を推進する。", "項目1と項目2を推進する。"
WIDER = Marks(((0, 3),), ((0, 7),))


@pytest.fixture
def draft():
    """Reword the paragraph of item 1."""
    baseline, _ = make_baseline(make_period())
    draft = make_draft(baseline.period)
    amending.reword(draft, paragraph(draft), NEW, by=make_user())
    return draft


def paragraph(draft):
    node = next(n for n in amending.text_of(draft).order if n.text in (OLD, NEW))
    return node.wording.clause


def row(draft):
    lines = as_text(comparison_table(draft)).splitlines()
    return next(line for line in lines if "推進する" in line)


def hand(draft):
    return Hand.of(draft, *texts_around(draft))


def test_drawn_marks_replace_the_engines_everywhere(draft):
    assert row(draft) == f"項目1<u>と項目2</u>を推進する。\t{OLD}"
    by = make_user()
    amending.draw(draft, paragraph(draft), WIDER, by=by, why="語を切らない")
    drawn = "<u>項目1と項目2</u>を推進する。\t<u>項目1</u>を推進する。"
    assert row(draft) == drawn
    marking = Marking.objects.get()
    said = (marking.marks, marking.why, marking.drawn_by, marking.fingerprint)
    assert said == (WIDER, "語を切らない", by, fingerprint(OLD, NEW))
    assert draft.contributions.filter(user=by).exists()
    assert marking.history.get().history_change_reason == "下線を引く：語を切らない"
    rows = current_content(draft)["comparison"]["rows"]
    assert {"text": "項目1と項目2", "marked": True, "role": "text"} in rows[-1]["proposed"]
    decide(draft)
    assert row(draft) == drawn


def test_indicators_are_drawn_in_the_appendix_too():
    baseline, (_, item, *_) = make_baseline(make_period())
    first = make_draft(baseline.period)
    axis = amending.insert(first, "evaluation_axis", parent=item, text="成果が出たか。", by=None)
    decide(first)
    draft = make_draft(baseline.period)
    amending.reword(draft, axis, "成果と効果が出たか。", by=make_user())
    amending.draw(draft, axis, Marks((), ((0, 5),)), by=make_user())
    (entry,) = amended_appendix(draft).rows[0].axes
    assert [(run.text, run.marked) for run in entry.runs] == [
        ("成果と効果", True),
        ("が出たか。", False),
    ]


def test_the_way_back_to_the_proposal(draft):
    clause = paragraph(draft)
    amending.draw(draft, clause, WIDER, by=make_user())
    amending.return_to_proposal(draft, clause, by=make_user())
    assert not Marking.objects.exists()
    assert [entry.history_type for entry in Marking.history.all()] == ["-", "+"]
    amending.return_to_proposal(draft, clause, by=make_user())
    assert Marking.history.count() == 2


def test_marks_equal_to_the_proposal_are_not_stored(draft):
    clause = paragraph(draft)
    engine = Marks((), ((3, 7),))
    assert amending.draw(draft, clause, engine, by=make_user()) is False
    assert not Marking.history.exists()
    assert amending.draw(draft, clause, WIDER, by=make_user()) is True
    assert amending.draw(draft, clause, engine, by=make_user()) is False
    assert not Marking.objects.exists()


def test_marks_go_stale_with_the_text_and_come_back_with_it(draft):
    clause = paragraph(draft)
    amending.draw(draft, clause, WIDER, by=make_user())
    amending.reword(draft, clause, NEW.replace("推進", "促進"), by=make_user())
    found = hand(draft)
    assert (found.marks, [node.public_id for node in found.stale]) == ({}, [clause.public_id])
    amending.reword(draft, clause, NEW, by=make_user())
    assert hand(draft).marks == {clause.public_id: WIDER}
    amending.undo(draft, clause, by=make_user())
    assert hand(draft).drawn == ()


def test_warnings_of_what_goes_unseen(draft):
    clause = paragraph(draft)
    amending.draw(draft, clause, Marks(((0, 2),), ()), by=make_user())
    ((node, words),) = hand(draft).warned
    assert (node.public_id, words) == (
        clause.public_id,
        [
            "「と項目2」の追加に、下線がありません。",
            "下線のない部分が、左右で違います：現行の「1」、変更案の「項目1」",
        ],
    )


@pytest.mark.parametrize("many", [1, 3])
def test_the_hand_costs_one_query_however_many_marks_are_stale(many, django_assert_num_queries):
    baseline, _ = make_baseline(make_period(), items=many)
    draft, by = make_draft(baseline.period), make_user()
    for node in [n for n in amending.text_of(draft).order if "を推進する。" in n.text]:
        for text in ("研究を進める。", "研究を広める。"):
            amending.reword(draft, node.wording.clause, text, by=by)
            if "進" in text:
                amending.draw(draft, node.wording.clause, Marks((), ((0, 2),)), by=by)
    texts = texts_around(draft)
    with django_assert_num_queries(1):
        found = Hand.of(draft, *texts)
        assert (len(found.stale), found.warned) == (many, [])


def test_who_was_slower_is_told(draft):
    clause = paragraph(draft)
    seen = amending.marking_fingerprint(OLD, NEW, None)
    amending.draw(draft, clause, WIDER, by=make_user(), seen=seen)
    with pytest.raises(amending.Stale) as stale:
        amending.draw(draft, clause, Marks(), by=make_user(), seen=seen)
    assert stale.value.seen == amending.marking_fingerprint(OLD, NEW, Marking.objects.get())
    assert Marking.objects.get().marks == WIDER


@pytest.mark.parametrize("marks", [Marks(((0, 99),), ()), Marks((), ((3, 3),))])
def test_marks_of_another_text_are_refused(draft, marks):
    with pytest.raises(ValidationError, match="下線の位置が文言と合いません"):
        amending.draw(draft, paragraph(draft), marks, by=make_user())


def test_only_what_is_reworded_has_marks_of_its_own(draft):
    clause = paragraph(draft)
    amending.undo(draft, clause, by=make_user())
    with pytest.raises(ValidationError, match="文言を改めた条項だけです"):
        amending.draw(draft, clause, WIDER, by=make_user())
    other = next(n for n in amending.text_of(draft).order if n.text == "項目2の推進").wording.clause
    amending.repeal(draft, other, by=make_user())
    with pytest.raises(ValidationError, match="文言を改めた条項だけです"):
        amending.return_to_proposal(draft, other, by=make_user())


@pytest.mark.parametrize("same", ["項目１を推進する。", " 項目1を推進する。"])
def test_what_a_table_does_not_show_has_no_marks(draft, same):
    clause = paragraph(draft)
    amending.draw(draft, clause, WIDER, by=make_user())
    assert hand(draft).reworded == {clause.public_id}
    amending.reword(draft, clause, same, by=make_user())
    assert (hand(draft).drawn, hand(draft).reworded) == ((), set())
    with pytest.raises(ValidationError, match="文言を改めた条項だけです"):
        amending.draw(draft, clause, Marks(((0, 2),), ()), by=make_user())


def test_nothing_is_drawn_in_what_is_no_draft(draft):
    clause = paragraph(draft)
    decide(draft)
    with pytest.raises(ValidationError, match="決定のため"):
        amending.draw(draft, clause, WIDER, by=make_user())


def test_a_copy_keeps_the_marks_and_a_deletion_takes_them(draft):
    amending.draw(draft, paragraph(draft), WIDER, by=make_user())
    copy = drafting.copy(draft, by=make_user(), slug="copy", title="写し")
    assert hand(copy).marks == hand(draft).marks
    drafting.delete(copy, by=make_user())
    assert Marking.objects.get().amendment == draft


def test_the_trail_tells_the_words_that_were_marked(draft):
    clause = paragraph(draft)
    amending.draw(draft, clause, WIDER, by=make_user())
    amending.draw(draft, clause, Marks((), ((0, 2), (3, 7))), by=make_user())
    amending.reword(draft, clause, NEW.replace("推進", "促進"), by=make_user())
    later, first = (changed_marks(entry) for entry in told(draft))
    assert first == {"現行の下線": ("", "「項目1」"), "変更案の下線": ("", "「項目1と項目2」")}
    assert later == {
        "現行の下線": ("「項目1」", ""),
        "変更案の下線": ("「項目1と項目2」", "「項目」「と項目2」"),
    }


def test_where_marks_stood_is_told_if_their_texts_are_not_known(draft):
    amending.draw(draft, paragraph(draft), WIDER, by=make_user())
    marking = Marking.objects.get()
    marking.fingerprint = fingerprint("別の文", NEW)
    history.save(marking, by=None, reason="試験")
    history.delete(marking, by=None, reason="試験")
    entry, *_ = told(draft)
    assert changed_marks(entry) == {"現行の下線": ("0-3", ""), "変更案の下線": ("0-7", "")}


def told(draft):
    return entries(found(Search(agencies=(draft.period.agency_id,), kind="marking")))


def changed_marks(entry):
    return {c.label: (c.old, c.new) for c in entry.changes if c.label.endswith("の下線")}


def test_spans_are_written_so_that_people_can_read_them():
    assert written_spans(((0, 3), (5, 9))) == "0-3,5-9"
    assert read_spans("0-3,5-9") == ((0, 3), (5, 9))
    assert read_spans("") == ()
    for text in ("3", "a-b", "1-2-3"):
        with pytest.raises(ValidationError, match="下線の位置を読み取れません"):
            read_spans(text)
