"""Numbers as typed and as printed: one table for server and browser."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page

from evaluation.numbers import (
    DIGITS,
    PLACES,
    STATE_WORDS,
    Reading,
    amount_words,
    example,
    read,
    remark_on,
    rounded_to,
    written,
)

TABLE = json.loads(Path(__file__).with_name("numbers.json").read_text(encoding="utf-8"))
SCRIPT = settings.BASE_DIR / "evaluation" / "static" / "evaluation" / "numbers.js"
READ = "rows => rows.map(row => Numbers.read(row.typed, row.unit, row.decimals))"


def expected(row):
    return {name: row.get(name, "") for name in ("number", "state", "error")}


def test_the_table_is_long_enough_and_says_each_thing_once():
    keys = [(row["typed"], row["unit"], row["decimals"]) for row in TABLE]
    assert len(set(keys)) == len(TABLE) >= 60


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row['typed'][:20]!a} {row['unit']}")
def test_the_server_reads_by_the_table(row):
    reading = read(row["typed"], row["unit"], row["decimals"])
    number = "" if reading.number is None else f"{reading.number:f}"
    assert {"number": number, "state": reading.state, "error": reading.error} == expected(row)
    assert reading.is_empty is (set(row) == {"typed", "unit", "decimals"})


@pytest.mark.parametrize("typed", ["-", "－", " ― ", "該当なし", "-5", "", "－　"])
def test_a_dash_alone_says_how_it_was_read(typed):
    dash = typed.strip()
    words = f"「{dash}」は、該当なしとして読みました。" if dash in ("-", "－", "―") else ""
    assert remark_on(typed) == words


def test_the_browser_reads_by_the_table(page: Page):
    page.set_content("<title>数</title>")
    page.add_script_tag(path=SCRIPT)
    assert page.evaluate(READ, TABLE) == [expected(row) for row in TABLE]


def test_the_browser_reads_what_nobody_thought_of_like_the_server(page: Page):
    """Every mixture of up to three of the pieces that numbers are made of."""
    pieces = [
        "1",
        "20",
        "1,234",
        "０．５",
        "億",
        "千万",
        "円",
        "%",
        "件",
        "△",
        "ー",
        " ",
        "約",
        "¥",
        "_",
        "x",
    ]
    rows: list[dict[str, Any]] = [
        {"typed": a + b + c, "unit": unit, "decimals": decimals}
        for a in pieces
        for b in pieces
        for c in pieces
        for unit, decimals in (("百万円", 1), ("件", 0), ("%", 2))
    ]
    page.set_content("<title>数</title>")
    page.add_script_tag(path=SCRIPT)
    readings = [read(row["typed"], row["unit"], row["decimals"]) for row in rows]
    assert page.evaluate(READ, rows) == [
        {
            "number": "" if reading.number is None else f"{reading.number:f}",
            "state": reading.state,
            "error": reading.error,
        }
        for reading in readings
    ]


def test_the_browser_prints_numbers_like_the_server(page: Page):
    page.set_content("<title>数</title>")
    page.add_script_tag(path=SCRIPT)
    numbers = ["0", "7", "-7", "999", "1000", "-1234567.50", "123456789012345678.123456"]
    texts = page.evaluate("numbers => numbers.map(Numbers.written)", numbers)
    places = [len(number.partition(".")[2]) for number in numbers]
    assert texts == [written(Decimal(n), p) for n, p in zip(numbers, places, strict=True)]


# --- Reading --------------------------------------------------------------------------------------
@given(st.text(max_size=120), st.sampled_from(["", "件", "%", "円", "百万円", "人"]))
def test_reading_never_fails(typed, unit):
    reading = read(typed, unit, 2)
    told = [reading.number is not None, bool(reading.state), bool(reading.error)]
    assert sum(told) == (0 if reading.is_empty else 1)


@given(
    st.decimals(
        min_value=-(10 ** (DIGITS - PLACES)) + 1,
        max_value=10 ** (DIGITS - PLACES) - 1,
        allow_nan=False,
        places=PLACES,
    ),
    st.integers(0, PLACES),
)
def test_what_is_printed_is_read_again(number, decimals):
    rounded = rounded_to(number, decimals)
    assert read(written(rounded, decimals), "件", decimals) == Reading(number=rounded)
    assert read(written(rounded, decimals, "件"), "件", decimals).number == rounded


def test_the_example_is_read():
    for decimals in range(PLACES + 1):
        for unit in ("", "件", "百万円", "%"):
            assert read(example(unit, decimals), unit, decimals).error == ""


# --- Printing -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("number", "options", "text"),
    [
        (None, {}, "－"),
        (Decimal(0), {}, "0"),
        (Decimal(0), {"decimals": 2}, "0.00"),
        (Decimal("-0.001"), {"decimals": 2}, "0.00"),
        (Decimal(1234567), {"unit": "件"}, "1,234,567件"),
        (Decimal("-1234.5"), {"decimals": 1, "unit": "百万円"}, "△1,234.5百万円"),
        (Decimal("0.5"), {}, "1"),
        (Decimal("2.5"), {}, "3"),
        (Decimal("-2.5"), {}, "△3"),
        (Decimal("12.345"), {"decimals": 2, "unit": "%"}, "12.35%"),
        (Decimal(5), {"stage": "preliminary"}, "5（速報）"),
        (Decimal(5), {"stage": "final"}, "5"),
        (Decimal(5), {"stage": "corrected"}, "5（訂正）"),
        (None, {"stage": "preliminary"}, "－"),
        (None, {"state": "not_applicable"}, "該当なし"),
        (None, {"state": "not_yet", "stage": "preliminary"}, "未集計（速報）"),
        (None, {"state": "withheld"}, "非公表"),
        (None, {"text": "実施した"}, "実施した"),
    ],
)
def test_printing(number, options, text):
    assert written(number, **options) == text


def test_every_state_has_the_word_by_which_it_is_read():
    assert {state: read(word).state for state, word in STATE_WORDS.items()} == {
        state: state for state in STATE_WORDS
    }


@pytest.mark.parametrize(
    ("kind", "amount", "printed"),
    [
        ("budget", None, "－"),
        ("budget", Decimal(0), "0"),
        ("budget", Decimal(1_234_500), "1,235"),
        ("ordinary_profit", Decimal(-1_234_499), "△1,234"),
        ("staff", Decimal("12.00"), "12"),
        ("staff", Decimal("12.5"), "12.50"),
    ],
)
def test_amounts_are_printed_in_thousands_and_people_as_they_are(kind, amount, printed):
    assert amount_words(kind, amount) == printed
