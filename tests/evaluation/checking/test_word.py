"""Word files: what is read of them, and what is refused."""

import io
import time
import zipfile

import pytest

from evaluation.checking import word
from evaluation.checking.outside import read_file, read_pasted
from evaluation.checking.word import NotReadable, read_docx
from tests.evaluation.checking.papers import W, as_docx, docx_of


def document(body, head=""):
    return docx_of(f'{head}<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>')


def text_of(content):
    return [one.text for one in read_docx(content)]


def test_paragraphs_and_tables_with_their_marks():
    paper = [
        "表題",
        [[["変更案"], ["現行"]], [["<u>新しい</u>文", "二段落目"], ["古い文"]]],
        "終わり",
    ]
    found = read_docx(as_docx(paper))
    assert [(one.side, one.text, one.marks, one.where) for one in found] == [
        ("", "表題", (), "1段落目"),
        ("", "変更案", (), "表1・1行1列"),
        ("", "現行", (), "表1・1行2列"),
        ("proposed", "新しい文", ((0, 3),), "表1・2行1列"),
        ("proposed", "二段落目", (), "表1・2行1列"),
        ("current", "古い文", (), "表1・2行2列"),
        ("", "終わり", (), "2段落目"),
    ]


def test_runs_join_breaks_part_and_deleted_words_are_not_there():
    run = "<w:r><w:rPr><w:u w:val='{}'/></w:rPr><w:t>{}</w:t></w:r>"
    body = (
        f"<w:p>{run.format('single', '共')}{run.format('double', '用')}{run.format('none', '化')}"
        "<w:r><w:br/><w:t>次の行</w:t><w:tab/><w:t>右</w:t></w:r>"
        "<w:del><w:r><w:delText>消した</w:delText></w:r></w:del><w:ins><w:r><w:t>足した</w:t></w:r></w:ins></w:p>"
        "<w:p/>"
    )
    found = read_docx(document(body))
    assert [(one.text, one.marks) for one in found] == [
        ("共用化", ((0, 2),)),
        ("次の行　右足した", ()),
    ]


def test_text_boxes_are_read_once_and_what_a_reader_does_not_see_is_not():
    def run(words):
        return f"<w:r><w:t>{words}</w:t></w:r>"

    box = f"<w:txbxContent><w:p>{run('枠の中')}</w:p></w:txbxContent>"
    compatible = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    both = (
        f"<mc:AlternateContent xmlns:mc='{compatible}'><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    )
    moved = f"<w:moveFrom>{run('移る前')}</w:moveFrom><w:moveTo>{run('移った後')}</w:moveTo>"
    ruby = (
        f"<w:ruby><w:rt>{run('きょうよう')}</w:rt><w:rubyBase>{run('共用')}</w:rubyBase></w:ruby>"
    )
    other = "<x:t xmlns:x='urn:x'>別の言語</x:t>"
    body = f"<w:p>{run('前')}<w:r>{both}</w:r>{run('後')}</w:p><w:p>{moved}{ruby}{other}</w:p>"
    assert text_of(document(body)) == ["枠の中", "前後", "移った後共用"]


def test_a_row_without_cells_loses_no_words():
    body = "<w:tbl><w:tr><w:p><w:r><w:t>文</w:t></w:r></w:p></w:tr></w:tbl><w:t>外</w:t>"
    assert text_of(document(body)) == ["文"]


def test_a_table_within_a_table_belongs_to_the_cell_around_it():
    inner = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>内</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    cell = f"<w:tc><w:p><w:r><w:t>外</w:t></w:r></w:p>{inner}</w:tc>"
    body = f"<w:tbl><w:tr>{cell}</w:tr></w:tbl>"
    assert [(one.text, one.where) for one in read_docx(document(body))] == [
        ("外", "表1・1行1列"),
        ("内", "表1・1行1列"),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04broken", "ファイルを開けません。"),
        (document("<w:p>")[:-30], "ファイルを開けません。"),
        (docx_of("<w:document"), "文書の中身（XML）を読めません。"),
        (document("", "<!DOCTYPE a [<!ENTITY b 'c'>]>"), "文書型の宣言（DTD）"),
        (document("<w:p>" * 300 + "</w:p>" * 300), "文書の入れ子が深すぎます。"),
    ],
)
def test_what_is_no_document_is_refused(content, reason):
    with pytest.raises(NotReadable, match=reason):
        read_docx(content)


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ("xl/workbook.xml", "Excelのファイル"),
        ("ppt/presentation.xml", "PowerPointのファイル"),
        ("a.txt", "別の形式のファイル"),
    ],
)
def test_a_zip_without_a_document_is_refused(part, kind):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(part, "<a/>")
    with pytest.raises(NotReadable, match=f"Wordの文書（.docx）ではなく、{kind}"):
        read_docx(target.getvalue())


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_broken_archive_is_refused_however_it_is_packed(method):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr("word/document.xml", "<a>" + "文" * 1_000 + "</a>")
    content = bytearray(target.getvalue())
    start = content.index(b"word/document.xml") + len("word/document.xml")
    for place in range(start, start + 12):
        content[place] ^= 0xFF
    with pytest.raises(NotReadable, match="ファイルを開けません。"):
        read_docx(bytes(content))


@pytest.mark.parametrize("encoding", ["shift_jis", "utf-7", "foo"])
def test_a_document_in_an_unusual_encoding_is_refused(encoding):
    with pytest.raises(NotReadable, match="文書の中身（XML）を読めません。"):
        read_docx(docx_of(f'<?xml version="1.0" encoding="{encoding}"?><a/>'))


def test_blank_lines_and_blanks_between_words_are_read_in_time():
    """From each blank the end was sought anew: this took a minute."""
    blank = " " * 60_000
    body = f"<w:p><w:r><w:t>{blank}</w:t><w:br/><w:t>甲{blank}乙</w:t></w:r></w:p>"
    start = time.monotonic()
    assert [len(text) for text in text_of(document(body))] == [60_002]
    assert time.monotonic() - start < 5


def test_what_unpacks_to_too_much_is_refused_before_it_is_unpacked():
    bomb = docx_of(" " * (word.LARGEST_DOCUMENT + 1))
    assert len(bomb) < 100_000
    with pytest.raises(NotReadable, match="文書の中身が大きすぎます。"):
        read_docx(bomb)


def test_a_large_file_is_refused():
    with pytest.raises(NotReadable, match="10 MBまでです。"):
        read_docx(b"PK\x03\x04" + b"0" * word.LARGEST_FILE)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xd0\xcf\x11\xe0", "古い形式のWord"),
        (b"%PDF-1.7", "PDFは読めません。"),
        (b"\x81\x00\xff", "テキストでもありません。"),
        (b"\x81\xff", "テキストでもありません。"),
        (b"\x89PNG\r\n\x1a\n", "画像のファイルです。Wordの文書かテキストを選ぶか、"),
        (b" \n", "照合する文章がありません。"),
        ("あ\n".encode() * 3_001, "3,001段落"),
        (b"a" * (2 * 1024 * 1024 + 1), "テキストが大きすぎます。"),
    ],
)
def test_other_files_are_refused_with_the_reason(content, reason):
    with pytest.raises(NotReadable, match=reason):
        read_file(content)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_text_may_be_in_the_encodings_of_windows(encoding):
    assert [one.text for one in read_file("共用・高度化".encode(encoding))] == ["共用・高度化"]
    assert read_pasted("共用・高度化") == read_file("共用・高度化".encode())
    assert [one.text for one in read_file(as_docx(["共用"]))] == ["共用"]
