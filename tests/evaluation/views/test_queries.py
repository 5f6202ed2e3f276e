"""How many questions each page asks the database: as many for 1,000 clauses as for 10.

One table, page → count. A page without a row fails, and so does one that asks more, or less.
"""

import pytest
from django.contrib import admin
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from evaluation import urls
from evaluation.consistency import check
from evaluation.models import (
    AmendmentReason,
    Attachment,
    Clause,
    Comment,
    Evidence,
    IssuedDocument,
    Rendering,
    RestrictedReader,
    ValueImport,
)
from jst_objectives import sessions
from tests.factories import make_user
from tests.large import Large

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

TEXT = "/{agency}/5/"
DRAFT = TEXT + "amendments/draft/"
SUBMITTED = TEXT + "amendments/submitted/steps/"
DECIDE = TEXT + "amendments/approved/steps/decide/"
RESTRICTED = TEXT + "amendments/draft2/"
GRADES = TEXT + "grades/"
GRADE = GRADES + "{item}/2024/yearly/"
STEP = DRAFT + "procedure/{step}/"
CLAUSE = DRAFT + "clauses/{body}/"
# Reader, "" for anybody, and page → queries.
PAGES: dict[tuple[str, str], int] = {
    ("", "/"): 2,
    ("editor", "/"): 14,
    ("approver", "/"): 14,
    ("auditor", "/"): 14,
    ("agency", "/"): 33,
    ("assessor", "/"): 29,
    ("editor", "/account/"): 6,
    ("", "/verification/"): 0,
    ("editor", "/documents/{sha256}.pdf"): 4,
    ("", "/programmes/"): 7,
    ("", "/search/"): 2,
    ("", "/search/?q=%E6%8E%A8%E9%80%B2"): 12,
    ("editor", "/search/?q=%E9%A0%85%E7%9B%AE"): 14,
    ("", "/search/?q=n1&kind=reason"): 6,
    ("editor", "/search/?q=n1&kind=programme"): 9,
    ("editor", "/programmes/"): 17,  # each of three drafts is looked up among the readings
    ("", "/{agency}/programmes/n1/"): 12,
    ("editor", "/{agency}/programmes/n1/"): 22,
    # One kind of object each: which models a mixed page has to look up is another on each page.
    ("auditor", "/history/?kind=wording"): 20,
    ("auditor", "/history/?kind=programsection"): 13,
    ("auditor", "/history/?kind=clause&item={item_key}"): 17,
    ("auditor", "/history/?kind=export"): 10,
    ("auditor", "/history/export/?kind=programsection"): 13,  # it reads 500 rows at a time
    # The text
    ("", TEXT): 4,
    ("editor", TEXT + "?amendment=draft"): 10,
    ("", TEXT + "?on=R4.4.1&known=%E4%BB%A4%E5%92%8C8%E5%B9%B41%E6%9C%881%E6%97%A5"): 4,
    ("", TEXT + "items/{item}/"): 7,
    ("editor", TEXT + "items/{item}/?amendment=draft"): 21,  # and three drafts that change it
    ("", TEXT + "appendix/"): 4,
    ("editor", TEXT + "appendix/?amendment=draft"): 13,
    ("", TEXT + "policy/"): 3,
    # Results
    ("agency", TEXT + "indicators/"): 12,
    ("agency", TEXT + "indicators/{indicator}/"): 13,
    ("agency", TEXT + "indicators/{indicator}/measures/new/"): 15,
    ("agency", TEXT + "indicators/{indicator}/measures/1/"): 17,
    ("agency", TEXT + "indicators/{indicator}/measures/1/target/"): 14,
    ("agency", TEXT + "indicators/{indicator}/values.csv"): 11,
    ("agency", TEXT + "results/"): 14,
    ("agency", TEXT + "results.csv"): 11,
    ("agency", TEXT + "items/{item}/results/"): 17,
    ("agency", TEXT + "items/{item}/results.csv"): 14,
    ("agency", TEXT + "items/{item}/results.pdf"): 14,
    # Grades
    ("agency", GRADES): 24,
    ("agency", TEXT + "grades.pdf"): 18,
    ("agency", TEXT + "grades.docx"): 18,
    ("agency", GRADES + "checks/2024/"): 20,
    ("assessor", GRADES + "steps/2024/yearly/"): 8,
    ("assessor", GRADES + "steps/2024/yearly/new/"): 7,
    ("assessor", GRADES + "steps/2024/yearly/{rating_step}/remove/"): 7,
    ("agency", GRADES + "remedies/"): 19,
    ("assessor", GRADES + "remedies/new/"): 19,
    ("agency", GRADES + "remedies/{remedy}/"): 20,
    ("assessor", GRADES + "{item}/profile/?year=2024"): 20,
    ("agency", GRADES + "{item}/inputs/"): 21,
    ("agency", GRADES + "{item}/plans/2024/"): 23,
    ("agency", GRADE): 30,
    ("agency", GRADES + "overall/2024/yearly/"): 21,
    ("agency", GRADE + "sheet.pdf"): 22,
    ("agency", GRADE + "sheet.docx"): 22,
    ("assessor", GRADE + "issue/assessment/"): 20,
    ("assessor", GRADES + "overall/2024/yearly/issue/evaluation/"): 20,
    ("assessor", GRADES + "renderings/{book}/"): 7,
    ("agency", "/documents/{paper_of_grade}.pdf"): 4,
    ("agency", GRADE + "self/"): 22,
    ("agency", GRADE + "self/issue/"): 22,
    ("agency", GRADE + "self/reopen/"): 24,
    # The course of a year
    ("agency", TEXT + "results/years/2024/"): 16,
    ("agency", TEXT + "results/years/2024/people/"): 16,
    ("assessor", TEXT + "results/years/2024/closing/"): 15,
    ("assessor", TEXT + "results/years/2024/admissions/new/"): 16,
    ("agency", TEXT + "results/years/2024/items/{item}/"): 15,
    ("assessor", TEXT + "results/years/2024/items/{item}/confirm/"): 15,
    ("agency", TEXT + "results/reports/"): 7,
    ("agency", TEXT + "results/reports/new/"): 6,
    ("agency", TEXT + "results/reports/{report}/"): 21,
    ("importer", TEXT + "results/excel/"): 7,
    ("importer", TEXT + "results/excel/template.xlsx"): 16,
    ("importer", TEXT + "results/imports/{value_import}/"): 20,
    ("importer", TEXT + "results/imports/{value_import}/?kind=conflict"): 20,
    ("importer", TEXT + "results/imports/{value_import}/returned.xlsx"): 10,
    ("agency", TEXT + "results/entry/"): 10,
    ("agency", TEXT + "results/entry/{item}/"): 16,
    ("agency", TEXT + "indicators/{indicator}/measures/1/2024/"): 18,
    ("agency", TEXT + "indicators/{evaluated}/2024/"): 18,
    ("agency", TEXT + "indicators/{measured}/2022/evidence/?measure=1"): 14,
    ("agency", TEXT + "evidence/{paper}/"): 6,
    ("agency", TEXT + "evidence/{link}/remove/"): 15,
    # An amendment
    ("editor", TEXT + "amendments/new/"): 7,
    ("", TEXT + "amendments/{baseline}/"): 4,
    ("editor", DRAFT): 19,
    ("approver", TEXT + "amendments/submitted/"): 19,
    ("editor", DRAFT + "comparison/"): 10,
    ("editor", DRAFT + "comparison/form/"): 7,
    ("editor", DRAFT + "comparison/appendix/"): 7,
    ("editor", DRAFT + "comparison/appendix.pdf"): 7,
    ("", TEXT + "comparison/"): 2,
    ("editor", TEXT + "comparison/?old=on:2026-04-01&new=with:draft"): 14,
    ("editor", TEXT + "comparison/?old=with:submitted@1&new=with:submitted"): 22,
    ("editor", TEXT + "comparison.pdf?old=on:2026-04-01&new=on:2026-04-01"): 11,
    ("editor", DRAFT + "memo/"): 8,
    ("editor", DRAFT + "comparison.docx"): 31,
    ("editor", DRAFT + "renderings/{rendering}/"): 8,
    ("editor", DRAFT + "overview/"): 7,
    ("editor", DRAFT + "checks/"): 16,
    ("editor", DRAFT + "checks/{finding}/"): 17,
    ("editor", DRAFT + "reconciliation/"): 6,
    ("editor", DRAFT + "facts/"): 7,
    ("editor", DRAFT + "steps/submit/"): 18,
    ("editor", DRAFT + "steps/share/"): 8,
    ("editor", DRAFT + "steps/hand-over/"): 8,
    ("editor", DRAFT + "steps/copy/"): 11,
    ("editor", DRAFT + "steps/withdraw/"): 7,
    ("editor", DRAFT + "steps/delete/"): 8,
    ("approver", SUBMITTED + "approve/"): 25,
    ("approver", SUBMITTED + "send-back/"): 8,
    ("approver", DECIDE): 28,
    ("approver", DECIDE + "?decided_on=2026-04-01&effective_on=2026-04-01"): 62,
    ("approver", TEXT + "amendments/d2/steps/publish/"): 6,
    # Its procedure
    ("editor", DRAFT + "procedure/"): 12,
    ("editor", DRAFT + "procedure/new/"): 9,
    ("editor", STEP): 11,
    ("editor", STEP + "correct/"): 8,
    ("editor", STEP + "remove/"): 9,
    ("editor", STEP + "files/new/"): 8,
    ("editor", STEP + "files/{file}/"): 7,
    ("editor", STEP + "files/{file}/remove/"): 9,
    ("drafter", RESTRICTED + "restriction/"): 12,
    ("drafter", RESTRICTED + "restriction/{reader}/"): 9,
    ("auditor", RESTRICTED + "restriction/"): 7,
    ("editor", DRAFT + "steps/restrict/"): 8,
    ("editor", TEXT + "amendments/{baseline}/corrections/"): 9,
    ("editor", TEXT + "amendments/{baseline}/corrections/{item}/"): 10,
    # Editing it
    ("editor", DRAFT + "edit/"): 21,
    ("editor", DRAFT + "edit/?only=changed"): 21,
    ("editor", DRAFT + "edit/order/"): 8,
    ("editor", DRAFT + "items/new/"): 10,
    ("editor", DRAFT + "clauses/new/"): 9,
    ("editor", CLAUSE): 27,
    ("editor", CLAUSE + "?only=changed"): 27,
    ("editor", CLAUSE + "compare/"): 27,
    ("editor", CLAUSE + "up/"): 14,
    ("editor", CLAUSE + "marks/"): 10,
    ("editor", CLAUSE + "reword/"): 27,
    ("editor", CLAUSE + "move/"): 14,
    ("editor", CLAUSE + "explain/"): 27,
    ("editor", CLAUSE + "undo/"): 16,
    ("editor", DRAFT + "clauses/{item}/relabel/"): 14,
    ("editor", DRAFT + "clauses/{item}/repeal/"): 14,
    ("editor", CLAUSE + "split/"): 14,
    ("editor", CLAUSE + "merge/"): 14,
    ("editor", CLAUSE + "replace/"): 14,
    ("editor", DRAFT + "numbers/"): 9,
    ("editor", DRAFT + "references/"): 9,
    ("editor", DRAFT + "paste/"): 9,
    ("editor", CLAUSE + "comment/"): 14,
    ("editor", DRAFT + "comments/?state=all"): 12,
    ("editor", DRAFT + "comments/{comment}/"): 11,
    ("editor", DRAFT + "conflicts/"): 9,
    ("editor", DRAFT + "other-agencies/"): 8,
    ("editor", DRAFT + "reasons/"): 13,
    ("editor", DRAFT + "reasons/{reason}/"): 12,
    ("editor", DRAFT + "reasons/{reason}/delete/"): 9,
}
# The lists of the maintenance pages, by model → queries.
LISTS = {
    "user": 8,
    "role": 9,
    "accessrecord": 8,
    "agency": 8,
    "fund": 9,
    "program": 9,
    "programsection": 10,
    "appropriation": 11,
    "supporttrack": 10,
    "trackcost": 9,
    "schemeflow": 10,
    "objectiveperiod": 9,
    "policytext": 10,
    "stepkind": 9,
    "amendment": 10,
    "clause": 10,
    "wording": 9,
    "itemprogram": 10,
    "reasongroup": 9,
    "amendmentreason": 9,
    "overviewsheet": 9,
    "overviewsection": 9,
    "procedurestep": 10,
    "steporder": 8,
    "snapshot": 9,
    "issueddocument": 9,
    "indicatormeasure": 10,
    "indicatortarget": 10,
    "indicatorvalue": 11,
    "yearlyresult": 11,
    "evidence": 10,
    "itemyear": 11,
    "yearclosing": 10,
    "admission": 11,
    "valuereport": 10,
    "itemprofile": 9,
    "iteminput": 11,
    "itemplan": 10,
    "ratingstep": 11,
    "rating": 11,
}


def test_every_page_has_a_row():
    example = dict.fromkeys(
        ("agency", "item", "body", "baseline", "sha256", "finding", "indicator"), "a"
    )
    example |= dict.fromkeys(("remedy", "rating_step", "book"), 1)
    example["paper_of_grade"] = "a"
    example |= dict.fromkeys(("evaluated", "measured"), "a")
    example |= dict.fromkeys(("paper", "link"), 1)
    example |= dict.fromkeys(
        (
            "reason",
            "step",
            "file",
            "reader",
            "item_key",
            "rendering",
            "comment",
            "report",
            "value_import",
        ),
        1,
    )
    addresses = {address.format(**example).partition("?")[0] for _, address in PAGES}
    told = {resolve(address).url_name for address in addresses}
    # Buttons and signs: their GET leads back to where they stand; what settles, to the clause.
    buttons = {"issue_document", "take_back", "cancel_rendering", "account_mail"}
    buttons |= {"evaluation_pdf", "cancel_evaluation_rendering"}
    buttons |= {"settle", "accept_merges", "presence"}
    buttons |= {"decide_import", "save_import", "cancel_import"}
    assert told == {pattern.name for pattern in urls.urlpatterns} - buttons
    assert LISTS.keys() == {model._meta.model_name for model in admin.site._registry}


def test_the_queries_do_not_grow(monkeypatch):
    monkeypatch.setattr(sessions, "SEEN_EVERY", 86_400)  # a slow machine takes more than a minute
    for items, many in ((1, 3), (100, 30)):
        with transaction.atomic():
            pages, lists = counted(Large.made(items, many))
            asked = {page: (told, PAGES[page]) for page, told in pages.items()}
            assert {page: counts for page, counts in asked.items() if len(set(counts)) > 1} == {}
            assert lists == LISTS
            transaction.set_rollback(True)


def counted(large: Large) -> tuple[dict[tuple[str, str], int], dict[str, int]]:
    clients = {"": Client()}
    for role in ("editor", "approver", "auditor", "maintainer", "agency", "assessor"):
        clients[role] = Client()
        clients[role].force_login(make_user(large.agency, role))
        clients[role].get("/account/")  # the session keeps when its user was seen
    clients["importer"] = Client()
    clients["importer"].force_login(ValueImport.objects.get().uploaded_by)
    clients["importer"].get("/account/")
    clients["drafter"] = Client()
    clients["drafter"].force_login(large.drafter)
    clients["drafter"].get(f"/{large.agency.code}/5/amendments/draft2/restriction/")
    for amendment in ("draft", "submitted", "approved"):  # that a draft is read is recorded once
        for role in ("editor", "approver"):
            clients[role].get(f"/{large.agency.code}/5/amendments/{amendment}/overview/")
    names = names_in(large)
    pages = {(role, page): queries(clients[role], page.format(**names)) for role, page in PAGES}
    lists = {
        name: queries(
            clients["maintainer"], reverse(f"admin:{model._meta.app_label}_{name}_changelist")
        )
        for model in admin.site._registry
        if (name := model._meta.model_name)
    }
    return pages, lists


def names_in(large: Large) -> dict[str, object]:
    clauses = Clause.objects.filter(period=large.period, introduced_by__kind="baseline")
    link, paper = Evidence.objects.filter(period=large.period).order_by("pk")
    return {
        "evaluated": clauses.filter(kind="evaluation_indicator")[0].public_id,
        "measured": clauses.get(measures__values__evidence=link).public_id,
        "link": link.pk,
        "paper": paper.pk,
        "agency": large.agency.code,
        "item": clauses.filter(kind="item")[0].public_id,
        "body": clauses.filter(kind="body", wordings__amendment__slug="draft")[0].public_id,
        "item_key": clauses.filter(kind="item")[0].pk,
        "indicator": clauses.filter(kind="monitoring_indicator")[0].public_id,
        "report": large.period.value_reports.all()[0].pk,
        "baseline": large.period.amendments.get(kind="baseline").slug,
        "sha256": IssuedDocument.objects.filter(snapshot__amendment__slug="draft")[0].sha256,
        "value_import": ValueImport.objects.get().pk,
        "step": Attachment.objects.all()[0].step_id,
        "file": Attachment.objects.all()[0].pk,
        "reader": RestrictedReader.objects.all()[0].pk,
        "finding": check(large.period.amendments.get(slug="draft")).open[0].finding.fingerprint,
        "comment": Comment.objects.filter(amendment__slug="draft", answers_to=None)[0].pk,
        "reason": AmendmentReason.objects.filter(group__amendment__slug="draft")[0].pk,
        "remedy": large.period.remedies.all()[0].pk,
        "rating_step": large.period.rating_steps.all()[0].pk,
        "book": Rendering.objects.filter(snapshot__rating__item=None, kind="evaluation")[0].pk,
        "paper_of_grade": IssuedDocument.objects.filter(kind="evaluation")[0].sha256,
        "rendering": Rendering.objects.filter(snapshot__amendment__slug="draft")[0].pk,
    }


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert (address, client.get(address).status_code) == (address, 200)
    return len(captured)
