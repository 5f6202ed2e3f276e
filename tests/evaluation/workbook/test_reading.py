"""Files of values are read as their person sees them; hostile ones are refused within two seconds."""

import datetime as dt
import time

import pytest

from evaluation.workbook import archives, cells
from evaluation.workbook.reading import LARGEST_FILE, is_heavy, read
from evaluation.workbook.sheets import KEY, NotReadable, place_of
from tests.evaluation.workbook.files import (
    BOOK,
    HEAD,
    HEADING,
    MAIN,
    RELATIONS,
    TEXT,
    by_hand,
    bytes_of,
    opened,
    packed,
    saved,
)

ROW = f'<row r="2">{TEXT.format("A2", "k1")}{TEXT.format("B2", "12")}</row>'
MEGABYTE = 1024 * 1024


def texts(content: bytes) -> list[list[str]]:
    return [row.cells for row in read(content).rows]


# --- What a cell shows ----------------------------------------------------------------------------
def test_numbers_are_what_the_spreadsheet_shows_of_them():
    typed = [0, -0.0, 12, 12.3, 0.1 + 0.2, 1e-5, 123456789012345, -7, 1e15]
    assert texts(saved([[KEY, "令和7年度"], *(["k", number] for number in typed)])) == [
        ["k", number]
        for number in "0 0 12 12.3 0.3 0.00001 123456789012345 -7 1000000000000000".split()
    ]


def test_percentages_days_truth_and_errors_are_told_as_such():
    sheet = opened(saved([[KEY, "令和7年度"], *[["k", None]] * 9]))
    sheet["B2"].value, sheet["B2"].number_format = 0.855, "0.0%"
    sheet["B3"].value, sheet["B3"].number_format = 0.85, "0%"
    sheet["B4"].value = dt.datetime(2026, 4, 1)  # noqa: DTZ001
    sheet["B5"].value, sheet["B5"].number_format = 46113, '[$-411]ggge"年"m"月"'
    sheet["B6"].value = True
    sheet["B7"].value = "#N/A"
    sheet["B8"].value, sheet["B8"].number_format = 5, '#,##0"年";[Red]-#,##0'
    sheet["B9"].value, sheet["B9"].number_format = 1200, "0.00E+00"
    sheet["B10"].value, sheet["B10"].number_format = 12, 'General"件"'
    assert [row[1] for row in texts(bytes_of(sheet.parent))] == [
        "85.5%",
        "85%",
        "2026/04/01（日付）",
        "2026/04/01（日付）",
        "TRUE",
        "#N/A（Excelの誤り）",
        "5",
        "1200",
        "12",
    ]


def test_readings_of_kanji_are_no_part_of_a_text():
    shared = (
        f"{HEAD}<sst {MAIN}><si><t>該当</t><rPh sb='0' eb='2'><t>ガイトウ</t></rPh></si>"
        "<si><r><t>該当</t></r><r><t>なし</t></r></si></sst>"
    )
    row = '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c></row>'
    assert texts(by_hand(row, **{"xl/sharedStrings.xml": shared})) == [["該当", "該当なし"]]


def test_escaped_characters_are_read_but_for_those_that_no_text_may_hold():
    row = TEXT.format("A2", "k") + TEXT.format("B2", "1_x000D__x000A_2_x0000__xD800__x005F_x0041_")
    assert texts(by_hand(f'<row r="2">{row}</row>')) == [["k", "1\n2_x0000__xD800__x0041_"]]


def test_the_sheet_of_values_is_found_among_others_and_below_a_title():
    book = opened(saved([["表題"], [], [KEY, "令和7年度"], ["k", 1], [], ["k", 2]])).parent
    book.move_sheet(book.create_sheet("メモ"), -1)
    sheet = read(bytes_of(book))
    assert (sheet.headings.number, [row.number for row in sheet.rows]) == (3, [4, 6])
    assert (sheet.source, sheet.above[0].cells) == ("Excel（.xlsx）", ["表題"])


def test_prefixed_and_unnumbered_cells_are_read():
    rows = "<row><c><v>1</v></c><c/><c><v>2</v></c></row>"
    assert texts(by_hand(rows)) == [["1", "", "2"]]
    part = f"<x:worksheet xmlns:x='m'><x:sheetData>{HEADING}{ROW}</x:sheetData></x:worksheet>"
    prefixed = part.replace("<row", "<x:row").replace("</row", "</x:row")
    assert texts(by_hand("", **{"xl/worksheets/sheet1.xml": prefixed})) == [["k1", "12"]]


@pytest.mark.parametrize(
    ("encoding", "source"),
    [
        ("utf-8-sig", "CSV（UTF-8）"),
        ("utf-8", "CSV（UTF-8）"),
        ("cp932", "CSV（CP932（Shift_JIS））"),
    ],
)
def test_csv_of_both_encodings(encoding, source):
    text = f'表題,\r\n{KEY},令和7年度,注\r\nk,"1,234","1行目\r\n2行目"\r\n,,\r\nk2,①髙,'
    sheet = read(text.encode(encoding))
    assert sheet.source == source
    assert [tuple(row) for row in sheet.rows] == [
        (3, ["k", "1,234", "1行目\n2行目"]),
        (5, ["k2", "①髙", ""]),
    ]


def test_places_are_named_as_in_a_spreadsheet():
    assert [place_of(1, n) for n in (1, 26, 27, 52, 703)] == ["A1", "Z1", "AA1", "AZ1", "AAA1"]


# --- What is refused ------------------------------------------------------------------------------
BOMB = b"<row/>" * (30 * MEGABYTE // 6)
DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'
LONG = "9" * 5000
MANY = '<row r="{0}"><c r="A{0}"><v>1</v></c></row>'


def lying() -> bytes:
    """An archive that announces less than it unpacks to."""
    content = by_hand(" " * 300_000 + ROW)
    large = (len(HEADING) + 300_000).to_bytes(4, "little")
    start = content.rindex(b"xl/worksheets/sheet1.xml") - 46 + 24
    return content[:start] + b"\x10\0\0\0" + content[start + len(large) :]


def encrypted() -> bytes:
    content = bytearray(by_hand(ROW))
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        while (place := content.find(sign, place + 1)) >= 0:
            content[place + offset] |= 1
    return bytes(content)


HOSTILE = {
    "nothing": (lambda: b"", "ファイルが空です。"),
    "too large": (lambda: b"x" * (LARGEST_FILE + 1), "ファイルが大きすぎます。20 MBまでです。"),
    "bomb": (
        lambda: by_hand("", **{"xl/media/a.bin": b"\0" * (110 * MEGABYTE)}),
        archives.BOMB,
    ),
    "bomb in the sheet": (lambda: by_hand(BOMB.decode()), archives.BOMB),
    "too many parts": (lambda: by_hand(ROW, **{f"x{n}": "" for n in range(500)}), archives.BOMB),
    "lying size": (lying, archives.DAMAGED),
    "cut off": (lambda: by_hand(ROW)[:-40], archives.DAMAGED),
    "encrypted": (encrypted, archives.DAMAGED),
    "macros": (lambda: by_hand(ROW, **{"xl/vbaProject.bin": b"x"}), archives.MACRO),
    "macro sheet": (lambda: by_hand(ROW, **{"xl/macrosheets/a.xml": "x"}), archives.MACRO),
    "no workbook": (lambda: packed({"word/document.xml": "<x/>"}), archives.OTHER),
    "no sheet": (
        lambda: packed({"xl/workbook.xml": BOOK, "xl/_rels/workbook.xml.rels": RELATIONS}),
        archives.OTHER,
    ),
    "DTD in the sheet": (
        lambda: by_hand("", **{"xl/worksheets/sheet1.xml": f"{HEAD}{DOCTYPE}<worksheet/>"}),
        archives.DTD,
    ),
    "DTD in texts": (
        lambda: by_hand(ROW, **{"xl/sharedStrings.xml": f"{HEAD}{DOCTYPE}<sst>&a;</sst>"}),
        archives.DTD,
    ),
    "DTD in UTF-16": (
        lambda: by_hand(ROW, **{"xl/styles.xml": f"\ufeff{DOCTYPE}<x/>".encode("utf-16-le")}),
        archives.DTD,
    ),
    "broken XML": (lambda: by_hand("<row"), archives.BROKEN),
    "rows beyond the last": (lambda: by_hand(MANY.format(1_048_576)), cells.TOO_MANY),
    "columns beyond the last": (
        lambda: by_hand('<row r="2"><c r="XFD2"><v>1</v></c></row>'),
        cells.TOO_MANY,
    ),
    "a row of five thousand digits": (
        lambda: by_hand(f'<row r="{LONG}"><c><v>1</v></c></row>'),
        "行の順番が正しくないファイルです。Excelで保存し直してください。",
    ),
    "a text of five thousand digits": (
        lambda: by_hand(f'<row r="2"><c r="A2" t="s"><v>{LONG}</v></c></row>'),
        "文字の一覧が壊れているファイルです。Excelで保存し直してください。",
    ),
    "rows out of order": (
        lambda: by_hand(MANY.format(5) + MANY.format(5)),
        "行の順番が正しくないファイルです。Excelで保存し直してください。",
    ),
    "a cell elsewhere": (
        lambda: by_hand('<row r="2"><c r="A9"><v>1</v></c></row>'),
        "セルの位置が正しくないファイルです。Excelで保存し直してください。",
    ),
    "cells out of order": (
        lambda: by_hand('<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>1</v></c></row>'),
        "列の順番が正しくないファイルです。Excelで保存し直してください。",
    ),
    "a text that is not there": (
        lambda: by_hand('<row r="2"><c r="A2" t="s"><v>7</v></c></row>'),
        "文字の一覧が壊れているファイルです。Excelで保存し直してください。",
    ),
    "formula": (
        lambda: saved([[KEY, "令和7年度"], ["k", "=1+1"], ["k", "=HYPERLINK(1)"]]),
        (
            "数式があります（B2、B3）。数式は読みません。"
            "コピーして「値の貼り付け」で値に変えてから、保存し直してください。"
        ),
    ),
    "old Excel": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        (
            "古い形式（.xls）か、パスワードの付いたExcelファイルです。"
            "パスワードを外し、「Excelブック（.xlsx）」で保存し直してください。"
        ),
    ),
    "a picture": (
        lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)),
        (
            "Excel（.xlsx）でも、CSV（CP932かUTF-8）でもないファイルです。"
            "Excelで「Excelブック（.xlsx）」か「CSV UTF-8」で保存し直してください。"
        ),
    ),
    "another text": (
        lambda: b"a,b\n1,2\n",
        f"見出し「{KEY}」の行がありません。ひな形をダウンロードし、そのシートに入力してください。",
    ),
    "no rows": (lambda: by_hand(""), "見出しの下に、値の行がありません。"),
    "a heading twice": (
        f"{KEY},令和7年度,令和7年度\nk,1,2".encode,
        "見出し「令和7年度」の列が2つあります。一つを消してください。",
    ),
    "open quotes": (
        f'{KEY},令和7年度\nk,"1'.encode,
        '2行目をCSVとして読めません。引用符「"」が閉じているか確かめてください。',
    ),
    "headings without end": (
        lambda: ",".join([KEY, *map(str, range(200_000))]).encode() + b"\n1,2",
        cells.TOO_MANY,
    ),
    "lines without end": (lambda: KEY.encode() + b"\n1" * 120_001, cells.TOO_MANY),
    "commas without end": (
        lambda: KEY.encode() + b"," * (15 * MEGABYTE),
        "行か列が多すぎます。ひな形の行と列だけにしてください。",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_within_two_seconds(name):
    made, words = HOSTILE[name]
    content = made()
    start = time.process_time()
    with pytest.raises(NotReadable) as refused:
        read(content)
    assert str(refused.value) == words
    assert time.process_time() - start < 2


def test_a_sheet_of_too_many_tags_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(archives, "MOST_TAGS", 100)
    with pytest.raises(NotReadable) as refused:
        read(by_hand("".join(MANY.format(n) for n in range(2, 40))))
    assert str(refused.value) == "セルが多すぎます。ひな形の行と列だけにしてください。"


def test_what_a_sheet_says_of_its_size_is_never_asked():
    sheet = (
        f'{HEAD}<worksheet {MAIN}><dimension ref="A1:XFD1048576"/>'
        f"<sheetData>{HEADING}{ROW}</sheetData></worksheet>"
    )
    assert texts(by_hand("", **{"xl/worksheets/sheet1.xml": sheet})) == [["k1", "12"]]


def test_empty_columns_at_the_end_of_csv_are_none():
    assert read(f"{KEY},令和7年度{',' * 200}\nk,1{',' * 200}".encode()).headings.cells[:2] == [
        KEY,
        "令和7年度",
    ]


def test_a_style_of_five_thousand_digits_is_none():
    assert texts(by_hand(f'<row r="2"><c r="A2" s="{LONG}"><v>1</v></c></row>')) == [["1"]]


def test_large_files_are_known_without_being_read():
    assert [is_heavy(by_hand(ROW)), is_heavy(b"a,b")] == [False, False]
    assert [
        is_heavy(by_hand("".join(MANY.format(n) for n in range(2, 30_000)))),
        is_heavy(b"a," * 100_000),
    ] == [True] * 2
