"""A change prepared once for several agencies: what fits, what does not and why, and the drafts made."""

import copy

import pytest
from django.core.exceptions import ValidationError

from evaluation import amending, applying, reasoning, restricting
from evaluation.applying import How
from evaluation.models import Amendment, Clause, Wording
from evaluation.permissions import Act, refusals
from jst_objectives import history
from programs.models import Program, Role
from tests.factories import decide, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db
SHARED = "研究インテグリティの確保のため、研究者の所属に関する情報を適切に管理する。"


def text_with(period, *paragraphs, item="研究の公正の推進"):
    """Decide a text with chapter Ⅵ, an item 1 and its paragraphs; return chapter, item and these."""
    make_baseline(period, items=2)
    draft = make_draft(period)
    chapter = amending.insert(draft, "chapter", parent=None, label="Ⅵ", text="その他", by=None)
    parent = amending.insert(draft, "item", parent=chapter, label="1", text=item, by=None)
    bodies = []
    for text in paragraphs:
        after = bodies[-1] if bodies else None
        bodies.append(
            amending.insert(draft, "body", parent=parent, after=after, text=text, by=None)
        )
    decide(draft)
    return chapter, parent, *bodies


@pytest.fixture(scope="module")
def made(module_rows):
    """A draft of one agency, the period of another with the same paragraph, and an editor of both."""
    here, there = make_period(), make_period()
    mine, theirs = text_with(here, SHARED), text_with(there, SHARED)
    editor = make_user(here.agency, "editor")
    history.save(Role(user=editor, agency=there.agency, role="editor"), by=None, reason="試験")
    return make_draft(here, by=editor), there, mine, theirs, editor


@pytest.fixture
def scene(made):
    return copy.deepcopy(made)


def told(draft, there):
    return [(fit.how, fit.text, fit.why) for fit in applying.plan(draft, there).fits]


def apply(draft, there, by):
    return applying.apply(draft, there, by=by, seen=applying.plan(draft, there).seen)


def words_of(amendment):
    return [
        (row.clause.kind, row.label, row.text, row.repealed)
        for row in amendment.wordings.order_by("pk")
    ]


def test_the_same_words_are_reworded_alike(scene):
    draft, there, (_, _, body), (_, _, other), editor = scene
    amending.reword(draft, body, SHARED.replace("適切", "厳正"), by=editor)
    assert told(draft, there) == [(How.REWORDED, SHARED.replace("適切", "厳正"), "")]
    made = apply(draft, there, editor)
    row = made.wordings.get()
    assert (row.clause, row.text) == (other, SHARED.replace("適切", "厳正"))
    assert (made.period, made.slug, made.title, made.holder) == (
        there,
        draft.slug,
        draft.title,
        editor,
    )
    assert (made.state, made.kind) == (Amendment.State.DRAFT, Amendment.Kind.AMENDMENT)


def test_like_words_are_merged_and_keep_what_is_the_agency_s_own(scene):
    draft, there, (_, _, body), (_, _, other), editor = scene
    own = make_draft(there)
    amending.reword(own, other, SHARED.replace("研究者", "役職員"), by=None)
    decide(own)
    amending.reword(draft, body, SHARED.replace("適切", "厳正"), by=editor)
    merged = SHARED.replace("研究者", "役職員").replace("適切", "厳正")
    assert told(draft, there) == [(How.MERGED, merged, "")]
    assert apply(draft, there, editor).wordings.get().text == merged


def test_what_does_not_fit_is_listed_with_its_reason(scene):
    draft, there, (_, item, body), (_, _, other), editor = scene
    own = make_draft(there)
    amending.reword(own, other, SHARED.replace("適切", "的確"), by=None)
    decide(own)
    amending.reword(draft, body, SHARED.replace("適切", "厳正"), by=editor)
    amending.relabel(draft, item, "3", by=editor)
    assert [(fit.place, fit.why) for fit in applying.plan(draft, there).not_fitting] == [
        ("3. 研究の公正の推進", "番号や場所の変更は、法人ごとに行います。"),
        (
            f"3. 研究の公正の推進の本文「{SHARED[:19]}…」".replace("適切", "厳正"),
            "文言が違うため、統合できません。",
        ),
    ]


def test_where_the_words_stand_already_nothing_is_done(scene):
    draft, there, (_, item, body), (_, other_item, other), editor = scene
    own = make_draft(there)
    amending.reword(own, other, SHARED.replace("適切", "厳正"), by=None)
    amending.insert(own, "body", parent=other_item, after=other, text="加える段落。", by=None)
    decide(own)
    amending.reword(draft, body, SHARED.replace("適切", "厳正"), by=editor)
    amending.insert(draft, "body", parent=item, after=body, text="加える段落。", by=editor)
    assert [why for _, _, why in told(draft, there)] == [
        "すでに同じ文言です。",
        "すでに同じ条項があります。",
    ]
    with pytest.raises(ValidationError, match="当てはまる変更がありません"):
        apply(draft, there, editor)


def test_new_clauses_stand_behind_their_neighbours_with_free_numbers(scene):
    draft, there, (chapter, item, body), (_, other_item, _), editor = scene
    amending.insert(draft, "body", parent=item, after=body, text="後に加える段落。", by=editor)
    parts = {
        Clause.Kind.BODY: ["本文一。", "本文二。"],
        Clause.Kind.EVALUATION_AXIS: ["進んだか。"],
    }
    amending.insert_item(
        draft, parent=chapter, after=item, label="2", text="新しい項目", parts=parts, by=editor
    )
    own = make_draft(there)
    parent = amending.text_of(own).nodes[other_item.pk].wording.parent
    amending.insert(
        own, "item", parent=parent, after=other_item, label="2", text="この法人の項目", by=None
    )
    decide(own)
    made = apply(draft, there, editor)
    text = amending.text_of(made)
    assert [node.text for node in text.children[other_item.pk]] == [SHARED, "後に加える段落。"]
    items = [(node.label, node.text) for node in text.children[parent.pk]]
    assert items == [("1", "研究の公正の推進"), ("3", "新しい項目"), ("2", "この法人の項目")]
    new = next(node for node in text.order if node.text == "新しい項目")
    below = text.children[new.clause_id]
    assert [node.text for node in below if node.kind == "body"] == ["本文一。", "本文二。"]
    assert [node.text for node in below if node.kind != "body"] == ["進んだか。"]
    assert text.conflicts == ()


def test_what_hangs_on_a_clause_that_does_not_fit_does_not_fit(scene):
    draft, there, _, _, editor = scene
    lone = amending.insert(draft, "chapter", parent=None, label="Ⅶ", text="新しい章", by=editor)
    amending.insert(draft, "item", parent=lone, label="1", text="章の中の項目", by=editor)
    assert [how for how, _, _ in told(draft, there)] == [How.NEW, How.NEW]
    own = make_draft(there)
    amending.insert(own, "chapter", parent=None, label="Ⅶ", text="新しい章", by=None)
    decide(own)
    assert [why for _, _, why in told(draft, there)] == [
        "すでに同じ条項があります。",
        "置き場所の項目が見つかりません。",
    ]


def test_deletions_fit_where_nothing_of_the_agency_s_own_would_go(scene):
    draft, there, (_, item, _), (_, other_item, other), editor = scene
    amending.repeal(draft, item, by=editor)
    assert [how for how, _, _ in told(draft, there)] == [How.DELETED]
    made = apply(draft, there, editor)
    assert {row.clause_id for row in made.wordings.filter(repealed=True)} == {
        other_item.pk,
        other.pk,
    }
    own = make_draft(there)
    amending.insert(own, "body", parent=other_item, after=other, text="この法人の段落。", by=None)
    decide(own)
    assert told(draft, there)[0][2] == "その下に、この法人だけの条項が1件あります。"


def test_of_two_clauses_with_the_same_words_none_is_guessed(scene):
    draft, there, (_, _, body), (_, other_item, other), editor = scene
    own = make_draft(there)
    amending.insert(own, "body", parent=other_item, after=other, text=SHARED, by=None)
    decide(own)
    amending.reword(draft, body, SHARED.replace("適切", "厳正"), by=editor)
    assert told(draft, there)[0][2] == "同じ条項が見つかりません。"


def test_reasons_and_drafters_come_along_and_programmes_do_not(scene):
    draft, there, (_, _, body), _, editor = scene
    program = Program(agency=draft.period.agency, slug="p", name="事業")
    history.save(program, by=None, reason="試験")
    fields = {"title": "事項", "text": "説明", "kind": "law", "program": program}
    reason = reasoning.add(draft, group="区分", by=editor, **fields)
    amending.reword(draft, body, SHARED.replace("適切", "厳正"), by=editor, reason=reason)
    colleague = make_user(draft.period.agency, "editor")
    amending.contribute(draft, colleague)
    made = apply(draft, there, editor)
    copied = made.wordings.get().reason
    assert (copied.title, copied.program, copied.group.title) == ("事項", None, "区分")
    assert {c.user for c in made.contributions.all()} == {editor, colleague}
    assert Wording.history.filter(amendment=made).get().history_user == editor


def test_a_plan_that_reads_otherwise_now_is_not_carried_out(scene):
    draft, there, (_, _, body), _, editor = scene
    amending.reword(draft, body, SHARED.replace("適切", "厳正"), by=editor)
    seen = applying.plan(draft, there).seen
    amending.reword(draft, body, SHARED.replace("適切", "確実"), by=editor)
    with pytest.raises(ValidationError, match="その間に、本文か変更案が変わりました"):
        applying.apply(draft, there, by=editor, seen=seen)
    assert not there.amendments.exclude(state="decided").exists()


def test_a_name_that_is_taken_gets_a_number(scene):
    draft, there, (_, _, body), _, editor = scene
    amending.reword(draft, body, SHARED.replace("適切", "厳正"), by=editor)
    slugs = [apply(draft, there, editor).slug for _ in range(3)]
    assert slugs == [draft.slug, f"{draft.slug}-2", f"{draft.slug}-3"]


def test_only_agencies_of_which_one_is_an_editor_with_their_latest_text(scene):
    draft, there, _, _, editor = scene
    text_with(make_period())
    later = make_period(number=6)
    later.agency = there.agency
    history.save(later, by=None, reason="試験")
    history.save(
        Role(user=editor, agency=make_period().agency, role="editor"), by=None, reason="試験"
    )
    assert applying.periods_for(draft, editor) == [there]
    text_with(later)
    assert applying.periods_for(draft, editor) == [later]
    assert applying.periods_for(draft, make_user(draft.period.agency, "editor")) == []


def test_what_is_decided_is_applied_as_well(scene):
    draft, there, (_, _, body), _, editor = scene
    amending.reword(draft, body, SHARED.replace("適切", "厳正"), by=editor)
    decide(draft)
    assert [how for how, _, _ in told(draft, there)] == [How.REWORDED]


def test_a_restricted_draft_is_not_spread(scene):
    draft, there, (_, _, body), _, editor = scene
    amending.reword(draft, body, SHARED.replace("適切", "厳正"), by=editor)
    seen = applying.plan(draft, there).seen
    before = Amendment.objects.select_related("restriction").get(pk=draft.pk)
    restricting.restrict(draft, by=editor, why="市場")
    for known in (draft, before):
        with pytest.raises(ValidationError, match="閲覧を制限した変更案は"):
            applying.apply(known, there, by=editor, seen=seen)
    assert refusals(editor, draft)[Act.APPLY].endswith("他の法人に用意できません。")
