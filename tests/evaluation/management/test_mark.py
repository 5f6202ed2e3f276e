"""`manage.py mark PAIRS.jsonl`"""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from evaluation.management.commands import mark
from tests.evaluation.comparison import scoring

FORM = '形：{"id": "1", "old": "現行の文言", "new": "変更案の文言"}'


def marked(file: Path) -> list[dict[str, str]]:
    output = io.StringIO()
    call_command("mark", str(file), stdout=output)
    return [json.loads(line) for line in output.getvalue().splitlines()]


def test_marks_of_each_line_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mark, "BATCH", 2)  # three pairs are two batches
    file = tmp_path / "pairs.jsonl"
    file.write_bytes(
        '\ufeff{"id": "a", "old": "320億円とする。", "new": "370億円とする。"}\r\n\n'
        '{"id": "b", "old": "同じ", "new": "同じ", "by": "だれか"}\n'
        '{"id": "c", "old": "", "new": "𠮷野の研究"}'.encode()
    )
    assert marked(file) == [
        {
            "id": "a",
            "old_marked": "<u>320億円</u>とする。",
            "new_marked": "<u>370億円</u>とする。",
        },
        {"id": "b", "old_marked": "同じ", "new_marked": "同じ"},
        {"id": "c", "old_marked": "", "new_marked": "<u>𠮷野の研究</u>"},
    ]


def test_an_empty_file_has_no_marks(tmp_path: Path) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_bytes(b"\n")
    assert marked(file) == []


def test_all_gold_pairs_come_back_as_they_were() -> None:
    lines = marked(scoring.PAIRS / "gold.jsonl")
    read = {line["id"]: line for line in lines}
    for pair in scoring.pairs("gold"):
        line = read[pair.id]
        sides = scoring.read(line["old_marked"])[0], scoring.read(line["new_marked"])[0]
        assert sides == (pair.old, pair.new)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b'{"id": "1", "old": "", "new": ""}\n[1]',
            f"2行目に、文字列の id・old・new がありません。{FORM}",
        ),
        (
            b'{"id": 1, "old": "", "new": ""}',
            f"1行目に、文字列の id・old・new がありません。{FORM}",
        ),
        (b"{", f"1行目は、UTF-8のJSONとして読めません。{FORM}"),
        ("研究".encode("cp932"), f"1行目は、UTF-8のJSONとして読めません。{FORM}"),
    ],
)
def test_a_line_that_is_no_pair_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_bytes(content)
    with pytest.raises(CommandError) as error:
        marked(file)
    assert str(error.value) == message


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as error:
        marked(tmp_path / "none.jsonl")
    assert str(error.value) == (
        f"「{tmp_path / 'none.jsonl'}」を読めません（No such file or directory）。ファイルを確かめてください。"
    )
