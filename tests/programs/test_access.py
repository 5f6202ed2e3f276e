"""The access log: who did what, append-only, and no line of it can be forged."""

import datetime as dt
import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, transaction
from django.utils import timezone

from programs.access import ONE_READING, record, record_reading, typed_name
from programs.models import AccessRecord
from tests.factories import make_period, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(rf):
    """Return a request for a page by a user."""

    def ask(user=None, path="/history/"):
        request = rf.get(path)
        request.user = user or AnonymousUser()
        return request

    return ask


def test_a_record_tells_who_what_and_where(asked):
    agency = make_period().agency
    user = make_user(username="auditor1")
    record(asked(user), AccessRecord.Kind.EXPORT, agency=agency, detail="履歴 3件")
    told = AccessRecord.objects.get()
    assert timezone.now() - told.at < dt.timedelta(minutes=1)
    assert (told.kind, told.user, told.actor_name) == ("export", user, "試験 太郎（auditor1）")
    assert (told.agency, told.path, told.detail) == (agency, "/history/", "履歴 3件")
    assert str(told) == "出力 試験 太郎（auditor1）"


def test_who_has_not_signed_in_has_the_user_name_that_was_typed(asked):
    make_user(username="Hanako")
    record(asked(), AccessRecord.Kind.SIGN_IN_FAILED, name="hanako")
    told = AccessRecord.objects.get()
    assert (told.user, told.actor_name, told.agency) == (None, "Hanako", None)


def test_what_is_no_user_name_may_be_a_password_and_is_not_kept(asked, settings):
    for name in ("My-Secret-Passw0rd", "my-secret-passw0rd", "another", "a\0", ""):
        record(asked(), AccessRecord.Kind.SIGN_IN_FAILED, name=name)
    names = list(AccessRecord.objects.order_by("pk").values_list("actor_name", flat=True))
    assert all(re.fullmatch(r"登録のない名前（[0-9a-f]{12}）", name) for name in names[:4])
    assert (names[0] == names[1], len(set(names)), names[4]) == (True, 4, "")
    settings.SECRET_KEY = "x" * 50
    assert typed_name("another") not in names


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (
            "admin\r\n2026-01-28 サインイン admin",
            "admin<U+000D><U+000A>2026-01-28 サインイン admin",
        ),
        ("\u202enimda", "<U+202E>nimda"),
        ("ad\u200bmin\ufeff", "ad<U+200B>min<U+FEFF>"),
        ("a\x00b\x1b[2J", "a<U+0000>b<U+001B>[2J"),
        ("a\u2028b\ue000c", "a<U+2028>b<U+E000>c"),
        ("葛󠄀城　デモ 太郎", "葛󠄀城　デモ 太郎"),
        ("あ" * 400, "あ" * 300),
        ("\x00" * 400, ("<U+0000>" * 38)[:300]),
    ],
)
def test_what_cannot_be_seen_is_written_out(asked, typed, kept):
    user = make_user()
    user.last_name, user.first_name, user.username = typed, "", ""
    record(asked(user), AccessRecord.Kind.SIGN_IN, detail=typed)
    told = AccessRecord.objects.get()
    assert told.actor_name == f"{kept}（）"[:300]
    assert told.detail[:300] == kept


def test_the_page_too(asked):
    record(asked(path="/a%0D%0Ab%E2%80%AE/" + "c" * 600), AccessRecord.Kind.REFUSED)
    path = AccessRecord.objects.get().path
    assert path == ("/a<U+000D><U+000A>b<U+202E>/" + "c" * 600)[:500]


def test_leafing_through_a_draft_is_one_reading(asked):
    agency, user = make_period().agency, make_user()
    for _ in range(3):
        record_reading(asked(user), agency, "変更案\u200b")
    record_reading(asked(user), agency, "別の変更案")
    record_reading(asked(make_user()), agency, "変更案\u200b")
    assert AccessRecord.objects.filter(kind="draft_read").count() == 3


def test_after_a_quarter_of_an_hour_it_is_another(asked):
    agency, user = make_period().agency, make_user()
    AccessRecord.objects.create(
        at=timezone.now() - ONE_READING - dt.timedelta(seconds=1),
        kind="draft_read",
        user=user,
        actor_name="試験",
        agency=agency,
        path="/",
        detail="変更案",
    )
    record_reading(asked(user), agency, "変更案")
    assert AccessRecord.objects.count() == 2


@pytest.mark.parametrize("act", ["update", "delete", "save"])
def test_records_only_grow(asked, act):
    record(asked(), AccessRecord.Kind.SIGN_IN_FAILED, name="nobody")
    told = AccessRecord.objects.get()
    before = told.actor_name
    acts = {
        "update": lambda: AccessRecord.objects.update(actor_name="somebody"),
        "delete": lambda: AccessRecord.objects.all().delete(),
        "save": told.save,
    }
    with pytest.raises(DatabaseError, match="追加だけ"), transaction.atomic():
        acts[act]()
    assert AccessRecord.objects.get().actor_name == before
