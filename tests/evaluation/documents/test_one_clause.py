"""The rows of one clause are those that the whole table has of it."""

from dataclasses import replace

import pytest

from evaluation import amending
from evaluation.comparison.rows import Level
from evaluation.documents.comparison import comparison_table, settings_of
from evaluation.documents.hand import Hand
from evaluation.documents.one_clause import clause_table
from evaluation.loading import load_source
from evaluation.models import Amendment
from evaluation.models.table_forms import form_of
from evaluation.models.texts import texts_around
from jst_objectives import history
from tests.factories import make_baseline, make_draft, make_period

pytestmark = pytest.mark.django_db


def rows_of_each(draft):
    """Return by clause its rows alone, and those of the whole table."""
    before, text = texts_around(draft)
    hand = Hand.of(draft, before, text)
    nodes = before.nodes | text.nodes
    alone = {n.public_id: clause_table(draft, before, text, n, hand).rows for n in nodes.values()}
    whole = comparison_table(draft, replace(settings_of(draft), remarks="")).rows
    of_table = {
        public_id: tuple(r for r in whole if r.clause_id == public_id and r.level != Level.ENTRY)
        for public_id in alone
    }
    return alone, of_table


def test_they_are_those_of_the_real_table():
    load_source()
    draft = Amendment.objects.get(slug="2026-01-28")
    alone, of_table = rows_of_each(draft)
    changed = {public_id for public_id, rows in alone.items() if rows}
    assert len(changed) == 20
    assert alone == {key: rows if key in changed else () for key, rows in of_table.items()}


def test_they_are_those_of_every_kind_of_change():
    _, (chapter, one, two, three) = make_baseline(period := make_period())
    draft = make_draft(period)
    amending.relabel(draft, one, "9", by=None)
    amending.reword(draft, two, "項目2の一層の推進", by=None)
    amending.repeal(draft, three, by=None)
    new = amending.insert(draft, "item", parent=one, label="1", text="新しい項目", by=None)
    amending.insert(draft, "evaluation_axis", parent=new, text="進んだか。", by=None)
    amending.move(draft, two, parent=chapter, after=None, by=None)
    alone, of_table = rows_of_each(draft)
    changed = {public_id for public_id, rows in alone.items() if rows}
    assert len(changed) == 6
    assert alone == {key: rows if key in changed else () for key, rows in of_table.items()}


def test_they_have_the_titles_of_the_form_in_which_the_table_is_issued():
    _, (_, one, *_) = make_baseline(period := make_period())
    draft = make_draft(period)
    amending.reword(draft, one, "項目1の一層の推進", by=None)
    form = form_of(draft)
    form.proposed_title, form.first = "改正後", "current"
    history.save(form, by=None, reason="試験")
    before, text = texts_around(draft)
    table = clause_table(draft, before, text, text.nodes[one.pk], Hand(()))
    assert (table.columns, table.first, table.remarks) == (("改正後", "現行"), "current", "")


def test_words_that_nobody_has_saved_are_compared_as_if_they_were():
    _, (_, one, *_) = make_baseline(period := make_period())
    draft = make_draft(period)
    before, text = texts_around(draft)
    typed = text.reworded(one.pk, "項目1の一層の推進")
    table = clause_table(draft, before, typed, typed.nodes[one.pk], Hand(()))
    amending.reword(draft, one, "項目1の一層の推進", by=None)
    assert table.rows == rows_of_each(draft)[1][one.public_id]
    assert text.nodes[one.pk].text == "項目1の推進"
