"""別紙: every axis and indicator of the source document, changed cells marked."""

from pathlib import Path

import pytest

from evaluation import amending
from evaluation.comparison.alignment import Kind
from evaluation.documents.appendix import amended_appendix, appendix
from evaluation.loading import load_source
from evaluation.models import Amendment, Wording
from evaluation.models.texts import Text
from tests.factories import decide, make_baseline, make_draft, make_period

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parents[2] / "golden" / "appendix_2026-01-28.tsv"
LISTS = ("axes", "evaluation_indicators", "monitoring_indicators")


def marked(runs):
    return "".join(f"<u>{run.text}</u>" if run.marked else run.text for run in runs)


def as_lines(content):
    """One line per row: item, sub-item and the three lists, entries joined by " ／ "."""
    for row in content.rows:
        item = marked(row.item) if row.first_of_item else ""
        lists = (" ／ ".join(marked(e.runs) for e in getattr(row, name)) for name in LISTS)
        yield "\t".join([item, marked(row.sub_item), *lists])


def test_the_appendix_of_the_real_amendment():
    load_source()
    content = amended_appendix(Amendment.objects.get(slug="2026-01-28"))
    assert list(as_lines(content)) == GOLDEN.read_text().splitlines()
    assert content.title == "（別紙）国立研究開発法人科学技術振興機構における評価軸"
    assert content.note.startswith("※「評価指標」とは、評価・評定の基準として取り扱う指標。")
    assert [len(content.rows), *(sum(len(getattr(r, n)) for r in content.rows) for n in LISTS)] == [
        17,
        34,
        45,
        70,
    ]
    new = [marked(row.sub_item)[3:6] for row in content.rows if row.axes[0].kind is Kind.NEW]
    assert new == ["2.5", "4.3", "4.4"]


def test_the_current_appendix_has_no_marks():
    load_source()
    baseline = Amendment.objects.get(slug="baseline")
    text = Text.of(Wording.objects.as_amended_by(baseline))
    content = appendix(baseline.period, text, text)
    assert len(content.rows) == 14
    assert "<u>" not in "".join(as_lines(content))


def test_a_revised_indicator_and_a_new_number_are_marked_where_they_differ():
    period = make_period()
    baseline = make_draft(period, kind="baseline")
    item = amending.insert(baseline, "item", parent=None, label="1", text="項目", by=None)
    axis = amending.insert(
        baseline, "evaluation_axis", parent=item, text="論文数は増えたか。", by=None
    )
    decide(baseline)
    draft = make_draft(period)
    amending.reword(draft, axis, "特許件数は増えたか。", by=None)
    amending.relabel(draft, item, "2", by=None)
    assert list(as_lines(amended_appendix(draft))) == [
        "<u>2.</u> 項目\t\t<u>特許件数</u>は増えたか。\t\t"
    ]


def test_items_without_axes_or_indicators_are_left_out():
    period = make_period()
    baseline, _ = make_baseline(period)
    assert amended_appendix(baseline).rows == ()
