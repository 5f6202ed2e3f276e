"""Split, merge, replace: which clause lives on in which, in the table and on the pages of items."""

import copy
import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from evaluation import amending, drafting, procedure
from evaluation.documents.comparison import as_text, comparison_table
from evaluation.documents.issuing import current_content
from evaluation.documents.versions import Version, compare_texts
from evaluation.loading import load_source
from evaluation.models import Amendment, Clause, Succession
from evaluation.models.table_forms import form_of
from jst_objectives import history
from tests.factories import DAY, decide, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db

WHOLE = "研究を推進する。人材を育成する。"
PARTS = ["研究を推進する。", "人材を育成する。"]


@pytest.fixture(scope="module")
def made(module_rows):
    """A draft on a text in which item 1 has one paragraph and three monitoring indicators."""
    period = make_period()
    _, (_, one, *_) = make_baseline(period)
    first = make_draft(period)
    amending.reword(first, body(first, one), WHOLE, by=None)
    after = None
    for text in ("論文数、特許出願件数", "支援した研究者の数", "支援した課題の数"):
        after = amending.insert(
            first, "monitoring_indicator", parent=one, after=after, text=text, by=None
        )
    decide(first)
    return make_draft(period)


@pytest.fixture
def draft(made):
    return copy.deepcopy(made)


def clause(draft, words):
    text = amending.text_of(draft)
    return next(n for n in text.order if words in n.text).wording.clause


def body(draft, item):
    text = amending.text_of(draft)
    return next(n for n in text.children[item.pk] if n.kind == "body").wording.clause


def rows(draft):
    lines = as_text(comparison_table(draft)).splitlines()
    return [line for line in lines if "<u>" in line or "\\n" in line]


def said(draft):
    found = draft.successions.order_by("pk")
    return [(s.kind, s.from_clause_id, s.to_clause_id, s.continues) for s in found]


# --- Splitting ------------------------------------------------------------------------------------
def test_a_paragraph_is_split_and_shown_in_one_row(draft):
    whole, by = clause(draft, WHOLE), make_user()
    (new,) = amending.split(draft, whole, PARTS, by=by)
    assert said(draft) == [("split", whole.pk, new.pk, True)]
    assert rows(draft) == ["研究を推進する。\\n人材を育成する。\t研究を推進する。人材を育成する。"]
    kinds = [row["kind"] for row in current_content(draft)["comparison"]["rows"]]
    assert kinds.count("split") == 1
    assert draft.contributions.filter(user=by).exists()
    assert Succession.history.get().history_change_reason == "条項の分割"


def test_the_parts_of_an_indicator_stand_behind_each_other(draft):
    whole = clause(draft, "論文数")
    new = amending.split(
        draft, whole, ["論文数", "特許出願件数", "特許登録件数"], by=None, continues=False
    )
    assert said(draft) == [("split", whole.pk, one.pk, False) for one in new]
    text = amending.text_of(draft)
    beside = text.children[text.nodes[whole.pk].parent_id]
    assert [n.text for n in beside if n.kind == "monitoring_indicator"] == [
        "論文数",
        "特許出願件数",
        "特許登録件数",
        "支援した研究者の数",
        "支援した課題の数",
    ]


def test_a_part_that_is_withdrawn_takes_its_origin_along(draft):
    (new,) = amending.split(draft, clause(draft, WHOLE), PARTS, by=None)
    amending.undo(draft, new, by=None)
    assert said(draft) == []
    assert [row.history_type for row in Succession.history.all()] == ["-", "+"]


# --- Merging --------------------------------------------------------------------------------------
def test_indicators_are_merged_and_shown_in_one_row(draft):
    one, other = clause(draft, "研究者の数"), clause(draft, "課題の数")
    amending.merge(draft, one, [other], "支援した研究者と課題の数", by=None)
    assert said(draft) == [("merged", other.pk, one.pk, True)]
    assert rows(draft) == [
        "・支援した<u>研究者と</u>課題の数\t・支援した<u>研究者の数</u>\\n<u>・支援した</u>課題の数"
    ]
    amending.restore(draft, other, by=None)
    assert said(draft) == []


def test_only_neighbours_in_force_are_merged(draft):
    one = clause(draft, "研究者の数")
    new = amending.split(draft, clause(draft, "論文数"), ["論文数", "特許数"], by=None)
    for others in (new, [clause(draft, "項目2を推進する。")], [one]):
        with pytest.raises(ValidationError, match="同じ項目にある現行の条項だけ"):
            amending.merge(draft, one, others, "数", by=None)
    with pytest.raises(ValidationError, match="統合する条項を選んでください。"):
        amending.merge(draft, one, [], "数", by=None)


# --- Replacing ------------------------------------------------------------------------------------
def test_an_indicator_is_replaced_and_its_series_breaks(draft):
    old = clause(draft, "論文数")
    new = amending.replace(draft, old, "研究成果の創出の状況", by=None)
    assert said(draft) == [("replaced", old.pk, new.pk, False)]
    assert rows(draft) == [
        "（削る）\t<u>・論文数、特許出願件数</u>",
        "<u>・研究成果の創出の状況</u>\t（新設）",
    ]
    form = form_of(draft)
    form.remarks = "備考"
    history.save(form, by=None, reason="試験")
    remarks = [row.remark for row in comparison_table(draft).rows if row.remark]
    assert remarks == [
        "「研究成果の創出の状況」に置換え",
        "「論文数、特許出願件数」に代わるもの",
    ]


def test_what_the_draft_introduced_is_reworded_not_replaced(draft):
    (new,) = amending.split(draft, clause(draft, WHOLE), PARTS, by=None)
    with pytest.raises(ValidationError, match="文言を改めれば足ります。"):
        amending.replace(draft, new, "別の文言", by=None)


# --- Origins and series ---------------------------------------------------------------------------
def test_the_origin_of_an_item_is_recorded_and_taken_back(draft):
    text = amending.text_of(draft)
    two = clause(draft, "項目2の推進")
    chapter = text.nodes[text.nodes[two.pk].parent_id].wording.clause
    new = amending.insert(
        draft, "item", parent=chapter, after=two, label="9", text="項目2の展開", by=None
    )
    amending.derive(draft, new, [two], "split", by=None)
    assert said(draft) == [("split", two.pk, new.pk, True)]
    assert rows(draft) == ["2. 項目2の推進\\n<u>9.</u> <u>項目2の展開</u>\t2. 項目2の推進"]
    amending.derive(draft, new, [], "split", by=None)
    assert said(draft) == []
    with pytest.raises(ValidationError, match="新設した条項だけ"):
        amending.derive(draft, two, [new], "split", by=None)
    with pytest.raises(ValidationError, match="同じ種類の現行の条項から"):
        amending.derive(draft, new, [chapter], "split", by=None)


def test_of_a_reworded_indicator_the_series_goes_on_or_breaks(draft):
    one = clause(draft, "研究者の数")
    refusal = "文言を改めたモニタリング指標だけです。"
    with pytest.raises(ValidationError, match=refusal):
        amending.judge_series(draft, one, continues=False, by=None)
    amending.reword(draft, one, "支援した若手研究者の数", by=None)
    for continues in (True, False):
        amending.judge_series(draft, one, continues=continues, by=None)
        assert said(draft) == [("reworded", one.pk, one.pk, continues)]
    again = make_user()
    amending.judge_series(draft, one, continues=False, by=again)
    assert not draft.contributions.filter(user=again).exists()
    amending.undo(draft, one, by=None)
    assert said(draft) == []
    paragraph = clause(draft, WHOLE)
    amending.reword(draft, paragraph, PARTS[0], by=None)
    with pytest.raises(ValidationError, match=refusal):
        amending.judge_series(draft, paragraph, continues=False, by=None)


def test_what_cannot_be_split_is_refused(draft):
    with pytest.raises(ValidationError, match="二つ以上に分けてください"):
        amending.split(draft, clause(draft, WHOLE), [WHOLE], by=None)
    with pytest.raises(ValidationError, match="章と項目は、下にあるものごとに"):
        amending.split(draft, clause(draft, "項目2の推進"), ["一", "二"], by=None)
    paragraph = clause(draft, WHOLE)
    amending.repeal(draft, paragraph, by=None)
    with pytest.raises(ValidationError, match="先に「戻す」を選んでください。"):
        amending.split(draft, paragraph, PARTS, by=None)


def test_nothing_is_split_unseen(draft):
    paragraph = clause(draft, WHOLE)
    with pytest.raises(amending.Stale):
        amending.split(draft, paragraph, PARTS, by=None, seen="x")
    assert draft.wordings.count() == 0


# --- The life of an amendment ---------------------------------------------------------------------
def test_the_decision_freezes_it_and_other_versions_show_it(draft):
    paragraph = clause(draft, WHOLE)
    before = as_text(comparison_table(draft))
    (new,) = amending.split(draft, paragraph, PARTS, by=None)
    table = as_text(comparison_table(draft))
    decide(draft)
    row = draft.successions.get()
    row.continues = False
    with pytest.raises(IntegrityError, match="決定した変更は"), transaction.atomic():
        row.save()
    with pytest.raises(IntegrityError, match="決定した変更は"), transaction.atomic():
        row.delete()
    assert before == ""
    assert as_text(comparison_table(draft)).splitlines()[2:] == table.splitlines()[2:]
    period = draft.period
    versions = [Version.parse(f"{side}:{draft.slug}", period, None) for side in ("before", "with")]
    shown = compare_texts(*versions, *(version.text() for version in versions))
    assert shown.rows[-1].kind == "split"
    assert new.predecessors.get() == row


def test_a_copy_and_a_deletion_take_it_along(draft):
    paragraph, editor = clause(draft, WHOLE), make_user(draft.period.agency, "editor")
    (new,) = amending.split(draft, paragraph, PARTS, by=editor)
    copy = drafting.copy(draft, by=editor, slug="copy", title="写し")
    ((kind, source, target, continues),) = said(copy)
    assert (kind, source, continues) == ("split", paragraph.pk, True)
    assert (target != new.pk, amending.text_of(copy).nodes[target].text) == (True, PARTS[1])
    assert rows(copy) == rows(draft)
    drafting.delete(draft, by=editor)
    assert list(Succession.objects.values_list("amendment__slug", flat=True)) == ["copy"]
    decide(copy)
    again = drafting.copy(copy, by=editor, slug="again", title="写しの写し")
    assert said(again) == []


def test_the_page_of_an_item_says_where_a_clause_came_from(draft, client):
    whole = clause(draft, "論文数")
    amending.split(draft, whole, ["論文数", "特許出願件数"], by=None, continues=False)
    one = Clause.objects.get(pk=amending.text_of(draft).nodes[whole.pk].parent_id)
    address = f"/{draft.period.agency.code}/5/items/{one.public_id}/"
    words = f"「論文数、特許出願件数」から分かれた（{draft.title}）　系列はここで切れる"
    client.force_login(make_user(draft.period.agency, "editor"))
    assert words in client.get(f"{address}?amendment={draft.slug}").content.decode()
    assert "から分かれた" not in client.get(address).content.decode()
    decide(draft)
    assert "「論文数」から分かれた" in client.get(address).content.decode()
    client.logout()
    for amendment in draft.period.amendments.all():
        assert "から分かれた" not in client.get(address).content.decode()
        procedure.publish(amendment, by=make_user(), published_on=dt.date(2026, 4, 1))
    assert "「論文数」から分かれた" in client.get(address).content.decode()
    assert client.get(f"{address}?on={DAY}").status_code == 200


def test_a_clause_that_was_divided_before_anybody_read_it_came_from_nowhere(draft, client):
    item = amending.text_of(draft).nodes[clause(draft, "論文数").pk].parent_id
    one = Clause.objects.get(pk=item)
    new = amending.insert(draft, "monitoring_indicator", parent=one, text="会議と論文", by=None)
    amending.split(draft, new, ["会議の数", "論文の質"], by=None)
    client.force_login(make_user(draft.period.agency, "editor"))
    address = f"/{draft.period.agency.code}/5/items/{one.public_id}/"
    html = client.get(f"{address}?amendment={draft.slug}").content.decode()
    assert ("論文の質" in html, "から分かれた" in html) == (True, False)


def test_an_indicator_of_the_real_amendment_is_split():
    load_source()
    real = Amendment.objects.get(slug="2026-01-28")
    whole = next(
        n.wording.clause
        for n in amending.text_of(real).order
        if n.text == "特許出願・登録件数" and n.wording.amendment_id != real.pk
    )
    amending.split(real, whole, ["特許出願件数", "特許登録件数"], by=None)
    lines = as_text(comparison_table(real)).splitlines()
    assert [line for line in lines if "\\n" in line] == [
        "・<u>特許出願件数</u>\\n<u>・特許登録件数</u>\t・<u>特許出願・登録件数</u>"
    ]
