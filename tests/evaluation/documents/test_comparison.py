"""The golden table: the real amendment, row by row, as text, JSON and HTML."""

import json
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from evaluation import amending
from evaluation.comparison.alignment import Kind
from evaluation.comparison.rows import NATIONAL, Level, Row, Run, Table
from evaluation.documents.comparison import (
    as_data,
    as_text,
    comparison_html,
    comparison_table,
    in_full,
)
from evaluation.models import Amendment, Wording
from evaluation.models.texts import Text
from tests.evaluation.test_completeness import as_read, at_places, readings
from tests.factories import DAY, decide, make_baseline, make_draft, make_period
from tests.source import parsing

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parents[2] / "golden" / "comparison_2026-01-28.tsv"


@pytest.fixture
def draft(source_document):
    return Amendment.objects.get(slug="2026-01-28")


def golden_rows():
    return [line.split("\t") for line in GOLDEN.read_text().splitlines()]


def test_the_table_of_the_real_amendment_row_by_row(draft):
    table = comparison_table(draft)
    sides = [line.split("\t") for line in as_text(table).splitlines()]
    rows = [[row.kind, row.level, *side] for row, side in zip(table.rows, sides, strict=True)]
    assert rows == golden_rows()
    assert table.title == "国立研究開発法人 科学技術振興機構 第5期中長期目標 新旧対照表（案）"
    assert table.note == "（赤字・下線部分は変更部分）"
    assert table.columns == ("変更案", "現行")


def test_the_golden_table_says_what_the_ministry_printed():
    printed, _ = as_read(at_places(parsing.passages()), readings())
    for column, name in ((2, "変更案"), (3, "現行")):
        cells = [row[column].replace("<u>", "").replace("</u>", "") for row in golden_rows()]
        texts = [parsing.paragraph(cell) for cell in cells if cell]
        place = f"新旧対照表／{name}"
        expected = [text for at, ts in printed.items() if at.startswith(place) for text in ts]
        assert Counter(texts) == Counter(expected)


def test_every_row_names_the_clause_it_shows(draft):
    text = Text.of(Wording.objects.as_amended_by(draft))
    stored = {node.public_id: node.text for node in text.order}
    for row in comparison_table(draft).rows:
        if row.clause_id is None:
            assert row.kind is Kind.LABEL
        else:
            assert stored[row.clause_id] in "".join(run.text for run in row.proposed)


def test_a_decided_amendment_is_compared_with_the_text_just_before_it():
    period = make_period()
    baseline, (_, one, *_) = make_baseline(period, items=1)
    first, second = make_draft(period), make_draft(period)
    amending.reword(first, one, "項目1の一層の推進", by=None)
    decide(first)
    decided = as_text(comparison_table(first))
    amending.relabel(second, one, "7", by=None)
    decide(second, DAY.replace(year=2025))

    assert decided.splitlines()[-1] == "1. 項目1の<u>一層の</u>推進\t1. 項目1の推進"
    assert as_text(comparison_table(first)) == decided
    assert (
        as_text(comparison_table(second)).splitlines()[-1] == "<u>7.</u> （略）\t<u>1.</u> （略）"
    )
    assert comparison_table(first).title.endswith("第5期中長期目標 新旧対照表")
    assert len(comparison_table(baseline).rows) > 0


def test_a_draft_without_changes_has_no_rows():
    period = make_period()
    make_baseline(period)
    assert comparison_table(make_draft(period)).rows == ()


def test_text_escapes_what_would_be_read_as_structure():
    runs = (Run("a\tb\nc\\d", marked=True), Run("<u>e</u>"))
    row = Row(Kind.REVISED, Level.BODY, "x", runs, ())
    table = Table("", "", ("", ""), (row,))
    assert as_text(table) == "<u>a\\tb\\nc\\\\d</u>&lt;u&gt;e&lt;/u&gt;\t\n"


class Cells(HTMLParser):
    """Text of the cells of a table, without what only screen readers read."""

    def __init__(self):
        super().__init__()
        self.rows, self.hidden, self.inside = [], False, False

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        if tag == "td":
            self.rows[-1].append("")
        self.inside = self.inside or tag == "td"
        self.hidden = ("class", "visually-hidden") in attrs
        if tag in {"ins", "del"}:
            self.rows[-1][-1] += "<u>"

    def handle_endtag(self, tag):
        if tag in {"ins", "del"}:
            self.rows[-1][-1] += "</u>"
        self.inside = self.inside and tag != "td"
        self.hidden = False

    def handle_data(self, data):
        if self.inside and not self.hidden:
            self.rows[-1][-1] += data


def test_the_html_has_the_same_cells_and_marks(draft):
    table = comparison_table(draft)
    parser = Cells()
    parser.feed(comparison_html(table))
    assert [row for row in parser.rows if row] == [
        line.split("\t") for line in as_text(table).splitlines()
    ]


class TestCommand:
    def test_text(self, draft, capfdbinary):
        call_command("comparison", "2026-01-28")
        assert capfdbinary.readouterr().out.decode() == as_text(comparison_table(draft))

    def test_json(self, draft, tmp_path):
        file = tmp_path / "table.json"
        call_command("comparison", "2026-01-28", "--format", "json", "--output", str(file))
        data = json.loads(file.read_bytes())
        assert data == json.loads(json.dumps(as_data(comparison_table(draft))))
        assert list(data) == "title note columns rows first remarks notices by_sentence".split()
        row = "kind level clause_id proposed current remark".split()
        assert list(data["rows"][3]) == row
        assert data["rows"][3]["proposed"][1]["marked"] is True

    def test_html_stands_alone(self, draft, tmp_path):
        file = tmp_path / "table.html"
        call_command("comparison", "2026-01-28", "--format", "html", "--output", str(file))
        page = file.read_text()
        assert page.startswith("<!DOCTYPE html>")
        assert '<link rel="stylesheet" href="data:text/css;base64,' in page

    def test_pdf(self, draft, tmp_path):
        file = tmp_path / "table.pdf"
        call_command("comparison", "2026-01-28", "--format", "pdf", "--output", str(file))
        assert file.read_bytes()[:5] == b"%PDF-"

    def test_an_unknown_amendment_lists_those_there_are(self, draft):
        with pytest.raises(CommandError) as error:
            call_command("comparison", "2025-01-01")
        assert str(error.value) == (
            "変更「2025-01-01」はありません。登録されている変更：baseline（--agency jst --period 5）、"
            "2026-01-28（--agency jst --period 5）"
        )

    def test_a_slug_of_two_periods_asks_which(self, draft):
        other = make_period()
        make_baseline(other)
        amending.start(other, slug="2026-01-28", title="別の変更", by=None)
        with pytest.raises(CommandError, match=r"複数あります.*--agency と --period"):
            call_command("comparison", "2026-01-28")
        call_command("comparison", "2026-01-28", "--agency", "jst", "--period", "5")

    def test_a_place_that_cannot_be_written_is_named(self, draft, tmp_path):
        with pytest.raises(CommandError, match="に書き込めません"):
            call_command("comparison", "2026-01-28", "--output", str(tmp_path / "none" / "x"))

    def test_two_versions(self, draft, capfdbinary):
        where = ("--agency", "jst", "--period", "5")
        call_command("comparison", "--old", "on:2026-02-01", "--new", "with:2026-01-28", *where)
        assert capfdbinary.readouterr().out.decode() == as_text(comparison_table(draft))

    def test_another_view_and_the_whole_text(self, draft, capfdbinary):
        call_command("comparison", "2026-01-28", "--view", "inline", "--full")
        table = comparison_table(draft, in_full(NATIONAL))
        assert capfdbinary.readouterr().out.decode() == as_text(table, "inline")

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ((), "変更の識別名か、--old と --new の両方を指定してください。"),
            (("2026-01-28", "--old", "on:2026-02-01"), "変更の識別名か、--old と --new の両方"),
            (
                ("--old", "on:2026-02-01"),
                "変更の識別名か、--old と --new の両方を指定してください。",
            ),
            (("--old", "x", "--new", "with:2026-01-28"), "「x」を読み取れません。版は、"),
            (("--old", "with:x", "--new", "with:2026-01-28"), "この変更は、登録されていないか、"),
            (
                ("--old", "on:2026-02-01", "--new", "on:2026-02-01", "--period", "9"),
                "どの中長期目標期間か、一つに決めてください：--agency jst --period 5",
            ),
        ],
    )
    def test_what_cannot_be_compared_is_named(self, draft, options, words):
        with pytest.raises(CommandError) as error:
            call_command("comparison", *options)
        assert words in str(error.value)
