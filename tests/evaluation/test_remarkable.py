"""What a person should look at again in a value."""

from decimal import Decimal

import pytest

from evaluation.remarkable import warnings
from evaluation.series import Entry, Measure, series
from tests.evaluation.test_series import HIGHER, YEARS, entries, target


def test_no_value_is_asked_about_where_there_was_one_or_a_target_stands():
    held = {"targets": [target(399)]}
    none = Entry(2025, state="not_applicable")
    line = series(HIGHER, YEARS, [*entries(210, 467), none], **held)
    told = "令和5年度の値と達成目標（399）があります。値がないことを確かめてください。"
    assert warnings(line, 2025) == (f"「該当なし」ですが、{told}",)
    assert warnings(line, 2024) == ()  # nobody has handed it in
    assert warnings(line, 2024, is_due=True) == (f"値がありませんが、{told}",)
    for others, options, expected in (
        ([], held, "達成目標（399）があります"),
        (entries(210), {}, "令和4年度の値があります"),
        (entries(Decimal(0)), {}, "令和4年度の値があります"),
        ([Entry(2022, state="not_applicable")], {}, ""),
        ([], {}, ""),
        ([], held | {"first_year": 2026}, ""),
    ):
        words = warnings(series(HIGHER, YEARS, [*others, none], **options), 2025)
        assert "".join(words) == (
            f"「該当なし」ですが、{expected}。値がないことを確かめてください。" if expected else ""
        )


def test_nothing_is_asked_about_what_is_as_ever():
    line = series(HIGHER, YEARS, entries(100, 110, 105, 120), targets=[target(100)])
    assert [warnings(line, year) for year in YEARS] == [()] * 5


def test_what_jumps_is_far_off_or_misses_its_target_is_asked_about():
    line = series(HIGHER, YEARS, entries(100, 110, 105, 1200, 95), targets=[target(100)])
    assert warnings(line, 2025) == (
        "前年度（105）から+1,042.9%と、大きく変わっています。",
        "ほかの年度の値（中央値103）から大きく離れています。桁と単位を確かめてください。",
        "達成目標（100）の2倍を超えています。目標と単位を確かめてください。",
    )
    assert warnings(line, 2026) == (
        "前年度（1,200）から△92.1%と、大きく変わっています。",
        "達成目標（100）に届いていません（達成率95.0%）。",
    )


@pytest.mark.parametrize(
    ("unit", "number", "expected"),
    [
        ("件", -5, "「件」で数える値が、マイナス（△5件）です。符号を確かめてください。"),
        ("課題", -1, "「課題」で数える値が、マイナス（△1課題）です。符号を確かめてください。"),
        ("件", 0, None),
        ("百万円", -5, None),
        ("%", -5, None),
    ],
)
def test_what_is_counted_is_asked_about_below_zero(unit, number, expected):
    line = series(Measure(unit=unit), YEARS, entries(number))
    assert warnings(line, 2022) == ((expected,) if expected else ())
