"""Who gets what from every address: each page × role × agency × method, in one table.

A new address without a row fails. `docs/roles.md` says the same in words.
"""

import copy
import datetime as dt
import re
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from evaluation import (
    amending,
    commenting,
    drafting,
    grading,
    procedure,
    recording,
    restricting,
    valuing,
)
from evaluation.consistency import check
from evaluation.documents.issuing import take_rating_snapshot, take_snapshot
from evaluation.importing import keeping
from evaluation.models import (
    Amendment,
    AmendmentReason,
    Clause,
    IssuedDocument,
    ItemProgram,
    Presence,
    Rating,
    ReasonGroup,
    Rendering,
    Snapshot,
    StepKind,
)
from jst_objectives import history
from programs.models import AccessRecord, Program, Role
from tests.factories import (
    decide,
    make_baseline,
    make_draft,
    make_measure,
    make_period,
    make_user,
    make_value,
)

pytestmark = pytest.mark.django_db

VIEWERS = "nobody stranger assessor agency auditor editor approver maintainer".split()
SIGN_IN = "sign in"
# What each viewer gets, in the order of VIEWERS. The stranger has every role of another agency.
EVERYBODY = [200] * 8
SIGNED_IN = [SIGN_IN, *[200] * 7]
AUDITORS = [SIGN_IN, 200, 403, 403, 200, 403, 403, 403]
OF_DECIDED = [SIGN_IN, 404, *[200] * 6]
OF_DRAFT = [SIGN_IN, 404, 404, 404, 200, 200, 200, 404]
OF_SHARED_DRAFT = [SIGN_IN, 404, 404, 200, 200, 200, 200, 404]
EDITORS = [SIGN_IN, 403, 403, 403, 403, 200, 403, 403]
EDITORS_OF_DRAFT = [SIGN_IN, 404, 404, 404, 403, 200, 403, 404]
APPROVERS_OF_DRAFT = [SIGN_IN, 404, 404, 404, 403, 403, 200, 404]
EDITORS_OF_DECIDED = [SIGN_IN, 404, 403, 403, 403, 200, 403, 403]
APPROVERS_OF_DECIDED = [SIGN_IN, 404, 403, 403, 403, 403, 200, 403]
EDITORS_OF_FROZEN = [SIGN_IN, 404, *[403] * 6]
MAINTAINERS = [SIGN_IN, 200, 404, 404, 404, 404, 404, 200]
# In the order of VIEWERS: results are not for the public, nor for maintainers.
RESULTS = [SIGN_IN, 404, *[200] * 5, 404]
BY_AGENCY = [SIGN_IN, 404, 403, 200, 403, 403, 403, 404]
BY_ASSESSOR = [SIGN_IN, 404, 200, 403, 403, 403, 403, 404]
# An import is its own person's alone, and no viewer is that.
OF_AN_IMPORT = [SIGN_IN, 404, 403, 404, 403, 403, 403, 404]
MEASURING = [SIGN_IN, 404, 200, 200, 403, 403, 403, 404]
ENTERING = [SIGN_IN, 404, 403, 200, 403, 403, 403, 404]
ASSESSING = [SIGN_IN, 404, 200, 403, 403, 403, 403, 404]
EDITORS_LED_BACK = [SIGN_IN, 404, 404, 404, 403, 302, 403, 404]
RECORDERS_OF_DRAFT = [SIGN_IN, 404, 404, 404, 403, 200, 200, 404]
RECORDERS_OF_DECIDED = [SIGN_IN, 404, 403, 403, 403, 200, 200, 403]
# None of the viewers is named for the restricted draft; an auditor knows that it exists.
RESTRICTED = [SIGN_IN, *[404] * 7]
KNOWN_TO_EXIST = [SIGN_IN, 404, 404, 404, 200, 404, 404, 404]
RESULTS_LED_BACK = [SIGN_IN, 404, *[302] * 5, 404]
ASSESSORS_LED_BACK = [SIGN_IN, 404, 302, 403, 403, 403, 403, 404]
# A print of what stands is its own person's alone, and no viewer is that.
OF_A_PRINT = [SIGN_IN, *[404] * 7]
SIGNED_IN_LED_BACK = [SIGN_IN, *[302] * 7]
LEADS_BACK = [SIGN_IN, 404, 404, 404, 302, 302, 302, 404]

# (name, which one) → what GET answers. Where POST means something, it is refused to the same people.
READING: dict[tuple[str, str], list[Any]] = {
    ("home", ""): EVERYBODY,
    ("programmes", ""): EVERYBODY,
    ("search", ""): EVERYBODY,
    ("search", "of words"): EVERYBODY,
    ("programme", "of the draft"): OF_DECIDED,
    ("objectives", ""): EVERYBODY,
    ("objectives", "of a day"): EVERYBODY,
    ("objectives", "with the draft"): OF_DRAFT,
    ("objectives", "with the draft as it was"): OF_DRAFT,
    ("objectives", "with the shared draft as it was before"): OF_DRAFT,
    ("objectives", "with the shared draft as it was since"): OF_SHARED_DRAFT,
    ("objectives", "with what is decided"): OF_DECIDED,
    ("item", ""): EVERYBODY,
    ("item", "with the draft"): OF_DRAFT,
    ("appendix", ""): EVERYBODY,
    ("appendix", "with the draft"): OF_DRAFT,
    ("policy", ""): EVERYBODY,
    ("amendment", "baseline"): EVERYBODY,
    ("amendment", "draft"): OF_DRAFT,
    ("amendment", "shared"): OF_SHARED_DRAFT,
    ("amendment", "withdrawn"): OF_DRAFT,
    ("amendment", "decided"): OF_DECIDED,
    ("comparison", "draft"): OF_DRAFT,
    ("comparison", "shared"): OF_SHARED_DRAFT,
    ("comparison", "decided"): OF_DECIDED,
    ("appendix_comparison", "draft"): OF_DRAFT,
    ("appendix_comparison", "decided"): OF_DECIDED,
    ("appendix_comparison_pdf", "draft"): OF_DRAFT,
    ("versions", ""): EVERYBODY,
    ("versions", "of days"): EVERYBODY,
    ("versions", "with the draft"): OF_DRAFT,
    ("versions", "with what is decided"): OF_DECIDED,
    ("versions", "with the draft as it was"): OF_DRAFT,
    ("versions", "with what is decided as it was"): OF_DRAFT,
    ("versions", "with the shared draft as it was before"): OF_DRAFT,
    ("versions", "with the shared draft as it was since"): OF_SHARED_DRAFT,
    ("versions_pdf", "with the draft"): OF_DRAFT,
    ("memo", "draft"): OF_DRAFT,
    ("memo", "shared"): OF_SHARED_DRAFT,
    ("memo", "decided"): OF_DECIDED,
    ("word", "draft"): OF_DRAFT,
    ("word", "decided"): OF_DECIDED,
    ("rendering", "draft"): OF_DRAFT,
    ("rendering", "decided"): OF_DECIDED,
    ("overview", "draft"): OF_DRAFT,
    ("overview", "baseline"): EVERYBODY,
    ("checks", "draft"): OF_DRAFT,
    ("checks", "shared"): OF_DRAFT,
    ("checks", "decided"): OF_DRAFT,
    ("document", "of the draft"): OF_DRAFT,
    ("document", "of the shared draft"): OF_SHARED_DRAFT,
    ("document", "of what is decided"): OF_DECIDED,
    ("document", "of the restricted draft"): RESTRICTED,
    ("document", "of an evaluation"): RESULTS,
    ("evaluation_rendering", "to be issued"): ASSESSING,
    ("evaluation_rendering", "printed"): OF_A_PRINT,
    ("procedure", "draft"): OF_DRAFT,
    ("procedure", "shared"): OF_SHARED_DRAFT,
    ("procedure", "decided"): OF_DECIDED,
    ("procedure", "restricted"): RESTRICTED,
    ("procedure_step", "draft"): OF_DRAFT,
    ("attachment", "draft"): OF_DRAFT,
    ("corrections", "baseline"): EVERYBODY,
    ("corrections", "decided"): OF_DECIDED,
    ("amendment", "restricted"): RESTRICTED,
    ("comparison", "restricted"): RESTRICTED,
    ("objectives", "with the restricted draft"): RESTRICTED,
    ("versions", "with the restricted draft"): RESTRICTED,
    ("versions", "with the restricted draft as it was"): RESTRICTED,
    ("account", ""): SIGNED_IN,
    ("history", ""): AUDITORS,
    ("history_export", ""): AUDITORS,
    ("conflicts", "draft"): OF_DRAFT,
    ("conflicts", "shared"): OF_SHARED_DRAFT,
    ("comments", "draft"): OF_DRAFT,
    ("comments", "shared"): OF_SHARED_DRAFT,
    ("comments", "decided"): OF_DRAFT,
    ("indicators", ""): RESULTS,
    ("indicator", ""): RESULTS,
    ("grades", ""): RESULTS,
    ("grades_pdf", ""): RESULTS,
    ("grades_word", ""): RESULTS,
    ("grade_checks", ""): RESULTS,
    ("assessment", ""): RESULTS,
    ("assessment_pdf", ""): RESULTS,
    ("assessment_word", ""): RESULTS,
    ("remedies", ""): RESULTS,
    ("rating_steps", ""): RESULTS,
    ("indicator_csv", ""): RESULTS,
    ("results", ""): RESULTS,
    ("results_csv", ""): RESULTS,
    ("item_results", ""): RESULTS,
    ("item_results_csv", ""): RESULTS,
    ("item_results_pdf", ""): RESULTS,
    ("result_year", ""): RESULTS,
    ("item_year", ""): RESULTS,
    ("value_reports", ""): RESULTS,
    ("value_report", ""): RESULTS,
    ("value_template", ""): ENTERING,
    ("value_import", ""): OF_AN_IMPORT,
    ("returned_workbook", ""): OF_AN_IMPORT,
    ("evidence", ""): RESULTS,
    ("draft", "draft"): EDITORS_OF_DRAFT,
    ("clause", "draft"): EDITORS_OF_DRAFT,
    ("order", "draft"): EDITORS_OF_DRAFT,
    ("admin:index", ""): MAINTAINERS,
}
DOING: dict[tuple[str, str], list[Any]] = {
    ("verification", ""): EVERYBODY,
    ("issue_document", "draft"): LEADS_BACK,
    ("cancel_rendering", "draft"): LEADS_BACK,
    ("start_amendment", ""): EDITORS,
    ("amendment_facts", "draft"): EDITORS_OF_DRAFT,
    ("table_form", "draft"): EDITORS_OF_DRAFT,
    ("table_form", "decided"): EDITORS_OF_FROZEN,
    ("amendment_step", "draft copy"): EDITORS_OF_DRAFT,
    ("amendment_step", "draft hand-over"): EDITORS_OF_DRAFT,
    ("amendment_step", "draft share"): EDITORS_OF_DRAFT,
    ("amendment_step", "draft submit"): EDITORS_OF_DRAFT,
    ("amendment_step", "draft withdraw"): EDITORS_OF_DRAFT,
    ("amendment_step", "draft delete"): EDITORS_OF_DRAFT,
    ("amendment_step", "withdrawn delete"): EDITORS_OF_DRAFT,
    ("amendment_step", "decided copy"): EDITORS_OF_DECIDED,
    ("amendment_step", "submitted approve"): APPROVERS_OF_DRAFT,
    ("amendment_step", "submitted send-back"): APPROVERS_OF_DRAFT,
    ("amendment_step", "approved decide"): APPROVERS_OF_DRAFT,
    ("amendment_step", "decided publish"): APPROVERS_OF_DECIDED,
    ("amendment_step", "submitted take-back"): EDITORS_OF_DRAFT,
    ("amendment_step", "withdrawn resume"): EDITORS_OF_DRAFT,
    ("amendment_step", "draft restrict"): EDITORS_OF_DRAFT,
    ("amendment_step", "restricted release"): RESTRICTED,
    ("amendment_step", "restricted copy"): RESTRICTED,
    ("record_step", "draft"): RECORDERS_OF_DRAFT,
    ("record_step", "decided"): RECORDERS_OF_DECIDED,
    ("correct_step", "draft"): RECORDERS_OF_DRAFT,
    ("remove_step", "draft"): RECORDERS_OF_DRAFT,
    ("add_attachment", "draft"): RECORDERS_OF_DRAFT,
    ("remove_attachment", "draft"): RECORDERS_OF_DRAFT,
    ("restriction", "restricted"): KNOWN_TO_EXIST,
    ("restriction", "draft"): RESTRICTED,  # it is not restricted, so there is no such page
    ("unname_reader", "restricted"): [SIGN_IN, 404, 404, 404, 403, 404, 404, 404],
    ("correct_wording", "decided"): EDITORS_OF_DECIDED,
    ("waiver", "draft"): EDITORS_OF_DRAFT,
    ("reconciliation", "draft"): OF_DRAFT,
    ("new_item", "draft"): EDITORS_OF_DRAFT,
    ("new_clause", "draft"): EDITORS_OF_DRAFT,
    ("change_clause", "draft repeal"): EDITORS_OF_DRAFT,
    ("marks", "draft"): EDITORS_OF_DRAFT,
    ("new_measure", ""): MEASURING,
    ("grid", ""): ENTERING,
    ("grid_item", ""): ENTERING,
    ("add_evidence", ""): ENTERING,
    ("remove_evidence", ""): ENTERING,
    ("value", ""): RESULTS,
    ("yearly_result", ""): RESULTS,
    ("measure", ""): MEASURING,
    ("target", ""): MEASURING,
    ("grade", "self"): BY_AGENCY,
    ("grade", "minister"): BY_ASSESSOR,
    ("issue_grade", "self"): BY_AGENCY,
    ("issue_grade", "minister"): BY_ASSESSOR,
    ("reopen_grade", "self"): BY_AGENCY,
    ("reopen_grade", "minister"): BY_ASSESSOR,
    ("issue_paper", "assessment"): BY_ASSESSOR,
    ("evaluation_pdf", ""): RESULTS_LED_BACK,
    ("cancel_evaluation_rendering", "to be issued"): ASSESSORS_LED_BACK,
    ("cancel_evaluation_rendering", "printed"): OF_A_PRINT,
    ("item_profile", ""): BY_ASSESSOR,
    ("item_plans", ""): BY_AGENCY,
    ("item_inputs", ""): BY_AGENCY,
    ("new_remedy", ""): BY_ASSESSOR,
    ("remedy", ""): RESULTS,
    ("record_rating_step", ""): BY_ASSESSOR,
    ("remove_rating_step", ""): BY_ASSESSOR,
    ("year_people", ""): MEASURING,
    ("year_closing", ""): ASSESSING,
    ("year_admission", ""): ASSESSING,
    ("item_year_step", "submit"): ENTERING,
    ("item_year_step", "send-back"): ASSESSING,
    ("item_year_step", "confirm"): ASSESSING,
    ("item_year_step", "open-again"): ASSESSING,
    ("new_value_report", ""): MEASURING,
    ("value_files", ""): ENTERING,
    ("decide_import", ""): OF_AN_IMPORT,
    ("save_import", ""): OF_AN_IMPORT,
    ("cancel_import", ""): OF_AN_IMPORT,
    ("live_comparison", "draft"): EDITORS_OF_DRAFT,
    ("take_back", "draft"): EDITORS_LED_BACK,
    ("numbers", "draft"): EDITORS_OF_DRAFT,
    ("references", "draft"): EDITORS_OF_DRAFT,
    ("paste", "draft"): EDITORS_OF_DRAFT,
    ("settle", "draft"): EDITORS_LED_BACK,
    ("accept_merges", "draft"): EDITORS_LED_BACK,
    ("presence", "draft"): EDITORS_LED_BACK,
    ("comment_on", "draft"): OF_DRAFT,
    ("comment_on", "shared"): OF_SHARED_DRAFT,
    ("comment", "draft"): OF_DRAFT,
    ("other_agencies", "draft"): EDITORS_OF_DRAFT,
    ("other_agencies", "decided"): EDITORS_OF_DECIDED,
    ("account_mail", ""): SIGNED_IN_LED_BACK,
    ("reasons", "draft"): EDITORS_OF_DRAFT,
    ("reason", "draft"): EDITORS_OF_DRAFT,
    ("delete_reason", "draft"): EDITORS_OF_DRAFT,
}
ROWS = READING | DOING
OF_STEPS = {"procedure_step", "correct_step", "remove_step"}
# Tried by role in tests of their own: the maintenance pages and the library's pages of sign-in.
ELSEWHERE = ("admin:", "account_", "mfa_")

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
}


OF_GRADES = {"grades", "grades_pdf", "grades_word", "grade_checks", "remedies", "new_remedy"}
OF_GRADES |= {"assessment", "assessment_pdf", "assessment_word", "remedy", "grade", "issue_grade"}
OF_GRADES |= {"reopen_grade", "item_profile", "item_plans", "item_inputs"}
OF_GRADES |= {"rating_steps", "record_rating_step", "remove_rating_step"}
OF_GRADES |= {"issue_paper", "evaluation_pdf"}
OF_GRADES |= {"evaluation_rendering", "cancel_evaluation_rendering"}
OF_CLAUSE = {"clause", "change_clause", "marks", "settle", "presence", "comment_on"}
OF_CLAUSE |= {"live_comparison"}
OF_MEASURES = {"indicator", "indicator_csv", "new_measure", "measure", "target"}
OF_PERIOD = {"indicators", "results", "results_csv", "value_reports", "new_value_report"}
OF_PERIOD |= {"value_files", "value_template"}
OF_IMPORTS = {"value_import", "returned_workbook", "decide_import", "save_import", "cancel_import"}
OF_ITEM = {"item_results", "item_results_csv", "item_results_pdf"}
OF_YEAR = {"result_year", "year_people", "year_closing", "year_admission"}
OF_RESULTS = (
    OF_PERIOD | OF_ITEM | OF_YEAR | OF_IMPORTS | {"value_report", "item_year", "item_year_step"}
)
OF_ENTERING = {"grid", "grid_item", "value", "yearly_result", "add_evidence", "evidence"}
OF_ENTERING |= {"remove_evidence"}


class Scene:
    """An agency with one amendment in each state, all by the same editor."""

    def __init__(self) -> None:
        self.period = make_period()
        agency = self.period.agency
        self.drafter = make_user(agency, "editor")
        baseline, (self.chapter, self.item, *_) = make_baseline(self.period)
        procedure.publish(
            baseline, by=make_user(agency, "approver"), published_on=dt.date(2022, 4, 1)
        )
        self.amendments = {"baseline": baseline}
        self.indicator = self.measured()
        for state in ("decided", "draft", "shared", "withdrawn", "submitted", "approved"):
            self.amendments[state] = make_draft(self.period, by=self.drafter)
            text = f"{state}の推進"
            amending.reword(self.amendments[state], self.item, text, by=self.drafter)
            if state in ("decided", "draft", "shared"):
                take_snapshot(self.amendments[state], by=None)
            if state == "decided":
                decide(self.amendments[state])
        draft = self.amendments["draft"]
        drafting.share(self.amendments["shared"], by=self.drafter)
        amending.reword(self.amendments["shared"], self.item, "共有後の推進", by=self.drafter)
        procedure.withdraw(self.amendments["withdrawn"], by=self.drafter, reason="中止")
        for state in ("submitted", "approved"):
            procedure.submit(self.amendments[state], by=self.drafter)
        procedure.approve(self.amendments["approved"], by=make_user(agency, "approver"))
        self.comment = commenting.comment(draft, self.item, "コメント", by=self.drafter)
        self.program = Program(agency=agency, slug="p", name="事業")
        group = ReasonGroup(amendment=draft, position=1, title="区分")
        self.reason = AmendmentReason(
            group=group, position=1, title="事項", text="説明", kind="law"
        )
        link = ItemProgram(clause=self.item, program=self.program, amendment=draft)
        for row in (self.program, group, self.reason, link):
            history.save(row, by=None, reason="試験")
        self.hear(draft)
        self.graded()
        self.restrict()
        self.documents = {
            "of the draft": self.document(draft),
            "of the shared draft": self.document(self.amendments["shared"]),
            "of what is decided": self.document(self.amendments["decided"]),
            "of the restricted draft": self.document(self.amendments["restricted"]),
        }
        self.renderings = {
            state: self.rendering(
                "dossier", snapshot=take_snapshot(self.amendments[state], by=None)
            )
            for state in ("draft", "decided")
        }
        self.papers()

    def rendering(self, kind: str, **of: Any) -> Rendering:
        """Begin a document without the work of printing it."""
        row = Rendering(kind=kind, total=3, **of)
        row.requested_by, row.requested_at = self.drafter, timezone.now()
        row.save()
        return row

    def papers(self) -> None:
        """Issue the overall grade of 2022 with its table; 評価書 is on its way, issued and as it stands."""
        year: dict[str, Any] = {"period": self.period, "fiscal_year": 2022}
        said: dict[str, Any] = {"grade": "B", "grounds": "根拠", "issued_on": dt.date(2023, 8, 1)}
        rating = Rating(**year, **said, side="minister", stage="issued", written_at=timezone.now())
        history.save(rating, by=None, reason="試験")
        snapshot = take_rating_snapshot(rating, by=None)
        self.documents["of an evaluation"] = self.document(snapshot, "grades")
        self.renderings["to be issued"] = self.rendering("evaluation", snapshot=snapshot)
        self.renderings["printed"] = self.rendering("evaluation", **year, rating_kind="yearly")

    def measured(self) -> Clause:
        """Decide indicators under the item, with one measure, a value and its evidence."""
        draft = make_draft(self.period)
        indicator = amending.insert(
            draft, "monitoring_indicator", parent=self.item, text="論文数", by=None
        )
        self.evaluated = amending.insert(
            draft, "evaluation_indicator", parent=self.item, text="成果の創出", by=None
        )
        decide(draft)
        procedure.publish(
            draft, by=make_user(self.period.agency, "approver"), published_on=dt.date(2022, 4, 1)
        )
        value = make_value(make_measure(indicator), 2024)
        self.evidence = valuing.attach_file(
            value, by=None, title="集計表", name="a.pdf", content=b"%PDF-"
        )
        self.report = valuing.make_report(self.period, 2024, by=None, title="報告")
        person = make_user(self.period.agency, "agency")
        self.value_import = keeping.keep(self.period, "値.csv", b"x", by=person)[0]
        return indicator

    def hear(self, draft: Amendment) -> None:
        """Record that a council was heard, with a file."""
        kind = StepKind(agency=self.period.agency, position=1, name="意見聴取")
        history.save(kind, by=None, reason="試験")
        self.step = recording.record(draft, kind, by=self.drafter, date=dt.date(2026, 2, 1))
        self.file = recording.attach(
            self.step, by=self.drafter, name="答申.pdf", suffix="pdf", content=b"%PDF-"
        )

    def restrict(self) -> None:
        """Start a draft for named people only, none of whom is a viewer."""
        draft = self.amendments["restricted"] = make_draft(self.period, by=self.drafter)
        amending.reword(draft, self.item, "制限の推進", by=self.drafter)
        drafting.share(draft, by=self.drafter)
        restriction = restricting.restrict(draft, by=self.drafter, why="市場への影響")
        self.reader = restriction.readers.get()

    def document(self, subject: Amendment | Snapshot, kind: str = "comparison") -> IssuedDocument:
        """Record a document without the work of printing it."""
        if isinstance(subject, Amendment):
            subject = take_snapshot(subject, by=None)
        fields = {"sha256": subject.sha256, "content": b"%PDF-", "versions": {}}
        return IssuedDocument.objects.create(
            snapshot=subject, kind=kind, issued_at=timezone.now(), **fields
        )

    def address(self, name: str, which: str) -> str:
        place = [self.period.agency.code, self.period.number]
        if name in {"objectives", "appendix", "policy", "start_amendment", "item"}:
            arguments = [*place, self.item.public_id] if name == "item" else place
            return reverse(name, args=arguments) + self.edition(which)
        if name in {"versions", "versions_pdf"}:
            return reverse(name, args=place) + self.query(which)
        if name == "search":
            return reverse(name) + ("?q=推進" if which else "")
        if name in OF_RESULTS | OF_MEASURES | OF_GRADES | OF_ENTERING:
            query = "?measure=1" if name == "add_evidence" else ""
            return reverse(name, args=[*place, *self.result(name, which)]) + query
        if name == "programme":
            return reverse(name, args=[place[0], self.program.slug])
        if name == "document":
            return reverse(name, args=[self.documents[which].sha256])
        if not which:
            return reverse(name)
        state, _, verb = which.partition(" ")
        arguments = [*place, self.amendments[state].slug]
        arguments += [self.item.public_id] if name == "correct_wording" else []
        arguments += [self.step.pk] if name in OF_STEPS or "attachment" in name else []
        arguments += [self.file.pk] if name in {"attachment", "remove_attachment"} else []
        arguments += [self.reader.pk] if name == "unname_reader" else []
        arguments += [self.item.public_id] if name in OF_CLAUSE else []
        arguments += [self.comment.pk] if name == "comment" else []
        arguments += [self.reason.pk] if name in {"reason", "delete_reason"} else []
        arguments += [verb] if verb else []
        arguments += ["comparison"] if name in {"issue_document", "word"} else []
        if name in {"rendering", "cancel_rendering"}:
            arguments += [self.renderings[state].pk]
        if name == "waiver":
            arguments.append(check(self.amendments[state]).open[0].finding.fingerprint)
        return reverse(name, args=arguments)

    def grade(self, name: str, side: str) -> list[Any]:
        """Return what names a page of grades, of one item in the year 2024, after agency and period."""
        of_item = {"item_profile": (), "item_inputs": (), "item_plans": (2024,)}
        of_year: dict[str, tuple[int, ...]] = {"rating_steps": (), "record_rating_step": ()}
        of_year["evaluation_pdf"] = ()
        of_year["remove_rating_step"] = (self.rating_step.pk,)
        if name in of_item:
            return [self.item.public_id, *of_item[name]]
        if name in of_year:
            return [2024, "yearly", *of_year[name]]
        if name.endswith("evaluation_rendering"):
            return [self.renderings[side].pk]
        if name == "issue_paper":
            return [self.item.public_id, 2024, "yearly", side]
        rest = {"grade_checks": [2024], "remedy": [self.remedy.pk]}
        if name.endswith("_grade") or name.startswith("assessment") or name == "grade":
            return [self.item.public_id, 2024, "yearly", *([side] if side else [])]
        return rest.get(name, [])

    def graded(self) -> None:
        """Point something out, and record a step of an evaluation."""
        self.remedy = grading.point_out(self.period, self.item, 2023, by=None, issue="指摘")
        grading.report(self.remedy, 2024, by=None, words="実施")  # known to the agency
        kind = StepKind(agency=self.period.agency, position=9, name="通知", of_rating=True)
        history.save(kind, by=None, reason="試験")
        day = dt.date(2025, 8, 1)
        self.rating_step = grading.record_step(self.period, 2024, "yearly", kind, by=None, date=day)

    def result(self, name: str, which: str) -> list[Any]:
        """Return what an address of the results names besides the period."""
        if name in OF_GRADES:
            return self.grade(name, which)
        if name in OF_ENTERING:
            return self.entering(name)
        if name in OF_IMPORTS:
            return [self.value_import.pk]
        if name in OF_PERIOD:
            return []
        if name in OF_MEASURES:
            return [self.indicator.public_id, *[1] * (name in {"measure", "target"})]
        if name == "value_report":
            return [self.report.pk]
        if name in OF_ITEM:
            return [self.item.public_id]
        if name in OF_YEAR:
            return [2024]
        return [2024, self.item.public_id, *([which] if which else [])]

    def entering(self, name: str) -> list[Any]:
        """Return what names a page on which values are entered, after agency and period."""
        if name in {"evidence", "remove_evidence"}:
            return [self.evidence.pk]
        if name in {"grid", "grid_item"}:
            return [self.item.public_id] * (name == "grid_item")
        own = self.evaluated if name == "yearly_result" else self.indicator
        return [own.public_id, *[1] * (name == "value"), 2024]

    def edition(self, which: str) -> str:
        """Return what asks for one text."""
        draft, shared = (self.amendments[state] for state in ("draft", "shared"))
        first = shared.snapshots.get(number=1).taken_at
        now = timezone.now()
        queries = {
            "": "",
            "of a day": "?on=R4.4.1&known=令和8年1月1日",
            "with the draft": f"?amendment={draft.slug}",
            "with the draft as it was": f"?amendment={draft.slug}&known={at(now)}",
            "with what is decided": f"?amendment={self.amendments['decided'].slug}",
            "with the restricted draft": f"?amendment={self.amendments['restricted'].slug}",
            "with the shared draft as it was before": f"?amendment={shared.slug}&known={at(first)}",
            "with the shared draft as it was since": f"?amendment={shared.slug}&known={at(now)}",
        }
        return queries[which]

    def query(self, which: str) -> str:
        """Return what asks for two versions: today's text, and the one that is tried."""
        tried = {
            "of days": "on:2022-04-01",
            "with the draft": f"with:{self.amendments['draft'].slug}",
            "with what is decided": f"with:{self.amendments['decided'].slug}",
            "with the restricted draft": f"with:{self.amendments['restricted'].slug}",
            "with the restricted draft as it was": f"with:{self.amendments['restricted'].slug}@1",
            "with the draft as it was": f"with:{self.amendments['draft'].slug}@1",
            "with what is decided as it was": f"with:{self.amendments['decided'].slug}@1",
            "with the shared draft as it was before": f"with:{self.amendments['shared'].slug}@1",
            "with the shared draft as it was since": f"with:{self.amendments['shared'].slug}@2",
        }
        return f"?old=on:2022-04-01&new={tried[which]}" if which else ""

    def client(self, viewer: str, **options: Any) -> Client:
        client = Client(**options)
        if viewer == "stranger":
            client.force_login(make_user(make_period().agency, *Role.Kind.values))
        elif viewer != "nobody":
            client.force_login(make_user(self.period.agency, viewer))
        return client


def at(moment: dt.datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M:%S.%f}"


@pytest.fixture(scope="module")
def made(module_rows: None) -> Scene:
    return Scene()


@pytest.fixture
def scene(made: Scene) -> Scene:
    return copy.deepcopy(made)


def names(resolver: URLResolver, namespace: str = "") -> set[str]:
    found: set[str] = set()
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            found.add(f"{namespace}{pattern.name}")
        else:
            found |= names(pattern, f"{pattern.namespace}:" if pattern.namespace else namespace)
    return found


def answer(response: Any) -> Any:
    doors = ("/accounts/login/", "/maintenance/login/")
    to_sign_in = response.status_code == 302 and response["Location"].startswith(doors)
    return SIGN_IN if to_sign_in else response.status_code


def contents() -> dict[str, int]:
    """Count the rows of every table of ours but the records of access and of who has what open."""
    models = [
        model
        for app in ("programs", "evaluation")
        for model in apps.get_app_config(app).get_models()
        if model not in (AccessRecord, Presence) and not model._meta.proxy
    ]
    return {model.__name__: model._default_manager.count() for model in models}


def test_every_address_has_a_row():
    told = {name for name, _ in ROWS}
    assert {n for n in names(get_resolver()) if not n.startswith(ELSEWHERE)} == {
        n for n in told if not n.startswith(ELSEWHERE)
    }


def check_headers(headers: Any, viewer: str) -> None:
    policy = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
    assert policy == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert viewer == "nobody" or "no-store" in headers["Cache-Control"]


@pytest.mark.both
@pytest.mark.parametrize("viewer", VIEWERS)
def test_reading(scene, viewer):
    """One walk asks of every address who gets in, what the headers say, and that nothing changes."""
    client = scene.client(viewer)
    index = VIEWERS.index(viewer)
    before = contents()
    got = {}
    for row in ROWS:
        response = client.get(scene.address(*row))
        check_headers(response.headers, viewer)
        got[row] = answer(response)
    assert got == {row: expected[index] for row, expected in ROWS.items()}
    assert contents() == before


@pytest.mark.parametrize("viewer", VIEWERS)
def test_doing_is_refused_to_whom_the_page_is(scene, viewer):
    client = scene.client(viewer)
    before = contents()
    refused = {
        row: expected[VIEWERS.index(viewer)]
        for row, expected in DOING.items()
        if expected[VIEWERS.index(viewer)] not in {200, 302}
    }
    assert {row: answer(client.post(scene.address(*row))) for row in refused} == refused
    assert contents() == before


@pytest.mark.parametrize("viewer", VIEWERS)
def test_pages_to_read_take_nothing(scene, viewer):
    client = scene.client(viewer)
    before = contents()
    for row, expected in READING.items():
        if expected[VIEWERS.index(viewer)] == 200 and not row[0].startswith(ELSEWHERE):
            assert (row, client.post(scene.address(*row)).status_code) == (row, 405)
    assert contents() == before


def test_asking_for_the_head_alone_changes_nothing(scene):
    client = scene.client("editor")
    before = contents()
    for row in ROWS:
        client.head(scene.address(*row))
    assert contents() == before


def test_a_refusal_says_why(scene):
    response = scene.client("auditor").get(scene.address("amendment_step", "draft submit"))
    agency = scene.period.agency.short_name
    assert f"提出は、{agency}を担当する起案者だけができます。" in response.content.decode()


def test_the_drafter_cannot_approve_even_as_an_approver(scene):
    history.save(
        Role(user=scene.drafter, agency=scene.period.agency, role="approver"),
        by=None,
        reason="試験",
    )
    client = Client()
    client.force_login(scene.drafter)
    for which in ("submitted approve", "approved decide"):
        address = scene.address("amendment_step", which)
        for response in (client.get(address), client.post(address)):
            assert response.status_code == 403
            assert "起案に関わった人は、その変更案の" in response.content.decode()


def test_a_role_taken_away_counts_from_the_next_request(scene):
    user = make_user(scene.period.agency, "editor")
    client = Client()
    client.force_login(user)
    address = scene.address("draft", "draft")
    assert client.get(address).status_code == 200
    history.delete(user.roles.get(), by=None, reason="試験")
    assert client.get(address).status_code == 404


def test_who_is_deactivated_is_signed_out_at_the_next_request(scene):
    user = make_user(scene.period.agency, "editor")
    client = Client()
    client.force_login(user)
    user.is_active = False
    history.save(user, by=None, reason="試験")
    assert answer(client.get(scene.address("draft", "draft"))) == SIGN_IN


def test_the_public_start_page_names_no_draft(scene):
    for viewer in ("nobody", "stranger", "assessor"):
        html = scene.client(viewer).get("/").content.decode()
        for state in ("draft", "shared", "submitted", "approved"):
            assert scene.amendments[state].title not in html


def test_what_is_hidden_and_what_is_not_there_look_the_same(scene):
    client = scene.client("stranger")
    hidden = client.get(scene.address("amendment", "draft"))
    absent = client.get(scene.address("amendment", "draft").replace("draft-", "drift-"))
    assert hidden.status_code == absent.status_code == 404
    token = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"')
    assert token.sub(b"", hidden.content) == token.sub(b"", absent.content)


def test_changes_need_the_token_and_our_own_origin(scene):
    for row in DOING:
        client = scene.client("editor", enforce_csrf_checks=True)
        response = client.post(scene.address(*row))
        assert (row, response.status_code) == (row, 403)
        assert "もう一度送信してください" in response.content.decode()


@pytest.mark.parametrize("address", ["/none/", "/accounts/login/", "/maintenance/"])
def test_pages_outside_the_table_carry_the_headers_too(scene, address):
    check_headers(scene.client("auditor").get(address).headers, "auditor")
