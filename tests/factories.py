"""The least that a test needs: an agency with a period, people, and a decided baseline."""

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

from django.utils import timezone

from evaluation import amending, procedure, valuing
from evaluation.models import (
    Amendment,
    Clause,
    IndicatorMeasure,
    IndicatorValue,
    ObjectivePeriod,
)
from jst_objectives import history
from programs.models import Agency, Role, User

_number = itertools.count(1)
DAY = dt.date(2022, 4, 1)


def make_user(agency: Agency | None = None, *roles: str, username: str | None = None) -> User:
    user = User(username=username or f"user{next(_number)}", last_name="試験", first_name="太郎")
    user.set_unusable_password()
    history.save(user, by=None, reason="試験")
    for role in roles:
        history.save(Role(user=user, agency=agency, role=role), by=None, reason="試験")
    return user


def make_period(code: str = "", number: int = 5) -> ObjectivePeriod:
    n = next(_number)
    agency = Agency(
        code=code or f"a{n}",
        name=f"国立研究開発法人試験機構{n}",
        short_name=f"試験{n}",
        competent_minister="文部科学大臣",
        law="試験機構法",
        purpose_article="第4条",
        purpose_heading="機構の目的",
        purpose="試験を行う。",
    )
    history.save(agency, by=None, reason="試験")
    period = ObjectivePeriod(
        agency=agency,
        number=number,
        first_fiscal_year=2022,
        last_fiscal_year=2026,
        title=f"国立研究開発法人 試験機構{n} 第{number}期中長期目標",
        appendix_title="（別紙）評価軸",
        appendix_note="※注",
    )
    history.save(period, by=None, reason="試験")
    return period


def make_draft(period: ObjectivePeriod, by: User | None = None, **fields: object) -> Amendment:
    slug = f"draft-{next(_number)}"
    return amending.start(period, slug=slug, title=f"変更案{slug}", by=by, **fields)


def submit(draft: Amendment, by: User | None = None) -> None:
    """Submit a draft; one that changes nothing yet gets a chapter first, for nothing else is submitted."""
    if not (draft.wordings.exists() or draft.item_programs.exists()):
        number = str(next(_number))
        amending.insert(draft, "chapter", parent=None, label=number, text="新しい章", by=None)
    procedure.submit(draft, by=by or make_user())


def decide(amendment: Amendment, effective_on: dt.date = DAY, **options: Any) -> Amendment:
    """Take a draft through to its decision by people other than its drafter."""
    approver = make_user()
    submit(amendment)
    procedure.approve(amendment, by=approver)
    procedure.decide(
        amendment,
        by=approver,
        decided_on=min(effective_on, timezone.localdate()),
        effective_on=effective_on,
        **options,
    )
    return amendment


def make_baseline(period: ObjectivePeriod, items: int = 3) -> tuple[Amendment, list[Clause]]:
    """Decide a baseline: chapter Ⅲ with numbered items 1, 2 …, each with a paragraph."""
    baseline = make_draft(period, kind=Amendment.Kind.BASELINE)
    chapter = amending.insert(
        baseline, "chapter", parent=None, label="Ⅲ", text="研究開発の成果の最大化", by=None
    )
    clauses = [chapter]
    previous = None
    for number in range(1, items + 1):
        previous = amending.insert(
            baseline,
            "item",
            parent=chapter,
            after=previous,
            label=str(number),
            text=f"項目{number}の推進",
            by=None,
        )
        clauses.append(previous)
        amending.insert(
            baseline, "body", parent=previous, text=f"項目{number}を推進する。", by=None
        )
    return decide(baseline), clauses


def make_indicators(
    period: ObjectivePeriod, *texts: str, kind: str = "monitoring_indicator"
) -> tuple[Clause, list[Clause]]:
    """Decide a baseline with item 1 and these indicators under it; return the item and them."""
    baseline = make_draft(period, kind=Amendment.Kind.BASELINE)
    chapter = amending.insert(
        baseline, "chapter", parent=None, label="Ⅲ", text="研究開発の成果の最大化", by=None
    )
    item = amending.insert(baseline, "item", parent=chapter, label="1", text="項目1の推進", by=None)
    indicators: list[Clause] = []
    for text in texts or ("論文数",):
        after = indicators[-1] if indicators else None
        indicators.append(
            amending.insert(baseline, kind, parent=item, after=after, text=text, by=None)
        )
    decide(baseline)
    return item, indicators


def make_measure(indicator: Clause, label: str = "論文数", **fields: Any) -> IndicatorMeasure:
    return valuing.add_measure(indicator, by=None, label=label, **({"unit": "件"} | fields))


def make_value(
    measure: IndicatorMeasure, fiscal_year: int = 2024, number: int = 10, **options: Any
) -> IndicatorValue:
    return valuing.record(measure, fiscal_year, by=None, number=Decimal(number), **options)
