"""What the tests of the editing pages share: a draft, its addresses, and what a page says."""

import html
import re
from typing import Any

from django.http import HttpResponse
from django.test import Client

from evaluation import amending
from evaluation.models import Amendment, Clause
from tests.factories import make_baseline, make_draft, make_period, make_user


def make_scene(client: Client, items: int = 3) -> tuple[Amendment, list[Clause]]:
    """Sign an editor in; return a draft on a baseline of chapter Ⅲ with items 1, 2 …"""
    period = make_period()
    _, clauses = make_baseline(period, items=items)
    make_user(period.agency, "editor")
    draft = make_draft(period)
    sign_in(client, draft)
    return draft, clauses


def sign_in(client: Client, draft: Amendment) -> None:
    """Sign the editor of `make_scene` in."""
    client.force_login(draft.period.agency.roles.get(role="editor").user)


def address(draft: Amendment, *parts: object) -> str:
    start = f"/{draft.period.agency.code}/{draft.period.number}/amendments/{draft.slug}/"
    return start + "".join(f"{part}/" for part in parts)


def clause_address(draft: Amendment, clause: Clause, *verb: str) -> str:
    return address(draft, "clauses", clause.public_id, *verb)


def seen(draft: Amendment, clause: Clause, **options: Any) -> str:
    return amending.fingerprint(amending.text_of(draft), clause.pk, **options)


def words(response: HttpResponse) -> str:
    """Return the text of a page's main part, without tags, white space folded."""
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", main)))


def errors(response: HttpResponse) -> list[str]:
    form = response.context["form"]  # type: ignore[attr-defined]
    return [error for of_field in form.errors.values() for error in of_field]
