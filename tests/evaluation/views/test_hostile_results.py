"""Hostile strings in every text of the results are inert on the pages of indicators."""

import pytest
from django.test import Client
from django.urls import reverse

from evaluation.models import ValueImport
from tests.evaluation.views.hostile_results import fill_results
from tests.evaluation.views.test_hostile import check, make_all
from tests.factories import make_baseline, make_period, make_user
from tests.hostile import STORED

pytestmark = pytest.mark.django_db


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
    imports = ValueImport.objects.order_by("pk")
    imports.update(uploaded_by=client.session["_auth_user_id"])
    pages += [reverse("value_files", args=place)]
    pages += [reverse("value_import", args=[*place, kept.pk]) + "?page=2" for kept in imports[::20]]
    pages += [reverse("value_import", args=[*place, imports[0].pk])]
    for address in pages:
        response = client.get(address)
        assert (address, response.status_code) == (address, 200)
        check(response.content.decode(), address)
