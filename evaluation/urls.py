"""Addresses of the pages. Agency and period stand first, as in 「JST 第5期」."""

from django.urls import path, register_converter

from evaluation.models import IssuedDocument
from evaluation.views import (
    amendments,
    attachments,
    clauses,
    comparisons,
    corrections,
    documents,
    drafting,
    history,
    home,
    indicators,
    last_act,
    live,
    marks,
    objectives,
    ordering,
    people,
    procedure,
    programmes,
    reasons,
    restriction,
    sheets,
    steps,
)


class DocumentKind:
    regex = "|".join(IssuedDocument.Kind.values)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(DocumentKind, "document_kind")
PERIOD = "<slug:agency>/<int:number>/"
AMENDMENT = PERIOD + "amendments/<slug:slug>/"
INDICATOR = PERIOD + "indicators/<slug:public_id>/"
STEP = AMENDMENT + "procedure/<int:pk>/"
CLAUSE = AMENDMENT + "clauses/<slug:public_id>/"

urlpatterns = [
    path("", home.home, name="home"),
    path("account/", people.account, name="account"),
    path("history/", history.history, name="history"),
    path("history/export/", history.export, name="history_export"),
    path("verification/", documents.verification, name="verification"),
    path("documents/<slug:sha256>.pdf", documents.document, name="document"),
    path("programmes/", programmes.programmes, name="programmes"),
    path("<slug:agency>/programmes/<slug:slug>/", programmes.programme, name="programme"),
    # Reading
    path(PERIOD, objectives.objectives, name="objectives"),
    path(PERIOD + "items/<slug:public_id>/", objectives.item, name="item"),
    path(PERIOD + "appendix/", objectives.appendix_page, name="appendix"),
    path(PERIOD + "policy/", sheets.policy, name="policy"),
    path(PERIOD + "comparison/", comparisons.versions, name="versions"),
    path(PERIOD + "comparison.pdf", comparisons.versions_pdf, name="versions_pdf"),
    # Results
    path(PERIOD + "indicators/", indicators.indicators, name="indicators"),
    path(INDICATOR, indicators.indicator, name="indicator"),
    path(INDICATOR + "measures/new/", indicators.new_measure, name="new_measure"),
    path(INDICATOR + "measures/<int:position>/", indicators.measure, name="measure"),
    path(INDICATOR + "measures/<int:position>/target/", indicators.target, name="target"),
    # Amendments
    path(PERIOD + "amendments/new/", drafting.start, name="start_amendment"),
    path(AMENDMENT, amendments.amendment, name="amendment"),
    path(AMENDMENT + "comparison/", comparisons.comparison, name="comparison"),
    path(AMENDMENT + "comparison/form/", comparisons.table_form, name="table_form"),
    path(AMENDMENT + "comparison/appendix/", comparisons.appendix, name="appendix_comparison"),
    path(
        AMENDMENT + "comparison/appendix.pdf",
        comparisons.appendix_pdf,
        name="appendix_comparison_pdf",
    ),
    path(AMENDMENT + "overview/", sheets.overview, name="overview"),
    path(
        AMENDMENT + "issue/<document_kind:kind>/", amendments.issue_document, name="issue_document"
    ),
    path(AMENDMENT + "facts/", drafting.facts, name="amendment_facts"),
    path(AMENDMENT + "steps/<slug:step>/", steps.step, name="amendment_step"),
    # Its procedure
    path(AMENDMENT + "procedure/", procedure.procedure, name="procedure"),
    path(AMENDMENT + "procedure/new/", procedure.record, name="record_step"),
    path(STEP, procedure.step, name="procedure_step"),
    path(STEP + "correct/", procedure.correct, name="correct_step"),
    path(STEP + "remove/", procedure.remove, name="remove_step"),
    path(STEP + "files/new/", attachments.add, name="add_attachment"),
    path(STEP + "files/<int:file>/", attachments.attachment, name="attachment"),
    path(STEP + "files/<int:file>/remove/", attachments.remove, name="remove_attachment"),
    path(AMENDMENT + "restriction/", restriction.restriction, name="restriction"),
    path(AMENDMENT + "restriction/<int:pk>/", restriction.unname, name="unname_reader"),
    path(AMENDMENT + "corrections/", corrections.corrections, name="corrections"),
    path(AMENDMENT + "corrections/<slug:public_id>/", corrections.correct, name="correct_wording"),
    # Editing a draft
    path(AMENDMENT + "edit/", clauses.draft, name="draft"),
    path(AMENDMENT + "edit/order/", ordering.order, name="order"),
    path(AMENDMENT + "edit/take-back/", last_act.take_back, name="take_back"),
    path(AMENDMENT + "items/new/", clauses.new_item, name="new_item"),
    path(AMENDMENT + "clauses/new/", clauses.new_clause, name="new_clause"),
    path(CLAUSE, clauses.clause, name="clause"),
    path(CLAUSE + "marks/", marks.marks, name="marks"),
    path(CLAUSE + "compare/", live.live_comparison, name="live_comparison"),
    path(CLAUSE + "<slug:verb>/", clauses.change, name="change_clause"),
    path(AMENDMENT + "reasons/", reasons.reasons, name="reasons"),
    path(AMENDMENT + "reasons/<int:pk>/", reasons.reason, name="reason"),
    path(AMENDMENT + "reasons/<int:pk>/delete/", reasons.delete, name="delete_reason"),
]
