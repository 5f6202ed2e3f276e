"""Which text a query asks for, by the two clocks, in either calendar."""

import datetime as dt

import pytest
from django.utils import timezone

from evaluation.forms.editions import EditionForm

TOKYO = timezone.get_default_timezone()
END = dt.time.max


def asked(**query: str) -> EditionForm:
    form = EditionForm(query)
    form.is_valid()
    return form


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("", None),
        ("令和8年2月1日", dt.datetime.combine(dt.date(2026, 2, 1), END, TOKYO)),
        ("2026-02-01", dt.datetime.combine(dt.date(2026, 2, 1), END, TOKYO)),
        ("Ｒ８．２．１", dt.datetime.combine(dt.date(2026, 2, 1), END, TOKYO)),
        ("2026-02-01T10:00", dt.datetime(2026, 2, 1, 10, tzinfo=TOKYO)),
        ("2026-02-01T10:00:59", dt.datetime(2026, 2, 1, 10, 0, 59, tzinfo=TOKYO)),
        ("2026-02-01T10:00:59.5", dt.datetime(2026, 2, 1, 10, 0, 59, 500_000, tzinfo=TOKYO)),
    ],
)
def test_the_moment_of_knowing(typed, known):
    assert asked(known=typed).cleaned_data["known"] == known


def test_the_day_and_the_amendment():
    assert asked(on="R8.4.1").cleaned_data["on"] == dt.date(2026, 4, 1)
    form = asked(on="R8.4.1", amendment="x")
    assert form.errors == {"on": ["適用される日と変更は、どちらか一つだけを指定してください。"]}
    assert asked(amendment="x", known="R8.4.1").errors == {}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"on": "あす"}, "適用される日の「あす」を読み取れません。"),
        ({"on": "2026-02-30"}, "適用される日の「2026-02-30」という日はありません。"),
        ({"known": "あす"}, "登録の時点の「あす」を読み取れません。"),
        (
            {"known": "2026-02-01T25:00"},
            "登録の時点の「2026-02-01T25:00」という日時はありません。",
        ),
        ({"known": "2199-01-01"}, "登録の時点の「2199-01-01」は、これから先の日です。"),
    ],
)
def test_what_cannot_be_read_is_explained(query, words):
    ((message,),) = asked(**query).errors.values()
    assert message.startswith(words)
