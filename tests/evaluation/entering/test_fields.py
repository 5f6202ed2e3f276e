"""What the names of fields carry, and what the words in them are read as."""

from decimal import Decimal

from evaluation.entering import Line, Typed, field_name, key_of, typed_in
from evaluation.numbers import Reading


def line(nature: str = "quantitative", unit: str = "件", decimals: int = 0) -> Line:
    return Line(12, 1, 1, "件数", nature, unit, decimals, None, None)


def test_a_name_is_measure_year_and_the_revision_that_was_seen():
    name = field_name(key_of(12, 2024), 3)
    assert name == "v-12-2024-3"
    assert typed_in({name: "１２"}) == [Typed(12, 2024, 3, "１２")]


def test_other_names_are_none():
    names = ["v-12-2024", "v-0-2024-1", "v-12-24-1", "v-12-2024--1", "v-x-2024-1", "value", ""]
    assert typed_in(dict.fromkeys(names, "1")) == []


def test_a_number_is_read_in_the_unit_and_decimals_of_its_measure():
    assert Typed(12, 2024, 0, "１，２３４件").reading(line()) == (Reading(Decimal(1234)), "")
    money = line(unit="百万円", decimals=1)
    assert Typed(12, 2024, 0, "1億2,000万円").reading(money) == (Reading(Decimal("120.0")), "")
    words = "整数で入力してください（例：1,234件）。"
    assert Typed(12, 2024, 0, "1.5").reading(line()) == (Reading(error=words), "")


def test_a_text_keeps_its_lines_and_may_say_a_state_instead():
    text = line(nature="qualitative", unit="")
    assert Typed(12, 2024, 0, "一行目\r\n二行目").reading(text) == (Reading(), "一行目\n二行目")
    assert Typed(12, 2024, 0, "未集計").reading(text) == (Reading(state="not_yet"), "")
    assert Typed(12, 2024, 0, " \n").reading(text) == (Reading(), "")
    assert Typed(12, 2024, 0, "12").reading(text) == (Reading(), "12")
