"""The order of publication, sharing, and whose programmes an amendment may name: by the database."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from evaluation import amending
from evaluation.models import (
    Amendment,
    AmendmentReason,
    ItemProgram,
    Marking,
    ReasonGroup,
    Succession,
)
from programs.models import Fund, Program
from tests.factories import DAY, decide, make_baseline, make_draft, make_period

pytestmark = pytest.mark.django_db


def change(amendment, message, **values):
    with pytest.raises(IntegrityError, match=message), transaction.atomic():
        Amendment.objects.filter(pk=amendment.pk).update(**values)


def test_what_is_published_was_published_in_the_order_of_its_decisions():
    period = make_period()
    baseline, (_, one, *_) = make_baseline(period)
    draft = make_draft(period)
    amending.reword(draft, one, "項目1の転換", by=None)
    decide(draft)
    order = "公表は、決定した順に、前の変更の公表日以後の日付で行います。"
    change(draft, order, published_on=timezone.localdate())
    Amendment.objects.filter(pk=baseline.pk).update(published_on=dt.date(2025, 4, 1))
    change(draft, order, published_on=dt.date(2025, 3, 31))
    Amendment.objects.filter(pk=draft.pk).update(published_on=dt.date(2025, 4, 1))


def test_what_was_shared_stays_shared():
    draft = make_draft(make_period())
    now = timezone.now()
    Amendment.objects.filter(pk=draft.pk).update(shared_at=now)
    for later in (None, now + dt.timedelta(seconds=1)):
        change(draft, "法人と共有した日時は、後から変えられません。", shared_at=later)


def test_marks_hang_on_clauses_of_their_own_period():
    draft, (_, foreign, *_) = make_draft(make_period()), make_baseline(make_period())[1]
    row = Marking(amendment=draft, clause=foreign, fingerprint="0" * 64, drawn_at=timezone.now())
    with pytest.raises(IntegrityError, match="同じ期間のもの"), transaction.atomic():
        row.save()


def test_clauses_come_from_clauses_of_their_period_and_kind():
    period = make_period()
    _, (chapter, one, two, *_) = make_baseline(period)
    foreign = make_baseline(make_period())[1][1]
    draft = make_draft(period)
    for source, clause in ((foreign, one), (one, foreign), (chapter, one)):
        row = Succession(amendment=draft, from_clause=source, to_clause=clause, kind="split")
        with pytest.raises(IntegrityError, match="同じ種類の二つの条項の間"), transaction.atomic():
            row.save()
    Succession(amendment=draft, from_clause=one, to_clause=two, kind="split").save()


def test_programmes_and_funds_are_of_the_same_agency():
    period, other = make_period(), make_period().agency
    _, (_, item, *_) = make_baseline(period)
    draft = make_draft(period)
    own = Program.objects.create(agency=period.agency, slug="own", name="事業")
    foreign = Program.objects.create(agency=other, slug="foreign", name="事業")
    fund = Fund.objects.create(agency=other, name="基金")
    group = ReasonGroup.objects.create(amendment=draft, position=1, title="区分")
    reason = {"group": group, "position": 1, "title": "事項", "text": "説明", "kind": "law"}
    for row in (
        ItemProgram(clause=item, program=foreign, amendment=draft),
        AmendmentReason(program=foreign, **reason),
        AmendmentReason(fund=fund, **reason),
    ):
        with pytest.raises(IntegrityError, match="同じ法人のもの"), transaction.atomic():
            row.save()
    ItemProgram(clause=item, program=own, amendment=draft).save()
    AmendmentReason(program=own, **reason).save()
    assert decide(draft).effective_on == DAY
