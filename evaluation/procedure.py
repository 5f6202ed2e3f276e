"""Taking an amendment to its decision and publication: submit, approve, decide, publish."""

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from evaluation import amending, approving, drafting, recording
from evaluation.documents.issuing import changes, take_snapshot
from evaluation.eras import written
from evaluation.models import Amendment, Approval, ObjectivePeriod, Snapshot, Wording
from evaluation.models.texts import Text
from evaluation.permissions import UNDECIDED, people_with
from evaluation.telling import News, tell
from evaluation.trigger_rules import RESTRICTED
from jst_objectives import history
from programs.models import Role, User

State = Amendment.State
# What the history says of these steps before their words; `evaluation.timeline` reads it.
SUBMITTED = "提出"
SENT_BACK = "差戻し"
HANDED_IN = (State.SUBMITTED, State.APPROVED)
FURTHEST_PUBLICATION = dt.timedelta(days=366)


class ContentChangedError(ValidationError):
    """What would be decided is not what the person saw."""


@transaction.atomic
def submit(amendment: Amendment, *, by: User) -> None:
    """Hand a draft to its approver; nobody edits it from here on. Who submits it has drafted it. Raises
    ValidationError where it changes nothing.

    Where an approval stands, because nothing has changed since, it is approved at once.
    """
    locked = amending.lock(amendment, (State.DRAFT,))
    drafting.check_submission(locked)
    amending.contribute(locked, by)
    _step(amendment, (State.DRAFT,), State.SUBMITTED, by, SUBMITTED)
    if approvals := approving.standing(locked):
        words = f"承認：変わっていないため有効（控え {approvals[-1].snapshot}）"
        _step(amendment, (State.SUBMITTED,), State.APPROVED, by, words)
        return
    approvers = people_with(Role.Kind.APPROVER, amendment.period.agency)
    drafters = amendment.contributions.values("user")
    tell(News.SUBMITTED, amendment, approvers.exclude(pk__in=drafters), by=by)


@transaction.atomic
def approve(amendment: Amendment, *, by: User, seen: str | None = None) -> None:
    """Approve a submitted draft, of which the approver saw the content with the digest `seen`.

    A snapshot keeps what was approved, and an `Approval` is bound to it; the history names it. Raises
    PermissionDenied for a person who drafted it, ContentChangedError where it reads otherwise now.
    """
    locked = amending.lock(amendment, (State.SUBMITTED,))
    _refuse_drafter(locked, by, "承認")
    _refuse_unseen(locked, seen)
    kept = take_snapshot(locked, by=by)
    approving.add(locked, kept, by=by)
    _step(amendment, (State.SUBMITTED,), State.APPROVED, by, f"承認：控え {kept}")


@transaction.atomic
def send_back(amendment: Amendment, *, by: User, reason: str) -> None:
    """Give a submitted or approved amendment back to its drafters, with words; its approvals end."""
    locked = amending.lock(amendment, HANDED_IN)
    approving.end_all(locked, Approval.End.SENT_BACK, by=by)
    _step(amendment, HANDED_IN, State.DRAFT, by, f"{SENT_BACK}：{reason}")
    editors = people_with(Role.Kind.EDITOR, amendment.period.agency)
    holder = [editor for editor in editors if editor.pk == amendment.holder_id]
    tell(News.SENT_BACK, amendment, holder or editors, by=by)


@transaction.atomic
def take_back(amendment: Amendment, *, by: User, reason: str) -> None:
    """Make a submitted or approved amendment a draft again, for its editors to go on with.

    Its approvals stand until something is changed.
    """
    _step(amendment, HANDED_IN, State.DRAFT, by, f"引戻し：{reason}")


@transaction.atomic
def withdraw(amendment: Amendment, *, by: User, reason: str) -> None:
    """Give an amendment up before its decision, with words; its texts stay to be read."""
    _step(amendment, UNDECIDED, State.WITHDRAWN, by, f"取下げ：{reason}")


@transaction.atomic
def resume(amendment: Amendment, *, by: User, reason: str) -> None:
    """Take a withdrawn amendment up again as a draft, with words; approvals of what it says stand."""
    _step(amendment, (State.WITHDRAWN,), State.DRAFT, by, f"再開：{reason}")


@transaction.atomic
def decide(
    amendment: Amendment,
    *,
    by: User | None,
    decided_on: dt.date,
    effective_on: dt.date,
    recorded_at: dt.datetime | None = None,
    seen: str | None = None,
) -> None:
    """Decide an approved amendment: from `effective_on` its text is in force, for ever frozen.

    Under the period's lock the tree is rebuilt on what has been decided since it was drafted. A
    snapshot keeps what was on the page; the history names it. Raises ValidationError naming every
    conflict, each with its place; PermissionDenied for a person who drafted it; ContentChangedError
    where its content has not the digest that the person saw.
    """
    period = ObjectivePeriod.objects.select_for_update().get(pk=amendment.period_id)
    locked = amending.lock(amendment, (State.APPROVED,))
    if by is not None:
        _refuse_drafter(locked, by, "決定")
    _refuse_unseen(locked, seen)
    check_approved(locked)
    tree = check_decision(locked, decided_on, effective_on)
    kept = take_snapshot(locked, by=by)
    approving.end_all(locked, Approval.End.VOID, by=by)
    amending.rebase(locked, tree, by=by)
    head = period.amendments.last_decided()
    locked.state = State.DECIDED
    locked.sequence = (head.sequence or 0) + 1 if head else 1
    locked.decided_on, locked.effective_on = decided_on, effective_on
    locked.recorded_at = recorded_at or timezone.now()
    locked.full_clean()
    history.save(locked, by=by, reason=f"決定：控え {kept}")
    amendment.refresh_from_db()


def check_decision(amendment: Amendment, decided_on: dt.date, effective_on: dt.date) -> Text:
    """Return the tree that would be decided. Raises ValidationError for what stands against it: a
    decision to come, a day of application outside the period or before the last decision's, or every
    conflict with its place. Days cannot be changed later, so a slip of the year must not pass."""
    recording.check_days(amendment, decided_on)
    if decided_on > timezone.localdate():
        raise ValidationError({"decided_on": "決定日に、今日より後の日付は登録できません。"})
    head, period = amendment.period.amendments.last_decided(), amendment.period
    if head and head.decided_on and decided_on < head.decided_on:
        words = f"決定日は、前の変更の決定日（{written(head.decided_on)}）以後にしてください。"
        raise ValidationError({"decided_on": words})
    if not period.first_day <= effective_on <= period.last_day:
        days = f"{written(period.first_day)}から{written(period.last_day)}まで"
        words = f"適用日は、目標期間（{days}）の日付にしてください。"
        raise ValidationError({"effective_on": words})
    if head and head.effective_on and effective_on < head.effective_on:
        day = written(head.effective_on)
        words = f"適用日は、前の変更の適用日（{day}）以後にしてください。"
        raise ValidationError({"effective_on": words})
    return check_conflicts(amendment)


def day_of_correction(amendment: Amendment) -> dt.date | None:
    """Return the day of application of an amendment that does nothing but correct: that of what it
    corrects, or the last decision's where that is later, since days follow the order of decisions.
    None for any other."""
    days = _corrected_days(amendment)
    head = amendment.period.amendments.last_decided() if days else None
    return max(days[-1], head.effective_on) if head and head.effective_on else None


def explain_day_of_correction(amendment: Amendment) -> str:
    """Say of an amendment with a `day_of_correction` since when the right words apply."""
    corrected, day = _corrected_days(amendment), day_of_correction(amendment)
    days = "・".join(map(written, corrected))
    recorded = f"決定の適用日は、前の変更と同じ{written(day)}と記録します。" if day else ""
    return (
        f"正した文言は、元の文言と同じ日（{days}）から適用されます。この日付は選べません。"
        f"{'' if day in corrected else recorded}"
        "この決定を登録した時から、正した文言で読まれます。"
    )


def _corrected_days(amendment: Amendment) -> list[dt.date]:
    """Return the days since which the wordings apply that an amendment corrects, oldest first; none
    where it changes anything else too."""
    if amendment.kind != Amendment.Kind.CORRECTION:
        return []
    only = not amendment.wordings.filter(corrects=None).exists()
    only = only and not amendment.item_programs.exists()
    days = amendment.wordings.values_list("corrects__amendment__effective_on", flat=True)
    return sorted({day for day in days if day}) if only else []


def check_ready(amendment: Amendment) -> None:
    """Raise ValidationError for whatever stands against a decision, whichever its day."""
    check_approved(amendment)
    check_conflicts(amendment)


def check_approved(amendment: Amendment) -> None:
    """Raise ValidationError where an amendment is restricted, or no approval of what it says stands."""
    if amendment.is_restricted:
        raise ValidationError(RESTRICTED)
    if not approving.standing(amendment):
        raise ValidationError(
            "いまの内容への承認がありません。承認の後に内容が変わったときは、差し戻すか引き戻して、"
            "提出と承認をやり直してください。"
        )


def check_conflicts(amendment: Amendment) -> Text:
    """Return the amendment's tree. Raises ValidationError naming every conflict, with its place."""
    tree = Text.of(Wording.objects.as_amended_by(amendment))
    if tree.conflicts:
        raise ValidationError([str(conflict) for conflict in tree.conflicts])
    return tree


@transaction.atomic
def publish(amendment: Amendment, *, by: User, published_on: dt.date) -> None:
    """Set the day from which everybody reads a decided amendment; it may be a day to come.

    Raises ValidationError as `check_publication` does.
    """
    # The predecessors are read below: nobody else may publish one of the period meanwhile.
    ObjectivePeriod.objects.select_for_update().get(pk=amendment.period_id)
    locked = amending.lock(amendment, (State.DECIDED,))
    check_publication(locked, published_on)
    locked.published_on = published_on
    locked.full_clean()
    history.save(locked, by=by, reason="公表")
    amendment.refresh_from_db()


def check_publication(amendment: Amendment, published_on: dt.date) -> None:
    """Raise ValidationError (on `published_on`) where an amendment cannot be published on a day:
    it is published already, not decided by then, its predecessors are not public by then, or the day
    is more than a year ahead, which is a slip: it cannot be changed later."""
    if amendment.published_on:
        raise ValidationError(
            f"公表日は、すでに{written(amendment.published_on)}と決まっています。"
        )
    if amendment.decided_on and published_on < amendment.decided_on:
        words = f"公表日は、決定日（{written(amendment.decided_on)}）以後の日付にしてください。"
        raise ValidationError({"published_on": words})
    if published_on > timezone.localdate() + FURTHEST_PUBLICATION:
        words = "公表日は、今日から1年以内の日付にしてください。"
        raise ValidationError({"published_on": words})
    earlier = amendment.period.amendments.decided().filter(sequence__lt=amendment.sequence)
    for before in earlier.order_by("sequence"):
        if before.published_on is None:
            words = (
                f"先に決定した「{before}」がまだ公表されていません。先に、それを公表してください。"
            )
            raise ValidationError({"published_on": words})
        if published_on < before.published_on:
            words = (
                f"公表日は、先に決定した「{before}」の公表日（{written(before.published_on)}）以後の"
                "日付にしてください。"
            )
            raise ValidationError({"published_on": words})


def content_digest(amendment: Amendment) -> str:
    """Return the SHA-256 of what the amendment's table and appendix say now."""
    return Snapshot.canonical(changes(amendment))[1]


def _step(
    amendment: Amendment, before: tuple[State, ...], after: State, by: User, reason: str
) -> None:
    locked = amending.lock(amendment, before)
    locked.state = after
    history.save(locked, by=by, reason=reason)
    amendment.refresh_from_db()


def _refuse_drafter(amendment: Amendment, by: User, act: str) -> None:
    if amendment.contributions.filter(user=by).exists():
        raise PermissionDenied(f"起案に関わった人は、その変更案を{act}できません。")


def _refuse_unseen(amendment: Amendment, seen: str | None) -> None:
    if seen is not None and seen != content_digest(amendment):
        raise ContentChangedError(
            "確認のページを開いた後に、内容が変わりました。いまの内容を確かめ直してください。"
        )
