"""A draft's facts, holder and sharing, its copies and its deletion."""

import datetime as dt
from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluation import amending, drafting
from evaluation.comparison.rows import NATIONAL
from evaluation.documents.comparison import settings_of
from evaluation.documents.issuing import take_snapshot
from evaluation.models import (
    Amendment,
    AmendmentReason,
    Clause,
    Contribution,
    ItemProgram,
    OverviewSection,
    OverviewSheet,
    ReasonGroup,
    TableForm,
    Wording,
)
from jst_objectives import history
from programs.models import Program
from tests.databases import on_postgresql
from tests.factories import decide, make_baseline, make_draft, make_period, make_user, submit

pytestmark = pytest.mark.django_db


def store(row):
    history.save(row, by=None, reason="試験")
    return row


def make_full_draft(period, clauses, by=None):
    """A draft that rewords, moves, repeals and inserts, with a reason, a programme and a sheet."""
    chapter, one, two, three = clauses
    draft = make_draft(period, by=by, office="人材政策課", memo_title="変更の理由")
    group = store(ReasonGroup(amendment=draft, position=1, title="補正予算"))
    reason = store(AmendmentReason(group=group, position=1, title="新設", text="理由", kind="law"))
    amending.reword(draft, one, "項目1の一層の推進", by=by, reason=reason)
    amending.move(draft, one, parent=two, by=by)
    amending.repeal(draft, three, by=by)
    new = amending.insert(draft, "item", parent=chapter, label="8", text="新しい項目", by=by)
    amending.insert(draft, "evaluation_axis", parent=new, text="新しい軸", by=by, reason=reason)
    program = store(Program(agency=period.agency, slug=f"p{draft.pk}", name=f"事業{draft.pk}"))
    store(ItemProgram(clause=new, program=program, amendment=draft))
    sheet = store(OverviewSheet(amendment=draft, position=1, title="全体像"))
    store(OverviewSection(sheet=sheet, position=1, body="本文"))
    return draft


def texts(amendment):
    tree = amending.text_of(amendment)
    return [(tree.number(node), node.text, node.wording.reason_id) for node in tree.order]


# --- Facts, holder, sharing -----------------------------------------------------------------------
def test_facts_are_changed_while_it_is_a_draft_and_by_its_drafters():
    period = make_period()
    starter, editor = make_user(), make_user()
    draft = make_draft(period, by=starter)
    drafting.change_facts(
        draft, by=editor, title="新しい件名", office="課", paper_date=dt.date(2026, 4, 1)
    )
    assert (draft.title, draft.office, draft.paper_date) == (
        "新しい件名",
        "課",
        dt.date(2026, 4, 1),
    )
    assert draft.history.first().history_change_reason == "件名・担当などの変更"
    assert {c.user for c in draft.contributions.all()} == {starter, editor}
    submit(draft, by=editor)
    with pytest.raises(ValidationError, match="承認待ちのため、この操作はできません"):
        drafting.change_facts(draft, by=editor, title="遅い件名")


def test_who_is_slower_overwrites_no_facts():
    draft = make_draft(make_period(), office="課")
    opened, mine = drafting.fingerprint(draft), Amendment.objects.get(pk=draft.pk)
    drafting.change_facts(draft, by=make_user(), seen=opened, office="先の課")
    with pytest.raises(
        amending.Stale, match="ほかの人が先に件名・担当などを変更しました。"
    ) as raised:
        drafting.change_facts(mine, by=make_user(), seen=opened, office="後の課")
    assert raised.value.current.office == "先の課"
    assert raised.value.seen == drafting.fingerprint(draft)


def test_handing_a_draft_over_changes_no_facts():
    period = make_period()
    draft, editor = make_draft(period), make_user(period.agency, "editor")
    opened = drafting.fingerprint(draft)
    drafting.hand_over(draft, by=editor, to=editor)
    drafting.change_facts(draft, by=editor, seen=opened, office="課")
    assert (draft.office, draft.holder) == ("課", editor)


@pytest.mark.parametrize("start", [True, False])
def test_who_starts_or_copies_waits_for_the_period(start):
    """So that of two of the same name at the same moment the second is told about the first."""
    period = make_period()
    source = make_draft(period)
    with CaptureQueriesContext(connection) as queries:
        if start:
            amending.start(period, slug="new", title="新", by=None)
        else:
            drafting.copy(source, by=make_user(), slug="copy", title="写し")
    reads = [q["sql"] for q in queries if q["sql"].startswith("SELECT")]
    locked = (
        ["evaluation_objectiveperiod"]
        if start
        else ["evaluation_objectiveperiod", "evaluation_amendment"]
    )
    for table, sql in zip(locked, [r for r in reads if "user" not in r], strict=False):
        assert f'FROM "{table}"' in sql
        assert ("FOR UPDATE" in sql) is on_postgresql()


def test_only_what_changes_something_is_submitted():
    period = make_period()
    _, (_, one, *_) = make_baseline(period)
    draft, linked = make_draft(period), make_draft(period)
    with pytest.raises(ValidationError, match=f"「{draft}」には、まだ変更がありません。"):
        drafting.check_submission(draft)
    amending.reword(draft, one, "項目1の一層の推進", by=None)
    drafting.check_submission(draft)
    program = store(Program(agency=period.agency, slug="p", name="事業"))
    store(ItemProgram(clause=one, program=program, amendment=linked))
    drafting.check_submission(linked)


def test_a_draft_is_handed_to_an_editor_of_its_agency_only():
    period = make_period()
    editor = make_user(period.agency, "editor")
    draft = make_draft(period)
    for nobody in (make_user(period.agency, "approver"), make_user(make_period().agency, "editor")):
        with pytest.raises(ValidationError, match="引き継げるのは、この法人の起案者だけです。"):
            drafting.hand_over(draft, by=editor, to=nobody)
    drafting.hand_over(draft, by=editor, to=editor)
    assert draft.holder == editor
    assert draft.history.first().history_change_reason == "引継ぎ：試験 太郎へ"


def test_a_draft_is_shared_once():
    period = make_period()
    editor, agency = make_user(period.agency, "editor"), make_user(period.agency, "agency")
    draft = make_draft(period)
    assert draft not in Amendment.objects.visible_to(agency)
    drafting.share(draft, by=editor)
    assert draft in Amendment.objects.visible_to(agency)
    shared_at = draft.shared_at
    with pytest.raises(ValidationError, match="すでに法人と共有されています。"):
        drafting.share(draft, by=editor)
    draft.refresh_from_db()
    assert draft.shared_at == shared_at


# --- Copies ---------------------------------------------------------------------------------------
def test_a_copy_says_the_same_with_identities_of_its_own():
    period = make_period()
    _, clauses = make_baseline(period)
    drafter, copier = make_user(), make_user()
    source = make_full_draft(period, clauses, by=drafter)
    copy = drafting.copy(source, by=copier, slug="copy", title="写し")

    old = [(number, text) for number, text, _ in texts(source)]
    assert [(number, text) for number, text, _ in texts(copy)] == old
    assert (copy.kind, copy.office, copy.memo_title) == ("amendment", "人材政策課", "変更の理由")
    assert (copy.state, copy.holder, copy.shared_at) == ("draft", copier, None)
    assert copy.wordings.count() == source.wordings.count()
    assert [c.kind for c in copy.introduced.all()] == ["item", "evaluation_axis"]
    assert not set(copy.introduced.all()) & set(source.introduced.all())
    reason = AmendmentReason.objects.get(group__amendment=copy)
    assert (reason.title, reason.group.title) == ("新設", "補正予算")
    assert {r for *_, r in texts(copy)} == {reason.pk, None}
    link = copy.item_programs.get()
    assert link.program == source.item_programs.get().program
    assert link.clause == copy.introduced.get(kind="item")
    # Who drafted the words may not approve them under another name.
    assert {c.user for c in copy.contributions.all()} == {drafter, copier}
    assert copy.overview_sheets.count() == 0
    assert drafting.left_out(source) == []


def test_a_copy_writes_its_histories():
    period = make_period()
    _, clauses = make_baseline(period)
    source = make_full_draft(period, clauses)
    copier = make_user()
    copy = drafting.copy(source, by=copier, slug="copy", title="写し")
    for model in (Wording, ItemProgram, ReasonGroup):
        rows = model.history.filter(amendment=copy)
        assert {row.history_change_reason for row in rows} == {f"「{source}」の写し"}
        assert {row.history_user for row in rows} == {copier}
        assert rows.count() == model.objects.filter(amendment=copy).count()
    assert Clause.history.filter(introduced_by=copy).count() == 2


def test_what_no_longer_fits_is_a_conflict_of_the_copy():
    period = make_period()
    _, (chapter, one, two, three) = make_baseline(period)
    source = make_full_draft(period, (chapter, one, two, three))
    rival = make_draft(period)
    amending.reword(rival, one, "項目1の刷新", by=None)
    decide(rival)
    copy = drafting.copy(source, by=make_user(), slug="copy", title="写し")
    assert [(c.clause_id, c.aspect) for c in amending.text_of(copy).conflicts] == [(one.pk, "文言")]
    assert copy.wordings.get(clause=one).text == "項目1の一層の推進"
    assert copy.based_on == rival


def test_a_copy_of_what_was_decided_leaves_out_what_stands():
    period = make_period()
    _, (chapter, one, two, _) = make_baseline(period)
    source = make_draft(period)
    amending.reword(source, one, "項目1の一層の推進", by=None)
    amending.reword(source, two, "項目2の一層の推進", by=None)
    amending.insert(source, "item", parent=chapter, label="8", text="新しい項目", by=None)
    decide(source)
    later = make_draft(period)
    amending.reword(later, two, "項目2の刷新", by=None)
    decide(later)

    assert sorted(drafting.left_out(source)) == ["1. 項目1の一層の推進", "8. 新しい項目"]
    copy = drafting.copy(source, by=make_user(), slug="copy", title="写し")
    assert [w.text for w in copy.wordings.all()] == ["項目2の一層の推進"]
    assert [c.aspect for c in amending.text_of(copy).conflicts] == ["文言"]


def test_a_copy_with_a_taken_slug_leaves_nothing_behind():
    period = make_period()
    _, clauses = make_baseline(period)
    source = make_full_draft(period, clauses)
    before = (Wording.objects.count(), Clause.objects.count(), Amendment.objects.count())
    with pytest.raises(ValidationError, match="この期間には同じ識別名の変更がすでにあります。"):
        drafting.copy(source, by=make_user(), slug=source.slug, title="写し")
    after = (Wording.objects.count(), Clause.objects.count(), Amendment.objects.count())
    assert after == before


def test_a_free_slug_is_suggested():
    period = make_period()
    draft = make_draft(period)
    assert drafting.suggested_slug(draft) == f"{draft.slug}-2"
    drafting.copy(draft, by=make_user(), slug=f"{draft.slug}-2", title="写し")
    assert drafting.suggested_slug(draft) == f"{draft.slug}-3"


def test_a_copy_has_the_form_of_the_table():
    source = make_draft(make_period())
    drafting.change_table_form(source, by=make_user(), remarks="理由", first="current")
    copy = drafting.copy(source, by=make_user(), slug="copy", title="写し")
    assert copy.table_form.values() == source.table_form.values()
    assert TableForm.objects.count() == 2


# --- Form of the table ----------------------------------------------------------------------------
def test_the_form_of_a_table_says_what_the_settings_are():
    draft = make_draft(make_period())
    assert settings_of(draft) == NATIONAL
    drafting.change_table_form(draft, by=make_user(), moves="track", elide=False, unchanged="run")
    expected = replace(NATIONAL, moves="track", elide=False, unchanged_siblings="run")
    assert settings_of(draft) == expected
    drafting.change_table_form(draft, by=make_user(), same="（略）", current_title="改正前")
    expected = replace(expected, same="（略）", omitted="（略）", columns=("変更案", "改正前"))
    assert settings_of(draft) == expected
    assert draft.table_form.history.count() == 2
    decide(draft)
    assert settings_of(draft).heading == "新旧対照表"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"first": "left"}, "'left' は有効な選択肢ではありません。"),
        ({"proposed_title": ""}, "このフィールドは空ではいけません。"),
        ({"proposed_title": "現行"}, "左右の欄の見出しは、別の語にしてください。"),
    ],
)
def test_a_form_that_is_none_is_refused(said, words):
    draft = make_draft(make_period())
    with pytest.raises(ValidationError) as error:
        drafting.change_table_form(draft, by=make_user(), **said)
    assert words in error.value.messages
    assert not TableForm.objects.exists()


def test_who_saw_an_older_form_is_told():
    draft = make_draft(make_period())
    seen = drafting.table_form_fingerprint(draft)
    drafting.change_table_form(draft, by=make_user(), seen=seen, remarks="備考")
    with pytest.raises(amending.Stale, match="ほかの人が先に表の書式を変更しました。"):
        drafting.change_table_form(draft, by=make_user(), seen=seen, remarks="理由")
    assert TableForm.objects.get().remarks == "備考"


# --- Deletion -------------------------------------------------------------------------------------
def test_a_deleted_draft_takes_all_that_it_introduced_with_it():
    period = make_period()
    _, clauses = make_baseline(period)
    editor = make_user()
    draft = make_full_draft(period, clauses, by=editor)
    drafting.change_table_form(draft, by=editor, remarks="備考")
    pk, introduced = draft.pk, [c.pk for c in draft.introduced.all()]
    drafting.delete(draft, by=editor)

    assert not Amendment.objects.filter(pk=pk).exists()
    for model in (Wording, ItemProgram, ReasonGroup, OverviewSheet, TableForm, Contribution):
        assert not model.objects.filter(amendment=pk).exists()
        last = model.history.filter(amendment_id=pk).first()
        assert (last.history_type, last.history_user) == ("-", editor)
    assert not Clause.objects.filter(pk__in=introduced).exists()
    assert Amendment.history.filter(id=pk).first().history_change_reason == "変更案の削除"


def test_what_was_issued_or_is_on_its_way_is_not_deleted():
    period = make_period()
    _, (_, one, *_) = make_baseline(period)
    editor = make_user()
    issued, submitted = make_draft(period), make_draft(period)
    amending.reword(issued, one, "項目1の一層の推進", by=None)
    take_snapshot(issued, by=None)
    submit(submitted, by=editor)
    with pytest.raises(ValidationError, match="やめるときは、取り下げてください"):
        drafting.delete(issued, by=editor)
    with pytest.raises(ValidationError, match="承認待ちのため、この操作はできません"):
        drafting.delete(submitted, by=editor)
    assert issued.wordings.count() == 1


def test_what_the_agency_may_have_read_is_not_deleted():
    draft = make_draft(make_period())
    drafting.share(draft, by=make_user())
    with pytest.raises(ValidationError, match=r"法人と共有したか、.*削除できません。"):
        drafting.delete(draft, by=make_user())
    assert Amendment.objects.get() == draft


def test_a_draft_deleted_twice_is_said_to_be_gone():
    draft = make_draft(make_period())
    again = Amendment.objects.get(pk=draft.pk)
    drafting.delete(draft, by=make_user())
    for act in (drafting.delete, drafting.share, drafting.change_facts):
        with pytest.raises(ValidationError, match=f"「{again}」は、すでに削除されています。"):
            act(again, by=make_user())
    with pytest.raises(ValidationError, match="すでに削除されています。"):
        drafting.copy(again, by=make_user(), slug="copy", title="写し")
