"""The life of a draft besides its clauses: its facts, its holder, its copies, its end.

Every function writes its change with its history in one transaction, and refuses with a
`ValidationError` in Japanese what cannot be done. Clauses are changed in `evaluation.amending`.
"""

from copy import copy as duplicate
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import QuerySet
from django.utils import timezone

from evaluation import amending, restricting
from evaluation.models import (
    Amendment,
    AmendmentReason,
    Clause,
    Comment,
    ItemProgram,
    Marking,
    ObjectivePeriod,
    OverviewSection,
    Succession,
    TableForm,
    Wording,
)
from evaluation.models.table_forms import FIELDS, form_of
from evaluation.models.texts import ASPECTS
from evaluation.permissions import UNDECIDED, people_with
from evaluation.telling import News, tell
from jst_objectives import history
from programs.models import Agency, Role, User

M = TypeVar("M", bound=models.Model)
State = Amendment.State
SHARED = "法人との共有"  # what the history says of it
FACTS = ("title", "office", "paper_date", "memo_title")


# --- Facts, holder, sharing -----------------------------------------------------------------------
@transaction.atomic
def change_facts(draft: Amendment, *, by: User, seen: str | None = None, **facts: Any) -> None:
    """Set what a draft says of itself: some of `FACTS`.

    `seen` is the `fingerprint` of what the user saw: raises `Stale` where somebody was faster.
    """
    locked = amending.lock(draft)
    now = fingerprint(locked)
    if seen is not None and seen != now:
        raise amending.Stale(locked, now, "件名・担当など")
    for name, value in facts.items():
        setattr(locked, name, value)
    if fingerprint(locked) == now:
        return
    locked.full_clean()
    history.save(locked, by=by, reason="件名・担当などの変更")
    amending.contribute(locked, by)
    draft.refresh_from_db()


def fingerprint(draft: Amendment) -> str:
    """Return a digest of the draft's facts."""
    return amending.digest([getattr(draft, name) for name in FACTS])


@transaction.atomic
def change_table_form(draft: Amendment, *, by: User, seen: str | None = None, **said: Any) -> None:
    """Set in which form the draft's comparison table is drawn up: some fields of `TableForm`.

    `seen` is the `table_form_fingerprint` of what the user saw: raises `Stale`.
    """
    locked = amending.lock(draft)
    now = table_form_fingerprint(locked)
    if seen is not None and seen != now:
        raise amending.Stale(locked, now, "表の書式")
    form = form_of(locked)
    before = form.values()
    for name, value in said.items():
        setattr(form, name, value)
    if form.values() == before:
        return
    form.full_clean()
    history.save(form, by=by, reason="表の書式の変更")
    amending.contribute(locked, by)
    draft.refresh_from_db()


def table_form_fingerprint(draft: Amendment) -> str:
    """Return a digest of the draft's form of table."""
    return amending.digest([form_of(draft).values()[name] for name in FIELDS])


def editors_of(agency: Agency) -> QuerySet[User]:
    """Return who may hold the drafts of an agency."""
    return people_with(Role.Kind.EDITOR, agency)


@transaction.atomic
def hand_over(draft: Amendment, *, by: User, to: User) -> None:
    """Make an editor of the agency the draft's holder: the person in charge of what comes next."""
    locked = amending.lock(draft, UNDECIDED)
    if not editors_of(locked.period.agency).filter(pk=to.pk).exists():
        raise ValidationError({"to": "引き継げるのは、この法人の起案者だけです。"})
    if not restricting.readers_among(User.objects.filter(pk=to.pk), locked).exists():
        words = "閲覧が制限されています。先に、この人を読める人に加えてください。"
        raise ValidationError({"to": words})
    locked.holder = to
    history.save(locked, by=by, reason=f"引継ぎ：{to.name}へ")
    tell(News.HANDED_OVER, locked, [to], by=by)
    draft.refresh_from_db()


@transaction.atomic
def share(draft: Amendment, *, by: User) -> None:
    """Let the agency read a draft from now on. What somebody has read cannot be taken back."""
    locked = amending.lock(draft, UNDECIDED)
    if locked.shared_at:
        raise ValidationError(f"「{locked}」は、すでに法人と共有されています。")
    locked.shared_at = timezone.now()
    history.save(locked, by=by, reason=SHARED)
    tell(News.SHARED, locked, people_with(Role.Kind.AGENCY, locked.period.agency), by=by)
    draft.refresh_from_db()


def check_submission(draft: Amendment) -> None:
    """Raise ValidationError where a draft changes nothing yet, so that there is nothing to approve, or
    where its restriction lets nobody read it who could approve it."""
    if not (draft.wordings.exists() or draft.item_programs.exists()):
        raise ValidationError(
            f"「{draft}」には、まだ変更がありません。提出する前に、条項を改めるか加えてください。"
        )
    if draft.is_restricted and not restricting.approvers_of(draft).exists():
        raise ValidationError(restricting.NO_APPROVER)


# --- Copies ---------------------------------------------------------------------------------------
@transaction.atomic
def copy(source: Amendment, *, by: User, slug: str, title: str) -> Amendment:
    """Start a draft on today's text that says what `source` says, and return it.

    Clauses that the source introduced get new identities. Item programmes and reasons come along, and
    so do its drafters, none of whom may approve the copy. What `left_out` names stands already.
    Wordings are written here and not by the verbs of `amending`, because each must keep its base: where
    the text has changed since, the copy merges or conflicts as the source does, and nothing is lost.
    """
    # First the period, as `decide` does: the source is decided, edited or deleted before or after.
    ObjectivePeriod.objects.select_for_update().get(pk=source.period_id)
    source = amending.lock(source, tuple(State))
    same = {name: getattr(source, name) for name in ("kind", "memo_title", "office")}
    draft = amending.start(source.period, slug=slug, title=title, by=by, holder=by, **same)
    restricting.carry_over(source, draft, by=by)
    for contribution in source.contributions.select_related("user"):
        amending.contribute(draft, contribution.user, recorded_by=by)
    why = f"「{source}」の写し"
    reasons = copy_reasons(source, draft, by, why)
    wordings = wordings_to_copy(source)
    clauses = _copy_clauses(source, draft, wordings, by, why)
    rows = [
        _again(
            wording,
            amendment=draft,
            clause_id=clauses.get(wording.clause_id, wording.clause_id),
            parent_id=clauses.get(wording.parent_id, wording.parent_id),
            reason_id=reasons.get(wording.reason_id),
            revision=1,
        )
        for wording in wordings
    ]
    history.create_all(Wording, rows, by=by, reason=why)
    _copy_programs(source, draft, clauses, by, why)
    kept = [row.clause_id for row in rows]
    _copy_form(source, draft, kept, by, why)
    _copy_successions(source, draft, clauses, kept, by, why)
    return draft


def wordings_to_copy(source: Amendment) -> list[Wording]:
    """Return the source's wordings; of a decided source only those that differ from the text that
    stands now, and none of the clauses that it introduced: they stand already."""
    rows = source.wordings.select_related("clause").order_by("pk")
    if not source.is_decided:
        return list(rows)
    standing = Wording.objects.before(Amendment(period=source.period))
    heads = {wording.clause_id: _said(wording) for wording in standing}
    return [
        row
        for row in rows
        if row.clause.introduced_by_id != source.pk and _said(row) != heads[row.clause_id]
    ]


def left_out(source: Amendment) -> list[str]:
    """Return the places of the wordings that a copy leaves out, because they have been decided."""
    kept = {wording.pk for wording in wordings_to_copy(source)}
    tree = amending.text_of(source)
    rows = source.wordings.exclude(pk__in=kept).order_by("pk")
    return [tree.place(tree.nodes[row.clause_id]) for row in rows]


def suggested_slug(source: Amendment) -> str:
    """Return a slug that is free in the source's period: its own with a number."""
    taken = set(source.period.amendments.values_list("slug", flat=True))
    numbers = range(2, len(taken) + 3)
    return next(slug for n in numbers if (slug := f"{source.slug[:46]}-{n}") not in taken)


def copy_reasons(
    source: Amendment, draft: Amendment, by: User, why: str, **values: Any
) -> dict[int | None, int]:
    """Copy the reasons with their groups, some fields set to `values`; return new ids by the old ones."""
    new_ids: dict[int | None, int] = {}
    for group in source.reason_groups.prefetch_related("reasons"):
        new_group = _again(group, amendment=draft)
        history.save(new_group, by=by, reason=why)
        for reason in group.reasons.all():
            new = _again(reason, group=new_group, **values)
            history.save(new, by=by, reason=why)
            new_ids[reason.pk] = new.pk
    return new_ids


def _copy_clauses(
    source: Amendment, draft: Amendment, wordings: list[Wording], by: User, why: str
) -> dict[int | None, int]:
    """Give the clauses that the source introduced new identities; return the new ids by the old."""
    old = [w.clause for w in wordings if w.clause.introduced_by_id == source.pk]
    rows = [Clause(period=draft.period, kind=c.kind, introduced_by=draft) for c in old]
    new = history.create_all(Clause, rows, by=by, reason=why)
    return {before.pk: after.pk for before, after in zip(old, new, strict=True)}


def _copy_programs(
    source: Amendment, draft: Amendment, clauses: dict[int | None, int], by: User, why: str
) -> None:
    """Copy the links of items and programmes but those that stand as the source says."""
    linked = {
        (link.clause_id, link.program_id) for link in ItemProgram.objects.as_amended_by(draft)
    }
    rows = [
        _again(link, amendment=draft, clause_id=clauses.get(link.clause_id, link.clause_id))
        for link in source.item_programs.all()
        if ((link.clause_id, link.program_id) in linked) == link.removed
    ]
    history.create_all(ItemProgram, rows, by=by, reason=why)


def _copy_form(source: Amendment, draft: Amendment, kept: list[int], by: User, why: str) -> None:
    """Copy the form of the table, and the marks of the clauses that the copy changes."""
    for form in TableForm.objects.filter(amendment=source):
        history.save(_again(form, amendment=draft), by=by, reason=why)
    marked = Marking.objects.filter(amendment=source, clause__in=kept)
    marks = [_again(marking, amendment=draft) for marking in marked]
    history.create_all(Marking, marks, by=by, reason=why)


def _copy_successions(
    source: Amendment,
    draft: Amendment,
    clauses: dict[int | None, int],
    kept: list[int],
    by: User,
    why: str,
) -> None:
    """Copy the origins of the clauses that the draft says something of."""
    rows = [
        _again(
            row,
            amendment=draft,
            from_clause_id=clauses.get(row.from_clause_id, row.from_clause_id),
            to_clause_id=clauses.get(row.to_clause_id, row.to_clause_id),
        )
        for row in source.successions.all()
    ]
    rows = [row for row in rows if row.to_clause_id in kept]
    history.create_all(Succession, rows, by=by, reason=why)


def _said(wording: Wording) -> list[Any]:
    return [getattr(wording, name) for names in ASPECTS.values() for name in names]


def _again(row: M, **values: Any) -> M:
    """Return an unsaved row that says the same but for `values`."""
    again = duplicate(row)
    again.pk, again._state.adding = None, True
    for name, value in values.items():
        setattr(again, name, value)
    return again


# --- Corrections ----------------------------------------------------------------------------------
@transaction.atomic
def correct(
    wording: Wording, *, by: User, text: str, draft: Amendment | None = None, **facts: Any
) -> Amendment:
    """Correct a decided wording in a draft of kind CORRECTION, and return the draft: the one given, or
    a new one with `slug` and `title`. Raises ValidationError where nothing is corrected."""
    period = wording.amendment.period
    if draft is None:
        kind = Amendment.Kind.CORRECTION
        draft = amending.start(period, by=by, holder=by, kind=kind, **facts)
    amending.correct(draft, wording, text=text, by=by)
    row = draft.wordings.select_related("base").get(clause=wording.clause)
    if row.base and row.text == row.base.text:
        raise ValidationError({"text": "文言が変わっていません。正しい文言を入力してください。"})
    return draft


# --- Deletion -------------------------------------------------------------------------------------
@transaction.atomic
def delete(draft: Amendment, *, by: User) -> None:
    """Delete a draft and everything that it introduced; the histories stay.

    Raises ValidationError as `check_deletion` does. Deletes wordings itself, because the verbs of
    `amending` take changes back one by one and leave the draft; of this one nothing may remain.
    """
    locked = amending.lock(draft, (State.DRAFT, State.WITHDRAWN))
    check_deletion(locked)
    parts: list[QuerySet[Any]] = [
        Comment.objects.filter(amendment=locked, answers_to__isnull=False),
        locked.comments.all(),
        locked.item_programs.all(),
        locked.successions.all(),
        locked.wordings.all(),
        locked.introduced.all(),
        AmendmentReason.objects.filter(group__amendment=locked),
        locked.reason_groups.all(),
        OverviewSection.objects.filter(sheet__amendment=locked),
        locked.overview_sheets.all(),
        TableForm.objects.filter(amendment=locked),
        Marking.objects.filter(amendment=locked),
        locked.waivers.all(),
        locked.contributions.all(),
    ]
    for rows in parts:
        for row in rows:
            history.delete(row, by=by, reason=f"変更案「{locked}」の削除")
    history.delete(locked, by=by, reason="変更案の削除")


def check_deletion(draft: Amendment) -> None:
    """Raise ValidationError where a draft has left its desk: what others may hold must stay."""
    kept = draft.snapshots.exists() or draft.steps.exists() or hasattr(draft, "restriction")
    if draft.shared_at or kept:
        raise ValidationError(
            f"「{draft}」は、法人と共有したか、文書を発行したか、手続か閲覧制限を記録したため、削除できません。"
            "やめるときは、取り下げてください（取り下げた変更案は、記録として残ります）。"
        )
