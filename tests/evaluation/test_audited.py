"""What auditors choose from, and the history of an item with all that hangs on it."""

import pytest

from evaluation import amending, grading, valuing
from evaluation.audited import items_of, subject_name
from evaluation.trail import Search, entries, found
from tests.factories import (
    DAY,
    decide,
    make_baseline,
    make_draft,
    make_indicators,
    make_measure,
    make_period,
    make_value,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    period = make_period()
    _, clauses = make_baseline(period, items=2)
    return period, clauses


def test_items_stand_in_their_order_those_deleted_last(scene):
    period, (chapter, one, two) = scene
    draft = make_draft(period)
    amending.repeal(draft, one, by=None)
    decide(draft, DAY)
    drafted = make_draft(period)
    amending.insert(drafted, "item", parent=chapter, label="9", text="起案中", by=None)
    amending.reword(drafted, two, "決まっていない見出し", by=None)
    new = drafted.introduced.get()
    ((name, items),) = items_of([period.agency], [])
    assert name == str(period)
    assert items == [
        (str(chapter.pk), "Ⅲ. 研究開発の成果の最大化"),
        (str(new.pk), "9. 起案中"),
        (str(two.pk), "2. 項目2の推進"),
        (str(one.pk), "1. 項目1の推進（削られた項目）"),
    ]
    assert items_of([make_period().agency], []) == []


def test_the_name_of_a_subject(scene):
    period, (_, one, _) = scene
    assert subject_name(("clause", one.pk), []) == "条項『項目「項目1の推進」』"
    assert subject_name(("objectiveperiod", period.pk), []) == f"中長期目標期間『{period}』"
    assert subject_name(("fund", 0), []) == "基金『（不明）』"


def test_an_item_is_found_with_its_paragraphs_and_axes(scene):
    period, (_, one, two) = scene
    draft = make_draft(period)
    amending.insert(draft, "evaluation_axis", parent=one, text="軸", by=None)
    amending.insert(draft, "evaluation_axis", parent=two, text="別の軸", by=None)
    rows = found(Search((period.agency_id,), item=one.pk))
    told = {(entry.kind, entry.name) for entry in entries(rows)}
    assert told == {
        ("条項", "項目「項目1の推進」"),
        ("文言", "項目「項目1の推進」"),
        ("条項", "本文「項目1を推進する。」"),
        ("文言", "本文「項目1を推進する。」"),
        ("条項", "評価軸「軸」"),
        ("文言", "評価軸「軸」"),
    }
    assert list(found(Search((make_period().agency_id,), item=one.pk))) == []


def test_an_item_is_found_with_its_grades_and_evidence():
    period = make_period()
    item, (indicator,) = make_indicators(period)
    for rated in (item, None):
        grading.write(period, rated, 2022, "yearly", "self", by=None, grounds="根拠")
    value = make_value(make_measure(indicator), 2022)
    valuing.attach_link(value, by=None, title="資料", url="https://www.jst.go.jp/")
    rows = entries(found(Search((period.agency_id,), item=item.pk)))
    told = [row.kind for row in rows if row.kind in ("評定", "根拠資料")]
    assert sorted(told) == ["根拠資料", "評定"]


def test_an_object_is_found_with_what_belongs_to_it(scene):
    period, (_, one, _) = scene
    draft = make_draft(period)
    amending.reword(draft, one, "改めた項目", by=None)
    rows = entries(found(Search((period.agency_id,), subject=("amendment", draft.pk))))
    assert [(row.kind, row.act) for row in rows] == [("文言", "作成"), ("変更", "作成")]
