"""Many values at once: all or none, idempotent, no silent overwrite."""

from decimal import Decimal

import pytest

from evaluation import valuing
from evaluation.models import IndicatorValue
from evaluation.valuing import Cell, Status
from evaluation.valuing import many as many_module
from tests.factories import make_indicators, make_measure, make_period, make_user, make_value

pytestmark = pytest.mark.django_db
YEARS = range(2022, 2027)


@pytest.fixture
def measures():
    _, indicators = make_indicators(make_period(), "論文数", "特許数")
    return [make_measure(indicator, indicator.kind) for indicator in indicators]


def period_of(measures):
    return measures[0].indicator.period


def cells(measures, start=1, **options):
    return [
        Cell(measure.pk, year, Decimal(start + i), **options)
        for i, measure in enumerate(measures)
        for year in YEARS
    ]


def counted(counts):
    return {status.value: count for status, count in counts.items() if count}


def test_all_are_written_with_history_and_the_same_file_again_changes_nothing(measures):
    user, period = make_user(), period_of(measures)
    done = []
    counts = valuing.record_many(
        period, cells(measures), by=user, reason="取込み：a.xlsx", progress=done.append
    )
    assert (counted(counts), done) == ({"new": 10}, [10])
    rows = IndicatorValue.history
    assert {
        (row.history_type, row.history_change_reason, row.actor_name) for row in rows.all()
    } == {("+", "取込み：a.xlsx", f"試験 太郎（{user}）")}
    again = valuing.record_many(period, cells(measures, seen=0), by=user)
    assert (counted(again), rows.count()) == ({"unchanged": 10}, 10)
    changed = valuing.record_many(period, cells(measures, start=2, seen=1), by=user)
    # The second measure's old numbers are the first one's new ones: only values count.
    assert (counted(changed), rows.count()) == ({"changed": 10}, 20)
    assert set(IndicatorValue.objects.values_list("revision", "number")) == {
        (2, Decimal(2)),
        (2, Decimal(3)),
    }


def test_what_is_written_in_bulk_is_what_one_by_one_writes(measures):
    one, other = measures
    user = make_user()
    make_value(one, number=1)
    valuing.record(one, 2024, by=user, number=Decimal(2), note="注")
    valuing.record_many(period_of(measures), [Cell(other.pk, 2024, Decimal(1))], by=None)
    valuing.record_many(period_of(measures), [Cell(other.pk, 2024, Decimal(2), note="注")], by=user)
    left_out = ("id", "measure_id", "entered_at")
    first, second = (
        {f.attname: getattr(m.values.get(), f.attname) for f in IndicatorValue._meta.fields}
        for m in measures
    )
    assert {k: v for k, v in first.items() if k not in left_out} == {
        k: v for k, v in second.items() if k not in left_out
    }
    for measure in measures:
        newest = IndicatorValue.history.filter(measure=measure).order_by("-history_id")[0]
        stored = measure.values.get()
        assert [getattr(newest, f.attname) for f in IndicatorValue._meta.fields] == [
            getattr(stored, f.attname) for f in IndicatorValue._meta.fields
        ]


def test_one_wrong_cell_leaves_everything_as_it_was(measures, monkeypatch):
    monkeypatch.setattr(many_module, "CHUNK", 3)
    wrong = cells(measures)
    wrong[4] = Cell(measures[0].pk, 2026, Decimal("0.5"))
    wrong[9] = Cell(0, 2026, Decimal(1))
    with pytest.raises(valuing.RefusedError) as error:
        valuing.record_many(period_of(measures), wrong, by=None)
    assert error.value.messages == [
        "monitoring_indicator（令和8年度）：整数で入力してください（例：1,234件）。",
        "測定項目が、この中長期目標にありません。",
    ]
    assert [(o.status, o.message) for o in error.value.outcomes] == [
        (Status.ERROR, "整数で入力してください（例：1,234件）。"),
        (Status.ERROR, "測定項目が、この中長期目標にありません。"),
    ]
    assert (IndicatorValue.objects.count(), IndicatorValue.history.count()) == (0, 0)


def test_two_people_with_one_stale_file_overwrite_nothing_silently(measures):
    period = period_of(measures)
    valuing.record_many(period, cells(measures, start=5, seen=0), by=make_user())
    with pytest.raises(valuing.RefusedError) as error:
        valuing.record_many(period, cells(measures, start=6, seen=0), by=make_user())
    assert {outcome.status for outcome in error.value.outcomes} == {Status.CONFLICT}
    assert [outcome.stands.number for outcome in error.value.outcomes] == [5] * 5 + [6] * 5
    assert {value.revision for value in IndicatorValue.objects.all()} == {1}


def test_comparing_tells_what_each_cell_would_come_to_and_writes_nothing(measures):
    one, other = measures
    period = period_of(measures)
    make_value(one, 2022, 1)
    make_value(one, 2023, 2)
    make_value(one, 2024, 3)
    make_value(one, 2025, 4)
    asked = [
        Cell(one.pk, 2022, Decimal(1)),
        Cell(one.pk, 2023, Decimal(5), seen=1),
        Cell(one.pk, 2024, seen=1),
        Cell(one.pk, 2025, Decimal(5), seen=7),
        Cell(one.pk, 2026, Decimal(5)),
        Cell(other.pk, 2026),
        Cell(other.pk, 2026, Decimal(1)),
    ]
    found = list(valuing.compare_many(period, asked, by=None))
    assert [outcome.status.value for outcome in found] == [
        "unchanged",
        "changed",
        "cleared",
        "conflict",
        "new",
        "unchanged",
        "error",
    ]
    assert found[-1].message == "同じ欄が2回あります。"
    assert IndicatorValue.history.count() == 4


def test_cancelling_leaves_nothing(measures, monkeypatch):
    monkeypatch.setattr(many_module, "CHUNK", 4)

    def cancel(done):
        if done >= 8:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        valuing.record_many(period_of(measures), cells(measures), by=None, progress=cancel)
    assert (IndicatorValue.objects.count(), IndicatorValue.history.count()) == (0, 0)


def test_the_number_of_queries_does_not_grow_with_the_cells(
    measures, django_assert_max_num_queries
):
    period = period_of(measures)
    for start in (1, 2):
        with django_assert_max_num_queries(18):
            valuing.record_many(period, cells(measures, start), by=None)
