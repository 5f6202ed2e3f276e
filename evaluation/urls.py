"""Addresses of the pages. Agency and period stand first, as in 「JST 第5期」."""

from django.urls import path, register_converter

from evaluation.models import Rating
from evaluation.models.documents import OF_AMENDMENT, OF_EVALUATION
from evaluation.views import (
    amendments,
    applying,
    assessments,
    attachments,
    checks,
    clauses,
    comments,
    comparisons,
    corrections,
    documents,
    drafting,
    entering,
    evidence,
    grade_papers,
    grading,
    history,
    home,
    imports,
    indicators,
    item_facts,
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
    rating_steps,
    reasons,
    remedies,
    renderings,
    restriction,
    result_years,
    results,
    search,
    sheets,
    steps,
    value_reports,
    values,
)


class DocumentKind:
    regex = "|".join(OF_AMENDMENT)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class WordKind(DocumentKind):
    regex = "|".join(papers.IN_WORD)


class RatingPaper(DocumentKind):
    regex = "|".join(OF_EVALUATION)


class RatingKind(DocumentKind):
    regex = "|".join(Rating.Kind.values)


class RatingSide(DocumentKind):
    regex = "|".join(Rating.Side.values)


register_converter(DocumentKind, "document_kind")
register_converter(RatingKind, "rating_kind")
register_converter(RatingPaper, "rating_paper")
register_converter(RatingSide, "rating_side")
register_converter(WordKind, "word_kind")
PERIOD = "<slug:agency>/<int:number>/"
AMENDMENT = PERIOD + "amendments/<slug:slug>/"
INDICATOR = PERIOD + "indicators/<slug:public_id>/"
GRADES = PERIOD + "grades/"
GRADE = GRADES + "<slug:public_id>/<int:fiscal_year>/<rating_kind:kind>/"
SIDE = GRADE + "<rating_side:side>/"
RATING_STEPS = GRADES + "steps/<int:fiscal_year>/<rating_kind:kind>/"
ITEM_RESULTS = PERIOD + "items/<slug:public_id>/results"
RESULT_YEAR = PERIOD + "results/years/<int:fiscal_year>/"
REPORTS = PERIOD + "results/reports/"
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
    # Grades
    path(GRADES, assessments.grades, name="grades"),
    path(PERIOD + "grades.pdf", assessments.grades_pdf, name="grades_pdf"),
    path(PERIOD + "grades.docx", assessments.grades_word, name="grades_word"),
    path(
        GRADES + "<int:fiscal_year>/<rating_kind:kind>/evaluation.pdf",
        assessments.evaluation_pdf,
        name="evaluation_pdf",
    ),
    path(
        GRADES + "renderings/<int:pk>/",
        renderings.evaluation_rendering,
        name="evaluation_rendering",
    ),
    path(
        GRADES + "renderings/<int:pk>/cancel/",
        renderings.cancel_evaluation,
        name="cancel_evaluation_rendering",
    ),
    path(GRADES + "checks/<int:fiscal_year>/", rating_steps.grade_checks, name="grade_checks"),
    path(RATING_STEPS, rating_steps.rating_steps, name="rating_steps"),
    path(RATING_STEPS + "new/", rating_steps.record_rating_step, name="record_rating_step"),
    path(
        RATING_STEPS + "<int:pk>/remove/",
        rating_steps.remove_rating_step,
        name="remove_rating_step",
    ),
    path(GRADES + "remedies/", remedies.remedies, name="remedies"),
    path(GRADES + "remedies/new/", remedies.new_remedy, name="new_remedy"),
    path(GRADES + "remedies/<int:pk>/", remedies.remedy, name="remedy"),
    path(GRADES + "<slug:public_id>/profile/", item_facts.item_profile, name="item_profile"),
    path(GRADES + "<slug:public_id>/inputs/", item_facts.item_inputs, name="item_inputs"),
    path(
        GRADES + "<slug:public_id>/plans/<int:fiscal_year>/",
        item_facts.item_plans,
        name="item_plans",
    ),
    path(GRADE, assessments.assessment, name="assessment"),
    path(GRADE + "sheet.pdf", assessments.assessment_pdf, name="assessment_pdf"),
    path(GRADE + "sheet.docx", assessments.assessment_word, name="assessment_word"),
    path(GRADE + "issue/<rating_paper:paper>/", grade_papers.issue_paper, name="issue_paper"),
    path(SIDE, grading.grade, name="grade"),
    path(SIDE + "issue/", grading.issue_grade, name="issue_grade"),
    path(SIDE + "reopen/", grading.reopen_grade, name="reopen_grade"),
    path(INDICATOR + "values.csv", results.indicator_csv, name="indicator_csv"),
    path(PERIOD + "results/", results.results, name="results"),
    path(PERIOD + "results.csv", results.results_csv, name="results_csv"),
    path(ITEM_RESULTS + "/", results.item, name="item_results"),
    path(ITEM_RESULTS + ".csv", results.item_csv, name="item_results_csv"),
    path(ITEM_RESULTS + ".pdf", results.item_pdf, name="item_results_pdf"),
    # The course of a year
    path(RESULT_YEAR, result_years.year, name="result_year"),
    path(RESULT_YEAR + "people/", result_years.people, name="year_people"),
    path(RESULT_YEAR + "closing/", result_years.closing, name="year_closing"),
    path(RESULT_YEAR + "admissions/new/", result_years.admission, name="year_admission"),
    path(RESULT_YEAR + "items/<slug:public_id>/", result_years.item_year, name="item_year"),
    path(
        RESULT_YEAR + "items/<slug:public_id>/<slug:step>/",
        result_years.item_year_step,
        name="item_year_step",
    ),
    path(REPORTS, value_reports.value_reports, name="value_reports"),
    path(REPORTS + "new/", value_reports.new_value_report, name="new_value_report"),
    path(REPORTS + "<int:pk>/", value_reports.value_report, name="value_report"),
    path(PERIOD + "results/excel/", imports.value_files, name="value_files"),
    path(PERIOD + "results/excel/template.xlsx", imports.value_template, name="value_template"),
    path(IMPORT, imports.value_import, name="value_import"),
    path(IMPORT + "returned.xlsx", imports.returned_workbook, name="returned_workbook"),
    path(IMPORT + "decide/", imports.decide_import, name="decide_import"),
    path(IMPORT + "save/", imports.save_import, name="save_import"),
    path(IMPORT + "cancel/", imports.cancel_import, name="cancel_import"),
    path(PERIOD + "results/entry/", entering.grid, name="grid"),
    path(PERIOD + "results/entry/<slug:public_id>/", entering.grid_item, name="grid_item"),
    path(INDICATOR + "measures/<int:position>/<int:fiscal_year>/", values.value, name="value"),
    path(INDICATOR + "<int:fiscal_year>/", values.yearly_result, name="yearly_result"),
    path(INDICATOR + "<int:fiscal_year>/evidence/", evidence.add, name="add_evidence"),
    path(PERIOD + "evidence/<int:pk>/", evidence.evidence, name="evidence"),
    path(PERIOD + "evidence/<int:pk>/remove/", evidence.remove, name="remove_evidence"),
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
