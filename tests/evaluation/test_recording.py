"""Steps of the procedure: in the order of the law, each with the snapshot it saw, with their files."""

import copy
import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from evaluation import amending, procedure, recording
from evaluation.models import Attachment, ProcedureStep, StepKind, StepOrder
from jst_objectives import history
from tests.factories import decide, make_baseline, make_draft, make_period, make_user

pytestmark = pytest.mark.django_db

COUNCIL, COMMISSION, DECISION = "審議会意見聴取", "委員会意見聴取", "決定・指示"
FEBRUARY, MARCH = dt.date(2026, 2, 1), dt.date(2026, 3, 1)


class Scene:
    """An agency that must hear a council before a commission, and that before the decision."""

    def __init__(self) -> None:
        self.period = make_period()
        _, (_, self.item, *_) = make_baseline(self.period)
        self.editor = make_user(self.period.agency, "editor")
        self.draft = make_draft(self.period, by=self.editor)
        amending.reword(self.draft, self.item, "項目1の転換", by=self.editor)
        names = (COUNCIL, COMMISSION, DECISION)
        self.kinds = {name: self.kind(n, name) for n, name in enumerate(names, start=1)}
        self.order(COUNCIL, COMMISSION, "通則法第35条の4第4項")
        self.order(COMMISSION, DECISION, "")

    def kind(self, position: int, name: str) -> StepKind:
        kind = StepKind(
            agency=self.period.agency,
            position=position,
            name=name,
            required=True,
            after_decision=name == DECISION,
        )
        history.save(kind, by=None, reason="試験")
        return kind

    def order(self, earlier: str, later: str, legal_basis: str) -> None:
        order = StepOrder(
            earlier=self.kinds[earlier], later=self.kinds[later], legal_basis=legal_basis
        )
        history.save(order, by=None, reason="試験")

    def record(self, name: str, date: dt.date | None, **said: Any) -> ProcedureStep:
        return recording.record(self.draft, self.kinds[name], by=self.editor, date=date, **said)


@pytest.fixture(scope="module")
def made(module_rows: None) -> Scene:
    return Scene()


@pytest.fixture
def scene(made: Scene) -> Scene:
    return copy.deepcopy(made)


def refused(call) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as error, transaction.atomic():
        call()
    return error.value.message_dict


MISSING = (
    "「委員会意見聴取」（令和8年3月1日）の前に、「審議会意見聴取」が済んでいる必要があります"
    "（通則法第35条の4第4項）。先に「審議会意見聴取」を記録するか、日付を確かめてください。"
)


def test_a_step_keeps_the_snapshot_that_it_saw(scene):
    first = scene.record(COUNCIL, FEBRUARY, number="第35回", openness="open", opinion="意見")
    amending.reword(scene.draft, scene.item, "項目1の刷新", by=scene.editor)
    second = scene.record(COUNCIL, MARCH)
    again = scene.record(COUNCIL, MARCH, body="別の部会")
    seen = [step.snapshot.number for step in (first, second, again)]
    assert seen == [1, 2, 2]
    assert first.history.get().history_change_reason == "手続の記録：審議会意見聴取"
    assert scene.draft.steps.count() == 3


def test_an_earlier_version_may_have_been_shown_or_none(scene):
    scene.record(COUNCIL, FEBRUARY)
    amending.reword(scene.draft, scene.item, "項目1の刷新", by=scene.editor)
    assert scene.record(COUNCIL, MARCH, shown="1").snapshot.number == 1
    assert scene.record(COUNCIL, MARCH, shown="").snapshot is None
    words = refused(lambda: scene.record(COUNCIL, MARCH, shown="7"))
    assert words == {"shown": ["この版は、この変更にありません。"]}


def test_the_order_of_the_law_holds(scene):
    assert refused(lambda: scene.record(COMMISSION, MARCH)) == {"date": [MISSING]}
    council = scene.record(COUNCIL, FEBRUARY, answered_on=MARCH + dt.timedelta(days=1))
    assert refused(lambda: scene.record(COMMISSION, MARCH)) == {"date": [MISSING]}
    recording.correct(council, by=scene.editor, why="誤記", date=FEBRUARY, answered_on=MARCH)
    scene.record(COMMISSION, MARCH)
    scene.record(COUNCIL, MARCH)  # heard again: allowed


def test_what_was_built_upon_neither_moves_nor_goes(scene):
    council = scene.record(COUNCIL, FEBRUARY)
    scene.record(COMMISSION, MARCH)
    later = MARCH + dt.timedelta(days=1)
    moved = refused(lambda: recording.correct(council, by=scene.editor, why="x", date=later))
    assert moved == {"date": [MISSING]}
    assert refused(lambda: recording.remove(council, by=scene.editor, why="x")) == {
        "date": [MISSING]
    }
    scene.record(COUNCIL, FEBRUARY, number="書面")
    recording.remove(council, by=scene.editor, why="重複")
    assert scene.draft.steps.count() == 2


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM evaluation_procedurestep WHERE id = {council}",
        "UPDATE evaluation_procedurestep SET date = '2026-03-02' WHERE id = {council}",
        "UPDATE evaluation_procedurestep SET date = '2026-01-31' WHERE id = {commission}",
    ],
)
def test_the_database_holds_the_order_too(scene, statement):
    ids = {
        "council": scene.record(COUNCIL, FEBRUARY).pk,
        "commission": scene.record(COMMISSION, MARCH).pk,
    }
    with (
        pytest.raises(IntegrityError, match="法令の定める順序で、先の手続が済んでいません。"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(**ids))


def test_a_date_is_given_and_has_come(scene):
    assert refused(lambda: scene.record(COUNCIL, None)) == {"date": ["日付を入力してください。"]}
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    words = ["これから先の日付は記録できません。済んでから記録してください。"]
    assert refused(lambda: scene.record(COUNCIL, tomorrow)) == {"date": words}
    answered = refused(lambda: scene.record(COUNCIL, FEBRUARY, answered_on=tomorrow))
    assert answered == {"answered_on": words}
    early = refused(lambda: scene.record(COUNCIL, MARCH, answered_on=FEBRUARY))
    assert early == {"__all__": ["回答・答申・認可の日は、日付以後にしてください。"]}


def test_before_the_decision_and_after_it(scene):
    words = {"kind": ["「決定・指示」は、決定を登録してから記録します。"]}
    assert refused(lambda: scene.record(DECISION, MARCH)) == words
    council = scene.record(COUNCIL, FEBRUARY)
    scene.record(COMMISSION, MARCH)
    decide(scene.draft, MARCH)
    early = refused(lambda: scene.record(DECISION, FEBRUARY))
    assert early == {
        "date": ["決定の後の手続の日付は、決定日（令和8年3月1日）以後にしてください。"]
    }
    assert scene.record(DECISION, MARCH, document_number="7文科科第1号").snapshot.number == 2
    frozen = ["「審議会意見聴取」は決定の前の手続のため、決定した後は記録を変えられません。"]
    for call in (
        lambda: scene.record(COUNCIL, FEBRUARY),
        lambda: recording.correct(council, by=scene.editor, why="x", date=FEBRUARY),
        lambda: recording.remove(council, by=scene.editor, why="x"),
        lambda: attach(council, scene.editor),
    ):
        assert refused(call) == {"kind": frozen}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE evaluation_procedurestep SET result = 'x' WHERE id = {step}",
        "DELETE FROM evaluation_procedurestep WHERE id = {step}",
        """INSERT INTO evaluation_procedurestep (amendment_id, kind_id, body, number, document_number,
        openness, result, opinion) SELECT amendment_id, kind_id, '', '', '', '', '', ''
        FROM evaluation_procedurestep WHERE id = {step}""",
        "DELETE FROM evaluation_attachment WHERE step_id = {step}",
    ],
)
def test_what_led_to_a_decision_is_frozen_with_it(scene, statement):
    step = scene.record(COUNCIL, FEBRUARY)
    attach(step, scene.editor)
    decide(scene.draft, MARCH)
    with (
        pytest.raises(IntegrityError, match="決定の前の手続の記録とファイルは"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(step=step.pk))


def test_no_decision_before_its_steps(scene):
    scene.record(COUNCIL, MARCH)
    approver = make_user()
    procedure.submit(scene.draft, by=scene.editor)
    procedure.approve(scene.draft, by=approver)
    dates = {"decided_on": FEBRUARY, "effective_on": MARCH}
    assert refused(lambda: procedure.decide(scene.draft, by=approver, **dates)) == {
        "decided_on": ["決定日は、手続「審議会意見聴取」の日（令和8年3月1日）以後にしてください。"]
    }


def test_who_was_slower_is_told(scene):
    step = scene.record(COUNCIL, FEBRUARY)
    seen = recording.fingerprint(step)
    recording.correct(step, by=scene.editor, why="誤記", date=FEBRUARY, result="了承")
    with pytest.raises(amending.Stale, match="この手続の記録"):
        recording.correct(step, by=scene.editor, why="x", seen=seen, date=MARCH)
    with pytest.raises(amending.Stale, match="この手続の記録"):
        recording.remove(step, by=scene.editor, why="x", seen=seen)
    recording.remove(step, by=scene.editor, why="重複")
    reasons = ProcedureStep.history.order_by("history_id").values_list(
        "history_change_reason", flat=True
    )
    assert list(reasons) == [
        "手続の記録：審議会意見聴取",
        "手続の記録の訂正：誤記",
        "手続の記録の取消し：重複",
    ]
    with pytest.raises(ValidationError, match="すでに取り消されています。"):
        recording.remove(step, by=scene.editor, why="x")


def test_a_kind_and_a_snapshot_are_of_the_same_agency_and_amendment(scene):
    other = Scene()
    kind = {"kind": ["この法人の手続から選んでください。"]}
    assert (
        refused(
            lambda: recording.record(scene.draft, other.kinds[COUNCIL], by=scene.editor, date=MARCH)
        )
        == kind
    )
    step, alien = scene.record(COUNCIL, FEBRUARY), other.record(COUNCIL, FEBRUARY)
    for changes, words in (
        (f"kind_id = {alien.kind_id}", "同じ法人のもの"),
        (f"snapshot_id = {alien.snapshot_id}", "同じ変更の控え"),
    ):
        with (
            pytest.raises(IntegrityError, match=words),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE evaluation_procedurestep SET {changes} WHERE id = {step.pk}")
    with pytest.raises(IntegrityError, match="同じ法人のもの"), transaction.atomic():
        StepOrder(earlier=step.kind, later=other.kinds[DECISION]).save()


def test_what_is_recorded_and_what_is_missing(scene):
    scene.record(COUNCIL, FEBRUARY)
    told = [
        (entry.kind.name, len(entry.steps), entry.is_missing)
        for entry in recording.recorded(scene.draft, after_decision=False)
    ]
    assert told == [(COUNCIL, 1, False), (COMMISSION, 0, True)]
    assert len(recording.recorded(scene.draft)) == 3


# --- Files ----------------------------------------------------------------------------------------
def attach(step, by, content=b"%PDF-1.7"):
    return recording.attach(step, by=by, name="答申.pdf", suffix="pdf", content=content)


def test_a_file_is_kept_byte_by_byte_and_its_history_outlives_it(scene):
    step = scene.record(COUNCIL, FEBRUARY)
    attachment = attach(step, scene.editor)
    assert (attachment.size, bytes(attachment.content)) == (8, b"%PDF-1.7")
    with pytest.raises(ValidationError, match="同じ内容のファイルが、この手続にすでにあります。"):
        attach(step, scene.editor)
    recording.detach(attachment, by=scene.editor, why="誤り")
    assert not Attachment.objects.exists()
    last = Attachment.history.first()
    assert (last.name, last.history_change_reason) == ("答申.pdf", "ファイルの取外し：誤り")
    assert len(last.sha256) == 64
    assert not hasattr(last, "content")
    with pytest.raises(ValidationError, match="このファイルは、すでに取り外されています。"):
        recording.detach(attachment, by=scene.editor, why="誤り")


def test_a_record_goes_with_its_files(scene):
    step = scene.record(COUNCIL, FEBRUARY)
    attach(step, scene.editor)
    recording.remove(step, by=scene.editor, why="重複")
    assert (ProcedureStep.objects.count(), Attachment.objects.count()) == (0, 0)


def test_the_content_of_a_file_never_changes(scene):
    attach(scene.record(COUNCIL, FEBRUARY), scene.editor)
    with (
        pytest.raises(IntegrityError, match="手続のファイルの内容は変えられません。"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE evaluation_attachment SET name = 'x'")
