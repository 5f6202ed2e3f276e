"""Pasting below an item of the real amendment: shown first, written through the verbs, all or nothing."""

import pytest
from django.core.exceptions import ValidationError

from evaluation import amending
from evaluation.documents.comparison import as_text, comparison_table
from evaluation.models import Amendment
from evaluation.pasting import ONE_CHARACTER, Fate
from tests.factories import make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def real(source_document):
    return Amendment.objects.get(slug="2026-01-28")


@pytest.fixture
def draft(real):
    """An empty draft on the text that the real amendment changes."""
    return make_draft(real.period)


def of(draft, number):
    text = amending.text_of(draft)
    return next(n for n in text.order if text.number(n) == number and n.kind == "item")


def as_word_gives_it(draft, number):
    """Print an item with what hangs on it as plain text."""
    text, lists = amending.text_of(draft), {}
    node = of(draft, number)
    lines = [f"{text.number(node).replace('.', '. ')}\t{node.text}"]
    for one in text.children[node.clause_id]:
        lists.setdefault(one.kind, []).append(one)
    for kind, nodes in lists.items():
        label = nodes[0].wording.clause.get_kind_display()
        lines += [] if kind == "body" else [f"○{label}"]
        lines += [one.text if kind == "body" else f"・{one.text}" for one in nodes]
    return "\r\n".join(lines)


def test_the_real_items_pasted_into_an_empty_draft_are_the_real_table(real, draft):
    """Every item that the ministry added, pasted as it prints it: the same rows, the same marks."""
    for number in ("2.5.", "4.3.", "4.4."):
        parent = of(draft, number[:2]).wording.clause
        amending.paste(draft, parent, as_word_gives_it(real, number), by=None)
    wanted = as_text(comparison_table(real)).splitlines()
    got = as_text(comparison_table(draft)).splitlines()
    # The real amendment changes two more paragraphs, under items 2 and Ⅵ 2.
    others = {line for line in wanted if "やグリーン" in line or "研究インテグリティ" in line}
    wanted = [line for line in wanted if line not in others and "内部統制" not in line]
    assert [line for line in got if line not in wanted] == []
    new = [line for line in wanted if "<u>" in line]
    assert [line for line in got if "<u>" in line] == new


def test_pasted_again_nothing_changes(real, draft):
    parent, text = of(draft, "4.").wording.clause, as_word_gives_it(real, "4.3.")
    by = make_user()
    count = amending.paste(draft, parent, text, by=by)
    assert count == len([line for line in text.splitlines() if not line.startswith("○")])
    assert draft.contributions.filter(user=by).exists()
    before = amending.text_of(draft).nodes
    assert amending.paste(draft, parent, text, by=by) == 0
    assert amending.text_of(draft).nodes == before


def test_the_text_in_force_pasted_over_itself_changes_nothing(draft):
    for number in ("2.1.", "4.1.", "5.3.", "6."):
        node = of(draft, number)
        text = as_word_gives_it(draft, number)
        preview = amending.Preview.of(draft, node.wording.clause, text)
        assert {line.fate for line in preview.lines} == {Fate.SAME}
        assert amending.paste(draft, node.wording.clause, text, by=None) == 0
    assert draft.wordings.count() == 0


def test_one_character_off_the_text_in_force_is_reported_and_left(draft):
    node = of(draft, "2.1.")
    text = as_word_gives_it(draft, "2.1.").replace(
        "スタートアップ創出の推進に", "スタートアッブ創出の推進に"
    )
    preview = amending.Preview.of(draft, node.wording.clause, text)
    near = [line for line in preview.lines if line.fate is Fate.NEAR]
    assert {line.remark for line in near} == {ONE_CHARACTER}
    assert amending.paste(draft, node.wording.clause, text, by=None, seen=preview.seen) == 0
    ids = [line.id for line in near]
    assert amending.paste(draft, node.wording.clause, text, by=None, chosen=ids) == len(ids)


def test_what_is_missing_is_deleted_only_when_chosen(draft):
    node = of(draft, "4.1.")
    text = as_word_gives_it(draft, "4.1.").splitlines()
    last = text.pop()
    preview = amending.Preview.of(draft, node.wording.clause, "\n".join(text))
    (missing,) = [line for line in preview.lines if line.fate is Fate.MISSING]
    assert missing.text == last.removeprefix("・")
    assert amending.paste(draft, node.wording.clause, "\n".join(text), by=None) == 0
    chosen = {"chosen": [missing.id], "by": None}
    assert amending.paste(draft, node.wording.clause, "\n".join(text), **chosen) == 1
    assert draft.wordings.get().repealed


def test_an_item_is_added_behind_the_paragraph_that_goes():
    period = make_period()
    _, (_, one, *_) = make_baseline(period)
    draft = make_draft(period)
    (kept,) = [node for node in amending.text_of(draft).children[one.pk] if node.kind == "body"]
    gone = amending.insert(
        draft, "body", parent=one, after=kept.wording.clause, text="別の段落を置く。", by=None
    )
    text = f"{kept.text}\n1. 1. 新しい項目"
    assert amending.paste(draft, one, text, by=None, chosen=[gone.public_id]) == 2
    order = amending.text_of(draft).order[2:4]
    assert [node.text for node in order] == [kept.text, "新しい項目"]


def test_it_is_all_or_nothing(real, draft):
    parent = of(draft, "4.").wording.clause
    text = as_word_gives_it(real, "4.3.")
    seen = amending.Preview.of(draft, parent, text).seen
    amending.paste(draft, parent, text, by=None, seen=seen)
    with pytest.raises(amending.Stale, match="ほかの人が先にこの項目を変更しました。"):
        amending.paste(draft, parent, text, by=None, seen=seen)
    chapter = amending.text_of(draft).ancestors(of(draft, "4."))[0].wording.clause
    rows = draft.wordings.count()
    with pytest.raises(ValidationError, match="評価軸を、章の中に置くことはできません。"):
        amending.paste(draft, chapter, "新しい段落を置く。\n○評価軸\n・よいか。", by=None)
    assert draft.wordings.count() == rows


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("5. 1. 情報基盤の強化", "「5. 1.」は、選んだ項目の中の番号ではありません。"),
        ("育成する\u202e。", "1番目の段落の"),
    ],
)
def test_what_cannot_be_read_is_refused(draft, text, words):
    with pytest.raises(ValidationError, match=words):
        amending.Preview.of(draft, of(draft, "4.").wording.clause, text)


def test_a_place_that_is_gone_is_refused(draft):
    item = of(draft, "4.1.").wording.clause
    amending.repeal(draft, item, by=None)
    with pytest.raises(ValidationError, match="この変更案の本文にありません。"):
        amending.Preview.of(draft, item, "文章")
