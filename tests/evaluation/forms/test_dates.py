"""Dates as officials type them, and what is said of those that are none."""

import datetime as dt

import pytest
from django import forms

from evaluation.forms.dates import JapaneseDateField

EXPECTED = "「令和8年4月1日」「2026/4/1」「R8.4.1」のどれかの形で入力してください。"


class DateForm(forms.Form):
    decided_on = JapaneseDateField(label="決定日")
    paper_date = JapaneseDateField(label="資料の日付", required=False)


def errors(typed):
    form = DateForm({"decided_on": typed})
    return form.errors.get("decided_on", [])


@pytest.mark.parametrize(
    "typed",
    [
        "2026-04-01",
        "2026/4/1",
        "2026.4.1",
        "2026年4月1日",
        "令和8年4月1日",
        "R8.4.1",
        "r8.4.1",
        "R8/4/1",
        "令和8.4.1",
        " 令和 8 年 4 月 1 日 ",
        "２０２６－０４－０１",
        "２０２６／４／１",
        "令和８年４月１日",
        "Ｒ８．４．１",
        "㋿8年4月1日",
    ],
)
def test_a_date_is_read_in_either_calendar(typed):
    form = DateForm({"decided_on": typed})
    assert form.is_valid()
    assert form.cleaned_data == {"decided_on": dt.date(2026, 4, 1), "paper_date": None}


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("平成31年4月30日", dt.date(2019, 4, 30)),
        ("H31.4.30", dt.date(2019, 4, 30)),
        ("令和元年5月1日", dt.date(2019, 5, 1)),
        ("R1.5.1", dt.date(2019, 5, 1)),
        ("R元.5.1", dt.date(2019, 5, 1)),
        ("平成元年1月8日", dt.date(1989, 1, 8)),
        ("昭和64年1月7日", dt.date(1989, 1, 7)),
        ("明治45年7月29日", dt.date(1912, 7, 29)),
        ("2024-02-29", dt.date(2024, 2, 29)),
    ],
)
def test_the_first_and_last_days_of_eras(typed, day):
    form = DateForm({"decided_on": typed})
    assert form.is_valid()
    assert form.cleaned_data["decided_on"] == day


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("きのう", f"「きのう」を読み取れません。{EXPECTED}"),
        ("2026-04", f"「2026-04」を読み取れません。{EXPECTED}"),
        ("20260401", f"「20260401」を読み取れません。{EXPECTED}"),
        ("2026-02-30", f"「2026-02-30」という日はありません。{EXPECTED}"),
        ("2025-02-29", f"「2025-02-29」という日はありません。{EXPECTED}"),
        ("8-4-1", f"「8-4-1」の年を確かめてください。{EXPECTED}"),
        ("元年4月1日", f"「元年4月1日」に元号がありません。{EXPECTED}"),
        (
            "令和元年4月30日",
            "「令和元年4月30日」という日はありません。平成31年4月30日ではありませんか。",
        ),
        (
            "平成31年5月1日",
            "「平成31年5月1日」という日はありません。令和元年5月1日ではありませんか。",
        ),
        (
            "令和0年4月1日",
            "「令和0年4月1日」という日はありません。平成30年4月1日ではありませんか。",
        ),
    ],
)
def test_what_is_no_date_is_explained(typed, message):
    assert errors(typed) == [f"決定日の{message}"]


def test_a_missing_date_is_asked_for_by_its_name():
    assert errors("  ") == ["決定日を入力してください（例：令和8年4月1日）。"]


def test_a_known_date_is_shown_so_that_it_is_read_again():
    form = DateForm(initial={"decided_on": dt.date(2026, 4, 1)})
    assert form["decided_on"].value() == "令和8年4月1日"
    assert DateForm({"decided_on": form["decided_on"].value()}).errors == {}
