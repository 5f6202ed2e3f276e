"""Reports pin the values they used; what changed since is listed as printed then and now."""

import copy
from dataclasses import dataclass
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from evaluation import valuing
from evaluation.models import Clause, IndicatorMeasure, ObjectivePeriod, ValueReport
from tests.evaluation.views.test_results import cells
from tests.factories import make_indicators, make_measure, make_period, make_user, make_value

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@dataclass
class Place:
    period: ObjectivePeriod
    told: Clause
    measure: IndicatorMeasure
    client: Client

    def address(self, name, *more):
        return reverse(name, args=[self.period.agency.code, self.period.number, *more])


@pytest.fixture(scope="module")
def made(module_rows):
    period = make_period()
    _, (told,) = make_indicators(period, "取組", kind="evaluation_indicator")
    measure = make_measure(told, "件数", unit="件")
    make_value(measure, 2023, 1234, stage="final")
    make_value(measure, 2025, 5)
    client = Client()
    client.force_login(make_user(period.agency, "agency"))
    return Place(period, told, measure, client)


@pytest.fixture
def place(made):
    return copy.deepcopy(made)


def test_a_report_pins_what_it_used_and_lists_what_changed_since(place):
    fields = {"title": "令和6年度業務実績等報告書", "fiscal_year": "2024"}
    answer = place.client.post(place.address("new_value_report"), fields, follow=True)
    html = answer.content.decode()
    assert "「令和6年度業務実績等報告書」に使った値を保存しました。" in html
    assert "この報告の後に変わった値（0件）" in html
    report = ValueReport.objects.get()
    why = {"why_code": "mistake", "why": "桁の誤り"}
    valuing.correct(place.measure, 2023, by=None, number=Decimal(1243), **why)
    make_value(place.measure, 2024, 0)
    make_value(place.measure, 2025, 6)  # after the years that the report used
    valuing.record_result(place.told, 2024, "実施した。", by=None)
    html = place.client.get(place.address("value_report", report.pk)).content.decode()
    assert "この報告の後に変わった値（3件）" in html
    assert [row for row in cells(html) if len(row) == 4][1:] == [
        ["件数", "令和5年度", "1,234件", "1,243件（訂正）"],
        ["件数", "令和6年度", "－", "0件（速報）"],
        ["年度の実績", "令和6年度", "－", "実施した。（速報）"],
    ]
    assert "報告に使った値（1件）" in html
    assert [row for row in cells(html) if len(row) == 3][1:] == [["件数", "令和5年度", "1,234件"]]


def test_reports_are_listed_with_their_sha256(place):
    assert (
        "保存した報告は、まだありません。"
        in place.client.get(place.address("value_reports")).content.decode()
    )
    report = valuing.make_report(place.period, 2024, by=None, title="報告一")
    html = place.client.get(place.address("value_reports")).content.decode()
    assert [word for word in ("報告一", report.sha256, "令和6年度まで") if word not in html] == []


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"title": ""}, {"title": ["報告の名前を入力してください。"]}),
        ({"fiscal_year": "2030"}, {"fiscal_year": ["年度は、一覧から選んでください。"]}),
    ],
)
def test_a_report_has_a_name_and_a_year_of_the_period(place, fields, errors):
    given = {"title": "報告", "fiscal_year": "2024"} | fields
    answer = place.client.post(place.address("new_value_report"), given)
    assert answer.context["form"].errors == errors
    assert not ValueReport.objects.exists()


def test_the_year_that_was_asked_for_is_chosen(place):
    asked_for = {"?year=2023": 2023, "?year=x": 2026, f"?year={'9' * 5000}": 2026, "": 2026}
    for asked, chosen in asked_for.items():
        form = place.client.get(place.address("new_value_report") + asked).context["form"]
        assert form["fiscal_year"].value() == chosen


def test_a_report_of_another_period_is_hidden(place):
    other = make_period()
    report = valuing.make_report(other, 2024, by=None, title="他法人")
    assert place.client.get(place.address("value_report", report.pk)).status_code == 404
