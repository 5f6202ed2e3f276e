"""`manage.py compare OLD.txt NEW.txt`"""

import json
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.core.management import CommandError, call_command

OLD = "(1) 大学を支援する。\r\n(2) 成果を公表する。\r\n"
NEW = "(1) 大学及び企業を支援する。\n(2) 成果を公表する。\n(3) 権利を保護する。\n"
ROWS = (
    "規程\t規程\n"
    "(1)　大学<u>及び企業</u>を支援する。\t(1)　大学を支援する。\n"
    "<u>(3)　権利を保護する。</u>\t（新設）\n"
)


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    old, new = tmp_path / "旧.txt", tmp_path / "規程.txt"
    old.write_bytes(OLD.encode("cp932"))
    new.write_bytes(("\ufeff" + NEW).encode())
    return [str(old), str(new)]


def compared(files: list[str], target: Path, *options: str) -> bytes:
    call_command("compare", *files, *options, "--output", str(target))
    return target.read_bytes()


def test_text(files: list[str], tmp_path: Path) -> None:
    assert compared(files, tmp_path / "table").decode() == ROWS
    titled = compared(files, tmp_path / "table", "--title", "表題").decode()
    assert titled == ROWS.replace("規程\t規程", "表題\t表題")


def test_forms_of_the_table(files: list[str], tmp_path: Path) -> None:
    inline = compared(files, tmp_path / "table", "--full", "--view", "inline").decode()
    assert inline == (
        "規程\n(1)　大学<ins>及び企業</ins>を支援する。\n(2)　成果を公表する。\n"
        "<ins>(3)　権利を保護する。</ins>\n"
    )
    runs = compared(files, tmp_path / "table", "--runs", "--track").decode()
    assert runs.splitlines()[2] == "(2)　（略）\t(2)　（略）"


def test_json_and_html(files: list[str], tmp_path: Path) -> None:
    data = json.loads(compared(files, tmp_path / "table", "--format", "json"))
    assert (data["title"], [row["kind"] for row in data["rows"]]) == (
        "規程 新旧対照表",
        ["label", "revised", "new"],
    )
    html = compared(files, tmp_path / "table", "--format", "html").decode()
    assert html.count("<tr") == 4


def test_pdf(files: list[str], tmp_path: Path) -> None:
    compared(files, tmp_path / "table.pdf", "--format", "pdf")
    text = pypdf.PdfReader(tmp_path / "table.pdf").pages[0].extract_text()
    assert [line in text for line in ("規程 新旧対照表", "（未発行）", "権利を保護する。")] == [
        True
    ] * 3


def test_no_difference_is_an_empty_table(files: list[str], capfdbinary: Any) -> None:
    call_command("compare", files[0], files[0])
    assert capfdbinary.readouterr().out == b""


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x81", "「{}」は、UTF-8 でも Shift_JIS でもありません。テキストで保存してください。"),
        (
            "研究\u202e開発".encode(),
            "「{}」の3文字目の文字（U+202E）は文字の並ぶ向きを変える文字のため、使えません。削除してください。",
        ),
        (None, "「{}」を読めません（No such file or directory）。ファイルを確かめてください。"),
    ],
)
def test_a_file_that_is_no_text_is_named(
    files: list[str], tmp_path: Path, content: bytes | None, message: str
) -> None:
    file = tmp_path / "それ.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError) as error:
        call_command("compare", files[0], str(file))
    assert str(error.value) == message.format(file)


def test_a_place_that_cannot_be_written_is_named(files: list[str]) -> None:
    with pytest.raises(CommandError) as error:
        call_command("compare", *files, "--output", "/none/table")
    assert str(error.value) == (
        "「/none/table」に書き込めません（No such file or directory）。書き込める場所を指定してください。"
    )
