"""A restricted draft is there for named people only, on every way to it, until it is released."""

import copy

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from evaluation import amending, drafting, procedure, recording, restricting
from evaluation.documents.issuing import take_snapshot
from evaluation.models import (
    Amendment,
    Attachment,
    IssuedDocument,
    ProcedureStep,
    RestrictedReader,
    Restriction,
    StepKind,
)
from evaluation.waiting import waiting_for
from jst_objectives import history
from programs.models import Role
from tests.factories import DAY, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db


class Scene:
    """A submitted draft with a document, a step and a file, restricted to its editor and an approver."""

    def __init__(self) -> None:
        self.period = make_period()
        _, (_, self.item, *_) = make_baseline(self.period)
        agency = self.period.agency
        self.editor, self.approver = make_user(agency, "editor"), make_user(agency, "approver")
        self.draft = make_draft(self.period, by=self.editor, holder=self.editor)
        amending.reword(self.draft, self.item, "市場を動かす文言", by=self.editor)
        drafting.share(self.draft, by=self.editor)
        kind = StepKind(agency=agency, position=1, name="意見聴取")
        history.save(kind, by=None, reason="試験")
        step = recording.record(self.draft, kind, by=self.editor, date=DAY, openness="closed")
        recording.attach(step, by=self.editor, name="x.pdf", suffix="pdf", content=b"%PDF-")
        IssuedDocument.objects.create(
            snapshot=take_snapshot(self.draft, by=None),
            kind="comparison",
            sha256="0" * 64,
            content=b"%PDF-",
            versions={"x": "1"},
            issued_at=timezone.now(),
        )
        procedure.submit(self.draft, by=self.editor)
        restricting.restrict(self.draft, by=self.editor, why="市場", readers=[self.approver])
        self.draft.refresh_from_db()

    def seen_by(self, user) -> list[bool]:
        """Tell on which of the ways to the draft a user finds it."""
        return [
            self.draft in Amendment.objects.visible_to(user),
            IssuedDocument.objects.visible_to(user).exists(),
            ProcedureStep.objects.visible_to(user).exists(),
            Attachment.objects.visible_to(user).exists(),
        ]


@pytest.fixture(scope="module")
def made(module_rows: None) -> Scene:
    return Scene()


@pytest.fixture
def scene(made: Scene) -> Scene:
    return copy.deepcopy(made)


@pytest.mark.parametrize("role", Role.Kind.values)
def test_a_role_does_not_open_it(scene, role):
    user = make_user(scene.period.agency, role)
    assert scene.seen_by(user) == [False] * 4
    assert [task.amendment for task in waiting_for(user) if task.amendment == scene.draft] == []


@pytest.mark.parametrize("role", Role.Kind.values)
def test_released_it_is_seen_as_any_other(scene, role):
    restricting.release(scene.draft, by=scene.approver, reason="公表")
    user = make_user(scene.period.agency, role)
    drafts, shared = role in {"editor", "approver", "auditor"}, role == "agency"
    assert scene.seen_by(user) == [drafts or shared, drafts or shared, drafts, drafts]


def test_the_named_find_it_on_every_way(scene):
    for user in (scene.editor, scene.approver):
        assert scene.seen_by(user) == [True] * 4
    tasks = [(task.what.name, task.amendment) for task in waiting_for(scene.approver)]
    assert tasks == [("PUBLISH", scene.draft.based_on), ("APPROVE", scene.draft)][::-1]


def test_a_name_without_its_role_opens_nothing(scene):
    history.delete(scene.approver.roles.get(), by=None, reason="異動")
    assert scene.seen_by(scene.approver) == [False] * 4


def test_readers_are_named_and_taken_off(scene):
    auditor = make_user(scene.period.agency, "auditor")
    restricting.name(scene.draft, by=scene.editor, to=auditor)
    assert scene.seen_by(auditor) == [True] * 4
    restricting.unname(scene.draft, by=scene.editor, person=auditor, why="異動")
    assert scene.seen_by(auditor) == [False] * 4
    reasons = RestrictedReader.history.filter(user=auditor).order_by("history_id")
    assert list(reasons.values_list("history_change_reason", flat=True)) == [
        f"読める人に加える：{history.actor_name(auditor)}",
        "読める人から外す：異動",
    ]


@pytest.mark.parametrize("roles", [(), ("assessor",), ("maintainer",)])
def test_only_who_could_read_drafts_is_named(scene, roles):
    with pytest.raises(ValidationError, match="起案者・承認者・監査者"):
        restricting.name(scene.draft, by=scene.editor, to=make_user(scene.period.agency, *roles))


def test_nobody_is_named_twice_and_an_editor_remains(scene):
    with pytest.raises(ValidationError, match="すでに読める人に入っています。"):
        restricting.name(scene.draft, by=scene.editor, to=scene.approver)
    with pytest.raises(ValidationError, match="読める人に入っていません。"):
        restricting.unname(scene.draft, by=scene.editor, person=make_user(), why="x")
    with pytest.raises(ValidationError, match="担当者は外せません。"):
        restricting.unname(scene.draft, by=scene.editor, person=scene.editor, why="x")
    second = make_user(scene.period.agency, "editor")
    restricting.name(scene.draft, by=scene.editor, to=second)
    drafting.hand_over(scene.draft, by=scene.editor, to=second)
    history.delete(scene.editor.roles.get(), by=None, reason="異動")
    drafting.hand_over(scene.draft, by=second, to=second)
    Amendment.objects.filter(pk=scene.draft.pk).update(holder=None)
    scene.draft.refresh_from_db()
    with pytest.raises(ValidationError, match="読める起案者がいなくなるため"):
        restricting.unname(scene.draft, by=second, person=second, why="x")


def test_it_is_handed_over_only_to_the_named(scene):
    with pytest.raises(ValidationError, match="先に、この人を読める人に加えてください。"):
        drafting.hand_over(
            scene.draft, by=scene.editor, to=make_user(scene.period.agency, "editor")
        )


def test_its_copy_is_restricted_too(scene):
    copy = drafting.copy(scene.draft, by=scene.editor, slug="copy", title="写し")
    assert copy.is_restricted
    named = copy.restriction.readers.values_list("user", flat=True)
    assert set(named) == {scene.editor.pk, scene.approver.pk}


def test_its_copy_names_only_who_may_still_read_it(scene):
    spoken = make_user(scene.period.agency, "agency")
    restricting.name(scene.draft, by=scene.editor, to=spoken)
    history.delete(scene.approver.roles.get(), by=None, reason="異動")
    copy = drafting.copy(scene.draft, by=scene.editor, slug="copy", title="写し")
    assert [reader.user for reader in copy.restriction.readers.all()] == [scene.editor]


def test_a_holder_who_has_left_hinders_no_restriction(scene):
    gone = make_user(scene.period.agency, "editor")
    draft = make_draft(scene.period, by=gone, holder=gone)
    gone.is_active = False
    history.save(gone, by=None, reason="退職")
    restriction = restricting.restrict(draft, by=scene.editor, why="市場")
    assert [reader.user for reader in restriction.readers.all()] == [scene.editor]


def test_who_holds_it_by_now_is_not_taken_off(scene):
    second = make_user(scene.period.agency, "editor")
    restricting.name(scene.draft, by=scene.editor, to=second)
    before = Amendment.objects.get(pk=scene.draft.pk)
    drafting.hand_over(scene.draft, by=scene.editor, to=second)
    with pytest.raises(ValidationError, match="担当者は外せません。"):
        restricting.unname(before, by=scene.editor, person=second, why="x")


def test_it_is_neither_decided_nor_deleted(scene):
    procedure.approve(scene.draft, by=scene.approver)
    with pytest.raises(ValidationError, match="閲覧制限のある変更案は決定できません。"):
        procedure.decide(scene.draft, by=scene.approver, decided_on=DAY, effective_on=DAY)
    with (
        pytest.raises(IntegrityError, match="閲覧制限のある変更案は決定できません。"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE evaluation_amendment SET state = 'decided', sequence = 2, decided_on = '2026-01-01',"
            " effective_on = '2026-01-01', recorded_at = '2026-01-01' WHERE id = %s",
            [scene.draft.pk],
        )
    restricting.release(scene.draft, by=scene.editor, reason="公表")
    scene.draft.refresh_from_db()
    procedure.decide(scene.draft, by=scene.approver, decided_on=DAY, effective_on=DAY)
    empty = make_draft(scene.period, by=scene.editor)
    restricting.restrict(empty, by=scene.editor, why="市場")
    with pytest.raises(ValidationError, match="削除できません。"):
        drafting.delete(empty, by=scene.editor)


def test_it_is_released_once_and_for_ever(scene):
    restricting.release(scene.draft, by=scene.editor, reason="公表")
    restriction = Restriction.objects.get()
    assert (restriction.holds, restriction.release_reason) == (False, "公表")
    for call in (
        lambda: restricting.release(scene.draft, by=scene.editor, reason="x"),
        lambda: restricting.name(scene.draft, by=scene.editor, to=make_user()),
    ):
        with pytest.raises(ValidationError, match="閲覧を制限されていません。"):
            call()
    with pytest.raises(ValidationError, match="すでに閲覧制限の記録があります。"):
        restricting.restrict(scene.draft, by=scene.editor, why="x")
    for statement in (
        "UPDATE evaluation_restriction SET released_at = NULL, release_reason = ''",
        "DELETE FROM evaluation_restriction",
    ):
        with (
            pytest.raises(IntegrityError, match="閲覧制限の記録は消せず、解除は取り消せません。"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_an_auditor_knows_that_it_exists(scene):
    auditor, stranger = make_user(scene.period.agency, "auditor"), make_user()
    assert list(restricting.restricted_for(auditor)) == [scene.draft]
    assert list(restricting.restricted_for(stranger)) == []
    restricting.name(scene.draft, by=scene.editor, to=auditor)
    assert list(restricting.restricted_for(auditor)) == []
