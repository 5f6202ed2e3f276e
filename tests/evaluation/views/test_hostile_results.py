"""Hostile strings in every text of the results are inert on the pages of indicators, of grades and of a
year's course, in drawings and in files."""

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from evaluation.models import Evidence, ValueImport, YearClosing
from tests.evaluation.views.hostile_results import YEAR, fill_results
from tests.evaluation.views.test_hostile import FORMULA, check, make_all
from tests.factories import make_baseline, make_period, make_user
from tests.hostile import STORED

pytestmark = pytest.mark.django_db


YEARS = range(2022, 2027)


def test_every_string_is_inert_on_the_pages_of_grades():
    period = make_period()
    _, (_, item, *_) = make_baseline(period)
    fill_results(period, item, make_all)
    clients = {role: Client() for role in ("agency", "assessor", "auditor")}
    for role, client in clients.items():
        client.force_login(make_user(period.agency, role))
    place = [period.agency.code, period.number]
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
    for row in period.remedies.all()[::10]:
        pages += [(role, reverse("remedy", args=[*place, row.pk])) for role in clients]
    for row in period.rating_steps.all()[::40]:
        of_step = [*place, 2024, "yearly", row.pk]
        pages.append(("assessor", reverse("remove_rating_step", args=of_step)))
    for role, address in pages:
        response = clients[role].get(address)
        assert (address, response.status_code) == (address, 200)
        check(response.content.decode(), address)


def test_every_string_is_inert_on_the_pages_of_indicators():
    period = make_period()
    _, (_, item, *_) = make_baseline(period)
    monitored, evaluated = fill_results(period, item, make_all)
    client = Client()
    client.force_login(make_user(period.agency, "agency"))
    place = [period.agency.code, period.number]
    pages = [reverse("indicators", args=place)]
    for number in range(0, len(STORED), 10):
        one, other = (clauses[number].public_id for clauses in (monitored, evaluated))
        pages += [reverse("indicator", args=[*place, public_id]) for public_id in (one, other)]
        pages += [reverse(name, args=[*place, one, 1]) for name in ("measure", "target")]
        pages.append(reverse("new_measure", args=[*place, one]) + "?suggest=1")
        pages.append(reverse("value", args=[*place, one, 1, YEAR]))
        pages.append(reverse("value", args=[*place, one, 1, YEAR]) + "?part=panel")
        pages.append(reverse("yearly_result", args=[*place, other, YEAR]))
        pages.append(reverse("add_evidence", args=[*place, other, YEAR]))
    imports = ValueImport.objects.order_by("pk")
    imports.update(uploaded_by=client.session["_auth_user_id"])
    pages += [reverse("value_files", args=place)]
    pages += [reverse("value_import", args=[*place, kept.pk]) + "?page=2" for kept in imports[::20]]
    pages += [reverse("value_import", args=[*place, imports[0].pk])]
    pages += [reverse("grid", args=place), reverse("grid_item", args=[*place, item.public_id])]
    papers = Evidence.objects.filter(period=period)[::10]
    pages += [reverse("remove_evidence", args=[*place[:2], paper.pk]) for paper in papers]
    _all_inert(client, pages)
    YearClosing.objects.all().delete()  # what was locked is now in fields
    _all_inert(client, pages)


def _all_inert(client: Client, pages: list[str]) -> None:
    for address in pages:
        response = client.get(address)
        assert (address, response.status_code) == (address, 200)
        check(response.content.decode(), address)


def test_every_string_is_inert_on_the_pages_of_a_years_course_and_in_drawings_and_files():
    period = make_period()
    _, (_, item, *_) = make_baseline(period)
    fill_results(period, item, make_all)
    clients = {role: Client() for role in ("agency", "assessor")}
    for role, client in clients.items():
        client.force_login(make_user(period.agency, role))
    place = [period.agency.code, period.number]
    of_item = [*place, item.public_id]
    pages = [("agency", "/"), ("agency", reverse("results", args=place))]
    pages += [("agency", reverse("item_results", args=of_item))]
    for year in YEARS:
        for name in ("result_year", "year_people", "year_closing", "year_admission"):
            pages.append(("assessor", reverse(name, args=[*place, year])))
        pages.append(("agency", reverse("item_year", args=[*place, year, item.public_id])))
        step = [*place, year, item.public_id, "submit"]
        pages.append(("agency", reverse("item_year_step", args=step)))
    pages.append(("agency", reverse("value_reports", args=place)))
    for role, address in pages:
        response = clients[role].get(address)
        assert (address, response.status_code) == (address, 200)
        check(response.content.decode(), address)
    for name, arguments in (("results_csv", place), ("item_results_csv", of_item)):
        text = clients["agency"].get(reverse(name, args=arguments)).content.decode("utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert len(cells) > 1000
        assert [c for c in cells if c.lstrip().startswith(FORMULA)] == []
