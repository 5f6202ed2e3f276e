"""Reading uploaded tables: encodings, apostrophes, and files that mean harm."""

import csv
import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from jst_objectives.tables import as_xlsx
from programs import formats
from programs.formats import csv_file, decoded, read_table

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co", "Zl", "Zp"])
)


def message(content: bytes) -> str:
    with pytest.raises(ValidationError) as caught:
        read_table(content)
    return caught.value.messages[0]


def workbook(*rows) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def archive(**entries: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries.items():
            packed.writestr(name, content)
    return file.getvalue()


# --- CSV ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("cp932", "Shift_JIS（CP932）"),
        ("utf-16", "UTF-16"),
    ],
)
def test_each_encoding_is_read_and_named(encoding, name):
    table = read_table("法人,名称\r\njst,㈱髙﨑\r\n".encode(encoding))
    assert (table.header, table.rows) == (["法人", "名称"], [["jst", "㈱髙﨑"]])
    assert table.source == f"CSV（{name}）"


def test_a_file_in_no_known_encoding_is_refused():
    assert message(b"\x81\xff\xfd\n") == formats.NOT_TEXT
    assert message(b"a,b\n1,\0\n") == formats.NOT_TEXT
    with pytest.raises(ValidationError):
        decoded(b"\xff\xfea")  # half a character


def test_tabs_separate_where_the_header_has_no_comma():
    assert read_table("a\tb\n1\t2,3\n".encode("utf-16")).rows == [["1", "2,3"]]


def test_empty_rows_and_columns_are_left_out_and_numbers_are_those_of_the_file():
    table = read_table(b"a,b,,\n1,2,,\n\n , \n3\n")
    assert (table.header, table.rows) == (["a", "b"], [["1", "2"], ["3", None]])
    assert table.numbers == [2, 5]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "1行目に列の見出しがありません。"),
        (b"a,b\n", "見出しの下に、取り込む行がありません。"),
        (b"a\n1,2\n", "2行目に、見出しのない列の値があります。"),
        (b'a\n"1\n', 'CSVとして読めない行があります。引用符「"」が閉じているか確かめてください。'),
        (b"a\n" + b"1\n" * 2001, formats.TOO_LONG),
        (b",".join([b"a"] * 51) + b"\n1\n", formats.TOO_WIDE),
        (b"a" * (formats.MAX_BYTES + 1), "ファイルは5MBまでです。分けてから取り込んでください。"),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused(content, words):
    assert message(content) == words


def test_what_is_exported_holds_no_formula_and_comes_back():
    texts = ["=1+1", "'=1+1", "''@x", "＝1", "-5", "it's", "'", "a\nb", "\u200b+x"]
    content = csv_file(["値"], [[text] for text in texts])
    cells = [row[0] for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))][1:]
    assert [cell for cell in cells if cell.lstrip("\u200b")[:1] in "=+@＝"] == []
    assert [row[0] for row in read_table(content).rows] == texts


@given(st.lists(TEXT.filter(lambda text: text.strip()), min_size=1, max_size=4))
def test_every_text_comes_back_from_csv(texts):
    assert [row[0] for row in read_table(csv_file(["値"], [[t] for t in texts])).rows] == texts


# --- XLSX -----------------------------------------------------------------------------------------
def test_a_workbook_is_read_with_its_numbers():
    table = read_table(workbook(["年度", "名"], [2025, "x"], [None, None], [2026.0, "=1+1"]))
    assert table.source == "Excel（.xlsx）"
    assert table.rows[0] == [2025, "x"]
    assert table.numbers == [2, 4]


def test_every_text_comes_back_from_xlsx():
    texts = ["=1+1", "'=1+1", "@x", "00123", "1,234"]
    content = as_xlsx(["値"], [[text] for text in texts], "表")
    assert [row[0] for row in read_table(content).rows] == texts


def test_a_bomb_is_not_opened():
    assert message(archive(a=b"0" * 30_000_000)) == formats.BOMB
    assert message(archive(a=b"0" * 2_000_000)) == formats.BOMB
    assert message(archive(**{f"f{n}": b"" for n in range(201)})) == formats.BOMB


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("declaration", ["<!DOCTYPE x>", '<!ENTITY a "b">', "<!doctype x>"])
def test_entities_are_refused(declaration, encoding):
    assert message(archive(**{"xl/workbook.xml": declaration.encode(encoding)})) == formats.ENTITIES


def test_a_damaged_workbook_is_refused_in_words():
    good = workbook(["a"], [1])
    assert message(archive(a=b"x")) == formats.NOT_READABLE
    for cut in range(10, len(good), 400):
        assert message(good[:cut]) == formats.NOT_READABLE


def test_a_far_row_does_not_make_millions():
    book = Workbook()
    book.active["A1"] = "a"
    book.active["A1048576"] = "b"
    file = io.BytesIO()
    book.save(file)
    assert message(file.getvalue()) == "見出しの下に、取り込む行がありません。"
