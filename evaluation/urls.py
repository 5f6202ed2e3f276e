"""Addresses of the pages. Agency and period stand first, as in 「JST 第5期」."""

from django.urls import path, register_converter

from evaluation.models import IssuedDocument
from evaluation.views import (
    amendments,
    applying,
    attachments,
    checks,
    clauses,
    comments,
    comparisons,
    corrections,
    documents,
    drafting,
    history,
    home,
    imports,
    indicators,
    last_act,
    live,
    marks,
    merging,
    numbers,
    objectives,
    ordering,
    papers,
    pasting,
    people,
    presence,
    procedure,
    programmes,
    reasons,
    renderings,
    restriction,
    search,
    sheets,
    steps,
)


class DocumentKind:
    regex = "|".join(IssuedDocument.Kind.values)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class WordKind(DocumentKind):
    regex = "|".join(papers.IN_WORD)


register_converter(DocumentKind, "document_kind")
register_converter(WordKind, "word_kind")
PERIOD = "<slug:agency>/<int:number>/"
AMENDMENT = PERIOD + "amendments/<slug:slug>/"
INDICATOR = PERIOD + "indicators/<slug:public_id>/"
IMPORT = PERIOD + "results/imports/<int:pk>/"
STEP = AMENDMENT + "procedure/<int:pk>/"
CLAUSE = AMENDMENT + "clauses/<slug:public_id>/"

urlpatterns = [
    path("", home.home, name="home"),
    path("account/", people.account, name="account"),
    path("account/mail/", people.mail, name="account_mail"),
    path("history/", history.history, name="history"),
    path("history/export/", history.export, name="history_export"),
    path("search/", search.search, name="search"),
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
    path(PERIOD + "results/excel/", imports.value_files, name="value_files"),
    path(PERIOD + "results/excel/template.xlsx", imports.value_template, name="value_template"),
    path(IMPORT, imports.value_import, name="value_import"),
    path(IMPORT + "returned.xlsx", imports.returned_workbook, name="returned_workbook"),
    path(IMPORT + "decide/", imports.decide_import, name="decide_import"),
    path(IMPORT + "save/", imports.save_import, name="save_import"),
    path(IMPORT + "cancel/", imports.cancel_import, name="cancel_import"),
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
    path(AMENDMENT + "memo/", papers.memo, name="memo"),
    path(AMENDMENT + "<word_kind:kind>.docx", papers.word, name="word"),
    path(AMENDMENT + "issue/<document_kind:kind>/", papers.issue_document, name="issue_document"),
    path(AMENDMENT + "renderings/<int:pk>/", renderings.rendering, name="rendering"),
    path(AMENDMENT + "renderings/<int:pk>/cancel/", renderings.cancel, name="cancel_rendering"),
    path(AMENDMENT + "facts/", drafting.facts, name="amendment_facts"),
    path(AMENDMENT + "steps/<slug:step>/", steps.step, name="amendment_step"),
    path(AMENDMENT + "checks/", checks.checks, name="checks"),
    path(AMENDMENT + "checks/<slug:fingerprint>/", checks.waiver, name="waiver"),
    path(AMENDMENT + "reconciliation/", checks.reconciliation, name="reconciliation"),
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
    path(AMENDMENT + "other-agencies/", applying.other_agencies, name="other_agencies"),
    # Editing a draft
    path(AMENDMENT + "edit/", clauses.draft, name="draft"),
    path(AMENDMENT + "edit/order/", ordering.order, name="order"),
    path(AMENDMENT + "edit/take-back/", last_act.take_back, name="take_back"),
    path(AMENDMENT + "items/new/", clauses.new_item, name="new_item"),
    path(AMENDMENT + "clauses/new/", clauses.new_clause, name="new_clause"),
    path(AMENDMENT + "numbers/", numbers.numbers, name="numbers"),
    path(AMENDMENT + "references/", numbers.references, name="references"),
    path(AMENDMENT + "paste/", pasting.paste, name="paste"),
    path(CLAUSE, clauses.clause, name="clause"),
    path(CLAUSE + "marks/", marks.marks, name="marks"),
    path(CLAUSE + "compare/", live.live_comparison, name="live_comparison"),
    path(CLAUSE + "presence/", presence.beat, name="presence"),
    path(CLAUSE + "comment/", comments.comment_on, name="comment_on"),
    path(AMENDMENT + "comments/", comments.comments, name="comments"),
    path(AMENDMENT + "comments/<int:pk>/", comments.comment, name="comment"),
    path(CLAUSE + "settle/", merging.settle, name="settle"),
    path(CLAUSE + "<slug:verb>/", clauses.change, name="change_clause"),
    path(AMENDMENT + "conflicts/", merging.conflicts, name="conflicts"),
    path(AMENDMENT + "conflicts/accept/", merging.accept, name="accept_merges"),
    path(AMENDMENT + "reasons/", reasons.reasons, name="reasons"),
    path(AMENDMENT + "reasons/<int:pk>/", reasons.reason, name="reason"),
    path(AMENDMENT + "reasons/<int:pk>/delete/", reasons.delete, name="delete_reason"),
]
