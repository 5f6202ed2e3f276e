"""The audit history: bulk writes included, safe against ties, kept when people leave."""

import datetime as dt

import pytest
from django.apps import apps
from django.utils import timezone

from jst_objectives import history
from programs.models import Fund
from tests.factories import make_period, make_user

pytestmark = pytest.mark.django_db

# What never changes after it is written, or passes: who is there, which form was sent, what is printed.
WITHOUT_HISTORY = {
    "snapshot",
    "issueddocument",
    "accessrecord",
    "presence",
    "submission",
    "rendering",
    "valuereport",
    "reminder",
    "valueimport",
    "importedcell",
}


def test_every_editable_model_has_a_history():
    for model in [
        *apps.get_app_config("programs").get_models(),
        *apps.get_app_config("evaluation").get_models(),
    ]:
        name = model._meta.model_name
        if name.startswith("historical") or model._meta.auto_created or model._meta.proxy:
            continue
        assert hasattr(model, "history") == (name not in WITHOUT_HISTORY), name


def test_bulk_creation_writes_history_with_user_reason_and_name():
    agency, user = make_period().agency, make_user()
    funds = [Fund(agency=agency, name=f"基金{n}") for n in range(3)]
    history.create_all(Fund, funds, by=user, reason="一括登録")
    rows = Fund.history.order_by("name")
    assert [(r.name, r.history_user, r.history_change_reason, r.actor_name) for r in rows] == [
        (f"基金{n}", user, "一括登録", history.actor_name(user)) for n in range(3)
    ]


def test_a_reason_is_not_written_twice():
    fund = Fund(agency=make_period().agency, name="基金")
    history.save(fund, by=make_user(), reason="登録")
    fund.subsidy = "補助金"
    history.save(fund, by=None, reason="訂正")
    rows = fund.history.order_by("history_id")
    assert [(r.history_change_reason, r.actor_name != "") for r in rows] == [
        ("登録", True),
        ("訂正", False),
    ]


def test_rows_of_the_same_moment_count_once():
    fund = Fund(agency=make_period().agency, name="基金")
    moment = timezone.now() - dt.timedelta(hours=1)
    for subsidy in ("甲", "乙", "丙"):
        fund.subsidy, fund._history_date = subsidy, moment
        history.save(fund, by=None, reason="同時")
    standing = Fund.history.as_of(timezone.now())
    assert [fund.subsidy for fund in standing] == ["丙"]


def test_deletion_is_the_last_row():
    fund = Fund(agency=make_period().agency, name="基金")
    history.save(fund, by=None, reason="登録")
    history.delete(fund, by=make_user(), reason="取消し")
    last = Fund.history.order_by("history_id").last()
    assert (last.history_type, last.history_change_reason, last.name) == ("-", "取消し", "基金")


def test_signing_in_adds_no_row():
    user = make_user()
    user.last_login = timezone.now()
    user.save(update_fields=["last_login"])
    assert user.history.count() == 1


def test_a_password_never_enters_the_history():
    user = make_user()
    assert "password" not in {f.name for f in user.history.model._meta.get_fields()}
