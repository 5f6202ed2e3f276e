"""What must hold, the database holds, and says so in Japanese."""

import datetime as dt

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from evaluation import amending
from evaluation.models import (
    Amendment,
    AmendmentReason,
    Approval,
    Attachment,
    Comment,
    IssuedDocument,
    ItemProgram,
    Marking,
    ObjectivePeriod,
    ProcedureStep,
    ReasonGroup,
    Rendering,
    Restriction,
    Snapshot,
    StepKind,
    StepOrder,
    Submission,
    Succession,
    TableForm,
    Waiver,
    Wording,
)
from programs.models import AccessRecord, Agency, Appropriation, Fund, Program, Role, SchemeFlow
from tests.factories import make_baseline, make_draft, make_period, make_user
from tests.wrong_results import WRONG_RESULTS

pytestmark = pytest.mark.django_db

OURS = [
    model
    for app in ("programs", "evaluation")
    for model in apps.get_app_config(app).get_models()
    if not model._meta.proxy and not model.__name__.startswith("Historical")
]


def test_every_constraint_has_its_japanese_message():
    for model in OURS:
        for constraint in model._meta.constraints:
            message = constraint.violation_error_message
            assert message != models.BaseConstraint.default_violation_error_message, constraint.name
            assert message.endswith("。"), constraint.name


def period(**fields):
    defaults = {"number": 6, "first_fiscal_year": 2027, "last_fiscal_year": 2031, "title": "表題"}
    defaults |= {"appendix_title": "別紙", "appendix_note": "注"}
    return ObjectivePeriod(agency=make_period().agency, **(defaults | fields))


def draft(**fields):
    return Amendment(period=make_period(), **({"slug": "x", "title": "変更"} | fields))


def table_form(**fields):
    return TableForm(amendment=make_draft(make_period()), **fields)


def marking(**fields):
    baseline, (_, item, *_) = make_baseline(make_period())
    return Marking(
        amendment=make_draft(baseline.period), clause=item, drawn_at=timezone.now(), **fields
    )


def comment(**fields):
    baseline, (_, item, *_) = make_baseline(make_period())
    said = {"clause": item, "place": "場所", "text": "言葉", "written_at": timezone.now()} | fields
    return Comment(amendment=make_draft(baseline.period), author=make_user(), **said)


def succession(**fields):
    baseline, (_, one, two, *_) = make_baseline(make_period())
    draft = make_draft(baseline.period)
    return Succession(amendment=draft, **({"from_clause": one, "to_clause": two} | fields))


def waiver(**fields):
    said = {"rule": "near_term", "place": "箇所", "message": "指摘", "reason": "確かめた"}
    return Waiver(
        amendment=make_draft(make_period()),
        waived_at=timezone.now(),
        **({"fingerprint": "0" * 64} | said | fields),
    )


def wording(**fields):
    amendment, _ = make_baseline(make_period())
    change = make_draft(amendment.period)
    clause = amending.insert(change, "chapter", parent=None, label="Ⅵ", text="章", by=None)
    row = change.wordings.get()
    for name, value in fields.items():
        setattr(row, name, value if value != "itself" else clause)
    return row


def program(**fields):
    return Program(agency=make_period().agency, slug="p", name="事業", **fields)


def of_program(model, **fields):
    owner = program()
    owner.save()
    return model(program=owner, **fields)


def snapshot(**fields):
    values = {"number": 1, "content": "{}", "sha256": "0" * 64, "taken_at": timezone.now()}
    values |= {"amendment": make_draft(make_period()), "engine_version": "1"}
    return Snapshot(**(values | fields))


def document(**fields):
    taken = snapshot()
    taken.save()
    values = {"kind": "comparison", "sha256": "0" * 64, "content": b"%PDF-", "versions": {"x": "1"}}
    return IssuedDocument(snapshot=taken, issued_at=timezone.now(), **(values | fields))


def rendering(**fields):
    taken = snapshot()
    taken.save()
    values = {"snapshot": taken, "kind": "dossier", "requested_by": make_user(), "total": 3}
    return Rendering(requested_at=timezone.now(), **(values | fields))


def reason(**fields):
    group = ReasonGroup(amendment=make_draft(make_period()), position=1, title="区分")
    group.save()
    return AmendmentReason(group=group, position=1, title="変更事項", text="説明", **fields)


def kind(name):
    kind = StepKind(agency=make_period().agency, position=1, name=name)
    kind.save()
    return kind


def step(**fields):
    period = make_period()
    kind = StepKind(agency=period.agency, position=1, name="意見聴取")
    kind.save()
    return ProcedureStep(amendment=make_draft(period), kind=kind, date=DAY, **fields)


def attachment(**fields):
    owner = step()
    owner.save()
    values = {"name": "x.pdf", "suffix": "pdf", "size": 5, "sha256": "0" * 64, "content": b"%PDF-"}
    return Attachment(step=owner, added_at=timezone.now(), **(values | fields))


def approval(**fields):
    taken = snapshot()
    taken.save()
    values = {"amendment": taken.amendment, "snapshot": taken, "digests": {"text": "0"}}
    approver = make_user()
    return Approval(approved_by=approver, approved_at=timezone.now(), **(values | fields))


def restriction(**fields):
    draft = make_draft(make_period())
    return Restriction(amendment=draft, why="市場", since=timezone.now(), **fields)


def order_of_one():
    one = kind("意見聴取")
    return StepOrder(earlier=one, later=one)


DAY = dt.date(2026, 4, 1)
WRONG = {
    "period_five_to_seven_years": lambda: period(last_fiscal_year=2030),
    "period_number_and_year_possible": lambda: period(number=0),
    "amendment_decided_has_its_dates": lambda: draft(state="decided", sequence=1),
    "amendment_decided_has_its_dates ": lambda: draft(decided_on=DAY),
    "amendment_published_after_decision": lambda: draft(published_on=DAY),
    "amendment_published_no_earlier_than_decided": lambda: draft(
        state="decided",
        sequence=1,
        decided_on=DAY,
        effective_on=DAY,
        recorded_at=timezone.now(),
        published_on=dt.date(2026, 3, 31),
    ),
    "access_record_kind_known": lambda: AccessRecord(
        at=timezone.now(), kind="x", actor_name="試験", path="/"
    ),
    "amendment_kind_and_state_known": lambda: draft(state="unknown"),
    "amendment_baseline_comes_first": lambda: draft(
        kind="baseline",
        state="decided",
        sequence=2,
        decided_on=DAY,
        effective_on=DAY,
        recorded_at=timezone.now(),
    ),
    "wording_text_not_empty": lambda: wording(text=""),
    "wording_rank_leaves_room": lambda: wording(rank="a0"),
    "wording_not_its_own_parent": lambda: wording(parent="itself"),
    "role_known": lambda: Role(user=make_user(), agency=make_period().agency, role="king"),
    "program_end_year_possible": lambda: program(end_fiscal_year=8),
    "appropriation_year_possible": lambda: of_program(
        Appropriation, fiscal_year=7, kind="supplementary"
    ),
    "appropriation_kind_known": lambda: of_program(Appropriation, fiscal_year=2025, kind="x"),
    "scheme_flow_goes_somewhere": lambda: of_program(
        SchemeFlow, position=1, source="国", destination="国", label="subsidy"
    ),
    "snapshot_sha256_form": lambda: snapshot(sha256="0"),
    "snapshot_of_amendment_or_rating": lambda: snapshot(name="調書"),
    "snapshot_of_amendment_or_rating ": lambda: snapshot(amendment=None),
    "issued_document_sha256_form": lambda: document(sha256="0"),
    "issued_document_kind_known": lambda: document(kind="x"),
    "rendering_state_known": lambda: rendering(state="x"),
    "rendering_done_of_total": lambda: rendering(done=4),
    "rendering_done_with_document": lambda: rendering(state="done"),
    "rendering_of_snapshot_or_evaluation": lambda: rendering(rating_kind="yearly"),
    "rendering_of_snapshot_or_evaluation ": lambda: rendering(snapshot=None, kind="evaluation"),
    "reason_kind_known": lambda: reason(kind="x"),
    "step_openness_known": lambda: step(openness="x"),
    "step_answered_after_it_was_asked": lambda: step(answered_on=dt.date(2026, 3, 31)),
    "step_order_of_two": order_of_one,
    "attachment_suffix_known": lambda: attachment(suffix="exe"),
    "attachment_size_possible": lambda: attachment(size=0),
    "attachment_size_possible ": lambda: attachment(size=20 * 1024 * 1024 + 1),
    "attachment_sha256_form": lambda: attachment(sha256="0"),
    "approval_end_has_its_time": lambda: approval(ended="void"),
    "restriction_release_has_its_reason": lambda: restriction(released_at=timezone.now()),
    "marking_fingerprint_form": lambda: marking(fingerprint="x"),
    "comment_has_words": lambda: comment(text=""),
    "comment_resolved_by_somebody": lambda: comment(resolved_at=timezone.now()),
    "comment_on_a_clause_or_an_answer": lambda: comment(place=""),
    "submission_digest_form": lambda: Submission(user=make_user(), digest="x", at=timezone.now()),
    "succession_kind_known": lambda: succession(kind="x"),
    "succession_to_itself_only_reworded": lambda: succession(kind="reworded"),
    "waiver_fingerprint_form": lambda: waiver(fingerprint="x"),
    "waiver_has_its_reason": lambda: waiver(reason=""),
    "table_form_choices_known": lambda: table_form(unchanged="all"),
    "table_form_columns_titled": lambda: table_form(current_title=""),
    "table_form_columns_told_apart": lambda: table_form(current_title="変更案"),
} | WRONG_RESULTS


def constraint_of(model, name):
    return next(c for c in model._meta.constraints if c.name == name.strip())


@pytest.mark.parametrize("name", WRONG)
def test_the_database_refuses_and_the_form_explains(name):
    row = WRONG[name]()
    with pytest.raises(ValidationError) as error:
        row.validate_constraints()
    assert constraint_of(type(row), name).violation_error_message in error.value.messages
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


@pytest.mark.parametrize(
    "make",
    [
        Agency.objects.get,
        ObjectivePeriod.objects.get,
        lambda: Amendment.objects.get(slug="twice"),
        Wording.objects.get,
        Role.objects.get,
        Fund.objects.get,
        Program.objects.get,
        ItemProgram.objects.get,
    ],
    ids=["agency", "period", "amendment", "wording", "role", "fund", "program", "item_program"],
)
def test_nothing_stands_twice(make):
    owner = make_period()
    change = amending.start(owner, slug="twice", title="変更", by=None)
    clause = amending.insert(change, "item", parent=None, label="1", text="項目", by=None)
    Role(user=make_user(), agency=owner.agency, role="editor").save()
    Fund(agency=owner.agency, name="基金").save()
    one = Program(agency=owner.agency, slug="p", name="事業")
    one.save()
    ItemProgram(clause=clause, program=one, amendment=change).save()

    row = make()
    row.pk = None
    row._state.adding = True
    with pytest.raises(ValidationError):
        row.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_every_check_constraint_is_tried():
    checks = {
        constraint.name
        for model in OURS
        for constraint in model._meta.constraints
        if isinstance(constraint, models.CheckConstraint)
    }
    # No path leads to a clause without a known kind but raw SQL.
    assert checks - {name.strip() for name in WRONG} == {"clause_kind_known"}
