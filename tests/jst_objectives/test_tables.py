"""Exports: texts stay texts in every spreadsheet, numbers stay numbers."""

import io
import zipfile
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from jst_objectives.tables import CUT, LONGEST_CELL, as_csv, as_xlsx, neutral

FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\t文",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "﹦1",
    " =1",
    "　＝1",
    "\u200b=1",
    "\ufeff\u2060 @A1",
    "\u202e=1",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_text(text):
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize(
    "value", ["", "本文", "a=b", "−3（U+2212）", "-12", "-3.5", "12", -12, 3.5, Decimal(-1), None]
)
def test_all_else_stays(value):
    assert neutral(value) == value


def test_csv():
    rows = [["=1", -12, None], ['改行\n"引用"', Decimal("1.5"), "-12"]]
    assert (
        as_csv(["文", "数", "空"], rows)
        == ('\ufeff"文","数","空"\r\n"\'=1",-12,""\r\n"改行\n""引用""",1.5,"-12"\r\n').encode()
    )


def test_xlsx():
    rows = [["=1", -12, None], ["\x00本\x0b文", Decimal("1.5"), "-12"]]
    sheet = load_workbook(io.BytesIO(as_xlsx(["=文", "数", "空"], rows, "履歴"))).active
    assert (sheet.title, sheet.freeze_panes) == ("履歴", "A2")
    assert list(sheet.iter_rows(values_only=True)) == [
        ("=文", "数", "空"),
        ("=1", -12, None),
        ("本文", 1.5, "-12"),
    ]
    cells = [(cell.data_type, cell.quotePrefix) for cell in next(sheet.iter_rows(min_row=2))]
    assert cells == [("s", True), ("n", False), ("n", False)]
    assert sheet["A1"].font.bold


def test_a_text_too_long_for_a_cell_says_so():
    file = as_xlsx(["文"], [["あ" * (LONGEST_CELL + 1)]], "履歴")
    value = load_workbook(io.BytesIO(file)).active["A2"].value
    assert (len(value), value.endswith(CUT)) == (LONGEST_CELL, True)


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_no_text_becomes_a_formula(texts):
    file = as_xlsx(["文"] * len(texts), [texts], "履歴")
    with zipfile.ZipFile(io.BytesIO(file)) as parts:
        xml = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml
    as_csv(["文"] * len(texts), [texts]).decode("utf-8-sig")
