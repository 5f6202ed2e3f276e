"""Hostile strings in every text of the results are inert on the pages of indicators, of grades and of a
year's course, in drawings and in files."""

import csv
import io
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from evaluation.models import Clause, Evidence, ObjectivePeriod, ValueImport, YearClosing
from tests.evaluation.views.hostile_results import YEAR, fill_results
from tests.evaluation.views.test_hostile import FORMULA, check, make_all
from tests.factories import make_baseline, make_period, make_user
from tests.hostile import STORED

pytestmark = pytest.mark.django_db


YEARS = range(2022, 2027)


@dataclass
class Filled:
    """A period in whose results every string stands, each in an indicator of either kind."""

    period: ObjectivePeriod
    item: Clause
    monitored: list[Clause]
    evaluated: list[Clause]

    @property
    def place(self) -> list[Any]:
        return [self.period.agency.code, self.period.number]

    def clients(self, *roles: str) -> dict[str, Client]:
        clients = {role: Client() for role in roles}
        for role, client in clients.items():
            client.force_login(make_user(self.period.agency, role))
        return clients


def fill(*strings: str) -> Filled:
    period = make_period()
    _, (_, item, *_) = make_baseline(period)
    return Filled(period, item, *fill_results(period, item, make_all, strings))


@pytest.fixture(scope="module")
def filled(module_rows: None) -> Filled:
    return fill(*STORED)


def check_pages(clients: dict[str, Client], pages: list[tuple[str, str]]) -> None:
    for role, address in pages:
        response = clients[role].get(address)
        assert (address, response.status_code) == (address, 200)
        check(response.content.decode(), address)


def test_every_string_is_inert_on_the_pages_of_grades(filled):
    place, item, period = filled.place, filled.item, filled.period
    clients = filled.clients("agency", "assessor", "auditor")
    pages = [("auditor", reverse(name, args=place)) for name in ("grades", "remedies")]
    pages += [
        ("auditor", reverse("assessment", args=[*place, which, year, "yearly"]))
        for which in ("overall", item.public_id)
        for year in YEARS
    ]
    pages += [("auditor", reverse("grade_checks", args=[*place, year])) for year in YEARS]
    for name, public_id in (("grade", "overall"), ("issue_grade", item.public_id)):
        of_side = [*place, public_id, 2024, "yearly", "self"]
        pages.append(("agency", reverse(name, args=of_side)))
    pages += [("agency", reverse("item_plans", args=[*place, item.public_id, y])) for y in YEARS]
    pages.append(("assessor", reverse("item_profile", args=[*place, item.public_id])))
    pages.append(("assessor", reverse("rating_steps", args=[*place, 2024, "yearly"])))
    for which, paper in ((item.public_id, "assessment"), ("overall", "evaluation")):
        of_paper = [*place, which, 2024, "yearly", paper]
        pages.append(("assessor", reverse("issue_paper", args=of_paper)))
    for row in period.remedies.all()[::10]:
        pages += [(role, reverse("remedy", args=[*place, row.pk])) for role in clients]
    for row in period.rating_steps.all()[::40]:
        of_step = [*place, 2024, "yearly", row.pk]
        pages.append(("assessor", reverse("remove_rating_step", args=of_step)))
    check_pages(clients, pages)


def pages_of_indicators(filled: Filled) -> tuple[list[str], list[str]]:
    """Return the pages of every indicator: those to read or define, and those to enter values on."""
    place, to_read, to_enter = filled.place, [], []
    for monitored, evaluated in zip(filled.monitored, filled.evaluated, strict=True):
        one, other = monitored.public_id, evaluated.public_id
        to_read += [reverse("indicator", args=[*place, public_id]) for public_id in (one, other)]
        to_read += [reverse(name, args=[*place, one, 1]) for name in ("measure", "target")]
        to_read.append(reverse("new_measure", args=[*place, one]) + "?suggest=1")
        to_enter.append(reverse("value", args=[*place, one, 1, YEAR]))
        to_enter.append(reverse("value", args=[*place, one, 1, YEAR]) + "?part=panel")
        to_enter.append(reverse("yearly_result", args=[*place, other, YEAR]))
        to_enter.append(reverse("add_evidence", args=[*place, other, YEAR]))
    papers = Evidence.objects.filter(period=filled.period)
    to_enter += [reverse("remove_evidence", args=[*place, paper.pk]) for paper in papers]
    return to_read, to_enter


def check_indicators(filled: Filled, to_read: list[str], to_enter: list[str]) -> None:
    clients = filled.clients("agency")
    check_pages(clients, [("agency", address) for address in [*to_read, *to_enter]])
    YearClosing.objects.filter(period=filled.period).delete()  # what was locked is now in fields
    check_pages(clients, [("agency", address) for address in to_enter])


def test_every_string_is_inert_on_the_page_of_its_indicator():
    """Of every tenth string: a page of one indicator looks at all indicators of its period."""
    few = fill(*STORED[::10])
    check_indicators(few, *pages_of_indicators(few))


def test_every_string_is_inert_on_the_pages_of_all_indicators(filled):
    """The table, its forms, and of one indicator the pages that let choose among the others."""
    place = filled.place
    to_read, to_enter = pages_of_indicators(filled)
    table = [reverse("grid", args=place)]
    table.append(reverse("grid_item", args=[*place, filled.item.public_id]))
    check_indicators(
        filled, [reverse("indicators", args=place), *to_read[:5]], table + to_enter[:4]
    )


def test_every_string_is_inert_on_the_pages_of_imports(filled):
    place, clients = filled.place, filled.clients("agency")
    imports = ValueImport.objects.filter(period=filled.period).order_by("pk")
    imports.update(uploaded_by=clients["agency"].session["_auth_user_id"])
    pages = [reverse("value_files", args=place)]
    pages += [reverse("value_import", args=[*place, kept.pk]) + "?page=2" for kept in imports[::20]]
    pages.append(reverse("value_import", args=[*place, imports[0].pk]))
    check_pages(clients, [("agency", address) for address in pages])


def test_every_string_is_inert_on_the_pages_of_a_years_course_and_in_drawings_and_files(filled):
    place, clients = filled.place, filled.clients("agency", "assessor")
    of_item = [*place, filled.item.public_id]
    pages = [("agency", "/"), ("agency", reverse("results", args=place))]
    pages += [("agency", reverse("item_results", args=of_item))]
    for year in YEARS:
        for name in ("result_year", "year_people", "year_closing", "year_admission"):
            pages.append(("assessor", reverse(name, args=[*place, year])))
        pages.append(("agency", reverse("item_year", args=[*place, year, filled.item.public_id])))
        step = [*place, year, filled.item.public_id, "submit"]
        pages.append(("agency", reverse("item_year_step", args=step)))
    pages.append(("agency", reverse("value_reports", args=place)))
    check_pages(clients, pages)
    for name, arguments in (("results_csv", place), ("item_results_csv", of_item)):
        text = clients["agency"].get(reverse(name, args=arguments)).content.decode("utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert len(cells) > 1000
        assert [c for c in cells if c.lstrip().startswith(FORMULA)] == []
