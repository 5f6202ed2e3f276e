"""The column that searches read: right whoever writes a row, checked, and put right."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, models

from evaluation import amending, triggers
from evaluation.loading import load_source
from evaluation.models import AmendmentReason, PolicyText, Wording
from jst_objectives.folded import check_folded, folded, folded_fields, wrong
from jst_objectives.folding import fold
from tests.factories import make_baseline, make_draft, make_period

pytestmark = pytest.mark.django_db


def all_wrong() -> list[tuple[str, list[tuple[object, str]]]]:
    found = [(f.model.__name__, list(wrong(f))) for f in folded_fields()]
    return [(name, rows) for name, rows in found if rows]


def test_which_texts_can_be_searched():
    assert {(f.model.__name__, f.sources) for f in folded_fields()} == {
        ("Wording", ("text",)),
        ("AmendmentReason", ("title", "text")),
        ("ReasonGroup", ("title", "introduction")),
        ("PolicyText", ("heading", "body")),
        ("Program", ("name", "english_name", "subtitle", "target")),
        ("ProgramSection", ("heading", "body")),
    }


def test_the_histories_do_not_hold_it():
    names = {f.name for field in folded_fields() for f in field.model.history.model._meta.fields}
    assert "folded" not in names


def test_the_source_document_is_folded_by_its_loader():
    load_source()
    assert all_wrong() == []
    wording = Wording.objects.filter(text__contains="AI")[0]
    assert wording.folded == fold(wording.text)
    reason = AmendmentReason.objects.all()[0]
    assert reason.folded == folded([reason.title, reason.text])
    assert PolicyText.objects.exclude(folded="").exists()


def test_whoever_changes_a_text_changes_the_column():
    period = make_period()
    _, (_, one, *_) = make_baseline(period)
    draft = make_draft(period)
    amending.reword(draft, one, "ＡＩの推進", by=None)
    assert draft.wordings.get().folded == "aiの推進"
    amending.reword(draft, one, "國際化の推進", by=None)
    assert draft.wordings.get().folded == "国際化の推進"
    assert all_wrong() == []


def spoilt(field: models.Field) -> None:
    with connection.cursor() as cursor:
        triggers.drop(connection)
        cursor.execute(f"UPDATE {field.model._meta.db_table} SET folded = 'x'")
        triggers.install(connection)


def test_a_wrong_column_is_reported_and_put_right():
    make_baseline(make_period())
    assert check_folded(None, ["default"]) == []
    spoilt(Wording._meta.get_field("folded"))
    (warning,) = check_folded(None, ["default"])
    assert warning.msg == "文言の検索用の列が、7行で本文と合いません。"
    assert warning.hint == "manage.py refold で作り直してください。"
    assert check_folded(None, None) == []
    out = StringIO()
    call_command("refold", stdout=out)
    assert "文言：7行を直しました。\n" in out.getvalue()
    assert check_folded(None, ["default"]) == []
    assert triggers.check_triggers(None, ["default"]) == []
