"""What an amendment says on each of its papers, as an outside one is compared with it."""

import datetime as dt

import pytest

from evaluation import amending
from evaluation.documents.sayings import Places, parts_of
from evaluation.models.texts import texts_around
from jst_objectives import history
from programs.models import Appropriation, Program
from tests.factories import make_baseline, make_draft, make_period

pytestmark = pytest.mark.django_db


def said(draft, part):
    return [one.text for found in parts_of(draft) if found.name == part for one in found.sayings]


def test_days_and_fiscal_years_are_written_by_their_eras():
    period = make_period()
    make_baseline(period)
    draft = make_draft(period, paper_date=dt.date(2019, 5, 1))
    program = Program(agency=period.agency, slug="p", name="推進の事業")
    history.save(program, by=None, reason="試験")
    for year in (2018, 2019, 2026):
        row = Appropriation(program=program, fiscal_year=year, kind="initial", yen=10**8)
        history.save(row, by=None, reason="試験")
    assert "令和元年5月1日" in said(draft, "変更理由")
    years = [text for text in said(draft, "事業／推進の事業") if "年度" in text]
    assert [text.partition("年度")[0] for text in years] == ["平成30", "令和元", "令和8"]


def test_the_place_of_a_clause_is_that_after_the_amendment():
    period = make_period()
    _, (_, one, two, _) = make_baseline(period)
    draft = make_draft(period)
    amending.relabel(draft, one, "7", by=None)
    places = Places(*texts_around(draft))
    assert places.of(one.public_id) == "7. 項目1の推進"
    assert places.of(two.public_id) == "2. 項目2の推進"
    assert (places.of("none"), places.of(None)) == ("", "")
