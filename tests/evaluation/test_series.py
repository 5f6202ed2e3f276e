"""Yearly values → points: totals, ratios, changes, achievement, breaks."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.numbers import written
from evaluation.remarkable import warnings
from evaluation.series import (
    Break,
    Entry,
    Measure,
    Target,
    achievement,
    ratio,
    series,
    succeeded,
)

YEARS = range(2022, 2027)
HIGHER = Measure(unit="件", direction="higher")
CUMULATIVE = Measure(unit="件", direction="higher", accumulation="cumulative")


def entries(*numbers, first=2022):
    """Return entries of consecutive years; None for no entry, a string for a state."""
    return [
        Entry(first + i, state=n)
        if isinstance(n, str)
        else Entry(first + i, Decimal(str(n)), stage="final")
        for i, n in enumerate(numbers)
        if n is not None
    ]


def target(number, first=2022, last=2026):
    return Target(first, last, Decimal(number))


def column(line, name):
    return [getattr(point, name) for point in line.points]


# --- Points ---------------------------------------------------------------------------------------
def test_zero_is_a_point_and_empty_is_none():
    line = series(HIGHER, YEARS, entries(0, None, "not_yet", 5))
    assert column(line, "words") == ["0", "－", "未集計（速報）", "5", "－"]
    assert column(line, "is_empty") == [False, True, False, False, True]
    assert line.latest == line.at(2025)


def test_an_indicator_is_not_there_before_its_first_year():
    line = series(HIGHER, YEARS, entries(7, first=2026), first_year=2026)
    assert column(line, "exists") == [False] * 4 + [True]
    assert column(line, "words") == ["－", "－", "－", "－", "7"]
    assert line.at(2026).change is None


def test_running_totals_stop_where_something_is_not_known():
    line = series(CUMULATIVE, YEARS, entries(1, "not_applicable", 3, "not_yet", 5))
    assert column(line, "total") == [1, 1, 4, None, None]
    assert column(line, "figure") == [1, 1, 4, None, None]
    assert column(line, "total_words") == ["1", "1", "4", "－", "－"]
    yearly = series(HIGHER, YEARS, entries(1, 2))
    assert (column(yearly, "total")[:2], column(yearly, "figure")[:2]) == ([1, 3], [1, 2])


def test_what_is_of_a_point_in_time_is_not_added_up():
    line = series(Measure(accumulation="point"), YEARS, entries(1, 2, 3))
    assert column(line, "total") == [None] * 5


def test_the_total_of_a_new_indicator_begins_with_its_first_year():
    line = series(CUMULATIVE, YEARS, entries(3, 4, first=2024), first_year=2024)
    assert column(line, "total") == [None, None, 3, 7, None]


def test_change_is_against_last_year():
    line = series(HIGHER, YEARS, entries(100, 112, 0, 5, -5))
    assert column(line, "change_words") == [
        "－",
        "+12（+12.0%）",
        "△112（△100.0%）",
        "+5",
        "△10（△200.0%）",
    ]


def test_a_change_of_a_percentage_is_told_in_points():
    line = series(Measure("割合", "%", 1), YEARS, entries(30, 25.4))
    assert column(line, "change_words")[:2] == ["－", "△4.6ポイント"]


@pytest.mark.parametrize(
    ("figure", "aimed", "direction", "percent"),
    [
        (120, 100, "higher", "120.0"),
        ("99.96", 100, "higher", "99.9"),
        (50, 100, "lower", "200.0"),
        (125, 100, "lower", "80.0"),
        (0, 100, "higher", "0.0"),
        (0, 100, "lower", None),
        (5, 0, "higher", None),
        (-5, -10, "higher", None),
    ],
)
def test_achievement(figure, aimed, direction, percent):
    expected = None if percent is None else Decimal(percent)
    assert achievement(Decimal(figure), Decimal(aimed), direction) == expected


def test_the_target_that_was_set_last_counts_and_is_held_against_the_direction():
    line = series(HIGHER, YEARS, entries(90, 110), targets=[target(80), target(100, 2023)])
    assert column(line, "target_words") == ["80", "100", "100", "100", "100"]
    assert column(line, "reached") == [True, True, None, None, None]
    assert column(line, "achievement_words")[:2] == ["112.5%", "110.0%"]
    lower = series(Measure(direction="lower"), YEARS, entries(90), targets=[target(80)])
    assert (lower.at(2022).reached, lower.at(2022).achievement_words) == (False, "88.8%")
    without = series(Measure(), YEARS, entries(90), targets=[target(80)])
    assert (without.at(2022).reached, without.at(2022).achievement) == (None, None)


def test_a_running_total_has_time_until_the_last_year_of_its_target():
    line = series(CUMULATIVE, YEARS, entries(20, 90, 0, 0, 1), targets=[target(100)])
    assert column(line, "reached") == [None, True, True, True, True]
    line = series(CUMULATIVE, YEARS, entries(1, 1, 1, 1, 1), targets=[target(100)])
    assert column(line, "reached") == [None] * 4 + [False]
    lower = Measure(direction="lower", accumulation="cumulative")
    line = series(lower, YEARS, entries(1, 1, 1, 1, 1), targets=[target(3)])
    assert column(line, "reached") == [None, None, None, False, False]


def test_a_target_in_words_is_shown_and_not_reckoned_with():
    line = series(HIGHER, YEARS, entries(1), targets=[Target(2022, 2026, text="前年度以上")])
    assert (line.at(2022).target_words, line.at(2022).achievement_words) == ("前年度以上", "－")


# --- Breaks ---------------------------------------------------------------------------------------
def test_a_break_ends_comparison_and_total_and_names_the_amendment():
    change = Break(2024, "replaced", "令和6年の変更", continues=False)
    line = series(CUMULATIVE, YEARS, entries(1, 2, 3, 4), breaks=[change])
    assert column(line, "cut") == [False, False, True, False, False]
    assert column(line, "total")[:4] == [1, 3, 3, 7]
    assert (line.at(2024).change, line.at(2025).change) == (None, 1)
    assert line.at(2024).breaks == (change,)


def test_a_rewording_is_told_and_breaks_nothing():
    change = Break(2024, "reworded", "令和6年の変更")
    line = series(HIGHER, YEARS, entries(1, 2, 3), breaks=[change])
    assert (line.at(2024).cut, line.at(2024).change, line.at(2024).breaks) == (False, 1, (change,))


def test_what_is_abolished_is_not_there_any_more():
    line = series(HIGHER, YEARS, entries(1, 2), breaks=[Break(2024, "abolished", "変更")])
    assert column(line, "exists") == [True, True, False, False, False]


def test_values_of_predecessors_are_kept_or_left_as_the_amendment_says():
    own, old, other = entries(5, first=2024), entries(1, 2, 9), entries(10, "not_yet")
    reworded = Break(2024, "reworded", "変更")
    assert succeeded(own, [old], reworded) == (*old[:2], *own)
    merged = Break(2024, "merged", "変更")
    assert succeeded(own, [old, other], merged) == (*entries(11), *own)
    assert succeeded(own, [old], Break(2024, "split", "変更", continues=False)) == tuple(own)
    assert succeeded(own, [], reworded) == tuple(own)


# --- Ratios ---------------------------------------------------------------------------------------
def test_a_ratio_is_its_parts_in_percent():
    above, below = entries(1, 2, 3, 0, 5), entries(3, 0, "withheld", 8)
    assert ratio(above, below, 1) == (
        Entry(2022, Decimal("33.3"), stage="final"),
        Entry(2023, state="not_applicable", stage="final"),
        Entry(2024, state="withheld"),
        Entry(2025, Decimal("0.0"), stage="final"),
    )


def test_a_ratio_is_as_final_as_its_parts():
    one = [Entry(2022, Decimal(1), stage="corrected")]
    for stage, expected in (("final", "corrected"), ("preliminary", "preliminary")):
        (entry,) = ratio(one, [Entry(2022, Decimal(2), stage=stage)], 0)
        assert (entry.number, entry.stage) == (50, expected)


# --- For all series -------------------------------------------------------------------------------
number = st.one_of(
    st.none(),
    st.sampled_from(["not_applicable", "not_yet", "withheld"]),
    st.integers(-(10**12), 10**12),
)
columns = st.lists(number, min_size=5, max_size=5)
accumulations = st.sampled_from(["yearly", "cumulative", "point"])
directions = st.sampled_from(["higher", "lower", "none"])


@given(columns, accumulations, directions, st.integers(-100, 100), st.sampled_from(YEARS))
def test_every_year_has_its_point_and_no_figure_is_made_up(
    numbers, accumulation, direction, aimed, year
):
    measure = Measure(accumulation=accumulation, direction=direction)
    line = series(measure, YEARS, entries(*numbers), targets=[target(aimed)])
    assert column(line, "fiscal_year") == list(YEARS)
    assert [p.state or p.number for p in line.points] == [
        n if n is None or isinstance(n, str) else Decimal(n) for n in numbers
    ]
    for point, entered in zip(line.points, numbers, strict=True):
        assert (point.words == "－") is (entered is None)
        assert not (entered is None and accumulation != "point" and point.total is not None)
        assert point.reached is None or (point.target and point.figure is not None)
    assert all(words.endswith("。") for words in warnings(line, year))


@given(columns)
def test_totals_are_the_sums_of_what_is_known(numbers):
    line = series(CUMULATIVE, YEARS, entries(*numbers))
    known = 0
    for point, entered in zip(line.points, numbers, strict=True):
        if known is not None:
            added = 0 if entered == "not_applicable" else entered
            known = None if added is None or isinstance(added, str) else known + added
        assert point.total == known


@given(columns, st.sampled_from(YEARS))
def test_nothing_goes_over_a_break(numbers, year):
    change = Break(year, "replaced", "変更", continues=False)
    line = series(CUMULATIVE, YEARS, entries(*numbers), breaks=[change])
    after = [number if y >= year else None for y, number in zip(YEARS, numbers, strict=True)]
    alone = series(CUMULATIVE, range(year, 2027), entries(*after))
    for name in ("number", "total", "change", "words"):
        assert column(line, name)[year - 2022 :] == column(alone, name)


@given(columns, columns, st.integers(0, 3))
def test_a_ratio_has_a_number_only_of_two_numbers(above, below, decimals):
    found = {e.fiscal_year: e for e in ratio(entries(*above), entries(*below), decimals)}
    for year, over, under in zip(YEARS, above, below, strict=True):
        both = isinstance(over, int) and isinstance(under, int) and under != 0
        assert (year in found and found[year].number is not None) is both
        if both:
            exact = Decimal(over) / Decimal(under) * 100
            assert abs(found[year].number - exact) <= Decimal(1).scaleb(-decimals) / 2 + Decimal(
                "1e-9"
            )


@given(st.integers(1, 10**12), st.integers(1, 10**12))
def test_hundred_percent_is_reached_or_not(figure, aimed):
    percent = achievement(Decimal(figure), Decimal(aimed), "higher")
    assert (percent >= 100) is (figure >= aimed)
    assert written(percent, 1, "%").endswith("%")
