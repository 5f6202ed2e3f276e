"""別紙の対照: cell by cell, a new or deleted item as one whole row."""

import copy
from dataclasses import replace

import pytest

from evaluation import amending
from evaluation.comparison.rows import NATIONAL
from evaluation.documents.appendix import appendix_comparison, appendix_comparison_html
from evaluation.documents.pdf import render_pdf
from evaluation.loading import load_source
from evaluation.models import Amendment
from tests.evaluation.documents.papers import pages
from tests.factories import decide, make_draft, make_period

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
FULL = replace(NATIONAL, unchanged_siblings="full")
RUN = replace(NATIONAL, unchanged_siblings="run")
TRACK = replace(NATIONAL, moves="track")


def marked(runs):
    return "".join(f"[{run.text}]" if run.marked else run.text for run in runs)


def shown(content):
    """Each side of each row: which, its note or its item, and its three lists (＝: the same)."""
    return [
        (
            row.omitted
            or [(s.side, s.note or marked(s.item), *map(listed, s.lists)) for s in row.sides]
        )
        for row in content.rows
    ]


def listed(entries):
    return "＝" if entries is None else "／".join(marked(entry.runs) for entry in entries)


@pytest.fixture(scope="module")
def made(module_rows):
    """Items 1 to 3, each with an axis and a monitoring indicator, and a draft."""
    period = make_period()
    baseline = make_draft(period, kind="baseline")
    chapter = amending.insert(baseline, "chapter", parent=None, label="Ⅲ", text="事項", by=None)
    items, last = [], None
    for number in "123":
        last = amending.insert(
            baseline,
            "item",
            parent=chapter,
            after=last,
            label=number,
            text=f"項目{number}",
            by=None,
        )
        for kind, text in (
            ("evaluation_axis", "成果はあるか。"),
            ("monitoring_indicator", "論文数"),
        ):
            amending.insert(baseline, kind, parent=last, text=text, by=None)
        items.append(last)
    decide(baseline)
    return chapter, items, make_draft(period)


@pytest.fixture
def scene(made):
    return copy.deepcopy(made)


def part(item, kind):
    return item.period.clauses.get(kind=kind, wordings__parent=item)


def test_only_cells_that_change_stand_on_both_sides(scene):
    _, (_, two, _), draft = scene
    amending.reword(draft, part(two, "evaluation_axis"), "研究成果はあるか。", by=None)
    assert shown(appendix_comparison(draft, NATIONAL)) == [
        [
            ("proposed", "2. 項目2", "[研究成果]はあるか。", "", "論文数"),
            ("current", "2. 項目2", "[成果]はあるか。", "", "＝"),
        ]
    ]


def test_what_is_the_same_stands_above_never_left(scene):
    *_, draft = scene
    omitted = replace(NATIONAL, same="（略）")
    assert appendix_comparison(draft, NATIONAL).same == "（同上）"
    assert appendix_comparison(draft, omitted).same == "（略）"


def test_unchanged_items_are_runs_or_stand_in_full(scene):
    _, (_, two, _), draft = scene
    amending.reword(draft, part(two, "evaluation_axis"), "研究成果はあるか。", by=None)
    runs = shown(appendix_comparison(draft, RUN))
    assert (runs[0], runs[2]) == ("1.　（略）", "3.　（略）")
    full = shown(appendix_comparison(draft, FULL))
    assert len(full) == 3
    assert full[0] == [
        ("proposed", "1. 項目1", "成果はあるか。", "", "論文数"),
        ("current", "1. 項目1", "成果はあるか。", "", "論文数"),
    ]


def test_a_run_of_several_items_names_the_first_and_the_last(scene):
    _, (*_, three), draft = scene
    amending.reword(draft, part(three, "evaluation_axis"), "研究成果はあるか。", by=None)
    assert shown(appendix_comparison(draft, RUN))[0] == "1.～2.　（略）"


def test_a_new_item_is_marked_whole_and_noted_opposite(scene):
    chapter, (*_, three), draft = scene
    new = amending.insert(
        draft, "item", parent=chapter, after=three, label="4", text="新規", by=None
    )
    amending.insert(draft, "evaluation_axis", parent=new, text="進んだか。", by=None)
    assert shown(appendix_comparison(draft, NATIONAL)) == [
        [("proposed", "[4. 新規]", "[進んだか。]", "", ""), ("current", "（新設）")]
    ]


def test_a_deleted_item_is_the_mirror_image_whichever_side_is_above(scene):
    _, (one, *_), draft = scene
    amending.repeal(draft, one, by=None)
    sides = [
        ("current", "[1. 項目1]", "[成果はあるか。]", "", "[論文数]"),
        ("proposed", "（削る）"),
    ]
    swapped = replace(NATIONAL, first="current")
    assert shown(appendix_comparison(draft, swapped)) == [sides]
    assert shown(appendix_comparison(draft, NATIONAL)) == [sides[::-1]]


def test_entries_come_and_go(scene):
    _, (one, *_), draft = scene
    amending.repeal(draft, part(one, "monitoring_indicator"), by=None)
    amending.insert(draft, "evaluation_indicator", parent=one, text="取組の状況", by=None)
    assert shown(appendix_comparison(draft, NATIONAL)) == [
        [
            ("proposed", "1. 項目1", "成果はあるか。", "[取組の状況]", ""),
            ("current", "1. 項目1", "＝", "", "[論文数]"),
        ]
    ]


def test_a_renumbered_item_has_its_number_marked(scene):
    _, (*_, three), draft = scene
    amending.relabel(draft, three, "5", by=None)
    assert [side[1] for side in shown(appendix_comparison(draft, NATIONAL))[0]] == [
        "[5.] 項目3",
        "[3.] 項目3",
    ]


def test_a_moved_item_may_be_followed(scene):
    _, (one, two, _), draft = scene
    amending.move(draft, two, parent=one, by=None)
    apart = shown(appendix_comparison(draft, NATIONAL))
    assert [len(row[0]) + len(row[1]) for row in apart] == [7, 7]
    followed = shown(appendix_comparison(draft, TRACK))
    assert [side[1] for side in followed[0]] == ["[1.2.] 項目2", "[2.] 項目2"]


def test_the_real_appendix_on_paper():
    load_source()
    draft = Amendment.objects.get(slug="2026-01-28")
    content = appendix_comparison(draft, NATIONAL)
    assert [row.kind.value for row in content.rows] == ["new"] * 3
    printed = "".join(pages(render_pdf(appendix_comparison_html(content))))
    assert printed.count("（新設）") == 3
    whole = appendix_comparison(draft, FULL)
    assert len(whole.rows) == 17
    assert len(pages(render_pdf(appendix_comparison_html(whole)))) > 3
